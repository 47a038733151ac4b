"""How a connection begins and ends (RFC 9293 sections 3.5 and 3.6), and the schedules of its SYNs."""

from __future__ import annotations

import pytest

from tests.machines.tcp_pipe import (
    CLIENT,
    CLIENT_PORT,
    SERVER,
    SERVER_PORT,
    Pipe,
    nobody_hears,
    silence,
    times,
    wheel,
)
from vipsim.machines.tcp.words import Opened, TcpSettings, TcpState, Written
from vipsim.units import MS, SECOND
from vipsim.wire.frames import IcmpKind, Tcp, TcpFlag

S, A, R, F, P = TcpFlag.SYN, TcpFlag.ACK, TcpFlag.RST, TcpFlag.FIN, TcpFlag.PSH


# --- connecting ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "syns", "given_up"),
    [
        ("linux-6.5", [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], (131, 133.7)),
        ("linux-old", [0, 1, 3, 7, 15, 31, 63], (127, 131.2)),
    ],
)
def test_syn_schedules(profile, syns, given_up):
    """Recorded: ETIMEDOUT at 133.6 s. An old kernel doubles from the beginning and gives up at 127 s."""
    pipe = Pipe(TcpSettings(hz=250, syn_profile=profile))
    pipe.drop = nobody_hears
    pipe.open()
    pipe.run(200 * SECOND)
    assert times(pipe.client, 0) == syns
    assert {packet.flags for _, packet in pipe.client.sent} == {S}
    assert [(at / SECOND, what) for at, what in pipe.client.events[-2:]] == [
        (given_up[0], "CLOSED"),
        (given_up[0], "ETIMEDOUT"),
    ]
    late = Pipe(TcpSettings(hz=250, syn_profile=profile))
    late.drop, late.late = nobody_hears, wheel
    late.open()
    late.run(200 * SECOND)
    assert late.client.events[-1][0] / SECOND == pytest.approx(given_up[1], abs=3)
    assert late.client.events[-1][0] / SECOND > given_up[1] - 3


def test_recorded_syns_lie_within_the_lateness():
    recorded = [0.104, 1.114, 2.136, 3.166, 4.199, 5.214, 7.227, 11.295, 19.482, 35.608]
    pipe = Pipe()
    pipe.drop = nobody_hears
    pipe.open()
    pipe.run(60 * SECOND)
    ours = times(pipe.client, 0)
    for index in range(1, len(recorded)):
        distance = ours[index] - ours[index - 1]
        seen = recorded[index] - recorded[index - 1]
        assert distance <= seen <= distance + wheel(int(distance * SECOND)) / SECOND + 0.004


def test_a_syn_that_cannot_be_resolved_is_an_error():
    """BEHAVIOUR section 2: EHOSTUNREACH at 3.1 s, when the neighbor cache gives up."""
    pipe = Pipe()
    pipe.unresolved = lambda now, packet: 3_060 * MS
    pipe.open()
    pipe.run(60 * SECOND)
    assert pipe.client.events[-1] == (3_060 * MS, "EHOSTUNREACH")
    assert not pipe.client.timers


@pytest.mark.parametrize(
    ("kind", "error"),
    [(IcmpKind.PORT_UNREACHABLE, "ECONNREFUSED"), (IcmpKind.TTL_EXCEEDED, "EHOSTUNREACH")],
)
def test_other_errors_of_the_network_end_an_attempt_too(kind, error):
    pipe = Pipe()
    pipe.drop = nobody_hears
    pipe.open()
    pipe.unreachable(kind, seq=999)
    pipe.unreachable(IcmpKind.REDIRECT)
    assert pipe.client.state is TcpState.SYN_SENT, "not about our segment; only a better way"
    pipe.unreachable(kind)
    assert pipe.client.events[-1][1] == error


def test_a_lost_answer_to_the_syn_is_repeated_by_the_server():
    pipe = Pipe()
    pipe.drop = lambda now, packet: packet.src == SERVER and now < 500 * MS
    pipe.open()
    pipe.run(3 * SECOND)
    assert pipe.client.state is pipe.server.state is TcpState.ESTABLISHED
    assert pipe.server.heard == b""
    pipe.send(b"hello")
    pipe.run(4 * SECOND)
    assert pipe.server.heard == b"hello"


def test_a_server_without_an_answer_forgets_the_attempt():
    pipe = Pipe()
    pipe.drop = lambda now, packet: packet.src == SERVER
    pipe.arrive(pipe.server, Tcp(CLIENT, SERVER, 64, CLIENT_PORT, SERVER_PORT, 5, 0, S))
    pipe.run(200 * SECOND)
    assert times(pipe.server, 0) == [0, 1, 3, 7, 15, 31]
    assert pipe.server.events == [(0, "SYN_RECEIVED"), (63 * SECOND, "CLOSED")]


def test_a_lost_last_acknowledgement_is_made_good_by_data():
    pipe = Pipe()
    pipe.drop = lambda now, packet: packet.flags == A and not packet.payload
    pipe.open()
    pipe.run(10 * MS)
    assert (pipe.client.state, pipe.server.state) == (TcpState.ESTABLISHED, TcpState.SYN_RECEIVED)
    pipe.send(b"data")
    pipe.run(20 * MS)
    assert pipe.server.state is TcpState.ESTABLISHED
    assert pipe.server.heard == b"data"


def test_both_sides_may_open_at_once():
    pipe = Pipe()
    pipe.open()
    pipe.feed(pipe.server, Opened())
    pipe.run(SECOND)
    assert pipe.client.state is pipe.server.state is TcpState.ESTABLISHED
    pipe.send(b"hello")
    pipe.run(2 * SECOND)
    assert pipe.server.heard == b"hello"


# --- the end ---------------------------------------------------------------------------------


def test_closing_in_order():
    pipe = Pipe().connected()
    pipe.send(b"last words")
    pipe.close(pipe.client)
    pipe.run(pipe.now + SECOND)
    assert (pipe.client.state, pipe.server.state) == (TcpState.FIN_WAIT_2, TcpState.CLOSE_WAIT)
    assert pipe.server.heard == b"last words"
    assert pipe.server.events[-1][1] == "eof"
    pipe.close(pipe.server)
    pipe.run(pipe.now + SECOND)
    assert (pipe.client.state, pipe.server.state) == (TcpState.TIME_WAIT, TcpState.CLOSED)
    pipe.run(pipe.now + 61 * SECOND)
    assert pipe.client.state is TcpState.CLOSED
    assert not pipe.client.timers and not pipe.server.timers


def test_closing_both_at_once_and_losing_the_acknowledgements():
    pipe = Pipe().connected()
    pipe.close(pipe.client)
    pipe.close(pipe.server)
    pipe.drop = lambda now, packet: not packet.flags & F and now < SECOND
    pipe.run(5 * SECOND)
    assert pipe.client.state is pipe.server.state is TcpState.TIME_WAIT


def test_a_fin_that_is_lost_is_repeated_and_given_up():
    """tcp_orphan_retries 8: nobody waits for it any more, so 102.2 s are enough."""
    pipe = Pipe().connected()
    since = pipe.now
    silence(pipe)
    pipe.close(pipe.client)
    pipe.run(since + 400 * SECOND)
    assert pipe.client.state is TcpState.CLOSED
    assert 102.2 <= (pipe.client.events[-1][0] - since) / SECOND <= 240
    assert pipe.client.events[-1][1] == "CLOSED", "no error: nobody is there to be told"


def test_who_closed_reads_no_more():
    pipe = Pipe().connected()
    pipe.close(pipe.client)
    pipe.run(pipe.now + 10 * MS)
    pipe.feed(pipe.server, Written(b"too late"))
    pipe.run(pipe.now + 10 * MS)
    assert pipe.client.state is TcpState.CLOSED
    assert pipe.server.events[-1][1] == "EPIPE"
    assert pipe.client.heard == b""


def test_aborting_resets_the_peer():
    pipe = Pipe().connected()
    pipe.abort(pipe.client)
    pipe.run(pipe.now + 10 * MS)
    assert [what for _, what in pipe.client.events[-1:]] == ["CLOSED"]
    assert pipe.server.events[-1][1] == "ECONNRESET"


def test_a_connection_does_not_live_twice():
    pipe = Pipe().connected()
    pipe.abort(pipe.client)
    pipe.run(pipe.now + 10 * MS)
    pipe.open()
    pipe.arrive(pipe.server, Tcp(CLIENT, SERVER, 64, CLIENT_PORT, SERVER_PORT, 5, 0, S))
    assert pipe.client.state is pipe.server.state is TcpState.CLOSED
