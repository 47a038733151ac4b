"""Predict: run a scenario under each fault on the same seeds, and reduce each fault's runs to numbers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from vipsim.errors import ScenarioError
from vipsim.scenario.data import to_data
from vipsim.scenario.model import Scenario, VrrpGroup
from vipsim.sim.plan import compile_scenario
from vipsim.stats import Estimate, proportion, rate
from vipsim.study.arms import quiet_arm, quiet_duration
from vipsim.study.executors import run_jobs
from vipsim.study.forms import expected_false_failovers
from vipsim.study.predict.clients import ESTABLISHED, kind_of
from vipsim.study.predict.faults import DEFAULT_FAULTS, PlannedFault, parse_fault_words, planned
from vipsim.study.predict.outcomes import Job, Outcome, run_job
from vipsim.study.predict.spread import Spread, spread
from vipsim.study.predict.support import Support
from vipsim.study.predict.survivor import SilentSurvivor, silent_survivor
from vipsim.study.runs import chunks
from vipsim.study.seeds import seeds_of
from vipsim.trace.agreement import mistakes
from vipsim.trace.facts_reading import read_facts
from vipsim.units import SECOND, Time

DAY: Time = 86_400 * SECOND
QUIET_PIECES = 10
"""Runs into which the time is cut in which false failovers are counted."""

Progress = Callable[[int, int, float], None]
"""Called with (runs done, runs in all, seconds left as far as one can tell)."""


@dataclass(frozen=True, slots=True)
class FalseFailovers:
    """Failovers from a master that was well, per day."""

    per_day: Estimate[float]
    """With Garwood's interval."""
    seen: int
    observed: Time
    """In ns."""
    expected: float | None
    """By the closed form, where one applies."""


@dataclass(frozen=True, slots=True)
class FaultPrediction:
    """What one fault does. Times in ns."""

    fault: PlannedFault
    node: str
    """The node that it hits; empty for losses."""
    n: int
    blackout: Mapping[str, Spread]
    """By client the longest silence of a run that began before the fault's end."""
    after: Mapping[str, Spread]
    """By client the longest one that began at its end or later; empty if it does not end."""
    broken: Mapping[str, Estimate[float]]
    """By client that keeps a connection: in which share of the runs it broke."""
    masters: Mapping[str, Mapping[str, int]]
    """By group, who is master when the run ends (``a and b``, ``nobody``), and in how many runs."""
    dual_master: Spread
    dual_owner: Spread
    silent: SilentSurvivor | None
    """Where two masters met when it ended."""
    false_failovers: FalseFailovers | None
    """Of losses only."""


@dataclass(frozen=True, slots=True, repr=False)
class Prediction:
    """What `predict` found."""

    scenario: Scenario
    seeds: tuple[int, ...]
    faults: tuple[FaultPrediction, ...]
    support: Support
    misconfigured: tuple[str, ...] = ()
    """What its nodes must have alike and have not: no number is that of nodes that work together."""
    notes: tuple[str, ...] = ()
    """What was assumed, for people."""
    outcomes: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)
    """Every run by fault, in the order of the seeds: for pictures."""

    def __getitem__(self, fault: str) -> FaultPrediction:
        """Return the prediction of a fault by its text: ``found["crash"]``; its length may be left out."""
        for one in self.faults:
            if fault in (str(one.fault), one.fault.word):
                return one
        raise KeyError(f"no fault {fault!r}; there are {', '.join(str(one.fault) for one in self.faults)}")

    def to_text(self) -> str:
        """Return tables and sentences for people."""
        from vipsim.study.predict.report import prediction_text

        return prediction_text(self)

    def to_data(self) -> dict[str, Any]:
        """Return the JSON document; docs/predict.md describes it."""
        from vipsim.study.predict.document import to_document

        return to_document(self)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        faults = ", ".join(str(one.fault) for one in self.faults)
        return f"<Prediction of {self.scenario.name!r}: {faults}; {len(self.seeds)} runs each>"

    def _repr_html_(self) -> str:
        from vipsim.study.predict.report import client_table, node_table

        return client_table(self)._repr_html_() + node_table(self)._repr_html_()


def predict(
    scenario: Scenario,
    faults: str | Iterable[str] | Iterable[PlannedFault] = DEFAULT_FAULTS,
    seeds: int | Sequence[int] = 200,
    *,
    workers: int = 1,
    support: Support | None = None,
    notes: Sequence[str] = (),
    progress: Progress | None = None,
) -> Prediction:
    """Say what each fault will do to the clients of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Its own faults are left out, its daemons have been running for long.
    faults : str or sequence
        ``"crash,hang:4s"``: words of `vipsim.study.predict.faults`, each with a node (default: the master
        of the first group) and a length if you like; ``loss:5%`` makes every link lose frames.
    seeds : int, range or sequence of int
        n means the seeds 1 to n: the runs of each fault.
    workers : int
        Processes; 1: none but this one. The result is the same.
    support : Support, optional
        What became of the statements of the configuration files that the scenario was made of.
    notes : sequence of str
        What else was assumed, to be shown.
    progress : callable, optional
        Called with (done, total, seconds left).

    Raises
    ------
    VipsimError
        If a fault cannot be, or there is nothing to predict.

    Examples
    --------
    >>> from vipsim.scenario.builders import pair
    >>> found = predict(pair(client_interval="100ms"), "crash", seeds=20)
    >>> dict(found["crash"].masters["vrrp 51"])
    {'db2': 20}
    """
    wanted = _wanted(faults)
    if not scenario.groups:
        raise ScenarioError("nobody takes over: there is no failover group, so nothing to predict")
    if not any(client.measured for client in scenario.clients):
        raise ScenarioError("no client is measured, so there is no blackout to predict")
    numbers = seeds_of(seeds)
    master = compile_scenario(scenario).leaders[0][0]
    scenes = [planned(scenario, fault, master) for fault in wanted]
    quiet = {number: _quiet(scenes[number], numbers) for number, fault in enumerate(wanted) if fault.is_loss}
    faulty, calm = _work(scenes, quiet, numbers, workers, progress)
    found = tuple(
        _reduced(
            fault,
            scene,
            "" if fault.is_loss else fault.node or master,
            faulty[number],
            _false(scene, quiet[number], calm[number]) if number in quiet else None,
        )
        for number, (fault, scene) in enumerate(zip(wanted, scenes, strict=True))
    )
    outcomes = {str(fault): faulty[number] for number, fault in enumerate(wanted)}
    facts = read_facts({"scenario": to_data(scenario)})
    wrong = tuple(text for _, text in mistakes(facts))
    return Prediction(scenario, numbers, found, support or Support(), wrong, tuple(notes), outcomes)


def _wanted(faults: str | Iterable[str] | Iterable[PlannedFault]) -> tuple[PlannedFault, ...]:
    if isinstance(faults, str):
        return parse_fault_words(faults)
    found: list[PlannedFault] = []
    for one in faults:
        found += (one,) if isinstance(one, PlannedFault) else parse_fault_words(one)
    return tuple(dict.fromkeys(found)) or parse_fault_words("")


# --- the runs --------------------------------------------------------------------------------


def _quiet(lossy: Scenario, seeds: Sequence[int]) -> list[Job]:
    """Runs without clients, for long, in which false failovers are counted."""
    pieces = min(QUIET_PIECES, len(seeds))
    quiet = quiet_arm(lossy, -(-quiet_duration(lossy) // pieces))
    return [Job(quiet, (seeds[piece * len(seeds) // pieces],)) for piece in range(pieces)]


def _work(
    scenes: Sequence[Scenario],
    quiet: Mapping[int, list[Job]],
    seeds: Sequence[int],
    workers: int,
    progress: Progress | None,
) -> tuple[dict[int, list[Outcome]], dict[int, list[Outcome]]]:
    """Do all runs; returns the outcomes by number of the scene, with clients and without."""
    places: list[tuple[bool, int]] = []
    jobs: list[Job] = []
    for number, scene in enumerate(scenes):
        for chunk in chunks(seeds, workers):
            places.append((False, number))
            jobs.append(Job(scene, chunk))
        for job in quiet.get(number, []):
            places.append((True, number))
            jobs.append(job)
    total, ran, begun = sum(len(job.seeds) for job in jobs), 0, time.monotonic()
    done: dict[int, list[Outcome]] = {}
    with closing(run_jobs(run_job, jobs, workers)) as results:
        for index, outcomes in results:
            done[index] = outcomes
            ran += len(outcomes)
            if progress is not None:
                progress(ran, total, (time.monotonic() - begun) / ran * (total - ran))
    found: tuple[dict[int, list[Outcome]], dict[int, list[Outcome]]] = ({}, {})
    for index, (is_quiet, number) in enumerate(places):
        found[is_quiet].setdefault(number, []).extend(done[index])
    return found


# --- their numbers ---------------------------------------------------------------------------


def _reduced(
    fault: PlannedFault,
    scene: Scenario,
    node: str,
    outcomes: Sequence[Outcome],
    false_failovers: FalseFailovers | None,
) -> FaultPrediction:
    clients = [client.name for client in scene.clients if client.measured]
    ends = fault.length is not None
    return FaultPrediction(
        fault=fault,
        node=node,
        n=len(outcomes),
        blackout={name: spread([one.blackout[name] for one in outcomes]) for name in clients},
        after={name: spread([one.after[name] for one in outcomes]) for name in clients} if ends else {},
        broken={
            client.name: proportion(
                sum(one.broken.get(client.name, 0) > 0 for one in outcomes), len(outcomes)
            )
            for client in scene.clients
            if client.measured and kind_of(client) in ESTABLISHED
        },
        masters=_masters(scene, outcomes),
        dual_master=spread([one.dual_master for one in outcomes]),
        dual_owner=spread([one.dual_owner for one in outcomes]),
        silent=silent_survivor(scene, outcomes, clients, fault.is_cut) if ends else None,
        false_failovers=false_failovers,
    )


def _masters(scene: Scenario, outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for group in scene.groups:
        counts = Counter(" and ".join(one.masters.get(group.name, ())) or "nobody" for one in outcomes)
        found[group.name] = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return found


def _false(scene: Scenario, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> FalseFailovers:
    seen = sum(one.false_failovers for one in outcomes)
    observed = sum(job.scenario.duration * len(job.seeds) for job in jobs)
    form = expected_false_failovers(scene) if _is_usual(scene) else None
    return FalseFailovers(
        rate(seen, observed, DAY), seen, observed, form.rate(DAY) if form is not None else None
    )


def _is_usual(scene: Scenario) -> bool:
    """Whether the closed form's three missed adverts hold: no member counts another number or interval."""
    return not any(
        {"down_timer_adverts", "advert_int"} & (dict(group.keepalived) | dict(member.keepalived)).keys()
        for group in scene.groups
        if isinstance(group, VrrpGroup)
        for member in group.members
    )
