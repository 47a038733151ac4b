"""Compare settings: which is better on the same seeds, and at what price.

Each arm is run twice. First over the seeds, which all arms share: a run's phase is the same fraction of
whatever its interval is, so a pair of runs differs only by the setting (common random numbers). Then
without its faults for a long time, in which every failover is a false one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vipsim.errors import ScenarioError
from vipsim.stats import Censored, Duration, Law, Table
from vipsim.study.arms import Settings, make_arms
from vipsim.study.executors import run_jobs
from vipsim.study.forms import detection_law
from vipsim.study.report import TABLE_UNITS, arm_row, short_table
from vipsim.study.rounds import Done, Round, finished, interleave, quiet_rounds, seed_rounds
from vipsim.study.runs import Measure, Run, run_job
from vipsim.study.seeds import seeds_of, seeds_text
from vipsim.units import Time

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario

Progress = Callable[[int, int, float], None]
"""Called with (runs done, runs in all, seconds left as far as one can tell)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found: one row per arm.

    The columns of `table`, times in ns: ``arm``; ``n`` runs, of which ``censored`` did not recover; the
    quantiles ``p50`` and ``p99`` of the blackout (or of what was measured instead) with the limits
    ``_low`` and ``_high`` of their exact 95 % intervals; ``difference``, the median of the differences to
    the first arm seed by seed, with its limits and ``p_value`` of the sign test; ``dual_master``, the
    mean time with two masters; ``false_failovers`` a year of the fault-free run with limits (Garwood),
    ``expected`` by the closed form, and ``false_seen`` in the time ``observed``; ``adverts`` a second.
    """

    table: Table
    samples: Mapping[str, list[Duration]]
    """Blackout of each run by arm, in the order of `finished_seeds`; ns or `Censored`."""
    laws: Mapping[str, Law]
    """Closed form of the detection time by arm, for the arms that have one."""
    finished_seeds: tuple[int, ...]
    """Seeds that were run in every arm."""
    unfinished_seeds: tuple[int, ...] = ()
    interrupted: bool = False
    """Ctrl-C ended it: only finished seeds count."""
    quantity: str = "blackout"
    """What was measured."""

    def to_text(self) -> str:
        """Return the table for a terminal, intervals beside their values, and how to go on."""
        lines = [short_table(self.table, self.quantity).to_text()]
        if self.interrupted:
            done = len(self.finished_seeds)
            whole = done + len(self.unfinished_seeds)
            lines.append(f"interrupted after {done} of {whole} seeds")
            if self.unfinished_seeds:
                lines[-1] += f"; go on with --seeds {seeds_text(self.unfinished_seeds)}"
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return short_table(self.table, self.quantity)._repr_html_()


def compare(
    scenario: Scenario | None,
    settings: Settings,
    seeds: int | Sequence[int] = 100,
    *,
    loss: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    quiet_time: Time | str | None = None,
    measure: Measure | None = None,
) -> Comparison:
    """Run every arm on the same seeds and compare them with the first one.

    Parameters
    ----------
    scenario : Scenario or None
        What the settings are put into; None where they are scenarios themselves.
    settings : mapping
        Values by path, ``{"vrrp.advert_interval": ["1s", "2s"]}``: each combination is an arm. Or
        scenarios by name, ``{"pull": ..., "push": ...}``.
    seeds : int, range or sequence of int
        n means the seeds 1 to n.
    loss : str, optional
        Probability that a link loses a frame, set on all of them, with the faults and without: ``"1%"``.
    workers : int
        Processes; 1: none but this one. A script needs ``if __name__ == "__main__":`` for more. The
        result is the same.
    progress : callable, optional
        Called with (done, total, seconds left) after each piece of work.
    quiet_time : str or int, optional
        Length of the fault-free run of each arm (text, or ns; 0: none). Default: 50,000 intervals of
        its protocol.
    measure : callable, optional
        Called with each trace, returns what to compare instead of the blackout: ns, `Censored`, or None
        for what did not happen within the run.

    Raises
    ------
    ScenarioError
        If a path or value is wrong, or nothing is measured.

    Examples
    --------
    >>> from vipsim.scenario.builders import pair
    >>> scenario = pair(faults=["crash:db1@5s"], client_interval="100ms")
    >>> found = compare(scenario, {"vrrp.advert_interval": ["1s", "2s"]}, seeds=5, quiet_time="60s")
    >>> found.table.column("arm")
    ('vrrp.advert_interval=1s', 'vrrp.advert_interval=2s')
    """
    arms = make_arms(scenario, settings, loss)
    if measure is None:
        _check_measured(arms)
    numbers = seeds_of(seeds)
    rounds = interleave(seed_rounds(arms, numbers, workers, measure), quiet_rounds(arms, numbers, quiet_time))
    done, interrupted = _work(rounds, workers, progress)
    return _comparison(arms, numbers, finished(rounds, done), interrupted, measure)


def _work(rounds: Sequence[Round], workers: int, progress: Progress | None) -> tuple[Done, bool]:
    """Do the jobs of all rounds; returns what was done, and whether it was interrupted."""
    places = [(number, arm) for number, one in enumerate(rounds) for arm in one.jobs]
    jobs = [rounds[number].jobs[arm] for number, arm in places]
    total, ran = sum(len(job.seeds) for job in jobs), 0
    done: Done = {}
    begun = time.monotonic()
    try:
        with closing(run_jobs(run_job, jobs, workers)) as results:
            for index, runs in results:
                done[places[index]] = runs
                ran += len(runs)
                if progress is not None:
                    progress(ran, total, (time.monotonic() - begun) / ran * (total - ran))
    except KeyboardInterrupt:
        return done, True
    return done, False


def _comparison(
    arms: Mapping[str, Scenario],
    seeds: tuple[int, ...],
    kept: tuple[Mapping[str, list[Run]], Mapping[str, list[Run]]],
    interrupted: bool,
    measure: Measure | None,
) -> Comparison:
    faulty, quiet = kept
    samples = {arm: [_value(run, measure) for run in faulty[arm]] for arm in arms}
    first = samples[next(iter(arms))]
    rows = [
        arm_row(arm, scenario, samples[arm], first, faulty[arm], quiet[arm]) for arm, scenario in arms.items()
    ]
    count = len(first)
    laws = {arm: law for arm, scenario in arms.items() if (law := detection_law(scenario)) is not None}
    quantity = "blackout" if measure is None else getattr(measure, "__name__", "value").strip("<>")
    return Comparison(
        table=Table.from_rows(rows, units=TABLE_UNITS),
        samples=samples,
        laws=laws,
        finished_seeds=seeds[:count],
        unfinished_seeds=seeds[count:],
        interrupted=interrupted,
        quantity="value" if quantity == "lambda" else quantity,
    )


def _value(run: Run, measure: Measure | None) -> Duration:
    value = run.blackout if measure is None else run.value
    return Censored(run.duration) if value is None else value


def _check_measured(arms: Mapping[str, Scenario]) -> None:
    for name, scenario in arms.items():
        if not any(client.measured for client in scenario.clients):
            raise ScenarioError(f"{name}: no client is measured, so there is no blackout to compare")
