"""Worlds with one client of a chosen kind, and what their traces say."""

from __future__ import annotations

import vipsim as vs
from vipsim.scenario.model import Scenario
from vipsim.trace import Record, Trace
from vipsim.units import MS, SECOND, Time

AT = 5 * SECOND
"""When things break."""
BACK = 11 * SECOND
"""When they come back."""
WIRE = 2 * MS
"""More than any exchange of frames takes here."""


def pair(
    over: str, *faults: str, duration: str = "20s", interval: str = "10ms", **options: object
) -> Scenario:
    """The document's pair with the client app1 asking ``database`` over `over`; options as in the file."""
    scenario = vs.pair(
        faults=faults,
        duration=duration,
        client_probe="database",
        client_interval=interval,
        poll=None,
        phase=0.3,
    )
    scenario = scenario.with_setting("clients.app1.over", over)
    for path, value in options.items():
        scenario = scenario.with_setting("clients.app1." + path.replace("__", "."), value)
    return scenario


def run(scenario: Scenario, seed: int = 2, level: vs.Level = vs.Level.PROTOCOL) -> Trace:
    """One run."""
    return vs.run(scenario, seed=seed, level=level)


def sessions(trace: Trace, event: str | None = None, client: str = "app1") -> list[Record]:
    """What a client told of its connections."""
    return [
        record
        for record in trace.select("session")
        if record.data["client"] == client and event in (None, record.data["event"])
    ]


def errors(trace: Trace) -> set[str]:
    """The errors that app1 met."""
    return set(trace.metrics.sessions["app1"].errors)


def silences(trace: Trace, client: str = "app1") -> tuple[tuple[Time, Time | None], ...]:
    """The silences of a client."""
    return trace.metrics.clients[client].silences


def silence(trace: Trace, client: str = "app1") -> tuple[Time, Time]:
    """Its only silence, which has an end."""
    ((last, first),) = silences(trace, client)
    assert first is not None
    return last, first


def answered_by(trace: Trace, client: str = "app1") -> list[str]:
    """Who answered a client, in turn."""
    return [record.data["by"] for record in trace.select("answered") if record.data["client"] == client]


def takeover(trace: Trace) -> Time:
    """When the standby took over."""
    return trace.failovers[0].takeover_at
