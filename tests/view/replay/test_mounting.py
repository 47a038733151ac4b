"""The page's module shows a run inside any element of any page, several times, and takes it away again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import vipsim as vs
from tests.view.replay.browser import Watch
from tests.view.replay.conftest import CRASH
from tests.view.replay.player import NS, Player
from vipsim.resources import scenario_path
from vipsim.view.replay import replay_document
from vipsim.view.replay.html import page_parts

Host = Callable[[str], Path]


@pytest.fixture(scope="module")
def documents() -> str:
    """Two runs, as the module's own page would carry them if it packed nothing."""
    scenarios = [vs.read_scenario(scenario_path(name)) for name in (CRASH, "maintenance")]
    return json.dumps([replay_document(vs.run(scenario, seed=1)) for scenario in scenarios])


@pytest.fixture
def host(tmp_path: Path, documents: str) -> Host:
    """Write a page of somebody else's that has the module, two documents and this script."""

    def write(script: str) -> Path:
        _, style, module = page_parts()
        page = tmp_path / "host.html"
        page.write_text(
            "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><title>host</title>"
            f"<style>{style}\n.cell {{ width: 1200px; height: 700px; }}</style>"
            "<input id='field' aria-label='Field'>"
            "<div id='one' class='cell'></div><div id='two' class='cell'></div>"
            f"<script type='module'>{module}\nconst documents = {documents};\n"
            "const [one, two] = ['one', 'two'].map(id => document.getElementById(id));\n"
            f"{script}\nglobalThis.ready = true;</script></html>",
            "utf-8",
        )
        return page

    return write


BOTH = "const down = [mount(one, documents[0]), mount(two, documents[1])]; globalThis.down = down;"


@pytest.fixture
def two(watch: Watch, host: Host) -> tuple[Player, Player]:
    page = watch.open(host(BOTH))
    page.wait_for_function("globalThis.ready")
    return Player(page, "#one"), Player(page, "#two")


def test_two_runs_on_one_page_go_their_own_ways(two: tuple[Player, Player]) -> None:
    one, other = two
    assert one.root.get_by_role("heading", level=1).inner_text().startswith(CRASH)
    assert other.root.get_by_role("heading", level=1).inner_text().startswith("maintenance")
    one.slider.focus()
    one.press("Shift+ArrowRight", "Shift+ArrowRight", "t")
    assert (one.now, other.now) == (2 * NS, 0)
    other.slider.focus()
    other.press("ArrowRight")
    assert (one.selected, other.selected is not None) == (None, True)
    other.button("Play").click()
    assert (one.is_playing, other.is_playing) == (False, True)
    other.button("Pause").click()
    colors = [player.root.evaluate("root => getComputedStyle(root).backgroundColor") for player in two]
    assert colors[0] != colors[1]


def test_keys_of_the_page_around_stay_its_own(two: tuple[Player, Player]) -> None:
    field = two[0].page.get_by_role("textbox", name="Field")
    field.focus()
    two[0].page.keyboard.type("a t l")
    two[0].press("ArrowRight", "Home", "PageDown")
    assert field.input_value() == "a t l"
    assert [(player.now, player.is_playing) for player in two] == [(0, False), (0, False)]


def test_names_within_the_page_stay_unique(two: tuple[Player, Player]) -> None:
    for player in two:
        player.list.get_by_role("option").nth(2).click()
    ids = two[0].page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert sorted(ids) == sorted(set(ids))


def test_a_run_is_taken_down_without_a_trace(two: tuple[Player, Player]) -> None:
    one, other = two
    one.button("Play").click()
    before = one.page.evaluate("document.documentElement.children.length + document.body.children.length")
    one.page.evaluate("globalThis.down[0]()")
    element = one.page.locator("#one")
    left = "one => [one.children.length, one.className, Object.keys(one.dataset).length]"
    assert element.evaluate(left) == [0, "cell", 0]
    one.page.wait_for_timeout(100)
    assert element.evaluate("one => one.children.length") == 0
    after = one.page.evaluate("document.documentElement.children.length + document.body.children.length")
    assert after == before
    other.slider.focus()
    other.press("Shift+ArrowRight")
    assert other.now == NS


def test_it_opens_where_it_is_told(watch: Watch, host: Host) -> None:
    page = watch.open(host("mount(one, documents[0], { at: 8.5e9, looks: ['projector'] });"))
    page.wait_for_function("globalThis.ready")
    player = Player(page, "#one")
    assert player.now == 8_500_000_000
    assert player.button("Projector").get_attribute("aria-pressed") == "true"
