"""A client that makes a new TCP connection each interval and notes how long it took, or how it failed.

An answered probe is a connection that was established; the client closes it at once. Attempts run side by
side: one that waits for its SYN's repetition does not keep the next from trying.
"""

from __future__ import annotations

from vipsim.scenario.model import TcpOptions
from vipsim.sim.kernel import Kernel
from vipsim.sim.tcp import TcpSocket
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.sessions import Sessions
from vipsim.sim.workloads.tcp_options import settings_of
from vipsim.sim.workloads.way import mac_behind, way_to
from vipsim.wire.addresses import IPv4


class Connector:
    """New connections from `kernel` to `dst`:`port`."""

    __slots__ = ("dst", "ear", "kernel", "key", "port", "sessions", "settings", "src")

    def __init__(self, kernel: Kernel, key: int, dst: IPv4, port: int, ear: Ear, options: TcpOptions) -> None:
        self.kernel = kernel
        self.key = key
        self.dst = dst
        self.port = port
        self.ear = ear
        self.settings = settings_of(options)
        self.src = way_to(kernel, dst)[0]
        self.sessions = Sessions(kernel, ear.name)

    def probe(self) -> None:
        """Begin a connection."""
        self.ear.sent += 1
        if self.kernel.state is None:
            attempt = Attempt(self, self.ear.sent)
            self.kernel.tcp.connect(self.dst, self.port, self.settings, attempt, self.src)

    def restart(self) -> None:
        """The attempts went with the host's kernel."""

    def finish(self) -> None:
        """Note a silence that is still open."""
        self.ear.finish()


class Attempt:
    """The user of one connection."""

    __slots__ = ("client", "number", "since")

    def __init__(self, client: Connector, number: int) -> None:
        self.client = client
        self.number = number
        self.since = client.kernel.world.env._now

    def established(self, socket: TcpSocket) -> None:
        """It worked: note it and leave."""
        client = self.client
        client.sessions.opened(self.number, self.since)
        client.ear.heard(self.number, mac_behind(client.kernel, client.dst))
        socket.close()

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Nobody was asked anything."""

    def failed(self, socket: TcpSocket, error: str) -> None:
        """It did not work."""
        self.client.sessions.failed(self.number, error, self.since)

    def closed(self, socket: TcpSocket) -> None:
        """The service closed it first."""
        socket.close()
