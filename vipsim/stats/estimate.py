"""A value with its confidence interval, the form in which every estimate is handed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from vipsim.stats.cells import Column, column_texts
from vipsim.stats.censored import Duration

T = TypeVar("T", Duration, float)


@dataclass(frozen=True, slots=True)
class Estimate(Generic[T]):
    """An estimated value and the interval that holds the true one with the given confidence."""

    value: T | None
    """The estimate (ns where T is Duration); None if the data do not determine it."""
    low: T | None
    """Lower limit; None: not bounded from below."""
    high: T | None
    """Upper limit; None: not bounded from above."""
    n: int
    """Observations (for a rate: events)."""
    confidence: float
    """Nominal coverage, such as 0.95."""

    def to_text(self, unit: str = "") -> str:
        """Return the estimate for people: ``3.12 [3.1, 3.14] s``. Times need their unit: s, ms, us or ns."""
        value, low, high = column_texts((self.value, self.low, self.high), Column("", unit))
        return f"{value} [{low}, {high}] {unit}".rstrip()
