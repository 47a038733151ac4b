"""Times as answers: with a unit, or as a bare number of seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from vipsim.teach.numerals import explain, finite, fraction, in_plain_letters, last_digit, no_sign, number
from vipsim.teach.reading import Unreadable, plain, what_it_is
from vipsim.units import MS, NS, SECOND, US, Time

_UNITS: dict[str, Time] = {
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), NS),
    **dict.fromkeys(("us", "\N{GREEK SMALL LETTER MU}s", "microsecond", "microseconds"), US),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), MS),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), SECOND),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60 * SECOND),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600 * SECOND),
    **dict.fromkeys(("d", "day", "days"), 86400 * SECOND),
}
_WRITTEN = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?|[0-9]+\s*/\s*[0-9]+)\s*([^\W\d_]*)\.?")
TOLD: dict[Time, tuple[str, ...]] = {
    MS: ("a millisecond",),
    10 * MS: ("10 ms",),
    100 * MS: ("0.1 s", "a tenth of a second"),
    SECOND: ("a second",),
}
"""How a question says to which digit a time is asked: ``(to a millisecond)``."""


class NoUnit(Unreadable):
    """A bare number that may be seconds or milliseconds. Its words are the same for all of them."""

    def __init__(self, bare: Fraction) -> None:
        super().__init__('seconds or milliseconds? Write the unit, as a text in quotation marks: "40 ms"')
        self.bare = bare


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration or a point in time of the run, as ns."""

    digit: Time = MS
    """To which digit it is asked, one of `TOLD`."""
    is_long: bool = False
    """Whether minutes may be the answer. If not, a bare number from 60 on is asked for its unit."""

    says = 'a time, such as "45.5 s" or "40 ms"; a number without a unit counts seconds'
    longest = 400 * 86400 * SECOND
    """What is longer is taken for a mistake."""

    @property
    def usual(self) -> tuple[Time, Time]:
        """Times outside of these bounds were meant in another unit, whatever their digits."""
        return (SECOND, 3 * 3600 * SECOND) if self.is_long else (50 * MS, 200 * SECOND)

    def read(self, answer: Any) -> Time:
        """Return nanoseconds, rounded to whole ones."""
        value = _of_timedelta(plain(answer))
        if type(value) is str:
            exact = self._from_text(in_plain_letters(value))
        elif type(value) in (int, float, Fraction):
            exact = self._from_number(finite(value))
        else:
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if exact > self.longest:
            raise Unreadable("no run is that long: which unit did you mean?")
        return round(exact)

    def is_coarse(self, answer: Any) -> bool:
        """Whether a readable answer has fewer digits than were asked, by the way it is written."""
        value = _of_timedelta(plain(answer))
        if type(value) is str:
            found = _WRITTEN.fullmatch(_bare(in_plain_letters(value)))
            if found is None or "/" in found[1]:
                return False
            unit = _UNITS.get(found[2], SECOND)
            return last_digit(found[1]) * unit > self.digit
        is_seconds = type(value) in (int, float) and value < 10**6
        return is_seconds and last_digit(repr(value)) * SECOND > self.digit

    def _from_text(self, text: str) -> Fraction:
        found = _WRITTEN.fullmatch(_bare(text))
        read = fraction if "/" in text else number
        value = None if found is None else read(found[1])
        if found is None or value is None:
            explain(text)
            raise Unreadable(f"this cannot be read as a time: write {self.says}")
        if not found[2]:
            return self._from_number(value)
        unit = _UNITS.get(found[2])
        if unit is None:
            raise Unreadable('the unit is not known: write "s", "ms", "min" or "h"')
        return value * unit

    def _from_number(self, value: Fraction) -> Fraction:
        # vipsim's own times are whole ns, people's are seconds: nobody asks for a few ns, nor for weeks.
        if value < 0:
            raise Unreadable("a time is never negative")
        if value >= 10**6:
            return value
        if value >= (1000 if self.is_long else 60):
            raise NoUnit(value)
        return value * SECOND


def _bare(text: str) -> str:
    return no_sign(text, "a time").removeprefix("t =").strip()


def _of_timedelta(value: Any) -> Any:
    return Fraction(value // timedelta(microseconds=1), 10**6) if type(value) is timedelta else value
