"""What became of replicated databases, reduced while the run goes on.

*Time to the first committed write*: from the fault behind the failover whose notify promoted a standby to
the first row that a client hears to be committed on the new timeline.

*Rows lost*: acknowledged to a client, and not on the primary of the latest timeline when the run ends. A row
without an answer may be there or not; it is nobody's loss.

*Two writers*: two servers are primary, run, and acknowledge without asking a standby. It does not matter
whether a client reaches both: nobody would stop one that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vipsim.trace.outcome import NO_FAULT, Failover
from vipsim.trace.outcome_services import DatabaseSummary, Promotion
from vipsim.trace.overlaps import Overlap
from vipsim.trace.ranges import Ranges, count, without
from vipsim.units import Time

PRIMARY, PROMOTING = "PRIMARY", "PROMOTING"


@dataclass(slots=True)
class _Asked:
    """A promotion under way."""

    server: str
    at: Time
    primary_at: Time | None = None
    timeline: int | None = None
    first_commit_at: Time | None = None


@dataclass(slots=True)
class _Database:
    """What is known of one database."""

    writers: Overlap = field(default_factory=Overlap)
    asked: list[_Asked] = field(default_factory=list)
    acknowledged: dict[str, Ranges] = field(default_factory=dict)
    survivor: dict[str, Ranges] = field(default_factory=dict)
    """Rows of the primary of the latest timeline, by client."""
    rank: tuple[bool, int] = (False, 0)
    """(is primary, timeline) of the server whose rows they are."""


class Databases:
    """Keeps what the numbers of every database need."""

    def __init__(self) -> None:
        self._known: dict[str, _Database] = {}

    def _get(self, data: dict[str, Any]) -> _Database:
        return self._known.setdefault(data["database"], _Database())

    def on_database(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``database``: a change of role."""
        database = self._get(data)
        if data["new"] == PROMOTING:
            database.asked.append(_Asked(node, time))
        elif data["new"] == PRIMARY and data["old"] == PROMOTING:
            mine = [asked for asked in database.asked if asked.server == node]
            if mine:
                mine[-1].primary_at, mine[-1].timeline = time, data["timeline"]

    def on_writer(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``writer``: a server begins or ends to take writes."""
        if not data["synchronous"]:
            writers = self._get(data).writers
            change = writers.add if data["act"] == "begin" else writers.remove
            change(time, data["database"], node)

    def on_commit(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``commit``: the first row that a client knows of on a timeline."""
        for asked in self._get(data).asked:
            is_it = asked.server == data["server"] and asked.timeline == data["timeline"]
            if is_it and asked.first_commit_at is None:
                asked.first_commit_at = time

    def on_acknowledged(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``acknowledged``: the rows that a client knows to be committed."""
        self._get(data).acknowledged[data["client"]] = data["rows"]

    def on_stored(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``stored``: the rows that a server has at the end."""
        database = self._get(data)
        rank = (data["role"] == PRIMARY, data["timeline"])
        if rank > database.rank:
            database.rank, database.survivor = rank, data["rows"]

    def summaries(self, end: Time, failovers: Sequence[Failover]) -> dict[str, DatabaseSummary]:
        """Sum up each database over a run that ended at `end` (ns) with these failovers."""
        return {name: _summary(known, end, failovers) for name, known in self._known.items()}


def _summary(known: _Database, end: Time, failovers: Sequence[Failover]) -> DatabaseSummary:
    return DatabaseSummary(
        acknowledged=sum(map(count, known.acknowledged.values())),
        lost=sum(
            count(without(rows, known.survivor.get(client, ())))
            for client, rows in known.acknowledged.items()
        ),
        two_writers=known.writers.total(end),
        promotions=tuple(_promotion(asked, failovers) for asked in known.asked),
    )


def _promotion(asked: _Asked, failovers: Sequence[Failover]) -> Promotion:
    """Put a promotion to the failover that asked for it: the last one to that server until then."""
    behind = [one for one in failovers if one.new == asked.server and one.takeover_at <= asked.at]
    return Promotion(
        server=asked.server,
        fault=behind[-1].fault if behind else NO_FAULT,
        fault_at=behind[-1].fault_at if behind else asked.at,
        asked_at=asked.at,
        timeline=asked.timeline,
        primary_at=asked.primary_at,
        first_commit_at=asked.first_commit_at,
    )
