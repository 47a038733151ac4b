"""Pictures of the replay pages for people to look at: ``python -m tests.view.replay.screens DIR [DEMO...]``.

Every demo at its telling moments; the first one in every look (light, dark, contrast, projector, print) and
both sizes of a projector's picture. Names say what is seen: ``crash-3-1280x720-dark.png``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.view.replay.browser import FULL_HD, HD, Watch, started
from tests.view.replay.player import Player
from vipsim.teach.demos import DEMOS

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Look:
    """How a page is looked at: name, size, playwright's settings, keys pressed before."""

    name: str
    size: tuple[int, int] = HD
    settings: tuple[tuple[str, Any], ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.size[0]}x{self.size[1]}-{self.name}"


DARK = (("color_scheme", "dark"),)
PLAIN = Look("light")
LOOKS = (
    PLAIN,
    Look("dark", HD, DARK),
    Look("light", FULL_HD),
    Look("dark", FULL_HD, DARK),
    Look("contrast", HD, (), ("c",)),
    Look("contrast-dark", HD, DARK, ("c",)),
    Look("projector", HD, (), ("p",)),
    Look("projector", FULL_HD, (), ("p",)),
    Look("projector-dark", FULL_HD, DARK, ("p",)),
)


def chapters(player: Player, at_most: int) -> Iterator[int]:
    """Go from chapter to chapter; yields their numbers."""
    before = -1
    for number in range(1, at_most + 1):
        player.press("PageDown")
        if player.now == before:
            return
        before = player.now
        player.page.wait_for_timeout(700)  # what moves has moved
        yield number


def select_announcement(player: Player) -> bool:
    """Select the first frame that tells everybody who has the address; False if there is none."""
    player.press("Home", "/")
    player.page.keyboard.type("garp")
    if not player.listed:
        return False
    player.press("Enter", "/", "Escape", "Escape")
    player.page.wait_for_timeout(900)
    return True


def shoot(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png")
    print(folder / f"{name}.png", flush=True)


def shoot_demo(watch: Watch, page: Path, folder: Path, demo: str, look: Look, at_most: int) -> None:
    """Shoot one demo in one look: its chapters, and the announcement."""
    player = Player(watch.open(page, look.size, **dict(look.settings)))
    player.press(*look.keys)
    for number in chapters(player, at_most):
        shoot(player.page, folder, f"{demo}-{number}-{look.words}")
    if select_announcement(player):
        shoot(player.page, folder, f"{demo}-announcement-{look.words}")
    watch.close()


def shoot_print(watch: Watch, page: Path, folder: Path, demo: str) -> None:
    """Shoot what a printer gets."""
    player = Player(watch.open(page))
    player.press("PageDown", "PageDown")
    player.page.emulate_media(media="print")
    player.page.pdf(path=folder / f"{demo}-print.pdf", prefer_css_page_size=True)
    player.page.set_viewport_size({"width": 1040, "height": 720})
    player.page.screenshot(path=folder / f"{demo}-print.png", full_page=True)
    print(folder / f"{demo}-print.png", flush=True)
    watch.close()


def main() -> int:
    """Write the pages by the real command, and shoot them."""
    from vipsim.cli import main as vipsim

    parser = argparse.ArgumentParser(prog="python -m tests.view.replay.screens", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("demos", nargs="*", default=list(DEMOS), metavar="DEMO")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with started() as browser:
        watch = Watch(browser)
        for demo in args.demos:
            page = args.folder / f"{demo}.html"
            if vipsim(["plot", DEMOS[demo].scenario, "--kind", "replay", "-o", str(page)]):
                return 1
            is_first = demo == next(iter(DEMOS))
            for look in LOOKS if is_first else (PLAIN,):
                shoot_demo(watch, page, args.folder, demo, look, at_most=9 if look is PLAIN else 2)
            shoot_print(watch, page, args.folder, demo)
        if watch.said or watch.asked:
            print("the pages said", watch.said, "and asked for", watch.asked, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
