"""Two TCP connections at the ends of a pipe: a driver small enough to be believed."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from vipsim.machines.tcp import TcpConnection
from vipsim.machines.tcp.words import (
    Aborted,
    Closed,
    Deliver,
    Failed,
    Opened,
    PeerClosed,
    TcpEnds,
    TcpSettings,
    TcpState,
    Transmit,
    Unreachable,
    Written,
)
from vipsim.machines.vocabulary import CancelTimer, Changed, Received, SetTimer, TimerFired
from vipsim.machines.wheel import granularity
from vipsim.units import MS, SECOND, US, Time
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import IcmpKind, Tcp, framed

CLIENT, SERVER = IPv4.parse("192.168.1.10"), IPv4.parse("192.168.1.219")
CLIENT_PORT, SERVER_PORT = 40000, 5005
LATENCY = 50 * US
HZ = 250


class End:
    """One connection and its owner."""

    def __init__(self, machine: TcpConnection) -> None:
        self.machine = machine
        self.timers: dict[tuple[str, str], Time] = {}
        self.sent: list[tuple[Time, Tcp]] = []
        self.confirmed: list[Time] = []
        self.heard = b""
        self.events: list[tuple[Time, str]] = []
        """(time, what the owner is told): a state, an error in capitals, ``eof``."""
        self.answer: Callable[[bytes], bytes] = lambda data: b""

    @property
    def state(self) -> TcpState:
        return self.machine.state


class Pipe:
    """Client and server; `drop` may veto a segment (time, packet), `delay` change its latency.

    `late` is how late a timer of a given delay fires.
    """

    def __init__(
        self,
        client: TcpSettings | None = None,
        server: TcpSettings | None = None,
        iss: tuple[int, int] = (1000, 7_000_000),
    ) -> None:
        self.now: Time = 0
        self.client = End(
            TcpConnection(
                TcpEnds(CLIENT, CLIENT_PORT, SERVER, SERVER_PORT), iss[0], client or TcpSettings(hz=HZ)
            )
        )
        self.server = End(
            TcpConnection(
                TcpEnds(SERVER, SERVER_PORT, CLIENT, CLIENT_PORT), iss[1], server or TcpSettings(hz=HZ)
            )
        )
        self.ends = {CLIENT: self.client, SERVER: self.server}
        self.drop: Callable[[Time, Tcp], bool] = lambda now, packet: False
        self.delay: Callable[[Tcp], Time] = lambda packet: LATENCY
        self.late: Callable[[Time], Time] = lambda delay: 0
        self.unresolved: Callable[[Time, Tcp], Time | None] = lambda now, packet: None
        """After how long the failed resolution of the neighbor is reported for a packet; None: never."""
        self._queue: list[tuple[Time, int, Any]] = []
        self._order = 0

    # --- what a test does ------------------------------------------------------------------

    def open(self) -> None:
        self.feed(self.client, Opened())

    def connected(self) -> Pipe:
        self.open()
        self.run(self.now + 10 * MS)
        assert self.client.state is self.server.state is TcpState.ESTABLISHED
        return self

    def send(self, data: bytes = b"x" * 100) -> None:
        self.feed(self.client, Written(data))

    def close(self, end: End) -> None:
        self.feed(end, Closed())

    def abort(self, end: End) -> None:
        self.feed(end, Aborted())

    def unreachable(self, kind: IcmpKind = IcmpKind.HOST_UNREACHABLE, seq: int | None = None) -> None:
        self.feed(self.client, Unreachable(kind, self.client.machine.out.una if seq is None else seq))

    def arrive(self, end: End, packet: Tcp) -> None:
        self.feed(end, Received(framed(Mac(1), Mac(2), packet), "eth0"))

    def stream(self, until: Time, period: Time = 100 * MS) -> None:
        """The client says 100 octets each `period` until then or until it is told of an error."""
        while self.now < until and self.client.state is TcpState.ESTABLISHED:
            self.send()
            self.run(self.now + period)

    # --- the driver ------------------------------------------------------------------------

    def feed(self, end: End, event: Any) -> list[Any]:
        actions = end.machine.handle(event, self.now)
        for action in actions:
            match action:
                case SetTimer(name=name, at=at):
                    assert at >= self.now
                    end.timers[name] = at + self.late(at - self.now)
                case CancelTimer(name=name):
                    end.timers.pop(name, None)
                case Transmit(packet=packet, confirm=confirm):
                    self._transmit(end, packet, confirm)
                case Changed(new=new):
                    end.events.append((self.now, new.value))
                case Failed(error=error):
                    end.events.append((self.now, error))
                case PeerClosed():
                    end.events.append((self.now, "eof"))
        for action in actions:
            if isinstance(action, Deliver):
                end.heard += action.data
                answer = end.answer(action.data)
                if answer:
                    self.feed(end, Written(answer))
        return actions

    def _transmit(self, end: End, packet: Tcp, confirm: bool) -> None:
        end.sent.append((self.now, packet))
        if confirm:
            end.confirmed.append(self.now)
        failed = self.unresolved(self.now, packet)
        self._order += 1
        if failed is not None:
            event = Unreachable(IcmpKind.HOST_UNREACHABLE, packet.seq)
            heapq.heappush(self._queue, (self.now + failed, self._order, (end, event)))
        elif not self.drop(self.now, packet):
            event = Received(framed(Mac(1), Mac(2), packet), "eth0")
            to = self.ends[packet.dst]
            heapq.heappush(self._queue, (self.now + self.delay(packet), self._order, (to, event)))

    def run(self, until: Time) -> None:
        """Let time pass up to and including `until`; segments come before timers."""
        for _ in range(200_000):
            timer = min(
                ((at, name) for end in self.ends.values() for name, at in end.timers.items()), default=None
            )
            segment = self._queue[0][0] if self._queue else None
            if segment is not None and (timer is None or segment <= timer[0]):
                if segment > until:
                    break
                self.now, _, (end, event) = heapq.heappop(self._queue)
                self.feed(end, event)
            elif timer is not None and timer[0] <= until:
                self.now = timer[0]
                end = next(end for end in self.ends.values() if timer[1] in end.timers)
                del end.timers[timer[1]]
                self.feed(end, TimerFired(timer[1]))
            else:
                break
        else:
            raise AssertionError("events without end")
        self.now = max(self.now, until)


def wheel(delay: Time) -> Time:
    """How late a kernel timer with HZ = 250 is at most."""
    return granularity(delay, HZ)


def echo(data: bytes) -> bytes:
    return data


def echoing(client: TcpSettings | None = None, warm: Time = SECOND) -> Pipe:
    """A connection on which the client talks each 100 ms and is answered, for `warm`."""
    pipe = Pipe(client).connected()
    pipe.server.answer = echo
    pipe.stream(pipe.now + warm)
    return pipe


def times(end: End, since: Time, **wanted: int) -> list[float]:
    """When segments were sent after `since`, in seconds from then; `seq` only those with that number."""
    return [
        (at - since) / SECOND
        for at, packet in end.sent
        if at >= since and all(getattr(packet, key) == value for key, value in wanted.items())
    ]


def nobody_hears(now: Time, packet: Tcp) -> bool:
    """A `Pipe.drop`."""
    return True


def silence(pipe: Pipe) -> int:
    """From now on nobody hears anybody; returns the number of the client's first segment that is lost."""
    pipe.drop = nobody_hears
    return pipe.client.machine.out.nxt


def with_lateness(pipe: Pipe, part: float) -> None:
    """Let every timer be late by this part of what is possible."""
    pipe.late = lambda delay: int(part * wheel(delay))
