"""The forms in which values are written, and what keepalived makes of one that does not fit.

``flag`` nothing; ``bool?`` on, off or nothing (on); ``int LOW HIGH``; ``sec LOW HIGH`` a decimal number of
seconds (resolution 1 us) and ``wsec`` a whole one; ``msec`` decimal milliseconds; ``word``, ``words``,
``script`` at least one word, with ``?`` perhaps none; ``ip`` an address; ``weight LOW HIGH`` a number and
perhaps ``reverse``; ``interval`` seconds and perhaps ``all``; ``state`` and
``auth`` one of two words; ``lines``, ``block`` and their named forms:
braces.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vipsim.errors import AddressError
from vipsim.scenario.keepalived.places import shown
from vipsim.units import MS, SECOND, US, Time
from vipsim.wire.addresses import IPv4

Ip = IPv4 | ipaddress.IPv6Address

_WHOLE = re.compile(r"\s*\+?([0-9]{1,25})", re.ASCII)
_SIGNED = re.compile(r"\s*([-+]?[0-9]{1,25})", re.ASCII)
_DECIMAL = re.compile(r"\s*\+?([0-9]{1,25}(?:\.[0-9]{0,25})?|\.[0-9]{1,25})", re.ASCII)
_TRUE = ("true", "on", "yes")
_FALSE = ("false", "off", "no")
ONE_OF = {"state": ("MASTER", "BACKUP"), "auth": ("PASS", "AH")}
"""Forms that take one of some words."""
MAX_INTERVAL = 86_400
"""Seconds between the periodic announcements of garp_extra_if: one day."""


class Missing(Exception):
    """The value of a statement is not there: keepalived ends at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a value was read as."""

    value: Any = None
    """None: it could not be read."""
    said: str = ""
    """What is wrong with it."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight as it is written."""

    value: int
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """Periodic announcements as they are written."""

    value: Time
    everywhere: bool = False
    """On each interface that the instance uses."""


def needs_value(form: str) -> bool:
    """True if nothing is not enough after the keyword."""
    kind = form.split()[0]
    return kind not in ("flag", "lines", "block") and not kind.endswith("?")


def read(form: str, values: tuple[str, ...]) -> Reading:
    """Read the words behind a keyword.

    Raises
    ------
    Missing
        If the form needs a word and there is none.
    """
    kind, *limits = form.split()
    if needs_value(form) and not values:
        raise Missing
    match kind:
        case "flag":
            return Reading(True)
        case "bool?":
            return _truth(values)
        case "int":
            return _whole(values[0], int(limits[0]), int(limits[1]))
        case "sec":
            return _time(values[0], limits, SECOND)
        case "msec":
            return _time(values[0], limits, MS)
        case "wsec":
            found = _whole(values[0], int(limits[0]), int(limits[1]))
            return found if found.value is None else Reading(found.value * SECOND)
        case "weight":
            return _weight(values, int(limits[0]), int(limits[1]))
        case "interval":
            return _interval(values)
        case "ip":
            return _address(values[0])
        case "state" | "auth":
            return _one_of(values[0], ONE_OF[kind])
        case "word" | "word?":
            return Reading(values[0] if values else "")
    return Reading(values)


def _truth(values: tuple[str, ...]) -> Reading:
    if not values or values[0] in _TRUE:
        return Reading(True)
    if values[0] in _FALSE:
        return Reading(False)
    return Reading(None, f"{shown(values[0])} is neither on nor off")


def _one_of(text: str, known: tuple[str, ...]) -> Reading:
    return (
        Reading(text) if text in known else Reading(None, f"{shown(text)} is neither {' nor '.join(known)}")
    )


def _whole(text: str, low: int, high: int) -> Reading:
    match = (_SIGNED if low < 0 else _WHOLE).fullmatch(text)
    if match is None:
        return Reading(None, f"{shown(text)} is not a whole number from {low} to {high}")
    number = int(match[1])
    if not low <= number <= high:
        return Reading(None, f"{number} is outside of {low} to {high}")
    return Reading(number)


def _time(text: str, limits: list[str], unit: Time) -> Reading:
    match = _DECIMAL.fullmatch(text)
    word = "seconds" if unit == SECOND else "milliseconds"
    if match is None:
        return Reading(None, f"{shown(text)} is not a number of {word} from {limits[0]} to {limits[1]}")
    number = Decimal(match[1])
    if not Decimal(limits[0]) <= number <= Decimal(limits[1]):
        return Reading(None, f"{shown(text)} is outside of {limits[0]} to {limits[1]} {word}")
    return Reading(int(number * unit // US) * US)


def _weight(values: tuple[str, ...], low: int, high: int) -> Reading:
    match = _SIGNED.fullmatch(values[0])
    if match is None:
        return Reading(None, f"{shown(values[0])} is not a weight from {low} to {high}")
    number = int(match[1])
    weight = Weight(number, "reverse" in values[1:2])
    return Reading(weight, "" if low <= number <= high else f"weight {number} is outside of {low} to {high}")


def _interval(values: tuple[str, ...]) -> Reading:
    everywhere, seconds = False, None
    for word in values:
        if word == "all":
            everywhere = True
            continue
        found = _whole(word, 0, MAX_INTERVAL)
        if found.value is None:
            return found
        seconds = found.value
    if seconds is None:
        return Reading(None, "there is no time")
    return Reading(Interval(seconds * SECOND, everywhere))


def _address(text: str) -> Reading:
    found = parse_ip(text)
    return Reading(found, "" if found is not None else f"{shown(text)} is not an IP address")


def parse_ip(text: str) -> Ip | None:
    """An address of either family, or None."""
    try:
        return IPv4.parse(text)
    except AddressError:
        pass
    try:
        return ipaddress.IPv6Address(text[:60])
    except ValueError:
        return None
