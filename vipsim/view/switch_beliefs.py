"""Where the switches would send what the hosts send to a virtual address: by their tables.

A host puts the MAC that its neighbor cache has onto its frames, whether that is the owner's or not, so these
are the MACs that a switch is asked about: those in use. Hosts that believe in different ones get different
answers. An answer is followed to its end: the port on which a switch knows a MAC may lead to another switch,
which has a table of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vipsim.trace import Record, Trace
from vipsim.trace.facts_reading import read_facts
from vipsim.units import Time
from vipsim.view.beliefs import FLOODED, Belief, Course, entries, finished
from vipsim.view.lanes import scenario_nodes
from vipsim.wire.addresses import IPv4, Mac

Cache = tuple[str, str]
_Use = tuple[Cache, Mac | None]


def switch_beliefs(trace: Trace, vip: IPv4) -> dict[str, list[Belief]]:
    """Per switch the nodes to which it would send the frames of the hosts that use `vip`.

    One belief for each answer that differs, in the order in which the MACs came into use; of several at one
    time `Belief.row` and `Belief.rows` say which it is. None while no cache has a MAC for the address.
    """
    uses = [(time, (cache, mac)) for time, cache, _, mac in entries(trace, vip)]
    order = list(dict.fromkeys(mac for _, (_, mac) in uses if mac is not None))
    facts = read_facts(trace.header)
    switches = [*(name for name in scenario_nodes(trace) if name in facts.switches)]
    switches += sorted({record.node for record in trace.select("fdb")} - {*switches})
    steps: list[tuple[Time, Record | _Use]] = [*uses]
    steps += [(record.time, record) for record in trace.select("fdb") if record.data["mac"] in order]
    steps.sort(key=lambda step: step[0])
    tables: dict[str, dict[Mac, str | None]] = {switch: {} for switch in switches}
    used: dict[Cache, Mac | None] = {}
    courses: dict[tuple[str, int], Course] = {
        (switch, row): Course() for switch in switches for row in range(len(order))
    }
    for number, (time, step) in enumerate(steps):
        if isinstance(step, Record):
            tables[step.node][step.data["mac"]] = step.data.get("port")
        else:
            used[step[0]] = step[1]
        if number + 1 == len(steps) or steps[number + 1][0] > time:
            now = set(used.values())
            macs = [mac for mac in order if mac in now]
            for switch in switches:
                answers = _answers(switch, macs, tables, facts.peers)
                for row in range(len(order)):
                    value = (*answers[row], row, len(answers)) if row < len(answers) else None
                    courses[switch, row].become(time, value)
    found: dict[str, list[Belief]] = {switch: [] for switch in switches}
    for (switch, _), beliefs in finished(courses, trace.duration).items():
        found[switch] += beliefs
    return {
        switch: sorted(beliefs, key=lambda one: (one.start, one.row)) for switch, beliefs in found.items()
    }


def _answers(
    switch: str, macs: Iterable[Mac], tables: Mapping[str, Mapping[Mac, str | None]], peers: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What a switch does with frames for these MACs, each thing once."""
    return list(dict.fromkeys(_follow(switch, mac, tables, peers) for mac in macs))


def _follow(
    switch: str, mac: Mac, tables: Mapping[str, Mapping[Mac, str | None]], peers: Mapping[str, str]
) -> tuple[str, str]:
    """Where a frame for `mac` ends that comes to `switch`: (node, the port out of which it goes first).

    Where a switch on the way floods it there is no node, and the port is told with that switch.
    """
    first = port = tables[switch].get(mac)
    passed = {switch}
    while port is not None:
        node = peers.get(f"{switch}.{port}", "").partition(".")[0]
        if node not in tables or node in passed:
            return node, first or ""
        switch = node
        passed.add(switch)
        port = tables[switch].get(mac)
    return "", FLOODED if first is None else f"{first} to {switch}"
