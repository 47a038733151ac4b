"""What was broken, and for how long: faults as spans on the nodes and links of a picture.

A fault's record says what was done (`crash`, `link_down`, ...) and later, perhaps, what took it back. A
picture needs to know at any time which machine is dark and which cable is cut, so each record that
breaks something opens a span, and the record that repairs it closes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vipsim.scenario.fields import Refusal
from vipsim.scenario.targets import cut_edges, directions, partition_groups
from vipsim.trace import Record, Trace
from vipsim.units import Time
from vipsim.view.lanes import Window
from vipsim.view.replay.places import Places

MACHINES = {"crash": "down", "power": "down", "freeze": "frozen"}
"""Faults of a whole machine, and what it is meanwhile."""
SERVICES = {
    "service_stop": "stopped",
    "service_hang": "hangs",
    "script_fail": "check fails",
    "track_down": "tracked interface down",
}
"""Faults of a part of a machine, and what to write beside it."""
CABLES = ("link_down", "port_down", "isolate", "oneway", "partition", "drop", "delay", "jitter")
"""Faults of links."""
APART = ("oneway", "partition")
"""Those whose target is groups of nodes."""
BACK = {
    "crash": ("reboot",),
    "power": ("reboot",),
    "freeze": ("thaw", "reboot"),
    "link_down": ("link_up",),
    "port_down": ("port_up",),
    "service_stop": ("service_start",),
    "service_hang": ("service_start",),
    "script_fail": ("script_ok",),
    "track_down": ("track_up",),
}
"""What takes a fault back; of the others it is ``heal``."""
BOTH = -1
"""Direction of a link that is broken both ways (0: from its end a to b, 1: from b to a)."""


@dataclass(slots=True)
class _Break:
    """One fault while it lasts."""

    word: str
    target: str
    value: str
    begin: Time
    text: str
    nodes: list[int] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    end: Time | None = None

    def is_ended_by(self, word: str, target: str, value: str, phase: str) -> bool:
        """Whether a fault's record takes this one back."""
        if phase == "end":
            return (word, target, value) == (self.word, self.target, self.value)
        if word == "heal":
            return self.word not in BACK and target in (self.target, "all")
        return word in BACK.get(self.word, ()) and _node(target) == _node(self.target)


def broken(trace: Trace, part: Window, places: Places) -> list[dict[str, Any]]:
    """Return what was broken in a window, in order of time.

    Parameters
    ----------
    trace : Trace
        Of level ``protocol`` or ``frames``.
    part : Window
        Breaks that reach into it are told, whole.
    places : Places
        Numbers of nodes and links.

    Returns
    -------
    list of dict
        ``from`` and ``to`` in ns (to the run's end if it was not repaired), ``word`` of the fault, ``text``
        for people, ``nodes`` (numbers) and ``links`` (pairs of number and direction: 0 from a to b, 1 from b
        to a, -1 both).
    """
    found: list[_Break] = []
    for record in sorted([*trace.select("fault"), *trace.select("daemon")], key=lambda r: (r.time, r.id)):
        if record.kind == "daemon":
            _revive(record, found)
            continue
        word, target, value, phase = (str(record.data.get(key) or "") for key in _KEYS)
        for one in found:
            if one.end is None and one.is_ended_by(word, target, value, phase):
                one.end = record.time
        if phase != "end" and (word in MACHINES or word in SERVICES or word in CABLES):
            found.append(_opened(record.time, word, target, value, places))
    ends = [trace.duration if one.end is None else one.end for one in found]
    return [
        {
            "from": one.begin,
            "to": end,
            "word": one.word,
            "text": one.text,
            "nodes": one.nodes,
            "links": [list(pair) for pair in one.links],
        }
        for one, end in zip(found, ends, strict=True)
        if (one.nodes or one.links) and one.begin <= part.end and end >= part.start
    ]


_KEYS = ("word", "target", "value", "phase")


def _revive(record: Record, found: Iterable[_Break]) -> None:
    """A daemon that starts runs on a living machine: its crash is over."""
    for one in found:
        is_dark = one.end is None and one.word in ("crash", "power")
        if is_dark and record.data.get("act") == "start" and one.target == record.node:
            one.end = record.time


def _opened(time: Time, word: str, target: str, value: str, places: Places) -> _Break:
    if word in MACHINES or word in SERVICES:
        part = target.partition(".")[2]
        text = MACHINES.get(word) or " ".join(filter(None, (part, SERVICES[word])))
        number = places.node(_node(target))
        return _Break(word, target, value, time, text, nodes=[number] if number >= 0 else [])
    text = " ".join(filter(None, (word.replace("_", " "), value)))
    try:
        cut = _sides(target, word, places) if word in APART else _ways(directions(places.scenario, target))
    except Refusal:  # a trace that anybody may have edited: what its target means cannot be drawn
        cut = []
    return _Break(word, target, value, time, text, links=cut)


def _node(target: str) -> str:
    return target.partition(".")[0]


def _ways(found: Sequence[tuple[int, bool]]) -> list[tuple[int, int]]:
    """Links with the direction that is broken, or both."""
    ways: dict[int, set[bool]] = {}
    for link, a_to_b in found:
        ways.setdefault(link, set()).add(a_to_b)
    return [(link, BOTH if len(way) == 2 else 0 if True in way else 1) for link, way in ways.items()]


def _sides(target: str, word: str, places: Places) -> list[tuple[int, int]]:
    """Links that a partition cuts; behind one switch those of all groups but the largest."""
    if edges := cut_edges(places.scenario, target, oneway=word == "oneway"):
        return _ways(edges)
    groups = partition_groups(places.scenario, target)
    largest = max(range(len(groups)), key=lambda number: (len(groups[number]), number))
    apart = {name for number, group in enumerate(groups) if number != largest for name in group}
    links = places.scenario.links
    return [(n, BOTH) for n, link in enumerate(links) if {link.a.node, link.b.node} & apart]
