"""Which frames of a trace are the clients' own work, as a ladder gathers them, and what came of it.

Who asks is told by the addresses in a packet, so that one probe which crosses a router is one exchange: it
counts where its client sent it, with the first host on its way, and what routers send on of it is no event
of its own. Of a TCP connection each segment with data (or a SYN or FIN) of the side that opened it is a
question, and what acknowledges it the answer; resets are no part of the work, but events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vipsim.trace import Trace
from vipsim.view.exchange import Message
from vipsim.view.lanes import Window, scenario_nodes, scenario_part
from vipsim.view.words import address_text
from vipsim.wire import heartbeat
from vipsim.wire.frames import Echo, Packet, Tcp, TcpFlag, Udp

PROBE, TCP, ONE_WAY = "probe", "tcp", "oneway"
"""Ways in which clients ask: each has rows of its own."""
Key = tuple[str, str, int, int | bytes]
"""A question, and the answer to it: the client's node, the address asked, and the probe's own numbers."""
_HALF = 1 << 31
_ACK, _RST, _ENDS = int(TcpFlag.ACK), int(TcpFlag.RST), int(TcpFlag.SYN | TcpFlag.FIN)
"""As plain numbers, which Python compares ten times as fast."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one message is within the clients' work."""

    client: str
    way: str
    is_question: bool
    is_answered: bool
    counts: bool = True
    """False: it goes with another one (an answer with its question, what a router sends on)."""
    is_poll: bool = False
    """It belongs to background traffic only."""


class Work:
    """The clients' work of a trace, and what was answered from the window's start on."""

    def __init__(self, trace: Trace, part: Window) -> None:
        self._clients, self._polls, self._one_way = _workloads(trace)
        self._nodes = nodes_by_address(trace)
        self._asked: set[Key] = set()
        self._answered: set[Key] = set()
        self._acknowledged: dict[tuple[object, ...], int] = {}
        for hop in trace.frames:
            if hop.outcome != "delivered" or hop.sent < part.start:
                continue
            node, packet = hop.dst.partition(".")[0], hop.frame.packet
            if isinstance(packet, Tcp) and node == self._nodes.get(address_text(packet.dst), node):
                self._acknowledge(packet)
            elif node in self._clients and (key := _answer(packet, node)) is not None:
                self._answered.add(key)

    def _acknowledge(self, packet: Tcp) -> None:
        way = (packet.dst, packet.dport, packet.src, packet.sport)
        best = self._acknowledged.setdefault(way, packet.ack)
        if int(packet.flags) & _ACK and (packet.ack - best) % (1 << 32) < _HALF:
            self._acknowledged[way] = packet.ack

    def part_of(self, message: Message) -> Part | None:
        """Return what a message is; None if it is no client's work, but an event."""
        packet = message.frame.packet
        if isinstance(packet, Tcp):
            return None if int(packet.flags) & _RST else self._segment(message, packet)
        sender = self._nodes.get(address_text(getattr(packet, "src", "")), message.src)
        asked = _question(packet, sender) if sender in self._clients else None
        if asked is not None:
            return self._probe(message, asked, is_first=sender == message.src)
        return self._reply(message, packet)

    def _probe(self, message: Message, asked: Key, *, is_first: bool) -> Part:
        way = ONE_WAY if isinstance(message.frame.packet, Udp) and asked[:2] in self._one_way else PROBE
        if is_first:
            self._asked.add(asked)
        is_answered = bool(message.arrived) if way == ONE_WAY else asked in self._answered
        return Part(asked[0], way, True, is_answered, is_first, asked[:2] in self._polls)

    def _reply(self, message: Message, packet: Packet) -> Part | None:
        owner = self._nodes.get(address_text(getattr(packet, "dst", "")))
        ends = [owner] if owner else [*message.arrived, *(node for node, _ in message.missed)]
        keys = [key for node in ends if node in self._clients and node and (key := _answer(packet, node))]
        if not keys:
            return None
        counts = self._asked.isdisjoint(keys)
        self._asked.update(keys)  # its other hops over routers do not count again
        is_poll = all(key[:2] in self._polls for key in keys)
        return Part(keys[0][0], PROBE, False, True, counts, is_poll)

    def _segment(self, message: Message, packet: Tcp) -> Part:
        """A client opens its connections, and between servers the side with the higher port."""
        sender, receiver = (self._nodes.get(address_text(one)) for one in (packet.src, packet.dst))
        opens = packet.sport > packet.dport
        if (sender in self._clients) != (receiver in self._clients):
            opens = sender in self._clients
        client = (sender if opens else receiver) or message.src
        size = len(packet.payload) + bool(int(packet.flags) & _ENDS)
        is_question = opens and size > 0
        counts = is_question and message.src == (sender or message.src)
        way = (packet.src, packet.sport, packet.dst, packet.dport)
        best = self._acknowledged.get(way)
        covered = best is not None and (best - packet.seq - size) % (1 << 32) < _HALF
        return Part(client, TCP, is_question, covered and bool(message.arrived), counts)


def _question(packet: Packet, node: str) -> Key | None:
    """Return what a client on `node` asks with a packet; None if it is no probe."""
    match packet:
        case Echo(is_reply=False):
            return node, address_text(packet.dst), packet.ident, packet.seq
        case Udp() if packet.dport != heartbeat.PORT:
            return node, address_text(packet.dst), packet.sport, packet.payload
        case _:
            return None


def _answer(packet: Packet, node: str) -> Key | None:
    """The question of a client on `node` that a packet to it answers, if it is an answer."""
    match packet:
        case Echo(is_reply=True):
            return node, address_text(packet.src), packet.ident, packet.seq
        case Udp() if packet.sport != heartbeat.PORT:
            return node, address_text(packet.src), packet.dport, packet.payload
        case _:
            return None


_Asked = set[tuple[str, str]]


def _workloads(trace: Trace) -> tuple[set[str], _Asked, _Asked]:
    """Hosts of the clients; (host, address) of what only polls ask, and of what only one-way clients ask."""
    addresses = addresses_by_name(trace)
    nodes: set[str] = set()
    asked: dict[bool, _Asked] = {True: set(), False: set()}
    one_way: dict[bool, _Asked] = {True: set(), False: set()}
    for body in scenario_part(trace, "clients").values():
        if isinstance(body, Mapping):
            node, target = str(body.get("node")), str(body.get("target"))
            nodes.add(node)
            what = (node, addresses.get(target, target))
            asked[bool(body.get("measured", True))].add(what)
            if body.get("probe", "ping") != "ping":
                one_way[body.get("over", "udp") == "oneway"].add(what)
    return nodes, asked[False] - asked[True], one_way[True] - one_way[False]


def nodes_by_address(trace: Trace) -> dict[str, str]:
    """Host of each address of an interface, as far as the scenario says; virtual ones move."""
    found: dict[str, str] = {}
    for name, node in scenario_nodes(trace).items():
        interfaces = node.get("interfaces")
        for iface in interfaces.values() if isinstance(interfaces, Mapping) else ():
            if isinstance(iface, Mapping) and iface.get("address"):
                found[str(iface["address"]).partition("/")[0]] = name
    return found


def addresses_by_name(trace: Trace) -> dict[str, str]:
    """Address of every virtual address and of every host (its first) by name, as far as the scenario says."""
    found: dict[str, Any] = {}
    for address, name in nodes_by_address(trace).items():
        found.setdefault(name, address)
    found |= scenario_part(trace, "vips")
    return {name: str(address).partition("/")[0] for name, address in found.items()}
