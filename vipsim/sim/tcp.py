"""The TCP sockets of one kernel: who gets which segment, and the drivers of the connections.

A listener is bound to a port on any local address. A connection belongs to its four-tuple and outlives
its local address: while the address is gone nothing is sent from it (the route look-up fails) and nothing
is delivered to it (another host has it), but its timers go on, so it resumes when the address returns.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace
from typing import Protocol

from vipsim.machines.tcp import TcpConnection
from vipsim.machines.tcp.words import (
    MODULUS,
    Aborted,
    Deliver,
    Failed,
    Opened,
    PeerClosed,
    TcpAction,
    TcpEnds,
    TcpEvent,
    TcpSettings,
    TcpState,
    Transmit,
    Unreachable,
    before,
    reset_for,
)
from vipsim.machines.vocabulary import (
    CancelTimer,
    Changed,
    Received,
    SetTimer,
    TimerName,
)
from vipsim.sim.tcp_socket import Nobody, TcpSocket, TcpUser
from vipsim.sim.world import World
from vipsim.units import US, Time
from vipsim.wire.addresses import NO_IP, IPv4
from vipsim.wire.frames import Frame, IcmpKind, IpPacket, Tcp, TcpFlag

FIRST_EPHEMERAL, LAST_EPHEMERAL = 32_768, 60_999
"""Ports that a client gets (net.ipv4.ip_local_port_range)."""
_HANDSHAKE = TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST
_SPREAD = 0x9E3779B1

TimerHandler = Callable[[TimerName, int], object]
"""Called with (name, id of the record that says it fired)."""


class Timers(Protocol):
    """The timer table of a kernel (`vipsim.sim.timers.TimerTable`)."""

    def set(self, name: TimerName, at: Time, cause: int) -> None:
        """Arm `name` for the absolute time `at` (ns), or move it there."""

    def cancel(self, name: TimerName) -> None:
        """Forget `name`."""


class TcpKernel(Protocol):
    """What the sockets need of a kernel: `vipsim.sim.kernel.Kernel`, or a fake one in a test."""

    @property
    def world(self) -> World:
        """Where the clock is."""

    @property
    def number(self) -> int:
        """Tells the hosts of a run apart."""

    @property
    def hz(self) -> int:
        """Ticks per second of its timers; 0: they are exact."""

    @property
    def addresses(self) -> Container[IPv4]:
        """Its own addresses."""

    @property
    def timers(self) -> Timers:
        """Its timers; those of a connection have the connection's `part`."""

    @property
    def timer_users(self) -> dict[str, TimerHandler]:
        """Who is called for the timers of a part."""

    def source_towards(self, address: IPv4) -> IPv4 | None:
        """The address that a connection to `address` is made from; None: no route."""

    def send_packet(self, packet: IpPacket, cause: int = 0, confirm: bool = False) -> None:
        """Send `packet`; `confirm`: stamp the neighbor entry that it uses as confirmed."""


Accept = Callable[[TcpSocket], TcpUser]
Key = tuple[IPv4, int, IPv4, int]


class TcpSockets:
    """Every TCP socket of `kernel`."""

    __slots__ = ("_cause", "_count", "_port", "connections", "kernel", "listeners")

    def __init__(self, kernel: TcpKernel) -> None:
        self.kernel = kernel
        self.connections: dict[Key, TcpSocket] = {}
        """By (local address, local port, peer, its port)."""
        self.listeners: dict[int, tuple[Accept, TcpSettings]] = {}
        self._port = FIRST_EPHEMERAL
        self._count = 0
        self._cause = 0

    # --- for programs ----------------------------------------------------------------------

    def connect(
        self,
        dst: IPv4,
        dport: int,
        settings: TcpSettings,
        user: TcpUser,
        src: IPv4 | None = None,
        cause: int = 0,
    ) -> TcpSocket:
        """Begin a connection to `dst`, from `src` or the address that the kernel prefers."""
        local = src if src is not None else self.kernel.source_towards(dst)
        lport = self._free_port(local or NO_IP, dst, dport)
        socket = self._add(TcpEnds(local or NO_IP, lport, dst, dport), settings, user)
        if local is None:
            self._forget(socket)
            user.failed(socket, "ENETUNREACH")
        else:
            self.feed(socket, Opened(), cause)
        return socket

    def listen(self, port: int, on_accept: Accept, settings: TcpSettings | None = None) -> None:
        """Accept connections to `port` on any local address; `on_accept` names the user of each."""
        self.listeners[port] = (on_accept, settings or TcpSettings())

    def unlisten(self, port: int) -> None:
        """Accept no more on `port`: a SYN is answered with a reset. Connections that exist stay."""
        self.listeners.pop(port, None)

    # --- for the kernel --------------------------------------------------------------------

    def receive(self, frame: Frame, iface: str = "") -> None:
        """Take a segment for a local address: give it to its socket, a listener, or answer with a reset."""
        packet = frame.packet
        if not isinstance(packet, Tcp):
            return
        socket = self.connections.get((packet.dst, packet.dport, packet.src, packet.sport))
        is_first = packet.flags & _HANDSHAKE == TcpFlag.SYN
        if socket is not None and is_first and _is_over(socket.connection, packet):
            self.feed(socket, Aborted(), frame.cause)
            socket = None
        listener = self.listeners.get(packet.dport)
        if socket is None and is_first and listener is not None:
            ends = TcpEnds(packet.dst, packet.dport, packet.src, packet.sport)
            socket = self._add(ends, listener[1], Nobody())
        if socket is not None:
            self.feed(socket, Received(frame, iface), frame.cause)
            return
        reset = reset_for(packet)
        if reset is not None:
            self.kernel.send_packet(reset, frame.cause)

    def unreachable(
        self, packet: IpPacket, kind: IcmpKind = IcmpKind.HOST_UNREACHABLE, cause: int = 0
    ) -> bool:
        """Tell the sender of `packet` that it did not arrive; False if no socket here has sent it."""
        if not isinstance(packet, Tcp):
            return False
        socket = self.connections.get((packet.src, packet.sport, packet.dst, packet.dport))
        if socket is not None:
            self.feed(socket, Unreachable(kind, packet.seq), cause)
        return socket is not None

    def crash(self) -> None:
        """The kernel is gone: forget sockets and listeners without a word (its timers go by themselves)."""
        for socket in self.connections.values():
            self.kernel.timer_users.pop(socket.connection.part, None)
        self.connections.clear()
        self.listeners.clear()

    # --- the driver ------------------------------------------------------------------------

    def has(self, socket: TcpSocket) -> bool:
        """Whether `socket` is one that this kernel still knows."""
        return self.connections.get(_key(socket)) is socket

    def feed(self, socket: TcpSocket, event: TcpEvent, cause: int = 0) -> None:
        """Give `event` to the connection and carry out what it asks; `cause` 0: what is going on now."""
        if not self.has(socket):
            return
        outer, self._cause = self._cause, cause or self._cause
        try:
            actions = socket.connection.handle(event, self.kernel.world.env._now)
            for action in actions:
                self._carry_out(socket, action)
            for action in actions:  # the program hears last: it may act on this socket at once
                self._tell(socket, action)
        finally:
            self._cause = outer

    def _carry_out(self, socket: TcpSocket, action: TcpAction) -> None:
        match action:
            case Transmit(packet=packet, confirm=confirm):
                if packet.src in self.kernel.addresses:
                    self.kernel.send_packet(packet, self._cause, confirm)
            case SetTimer(name=name, at=at):
                self.kernel.timers.set(name, at, self._cause)
            case CancelTimer(name=name):
                self.kernel.timers.cancel(name)
            case Changed(new=TcpState.CLOSED):
                self._forget(socket)

    def _tell(self, socket: TcpSocket, action: TcpAction) -> None:
        match action:
            case Failed(error=error):
                socket.user.failed(socket, error)
            case _ if not self.has(socket) or socket.connection.is_orphan:
                return  # the program has closed it meanwhile
            case Changed(new=TcpState.ESTABLISHED):
                self._established(socket)
            case Deliver(data=data):
                socket.user.received(socket, data)
            case PeerClosed():
                socket.user.closed(socket)

    def _established(self, socket: TcpSocket) -> None:
        if socket.connection.is_passive:
            listener = self.listeners.get(socket.local[1])
            if listener is None:  # its program ended during the handshake
                self.feed(socket, Aborted())
                return
            socket.user = listener[0](socket)
        socket.user.established(socket)

    def _add(self, ends: TcpEnds, settings: TcpSettings, user: TcpUser) -> TcpSocket:
        self._count += 1
        settings = replace(settings, hz=self.kernel.hz)
        connection = TcpConnection(ends, self._initial_number(ends), settings)
        socket = TcpSocket(self, connection, user, self._count)
        self.connections[_key(socket)] = socket
        self.kernel.timer_users[connection.part] = socket.timer
        return socket

    def _forget(self, socket: TcpSocket) -> None:
        if self.has(socket):
            del self.connections[_key(socket)]
            self.kernel.timer_users.pop(socket.connection.part, None)

    def _free_port(self, local: IPv4, dst: IPv4, dport: int) -> int:
        """The next client port; a later run of the host goes on counting, where a real one draws."""
        for _ in range(LAST_EPHEMERAL - FIRST_EPHEMERAL):
            port = self._port
            self._port = FIRST_EPHEMERAL if port == LAST_EPHEMERAL else port + 1
            if (local, port, dst, dport) not in self.connections and port not in self.listeners:
                return port
        raise OverflowError("every client port to this service is in use")

    def _initial_number(self, ends: TcpEnds) -> int:
        """A clock and something of the connection (RFC 6528); no chance, so runs repeat."""
        mixed = (self.kernel.number << 16 ^ ends.lport << 8 ^ ends.pport) * _SPREAD
        return (self.kernel.world.env._now // (4 * US) + mixed) % MODULUS


def _key(socket: TcpSocket) -> Key:
    return (*socket.local, *socket.peer)


def _is_over(connection: TcpConnection, packet: Tcp) -> bool:
    """Whether a SYN may replace a connection in TIME_WAIT: its number is newer (RFC 9293, 3.10.7.4)."""
    return connection.state is TcpState.TIME_WAIT and before(connection.into.nxt, packet.seq)


__all__ = ["TcpKernel", "TcpSocket", "TcpSockets", "TcpUser"]
