"""What the replay page costs: to write, to open, and for each picture while it plays.

Seconds belong to one machine; the work of a picture (a frame of the screen) is also given as a ratio to that
of an empty page that asks for pictures, which travels.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vipsim as vs
from tests.view.replay.browser import Watch, lacking, started
from vipsim.resources import scenario_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = 240
OPENINGS = 5
EMPTY = "<!DOCTYPE html><meta charset='utf-8'><title>empty</title><p>0</p>"
# Told by the page itself when all of it stands.
STANDS = """new MutationObserver(() => {
  if (!globalThis.__stands && document.querySelector('.v-page')) globalThis.__stands = performance.now();
}).observe(document, {childList: true, subtree: true})"""
PLAY = """pictures => new Promise(done => {
  document.querySelector('.v-play')?.click();
  const look = left => left ? requestAnimationFrame(() => look(left - 1)) : done();
  look(pictures);
})"""


def big_run(events: int) -> vs.Trace:
    """The crash of the document with so many probes that at least this many things happen."""
    scenario = vs.read_scenario(scenario_path("database-pair"))
    # Most probes are answered, so that each is nearly two frames.
    interval = max(1, scenario.duration * 5 // (events * 3))
    client, *others = scenario.clients
    return vs.run(scenario.with_(clients=(replace(client, interval=interval), *others)), seed=1)


def measure_replay(events: int) -> dict[str, Any]:
    """Write a page of at least `events` events and play it in Chromium."""
    if reason := lacking():
        raise SystemExit(reason)
    trace = big_run(events)
    with tempfile.TemporaryDirectory() as folder, started() as browser:
        page, empty = Path(folder, "replay.html"), Path(folder, "empty.html")
        empty.write_text(EMPTY, "utf-8")
        begin = time.process_time()
        vs.write_replay(trace, page)
        written = time.process_time() - begin
        watch = Watch(browser)
        stands = []
        for _ in range(OPENINGS):
            opened = watch.open(page, script=STANDS)
            opened.wait_for_function("globalThis.__stands")
            stands.append(opened.evaluate("globalThis.__stands"))
            nodes = opened.evaluate("document.querySelectorAll('*').length")
            watch.close()
        works = [_work(watch, path) for path in (empty, page)]
        watch.judge()
        size = page.stat().st_size
    return {
        "workload": "replay",
        "events": len(trace.records) + len(trace.frames),
        "write_cpu_s": round(written, 3),
        "page_bytes": size,
        "interactive_ms": round(statistics.median(stands), 1),
        "elements": nodes,
        "empty_picture_ms": round(works[0], 3),
        "picture_ms": round(works[1], 3),
        "picture_ratio": round(works[1] / works[0], 1),
    }


def _work(watch: Watch, path: Path) -> float:
    """Milliseconds of the page's main thread for a picture while it plays."""
    page = watch.open(path)
    page.wait_for_timeout(500)
    meter = _Meter(page)
    before = meter.busy()
    page.evaluate(PLAY, PICTURES)
    spent = meter.busy() - before
    watch.close()
    return spent / PICTURES * 1000


class _Meter:
    """Reads from Chromium how long a page's main thread was busy."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")

    def busy(self) -> float:
        """Seconds so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))
