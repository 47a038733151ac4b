"""Clients that speak UDP: asked and answered, one way only, and the resolver with its retries."""

import pytest

from tests.sim.workloads.worlds import (
    AT,
    BACK,
    WIRE,
    answered_by,
    pair,
    run,
    sessions,
    silence,
    silences,
    takeover,
)
from vipsim import Level
from vipsim.trace import Trace
from vipsim.units import MS, SECOND
from vipsim.wire.frames import Udp


def from_service(trace: Trace) -> list:
    """Datagrams that left the service."""
    return [
        frame
        for frame in trace.frames
        if frame.src.startswith("db")
        and isinstance(frame.frame.packet, Udp)
        and frame.frame.packet.sport == 5432
    ]


@pytest.mark.parametrize("over", ["udp", "oneway"])
def test_a_crash_silences_until_the_takeover_and_the_next_datagram(over):
    trace = run(pair(over, "crash:db1@5s"))
    last, first = silence(trace)
    assert AT - 10 * MS - WIRE < last <= AT
    assert 0 < first - takeover(trace) < 10 * MS + WIRE
    assert answered_by(trace) == (["db1", "db2"])


def test_a_one_way_client_is_never_answered():
    trace = run(pair("oneway", duration="2s"), level=Level.FRAMES)
    assert from_service(trace) == []
    assert silences(trace) == ()
    assert from_service(run(pair("udp", duration="2s"), level=Level.FRAMES))


def test_only_the_way_to_the_service_matters_to_a_one_way_client():
    """The way back is cut: who waits for answers is silent, who only sends is heard."""
    cut = "oneway:db1|app1@5s"
    (asked,) = silences(run(pair("udp", cut)))
    assert asked[0] <= AT
    assert silences(run(pair("oneway", cut))) == ()
    # The way there is cut: both are silent.
    there = "oneway:app1|db1@5s"
    assert silences(run(pair("oneway", there)))
    assert silences(run(pair("udp", there)))


def test_a_service_that_stopped_counts_nothing():
    trace = run(pair("oneway", "service_stop:db1.database@5s", "service_start:db1.database@11s"))
    last, first = silence(trace)
    assert AT - 10 * MS < last <= AT
    assert BACK <= first < BACK + 10 * MS + WIRE
    assert trace.metrics.clients["app1"].lost == 600


# --- DNS -----------------------------------------------------------------------------------


def asked(timeout: str, attempts: int, interval: str = "100ms") -> Trace:
    options = {"dns__timeout": timeout, "dns__attempts": attempts}
    return run(pair("dns", "isolate:db1@5s", "heal:db1@7s", interval=interval, **options))


def begun(record) -> int:
    return record.time - record.data["took"]


def test_a_name_is_asked_again_after_the_timeout_and_fails_after_the_last_attempt():
    """The network is dead from 5 s to 7 s, shorter than a takeover takes: 600 ms is all that a name has."""
    trace = asked("200ms", 3)
    failed = sessions(trace, "failed")
    assert {record.data["error"] for record in failed} == {"EAI_AGAIN"}
    assert {record.data["took"] for record in failed} == {600 * MS}
    # Lost are those asked from 5 s on whose third attempt, 400 ms later, is before 7 s.
    assert all(AT - WIRE < begun(record) < 6600 * MS for record in failed)
    assert len(failed) == 16
    retried = sessions(trace, "retried")
    assert {record.data["took"] // (200 * MS) for record in retried} == {1, 2}
    assert all(record.data["took"] % (200 * MS) < WIRE for record in retried)
    assert all(6600 * MS <= begun(record) < 7 * SECOND for record in retried)
    assert len(retried) == 4


def test_patience_is_timeout_times_attempts_and_costs_time_not_names():
    """Twelve attempts bridge what three do not: nothing fails, the last answer comes a timeout late."""
    trace = asked("200ms", 12)
    assert sessions(trace, "failed") == []
    assert len(sessions(trace, "retried")) == 20
    assert all(record.time < 7 * SECOND + 200 * MS + WIRE for record in sessions(trace, "retried"))


def test_a_retry_is_an_answer_at_the_time_when_it_comes():
    trace = asked("200ms", 3)
    last, first = silence(trace)
    assert AT - 100 * MS - WIRE < last <= AT
    assert 7 * SECOND <= first < 7 * SECOND + 100 * MS + WIRE


def test_a_frozen_resolver_goes_on_with_what_it_had_asked():
    """What had no answer when it froze times out meanwhile and is asked again after."""
    faults = ("isolate:db1@4700ms", "freeze:app1@5s", "heal:db1@5500ms", "thaw:app1@6s")
    trace = run(pair("dns", *faults, interval="100ms", dns__timeout="400ms", dns__attempts=2))
    assert sessions(trace, "failed") == []
    retried = sessions(trace, "retried")
    assert len(retried) == 3
    assert all(4700 * MS < begun(record) < AT for record in retried)
    assert all(6 * SECOND < record.time < 6 * SECOND + 110 * MS for record in retried)


def test_a_rebooted_resolver_has_forgotten_what_it_had_asked():
    faults = ("isolate:db1@4700ms", "crash:app1@5s", "heal:db1@5500ms", "reboot:app1@6s")
    trace = run(pair("dns", *faults, interval="100ms", dns__timeout="3s", dns__attempts=1))
    assert sessions(trace) == []
    assert len(silences(trace)) == 1
