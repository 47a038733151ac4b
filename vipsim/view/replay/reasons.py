"""Why each frame was sent, in a student's words: from causes, and from what it answers or repeats.

A reason is a text that many frames share, and the frame that it speaks of: ``{of}`` stands for the time at
which that one was sent, ``{since}`` for how long ago that was. Every frame has a reason; where a trace tells
none (a recording has no causes), the reason says what the frame is for. A host answers, refuses and passes on
only what had arrived at it by then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from vipsim.trace import Record, Trace
from vipsim.trace.journal import Causes
from vipsim.units import Time, format_duration
from vipsim.view.exchange import Message
from vipsim.view.replay.arrivals import Arrivals
from vipsim.view.replay.places import Places
from vipsim.view.replay.segments import Segments
from vipsim.view.replay.why import Why
from vipsim.view.replay.wording import readable
from vipsim.view.words import address_text
from vipsim.view.work import addresses_by_name, nodes_by_address
from vipsim.wire import heartbeat
from vipsim.wire.frames import Arp, ArpOp, Carp, Echo, IcmpError, IcmpKind, Tcp, Udp, Vrrp

_ETHERNET, _ICMP_ERROR = 14, 42
"""Where the IPv4 header of a packet begins in a frame, and of the one that an ICMP error quotes."""
_TTL = 8
_QUOTED = 28
"""Octets of a packet from there on that an ICMP error quotes."""


class Reasons:
    """Goes through the frames of a run in order and says why each was sent."""

    def __init__(self, trace: Trace, places: Places, causes: Causes) -> None:
        self._causes = causes
        self._records = {record.id: record for record in trace.select()}
        self._nodes = nodes_by_address(trace)
        self._asking = _asking(trace, places)
        self._neighbors: dict[tuple[str, str], list[Record]] = {}
        """Changes of neighbor caches by host and address, in order."""
        for record in trace.select("neighbor"):
            self._neighbors.setdefault((record.node, str(record.data["ip"])), []).append(record)
        self._asked: dict[tuple[object, ...], int] = {}
        """Number of a host's latest question without an answer, by the host and what its answer says."""
        self._heard: dict[tuple[object, ...], int] = {}
        """Number of the latest question that has reached a host, by the host and what its answer says."""
        self._got: dict[tuple[str, bytes], tuple[int, int]] = {}
        """Number and TTL of the latest packet that has reached a host, by the host and `_identity`."""
        self._segments = Segments()
        self._told: list[Message] = []

    def all(self, told: Iterable[Message]) -> list[Why]:
        """Return the reasons of these messages, all of a run in order of time."""
        self._told = list(told)
        arrivals = Arrivals(self._told)
        found = []
        for number, message in enumerate(self._told):
            for arrived, node in arrivals.until(message.time):
                self._arrived(arrived, node)
            found.append(self._why(message, number))
        return found

    def _arrived(self, number: int, node: str) -> None:
        """Note that a frame has reached a host."""
        message = self._told[number]
        packet = message.frame.packet
        if isinstance(packet, Arp):
            key = ("arp", int(packet.target_ip), int(packet.sender_ip))
            if packet.op is ArpOp.REQUEST:
                self._heard[node, *key] = number
            else:
                self._asked.pop((node, "arp", int(packet.sender_ip)), None)
            return
        octets = message.octets
        if len(octets) >= _ETHERNET + _QUOTED:
            self._got[node, _identity(octets, _ETHERNET)] = number, octets[_ETHERNET + _TTL]
        match packet:
            case Echo(is_reply=False):
                self._heard[node, "echo", *_echo_key(packet)] = number
            case Udp():
                ends = _udp_key(packet)
                self._heard[node, "udp", *ends] = number
                self._asked.pop((node, "udp", *ends[2:4], *ends[:2], packet.payload), None)
            case Tcp():
                self._segments.arrived(node, packet, number)

    def _why(self, message: Message, number: int) -> Why:
        packet = message.frame.packet
        record = self._records.get(message.frame.cause)
        forged = record is not None and record.kind == "fault" and record.data.get("word") == "inject"
        if forged and record is not None and message.time == record.time:
            return Why("forged: the fault inject put it on the cable")
        if isinstance(packet, Arp):
            return self._arp(message, packet, number, record)
        passed = self._passed_on(message)
        if passed is not None:
            return passed
        own = record if record is not None and record.node == message.src else None
        match packet:
            case Vrrp(priority=0):
                return Why(f"says goodbye: {self._daemons(own, 'its daemon ends or gives up')}")
            case Vrrp() | Carp():
                return Why(self._daemons(own, "its daemon says that it is master"))
            case Echo():
                return self._echo(message, packet, own)
            case Tcp():
                return self._tcp(message, packet, number, own)
            case Udp():
                return self._udp(message, packet, number, own)
            case IcmpError():
                return self._error(message, packet)
        return Why(self._daemons(own, "the trace tells no reason"))

    def _daemons(self, record: Record | None, otherwise: str) -> str:
        """What woke the process that made a record, in the words of `vipsim explain`."""
        return readable(self._causes.why(record) if record is not None else "") or otherwise

    def _who(self, number: int) -> str:
        """Host that sent a packet first, as far as its address tells."""
        message = self._told[number]
        address = address_text(getattr(message.frame.packet, "src", ""))
        return self._nodes.get(address, message.src)

    # --- ARP ---------------------------------------------------------------------------------

    def _arp(self, message: Message, packet: Arp, number: int, record: Record | None) -> Why:
        src, wanted = message.src, packet.target_ip
        if packet.is_gratuitous:
            because = self._daemons(record if record and record.node == src else None, "")
            return Why(f"tells everybody where {packet.sender_ip} is now{': ' if because else ''}{because}")
        if packet.op is ArpOp.REPLY:
            of = self._heard.pop((src, "arp", int(packet.sender_ip), int(wanted)), -1)
            if of < 0:
                return Why(f"tells where {packet.sender_ip} is, though nobody asked")
            return Why(f"answers {self._told[of].src}'s question for {packet.sender_ip} of {{of}}", of)
        key = (src, "arp", int(wanted))
        before, self._asked[key] = self._asked.get(key, -1), number
        if not packet.sender_ip:
            return Why(f"asks who has {wanted}, as one who must not use the address itself")
        entry = self._entry(src, str(wanted), message.time)
        state = "" if entry is None else str(entry.data.get("new"))
        is_first = before < 0 or (entry is not None and self._told[before].time < entry.time)
        if is_first and state == "INCOMPLETE":
            return Why(f"has a packet for {wanted} and no MAC address for it in its neighbor cache")
        if is_first and (state == "PROBE" or not message.frame.dst.is_group):
            return Why(f"used its old entry for {wanted} and nothing confirmed it: asks that host")
        if before >= 0:
            return Why("no answer to its question of {of} for {since}: asks again", before)
        return Why(f"needs the MAC address of {wanted}")

    def _entry(self, node: str, address: str, time: Time) -> Record | None:
        """What a host last noted about a neighbor: its question may have waited for the cable since."""
        changes = self._neighbors.get((node, address), [])
        place = bisect_right(changes, time, key=_time)
        return changes[place - 1] if place else None

    # --- questions and answers over IPv4 -----------------------------------------------------

    def _passed_on(self, message: Message) -> Why | None:
        """The reason of a packet that has reached its sender from another host, with a larger TTL."""
        octets = message.octets
        if len(octets) < _ETHERNET + _QUOTED:
            return None
        of, ttl = self._got.get((message.src, _identity(octets, _ETHERNET)), (-1, 0))
        if of < 0 or octets[_ETHERNET + _TTL] + 1 != ttl or self._told[of].src == message.src:
            return None
        return Why(f"passes on what {self._who(of)} sent at {{of}}: is a router on its way", of)

    def _client(self, node: str, packet: Any) -> str:
        return self._asking.get((node, address_text(packet.dst)), "")

    def _echo(self, message: Message, packet: Echo, own: Record | None) -> Why:
        if packet.is_reply:
            of = self._heard.get((message.src, "echo", *_echo_key(packet)), -1)
            if of < 0:
                return Why("answers a ping of before")
            return Why(f"answers {self._who(of)}'s ping of {{of}}", of)
        if own is not None and own.kind == "advert":
            because = self._daemons(own, "")
            return Why(f"its daemon asks whether {packet.dst} lives{': ' if because else ''}{because}")
        client = self._client(message.src, packet)
        return Why(client or f"somebody at {message.src} asks whether {packet.dst} answers")

    def _udp(self, message: Message, packet: Udp, number: int, own: Record | None) -> Why:
        if packet.sport == packet.dport == heartbeat.PORT:
            return Why(self._daemons(own, "its daemon tells the other one of its pair"))
        ends = _udp_key(packet)
        of = self._heard.get((message.src, "udp", *ends[2:4], *ends[:2], packet.payload), -1)
        if of >= 0:
            return Why(f"answers {self._who(of)}'s question of {{of}}", of)
        key = (message.src, "udp", *ends)
        before, self._asked[key] = self._asked.get(key, -1), number
        if own is not None and own.kind == "advert":
            because = self._daemons(own, "")
            return Why(f"its daemon asks a service of {packet.dst}{': ' if because else ''}{because}")
        if before >= 0:
            return Why("no answer to its question of {of} for {since}: asks again", before)
        client = self._client(message.src, packet)
        return Why(client or f"somebody at {message.src} sends to port {packet.dport} of {packet.dst}")

    def _tcp(self, message: Message, packet: Tcp, number: int, own: Record | None) -> Why:
        return self._segments.why(message.src, packet, number, own, self._client(message.src, packet))

    def _error(self, message: Message, packet: IcmpError) -> Why:
        about = packet.about
        of, _ = self._got.get((message.src, _identity(message.octets, _ICMP_ERROR)), (-1, 0))
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


def _identity(octets: bytes, begin: int) -> bytes:
    """What stays of a packet on its way, of the octets that an error quotes: no TTL and no checksum."""
    return (
        octets[begin : begin + _TTL] + octets[begin + 9 : begin + 10] + octets[begin + 12 : begin + _QUOTED]
    )


def _echo_key(packet: Echo) -> tuple[int, int, int, int]:
    """Who asked whom, and which question it was."""
    ends = (int(packet.src), int(packet.dst))
    return (*(ends[::-1] if packet.is_reply else ends), packet.ident, packet.seq)


def _udp_key(packet: Udp) -> tuple[int, int, int, int, bytes]:
    """Its ends, and what it says: an answer says the same."""
    return int(packet.src), packet.sport, int(packet.dst), packet.dport, packet.payload


def _time(record: Record) -> Time:
    return record.time


def _asking(trace: Trace, places: Places) -> dict[tuple[str, str], str]:
    """Return by host and address asked what its client does there."""
    addresses = addresses_by_name(trace)
    found: dict[tuple[str, str], str] = {}
    for client in places.scenario.clients:
        key = client.node, addresses.get(client.target, client.target)
        verb = "sends something" if str(client.over) == "oneway" else "asks"
        found.setdefault(key, f"its client {verb} every {format_duration(client.interval)}")
    return found
