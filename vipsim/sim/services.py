"""A service on a host: it answers on its UDP and its TCP port, apart from any failover daemon.

It can stop or hang by itself while the host and its daemon live on. What stops is gone: connections are
closed, new ones refused. What hangs keeps its sockets: the kernel accepts and acknowledges, nobody answers.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from vipsim.sim.kernel import HOST_DOWN, Kernel
from vipsim.sim.tcp import TcpSocket, TcpUser
from vipsim.wire.frames import Frame, Udp


class Running(Enum):
    """What a process does."""

    YES = "running"
    HUNG = "hung"
    """Its host may be frozen, or it alone."""
    NO = "stopped"


class Program(Protocol):
    """What a service does with its connections."""

    def accept(self, socket: TcpSocket) -> TcpUser:
        """Return the user of a connection that somebody made."""

    def start(self, cause: int) -> None:
        """The process begins."""

    def stop(self, cause: int) -> None:
        """The process ends in order."""

    def crash(self, cause: int) -> None:
        """The process, or its host, dies at once."""

    def pause(self, cause: int) -> None:
        """The process does nothing from now on, but is there."""

    def go_on(self, cause: int) -> None:
        """The process goes on after `pause`, and finds what came meanwhile."""

    def finish(self) -> None:
        """Note what is to be told at the end of the run."""


class ServiceProcess:
    """The service `name` on `kernel`, listening on UDP and TCP `port`."""

    __slots__ = ("counts", "frozen", "kernel", "name", "port", "program", "state")

    def __init__(self, kernel: Kernel, name: str, port: int, program: Program) -> None:
        self.kernel = kernel
        self.name = name
        self.port = port
        self.program = program
        self.state = Running.YES
        self.frozen = False
        self.counts: dict[int, Callable[[Frame, str], None]] = {}
        """Who wants to know of datagrams that are not answered, by their source port."""
        kernel.ports[port] = self.receive

    @property
    def running(self) -> bool:
        """Whether it answers, if its host does."""
        return self.state is Running.YES

    def receive(self, frame: Frame, iface: str) -> None:
        """Answer a query with its own payload, from the address that was asked."""
        query = frame.packet
        if not self.running or not isinstance(query, Udp):
            return
        count = self.counts.get(query.sport)
        if count is not None:
            count(frame, self.kernel.name)
        else:
            answer = Udp(query.dst, query.src, 64, query.dport, query.sport, query.payload)
            self.kernel.send_packet(answer, frame.cause)

    # --- by itself -------------------------------------------------------------------------

    def begin(self, cause: int = 0) -> None:
        """Listen."""
        self.state = Running.YES
        self.kernel.tcp.listen(self.port, self.program.accept)
        self.program.start(cause)

    def set_running(self, running: bool, act: str, cause: int) -> None:
        """Stop, hang or start it; `act` is the word for the record."""
        number = self._note(act, cause)
        old, self.state = self.state, Running.YES if running else Running(_STATES[act])
        if self.state is old or self.kernel.state == HOST_DOWN:
            return  # on a host that is down there is no process; `boot` starts it
        if self.state is Running.NO:
            self.kernel.tcp.unlisten(self.port)
            self.program.stop(number)
        elif self.state is Running.HUNG:
            if old is Running.NO:
                self.begin(number)
                self.state = Running.HUNG
            self.program.pause(number)
        elif old is Running.NO:
            self.begin(number)
        elif not self.frozen:
            self.program.go_on(number)

    # --- with its host ---------------------------------------------------------------------

    def crash(self, cause: int) -> None:
        """The host is gone, and with it the process."""
        self.program.crash(cause)

    def boot(self, cause: int) -> None:
        """The host has booted and starts it, whatever it did before."""
        self.frozen = False
        if not self.running:
            cause = self._note("start", cause)
        self.begin(cause)

    def freeze(self, cause: int) -> None:
        """The host is frozen."""
        if self.running and not self.frozen:
            self.program.pause(cause)
        self.frozen = True

    def thaw(self, cause: int) -> None:
        """The host goes on."""
        if self.running and self.frozen:
            self.program.go_on(cause)
        self.frozen = False

    def _note(self, act: str, cause: int) -> int:
        return self.kernel.world.note("service", self.kernel.name, {"service": self.name, "act": act}, cause)

    def finish(self) -> None:
        """Let the program tell what it has to tell at the end of the run."""
        self.program.finish()


_STATES = {"stop": "stopped", "hang": "hung"}


class Echoes:
    """A program that says back what it hears."""

    __slots__ = ("_heard", "_is_paused", "_sockets")

    def __init__(self) -> None:
        self._sockets: dict[TcpSocket, None] = {}
        self._heard: list[tuple[TcpSocket, bytes]] = []
        """What came while it hung; no octets: the peer has closed."""
        self._is_paused = False

    def accept(self, socket: TcpSocket) -> TcpUser:
        """One program serves every connection."""
        self._sockets[socket] = None
        return self

    def established(self, socket: TcpSocket) -> None:
        """Nothing is said first."""

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Say it back, or find it later."""
        if self._is_paused:
            self._heard.append((socket, data))
        else:
            socket.send(data)

    def failed(self, socket: TcpSocket, error: str) -> None:
        """Forget the connection."""
        self._sockets.pop(socket, None)

    def closed(self, socket: TcpSocket) -> None:
        """Close, too."""
        if self._is_paused:
            self._heard.append((socket, b""))
        else:
            self._sockets.pop(socket, None)
            socket.close()

    def start(self, cause: int) -> None:
        """Nothing is open yet."""
        self.crash(cause)

    def stop(self, cause: int) -> None:
        """The kernel closes what was open."""
        sockets = list(self._sockets)
        self.crash(cause)
        for socket in sockets:
            socket.close()

    def crash(self, cause: int) -> None:
        """Forget everything."""
        self._sockets.clear()
        self._heard.clear()
        self._is_paused = False

    def pause(self, cause: int) -> None:
        """Let it lie."""
        self._is_paused = True

    def go_on(self, cause: int) -> None:
        """Say back what has come."""
        self._is_paused = False
        heard, self._heard = self._heard, []
        for socket, data in heard:
            if data:
                self.received(socket, data)
            else:
                self.closed(socket)

    def finish(self) -> None:
        """There is nothing to tell."""
