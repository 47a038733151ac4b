"""Chromium, driven and watched: whatever a page says on its console or asks of the world is a failure.

`Watch` opens files in pages of their own, with the network off; everything that a page asks for, other than
its own file, is refused and remembered. The program is Debian's ``chromium``; playwright only drives it and
brings no browser of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    "--no-sandbox",  # the tests may run as root, where its sandbox refuses to start
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
HD, FULL_HD = (1280, 720), (1920, 1080)
"""Sizes of a projector's picture, in pixels."""
PATIENCE = 10_000
"""Milliseconds that a page may take for anything before a test gives up on it."""


def program() -> str | None:
    """Return the path of a Chromium; None if this machine has none."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def lacking() -> str:
    """Return what is not there for these tests, and how to get it; nothing if all is."""
    if find_spec("playwright") is None:
        return "playwright is not installed: pip install playwright"
    return "" if program() else "no Chromium is installed: apt install chromium"


@contextmanager
def started() -> Iterator[Browser]:
    """Start a Chromium without a window, and end it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """Opens pages and keeps what they said and asked for."""

    browser: Browser
    said: list[str] = field(default_factory=list)
    """What came out on a console, and errors that nobody caught."""
    asked: list[str] = field(default_factory=list)
    """Addresses that were asked for, other than the file itself and what it carries within."""
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, path: Path, size: tuple[int, int] = HD, script: str = "", place: str = "", **settings: Any
    ) -> Page:
        """Open a file in a new window of this size and wait until it has loaded.

        `script` runs in the page before anything of it; `place` is put behind its address; `settings`
        are those of playwright's ``new_context``, such as ``color_scheme="dark"``.
        """
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, **settings
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        own = path.resolve().as_uri()

        def route(one: Route) -> None:
            if one.request.url.partition("#")[0] == own or one.request.url.startswith("data:"):
                one.continue_()
            else:
                self.asked.append(one.request.url)
                one.abort()

        context.route("**/*", route)
        context.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: self.said.append(f"error: {error.error}"))
        context.on("page", lambda page: page.on("crash", lambda: self.said.append("the page crashed")))
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(own + place)
        return page

    def close(self) -> None:
        """Close every page."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    def judge(self) -> None:
        """Fail if a page said or asked for anything."""
        said, asked = self.said[:], self.asked[:]
        self.said.clear()
        self.asked.clear()
        assert not said and not asked, f"the page said {said}, asked for {asked}"
