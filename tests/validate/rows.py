"""Rows of the recordings for the tests, and files of changed ones."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vipsim.validate import Report, validate_files

Row = dict[str, Any]
CASES, COURSES = "oracle/cases.jsonl", "oracle/timecourses.jsonl"


def recorded(path: Path) -> Iterator[Row]:
    """The rows of IPv4 and of the switch."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("setup", row).get("ip_version", row.get("ip_version", 4)) == 4:
            yield row


def row_of(path: Path, name: str) -> Row:
    """The row with this id, or the first of this family."""
    return next(row for row in recorded(path) if name in (row["id"], row.get("family")))


def judged(folder: Path, *rows: Row | str | bytes, only: str = "") -> Report:
    """What is said of a file of these rows."""
    path = folder / "rows.jsonl"
    lines = [row if isinstance(row, str | bytes) else json.dumps(row) for row in rows]
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines) + b"\n")
    return validate_files([path], only)


def changed(row: Row, change: Callable[[Row], object]) -> Row:
    """A copy of `row` with one thing changed."""
    other = copy.deepcopy(row)
    change(other)
    return other
