"""One recorded row held against its runs: all that the judge needs, and no run is kept."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from vipsim.validate.judge import counts, outcomes
from vipsim.validate.judge.answers import said, stories
from vipsim.validate.judge.counts import Count
from vipsim.validate.judge.frames import differences
from vipsim.validate.judge.noise import BLIND_S, PROBER_S, blur_s, fault_s, prober_late_s, stream
from vipsim.validate.judge.numbers import as_many
from vipsim.validate.judge.outcomes import Outcome
from vipsim.validate.judge.places import Place, Runs, other_places
from vipsim.validate.judge.readings import READINGS, Reading

OTHERS = 40
"""Runs of a row that are put in the recording's place, to see what a right model would say of them."""
SIZES = ("detect_s", "mdi_s", "garp_delay_s", "spacing_median", "spacing_mean")
HANGS = 4.0
"""Standard deviations of a rank correlation: by chance once in 15,000 rows."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """A recorded time minus the median of its runs, and the same of some runs (seconds)."""

    difference: float
    others: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Place of a recorded duration, and the places of runs put where the recording is."""

    place: Place
    others: tuple[Place, ...]
    recorded: Reading
    expected: float
    """Median of the runs, in seconds (a censored one counts as its lower bound)."""
    is_impossible: bool
    """Whether no run comes near it."""
    spread: float
    """Shortest to longest run, in seconds."""

    @property
    def is_settled(self) -> bool:
        """Whether the runs agree as well as the recording can tell, and it lies among them."""
        is_outermost = not self.place.tied and self.place.below in (0, self.place.runs)
        return self.spread <= BLIND_S and not is_outermost and not self.is_impossible


@dataclass(frozen=True, slots=True)
class Match:
    """Whether some run agrees with the recording."""

    difference: str
    """Nothing if one does; else what differs in the run that comes nearest."""
    strangers: int
    """Of `tried` runs put in the recording's place, those that no other run agrees with."""
    tried: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came of one row."""

    exp: str
    trial: int
    kind: str
    daemon: str
    runs: int
    sizes: dict[str, Size] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    matches: dict[str, Match] = field(default_factory=dict)
    counts: dict[str, Count] = field(default_factory=dict)
    hangs: frozenset[str] = frozenset()
    """Durations that depend on the reachable time that the client drew and nobody recorded."""

    @property
    def is_settled(self) -> bool:
        """Whether more runs would say the same: the runs agree with each other and with the recording."""
        return (
            not any(one.hits % one.runs or one.surprises for one in self.outcomes.values())
            and not any(one.difference or one.strangers for one in self.matches.values())
            and all(one.is_settled for one in self.standings.values())
        )


def weigh(row: Row, runs: Sequence[Row]) -> Evidence:
    """Hold one recorded row against its simulated runs.

    Parameters
    ----------
    row : dict
        The recorded row.
    runs : sequence of dict
        At least two simulated rows with the same keys, conditioned on what was measured in `row`.
    """
    kind = str((row.get("setup") or {}).get("kind", ""))
    head = (str(row["exp"]), int(row["trial"]), kind, str(row.get("daemon", "")), len(runs))
    if kind == "loss":
        return Evidence(*head, counts=counts.compare(row, runs))
    found = Evidence(
        *head,
        sizes=_sizes(row, runs),
        standings=_standings(row, runs),
        outcomes=outcomes.compare(row, runs) | as_many(row, runs, blur_s(row)),
        matches={"frames": _match_frames(row, runs), "answers": _match_stories(row, runs)},
        counts=counts.compare(row, runs),
        hangs=_hangs(row, runs),
    )
    return found


def _sizes(row: Row, runs: Sequence[Row]) -> dict[str, Size]:
    found = {}
    for name in SIZES:
        values = [run[name] for run in runs if run.get(name) is not None]
        if row.get(name) is not None and values:
            middle = median(values)
            found[name] = Size(row[name] - middle, tuple(value - middle for value in values[:OTHERS]))
    return found


def _standings(row: Row, runs: Sequence[Row]) -> dict[str, Standing]:
    found = {}
    resolution, blur = PROBER_S + fault_s(row), blur_s(row)
    for name, read in READINGS.items():
        recorded = read(row)
        draw = stream(row["exp"], row["trial"], name)
        simulated = [_as_probed(reading, row, draw) for run in runs if (reading := read(run)) is not None]
        if recorded is None or not simulated:
            continue
        every = Runs(simulated, resolution)
        found[name] = Standing(
            every.place(recorded),
            tuple(other_places([*simulated, recorded], resolution, OTHERS)),
            recorded,
            median(reading.seconds for reading in simulated),
            not every.can_give(recorded, blur),
            every.spread(),
        )
    return found


def _as_probed(reading: Reading, row: Row, draw: random.Random) -> Reading:
    """A simulated duration as the recording's own prober would have noted it: the runs' is never late."""
    late = prober_late_s(row, draw)
    if reading.censored or reading.seconds <= BLIND_S:
        return reading
    return Reading(reading.seconds + late)


def _match_frames(row: Row, runs: Sequence[Row]) -> Match:
    blur = blur_s(row)

    def what_differs(one: Row, others: Sequence[Row]) -> str:
        nearest: list[str] | None = None
        for other in others:
            said = list(differences(one, other, blur))
            if not said:
                return ""
            if nearest is None or len(said) < len(nearest):
                nearest = said
        return "; ".join(nearest[:3]) if nearest else "there is no run"

    return _match(what_differs, row, runs)


def _match_stories(row: Row, runs: Sequence[Row]) -> Match:
    def what_differs(one: Row, others: Sequence[Row]) -> str:
        told = stories(one)
        if any(told & stories(other) for other in others):
            return ""
        return f"recorded {said(one)}, simulated {said(others[0])}" if others else "there is no run"

    return _match(what_differs, row, runs)


def _match(what_differs: Callable[[Row, Sequence[Row]], str], row: Row, runs: Sequence[Row]) -> Match:
    # A run agrees with its neighbor if it agrees with most: the long search is for the strange ones only.
    strangers = sum(
        bool(what_differs(run, [*runs[number + 1 :], *runs[:number]])) for number, run in enumerate(runs)
    )
    return Match(what_differs(row, runs), strangers, len(runs))


def _hangs(row: Row, runs: Sequence[Row]) -> frozenset[str]:
    """Return the durations that depend on the client's reachable time: by rank correlation over the runs."""
    drawn = [run.get("_reachable_ms") for run in runs]
    if len(runs) < OTHERS or any(value is None for value in drawn):
        return frozenset()
    found = set()
    for name, read in READINGS.items():
        readings = [read(run) for run in runs]
        seconds = [reading.seconds for reading in readings if reading is not None]
        if len(seconds) < len(runs) or max(seconds) - min(seconds) <= BLIND_S:
            continue
        if abs(_rank_correlation(drawn, seconds)) * math.sqrt(len(runs) - 1) > HANGS:
            found.add(name)
    return frozenset(found)


def _rank_correlation(a: Sequence[Any], b: Sequence[Any]) -> float:
    """Spearman's coefficient; ties share their middle rank."""
    x, y = _ranks(a), _ranks(b)
    mean = (len(x) + 1) / 2
    covariance = math.fsum((i - mean) * (j - mean) for i, j in zip(x, y, strict=True))
    scale = math.sqrt(math.fsum((i - mean) ** 2 for i in x) * math.fsum((j - mean) ** 2 for j in y))
    return covariance / scale if scale else 0.0


def _ranks(values: Sequence[Any]) -> list[float]:
    order = sorted(values)
    first = {value: rank for rank, value in reversed(list(enumerate(order, 1)))}
    last = {value: rank for rank, value in enumerate(order, 1)}
    return [(first[value] + last[value]) / 2 for value in values]
