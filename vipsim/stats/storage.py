"""A table on disk and in JSON. Times never pass through a float."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

from vipsim.files import written_whole
from vipsim.stats.cells import Cell, Column, exact_text
from vipsim.stats.censored import Censored
from vipsim.units import format_duration, parse_duration

_CENSORED = "> "


def write_csv(
    path: str | os.PathLike[str], columns: Sequence[Column], rows: Sequence[Sequence[Cell]]
) -> None:
    """Write a CSV file atomically: a temporary file beside it takes its place when complete."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.label for column in columns)
    for row in rows:
        writer.writerow(exact_text(cell, column) for cell, column in zip(row, columns, strict=True))
    with written_whole(path) as file:
        file.write(text.getvalue().encode())


def to_data(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """Columns and rows as JSON-able data; a censored time is the text ``> 15s``."""
    return {
        "columns": [{"name": column.name, "unit": column.unit} for column in columns],
        "rows": [[_cell_data(cell) for cell in row] for row in rows],
    }


def from_data(data: object) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Columns and rows back from data; the table itself checks the cells.

    Raises
    ------
    ValueError
        If the data has not the form that `to_data` writes.
    """
    match data:
        case {"columns": list(heads), "rows": list(lines)} if all(isinstance(line, list) for line in lines):
            columns = tuple(_read_column(head) for head in heads)
        case _:
            raise ValueError("a table is {'columns': [...], 'rows': [[...], ...]}")
    is_time = [column.is_time for column in columns]
    if any(len(line) != len(columns) for line in lines):
        raise ValueError(f"every row of this table has {len(columns)} cells")
    return columns, tuple(
        tuple(_read_cell(cell, timed) for cell, timed in zip(line, is_time, strict=True)) for line in lines
    )


def _cell_data(cell: Cell) -> bool | int | float | str | None:
    if not isinstance(cell, Censored):
        return cell
    return _CENSORED + format_duration(cell.after)


def _read_column(head: object) -> Column:
    match head:
        case {"name": str(name), "unit": str(unit)} if isinstance(head, Mapping):
            return Column(name, unit)
    raise ValueError(f"a column is {{'name': ..., 'unit': ...}}, not {str(head)[:80]}")


def _read_cell(cell: Any, timed: bool) -> Any:
    if not (timed and isinstance(cell, str) and cell.startswith(_CENSORED)):
        return cell
    text = cell.removeprefix(_CENSORED)
    sign = -1 if text.startswith("-") else 1
    return Censored(sign * parse_duration(text.removeprefix("-")))
