"""One line of a journal, and a journal as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vipsim.units import MS, SECOND, Time

PROGRAM = "Keepalived_vrrp"
"""keepalived's VRRP process, as its journal names it."""
PARENT = "Keepalived"
"""Its parent."""
PIDS = {PROGRAM: "[..]", PARENT: "[..]"}
"""Where a journal has the number of a process."""
WORLD = ""
"""`Line.program` of what no daemon says: a fault, a client."""
_INDENT = " " * 14
_CAUSE = "<- "
WIDTH = 110
"""How wide causes are where nobody says it, in columns."""
_NARROWEST = 40
"""Columns that a cause gets however narrow the page is."""
_BURST: Time = 50 * MS
"""Equal lines that follow each other within this are one burst, and shown as one."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one process says at one moment, and why it woke up."""

    time: Time
    """In ns from the start of the run."""
    node: str
    program: str
    """Name of the process as the journal shows it; `WORLD`: nobody's line."""
    text: str
    """The message, as the daemon words it."""
    cause: str = ""
    """What made it: the timer that ran out, the frame that came, the fault; empty: as the line before."""
    detail: bool = False
    """The daemon logs it only when asked for details (keepalived ``-D``)."""
    logged: bool = True
    """False: the daemon does this without a word."""
    record: int = 0
    """Id of the trace's record that shows it; 0: only a frame does."""

    def to_data(self) -> dict[str, object]:
        """Return the line as JSON-able data; its time is an int of ns."""
        return {name: getattr(self, name) for name in self.__slots__}


def journal_text(
    lines: Iterable[Line],
    *,
    detail: bool = True,
    silent: bool = False,
    nodes: Iterable[str] | None = None,
    start: Time = 0,
    end: Time | None = None,
    width: int | None = None,
) -> str:
    """Return a journal as text: time, node, process, message, and below it the cause.

    Parameters
    ----------
    lines : iterable of Line
        As `vipsim.trace.journal.journal` returns them.
    detail : bool
        False: only what is logged without ``-D``.
    silent : bool
        True: also what the daemons do without a word, in brackets.
    nodes : iterable of str, optional
        Whose lines; default: everybody's. Faults are always told.
    start, end : int
        Only what happens from `start` to `end`, in ns; default: all of it.
    width : int, optional
        Columns in which causes are kept; by default they are as long as they are. What a daemon logs is
        never broken, so that it can be compared with a real journal.
    """
    chosen = None if nodes is None else set(nodes)
    kept = [
        line
        for line in lines
        if (line.logged or silent or line.program == WORLD)
        and (detail or not line.detail)
        and (chosen is None or line.program == WORLD or line.node in chosen)
        and start <= line.time
        and (end is None or line.time <= end)
    ]
    return "\n".join(_texts(kept, width))


def _texts(lines: list[Line], columns: int | None) -> Iterator[str]:
    width = max((len(line.node) for line in lines), default=0)
    said: dict[str, tuple[Time, str]] = {}
    for same in _folded(lines):
        first = same[0]
        node, times = first.node, f"  ({len(same)} times)" if len(same) > 1 else ""
        who = f"{first.program}{PIDS.get(first.program, '')}: " if first.program else ""
        shown = first.text if first.logged or not first.program else f"[{first.text}]"
        yield f"{first.time / SECOND:12.6f}  {node:<{width}}  {who}{shown}{times}"
        # A wake-up is explained once, under the first thing that it did.
        if first.cause and said.get(node) != (first.time, first.cause):
            yield from _cause(first.cause, f"{_INDENT}{'':<{width}}", columns)
        said[node] = first.time, first.cause


def _cause(cause: str, indent: str, columns: int | None) -> list[str]:
    """A cause in as many lines as it needs."""
    if columns is None:
        return [f"{indent}{_CAUSE}{cause}"]
    return textwrap.wrap(
        cause,
        max(columns, len(indent) + _NARROWEST),
        initial_indent=indent + _CAUSE,
        subsequent_indent=indent + " " * len(_CAUSE),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _folded(lines: list[Line]) -> Iterator[list[Line]]:
    """Put equal lines of a burst together."""
    same: list[Line] = []
    for line in lines:
        first = same[-1] if same else line
        is_more = (line.node, line.text) == (first.node, first.text) and line.time - first.time <= _BURST
        if not is_more:
            yield same
            same = []
        same.append(line)
    if same:
        yield same
