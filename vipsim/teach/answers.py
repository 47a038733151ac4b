"""How answers may be written, and what is said about those that cannot be read.

Each form of answer turns what a student gave into a plain value, or raises `Unreadable` with words for the
student.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from vipsim.teach.reading import LONGEST_TEXT, Unreadable, plain, what_it_is
from vipsim.units import MS, NS, SECOND, US, Time

_NUMBER = re.compile(r"([0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:e([+-]?[0-9]{1,2}))?", re.ASCII)
_FRACTION = re.compile(r"([0-9]{1,9})\s*/\s*([0-9]{1,9})", re.ASCII)
_UNITS: dict[str, Time] = {
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), NS),
    **dict.fromkeys(("us", "\N{GREEK SMALL LETTER MU}s", "microsecond", "microseconds"), US),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), MS),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), SECOND),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60 * SECOND),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600 * SECOND),
    **dict.fromkeys(("d", "day", "days"), 86400 * SECOND),
}


class Form(Protocol):
    """A way in which an answer may be given."""

    @property
    def says(self) -> str:
        """What is to be written, with an example that is nobody's answer."""

    def read(self, answer: Any) -> Any:
        """Return the answer as a plain value; raises `Unreadable`."""


def _text(value: str) -> str:
    """A text with wide letters made narrow and in lower case."""
    if len(value) > LONGEST_TEXT:
        raise Unreadable("this is a long text: give the answer alone")
    text = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return text.replace("\N{MINUS SIGN}", "-")


def _digits_are_ascii(text: str) -> None:
    if any(letter.isdigit() and not "0" <= letter <= "9" for letter in text):
        raise Unreadable("write the number with the digits that Python uses")


def _number(text: str) -> Fraction | None:
    """The number that a text is, exactly; None if it is none. Signs are the caller's."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    return Fraction(found[1].rstrip(".") if found[1] != "." else "0") * Fraction(10) ** int(found[2] or 0)


def _finite(value: float | int | Fraction) -> Fraction:
    if type(value) is float and not math.isfinite(value):
        raise Unreadable("this is not a number: something went wrong before it came here")
    return Fraction(value)


def _no_sign(text: str, what: str) -> str:
    if text.startswith("-"):
        raise Unreadable(f"{what} is never negative")
    return text.removeprefix("+").strip()


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration or a point in time of the run, as ns."""

    longest: Time = 400 * 86400 * SECOND
    """What is longer is taken for a mistake."""

    says = 'a time with its unit, such as "7.25 s" or "40 ms"; a number with a point counts seconds'

    def read(self, answer: Any) -> Time:
        """Return nanoseconds, rounded to whole ones."""
        value = plain(answer)
        if type(value) is str:
            exact = self._from_text(_text(value))
        elif type(value) in (int, float, Fraction):
            exact = self._from_number(_finite(value))
        else:
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if exact > self.longest:
            raise Unreadable("no run is that long: which unit did you mean?")
        return round(exact)

    def _from_text(self, text: str) -> Fraction:
        text = _no_sign(text, "a time").removeprefix("t =").strip()
        found = re.fullmatch(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*([^\W\d_]*)\.?", text)
        if found is None or (number := _number(found[1])) is None:
            _digits_are_ascii(text)
            if re.match(r"[0-9]+,[0-9]", text):
                raise Unreadable("write a point before the decimals, not a comma")
            raise Unreadable(f"this cannot be read as a time: write {self.says}")
        if not found[2]:
            raise Unreadable('this number has no unit: write "s" or "ms" behind it')
        unit = _UNITS.get(found[2])
        if unit is None:
            raise Unreadable('the unit is not known: write "s", "ms", "min" or "h"')
        return number * unit

    def _from_number(self, number: Fraction) -> Fraction:
        # vipsim's own times are whole ns, people's are seconds: nobody asks for a few ns, nor for weeks.
        if number < 0:
            raise Unreadable("a time is never negative")
        if number >= 10**6:
            return number
        if number >= 1000:
            raise Unreadable('seconds or milliseconds? Write the unit, as a text in quotation marks: "40 ms"')
        return number * SECOND


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number from 0."""

    says = "a whole number, such as 17"

    def read(self, answer: Any) -> int:
        """Return the number."""
        value = plain(answer)
        if type(value) is str:
            text = _no_sign(_text(value), "a count")
            number = _number(text)
            if number is None:
                _digits_are_ascii(text)
                raise Unreadable(f"this cannot be read: write {self.says}")
        elif type(value) in (int, float, Fraction):
            number = _finite(value)
        else:
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if number < 0:
            raise Unreadable("a count is never negative")
        if number.denominator != 1:
            raise Unreadable("a count has no fraction: a whole number was asked")
        if number >= 10**12:
            raise Unreadable("there is not that much of anything in a run")
        return int(number)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, from 0 to 1."""

    says = 'a share, such as "45 %" or 0.45'

    def read(self, answer: Any) -> float:
        """Return the share, from 0 to 1."""
        value = plain(answer)
        if type(value) is str:
            number = self._from_text(_no_sign(_text(value), "a share"))
        elif type(value) in (int, float, Fraction):
            number = _finite(value)
        else:
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if number < 0:
            raise Unreadable("a share is never negative")
        if number > 1:
            raise Unreadable('a share is at most 1, or "100 %": did you leave the sign % out?')
        return float(number)

    def _from_text(self, text: str) -> Fraction:
        parts = _FRACTION.fullmatch(text)
        if parts and int(parts[2]):
            return Fraction(int(parts[1]), int(parts[2]))
        percent = re.fullmatch(r"(.*?)\s*(?:%|percent)", text)
        number = _number(percent[1] if percent else text)
        if number is None:
            _digits_are_ascii(text)
            raise Unreadable(f"this cannot be read as a share: write {self.says}")
        return number / 100 if percent else number


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words."""

    options: tuple[str, ...]

    @property
    def says(self) -> str:
        """What is to be written."""
        return "one of " + ", ".join(f'"{option}"' for option in self.options)

    def read(self, answer: Any) -> str:
        """Return the word as the options spell it."""
        return _one_of(answer, self.options, self.says)


@dataclass(frozen=True, slots=True)
class Order:
    """Several words in an order, each once."""

    names: tuple[str, ...]
    by: str = "the first one first"

    @property
    def says(self) -> str:
        """What is to be written."""
        return f"a list of {', '.join(self.names)} in their order, {self.by}"

    def read(self, answer: Any) -> tuple[str, ...]:
        """Return the words as the names spell them, in the order given."""
        value = plain(answer)
        if type(value) is str:
            text = _text(value)
            value = [part for part in re.split(r"\s*(?:->|[,;<>=→\n])\s*", text) if part]
            if len(value) == 1 and not any(" " in name for name in self.names):
                value = text.split()
        if type(value) not in (list, tuple):
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if len(value) > 100:
            raise Unreadable(f"this list is too long: write {self.says}")
        order = tuple(_one_of(part, self.names, self.says) for part in value)
        missing = [name for name in self.names if name not in order]
        if missing:
            raise Unreadable(f"{', '.join(missing)} is missing: each name stands in the list once")
        if len(order) > len(self.names):
            raise Unreadable("a name stands in the list twice: each stands there once")
        return order


def _one_of(answer: Any, options: tuple[str, ...], says: str) -> str:
    from difflib import get_close_matches

    value = plain(answer)
    if type(value) is not str:
        raise Unreadable(f"{what_it_is(answer)} was given, asked was {says}")
    known = {_text(option): option for option in options}
    text = _text(value).strip("\"'. ")
    if text in known:
        return known[text]
    near = get_close_matches(text, known, n=1, cutoff=0.7)
    hint = f" (did you mean {known[near[0]]}?)" if near else ""
    raise Unreadable(f"this is none of the possible answers{hint}: write {says}")


@dataclass(frozen=True, slots=True)
class ScenarioAnswer:
    """A scenario, which is judged by running it."""

    says = "a scenario, such as vs.pair() returns"

    def read(self, answer: Any) -> Any:
        """Return the scenario."""
        from vipsim.scenario.model import Scenario

        if type(answer) is Scenario:
            return answer
        hint = ": give the variable itself, without quotation marks" if type(plain(answer)) is str else ""
        raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}{hint}")


@dataclass(frozen=True, slots=True)
class Function:
    """A function, which is judged by calling it."""

    signature: str

    @property
    def says(self) -> str:
        """What is to be written."""
        return f"a function {self.signature}"

    def read(self, answer: Any) -> Any:
        """Return the function."""
        if callable(answer) and not isinstance(answer, type):
            return answer
        hint = (
            ": give the function itself, do not call it"
            if type(plain(answer)) in (int, float, Fraction)
            else ""
        )
        raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}{hint}")
