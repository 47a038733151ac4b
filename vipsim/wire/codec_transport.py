"""UDP datagrams and TCP segments to bytes and back (RFC 768, RFC 9293 section 3.1).

Encoding a segment writes no options, no urgent data and none of the bits for congestion notification;
decoding skips them.
"""

from __future__ import annotations

import struct

from vipsim.wire.addresses import IPv4
from vipsim.wire.checksum import internet_checksum, ip_pseudo_header, is_intact
from vipsim.wire.frames import TCP_HEADER, IpProto, Tcp, TcpFlag, Udp
from vipsim.wire.octets import broken

_UDP = struct.Struct("!HHHH")
_TCP = struct.Struct("!HHIIBBHHH")
_FLAGS = 0x1F


def encode_udp(packet: Udp) -> bytes:
    """The datagram with its checksum."""
    length = _UDP.size + len(packet.payload)
    covered = _UDP.pack(packet.sport, packet.dport, length, 0) + packet.payload
    # RFC 768: a sum of zero is sent as all ones, because zero means "none".
    checksum = (
        internet_checksum(ip_pseudo_header(packet.src, packet.dst, IpProto.UDP, length) + covered) or 0xFFFF
    )
    return _UDP.pack(packet.sport, packet.dport, length, checksum) + packet.payload


def decode_udp(src: IPv4, dst: IPv4, ttl: int, payload: bytes, at: int, offloaded: bool) -> Udp:
    """The datagram that begins at octet `at` of the frame."""
    if len(payload) < _UDP.size:
        raise broken(at + len(payload), f"a UDP header has {_UDP.size} octets, the packet ends before")
    sport, dport, length, checksum = _UDP.unpack_from(payload)
    if not _UDP.size <= length <= len(payload):
        raise broken(at + 4, f"a UDP datagram of {length} octets in a packet with {len(payload)}")
    datagram = payload[:length]
    covered = ip_pseudo_header(src, dst, IpProto.UDP, length) + datagram
    if checksum and not offloaded and not is_intact(covered):
        raise broken(at + 6, "the UDP checksum is wrong")
    return Udp(src, dst, ttl, sport, dport, datagram[_UDP.size :])


def encode_tcp(packet: Tcp) -> bytes:
    """The segment with its checksum."""
    start = (packet.sport, packet.dport, packet.seq, packet.ack, TCP_HEADER // 4 << 4)
    middle = (int(packet.flags) & _FLAGS, packet.window)
    covered = _TCP.pack(*start, *middle, 0, 0) + packet.payload
    pseudo = ip_pseudo_header(packet.src, packet.dst, IpProto.TCP, len(covered))
    return _TCP.pack(*start, *middle, internet_checksum(pseudo + covered), 0) + packet.payload


def decode_tcp(src: IPv4, dst: IPv4, ttl: int, payload: bytes, at: int, offloaded: bool) -> Tcp:
    """The segment that begins at octet `at` of the frame."""
    if len(payload) < TCP_HEADER:
        raise broken(at + len(payload), f"a TCP header has {TCP_HEADER} octets, the packet ends before")
    sport, dport, seq, ack, offset, flags, window, _, _ = _TCP.unpack_from(payload)
    header = (offset >> 4) * 4
    if not TCP_HEADER <= header <= len(payload):
        raise broken(at + 12, f"a TCP header of {header} octets in a packet with {len(payload)}")
    if not offloaded and not is_intact(ip_pseudo_header(src, dst, IpProto.TCP, len(payload)) + payload):
        raise broken(at + 16, "the TCP checksum is wrong")
    return Tcp(src, dst, ttl, sport, dport, seq, ack, TcpFlag(flags & _FLAGS), payload[header:], window)


def ports_and_number(payload: bytes) -> tuple[int, int, int]:
    """What the first eight octets of a segment tell, as an ICMP error quotes them."""
    sport, dport, seq = struct.unpack_from("!HHI", payload)
    return sport, dport, seq
