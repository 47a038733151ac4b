"""Reading numbers as people write them: exactly, and without a turn for whatever is no number."""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction

from vipsim.teach.reading import LONGEST_TEXT, Unreadable

_NUMBER = re.compile(r"([0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:e([+-]?[0-9]{1,2}))?", re.ASCII)
_FRACTION = re.compile(r"([0-9]{1,9})\s*/\s*([0-9]{1,9})", re.ASCII)


def in_plain_letters(value: str) -> str:
    """Return a text with wide letters made narrow and in lower case; raises `Unreadable` if it is long."""
    if len(value) > LONGEST_TEXT:
        raise Unreadable("this is a long text: give the answer alone")
    text = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return text.replace("\N{MINUS SIGN}", "-").replace("\N{FRACTION SLASH}", "/")


def explain(text: str) -> None:
    """Raise `Unreadable` if a text is a number but for its digits or its comma."""
    if any(letter.isdigit() and not "0" <= letter <= "9" for letter in text):
        raise Unreadable("write the number with the digits that Python uses")
    if re.match(r"[0-9]*,[0-9]", text):
        raise Unreadable("write a point before the decimals, not a comma")


def number(text: str) -> Fraction | None:
    """Return the number that a text is, exactly; None if it is none. Signs are the caller's."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    return Fraction(found[1].rstrip(".")) * Fraction(10) ** int(found[2] or 0)


def fraction(text: str) -> Fraction | None:
    """Return what a text such as ``7/16`` is; None if it is no fraction."""
    parts = _FRACTION.fullmatch(text)
    return Fraction(int(parts[1]), int(parts[2])) if parts and int(parts[2]) else None


def last_digit(text: str) -> Fraction:
    """Return what one step of the last written digit of a number is worth: 1/100 for ``3.25``."""
    digits, _, power = text.partition("e")
    decimals = len(digits.partition(".")[2])
    return Fraction(10) ** (int(power or 0) - decimals)


def finite(value: float | int | Fraction) -> Fraction:
    """Return a number exactly; raises `Unreadable` if it is none."""
    if type(value) is float and not math.isfinite(value):
        raise Unreadable("this is not a number: something went wrong before it came here")
    return Fraction(value)


def no_sign(text: str, what: str) -> str:
    """Return a text without its plus; raises `Unreadable` if it has a minus."""
    if text.startswith("-"):
        raise Unreadable(f"{what} is never negative")
    return text.removeprefix("+").strip()
