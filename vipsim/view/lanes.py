"""What timeline and ladder share: who is in a trace, which window is looked at, and room for labels.

A trace may come from a file that anybody may have edited, so its header is asked with care.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from vipsim.errors import VipsimError
from vipsim.trace import Trace
from vipsim.units import MS, SECOND, Time, format_duration, seconds, to_duration


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a run that is looked at, in ns."""

    start: Time
    end: Time

    def clip(self, start: Time, end: Time) -> tuple[float, float] | None:
        """Return the part of an interval that is inside, in seconds; None if nothing is."""
        low, high = max(start, self.start), min(end, self.end)
        return (low / SECOND, high / SECOND) if low < high else None

    def __contains__(self, time: Time) -> bool:
        return self.start <= time <= self.end


def window(trace: Trace, start: Time | str | None, end: Time | str | None) -> Window:
    """Return the part of the run from `start` to `end` (ns or text; None: its beginning, its end).

    Raises
    ------
    VipsimError
        If nothing of the run is inside.
    """
    low = 0 if start is None else max(0, to_duration(start))
    high = trace.duration if end is None else min(trace.duration, to_duration(end))
    if low >= high:
        run = format_duration(trace.duration)
        raise VipsimError(
            f"no part of the run lies from {format_duration(low)} to {format_duration(high)}: it lasts {run}"
        )
    return Window(low, high)


def scenario_part(trace: Trace, key: str) -> dict[str, Any]:
    """One part of the trace's scenario that is told by names, in the scenario's order, as plain data."""
    scenario = trace.header.get("scenario")
    part = scenario.get(key) if isinstance(scenario, Mapping) else None
    return {str(name): body for name, body in part.items()} if isinstance(part, Mapping) else {}


def scenario_nodes(trace: Trace) -> dict[str, Mapping[str, Any]]:
    """Nodes of the trace's scenario in its order, with their settings as plain data."""
    nodes = scenario_part(trace, "nodes")
    return {name: body if isinstance(body, Mapping) else {} for name, body in nodes.items()}


def in_scenario_order(trace: Trace, names: set[str]) -> list[str]:
    """Return these node names as the scenario orders them, unknown ones by name after them."""
    order = {name: index for index, name in enumerate(scenario_nodes(trace))}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def clients_in_order(trace: Trace, names: Iterable[str]) -> list[str]:
    """Return these clients as the scenario orders them, unknown ones after them."""
    order = {name: index for index, name in enumerate(scenario_part(trace, "clients"))}
    return sorted(by_number(names), key=lambda name: order.get(name, len(order)))


def by_number(names: Iterable[str]) -> list[str]:
    """Names in the order that people expect: alice, app2, app10."""
    return sorted(names, key=_natural)


def _natural(name: str) -> list[tuple[str, int]]:
    """Letters and the number after them, by turns."""
    parts = re.split(r"([0-9]+)", name) + ["0"]
    return [(word, int(number)) for word, number in zip(parts[::2], parts[1::2], strict=True)]


def silence_text(length: Time, censored: bool) -> str:
    """``3.609 s``; of a silence that outlasted the run what it surely lasted: ``> 15.003 s``."""
    return f"> {seconds(length // MS * MS)}" if censored else seconds(length)


def widest(low: float, high: float, cuts: Iterable[float]) -> tuple[float, float]:
    """Return the widest piece (the first of equals) of an interval that is cut at these places."""
    edges = [low, *sorted(cut for cut in cuts if low < cut < high), high]
    return max(pairwise(edges), key=lambda piece: piece[1] - piece[0])


@dataclass(slots=True)
class Shelf:
    """Labels side by side that never overlap: what finds no room is not put there."""

    taken: list[tuple[float, float]] = field(default_factory=list)

    def put(self, low: float, high: float) -> bool:
        """Take the room from `low` to `high` if it is free."""
        if any(low < other_high and other_low < high for other_low, other_high in self.taken):
            return False
        self.taken.append((low, high))
        return True
