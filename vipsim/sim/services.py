"""A service on a host: it answers queries on its UDP port, apart from any failover daemon.

It can stop or hang by itself while the host and its daemon live on; then queries go unanswered.
"""

from __future__ import annotations

from vipsim.sim.kernel import Kernel
from vipsim.wire.frames import Frame, Udp


class ServiceProcess:
    """The service `name` on `kernel`, listening on UDP `port`."""

    __slots__ = ("kernel", "name", "running")

    def __init__(self, kernel: Kernel, name: str, port: int) -> None:
        self.kernel = kernel
        self.name = name
        self.running = True
        kernel.ports[port] = self.receive

    def receive(self, frame: Frame, iface: str) -> None:
        """Answer a query with its own payload, from the address that was asked."""
        query = frame.packet
        if self.running and isinstance(query, Udp):
            answer = Udp(query.dst, query.src, 64, query.dport, query.sport, query.payload)
            self.kernel.send_packet(answer, frame.cause)

    def set_running(self, running: bool, act: str, cause: int) -> None:
        """Stop, hang or start it; `act` is the word for the record."""
        self.running = running
        self.kernel.world.note("service", self.kernel.name, {"service": self.name, "act": act}, cause)
