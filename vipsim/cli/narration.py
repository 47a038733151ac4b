"""A finished run told in real time, or faster or slower."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from vipsim.units import SECOND

if TYPE_CHECKING:
    from vipsim.trace.trace import Trace

_PACE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)x")
_NAP = 0.5
"""Seconds: the longest sleep at once, so that Ctrl-C is heard soon on every system."""


def pace(text: str) -> float:
    """Read a pace: ``1x`` is real time, ``10x`` ten times as fast.

    >>> pace("0.5x")
    0.5
    """
    match = _PACE.fullmatch(text)
    if match is None or not Decimal(match[1]):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a pace: write 1x (real time), 10x or 0.5x")
    return float(match[1])


def narrate(
    trace: Trace,
    pace: float,
    say: Callable[[str], object],
    clock: Callable[[], float] | None = None,
    sleep: Callable[[float], object] | None = None,
) -> None:
    """Say each line of a run's story when its time has come.

    Parameters
    ----------
    trace : Trace
        Of level ``protocol`` or ``frames``.
    pace : float
        Seconds of the run per second of the clock.
    say : callable
        Takes a line.
    clock, sleep : callable, optional
        In seconds; default: those of the machine.
    """
    from vipsim.trace.formatting import story

    clock, sleep = clock or time.monotonic, sleep or time.sleep
    start = clock()
    for at, line in story(trace):
        due = start + at / SECOND / pace
        while (left := due - clock()) > 0:
            sleep(min(left, _NAP))
        say(line)
