"""Trials: the rows of one trial together, and the same trial conducted again many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vipsim.sim.plan import Plan, compile_scenario
from vipsim.units import MS, Time
from vipsim.validate.daemons.course import Course
from vipsim.validate.daemons.experiments import Experiment, Unsupported
from vipsim.validate.daemons.lab import Lab, lab_of
from vipsim.validate.daemons.observe import row_of
from vipsim.validate.daemons.steps import Act, acts_of
from vipsim.validate.daemons.story import conduct

Row = Mapping[str, Any]

PROBE_EVERY: dict[str, Time] = {
    "failover": 2 * MS,
    "startup": 5 * MS,
    "watch": 5 * MS,
    "loss": 5 * MS,
    "steady": 20 * MS,
}
"""The prober's interval in the measured part (``prober.interval_s``)."""
UNDISTURBED = frozenset({"startup", "watch", "steady"})
"""Kinds of experiments in which nothing is done once the daemons are launched."""
BUSY_LOAD = 1.0
"""Load average from which the recording host counts as busy: it has two cores."""
PROCESSORS = 2
"""What the daemons of all nodes shared (truth/README: two cores). On a host that is not busy a woken
process finds one that is free."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured in one trial of an experiment: a row for each of its stages."""

    experiment: Experiment
    number: int
    rows: Mapping[str, Row]
    """By suffix: empty for the fault, ``recover``, ..."""

    @property
    def first(self) -> Row:
        """The row that the trial begins with; a recovery's own if its fault's row is not there."""
        return self.rows.get("") or next(iter(self.rows.values()))


def trials(rows: Iterable[Row], experiments: Mapping[str, Experiment]) -> list[Trial]:
    """Put rows of one trial together, in the order in which they come.

    A second row of an experiment, trial number and stage begins a new trial: repeated files may be joined.
    """
    found: list[tuple[Experiment, int, dict[str, Row]]] = []
    open_ones: dict[tuple[str, int], dict[str, Row]] = {}
    for row in rows:
        name, _, suffix = row["exp"].partition(":")
        if name not in experiments:
            continue
        key = (name, row["trial"])
        if key not in open_ones or suffix in open_ones[key]:
            open_ones[key] = {}
            found.append((experiments[name], row["trial"], open_ones[key]))
        open_ones[key][suffix] = row
    return [Trial(*one) for one in found]


def simulate(trial: Trial, seeds: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """Conduct a trial again, once for each seed, conditioned on what was measured of it.

    Returns
    -------
    dict
        By the names of the trial's rows: for each seed a row with their keys and meaning. ``_unmet`` in a row
        tells what did not come about in that run; then nothing else is in it.

    Raises
    ------
    Unsupported
        If the experiment cannot be conducted in a simulated network.
    """
    course = course_of(trial)
    found: dict[str, list[dict[str, Any]]] = {_name(trial, suffix): [] for suffix in trial.rows}
    for seed in seeds:
        conducted = conduct(course, seed)
        for suffix, row in trial.rows.items():
            found[_name(trial, suffix)].append(row_of(course, conducted, suffix, row))
    return found


def _name(trial: Trial, suffix: str) -> str:
    return f"{trial.experiment.id}:{suffix}" if suffix else trial.experiment.id


def course_of(trial: Trial) -> Course:
    """All that is the same in each run of a trial."""
    first = trial.first
    busy = first.get("load1", 0.0) >= BUSY_LOAD
    lab, plan, acts = _prepared(trial.experiment, "busy" if busy else "idle")
    return Course(
        experiment=trial.experiment,
        lab=lab,
        plan=plan,
        acts=acts,
        setup=first["setup"],
        rows=trial.rows,
        processors=PROCESSORS if busy else 0,
    )


@lru_cache(maxsize=32)
def _compiled(number: int, lateness: str) -> tuple[Lab, Plan, dict[str, list[Act]]]:
    experiment = _KNOWN[number]
    kind = experiment.kind
    if kind not in PROBE_EVERY:
        raise Unsupported(f"experiments of the kind {kind!r} are not known here")
    lab = lab_of(experiment, lateness, PROBE_EVERY[kind])
    acts = {stage.suffix: acts_of(stage.steps, lab) for stage in experiment.stages}
    if kind in UNDISTURBED and any(acts.values()):
        raise Unsupported(f"when something is done in an experiment of the kind {kind} is not written down")
    return lab, compile_scenario(lab.scenario), acts


_KNOWN: dict[int, Experiment] = {}
"""Experiments by their identity, for the cache: they hold what has no hash."""


def _prepared(experiment: Experiment, lateness: str) -> tuple[Lab, Plan, dict[str, list[Act]]]:
    _KNOWN[id(experiment)] = experiment
    return _compiled(id(experiment), lateness)
