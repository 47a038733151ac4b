"""Rows that are sums of many events: counted, and held against the counts of the runs.

The difference is measured in the larger of two errors: what a count of rare events scatters by itself
(Poisson), and what the runs of the model scatter (announcements come by five, silences cluster).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vipsim.stats.chances import student_pvalue

LOSS = (
    *("n1_sent", "n1_delivered", "n2_sent", "false_failovers", "garps_n1", "garps_n2", "owner_changes"),
    *("client_on_n2_s", "client_gap_total_s"),
)
"""Counts and sums of loss rows."""


@dataclass(frozen=True, slots=True)
class Count:
    """A recorded count with mean, variance and number of the runs'."""

    recorded: float
    mean: float
    variance: float
    runs: int
    whole: bool = True
    """Whether it counts events; else it is a sum of durations."""


def countables(row: dict[str, Any]) -> dict[str, float]:
    """Everything in a row that is a count of many events, by name."""
    kind = (row.get("setup") or {}).get("kind")
    found: dict[str, float] = {}
    if "false_failovers" in row:
        found |= {name: row[name] for name in LOSS if name in row}
        found["episodes_s"] = math.fsum(row.get("episode_s") or ())
    elif kind == "steady" or isinstance(row.get("adverts"), int):
        found["adverts"] = row["adverts"]
    for node, lines in (row.get("refused") or {}).items():
        found |= {f"refused by {node}: {what}": number for what, number in lines.items()}
    return found


def compare(row: dict[str, Any], runs: Sequence[dict[str, Any]]) -> dict[str, Count]:
    """Hold the counts of a row against those of its runs."""
    simulated = [countables(run) for run in runs]
    found = {}
    for name, recorded in countables(row).items():
        values = [run[name] for run in simulated if name in run]
        if len(values) < 2:
            continue
        mean = math.fsum(values) / len(values)
        variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
        found[name] = Count(recorded, mean, variance, len(values), not name.endswith("_s"))
    return found


def pvalue(counts: Iterable[Count]) -> float:
    """Two-sided p-value of the sum over the rows of an experiment."""
    counts = list(counts)
    recorded = math.fsum(one.recorded for one in counts)
    mean = math.fsum(one.mean for one in counts)
    scatter = math.fsum(one.variance for one in counts)
    runs, difference = min(one.runs for one in counts), abs(recorded - mean)
    # The recording is one more run: what never happened in the runs may still have a small chance.
    if all(one.whole for one in counts):
        scatter = max(scatter, (mean * runs + recorded) / (runs + 1))
        difference = max(0.0, difference - 0.5)  # a count is whole: half of one is no difference
    scatter = scatter or difference**2 / (runs + 1)
    if not difference:
        return 1.0
    # The runs' mean is itself an estimate.
    return student_pvalue(difference / math.sqrt(scatter * (1 + 1 / runs)), runs - 1)
