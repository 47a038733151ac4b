"""What a daemon was over a run, without holes: its states, and why there was none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from vipsim.trace import Record, Trace
from vipsim.units import Time
from vipsim.view.palette import DOWN, STOPPED

Interval = tuple[Time, Time]
_Test = Callable[[Record], bool]
_DARK = ("crash", "power")
"""Faults that take the whole machine, not only the daemon."""


def pieces(trace: Trace, node: str, machine: str) -> list[tuple[Time, Time, str, bool]]:
    """Return (from, to, state, whether it stood still) over the whole run.

    Where there is no state the daemon is dead: `DOWN` with its machine, or only `STOPPED` on a machine that
    lives on and may still answer.
    """
    intervals = trace.states()[node, machine]
    edges = [0, *(time for start, end, _ in intervals for time in (start, end)), trace.duration]
    dead = zip(edges[::2], edges[1::2], strict=True)
    dark, frozen = _dark(trace, node), _frozen(trace, node)
    found = [
        (low, high, DOWN if is_dark else STOPPED, False)
        for start, end in dead
        for low, high, is_dark in _cut(start, end, dark)
    ]
    for start, end, state in intervals:
        found += [(low, high, state, is_still) for low, high, is_still in _cut(start, end, frozen)]
    return found


def _cut(start: Time, end: Time, parts: list[Interval]) -> list[tuple[Time, Time, bool]]:
    """An interval in pieces: those within one of the parts, and the others."""
    cuts = sorted({start, end, *(time for part in parts for time in part if start < time < end)})
    return [(a, b, any(low <= a < high for low, high in parts)) for a, b in pairwise(cuts)]


def _dark(trace: Trace, node: str) -> list[Interval]:
    """Intervals in which the whole machine was without power: from the fault until its daemon starts."""
    events = sorted([*trace.select("fault"), *trace.select("daemon", node)], key=lambda r: (r.time, r.id))
    return _spans(events, lambda r: _is_blow(r, node), lambda r: _is_return(r, node), trace.duration)


def _is_blow(record: Record, node: str) -> bool:
    data = record.data
    is_here = record.kind == "fault" and data.get("target") == node
    return bool(is_here and data.get("word") in _DARK and data.get("phase") != "end")


def _is_return(record: Record, node: str) -> bool:
    data = record.data
    if record.kind == "daemon":
        return bool(data["act"] == "start")
    is_end = data.get("word") in _DARK and data.get("phase") == "end"
    return bool(data.get("target") == node and (is_end or data.get("word") == "reboot"))


def _frozen(trace: Trace, node: str) -> list[Interval]:
    """Intervals in which the node's processes stood still."""
    events = trace.select("daemon", node)
    return _spans(
        events, lambda r: r.data["act"] == "freeze", lambda r: r.data["act"] != "freeze", trace.duration
    )


def _spans(events: list[Record], begins: _Test, ends: _Test, duration: Time) -> list[Interval]:
    """Intervals from a record that begins one to the next that ends it, or to the end of the run."""
    found: list[Interval] = []
    since: Time | None = None
    for record in events:
        if begins(record):
            since = record.time if since is None else since
        elif since is not None and ends(record):
            found.append((since, record.time))
            since = None
    return found if since is None else [*found, (since, duration)]
