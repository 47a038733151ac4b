"""The rows of a ladder: messages and what happened on hosts, probes of the clients gathered between them.

Of many probes in a row only three things matter: whom they were addressed to (a client sends where its
neighbor cache says, dead or not), how many there were, and how many were answered. Background polls go
to other addresses; they are left out and only counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from vipsim.trace import Trace
from vipsim.units import Time, seconds
from vipsim.view.exchange import Mark, Message, marks
from vipsim.view.lanes import Window, scenario_nodes, scenario_part
from vipsim.wire import heartbeat
from vipsim.wire.frames import Echo, Packet, Udp

Key = tuple[str, str, int, int | bytes]
"""A question, and the answer to it: the client's node, the address asked, and the probe's own numbers."""


@dataclass(slots=True)
class Probes:
    """Probes of measured clients to one host, one after the other with nothing else between."""

    time: Time
    last: Time
    target: str
    """Host to whose MAC the frames were addressed; the MAC itself if it is nobody's."""
    nodes: set[str] = field(default_factory=set)
    """The clients' hosts."""
    served: set[str] = field(default_factory=set)
    """Those of them that got an answer."""
    asked: int = 0
    answered: int = 0

    @property
    def unanswered(self) -> int:
        """How many of these probes no answer ever came back to."""
        return max(0, self.asked - self.answered)

    @property
    def text(self) -> str:
        """``until 5.103 s: 110 probes to db1, 98 answers (✗ 12 unanswered)``, or ``✗ 0 answers``."""
        probes = f"{self.asked} probe{'' if self.asked == 1 else 's'}"
        answers = f"{self.answered} answer{'' if self.answered == 1 else 's'}"
        if not self.answered:
            answers = f"✗ {answers}"
        lost = f" (✗ {self.unanswered} unanswered)" if self.answered and self.unanswered else ""
        return f"until {seconds(self.last)}: {probes} to {self.target}, {answers}{lost}"


Row = Message | Mark | Probes


def rows(
    trace: Trace, part: Window, told: list[Message], nodes: Collection[str], kinds: Collection[str]
) -> tuple[list[Row], int]:
    """Everything between these nodes in the window, in order, and how many polls were left out.

    `told` is what `messages` returned for this window.
    """
    work = _Work(trace, part)
    said = [message for message in told if message.kind in kinds and _is_between(message, nodes)]
    events: list[Message | Mark] = sorted([*marks(trace, part, nodes), *said], key=lambda row: row.time)
    result: list[Row] = []
    gathered: dict[str, Probes] = {}
    polls = 0
    for event in events:
        last = result[-1] if result else None
        if isinstance(event, Message) and work.is_poll(event):
            polls += work.question(event) is not None
        elif isinstance(event, Message) and work.is_probe(event):
            found = work.gather(event, gathered)
            if found is not None:
                result.append(found)
        elif isinstance(event, Mark) and isinstance(last, Mark) and _is_same_moment(event, last):
            last.text, last.state = f"{last.text}, {event.text}", event.state or last.state
            last.is_fault = last.is_fault or event.is_fault
        else:
            gathered.clear()
            result.append(event)
    return result, polls


def _is_between(message: Message, nodes: Collection[str]) -> bool:
    """Whether a message was sent by one of the nodes, and to one of them (or got lost on the way)."""
    ends = [*message.arrived, *(node for node, _ in message.missed)]
    return message.src in nodes and any(node is None or node in nodes for node in ends)


def _is_same_moment(one: Mark, other: Mark) -> bool:
    return one.time == other.time and one.node == other.node


class _Work:
    """Which frames are the clients' own work, and what was answered from the window's start on."""

    def __init__(self, trace: Trace, part: Window) -> None:
        self._clients, self._polls = _workloads(trace)
        self._seen: set[Key] = set()
        self._answered: set[Key] = set()
        for hop in trace.frames:
            node = hop.dst.partition(".")[0]
            if node in self._clients and hop.outcome == "delivered" and hop.sent >= part.start:
                key = _answer(hop.frame.packet, node)
                if key is not None:
                    self._answered.add(key)

    def question(self, message: Message) -> Key | None:
        """Return what a client's probe asks; None if it is none."""
        packet = message.frame.packet
        if message.src not in self._clients:
            return None
        match packet:
            case Echo(is_reply=False):
                return message.src, str(packet.dst), packet.ident, packet.seq
            case Udp() if packet.dport != heartbeat.PORT:
                return message.src, str(packet.dst), packet.sport, packet.payload
            case _:
                return None

    def _keys(self, message: Message) -> list[Key]:
        """The question that a message asks, or else the questions that it may answer."""
        asked = self.question(message)
        if asked is not None:
            return [asked]
        ends = [*message.arrived, *(node for node, _ in message.missed)]
        keys = [_answer(message.frame.packet, node) for node in ends if node in self._clients and node]
        return [key for key in keys if key is not None]

    def is_probe(self, message: Message) -> bool:
        """Whether a message is a client's question or the answer to one."""
        return bool(self._keys(message))

    def is_poll(self, message: Message) -> bool:
        """Whether it belongs to background traffic only."""
        keys = self._keys(message)
        return bool(keys) and all(key[:2] in self._polls for key in keys)

    def gather(self, message: Message, gathered: dict[str, Probes]) -> Probes | None:
        """Count a probe or an answer where it belongs; return the row if that is a new one."""
        asked = self.question(message)
        if asked is None and not self._seen.isdisjoint(self._keys(message)):
            return None  # the answer was counted with its question
        target = message.src if asked is None else message.addressee or str(message.frame.dst)
        row = gathered.get(target)
        is_new = row is None
        if row is None:
            row = gathered[target] = Probes(message.time, message.time, target)
        row.last = message.time
        if asked is None:
            row.answered += 1
            row.served |= {node for node, *_ in self._keys(message)}
            row.nodes |= row.served
        else:
            self._seen.add(asked)
            row.asked += 1
            row.nodes.add(message.src)
            if asked in self._answered:
                row.answered += 1
                row.served.add(message.src)
        return row if is_new else None


def _answer(packet: Packet, node: str) -> Key | None:
    """The question of a client on `node` that a packet to it answers, if it is an answer."""
    match packet:
        case Echo(is_reply=True):
            return node, str(packet.src), packet.ident, packet.seq
        case Udp() if packet.sport != heartbeat.PORT:
            return node, str(packet.src), packet.dport, packet.payload
        case _:
            return None


def _workloads(trace: Trace) -> tuple[set[str], set[tuple[str, str]]]:
    """Hosts of the clients, and (host, address) of what only background polls ask."""
    addresses = _addresses(trace)
    nodes: set[str] = set()
    asked: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for body in scenario_part(trace, "clients").values():
        if isinstance(body, Mapping):
            node, target = str(body.get("node")), str(body.get("target"))
            nodes.add(node)
            asked[bool(body.get("measured", True))].add((node, addresses.get(target, target)))
    return nodes, asked[False] - asked[True]


def _addresses(trace: Trace) -> dict[str, str]:
    """Address of every virtual address and of every host (its first) by name, as far as the scenario says."""
    found: dict[str, Any] = {}
    for name, node in scenario_nodes(trace).items():
        interfaces = node.get("interfaces")
        for iface in interfaces.values() if isinstance(interfaces, Mapping) else ():
            if isinstance(iface, Mapping):
                found.setdefault(name, iface.get("address"))
    found |= scenario_part(trace, "vips")
    return {name: str(address).partition("/")[0] for name, address in found.items()}
