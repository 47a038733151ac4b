"""What is selected: the page says what it is, why it happened and where it went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.view.replay.modules import call
from tests.view.replay.panels import (
    DOCUMENTS,
    HEARTBEAT,
    LOST,
    PAIR,
    RUNS,
    TRACES,
    blank_page,
    frame,
    panel,
    record,
    selected,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    page = blank_page(chromium)
    yield page
    page.close()


# --- in words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        (
            PAIR,
            "advert",
            "db1 tells all routers: I am MASTER of virtual router 51 (192.168.1.219) with priority 150, "
            "and will say so every 1.000 s.",
        ),
        (
            PAIR,
            "garp",
            "db2 tells everybody, unasked: 192.168.1.219 (the virtual IP) is at 00:21:5A:DB:7F:C2, db2.",
        ),
        (
            PAIR,
            "arp-request",
            "app1 asks everybody: who has 192.168.1.219 (the virtual IP)? Tell 192.168.1.101.",
        ),
        (
            PAIR,
            "arp-reply",
            "db1 answers app1: 192.168.1.219 (the virtual IP) is at 00:21:5A:DB:68:E8, db1.",
        ),
        (
            PAIR,
            "echo-request",
            "app1 pings 192.168.1.219 (the virtual IP): are you there? (number 1)",
        ),
        (PAIR, "echo-reply", "db1 answers ping 1 of app1, as 192.168.1.219 (the virtual IP)."),
        (HEARTBEAT, "udp", "db2 tells db1: I take the address: if you have it, release it."),
    ],
)
def test_a_frame_is_told_in_a_sentence(blank: Page, name: str, kind: str, sentence: str) -> None:
    shown = panel(blank, name, frame(name, kind))
    assert shown.locator(".v-detail-sentence").inner_text() == sentence


def test_where_a_frame_was_lost_is_told_per_hop(blank: Page) -> None:
    shown = panel(blank, LOST, frame(LOST, "garp"))
    fate = shown.locator(".v-detail-fate").inner_text()
    assert fate == (
        "Reached app3 within 101.024 µs; lost on the way to db1 (host is down); "
        "lost on the way to app1 and app2 (fault drop garp)."
    )
    hops = [row.inner_text().split("\t") for row in shown.locator(".v-hops tbody tr").all()]
    assert hops[0][0] == "db2.bond0 → sw1.p2" and len(hops) == 5
    fates = {hop[0].split(" → ")[1]: hop[3] for hop in hops}
    assert fates["app3.bond0"] == "delivered" and fates["app1.bond0"] == "✗ dropped: fault drop garp"


def test_nothing_selected_says_what_to_do(blank: Page) -> None:
    shown = panel(blank)
    assert "Nothing is selected" in shown.inner_text()
    assert not blank.locator(".v-walk").first.is_visible()


# --- why ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_chains_of_causes_are_those_of_the_trace(blank: Page, name: str) -> None:
    panel(blank, name)
    chains = call(
        blank,
        "app.store.items.filter((item) => item.frame < 0)"
        ".map((item) => tested.chainOf(app.store, item).map((one) => one.ref))",
    )
    causes = {one.id: one.cause for one in TRACES[name].select()}
    told = {f"r{number}" for number in DOCUMENTS[name]["records"]["id"]}
    assert len(chains) == len(told)
    for chain in chains:
        right = []
        number = int(chain[0][1:])
        while number and f"r{number}" in told:
            right.append(f"r{number}")
            number = causes[number]
        assert chain == right


def test_the_way_from_an_announcement_back_to_the_fault_can_be_walked(blank: Page) -> None:
    shown = panel(blank, PAIR, frame(PAIR, "garp"))
    announce, state = record(PAIR, "announce"), record(PAIR, "state", new="MASTER", why="master_down")
    for one, text in ((announce, "announces 192.168.1.219"), (state, "BACKUP -> MASTER")):
        shown.locator("ol.v-chain").get_by_role("button", name=text).first.press("Enter")
        assert selected(blank) == f"r{one.id}"
    shown.locator(".v-chain-fault").get_by_role("button", name="crash db1").press("Enter")
    assert selected(blank) == f"r{record(PAIR, 'fault').id}"
    assert "the daemon is killed" in shown.locator("ul.v-chain").inner_text()


def test_a_reply_leads_to_its_question_and_back(blank: Page) -> None:
    shown = panel(blank, PAIR, frame(PAIR, "arp-reply"))
    shown.locator(".v-came-by button").click()
    assert selected(blank) == frame(PAIR, "arp-request")
    blank.get_by_role("button", name="Next frame of the same conversation").click()
    assert selected(blank) == frame(PAIR, "arp-reply")


def test_equal_timers_are_told_as_one_and_unfold(blank: Page) -> None:
    timer = record(PAIR, "timer", name="master_down")
    shown = panel(blank, PAIR, f"r{timer.id}")
    rows = shown.locator("ol.v-chain > li")
    before = rows.count()
    shown.get_by_role("button", name="more like it").click()
    assert rows.count() > before
    assert shown.locator(".v-chain-folded").count() == 0


# --- from frame to frame -----------------------------------------------------------------------


def test_frames_of_a_kind_can_be_walked(blank: Page) -> None:
    panel(blank, PAIR, frame(PAIR, "advert"))
    following = blank.get_by_role("button", name="Next frame of the same kind")
    following.press("Enter")
    assert selected(blank) == frame(PAIR, "advert", 1)
    blank.get_by_role("button", name="Previous frame of the same kind").press("Enter")
    assert selected(blank) == frame(PAIR, "advert", 0)
    panel(blank, PAIR, frame(PAIR, "advert", -1))
    assert following.get_attribute("aria-disabled") == "true"
    following.press("Enter")
    assert selected(blank) == frame(PAIR, "advert", -1)
