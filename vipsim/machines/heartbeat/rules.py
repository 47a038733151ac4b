"""A heartbeat pair's settings, what a packet means to a daemon that has them, and what it says itself.

Arithmetic and packets only: who decides is `vipsim.machines.heartbeat`, who looks is
`vipsim.machines.heartbeat.watch`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from zlib import crc32

from vipsim.errors import DecodeError, ScenarioError
from vipsim.machines.vocabulary import Send, SendPacket
from vipsim.units import SECOND, Time, format_duration
from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Echo, Packet, Udp, framed
from vipsim.wire.heartbeat import PORT, Kind, Message, decode, encode

TTL = 64


@dataclass(frozen=True, slots=True)
class HeartbeatSettings:
    """One machine's part in a pair; both have the same settings but role and addresses."""

    name: str
    role: str
    """``primary`` or ``standby``."""
    vips: tuple[tuple[IPv4, int], ...]
    """Virtual addresses with their prefix lengths."""
    iface: str
    address: IPv4
    mac: Mac
    peer: IPv4
    """Address of the other machine."""
    mode: str = "pull"
    interval: Time = SECOND
    """Between two questions (pull) or two ALIVEs (push), in ns."""
    dead_count: int = 3
    timeout: Time = SECOND
    """Pull: how long an answer may take, at most `interval`. Push: silence that means dead. In ns."""
    probe: int | None = None
    """Pull: UDP port of the service that must answer; None: the kernel must, to a ping."""
    takeover: str = "automatic"
    """``automatic``, or ``manual``: a dead peer is noted, a person decides."""
    failback: str = "manual"
    """``automatic``: the primary gets the address back when it returns; ``manual``: who has it keeps it."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        for what, value, allowed in (
            ("role", self.role, ("primary", "standby")),
            ("mode", self.mode, ("pull", "push")),
            ("takeover", self.takeover, ("automatic", "manual")),
            ("failback", self.failback, ("automatic", "manual")),
        ):
            if value not in allowed:
                raise ScenarioError(f"{self.name}: {what} is {allowed[0]} or {allowed[1]}, not {value!r}")
        if min(self.interval, self.timeout, self.dead_count, len(self.vips)) < 1:
            raise ScenarioError(f"{self.name}: interval, timeout, dead_count and vips are at least 1")
        timeout = f"{self.name}: timeout {format_duration(self.timeout)}"
        interval = f"the interval of {format_duration(self.interval)}"
        if self.mode == "pull" and self.timeout > self.interval:
            raise ScenarioError(f"{timeout} is longer than {interval}: a question ends before the next one")
        if self.mode == "push" and self.timeout <= self.interval:
            raise ScenarioError(f"{timeout} is not longer than {interval}: dead between two beats")
        if self.probe == PORT:
            raise ScenarioError(f"{self.name}: port {PORT} is the heartbeat's own: probe another service")

    @property
    def pair(self) -> int:
        """Number that both daemons derive from the pair's name: it tells their messages from others'."""
        return crc32(self.name.encode())

    @property
    def ident(self) -> int:
        """Identifier of the pair's echo requests, of 16 bits."""
        return self.pair & 0xFFFF

    @property
    def is_primary(self) -> bool:
        """Whether this machine is the one that has the address when all is well."""
        return self.role == "primary"

    @property
    def wants_it_back(self) -> bool:
        """Whether this daemon asks for the address when the other has it."""
        return self.is_primary and self.failback == "automatic"

    @property
    def beats(self) -> bool:
        """Whether this daemon says ALIVE as master; in pull a primary need not, since the standby asks it."""
        return self.mode == "push" or not self.is_primary

    @property
    def ask_wait(self) -> Time:
        """How long a starting primary waits for an owner to answer, in ns: less than any standby waits."""
        return min(self.interval, self.timeout) // 2

    def keeps_against(self, own_term: int, term: int) -> bool:
        """Whether we, master since `own_term`, stay when another master shows up that is it since `term`."""
        if self.failback == "automatic":
            return self.is_primary
        return (own_term, not self.is_primary) > (term, self.is_primary)


# --- what it hears -------------------------------------------------------------------------


class Sign(Enum):
    """What a frame can mean besides a message of the other daemon."""

    ANSWER = "answer"
    """The other machine answers our question."""
    OWNER = "owner"
    """Somebody else has the virtual address."""


def meaning(settings: HeartbeatSettings, packet: Packet) -> Message | Sign | None:
    """What a packet tells the daemon with these settings; None if it is not for it."""
    match packet:
        case Udp(src=settings.peer, dst=settings.address, dport=dport) if dport == PORT:
            return Sign.ANSWER if packet.sport == settings.probe else _message(settings, packet.payload)
        case Echo(src=settings.peer, dst=settings.address, is_reply=True, ident=settings.ident):
            return Sign.ANSWER if settings.probe is None else None
        case Arp(sender_ip=ip, sender_mac=mac) if mac != settings.mac:
            return Sign.OWNER if any(ip == vip for vip, _ in settings.vips) else None
    return None


def _message(settings: HeartbeatSettings, payload: bytes) -> Message | None:
    try:
        message = decode(payload)
    except DecodeError:
        return None
    return message if message.pair == settings.pair else None


# --- what it says --------------------------------------------------------------------------


def tell(settings: HeartbeatSettings, kind: Kind, term: int) -> SendPacket:
    """Say `kind` to the other daemon."""
    payload = encode(Message(kind, settings.pair, term))
    return SendPacket(Udp(settings.address, settings.peer, TTL, PORT, PORT, payload))


def question(settings: HeartbeatSettings, seq: int) -> SendPacket:
    """Ask the other machine whether it lives, or its service (`seq` has 16 bits)."""
    if settings.probe is None:
        return SendPacket(Echo(settings.address, settings.peer, TTL, False, settings.ident, seq))
    query = seq.to_bytes(2, "big")
    return SendPacket(Udp(settings.address, settings.peer, TTL, PORT, settings.probe, query))


def who_has(settings: HeartbeatSettings) -> list[Send]:
    """Ask by ARP who has the addresses (RFC 5227 section 2.1.1: from no address, so nobody learns it)."""
    questions = [Arp(ArpOp.REQUEST, settings.mac, NO_IP, NO_MAC, vip) for vip, _ in settings.vips]
    return [Send(framed(BROADCAST, settings.mac, arp), settings.iface) for arp in questions]
