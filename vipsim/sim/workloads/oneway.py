"""A client that only sends: sensors, logs, counters. Nobody answers, so the silence is the receiver's.

The services that get its datagrams tell it of each arrival, whichever host they are on: a silence lies
between two datagrams that reached somebody, and `answered` names who it was.
"""

from __future__ import annotations

from vipsim.sim.kernel import Kernel
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.query import FIRST_PORT
from vipsim.sim.workloads.way import way_to
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Frame, Udp


class Oneway:
    """Datagrams from `kernel` to `dst`:`port` that nobody answers."""

    __slots__ = ("dst", "ear", "kernel", "key", "port", "sport", "src")

    def __init__(self, kernel: Kernel, number: int, key: int, dst: IPv4, port: int, ear: Ear) -> None:
        self.kernel = kernel
        self.key = key
        self.dst = dst
        self.port = port
        self.ear = ear
        self.sport = FIRST_PORT + number
        self.src = way_to(kernel, dst)[0]

    def probe(self) -> None:
        """Send one datagram now."""
        self.ear.sent = seq = self.ear.sent + 1
        if self.kernel.state is None:
            packet = Udp(self.src, self.dst, 64, self.sport, self.port, seq.to_bytes(8, "big"))
            self.kernel.send_packet(packet)

    def arrived(self, frame: Frame, host: str) -> None:
        """A datagram reached the service on `host`."""
        packet = frame.packet
        if isinstance(packet, Udp):
            self.ear.heard(int.from_bytes(packet.payload, "big"), host, frame.cause)

    def restart(self) -> None:
        """Nothing is open between two datagrams."""

    def finish(self) -> None:
        """Note a silence that is still open."""
        self.ear.finish()
