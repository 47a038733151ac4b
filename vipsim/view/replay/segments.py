"""Why each TCP segment was sent: opened, accepted, answered, acknowledged, repeated, closed.

Told from the segments alone, as somebody would who reads them in a capture: what a side sent last, and
what the other side sent since.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vipsim.trace import Record
from vipsim.view.replay.why import Why
from vipsim.wire.frames import Tcp, TcpFlag

_HALF, _WHOLE = 1 << 31, 1 << 32
_FIN, _SYN, _RST, _ACK = (int(flag) for flag in (TcpFlag.FIN, TcpFlag.SYN, TcpFlag.RST, TcpFlag.ACK))
"""As plain numbers, which Python compares ten times as fast."""
_Ends = tuple[int, int, int, int]
"""Address and port of the sender, and of the receiver."""


@dataclass(slots=True)
class _Side:
    """What one side of a connection has sent."""

    end: int
    """Sequence number after the last octet that it ever sent."""
    acks: dict[int, int] = field(default_factory=dict)
    """Number of the latest segment with an acknowledgment number: a reset takes that for its own."""
    sent: dict[int, int] = field(default_factory=dict)
    """Number of the latest segment that began at a sequence number."""
    latest: int = -1
    """Number of its latest segment with something in it."""
    last: int = -1
    """Number of its latest segment, whatever was in it."""
    is_open: bool = False
    """It has sent something after its SYN."""
    answered: int = -1
    """The other side's `latest` when this one last sent something of its own."""
    acknowledged: int = -1
    """The other side's `latest` when this one last acknowledged only."""


class Segments:
    """The connections of a run, as far as their segments tell."""

    def __init__(self) -> None:
        self._sides: dict[_Ends, dict[str, _Side]] = {}
        """By host, for two may answer at one address."""

    def why(self, node: str, packet: Tcp, number: int, timer: Record | None, client: str) -> Why:
        """Return why a segment was sent, and note it.

        Parameters
        ----------
        node : str
            Its sender.
        packet : Tcp
            The segment, as its first sender sent it.
        number : int
            Of its frame.
        timer : Record or None
            What made its sender send it, if that was a timer.
        client : str
            What a client does at this sender, with this receiver; empty if none does anything.
        """
        key = (packet.src, packet.sport, packet.dst, packet.dport)
        back = (packet.dst, packet.dport, packet.src, packet.sport)
        is_syn = bool(int(packet.flags) & _SYN)
        length = len(packet.payload) + is_syn + bool(int(packet.flags) & _FIN)
        side = before = self._sides.setdefault(key, {}).get(node)
        if is_syn and (side is None or packet.seq not in side.sent):
            side = None
            if not int(packet.flags) & _ACK:
                self._sides.pop(back, None)  # the ports are used anew
        if side is None:
            acks = {} if before is None else before.acks  # a late reset may still be for the old connection
            side = self._sides[key][node] = _Side(packet.seq, acks)
        other = self._other(back, packet)
        why = _why(packet, length, side, other, timer, client)
        side.last = side.acks[packet.ack] = number
        if length:
            side.sent[packet.seq] = side.latest = number
            if other is not None:
                side.answered = other.latest
            if (packet.seq + length - side.end) % _WHOLE < _HALF:
                side.end = (packet.seq + length) % _WHOLE
        elif other is not None:
            side.acknowledged = other.latest
        side.is_open = side.is_open or not is_syn
        return why

    def _other(self, back: _Ends, packet: Tcp) -> _Side | None:
        """The other side, as this one knows it: of several who spoke last, or whom a reset refuses."""
        others = [*self._sides.get(back, {}).values()]
        if int(packet.flags) & (_RST | _ACK) == _RST:
            others = [one for one in others if packet.seq in one.acks] or others
        return max(others, key=lambda one: one.last, default=None)


def _why(
    packet: Tcp, length: int, side: _Side, other: _Side | None, timer: Record | None, client: str
) -> Why:
    flags, latest = int(packet.flags), -1 if other is None else other.latest
    if flags & _RST:
        return _reset(packet, other)
    if length and side.latest >= 0 and (side.end - packet.seq - length) % _WHOLE < _HALF:
        what = "its SYN" if flags & _SYN else "the segment"
        probe = ", as a probe for losses" if _name(timer) == "loss probe" else ""
        of = side.sent.get(packet.seq, side.latest)
        return Why(f"no acknowledgment for {{since}}: sends {what} of {{of}} again{probe}", of)
    if flags & _SYN:
        if flags & _ACK:
            return Why("accepts the connection that was asked for at {of}", latest)
        return Why(f"{client or 'has something to ask'}: opens a connection")
    if length:
        return _something(packet, side, other, client)
    if other is not None and not other.is_open and not side.is_open:
        return Why("completes the connection that was accepted at {of}", latest)
    if latest < 0:
        return Why("acknowledges what it has got")
    if latest == max(side.acknowledged, side.answered):
        return Why("says once more up to where it has got everything")
    late = ", as nothing to send came along" if _name(timer) == "delayed ack" else ""
    return Why(f"acknowledges the segment of {{of}}{late}", latest)


def _reset(packet: Tcp, other: _Side | None) -> Why:
    """Why a reset was sent: one that answers acknowledges nothing, unless it answers a SYN."""
    of = -1
    if other is not None and not int(packet.flags) & _ACK:
        of = other.acks.get(packet.seq, other.last)
    elif other is not None and not other.is_open and packet.ack == other.end:
        of = other.latest
    if of < 0:
        return Why("breaks its connection off")
    return Why("knows no such connection: refuses the segment of {of}", of)


def _something(packet: Tcp, side: _Side, other: _Side | None, client: str) -> Why:
    """Why a segment was sent that brings something new."""
    if not packet.payload:
        return Why("has nothing more to send: closes its side of the connection")
    if client:
        return Why(f"{client}, over its connection")
    if other is not None and other.latest > side.answered:
        return Why("answers the segment of {of}", other.latest)
    return Why("has something new for the other side")


def _name(timer: Record | None) -> str:
    return "" if timer is None or timer.kind != "timer" else str(timer.data.get("name"))
