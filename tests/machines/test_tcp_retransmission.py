"""When TCP sends again and when it gives up, against what was recorded (BEHAVIOUR sections 2 and 3).

The recorded times are those of a kernel with HZ = 250, whose timers are up to one place of its wheel late;
so a time agrees if it lies between the machine's own and that plus the lateness of the timers before it.
"""

from __future__ import annotations

import pytest

from tests.machines.tcp_pipe import (
    LATENCY,
    Pipe,
    echoing,
    silence,
    times,
    wheel,
    with_lateness,
)
from vipsim.machines.tcp.words import TcpSettings, TcpState, plus
from vipsim.units import MS, SECOND
from vipsim.wire.frames import IcmpKind

GRID = (0.22, 0.65, 1.5, 3.1, 6.5, 13.1, 26.5, 53, 106.3)
"""Retransmissions of a stream after its peer fell silent (BEHAVIOUR section 2)."""
ROUNDED = 0.1
"""The grid is written with two digits."""


# --- retransmission --------------------------------------------------------------------------


def test_the_recorded_grid_comes_out():
    """Neither the times nor their number are put in: the earliest and the latest kernel enclose them."""
    found = []
    for part in (0.0, 1.0):
        pipe = echoing()
        with_lateness(pipe, part)
        since, first = pipe.now, silence(pipe)
        pipe.stream(since + 130 * SECOND)
        found.append(times(pipe.client, since, seq=first)[1:])
    earliest, latest = found
    assert len(earliest) == len(latest) == len(GRID)
    for low, recorded, high in zip(earliest, GRID, latest, strict=True):
        assert low - ROUNDED <= recorded <= high + ROUNDED, (low, recorded, high)


@pytest.mark.parametrize(
    "recorded",
    [
        (0.225, 0.659, 1.49, 3.153, 6.677, 13.339, 26.639, 54.801),
        (0.237, 0.66, 1.497, 3.156, 6.616, 13.267, 26.584, 54.484, 107.74),
    ],
    ids=["silent.tcp_stream.0", "silent.tcp_stream.2"],
)
def test_each_recorded_distance_is_the_time_out_and_its_lateness(recorded):
    """From one to the next: the machine's own distance, plus at most one place of the wheel."""
    pipe = echoing()
    since, first = pipe.now, silence(pipe)
    pipe.stream(since + 130 * SECOND)
    ours = times(pipe.client, since, seq=first)[1:]
    srtt = 0.008  # of the recorded program; ours answers at once
    for index in range(1, len(recorded)):
        distance = ours[index] - ours[index - 1]
        seen = recorded[index] - recorded[index - 1]
        late = wheel(int(distance * SECOND)) / SECOND
        assert distance * (1 - srtt) <= seen <= distance * (1 + 5 * srtt) + late


def test_a_stream_is_probed_once_before_it_is_repeated():
    """Recorded: two datagrams, a tail loss probe 8 ms after the second, a third, then the first again."""
    pipe = echoing()
    since, first = pipe.now, silence(pipe)
    pipe.stream(since + 300 * MS)
    sent = [(round((at - since) / MS), packet.seq - first) for at, packet in pipe.client.sent if at >= since]
    assert sent == [(0, 0), (100, 100), (104, 100), (200, 200), (208, 0)]


def test_no_new_data_leave_while_a_loss_is_repaired():
    pipe = echoing()
    since = pipe.now
    silence(pipe)
    pipe.stream(since + 20 * SECOND)
    assert len({packet.seq for at, packet in pipe.client.sent if at >= since}) == 3


def test_one_request_is_probed_when_the_time_out_is_due_and_then_doubles():
    """With one segment in flight the probe leaves the receiver time for a delayed acknowledgement."""
    pipe = Pipe(TcpSettings()).connected()
    pipe.server.answer = lambda data: b"answer"
    pipe.stream(SECOND, period=SECOND)
    since = pipe.now
    silence(pipe)
    pipe.send()
    pipe.run(since + 3 * SECOND)
    srtt = pipe.client.machine.srtt / SECOND
    base = 0.2 + srtt
    assert times(pipe.client, since) == pytest.approx([0, base, 2 * base, 4 * base, 8 * base])


def test_without_probes_the_first_repetition_is_the_time_out():
    pipe = Pipe(TcpSettings(tlp=False)).connected()
    pipe.stream(SECOND, period=500 * MS)
    since = pipe.now
    silence(pipe)
    pipe.send()
    pipe.run(since + SECOND)
    base = 0.2 + pipe.client.machine.srtt / SECOND
    assert times(pipe.client, since) == pytest.approx([0, base, 3 * base])


def test_an_answer_ends_the_back_off():
    pipe = echoing()
    since = pipe.now
    silence(pipe)
    pipe.stream(since + 10 * SECOND)
    pipe.drop = lambda now, packet: False
    pipe.run(since + 14 * SECOND)
    assert pipe.client.machine.retries.rto == 204 * MS
    assert pipe.client.heard == pipe.server.heard == b"x" * len(pipe.client.heard)
    assert pipe.client.machine.out.is_drained


def test_gives_up_after_fifteen_minutes():
    """tcp_retries2 = 15: 924.6 s by the model, judged at the first time-out after that."""
    pipe = echoing()
    since = pipe.now
    silence(pipe)
    pipe.stream(since + 1000 * SECOND)
    at, error = pipe.client.events[-1]
    assert error == "ETIMEDOUT"
    assert 924.6 <= (at - since) / SECOND <= 924.6 + 120
    assert not pipe.client.timers


def test_user_timeout_is_met_by_a_timer_cut_short():
    """Recorded: TCP_USER_TIMEOUT 10 s, first repeated at 0.264 s, last at 6.6 s, ETIMEDOUT at 10.481 s."""
    found = []
    for part in (0.0, 1.0):
        pipe = echoing(TcpSettings(hz=250, user_timeout=10 * SECOND))
        with_lateness(pipe, part)
        since, first = pipe.now, silence(pipe)
        pipe.stream(since + 30 * SECOND)
        at, error = pipe.client.events[-1]
        assert error == "ETIMEDOUT"
        repeated = times(pipe.client, since, seq=first)[1:]
        assert len(repeated) == 5
        found.append((at - since) / SECOND - repeated[0])
    assert found[0] == 10
    assert found[0] <= 10.481 - 0.264 <= found[1]


def test_round_trips_are_smoothed_like_linux_does():
    """srtt + max(4 rttvar, 200 ms); a delayed acknowledgement so stretches the grid."""
    pipe = Pipe(TcpSettings()).connected()
    machine = pipe.client.machine
    assert machine.srtt == 2 * LATENCY
    assert machine.retries.rto == 200 * MS + 2 * LATENCY
    pipe.delay = lambda packet: 20 * MS
    pipe.stream(pipe.now + 10 * SECOND)
    assert machine.srtt == pytest.approx(40 * MS, rel=0.05)
    assert machine.retries.rto == pytest.approx(240 * MS, rel=0.05)


# --- a path that breaks ----------------------------------------------------------------------


def test_failed_resolution_undoes_a_doubling():
    """Recorded (absent.tcp_stream.garp): repeated at 13.2, 19.8 and 26.5 s, then 33.1 s: each 6.66 s.

    From 13.2 s on the neighbor is FAILED, so each repetition waits 3.07 s for its resolution in vain.
    """
    pipe = echoing()
    since, first = pipe.now, silence(pipe)
    pipe.unresolved = lambda now, packet: 3_070 * MS if now > since + 10 * SECOND else None
    pipe.stream(since + 40 * SECOND)
    ours = times(pipe.client, since, seq=first)[6:]
    recorded = [13.163, 19.822, 26.475, 33.132]
    late = wheel(6 * SECOND) / SECOND
    assert ours[0] == pytest.approx(recorded[0], abs=0.5)
    for index in (1, 2, 3):
        distance = ours[index] - ours[index - 1]
        assert distance <= recorded[index] - recorded[index - 1] <= distance + late
    assert pipe.client.state is TcpState.ESTABLISHED


def test_a_report_that_comes_too_late_repeats_at_once():
    pipe = echoing()
    since, first = pipe.now, silence(pipe)
    pipe.stream(since + 24 * SECOND)  # the next one is due at 25.9 s, one step earlier at 19.4 s
    before = times(pipe.client, since, seq=first)
    pipe.unreachable()
    assert times(pipe.client, since, seq=first)[len(before) :] == [pytest.approx(24.0, abs=0.11)]


def test_a_report_about_another_segment_changes_nothing():
    pipe = echoing()
    since = pipe.now
    silence(pipe)
    pipe.stream(since + 5 * SECOND)
    machine = pipe.client.machine
    before = (machine.retries.backoff, dict(pipe.client.timers))
    pipe.unreachable(seq=plus(machine.out.una, 100))
    assert (machine.retries.backoff, dict(pipe.client.timers)) == before
    pipe.unreachable(seq=plus(machine.out.una, -100))
    pipe.unreachable(IcmpKind.REDIRECT)
    assert (machine.retries.backoff, dict(pipe.client.timers)) == before


def test_a_report_is_the_reason_when_the_connection_is_given_up():
    pipe = echoing(TcpSettings(hz=250, user_timeout=10 * SECOND))
    since = pipe.now
    silence(pipe)
    pipe.stream(since + 5 * SECOND)
    pipe.unreachable()
    pipe.stream(since + 30 * SECOND)
    assert pipe.client.events[-1][1] == "EHOSTUNREACH"


def test_an_answer_clears_the_reason():
    pipe = echoing(TcpSettings(hz=250, user_timeout=10 * SECOND))
    silence(pipe)
    pipe.stream(pipe.now + 5 * SECOND)
    pipe.unreachable()
    pipe.drop = lambda now, packet: False
    pipe.stream(pipe.now + 10 * SECOND)
    silence(pipe)
    pipe.stream(pipe.now + 30 * SECOND)
    assert pipe.client.events[-1][1] == "ETIMEDOUT"


# --- the neighbor is confirmed ---------------------------------------------------------------


def test_an_advancing_acknowledgement_confirms_at_the_next_transmission():
    pipe = Pipe(TcpSettings()).connected()
    assert pipe.client.confirmed == [2 * LATENCY], "the SYN and ACK, with our acknowledgement"
    pipe.send()
    sent = pipe.now
    pipe.run(pipe.now + 10 * MS)
    assert sent not in pipe.client.confirmed, "nothing new was acknowledged before"
    pipe.send()
    assert pipe.client.confirmed[-1] == pipe.now
    silence(pipe)
    pipe.run(pipe.now + 10 * SECOND)
    assert pipe.client.confirmed[-1] < pipe.now - 9 * SECOND, "repetitions prove nothing"
