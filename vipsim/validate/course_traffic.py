"""The programs of a course: the client's sockets and the servers on A and B."""

from __future__ import annotations

from vipsim.machines.tcp.words import TcpSettings
from vipsim.sim.tcp import TcpSocket
from vipsim.units import MS, Time
from vipsim.validate.course_hosts import Hosts
from vipsim.validate.course_model import CLIENT, NEW, OLD, Setup
from vipsim.validate.course_notes import Notes
from vipsim.wire.frames import Echo, Frame, Udp

SPORT = 40_000
ICMP_ID = 77
NOTED: Time = 10 * MS
"""The harness reads replies before it reads where the data went: it knows of a change so much later."""


class Traffic:
    """The client's traffic, and who answers it."""

    def __init__(self, setup: Setup, hosts: Hosts, notes: Notes) -> None:
        self.setup = setup
        self.hosts = hosts
        self.notes = notes
        self.answered = False
        """Whether a reply came since the last datagram (MSG_CONFIRM goes on the next one)."""
        self.socket: TcpSocket | None = None
        self.over = False
        self.sent: list[Time] = []
        """When the client sent its datagrams."""
        self.replies: list[Time] = []
        source = setup.nodes[CLIENT].addresses[0][0]
        self.source = source
        hosts.listen_udp(CLIENT, SPORT, self._reply)
        hosts.listen_echo(CLIENT, ICMP_ID, self._reply)
        if setup.server:
            for name in (OLD, NEW):
                self._serve(name)

    # --- servers -----------------------------------------------------------------------------

    def _serve(self, name: str) -> None:
        port = self.setup.server_port

        def datagram(frame: Frame, iface: str) -> None:
            packet = frame.packet
            if isinstance(packet, Udp) and packet.dst == self.setup.vip:
                self.notes.datagram_at(name)
                if self.setup.server == "echo":
                    answer = Udp(packet.dst, packet.src, 64, packet.dport, packet.sport, packet.payload)
                    self.hosts.send(name, answer, frame.cause)

        self.hosts.listen_udp(name, port, datagram)
        self.hosts.sockets(name).listen(port, lambda socket: self._accept(name), TcpSettings())

    def _accept(self, name: str) -> _Server:
        self.notes.note("accept", name)
        return _Server()

    # --- the client's datagrams ----------------------------------------------------------------

    def prime(self) -> None:
        """Send the datagram that fills the cache."""
        assert self.setup.priming is not None
        _, dport, size = self.setup.priming
        self.hosts.send(CLIENT, Udp(self.source, self.setup.vip, 64, SPORT, dport, bytes(size)))

    def send(self, number: int) -> None:
        """Send datagram `number`, or write it to the connection."""
        sending = self.setup.sending
        assert sending is not None
        if sending.socket == "tcp":
            if self.socket is not None and not self.over:
                self.socket.send(bytes(sending.payload))
            return
        self.sent.append(self.notes.now)
        confirm, self.answered = self.answered and sending.confirms, False
        if sending.socket == "udp":
            payload = number.to_bytes(4, "big").ljust(sending.payload, b"x")[: sending.payload]
            self.hosts.send(
                CLIENT,
                Udp(self.source, self.setup.vip, 64, SPORT, sending.dport, payload),
                confirm=confirm,
            )
        else:
            echo = Echo(self.source, self.setup.vip, 64, False, ICMP_ID, number & 0xFFFF, sending.payload)
            self.hosts.send(CLIENT, echo, confirm=confirm)

    def _reply(self, frame: Frame, iface: str) -> None:
        self.answered = True
        self.replies.append(self.notes.now)
        to_b = self.notes.data_dst == self.setup.nodes[NEW].mac
        if (
            to_b
            and "reply_from_b" in self.setup.done_when
            and self.notes.now >= self.notes.data_dst_since + NOTED
            and not any(event.what == "first_reply_from_B" for event in self.notes.events)
        ):
            self.notes.note("first_reply_from_B")
            self.notes.happened("reply_from_b")

    # --- the client's connection ---------------------------------------------------------------

    def connect(self) -> None:
        """Open the connection."""
        tcp = self.setup.tcp
        settings = TcpSettings(
            nodelay=self.setup.nodelay,
            syn_linear=tcp.syn_linear,
            syn_retries=tcp.syn_retries,
            retries2=tcp.retries2,
            rto_min=tcp.rto_min,
            rto_max=tcp.rto_max,
            initial_rto=tcp.initial_rto,
            user_timeout=tcp.user_timeout,
            keepalive=tcp.keepalive,
            tlp=tcp.tlp,
        )
        if not self.setup.connection_blocks:
            self.notes.note("connect_started")
        self.socket = self.hosts.sockets(CLIENT).connect(
            self.setup.vip, self.setup.server_port, settings, self
        )

    def established(self, socket: TcpSocket) -> None:
        """Take note that the connection stands."""
        if not self.setup.connection_blocks:
            self.notes.note("connected")
            self.notes.happened("connected")

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Take what the server answers."""
        self.replies.append(self.notes.now)

    def failed(self, socket: TcpSocket, error: str) -> None:
        """Take note that the connection is lost."""
        self.over = True
        self.notes.note("client_error", error)
        self.notes.happened("error")

    def closed(self, socket: TcpSocket) -> None:
        """Take note of the end of file."""
        self.over = True
        self.notes.happened("eof")


class _Server:
    """A program on A or B that sends back what it gets."""

    def established(self, socket: TcpSocket) -> None:
        """Nothing is said first."""

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Send it back."""
        socket.send(data)

    def failed(self, socket: TcpSocket, error: str) -> None:
        """Forget the client."""

    def closed(self, socket: TcpSocket) -> None:
        """Close, too."""
        socket.close()
