"""Frames as people tell them: who said what to whom, hops through switches joined.

A frame crosses the network as several hops (`FrameRecord`), each switch repeating it. Joining them needs
only the records: a hop that leaves a switch continues a frame of the same octets that reached it before; of
several (two hosts with one MAC may say the same) the first that has not left by this port. One that continues
nothing is told as the switch's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from vipsim.errors import EncodeError
from vipsim.trace import FrameRecord, Record, Trace
from vipsim.units import MS, Time
from vipsim.view.lanes import Window, scenario_nodes
from vipsim.view.words import address_text, fault_text
from vipsim.wire.codec import encode
from vipsim.wire.frames import Frame, kind_of

KINDS = (
    "advert",
    "garp",
    "arp-request",
    "arp-reply",
    "arp-probe",
    "echo-request",
    "echo-reply",
    "udp",
    "tcp-syn",
    "tcp",
    "tcp-fin",
    "tcp-rst",
    "icmp-error",
    "ip",
    "other",
)
"""Kinds of frames, as `vipsim.wire.frames.kind_of` names them."""

LONGEST_QUEUE: Time = 5 * MS
"""How long equal frames may wait for one another at the port of a switch, in ns."""


@dataclass(slots=True)
class Message:
    """One frame from the host that sent it to all hosts that it reached, or should have."""

    time: Time
    """When its first bit left, in ns."""
    src: str
    frame: Frame
    addressee: str | None = None
    """Host whose MAC it is addressed to; None if that is a group's or nobody's."""
    arrived: list[str] = field(default_factory=list)
    missed: list[tuple[str | None, str]] = field(default_factory=list)
    """Which host a lost copy was for (None: for many, lost before the first switch) and why it was lost."""
    hops: list[FrameRecord] = field(default_factory=list)
    """All its ways over one cable, in order of time."""
    octets: bytes = b""
    """As on the wire, padded, without the frame check sequence; empty if no frame can carry its values."""

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


def messages(trace: Trace, part: Window) -> list[Message]:
    """Return the frames that a node began to send in the window, in order."""
    owners = owners_of_macs(trace)
    switches = {name for name, node in scenario_nodes(trace).items() if node.get("kind") == "switch"}
    octets = _Octets()
    found: list[Message] = []
    at_switch: dict[tuple[str, bytes], list[_Arrival]] = {}
    for hop in sorted(trace.frames, key=lambda record: (record.sent, record.id)):
        src, dst = hop.src.partition(".")[0], hop.dst.partition(".")[0]
        key, data = octets.of(hop.frame)
        said = _continued(at_switch.get((src, key)), hop) if src in switches else None
        if said is None:
            addressee = owners.get(address_text(hop.frame.dst))
            said = Message(hop.sent, src, hop.frame, addressee, octets=data)
            if hop.sent in part:
                found.append(said)
        said.hops.append(hop)
        is_lost = hop.outcome not in ("delivered", "in_flight")
        if is_lost:
            said.missed.append((said.addressee if dst in switches else dst, hop.outcome))
        elif dst in switches:
            at_switch.setdefault((dst, key), []).append(_Arrival(hop.arrival, said))
        elif hop.outcome == "delivered":
            said.arrived.append(dst)
    return found


@dataclass(slots=True)
class _Arrival:
    """A frame that reached a switch, and by which ports it has left since."""

    time: Time
    said: Message
    left: set[str] = field(default_factory=set)


def _continued(arrivals: list[_Arrival] | None, hop: FrameRecord) -> Message | None:
    """The message that a hop out of a switch goes on with; None if there is none."""
    best: _Arrival | None = None
    for arrival in reversed(arrivals or ()):
        if arrival.time > hop.sent or hop.src in arrival.left:
            continue
        if best is not None and hop.sent - arrival.time > LONGEST_QUEUE:
            break
        best = arrival
    if best is None:
        return None
    best.left.add(hop.src)
    return best.said


class _Octets:
    """Octets of frames; hops of one frame share it unless the trace was read from a file."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[bytes, bytes]] = {}

    def of(self, frame: Frame) -> tuple[bytes, bytes]:
        """Return what equal frames have in common, and the octets (none where a value fits no field)."""
        known = self._known.get(id(frame))
        if known is None:
            try:
                data = encode(frame)
                known = data, data
            except EncodeError:
                known = repr((frame.dst, frame.src, frame.packet)).encode(), b""
            self._known[id(frame)] = known
        return known


def owners_of_macs(trace: Trace) -> dict[str, str]:
    """Host of each MAC address (as text), as far as the scenario says."""
    owners: dict[str, str] = {}
    for name, node in scenario_nodes(trace).items():
        interfaces = node.get("interfaces")
        for iface in interfaces.values() if isinstance(interfaces, Mapping) else ():
            if isinstance(iface, Mapping):
                owners[str(iface.get("mac")).upper()] = name
    return owners


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
