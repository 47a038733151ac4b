"""Captured frames to a pcapng file that Wireshark reads with names, nanoseconds and comments.

The file is one section of blocks (the draft "PCAP Capture File Format", opsawg-pcapng): its header,
one description per interface, the names of addresses, then the frames in the order given.
Time zero of a run becomes the start of 1970; only differences mean something.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vipsim.errors import EncodeError
from vipsim.files import written_whole
from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.codec import encode
from vipsim.wire.frames import Frame

SECTION_HEADER = 0x0A0D0D0A
INTERFACE = 1
NAME_RESOLUTION = 4
ENHANCED_PACKET = 6
BYTE_ORDER_MAGIC = 0x1A2B3C4D
LINKTYPE_ETHERNET = 1

_COMMENT = 1
_USER_APPLICATION = 4
_IF_NAME = 2
_IF_MAC = 6
_IF_TSRESOL = 9
_NANOSECONDS = b"\x09"
_EPB_FLAGS = 2
_INBOUND, _OUTBOUND = 1, 2
_NAME_IPV4 = 1
_LONGEST_OPTION = 0xFFFF


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface that was captured at."""

    name: str
    """As Wireshark shows it, for instance ``app1.bond0``."""
    mac: Mac | None = None


@dataclass(frozen=True, slots=True)
class CapturedFrame:
    """A frame as one interface saw it."""

    time: Time
    """In ns since the start of the run."""
    iface: str
    """Name of the interface."""
    frame: Frame | bytes
    """Bytes begin with the destination address and have no FCS."""
    inbound: bool
    """True if it came from the cable, False if the host sent it."""
    comment: str = ""


def write_packets(
    path: str | os.PathLike[str],
    interfaces: Sequence[Interface],
    packets: Iterable[CapturedFrame],
    names: Mapping[IPv4, str] | None = None,
    comment: str = "",
) -> None:
    """Write a capture file; the file appears whole or not at all.

    Parameters
    ----------
    path : path
        The file, by custom ``*.pcapng``.
    interfaces : sequence of Interface
        With different names.
    packets : iterable of CapturedFrame
        Written in this order; Wireshark expects them by time.
    names : mapping of IPv4 to str, optional
        Names of addresses, shown where Wireshark resolves network addresses.
    comment : str, optional
        About the whole file.

    Raises
    ------
    EncodeError
        If a frame has no bytes, a negative time, or an unknown interface.
    """
    with written_whole(path) as file:
        file.writelines(blocks(interfaces, packets, names or {}, comment))


def blocks(
    interfaces: Sequence[Interface],
    packets: Iterable[CapturedFrame],
    names: Mapping[IPv4, str],
    comment: str = "",
) -> Iterator[bytes]:
    """Yield the blocks of a capture file; joined they are the file."""
    yield _section_header(comment)
    for interface in interfaces:
        yield _interface(interface)
    if names:
        yield _names(names)
    number = {interface.name: index for index, interface in enumerate(interfaces)}
    for packet in packets:
        yield _packet(packet, number)


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _options(*options: tuple[int, bytes]) -> bytes:
    """Encode the options that have a value, with the mark of their end."""
    given = [(code, value) for code, value in options if value]
    encoded = b"".join(struct.pack("<HH", code, len(value)) + _padded(value) for code, value in given)
    return encoded + bytes(4) if given else b""


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    # Cut where a character begins, never inside one.
    return data if len(data) <= _LONGEST_OPTION else data[:_LONGEST_OPTION].decode("utf-8", "ignore").encode()


def _section_header(comment: str) -> bytes:
    unknown_length = 0xFFFF_FFFF_FFFF_FFFF
    head = struct.pack("<IHHQ", BYTE_ORDER_MAGIC, 1, 0, unknown_length)
    return _block(SECTION_HEADER, head + _options((_COMMENT, _text(comment)), (_USER_APPLICATION, b"vipsim")))


def _interface(interface: Interface) -> bytes:
    no_limit = 0
    head = struct.pack("<HHI", LINKTYPE_ETHERNET, 0, no_limit)
    mac = b"" if interface.mac is None else interface.mac.packed
    options = _options((_IF_NAME, _text(interface.name)), (_IF_MAC, mac), (_IF_TSRESOL, _NANOSECONDS))
    return _block(INTERFACE, head + options)


def _names(names: Mapping[IPv4, str]) -> bytes:
    records = b""
    for address, name in sorted(names.items()):
        value = address.packed + _text(name)[: _LONGEST_OPTION - 5] + b"\0"
        records += struct.pack("<HH", _NAME_IPV4, len(value)) + _padded(value)
    return _block(NAME_RESOLUTION, records + bytes(4))


def _packet(packet: CapturedFrame, number: Mapping[str, int]) -> bytes:
    if packet.time < 0:
        raise EncodeError(f"a capture begins at time zero: a frame at {packet.time} ns has no place in it")
    if packet.iface not in number:
        raise EncodeError(f"{packet.iface} is not an interface of this capture: {', '.join(number)}")
    data = encode(packet.frame) if isinstance(packet.frame, Frame) else packet.frame
    length = len(data)
    high, low = packet.time >> 32, packet.time & 0xFFFF_FFFF
    head = struct.pack("<IIIII", number[packet.iface], high, low, length, length)
    flags = struct.pack("<I", _INBOUND if packet.inbound else _OUTBOUND)
    options = _options((_COMMENT, _text(packet.comment)), (_EPB_FLAGS, flags))
    return _block(ENHANCED_PACKET, head + _padded(data) + options)
