"""Looks: light and dark, contrast, projector, no motion, paper, and windows of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.view.replay.browser import FULL_HD, HD, Watch
from tests.view.replay.conftest import CRASH, Pages
from tests.view.replay.player import NS, Player

if TYPE_CHECKING:
    from playwright.sync_api import Locator

OUTAGE = "#t=8s"
_COLORS = """element => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = color => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const back = element => rgb(getComputedStyle(element).backgroundColor);
  let behind = element;
  while (behind && back(behind)[3] < 250) behind = behind.parentElement;
  return [rgb(getComputedStyle(element).color), behind ? back(behind) : [255, 255, 255, 255]];
}"""


def brightness(color: list[int]) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    parts = [value / 255 for value in color[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(element: Locator) -> float:
    """Contrast of a text against what is behind it (WCAG 2.2)."""
    low, high = sorted(brightness(color) for color in element.evaluate(_COLORS))
    return (high + 0.05) / (low + 0.05)


def background(player: Player) -> float:
    return brightness(player.root.evaluate(_COLORS)[1])


def texts(player: Player) -> list[Locator]:
    """Some of every kind of text; the clock stands in the outage."""
    return [
        player.root.get_by_role("heading", level=1),
        player.root.locator(".v-clock .v-value"),
        player.root.locator(".v-outage .v-value"),
        player.root.get_by_role("heading", name="Events"),
        player.list.locator(".v-row-text").first,
        player.list.locator(".v-row-time").first,
        player.root.get_by_role("table").first.get_by_role("cell").first,
        player.button("Play"),
        player.button("Projector"),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_takes_the_look_of_the_machine(watch: Watch, pages: Pages, scheme: str) -> None:
    player = Player(watch.open(pages(CRASH), color_scheme=scheme, place=OUTAGE))
    assert (background(player) < 0.1) == (scheme == "dark")
    assert min(contrast(text) for text in texts(player)) >= 4.5


def test_dark_is_switched_by_a_key_and_by_its_button(player: Player) -> None:
    assert background(player) > 0.8
    player.press("t")
    assert background(player) < 0.1
    assert player.button("Dark").get_attribute("aria-pressed") == "true"
    player.button("Dark").click()
    assert background(player) > 0.8


@pytest.mark.parametrize("dark", [False, True])
def test_high_contrast_is_higher(player: Player, dark: bool) -> None:
    player.seek(8 * NS)
    if dark:
        player.press("t")
    plain = [contrast(text) for text in texts(player)]
    player.press("c")
    assert player.button("Contrast").get_attribute("aria-pressed") == "true"
    high = [contrast(text) for text in texts(player)]
    assert min(high) >= 7
    assert sum(high) > sum(plain)


def size(text: Locator) -> float:
    return float(text.evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))


@pytest.mark.parametrize("window", [HD, FULL_HD])
def test_the_projector_s_type_is_larger_and_all_stays_in_the_window(
    watch: Watch, pages: Pages, window: tuple[int, int]
) -> None:
    player = Player(watch.open(pages(CRASH), size=window, place=OUTAGE))
    shown = texts(player)
    before = [size(text) for text in shown]
    player.press("p")
    player.settle()
    # A small picture has no room for the lists: they give theirs to the network and the frames.
    sizes = [(small, size(text)) for small, text in zip(before, shown, strict=True) if text.is_visible()]
    assert len(sizes) >= 5
    assert all(large >= 1.2 * small for small, large in sizes)
    assert fits(player)
    for name in ("Network", "Frames"):
        assert player.panel(name).is_visible()


def fits(player: Player) -> bool:
    """Nothing makes the window scroll sideways."""
    inside: bool = player.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return inside


@pytest.mark.parametrize("window", [HD, FULL_HD, (1024, 768), (800, 600), (390, 844)])
def test_windows_of_every_size_show_all_controls(watch: Watch, pages: Pages, window: tuple[int, int]) -> None:
    player = Player(watch.open(pages(CRASH), size=window))
    assert fits(player)
    for name in ("Play", "One event forward (Right)", "Help"):
        box = player.button(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= window[0]
    if window[0] >= 1280:  # on a projector nothing has to be scrolled for
        assert player.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        player.press("ArrowRight")
        assert player.panel("Selected").is_visible()


def moving(player: Player) -> int:
    """How many things of the page are in motion by themselves."""
    count: int = player.page.evaluate(
        "document.getAnimations().filter(one => one.playState === 'running').length"
    )
    return count


def test_without_motion_nothing_moves_by_itself(watch: Watch, pages: Pages) -> None:
    """The picture right after a step is the picture a second later."""
    player = Player(watch.open(pages(CRASH), reduced_motion="reduce"))
    assert player.button("No motion").get_attribute("aria-pressed") == "true"
    player.press("/")
    player.page.keyboard.type("garp")
    player.press("Enter", "ArrowRight")
    player.settle()
    first = player.panel("Network").screenshot()
    player.page.wait_for_timeout(400)
    assert player.panel("Network").screenshot() == first
    assert moving(player) == 0


def test_motion_is_switched_off_by_hand(player: Player) -> None:
    player.press("m")
    assert player.button("No motion").get_attribute("aria-pressed") == "true"
    player.press("/")
    player.page.keyboard.type("garp")
    player.press("Enter", "ArrowRight")
    player.settle()
    first = player.panel("Network").screenshot()
    player.page.wait_for_timeout(400)
    assert player.panel("Network").screenshot() == first


def test_paper_has_the_content_and_no_controls(player: Player) -> None:
    player.press("PageDown", "PageDown")
    player.page.emulate_media(media="print")
    try:
        player.settle()
        assert not player.button("Play").is_visible()
        assert player.root.get_by_role("heading", level=1).is_visible()
        assert player.root.locator(".v-outage .v-value").is_visible()
        printed = player.page.locator("body").inner_text()
        assert "3.130 s" in printed
        for name in ("db1", "db2", "app1", "192.168.1.219"):
            assert name in printed
        assert background(player) > 0.9
        paper = player.page.pdf()
        assert paper.startswith(b"%PDF")
    finally:
        player.page.emulate_media(media="screen")
    assert player.button("Play").is_visible()


def test_what_color_says_is_said_in_words_too(player: Player) -> None:
    """States, the owner and the outage can be read without telling colors apart."""
    player.seek(7 * NS)
    network = player.panel("Network").inner_text()
    assert "down" in network and "silent" in network
    player.seek(10 * NS)
    assert "MASTER" in player.panel("Network").inner_text()
    assert player.owner == "db2"
