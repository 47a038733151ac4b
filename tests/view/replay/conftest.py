"""One Chromium for all tests of the replay page, and the pages that the real commands wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import missing
from tests.view.replay import browser
from tests.view.replay.browser import Watch
from tests.view.replay.player import Player

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CRASH = "database-pair-heartbeat"
"""The scenario of the document's own story."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the files of tests with a browser to two workers: each then needs one Chromium."""
    tests = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    files = sorted({item.path for item in tests})
    for item in tests:
        item.add_marker(pytest.mark.xdist_group(f"browser-{files.index(item.path) % 2}"))


# Of the package, not of the session: while playwright runs, this thread has an event loop, and tests of
# other rooms may want one of their own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A Chromium without a window; missing it is a failure in CI and a skip elsewhere."""
    reason = browser.lacking()
    if reason:
        missing(f"the replay page is not tested: {reason}")
    with browser.started() as one:
        yield one


@pytest.fixture
def watch(chromium: Browser) -> Iterator[Watch]:
    """Opens pages; afterwards no console may have said anything, and nothing may have been asked for."""
    one = Watch(chromium)
    yield one
    one.close()
    one.judge()


Pages = Callable[..., Path]
"""Takes a scenario (or the file of a trace) and more words of the command line."""


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Return the replay page of a scenario as ``vipsim plot --kind replay`` writes it, each once."""
    from vipsim.cli import main

    folder = tmp_path_factory.mktemp("pages")
    written: dict[tuple[object, ...], Path] = {}

    def page(scenario: object, *words: object) -> Path:
        key = (scenario, *words)
        if key not in written:
            path = folder / f"{len(written)}.html"
            command = ["plot", scenario, "--kind", "replay", "-o", path, *words]
            assert main([str(word) for word in command]) == 0
            written[key] = path
        return written[key]

    return page


@pytest.fixture(scope="package")
def window(chromium: Browser, pages: Pages) -> Iterator[Watch]:
    """A window of its own for the page of the document's crash: opening one anew takes the longest."""
    one = Watch(chromium)
    one.open(pages(CRASH))
    yield one
    one.close()


@pytest.fixture
def player(window: Watch, pages: Pages) -> Iterator[Player]:
    """The page of the document's crash as it is when it was just opened."""
    page = window.contexts[0].pages[0]
    page.mouse.move(0, 0)
    page.goto("about:blank")
    page.goto(pages(CRASH).as_uri())
    yield Player(page)
    window.judge()
