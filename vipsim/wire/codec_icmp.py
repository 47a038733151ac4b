"""ICMP to bytes and back: echoes, and the errors of `IcmpKind` with the packet that they are about (RFC 792).

An error quotes the IPv4 header and the first eight octets behind it. What those do not hold cannot be
told: a decoded `about` has its addresses, its ports, a segment its sequence number and an echo its
number, but no payload, no flags and no acknowledgement.
"""

from __future__ import annotations

import struct

from vipsim.wire.addresses import NO_IP, IPv4
from vipsim.wire.checksum import internet_checksum, is_intact
from vipsim.wire.codec_transport import ports_and_number
from vipsim.wire.frames import (
    IP_HEADER,
    Echo,
    IcmpError,
    IcmpKind,
    IpPacket,
    IpProto,
    OtherIp,
    Tcp,
    TcpFlag,
    Udp,
)
from vipsim.wire.octets import IP, MORE_FRAGMENTS_OR_OFFSET, broken

ECHO_REQUEST, ECHO_REPLY = 8, 0
QUOTED = 8
"""Octets of the packet behind its IPv4 header that an error repeats."""

_ICMP = struct.Struct("!BBHHH")
_ERROR = struct.Struct("!BBHI")
_KINDS = {kind.value: kind for kind in IcmpKind}


def encode_echo(packet: Echo) -> bytes:
    """A ping or its answer; the data are zeros."""
    kind = ECHO_REPLY if packet.is_reply else ECHO_REQUEST
    seq = packet.seq & 0xFFFF  # a long ping counts on beyond the field, as ping does
    # The data are zeros and so add nothing to the sum.
    checksum = internet_checksum(_ICMP.pack(kind, 0, 0, packet.ident, seq))
    return _ICMP.pack(kind, 0, checksum, packet.ident, seq) + bytes(packet.data_length)


def encode_error(packet: IcmpError, about: bytes) -> bytes:
    """An error; `about` are the octets of the packet that it is about."""
    quoted = about[: IP_HEADER + QUOTED]
    kind, code = packet.kind.value
    checksum = internet_checksum(_ERROR.pack(kind, code, 0, packet.gateway) + quoted)
    return _ERROR.pack(kind, code, checksum, packet.gateway) + quoted


def decode_icmp(src: IPv4, dst: IPv4, ttl: int, payload: bytes, at: int) -> Echo | IcmpError | OtherIp:
    """The message that begins at octet `at` of the frame."""
    if len(payload) < _ICMP.size:
        raise broken(at + len(payload), f"an ICMP message has {_ICMP.size} octets, the packet ends before")
    if not is_intact(payload):
        raise broken(at + 2, "the ICMP checksum is wrong")
    kind, code, _, ident, seq = _ICMP.unpack_from(payload)
    if kind in (ECHO_REQUEST, ECHO_REPLY) and not code:
        return Echo(src, dst, ttl, kind == ECHO_REPLY, ident, seq, len(payload) - _ICMP.size)
    error = _KINDS.get((kind, code))
    about = None if error is None else _about(payload[_ERROR.size :], at + _ERROR.size)
    if error is None or about is None:
        return OtherIp(src, dst, ttl, IpProto.ICMP, payload)
    gateway = IPv4(ident << 16 | seq) if error is IcmpKind.REDIRECT else NO_IP
    return IcmpError(src, dst, ttl, error, about, gateway)


def _about(quoted: bytes, at: int) -> IpPacket | None:
    """The packet that an error is about, as far as the quotation tells; None: a fragment.

    Its header checksum is not judged: a router may have counted the TTL down without it.
    """
    if len(quoted) < IP_HEADER:
        raise broken(at + len(quoted), f"a quoted IPv4 header has {IP_HEADER} octets, the packet ends before")
    start, _, length, _, fragment, ttl, proto, _, source, target = IP.unpack_from(quoted)
    header = (start & 0xF) * 4
    if start >> 4 != 4 or not IP_HEADER <= header <= len(quoted) or length < header:
        raise broken(at, f"a quoted IPv4 header of version {start >> 4} with {header} octets")
    if fragment & MORE_FRAGMENTS_OR_OFFSET:
        return None
    ends = (IPv4(source), IPv4(target), ttl)
    text = quoted[header : header + QUOTED]
    if len(text) == QUOTED:
        if proto == IpProto.TCP:
            return Tcp(*ends, *ports_and_number(text), 0, TcpFlag(0), b"", 0)
        if proto == IpProto.UDP:
            return Udp(*ends, *ports_and_number(text)[:2], b"")
        kind, code, _, ident, seq = _ICMP.unpack_from(text)
        if proto == IpProto.ICMP and kind in (ECHO_REQUEST, ECHO_REPLY) and not code:
            return Echo(*ends, kind == ECHO_REPLY, ident, seq, max(length - header - QUOTED, 0))
    return OtherIp(*ends, proto, text)
