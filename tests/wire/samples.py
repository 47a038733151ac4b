"""Frames to judge the codec with, and checksums worked out the slow way, apart from vipsim's own."""

import struct

from hypothesis import assume
from hypothesis import strategies as st

from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, VRRP_GROUP, IPv4, Mac, multicast_mac
from vipsim.wire.frames import (
    Arp,
    ArpOp,
    Carp,
    Echo,
    Frame,
    IcmpError,
    IcmpKind,
    IpPacket,
    Other,
    OtherIp,
    Tcp,
    TcpFlag,
    Udp,
    Vrrp,
    framed,
    gratuitous_request,
)

DB1, DB1_MAC = IPv4.parse("192.168.1.217"), Mac.parse("00:21:5A:DB:68:E8")
DB2, DB2_MAC = IPv4.parse("192.168.1.218"), Mac.parse("00:21:5A:DB:7F:C2")
APP, APP_MAC = IPv4.parse("192.168.1.10"), Mac.parse("02:00:00:00:00:11")
VIP = IPv4.parse("192.168.1.219")
GROUP_MAC = multicast_mac(VRRP_GROUP)


def advert(version: int = 2, **changes) -> Frame:
    fields = {"priority": 150, "interval": 1 if version == 2 else 100, "vips": (VIP,)} | changes
    return framed(GROUP_MAC, DB1_MAC, Vrrp(DB1, VRRP_GROUP, 255, version, 51, **fields))


def carp_advert(**changes) -> Frame:
    fields = {"vhid": 51, "advskew": 100, "advbase": 1, "counter": 2**64 - 2, "digest": bytes(range(20))}
    return framed(GROUP_MAC, Mac.parse("00:00:5E:00:00:33"), Carp(DB1, VRRP_GROUP, 255, **fields | changes))


def quoted(packet: IpPacket) -> IpPacket:
    """What the IPv4 header and eight octets of a packet tell of it."""
    ends = (packet.src, packet.dst, packet.ttl)
    match packet:
        case Tcp():
            return Tcp(*ends, packet.sport, packet.dport, packet.seq, 0, TcpFlag(0), b"", 0)
        case Udp():
            return Udp(*ends, packet.sport, packet.dport, b"")
        case OtherIp():
            return OtherIp(*ends, packet.proto, packet.payload[:8].ljust(8, b"\0"))
        case _:
            return packet


SYN = Tcp(APP, VIP, 64, 40000, 5432, 2**32 - 1, 0, TcpFlag.SYN)
DATA = Tcp(APP, VIP, 64, 40000, 5432, 7, 4_000_000_000, TcpFlag.PSH | TcpFlag.ACK, b"select 1;", 502)
SAMPLES: dict[str, Frame] = {
    "arp-request": framed(BROADCAST, APP_MAC, Arp(ArpOp.REQUEST, APP_MAC, APP, NO_MAC, VIP)),
    "arp-probe": framed(BROADCAST, APP_MAC, Arp(ArpOp.REQUEST, APP_MAC, NO_IP, NO_MAC, VIP)),
    "arp-reply": framed(APP_MAC, DB1_MAC, Arp(ArpOp.REPLY, DB1_MAC, VIP, APP_MAC, APP)),
    "garp": gratuitous_request(VIP, DB2_MAC),
    "echo-request": framed(DB1_MAC, APP_MAC, Echo(APP, VIP, 64, False, 0xBEEF, 7)),
    "echo-reply": framed(APP_MAC, DB1_MAC, Echo(VIP, APP, 63, True, 0xBEEF, 65535, data_length=3)),
    "udp": framed(DB1_MAC, APP_MAC, Udp(APP, VIP, 64, 40000, 5432, b"select 1;")),
    "udp-empty": framed(DB1_MAC, APP_MAC, Udp(APP, VIP, 64, 1, 65535, b"")),
    "tcp-syn": framed(DB1_MAC, APP_MAC, SYN),
    "tcp-data": framed(DB1_MAC, APP_MAC, DATA),
    "tcp-rst": framed(APP_MAC, DB1_MAC, Tcp(VIP, APP, 63, 5432, 40000, 9, 0, TcpFlag.RST, b"", 0)),
    "tcp-fin-odd": framed(
        APP_MAC, DB1_MAC, Tcp(VIP, APP, 64, 1, 65535, 0, 1, TcpFlag.FIN | TcpFlag.ACK, b"end")
    ),
    "unreachable-tcp": framed(
        APP_MAC, DB1_MAC, IcmpError(DB1, APP, 64, IcmpKind.HOST_UNREACHABLE, quoted(DATA))
    ),
    "unreachable-udp": framed(
        APP_MAC,
        DB1_MAC,
        IcmpError(VIP, APP, 64, IcmpKind.PORT_UNREACHABLE, Udp(APP, VIP, 64, 40000, 53, b"")),
    ),
    "redirect": framed(
        APP_MAC, DB1_MAC, IcmpError(DB1, APP, 64, IcmpKind.REDIRECT, Echo(APP, VIP, 63, False, 3, 4), DB2)
    ),
    "ttl-exceeded": framed(
        APP_MAC,
        DB1_MAC,
        IcmpError(DB1, APP, 64, IcmpKind.TTL_EXCEEDED, OtherIp(APP, VIP, 0, 47, b"a tunnel")),
    ),
    "advert-v2": advert(),
    "advert-v2-password": advert(auth_type=1, auth_data=b"s3cret\0\0"),
    "advert-v2-goodbye": advert(priority=0, vips=(VIP, DB2, APP)),
    "advert-v3": advert(3),
    "advert-v3-slow": advert(3, interval=4095, vips=(VIP, DB2)),
    "carp": carp_advert(),
    "carp-demoted": carp_advert(advskew=240, advbase=255, demotion=128, counter=1),
}


def words(data: bytes) -> int:
    """RFC 1071, word by word."""
    total = 0
    for (word,) in struct.iter_unpack("!H", data + b"\0" * (len(data) % 2)):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total


def ipv4(
    payload: bytes, proto: int, *, options: bytes = b"", fragment: int = 0, length: int | None = None
) -> bytes:
    """An Ethernet frame with a right IPv4 header around any payload, made without vipsim's codec."""
    total = 20 + len(options) + len(payload) if length is None else length
    start = 0x45 + len(options) // 4

    def header(checksum: int) -> bytes:
        fields = struct.pack("!BBHHHBBH", start, 0, total & 0xFFFF, 7, fragment, 64, proto, checksum)
        return fields + APP.packed + VIP.packed + options

    right = 0xFFFF - words(header(0))
    return DB1_MAC.packed + APP_MAC.packed + b"\x08\x00" + header(right) + payload


def pseudo(src: int, dst: int, proto: int, length: int) -> bytes:
    return struct.pack("!IIHH", src, dst, proto, length)


def vrrp_words(packet: Vrrp, checksum: int = 0) -> bytes:
    """Octets of a VRRP message, made without vipsim's codec."""
    vips = b"".join(vip.packed for vip in packet.vips)
    head = bytes([packet.version * 16 + 1, packet.vrid, packet.priority, len(packet.vips)])
    if packet.version == 2:
        middle = bytes([packet.auth_type, packet.interval]) + checksum.to_bytes(2, "big")
        return head + middle + vips + packet.auth_data
    return head + packet.interval.to_bytes(2, "big") + checksum.to_bytes(2, "big") + vips


def accepts(packet: Vrrp, checksum: int) -> tuple[bool, bool]:
    """Whether a checksum is right (without, with) the pseudo-header."""
    message = vrrp_words(packet, checksum)
    return words(message) == 0xFFFF, words(
        pseudo(packet.src, packet.dst, 112, len(message)) + message
    ) == 0xFFFF


# --- every frame that has bytes of its own -----------------------------------------------------

octet = st.integers(0, 0xFF)
word = st.integers(0, 0xFFFF)
macs = st.integers(0, 2**48 - 1).map(Mac)
ips = st.integers(0, 2**32 - 1).map(IPv4)
arps = st.builds(Arp, st.sampled_from(ArpOp), macs, ips, macs, ips)
echoes = st.builds(Echo, ips, ips, octet, st.booleans(), word, word, st.integers(0, 1472))
udps = st.builds(Udp, ips, ips, octet, word, word, st.binary(max_size=100))
flags = st.integers(0, 0x1F).map(TcpFlag)
numbers = st.integers(0, 2**32 - 1)
segments = st.builds(Tcp, ips, ips, octet, word, word, numbers, numbers, flags, st.binary(max_size=100), word)
strangers = st.builds(
    Other, word.filter(lambda ethertype: ethertype not in (0x0800, 0x0806)), st.binary(min_size=46)
)
foreign = octet.filter(lambda proto: proto not in (1, 6, 17, 112))
other_ips = st.builds(OtherIp, ips, ips, octet, foreign, st.binary(max_size=100))


@st.composite
def adverts(draw: st.DrawFn) -> Vrrp:
    version = draw(st.sampled_from((2, 3)))
    common = (draw(ips), draw(ips), draw(octet), version, draw(octet), draw(octet))
    vips = tuple(draw(st.lists(ips, max_size=5)))
    if version == 2:
        packet = Vrrp(*common, draw(octet), vips, draw(octet), draw(st.binary(min_size=8, max_size=8)))
    else:
        packet = Vrrp(*common, draw(st.integers(0, 4095)), vips, pseudo_header=draw(st.booleans()))
        if not packet.pseudo_header:
            # one pair of addresses in 65535 makes both forms equal; nobody can tell them apart
            assume(words(pseudo(packet.src, packet.dst, 112, len(vrrp_words(packet)))) not in (0, 0xFFFF))
    checksum = draw(st.none() | word)
    if checksum is not None:
        packet.pseudo_header = True
        plain, covered = accepts(packet, checksum)
        assume(not plain and not (covered and version == 3))  # a right one is kept as None
        packet.checksum = checksum
    return packet


def carp_words(packet: Carp, checksum: int = 0) -> bytes:
    """Octets of a CARP message, made without vipsim's codec."""
    head = bytes([0x21, packet.vhid, packet.advskew, 7, packet.demotion, packet.advbase])
    return head + checksum.to_bytes(2, "big") + packet.counter.to_bytes(8, "big") + packet.digest


@st.composite
def carp_adverts(draw: st.DrawFn) -> Carp:
    digest = draw(st.binary(min_size=20, max_size=20))
    counter = draw(st.integers(0, 2**64 - 1))
    packet = Carp(
        draw(ips), draw(ips), draw(octet), draw(octet), draw(octet), draw(octet), counter, digest, draw(octet)
    )
    checksum = draw(st.none() | word)
    if checksum is not None:
        assume(words(carp_words(packet, checksum)) != 0xFFFF)  # a right one is kept as None
        packet.checksum = checksum
    return packet


@st.composite
def errors(draw: st.DrawFn) -> IcmpError:
    kind = draw(st.sampled_from(IcmpKind))
    about = quoted(draw(st.one_of(echoes, udps, segments, other_ips)))
    gateway = draw(ips) if kind is IcmpKind.REDIRECT else NO_IP
    return IcmpError(draw(ips), draw(ips), draw(octet), kind, about, gateway)


packets = st.one_of(arps, echoes, udps, segments, errors(), strangers, other_ips, adverts(), carp_adverts())
frames = st.builds(framed, macs, macs, packets)
