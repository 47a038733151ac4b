"""Time is an integer number of nanoseconds; in files it is text with a unit.

Integers keep the protocol's arithmetic exact (a skew of 0.609375 s is 609375000 ns, a tie
is a tie), where floats would round and SimPy would silently turn its clock to float.

>>> parse_duration("3.6s")
3600000000
>>> format_duration(3_609_375_000)
'3.609375s'
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from vipsim.errors import UnitError

Time = int
"""A point in time or a duration in nanoseconds."""

NS: Time = 1
US: Time = 1_000
MS: Time = 1_000_000
SECOND: Time = 1_000_000_000
NEVER: Time = 2**62
"""Later than every time that a run can reach (146 years)."""

_UNITS: dict[str, Time] = {
    "ns": NS,
    "us": US,
    "µs": US,
    "ms": MS,
    "s": SECOND,
    "min": 60 * SECOND,
    "h": 3600 * SECOND,
    "d": 86400 * SECOND,
}
_DURATION = re.compile(r"\s*([0-9]{1,20}(?:\.[0-9]{1,20})?)\s*(ns|us|µs|ms|s|min|h|d)\s*")
_BARE = re.compile(r"\s*-?[0-9]+(?:\.[0-9]*)?\s*")

_RATES = {"bps": 1, "kbps": 10**3, "Mbps": 10**6, "Gbps": 10**9, "Tbps": 10**12}
_RATE = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,12})?)\s*([kMGT]?bps)\s*")


def ns(value: int | float | str) -> Time:
    """`value` nanoseconds, rounded to whole ones."""
    return _scaled(value, NS)


def us(value: int | float | str) -> Time:
    """`value` microseconds in ns."""
    return _scaled(value, US)


def ms(value: int | float | str) -> Time:
    """`value` milliseconds in ns."""
    return _scaled(value, MS)


def s(value: int | float | str) -> Time:
    """`value` seconds in ns: ``s(1.5)`` is 1500000000."""
    return _scaled(value, SECOND)


def _scaled(value: int | float | str, unit: Time) -> Time:
    try:
        return int((Decimal(str(value)) * unit).to_integral_value())
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise UnitError(f"{value!r} is not a number of time units") from error


def parse_duration(text: str | int) -> Time:
    """Nanoseconds of a duration written with its unit, such as ``150ms`` or ``3.6s``.

    Parameters
    ----------
    text : str or int
        A decimal number and one of ns, us, ms, s, min, h, d. ``0`` needs no unit. An int is
        refused (the API's integers are nanoseconds already and need no parsing).

    Raises
    ------
    UnitError
        With the fix: which unit is probably meant.
    """
    if isinstance(text, str):
        match = _DURATION.fullmatch(text)
        if match:
            return int((Decimal(match[1]) * _UNITS[match[2]]).to_integral_value())
        if text.strip() == "0":
            return 0
    elif text == 0 and not isinstance(text, bool):
        return 0
    shown = str(text)[:40]
    if _BARE.fullmatch(shown):
        raise UnitError(f"{shown} has no unit: write {shown.strip()}s or {shown.strip()}ms")
    raise UnitError(f"{shown!r} is not a duration: write a number and a unit, such as 150ms, 3.6s or 2min")


def to_duration(value: Time | str) -> Time:
    """A duration given to the Python API: text is parsed, an int is nanoseconds already."""
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnitError(f"{value!r} is not a duration: use text such as '1.5s' or units.s({value})")
    return value


def format_duration(value: Time) -> str:
    """Shortest exact text of a duration: ``150ms``, ``3.609375s``; the inverse of `parse_duration`."""
    if value < 0:
        return "-" + format_duration(-value)
    if value == 0:
        return "0s"
    for unit, size in (("s", SECOND), ("ms", MS), ("us", US)):
        if value >= size:
            whole, part = divmod(value, size)
            digits = f"{part:0{len(str(size)) - 1}d}".rstrip("0")
            return f"{whole}.{digits}{unit}" if digits else f"{whole}{unit}"
    return f"{value}ns"


def seconds(value: Time, digits: int = 3) -> str:
    """A time for people, in seconds with fixed digits and unit: ``2.609 s``."""
    return f"{value / SECOND:.{digits}f} s"


def parse_rate(text: str) -> int:
    """Bits per second of a rate such as ``100Mbps``.

    Raises
    ------
    UnitError
        If there is no unit, or the rate is zero.
    """
    match = _RATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise UnitError(
            f"{str(text)[:40]!r} is not a rate: write a number and a unit, such as 100Mbps or 1Gbps"
        )
    rate = int((Decimal(match[1]) * _RATES[match[2]]).to_integral_value())
    if rate <= 0:
        raise UnitError(f"{text.strip()} is no rate: it must be more than 0bps")
    return rate


def format_rate(bits_per_second: int) -> str:
    """Shortest exact text of a rate, the inverse of `parse_rate`."""
    for unit in ("Tbps", "Gbps", "Mbps", "kbps"):
        if bits_per_second % _RATES[unit] == 0:
            return f"{bits_per_second // _RATES[unit]}{unit}"
    return f"{bits_per_second}bps"
