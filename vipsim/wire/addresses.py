"""MAC and IPv4 addresses as integers that print as people write them.

They are `int` subclasses because the frame path compares and hashes one per hop;
`ipaddress` objects cost ten times that. Subnets, which are read only when a scenario is
checked, use the standard library's `ipaddress`.
"""

from __future__ import annotations

import re

from vipsim.errors import AddressError

_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")
_IPV4 = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")


class Mac(int):
    """A 48-bit Ethernet address.

    >>> Mac.parse("00:21:5A:DB:68:E8")
    Mac('00:21:5A:DB:68:E8')
    >>> BROADCAST.is_group
    True
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Mac:
        """Read six pairs of hexadecimal digits separated by ``:`` or ``-``."""
        if not isinstance(text, str) or not _MAC.fullmatch(text):
            shown = repr(str(text)[:40])
            raise AddressError(f"{shown} is not a MAC address: write six pairs such as 00:21:5A:DB:68:E8")
        return cls(int(text.replace("-", ":").replace(":", ""), 16))

    @property
    def is_group(self) -> bool:
        """True for broadcast and multicast addresses (lowest bit of the first octet)."""
        return bool(self & GROUP_BIT)

    @property
    def packed(self) -> bytes:
        """The six octets."""
        return int(self).to_bytes(6, "big")

    def __str__(self) -> str:
        return ":".join(f"{octet:02X}" for octet in self.packed)

    def __repr__(self) -> str:
        return f"Mac('{self}')"


class IPv4(int):
    """A 32-bit IPv4 address.

    >>> IPv4.parse("192.168.1.219") + 0
    3232235995
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> IPv4:
        """Read dotted decimals without leading zeros."""
        if isinstance(text, str) and _IPV4.fullmatch(text):
            octets = [int(part) for part in text.split(".")]
            if max(octets) < 256:
                return cls(int.from_bytes(bytes(octets), "big"))
        shown = repr(str(text)[:40])
        raise AddressError(f"{shown} is not an IPv4 address: write four numbers such as 192.168.1.219")

    @property
    def is_multicast(self) -> bool:
        """True in 224.0.0.0/4."""
        return int(self) >> 28 == 0xE

    @property
    def packed(self) -> bytes:
        """The four octets."""
        return int(self).to_bytes(4, "big")

    def __str__(self) -> str:
        return ".".join(str(octet) for octet in self.packed)

    def __repr__(self) -> str:
        return f"IPv4('{self}')"


GROUP_BIT = 1 << 40
BROADCAST = Mac(0xFFFFFFFFFFFF)
NO_MAC = Mac(0)
NO_IP = IPv4(0)
VRRP_GROUP = IPv4.parse("224.0.0.18")
"""Destination of VRRP adverts (RFC 9568 section 5.1.1.2)."""


def multicast_mac(group: IPv4) -> Mac:
    """Ethernet address of an IPv4 multicast group: 01:00:5E and the low 23 bits (RFC 1112 section 6.4)."""
    return Mac(0x01005E000000 | (int(group) & 0x7FFFFF))


def virtual_mac(vrid: int) -> Mac:
    """Return the MAC address of virtual router `vrid` (RFC 9568 section 7.3).

    >>> virtual_mac(51)
    Mac('00:00:5E:00:01:33')
    """
    return Mac(0x00_00_5E_00_01_00 | vrid)
