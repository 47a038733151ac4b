"""What is said of an arm: its row with every number, and the short form that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vipsim.stats import (
    Censored,
    Column,
    Duration,
    Estimate,
    Row,
    Table,
    paired_difference,
    quantile_interval,
    rate,
)
from vipsim.stats.cells import cell_text
from vipsim.study.forms import expected_false_failovers
from vipsim.study.runs import Run
from vipsim.units import SECOND

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario

_RATES = dict.fromkeys(
    ("false_failovers", "false_failovers_low", "false_failovers_high", "expected"), "1/year"
)
TABLE_UNITS = {
    **{f"{name}{end}": "s" for name in ("p50", "p99", "difference") for end in ("", "_low", "_high")},
    "dual_master": "s",
    **_RATES,
    "observed": "s",
    "adverts": "1/s",
}
"""Units of `arm_row`."""

LEGEND = """\
blackout: of each run the longest silence of the client that suffered most; p50, p99: over the n runs.
[low, high]: 95 % interval, - for a limit that so few runs do not give; > 15 s: not over when the run ended.
to the first: median difference to the first arm, seed by seed (below 0: shorter than there).
From the run without faults: false failovers, expected (closed form), seen in (how many in which time)."""
"""What the columns of `short_table` mean."""
FAILED = "failed connections"
_FAILED_MEANS = f"{FAILED}: of all clients (statements and look-ups too), mean of a run."


def legend(table: Table) -> str:
    """What the columns of the short form of `table` mean."""
    connects = any(row["failed_connections"] is not None for row in table)
    return f"{LEGEND}\n{_FAILED_MEANS}" if connects else LEGEND


_DIGITS = 3
"""Digits after the point that the short form shows of a time in seconds."""


def arm_row(
    arm: str,
    scenario: Scenario,
    sample: Sequence[Duration],
    first: Sequence[Duration],
    runs: Sequence[Run],
    quiet: Sequence[Run],
) -> Row:
    """Return all numbers of one arm.

    Parameters
    ----------
    arm : str
        Its name.
    scenario : Scenario
        What was run.
    sample, first : sequence of Duration
        The blackouts of this arm and of the first one, of the same seeds in the same order.
    runs, quiet : sequence of Run
        Its runs with faults and without.
    """
    row: Row = {"arm": arm, "n": len(sample), "censored": sum(isinstance(d, Censored) for d in sample)}
    row |= _estimated("p50", quantile_interval(sample, 0.5))
    row |= _estimated("p99", quantile_interval(sample, 0.99))
    paired = paired_difference(first, sample)
    row |= _estimated("difference", paired.median)
    row["p_value"] = paired.p_value
    failed = [run.failed for run in runs if run.failed is not None]
    row["failed_connections"] = sum(failed) / len(failed) if failed else None
    row["dual_master"] = round(sum(run.dual_master for run in runs) / len(runs)) if runs else None
    return row | _quiet_row(scenario, quiet)


def _quiet_row(scenario: Scenario, quiet: Sequence[Run]) -> Row:
    """What the runs without faults tell; nothing if there are none."""
    observed = sum(run.duration for run in quiet)
    seen = sum(run.false_failovers for run in quiet)
    form = expected_false_failovers(scenario)
    row = _estimated("false_failovers", rate(seen, observed) if quiet else None)
    return row | {
        "expected": form.rate() if form else None,
        "false_seen": seen if quiet else None,
        "observed": observed if quiet else None,
        "adverts": sum(run.adverts for run in quiet) * SECOND / observed if quiet else None,
    }


def _estimated(name: str, estimate: Estimate[Any] | None) -> Row:
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def short_table(table: Table, quantity: str) -> Table:
    """Return the table with each interval beside its value, as text."""
    rows: list[Row] = []
    connects = any(row["failed_connections"] is not None for row in table)
    for number, row in enumerate(table):
        failed = {FAILED: _text(row["failed_connections"], "")} if connects else {}
        count = f"{row['n']}" + (f" ({row['censored']} censored)" if row["censored"] else "")
        rows.append(
            {
                "arm": row["arm"],
                "n": count,
                f"{quantity} p50 [s]": _interval(row, "p50", "s"),
                "p99 [s]": _interval(row, "p99", "s"),
                "to the first [s]": _interval(row, "difference", "s") if number else "-",
                **failed,
                "dual master [s]": _text(row["dual_master"], "s"),
                "false failovers [1/year]": _interval(row, "false_failovers", "1/year"),
                "expected": _text(row["expected"], "1/year"),
                "seen in [s]": "-"
                if row["observed"] is None
                else f"{row['false_seen']} in {_text(row['observed'], 's')}",
                "adverts [1/s]": _text(row["adverts"], "1/s"),
            }
        )
    return Table(tuple(Column(name) for name in rows[0]), tuple(tuple(row.values()) for row in rows))


def _interval(row: Row, name: str, unit: str) -> str:
    value = _text(row[name], unit)
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low is None and high is None:
        return value
    if row[name] is None:  # censored pairs hide the value, but not where it must be
        if high is None:
            return _text(low, unit) if isinstance(low, Censored) else f"at least {_text(low, unit)}"
        if low is None:
            return f"at most {_text(high, unit)}"
        return f"between {_text(low, unit)} and {_text(high, unit)}"
    return f"{value} [{_text(low, unit)}, {_text(high, unit)}]"


def _text(value: Any, unit: str) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, Censored):
        value = Censored(round(value.after, _DIGITS - 9))
    return cell_text(value, unit, _DIGITS if isinstance(value, int) else None)
