"""What is on the cable: a frame (layer 2) carries a packet (layer 3).

The classes are slotted and, unlike everything else that vipsim passes around, not frozen: the
simulator makes two of them per probe and freezing costs five times as much. Nobody changes
one after it was sent. `vipsim.wire.codec` turns them into bytes and back.

`size` counts octets on the wire with the frame check sequence, padded to Ethernet's 64.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, IntFlag

from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, IPv4, Mac

HEADER_AND_FCS = 18
MIN_FRAME = 64
IP_HEADER = 20
TCP_HEADER = 20
ARP_SIZE = MIN_FRAME
CARP_MESSAGE = 36


class ArpOp(IntEnum):
    """Operation of an ARP packet (RFC 826)."""

    REQUEST = 1
    REPLY = 2


class IpProto(IntEnum):
    """IP protocol numbers that vipsim speaks."""

    ICMP = 1
    TCP = 6
    UDP = 17
    VRRP = 112
    """VRRP's number (RFC 9568 section 5.1.1.4), which CARP uses, too."""


class EtherType(IntEnum):
    """Ethernet types that vipsim speaks."""

    IPV4 = 0x0800
    ARP = 0x0806


@dataclass(slots=True)
class Arp:
    """An ARP packet for IPv4 over Ethernet (RFC 826)."""

    op: ArpOp
    sender_mac: Mac
    sender_ip: IPv4
    target_mac: Mac
    target_ip: IPv4

    @property
    def is_gratuitous(self) -> bool:
        """Sender and target address are the same: an announcement (RFC 5227 section 1.1)."""
        return self.sender_ip == self.target_ip

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        return ARP_SIZE


@dataclass(slots=True)
class Echo:
    """An ICMP echo request or reply in an IPv4 packet (RFC 792): a ping."""

    src: IPv4
    dst: IPv4
    ttl: int
    is_reply: bool
    ident: int
    seq: int
    data_length: int = 56

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        return max(MIN_FRAME, HEADER_AND_FCS + IP_HEADER + 8 + self.data_length)


@dataclass(slots=True)
class Udp:
    """A UDP datagram in an IPv4 packet (RFC 768)."""

    src: IPv4
    dst: IPv4
    ttl: int
    sport: int
    dport: int
    payload: bytes

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        return max(MIN_FRAME, HEADER_AND_FCS + IP_HEADER + 8 + len(self.payload))


class TcpFlag(IntFlag):
    """Control bits of a TCP segment (RFC 9293 section 3.1)."""

    FIN = 1
    SYN = 2
    RST = 4
    PSH = 8
    ACK = 16


@dataclass(slots=True)
class Tcp:
    """A TCP segment in an IPv4 packet (RFC 9293); without options."""

    src: IPv4
    dst: IPv4
    ttl: int
    sport: int
    dport: int
    seq: int
    ack: int
    flags: TcpFlag
    payload: bytes = b""
    window: int = 65_535

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        return max(MIN_FRAME, HEADER_AND_FCS + IP_HEADER + TCP_HEADER + len(self.payload))


class IcmpKind(Enum):
    """What an ICMP error says (RFC 792): (type, code)."""

    HOST_UNREACHABLE = (3, 1)
    PORT_UNREACHABLE = (3, 3)
    REDIRECT = (5, 1)
    TTL_EXCEEDED = (11, 0)


@dataclass(slots=True)
class IcmpError:
    """An ICMP error in an IPv4 packet: what happened to `about` (RFC 792, RFC 1122 section 3.2.2).

    `gateway` is set in a redirect only: the better first hop.
    """

    src: IPv4
    dst: IPv4
    ttl: int
    kind: IcmpKind
    about: IpPacket
    gateway: IPv4 = NO_IP

    @property
    def size(self) -> int:
        """Octets of the frame that carries it: it quotes the IP header and eight octets."""
        return max(MIN_FRAME, HEADER_AND_FCS + IP_HEADER + 8 + IP_HEADER + 8)


@dataclass(slots=True)
class Vrrp:
    """A VRRP advert in an IPv4 packet (RFC 3768 section 5.1, RFC 9568 section 5.2).

    `interval` is in the version's own unit: whole seconds in version 2, hundredths of a
    second in version 3. `checksum` None means "right for the version"; a decoder keeps a wrong one.
    `pseudo_header` matters in version 3 only: True, the checksum covers the IPv4 pseudo-header
    (RFC 5798, keepalived 2.2.7, FRR 8.4); False, it does not (RFC 9568). Two nodes that differ in it
    do not hear each other: `vipsim.wire.checksum.vrrp_checksum_fits` is the receiver's question.
    """

    src: IPv4
    dst: IPv4
    ttl: int
    version: int
    vrid: int
    priority: int
    interval: int
    vips: tuple[IPv4, ...]
    auth_type: int = 0
    auth_data: bytes = bytes(8)
    checksum: int | None = None
    pseudo_header: bool = True

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        auth = 8 if self.version == 2 else 0
        return max(MIN_FRAME, HEADER_AND_FCS + IP_HEADER + 8 + 4 * len(self.vips) + auth)


@dataclass(slots=True)
class Carp:
    """A CARP advert in an IPv4 packet (OpenBSD and FreeBSD ``ip_carp.h``; no document defines it).

    Its period is `advbase` seconds and `advskew` 256ths. `demotion` is zero except from OpenBSD. `digest`
    is an HMAC with SHA-1 over the version, the type, the vhid, the addresses and the `counter`, keyed with
    the password. `checksum` None means "right"; a decoder keeps a wrong one.
    """

    src: IPv4
    dst: IPv4
    ttl: int
    vhid: int
    advskew: int
    advbase: int
    counter: int
    digest: bytes
    demotion: int = 0
    checksum: int | None = None

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        return HEADER_AND_FCS + IP_HEADER + CARP_MESSAGE


@dataclass(slots=True)
class OtherIp:
    """An IPv4 packet of a protocol that vipsim does not speak: carried, never understood."""

    src: IPv4
    dst: IPv4
    ttl: int
    proto: int
    payload: bytes

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        return max(MIN_FRAME, HEADER_AND_FCS + IP_HEADER + len(self.payload))


@dataclass(slots=True)
class Other:
    """A packet of an Ethernet type that vipsim does not speak."""

    ethertype: int
    payload: bytes

    @property
    def size(self) -> int:
        """Octets of the frame that carries it."""
        return max(MIN_FRAME, HEADER_AND_FCS + len(self.payload))


IpPacket = Echo | Udp | Tcp | IcmpError | Vrrp | Carp | OtherIp
Packet = Arp | IpPacket | Other


@dataclass(slots=True)
class Frame:
    """An Ethernet frame; `framed` makes one with the right size.

    `size` is what the cable carries, in octets with FCS. `cause` is the id of the trace record
    that made somebody send it (0: a client's own probe); it is bookkeeping, not on the wire,
    and does not count in comparisons.
    """

    dst: Mac
    src: Mac
    packet: Packet
    size: int
    cause: int = field(default=0, compare=False)


def framed(dst: Mac, src: Mac, packet: Packet, cause: int = 0) -> Frame:
    """The frame that carries `packet` from `src` to `dst`, with its size on the wire."""
    return Frame(dst, src, packet, packet.size, cause)


def gratuitous_request(vip: IPv4, lladdr: Mac, target: Mac = NO_MAC) -> Frame:
    """Broadcast an ARP request with sender = target = `vip` (RFC 5227 section 3, RFC 9568 section 8.3.1)."""
    return framed(BROADCAST, lladdr, Arp(ArpOp.REQUEST, lladdr, vip, target, vip))


_TCP_KINDS = ((int(TcpFlag.RST), "tcp-rst"), (int(TcpFlag.SYN), "tcp-syn"), (int(TcpFlag.FIN), "tcp-fin"))


def kind_of(packet: Packet) -> str:
    """One word for a packet, as the trace and the ladder show it.

    ``arp-request``, ``arp-reply``, ``garp``, ``arp-probe``, ``echo-request``, ``echo-reply``,
    ``advert``, ``udp``, ``tcp``, ``tcp-syn``, ``tcp-rst``, ``tcp-fin``, ``icmp-error``, ``ip``, ``other``.
    """
    match packet:
        case Arp():
            if packet.is_gratuitous:
                return "garp"
            if packet.op is ArpOp.REQUEST:
                return "arp-request" if packet.sender_ip else "arp-probe"
            return "arp-reply"
        case Echo():
            return "echo-reply" if packet.is_reply else "echo-request"
        case Vrrp() | Carp():
            return "advert"
        case Udp():
            return "udp"
        case Tcp(flags=flags):
            bits = int(flags)  # plain numbers: a flag's own & costs ten times as much
            return next((word for bit, word in _TCP_KINDS if bits & bit), "tcp")
        case IcmpError():
            return "icmp-error"
        case OtherIp():
            return "ip"
        case _:
            return "other"
