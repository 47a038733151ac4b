"""Frames to bytes and back: what a packet socket, a capture file and scapy see.

Two kinds of input are told apart. What vipsim does not speak (another protocol, VLAN tags, other kinds
of ICMP) is carried as `Other` or `OtherIp`. What is broken (cut short, lengths that disagree, a
wrong IPv4, ICMP, UDP or TCP checksum) is a `DecodeError`, and so is a fragment, which is no packet yet.
The one checksum that is kept when wrong is an advert's, because receivers disagree about VRRP's.

A `Frame` holds what vipsim's machines read, so some of what a header can say is not in it. Encoding
writes: IPv4 without options, identification 0 with "don't fragment" (an atomic datagram, RFC 6864),
type of service 0 (VRRP: 0xC0, network control, as keepalived and FRR do; CARP: 0x10, low delay, as ucarp
and the BSD kernels do), echo data all zeros, and zeros as padding up to 60 octets. There is no frame
check sequence on either side.
"""

from __future__ import annotations

import struct

from vipsim.errors import EncodeError
from vipsim.wire.addresses import NO_MAC, IPv4, Mac
from vipsim.wire.checksum import is_intact
from vipsim.wire.codec_carp import decode_carp, encode_carp, is_carp
from vipsim.wire.codec_icmp import decode_icmp, encode_echo, encode_error
from vipsim.wire.codec_transport import decode_tcp, decode_udp, encode_tcp, encode_udp
from vipsim.wire.codec_vrrp import decode_vrrp, encode_vrrp
from vipsim.wire.frames import (
    IP_HEADER,
    MIN_FRAME,
    Arp,
    ArpOp,
    Carp,
    Echo,
    EtherType,
    Frame,
    IcmpError,
    IpPacket,
    IpProto,
    Other,
    OtherIp,
    Packet,
    Tcp,
    Udp,
    Vrrp,
    framed,
)
from vipsim.wire.octets import IP, MORE_FRAGMENTS_OR_OFFSET, broken, encode_ip

FCS = 4
ETHERNET_HEADER = 14
MIN_OCTETS = MIN_FRAME - FCS

_NETWORK_CONTROL = 0xC0
_LOW_DELAY = 0x10

_ETHERNET = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6sI6sI")
_ARP_START = (1, EtherType.IPV4, 6, 4)


# --- encoding --------------------------------------------------------------------------------


def encode(frame: Frame) -> bytes:
    """Octets of a frame from the destination address on, padded to 60, without FCS.

    Raises
    ------
    EncodeError
        If a field cannot carry its value, such as 2000 hundredths of a second in VRRP version 2.
    """
    try:
        ethertype, payload = _encode_packet(frame.packet)
        data = frame.dst.packed + frame.src.packed + ethertype.to_bytes(2, "big") + payload
    except (struct.error, OverflowError) as error:
        kind = type(frame.packet).__name__
        raise EncodeError(f"{kind}: a value does not fit its field ({error})") from error
    return data.ljust(MIN_OCTETS, b"\0")


def _encode_packet(packet: Packet) -> tuple[int, bytes]:
    match packet:
        case Arp(op, sender_mac, sender_ip, target_mac, target_ip):
            addresses = (sender_mac.packed, sender_ip, target_mac.packed, target_ip)
            return EtherType.ARP, _ARP.pack(*_ARP_START, op, *addresses)
        case Other(ethertype, payload):
            return ethertype, payload
        case _:
            return EtherType.IPV4, _encode_ip_packet(packet)


def _encode_ip_packet(packet: IpPacket) -> bytes:
    match packet:
        case Echo():
            return encode_ip(packet, IpProto.ICMP, encode_echo(packet))
        case IcmpError(about=about):
            return encode_ip(packet, IpProto.ICMP, encode_error(packet, _encode_ip_packet(about)))
        case Udp():
            return encode_ip(packet, IpProto.UDP, encode_udp(packet))
        case Tcp():
            return encode_ip(packet, IpProto.TCP, encode_tcp(packet))
        case Vrrp():
            return encode_ip(packet, IpProto.VRRP, encode_vrrp(packet), _NETWORK_CONTROL)
        case Carp():
            return encode_ip(packet, IpProto.VRRP, encode_carp(packet), _LOW_DELAY)
        case OtherIp(proto=proto, payload=payload):
            return encode_ip(packet, proto, payload)


# --- decoding --------------------------------------------------------------------------------


def decode(data: bytes, *, offloaded: bool = False) -> Frame:
    """Read the octets of a frame, destination address first, without FCS.

    Parameters
    ----------
    data : bytes
        Padding is allowed and taken off by the lengths in the headers; `Frame.size` counts it.
    offloaded : bool
        True for frames that a local kernel sends: it leaves UDP and TCP checksums to the card, so a
        packet socket sees an unfinished one, which is then not judged.

    Raises
    ------
    DecodeError
        Naming the octet (from 0) and what is wrong there. No input raises anything else.
    """
    data = bytes(data)
    if len(data) < ETHERNET_HEADER:
        raise broken(len(data), f"an Ethernet header has {ETHERNET_HEADER} octets, the frame ends before")
    dst, src, ethertype = _ETHERNET.unpack_from(data)
    packet: Packet
    if ethertype == EtherType.IPV4:
        packet = _decode_ip(data, offloaded)
    elif ethertype == EtherType.ARP:
        packet = _decode_arp(data)
    else:
        packet = Other(ethertype, data[ETHERNET_HEADER:])
    size = max(MIN_FRAME, len(data) + FCS)
    return Frame(Mac(int.from_bytes(dst, "big")), Mac(int.from_bytes(src, "big")), packet, size)


def _decode_arp(data: bytes) -> Arp | Other:
    at = ETHERNET_HEADER
    if len(data) < at + _ARP.size:
        raise broken(len(data), f"an ARP packet has {_ARP.size} octets, the frame ends before")
    *start, op, sender_mac, sender_ip, target_mac, target_ip = _ARP.unpack_from(data, at)
    if tuple(start) != _ARP_START or op not in (ArpOp.REQUEST, ArpOp.REPLY):
        return Other(EtherType.ARP, data[at:])  # another hardware or network, or reverse ARP
    return Arp(
        ArpOp(op),
        Mac(int.from_bytes(sender_mac, "big")),
        IPv4(sender_ip),
        Mac(int.from_bytes(target_mac, "big")),
        IPv4(target_ip),
    )


def _decode_ip(data: bytes, offloaded: bool) -> IpPacket:
    at = ETHERNET_HEADER
    if len(data) < at + IP_HEADER:
        raise broken(len(data), f"an IPv4 header has {IP_HEADER} octets, the frame ends before")
    start, _, length, _, fragment, ttl, proto, _, source, target = IP.unpack_from(data, at)
    header = (start & 0xF) * 4
    if start >> 4 != 4:
        raise broken(at, f"version {start >> 4} in an IPv4 packet")
    if header < IP_HEADER or length < header:
        raise broken(at, f"an IPv4 header of {header} octets in a packet of {length}")
    if len(data) < at + length:
        raise broken(len(data), f"the IPv4 packet has {length} octets, the frame ends before")
    if not is_intact(data[at : at + header]):
        raise broken(at + 10, "the IPv4 header checksum is wrong")
    if fragment & MORE_FRAGMENTS_OR_OFFSET:
        raise broken(at + 6, "a fragment: vipsim does not put packets together")
    src, dst = IPv4(source), IPv4(target)
    payload = data[at + header : at + length]
    at += header
    if proto == IpProto.VRRP:
        if is_carp(payload):
            return decode_carp(src, dst, ttl, payload)
        return decode_vrrp(src, dst, ttl, payload, at)
    if proto == IpProto.UDP:
        return decode_udp(src, dst, ttl, payload, at, offloaded)
    if proto == IpProto.TCP:
        return decode_tcp(src, dst, ttl, payload, at, offloaded)
    if proto == IpProto.ICMP:
        return decode_icmp(src, dst, ttl, payload, at)
    return OtherIp(src, dst, ttl, proto, payload)


def quoted(error: IcmpError) -> IcmpError:
    """Return the error as its receiver has it: of `about` only what an IPv4 header and eight octets tell."""
    packet = decode(encode(framed(NO_MAC, NO_MAC, error))).packet
    return packet if isinstance(packet, IcmpError) else error
