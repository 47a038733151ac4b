"""VRRP adverts to bytes and back (RFC 3768 section 5, RFC 9568 section 5).

Their checksum is the one that is kept when wrong, because receivers disagree about it.
"""

from __future__ import annotations

import struct
from hashlib import sha256

from vipsim.errors import EncodeError
from vipsim.wire.addresses import IPv4
from vipsim.wire.checksum import ip_pseudo_header, is_intact, vrrp_checksum, vrrp_message
from vipsim.wire.frames import IpProto, OtherIp, Vrrp
from vipsim.wire.octets import broken

_VRRP2 = struct.Struct("!BBBBBBH")
_VRRP3 = struct.Struct("!BBBBHH")


def ah_stand_in(password: bytes) -> bytes:
    """Return eight octets that stand for an authentication header (RFC 2402), which adverts here do not have.

    Equal passwords give equal ones, and no password gives itself.
    """
    return sha256(password).digest()[:8]


def encode_vrrp(packet: Vrrp) -> bytes:
    """The advert with its own checksum, or the right one for its version."""
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


def decode_vrrp(src: IPv4, dst: IPv4, ttl: int, message: bytes, at: int) -> Vrrp | OtherIp:
    """The advert that begins at octet `at` of the frame."""
    if len(message) < _VRRP2.size:
        raise broken(at + len(message), f"a VRRP header has {_VRRP2.size} octets, the packet ends before")
    if message[0] not in (0x21, 0x31):
        return OtherIp(src, dst, ttl, IpProto.VRRP, message)  # another version, or no advert
    version, count = message[0] >> 4, message[3]
    auth_length = 8 if version == 2 else 0
    right = _VRRP2.size + 4 * count + auth_length
    if len(message) != right:
        raise broken(at + 3, f"a VRRP advert of {count} addresses has {right} octets, not {len(message)}")
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
