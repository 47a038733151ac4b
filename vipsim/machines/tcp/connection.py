"""One TCP connection as Linux keeps it, as far as the failover of its peer shows (RFC 9293).

Nothing here knows about failover. What was recorded (BEHAVIOUR sections 2 and 3) comes out: the
repetitions at 0.2, 0.6, 1.4, 3.1, ... s after the peer fell silent, the reset by a new owner that has
no such connection, a time-out after 15 minutes or the user's, an error when the neighbor cannot be
resolved while connecting, and a back-off undone by the same news later (RFC 6069).

`TcpConnection` is either side: `Opened` makes it a client, a SYN makes a fresh one a server. What a
segment does when it arrives is in `vipsim.machines.tcp.arrival`, what time and broken paths do in
`vipsim.machines.tcp.expiry`.

Left out, because nothing measured needs it: options (a duplicate acknowledgement stands for a
selective one), F-RTO, a closed window (owners read at once), urgent data, path MTU discovery.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.tcp import arrival as tcp_arrival
from vipsim.machines.tcp import expiry as tcp_expiry
from vipsim.machines.tcp.receive import AckPolicy, ReceiveQueue
from vipsim.machines.tcp.rto import Retries
from vipsim.machines.tcp.send import Segment, SendQueue
from vipsim.machines.tcp.timer import (
    DELAYED_ACK,
    KEEPALIVE,
    LINGER,
    RETRANSMIT,
    TransmissionTimer,
)
from vipsim.machines.tcp.words import (
    TRANSITIONS,
    TTL,
    Aborted,
    Closed,
    Failed,
    Opened,
    TcpAction,
    TcpEnds,
    TcpEvent,
    TcpSettings,
    TcpState,
    Transmit,
    Unreachable,
    Written,
)
from vipsim.machines.vocabulary import Received, TimerFired
from vipsim.units import Time
from vipsim.wire.frames import Tcp, TcpFlag

_S = TcpState
_WRITING = (_S.SYN_SENT, _S.SYN_RECEIVED, _S.ESTABLISHED, _S.CLOSE_WAIT)
_SENDING = (_S.ESTABLISHED, _S.CLOSE_WAIT, _S.FIN_WAIT_1, _S.CLOSING, _S.LAST_ACK)
_RESETTING = (_S.SYN_RECEIVED, _S.ESTABLISHED, _S.CLOSE_WAIT, _S.FIN_WAIT_1, _S.FIN_WAIT_2)


class TcpConnection:
    """A `Machine` with the one state of one connection, for the key `part`."""

    __slots__ = (
        "_do", "acked", "acks", "confirms", "ends", "heard", "into", "is_orphan", "is_passive", "is_used",
        "out", "part", "probes", "retries", "settings", "soft_error", "state", "timer", "timers",
    )  # fmt: skip
    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = TRANSITIONS

    def __init__(self, ends: TcpEnds, iss: int, settings: TcpSettings) -> None:
        self.ends = ends
        self.part = ends.part
        self.settings = settings
        self.state = TcpState.CLOSED
        self.out = SendQueue(iss, settings)
        self.into = ReceiveQueue(settings.window)
        self.acks = AckPolicy(settings)
        self.retries = Retries(settings)
        self.timers = TimerTable(self.part)
        self.timer = TransmissionTimer(self.timers, self.out, self.retries)
        self.is_used = False
        """It was opened once; a connection does not live twice."""
        self.is_passive = False
        self.is_orphan = False
        """Its owner has closed it and hears nothing any more."""
        self.confirms = False
        """The peer proved to be reachable: the next transmission tells the neighbor cache."""
        self.soft_error = ""
        """Why the path is broken, by the last ICMP error; told when the connection is given up."""
        self.heard: Time = 0
        """When the peer was last heard of."""
        self.probes = 0
        """Keepalive probes without an answer."""
        self.acked = -1
        """What we acknowledged last; -1: nothing."""
        self._do: list[TcpAction] = []

    @property
    def states(self) -> dict[str, TcpState]:
        """The state, under the connection's `part`."""
        return {self.part: self.state}

    @property
    def srtt(self) -> Time:
        """Smoothed round-trip time in ns; 0: not measured yet."""
        return self.retries.trip.srtt

    def handle(self, event: TcpEvent, now: Time) -> list[TcpAction]:
        """Take a segment, a timer, an ICMP error, or a wish of the owner."""
        match event:
            case Received(frame=frame):
                packet = frame.packet
                if isinstance(packet, Tcp) and self._is_ours(packet):
                    tcp_arrival.arrive(self, packet, now)
            case TimerFired(name=name):
                tcp_expiry.fired(self, self.timers.due(name, now), now)
            case Opened() if not self.is_used:
                self.begin(_S.SYN_SENT, "open", now)
            case Written(data=data) if self.state in _WRITING and not self.is_orphan:
                self.out.write(data)
                self.push(now)
            case Closed():
                self._close(now)
            case Aborted():
                self._abort()
            case Unreachable(kind=kind, seq=seq):
                tcp_expiry.unreachable(self, kind, seq, now)
        actions, self._do = self._do, []
        return actions

    def _is_ours(self, packet: Tcp) -> bool:
        ends = self.ends
        return (packet.dst, packet.dport, packet.src, packet.sport) == (
            ends.local,
            ends.lport,
            ends.peer,
            ends.pport,
        )

    # --- states ----------------------------------------------------------------------------

    def become(self, state: TcpState, why: str) -> None:
        """Go to `state`."""
        self._do.append(changed(TRANSITIONS, self.part, self.state, state, why))
        self.state = state

    def do(self, *actions: TcpAction) -> None:
        """Ask the driver for `actions`."""
        self._do += actions

    def begin(self, state: TcpState, why: str, now: Time) -> None:
        """Send the first segment of our own: a SYN, or SYN and ACK."""
        self.is_used = True
        self.become(state, why)
        flags = TcpFlag.SYN if state is _S.SYN_SENT else TcpFlag.SYN | TcpFlag.ACK
        self.transmit(self.out.launch(b"", flags, now))
        self.do(*self.timer.rearm(now))

    def establish(self, why: str, now: Time) -> None:
        """The handshake is complete."""
        self.become(_S.ESTABLISHED, why)
        self.heard = now
        if self.settings.keepalive:
            self.do(self.timers.set(KEEPALIVE, now + self.settings.keepalive[0], now))

    def linger(self, state: TcpState, why: str, now: Time) -> None:
        """Wait in FIN_WAIT_2 or TIME_WAIT for what the peer may still send; not for ever."""
        if self.state is not state:
            self.become(state, why)
        settings = self.settings
        delay = settings.time_wait if state is _S.TIME_WAIT else settings.fin_timeout
        self.do(self.timers.set(LINGER, now + delay, now))

    def end(self, why: str, error: str = "") -> None:
        """The connection is over; an owner that is still there is told the `error`."""
        was_known = not (self.is_orphan or (self.is_passive and self.state is _S.SYN_RECEIVED))
        self.become(_S.CLOSED, why)
        self.timer.pending = ""
        self.do(*self.timers.cancel_all())
        if error and was_known:
            self.do(Failed(error))

    # --- sending ---------------------------------------------------------------------------

    def transmit(self, segment: Segment) -> None:
        """Put a segment on its way."""
        self._send(segment.seq, segment.flags, segment.data)

    def send_ack(self, seq: int | None = None) -> None:
        """Acknowledge what arrived; `seq` differs from SND.NXT in a keepalive probe."""
        self._send(self.out.nxt if seq is None else seq, TcpFlag.ACK)

    def send_reset(self, seq: int | None = None) -> None:
        """Send a RST: with our acknowledgement, or alone with the number the peer named."""
        if seq is None:
            self._send(self.out.nxt, TcpFlag.RST | TcpFlag.ACK)
        else:
            self._send(seq, TcpFlag.RST)

    def _send(self, seq: int, flags: TcpFlag, data: bytes = b"") -> None:
        ends = self.ends
        ack = self.into.nxt if flags & TcpFlag.ACK else 0
        ports = (ends.lport, ends.pport)
        window = self.settings.window
        packet = Tcp(ends.local, ends.peer, TTL, *ports, seq, ack, flags, data, window)
        self.do(Transmit(packet, self.confirms), *self.timers.cancel(DELAYED_ACK))
        self.confirms = False
        if flags & TcpFlag.ACK:
            self.acked = ack

    def push(self, now: Time) -> None:
        """Send what waits, as far as both windows allow."""
        if self.state not in _SENDING:
            return
        timer, out = self.timer, self.out
        is_new = False
        while (segment := out.next_segment(now)) is not None:
            self.transmit(segment)
            self.acks.sent(now)
            if len(out.flight) == 1:
                self.do(*timer.rearm(now))
            is_new = True
        if is_new:
            self.do(*(timer.schedule_probe(now, advancing=False) or ()))

    def repair(self, now: Time) -> None:
        """Repeat what is lost, as far as the congestion window allows."""
        for segment in self.out.lost_segments(now):
            self.transmit(segment)
            if segment is self.out.flight[0]:
                self.do(*self.timer.set(RETRANSMIT, now + self.retries.rto, now))

    # --- the owner, and the network --------------------------------------------------------

    def _close(self, now: Time) -> None:
        if self.state in (_S.SYN_SENT, _S.SYN_RECEIVED):
            self.is_orphan = True
            self._abort()
        elif self.state in (_S.ESTABLISHED, _S.CLOSE_WAIT):
            self.is_orphan = True
            following = _S.FIN_WAIT_1 if self.state is _S.ESTABLISHED else _S.LAST_ACK
            self.become(following, "closed")
            self.out.fin_waits = True
            self.push(now)

    def _abort(self) -> None:
        if self.state is _S.CLOSED:
            return
        if self.state in _RESETTING:
            self.send_reset()
        self.end("aborted")
