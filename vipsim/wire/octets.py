"""What the parts of the codec share: the IPv4 header, and how a place in a frame is named."""

from __future__ import annotations

import struct

from vipsim.errors import DecodeError
from vipsim.wire.checksum import internet_checksum
from vipsim.wire.frames import IP_HEADER, IpPacket

DONT_FRAGMENT = 0x4000
MORE_FRAGMENTS_OR_OFFSET = 0x3FFF
IP = struct.Struct("!BBHHHBBHII")


def broken(offset: int, reason: str) -> DecodeError:
    """The error that says what is wrong at which octet of the frame."""
    return DecodeError(f"octet {offset}: {reason}")


def encode_ip(packet: IpPacket, proto: int, payload: bytes, tos: int = 0) -> bytes:
    """An IPv4 packet: the header with its checksum, and `payload`."""
    length = IP_HEADER + len(payload)
    fields = (0x45, tos, length, 0, DONT_FRAGMENT, packet.ttl, proto)
    checksum = internet_checksum(IP.pack(*fields, 0, packet.src, packet.dst))
    return IP.pack(*fields, checksum, packet.src, packet.dst) + payload
