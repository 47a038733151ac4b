"""What a segment does when it arrives (RFC 9293 section 3.10.7, RFC 5961 against blind resets)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.tcp.send import Segment
from vipsim.machines.tcp.timer import DELAYED_ACK
from vipsim.machines.tcp.words import (
    MODULUS,
    Deliver,
    PeerClosed,
    TcpState,
    before,
    length_of,
    plus,
)
from vipsim.units import Time
from vipsim.wire.frames import Tcp, TcpFlag

if TYPE_CHECKING:
    from vipsim.machines.tcp.connection import TcpConnection

_S = TcpState
_SYNCHRONIZING = TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST


def arrive(tcp: TcpConnection, packet: Tcp, now: Time) -> None:
    """Let `packet` act on the connection `tcp`."""
    if tcp.state is _S.CLOSED:
        if not tcp.is_used and packet.flags & _SYNCHRONIZING == TcpFlag.SYN:
            tcp.is_passive = True
            _learn(tcp, packet)
            tcp.begin(_S.SYN_RECEIVED, "syn", now)
    elif tcp.state is _S.SYN_SENT:
        _answered(tcp, packet, now)
    else:
        _synchronized(tcp, packet, now)


def _learn(tcp: TcpConnection, packet: Tcp) -> None:
    tcp.into.nxt = plus(packet.seq, 1)
    _take_window(tcp, packet)


def _take_window(tcp: TcpConnection, packet: Tcp) -> None:
    # No owner here ever lets its window close, so there is no persist timer; a forged zero must
    # not stop a connection for good.
    tcp.out.window = max(packet.window, tcp.settings.mss)


def _answered(tcp: TcpConnection, packet: Tcp, now: Time) -> None:
    """Section 3.10.7.3: a segment for a connection that has sent its SYN."""
    out, flags = tcp.out, packet.flags
    if flags & TcpFlag.ACK and packet.ack != out.nxt:
        if not flags & TcpFlag.RST:
            tcp.send_reset(packet.ack)
    elif flags & TcpFlag.RST:
        if flags & TcpFlag.ACK:
            tcp.end("refused", "ECONNREFUSED")
    elif flags & TcpFlag.SYN and flags & TcpFlag.ACK:
        _learn(tcp, packet)
        tcp.establish("syn and ack", now)
        _acknowledged(tcp, packet, now)
        if tcp.acked < 0:  # no data waited that could carry it
            tcp.send_ack()
    elif flags & TcpFlag.SYN:  # both open at once
        _learn(tcp, packet)
        tcp.become(_S.SYN_RECEIVED, "simultaneous open")
        out.flight[0].flags |= TcpFlag.ACK
        tcp.transmit(out.flight[0])


def _synchronized(tcp: TcpConnection, packet: Tcp, now: Time) -> None:
    """Section 3.10.7.4: every later state."""
    flags = packet.flags
    is_first = flags & _SYNCHRONIZING == TcpFlag.SYN and plus(packet.seq, 1) == tcp.into.nxt
    if is_first and tcp.state is _S.SYN_RECEIVED:
        tcp.transmit(tcp.out.flight[0])  # the peer has not heard our SYN and ACK
        return
    if not tcp.into.accepts(packet.seq, length_of(packet)):
        if not flags & TcpFlag.RST:
            if tcp.state is _S.TIME_WAIT and flags & TcpFlag.FIN:
                tcp.linger(_S.TIME_WAIT, "fin again", now)
            tcp.send_ack()
        return
    if flags & TcpFlag.RST:
        if packet.seq == tcp.into.nxt:
            _reset(tcp)
        else:
            tcp.send_ack()  # the challenge of RFC 5961 section 3.2
        return
    if flags & TcpFlag.SYN:
        tcp.send_ack()  # RFC 5961 section 4.2
        return
    if flags & TcpFlag.ACK and _take_ack(tcp, packet, now):
        _take_data(tcp, packet, now)


def _reset(tcp: TcpConnection) -> None:
    if tcp.state in (_S.CLOSING, _S.LAST_ACK, _S.TIME_WAIT):
        tcp.end("reset")
    else:
        tcp.end("reset", "EPIPE" if tcp.state is _S.CLOSE_WAIT else "ECONNRESET")


# --- acknowledgements ------------------------------------------------------------------------


def _take_ack(tcp: TcpConnection, packet: Tcp, now: Time) -> bool:
    """Whether the segment's data are to be looked at, after its acknowledgement was."""
    out, ack = tcp.out, packet.ack
    if tcp.state is _S.SYN_RECEIVED:
        if not before(out.una, ack) or before(out.nxt, ack):
            tcp.send_reset(ack)
            return False
        tcp.establish("ack", now)
    if before(out.nxt, ack):
        tcp.send_ack()  # for something never sent
        return False
    if not before(ack, out.una):
        _acknowledged(tcp, packet, now)
    return tcp.state is not _S.CLOSED


def _acknowledged(tcp: TcpConnection, packet: Tcp, now: Time) -> None:
    out, ack = tcp.out, packet.ack
    tcp.soft_error, tcp.probes, tcp.heard = "", 0, now
    _take_window(tcp, packet)
    if not before(out.una, ack):
        if not packet.payload and not packet.flags & TcpFlag.FIN:
            tcp.confirms = True
            if out.flight and out.duplicate(now, tcp.srtt):
                tcp.repair(now)
        return
    tcp.confirms = True
    tcp.retries.count = 0
    done = out.acknowledge(ack)
    if done:
        tcp.retries.sample(_round_trip(done, now), out.una, out.nxt)
    if out.recover is None:
        tcp.retries.recovered()
    if tcp.timer.probed is not None and not before(ack, tcp.timer.probed):
        tcp.timer.probed = None
    probe = tcp.timer.schedule_probe(now, advancing=True)
    tcp.do(*(tcp.timer.rearm(now) if probe is None else probe))
    if any(segment.flags & TcpFlag.FIN for segment in done):
        _fin_acknowledged(tcp, now)
    if tcp.state is not _S.CLOSED:
        tcp.repair(now)
        tcp.push(now)


def _round_trip(done: list[Segment], now: Time) -> Time:
    """The sample that `done` gives: of the first segment, or of the last repetition.

    Karn's rule would take none of a segment that was repeated; Linux knows by the timestamp that
    comes back which transmission was answered, and that is the last one unless the path is slower
    than the time-out.
    """
    repeated = [segment.sent for segment in done if segment.repeats]
    return now - (max(repeated) if repeated else done[0].sent)


def _fin_acknowledged(tcp: TcpConnection, now: Time) -> None:
    if tcp.state is _S.FIN_WAIT_1:
        tcp.linger(_S.FIN_WAIT_2, "fin acknowledged", now)
    elif tcp.state is _S.CLOSING:
        tcp.linger(_S.TIME_WAIT, "fin acknowledged", now)
    elif tcp.state is _S.LAST_ACK:
        tcp.end("fin acknowledged")


# --- data ------------------------------------------------------------------------------------


def _take_data(tcp: TcpConnection, packet: Tcp, now: Time) -> None:
    """Sections 3.10.7.4, seventh and eighth: text and FIN."""
    if tcp.state not in (_S.ESTABLISHED, _S.FIN_WAIT_1, _S.FIN_WAIT_2):
        return
    data, has_fin = packet.payload, bool(packet.flags & TcpFlag.FIN)
    if not data and not has_fin:
        return
    tcp.heard = now
    if data and tcp.is_orphan and before(tcp.into.nxt, plus(packet.seq, len(data))):
        tcp.send_reset(packet.ack)  # RFC 1122 section 4.2.2.13: nobody is there to read it
        tcp.end("data after close")
        return
    may_wait = tcp.acks.received(now)
    ready = tcp.into.take(packet.seq, data)
    if has_fin:
        tcp.into.end_at(plus(packet.seq, len(data)))
    has_ended = tcp.into.reached_end()
    is_much = (tcp.into.nxt - tcp.acked) % MODULUS > tcp.settings.mss
    # What is out of order, a repetition, or fills a hole is answered at once (RFC 5681 section 4.2).
    if not may_wait or ready != data or has_fin or is_much:
        tcp.send_ack()
    elif not tcp.timers.is_set(DELAYED_ACK):
        tcp.do(tcp.timers.set(DELAYED_ACK, now + tcp.settings.ticks(tcp.settings.delayed_ack), now))
    if ready:
        tcp.do(Deliver(ready))
    if has_ended:
        _peer_closed(tcp, now)


def _peer_closed(tcp: TcpConnection, now: Time) -> None:
    if tcp.state is _S.ESTABLISHED:
        tcp.become(_S.CLOSE_WAIT, "fin")
        tcp.do(PeerClosed())
    elif tcp.state is _S.FIN_WAIT_1:
        tcp.become(_S.CLOSING, "fin")
    else:
        tcp.linger(_S.TIME_WAIT, "fin", now)
