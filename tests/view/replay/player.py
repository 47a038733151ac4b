"""The replay page as a person has it: what is read on it, and what is pressed.

Everything goes through roles, names and texts, as a screen reader would have them; nothing reaches into
the page's own objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NS = 1_000_000_000
_TIME = re.compile(r"([0-9]+\.[0-9]{6})")


@dataclass(frozen=True)
class Row:
    """One line of the list of events."""

    time: int
    """In ns, of whole us."""
    node: str
    text: str
    is_selected: bool


class Player:
    """Reads and plays one page."""

    def __init__(self, page: Page, place: str = "#vipsim-replay") -> None:
        self.page = page
        self.root = page.locator(place)
        self.slider = self.root.get_by_role("slider", name="Time of the run")
        self.list = self.root.get_by_role("listbox", name="Events")
        self.root.locator(".v-clock").wait_for()

    # --- what is read --------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """What the clock shows, in ns (whole us)."""
        text = self.root.locator(".v-clock .v-value").inner_text()
        match = _TIME.search("".join(text.split()))
        assert match, text
        return round(float(match[1]) * 1e6) * 1000

    @property
    def is_playing(self) -> bool:
        return self.button("Pause").count() == 1

    @property
    def outage(self) -> str:
        """The number of the outage, as it stands in the head of the page."""
        return self.root.locator(".v-outage .v-value").inner_text()

    @property
    def owner(self) -> str:
        return self.root.locator(".v-owner .v-value").inner_text()

    @property
    def rows(self) -> list[Row]:
        """The rows of the list that exist now, from top to bottom."""
        found = self.list.evaluate(
            """list => [...list.querySelectorAll('[role=option]')].filter(row => !row.hidden)
               .sort((one, other) => one.ariaPosInSet - other.ariaPosInSet)
               .map(row => [row.querySelector('.v-row-time').textContent,
                            row.querySelector('.v-row-node').textContent,
                            row.querySelector('.v-row-text').textContent,
                            row.ariaSelected === 'true'])"""
        )
        return [Row(round(float(time) * 1e6) * 1000, node, text, on) for time, node, text, on in found]

    @property
    def selected(self) -> Row | None:
        """The selected row, if the list shows one."""
        return next((row for row in self.rows if row.is_selected), None)

    @property
    def listed(self) -> int:
        """How many rows the list has, seen or not."""
        row = self.list.get_by_role("option").first
        return int(row.get_attribute("aria-setsize") or 0) if row.count() else 0

    def panel(self, name: str) -> Locator:
        return self.root.get_by_role("region", name=name, exact=True)

    # --- what is pressed -----------------------------------------------------------------------

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self) -> None:
        """Wait until the page has drawn."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def wait_until(self, condition: str, what: object = None) -> None:
        """Wait for a JavaScript function of the page (of `what`) to be true."""
        self.page.wait_for_function(condition, arg=what)

    def seek(self, time: int) -> None:
        """Open the page anew at a time (ns), as an address can name it; what was switched is forgotten."""
        address = self.page.url.partition("#")[0]
        self.page.goto("about:blank")
        self.page.goto(f"{address}#t={time / NS:.9f}s")
        self.root.locator(".v-clock").wait_for()
        self.settle()
