"""Frames to scapy packets and back, by way of the bytes that a cable would carry."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from vipsim.errors import EncodeError
from vipsim.packets.layers import ARP, IP, Dot3, EDecimal, Ether, Packet, PacketList
from vipsim.units import SECOND, Time
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Frame

_CANNOT_BUILD = (struct.error, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)

# What scapy fills in from the machine it runs on: its routes, its cards, even an ARP request.
_FROM_THIS_MACHINE: tuple[tuple[type[Packet], tuple[str, ...]], ...] = (
    (Ether, ("dst", "src")),
    (Dot3, ("dst", "src")),
    (ARP, ("hwsrc", "psrc", "pdst")),
    (IP, ("src", "dst")),
)


def to_scapy(frame: Frame) -> Packet:
    """Return the frame as a scapy packet, dissected from its bytes.

    Checksums and lengths hold the values on the wire. Who changes a field of an IP packet deletes them
    first, as always in scapy: ``del packet[IP].chksum``.
    """
    return Ether(encode(frame))


def from_scapy(packet: Packet) -> Frame:
    """Return the frame that a scapy packet puts on the wire.

    Parameters
    ----------
    packet : scapy.packet.Packet
        Begins with ``Ether`` (or ``Dot3``, for a length in place of the type). Its addresses are
        given, because scapy would take missing ones from this machine and its network.

    Raises
    ------
    EncodeError
        If an address is missing, or scapy cannot build the packet.
    DecodeError
        If the bytes are broken, such as a checksum left over from before a change.
    """
    if not isinstance(packet, (Ether, Dot3)):
        shown = packet.name if isinstance(packet, Packet) else type(packet).__name__
        raise EncodeError(f"a frame begins with Ether(src=..., dst=...), not with {shown}")
    for kind, names in _FROM_THIS_MACHINE:
        layer = packet.getlayer(kind)
        for name in names:
            if layer is not None and name not in layer.fields and name not in layer.overloaded_fields:
                raise EncodeError(f"{kind.__name__}.{name} is not given: write {kind.__name__}({name}=...)")
    try:
        data = bytes(packet)
    except _CANNOT_BUILD as error:
        raise EncodeError(f"scapy cannot build this packet: {error}") from error
    return decode(data)


def packet_list(items: Iterable[tuple[Time, Frame]], name: str) -> PacketList:
    """Return a scapy list of frames with their times.

    Parameters
    ----------
    items : iterable of (Time, Frame)
        Times in ns; each becomes ``packet.time``, a decimal number of seconds without rounding.
    name : str
        Name of the list, such as ``app1.bond0``.
    """
    packets = []
    for time, frame in items:
        packet = to_scapy(frame)
        packet.time = exact_seconds(time)
        packets.append(packet)
    return PacketList(packets, name=name)


def exact_seconds(time: Time) -> EDecimal:
    """Seconds of a time in ns, as the decimal type that scapy uses for times."""
    whole, part = divmod(time, SECOND)
    return EDecimal(f"{whole}.{part:09d}")
