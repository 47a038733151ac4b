"""Why each TCP segment was sent: opened, accepted, answered, acknowledged, repeated, closed.

Told from the segments alone, as somebody would who reads them in a capture at the host that sends: what it
has sent, and what had arrived there by then. A sequence number tells which segment another one speaks of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vipsim.trace import Record
from vipsim.view.replay.why import Why
from vipsim.wire.frames import Tcp, TcpFlag

_HALF, _WHOLE = 1 << 31, 1 << 32
_FIN, _SYN, _RST, _ACK = (int(flag) for flag in (TcpFlag.FIN, TcpFlag.SYN, TcpFlag.RST, TcpFlag.ACK))
"""As plain numbers, which Python compares ten times as fast."""
_Ends = tuple[str, int, int, int, int]
"""A host; address and port of its own, and of the other side."""


@dataclass(slots=True)
class _Sent:
    """What a host has sent over a connection."""

    end: int
    """Sequence number after the last octet that it ever sent."""
    at: dict[int, int] = field(default_factory=dict)
    """Number of the latest segment that began at a sequence number."""
    is_open: bool = False
    """It has sent something after its SYN."""
    ack: int = -1
    """The acknowledgment number that it sent last."""
    answered: int = -1
    """Number of the latest segment that had arrived when it last sent something of its own."""


@dataclass(slots=True)
class _Got:
    """What has arrived at a host over a connection."""

    ends: dict[int, int] = field(default_factory=dict)
    """Number of the latest segment with something in it, by the sequence number after its end."""
    acks: dict[int, int] = field(default_factory=dict)
    """Number of the latest segment by its acknowledgment number: a reset takes that for its own."""
    syns: set[int] = field(default_factory=set)
    """Numbers of those with a SYN."""
    texts: set[int] = field(default_factory=set)
    """Numbers of those that carry octets."""
    acknowledged: int = -1
    """Largest acknowledgment number."""


class Segments:
    """The connections of a run, as far as their segments tell."""

    def __init__(self) -> None:
        self._sent: dict[_Ends, _Sent] = {}
        self._got: dict[_Ends, _Got] = {}

    def arrived(self, node: str, packet: Tcp, number: int) -> None:
        """Note that a segment has arrived at a host.

        Parameters
        ----------
        node : str
            The host.
        packet : Tcp
            The segment.
        number : int
            Of its frame.
        """
        key = (node, int(packet.dst), packet.dport, int(packet.src), packet.sport)
        flags = int(packet.flags)
        got = self._got.get(key)
        end = (packet.seq + _length(packet, flags)) % _WHOLE
        if got is None or (flags & (_SYN | _ACK) == _SYN and end not in got.ends):
            # The ports are used anew; a late reset may still be for the old connection.
            got = self._got[key] = _Got(acks={} if got is None else got.acks)
        if flags & _SYN:
            got.syns.add(number)
        if packet.payload:
            got.texts.add(number)
        if end != packet.seq:
            got.ends[end] = number
        if flags & _ACK and not flags & _RST:
            got.acks[packet.ack] = number
            if got.acknowledged < 0 or (packet.ack - got.acknowledged) % _WHOLE < _HALF:
                got.acknowledged = packet.ack

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
        key = (node, int(packet.src), packet.sport, int(packet.dst), packet.dport)
        flags = int(packet.flags)
        length = _length(packet, flags)
        sent, got = self._sent.get(key), self._got.get(key, _Got())
        if sent is None or (flags & _SYN and packet.seq not in sent.at):
            sent = self._sent[key] = _Sent(packet.seq)
            if not flags & _ACK and key in self._got:  # the ports are used anew
                got = self._got[key] = _Got(acks=got.acks)
        why = _why(packet, flags, length, sent, got, timer, client)
        if length:
            sent.at[packet.seq] = number
            sent.answered = max(sent.answered, got.ends.get(packet.ack, -1))
            if (packet.seq + length - sent.end) % _WHOLE < _HALF:
                sent.end = (packet.seq + length) % _WHOLE
        if flags & _ACK:
            sent.ack = packet.ack
        sent.is_open = sent.is_open or not flags & _SYN
        return why


def _length(packet: Tcp, flags: int) -> int:
    """How many sequence numbers a segment takes."""
    return len(packet.payload) + bool(flags & _SYN) + bool(flags & _FIN)


def _why(
    packet: Tcp, flags: int, length: int, sent: _Sent, got: _Got, timer: Record | None, client: str
) -> Why:
    if flags & _RST:
        return _reset(packet, flags, got)
    of = got.ends.get(packet.ack, -1) if flags & _ACK else -1
    if length and packet.seq in sent.at and (sent.end - packet.seq - length) % _WHOLE < _HALF:
        return _again(packet, flags, length, sent.at[packet.seq], got, timer)
    if flags & _SYN:
        if of in got.syns:
            return Why("accepts the connection that was asked for at {of}", of)
        return Why(f"{client or 'has something to ask'}: opens a connection")
    if length:
        return _something(packet, of, sent, got, client)
    if of in got.syns and not sent.is_open:
        return Why("completes the connection that was accepted at {of}", of)
    if packet.ack == sent.ack:
        return Why("says once more up to where it has got everything")
    if of < 0:
        return Why("acknowledges what it has got")
    late = ", as nothing to send came along" if _name(timer) == "delayed ack" else ""
    return Why(f"acknowledges the segment of {{of}}{late}", of)


def _again(packet: Tcp, flags: int, length: int, of: int, got: _Got, timer: Record | None) -> Why:
    """Why a segment was sent that had been sent before."""
    what = "its SYN" if flags & _SYN else "the segment"
    end = (packet.seq + length) % _WHOLE
    if got.acknowledged >= 0 and (got.acknowledged - end) % _WHOLE < _HALF:
        return Why(f"sends {what} of {{of}} again: its acknowledgment came too late to stop it", of)
    probe = ", as a probe for losses" if _name(timer) == "loss probe" else ""
    return Why(f"no acknowledgment for {{since}}: sends {what} of {{of}} again{probe}", of)


def _reset(packet: Tcp, flags: int, got: _Got) -> Why:
    """Why a reset was sent: one that answers acknowledges nothing, unless it answers a SYN."""
    if flags & _ACK:
        of = got.ends.get(packet.ack, -1)
        of = of if of in got.syns else -1
    else:
        of = got.acks.get(packet.seq, -1)
    if of < 0:
        return Why("breaks its connection off")
    return Why("knows no such connection: refuses the segment of {of}", of)


def _something(packet: Tcp, of: int, sent: _Sent, got: _Got, client: str) -> Why:
    """Why a segment was sent that brings something new."""
    if not packet.payload:
        return Why("has nothing more to send: closes its side of the connection")
    if client:
        return Why(f"{client}, over its connection")
    if of in got.texts and of > sent.answered:
        return Why("answers the segment of {of}", of)
    return Why("has something new for the other side")


def _name(timer: Record | None) -> str:
    return "" if timer is None or timer.kind != "timer" else str(timer.data.get("name"))
