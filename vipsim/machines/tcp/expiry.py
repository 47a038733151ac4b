"""What time and broken paths do to a connection (Linux: net/ipv4/tcp_timer.c, ``tcp_v4_err``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.tcp.timer import DELAYED_ACK, KEEPALIVE, LINGER, PROBE, RETRANSMIT
from vipsim.machines.tcp.words import MODULUS, TcpState, plus
from vipsim.units import Time
from vipsim.wire.frames import IcmpKind

if TYPE_CHECKING:
    from vipsim.machines.tcp.connection import TcpConnection

_S = TcpState
_ERRORS = {
    IcmpKind.HOST_UNREACHABLE: "EHOSTUNREACH",
    IcmpKind.TTL_EXCEEDED: "EHOSTUNREACH",
    IcmpKind.PORT_UNREACHABLE: "ECONNREFUSED",
}


def fired(tcp: TcpConnection, what: str, now: Time) -> None:
    """The timer `what` of the connection `tcp` reached its time; an empty name is nobody's."""
    if what == RETRANSMIT:
        tcp.timer.pending = ""
        _time_out(tcp, now)
    elif what == PROBE:
        _probe(tcp, now)
    elif what == DELAYED_ACK:
        tcp.acks.missed()
        tcp.send_ack()
    elif what == KEEPALIVE:
        _keep_alive(tcp, now)
    elif what == LINGER:
        tcp.end("lingered")


def _time_out(tcp: TcpConnection, now: Time) -> None:
    if not tcp.out.flight:
        return
    tcp.timer.probed = None
    if _is_exhausted(tcp, now):
        tcp.end("given up", tcp.soft_error or "ETIMEDOUT")
        return
    tcp.out.time_out()
    tcp.retries.retransmitted(now, tcp.state is _S.SYN_SENT)
    tcp.transmit(tcp.out.repeat(tcp.out.flight[0], now))
    tcp.do(*tcp.timer.set(RETRANSMIT, now + tcp.retries.clamped(now), now))


def _is_exhausted(tcp: TcpConnection, now: Time) -> bool:
    settings, retries = tcp.settings, tcp.retries
    if tcp.state is _S.SYN_SENT:
        return retries.syn_exhausted(now)
    if tcp.state is _S.SYN_RECEIVED:
        return retries.count >= settings.synack_retries
    boundary = settings.orphan_retries if tcp.is_orphan else settings.retries2
    return retries.exhausted(now, boundary, settings.rto_min)


def _probe(tcp: TcpConnection, now: Time) -> None:
    """RFC 8985 section 7.3: new data if there are any, else the last segment again."""
    timer, out = tcp.timer, tcp.out
    if timer.probed is None and out.flight:
        segment = out.next_segment(now, probe=True)
        tcp.transmit(segment or out.repeat(out.flight[-1], now))
        timer.sent()
    tcp.do(*timer.rearm(now))


def _keep_alive(tcp: TcpConnection, now: Time) -> None:
    assert tcp.settings.keepalive is not None, "the timer is only set with keepalive"
    time, interval, limit = tcp.settings.keepalive
    if tcp.state is _S.TIME_WAIT:
        return
    wait, silent = time, now - tcp.heard
    if tcp.out.is_drained and silent < time:
        wait = time - silent
    elif tcp.out.is_drained:
        timeout = tcp.settings.user_timeout
        if (silent >= timeout and tcp.probes) if timeout else tcp.probes >= limit:
            tcp.send_reset()
            tcp.end("no answer to keepalive", tcp.soft_error or "ETIMEDOUT")
            return
        tcp.send_ack(plus(tcp.out.una, -1))  # an old number: the peer must answer
        tcp.probes += 1
        wait = interval
    tcp.do(tcp.timers.set(KEEPALIVE, now + wait, now))


def unreachable(tcp: TcpConnection, kind: IcmpKind, seq: int, now: Time) -> None:
    """An ICMP error came for our segment with `seq`: fatal while connecting, a hint later."""
    out, error = tcp.out, _ERRORS.get(kind)
    is_open = (seq - out.una) % MODULUS <= (out.nxt - out.una) % MODULUS
    if error is None or not is_open or tcp.state in (_S.CLOSED, _S.TIME_WAIT):
        return
    if tcp.state is _S.SYN_SENT:
        tcp.end("unreachable", error)
    elif tcp.state is _S.SYN_RECEIVED:
        if kind is not IcmpKind.PORT_UNREACHABLE:
            tcp.end("unreachable", error)
    else:
        tcp.soft_error = error
        if kind is IcmpKind.HOST_UNREACHABLE:
            _revert(tcp, seq, now)


def _revert(tcp: TcpConnection, seq: int, now: Time) -> None:
    """The path broke, it is not congested: take one doubling back (RFC 6069, tcp_ld_RTO_revert)."""
    flight = tcp.out.flight
    if not flight or seq != tcp.out.una or not tcp.retries.revert():
        return
    due = flight[0].sent + tcp.retries.rto
    if due > now:
        tcp.do(*tcp.timer.set(RETRANSMIT, due, now))
    else:
        tcp.do(*tcp.timer.stop())
        _time_out(tcp, now)
