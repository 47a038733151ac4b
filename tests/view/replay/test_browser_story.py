"""The story that the page tells by itself: its pace, and what it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import vipsim as vs
from tests.view.replay.modules import call, opened
from vipsim.units import SECOND
from vipsim.view.replay.document import replay_document

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCENARIOS = Path("scenarios")
TOLD = ["database-pair", "stp-at-boot", "flapping-link", "four-hour-router"]
WARP = "tested.createWarp(tested.createStore(documents[values[0]]))"


@cache
def document(name: str) -> dict[str, Any]:
    return replay_document(vs.run(vs.read_scenario(SCENARIOS / f"{name}.yaml")))


@pytest.fixture(scope="module")
def stage(chromium: Browser) -> Iterator[Page]:
    """A page that knows the documents of `TOLD` by name, and the modules that tell them."""
    page = opened(
        chromium, createStore="core/store.js", createWarp="core/warp.js", findQuestions="events/questions.js"
    )
    page.evaluate("globalThis.documents = {}")
    for name in [*TOLD, "lost-announcement"]:
        call(page, "{ documents[values[0]] = JSON.parse(values[1]); }", name, json.dumps(document(name)))
    yield page
    page.close()


@pytest.mark.parametrize("name", TOLD)
def test_a_run_tells_itself_in_about_half_a_minute(stage: Page, name: str) -> None:
    told = document(name)
    length, steps = call(
        stage,
        f"""{{ const warp = {WARP}; const steps = [];
               for (let at = 0; at <= warp.length; at += 1 / 60) steps.push(warp.timeAt(at));
               return [warp.length, steps]; }}""",
        name,
    )

    assert 12 < length < 45
    assert steps[0] == told["start"]
    assert all(one <= other for one, other in pairwise(steps))
    assert told["end"] - steps[-1] < told["duration"] / 60


@pytest.mark.parametrize("name", TOLD)
def test_the_clock_stands_at_every_chapter(stage: Page, name: str) -> None:
    times = sorted({chapter["time"] for chapter in document(name)["chapters"]})
    stands = call(
        stage,
        f"""{{ const warp = {WARP};
               const around = (time) => [0, 0.4].map((more) => warp.timeAt(warp.pageAt(time) + more));
               return values[1].map(around); }}""",
        name,
        times,
    )

    assert times
    for time, (first, later) in zip(times, stands, strict=True):
        assert first == pytest.approx(time, abs=1)
        assert later == pytest.approx(time, abs=1)


def test_waiting_is_told_slower_than_quiet_and_an_announcement_slowest(stage: Page) -> None:
    told = document("database-pair")
    fault, decision = (chapter["time"] for chapter in told["chapters"][:2])
    frames = zip(told["frames"]["time"], told["frames"]["kind"], strict=True)
    sent = next(time for time, kind in frames if told["kinds"][kind] == "garp" and time >= decision)
    moments = [told["end"] - SECOND, (fault + decision) // 2, sent]

    quiet, waiting, announcing = call(
        stage,
        f"{{ const warp = {WARP}; return values[1].map((time) => warp.speedAt(time)); }}",
        "database-pair",
        moments,
    )

    assert quiet > 2 * waiting
    assert waiting > 1000 * announcing


def test_probes_that_count_as_unanswered_are_those_that_the_trace_lost(stage: Page) -> None:
    told = document("lost-announcement")
    ranks, answers = call(
        stage,
        """{ const { rank, answered } = tested.findQuestions(documents["lost-announcement"]);
             return [Array.from(rank), Array.from(answered)]; }""",
    )

    frames = told["frames"]
    assert len(told["outages"]) == 3
    for outage in told["outages"]:
        over = told["end"] if outage["to"] is None else outage["to"]
        inside = [
            answered
            for time, src, rank, answered in zip(frames["time"], frames["src"], ranks, answers, strict=True)
            if rank == 1 and src == outage["node"] and outage["from"] < time < over
        ]
        # The last of them is the one whose answer ends the outage, unless nothing ends it.
        assert len(inside) == outage["lost"] + (outage["to"] is not None)
        assert sum(inside) == (outage["to"] is not None)
