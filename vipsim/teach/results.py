"""Result lines: what was checked, with what outcome, one JSON object a line.

They are appended to ``vipsim-results.jsonl`` in the working folder, or to the file that the environment
variable VIPSIM_RESULTS names (``off``: nowhere).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vipsim.errors import VipsimError

FILE = "vipsim-results.jsonl"
VARIABLE = "VIPSIM_RESULTS"
VERDICTS = ("right", "near", "wrong", "absurd", "open")
MOST_BYTES = 20_000_000
"""A larger file is no file of results."""


@dataclass(frozen=True, slots=True)
class Result:
    """One check."""

    id: str
    verdict: str
    """One of `VERDICTS`."""
    answer: str
    """As text, shortened."""
    points: float
    of: float
    tries: int
    """Different answers to this exercise so far, this one included; 0 for one that is open."""
    seed: int
    version: str
    """Of vipsim."""
    time: str
    """UTC, ``2026-03-01T09:30:00Z``."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that cannot be read."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}: this line is left out"


def results_path() -> Path | None:
    """Where results go; None if nowhere."""
    named = os.environ.get(VARIABLE, "")
    if named == "off":
        return None
    return Path(named or FILE)


def now() -> str:
    """Return the time of day as it stands in a result line."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def append_result(path: Path, result: Result) -> None:
    """Add one line, in one piece, so that two notebooks may write to one file.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    line = json.dumps(asdict(result), ensure_ascii=True, allow_nan=False) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        _lock(handle)
        os.write(handle, (_mend(path) + line).encode("ascii"))
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Wait until nobody else looks at the file's end and adds to it; closing it ends the lock."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


def _mend(path: Path) -> str:
    """A line's end, if somebody left the file without one."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return ""
        file.seek(size - 1)
        return "" if file.read(1) == b"\n" else "\n"


def read_results(path: str | os.PathLike[str]) -> tuple[list[Result], list[Damage]]:
    """Read a file of results: the good lines, and what is wrong with the others.

    Raises
    ------
    OSError
        If it cannot be read.
    VipsimError
        If it is too large to be a file of results.
    """
    place = Path(path)
    if place.stat().st_size > MOST_BYTES:
        raise VipsimError(f"{place}: {place.stat().st_size} bytes: this is no file of results")
    results, damages = [], []
    for number, line in enumerate(place.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            results.append(_result(line))
        except ValueError as error:
            damages.append(Damage(place, number, str(error)))
    return results, damages


def _result(line: bytes) -> Result:
    try:
        data = json.loads(line.decode("utf-8"))
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise ValueError("this is no JSON") from None
    if not isinstance(data, Mapping):
        raise ValueError("this is no result")
    kept: dict[str, Any] = {field.name: data.get(field.name) for field in fields(Result)}
    missing = [name for name, value in kept.items() if value is None]
    if missing:
        raise ValueError(f"{', '.join(missing)} is missing")
    _check_kinds(kept)
    return Result(**kept)


def _check_kinds(kept: Mapping[str, Any]) -> None:
    for name in ("id", "verdict", "answer", "version", "time"):
        if not isinstance(kept[name], str):
            raise ValueError(f"{name} is no text")
    for name, kinds in (("points", (int, float)), ("of", (int, float)), ("tries", int), ("seed", int)):
        if not isinstance(kept[name], kinds) or isinstance(kept[name], bool):
            raise ValueError(f"{name} is no number")
    if kept["verdict"] not in VERDICTS:
        raise ValueError("this verdict is not known")
    if not 0 <= kept["points"] <= kept["of"] <= 1000:
        raise ValueError("more points than there are to get")


def tries_so_far(results: Sequence[Result], id: str, answer: str) -> int:
    """How many different answers an exercise has had, with `answer` as the newest."""
    return len({one.answer for one in results if one.id == id and one.verdict != "open"} | {answer})
