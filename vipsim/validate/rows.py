"""Rows of the oracle's format: JSON lines, one case or time course each, read one line at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from vipsim.validate.fields import Fields, RowError, SkipRow, shown

LONGEST_LINE = 4 << 20
"""Octets: the longest of the oracle's lines has 30 thousand; memory stays bounded whatever a file holds."""
IPV6 = "IPv6 is not modelled"


class Kind(Enum):
    """What a row holds."""

    HOST = "host"
    SWITCH = "switch"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is a JSON object with a known shape; what is in it is checked while it is replayed."""

    path: str
    line: int
    kind: Kind
    id: str
    family: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that could not be interpreted."""

    path: str
    line: int
    id: str
    place: str
    reason: str
    fix: str

    def __str__(self) -> str:
        row = f"row {self.id}: " if self.id else ""
        place = f"{self.place}: " if self.place else ""
        return f"{self.path}:{self.line}: {row}{place}{self.reason}\n    {self.fix}"


def unreadable(path: str, line: int, name: str, error: RowError) -> Unreadable:
    """Return the report of `error` in a line."""
    return Unreadable(path, line, name, error.place, error.reason, error.fix)


def read_rows(path: Path) -> Iterator[Row | Unreadable]:
    """Read a file line by line; empty lines are nothing.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    for number, data in read_objects(path):
        try:
            if isinstance(data, RowError):
                raise data
            yield _row(str(path), number, data)
        except RowError as error:
            name = data.get("id") if isinstance(data, dict) else ""
            yield unreadable(str(path), number, name[:60] if isinstance(name, str) else "", error)


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    """Read the objects of a file of JSON lines with their line numbers, or what is wrong with a line.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), 1):
            if line is not None and not line.strip():
                continue
            try:
                yield number, _parse(line)
            except RowError as error:
                yield number, error


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Lines without more than one in memory; None stands for one that is too long."""
    while line := file.readline(LONGEST_LINE):
        if line.endswith(b"\n") or len(line) < LONGEST_LINE:
            yield line
            continue
        while rest := file.readline(LONGEST_LINE):
            if rest.endswith(b"\n"):
                break
        yield None


def _parse(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise RowError("", f"the line is longer than {LONGEST_LINE >> 20} MiB", "write one row in each line")
    try:
        data = json.loads(line.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise RowError("", f"octet {error.start} is not UTF-8", "write the row in UTF-8") from None
    except json.JSONDecodeError as error:
        raise RowError(
            "", f"this is not JSON: {error.msg} at column {error.colno}", "write one JSON object in each line"
        ) from None
    except (ValueError, RecursionError):
        raise RowError("", "a number or nesting in it is beyond reason", "write a plain row") from None
    if not isinstance(data, dict):
        raise RowError("", f"{shown(data)} is not an object", "write one JSON object in each line")
    return data


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _row(path: str, line: int, data: dict[str, Any]) -> Row:
    fields = Fields(data)
    name, family = fields.text("id"), fields.text("family", "")
    if not name:
        fields.wrong("id", "it is empty", "name the row")
    return Row(path, line, _kind(fields), name, family or name, fields)


def _kind(fields: Fields) -> Kind:
    """Tell what a row is by what it holds, not by what it is called: other families may come."""
    if "actions" in fields:
        return Kind.SWITCH if "bridge" in fields else Kind.HOST
    if "events" in fields or "setup" in fields:
        return Kind.COURSE
    raise RowError(
        "",
        "this is neither a case nor a time course",
        "a case has actions, a time course has setup and events",
    )


def refuse_what_is_not_modelled(row: Row) -> None:
    """Leave out the rows of IPv6.

    Raises
    ------
    SkipRow
        If the row is about IPv6.
    RowError
        If its IP version is none.
    """
    holder = row.fields.obj("setup") if row.kind is Kind.COURSE else row.fields
    version = holder.count("ip_version", 0, 1 << 30, default=6 if row.family.startswith("v6.") else 4)
    if version not in (4, 6):
        holder.wrong("ip_version", f"there is no IP version {version}", "write 4 or 6")
    if version == 6:
        raise SkipRow(IPV6)


def is_chosen(row: Row, pattern: str) -> bool:
    """Whether `pattern` (a shell pattern, or a part) means the row's id or family; empty means every row."""
    if not pattern:
        return True
    wanted = pattern if any(letter in pattern for letter in "*?[") else f"*{pattern}*"
    return fnmatchcase(row.id, wanted) or fnmatchcase(row.family, wanted)
