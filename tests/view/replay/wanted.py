"""What the page must read out of a frame, by the frame's objects: values by ``part.field``, as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from vipsim.wire.frames import Arp, Carp, Echo, Frame, IcmpError, IpPacket, Other, OtherIp, Tcp, Udp, Vrrp


def of_ip(packet: IpPacket) -> Iterator[tuple[str, Any]]:
    """What the page must read of a packet in IPv4, by ``part.field``; of `part.field` twice in order."""
    protocols = {Echo: 1, IcmpError: 1, Tcp: 6, Udp: 17, Vrrp: 112, Carp: 112}
    yield "ipv4.version", 4
    yield "ipv4.TTL", packet.ttl
    yield "ipv4.protocol", packet.proto if isinstance(packet, OtherIp) else protocols[type(packet)]
    yield "ipv4.source", packet.src
    yield "ipv4.destination", packet.dst


def of_transport(packet: Udp | Tcp, key: str) -> Iterator[tuple[str, Any]]:
    yield f"{key}.source port", packet.sport
    yield f"{key}.destination port", packet.dport
    if isinstance(packet, Tcp):
        yield f"{key}.sequence", packet.seq


def of_echo(packet: Echo) -> Iterator[tuple[str, Any]]:
    yield "icmp-echo.type", 0 if packet.is_reply else 8
    yield "icmp-echo.identifier", packet.ident
    yield "icmp-echo.sequence", packet.seq


def of_vrrp(packet: Vrrp) -> Iterator[tuple[str, Any]]:
    key = f"vrrp{packet.version}"
    yield f"{key}.version", packet.version
    yield f"{key}.type", 1
    yield f"{key}.VRID", packet.vrid
    yield f"{key}.priority", packet.priority
    yield f"{key}.address count", len(packet.vips)
    yield f"{key}.interval", packet.interval
    if packet.checksum is not None:
        yield f"{key}.checksum", f"0x{packet.checksum:04x}"
    if packet.version == 2:
        yield f"{key}.authentication type", packet.auth_type
        text = "".join(chr(octet) if 0x20 <= octet < 0x7F else "·" for octet in packet.auth_data)
        yield "vrrp2-auth.authentication", text
    for vip in packet.vips:
        yield "vrrp-address.address", vip


def of_carp(packet: Carp) -> Iterator[tuple[str, Any]]:
    digest = packet.digest.hex(" ", 4)
    yield from (("carp.VHID", packet.vhid), ("carp.demotion", packet.demotion))
    yield from (("carp.advskew", packet.advskew), ("carp.advbase", packet.advbase))
    yield from (("carp.authentication length", 7), ("carp.counter", f"0x{packet.counter:016x}"))
    yield "carp.digest", digest


def of_error(packet: IcmpError) -> Iterator[tuple[str, Any]]:
    kind, code = packet.kind.value
    key = "icmp-redirect" if kind == 5 else "icmp-error"
    yield from ((f"{key}.type", kind), (f"{key}.code", code))
    if kind == 5:
        yield f"{key}.gateway", packet.gateway
    yield from of_ip(packet.about)
    match packet.about:
        case Udp():
            yield from of_transport(packet.about, "udp")
        case Tcp():
            yield from of_transport(packet.about, "tcp-quoted")
        case Echo():
            yield from of_echo(packet.about)


def expected(frame: Frame) -> dict[str, list[str]]:
    """Everything that vipsim's codec put into a frame, as the page must read it."""
    found = defaultdict(list)
    pairs = [("ethernet.destination", frame.dst), ("ethernet.source", frame.src)]
    match frame.packet:
        case Arp(op, sender_mac, sender_ip, target_mac, target_ip):
            pairs += [("ethernet.type", 0x0806), ("arp.operation", int(op))]
            pairs += [("arp.sender MAC", sender_mac), ("arp.sender IP", sender_ip)]
            pairs += [("arp.target MAC", target_mac), ("arp.target IP", target_ip)]
        case Other(ethertype):
            pairs.append(("ethernet.type", ethertype))
        case packet:
            pairs += [("ethernet.type", 0x0800), *of_ip(packet)]
    match frame.packet:
        case Vrrp():
            pairs += of_vrrp(frame.packet)
        case Carp():
            pairs += of_carp(frame.packet)
        case Echo():
            pairs += of_echo(frame.packet)
        case IcmpError():
            pairs += of_error(frame.packet)
        case Udp():
            pairs += of_transport(frame.packet, "udp")
        case Tcp(ack=ack, flags=flags, window=window):
            pairs += of_transport(frame.packet, "tcp")
            pairs += [("tcp.acknowledgement", ack), ("tcp.flags", int(flags)), ("tcp.window", window)]
    for name, value in pairs:
        found[name].append(str(value))
    return dict(found)
