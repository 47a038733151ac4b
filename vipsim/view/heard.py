"""Which announcements nobody heard: every copy was lost, or dropped by a fault."""

from __future__ import annotations

from vipsim.trace import Trace
from vipsim.trace.facts_reading import read_facts
from vipsim.units import MS, Time
from vipsim.wire.frames import Arp

NEAR: Time = 10 * MS
"""How long after an announcement its frames reach a host at the latest (ns): a network is no larger."""


def unheard(trace: Trace) -> set[tuple[str, Time]]:
    """Return (node, time in ns) of the announcements whose every copy was lost on its way to a host.

    Nothing can be said of a trace without frames, nor of an announcement without one near it.
    """
    switches = read_facts(trace.header).switches
    sent: dict[tuple[object, object], list[tuple[Time, bool]]] = {}
    for hop in trace.frames:
        packet = hop.frame.packet
        if isinstance(packet, Arp):
            arrived = hop.outcome == "delivered" and hop.dst.partition(".")[0] not in switches
            sent.setdefault((packet.sender_ip, packet.sender_mac), []).append((hop.sent, arrived))
    found = set()
    for record in trace.select("announce"):
        copies = sent.get((record.data["vip"], record.data.get("lladdr")), [])
        near = [arrived for time, arrived in copies if record.time <= time < record.time + NEAR]
        if near and not any(near):
            found.add((record.node, record.time))
    return found
