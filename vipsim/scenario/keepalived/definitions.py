"""What a file defines for its own text: ``$NAME=value`` and the loops ``~SEQ(...)`` and ``~LST(...)``.

A value is put in where it is used, not where it is defined, and may itself hold ``$OTHER``
(keepalived.conf(5), parameter substitution; what it leaves open was settled by asking 2.2.7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vipsim.scenario.keepalived.lexer import BLANKS

_DEFINES = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)=[ \t]*(.*)", re.ASCII | re.DOTALL)
_USE = re.compile(
    r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)((?: +[0-9]+)*)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[ \t,)]|$))", re.ASCII
)
_SEQ = re.compile(r"~SEQ(x?)[ \t]*\([ \t]*([^ \t,)]+)[ \t]*,([^)]*)\)[ \t]*(.*)", re.DOTALL)
_LST = re.compile(
    r"~LST[ \t]*\([ \t]*(\{[^{}()]*\}|[^ \t,{}()]+)[ \t]*,((?:[^(){}]|\{[^{}()]*\})*)\)[ \t]*(.*)", re.DOTALL
)
_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]{1,15}|0[0-7]{0,20}|[1-9][0-9]{0,17})")

SYSTEM = ("_PWD", "_INSTANCE", "_RANDOM", "_HASH", "_BANG")
"""Definitions that keepalived makes itself."""


@dataclass(slots=True)
class Definition:
    """The value of a name: its lines, more than one for a definition that was continued."""

    lines: list[str]
    open: bool = False
    """The next line still belongs to it."""

    @property
    def multiline(self) -> bool:
        """True if lines follow the first."""
        return len(self.lines) > 1


@dataclass(frozen=True, slots=True)
class Use:
    """A place in a line where a value goes."""

    first: int
    last: int
    name: str
    numbers: tuple[int, ...] = ()
    """For ``${_RANDOM MIN MAX}``."""


def begin(text: str) -> tuple[str, Definition] | None:
    """Read the first line of a definition: no blank before the sign of equality.

    >>> begin("$IF=eth0")
    ('IF', Definition(lines=['eth0'], open=False))
    """
    match = _DEFINES.match(text)
    if match is None:
        return None
    value = match[2]
    if not value.endswith("\\"):
        return match[1], Definition([value])
    first = value[:-1].rstrip(BLANKS)
    return match[1], Definition([first] if first else [], open=True)


def extend(definition: Definition, text: str) -> None:
    """Add the next line of a definition that was continued; an empty one ends it."""
    definition.open = text.endswith("\\")
    line = text[:-1].rstrip(BLANKS) if definition.open else text
    if line:
        definition.lines.append(line)


def finish(definition: Definition) -> None:
    """End a definition at a blank line or the end of its file."""
    definition.open = False


def uses(text: str, start: int) -> Iterator[Use]:
    """Uses of definitions from a position on; whether the name is defined is for the caller."""
    at = text.find("$", start)
    while at >= 0:
        match = _USE.match(text, at)
        if match is not None:
            numbers = tuple(int(number[:18]) for number in (match[2] or "").split())
            yield Use(at, match.end(), match[1] or match[3], numbers)
        at = text.find("$", at + 1)


@dataclass(slots=True)
class Loop:
    """Lines that a ~SEQ or ~LST makes of one, value after value."""

    names: tuple[str, ...]
    text: str
    values: Iterator[tuple[str, ...]] = field(repr=False)


def sequence(text: str, replaced: str) -> Loop | str:
    """Read ``~SEQ(var, [start, [step,]] end) text``; or the reason why it cannot be read.

    Parameters
    ----------
    text : str
        The line.
    replaced : str
        What stands for the numbers, after substitution (``arguments`` gives what is to be substituted).
    """
    match = _SEQ.match(text)
    if match is None:
        return "write ~SEQ(NAME, START, STEP, END) and then what is repeated"
    numbers = [_number(part.strip(BLANKS)) for part in replaced.split(",")]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or len(known) > 3:
        return "the places after the name hold whole numbers: START, STEP, END"
    last = known[-1]
    first = known[0] if len(known) > 1 else (-1 if last < 0 else 1)
    step = known[1] if len(known) == 3 else (1 if first <= last else -1)
    if step == 0 or ((first < last) != (step > 0) and first != last):
        return f"from {first} by steps of {step} one never comes to {last}"
    if match[1] and min(first, last) < 0:
        return "~SEQx counts in hexadecimal, from 0 up"
    shape = "{:x}" if match[1] else "{}"
    steps = range(first, last + (1 if step > 0 else -1), step)
    return Loop((match[2],), match[4], ((shape.format(number),) for number in steps))


def arguments(text: str) -> str:
    """The numbers of a ~SEQ, in which definitions may be used."""
    match = _SEQ.match(text)
    return match[3] if match else ""


def _number(text: str) -> int | None:
    if not _NUMBER.fullmatch(text):
        return None
    digits = text.lstrip("+-")
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
    return int(digits, base) * (-1 if text[0] == "-" else 1)


def choices(text: str) -> Loop | str:
    """Read ``~LST(var, a, b) text`` or ``~LST({v, w}, {a, b}, {c, d}) text``; or why it cannot be read."""
    match = _LST.match(text)
    if match is None:
        return "write ~LST(NAME, VALUE, ...) or ~LST({NAME, NAME}, {VALUE, VALUE}, ...)"
    names = _parts(match[1])
    sets: list[tuple[str, ...]] = []
    for part in re.findall(r"\{[^{}]*\}|[^,{}]+", match[2]):
        if not part.strip(BLANKS):
            continue
        values = _parts(part.strip(BLANKS))
        if len(values) > len(names):
            return f"{len(values)} values for {len(names)} names"
        sets.append((*values, *[""] * (len(names) - len(values))))
    if not sets:
        return "it has no values"
    return Loop(names, match[3], iter(sets))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip(BLANKS) for part in text.strip("{}").split(","))
