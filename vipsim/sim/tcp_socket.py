"""A TCP socket in the hands of a program, and what a program must be able to take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vipsim.machines.tcp import TcpConnection
from vipsim.machines.tcp.words import Aborted, Closed, TcpState, Written
from vipsim.machines.vocabulary import TimerFired, TimerName
from vipsim.units import Time

if TYPE_CHECKING:
    from vipsim.sim.tcp import TcpSockets


class TcpUser(Protocol):
    """The program behind a socket. The calls may send, close or open at once."""

    def established(self, socket: TcpSocket) -> None:
        """The handshake is complete, on either side."""

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Octets arrived: in order, each once."""

    def failed(self, socket: TcpSocket, error: str) -> None:
        """The connection is lost, or never came about.

        `error` is ECONNRESET, ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, EPIPE (a reset after the peer's end
        of file) or ENETUNREACH (no route).
        """

    def closed(self, socket: TcpSocket) -> None:
        """The peer sends no more (end of file); our side is still open until `TcpSocket.close`."""


class TcpSocket:
    """One connection in the hands of its user."""

    __slots__ = ("connection", "local", "number", "peer", "sockets", "user")

    def __init__(self, sockets: TcpSockets, connection: TcpConnection, user: TcpUser, number: int) -> None:
        ends = connection.ends
        self.sockets = sockets
        self.connection = connection
        self.user = user
        self.number = number
        """Counts the sockets of a kernel, from 1."""
        self.local = (ends.local, ends.lport)
        self.peer = (ends.peer, ends.pport)

    @property
    def state(self) -> TcpState:
        """The state of the connection; CLOSED too when its host crashed."""
        return self.connection.state if self.sockets.has(self) else TcpState.CLOSED

    @property
    def srtt(self) -> Time:
        """Smoothed round-trip time in ns; 0: not measured."""
        return self.connection.srtt

    def send(self, data: bytes) -> None:
        """Send `data`; without a word if the connection is not open."""
        self.sockets.feed(self, Written(data))

    def close(self) -> None:
        """Close both directions: what was written still arrives, the user hears nothing any more."""
        self.sockets.feed(self, Closed())

    def abort(self) -> None:
        """Send a reset and forget the connection."""
        self.sockets.feed(self, Aborted())

    def timer(self, name: TimerName, cause: int) -> None:
        """Take a wake-up of the connection."""
        self.sockets.feed(self, TimerFired(name), cause)


class Nobody:
    """The user of a connection whose handshake is not complete, or that was not wanted."""

    def established(self, socket: TcpSocket) -> None:
        """Ignore it."""

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Ignore it."""

    def failed(self, socket: TcpSocket, error: str) -> None:
        """Ignore it."""

    def closed(self, socket: TcpSocket) -> None:
        """Close, too."""
        socket.close()
