"""Clients: a host that asks the virtual address regularly and notes when it gets no answer.

A silence is the time between two successive answers when a probe between them was lost, or the
second came at least one probe spacing late. Its resolution is the spacing of the probes.
"""

from __future__ import annotations

from collections import deque
from heapq import heappush
from typing import Any

from vipsim.machines.neighbor import Entry
from vipsim.sim.engine import Environment, Tie, tie_key
from vipsim.sim.kernel import Kernel
from vipsim.sim.nic import Nic
from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Echo, Frame, IpPacket, Udp

FIRST_PORT = 40_000
"""Source port of the first client that queries a service; the others follow."""


class Rota:
    """Clients that probe with one interval take turns.

    Their order never changes: whoever has probed is next after everybody else. So one heap entry, that
    of the next turn, serves a thousand clients, and the heap stays small.
    """

    __slots__ = ("_call", "_queue", "_turns", "env", "interval")

    def __init__(self, env: Environment, interval: Time) -> None:
        self.env = env
        self.interval = interval
        self._queue: list[Any] = env._queue
        self._turns: deque[tuple[Time, Client]] = deque()
        self._call = self._turn

    def begin(self, client: Client, at: Time) -> None:
        """Let `client` send its first probe at the absolute time `at` (ns) and take turns from then on."""
        client.last = at
        self.env.call_at(at, client.key, self._join, client)

    def _join(self, client: Client) -> None:
        client.probe()
        self._turns.append((self.env._now + self.interval, client))
        if len(self._turns) == 1:
            self._arm()

    def _turn(self, _: object) -> None:
        at, client = self._turns.popleft()
        client.probe()
        self._turns.append((at + self.interval, client))
        self._arm()

    def _arm(self) -> None:
        at, client = self._turns[0]
        heappush(self._queue, (at, client.key, self._call, None))


class Client:
    """One workload: `probe` is sent every `interval` ns from `kernel` to `dst`."""

    __slots__ = (
        "answered_by", "dst", "entry", "env", "ident", "interval", "kernel", "key", "last",
        "last_seq", "measured", "name", "names", "nic", "patience", "port", "seq", "size", "src",
        "world",
    )  # fmt: skip

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        number: int,
        dst: IPv4,
        port: int | None,
        interval: Time,
        measured: bool,
    ) -> None:
        self.kernel = kernel
        self.world = kernel.world
        self.env = kernel.world.env
        self.name = name
        self.dst = dst
        self.port = port
        """UDP port of the service that is asked; None: ping."""
        self.interval = interval
        self.patience = 2 * interval
        self.measured = measured
        self.ident = number
        self.key = tie_key(Tie.CLIENT, number)
        nic = kernel.route(dst)
        assert nic is not None, "a client's target is on a subnet of its host: the scenario's check saw to it"
        self.nic: Nic = nic
        self.src: IPv4 = next(iter(nic.own))
        self.entry = Entry(dst)
        self.seq = 0
        self.last: Time = 0
        self.last_seq = 0
        self.answered_by: Mac | None = None
        self.names: dict[int, str] = {}
        """Names of nodes by MAC, to tell who answered."""
        self.size = self._packet().size
        if port is None:
            kernel.flows[number] = self.answer
        else:
            kernel.ports[FIRST_PORT + number] = self.answer

    def _packet(self) -> IpPacket:
        if self.port is None:
            return Echo(self.src, self.dst, 64, False, self.ident, self.seq)
        return Udp(self.src, self.dst, 64, FIRST_PORT + self.ident, self.port, self.seq.to_bytes(8, "big"))

    def probe(self) -> None:
        """Send one probe now."""
        self.seq = seq = self.seq + 1
        target = self.entry.target
        kernel = self.kernel
        if target is not None and self.port is None and kernel.state is None:
            packet = Echo(self.src, self.dst, 64, False, self.ident, seq)
            nic = self.nic
            nic.out.send(Frame(target, nic.mac, packet, self.size))
        elif kernel.state is None:  # else its host is down or frozen: nothing is sent
            kernel.send_packet(self._packet())
            self.entry = self.nic.entries.get(self.dst, self.entry)

    def answer(self, frame: Frame, iface: str) -> None:
        """Take an answer: close a silence if there was one, and note who answered."""
        packet = frame.packet
        seq = packet.seq if type(packet) is Echo else int.from_bytes(packet.payload, "big")  # type: ignore[union-attr]
        now = self.env._now
        if seq != self.last_seq + 1 or now - self.last >= self.patience:
            self._silence(now, seq)
        if frame.src is not self.answered_by:
            self._answered_by(frame)
        self.last = now
        self.last_seq = seq

    def finish(self) -> None:
        """At the end of the run: a silence that is still open is noted without an end."""
        if self.measured and self.seq and self.env._now - self.last >= self.patience:
            self._note_gap(None, self.seq - self.last_seq)

    def _silence(self, now: Time, seq: int) -> None:
        lost = seq - self.last_seq - 1
        # answers that waited for one ARP reply come at one instant, with probes lost between them
        if (
            self.measured
            and now - self.last > self.interval
            and (lost > 0 or now - self.last >= self.patience)
        ):
            self._note_gap(now, max(lost, 0))

    def _note_gap(self, first: Time | None, lost: int) -> None:
        data = {"client": self.name, "last": self.last, "first": first, "lost": lost}
        self.world.note("gap", self.kernel.name, data)

    def _answered_by(self, frame: Frame) -> None:
        if frame.src != self.answered_by and self.measured:
            by = self.names.get(frame.src, str(frame.src))
            self.world.note("answered", self.kernel.name, {"client": self.name, "by": by}, frame.cause)
        self.answered_by = frame.src
