"""How single values are written in a scenario: names, percentages, addresses with prefix, time ranges.

Each ``parse_x`` refuses with a `Refusal`, which carries the allowed range or the nearest known word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any

from vipsim.errors import ScenarioError, VipsimError
from vipsim.units import Time, format_duration, parse_duration
from vipsim.wire.addresses import IPv4, Mac

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
"""Names of nodes, VIPs, clients, services: none of the signs that join names (``. , | > : @``)."""
PORT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")
"""Names of interfaces and ports: at most 15 letters, as Linux has it."""
TITLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}")
_PERCENT = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]{1,20})?(?:[eE]-?[0-9]{1,3})?)\s*%\s*")


class Refusal(ScenarioError):
    """A value that cannot be read, with a hint on what would do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def shown(value: object) -> str:
    """A value as a message quotes it: short, and safe for a terminal."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = value[:60] if isinstance(value, str) else str(value)[:60]
    return repr(text) if isinstance(value, str) else text


def closest(word: object, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, if one is near."""
    # Comparing with more takes too long.
    return _closest(str(word)[:60], tuple(islice(dict.fromkeys(known), 500)))


@lru_cache(maxsize=256)
def _closest(text: str, names: tuple[str, ...]) -> str | None:
    close = get_close_matches(text, names, n=1, cutoff=0.6)
    return next(iter(close), None) or next((name for name in names if name.lower() == text.lower()), None)


def nearest(word: object, known: Iterable[str]) -> str:
    """A hint: the nearest known word, or all of them when they are few."""
    names = list(islice(dict.fromkeys(known), 500))
    close = closest(word, names)
    if close is not None:
        return f"did you mean {close}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 30 else ""


def parse_name(value: Any) -> str:
    """Read a name."""
    return _matching(value, NAME, "name", "letters, digits, - and _, beginning with a letter")


def parse_port_name(value: Any) -> str:
    """Read the name of an interface or port."""
    return _matching(value, PORT_NAME, "interface name", "at most 15 letters, digits, . - and _")


def parse_title(value: Any) -> str:
    """Read the name of a scenario: it also names files."""
    return _matching(value, TITLE, "scenario name", "letters, digits, spaces, . - and _; at most 100")


def _matching(value: Any, pattern: re.Pattern[str], what: str, allowed: str) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise Refusal(f"{shown(value)} is no {what}", f"allowed: {allowed}")


def parse_percent(value: Any) -> float:
    """Read a probability written in percent: ``1%`` is 0.01."""
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        fix = f"{shown(value)} has no unit: write {value}%" if numeric else f"{shown(value)} is no percentage"
        raise Refusal(fix, "allowed: 0% to 100%")
    percent = Decimal(match[1])
    if percent > 100:
        raise Refusal(f"{value.strip()} is out of range", "allowed: 0% to 100%")
    return float(percent / 100)


def format_percent(probability: float) -> str:
    """Exact text of a probability, the inverse of `parse_percent`."""
    percent = (Decimal(repr(float(probability))) * 100).normalize()
    plain = f"{percent:f}%"
    return plain if len(plain) <= 20 else f"{percent:e}%"


def parse_prefixed(value: Any) -> tuple[IPv4, int]:
    """Read an address with its prefix length: ``192.168.1.217/24``."""
    if not isinstance(value, str):
        raise Refusal(f"{shown(value)} is no address", "write it as 192.168.1.217/24")
    address, slash, prefix = value.partition("/")
    parsed = IPv4.parse(address)
    if not slash:
        raise Refusal(f"{value} has no prefix length", f"write {value}/24")
    if not re.fullmatch(r"[0-9]{1,2}", prefix) or not 1 <= int(prefix) <= 32:
        raise Refusal(f"{shown(prefix)} is no prefix length", "allowed: 1 to 32")
    return parsed, int(prefix)


def parse_range(value: Any) -> tuple[Time, Time]:
    """Read a time (``5s``) or a range of times (``5s..6s``) in ns."""
    first, dots, last = value.partition("..") if isinstance(value, str) else (value, "", "")
    earliest = parse_duration(first)
    latest = parse_duration(last) if dots else earliest
    if latest < earliest:
        raise Refusal(f"{shown(value)} ends before it begins", f"write {last}..{first}")
    return earliest, latest


def format_range(earliest: Time, latest: Time) -> str:
    """Text of a time or a range of times, the inverse of `parse_range`."""
    if earliest == latest:
        return format_duration(earliest)
    return f"{format_duration(earliest)}..{format_duration(latest)}"


def mac_for(address: IPv4) -> Mac:
    """Return the MAC that an interface gets when none is written: 02:00 (local) and its address."""
    return Mac((0x0200 << 32) | int(address))


def hint_of(error: Exception) -> str:
    """The hint that an error carries, if any."""
    return error.hint if isinstance(error, Refusal) else ""


def message_of(error: Exception) -> str:
    """An error's sentence without its hint."""
    if isinstance(error, ScenarioError):
        return "; ".join(problem.message for problem in error.problems)
    return str(error) if isinstance(error, VipsimError) else f"{type(error).__name__}: {error}"
