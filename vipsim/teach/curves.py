"""Times over many seeds, with the closed form that they must follow: as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vipsim.stats import Censored, Duration, Law, Table, quantile
from vipsim.stats.table import Row
from vipsim.units import MS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vipsim.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class Curve:
    """A sample of times over seeds, and the closed form that belongs to it."""

    label: str
    times: Sequence[Duration]
    """In ns, or censored."""
    law: Law | None = None
    """Of the detection, which is nearly all of it."""


def convergence_curve(scenario: Scenario, seeds: Sequence[int]) -> Curve:
    """Return when the last client of each run was answered again, with the closed form of the detection."""
    from vipsim.study import sample

    times = [row["convergence"] for row in sample(scenario, seeds)]
    known = [time for time in times if isinstance(time, (int, Censored))]
    return Curve(scenario.name, known, first_law(scenario))


def client_curves(scenario: Scenario, seeds: Sequence[int], *, whole_run: bool = False) -> Iterator[Curve]:
    """Yield the blackouts of each client; the last one has the closed form of the detection.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    seeds : sequence of int
        A run each.
    whole_run : bool
        All the client's silence in the run instead of the first failover's; no closed form belongs to it.
    """
    from vipsim.trace.records import Level
    from vipsim.worlds import run_many

    times: dict[str, list[Duration]] = {}
    for trace in run_many(scenario, seeds, Level.SUMMARY):
        failover = trace.failovers[0].clients if trace.failovers else {}
        found = trace.metrics.clients if whole_run else failover
        for name, outage in found.items():
            length = outage.blackout
            times.setdefault(name, []).append(Censored(length) if outage.censored else length)
    law = None if whole_run else first_law(scenario)
    for name, sample in times.items():
        yield Curve(name, sample, law if name == list(times)[-1] else None)


def first_law(scenario: Scenario) -> Law | None:
    """Return the closed form of the first fault's detection; later faults do not change it."""
    from vipsim.study.forms import detection_law

    return detection_law(scenario.with_(faults=scenario.faults[:1]))


def summary(curves: Sequence[Curve]) -> Table:
    """Return a row per curve: quantiles to the ms, runs that did not recover, the closed form."""
    rows: list[Row] = [
        {
            "runs": curve.label,
            "n": len(curve.times),
            "p50": _rounded(quantile(curve.times, 0.5)),
            "p99": _rounded(quantile(curve.times, 0.99)),
            "never": sum(isinstance(time, Censored) for time in curve.times),
            "closed form of the detection": curve.law.describe() if curve.law else None,
        }
        for curve in curves
        if curve.times
    ]
    return Table.from_rows(rows, units={"p50": "s", "p99": "s"})


def _rounded(time: Duration) -> Duration:
    """Return a time to the ms; of a censored one what it surely lasted."""
    return Censored(time.after // MS * MS) if isinstance(time, Censored) else round(time / MS) * MS


def draw_curves(curves: Sequence[Curve], what: str, seeds: Sequence[int]) -> Axes:
    """Draw samples as distributions in one picture, each closed form over its sample.

    Parameters
    ----------
    curves : sequence of Curve
        At least one.
    what : str
        The quantity, for the axis.
    seeds : sequence of int
        For the legend.

    Raises
    ------
    VipsimError
        If a sample is empty: nothing was measured.
    """
    from vipsim import view

    title = f"Distribution of {what}"
    if any(curve.law for curve in curves):
        title += "; the closed form is that of the detection alone"
    ax: Axes | None = None
    for curve in curves:
        ax = view.plot_cdf(
            curve.times, curve.law, ax, label=curve.label, column=what, seeds=seeds, title=title
        )
    assert ax is not None, "there is at least one curve"
    return ax
