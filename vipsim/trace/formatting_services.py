"""Databases and connections in words: lines of a run's report, and sentences of its story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vipsim.trace.outcome import Failover, Metrics
from vipsim.trace.outcome_services import DatabaseSummary, Promotion, SessionSummary
from vipsim.units import Time, format_duration, seconds


def service_lines(metrics: Metrics) -> Iterator[str]:
    """Yield what a report says of databases and connections; nothing if there were none."""
    for name, database in metrics.databases.items():
        yield from ("", *_database_lines(name, database))
    if metrics.sessions:
        yield from ("", "connections of the clients:")
    for name, session in metrics.sessions.items():
        yield f"  {name:<12} {_session_text(session)}"


def _database_lines(name: str, database: DatabaseSummary) -> Iterator[str]:
    yield (
        f"database {name}: {_rows(database.acknowledged)} acknowledged, {database.lost} of them lost, "
        f"two writers for {seconds(database.two_writers)}"
    )
    for promotion in database.promotions:
        yield f"  {promotion.server} promoted, fault {promotion.fault} at {seconds(promotion.fault_at)}"
        for what, at in _steps(promotion):
            yield f"  {what:<12} {'-' if at is None else seconds(at - promotion.fault_at):>9}"


def _steps(promotion: Promotion) -> list[tuple[str, Time | None]]:
    return [
        ("notify", promotion.asked_at),
        ("primary", promotion.primary_at),
        ("first commit", promotion.first_commit_at),
    ]


def _session_text(session: SessionSummary) -> str:
    said = []
    if session.opened:
        said.append(f"{session.opened} opened, the slowest in {format_duration(session.slowest)}")
    if session.retried:
        said.append(f"{session.retried} answered after a retry")
    said.append(_failed(session.errors) or "none failed")
    return "; ".join(said)


def _failed(errors: Mapping[str, int]) -> str:
    named = ", ".join(f"{error} {times}" for error, times in errors.items())
    return f"failed: {named}" if named else ""


def failed_text(metrics: Metrics, client: str, failover: Failover | None = None) -> str:
    """Which connections of a client broke: ``, failed: ECONNRESET 2``; empty if none did.

    A client that was not silent may have lost its connection all the same. A failure belongs to the last
    failover that had begun; without one given, all are told.
    """
    session = metrics.sessions.get(client)
    if session is None:
        return ""
    errors = session.errors
    if failover is not None:
        others = [one.fault_at for one in metrics.failovers if client in one.clients and one is not failover]
        until = min((at for at in others if at > failover.fault_at), default=None)
        errors = Counter(
            error
            for at, error in session.failures
            if at >= failover.fault_at and (until is None or at < until)
        )
    text = _failed(errors)
    return f", {text}" if text else ""


def _rows(number: int) -> str:
    return f"{number} row{'' if number == 1 else 's'}"


# --- sentences -----------------------------------------------------------------------------


def _session(data: dict[str, Any]) -> str:
    number, took = data.get("number", "-"), seconds(data["took"])
    if data["event"] == "open":
        return f"connection {number} is open after {took}"
    if data["event"] == "retried":
        return f"look-up {number} is answered after {took} and {data['error']}"
    return f"{number} failed: {data['error']}"


def _writer(data: dict[str, Any]) -> str:
    if data["act"] != "begin":
        return f"database {data['database']} takes no more writes"
    return f"database {data['database']} takes writes (timeline {data.get('timeline')})"


def _pairs(rows: list[list[int]]) -> str:
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in rows) or "none"


def _stored(data: dict[str, Any]) -> str:
    each = "; ".join(f"{client} {_pairs(rows)}" for client, rows in data["rows"].items())
    return f"database {data['database']} ({data['role']}) has rows of {each or 'nobody'}"


SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "session": _session,
    "database": lambda data: (
        f"database {data['database']} {data['old']} -> {data['new']} ({data.get('why', '')})"
    ),
    "writer": _writer,
    "commit": lambda data: f"row {data.get('number')} is committed by {data['server']}",
    "acknowledged": lambda data: f"acknowledged rows: {_pairs(data['rows'])}",
    "stored": _stored,
}
"""How each kind of record is told."""
