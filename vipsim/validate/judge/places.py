"""Where a recorded duration stands among the durations that the model gives for the same row.

If the model is right, the recording is one more run: its place among the runs is as likely to be any
(a randomised probability integral transform; ties share their places by a draw, which also takes care of the
point mass at zero and of censoring). Two durations that the recording cannot tell apart are tied.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vipsim.validate.judge.readings import Reading

SURE = 14.0
"""exp(-14) is one in a million: how rarely a law with a dense edge lies this far beyond its sample."""


@dataclass(frozen=True, slots=True)
class Place:
    """Of `runs` runs, `below` are certainly shorter than the recording and `tied` cannot be told from it."""

    below: int
    tied: int
    runs: int

    def drawn(self, draw: random.Random) -> float:
        """One value of the transform: uniform on 0..1 if the recording is one more run (0 to 1)."""
        return (self.below + draw.random() * (self.tied + 1)) / (self.runs + 1)


class Runs:
    """Durations of the runs of one row, sorted."""

    __slots__ = ("censored", "known", "resolution")

    def __init__(self, readings: Sequence[Reading], resolution: float) -> None:
        self.known = sorted(reading.seconds for reading in readings if not reading.censored)
        self.censored = sorted(reading.seconds for reading in readings if reading.censored)
        self.resolution = resolution
        """Seconds: what differs by less is tied."""

    def place(self, reading: Reading) -> Place:
        """Place of a duration that is not one of the runs."""
        runs = len(self.known) + len(self.censored)
        below = bisect_left(self.known, reading.seconds - self.resolution)
        above = 0
        if not reading.censored:
            beyond = reading.seconds + self.resolution
            above = len(self.known) - bisect_right(self.known, beyond)
            above += len(self.censored) - bisect_right(self.censored, beyond)
        return Place(below, runs - below - above, runs)

    def spread(self) -> float:
        """Shortest to longest duration, in seconds; infinite if the runs do not agree whether it ends."""
        if self.censored and self.known:
            return math.inf
        return self.known[-1] - self.known[0] if self.known else 0.0

    def can_give(self, reading: Reading, blur: float) -> bool:
        """Whether the model can give this duration: it lies within the range of the runs, or hardly beyond.

        Parameters
        ----------
        reading : Reading
            The recorded duration.
        blur : float
            Seconds that the recording may be off.
        """
        if reading.censored:
            longest = math.inf if self.censored else self._reach()[1]
            return reading.seconds <= longest + blur
        if self.censored and reading.seconds >= self.censored[0] - blur:
            return True
        low, high = self._reach()
        return low - blur <= reading.seconds <= high + blur

    def _reach(self) -> tuple[float, float]:
        if not self.known:
            return math.inf, -math.inf
        runs = len(self.known) + len(self.censored)
        more = (self.known[-1] - self.known[0]) * SURE / runs
        return self.known[0] - more, self.known[-1] + more


def other_places(readings: Sequence[Reading], resolution: float, most: int) -> Iterator[Place]:
    """Places that the recording could as well have had: each of the first runs among all the others."""
    every = Runs(readings, resolution)
    for reading in readings[:most]:
        place = every.place(reading)
        yield Place(place.below, place.tied - 1, place.runs - 1)  # it was tied with itself


def misses_a_branch(runs: int) -> float:
    """Highest chance that all runs of a right model miss what was recorded: w (1 - w)^runs at its worst w."""
    return 1 / (math.e * runs)
