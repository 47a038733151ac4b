"""Resets, challenges and keepalive: what tells a client that its server is gone (RFC 9293 section 3.10.7)."""

from __future__ import annotations

import pytest

from tests.machines.tcp_pipe import (
    CLIENT,
    CLIENT_PORT,
    SERVER,
    SERVER_PORT,
    Pipe,
    echoing,
    nobody_hears,
    silence,
    times,
)
from vipsim.machines.tcp.words import TcpSettings, TcpState, plus, reset_for
from vipsim.units import MS, SECOND
from vipsim.wire.frames import Tcp, TcpFlag

S, A, R, F, P = TcpFlag.SYN, TcpFlag.ACK, TcpFlag.RST, TcpFlag.FIN, TcpFlag.PSH


# --- resets ----------------------------------------------------------------------------------


def test_a_new_owner_resets_what_it_does_not_know():
    """RFC 9293 3.10.7.1: with an ACK the reset has its number, else it acknowledges the segment."""
    segment = Tcp(CLIENT, SERVER, 64, CLIENT_PORT, SERVER_PORT, 100, 777, A | P, b"x" * 10)
    assert reset_for(segment) == Tcp(SERVER, CLIENT, 64, SERVER_PORT, CLIENT_PORT, 777, 0, R, b"", 0)
    syn = Tcp(CLIENT, SERVER, 64, CLIENT_PORT, SERVER_PORT, 100, 0, S)
    assert reset_for(syn) == Tcp(SERVER, CLIENT, 64, SERVER_PORT, CLIENT_PORT, 0, 101, R | A, b"", 0)
    odd = Tcp(CLIENT, SERVER, 64, CLIENT_PORT, SERVER_PORT, 2**32 - 1, 0, S | F, b"xyz")
    assert reset_for(odd).ack == 4
    assert reset_for(Tcp(CLIENT, SERVER, 64, CLIENT_PORT, SERVER_PORT, 1, 1, R | A)) is None


def test_the_reset_of_a_new_owner_is_believed():
    pipe = echoing()
    since = pipe.now
    silence(pipe)
    pipe.stream(since + SECOND)
    _, segment = pipe.client.sent[-1]
    pipe.arrive(pipe.client, reset_for(segment))
    assert pipe.client.events[-2:] == [(pipe.now, "CLOSED"), (pipe.now, "ECONNRESET")]
    assert not pipe.client.timers


def test_a_closed_port_refuses():
    pipe = Pipe()
    pipe.drop = nobody_hears
    pipe.open()
    pipe.arrive(pipe.client, reset_for(pipe.client.sent[0][1]))
    assert pipe.client.events[-1] == (0, "ECONNREFUSED")


def from_server(pipe: Pipe, flags: TcpFlag, seq: int = 0, ack: int = 0, payload: bytes = b"") -> Tcp:
    """A segment with numbers counted from those that the client expects."""
    machine = pipe.client.machine
    numbers = (plus(machine.into.nxt, seq), plus(machine.out.nxt, ack))
    return Tcp(SERVER, CLIENT, 64, SERVER_PORT, CLIENT_PORT, *numbers, flags, payload)


@pytest.mark.parametrize(
    ("flags", "seq", "ack", "payload", "answers"),
    [
        (R, 1, 0, b"", [A]),  # RFC 5961 section 3.2: in the window, not exact: challenge
        (R, 65_535, 0, b"", []),  # outside the window
        (R, -1, 0, b"", []),
        (S, 0, 0, b"", [A]),  # RFC 5961 section 4.2
        (S | A, 10, 0, b"", [A]),
        (P, 0, 0, b"x", []),  # without ACK
        (A, 0, 1, b"", [A]),  # acknowledges what was never sent
        (A, -1, 0, b"", [A]),  # an old number: a keepalive probe
        (A, 70_000, 0, b"x", [A]),
        (A, 0, 0, b"", []),
    ],
)
def test_segments_that_must_not_hurt(flags, seq, ack, payload, answers):
    pipe = Pipe().connected()
    count = len(pipe.client.sent)
    pipe.arrive(pipe.client, from_server(pipe, flags, seq, ack, payload))
    assert [packet.flags for _, packet in pipe.client.sent[count:]] == answers
    assert pipe.client.state is TcpState.ESTABLISHED
    assert pipe.client.heard == b""
    pipe.send(b"still here")
    pipe.run(pipe.now + SECOND)
    assert pipe.server.heard == b"still here"


@pytest.mark.parametrize(
    ("flags", "ack", "answers", "state"),
    [
        (R, 0, [], TcpState.SYN_SENT),  # RFC 9293 3.10.7.3: a reset must acknowledge the SYN
        (R | A, 1, [], TcpState.SYN_SENT),
        (A, 5, [R], TcpState.SYN_SENT),  # somebody answers an older connection
        (A, 0, [], TcpState.SYN_SENT),
        (R | A, 0, [], TcpState.CLOSED),
    ],
)
def test_answers_to_a_syn(flags, ack, answers, state):
    pipe = Pipe()
    pipe.drop = nobody_hears
    pipe.open()
    pipe.arrive(pipe.client, from_server(pipe, flags, 0, ack))
    assert [packet.flags for _, packet in pipe.client.sent[1:]] == answers
    assert pipe.client.state is state


def test_a_survivor_of_another_life_is_reset_by_the_client():
    """An old owner that comes back answers a new SYN from its old connection: the client resets that."""
    pipe = Pipe().connected()
    fresh = Pipe(iss=(5_000_000, 0))
    fresh.drop = nobody_hears
    fresh.open()
    pipe.arrive(pipe.server, fresh.client.sent[0][1])
    challenge = pipe.server.sent[-1][1]
    assert challenge.flags == A
    fresh.arrive(fresh.client, challenge)
    reset = fresh.client.sent[-1][1]
    assert (reset.flags, reset.seq) == (R, challenge.ack)
    pipe.arrive(pipe.server, reset)
    assert pipe.server.events[-1][1] == "ECONNRESET"


# --- keepalive -------------------------------------------------------------------------------

KEEPALIVE = TcpSettings(hz=250, keepalive=(5 * SECOND, SECOND, 3))


def test_an_idle_reader_never_learns_of_it():
    """Recorded (garp.tcp_reader): 45 s and nothing."""
    pipe = echoing()
    silence(pipe)
    count = len(pipe.client.events)
    pipe.run(pipe.now + 7000 * SECOND)
    assert pipe.client.events[count:] == []
    assert not pipe.client.timers


def test_keepalive_meets_the_reset_at_the_first_probe():
    pipe = Pipe(KEEPALIVE).connected()
    since = pipe.now
    silence(pipe)
    pipe.run(since + 5 * SECOND)
    assert times(pipe.client, since) == [pytest.approx(5, abs=0.02)]
    probe = pipe.client.sent[-1][1]
    assert (probe.flags, probe.payload, probe.seq) == (A, b"", plus(pipe.client.machine.out.nxt, -1))
    pipe.arrive(pipe.client, reset_for(probe))
    assert pipe.client.events[-1][1] == "ECONNRESET"


def test_keepalive_gives_up_after_its_probes():
    pipe = Pipe(KEEPALIVE).connected()
    since = pipe.now
    silence(pipe)
    pipe.run(since + 20 * SECOND)
    assert times(pipe.client, since) == pytest.approx([5, 6, 7, 8], abs=0.02)
    assert pipe.client.sent[-1][1].flags == R | A
    assert pipe.client.events[-1][1] == "ETIMEDOUT"


def test_keepalive_is_answered_and_starts_again():
    pipe = Pipe(KEEPALIVE).connected()
    pipe.run(pipe.now + 21 * SECOND)
    assert len(times(pipe.client, 10 * MS)) == 4
    assert pipe.client.state is TcpState.ESTABLISHED
    pipe.stream(pipe.now + 10 * SECOND)
    assert not [1 for at, packet in pipe.client.sent if at > 22 * SECOND and packet.seq == 1000]
