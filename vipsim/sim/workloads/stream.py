"""A client with one TCP connection, on which it says something each interval and hears it back.

A message that was said is TCP's to deliver: after a silence all of them may come back at once. When the
connection fails, the client notes the error and connects again: at once if it was open, at its next turn if
the attempt itself failed. What was said on the old connection is lost.
"""

from __future__ import annotations

from vipsim.scenario.model import TcpOptions
from vipsim.sim.kernel import Kernel
from vipsim.sim.tcp import TcpSocket
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.sessions import Sessions
from vipsim.sim.workloads.tcp_options import settings_of
from vipsim.sim.workloads.way import mac_behind, way_to
from vipsim.units import Time
from vipsim.wire.addresses import IPv4

SIZE = 8
"""Octets of a message: its number."""


class Stream:
    """One connection at a time from `kernel` to `dst`:`port`."""

    __slots__ = (
        "_by", "_count", "_is_open", "_rest", "_since", "_socket", "dst", "ear", "kernel", "key", "port",
        "reads_only", "sessions", "settings", "src",
    )  # fmt: skip

    def __init__(self, kernel: Kernel, key: int, dst: IPv4, port: int, ear: Ear, options: TcpOptions) -> None:
        self.kernel = kernel
        self.key = key
        self.dst = dst
        self.port = port
        self.ear = ear
        self.settings = settings_of(options)
        self.reads_only = options.reads_only
        self.src = way_to(kernel, dst)[0]
        self.sessions = Sessions(kernel, ear.name)
        self._count = 0
        self._since: Time = 0
        self._by: object = None
        self._rest = b""
        self._socket: TcpSocket | None = None
        """The connection that counts; calls for an older one are ignored."""
        self._is_open = False

    def probe(self) -> None:
        """Say something, or connect."""
        self.ear.sent += 1
        if self.kernel.state is not None:
            return
        if self._socket is None:
            self._connect()
        else:
            self._say()

    def _connect(self) -> None:
        self._count += 1
        self._since = self.kernel.world.env._now
        self._rest = b""
        self._is_open = False
        socket = self.kernel.tcp.connect(self.dst, self.port, self.settings, self, self.src)
        self._socket = socket if socket.sockets.has(socket) else None

    def _say(self) -> None:
        if self._is_open and not self.reads_only and self._socket is not None:
            self._socket.send(self.ear.sent.to_bytes(SIZE, "big"))

    # --- what the connection tells ---------------------------------------------------------

    def established(self, socket: TcpSocket) -> None:
        """The connection is open: say what there is to say now."""
        self._is_open = True
        self._by = mac_behind(self.kernel, self.dst)
        self.sessions.opened(self._count, self._since)
        self._say()

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Hear messages back."""
        whole = self._rest + data
        cut = len(whole) - len(whole) % SIZE
        self._rest = whole[cut:]
        for at in range(0, cut, SIZE):
            self.ear.heard(int.from_bytes(whole[at : at + SIZE], "big"), self._by)

    def failed(self, socket: TcpSocket, error: str) -> None:
        """Note the error; connect again."""
        was_open, self._is_open = self._is_open, False
        self._socket = None
        self.sessions.failed(self._count, error, self._since)
        if was_open:
            self._connect()

    def closed(self, socket: TcpSocket) -> None:
        """The service ended the connection."""
        socket.close()
        self.failed(socket, "closed by the service")

    # --- the host --------------------------------------------------------------------------

    def restart(self) -> None:
        """The connection went with the host's kernel."""
        self._socket = None
        self._is_open = False

    def finish(self) -> None:
        """Note a silence that is still open."""
        if not self.reads_only:
            self.ear.finish()
