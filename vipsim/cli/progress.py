"""A progress bar with the time that is left, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

_WIDTH = 30
_EVERY = 0.1
"""Seconds between two drawings."""


class Bar:
    """Call it with (done, total, seconds left); it draws itself over and over on one line.

    Parameters
    ----------
    stream : file, optional
        Default: standard error. Nothing is drawn if it is not a terminal.
    clock : callable, optional
        In seconds.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._drawn = float("-inf")
        self._length = 0
        self._is_on = self._stream.isatty()

    def __call__(self, done: int, total: int, left: float) -> None:
        """Draw, unless that was done a moment ago."""
        now = self._clock()
        if not self._is_on or (now - self._drawn < _EVERY and done < total):
            return
        self._drawn = now
        full = _WIDTH * done // max(1, total)
        text = f"[{'#' * full}{'.' * (_WIDTH - full)}] {done}/{total}, {left_text(left)} left"
        self._write("\r" + text.ljust(self._length))
        self._length = len(text)

    def clear(self) -> None:
        """Take the bar away, so that what follows has the line for itself."""
        if self._length:
            self._write("\r" + " " * self._length + "\r")
            self._length = 0

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def left_text(seconds: float) -> str:
    """Return a time to wait, as people say it.

    >>> left_text(42.3), left_text(150), left_text(7260)
    ('43 s', '2 min 30 s', '2 h 1 min')
    """
    whole = max(0, -int(-seconds // 1))
    if whole < 100:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
