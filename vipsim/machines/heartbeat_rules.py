"""A heartbeat pair's settings, and what a frame means to a daemon that has them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from zlib import crc32

from vipsim.errors import DecodeError, ScenarioError
from vipsim.units import SECOND, Time, format_duration
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Arp, Echo, Packet, Udp
from vipsim.wire.heartbeat import PORT, Message, decode


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
        if self.mode == "push" and self.timeout < self.interval:
            raise ScenarioError(f"{timeout} is shorter than {interval}: the peer would be dead between beats")
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
