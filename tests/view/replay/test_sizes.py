"""Pages are small, and a long run is as fluid as a short one: what is on the page does not grow with it."""

from __future__ import annotations

from pathlib import Path

import pytest

import vipsim as vs
from tests.benchmarks.replay import big_run
from tests.view.replay.browser import Watch
from tests.view.replay.conftest import Pages
from tests.view.replay.player import NS, Player
from vipsim.teach.demos import DEMOS

LARGEST = 500_000
"""Octets of a demo's page."""
MANY = 20_000
MOST_ELEMENTS = 4_000
"""On the page at any time, however long the run."""
MOST_CHANGES = 400
"""Changes to the page for each of its pictures while it plays."""
COUNT = "document.querySelectorAll('*').length"


@pytest.mark.parametrize("demo", DEMOS)
def test_a_demo_s_page_is_small(pages: Pages, demo: str) -> None:
    assert pages(DEMOS[demo].scenario).stat().st_size < LARGEST


@pytest.mark.parametrize("demo", DEMOS)
def test_every_demo_opens_and_plays_without_a_word_on_the_console(
    watch: Watch, pages: Pages, demo: str
) -> None:
    player = Player(watch.open(pages(DEMOS[demo].scenario)))
    assert player.listed > 10
    player.press("PageDown", "PageDown", "ArrowRight", "Space")
    player.settle()
    player.press("Space", "End")
    assert player.page.evaluate(COUNT) < MOST_ELEMENTS


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("long") / "page.html"
    vs.write_replay(big_run(MANY), page)
    return page


def test_a_long_run_has_no_more_on_the_page_than_a_short_one(
    watch: Watch, player: Player, long_page: Path
) -> None:
    long = Player(watch.open(long_page))
    counts = {}
    for name, one in (("short", player), ("long", long)):
        counts[name] = [one.page.evaluate(COUNT)]
        for time in (4, 6, 9, 15):
            one.seek(time * NS)
            counts[name].append(one.page.evaluate(COUNT))
    assert max(counts["long"]) < MOST_ELEMENTS
    assert max(counts["long"]) < 1.5 * max(counts["short"])


def test_every_probe_of_a_long_run_is_listed_in_few_rows(watch: Watch, long_page: Path) -> None:
    player = Player(watch.open(long_page))
    player.root.get_by_role("checkbox", name="probes").check()
    assert player.listed > MANY
    assert len(player.rows) < 100
    player.press("Home", "ArrowRight")
    first = player.selected
    player.press("End", "ArrowLeft")
    last = player.selected
    assert first is not None and last is not None
    assert last.time - first.time > 15 * NS
    assert player.page.evaluate(COUNT) < MOST_ELEMENTS


def test_the_list_of_a_long_run_is_scrolled_and_rows_are_where_they_belong(
    watch: Watch, long_page: Path
) -> None:
    player = Player(watch.open(long_page))
    player.root.get_by_role("checkbox", name="probes").check()
    player.list.evaluate("list => { list.scrollTop = list.scrollHeight / 2; }")
    player.settle()
    rows = player.rows
    assert [row.time for row in rows] == sorted(row.time for row in rows)
    assert abs(rows[len(rows) // 2].time - 10 * NS) < 3 * NS


def test_playing_a_long_run_changes_little_in_each_picture(watch: Watch, long_page: Path) -> None:
    player = Player(watch.open(long_page))
    player.seek(6 * NS)
    changes = player.page.evaluate(
        """() => new Promise(done => {
             const counts = [];
             let count = 0;
             new MutationObserver(list => { count += list.length; })
               .observe(document.querySelector('.vipsim-replay'),
                        {subtree: true, childList: true, attributes: true, characterData: true});
             document.querySelector('.v-play').click();
             const look = () => {
               counts.push(count);
               count = 0;
               if (counts.length < 60) return requestAnimationFrame(look);
               document.querySelector('.v-play').click();
               done(counts.slice(2));
             };
             requestAnimationFrame(look);
           })"""
    )
    assert sum(changes) > 0
    assert sorted(changes)[len(changes) // 2] < MOST_CHANGES
    assert player.page.evaluate(COUNT) < MOST_ELEMENTS
