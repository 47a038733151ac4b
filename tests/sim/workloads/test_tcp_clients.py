"""Clients that speak TCP: one stream, or a new connection each interval; and the service behind it."""

import pytest

from tests.sim.workloads.worlds import (
    AT,
    BACK,
    WIRE,
    answered_by,
    errors,
    pair,
    run,
    sessions,
    silence,
    silences,
    takeover,
)
from vipsim import Level
from vipsim.units import MS, SECOND
from vipsim.wire.frames import Tcp, TcpFlag


def test_a_calm_stream_is_one_connection_and_no_silence():
    trace = run(pair("tcp", duration="5s"))
    (opened,) = sessions(trace)
    assert (opened.data["event"], opened.data["number"]) == ("open", 1)
    assert silences(trace) == ()
    assert answered_by(trace) == ["db1"]


def test_the_new_owner_resets_the_stream_which_connects_again_at_once():
    trace = run(pair("tcp", "crash:db1@5s"))
    _, failed, second = sessions(trace)
    assert failed.data["error"] == "ECONNRESET"
    assert failed.time > takeover(trace)
    assert 0 < second.time - failed.time < WIRE
    assert answered_by(trace) == ["db1", "db2"]
    last, back = silence(trace)
    assert AT - 10 * MS - WIRE < last <= AT
    assert second.time < back < second.time + 10 * MS + WIRE


def test_the_stream_waits_for_a_retransmission_not_for_the_announcement():
    """RFC 6298: 200 ms, doubling, since the first loss; the first of them after the takeover is reset."""
    for seed in range(1, 6):
        trace = run(pair("tcp", "crash:db1@5s"), seed=seed)
        failed = sessions(trace, "failed")[0]
        lost_at = silence(trace)[0] + 10 * MS  # about: the first message that nobody answered
        grid = [lost_at + 200 * MS * (2**n - 1) for n in range(8)]
        due = next(at for at in grid if at > takeover(trace))
        assert abs(failed.time - due) < 60 * MS  # the probe of a lost tail may come first (RFC 8985)


def test_a_stream_outlives_a_cut_and_loses_nothing_of_what_it_said():
    trace = run(pair("tcp", "isolate:app1@5s", "heal:app1@6s"))
    assert len(sessions(trace)) == 1
    assert len(silences(trace)) == 1
    assert trace.metrics.clients["app1"].lost == 0


def test_user_timeout_and_keepalive_find_out():
    """Nobody takes over: the timeouts of TCP are what the client has."""
    dead = pair("tcp", "crash:db1@5s", "crash:db2@5s", tcp__user_timeout="3s")
    failed = sessions(run(dead), "failed")[0]
    assert failed.data["error"] == "ETIMEDOUT"
    assert AT + 3 * SECOND <= failed.time < AT + 4 * SECOND
    waiting = pair(
        "tcp",
        "crash:db1@5s",
        "crash:db2@5s",
        tcp__reads_only=True,
        tcp__keepalive="1s",
        tcp__keepalive_interval="500ms",
        tcp__keepalive_probes=3,
    )
    failed = sessions(run(waiting), "failed")[0]
    assert failed.data["error"] == "ETIMEDOUT"
    # The last probe that was answered went out at most 1 s before; then three, 500 ms apart.
    assert AT + 1500 * MS - WIRE <= failed.time <= AT + 2500 * MS + WIRE


def test_who_only_reads_never_finds_out_and_is_not_measured():
    trace = run(pair("tcp", "crash:db1@5s", tcp__reads_only=True))
    assert [record.data["event"] for record in sessions(trace)] == ["open"]
    assert silences(trace) == ()


# --- the service ---------------------------------------------------------------------------


def test_a_stopped_service_closes_and_refuses_and_a_started_one_accepts():
    trace = run(pair("tcp", "service_stop:db1.database@5s", "service_start:db1.database@11s"))
    told = [(record.data["event"], record.data["error"]) for record in sessions(trace)]
    assert told[0] == ("open", "")
    assert told[1] == ("failed", "closed by the service")
    assert set(told[2:-1]) == {("failed", "ECONNREFUSED")}
    assert told[-1] == ("open", "")
    # A refused client tries at its next turn, no sooner: 10 ms apart for 6 s.
    assert 590 <= len(told) - 3 <= 601
    assert BACK < silence(trace)[1] < BACK + 20 * MS + WIRE


def test_a_hung_service_keeps_its_connections_and_answers_all_of_it_later():
    trace = run(pair("tcp", "service_hang:db1.database@5s", "service_start:db1.database@11s"))
    assert len(sessions(trace)) == 1
    assert trace.metrics.clients["app1"].lost == 0
    last, first = silence(trace)
    assert last <= AT + WIRE
    assert BACK <= first < BACK + WIRE


def test_new_connections_to_a_hung_service_are_accepted_by_its_kernel():
    trace = run(pair("connect", "service_hang:db1.database@5s", interval="100ms"))
    assert silences(trace) == ()
    assert errors(trace) == set()


def test_a_frozen_host_goes_on_with_its_connections():
    trace = run(pair("tcp", "freeze:db1@5s", "thaw:db1@6s"))
    assert len(sessions(trace)) == 1
    assert trace.metrics.clients["app1"].lost == 0


def test_a_rebooted_host_knows_no_connection_and_its_service_listens_again():
    trace = run(pair("tcp", "reboot:db1@5s"))
    assert "ECONNRESET" in errors(trace)
    assert len(sessions(trace, "open")) == 2


# --- a new connection each interval --------------------------------------------------------


def test_connections_take_a_round_trip_and_are_closed_again():
    trace = run(pair("connect", duration="2s", interval="100ms"), level=Level.FRAMES)
    opened = sessions(trace, "open")
    assert len(opened) == 20
    assert {record.data["took"] < MS for record in opened} == {True}
    fins = [f for f in trace.frames if isinstance(f.frame.packet, Tcp) and f.frame.packet.flags & TcpFlag.FIN]
    assert {f.src for f in fins} >= {"app1.bond0", "db1.bond0"}


def test_a_connection_of_the_gap_takes_the_whole_seconds_of_its_syns():
    """tcp_syn_linear_timeouts: the SYN is repeated each second, so that is what the connection takes."""
    trace = run(pair("connect", "crash:db1@5s", interval="100ms"))
    slow = [record for record in sessions(trace, "open") if record.data["took"] > 10 * MS]
    assert len(slow) >= 25
    for record in slow:
        took = record.data["took"]
        waited = takeover(trace) - (record.time - took)
        assert took // SECOND == -(-waited // SECOND)
        assert took % SECOND < WIRE
    assert errors(trace) == set()
    # The first that works is whichever SYN comes first after the takeover: at most an interval later.
    assert silence(trace)[1] - takeover(trace) < 100 * MS + WIRE
    assert trace.metrics.sessions["app1"].slowest == max(record.data["took"] for record in slow)


def test_attempts_that_come_in_late_make_no_silence():
    """Those of the gap open second by second, among the new ones, and no two turns are evenly apart."""
    trace = run(pair("connect", "crash:db1@5s", "jitter:app1:5ms@0s", interval="100ms"))
    assert len(silences(trace)) == 1


def test_refused_and_unreachable():
    stopped = run(pair("connect", "service_stop:db1.database@5s", interval="100ms", duration="8s"))
    assert errors(stopped) == {"ECONNREFUSED"}
    assert all(record.data["took"] < MS for record in sessions(stopped, "failed"))
    gone = pair("connect", "crash:db1@0s", "crash:db2@0s", interval="1s", duration="20s")
    trace = run(gone)
    assert errors(trace) == {"EHOSTUNREACH"}
    # mcast_solicit x retrans_time of the neighbor cache: three requests, a second apart
    assert {record.data["took"] // SECOND for record in sessions(trace, "failed")} <= {0, 1, 2, 3}
    assert sessions(trace, "failed")[0].data["took"] // MS == pytest.approx(3000, abs=5)


def test_an_entry_that_leads_nowhere_times_out():
    """The old owner's MAC is in the cache for ever: the SYNs go there until TCP gives up."""
    scenario = pair("connect", "crash:db1@5s", "crash:db2@5s", interval="10s", duration="150s", start="1s")
    scenario = scenario.with_setting("nodes.app1.neighbor", "rfc826")
    trace = run(scenario)
    assert errors(trace) == {"ETIMEDOUT"}
    tooks = [record.data["took"] for record in sessions(trace, "failed")]
    # 4 of a second each, then 1, 2, 4, ... 64 s: 131 s (tcp_syn_retries 6, tcp_syn_linear_timeouts 4)
    assert {round(took / SECOND) for took in tooks} == {131}
