"""The sockets of a kernel, on a wire without a network: two or three hosts that own addresses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from vipsim.machines.tcp.words import TcpSettings, TcpState
from vipsim.sim.engine import Environment, Tie, tie_key
from vipsim.sim.rules import drop_rule
from vipsim.sim.streams import Streams
from vipsim.sim.tcp import FIRST_EPHEMERAL, TcpSocket, TcpSockets
from vipsim.sim.timers import TimerTable
from vipsim.units import MS, SECOND, US
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import IcmpKind, IpPacket, Tcp, TcpFlag, Udp, framed

CLIENT, OLD, NEW, VIP = map(IPv4.parse, ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.9"))
PORT = 5432
LATENCY = 50 * US


class Host:
    """A kernel as far as sockets see it."""

    def __init__(self, wire: Wire, number: int, *addresses: IPv4) -> None:
        self.wire = wire
        self.world = SimpleNamespace(env=wire.env)
        self.number = number
        self.hz = 0
        self.addresses = set(addresses)
        self.timer_users: dict[str, object] = {}
        self.timers = TimerTable(wire.env, tie_key(Tie.TIMER, number), self._timer)
        self.tcp = TcpSockets(self)
        self.sent: list[tuple[Tcp, int, bool]] = []

    def _timer(self, name: tuple[str, str], cause: int) -> None:
        self.timer_users[name[0]](name, 1000 + cause)

    def source_towards(self, address: IPv4) -> IPv4 | None:
        return None if address == IPv4.parse("99.9.9.9") else min(self.addresses)

    def send_packet(self, packet: IpPacket, cause: int = 0, confirm: bool = False) -> None:
        assert packet.src in self.addresses, "nothing is sent from an address that is not ours"
        self.sent.append((packet, cause, confirm))
        self.wire.carry(packet, cause)


class Wire:
    """Brings a packet to the host that owns its destination; `owner` says who that is now."""

    def __init__(self) -> None:
        self.env = Environment()
        self.client = Host(self, 1, CLIENT)
        self.old = Host(self, 2, OLD, VIP)
        self.new = Host(self, 3, NEW)
        self.owner: dict[IPv4, Host | None] = {
            CLIENT: self.client,
            OLD: self.old,
            NEW: self.new,
            VIP: self.old,
        }
        self.key = tie_key(Tie.FRAME, 0)

    def carry(self, packet: IpPacket, cause: int) -> None:
        self.key += 1
        self.env.call_at(self.env.now + LATENCY, self.key, self._arrive, (packet, cause))

    def _arrive(self, sent: tuple[IpPacket, int]) -> None:
        packet, cause = sent
        host = self.owner[packet.dst]
        if host is not None and packet.dst in host.addresses:
            host.tcp.receive(framed(Mac(1), Mac(2), packet, cause))

    def run(self, duration: int) -> None:
        self.env.run(until=self.env.now + duration)

    def give_vip(self, to: Host) -> None:
        """Move the address: the sockets of the host that had it stay."""
        for host in (self.old, self.new):
            host.addresses.discard(VIP)
        to.addresses.add(VIP)
        self.owner[VIP] = to


class Program:
    """Writes down what it is told, and answers if told how."""

    def __init__(self, answer=None, on_failed=None) -> None:
        self.said: list[object] = []
        self.answer = answer or (lambda socket, data: None)
        self.on_failed = on_failed or (lambda socket: None)
        self.sockets: list[TcpSocket] = []

    def established(self, socket: TcpSocket) -> None:
        self.sockets.append(socket)
        self.said.append("established")

    def received(self, socket: TcpSocket, data: bytes) -> None:
        self.said.append(data)
        self.answer(socket, data)

    def failed(self, socket: TcpSocket, error: str) -> None:
        self.said.append(error)
        self.on_failed(socket)

    def closed(self, socket: TcpSocket) -> None:
        self.said.append("eof")


def echo(socket: TcpSocket, data: bytes) -> None:
    socket.send(data)


@pytest.fixture
def wire() -> Wire:
    return Wire()


def serve(host: Host, **given) -> Program:
    program = Program(**given)
    host.tcp.listen(PORT, lambda socket: program)
    return program


def call(wire: Wire, dst: IPv4 = VIP, port: int = PORT, settings=None, **given) -> tuple[TcpSocket, Program]:
    program = Program(**given)
    socket = wire.client.tcp.connect(dst, port, settings or TcpSettings(), program)
    wire.run(10 * MS)
    return socket, program


# --- the ordinary ------------------------------------------------------------------------------


def test_a_listener_answers_on_any_local_address(wire):
    service = serve(wire.old, answer=echo)
    for address in (VIP, OLD):
        socket, caller = call(wire, address)
        socket.send(b"hello")
        wire.run(10 * MS)
        assert caller.said == ["established", b"hello"]
        assert (socket.peer, socket.state) == ((address, PORT), TcpState.ESTABLISHED)
        assert socket.srtt == 2 * LATENCY
    assert service.said == ["established", b"hello"] * 2
    assert [accepted.local[0] for accepted in service.sockets] == [VIP, OLD]


def test_connections_have_ports_of_their_own(wire):
    serve(wire.old)
    sockets = [call(wire)[0] for _ in range(3)]
    assert [socket.local for socket in sockets] == [(CLIENT, FIRST_EPHEMERAL + n) for n in range(3)]


def test_closing_tells_the_other_side_and_leaves_nothing_behind(wire):
    service = serve(wire.old)
    socket, caller = call(wire)
    socket.send(b"bye")
    socket.close()
    wire.run(SECOND)
    assert service.said == ["established", b"bye", "eof"]
    service.sockets[0].close()
    wire.run(SECOND)
    assert not wire.old.tcp.connections
    assert socket.state is TcpState.TIME_WAIT
    wire.run(60 * SECOND)
    assert socket.state is TcpState.CLOSED
    assert not wire.client.tcp.connections and not wire.client.timer_users
    assert caller.said == ["established"]


def test_a_port_nobody_listens_on_refuses(wire):
    service = serve(wire.old)
    kept, _ = call(wire)
    wire.old.tcp.unlisten(PORT)
    socket, caller = call(wire)
    assert caller.said == ["ECONNREFUSED"]
    assert socket.state is TcpState.CLOSED
    kept.send(b"still")
    wire.run(SECOND)
    assert service.said == ["established", b"still"]


def test_a_listener_that_goes_during_the_handshake_resets(wire):
    serve(wire.old)
    program = Program()
    wire.client.tcp.connect(VIP, PORT, TcpSettings(), program)
    wire.run(LATENCY + 1)
    wire.old.tcp.unlisten(PORT)
    wire.run(SECOND)
    assert program.said == ["established", "ECONNRESET"]
    assert not wire.old.tcp.connections


def test_without_a_route_the_attempt_fails_at_once(wire):
    program = Program()
    socket = wire.client.tcp.connect(IPv4.parse("99.9.9.9"), PORT, TcpSettings(), program)
    assert program.said == ["ENETUNREACH"]
    assert socket.state is TcpState.CLOSED
    assert not wire.client.timer_users


# --- failover ----------------------------------------------------------------------------------


def test_the_new_owner_resets_from_the_address_that_was_asked(wire):
    serve(wire.old, answer=echo)
    serve(wire.new, answer=echo)
    socket, caller = call(wire)
    wire.give_vip(wire.new)
    socket.send(b"hello?")
    wire.run(10 * MS)
    assert caller.said == ["established", "ECONNRESET"]
    reset = wire.new.sent[-1][0]
    assert (reset.src, reset.sport, reset.flags) == (VIP, PORT, TcpFlag.RST)


def test_the_old_owners_sockets_survive_and_resume_after_failback(wire):
    """Nobody answers meanwhile: what both sides said arrives when the address is back."""
    service = serve(wire.old)
    socket, caller = call(wire)
    accepted = service.sockets[0]
    wire.owner[VIP] = None
    wire.old.addresses.discard(VIP)
    socket.send(b"from client")
    accepted.send(b"from server")
    wire.run(20 * SECOND)
    assert (socket.state, accepted.state) == (TcpState.ESTABLISHED, TcpState.ESTABLISHED)
    assert not [packet for packet, _, _ in wire.old.sent if packet.payload]
    wire.give_vip(wire.old)
    wire.run(30 * SECOND)
    assert service.said == ["established", b"from client"]
    assert caller.said == ["established", b"from server"]


def test_a_crash_forgets_without_a_word(wire):
    service = serve(wire.old)
    socket, caller = call(wire)
    accepted = service.sockets[0]
    accepted.send(b"never acknowledged")
    wire.owner[VIP] = wire.owner[CLIENT] = None
    wire.old.tcp.crash()
    wire.old.timers.clear()
    sent = len(wire.old.sent)
    accepted.send(b"from the grave")
    wire.run(10 * SECOND)
    assert accepted.state is TcpState.CLOSED
    assert len(wire.old.sent) == sent
    assert service.said == ["established"]
    wire.owner |= {VIP: wire.old, CLIENT: wire.client}
    socket.send(b"are you there?")
    wire.run(10 * MS)
    assert caller.said[-1] == "ECONNRESET", "the booted kernel does not know the connection"


def test_unreachable_reaches_the_socket_that_sent(wire):
    wire.owner[VIP] = None
    socket, caller = call(wire)
    syn = wire.client.sent[0][0]
    assert not wire.client.tcp.unreachable(Udp(CLIENT, VIP, 64, 1, 2, b""))
    assert not wire.client.tcp.unreachable(Tcp(CLIENT, VIP, 64, 1, PORT, syn.seq, 0, TcpFlag.SYN))
    assert wire.client.tcp.unreachable(syn, IcmpKind.REDIRECT)
    assert socket.state is TcpState.SYN_SENT
    assert wire.client.tcp.unreachable(syn)
    assert caller.said == ["EHOSTUNREACH"]
    assert not wire.client.timer_users


# --- programs that act at once -----------------------------------------------------------------


def test_a_program_may_connect_again_from_its_failure(wire):
    serve(wire.new, answer=echo)
    serve(wire.old)
    again = Program()
    socket, caller = call(wire, on_failed=lambda _: wire.client.tcp.connect(VIP, PORT, TcpSettings(), again))
    wire.give_vip(wire.new)
    socket.send(b"hello?")
    wire.run(10 * MS)
    assert caller.said == ["established", "ECONNRESET"]
    assert again.said == ["established"]


@pytest.mark.parametrize("act", ["close", "abort"])
def test_a_program_that_leaves_in_the_middle_hears_no_more(wire, act):
    """The peer's last words and its end of file come in one segment."""
    serve(wire.old, answer=lambda socket, data: (socket.send(b"last words"), socket.close()))
    program = Program(answer=lambda socket, data: getattr(socket, act)())
    socket = wire.client.tcp.connect(VIP, PORT, TcpSettings(), program)
    wire.run(10 * MS)
    socket.send(b"go")
    wire.run(200 * SECOND)
    assert program.said == ["established", b"last words"]
    assert not wire.client.tcp.connections and not wire.old.tcp.connections
    assert not wire.client.timer_users


def test_a_new_attempt_replaces_one_in_time_wait(wire):
    service = serve(wire.old, answer=lambda socket, data: socket.close())
    socket, _ = call(wire, answer=echo)
    socket.send(b"end this")
    wire.run(10 * MS)
    socket.close()
    wire.run(10 * MS)
    assert [one.state for one in wire.old.tcp.connections.values()] == [TcpState.TIME_WAIT]
    wire.client.tcp._port = FIRST_EPHEMERAL  # what chance may bring: the same port again
    again, caller = call(wire)
    assert again.local == socket.local
    assert caller.said == ["established"]
    assert service.said.count("established") == 2


# --- causes ------------------------------------------------------------------------------------


def test_every_segment_has_a_cause(wire):
    """A repetition has that of the wake-up, an answer that of the segment, and so has what it provokes."""
    serve(wire.old, answer=echo)
    wire.owner[VIP] = None
    socket = wire.client.tcp.connect(VIP, PORT, TcpSettings(), Program(), cause=7)
    wire.run(1500 * MS)
    wire.owner[VIP] = wire.old
    wire.run(SECOND)
    assert [cause for _, cause, _ in wire.client.sent] == [7, 1007, 2007, 2007]
    assert [cause for _, cause, _ in wire.old.sent] == [2007]
    socket.send(b"by itself")
    assert wire.client.sent[-1][1] == 0


def test_an_advancing_acknowledgement_is_passed_on_as_confirmation(wire):
    serve(wire.old)
    socket, _ = call(wire)
    socket.send(b"1")
    wire.run(10 * MS)
    socket.send(b"2")
    assert [confirm for _, _, confirm in wire.client.sent] == [False, True, False, True]


# --- faults ------------------------------------------------------------------------------------


def test_a_fault_may_drop_all_of_tcp_or_one_kind_of_segment():
    kinds = {"tcp-syn": TcpFlag.SYN, "tcp-rst": TcpFlag.RST, "tcp-fin": TcpFlag.FIN | TcpFlag.ACK}
    segments = {name: Tcp(CLIENT, VIP, 64, 1, 2, 3, 4, flags) for name, flags in kinds.items()}
    segments["plain"] = Tcp(CLIENT, VIP, 64, 1, 2, 3, 4, TcpFlag.ACK, b"x")
    frames = {name: framed(Mac(1), Mac(2), packet) for name, packet in segments.items()}
    for value in ("tcp", *kinds):
        rule = drop_rule(0, "sw1", value, Streams(1))
        dropped = {name for name, frame in frames.items() if rule(frame)}
        assert dropped == (set(frames) if value == "tcp" else {value})
        assert not rule(framed(Mac(1), Mac(2), Udp(CLIENT, VIP, 64, 1, 2, b"")))
