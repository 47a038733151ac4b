"""One cell of a table: which values are allowed, and how they are written for people.

A column whose unit is s, ms, us or ns holds *times*: whole ns (or `Censored`), whatever unit
they are shown in. A float there is an error, since 2^53 ns is only 104 days. Every other unit
is a mere label.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from vipsim.stats.censored import Censored, decimal_text
from vipsim.units import MS, NS, SECOND, US, Time

Cell: TypeAlias = bool | int | float | str | Censored | None
"""A plain value. Missing is None; infinite and not-a-number are not allowed."""

_SIZES: dict[str, Time] = {"s": SECOND, "ms": MS, "us": US, "ns": NS}
_MOST_DIGITS = {"s": 6, "ms": 3, "us": 3, "ns": 0}


@dataclass(frozen=True, slots=True)
class Column:
    """Name and unit of a column."""

    name: str
    """The key of the column in a row."""
    unit: str = ""
    """s, ms, us and ns make it a column of times (kept in ns); any other text is a label."""

    @property
    def is_time(self) -> bool:
        """Whether the cells are times in ns."""
        return self.unit in _SIZES

    @property
    def label(self) -> str:
        """Heading and axis label: ``blackout [s]``."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


def check_cell(value: object, column: Column) -> Cell:
    """`value` if it may stand in `column`.

    Raises
    ------
    TypeError
        If it is no plain value, or no time where a time belongs.
    ValueError
        If it is infinite or not a number.
    """
    if column.is_time:
        if value is None or isinstance(value, Censored) or type(value) is int:
            return value
        raise TypeError(f"column {column.label} holds times, as an int of ns or Censored, not {value!r}")
    if isinstance(value, Censored):
        raise TypeError(f"column {column.name} holds a censored time: give it a unit, s, ms, us or ns")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"column {column.name} cannot hold {value!r}: use None where there is no number")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"column {column.name} cannot hold {value!r}: cells are None, bool, int, float or str")


def cell_text(value: Cell, unit: str = "", digits: int | None = None) -> str:
    """Return a cell as a person reads it: ``-`` for None, ``> 15 s`` for a censored time.

    Parameters
    ----------
    value : Cell
        The cell; times in ns.
    unit : str
        Unit of its column.
    digits : int, optional
        Digits after the point for times; default: all that are needed.
    """
    if value is None:
        return "-"
    if isinstance(value, Censored):
        shown = unit if unit in _SIZES else "s"
        return f"> {decimal_text(value.after, _SIZES[shown])} {shown}"
    if unit in _SIZES and type(value) is int:
        return decimal_text(value, _SIZES[unit], digits)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "".join(c if c.isprintable() else "?" for c in str(value))


def column_texts(cells: Iterable[Cell], column: Column) -> list[str]:
    """All cells of a column as text; times share their number of digits, at most a us for s."""
    cells = list(cells)
    digits = None
    if column.is_time:
        exact = (cell_text(c, column.unit).partition(".")[2] for c in cells if type(c) is int)
        digits = min(_MOST_DIGITS[column.unit], max((len(part) for part in exact), default=0))
    return [cell_text(cell, column.unit, digits) for cell in cells]


def exact_text(value: Cell, column: Column) -> str:
    """Return a cell for a machine to read back: nothing rounded, None empty, True and False as words."""
    if value is None:
        return ""
    if column.is_time or isinstance(value, Censored):
        return cell_text(value, column.unit)
    return str(value)
