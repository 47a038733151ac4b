"""The JSON document of one run: the numbers, for scripts.

Keys that end in ``_s`` are seconds as JSON numbers whose text is the exact decimal (an int when
whole), keys that end in ``_ns`` the same time as an integer; both are null when it did not happen. A
script that compares or adds uses ``_ns``. Without a fault, `fault` is ``-`` and `fault_at_s` is the takeover.
A client's `blackout_s` with `censored` true means "longer than".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vipsim.trace.outcome import Failover, parts
from vipsim.trace.outcome_services import DatabaseSummary, SessionSummary
from vipsim.trace.plain import seconds_number
from vipsim.trace.records import Level
from vipsim.units import Time

if TYPE_CHECKING:
    from vipsim.trace.trace import Trace


def to_document(trace: Trace) -> dict[str, Any]:
    """Return the document of `trace`; what needs its records is null at level summary."""
    metrics, kept = trace.metrics, trace.level >= Level.PROTOCOL
    document: dict[str, Any] = {
        "scenario": trace.name,
        "seed": trace.seed,
        "digest": trace.digest if kept else None,
        **_time("duration", trace.duration),
        "failovers": [failover_document(failover) for failover in metrics.failovers],
        "clients": {
            name: {
                **_time("blackout", client.blackout),
                **_time("longest", client.longest),
                **_time("resolution", client.resolution),
                "censored": client.censored,
                "silences": len(client.silences),
                "lost": client.lost,
            }
            for name, client in metrics.clients.items()
        },
        **_time("dual_master", metrics.dual_master),
        **_time("dual_owner", metrics.dual_owner),
        "false_failovers": metrics.false_failovers,
        "adverts": metrics.adverts,
        "events": metrics.events,
        "frames": metrics.frames,
        "databases": {name: _database(one) for name, one in metrics.databases.items()},
        "sessions": {name: _session(one) for name, one in metrics.sessions.items()},
        "violations": None,
        "misconfigured": None,
    }
    if kept:
        document["violations"] = [
            {"rule": found.rule, **_time("time", found.time), "text": found.text, "record": found.record}
            for found in trace.violations
        ]
        document["misconfigured"] = [found.text for found in trace.misconfigured]
    return document


def failover_document(failover: Failover) -> dict[str, Any]:
    """Return one failover as the document has it."""
    return {
        "kind": failover.kind,
        "machine": failover.machine,
        "fault": failover.fault,
        "old": failover.old,
        "new": failover.new,
        "why": failover.why,
        "false": failover.false,
        "needless": failover.needless,
        **_time("fault_at", failover.fault_at),
        **_time("detection", failover.detection),
        **_time("election", failover.election),
        **_time("announcement", failover.announcement),
        **_time("repair", failover.repair),
        **_time("convergence", failover.convergence),
        "clients": {
            name: {
                **_time("blackout", outage.blackout),
                "censored": outage.censored,
                "parts_ns": parts(failover, name),
            }
            for name, outage in failover.clients.items()
        },
    }


def _database(database: DatabaseSummary) -> dict[str, Any]:
    return {
        "acknowledged": database.acknowledged,
        "lost": database.lost,
        **_time("two_writers", database.two_writers),
        "promotions": [
            {
                "server": promotion.server,
                "fault": promotion.fault,
                "timeline": promotion.timeline,
                **_time("fault_at", promotion.fault_at),
                **_time("asked_at", promotion.asked_at),
                **_time("primary_at", promotion.primary_at),
                **_time("first_commit", promotion.first_commit),
            }
            for promotion in database.promotions
        ],
    }


def _session(session: SessionSummary) -> dict[str, Any]:
    return {
        "opened": session.opened,
        **_time("slowest", session.slowest),
        "retried": session.retried,
        "errors": dict(session.errors),
    }


def _time(name: str, value: Time | None) -> dict[str, Any]:
    return {f"{name}_s": seconds_number(value), f"{name}_ns": value}
