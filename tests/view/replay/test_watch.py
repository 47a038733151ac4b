"""The watch sees what it must: a word on the console, an error, a request, in pages made to do so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.view.replay.browser import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUTSIDE = "https://example.org/x"
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="


def page(folder: Path, body: str) -> Path:
    path = folder / "page.html"
    path.write_text(f'<!doctype html><meta charset="utf-8"><title>x</title>{body}', "utf-8")
    return path


def wait_for(opened: Page, true: Callable[[], bool]) -> None:
    """Let the page go on until it holds, for 5 s at most; the assertion after it says what is missing."""
    for _ in range(100):
        if true():
            return
        opened.wait_for_timeout(50)


def test_a_quiet_page_passes(watch: Watch, tmp_path: Path) -> None:
    quiet = page(tmp_path, f'<h1>quiet</h1><img alt="" src="{DOT}">')
    assert watch.open(quiet).locator("h1").inner_text() == "quiet"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("<script>console.log('hello')</script>", "log: hello"),
        ("<script>console.warn('hm')</script>", "warning: hm"),
        ("<script>nothing.there()</script>", "nothing is not defined"),
        ("<script>Promise.reject(new Error('late'))</script>", "late"),
    ],
)
def test_what_a_page_says_fails(watch: Watch, tmp_path: Path, body: str, word: str) -> None:
    opened = watch.open(page(tmp_path, body))
    wait_for(opened, lambda: any(word in said for said in watch.said))
    with pytest.raises(AssertionError) as caught:
        watch.judge()
    assert word in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        f'<img alt="" src="{OUTSIDE}">',
        f'<link rel="stylesheet" href="{OUTSIDE}">',
        f"<script>fetch('{OUTSIDE}').catch(() => 0)</script>",
        '<iframe src="other.html"></iframe>',
    ],
)
def test_what_a_page_asks_for_fails(watch: Watch, tmp_path: Path, body: str) -> None:
    (tmp_path / "other.html").write_text("other", "utf-8")
    opened = watch.open(page(tmp_path, body))
    wait_for(opened, lambda: bool(watch.asked))
    opened.wait_for_timeout(200)  # what its refusal makes the console say belongs to this page, too
    assert len(watch.asked) == 1
    with pytest.raises(AssertionError, match=r"example\.org|other\.html"):
        watch.judge()
