"""One run of a study, reduced to the few numbers that are kept of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vipsim.stats import Censored, Duration, Row
from vipsim.study.executors import run_jobs
from vipsim.study.seeds import seeds_of
from vipsim.trace.outcome import Failover, Metrics
from vipsim.trace.records import Level
from vipsim.trace.trace import Trace
from vipsim.units import Time
from vipsim.worlds import run_many

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario

Measure = Callable[[Trace], "Duration | None"]
"""What a study measures instead of the blackout; None means that it did not happen within the run."""

SAMPLE_UNITS = dict.fromkeys(
    (
        "blackout", "detection", "election", "announcement", "repair", "convergence",
        "dual_master", "dual_owner",
    ),
    "s",
)  # fmt: skip
"""Units of the columns of `Run.to_row`, for `vipsim.stats.Table.from_rows`."""


@dataclass(frozen=True, slots=True)
class Job:
    """A few runs of one scenario: the unit that a worker is given."""

    scenario: Scenario
    seeds: tuple[int, ...]
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What is kept of one run. Times in ns; None: nothing to measure, or it did not happen."""

    seed: int
    duration: Time
    failover: Failover | None
    """The first one that was not a return."""
    blackout: Duration | None
    """Longest silence of the client that suffered most; None without a measured client."""
    value: Duration | None
    """What the study's own `measure` returned."""
    dual_master: Time
    dual_owner: Time
    false_failovers: int
    adverts: int
    failed: int | None = None
    """Connections, statements and look-ups of the clients that failed; None: no client makes any."""

    def to_row(self) -> Row:
        """Return the run as a row of a table (`SAMPLE_UNITS` has the units)."""
        found = self.failover
        return {
            "seed": self.seed,
            "fault": found.fault if found else None,
            "blackout": self.blackout,
            "detection": found.detection if found else None,
            "election": found.election if found else None,
            "announcement": found.announcement if found else None,
            "repair": found.repair if found else None,
            "convergence": _convergence(found, self.duration) if found else None,
            "dual_master": self.dual_master,
            "dual_owner": self.dual_owner,
            "false_failovers": self.false_failovers,
            "adverts": self.adverts,
        }


def run_job(job: Job) -> list[Run]:
    """Run all seeds of a job: what a worker does."""
    level = Level.SUMMARY if job.measure is None else Level.PROTOCOL
    return [_reduce(trace, job.measure) for trace in run_many(job.scenario, job.seeds, level)]


def _reduce(trace: Trace, measure: Measure | None) -> Run:
    metrics = trace.metrics
    return Run(
        seed=trace.seed,
        duration=trace.duration,
        failover=next((f for f in metrics.failovers if f.kind != "failback"), None),
        blackout=worst_blackout(metrics),
        value=None if measure is None else measure(trace),
        dual_master=metrics.dual_master,
        dual_owner=metrics.dual_owner,
        false_failovers=metrics.false_failovers,
        adverts=metrics.adverts,
        failed=sum(sum(one.errors.values()) for one in metrics.sessions.values())
        if metrics.sessions
        else None,
    )


def worst_blackout(metrics: Metrics) -> Duration | None:
    """Return the longest silence of any measured client; None if there is no such client.

    The longest and not the sum, since on a lossy network the sum is mostly single lost probes, as many
    as the run is long. If a client was silent when the run ended (`ClientSummary.censored`) that silence
    may have become the longest, so the answer is censored, at the longest that was seen.
    """
    if not metrics.clients:
        return None
    clients = metrics.clients.values()
    longest = max(client.longest for client in clients)
    return Censored(longest) if any(client.censored for client in clients) else longest


def _convergence(failover: Failover, end: Time) -> Duration | None:
    return Censored(end - failover.fault_at) if failover.censored else failover.convergence


def sample(
    scenario: Scenario, seeds: int | Sequence[int], workers: int = 1, measure: Measure | None = None
) -> list[Row]:
    """Run a scenario once per seed and return a row for each, in the order of the seeds.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    seeds : int, range or sequence of int
        n means the seeds 1 to n.
    workers : int
        Processes; 1: none but this one. A script needs ``if __name__ == "__main__":`` for more.
    measure : callable, optional
        Called with each trace; its answer (ns, `Censored` or None) becomes the column ``value``.

    Returns
    -------
    list of Row
        Times in ns. ``Table.from_rows(rows, units=SAMPLE_UNITS)`` makes a table of them (with a `measure`
        add the unit of ``value``).

    Examples
    --------
    >>> from vipsim.scenario.builders import pair
    >>> rows = sample(pair(faults=["crash:db1@5s"], client_interval="1s"), seeds=3)
    >>> [row["seed"] for row in rows], rows[0]["fault"]
    ([1, 2, 3], 'crash:db1')
    """
    numbers = seeds_of(seeds)
    jobs = [Job(scenario, chunk, measure) for chunk in chunks(numbers, workers)]
    found: dict[int, list[Run]] = {}
    with closing(run_jobs(run_job, jobs, workers)) as results:
        found.update(results)
    runs = [run for index in range(len(jobs)) for run in found[index]]
    with_value = measure is not None
    return [run.to_row() | ({"value": run.value} if with_value else {}) for run in runs]


def chunks(seeds: Sequence[int], workers: int) -> Iterable[tuple[int, ...]]:
    """Cut the seeds into jobs: one seed each without workers, and a few for each worker with them."""
    size = 1 if workers <= 1 else max(1, min(25, len(seeds) // (4 * workers)))
    for start in range(0, len(seeds), size):
        yield tuple(seeds[start : start + size])
