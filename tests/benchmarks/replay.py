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
from vipsim.view.replay import replay_document

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = 240
OPENINGS = 5
EMPTY = "<!DOCTYPE html><meta charset='utf-8'><title>empty</title><p>0</p>"
# Told by the page itself when all of it stands.
STANDS = """new MutationObserver(() => {
  if (!globalThis.__stands && document.querySelector('.v-page')) globalThis.__stands = performance.now();
}).observe(document, {childList: true, subtree: true})"""
# How long the page's own work on each picture took, from the first call for it to after the last.
PLAY = """pictures => new Promise(done => {
  const times = [], channel = new MessageChannel();
  let begun = 0;
  channel.port1.onmessage = () => times.push(performance.now() - begun);
  document.querySelector('.v-play')?.click();
  const look = () => {
    begun = performance.now();
    channel.port2.postMessage(null);
    if (times.length < pictures) requestAnimationFrame(look); else done(times);
  };
  requestAnimationFrame(look);
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
        (bare, _), (work, longest) = (_work(watch, path) for path in (empty, page))
        watch.judge()
        size = page.stat().st_size
    return {
        "workload": "replay",
        "events": _told(trace),
        "write_cpu_s": round(written, 3),
        "page_bytes": size,
        "interactive_ms": round(statistics.median(stands), 1),
        "elements": nodes,
        "empty_picture_ms": round(bare, 3),
        "picture_ms": round(work, 3),
        "picture_p99_ms": round(longest, 3),
        "picture_ratio": round(work / bare, 1),
    }


def _told(trace: vs.Trace) -> int:
    """How many frames and records the page tells."""
    document = replay_document(trace)
    return len(document["frames"]["time"]) + len(document["records"]["time"])


def _work(watch: Watch, path: Path) -> tuple[float, float]:
    """Milliseconds of the main thread for a picture while it plays: on average, and what 99 % stay below."""
    page = watch.open(path)
    page.wait_for_timeout(500)
    meter = _Meter(page)
    before = meter.busy()
    times = sorted(page.evaluate(PLAY, PICTURES))
    spent = meter.busy() - before
    watch.close()
    return spent / PICTURES * 1000, times[len(times) * 99 // 100]


class _Meter:
    """Reads from Chromium how long a page's main thread was busy."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")

    def busy(self) -> float:
        """Seconds so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))
