"""The parts of a TCP connection by themselves: round trips, queues, and how its timers replace each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machines.tcp_pipe import LATENCY, SERVER, Pipe, echo, echoing, nobody_hears, silence, times
from vipsim.machines.tcp.receive import AckPolicy, ReceiveQueue
from vipsim.machines.tcp.rto import RoundTrip, modelled
from vipsim.machines.tcp.send import SendQueue
from vipsim.machines.tcp.words import TcpSettings, before, length_of, plus
from vipsim.machines.vocabulary import TimerFired
from vipsim.units import MS, SECOND
from vipsim.wire.frames import IcmpKind, Tcp, TcpFlag

A, P = TcpFlag.ACK, TcpFlag.PSH
TRIP = 2 * LATENCY
number = st.integers(0, 2**32 - 1)


@given(number, st.integers(1, 2**31 - 1))
def test_order_on_the_circle(first, distance):
    second = plus(first, distance)
    assert before(first, second) and not before(second, first)
    assert not before(first, first)
    assert plus(second, -distance) == first


def test_syn_and_fin_take_a_number():
    ends = (SERVER, SERVER, 64, 1, 2, 0, 0)
    assert length_of(Tcp(*ends, TcpFlag.SYN | TcpFlag.FIN, b"abc")) == 5
    assert length_of(Tcp(*ends, A | P | TcpFlag.RST, b"abc")) == 3


# --- round trips -------------------------------------------------------------------------------


def test_a_sudden_improvement_counts_an_eighth():
    """By hand: 400 ms, then 40 ms; the deviation of 800 ms grows by (360 - 200) / 8 ms."""
    trip = RoundTrip(TcpSettings())
    trip.sample(400 * MS, 0, 1)
    assert (trip.srtt, trip.variation) == (400 * MS, 800 * MS)
    trip.sample(40 * MS, 0, 1)
    assert (trip.srtt, trip.variation) == (355 * MS, 820 * MS)
    trip.sample(2000 * MS, 0, 1)  # a rise counts in full: 1645 - 820 / 4
    assert trip.variation == (820 + 1645 - 205) * MS


def test_the_variation_shrinks_once_per_round_trip():
    trip = RoundTrip(TcpSettings())
    trip.sample(400 * MS, 0, 10)
    for _ in range(50):
        trip.sample(400 * MS, 5, 20)
    assert trip.variation == 800 * MS, "the first round trip is not over"
    trip.sample(400 * MS, 11, 20)
    assert trip.variation == 800 * MS, "the largest of that round trip was as large"
    trip.sample(400 * MS, 21, 30)
    assert trip.variation == 650 * MS, "a quarter of the way to the floor"
    for una in range(31, 2000, 10):
        trip.sample(400 * MS, una, una + 9)
    assert trip.timeout == pytest.approx(600 * MS, abs=10)


def test_the_time_out_has_limits():
    trip = RoundTrip(TcpSettings(rto_max=10 * SECOND))
    assert trip.timeout == SECOND
    trip.sample(60 * SECOND, 0, 1)
    assert trip.timeout == 10 * SECOND
    assert RoundTrip(TcpSettings(initial_rto=1, hz=100)).timeout == 10 * MS


def test_the_model_of_giving_up():
    """BEHAVIOUR: about 15 minutes; by hand 0.2 s doubled nine times, then 120 s six times."""
    exact = sum(200 * MS << n for n in range(10)) + 6 * 120 * SECOND
    assert modelled(15, 200 * MS, 120 * SECOND) == exact == 924_600 * MS
    assert modelled(3, 200 * MS, 120 * SECOND) == 3 * SECOND
    assert modelled(6, SECOND, 120 * SECOND) == 127 * SECOND


# --- queues ------------------------------------------------------------------------------------


@given(number, st.binary(min_size=1, max_size=60), st.data())
def test_pieces_in_any_order_make_the_whole(start, whole, data):
    """Repeated, overlapping, from anywhere: each octet is delivered once, in order."""
    queue = ReceiveQueue(65_535)
    queue.nxt = start
    places = st.tuples(st.integers(0, len(whole)), st.integers(0, len(whole)))
    pieces = data.draw(st.lists(places, max_size=20))
    pieces += data.draw(st.permutations([(at, at + 7) for at in range(0, len(whole), 5)]))
    heard = b""
    for first, last in pieces:
        heard += queue.take(plus(start, first), whole[first:last])
        assert whole.startswith(heard)
    assert heard == whole
    assert queue.nxt == plus(start, len(whole))


def test_a_shorter_repetition_takes_nothing_away():
    queue = ReceiveQueue(100)
    assert queue.take(3, b"defg") == queue.take(3, b"d") == b""
    assert queue.take(0, b"abc") == b"abcdefg"


def test_the_window_accepts_what_begins_or_ends_in_it():
    queue = ReceiveQueue(100)
    queue.nxt = 2**32 - 50
    assert queue.accepts(2**32 - 50, 0) and queue.accepts(49, 0)
    assert not queue.accepts(50, 0) and not queue.accepts(2**32 - 51, 0)
    assert queue.accepts(49, 10) and queue.accepts(2**32 - 60, 11)
    assert not queue.accepts(50, 10) and not queue.accepts(2**32 - 60, 10)


def test_an_answer_makes_a_session_interactive_only_if_it_is_quick():
    policy = AckPolicy(TcpSettings())
    policy.sent(0)
    assert not policy.received(SECOND), "nothing was answered yet"
    policy.sent(SECOND + 40 * MS)
    assert not policy.received(2 * SECOND)
    policy.sent(2 * SECOND + 39 * MS)
    assert policy.received(3 * SECOND)
    policy.missed()
    assert not policy.received(4 * SECOND)


def test_slow_start_and_congestion_avoidance():
    queue = SendQueue(0, TcpSettings(mss=1))
    queue.window = 10**6
    queue.write(bytes(1000))

    def fill() -> int:
        count = 0
        while queue.next_segment(0) is not None:
            count += 1
        return count

    assert fill() == 10
    queue.acknowledge(queue.nxt)
    assert fill() == 20
    queue.time_out()
    assert (queue.cwnd, queue.ssthresh) == (1, 10)
    queue.acknowledge(queue.nxt)
    assert queue.cwnd == 21, "in slow start each acknowledged segment counts"
    queue.ssthresh = 10
    queue.acknowledge(queue.nxt)
    assert fill() == 21
    queue.acknowledge(queue.nxt)
    assert fill() == 22, "one more per round trip"


# --- on the pipe -------------------------------------------------------------------------------


def plain() -> Pipe:
    """Connected, with exact timers."""
    return Pipe(TcpSettings(), TcpSettings()).connected()


def test_only_the_end_of_a_write_is_pushed():
    pipe = plain()
    pipe.send(b"x" * 3 * 1460)
    assert [packet.flags for _, packet in pipe.client.sent[-3:]] == [A, A, A | P]


def test_the_peers_window_is_obeyed():
    pipe = Pipe(TcpSettings(), TcpSettings(window=2920)).connected()
    count = len(pipe.client.sent)
    pipe.send(b"x" * 20_000)
    assert [len(packet.payload) for _, packet in pipe.client.sent[count:]] == [1460, 1460]
    pipe.run(pipe.now + SECOND)
    assert len(pipe.server.heard) == 20_000


def test_a_window_that_was_forged_shut_does_not_stop_a_connection():
    pipe = plain()
    machine = pipe.client.machine
    ends = machine.ends
    pipe.arrive(
        pipe.client,
        Tcp(ends.peer, ends.local, 64, ends.pport, ends.lport, machine.into.nxt, machine.out.nxt, A, b"", 0),
    )
    pipe.send(b"still")
    pipe.run(pipe.now + SECOND)
    assert pipe.server.heard == b"still"


def acknowledge(pipe: Pipe, ack: int) -> None:
    ends = pipe.client.machine.ends
    seq = pipe.client.machine.into.nxt
    pipe.arrive(pipe.client, Tcp(ends.peer, ends.local, 64, ends.pport, ends.lport, seq, ack, A))


def test_a_part_of_a_segment_may_be_acknowledged():
    pipe = plain()
    first = silence(pipe)
    pipe.send(b"abcdefgh")
    acknowledge(pipe, plus(first, 3))
    pipe.run(pipe.now + SECOND)
    again = pipe.client.sent[-1][1]
    assert (again.seq, again.payload) == (plus(first, 3), b"defgh")


def test_duplicates_about_a_single_segment_prove_nothing():
    pipe = plain()
    first = silence(pipe)
    pipe.send()
    pipe.run(pipe.now + 50 * MS)
    count = len(pipe.client.sent)
    for _ in range(4):
        acknowledge(pipe, first)
    assert len(pipe.client.sent) == count


def test_a_hole_is_repaired_once_and_its_repetition_has_a_time_out_of_its_own():
    pipe = echoing(TcpSettings(tlp=False))
    first = silence(pipe)
    pipe.send()
    pipe.send()
    since = pipe.now
    pipe.run(since + 50 * MS)
    for _ in range(5):
        acknowledge(pipe, first)
    assert times(pipe.client, since, seq=first) == [0, 0.05]
    pipe.run(since + 400 * MS)
    assert times(pipe.client, since, seq=first)[2:] == [
        pytest.approx(0.05 + pipe.client.machine.retries.trip.timeout / SECOND)
    ]


def test_three_duplicates_are_believed_whatever_the_clock_says():
    pipe = plain()
    first = silence(pipe)
    pipe.send(b"x" * 5 * 1460)
    count = len(pipe.client.sent)
    acknowledge(pipe, first)
    acknowledge(pipe, first)
    assert len(pipe.client.sent) == count, "it may only be late"
    acknowledge(pipe, first)
    assert [packet.seq for _, packet in pipe.client.sent[count:]] == [first]


def test_after_a_probe_the_time_out_counts_from_the_probe():
    pipe = plain()
    since, first = pipe.now, silence(pipe)
    pipe.send(b"x" * 2 * 1460)
    pipe.run(since + 300 * MS)
    probe = 2 * MS + 2 * TRIP
    assert times(pipe.client, since, seq=plus(first, 1460)) == [0, probe / SECOND]
    timeout = pipe.client.machine.retries.trip.timeout
    assert times(pipe.client, since, seq=first) == [0, (probe + timeout) / SECOND]


def test_there_is_no_probe_while_losses_are_repaired():
    pipe = plain()
    first = silence(pipe)
    pipe.send(b"x" * 4 * 1460)
    pipe.run(pipe.now + 300 * MS)
    acknowledge(pipe, plus(first, 1460))
    acknowledge(pipe, plus(first, 3 * 1460))
    count = len(pipe.client.sent)
    pipe.send(b"new")
    assert [packet.payload for _, packet in pipe.client.sent[count:]] == [b"new"]
    assert [name for _, name in pipe.client.timers] == ["retransmit"]


def test_each_episode_has_its_probe():
    pipe = plain()
    for _ in range(2):
        since, first = pipe.now, pipe.client.machine.out.nxt
        pipe.drop = lambda now, packet, at=since: now == at
        pipe.send()
        pipe.run(since + SECOND)
        assert times(pipe.client, since, seq=first)[1:] == [pytest.approx(0.2, abs=0.001)]
        assert pipe.client.machine.retries.total == 0, "the probe was enough"


def test_the_sample_of_repeated_segments_is_that_of_the_last():
    """All arrived, but every acknowledgement was lost until the second repetition."""
    pipe = plain()
    since = pipe.now
    pipe.drop = lambda now, packet: packet.src == SERVER and now < since + 100 * MS
    pipe.send(b"x" * 2 * 1460)
    pipe.run(since + SECOND)
    assert pipe.client.machine.out.is_drained
    assert pipe.client.machine.srtt == pytest.approx(TRIP, abs=TRIP)


def test_an_answer_carries_the_acknowledgement():
    pipe = plain()
    pipe.server.answer = echo
    pipe.send()
    pipe.run(pipe.now + SECOND)
    count = len(pipe.server.sent)
    for _ in range(3):
        pipe.send()
        pipe.run(pipe.now + SECOND)
    assert [packet.payload for _, packet in pipe.server.sent[count:]] == [b"x" * 100] * 3


def test_what_is_out_of_order_or_fills_a_hole_is_acknowledged_at_once():
    pipe = plain()
    pipe.server.answer = echo
    pipe.send()
    pipe.run(pipe.now + 10 * MS)
    assert pipe.server.machine.acks.is_interactive
    pipe.server.answer = lambda data: b""
    since, first = pipe.now, pipe.client.machine.out.nxt
    pipe.drop = lambda now, packet: packet.seq == first and now == since
    pipe.send(b"x")
    pipe.send(b"y")
    pipe.run(since + 10 * MS)
    acks = [packet.ack for at, packet in pipe.server.sent if at >= since]
    assert acks[0] == first, "at once: something is missing"
    assert acks[-1] == plus(first, 2)
    assert pipe.client.machine.out.is_drained


def test_the_server_answers_each_repetition_of_a_syn():
    pipe = Pipe(TcpSettings(), TcpSettings())
    pipe.drop = lambda now, packet: packet.src == SERVER and now < 2500 * MS
    pipe.open()
    pipe.run(2900 * MS)
    answers = times(pipe.server, 0)
    assert answers == pytest.approx([0, 1, 1, 2], abs=0.001), "by its own clock too: after 1 s"


def test_the_end_of_file_is_not_held_back():
    pipe = Pipe(TcpSettings(nodelay=False)).connected()
    nxt = silence(pipe)
    pipe.send(b"first")
    pipe.send(b"held")
    assert pipe.client.machine.out.nxt == plus(nxt, 5)
    pipe.close(pipe.client)
    assert pipe.client.sent[-1][1].payload == b"held"
    assert pipe.client.sent[-1][1].flags & TcpFlag.FIN


def test_only_an_unreachable_host_undoes_a_doubling():
    pipe = echoing()
    silence(pipe)
    pipe.stream(pipe.now + 5 * SECOND)
    before_it = dict(pipe.client.timers)
    pipe.unreachable(IcmpKind.TTL_EXCEEDED)
    pipe.unreachable(IcmpKind.PORT_UNREACHABLE)
    assert pipe.client.timers == before_it
    pipe.unreachable(IcmpKind.HOST_UNREACHABLE)
    assert pipe.client.timers != before_it


def test_a_timer_of_a_dead_connection_does_nothing():
    pipe = plain()
    pipe.drop = nobody_hears
    pipe.send()
    name = next(iter(pipe.client.timers))
    pipe.abort(pipe.client)
    pipe.now += SECOND
    assert pipe.feed(pipe.client, TimerFired(name)) == []
