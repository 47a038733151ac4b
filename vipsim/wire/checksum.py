"""The internet checksum (RFC 1071), and what a VRRP advert's checksum covers.

Version 2 sums the VRRP message alone (RFC 3768 section 5.3.8). In version 3 the documents
disagree: RFC 5798 section 5.2.8 puts an IPv4 pseudo-header before it, and so do keepalived 2.2.7
and FRR 8.4; RFC 9568 section 5.2.8 leaves it out. A sender says in `Vrrp.pseudo_header` which form
it uses; a receiver asks `vrrp_checksum_fits` with the form that its own rules demand.
"""

from __future__ import annotations

import struct
from dataclasses import replace

from vipsim.wire.frames import IpProto, Vrrp

_ALL_ONES = 0xFFFF


def internet_checksum(data: bytes) -> int:
    """Ones' complement of the ones' complement sum of the 16-bit words (an odd last octet is padded).

    >>> hex(internet_checksum(bytes.fromhex("0001f203f4f5f6f7")))  # the example of RFC 1071
    '0x220d'
    """
    return _ALL_ONES - _folded_sum(data)


def is_intact(data: bytes) -> bool:
    """Whether `data`, its checksum field included, sums up to all ones, as a receiver tests it."""
    return _folded_sum(data) == _ALL_ONES


def _folded_sum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    # 2**16 is 1 modulo 2**16 - 1, so the remainder of the one big number is the sum with its
    # carries folded in: ten times faster than adding words. Only the two zeros need care.
    number = int.from_bytes(data, "big")
    return number % _ALL_ONES or (_ALL_ONES if number else 0)


def ip_pseudo_header(src: int, dst: int, proto: int, length: int) -> bytes:
    """IPv4 pseudo-header of a message of `length` octets (RFC 768)."""
    return struct.pack("!IIBBH", src, dst, 0, proto, length)


def vrrp_message(packet: Vrrp, checksum: int) -> bytes:
    """Octets of the VRRP message, with this value in its checksum field.

    The layouts are those of RFC 3768 section 5.1 and RFC 9568 section 5.2.
    """
    start = (packet.version << 4 | 1, packet.vrid, packet.priority, len(packet.vips))
    addresses = struct.pack(f"!{len(packet.vips)}I", *packet.vips)
    if packet.version == 2:
        head = struct.pack("!BBBBBBH", *start, packet.auth_type, packet.interval, checksum)
        return head + addresses + packet.auth_data
    return struct.pack("!BBBBHH", *start, packet.interval, checksum) + addresses


def vrrp_checksum(packet: Vrrp) -> int:
    """Return the right checksum of an advert, for its version and its `pseudo_header`."""
    message = vrrp_message(packet, 0)
    if packet.version == 3 and packet.pseudo_header:
        message = ip_pseudo_header(packet.src, packet.dst, IpProto.VRRP, len(message)) + message
    return internet_checksum(message)


def vrrp_checksum_fits(packet: Vrrp, pseudo_header: bool) -> bool:
    """Whether a receiver whose rules say `pseudo_header` for version 3 accepts the checksum.

    Parameters
    ----------
    packet : Vrrp
        An advert, decoded or from the simulator.
    pseudo_header : bool
        The receiver's rule for version 3: True RFC 5798, False RFC 9568. Version 2 has one form.
    """
    if packet.checksum is not None:
        return False  # explicit means wrong: a decoder that finds it right in either form keeps None
    if packet.version == 2 or packet.pseudo_header == pseudo_header:
        return True
    # One pair of addresses in 65535 has a pseudo-header that adds nothing: then both forms are right.
    return vrrp_checksum(packet) == vrrp_checksum(replace(packet, pseudo_header=pseudo_header))
