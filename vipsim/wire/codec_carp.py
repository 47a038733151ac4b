"""CARP adverts to bytes and back (OpenBSD and FreeBSD ``ip_carp.h``: version 2, type 1).

CARP shares protocol 112, version 2 and the group 224.0.0.18 with VRRP: `is_carp` tells them apart.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Sequence

from vipsim.errors import EncodeError
from vipsim.wire.addresses import IPv4
from vipsim.wire.checksum import internet_checksum, is_intact
from vipsim.wire.frames import CARP_MESSAGE, Carp

_CARP = struct.Struct("!BBBBBBHQ20s")
VERSION_AND_TYPE = 0x21
"""Version 2, type 1: an advert; CARP knows no other message."""
_AUTH_WORDS = 7
"""Length of counter and digest in words of 32 bits; VRRP counts its addresses here."""
_DIGEST = 20


def is_carp(message: bytes) -> bool:
    """Whether a message of protocol 112 is CARP's."""
    # It has 36 octets and says 7 where VRRP counts its addresses, which would need 44.
    return len(message) == CARP_MESSAGE and message[0] == VERSION_AND_TYPE and message[3] == _AUTH_WORDS


def carp_digest(password: bytes, vhid: int, addresses: Sequence[IPv4], counter: int) -> bytes:
    """Return the digest that a node with this password writes, 20 octets.

    It is an HMAC (RFC 2104) with SHA-1 over version, type, vhid, the addresses in rising order and the
    counter.
    """
    version, kind = divmod(VERSION_AND_TYPE, 16)
    listed = b"".join(address.packed for address in sorted(addresses))
    message = bytes([version, kind, vhid]) + listed + counter.to_bytes(8, "big")
    return hmac.new(password, message, hashlib.sha1).digest()


def encode_carp(packet: Carp) -> bytes:
    """The advert with its own checksum, or the right one."""
    if len(packet.digest) != _DIGEST:
        raise EncodeError(f"CARP has a digest of {_DIGEST} octets, not {len(packet.digest)}")
    checksum = internet_checksum(_message(packet, 0)) if packet.checksum is None else packet.checksum
    return _message(packet, checksum)


def _message(packet: Carp, checksum: int) -> bytes:
    head = (VERSION_AND_TYPE, packet.vhid, packet.advskew, _AUTH_WORDS, packet.demotion, packet.advbase)
    return _CARP.pack(*head, checksum, packet.counter, packet.digest)


def decode_carp(src: IPv4, dst: IPv4, ttl: int, message: bytes) -> Carp:
    """Read an advert for which `is_carp` says yes."""
    _, vhid, advskew, _, demotion, advbase, checksum, counter, digest = _CARP.unpack(message)
    kept = None if is_intact(message) else checksum
    return Carp(src, dst, ttl, vhid, advskew, advbase, counter, digest, demotion, kept)
