"""Every kind of frame is told in one plain sentence, by its octets alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from tests.view.replay.modules import call, opened
from tests.wire import samples
from tests.wire.samples import APP, APP_MAC, DB1, DB1_MAC, DB2, DB2_MAC, SAMPLES, VIP
from vipsim.view.replay.layouts import LAYOUTS, stack_of
from vipsim.wire.codec import encode
from vipsim.wire.frames import Frame

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NODES = (("db1", DB1, DB1_MAC), ("db2", DB2, DB2_MAC), ("app", APP, APP_MAC))


@pytest.fixture(scope="module")
def teller(chromium: Browser) -> Iterator[Page]:
    page = opened(
        chromium, decodeFrame="detail/decode.js", sentenceOf="detail/sentence.js", createNames="core/names.js"
    )
    nodes = [
        {"name": name, "ifaces": [{"mac": str(mac), "address": f"{address}/24"}]}
        for name, address, mac in NODES
    ]
    doc = json.dumps({"nodes": nodes, "vips": [str(VIP)], "layouts": LAYOUTS})
    call(page, "{ globalThis.doc = JSON.parse(values[0]); }", doc)
    yield page
    page.close()


def told(page: Page, frame: Frame) -> str:
    data = encode(frame)
    src = next((name for name, _, mac in NODES if mac == frame.src), "somebody")
    decoded = "tested.decodeFrame(values[0], values[1], doc.layouts)"
    sentence = f"tested.sentenceOf({decoded}, values[2], tested.createNames(doc))"
    return str(call(page, sentence, data.hex(), [list(one) for one in stack_of(data)], src))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("arp-probe", "app asks everybody, without an address of its own yet: who has {vip}?"),
        ("tcp-syn", "app asks port 5432 of {vip} for a connection (SYN)."),
        ("tcp-data", "app sends 9 octets to port 5432 of {vip}."),
        (
            "tcp-rst",
            "db1 breaks off the connection with {app}: it knows none, or will not have it (RST).",
        ),
        ("tcp-fin-odd", "db1 has no more to say to {app} and ends the connection (FIN)."),
        ("udp", "app sends 9 octets to port 5432 of {vip}."),
        ("unreachable-tcp", "db1 tells app about its packet to {vip}: no host answers there."),
        ("unreachable-udp", "db1 tells app about its packet to {vip}: nobody listens on that port."),
        (
            "redirect",
            "db1 tells app about its packet to {vip}: there is a better first hop, 192.168.1.218 (db2).",
        ),
        ("ttl-exceeded", "db1 tells app about its packet to {vip}: its time to live ran out on the way."),
        (
            "advert-v2-goodbye",
            "db1 says goodbye: it gives up virtual router 51 (192.168.1.219, 192.168.1.218, 192.168.1.10), "
            "and a backup should take over now.",
        ),
        (
            "advert-v3-slow",
            "db1 tells all routers: I am MASTER of virtual router 51 (192.168.1.219, 192.168.1.218) with "
            "priority 150, and will say so every 40.950 s.",
        ),
        (
            "carp",
            "somebody tells all: I am master of virtual host 51, and will say so every 1 s + 100/256 s.",
        ),
    ],
)
def test_a_sample_is_told(teller: Page, name: str, sentence: str) -> None:
    vip, app = f"{VIP} (the virtual IP)", f"{APP} (app)"
    assert told(teller, SAMPLES[name]) == sentence.format(vip=vip, app=app)


@settings(max_examples=150, deadline=None)
@given(frame=samples.frames)
def test_any_frame_is_told_and_nothing_is_missing_in_it(teller: Page, frame: Frame) -> None:
    sentence = told(teller, frame)
    assert sentence.endswith((".", "?", "(SYN).")) or "(number" in sentence
    assert not {"undefined", "NaN", "null"} & set(sentence.replace(",", " ").replace(".", " ").split())
