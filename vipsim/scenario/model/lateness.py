"""How late a process is on a host: profiles of load, as data.

A daemon acts when it gets the processor, not when a timer ends or a packet comes, and each step of its work
takes time. That belongs to the host and its load, never to a protocol. The tables are measured on the
recordings of real daemons (truth/README): ``python -m tests.truth.lateness`` prints them again. ``busy`` is a
host with a load average of 1 or more (of two processors), ``idle`` one below.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from vipsim.units import US, Time

LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 1.0)
"""Shares of all cases that the quantiles of a `Spread` belong to."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of times by its quantiles (ns) at `LEVELS`; between two of them it is geometric."""

    quantiles: tuple[Time, ...]

    def at(self, share: float) -> Time:
        """Return the time (ns) that a `share` (0 to 1) of all cases does not exceed.

        >>> microseconds(*[100] * 7, *[400] * 8).at(0.55)
        200000
        """
        number = min(bisect_right(LEVELS, share), len(LEVELS) - 1)
        low, high = self.quantiles[number - 1], self.quantiles[number]
        part = (share - LEVELS[number - 1]) / (LEVELS[number] - LEVELS[number - 1])
        return round(low * math.pow(high / low, part))


def microseconds(*quantiles: int) -> Spread:
    """Make a `Spread` of quantiles in us."""
    return Spread(tuple(quantile * US for quantile in quantiles))


@dataclass(frozen=True, slots=True)
class Lateness:
    """A profile."""

    wake: Spread
    """From the end of a timer, or the arrival of a packet, to the process acting on it."""
    takeover: Spread
    """Work from that wake-up to the first frame of a change: the advert of a new master, a planned burst."""
    address: Spread
    """From a new master's advert to its first announcement: the kernel gets the addresses between."""
    frame: Spread
    """Between two frames of one burst."""
    launch: Spread
    """From the start of the process to its first state, if nothing else starts meanwhile."""
    launch_crowded: Spread
    """The same if several daemons start at once: the recorded ones shared two processors."""
    launch_small: Spread
    """The same of a program that is one process and reads no configuration: ucarp. ``python -m
    tests.truth.capture`` prints it again."""
    respawn: Spread
    """The same of a child that its parent starts again: it is forked, and reads no program from disk."""
    together: float
    """How alike the steps of one piece of work are: the share of them that are as fast or slow, in rank, as
    the whole piece; the others are drawn on their own."""


_SMALL = microseconds(
    28730, 28730, 30520, 30520, 32720, 33530, 35290, 35290, 44020, 44730, 44730, 45040, 45040, 45040, 45040
)
_RESPAWN = microseconds(
    23540, 23540, 23540, 24940, 27380, 27380, 27380, 34140, 43240, 43240, 43240, 44260, 44260, 44260, 44260
)
"""Few rows, and no difference by load."""

LATENESS: Mapping[str, Lateness | None] = {
    "none": None,
    "idle": Lateness(
        wake=microseconds(60, 70, 70, 70, 80, 80, 80, 90, 100, 120, 210, 270, 480, 4140, 4330),
        takeover=microseconds(
            258, 316, 338, 338, 338, 362, 581, 1068, 1068, 1068, 1142, 1142, 1399, 2100, 2100
        ),
        address=microseconds(
            150, 160, 170, 260, 310, 740, 1710, 3250, 4080, 4290, 4960, 5580, 10310, 15480, 16780
        ),
        frame=microseconds(10, 20, 20, 30, 60, 180, 210, 960, 1120, 1210, 1390, 1530, 1670, 4180, 9560),
        launch=microseconds(
            27470,
            27470,
            27470,
            27470,
            31450,
            31450,
            31450,
            36007,
            36007,
            36007,
            36007,
            36007,
            36007,
            36007,
            36007,
        ),
        launch_crowded=microseconds(
            23993,
            23993,
            27470,
            27470,
            27470,
            31450,
            36007,
            36007,
            50502,
            50502,
            57820,
            75790,
            75790,
            75790,
            75790,
        ),
        launch_small=_SMALL,
        respawn=_RESPAWN,
        together=0.94,
    ),
    "busy": Lateness(
        wake=microseconds(40, 50, 60, 70, 70, 80, 120, 140, 170, 210, 380, 900, 2430, 8380, 34610),
        takeover=microseconds(
            276, 316, 338, 362, 507, 507, 581, 761, 998, 998, 1068, 1222, 2573, 38528, 41225
        ),
        address=microseconds(
            140, 170, 270, 790, 1210, 1840, 2550, 3680, 4340, 5410, 7160, 8720, 11700, 16650, 46170
        ),
        frame=microseconds(20, 20, 30, 180, 180, 190, 210, 550, 1090, 1350, 1920, 2900, 4350, 6600, 52910),
        launch=microseconds(
            19585,
            20956,
            23993,
            27470,
            31450,
            31450,
            33652,
            41225,
            50502,
            54037,
            66198,
            86772,
            113740,
            113740,
            121702,
        ),
        launch_crowded=microseconds(
            17107,
            18304,
            22423,
            27470,
            44110,
            44110,
            47198,
            50502,
            54037,
            57820,
            75790,
            86772,
            159526,
            159526,
            159526,
        ),
        launch_small=_SMALL,
        respawn=_RESPAWN,
        together=0.92,
    ),
}
"""Profiles by name; ``none``: a process acts in the same instant, and its work takes no time."""
