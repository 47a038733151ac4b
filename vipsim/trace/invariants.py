"""The judge: what no correct run does. It reads the trace and knows nothing of the model.

====================== ==================================================================================
rule                   what must hold
====================== ==================================================================================
one-owner              When the run ends and the network was whole for the grace (`Facts.grace`: four
                       advert intervals, at least 5 s), no two kernels have answered for one VIP all that
                       time. Whole: no fault is open but those that leave nobody wrong behind (`HARMLESS`).
                       Members that were told different things are another matter (`check_configuration`).
goodbye-means-release  When the instant ends in which a node said goodbye (an advert with priority 0 or
                       form ``bye``, or its daemon stopped in order), its kernel answers for the group's
                       VIPs no more, unless it is MASTER again. Outside the simulator a release may take
                       `RELEASE_TIME`. Daemons that leave their addresses behind (FRR) are exempt, and
                       their end is no harmless fault to one-owner.
wake-up-has-cause      A record's cause is an earlier record. Every timer has one, but a timer of a cache
                       or a switch may be the doing of a client's own probe (cause 0).
frames-conserved       Frames sent = delivered + lost + dropped + in flight, in the counts and in the
                       frame records.
====================== ==================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vipsim.trace.agreement import mistakes
from vipsim.trace.facts import Facts
from vipsim.trace.facts_reading import read_facts
from vipsim.trace.faultlog import FaultLog, OpenFault
from vipsim.trace.overlaps import owns_after
from vipsim.trace.records import Level, Record
from vipsim.trace.takeovers import MASTER
from vipsim.units import MS, Time, seconds

if TYPE_CHECKING:
    from vipsim.trace.trace import Trace

HARMLESS = frozenset({"crash", "power", "stop", "kill_parent", "freeze", "service_stop", "service_hang"})
"""Faults after which the network is whole and nobody who is cut off answers."""

RELEASE_TIME: Time = 100 * MS
"""How long a real kernel may take to drop an address after the goodbye, in ns."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must not happen: `record` is the record that shows it (0: the run as a whole)."""

    id: int
    time: Time
    rule: str
    text: str
    record: int = 0

    def __str__(self) -> str:
        return f"{seconds(self.time)} {self.rule}: {self.text}"


Finding = tuple[Time, str, int]
"""(time in ns, sentence, record id)."""


def check_trace(trace: Trace) -> list[Violation]:
    """Return all violations of `trace`, by time; it must have been recorded at level protocol or above."""
    found = [(*finding, rule) for rule, judge in RULES.items() for finding in judge(trace)]
    found.sort(key=lambda item: (item[0], item[2]))
    return [
        Violation(number, time, rule, text, record)
        for number, (time, text, record, rule) in enumerate(found, start=1)
    ]


def one_owner(trace: Trace) -> Iterator[Finding]:
    """After healing one kernel answers for each VIP."""
    facts = read_facts(trace.header)
    for vip, who, since, record in _crowds(trace, facts):
        if not _disagreement(trace, facts, vip):
            text = f"{who} all answer for {vip} since {seconds(since)}, and nothing is broken"
            yield trace.duration, text, record


def check_configuration(trace: Trace) -> list[Violation]:
    """Return where daemons were told different things that they must have alike, and what came of it.

    That is no violation: the daemons do what their configuration says, and do not hear each other.
    """
    facts = read_facts(trace.header)
    found: list[Violation] = []
    told: set[str] = set()
    for vip, who, since, record in _crowds(trace, facts):
        if why := _disagreement(trace, facts, vip):
            text = f"{who} all answer for {vip} since {seconds(since)}, and do not hear each other: {why}"
            found.append(Violation(len(found) + 1, since, "misconfigured", text, record))
            told.add(why)
    for _, text in mistakes(facts):
        if text not in told:
            found.append(Violation(len(found) + 1, 0, "misconfigured", text))
    return found


def _disagreement(trace: Trace, facts: Facts, vip: str) -> str:
    """What the members of the group that moves `vip` were told differently, in words; empty: nothing."""
    for about, text in mistakes(facts):
        if about == vip or (about in facts.machines and facts.moves(about, vip)):
            return text
    for record in trace.select("fault"):
        value = str(record.data.get("value") or "")
        if record.data["word"] == "reload" and value:
            return f"{record.node} was told {value}"
    return ""


def _crowds(trace: Trace, facts: Facts) -> Iterator[tuple[str, str, Time, int]]:
    """VIPs with several owners in a whole network: who, since when, and the record of the second."""
    log = FaultLog(facts)
    for record in trace.select("fault"):
        log.on_fault(record.time, record.node, record.data)
    if any(fault.ended is None and not _is_harmless(fault, facts) for fault in log.faults):
        return
    since: dict[str, dict[str, Record]] = {}
    for record in trace.select("vip"):
        owners = since.setdefault(str(record.data["vip"]), {})
        if owns_after(record.data["act"]):
            owners.setdefault(record.node, record)
        else:
            owners.pop(record.node, None)
    for vip, owners in since.items():
        if len(owners) < 2:
            continue
        second = sorted(owners.values(), key=lambda record: record.time)[1]
        start = max(second.time, log.last_end)
        if trace.duration - start >= facts.grace:
            yield vip, " and ".join(sorted(owners)), start, second.id


def _is_harmless(fault: OpenFault, facts: Facts) -> bool:
    """Whether nobody answers who should not, while this fault is open."""
    if fault.word == "stop" and any(facts.leaves(node) for node in fault.hits or facts.hosts):
        return False
    return fault.word in HARMLESS


def goodbye_means_release(trace: Trace) -> Iterator[Finding]:
    """Who says goodbye owns the address no more."""
    facts = read_facts(trace.header)
    allowed = 0 if trace.world == "sim" else RELEASE_TIME
    owned: dict[str, dict[str, None]] = {}
    masters: set[tuple[str, str]] = set()
    waiting: list[tuple[Record, str | None]] = []
    # One imaginary record closes the last instant.
    for record in [*trace.select(), Record(0, trace.duration + RELEASE_TIME + 1, "end", "")]:
        due = [item for item in waiting if record.time > item[0].time + allowed]
        waiting = [item for item in waiting if item not in due]
        for goodbye, machine in due:
            yield from _kept_after(goodbye, machine, facts, owned, masters)
        machine = record.data.get("machine")
        if record.kind == "vip":
            held = owned.setdefault(record.node, {})
            if owns_after(record.data["act"]):
                held[str(record.data["vip"])] = None
            else:
                held.pop(str(record.data["vip"]), None)
        elif record.kind == "state":
            change = masters.add if record.data["new"] == MASTER else masters.discard
            change((record.node, str(machine)))
        elif record.kind == "daemon" and record.data["act"] == "stop":
            waiting.append((record, None))
        elif record.kind == "advert" and (
            (record.data.get("priority") == 0 and record.data.get("form") != "carp")
            or record.data.get("form") == "bye"
        ):
            waiting.append((record, str(machine)))


def _kept_after(
    goodbye: Record,
    machine: str | None,
    facts: Facts,
    owned: dict[str, dict[str, None]],
    masters: set[tuple[str, str]],
) -> Iterator[Finding]:
    node = goodbye.node
    if any(who == node and machine in (None, what) for who, what in masters):
        return
    for vip in owned.get(node, {}):
        if facts.leaves_behind(node, vip):
            continue
        if machine is None or facts.moves(machine, vip):
            yield goodbye.time, f"{node} said goodbye and still answers for {vip}", goodbye.id


def wake_up_has_cause(trace: Trace) -> Iterator[Finding]:
    """Every wake-up can be explained by an earlier record."""
    groups = read_facts(trace.header).machines
    known: set[int] = set()
    for record in trace.select():
        if record.cause and record.cause not in known:
            text = f"the {record.kind} at {record.node} names a cause that is not before it: {record.cause}"
            yield record.time, text, record.id
        elif record.kind == "timer" and not record.cause:
            part = record.data.get("part")
            if part in groups or not groups:
                text = f"the timer {part} {record.data.get('name')} at {record.node} has no cause"
                yield record.time, text, record.id
        known.add(record.id)


def frames_conserved(trace: Trace) -> Iterator[Finding]:
    """No frame appears from nowhere or vanishes."""
    fates = ("delivered", "lost", "dropped", "in_flight")
    counted = {fate: trace.counts.get(f"frames_{fate}", 0) for fate in fates}
    sent = trace.counts.get("frames_sent", 0)
    if sent != sum(counted.values()):
        parts = " + ".join(f"{number} {fate}" for fate, number in counted.items())
        yield trace.duration, f"{sent} frames were sent, but {parts} = {sum(counted.values())}", 0
    if trace.level < Level.FRAMES:
        return
    kept = Counter(frame.outcome.partition(":")[0] for frame in trace.frames)
    for fate in sorted({*fates, *kept}):
        if kept[fate] != counted.get(fate, 0):
            text = f"{kept[fate]} frame records are {fate}, but {counted.get(fate, 0)} were counted"
            yield trace.duration, text, 0


RULES: dict[str, Callable[[Trace], Iterator[Finding]]] = {
    "one-owner": one_owner,
    "goodbye-means-release": goodbye_means_release,
    "wake-up-has-cause": wake_up_has_cause,
    "frames-conserved": frames_conserved,
}
"""Every rule by name."""
