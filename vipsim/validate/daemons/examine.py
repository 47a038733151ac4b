"""Recorded files examined: each trial is conducted again many times, and its rows are held against the runs.

The work is cut into jobs of a few trials of one experiment. A job's result follows from the job alone, so
it does not matter who does it, nor how many do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from vipsim.errors import AddressError, MachineError, ScenarioError, SimulationError, UnitError
from vipsim.validate.daemons.experiments import Unsupported, read_experiments
from vipsim.validate.daemons.report import Report
from vipsim.validate.daemons.trials import Trial, simulate, trials
from vipsim.validate.fields import RowError, shown
from vipsim.validate.judge import Evidence, judge, weigh
from vipsim.validate.judge.recorded import Recorded, is_meant, read_recorded
from vipsim.validate.rows import Unreadable, unreadable

FIRST = 8
"""Runs of every trial. Where they all say the same and the recording agrees, more would say it again."""
COUNTED = 20
"""Runs of a trial that is itself a sum of many events: their mean is known well enough."""
SUMS = ("loss", "steady")
"""Kinds of such trials."""
LEAST = 2
TOGETHER = 4
"""Trials of one experiment in a job: its network is compiled once for them."""

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")
Workers = Callable[[Callable[[JobT], ResultT], Sequence[JobT]], Generator[tuple[int, ResultT], None, None]]
"""Who calls a function for each job and yields (index, result) as they come."""


@dataclass(frozen=True, slots=True)
class Job:
    """A few trials of one experiment."""

    path: str
    trials: tuple[tuple[Trial, Mapping[str, int]], ...]
    """Each with the lines of its rows that are to be judged, by their names."""
    runs: int
    seed: int


@dataclass(slots=True)
class Found:
    """What came of a job."""

    evidence: list[Evidence] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """Why an experiment cannot be conducted, by experiment."""
    broken: dict[str, str] = field(default_factory=dict)
    """Why the runs of an experiment are no rows, by experiment: the model is off."""
    complaints: list[Unreadable] = field(default_factory=list)


def examine(paths: Iterable[Path], workers: Workers[Job, Found], only: str, runs: int, seed: int) -> Report:
    """Judge every experiment of some files; each file's experiments.json stands beside it.

    Parameters
    ----------
    paths : iterable of Path
        Files of recorded rows.
    workers : callable
        Who does the jobs.
    only : str
        Judge only experiments that this pattern means; empty: all.
    runs : int
        Runs of a trial whose outcome is random.
    seed : int
        Everything random follows from it.

    Raises
    ------
    OSError
        If a file of rows cannot be read.
    ExperimentsError
        If a file of experiments cannot be read.
    """
    report, jobs, order = Report(), [], dict[str, None]()
    for path in paths:
        jobs += _jobs(path, only, runs, seed, report, order)
    found: dict[int, Found] = {}
    try:
        for number, one in workers(look_at, jobs):
            found[number] = one
    except KeyboardInterrupt:
        report.stopped = f"{len(found)} of {len(jobs)} parts of the work were done"
    evidence = []
    for _, one in sorted(found.items()):
        evidence += one.evidence
        report.skipped |= one.skipped
        report.complaints += one.complaints
        for exp, reason in one.broken.items():
            report.broken.setdefault(exp, reason)
    rank = {exp: number for number, exp in enumerate(order)}
    evidence = [one for one in evidence if one.exp not in report.skipped and one.exp not in report.broken]
    evidence.sort(key=lambda one: rank[one.exp])
    report.judgment = judge(evidence, seed)
    return report


def _jobs(path: Path, only: str, runs: int, seed: int, report: Report, order: dict[str, None]) -> list[Job]:
    """Read a file and cut its trials into jobs; bad rows go to the report, experiments to `order`."""
    with path.open("rb"):
        pass  # that the file itself is missing is said first
    experiments = read_experiments(path.with_name("experiments.json"))
    rows: list[Recorded] = []
    line = 0
    for one in read_recorded(path):
        line = one.line
        if isinstance(one, Unreadable):
            report.complaints.append(one)
        elif one.exp.partition(":")[0] not in experiments:
            error = RowError("exp", f"there is no experiment {shown(one.exp)}", "add it to experiments.json")
            report.complaints.append(unreadable(str(path), one.line, "", error))
        else:
            rows.append(one)
    if not line:
        report.complaints.append(
            Unreadable(str(path), 1, "", "", "there is no row in the file", "name a file of rows")
        )
    lines = {id(one.data): one.line for one in rows}
    meant = {id(one.data) for one in rows if is_meant(one.exp, only)}
    if rows and not meant:
        report.complaints.append(
            Unreadable(str(path), 1, "", "", f"no experiment is meant by {shown(only)}", "look at --only")
        )
    order.update(dict.fromkeys(one.exp for one in rows if id(one.data) in meant))
    found: dict[int, list[tuple[Trial, dict[str, int]]]] = {}
    for trial in trials([one.data for one in rows], experiments):
        chosen = {str(row["exp"]): lines[id(row)] for row in trial.rows.values() if id(row) in meant}
        if chosen:
            found.setdefault(id(trial.experiment), []).append((trial, chosen))
    return [
        Job(str(path), tuple(group[begin : begin + TOGETHER]), runs, seed)
        for group in found.values()
        for begin in range(0, len(group), TOGETHER)
    ]


def look_at(job: Job) -> Found:
    """Conduct the trials of a job again and weigh their rows."""
    found = Found()
    for trial, lines in job.trials:
        try:
            found.evidence += _weigh(trial, lines, job)
        except Unsupported as why:
            found.skipped |= dict.fromkeys(lines, str(why))
        except (ScenarioError, UnitError, AddressError) as why:
            # The laboratory itself: not the row, but its experiment asks for what no scenario can be told.
            found.skipped |= dict.fromkeys(lines, f"its laboratory is no scenario: {why}".partition("\n")[0])
        except RowError as error:
            name = f"{next(iter(lines))} trial {trial.number}"
            found.complaints.append(unreadable(job.path, min(lines.values()), name, error))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            # Fields that only the conducting of a trial needs: it finds out when it comes to them.
            said = f"{type(error).__name__}: {error}"[:200]
            bad = RowError(
                "", f"the trial cannot be conducted ({said})", "write the fields as recorded rows do"
            )
            name = f"{next(iter(lines))} trial {trial.number}"
            found.complaints.append(unreadable(job.path, min(lines.values()), name, bad))
        except (MachineError, SimulationError) as error:
            found.broken |= dict.fromkeys(lines, f"the model broke its own rules: {error}")
        except _Unmet as why:
            found.broken |= dict.fromkeys(lines, str(why))
    return found


class _Unmet(Exception):
    """The runs do not come to what the recording shows."""


def _weigh(trial: Trial, lines: Iterable[str], job: Job) -> list[Evidence]:
    """Conduct a trial until its rows are settled or all runs are done."""
    kind = trial.experiment.kind
    most = min(job.runs, COUNTED) if kind in SUMS else job.runs
    simulated: dict[str, list[dict[str, Any]]] = {name: [] for name in lines}
    done = 0
    for until in (min(most, COUNTED if kind in SUMS else FIRST), most):
        seeds = [_seed(job.seed, trial, number) for number in range(done, until)]
        if not seeds:
            break
        fresh = simulate(trial, seeds)
        for name, runs in simulated.items():
            runs += [run for run in fresh[name] if "_unmet" not in run]
        done = until
        if all(len(runs) >= LEAST for runs in simulated.values()):
            evidence = [
                weigh(dict(row), simulated[row["exp"]])
                for row in trial.rows.values()
                if row["exp"] in simulated
            ]
            if all(one.is_settled for one in evidence):
                return evidence
    for name, runs in simulated.items():
        if len(runs) < LEAST:
            why = next((run["_unmet"] for run in fresh[name] if "_unmet" in run), "nothing was seen")
            raise _Unmet(f"trial {trial.number}: {len(runs)} of {done} runs come to what was measured: {why}")
    return evidence


def _seed(seed: int, trial: Trial, number: int) -> int:
    """A seed of its own for each run: no two trials share their chances."""
    text = f"{seed}\0{trial.experiment.id}\0{trial.number}\0{number}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")
