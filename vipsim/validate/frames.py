"""Frames between the oracle's words and the model's: what is injected, and what was seen to be sent."""

from __future__ import annotations

from typing import Any

from vipsim.validate.fields import Fields, RowError, shown
from vipsim.wire.addresses import BROADCAST, Mac
from vipsim.wire.codec import decode
from vipsim.wire.frames import Arp, ArpOp, EtherType, Frame, IpProto, Other, OtherIp, Packet, Udp, framed

_ARP_NEEDS = 14 + 28
"""Octets of a frame that can hold an ARP packet for IPv4."""
_HARDWARE, _PROTOCOL = (1, 6, "0x0001", "0x0006"), (0x0800, "0x0800")
_USUAL: dict[str, tuple[int | str, ...]] = {
    "hlen": (6,), "hln": (6,), "plen": (4,), "pln": (4,),
    "htype": _HARDWARE, "hrd": _HARDWARE, "ptype": _PROTOCOL, "pro": _PROTOCOL,
}  # fmt: skip
"""Head of an ARP packet that an Ethernet interface takes: also IEEE 802's hardware type (arp_process)."""


def read_frame(fields: Fields) -> Frame:
    """Return the frame that `fields` describe.

    An ARP packet of another operation than request and reply, of other address lengths, or cut short is a
    packet that nobody understands (`Other`): the kernel ignores it.
    """
    eth = fields.obj("eth")
    dst, src = eth.mac("dst"), eth.mac("src")
    ethertype = _ethertype(eth)
    length = fields.count("len", 0, 65_535, default=60)
    if ethertype == 0x86DD:
        return framed(dst, src, Other(ethertype, bytes(40)))
    if "arp" in fields:
        return framed(dst, src, _arp(fields.obj("arp"), ethertype, length))
    if "ipv4" in fields:
        return framed(dst, src, _ipv4(fields, ethertype))
    if fields.has("hex"):
        return _from_hex(fields)
    if ethertype in (EtherType.ARP, EtherType.IPV4):
        fields.wrong(
            "eth.type", f"there is no packet for type 0x{ethertype:04x}", "write arp, or ipv4 and udp"
        )
    return framed(dst, src, Other(ethertype, bytes(max(0, length - 14))))


def _ethertype(eth: Fields) -> int:
    text = eth.text("type")
    try:
        value = int(text, 16)
    except ValueError:
        value = -1
    if not 0 <= value <= 0xFFFF or not text.startswith("0x"):
        eth.wrong("type", f"{shown(text)} is not an Ethernet type", "write 0x0806")
    return value


def _arp(arp: Fields, ethertype: int, length: int) -> Packet:
    op = arp.count("op", 0, 65_535)
    sha, spa, tha, tpa = arp.mac("sha"), arp.ip("spa"), arp.mac("tha"), arp.ip("tpa")
    strange = any(arp.has(name) and arp.data[name] not in values for name, values in _USUAL.items())
    if ethertype != EtherType.ARP or op not in (1, 2) or length < _ARP_NEEDS or strange:
        return Other(ethertype, bytes(28))
    return Arp(ArpOp(op), sha, spa, tha, tpa)


def _ipv4(fields: Fields, ethertype: int) -> Packet:
    header = fields.obj("ipv4")
    src, dst = header.ip("src"), header.ip("dst")
    ttl = header.count("ttl", 0, 255, default=64)
    if ethertype != EtherType.IPV4:
        return Other(ethertype, bytes(20))
    if "udp" in fields:
        udp = fields.obj("udp")
        sport, dport = udp.count("sport", 0, 65_535, default=1), udp.count("dport", 0, 65_535)
        return Udp(src, dst, ttl, sport, dport, bytes(max(0, udp.count("length", 0, 65_535, default=8) - 8)))
    proto = IpProto.VRRP if "vrrp" in fields else header.data.get("proto")
    proto = proto if isinstance(proto, int) and 0 <= proto <= 255 else 255
    return OtherIp(src, dst, ttl, int(proto), b"")


def _from_hex(fields: Fields) -> Frame:
    text = fields.text("hex")
    try:
        data = bytes.fromhex(text)
    except ValueError:
        fields.wrong("hex", f"{shown(text)} is not hexadecimal", "write two digits for each octet")
    try:
        return decode(data)
    except ValueError as error:
        raise RowError(fields.at("hex"), str(error), "write the octets of a frame") from None


# --- what was sent -------------------------------------------------------------------------


def describe(frame: Frame) -> dict[str, Any]:
    """Return what is compared of a frame: kind, destination, contents; no ports, no times."""
    packet = frame.packet
    eth = {"dst": _mac(frame.dst), "src": _mac(frame.src)}
    if isinstance(packet, Arp):
        arp = {
            "op": int(packet.op),
            "sha": _mac(packet.sender_mac),
            "spa": str(packet.sender_ip),
            "tha": _mac(packet.target_mac),
            "tpa": str(packet.target_ip),
        }
        return {"eth": eth, "arp": arp}
    if isinstance(packet, Other):
        return {"eth": eth, "type": f"0x{packet.ethertype:04x}"}
    proto = {"Udp": "udp", "Tcp": "tcp", "Echo": "icmp", "IcmpError": "icmp"}.get(type(packet).__name__, "")
    return {"eth": eth, "ipv4": {"src": str(packet.src), "dst": str(packet.dst), "proto": proto}}


def read_sent(fields: Fields) -> dict[str, Any]:
    """Return the same of a frame that the recording saw, checked field by field."""
    eth = fields.obj("eth")
    head = {"dst": _mac(eth.mac("dst")), "src": _mac(eth.mac("src"))}
    if "arp" in fields:
        arp = fields.obj("arp")
        said: dict[str, Any] = {"op": arp.count("op", 0, 65_535)}
        for name in ("sha", "spa", "tha", "tpa"):
            said[name] = _mac(arp.mac(name)) if name.endswith("ha") else str(arp.ip(name))
        return {"eth": head, "arp": said}
    if "ipv4" in fields:
        header = fields.obj("ipv4")
        proto = header.text("proto") if isinstance(header.data.get("proto"), str) else _proto(header)
        return {
            "eth": head,
            "ipv4": {"src": str(header.ip("src")), "dst": str(header.ip("dst")), "proto": proto},
        }
    if "ipv6" in fields:
        return {"eth": head, "ipv6": fields.obj("ipv6").data}
    fields.wrong("", "the frame has no packet", "write arp or ipv4")


def _proto(header: Fields) -> str:
    number = header.count("proto", 0, 255)
    return {1: "icmp", 6: "tcp", 17: "udp"}.get(number, str(number))


def is_unicast_probe(frame: dict[str, Any]) -> bool:
    """Whether a described frame is an ARP request to one MAC: what the PROBE timer sends."""
    arp = frame.get("arp")
    return arp is not None and arp["op"] == 1 and frame["eth"]["dst"] != _mac(BROADCAST)


def in_words(frame: dict[str, Any]) -> str:
    """A described frame in one line.

    >>> in_words({"eth": {"dst": "ff:ff:ff:ff:ff:ff", "src": "02:00:00:00:00:01"},
    ...           "arp": {"op": 1, "sha": "02:00:00:00:00:01", "spa": "10.0.0.1",
    ...                   "tha": "00:00:00:00:00:00", "tpa": "10.0.0.2"}})
    'arp op=1 sha=02:00:00:00:00:01 spa=10.0.0.1 tha=00:00:00:00:00:00 tpa=10.0.0.2 to ff:ff:ff:ff:ff:ff'
    """
    kind = next((name for name in frame if name != "eth"), "")
    body = frame[kind] if isinstance(frame.get(kind), dict) else {"": frame.get(kind)}
    said = " ".join(f"{name}={value}" for name, value in body.items())
    src = frame["eth"]["src"]
    sender = "" if body.get("sha", src) == src else f" from {src}"
    return f"{kind} {said}{sender} to {frame['eth']['dst']}"


def mac_text(mac: Mac | None) -> str | None:
    """A MAC as the oracle writes it; None stays None."""
    return None if mac is None else _mac(mac)


def _mac(mac: Mac) -> str:
    return str(mac).lower()
