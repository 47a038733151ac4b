"""The layouts of frames' fields: judged by Wireshark's dissectors, by scapy and by vipsim's own codec."""

import subprocess
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.layers.vrrp import VRRP, VRRPv3

from tests.conftest import require_tool
from tests.view.replay.fields import fields_of, headers_of
from tests.wire.samples import APP_MAC, DB1, DB1_MAC, DB2, SAMPLES, advert, adverts, carp_adverts, errors
from vipsim.errors import DecodeError
from vipsim.trace.pcapng import CapturedFrame, Interface, write_packets
from vipsim.view.replay.layouts import LAYOUTS, octets_of, stack_of
from vipsim.wire import heartbeat
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Arp, Carp, Echo, Frame, IcmpError, IcmpKind, Tcp, Udp, Vrrp, framed

BEAT = heartbeat.encode(heartbeat.Message(heartbeat.Kind.CLAIM, 7, 3))
FRAMES = {
    **SAMPLES,
    "heartbeat": framed(DB1_MAC, APP_MAC, Udp(DB2, DB1, 64, 694, 694, BEAT)),
    "advert-v3-rfc9568": advert(3, pseudo_header=False),
}
WIRESHARK = {
    "ethernet": {"destination": "eth.dst", "source": "eth.src", "type": "eth.type"},
    "arp": {
        "hardware type": "arp.hw.type",
        "protocol type": "arp.proto.type",
        "hardware size": "arp.hw.size",
        "protocol size": "arp.proto.size",
        "operation": "arp.opcode",
        "sender MAC": "arp.src.hw_mac",
        "sender IP": "arp.src.proto_ipv4",
        "target MAC": "arp.dst.hw_mac",
        "target IP": "arp.dst.proto_ipv4",
    },
    "ipv4": {
        "version": "ip.version",
        "header length": "ip.hdr_len",
        "type of service": "ip.dsfield",
        "total length": "ip.len",
        "identification": "ip.id",
        "flags": "ip.flags",
        "fragment offset": "ip.frag_offset",
        "TTL": "ip.ttl",
        "protocol": "ip.proto",
        "checksum": "ip.checksum",
        "source": "ip.src",
        "destination": "ip.dst",
    },
    "icmp-echo": {
        "type": "icmp.type",
        "code": "icmp.code",
        "checksum": "icmp.checksum",
        "identifier": "icmp.ident",
        "sequence": "icmp.seq",
    },
    "icmp-error": {"type": "icmp.type", "code": "icmp.code", "checksum": "icmp.checksum"},
    "icmp-redirect": {"type": "icmp.type", "checksum": "icmp.checksum", "gateway": "icmp.redir_gw"},
    "udp": {
        "source port": "udp.srcport",
        "destination port": "udp.dstport",
        "length": "udp.length",
        "checksum": "udp.checksum",
    },
    "tcp": {
        "source port": "tcp.srcport",
        "destination port": "tcp.dstport",
        "sequence": "tcp.seq_raw",
        "acknowledgement": "tcp.ack_raw",
        "data offset": "tcp.hdr_len",
        "window": "tcp.window_size_value",
        "checksum": "tcp.checksum",
        "urgent pointer": "tcp.urgent_pointer",
    },
    "tcp-quoted": {
        "source port": "tcp.srcport",
        "destination port": "tcp.dstport",
        "sequence": "tcp.seq",
    },
    "vrrp2": {
        "version": "vrrp.version",
        "type": "vrrp.type",
        "VRID": "vrrp.virt_rtr_id",
        "priority": "vrrp.prio",
        "address count": "vrrp.addr_count",
        "authentication type": "vrrp.auth_type",
        "interval": "vrrp.adver_int",
        "checksum": "vrrp.checksum",
    },
    "vrrp3": {
        "version": "vrrp.version",
        "VRID": "vrrp.virt_rtr_id",
        "priority": "vrrp.prio",
        "reserved": "vrrp.reserved_mbz",
        "interval": "vrrp.short_adver_int",
        "checksum": "vrrp.checksum",
    },
    "vrrp-address": {"address": "vrrp.ip_addr"},
    "carp": {
        "version": "carp.version",
        "type": "carp.type",
        "VHID": "carp.vhid",
        "advskew": "carp.advskew",
        "authentication length": "carp.authlen",
        "demotion": "carp.demotion",
        "advbase": "carp.adver_int",
        "checksum": "carp.checksum",
        "counter": "carp.counter",
        "digest": "carp.hmac",
    },
}
"""By header and field the name that Wireshark gives it. A heartbeat is vipsim's own: it knows none."""


@pytest.fixture(scope="module")
def dissected(tmp_path_factory):
    """By sample, all fields that tshark sees: name, place in bits, octets, masked value."""
    path = tmp_path_factory.mktemp("layouts") / "samples.pcapng"
    write_packets(
        path, [Interface("db1.bond0")], [CapturedFrame(0, "db1.bond0", f, False) for f in FRAMES.values()]
    )
    plain, carps = _pdml(path), _pdml(path, "-d", "ip.proto==112,carp")
    return {name: carps[name] if name.startswith("carp") else plain[name] for name in FRAMES}


def _pdml(path, *options):
    command = [require_tool("tshark"), "-r", str(path), "-n", "-T", "pdml", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    packets = ElementTree.fromstring(done.stdout).findall("packet")
    return {
        name: [field for proto in packet.findall("proto") for field in proto.iter("field")]
        for name, packet in zip(FRAMES, packets, strict=True)
    }


def _judge(field, data: bytes, bit: int, length: int, value: int) -> None:
    """Compare a field's place and value with what Wireshark says of it."""
    first, size = bit // 8, (bit + length + 7) // 8 - bit // 8
    octets = data[first : first + size].hex()
    assert int(field.get("pos")) == first
    if field.get("unmaskedvalue") is not None:
        assert int(field.get("value"), 16) == value
        assert octets.startswith(field.get("unmaskedvalue")) or field.get("unmaskedvalue") == octets
    else:
        assert (int(field.get("size")), field.get("value")) == (size, octets)


@pytest.mark.parametrize("name", FRAMES)
def test_wireshark_finds_every_field_at_the_same_place(name, dissected):
    data = encode(FRAMES[name])
    seen = {}
    for field in dissected[name]:
        if field.get("value") and field.get("pos"):
            seen.setdefault((field.get("name"), int(field.get("pos"))), field)
    judged = 0
    for (key, at), values in fields_of(data).items():
        for label, offset, length, _ in LAYOUTS[key]:
            known = WIRESHARK.get(key, {}).get(label)
            if known is not None:
                bit = at * 8 + offset
                assert (known, bit // 8) in seen, f"{label} of {key}: Wireshark has no {known} there"
                _judge(seen[known, bit // 8], data, bit, length, values[label])
                judged += 1
    assert judged >= 12


def test_every_header_that_wireshark_knows_was_judged():
    judged = {key for frame in FRAMES.values() for key, _ in stack_of(encode(frame))}
    assert judged == {*LAYOUTS} - {"icmp"}
    assert {*LAYOUTS} - {*WIRESHARK} == {"icmp", "heartbeat", "vrrp2-auth"}


SCAPY = {
    "arp": (ARP, {"operation": "op", "hardware type": "hwtype", "protocol size": "plen"}),
    "ipv4": (
        IP,
        {"version": "version", "header length": "ihl", "total length": "len", "fragment offset": "frag"},
    ),
    "icmp-echo": (ICMP, {"type": "type", "identifier": "id", "sequence": "seq", "checksum": "chksum"}),
    "udp": (UDP, {"source port": "sport", "destination port": "dport", "length": "len"}),
    "tcp": (TCP, {"sequence": "seq", "acknowledgement": "ack", "data offset": "dataofs", "window": "window"}),
    "vrrp2": (
        VRRP,
        {"VRID": "vrid", "priority": "priority", "authentication type": "authtype", "interval": "adv"},
    ),
    "vrrp3": (VRRPv3, {"VRID": "vrid", "priority": "priority", "interval": "adv", "checksum": "chksum"}),
}


@pytest.mark.parametrize("name", FRAMES)
def test_scapy_reads_the_same_numbers(name):
    data = encode(FRAMES[name])
    packet, headers = Ether(data), headers_of(data)
    assert packet.type == headers["ethernet"]["type"]
    quoted = {"icmp-echo", "udp", "tcp"} if {"icmp-error", "icmp-redirect"} & {*headers} else set()
    for key, (layer, names) in SCAPY.items():
        if key in headers and key not in quoted:
            read = packet[layer]
            assert {field: read.getfieldval(its) for field, its in names.items()} == {
                field: headers[key][field] for field in names
            }
    if "ipv4" in headers:
        assert int(packet[IP].flags) == headers["ipv4"]["flags"]
    if "tcp" in headers:
        assert int(packet[TCP].flags) == headers["tcp"]["flags"]


def told(frame: Frame) -> dict[str, dict[str, int]]:
    """What a frame's own objects say that its fields must say, by header."""
    packet = frame.packet
    found = {"ethernet": {"destination": int(frame.dst), "source": int(frame.src)}}
    if isinstance(packet, Arp):
        names = ("operation", "sender MAC", "sender IP", "target MAC", "target IP")
        values = (packet.op, packet.sender_mac, packet.sender_ip, packet.target_mac, packet.target_ip)
        return found | {"arp": {name: int(value) for name, value in zip(names, values, strict=True)}}
    found["ipv4"] = {"source": int(packet.src), "destination": int(packet.dst), "TTL": packet.ttl}
    match packet:
        case Echo():
            found["icmp-echo"] = {
                "type": 0 if packet.is_reply else 8,
                "identifier": packet.ident,
                "sequence": packet.seq & 0xFFFF,
            }
        case Udp():
            found["udp"] = {"source port": packet.sport, "destination port": packet.dport}
        case Tcp():
            found["tcp"] = {
                "source port": packet.sport,
                "sequence": packet.seq,
                "acknowledgement": packet.ack,
                "flags": int(packet.flags),
                "window": packet.window,
            }
        case Vrrp():
            found[f"vrrp{packet.version}"] = {
                "VRID": packet.vrid,
                "priority": packet.priority,
                "interval": packet.interval,
                "address count": len(packet.vips),
            }
        case Carp():
            found["carp"] = {
                "VHID": packet.vhid,
                "advskew": packet.advskew,
                "advbase": packet.advbase,
                "counter": packet.counter,
                "digest": int.from_bytes(packet.digest, "big"),
            }
        case IcmpError():
            key = "icmp-redirect" if packet.kind is IcmpKind.REDIRECT else "icmp-error"
            found[key] = {"type": packet.kind.value[0], "code": packet.kind.value[1]}
            if key == "icmp-redirect":
                found[key]["gateway"] = int(packet.gateway)
    return found


def _says(frame: Frame) -> None:
    headers = headers_of(encode(frame))
    for key, values in told(frame).items():
        assert {name: headers[key][name] for name in values} == values


@pytest.mark.parametrize("name", FRAMES)
def test_the_fields_say_what_the_frame_says(name):
    _says(FRAMES[name])


@given(st.one_of(adverts(), carp_adverts(), errors()))
@settings(max_examples=150, deadline=None)
def test_any_packet_is_read_back(packet):
    _says(framed(DB1_MAC, APP_MAC, packet))


def test_a_quoted_packet_is_read_as_the_codec_reads_it():
    about = decode(encode(FRAMES["unreachable-tcp"])).packet.about
    fields = fields_of(encode(FRAMES["unreachable-tcp"]))
    assert fields["ipv4", 42]["source"] == int(about.src)
    assert fields["tcp-quoted", 62] == {
        "source port": about.sport,
        "destination port": about.dport,
        "sequence": about.seq,
    }


def test_a_heartbeat_is_read_as_its_codec_reads_it():
    fields = headers_of(encode(FRAMES["heartbeat"]))["heartbeat"]
    assert (fields["kind"], fields["pair"], fields["term"]) == (heartbeat.Kind.CLAIM, 7, 3)
    assert fields["magic"].to_bytes(4, "big") == b"VIPH"


def test_addresses_and_authentication_of_an_advert():
    fields = fields_of(encode(FRAMES["advert-v2-password"]))
    assert [at for key, at in fields if key == "vrrp-address"] == [42]
    assert fields["vrrp2-auth", 46]["authentication"].to_bytes(8, "big") == b"s3cret\0\0"


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_header_is_whole(key):
    """Its fields follow each other without a hole and fill octets."""
    end = 0
    for _, offset, length, form in LAYOUTS[key]:
        assert offset == end and length > 0
        assert form.split(":")[0] in ("mac", "ip", "uint", "hex", "text", "enum", "flags", "scale")
        end = offset + length
    assert end == octets_of(key) * 8
    assert len({name for name, *_ in LAYOUTS[key]}) == len(LAYOUTS[key])


def _is_sound(data: bytes) -> None:
    end = 0
    for key, at in stack_of(data):
        assert at >= end
        end = at + octets_of(key)
        assert end <= len(data)


@given(st.binary(max_size=200))
def test_any_octets_have_a_stack(data):
    _is_sound(data)


@given(st.sampled_from(sorted(FRAMES)), st.integers(0, 120), st.integers(0, 255), st.integers(0, 120))
def test_spoilt_frames_have_a_stack(name, at, octet, cut):
    data = bytearray(encode(FRAMES[name]))
    if at < len(data):
        data[at] = octet
    data = bytes(data[: len(data) - min(cut, len(data))])
    _is_sound(data)
    try:
        frame = decode(data)
    except DecodeError:
        return
    if isinstance(frame.packet, Arp | Echo | Udp | Tcp | Vrrp | Carp):
        assert len(stack_of(data)) >= 2
