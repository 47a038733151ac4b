"""A client that asks a service by UDP: each datagram carries its number, the answer brings it back."""

from __future__ import annotations

from vipsim.sim.foresight import Course
from vipsim.sim.kernel import Kernel
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.way import way_to
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Frame, Udp

FIRST_PORT = 40_000
"""Source port of the first client that speaks UDP; the others follow."""


class Query:
    """Datagrams from `kernel` to `dst`:`port`."""

    __slots__ = ("confirm", "dst", "ear", "kernel", "key", "port", "sport", "src")

    def __init__(
        self, kernel: Kernel, number: int, key: int, dst: IPv4, port: int, ear: Ear, confirm: bool
    ) -> None:
        self.kernel = kernel
        self.key = key
        self.dst = dst
        self.port = port
        self.ear = ear
        self.confirm = confirm
        """It sends with MSG_CONFIRM while it is answered."""
        self.sport = FIRST_PORT + number
        self.src = way_to(kernel, dst)[0]
        kernel.ports[self.sport] = self.answer

    def probe(self) -> None:
        """Send one query now."""
        ear = self.ear
        ear.sent = seq = ear.sent + 1
        if self.kernel.state is None:  # else its host is down or frozen
            self.kernel.send_packet(self.packet(seq), 0, self.confirm and ear.last_seq == seq - 1)

    def packet(self, seq: int) -> Udp:
        """Return query number `seq`."""
        return Udp(self.src, self.dst, 64, self.sport, self.port, seq.to_bytes(8, "big"))

    def foresee(self, course: Course) -> None:
        """What `probe` would do now."""
        if self.kernel.state is None:
            now = course.end
            course.send(self.kernel, self.packet(0), now)
            if self.confirm and course.answer is not None:
                nic = self.kernel.route(self.dst)
                assert nic is not None
                course.confirmed.append((nic.entries[self.kernel.next_hop(self.dst)], now))

    def answer(self, frame: Frame, iface: str) -> None:
        """Take an answer."""
        packet = frame.packet
        if isinstance(packet, Udp):
            self.ear.heard(int.from_bytes(packet.payload, "big"), frame.src, frame.cause)

    def restart(self) -> None:
        """Nothing is open between two queries."""

    def finish(self) -> None:
        """Note a silence that is still open."""
        self.ear.finish()
