"""The client's answers, from what is kept of them: who answers from when on, and the silences between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vipsim.units import Time

Gap = tuple[Time, Time, str, str]
"""Last answer before, first one after, and who gave them."""


@dataclass(frozen=True, slots=True)
class Run:
    """Answers of one node, one after the other."""

    node: str
    first: Time
    last: Time
    count: int


@dataclass(frozen=True, slots=True)
class Replies:
    """What a client with a fixed interval heard in one run (ns)."""

    owners: Sequence[tuple[Time, str]]
    """First answer of a node after those of another one."""
    silences: Sequence[tuple[Time, Time | None]]
    """Last answer before, and first one after (None: at the end of the run there was none)."""
    interval: Time
    last: Time
    """Last answer in the run."""

    def stretches(self) -> list[tuple[str, Time, Time]]:
        """Who answered every probe, from the first to the last answer of it."""
        if not self.owners:
            return []
        ends = {first: last for last, first in self.silences if first is not None}
        changes = dict(self.owners)
        begins = sorted({*changes, *(first for first in ends if first >= self.owners[0][0])})
        found: list[tuple[str, Time, Time]] = []
        for begin, following in zip(begins, [*begins[1:], None], strict=True):
            node = changes.get(begin) or found[-1][0]
            end = self.last if following is None else ends.get(following, following - self.interval)
            found.append((node, begin, max(begin, end)))
        return found


def runs_of(replies: Replies, begin: Time, end: Time) -> list[Run]:
    """The runs of answers of one node each, from `begin` to `end`."""
    found: list[Run] = []
    for node, first, last in _within(replies, begin, end):
        count = (last - first) // replies.interval + 1
        if found and found[-1].node == node:
            before = found.pop()
            found.append(Run(node, before.first, last, before.count + count))
        else:
            found.append(Run(node, first, last, count))
    return found


def gaps_of(replies: Replies, begin: Time, end: Time, longer: Time) -> list[Gap]:
    """Silences longer than `longer` between two answers, both of them from `begin` to `end`."""
    found: list[Gap] = []
    stretches = _within(replies, begin, end)
    for (before, _, last), (after, first, _) in pairwise(stretches):
        if first - last > longer:
            found.append((last, first, before, after))
    return found


def _within(replies: Replies, begin: Time, end: Time) -> list[tuple[str, Time, Time]]:
    """The stretches between two times; answers stay on the grid of the probes."""
    found = []
    for node, first, last in replies.stretches():
        if first < begin:
            first += -((first - begin) // replies.interval) * replies.interval
        if last > end:
            last -= -((end - last) // replies.interval) * replies.interval
        if first <= last and first <= end and last >= begin:
            found.append((node, first, last))
    return found
