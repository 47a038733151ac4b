"""What the pictures of the replay page show, read from the picture itself: boxes, lines, texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.view.replay.player import NS, Player

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_BOXES = """(root, selector) => [...root.querySelectorAll(selector)]
  .filter(one => one.checkVisibility({visibilityProperty: true, opacityProperty: true}) && one.textContent)
  .map(one => [one.textContent, one.getBoundingClientRect()])
  .map(([text, box]) => [text, box.x, box.y, box.width, box.height])"""
_POINT = re.compile(r"([ML])(-?[0-9.]+),(-?[0-9.]+)")


@dataclass(frozen=True)
class Text:
    """A text that is seen, and where (px of the window)."""

    text: str
    x: float
    y: float
    width: float
    height: float

    def covers(self, other: Text) -> bool:
        """Whether they lie on each other; halves of px are no overlap."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return across > 1 and down > 3  # boxes of letters are higher than the letters


def texts(player: Player, selector: str) -> list[Text]:
    """Texts that are seen, of all elements of the page that match."""
    return [Text(*found) for found in player.root.evaluate(_BOXES, selector)]


def overlapping(found: list[Text]) -> list[tuple[str, str]]:
    """Pairs of texts that lie on each other."""
    return [
        (one.text, other.text)
        for number, one in enumerate(found)
        for other in found[number + 1 :]
        if one.covers(other)
    ]


def node(player: Player, name: str) -> Locator:
    """A node of the network; its label says what it is, as a screen reader has it."""
    return player.panel("Network").get_by_role("img", name=re.compile(f"^{name},"))


def label(player: Player, name: str) -> str:
    """What the network says of a node."""
    return node(player, name).get_attribute("aria-label") or ""


def visible(player: Player, selector: str) -> int:
    """How many elements of the page match and are seen."""
    return int(
        player.root.evaluate(
            "(root, s) => [...root.querySelectorAll(s)]"
            ".filter(one => one.checkVisibility({visibilityProperty: true})).length",
            selector,
        )
    )


def lines(element: Locator) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight lines of a path: (x, y) from and to."""
    points = [(kind, float(x), float(y)) for kind, x, y in _POINT.findall(element.get_attribute("d") or "")]
    return [(one[1:], other[1:]) for one, other in pairwise(points) if other[0] == "L"]


def ticks(player: Player) -> list[tuple[float, float]]:
    """Ticks of the ladder: (ns, y in px of the drawn part)."""
    found: Any = player.panel("Frames").evaluate(
        """panel => [...panel.querySelectorAll('.v-ladder-roll .v-tick-text')]
           .map(text => [Number(text.textContent), text.previousSibling.y1.baseVal.value])"""
    )
    return [(seconds * NS, y) for seconds, y in found]
