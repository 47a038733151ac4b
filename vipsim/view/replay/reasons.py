"""Why each frame was sent, in a student's words: from causes, and from what it answers or repeats.

A reason is a text that many frames share, and the frame that it speaks of: ``{of}`` stands for the time at
which that one was sent, ``{since}`` for how long ago that was. Every frame has a reason; where a trace tells
none (a recording has no causes), the reason says what the frame is for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vipsim.trace import Record, Trace
from vipsim.trace.journal import Causes
from vipsim.units import format_duration
from vipsim.view.exchange import Message
from vipsim.view.replay.places import Places
from vipsim.view.replay.segments import Segments
from vipsim.view.replay.why import Why
from vipsim.view.words import address_text
from vipsim.view.work import addresses_by_name, nodes_by_address
from vipsim.wire import heartbeat
from vipsim.wire.frames import Arp, ArpOp, Carp, Echo, IcmpError, IcmpKind, Tcp, Udp, Vrrp

_IP_ENDS = slice(26, 42)
"""Octets of a frame: the ends of an IPv4 packet, and the eight that an ICMP error quotes."""
_TTL = 22


class Reasons:
    """Goes through the frames of a run in order and says why each was sent."""

    def __init__(self, trace: Trace, places: Places, causes: Causes) -> None:
        self._causes = causes
        self._records = {record.id: record for record in trace.select()}
        self._nodes = nodes_by_address(trace)
        self._asking = _asking(trace, places)
        self._neighbors = {
            (record.node, record.time, str(record.data["ip"])): str(record.data.get("new"))
            for record in trace.select("neighbor")
        }
        self._asked: dict[tuple[object, ...], int] = {}
        """Number of the latest question, by what its answer says."""
        self._said: dict[bytes, tuple[int, int]] = {}
        """Number and TTL of the latest packet, by `_IP_ENDS`."""
        self._segments = Segments()
        self._told: list[Message] = []

    def all(self, told: Iterable[Message]) -> list[Why]:
        """Return the reasons of these messages, all of a run in order of time."""
        found = []
        for message in told:
            self._told.append(message)
            found.append(self._why(message, len(self._told) - 1))
        return found

    def _why(self, message: Message, number: int) -> Why:
        packet = message.frame.packet
        record = self._records.get(message.frame.cause)
        forged = record is not None and record.kind == "fault" and record.data.get("word") == "inject"
        if forged and record is not None and message.time == record.time:
            return Why("forged: the fault inject put it on the cable")
        if isinstance(packet, Arp):
            return self._arp(message, packet, number, record)
        passed = self._passed_on(message, number)
        if passed is not None:
            return passed
        own = record if record is not None and record.node == message.src else None
        match packet:
            case Vrrp(priority=0):
                return Why(f"says goodbye: {self._daemons(own, 'its daemon ends or gives up')}")
            case Vrrp() | Carp():
                return Why(self._daemons(own, "its daemon says that it is master"))
            case Echo():
                return self._echo(message, packet, number, own)
            case Tcp():
                return self._tcp(message, packet, number, own)
            case Udp():
                return self._udp(message, packet, number, own)
            case IcmpError():
                return self._error(message, packet)
        return Why(self._daemons(own, "the trace tells no reason"))

    def _daemons(self, record: Record | None, otherwise: str) -> str:
        """What woke the process that made a record, in the words of `vipsim explain`."""
        return (self._causes.why(record) if record is not None else "") or otherwise

    def _who(self, number: int) -> str:
        """Host that sent a packet first, as far as its address tells."""
        message = self._told[number]
        address = address_text(getattr(message.frame.packet, "src", ""))
        return self._nodes.get(address, message.src)

    # --- ARP ---------------------------------------------------------------------------------

    def _arp(self, message: Message, packet: Arp, number: int, record: Record | None) -> Why:
        key = ("arp", int(packet.target_ip), int(packet.sender_ip))
        if packet.is_gratuitous:
            because = self._daemons(record if record and record.node == message.src else None, "")
            return Why(f"tells everybody where {packet.sender_ip} is now{': ' if because else ''}{because}")
        if packet.op is ArpOp.REPLY:
            of = self._asked.get(("arp", int(packet.sender_ip), int(packet.target_ip)), -1)
            if of < 0:
                return Why(f"tells where {packet.sender_ip} is, though nobody asked")
            return Why(f"answers {self._told[of].src}'s question for {packet.sender_ip} of {{of}}", of)
        before, self._asked[key] = self._asked.get(key, -1), number
        if not packet.sender_ip:
            return Why(f"asks who has {packet.target_ip}, as one who must not use the address itself")
        state = self._neighbors.get((message.src, message.time, str(packet.target_ip)))
        if state == "INCOMPLETE":
            return Why(f"has a packet for {packet.target_ip} and no MAC address for it in its neighbor cache")
        if state == "PROBE":
            return Why(f"used its old entry for {packet.target_ip} and nothing confirmed it: asks that host")
        if before >= 0 and self._told[before].src == message.src:
            return Why("no answer to its question of {of} for {since}: asks again", before)
        return Why(f"needs the MAC address of {packet.target_ip}")

    # --- questions and answers over IPv4 -----------------------------------------------------

    def _passed_on(self, message: Message, number: int) -> Why | None:
        """The reason of a packet that another host sent first; its latest sender is noted."""
        octets = message.octets
        if len(octets) <= _TTL:
            return None
        ends, ttl = octets[_IP_ENDS], octets[_TTL]
        before = self._said.get(ends)
        self._said[ends] = number, ttl
        if before is None or ttl + 1 != before[1] or self._told[before[0]].src == message.src:
            return None
        return Why(f"passes on what {self._who(before[0])} sent at {{of}}: is a router on its way", before[0])

    def _client(self, node: str, packet: Any) -> str:
        return self._asking.get((node, address_text(packet.dst)), "")

    def _echo(self, message: Message, packet: Echo, number: int, own: Record | None) -> Why:
        ends = (int(packet.src), int(packet.dst))
        if packet.is_reply:
            of = self._asked.get(("echo", *ends[::-1], packet.ident, packet.seq), -1)
            if of < 0:
                return Why("answers a ping of before")
            return Why(f"answers {self._who(of)}'s ping of {{of}}", of)
        self._asked["echo", *ends, packet.ident, packet.seq] = number
        if own is not None and own.kind == "advert":
            because = self._daemons(own, "")
            return Why(f"its daemon asks whether {packet.dst} lives{': ' if because else ''}{because}")
        client = self._client(message.src, packet)
        return Why(client or f"somebody at {message.src} asks whether {packet.dst} answers")

    def _udp(self, message: Message, packet: Udp, number: int, own: Record | None) -> Why:
        if packet.sport == packet.dport == heartbeat.PORT:
            return Why(self._daemons(own, "its daemon tells the other one of its pair"))
        ends = (int(packet.src), packet.sport, int(packet.dst), packet.dport)
        of = self._asked.get(("udp", *ends[2:], *ends[:2], packet.payload), -1)
        if of >= 0:
            return Why(f"answers {self._who(of)}'s question of {{of}}", of)
        before = self._asked.get(("udp", *ends, packet.payload), -1)
        self._asked["udp", *ends, packet.payload] = number
        if own is not None and own.kind == "advert":
            because = self._daemons(own, "")
            return Why(f"its daemon asks a service of {packet.dst}{': ' if because else ''}{because}")
        if before >= 0 and self._told[before].src == message.src:
            return Why("no answer to its question of {of} for {since}: asks again", before)
        client = self._client(message.src, packet)
        return Why(client or f"somebody at {message.src} sends to port {packet.dport} of {packet.dst}")

    def _tcp(self, message: Message, packet: Tcp, number: int, own: Record | None) -> Why:
        return self._segments.why(message.src, packet, number, own, self._client(message.src, packet))

    def _error(self, message: Message, packet: IcmpError) -> Why:
        about = packet.about
        said = self._said.get(message.octets[_ERROR_ENDS])
        of = said[0] if said is not None else -1
        who = self._nodes.get(str(about.src), str(about.src))
        what = f"a packet of {who}" if of < 0 else f"what {self._who(of)} sent at {{of}}"
        match packet.kind:
            case IcmpKind.REDIRECT:
                return Why(f"got {what} and knows a shorter way to {about.dst}: {packet.gateway}", of)
            case IcmpKind.PORT_UNREACHABLE:
                return Why(f"got {what} and has nobody who listens at that port", of)
            case IcmpKind.TTL_EXCEEDED:
                return Why(f"got {what}, which has passed too many routers", of)
        return Why(f"got {what} for {about.dst} and cannot reach that host", of)


_ERROR_ENDS = slice(54, 70)
"""Octets of a frame with an ICMP error: what it quotes, as `_IP_ENDS` of the quoted packet."""


def _asking(trace: Trace, places: Places) -> dict[tuple[str, str], str]:
    """Return by host and address asked what its client does there."""
    addresses = addresses_by_name(trace)
    found: dict[tuple[str, str], str] = {}
    for client in places.scenario.clients:
        key = client.node, addresses.get(client.target, client.target)
        verb = "sends something" if str(client.over) == "oneway" else "asks"
        found.setdefault(key, f"its client {verb} every {format_duration(client.interval)}")
    return found
