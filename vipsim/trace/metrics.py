"""The numbers of a run, reduced while it runs.

`Reducers` is fed by the recorder, event by event, and keeps only what the numbers need; `measure`
feeds it from the records of a stored trace. Both give equal metrics at every level of recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vipsim.trace.databases import Databases
from vipsim.trace.facts import Facts
from vipsim.trace.facts_reading import read_facts
from vipsim.trace.outcome import Metrics
from vipsim.trace.overlaps import DualOwner
from vipsim.trace.records import Record
from vipsim.trace.sessions import SessionCounts
from vipsim.trace.silences import Silences
from vipsim.trace.takeovers import Takeovers
from vipsim.units import Time

Handler = Callable[[Time, str, dict[str, Any]], None]


class Reducers:
    """All reducers of one run; `handlers` says who takes records of which kind."""

    def __init__(self, header: Mapping[str, Any], facts: Facts | None = None) -> None:
        if facts is None:
            facts = read_facts(header)
        self._takeovers = takeovers = Takeovers(facts)
        self._owners = owners = DualOwner()
        self._silences = silences = Silences(facts)
        self._databases = databases = Databases()
        self._sessions = sessions = SessionCounts()
        self.handlers: dict[str, tuple[Handler, ...]] = {
            "fault": (takeovers.on_fault,),
            "daemon": (takeovers.on_daemon,),
            "state": (takeovers.on_state,),
            "advert": (takeovers.on_advert,),
            "announce": (takeovers.on_announce,),
            "vip": (owners.on_vip, takeovers.on_vip),
            "gap": (silences.on_gap,),
            "answered": (silences.on_answered,),
            "session": (sessions.on_session,),
            "database": (databases.on_database,),
            "writer": (databases.on_writer,),
            "commit": (databases.on_commit,),
            "acknowledged": (databases.on_acknowledged,),
            "stored": (databases.on_stored,),
        }

    def finish(self, end: Time, counts: Mapping[str, int]) -> Metrics:
        """Return the metrics of the run that ended at `end` (ns)."""
        takeovers = self._takeovers
        failovers = tuple(self._silences.complete(takeover, end) for takeover in takeovers.takeovers)
        return Metrics(
            failovers=failovers,
            clients=self._silences.summaries(end, failovers),
            dual_master=takeovers.masters.total(end),
            dual_owner=self._owners.owners.total(end),
            false_failovers=sum(failover.false for failover in failovers),
            adverts=takeovers.adverts,
            events=counts.get("events", 0),
            frames=counts.get("frames_sent", 0),
            databases=self._databases.summaries(end, failovers),
            sessions=self._sessions.summaries(),
        )


def measure(
    header: Mapping[str, Any], records: Iterable[Record], end: Time, counts: Mapping[str, int]
) -> Metrics:
    """Return the metrics of stored `records`: the same as the recorder made while they happened."""
    reducers = Reducers(header)
    for record in records:
        for handle in reducers.handlers.get(record.kind, ()):
            handle(record.time, record.node, record.data)
    return reducers.finish(end, counts)
