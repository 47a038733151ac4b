"""A trace as a file of JSON lines, and back.

The first line is the head: ``{"vipsim_trace": 1, "header": {...}, "level": "frames", "end": ns,
"counts": {...}, "records": n, "frames": m}``. Then come n lines of records and m lines of frames, one
object each. Times are integers of ns, addresses text, frames the octets on the wire as hexadecimal.
A name that ends in ``.gz`` is compressed. A file is written whole or not at all, and one that is cut
short is noticed when it is read.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from vipsim.errors import DecodeError, EncodeError, TraceError
from vipsim.files import written_whole
from vipsim.trace.plain import in_order, plain, plain_record
from vipsim.trace.records import FORMAT_VERSION, FrameRecord, Level, Record
from vipsim.trace.schema import LARGEST, restore
from vipsim.trace.soundness import wrong_in_depth, wrong_in_frame, wrong_in_header, wrong_in_record
from vipsim.trace.trace import Trace
from vipsim.wire.codec import decode, encode

LONGEST_LINE = 64 * 2**20
"""Characters: longer lines are refused, so that a hostile file cannot fill the memory at once."""


# --- writing -------------------------------------------------------------------------------


def write_trace(trace: Trace, path: str | os.PathLike[str]) -> None:
    """Write `trace` to `path`, atomically.

    Raises
    ------
    TraceError
        If the trace keeps no records (level summary), or holds what JSON cannot.
    """
    with written_whole(path) as raw:
        if Path(path).suffix == ".gz":
            # No name and no date inside: equal traces are equal files.
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                _write_lines(trace, packed)
        else:
            _write_lines(trace, raw)


def _write_lines(trace: Trace, file: IO[bytes] | gzip.GzipFile) -> None:
    try:
        for value in _objects(trace):
            file.write(in_order(value).encode("ascii") + b"\n")
    except (TypeError, ValueError, RecursionError, EncodeError) as error:
        raise TraceError(f"{trace.name}: this trace holds what a file cannot: {error}") from error


def _objects(trace: Trace) -> Iterator[dict[str, Any]]:
    records = trace.select()
    yield {
        "vipsim_trace": FORMAT_VERSION,
        "header": plain(trace.header),
        "level": trace.level.name.lower(),
        "end": trace.duration,
        "counts": trace.counts,
        "records": len(records),
        "frames": len(trace.frames),
    }
    for record in records:
        yield plain_record(record)
    for frame in trace.frames:
        yield {
            "frame": frame.id,
            "src": frame.src,
            "dst": frame.dst,
            "sent": frame.sent,
            "arrival": frame.arrival,
            "outcome": frame.outcome,
            "cause": frame.cause,
            "size": frame.frame.size,
            "octets": encode(frame.frame).hex(),
        }


# --- reading -------------------------------------------------------------------------------


def read_trace(path: str | os.PathLike[str]) -> Trace:
    """Read a trace that `write_trace` wrote.

    Raises
    ------
    TraceError
        Naming file, line, reason and fix. No content raises anything else.
    """
    reader = _Reader(Path(path))
    try:
        with _open(Path(path)) as file:
            return reader.read(file)
    except (OSError, EOFError, zlib.error) as error:
        reader.refuse(str(error) or "the file ends too early", "check the name and copy the file again")
    except UnicodeDecodeError:
        reader.refuse("this is not text", "give a file that vipsim run --trace wrote")


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding="utf-8", newline="\n")
    return open(path, encoding="utf-8", newline="\n")


class _Reader:
    """One pass through a file; `line` is where it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0

    def refuse(self, reason: str, fix: str = "write the trace again") -> NoReturn:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        raise TraceError(f"{place}: {reason}: {fix}")

    def read(self, file: IO[str]) -> Trace:
        head = self._next(file)
        version = head.get("vipsim_trace")
        if version is None:
            self.refuse("this is not a trace of vipsim", "give a file that vipsim run --trace wrote")
        if version != FORMAT_VERSION or isinstance(version, bool):
            self.refuse(
                f"format version {str(version)[:20]} is unknown (this vipsim reads {FORMAT_VERSION})",
                "read it with the vipsim that wrote it",
            )
        level = self._level(self._get(head, "level", str))
        header, counts = self._get(head, "header", dict), self._get(head, "counts", dict)
        self._sound(wrong_in_header(header))
        end = self._number(head, "end")
        for name in counts:
            self._number(counts, name)
        wanted = self._number(head, "records"), self._number(head, "frames")
        records: list[Record] = []
        while len(records) < wanted[0]:
            record = self._record(self._next(file), len(records) + 1)
            self._sound(wrong_in_record(record, records, end))
            records.append(record)
        frames: list[FrameRecord] = []
        while len(frames) < wanted[1]:
            frame = self._frame(self._next(file), len(frames) + 1)
            self._sound(wrong_in_frame(frame, records, end))
            frames.append(frame)
        if file.read(1):
            self.line += 1
            self.refuse(f"the file goes on after its {wanted[0]} records and {wanted[1]} frames")
        return Trace(header, level, end, records, frames, counts)

    def _next(self, file: IO[str]) -> dict[str, Any]:
        text = file.readline(LONGEST_LINE)
        self.line += 1
        if not text.endswith("\n"):
            if len(text) >= LONGEST_LINE:
                self.refuse(f"the line is longer than {LONGEST_LINE} characters")
            self.refuse("the file ends too early", "copy the file again, or write the trace again")
        try:
            value = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            self.refuse(f"this is not a line of JSON ({str(error)[:80]})")
        if not isinstance(value, dict):
            self.refuse("this is not a JSON object")
        self._sound(wrong_in_depth(value, text))
        return value

    def _sound(self, wrong: str) -> None:
        """Refuse the line if something is wrong with it."""
        if wrong:
            self.refuse(wrong)

    def _get(self, value: dict[str, Any], key: str, wanted: type) -> Any:
        if key not in value:
            self.refuse(f"{key} is missing")
        found = value[key]
        if not isinstance(found, wanted) or (isinstance(found, bool) and wanted is not bool):
            self.refuse(f"{key} must be {_TYPES[wanted]}, not {str(found)[:40]!r}")
        return found

    def _number(self, value: dict[str, Any], key: str) -> int:
        found: int = self._get(value, key, int)
        if not 0 <= found <= LARGEST:
            self.refuse(f"{key} is {str(found)[:40]}, outside 0 to {LARGEST}")
        return found

    def _level(self, name: str) -> Level:
        try:
            level = Level[name.upper()]
        except KeyError:
            level = Level.SUMMARY
        if level is Level.SUMMARY or name != name.lower():
            self.refuse(f"level {name[:40]!r} is unknown", "it is protocol or frames")
        return level

    def _record(self, value: dict[str, Any], expected: int) -> Record:
        kind, data = self._get(value, "kind", str), self._get(value, "data", dict)
        number = self._number(value, "id")
        if number != expected:
            self.refuse(f"record {number} stands where {expected} belongs")
        try:
            restored = restore(kind, data)
        except ValueError as error:
            self.refuse(f"record {number} is garbled: {error}")
        time, cause = self._number(value, "time"), self._number(value, "cause")
        return Record(number, time, kind, self._get(value, "node", str), restored, cause)

    def _frame(self, value: dict[str, Any], expected: int) -> FrameRecord:
        number = self._number(value, "frame")
        if number != expected:
            self.refuse(f"frame {number} stands where {expected} belongs")
        try:
            frame = decode(bytes.fromhex(self._get(value, "octets", str)))
        except (DecodeError, ValueError) as error:
            if isinstance(error, TraceError):
                raise
            self.refuse(f"frame {number} is garbled: {error}")
        frame.size, frame.cause = self._number(value, "size"), self._number(value, "cause")
        return FrameRecord(
            number,
            self._get(value, "src", str),
            self._get(value, "dst", str),
            self._number(value, "sent"),
            self._number(value, "arrival"),
            frame,
            self._get(value, "outcome", str),
        )


_TYPES = {str: "text", int: "a whole number", dict: "an object"}


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
