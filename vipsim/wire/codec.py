"""Frames to bytes and back: what a packet socket, a capture file and scapy see.

Two kinds of input are told apart. What vipsim does not speak (another protocol, VLAN tags, CARP,
ICMP errors) is carried as `Other` or `OtherIp`. What is broken (cut short, lengths that disagree, a
wrong IPv4, ICMP or UDP checksum) is a `DecodeError`, and so is a fragment, which is no packet yet.
The one checksum that is kept when wrong is VRRP's, because receivers disagree about it.

A `Frame` holds what vipsim's machines read, so some of what a header can say is not in it. Encoding
writes: IPv4 without options, identification 0 with "don't fragment" (an atomic datagram, RFC 6864),
type of service 0 (VRRP: 0xC0, network control, as keepalived and FRR do), echo data all zeros, and
zeros as padding up to 60 octets. There is no frame check sequence on either side.
"""

from __future__ import annotations

import struct

from vipsim.errors import DecodeError, EncodeError
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.checksum import (
    internet_checksum,
    ip_pseudo_header,
    is_intact,
    vrrp_checksum,
    vrrp_message,
)
from vipsim.wire.frames import (
    IP_HEADER,
    MIN_FRAME,
    Arp,
    ArpOp,
    Echo,
    EtherType,
    Frame,
    IpPacket,
    IpProto,
    Other,
    OtherIp,
    Packet,
    Udp,
    Vrrp,
)

FCS = 4
ETHERNET_HEADER = 14
MIN_OCTETS = MIN_FRAME - FCS
ECHO_REQUEST, ECHO_REPLY = 8, 0

_DONT_FRAGMENT = 0x4000
_MORE_FRAGMENTS_OR_OFFSET = 0x3FFF
_NETWORK_CONTROL = 0xC0

_ETHERNET = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6sI6sI")
_ARP_START = (1, EtherType.IPV4, 6, 4)
_IP = struct.Struct("!BBHHHBBHII")
_ICMP = struct.Struct("!BBHHH")
_UDP = struct.Struct("!HHHH")
_VRRP2 = struct.Struct("!BBBBBBH")
_VRRP3 = struct.Struct("!BBBBHH")


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
        case Echo():
            payload = _encode_echo(packet)
            return EtherType.IPV4, _encode_ip(packet, IpProto.ICMP, payload)
        case Udp():
            return EtherType.IPV4, _encode_ip(packet, IpProto.UDP, _encode_udp(packet))
        case Vrrp():
            payload = _encode_vrrp(packet)
            return EtherType.IPV4, _encode_ip(packet, IpProto.VRRP, payload, _NETWORK_CONTROL)
        case OtherIp(proto=proto, payload=payload):
            return EtherType.IPV4, _encode_ip(packet, proto, payload)


def _encode_ip(packet: IpPacket, proto: int, payload: bytes, tos: int = 0) -> bytes:
    length = IP_HEADER + len(payload)
    fields = (0x45, tos, length, 0, _DONT_FRAGMENT, packet.ttl, proto)
    checksum = internet_checksum(_IP.pack(*fields, 0, packet.src, packet.dst))
    return _IP.pack(*fields, checksum, packet.src, packet.dst) + payload


def _encode_echo(packet: Echo) -> bytes:
    kind = ECHO_REPLY if packet.is_reply else ECHO_REQUEST
    seq = packet.seq & 0xFFFF  # a long ping counts on beyond the field, as ping does
    # The data are zeros and so add nothing to the sum.
    checksum = internet_checksum(_ICMP.pack(kind, 0, 0, packet.ident, seq))
    return _ICMP.pack(kind, 0, checksum, packet.ident, seq) + bytes(packet.data_length)


def _encode_udp(packet: Udp) -> bytes:
    length = _UDP.size + len(packet.payload)
    covered = _UDP.pack(packet.sport, packet.dport, length, 0) + packet.payload
    # RFC 768: a sum of zero is sent as all ones, because zero means "none".
    checksum = (
        internet_checksum(ip_pseudo_header(packet.src, packet.dst, IpProto.UDP, length) + covered) or 0xFFFF
    )
    return _UDP.pack(packet.sport, packet.dport, length, checksum) + packet.payload


def _encode_vrrp(packet: Vrrp) -> bytes:
    if packet.version not in (2, 3):
        raise EncodeError(f"VRRP has versions 2 and 3, not {packet.version}")
    if packet.version == 2 and len(packet.auth_data) != 8:
        raise EncodeError(f"VRRP version 2 has 8 octets of authentication, not {len(packet.auth_data)}")
    if packet.version == 3 and (packet.auth_type or any(packet.auth_data)):
        raise EncodeError("VRRP version 3 has no authentication: use version: 2, or leave it out")
    if packet.version == 3 and not 0 <= packet.interval <= 0xFFF:
        raise EncodeError(f"VRRP version 3 carries 0 to 4095 hundredths of a second, not {packet.interval}")
    checksum = vrrp_checksum(packet) if packet.checksum is None else packet.checksum
    return vrrp_message(packet, checksum)


# --- decoding --------------------------------------------------------------------------------


def decode(data: bytes, *, offloaded: bool = False) -> Frame:
    """Read the octets of a frame, destination address first, without FCS.

    Parameters
    ----------
    data : bytes
        Padding is allowed and taken off by the lengths in the headers; `Frame.size` counts it.
    offloaded : bool
        True for frames that a local kernel sends: it leaves the UDP checksum to the card, so a
        packet socket sees an unfinished one, which is then not judged.

    Raises
    ------
    DecodeError
        Naming the octet (from 0) and what is wrong there. No input raises anything else.
    """
    data = bytes(data)
    if len(data) < ETHERNET_HEADER:
        raise _broken(len(data), f"an Ethernet header has {ETHERNET_HEADER} octets, the frame ends before")
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


def _broken(offset: int, reason: str) -> DecodeError:
    return DecodeError(f"octet {offset}: {reason}")


def _decode_arp(data: bytes) -> Arp | Other:
    at = ETHERNET_HEADER
    if len(data) < at + _ARP.size:
        raise _broken(len(data), f"an ARP packet has {_ARP.size} octets, the frame ends before")
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
        raise _broken(len(data), f"an IPv4 header has {IP_HEADER} octets, the frame ends before")
    start, _, length, _, fragment, ttl, proto, _, source, target = _IP.unpack_from(data, at)
    header = (start & 0xF) * 4
    if start >> 4 != 4:
        raise _broken(at, f"version {start >> 4} in an IPv4 packet")
    if header < IP_HEADER or length < header:
        raise _broken(at, f"an IPv4 header of {header} octets in a packet of {length}")
    if len(data) < at + length:
        raise _broken(len(data), f"the IPv4 packet has {length} octets, the frame ends before")
    if not is_intact(data[at : at + header]):
        raise _broken(at + 10, "the IPv4 header checksum is wrong")
    if fragment & _MORE_FRAGMENTS_OR_OFFSET:
        raise _broken(at + 6, "a fragment: vipsim does not put packets together")
    src, dst = IPv4(source), IPv4(target)
    payload = data[at + header : at + length]
    at += header
    if proto == IpProto.VRRP and not _is_carp(payload):
        return _decode_vrrp(src, dst, ttl, payload, at)
    if proto == IpProto.UDP:
        return _decode_udp(src, dst, ttl, payload, at, offloaded)
    if proto == IpProto.ICMP:
        return _decode_icmp(src, dst, ttl, payload, at)
    return OtherIp(src, dst, ttl, proto, payload)


def _decode_icmp(src: IPv4, dst: IPv4, ttl: int, payload: bytes, at: int) -> Echo | OtherIp:
    if len(payload) < _ICMP.size:
        raise _broken(at + len(payload), f"an ICMP message has {_ICMP.size} octets, the packet ends before")
    if not is_intact(payload):
        raise _broken(at + 2, "the ICMP checksum is wrong")
    kind, code, _, ident, seq = _ICMP.unpack_from(payload)
    if kind not in (ECHO_REQUEST, ECHO_REPLY) or code:
        return OtherIp(src, dst, ttl, IpProto.ICMP, payload)
    return Echo(src, dst, ttl, kind == ECHO_REPLY, ident, seq, len(payload) - _ICMP.size)


def _decode_udp(src: IPv4, dst: IPv4, ttl: int, payload: bytes, at: int, offloaded: bool) -> Udp:
    if len(payload) < _UDP.size:
        raise _broken(at + len(payload), f"a UDP header has {_UDP.size} octets, the packet ends before")
    sport, dport, length, checksum = _UDP.unpack_from(payload)
    if not _UDP.size <= length <= len(payload):
        raise _broken(at + 4, f"a UDP datagram of {length} octets in a packet with {len(payload)}")
    datagram = payload[:length]
    covered = ip_pseudo_header(src, dst, IpProto.UDP, length) + datagram
    if checksum and not offloaded and not is_intact(covered):
        raise _broken(at + 6, "the UDP checksum is wrong")
    return Udp(src, dst, ttl, sport, dport, datagram[_UDP.size :])


def _is_carp(message: bytes) -> bool:
    # CARP shares protocol 112 and version 2 with VRRP. It has 36 octets and says 7 words of
    # authentication where VRRP counts its addresses, which would need 44.
    return len(message) == 36 and message[0] == 0x21 and message[3] == 7


def _decode_vrrp(src: IPv4, dst: IPv4, ttl: int, message: bytes, at: int) -> Vrrp | OtherIp:
    if len(message) < _VRRP2.size:
        raise _broken(at + len(message), f"a VRRP header has {_VRRP2.size} octets, the packet ends before")
    if message[0] not in (0x21, 0x31):
        return OtherIp(src, dst, ttl, IpProto.VRRP, message)  # another version, or no advert
    version, count = message[0] >> 4, message[3]
    auth_length = 8 if version == 2 else 0
    right = _VRRP2.size + 4 * count + auth_length
    if len(message) != right:
        raise _broken(at + 3, f"a VRRP advert of {count} addresses has {right} octets, not {len(message)}")
    auth_type = 0
    if version == 2:
        _, vrid, priority, _, auth_type, interval, checksum = _VRRP2.unpack_from(message)
    else:
        _, vrid, priority, _, interval, checksum = _VRRP3.unpack_from(message)
        interval &= 0xFFF  # the four reserved bits are ignored on reception
    vips = tuple(IPv4(vip) for vip in struct.unpack_from(f"!{count}I", message, _VRRP2.size))
    auth_data = message[right - auth_length :] if auth_length else bytes(8)
    packet = Vrrp(src, dst, ttl, version, vrid, priority, interval, vips, auth_type, auth_data)
    _judge_checksum(packet, message, checksum)
    return packet


def _judge_checksum(packet: Vrrp, message: bytes, checksum: int) -> None:
    covered = ip_pseudo_header(packet.src, packet.dst, IpProto.VRRP, len(message)) + message
    plain = is_intact(message)
    if packet.version == 2:
        packet.checksum = None if plain else checksum
    elif not is_intact(covered):
        packet.pseudo_header = not plain
        packet.checksum = None if plain else checksum
