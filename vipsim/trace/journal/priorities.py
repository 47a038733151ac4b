"""The priorities that a router's adverts will show: what a change of something tracked has come to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from vipsim.trace.records import Record


class Coming:
    """The adverts of one router, in order; goodbyes do not count."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._priorities: list[int] = []

    def add(self, number: int, priority: int) -> None:
        """One more advert, later than the others."""
        self._ids.append(number)
        self._priorities.append(priority)

    def after(self, number: int) -> int | None:
        """Return the priority of the first advert after a record; None if there is none."""
        place = bisect_right(self._ids, number)
        return self._priorities[place] if place < len(self._ids) else None


def coming_adverts(adverts: Iterable[Record]) -> dict[str, dict[str, Coming]]:
    """Return the adverts of every router by node and machine."""
    found: dict[str, dict[str, Coming]] = {}
    for record in adverts:
        priority = record.data.get("priority")
        if isinstance(priority, int) and priority > 0:
            machine = str(record.data["machine"])
            found.setdefault(record.node, {}).setdefault(machine, Coming()).add(record.id, priority)
    return found
