"""How late a kernel timer may be (BEHAVIOUR 1.1; the table of levels in Linux kernel/time/timer.c).

Linux keeps timers on a wheel of levels. Each level has 64 places and is eight times coarser than the
one below, and a timer goes to the level that its delay reaches: it is never early, but late by up to
one place of that level. With HZ = 250 a delay of 1 s may be 32 ms late, one of 30 s 2.048 s.

The machines ask for exact times. A driver that wants a kernel's timers draws the lateness when the
deadline is reached, uniform over (0, granularity].
"""

from __future__ import annotations

from vipsim.units import SECOND, Time

PLACES = 64
"""Places of one level (LVL_SIZE)."""
COARSER = 8
"""How many times a level is coarser than the one below (LVL_CLK_DIV)."""
LEVELS = 9
"""Levels when HZ is above 100, else one less (LVL_DEPTH)."""


def granularity(delay: Time, hz: int) -> Time:
    """Return how late (ns) a kernel timer with this `delay` (ns) may fire when there are `hz` ticks a second.

    >>> granularity(1_000_000_000, 250)
    32000000
    >>> granularity(30_000_000_000, 250)
    2048000000
    >>> granularity(30_000_000_000, 1000)
    512000000
    """
    tick = SECOND // hz
    ticks = delay // tick
    step, level = 1, 1
    while ticks >= (PLACES - 1) * step and level < (LEVELS if hz > 100 else LEVELS - 1):
        step, level = step * COARSER, level + 1
    return step * tick
