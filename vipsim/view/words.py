"""Faults and packets in words, as pictures call them."""

from __future__ import annotations

from functools import lru_cache

from vipsim.errors import DecodeError
from vipsim.trace import Record
from vipsim.wire import heartbeat
from vipsim.wire.codec import decode
from vipsim.wire.frames import Arp, Carp, Echo, IcmpError, Packet, Tcp, Udp, Vrrp, kind_of

address_text = lru_cache(maxsize=4096, typed=True)(str)
"""A MAC or IPv4 address as text, as `str` gives it: a run has few addresses and many frames."""

ANNOUNCEMENTS = ("garp", "arp-reply")
"""Kinds of ARP packets that say where an address is."""


def fault_text(record: Record) -> str:
    """What a fault's record says: ``crash db1``, ``drop db1 advert 30%``, ``end of delay a-b 5ms``."""
    word, target, value = (str(record.data.get(key) or "") for key in ("word", "target", "value"))
    text = fault_words(word, target, value)
    return f"end of {text}" if record.data.get("phase") == "end" else text


def fault_words(word: str, target: str, value: str) -> str:
    """A fault for people; a forged frame by what it says, or by how long it is."""
    if word == "inject" and value:
        try:
            packet = decode(bytes.fromhex(value)).packet
            if kind_of(packet) != "other":
                return forged_text(packet, target)
        except (DecodeError, ValueError):
            pass  # a forger may send anything; then only its length is told
        value = f"({len(value) // 2} bytes)"
    return " ".join(part for part in (word, target, value) if part)


def forged_text(packet: Packet, node: str) -> str:
    """``forged ARP from app2: .219 is at …:66``: what a frame says that a fault put on a cable."""
    if isinstance(packet, Arp) and kind_of(packet) in ANNOUNCEMENTS:
        tail, last = str(packet.sender_ip).rpartition(".")[2], str(packet.sender_mac).rpartition(":")[2]
        return f"forged ARP from {node}: .{tail} is at …:{last}"
    return f"forged frame from {node}: {describe(packet)}"


def describe(packet: Packet) -> str:
    """Return a packet's kind and what a reader wants to know of it."""
    kind = kind_of(packet)
    match packet:
        case Vrrp(priority=0):
            return f"{kind} priority 0 (goodbye)"
        case Vrrp():
            return f"{kind} priority {packet.priority}"
        case Carp():
            return f"{kind} CARP {packet.advbase} s + {packet.advskew}/256"
        case Arp() if kind in ANNOUNCEMENTS:
            return f"{kind} {packet.sender_ip} is at {packet.sender_mac}"
        case Arp() if packet.sender_ip:
            return f"{kind} from .{str(packet.sender_ip).rpartition('.')[2]}: who has {packet.target_ip}?"
        case Arp():
            return f"{kind} who has {packet.target_ip}?"
        case Echo():
            return f"{kind} {packet.src if packet.is_reply else packet.dst}"
        case Udp(dport=heartbeat.PORT):
            try:
                return f"heartbeat {heartbeat.decode(packet.payload).kind.name}"
            except DecodeError:
                return f"{kind} to port {packet.dport}"
        case Udp():
            return f"{kind} to port {packet.dport}"
        case Tcp(payload=payload):
            return f"{kind} to port {packet.dport}" + (f", {len(payload)} octets" if payload else "")
        case IcmpError(kind=error, about=about):
            return f"{error.name.lower().replace('_', ' ')}: {about.dst}"
        case _:
            return kind
