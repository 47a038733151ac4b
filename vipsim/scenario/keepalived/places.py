"""Where something stands in a configuration, and what was found wrong or worth saying about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from vipsim.errors import Problem

MAX_PROBLEMS = 200
"""More than these are not looked for: a file that bad is another kind of file."""
MAX_WARNINGS = 2000
"""More than these are not kept: nobody reads them, and a loop may make a million."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and column (both from 1) of a file."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that keepalived takes in another way than it is written, in words."""

    place: Place
    message: str
    harmless: bool = False
    """Nothing that was meant is lost: the value in force does the same, or the word would do nothing."""
    fix: str = ""
    """What helps; empty: nothing more precise than to write what is meant."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Enough(Exception):
    """Reading ends here: `MAX_PROBLEMS` were found, or a limit of size was passed."""


@dataclass(slots=True)
class Findings:
    """The notebook of a reading: problems, warnings, and the lines they may quote."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)
    _seen: set[tuple[Place, str]] = field(default_factory=set)

    def problem(self, place: Place, message: str, hint: str = "") -> None:
        """Note an error, once for a place and message (a replicated line stands there a thousand times)."""
        message = printable(message)
        if (place, message) in self._seen:
            return
        self._seen.add((place, message))
        lines = self.lines.get(place.file, [])
        source = lines[place.line - 1].rstrip() if 0 < place.line <= len(lines) else ""
        # Only what fits a screen: the column of a caret says the rest.
        self.problems.append(
            Problem(message, hint, printable(place.file), place.line, place.column, source=source[:2000])
        )
        if len(self.problems) >= MAX_PROBLEMS:
            raise Enough

    def stop(self, place: Place, message: str, hint: str = "") -> None:
        """Note an error after which nothing more can be read."""
        self.problem(place, message, hint)
        raise Enough

    def warn(self, place: Place, message: str, *, harmless: bool = False, fix: str = "") -> None:
        """Note what the daemon would say or do; `harmless`: nothing that was meant is lost."""
        message = printable(message)
        if (place, message) not in self._seen and len(self.warnings) < MAX_WARNINGS:
            self._seen.add((place, message))
            self.warnings.append(Warned(place, message, harmless, printable(fix)))


def printable(text: str) -> str:
    """A text that no terminal takes for an order."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def shown(text: str, most: int = 60) -> str:
    """A word as messages quote it: short and safe."""
    return repr(text[:most] + ("..." if len(text) > most else ""))
