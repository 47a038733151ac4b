"""Where each field of a frame is: headers as data, and which headers the octets of a frame hold.

A layout lists the fields of one header as (name, bit offset, bit length, form), in their order. The page
reads the values out of the octets by it; nothing here knows a frame's objects. Forms:

``mac``, ``ip``, ``uint``, ``hex``, ``text``
    An address, a number, octets as they are, characters.
``enum:1=request,2=reply``
    A number with words for some of its values; ``enum:0x0800=IPv4``: written in hexadecimal.
``flags:FIN,SYN``
    Bits by name, the lowest one first.
``scale:0.01s``
    A number in units of this.

A frame's *stack* is the list of its headers as (key of the layout, octet offset). A key may come twice: an
ICMP error quotes a header. Octets that no field covers are payload, or padding at the end.
"""

from __future__ import annotations

from vipsim.wire import heartbeat
from vipsim.wire.codec_carp import is_carp
from vipsim.wire.frames import EtherType, IpProto

Field = tuple[str, int, int, str]
Stack = tuple[tuple[str, int], ...]

_MAC, _IP = 48, 32
_ICMP_TYPES = "enum:0=echo reply,3=destination unreachable,5=redirect,8=echo request,11=time to live exceeded"


def _fields(*fields: tuple[str, int, str]) -> tuple[Field, ...]:
    """Fields that follow each other without a hole, from (name, bits, form)."""
    found: list[Field] = []
    at = 0
    for name, bits, form in fields:
        found.append((name, at, bits, form))
        at += bits
    return tuple(found)


_PORTS = (("source port", 16, "uint"), ("destination port", 16, "uint"))
_ICMP_START = (("type", 8, _ICMP_TYPES), ("code", 8, "uint"), ("checksum", 16, "hex"))
_VRRP_START = (
    ("version", 4, "uint"),
    ("type", 4, "enum:1=advertisement"),
    ("VRID", 8, "uint"),
    ("priority", 8, "uint"),
    ("address count", 8, "uint"),
)

LAYOUTS: dict[str, tuple[Field, ...]] = {
    # IEEE 802.3 section 3.1.1
    "ethernet": _fields(
        ("destination", _MAC, "mac"), ("source", _MAC, "mac"), ("type", 16, "enum:0x0800=IPv4,0x0806=ARP")
    ),
    # RFC 826
    "arp": _fields(
        ("hardware type", 16, "enum:1=Ethernet"),
        ("protocol type", 16, "enum:0x0800=IPv4"),
        ("hardware size", 8, "uint"),
        ("protocol size", 8, "uint"),
        ("operation", 16, "enum:1=request,2=reply"),
        ("sender MAC", _MAC, "mac"),
        ("sender IP", _IP, "ip"),
        ("target MAC", _MAC, "mac"),
        ("target IP", _IP, "ip"),
    ),
    # RFC 791 section 3.1
    "ipv4": _fields(
        ("version", 4, "uint"),
        ("header length", 4, "scale:4octets"),
        ("type of service", 8, "hex"),
        ("total length", 16, "uint"),
        ("identification", 16, "hex"),
        ("flags", 3, "flags:more fragments,don't fragment,reserved"),
        ("fragment offset", 13, "uint"),
        ("TTL", 8, "uint"),
        ("protocol", 8, "enum:1=ICMP,6=TCP,17=UDP,112=VRRP"),
        ("checksum", 16, "hex"),
        ("source", _IP, "ip"),
        ("destination", _IP, "ip"),
    ),
    # RFC 792
    "icmp": _fields(*_ICMP_START, ("rest of header", 32, "hex")),
    "icmp-echo": _fields(*_ICMP_START, ("identifier", 16, "uint"), ("sequence", 16, "uint")),
    "icmp-error": _fields(*_ICMP_START, ("unused", 32, "hex")),
    "icmp-redirect": _fields(*_ICMP_START, ("gateway", _IP, "ip")),
    # RFC 768
    "udp": _fields(*_PORTS, ("length", 16, "uint"), ("checksum", 16, "hex")),
    # RFC 9293 section 3.1
    "tcp": _fields(
        *_PORTS,
        ("sequence", 32, "uint"),
        ("acknowledgement", 32, "uint"),
        ("data offset", 4, "scale:4octets"),
        ("reserved", 4, "uint"),
        ("flags", 8, "flags:FIN,SYN,RST,PSH,ACK,URG,ECE,CWR"),
        ("window", 16, "uint"),
        ("checksum", 16, "hex"),
        ("urgent pointer", 16, "uint"),
    ),
    "tcp-quoted": _fields(*_PORTS, ("sequence", 32, "uint")),
    # RFC 3768 section 5.1, RFC 2338 section 5.3.6
    "vrrp2": _fields(
        *_VRRP_START,
        ("authentication type", 8, "enum:0=none,1=password,2=authentication header"),
        ("interval", 8, "scale:1s"),
        ("checksum", 16, "hex"),
    ),
    # RFC 9568 section 5.1
    "vrrp3": _fields(
        *_VRRP_START, ("reserved", 4, "uint"), ("interval", 12, "scale:0.01s"), ("checksum", 16, "hex")
    ),
    "vrrp-address": _fields(("address", _IP, "ip")),
    "vrrp2-auth": _fields(("authentication", 64, "text")),
    # OpenBSD and FreeBSD ip_carp.h
    "carp": _fields(
        *_VRRP_START[:2],
        ("VHID", 8, "uint"),
        ("advskew", 8, "uint"),
        ("authentication length", 8, "scale:4octets"),
        ("demotion", 8, "uint"),
        ("advbase", 8, "scale:1s"),
        ("checksum", 16, "hex"),
        ("counter", 64, "hex"),
        ("digest", 160, "hex"),
    ),
    # vipsim.wire.heartbeat
    "heartbeat": _fields(
        ("magic", 32, "text"),
        ("version", 8, "uint"),
        ("kind", 8, "enum:" + ",".join(f"{kind.value}={kind.name}" for kind in heartbeat.Kind)),
        ("reserved", 16, "hex"),
        ("pair", 32, "uint"),
        ("term", 32, "uint"),
    ),
}
"""Fields of every header that vipsim sends."""

_QUOTED = {IpProto.UDP: "udp", IpProto.TCP: "tcp-quoted", IpProto.ICMP: "icmp-echo"}
"""By protocol what the eight octets are that an ICMP error quotes behind the IPv4 header."""


def octets_of(key: str) -> int:
    """Return how many octets a header has."""
    _, at, bits, _ = LAYOUTS[key][-1]
    return (at + bits) // 8


def stack_of(data: bytes) -> Stack:
    """Return the headers of a frame, for any octets: those that are there whole."""
    found: list[tuple[str, int]] = []
    if not _put(found, data, "ethernet", 0):
        return ()
    ethertype, at = int.from_bytes(data[12:14], "big"), octets_of("ethernet")
    if ethertype == EtherType.ARP:
        _put(found, data, "arp", at)
    elif ethertype == EtherType.IPV4:
        _put_ip(found, data, at)
    return tuple(found)


def _put(found: list[tuple[str, int]], data: bytes, key: str, at: int) -> bool:
    """Note a header if it is whole."""
    fits = at + octets_of(key) <= len(data)
    if fits:
        found.append((key, at))
    return fits


def _put_ip(found: list[tuple[str, int]], data: bytes, at: int) -> None:
    if not _put(found, data, "ipv4", at) or data[at] >> 4 != 4:
        return
    header, length = (data[at] & 0xF) * 4, int.from_bytes(data[at + 2 : at + 4], "big")
    if header < octets_of("ipv4") or int.from_bytes(data[at + 6 : at + 8], "big") & 0x1FFF:
        return  # no IPv4 header, or a fragment without the next one
    packet = data[: at + length]
    proto, at = data[at + 9], at + header
    if proto == IpProto.UDP:
        _put_udp(found, packet, at)
    elif proto == IpProto.TCP:
        _put(found, packet, "tcp", at)
    elif proto == IpProto.ICMP:
        _put_icmp(found, packet, at)
    elif proto == IpProto.VRRP:
        _put_advert(found, packet, at)


def _put_udp(found: list[tuple[str, int]], data: bytes, at: int) -> None:
    if not _put(found, data, "udp", at):
        return
    port, at = int.from_bytes(data[at + 2 : at + 4], "big"), at + octets_of("udp")
    if port == heartbeat.PORT and data[at : at + 4] == b"VIPH":
        _put(found, data, "heartbeat", at)


def _put_icmp(found: list[tuple[str, int]], data: bytes, at: int) -> None:
    kind = data[at] if at < len(data) else -1
    key = {0: "icmp-echo", 8: "icmp-echo", 3: "icmp-error", 11: "icmp-error", 5: "icmp-redirect"}.get(kind)
    if not _put(found, data, key or "icmp", at) or key in (None, "icmp-echo"):
        return
    at += octets_of("icmp-error")
    if _put(found, data, "ipv4", at):
        quoted = _QUOTED.get(data[at + 9])  # type: ignore[call-overload]
        if quoted is not None:
            _put(found, data, quoted, at + (data[at] & 0xF) * 4)


def _put_advert(found: list[tuple[str, int]], data: bytes, at: int) -> None:
    message = data[at:]
    if is_carp(message):
        _put(found, data, "carp", at)
        return
    version = {0x21: 2, 0x31: 3}.get(message[0] if message else 0)
    if version is None or not _put(found, data, f"vrrp{version}", at):
        return
    at += octets_of("vrrp2")
    for _ in range(message[3]):
        if not _put(found, data, "vrrp-address", at):
            return
        at += octets_of("vrrp-address")
    if version == 2:
        _put(found, data, "vrrp2-auth", at)
