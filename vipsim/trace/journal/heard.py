"""Adverts as they reach a daemon: when it reads each of them, from the frames of a trace.

The records say what an advert made a daemon do; an advert that changes nothing leaves no record, and the
daemon may log it all the same. So this needs a trace with frames.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vipsim.trace.journal.instances import Instance, is_own
from vipsim.trace.records import Record
from vipsim.trace.trace import Trace
from vipsim.units import Time
from vipsim.wire.addresses import VRRP_GROUP
from vipsim.wire.frames import Vrrp

_EFFECTS = frozenset({"state", "advert", "announce", "note"})
"""Records that a daemon makes while it reads an advert."""
_RUNS = {"start": True, "thaw": True, "stop": False, "kill": False, "freeze": False}


@dataclass(frozen=True, slots=True)
class Reading:
    """One advert read by one router."""

    time: Time
    """When the daemon read it, in ns."""
    arrival: Time
    """When it came, in ns."""
    after: float
    """Place among the records of that time: below the id of the first one that it caused."""
    instance: Instance
    packet: Vrrp
    advert: int
    """Id of the sender's record; 0: it was forged."""


class Process:
    """When a node's daemon ran."""

    def __init__(self, records: Iterable[Record]) -> None:
        changes = [(record.time, record.data["act"]) for record in records]
        self._times = [time for time, _ in changes]
        self._acts = [act for _, act in changes]

    def reads(self, arrival: Time) -> Time | None:
        """When what arrives at `arrival` (ns) is read; None: never."""
        now = bisect_right(self._times, arrival)
        act = self._acts[now - 1] if now else "kill"
        if _RUNS.get(act, True):
            return arrival
        if act != "freeze":
            return None
        for time, later in zip(self._times[now:], self._acts[now:], strict=True):
            return time if later == "thaw" else None
        return None


def readings(trace: Trace, instances: Mapping[tuple[str, str], Instance]) -> list[Reading]:
    """Return every advert that a router of `instances` read, in no particular order."""
    nodes = dict.fromkeys(node for node, _ in instances)
    processes = {node: Process(trace.select("daemon", node)) for node in nodes}
    effects: dict[tuple[str, int], list[Record]] = {}
    for record in trace.select():
        if record.cause and record.kind in _EFFECTS:
            effects.setdefault((record.node, record.cause), []).append(record)
    by_iface: dict[str, list[Instance]] = {}
    for instance in instances.values():
        by_iface.setdefault(instance.iface, []).append(instance)
    found: list[Reading] = []
    for frame in trace.frames:
        packet = frame.frame.packet
        if frame.outcome != "delivered" or not isinstance(packet, Vrrp):
            continue
        for instance in by_iface.get(frame.dst, ()):
            reads = processes[instance.node].reads(frame.arrival) if _gets(packet, instance) else None
            if reads is None:
                continue
            made = effects.get((instance.node, frame.cause), [])
            first = next((record for record in made if record.time >= reads), None)
            found.append(
                Reading(
                    reads if first is None else first.time,
                    frame.arrival,
                    0 if first is None else first.id - 0.5,
                    instance,
                    packet,
                    frame.cause,
                )
            )
    return found


def _gets(packet: Vrrp, instance: Instance) -> bool:
    """Whether the instance's socket gets the packet: its vrid, from another node, sent as it listens."""
    if packet.vrid != instance.vrid or is_own(packet.src, instance):
        return False
    return (packet.dst == VRRP_GROUP) == (not instance.keywords.get("unicast_peer"))
