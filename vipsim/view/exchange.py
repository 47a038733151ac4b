"""Frames as people tell them: who said what to whom, hops through switches joined, probes gathered.

A frame crosses the network as several hops (`FrameRecord`), each switch repeating it. Joining them needs
only the records: a hop that leaves a switch continues the latest equal frame that reached it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vipsim.errors import DecodeError
from vipsim.trace import Record, Trace
from vipsim.units import Time, seconds
from vipsim.view.lanes import Window, fault_text, scenario_nodes
from vipsim.wire import heartbeat
from vipsim.wire.frames import Arp, Echo, Frame, Packet, Udp, Vrrp, kind_of

KINDS = (
    "advert",
    "garp",
    "arp-request",
    "arp-reply",
    "arp-probe",
    "echo-request",
    "echo-reply",
    "udp",
    "ip",
    "other",
)
"""Kinds of frames, as `vipsim.wire.frames.kind_of` names them."""
_PROBES = frozenset({"echo-request", "echo-reply", "udp"})


@dataclass(slots=True)
class Message:
    """One frame from the host that sent it to all hosts that it reached, or should have."""

    time: Time
    """When its first bit left, in ns."""
    src: str
    frame: Frame
    arrived: list[str] = field(default_factory=list)
    missed: list[tuple[str | None, str]] = field(default_factory=list)
    """Which host a lost copy was for (None: for many, lost before the first switch) and why it was lost."""

    @property
    def kind(self) -> str:
        """One word, such as ``advert``."""
        return kind_of(self.frame.packet)


@dataclass(slots=True)
class Mark:
    """What happened on a host: a fault, a new state, an address taken."""

    time: Time
    node: str
    text: str
    state: str = ""
    """The daemon's new state, if that is what happened."""
    is_fault: bool = False


@dataclass(slots=True)
class Probes:
    """Frames of the clients' own work, one after the other with nothing else between."""

    time: Time
    last: Time
    nodes: set[str]
    asked: int = 0
    answered: int = 0

    @property
    def text(self) -> str:
        """Say how many and until when: ``110 probes, 98 answers until 5.103 s``."""
        probes = f"{self.asked} probe{'' if self.asked == 1 else 's'}"
        answers = f"{self.answered} answer{'' if self.answered == 1 else 's'}"
        return f"{probes}, {answers} until {seconds(self.last)}"


Row = Message | Mark | Probes


def messages(trace: Trace, part: Window) -> list[Message]:
    """Return the frames that a host began to send in the window, in order."""
    owners = _owners_of_macs(trace)
    switches = {name for name, node in scenario_nodes(trace).items() if node.get("kind") == "switch"}
    found: list[Message] = []
    at_switch: dict[tuple[str, str], Message] = {}
    for hop in sorted(trace.frames, key=lambda record: (record.sent, record.id)):
        if hop.sent not in part:
            continue
        src, dst = hop.src.partition(".")[0], hop.dst.partition(".")[0]
        frame = hop.frame
        key = f"{int(frame.dst)} {int(frame.src)} {frame.packet!r}"
        if src in switches:
            said = at_switch.get((src, key))
            if said is None:
                continue
        else:
            said = Message(hop.sent, src, frame)
            found.append(said)
        is_lost = hop.outcome not in ("delivered", "in_flight")
        if is_lost:
            said.missed.append((owners.get(str(frame.dst)) if dst in switches else dst, hop.outcome))
        elif dst in switches:
            at_switch[dst, key] = said
        elif hop.outcome == "delivered":
            said.arrived.append(dst)
    return found


def _owners_of_macs(trace: Trace) -> dict[str, str]:
    """Host of each MAC address (as text), as far as the scenario says."""
    owners: dict[str, str] = {}
    for name, node in scenario_nodes(trace).items():
        interfaces = node.get("interfaces")
        for iface in interfaces.values() if isinstance(interfaces, Mapping) else ():
            if isinstance(iface, Mapping):
                owners[str(iface.get("mac")).upper()] = name
    return owners


def rows(
    trace: Trace, part: Window, told: list[Message], nodes: Collection[str], kinds: Collection[str]
) -> list[Row]:
    """Everything between these nodes in the window, in order, probe frames of clients gathered.

    `told` is what `messages` returned for this window.
    """
    clients = client_nodes(trace)
    said = [message for message in told if message.kind in kinds and _is_between(message, nodes)]
    events: list[Message | Mark] = sorted([*marks(trace, part, nodes), *said], key=lambda row: row.time)
    result: list[Row] = []
    for event in events:
        last = result[-1] if result else None
        if isinstance(event, Message) and _is_probe(event, clients):
            if not isinstance(last, Probes):
                last = Probes(event.time, event.time, set())
                result.append(last)
            last.last = event.time
            last.nodes |= {event.src, *event.arrived} & set(nodes)
            if event.src in clients:
                last.asked += 1
            else:
                last.answered += len(event.arrived)
        elif isinstance(event, Mark) and isinstance(last, Mark) and _is_same_moment(event, last):
            last.text, last.state = f"{last.text}, {event.text}", event.state or last.state
            last.is_fault = last.is_fault or event.is_fault
        else:
            result.append(event)
    return result


def _is_between(message: Message, nodes: Collection[str]) -> bool:
    """Whether a message was sent by one of the nodes, and to one of them (or got lost on the way)."""
    ends = [*message.arrived, *(node for node, _ in message.missed)]
    return message.src in nodes and any(node is None or node in nodes for node in ends)


def _is_same_moment(one: Mark, other: Mark) -> bool:
    return one.time == other.time and one.node == other.node


def _is_probe(message: Message, clients: Collection[str]) -> bool:
    ends = {message.src, *message.arrived, *(node for node, _ in message.missed)}
    return message.kind in _PROBES and not ends.isdisjoint(clients)


def client_nodes(trace: Trace) -> set[str]:
    """Hosts on which the scenario's clients work."""
    scenario = trace.header.get("scenario")
    clients = scenario.get("clients") if isinstance(scenario, Mapping) else None
    bodies: list[Any] = list(clients.values()) if isinstance(clients, Mapping) else []
    return {str(body.get("node")) for body in bodies if isinstance(body, Mapping)}


def marks(trace: Trace, part: Window, nodes: Collection[str]) -> Iterator[Mark]:
    """Return all faults, and new states and moves of addresses on these nodes."""
    for record in trace.records:
        is_here = record.node in nodes or record.kind == "fault"
        if is_here and record.time in part and (text := _mark_text(record)):
            state = str(record.data["new"]) if record.kind == "state" else ""
            yield Mark(record.time, record.node, text, state, record.kind == "fault")


def _mark_text(record: Record) -> str:
    match record.kind:
        case "fault":
            return fault_text(record)
        case "state":
            return str(record.data["new"])
        case "vip":
            acts = {"acquire": "takes", "release": "releases", "lost": "loses"}
            act = str(record.data["act"])
            return f"{acts.get(act, act)} {record.data['vip']}"
        case _:
            return ""


def describe(packet: Packet) -> str:
    """Return a packet's kind and what a reader wants to know of it."""
    kind = kind_of(packet)
    match packet:
        case Vrrp(priority=0):
            return f"{kind} priority 0 (goodbye)"
        case Vrrp():
            return f"{kind} priority {packet.priority}"
        case Arp() if kind in ("garp", "arp-reply"):
            return f"{kind} {packet.sender_ip} is at {packet.sender_mac}"
        case Arp():
            return f"{kind} who has {packet.target_ip}?"
        case Echo():
            return f"{kind} {packet.src if packet.is_reply else packet.dst}"
        case Udp(dport=heartbeat.PORT):
            try:
                return f"heartbeat {heartbeat.decode(packet.payload).kind.name}"
            except DecodeError:
                return f"{kind} to port {packet.dport}"
        case Udp():
            return f"{kind} to port {packet.dport}"
        case _:
            return kind
