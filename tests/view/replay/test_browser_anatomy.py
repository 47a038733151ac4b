"""Fields beside bytes: what is pointed at in one is marked in the other, by pointer and by keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.view.replay.panels import PAIR, TRACES, blank_page, frame, panel, record
from vipsim.wire.codec import encode
from vipsim.wire.frames import kind_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    page = blank_page(chromium)
    yield page
    page.close()


def taken_apart(page: Page, kind: str) -> Locator:
    """Fields and bytes of the first frame of this kind."""
    shown = panel(page, PAIR, frame(PAIR, kind))
    shown.get_by_role("tab", name="Fields and bytes").click()
    return shown


def octets(kind: str) -> bytes:
    return next(encode(one.frame) for one in TRACES[PAIR].frames if kind_of(one.frame.packet) == kind)


def marked(shown: Locator) -> str:
    """Digits of the octets that are marked."""
    return "".join(shown.locator(".v-bytes-octet.v-is-marked").all_inner_texts()).replace(" ", "")


def leaf(shown: Locator, title: str, name: str) -> Locator:
    branch = shown.locator(".v-fields-branch", has=shown.page.get_by_text(title, exact=True))
    return branch.get_by_role("treeitem").filter(has=shown.page.get_by_text(name, exact=True))


@pytest.mark.parametrize("kind", ["advert", "arp-reply", "garp", "echo-request"])
def test_the_dump_is_the_frame(blank: Page, kind: str) -> None:
    shown = taken_apart(blank, kind)
    cells = [cell.inner_text().strip() for cell in shown.locator(".v-bytes-octet").all()]
    data = octets(kind)
    assert cells == [f"{octet:02x}" for octet in data]
    letters = "".join(shown.locator(".v-bytes-letter").all_inner_texts())
    assert letters == "".join(chr(octet) if 0x20 <= octet < 0x7F else "·" for octet in data)


def test_pointing_at_a_field_marks_its_bytes(blank: Page) -> None:
    shown = taken_apart(blank, "arp-reply")
    leaf(shown, "ARP", "operation").hover()
    assert marked(shown) == "0002"
    leaf(shown, "ARP", "sender MAC").hover()
    assert marked(shown) == "00215adb68e8"
    assert "Octets 22 to 27 of 60: ARP, sender MAC" in shown.locator(".v-pointed").inner_text()
    shown.locator(".v-fields-title", has_text="ARP").hover()
    assert marked(shown) == octets("arp-reply")[14:42].hex()


def test_pointing_at_a_byte_marks_its_field(blank: Page) -> None:
    shown = taken_apart(blank, "advert")
    shown.locator(".v-bytes-octet").nth(36).hover()
    assert shown.locator(".v-fields-leaf.v-is-marked").inner_text().startswith("priority 150")
    assert marked(shown) == "96"
    shown.locator(".v-bytes-letter").nth(22).hover()
    assert shown.locator(".v-fields-leaf.v-is-marked").inner_text().startswith("TTL")


def test_the_keys_go_through_fields_and_over_to_their_bytes_and_back(blank: Page) -> None:
    shown = taken_apart(blank, "advert")
    keys = blank.keyboard
    shown.get_by_role("treeitem", name="Ethernet", exact=True).focus()
    for key in ("ArrowDown", "ArrowDown"):
        keys.press(key)
    assert marked(shown) == "00215adb68e8"
    keys.press("Enter")
    assert marked(shown) == "00215adb68e8"
    assert blank.evaluate("document.activeElement.dataset.octet") == "6"
    keys.press("End")
    keys.press("Home")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        keys.press(key)
    assert blank.evaluate("document.activeElement.dataset.octet") == "1"
    assert marked(shown) == "01005e000012"
    keys.press("Enter")
    assert blank.evaluate("document.activeElement.textContent").startswith("destination")
    assert blank.evaluate("heard") == []  # the clock stands: none of these keys reached the page


def test_branches_close_and_stay_closed(blank: Page) -> None:
    shown = taken_apart(blank, "advert")
    keys = blank.keyboard
    shown.get_by_role("treeitem", name="Ethernet", exact=True).focus()
    keys.press("ArrowLeft")
    first = shown.get_by_role("treeitem", name="Ethernet", exact=True)
    assert first.get_attribute("aria-expanded") == "false"
    keys.press("ArrowUp")
    assert blank.evaluate("document.activeElement.textContent").startswith("destination")
    blank.evaluate("(ref) => app.select(ref)", frame(PAIR, "garp"))
    assert first.get_attribute("aria-expanded") == "false"
    # Enter on a byte of a closed branch opens it.
    shown.locator(".v-bytes-octet").first.click()
    keys.press("Enter")
    assert first.get_attribute("aria-expanded") == "true"


def test_only_one_field_and_one_byte_are_in_the_order_of_tab(blank: Page) -> None:
    shown = taken_apart(blank, "advert")
    shown.locator(".v-bytes-octet").nth(5).click()
    leaf(shown, "IPv4", "TTL").click()
    for part in (".v-fields", ".v-bytes"):
        assert shown.locator(f"{part} [tabindex='0']").count() == 1
    assert shown.locator(".v-bytes [tabindex='0']").get_attribute("data-octet") == "5"


@pytest.mark.parametrize("may_copy", [True, False])
def test_bytes_are_copied_or_else_selected(blank: Page, may_copy: bool) -> None:
    shown = taken_apart(blank, "garp")
    does = "copied = text" if may_copy else "throw new Error('not from a file')"
    board = f"{{ writeText: async (text) => {{ {does}; }} }}"
    blank.evaluate(f"Object.defineProperty(navigator, 'clipboard', {{ configurable: true, value: {board} }})")
    blank.evaluate("globalThis.copied = null")
    shown.get_by_role("button", name="Copy bytes").click()
    text = "Copied" if may_copy else "Selected: Ctrl+C"
    shown.get_by_role("button", name=text).wait_for()
    if may_copy:
        assert blank.evaluate("copied") == octets("garp").hex(" ")
    else:
        assert octets("garp")[:8].hex(" ") in blank.evaluate("getSelection().toString()")


def test_a_record_has_no_bytes_and_the_next_frame_has_them_again(blank: Page) -> None:
    shown = taken_apart(blank, "advert")
    tab = shown.get_by_role("tab", name="Fields and bytes")
    blank.evaluate("(ref) => app.select(ref)", f"r{record(PAIR, 'fault').id}")
    assert not tab.is_visible() and shown.locator(".v-story").is_visible()
    blank.evaluate("(ref) => app.select(ref)", frame(PAIR, "garp"))
    assert tab.get_attribute("aria-selected") == "true" and shown.locator(".v-bytes").is_visible()
    tab.focus()
    blank.keyboard.press("ArrowLeft")
    assert shown.get_by_role("tab", name="Why").get_attribute("aria-selected") == "true"
