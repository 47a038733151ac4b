"""A pool of database connections and the program that writes through it, a numbered row each turn.

Each write takes the connection that has been idle for longest and keeps it until the answer comes, so a
connection whose server is gone is found out when its turn comes and not before: the stale ones fail one by
one. A turn that finds no connection free is lost: its row is never written.

A connection that fails is made again after a pause, which doubles up to a limit until a write is
acknowledged. With ``thundering`` the first failure of a connection that was open closes the whole pool, and
all of it connects again at once; an attempt that fails, and a server that refuses to write, have their
pauses as well.

The answer names the server and its timeline, so the client knows who has its row. What became of a row
without an answer it never knows.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from vipsim.machines.postgresql.words import Kind, Message, Reader
from vipsim.machines.tcp.words import TcpSettings
from vipsim.scenario.model import PoolOptions, TcpOptions
from vipsim.sim.kernel import Kernel
from vipsim.sim.tcp import TcpSocket
from vipsim.sim.workloads.alarms import Alarms
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.sessions import Sessions
from vipsim.sim.workloads.tcp_options import settings_of
from vipsim.sim.workloads.way import way_to
from vipsim.trace.ranges import ranges
from vipsim.units import Time
from vipsim.wire.addresses import IPv4

READ_ONLY = "read-only"
"""The server refused a write: it is no primary."""
NO_ANSWER = "statement timeout"
CLOSED = "closed by the server"


class Pool:
    """The pool of one client, from `kernel` to `dst`:`port`."""

    __slots__ = (
        "_acknowledged", "_connections", "_is_begun", "_server", "alarms", "database", "dst", "ear", "idle",
        "kernel", "key", "lost", "number", "options", "port", "servers", "sessions", "settings", "src",
    )  # fmt: skip

    def __init__(
        self,
        kernel: Kernel,
        number: int,
        key: int,
        dst: IPv4,
        port: int,
        ear: Ear,
        options: PoolOptions,
        tcp: TcpOptions,
        database: str,
        servers: dict[int, str],
    ) -> None:
        self.kernel = kernel
        self.number = number
        """The writer's number that its rows carry."""
        self.key = key
        self.dst = dst
        self.port = port
        self.ear = ear
        self.options = options
        self.settings: TcpSettings = settings_of(tcp)
        self.database = database
        self.servers = servers
        """Names of the hosts by the server's number."""
        self.src = way_to(kernel, dst)[0]
        self.sessions = Sessions(kernel, ear.name)
        self.alarms = Alarms(kernel, key + 1, self._ring)
        self.idle: deque[Connection] = deque()
        """Connections that are free, the one that has been so for longest first."""
        self._connections = [Connection(self, one) for one in range(1, options.connections + 1)]
        self.lost = 0
        """Rows that failed, or found no connection, since the last acknowledgement."""
        self._is_begun = False
        self._acknowledged: list[int] = []
        self._server: tuple[int, int] | None = None
        """(server, timeline) of the last acknowledgement."""

    def probe(self) -> None:
        """Open the pool (the first turn), or write the next row if a connection is free."""
        is_running = self.kernel.state is None
        if is_running and not self._is_begun:
            self._is_begun = True
            for connection in self._connections:
                connection.open()
            return
        self.ear.sent = number = self.ear.sent + 1
        if is_running:
            self.alarms.catch_up()
            if self.idle:
                self.idle.popleft().write(number)
                return
        self.lost += 1

    def acknowledged(self, message: Message) -> None:
        """A row is committed."""
        self._acknowledged.append(message.number)
        name = self.servers.get(message.server, str(message.server))
        if (message.server, message.timeline) != self._server:
            self._server = message.server, message.timeline
            data = {
                "client": self.ear.name,
                "database": self.database,
                "server": name,
                "timeline": message.timeline,
                "number": message.number,
            }
            self.kernel.world.note("commit", self.kernel.name, data)
        self.ear.heard(message.number, name, lost=self.lost)
        self.lost = 0

    def failed(self, connection: Connection, was_open: bool) -> None:
        """A connection failed: make it again later, or the whole pool now."""
        if not (self.options.thundering and was_open):
            self.alarms.set(f"open {connection.number}", connection.next_pause())
            return
        for other in self._connections:
            other.discard()
            self.alarms.cancel(f"open {other.number}")
        for other in self._connections:
            other.open()

    def _ring(self, name: str) -> None:
        what, number = name.split(" ")
        connection = self._connections[int(number) - 1]
        if what == "open":
            connection.open()
        else:
            connection.timed_out()

    def restart(self) -> None:
        """Everything that was open went with the host's kernel."""
        self.alarms.clear()
        self.idle.clear()
        self._is_begun = False
        for connection in self._connections:
            connection.forget()

    def finish(self) -> None:
        """Note the rows that were acknowledged, and a silence that is still open."""
        self.ear.finish()
        data = {"client": self.ear.name, "database": self.database, "rows": ranges(self._acknowledged)}
        self.kernel.world.note("acknowledged", self.kernel.name, data)


class Phase(Enum):
    """What a connection of a pool does."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    IDLE = "idle"
    BUSY = "busy"
    """It waits for the answer to a write."""


class Connection:
    """One connection of a pool."""

    __slots__ = ("_pause", "_reader", "_since", "_socket", "number", "phase", "pool")

    def __init__(self, pool: Pool, number: int) -> None:
        self.pool = pool
        self.number = number
        self._pause: Time = pool.options.backoff
        self.forget()

    def forget(self) -> None:
        """Be as if it had never been open."""
        self.phase = Phase.CLOSED
        self._socket: TcpSocket | None = None
        self._reader = Reader()
        self._since: Time = 0

    def next_pause(self) -> Time:
        """Return how long to wait before the next attempt, in ns; the time after that is twice as long."""
        pause = self._pause
        self._pause = min(2 * pause, self.pool.options.backoff_limit)
        return pause

    def open(self) -> None:
        """Connect."""
        pool = self.pool
        self.forget()
        self.phase = Phase.CONNECTING
        self._since = pool.kernel.world.env._now
        socket = pool.kernel.tcp.connect(pool.dst, pool.port, pool.settings, self, pool.src)
        if self.phase is Phase.CONNECTING:
            self._socket = socket

    def write(self, number: int) -> None:
        """Write row `number`."""
        assert self._socket is not None and self.phase is Phase.IDLE
        self.phase = Phase.BUSY
        if self.pool.options.statement_timeout:
            self.pool.alarms.set(f"statement {self.number}", self.pool.options.statement_timeout)
        self._socket.send(Message(Kind.WRITE, number=number, writer=self.pool.number).octets)

    def timed_out(self) -> None:
        """The last statement took too long, if it still goes on: give the connection up."""
        if self.phase is Phase.BUSY:
            self._fail(NO_ANSWER)

    def discard(self) -> None:
        """Close it, if it is open, without a word."""
        socket = self._socket
        if self.phase is Phase.IDLE:
            self.pool.idle.remove(self)
        elif self.phase is Phase.BUSY:
            self.pool.lost += 1
        self.forget()
        if socket is not None:
            socket.close()

    def _fail(self, error: str) -> None:
        since = self._since
        was_open = self.phase in (Phase.BUSY, Phase.IDLE) and error != READ_ONLY
        self.discard()
        self.pool.sessions.failed(self.number, error, since)
        self.pool.failed(self, was_open)

    # --- what the socket tells -------------------------------------------------------------

    def established(self, socket: TcpSocket) -> None:
        """It is open and free."""
        self._socket = socket
        self.phase = Phase.IDLE
        self.pool.sessions.opened(self.number, self._since)
        self.pool.idle.append(self)

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Take the server's answer."""
        if socket is not self._socket:
            return
        for message in self._reader.take(data):
            if message.kind is Kind.REFUSED:
                self._fail(READ_ONLY)
                return
            if message.kind is Kind.ACKNOWLEDGED and self.phase is Phase.BUSY:
                self._succeed(message)

    def _succeed(self, message: Message) -> None:
        pool = self.pool
        self.phase = Phase.IDLE
        self._pause = pool.options.backoff
        pool.idle.append(self)
        pool.acknowledged(message)

    def failed(self, socket: TcpSocket, error: str) -> None:
        """It is lost."""
        if self._socket is None or socket is self._socket:
            self._socket = None
            self._fail(error)

    def closed(self, socket: TcpSocket) -> None:
        """The server closed it."""
        if socket is self._socket:
            self._fail(CLOSED)
