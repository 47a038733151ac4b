"""What a class may not see before its time is nowhere; what parts of the page tell at once agrees."""

from __future__ import annotations

import re

import pytest

import vipsim as vs
from tests.view.replay.browser import Watch
from tests.view.replay.conftest import CRASH, Pages
from tests.view.replay.pictures import node, texts
from tests.view.replay.player import NS, Player
from vipsim.resources import scenario_path
from vipsim.teach.demos import DEMOS

TWO_WRITERS = DEMOS["two-writers"].scenario
PARTS = ("before the fault", "detection", "election", "announcement", "repair")
VISIBLE_UNTIL = """root =>
  [...root.querySelectorAll('.v-ladder-roll [data-until], .v-lanes-svg [data-until]')]
  .filter(one => one.tagName === 'title' ? one.textContent !== ''
    : getComputedStyle(one).visibility !== 'hidden')
  .map(one => Number(one.dataset.until))"""
CUT = """root => [...root.querySelectorAll('.v-live :is(th, td, caption)')].filter(one => one.offsetWidth > 0)
  .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== 'visible'
    || one.getBoundingClientRect().right
      > root.querySelector('.v-tables').getBoundingClientRect().right)
  .map(one => one.textContent)"""


def opened(watch: Watch, pages: Pages, name: str, place: str) -> Player:
    page = watch.open(pages(name), place=f"#t={place}", reduced_motion="reduce")
    player = Player(page)
    player.settle()
    return player


@pytest.mark.parametrize("time", ["4.75", "5", "7.9", "8.2"])
def test_nothing_that_is_hidden_is_told_before_its_time(watch: Watch, pages: Pages, time: str) -> None:
    player = opened(watch, pages, CRASH, f"{time}s&cover&projector")
    told = player.root.evaluate(VISIBLE_UNTIL)
    assert told
    assert max(told) <= float(time) * NS
    words = " ".join(text.text for text in texts(player, ".v-ladder-roll text"))
    assert ("crash" in words) == (float(time) >= 5)


def test_an_outage_that_lasts_has_a_button_but_no_end(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, TWO_WRITERS, "7s&cover")
    buttons = player.root.locator(".v-lanes-tools button")
    slider = player.root.get_by_role("slider", name="Time of the run")
    ticks = ".v-lanes-svg .v-tick-text"
    assert buttons.count() == 0
    slider.focus()
    while player.now < 8 * NS:
        player.press("Shift+ArrowRight")
    buttons.filter(has_text="outage 1").click()
    # What is shown lasts as long as the run, so that its width tells no end.
    assert player.root.locator(ticks).all_text_contents()[-1] == "20 s"
    assert "1.550" not in (player.root.locator(".v-lanes-svg").get_attribute("aria-label") or "")
    while player.now < 10 * NS:
        player.press("Shift+ArrowRight")
    assert float(player.root.locator(ticks).all_text_contents()[-1].split()[0]) < 10
    player.press("Home")
    assert buttons.count() == 0


@pytest.mark.parametrize("demo", ["crash", "maintenance", "lost-announcement", "stp-at-boot"])
def test_head_network_and_tables_agree_on_the_owner_at_every_chapter(
    watch: Watch, pages: Pages, demo: str
) -> None:
    player = opened(watch, pages, DEMOS[demo].scenario, "0s")
    before = -1
    while player.now != before:
        before = player.now
        owner = player.owner
        for tag in texts(player, ".v-tag text"):
            assert tag.text.startswith("nobody") == (owner == "nobody")
        tags = [tag.x + tag.width / 2 for tag in texts(player, ".v-tag:not(.v-tag-nobody) text")]
        for name in [] if owner == "nobody" else owner.split(" and "):
            box = node(player, name).bounding_box()
            assert box is not None
            assert any(box["x"] < x < box["x"] + box["width"] for x in tags)
        for text in player.root.locator(".v-live caption").all_text_contents():
            assert "owner:" not in text or text.endswith(f"owner: {owner}")
        player.press("PageDown")
        player.settle()


@pytest.mark.parametrize("time", [5.5, 6.2, 7])
def test_who_asks_into_the_void_is_seen_and_counted(watch: Watch, pages: Pages, time: float) -> None:
    player = opened(watch, pages, CRASH, f"{time}s")
    asked = player.root.locator(".v-flight.v-fam-probe:not([visibility=hidden])")
    vip = asked.filter(has_text=re.compile(r"192\.168\.1\.219"))
    assert 1 <= vip.count() <= 20  # copies on a few cables, not a flood
    trace = vs.run(vs.read_scenario(scenario_path(CRASH)), seed=1)
    lost = trace.metrics.clients["app1"].lost
    words = [text.text for text in texts(player, ".v-probes-label")]
    assert f"\u2717 {lost} probes to db1, 0 answers" in words


@pytest.mark.parametrize("demo", ["crash", "lost-announcement"])
def test_no_column_of_what_they_believe_is_cut_on_a_small_projector(
    watch: Watch, pages: Pages, demo: str
) -> None:
    player = opened(watch, pages, DEMOS[demo].scenario, "4s&projector")
    for _ in range(4):
        assert player.root.evaluate(CUT) == []
        player.press("PageDown")
        player.settle()


@pytest.mark.parametrize("look", ["", "&projector"])
def test_parts_of_an_outage_are_read_in_order_of_time(watch: Watch, pages: Pages, look: str) -> None:
    player = opened(watch, pages, CRASH, f"6s{look}")
    row = min(text.y for text in texts(player, ".v-lanes-svg .v-row-label"))
    found = [text for text in texts(player, ".v-lanes-svg .v-span-text") if abs(text.y - row) < 4]
    words = " ".join(text.text for text in sorted(found, key=lambda text: text.x))
    assert [part for part in re.findall("|".join(PARTS), words)] == list(PARTS)


def test_a_whole_arp_frame_is_seen_when_its_panel_is_enlarged(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, CRASH, "5.15s&projector")
    for _ in range(6):
        player.press("ArrowRight")
        if "arp-request" in player.root.locator(".v-detail-head").inner_text():
            break
    player.root.get_by_role("tab", name="Fields and bytes").click()
    titles = player.root.locator(".v-fields-title").all_inner_texts()
    assert [title.strip() for title in titles][:2] == ["ARP", "Ethernet"]
    player.root.get_by_role("button", name="Enlarge Selected").click()
    player.settle()
    scrolled = """root => [...root.querySelectorAll('.v-fields, .v-bytes, .v-fields-leaf > span')]
      .filter(one => one.scrollHeight > one.clientHeight + 1 && one.clientHeight > 0
        || one.matches('.v-bytes') && one.scrollWidth > one.clientWidth + 1)
      .map(one => one.textContent)"""
    assert player.root.evaluate(scrolled) == []
