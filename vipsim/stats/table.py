"""A small immutable table of rows: what studies produce and pictures are drawn from.

Columns have a name and a unit, cells are plain values, times are whole ns (see `cells`).
Each verb returns a new table. Nothing here is fast or clever: a study has thousands of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

from vipsim.stats import render, storage
from vipsim.stats.cells import Cell, Column, check_cell
from vipsim.stats.censored import Censored

Row = dict[str, Cell]
"""One row by column name."""


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Rows of plain values under columns with units.

    Examples
    --------
    >>> rows = [{"arm": "vrrp", "blackout": 3_120_000_000}, {"arm": "pull", "blackout": None}]
    >>> print(Table.from_rows(rows, units={"blackout": "s"}))
    arm   blackout [s]
    vrrp          3.12
    pull             -
    """

    columns: tuple[Column, ...]
    """Name and unit, left to right; names are unique."""
    rows: tuple[tuple[Cell, ...], ...]
    """Cells in the order of the columns; times in ns."""

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.columns):
            raise ValueError(f"column names must be unique: {', '.join(self.names)}")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells for {len(self.columns)} columns")
            for cell, column in zip(row, self.columns, strict=True):
                check_cell(cell, column)

    @classmethod
    def from_rows(
        cls,
        rows: Sequence[Mapping[str, Cell]],
        units: Mapping[str, str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> Table:
        """Return a table from dictionaries.

        Parameters
        ----------
        rows : sequence of mapping
            A key that a row lacks is None in it.
        units : mapping of str to str, optional
            Unit by column name; s, ms, us and ns mark times. A unit for a column that no row
            has is an error, except that it names the columns of a table without rows.
        columns : sequence of str, optional
            Names to take, in order. Default: all keys in the order of their first appearance.
        """
        units = dict(units or {})
        seen = dict.fromkeys(name for row in rows for name in row)
        names = list(columns) if columns is not None else list(seen or units)
        if unknown := [name for name in units if name not in names and name not in seen]:
            raise ValueError(f"unit given for a column that does not exist: {', '.join(unknown)}")
        heads = tuple(Column(name, units.get(name, "")) for name in names)
        return cls(heads, tuple(tuple(row.get(name) for name in names) for row in rows))

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, left to right."""
        return tuple(column.name for column in self.columns)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return (dict(zip(self.names, row, strict=True)) for row in self.rows)

    def __getitem__(self, index: int) -> Row:
        return dict(zip(self.names, self.rows[index], strict=True))

    def column(self, name: str) -> tuple[Any, ...]:
        """All cells of a column, top to bottom (times in ns). Any: the caller knows its type."""
        index = self._index(name)
        return tuple(row[index] for row in self.rows)

    def unit(self, name: str) -> str:
        """Return the unit of a column."""
        return self.columns[self._index(name)].unit

    def label(self, name: str) -> str:
        """Return a column's heading with its unit, for an axis: ``blackout [s]``."""
        return self.columns[self._index(name)].label

    def select(self, *names: str) -> Table:
        """Return the table with only these columns, in this order."""
        indices = [self._index(name) for name in names]
        rows = tuple(tuple(row[i] for i in indices) for row in self.rows)
        return Table(tuple(self.columns[i] for i in indices), rows)

    def where(self, **equal: Cell) -> Table:
        """Return the rows whose cells equal all of these: ``table.where(arm="vrrp", loss=None)``."""
        wanted = [(self._index(name), value) for name, value in equal.items()]
        return replace(self, rows=tuple(row for row in self.rows if all(row[i] == v for i, v in wanted)))

    def group_by(self, *names: str) -> dict[tuple[Cell, ...], Table]:
        """One table for each combination of values of these columns, in order of appearance.

        The key is a tuple even for one name.
        """
        indices = [self._index(name) for name in names]
        groups: dict[tuple[Cell, ...], list[tuple[Cell, ...]]] = {}
        for row in self.rows:
            groups.setdefault(tuple(row[i] for i in indices), []).append(row)
        return {key: replace(self, rows=tuple(rows)) for key, rows in groups.items()}

    def sort(self, *names: str, reverse: bool = False) -> Table:
        """Rows in order of these columns, the first one most significant; equal rows keep theirs.

        A censored time is longer than every observed one; None comes last, also in reverse.
        """
        rows = list(self.rows)
        for name in reversed(names):
            i = self._index(name)
            present = sorted((row for row in rows if row[i] is not None), key=_rank_of(i), reverse=reverse)
            rows = present + [row for row in rows if row[i] is None]
        return replace(self, rows=tuple(rows))

    def with_column(self, name: str, values: Sequence[Cell] | Callable[[Row], Cell], unit: str = "") -> Table:
        """Return the table with a column more, or with that column replaced in its place.

        Parameters
        ----------
        name : str
            Its name.
        values : sequence or callable
            One cell per row, or a function of the row as a dictionary.
        unit : str
            Its unit; s, ms, us and ns mark times in ns.
        """
        cells = [values(row) for row in self] if callable(values) else list(values)
        if len(cells) != len(self.rows):
            raise ValueError(f"column {name} has {len(cells)} cells for {len(self.rows)} rows")
        i = self._index(name) if name in self.names else len(self.columns)
        columns = (*self.columns[:i], Column(name, unit), *self.columns[i + 1 :])
        pairs = zip(self.rows, cells, strict=True)
        return Table(columns, tuple((*row[:i], cell, *row[i + 1 :]) for row, cell in pairs))

    def to_text(self) -> str:
        """Aligned plain text, units in the heading, a line per row."""
        return render.table_text(self.columns, self.rows)

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write the table as CSV (UTF-8); the file appears whole or not at all.

        Times are exact decimals of the column's unit, None is empty, a censored time is ``> 15 s``.
        """
        storage.write_csv(path, self.columns, self.rows)

    def to_data(self) -> dict[str, Any]:
        """Return the table as JSON-able data; times are ints of ns, censored ones text."""
        return storage.to_data(self.columns, self.rows)

    @classmethod
    def from_data(cls, data: object) -> Table:
        """Return the table that `to_data` described.

        Raises
        ------
        ValueError
            If the data is no table.
        """
        try:
            return cls(*storage.from_data(data))
        except TypeError as error:
            raise ValueError(str(error)) from error

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {', '.join(column.label for column in self.columns)}>"

    def _repr_html_(self) -> str:
        return render.table_html(self.columns, self.rows)

    def _index(self, name: str) -> int:
        try:
            return self.names.index(name)
        except ValueError:
            raise KeyError(f"no column {name!r}; there are {', '.join(self.names)}") from None


def _rank_of(index: int) -> Callable[[tuple[Cell, ...]], tuple[int, Any]]:
    """Sort key of a row by one cell: numbers, then censored times, then text."""

    def rank(row: tuple[Cell, ...]) -> tuple[int, Any]:
        match row[index]:
            case Censored(after=after):
                return 1, after
            case str(text):
                return 2, text
            case number:
                return 0, number

    return rank
