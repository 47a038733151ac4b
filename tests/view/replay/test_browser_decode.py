"""The page reads frames as vipsim's codec and as Wireshark do: every field, and every bit once."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import require_tool
from tests.view.replay.modules import call, opened
from tests.view.replay.wanted import expected
from tests.wire import samples
from tests.wire.samples import APP, APP_MAC, DB1, DB1_MAC, DB2, SAMPLES, advert, ipv4
from vipsim.trace.pcapng import CapturedFrame, Interface, write_packets
from vipsim.view.replay.layouts import LAYOUTS, stack_of
from vipsim.wire import heartbeat
from vipsim.wire.codec import encode
from vipsim.wire.frames import Carp, Echo, Frame, IcmpError, Tcp, TcpFlag, Udp, framed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ALIVE = heartbeat.encode(heartbeat.Message(heartbeat.Kind.CLAIM, 7, 2**32 - 1))
FRAMES: dict[str, Frame] = {
    **SAMPLES,
    "heartbeat": framed(DB1_MAC, APP_MAC, Udp(APP, DB1, 64, 694, 694, ALIVE)),
    "advert-v3-reserved": advert(3, interval=1),
    "no address": advert(2, vips=()),
}
OPTIONS = ipv4(b"\x12\x34" * 9, 17, options=b"\x01" * 8)
CUT = [encode(SAMPLES["tcp-data"])[:50], encode(SAMPLES["advert-v2"])[:44]]
BROKEN = [OPTIONS, b"", b"\0" * 13, b"\0" * 14, *CUT]


@pytest.fixture(scope="module")
def decoder(chromium: Browser) -> Iterator[Page]:
    """A page that has the decoder, and the layouts that a document carries."""
    page = opened(
        chromium,
        decodeFrame="detail/decode.js",
        bitsAt="detail/decode.js",
        conversationOf="detail/conversations.js",
    )
    call(page, "{ globalThis.layouts = JSON.parse(values[0]); }", json.dumps(LAYOUTS))
    yield page
    page.close()


Part = dict[str, Any]


def decoded(page: Page, data: bytes) -> list[Part]:
    """Parts as the page reads them; values as text."""
    read = (
        "tested.decodeFrame(values[0], values[1], layouts).parts.map((part) => ({ ...part, "
        "fields: part.fields.map((field) => ({ ...field, value: String(field.value) })) }))"
    )
    found: list[Part] = call(page, read, data.hex(), [list(one) for one in stack_of(data)])
    return found


def values(parts: list[Part]) -> dict[str, list[str]]:
    """Values by ``part.field``; of a part that comes twice the outer first."""
    found = defaultdict(list)
    for part in parts:
        for field in part["fields"]:
            found[f"{part['key']}.{field['name']}"].append(field["value"])
    return dict(found)


def judge_places(data: bytes, parts: list[Part]) -> None:
    """Fail unless the fields cover every bit of the frame exactly once."""
    fields = [field for part in parts for field in part["fields"]]
    covered = sorted((field["bit"], field["bit"] + field["bits"]) for field in fields)
    edges = [0, *(end for _, end in covered)]
    assert [start for start, _ in covered] == edges[:-1]
    assert edges[-1] == len(data) * 8


def judge(page: Page, frame: Frame) -> None:
    data = encode(frame)
    parts = decoded(page, data)
    judge_places(data, parts)
    seen = values(parts)
    wanted = expected(frame)
    assert {name: seen.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("name", FRAMES)
def test_every_sample_is_read_as_it_was_written(decoder: Page, name: str) -> None:
    judge(decoder, FRAMES[name])


@settings(max_examples=300, deadline=None)
@given(frame=samples.frames)
def test_every_frame_is_read_as_it_was_written(decoder: Page, frame: Frame) -> None:
    judge(decoder, frame)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=120) | st.sampled_from(BROKEN))
def test_any_octets_are_read_without_a_hole(decoder: Page, data: bytes) -> None:
    judge_places(data, decoded(decoder, data))


@settings(max_examples=200, deadline=None)
@given(data=st.binary(min_size=1, max_size=24), random=st.randoms(use_true_random=False))
def test_bits_are_numbers_of_any_length(decoder: Page, data: bytes, random: Any) -> None:
    start = random.randrange(len(data) * 8)
    length = random.randint(1, len(data) * 8 - start)
    right = int.from_bytes(data, "big") >> (len(data) * 8 - start - length) & ((1 << length) - 1)
    read = "String(tested.bitsAt(Uint8Array.from(values[0]), values[1], values[2]))"
    assert call(decoder, read, list(data), start, length) == str(right)


# --- in words ----------------------------------------------------------------------------------


def texts(page: Page, frame: Frame) -> dict[str, str]:
    parts = decoded(page, encode(frame))
    return {f"{part['key']}.{field['name']}": field["text"] for part in parts for field in part["fields"]}


@pytest.mark.parametrize(
    ("name", "field", "text"),
    [
        ("arp-request", "arp.operation", "1 (request)"),
        ("arp-reply", "arp.operation", "2 (reply)"),
        ("arp-reply", "ethernet.type", "0x0806 (ARP)"),
        ("arp-reply", "rest.padding", "18 zeros"),
        ("advert-v2", "vrrp2.interval", "1 s"),
        ("advert-v3", "vrrp3.interval", "1 s (100 × 0.01 s)"),
        ("advert-v3-slow", "vrrp3.interval", "40.95 s (4095 × 0.01 s)"),
        ("advert-v2", "ipv4.protocol", "112 (VRRP)"),
        ("advert-v2", "ipv4.flags", "don't fragment"),
        ("advert-v2", "ipv4.header length", "20 octets (5 × 4 octets)"),
        ("advert-v2-password", "vrrp2-auth.authentication", "s3cret··"),
        ("tcp-syn", "tcp.flags", "SYN"),
        ("tcp-fin-odd", "tcp.flags", "FIN + ACK"),
        ("tcp-data", "rest.data", "73656c65 63742031 3b"),
        ("echo-request", "rest.data", "56 zeros"),
        ("heartbeat", "heartbeat.kind", "2 (CLAIM)"),
        ("heartbeat", "heartbeat.magic", "VIPH"),
    ],
)
def test_values_have_units_and_words(decoder: Page, name: str, field: str, text: str) -> None:
    assert texts(decoder, FRAMES[name])[field] == text


# --- Wireshark ---------------------------------------------------------------------------------

SAME = {
    "eth.dst": "ethernet.destination",
    "eth.src": "ethernet.source",
    "eth.type": "ethernet.type",
    "arp.hw.type": "arp.hardware type",
    "arp.proto.type": "arp.protocol type",
    "arp.hw.size": "arp.hardware size",
    "arp.proto.size": "arp.protocol size",
    "arp.opcode": "arp.operation",
    "arp.src.hw_mac": "arp.sender MAC",
    "arp.src.proto_ipv4": "arp.sender IP",
    "arp.dst.hw_mac": "arp.target MAC",
    "arp.dst.proto_ipv4": "arp.target IP",
    "ip.dsfield": "ipv4.type of service",
    "ip.len": "ipv4.total length",
    "ip.id": "ipv4.identification",
    "ip.ttl": "ipv4.TTL",
    "ip.proto": "ipv4.protocol",
    "ip.checksum": "ipv4.checksum",
    "ip.src": "ipv4.source",
    "ip.dst": "ipv4.destination",
    "udp.srcport": "udp.source port",
    "udp.dstport": "udp.destination port",
    "udp.length": "udp.length",
    "udp.checksum": "udp.checksum",
    "tcp.window_size_value": "tcp.window",
    "tcp.checksum": "tcp.checksum",
    "tcp.urgent_pointer": "tcp.urgent pointer",
    "vrrp.virt_rtr_id": "vrrp*.VRID",
    "vrrp.prio": "vrrp*.priority",
    "vrrp.addr_count": "vrrp*.address count",
    "vrrp.auth_type": "vrrp2.authentication type",
    "vrrp.adver_int": "vrrp2.interval",
    "vrrp.checksum": "vrrp*.checksum",
    "vrrp.ip_addr": "vrrp-address.address",
}
"""Wireshark's names of fields of whole octets, and the page's; * stands for the version."""


def test_fields_are_where_wireshark_has_them(decoder: Page, tmp_path: Any) -> None:
    frames = {name: frame for name, frame in FRAMES.items() if not isinstance(frame.packet, Carp)}
    path = tmp_path / "frames.pcapng"
    write_packets(
        path, [Interface("x")], [CapturedFrame(0, "x", frame, inbound=False) for frame in frames.values()]
    )
    command = [require_tool("tshark"), "-n", "-r", str(path), "-T", "pdml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    compared = 0
    for frame, packet in zip(frames.values(), ET.fromstring(done.stdout).iter("packet"), strict=True):
        ours = {
            (f"{part['key']}.{field['name']}", field["from"], field["to"])
            for part in decoded(decoder, encode(frame))
            for field in part["fields"]
        }
        for field in packet.iter("field"):
            name = SAME.get(field.get("name", ""))
            if name is None or field.get("size") in (None, "0") or field.get("hide") == "yes":
                continue
            start = int(field.get("pos", ""))
            ways = {name, name.replace("*", "2"), name.replace("*", "3")}
            assert any((way, start, start + int(field.get("size", ""))) in ours for way in ways), field.attrib
            compared += 1
    assert compared > 300


# --- who talks with whom -----------------------------------------------------------------------

SYN = Tcp(APP, DB1, 64, 40000, 5432, 1, 0, TcpFlag.SYN)
ACCEPTED = Tcp(DB1, APP, 64, 5432, 40000, 9, 2, TcpFlag.SYN | TcpFlag.ACK)
OTHER_PORT = Tcp(APP, DB1, 64, 40001, 5432, 1, 0, TcpFlag.SYN)


def name_of(page: Page, packet: Any) -> str:
    return str(call(page, "tested.conversationOf(values[0])", encode(framed(DB1_MAC, APP_MAC, packet)).hex()))


def test_both_directions_are_one_conversation(decoder: Page) -> None:
    assert name_of(decoder, SYN) == name_of(decoder, ACCEPTED) != name_of(decoder, OTHER_PORT)
    ping, answer = Echo(APP, DB1, 64, False, 1, 1), Echo(DB1, APP, 64, True, 1, 1)
    elsewhere = Echo(APP, DB2, 64, False, 1, 1)
    assert name_of(decoder, ping) == name_of(decoder, answer) != name_of(decoder, elsewhere)


def test_an_error_belongs_to_what_it_is_about(decoder: Page) -> None:
    error = SAMPLES["unreachable-tcp"].packet
    assert isinstance(error, IcmpError) and isinstance(error.about, Tcp)
    assert name_of(decoder, error) == name_of(decoder, error.about)
