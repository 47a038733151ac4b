"""What the lines of a trace's file must not say: what contradicts the other lines, or cannot be at all.

A file may have been edited or put together from two. What is checked here nobody after the reader needs to
ask again. Each function returns what is wrong in a few words, nothing if all is well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vipsim.trace.records import FrameRecord, Record
from vipsim.units import Time

DEEPEST = 40
"""Objects and lists inside one another: a scenario needs a dozen."""
WORLDS = ("sim", "lab", "live")
_HEADER: dict[str, type] = {"name": str, "seed": int, "world": str, "version": str, "scenario": dict}
_SAYS = {str: "text", int: "a whole number", dict: "an object"}


def wrong_in_depth(value: Any, text: str) -> str:
    """Judge how deep the lists and objects of `value` lie inside one another; `text` is its JSON."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return ""
    layer, depth = [value], 0
    while layer:
        inside: list[Any] = []
        for one in layer:
            if isinstance(one, dict):
                inside += one.values()
            elif isinstance(one, list):
                inside += one
        layer = [one for one in inside if isinstance(one, dict | list)]
        depth += 1
        if depth > DEEPEST:
            return f"lists and objects lie more than {DEEPEST} deep inside one another"
    return ""


def wrong_in_header(header: Mapping[str, Any]) -> str:
    """Judge the types of what every header may have."""
    for key, wanted in _HEADER.items():
        value = header.get(key)
        if key in header and (not isinstance(value, wanted) or isinstance(value, bool)):
            return f"{key} of the header must be {_SAYS[wanted]}, not {str(value)[:40]!r}"
    world = header.get("world", WORLDS[0])
    return "" if world in WORLDS else f"world {world[:40]!r} of the header is none of {', '.join(WORLDS)}"


def wrong_in_record(record: Record, before: Sequence[Record], end: Time) -> str:
    """Judge a record by those before it, and by the end of the run in ns."""
    which = f"record {record.id}"
    if record.time > end:
        return f"{which} is of {record.time} ns, after the end of the run at {end} ns"
    if before and record.time < before[-1].time:
        return f"{which} is of {record.time} ns, before the record above it"
    if record.cause >= record.id:
        return f"{which} has record {record.cause} for its cause, which is not before it"
    return ""


def wrong_in_frame(frame: FrameRecord, records: Sequence[Record], end: Time) -> str:
    """Judge a frame by all records, and by the end of the run in ns."""
    which = f"frame {frame.id}"
    if frame.sent > end:
        return f"{which} is sent at {frame.sent} ns, after the end of the run at {end} ns"
    if frame.arrival < frame.sent:
        return f"{which} arrives at {frame.arrival} ns, before it is sent"
    if frame.outcome == "delivered" and frame.arrival > end:
        return f"{which} is delivered at {frame.arrival} ns, after the end of the run at {end} ns"
    if frame.cause > len(records):
        return f"{which} has record {frame.cause} for its cause, but there are {len(records)}"
    if frame.cause and records[frame.cause - 1].time > frame.sent:
        return f"{which} is sent before record {frame.cause}, its cause"
    return ""
