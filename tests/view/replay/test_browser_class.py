"""What a teacher needs in class: the question, the filter in sight, whose outage it is, the keys."""

from __future__ import annotations

from pathlib import Path

import pytest

import vipsim as vs
from tests.view.replay.browser import Watch
from tests.view.replay.conftest import CRASH, Pages
from tests.view.replay.player import NS, Player
from vipsim.teach.demos import DEMOS
from vipsim.teach.performing import page_writer, shipped


def chip(player: Player) -> str:
    found = player.root.locator(".v-chip")
    return " ".join(found.inner_text().split()) if found.is_visible() else ""


def test_a_demo_s_page_has_its_name_and_asks_while_it_is_covered(watch: Watch, tmp_path: Path) -> None:
    demo = DEMOS["crash"]
    path = page_writer(demo, vs.run(shipped(demo), seed=1))(tmp_path / "x.html")
    player = Player(watch.open(path))
    assert player.page.title().startswith("crash: database-pair-heartbeat")
    question = player.root.locator(".v-question")
    assert not question.is_visible()
    player.press("h")
    assert question.is_visible()
    assert question.inner_text().replace("\u00a0", " ") == demo.predict
    player.press("p")
    assert player.root.locator(".v-caption").inner_text().replace("\u00a0", " ") == demo.predict
    player.press("PageDown")
    assert player.root.locator(".v-caption").inner_text() == "db1 crashes"


def test_enter_in_the_filter_goes_to_the_first_hit_after_now(player: Player) -> None:
    player.seek(5 * NS)
    player.press("/")
    player.page.keyboard.type("garp")
    player.press("Enter")
    assert player.now // 1000 == 8_112_751
    assert chip(player).startswith("filter: garp (1 of ")
    player.press("/", "Escape")
    assert chip(player) == ""
    player.page.keyboard.type("x")  # the field still has the keys
    assert chip(player).startswith("filter: x")
    player.press("Escape", "Escape", "End")
    assert chip(player) == "" and player.now == 20 * NS


def test_a_filter_is_in_sight_where_the_list_is_not(watch: Watch, pages: Pages) -> None:
    player = Player(watch.open(pages(CRASH)))
    player.page.set_viewport_size({"width": 1280, "height": 720})
    player.press("p", "/")
    player.page.keyboard.type("garp")
    player.press("Enter", "Escape")
    assert not player.list.is_visible()
    assert chip(player).startswith("filter: garp")
    player.root.get_by_role("button", name="Take the filter away").click()
    assert chip(player) == ""


@pytest.mark.parametrize("word, kind", [("gratuitous", "192.168.1.219 is at"), ("ping", "192.168.1")])
def test_the_filter_finds_words_for_kinds(player: Player, word: str, kind: str) -> None:
    player.press("/")
    player.page.keyboard.type(word)
    assert player.rows and all(kind in row.text for row in player.rows)


def test_arrows_step_through_events_after_a_click_on_the_lanes(player: Player) -> None:
    lanes = player.root.get_by_role("slider", name="Time, over the lanes")
    lanes.click()
    player.press("ArrowRight")
    assert player.selected is not None and player.selected.time // 1000 == player.now // 1000
    player.press("ArrowLeft")
    lanes.focus()  # as by Tab
    before = player.now
    player.press("ArrowRight")
    assert player.selected is None and player.now - before == 20 * NS // 100


def test_the_head_tells_whose_outage_the_caption_speaks_of(watch: Watch, pages: Pages) -> None:
    player = Player(watch.open(pages("lost-announcement")))
    label = player.root.locator(".v-readout.v-outage .v-label")
    player.seek(60_035_224_000)
    assert "app2 is answered again after 55.040 s" in player.root.locator(".v-caption").inner_text()
    assert (label.inner_text(), player.outage) == ("Outage of app2", "55.040 s")
    player.press("End")
    assert (label.inner_text(), player.outage) == ("Outage of app1", "> 70.018 s")
