"""Octets arrive once and in order, whatever the pipe loses; acknowledgements and probes on the way."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.machines.tcp_pipe import (
    LATENCY,
    Pipe,
    echoing,
    times,
)
from vipsim.machines.tcp.words import TcpSettings, TcpState, plus
from vipsim.units import MS, SECOND
from vipsim.wire.frames import TcpFlag

S, A, R, F, P = TcpFlag.SYN, TcpFlag.ACK, TcpFlag.RST, TcpFlag.FIN, TcpFlag.PSH


def test_nagle_holds_small_segments_back():
    sizes = {}
    for nodelay in (True, False):
        pipe = Pipe(TcpSettings(nodelay=nodelay)).connected()
        count = len(pipe.client.sent)
        for _ in range(5):
            pipe.send(b"12345678")
        pipe.run(pipe.now + SECOND)
        assert pipe.server.heard == b"12345678" * 5
        sizes[nodelay] = [len(packet.payload) for _, packet in pipe.client.sent[count:] if packet.payload]
    assert sizes == {True: [8] * 5, False: [8, 32]}


def test_an_interactive_session_delays_its_acknowledgements():
    """Once the owner has answered, an acknowledgement waits 40 ms for the next answer."""
    pipe = Pipe(TcpSettings(), TcpSettings()).connected()
    pipe.send()
    pipe.run(pipe.now + MS)
    assert pipe.server.sent[-1][1].flags == A, "a reader acknowledges at once"
    pipe.server.answer = lambda data: b"yes"
    pipe.send()
    pipe.run(pipe.now + MS)
    pipe.server.answer = lambda data: b""
    at = pipe.now
    pipe.send()
    pipe.run(at + SECOND)
    assert times(pipe.server, at) == [pytest.approx((40 * MS + LATENCY) / SECOND)]
    at = pipe.now
    pipe.send()
    pipe.run(at + SECOND)
    assert times(pipe.server, at) == [LATENCY / SECOND], "it went unused: at once from now on"


def test_much_is_acknowledged_at_once():
    pipe = echoing(warm=SECOND)
    pipe.server.answer = lambda data: b""
    at = pipe.now
    pipe.send(b"x" * 2920)
    pipe.run(at + MS)
    assert pipe.client.machine.out.is_drained


def test_one_lost_segment_in_a_stream_is_repeated_when_the_next_arrives():
    pipe = echoing()
    since, first = pipe.now, pipe.client.machine.out.nxt
    pipe.drop = lambda now, packet: packet.seq == first and now == since
    pipe.stream(since + 300 * MS)
    again = times(pipe.client, since, seq=first)
    assert again[0] == 0 and again[1] == pytest.approx(0.1, abs=0.001)
    assert len(again) == 2
    assert len(pipe.client.heard) == len(pipe.server.heard)


def test_a_tail_that_is_lost_is_probed():
    """RFC 8985 section 7: two milliseconds and two round trips, and the answer shows the rest of the hole."""
    pipe = Pipe(TcpSettings(), TcpSettings()).connected()
    since = pipe.now
    pipe.drop = lambda now, packet: now == since
    pipe.send(b"x" * 3 * 1460)
    trip = 2 * LATENCY
    probe = since + 2 * MS + 2 * trip
    pipe.run(probe + 3 * trip)
    first = pipe.client.sent[-6][1].seq
    again = [(at, (packet.seq - first) // 1460) for at, packet in pipe.client.sent if at > since]
    assert again == [(probe, 2), (probe + trip, 0), (probe + 2 * trip, 1)]
    assert pipe.server.heard == b"x" * 3 * 1460


def test_the_last_of_a_flight_is_probed_with_time_for_a_delayed_acknowledgement():
    pipe = Pipe(TcpSettings(), TcpSettings()).connected()
    since = pipe.now
    lost = plus(pipe.client.machine.out.nxt, 1460)
    pipe.drop = lambda now, packet: packet.seq == lost and now == since
    pipe.send(b"x" * 2 * 1460)
    pipe.run(since + SECOND)
    trip = 2 * LATENCY
    assert times(pipe.client, since, seq=lost)[1:] == [
        pytest.approx((200 * MS + 2 * trip) / SECOND, abs=1e-3)
    ]
    assert len(pipe.server.heard) == 2 * 1460


@settings(max_examples=60, deadline=None)
@given(
    st.data(),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.lists(st.binary(min_size=1, max_size=4000), min_size=1, max_size=12),
    st.integers(0, 60),
    st.booleans(),
)
def test_a_lossy_pipe_delivers_each_octet_once_and_in_order(data, iss, irs, writes, percent, closes):
    """Whatever is lost, in both directions, at any place on the circle of sequence numbers."""
    random = data.draw(st.randoms(use_true_random=False))
    pipe = Pipe(TcpSettings(), TcpSettings(), (iss, irs))
    pipe.server.answer = (lambda data: b"") if closes else lambda data: data[::2]
    pipe.drop = lambda now, packet: now < 100 * SECOND and random.random() * 100 < percent
    pipe.delay = lambda packet: 10 * MS
    pipe.open()
    pipe.run(60 * SECOND)
    assume(pipe.client.state is pipe.server.state is TcpState.ESTABLISHED)
    for write in writes:
        pipe.send(write)
        pipe.run(pipe.now + random.choice((0, 1, 50, 300)) * MS)
    if closes:
        pipe.close(pipe.client)
    pipe.run(900 * SECOND)
    sent = b"".join(writes)
    assert pipe.server.heard == sent
    if not closes:
        assert pipe.client.state is TcpState.ESTABLISHED
        assert len(pipe.client.heard) >= len(sent) // 2
        assert pipe.client.machine.out.is_drained and pipe.server.machine.out.is_drained
