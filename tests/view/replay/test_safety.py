"""Whatever a scenario writes is shown as text: nothing of it runs, and nothing is asked of the world."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vipsim as vs
from tests.view.replay import hostile
from tests.view.replay.browser import Watch
from tests.view.replay.conftest import CRASH, Pages
from tests.view.replay.player import NS, Player

POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


def policy(page: Path) -> dict[str, list[str]]:
    found = POLICY.search(page.read_text("utf-8"))
    assert found
    directives = (directive.split() for directive in found[1].split(";") if directive.strip())
    return {name: sources for name, *sources in directives}


def test_the_policy_lets_nothing_in_but_what_the_page_carries(pages: Pages) -> None:
    page = pages(CRASH)
    rules = policy(page)
    assert rules["default-src"] == ["'none'"]
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert set(rules) <= {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}
    assert rules.get("img-src", ["data:"]) == ["data:"]
    text = page.read_text("utf-8")
    for directive, tag in (("script-src", "script"), ("style-src", "style")):
        bodies = re.findall(rf"<{tag}(?: type=\"module\")?>(.*?)</{tag}>", text, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies]
        assert rules[directive] == [f"'sha256-{one}'" for one in hashes]


def test_nothing_in_the_page_leads_outside(pages: Pages) -> None:
    text = pages(CRASH).read_text("utf-8")
    markup = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"(?:src|href|action|srcset)\s*=", markup)
    addresses = set(re.findall(r"[a-z]+://[^\s\"'`<>)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name of XML, not an address that is asked


@pytest.mark.parametrize(
    "body",
    [
        "<script>globalThis.__ran = 1</script>",
        "<img src=x onerror='globalThis.__ran = 1'>",
        "<svg onload='globalThis.__ran = 1'></svg>",
        "<script src='data:text/javascript,globalThis.__ran=1'></script>",
        "<iframe srcdoc='<script>parent.__ran = 1</script>'></iframe>",
    ],
)
def test_the_policy_stops_what_would_get_into_the_page(
    watch: Watch, pages: Pages, tmp_path: Path, body: str
) -> None:
    text = pages(CRASH).read_text("utf-8")
    broken, open_door = tmp_path / "broken.html", tmp_path / "open.html"
    broken.write_text(text.replace("</body>", f"{body}</body>"), "utf-8")
    open_door.write_text(POLICY.sub("", broken.read_text("utf-8")), "utf-8")
    ran = "() => globalThis.__ran"
    page = watch.open(broken)
    Player(page)
    assert page.evaluate(ran) is None
    assert any("Content Security Policy" in said for said in watch.said)
    # And without the policy it would have run: what is tried here can do harm.
    unguarded = watch.open(open_door)
    unguarded.wait_for_timeout(100)
    assert unguarded.evaluate(ran) == 1
    watch.said.clear()
    watch.asked.clear()


# --- hostile text ------------------------------------------------------------------------------

CANARY = f"() => globalThis.{hostile.RAN}"


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hostile")
    page = folder / "page.html"
    hostile.write_page(page)
    yield page


def walk(player: Player) -> None:
    """Go through all that a page can show: each event with its details, the help, paper."""
    for _ in range(25):
        player.press("ArrowRight")
    for time in (4, 5, 6, 9, 20):
        player.seek(time * NS)
    player.press("/")
    player.page.keyboard.type("garp")
    player.press("Enter", "ArrowRight")
    for tab in player.panel("Selected").get_by_role("tab").all():
        tab.click()
    player.press("l", "l", "p", "p", "c", "c", "?", "Escape")
    player.page.emulate_media(media="print")
    player.settle()
    player.page.emulate_media(media="screen")


def test_hostile_names_are_shown_as_text_and_nothing_runs(watch: Watch, hostile_page: Path) -> None:
    player = Player(watch.open(hostile_page))
    walk(player)
    assert player.page.evaluate(CANARY) is None
    shown = player.root.evaluate("root => root.textContent")
    for name in (hostile.NAMES["db2"], hostile.NAMES["app1"], hostile.NAMES["db1"], hostile.TITLE):
        assert name in shown
    assert player.page.locator("script").count() == 2
    assert player.page.locator("img, iframe, object, embed, link, a[href^='javascript']").count() == 0


def test_hostile_names_leave_the_page_usable(watch: Watch, hostile_page: Path) -> None:
    player = Player(watch.open(hostile_page))
    player.seek(9 * NS)
    assert player.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("Play", "One event forward (Right)", "Help", "Projector"):
        box = player.button(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
        assert box["y"] + box["height"] <= 720
    for panel in ("Network", "Frames", "Events", "Selected"):
        box = player.panel(panel).bounding_box()
        assert box is not None
        assert box["width"] > 150
        assert box["height"] > 60
    player.press("ArrowRight")
    assert player.selected is not None


def test_hostile_text_in_a_scenario_is_shown_as_text(watch: Watch, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    vs.write_replay(vs.run(hostile.scenario(), seed=1), page)
    player = Player(watch.open(page))
    walk(player)
    assert player.page.evaluate(CANARY) is None
    assert "Donaudampfschifffahrt" in player.root.evaluate("root => root.textContent")


def test_a_trace_that_was_edited_is_refused_in_words_or_shown(tmp_path: Path) -> None:
    hostile.write_trace(tmp_path / "t.jsonl")
    with pytest.raises(vs.VipsimError, match="the header of this trace holds no scenario that can be shown"):
        vs.write_replay(vs.read_trace(tmp_path / "t.jsonl"), tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
