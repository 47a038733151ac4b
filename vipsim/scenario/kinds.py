"""Kinds of values in a scenario file: each reads one, refuses with the allowed range, and tells editors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from vipsim.scenario import fields
from vipsim.scenario.fields import Refusal, nearest, shown
from vipsim.units import SECOND, Time, format_duration, parse_duration, parse_rate

TEN_YEARS = 3650 * 86400 * SECOND
_DURATION = r"^\s*([0-9]+(\.[0-9]+)?\s*(ns|us|µs|ms|s|min|h|d)|0)\s*$"
_RANGE = r"^\s*[0-9.]+\s*(ns|us|µs|ms|s|min|h|d)?\s*(\.\.\s*[0-9.]+\s*(ns|us|µs|ms|s|min|h|d)\s*)?$"


@dataclass(frozen=True)
class Parsed:
    """A value read by `parse`; editors see `schema` instead."""

    parse: Callable[[Any], Any]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)

    def __hash__(self) -> int:
        return id(self)


def whole(low: int, high: int) -> Parsed:
    """A whole number from `low` to `high`."""

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refusal(f"{shown(value)} is no whole number", f"allowed: {low} to {high}")
        if not low <= value <= high:
            raise Refusal(f"{shown(value)} is out of range", f"allowed: {low} to {high}")
        return value

    return Parsed(parse, {"type": "integer", "minimum": low, "maximum": high})


def time(low: Time, high: Time = TEN_YEARS) -> Parsed:
    """A duration from `low` to `high` ns, written with its unit."""
    allowed = f"allowed: {format_duration(low)} to {_long(high)}"

    def parse(value: Any) -> Time:
        time = parse_duration(value)
        if not low <= time <= high:
            raise Refusal(f"{shown(value)} is out of range", allowed)
        return time

    return Parsed(parse, {"type": "string", "pattern": _DURATION, "description": allowed})


def _long(value: Time) -> str:
    return f"{value // (86400 * SECOND)}d" if value >= 86400 * SECOND else format_duration(value)


def times() -> Parsed:
    """A time, or a range of times."""

    def parse(value: Any) -> tuple[Time, Time]:
        earliest, latest = fields.parse_range(value)
        if latest > TEN_YEARS:
            raise Refusal(f"{shown(value)} is out of range", f"allowed: 0s to {_long(TEN_YEARS)}")
        return earliest, latest

    return Parsed(parse, {"type": "string", "pattern": _RANGE, "examples": ["5s", "5s..6s"]})


def choice(*words: str) -> Parsed:
    """One of some words."""

    def parse(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise Refusal(f"{shown(value)} is not one of {', '.join(words)}", nearest(value, words))

    return Parsed(parse, {"enum": list(words)})


def flag() -> Parsed:
    """True or false."""

    def parse(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise Refusal(f"{shown(value)} is neither true nor false", "write true or false")

    return Parsed(parse, {"type": "boolean"})


def text(limit: int) -> Parsed:
    """Printable text of at most `limit` letters."""

    def parse(value: Any) -> str:
        if not isinstance(value, str):
            raise Refusal(f"{shown(value)} is no text", "write it in quotes")
        if len(value) > limit:
            raise Refusal(f"{len(value)} letters are too many", f"allowed: at most {limit}")
        if any(not (letter.isprintable() or letter == "\n") for letter in value):
            raise Refusal("the text has control characters", "allowed: printable letters and line ends")
        return value

    return Parsed(parse, {"type": "string", "maxLength": limit})


def phase() -> Parsed:
    """A number from 0 to below 1."""

    def parse(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise Refusal(f"{shown(value)} is no phase", "allowed: a number from 0 to below 1")
        return float(value)

    return Parsed(parse, {"type": "number", "minimum": 0, "exclusiveMaximum": 1})


def rate() -> Parsed:
    """Bits per second with a unit, or ``unlimited`` (None)."""

    def parse(value: Any) -> int | None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise Refusal(f"{value} has no unit: write {value}Mbps or {value}Gbps")
        return None if value == "unlimited" else parse_rate(value)

    pattern = r"^\s*[0-9]+(\.[0-9]+)?\s*[kMGT]?bps\s*$|^unlimited$"
    return Parsed(parse, {"type": "string", "pattern": pattern, "examples": ["100Mbps", "unlimited"]})
