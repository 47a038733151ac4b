"""The errors a user can meet, as one tree.

::

    VipsimError                 anything that vipsim refuses, with a reason and a fix
    +-- UnitError               a duration, rate or size that cannot be read
    +-- AddressError            a MAC or IP address that cannot be read
    +-- DecodeError             bytes that are not the frame they claim to be
    +-- EncodeError             a frame that has no bytes, because a field cannot carry its value
    +-- MissingExtra            a feature whose optional dependency is not installed
    +-- ScenarioError           a scenario that is malformed or contradicts itself
    +-- TraceError              a trace file that cannot be read
    +-- MachineError            a protocol machine broke its own contract
    +-- SimulationError         the simulated world cannot go on (events without end)

The command line turns each of them into one message and exit code 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class VipsimError(Exception):
    """Anything that vipsim refuses: the message names place, reason and fix."""


class UnitError(VipsimError, ValueError):
    """A duration, rate or size that cannot be read."""


class AddressError(VipsimError, ValueError):
    """A MAC or IP address that cannot be read."""


class DecodeError(VipsimError, ValueError):
    """Bytes that are not the frame they claim to be."""


class EncodeError(VipsimError, ValueError):
    """A frame that has no bytes, because a field cannot carry its value."""


class MissingExtra(VipsimError, ImportError):
    """A feature whose optional dependency is not installed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a scenario.

    Where it came from a file, `path`, `line` and `column` (both from 1) say where, and `source` is the
    line. `where` is the place in the data, such as ``("groups", 0, "vrrp", "version")``.
    """

    message: str
    hint: str = ""
    """The allowed range, the nearest known key, the fix."""
    path: str = ""
    line: int = 0
    column: int = 0
    where: tuple[str | int, ...] = ()
    source: str = ""

    def __str__(self) -> str:
        place = ".".join(str(part) for part in self.where)
        lines = [f"{place}: {self.message}" if place else self.message]
        if self.line:
            lines = [f"{self.path}:{self.line}:{self.column}: {self.message}"]
            if self.source:
                shown, caret = _around(self.source, self.column)
                lines += [f"    {shown}", f"    {' ' * caret}^"]
        if self.hint:
            lines.append(f"    {self.hint}")
        return "\n".join(lines)


def _around(source: str, column: int, width: int = 100) -> tuple[str, int]:
    """The part of a line around a column (from 1) that fits a screen, and the caret's offset in it."""
    first = max(0, column - 1 - width * 2 // 3) if len(source) > width else 0
    part = source[first : first + width]
    shown = "".join(letter if letter.isprintable() else " " for letter in part)
    return shown, max(0, min(column - 1 - first, width))


class ScenarioError(VipsimError, ValueError):
    """A scenario that is malformed or contradicts itself: every problem at once.

    Parameters
    ----------
    problems : str or sequence of Problem
        What is wrong; one sentence will do.
    """

    def __init__(self, problems: str | Sequence[Problem]) -> None:
        self.problems = [Problem(problems)] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


class TraceError(VipsimError, ValueError):
    """A trace file that cannot be read."""


class MachineError(VipsimError, AssertionError):
    """A protocol machine broke its own contract (a bug, never bad input)."""


class SimulationError(VipsimError, RuntimeError):
    """The simulated world cannot go on, for instance too many events at one instant."""
