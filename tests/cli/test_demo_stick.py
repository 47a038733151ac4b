"""`vipsim demo --all`: a page of each demo and the list of them, as text (tests/view/replay drives pages)."""

import base64
import hashlib
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim
from vipsim.teach.demo import Demo, Moment
from vipsim.teach.demos import DEMOS
from vipsim.teach.stick import index_html, page_name
from vipsim.units import MS, parse_duration


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def listed() -> Page:
    return Page(index_html(DEMOS.values()))


def test_one_command_writes_all_pages_and_the_list(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("demo", "--all", "--out", "stick")
    assert (done.code, done.err) == (0, "")
    assert sorted(os.listdir(tmp_path / "stick")) == sorted(["index.html", *map(page_name, DEMOS.values())])
    assert "in stick: 9 pages; open index.html in a browser" in done.out
    for demo in DEMOS.values():
        text = (tmp_path / "stick" / page_name(demo)).read_text("utf-8")
        assert "default-src 'none'" in text and demo.scenario in text
        assert len(text) < 500_000


def test_the_list_has_a_link_and_a_question_for_each(listed: Page) -> None:
    links = [given["href"] for tag, given in listed.tags if tag == "a"]
    wanted = []
    for demo in DEMOS.values():
        times = [f"t={parse_duration(one.at) // MS + 1}ms" for one in demo.watch]
        wanted += [f"{page_name(demo)}#{opened}" for opened in ("cover", "cover&projector", *times)]
        assert f"{demo.line} ({demo.minutes} min; for a projector; the run of {demo.scenario})" in listed.text
    assert links == wanted
    for demo in DEMOS.values():
        for said in (demo.predict, demo.outcome, demo.vary, *(one.text for one in demo.watch)):
            assert said in listed.text


def test_what_it_comes_to_is_folded_away(listed: Page) -> None:
    assert sum(tag == "details" and "open" not in given for tag, given in listed.tags) == len(DEMOS)


def test_the_list_runs_nothing_and_asks_nobody(listed: Page) -> None:
    text = index_html(DEMOS.values())
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [given["content"] for _, given in listed.tags if given.get("http-equiv")]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not {tag for tag, _ in listed.tags} & {"script", "img", "link", "iframe", "object"}
    assert not [
        given for _, given in listed.tags if "style" in given or any(name[:2] == "on" for name in given)
    ]
    assert "://" not in text


def test_markup_in_a_demo_is_shown_as_text() -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    moment = Moment("1s", "fault", "db1", evil)
    demo = Demo("x", evil, 5, "database-pair", evil, (moment,), evil, evil, {evil: evil})
    page = Page(index_html([demo]))
    assert not [tag for tag, _ in page.tags if tag == "img"]
    assert page.text.count(evil) == 7


@pytest.mark.parametrize("more, wrong", [(["crash"], "name crash"), (["--seed", 2], "--seed 2")])
def test_what_contradicts_all_is_refused(
    vipsim: Vipsim, tmp_path: Path, more: list[object], wrong: str
) -> None:
    done = vipsim("demo", "--all", *more)
    assert (done.code, done.out) == (2, "")
    assert wrong in done.err and "leave" in done.err
    assert os.listdir(tmp_path) == []


def test_a_page_that_cannot_be_written_takes_no_other_with_it(vipsim: Vipsim, tmp_path: Path) -> None:
    (tmp_path / "vipsim-pages" / "maintenance.html").mkdir(parents=True)
    done = vipsim("demo", "--all")
    assert done.code == 2
    assert "maintenance.html: this is a folder" in done.err
    assert "8 pages" in done.out
