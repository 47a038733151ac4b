"""One run of a prediction, reduced to what it tells.

A fault has a beginning and perhaps an end. A client's silence belongs to the *end* (the return) if it began
when the fault was over, and to the fault otherwise, however long it lasted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vipsim.scenario.model import Scenario
from vipsim.stats import Censored, Duration
from vipsim.study.predict.faults import FAULT_AT
from vipsim.trace.facts_reading import read_facts
from vipsim.trace.outcome import OPEN_AT_LEAST, ClientSummary
from vipsim.trace.records import Level
from vipsim.trace.trace import Trace
from vipsim.units import MS, Time
from vipsim.worlds import run_many

_ANSWER: Time = 100 * MS
"""An announcement that a yielding master's last words bring comes within this, in ns."""


@dataclass(frozen=True, slots=True)
class Job:
    """A few runs of one scenario."""

    scenario: Scenario
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run tells. Times in ns."""

    seed: int
    blackout: Mapping[str, Duration]
    """By client the longest silence that began before the fault's end."""
    after: Mapping[str, Duration]
    """By client the longest one that began later; empty if the fault does not end."""
    masters: Mapping[str, tuple[str, ...]]
    """By group the nodes that are MASTER when the run ends."""
    owners: Mapping[str, tuple[str, ...]]
    """By virtual address the nodes whose kernels answer for it when the run ends."""
    dual_master: Time
    dual_owner: Time
    silent: bool | None
    """When the fault ended two masters met, and the one that stayed announced nothing; None: no two met."""
    false_failovers: int
    broken: Mapping[str, int] = field(default_factory=dict)
    """By client how many established connections it lost: reset, or given up."""


def run_job(job: Job) -> list[Outcome]:
    """Run all seeds of a job: what a worker does."""
    return [outcome_of(trace) for trace in run_many(job.scenario, job.seeds, Level.PROTOCOL)]


def outcome_of(trace: Trace) -> Outcome:
    """Reduce one run, of level ``protocol`` at least."""
    metrics = trace.metrics
    ends = [record.time for record in trace.select("fault")][1:]
    end = ends[0] if ends else None
    felt = {name: _felt(client, end, trace.duration) for name, client in metrics.clients.items()}
    final = {key: spans[-1] for key, spans in trace.states().items() if spans}
    masters: dict[str, list[str]] = {machine: [] for _, machine in final}
    for (node, machine), (_, until, state) in final.items():
        if state == "MASTER" and until == trace.duration:
            masters[machine].append(node)
    owners = {
        vip: tuple(node for _, until, node in spans if until == trace.duration)
        for vip, spans in trace.owners().items()
    }
    return Outcome(
        seed=trace.seed,
        blackout={name: one[0] for name, one in felt.items()},
        after={name: one[1] for name, one in felt.items()} if end is not None else {},
        masters={machine: tuple(sorted(nodes)) for machine, nodes in masters.items()},
        owners=owners,
        dual_master=metrics.dual_master,
        dual_owner=metrics.dual_owner,
        silent=None if end is None else _is_silent(trace, end),
        false_failovers=metrics.false_failovers,
        broken={name: sum(one.errors.values()) for name, one in metrics.sessions.items()},
    )


def _felt(client: ClientSummary, end: Time | None, duration: Time) -> tuple[Duration, Duration]:
    """The longest silence before the fault's end, and after it."""
    before: list[Duration] = [0]
    after: list[Duration] = [0]
    for last, first in client.silences:
        length = (duration if first is None else first) - last
        # One that is open at the very end may be a probe or two that were just under way.
        open_ended = first is None and length >= OPEN_AT_LEAST * client.resolution
        is_later = end is not None and last > FAULT_AT and last >= end - 2 * client.resolution
        (after if is_later else before).append(Censored(length) if open_ended else length)
    return _longest(before), _longest(after)


def _longest(lengths: list[Duration]) -> Duration:
    longest = max(one.after if isinstance(one, Censored) else one for one in lengths)
    return Censored(longest) if any(isinstance(one, Censored) for one in lengths) else longest


def _is_silent(trace: Trace, end: Time) -> bool | None:
    """Whether some group's two masters met at the fault's end, and the one that stayed told nobody."""
    moved = read_facts(trace.header).machines
    reigns: dict[str, list[tuple[Time, str]]] = {}
    for (node, machine), spans in trace.states().items():
        for since, until, state in spans:
            if state == "MASTER" and since <= end < until:
                reigns.setdefault(machine, []).append((until, node))
    found: bool | None = None
    for machine, ends in reigns.items():
        if len(ends) < 2:
            continue
        (met, _), (until, winner) = sorted(ends)[-2:]
        if met == until:
            continue  # they never agree: that is dual_master
        vips = moved.get(machine, frozenset())
        told = any(
            end <= record.time <= met + _ANSWER and str(record.data["vip"]) in vips
            for record in trace.select("announce", winner)
        )
        found = bool(found) or not told
    return found
