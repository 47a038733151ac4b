"""The detail panel alone in a browser, with the runs that tests select from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import vipsim as vs
from tests.view.replay.modules import call, opened
from vipsim.resources import scenario_path
from vipsim.trace import Record, Trace
from vipsim.view.replay.document import replay_document

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PAIR, LOST, HEARTBEAT = "database-pair", "lost-announcement", "database-pair-heartbeat"
RUNS = (PAIR, LOST, HEARTBEAT)
TRACES: dict[str, Trace] = {}
DOCUMENTS: dict[str, dict[str, Any]] = {}


def blank_page(chromium: Browser) -> Page:
    """Return a page with the panel's modules and the documents of `RUNS`."""
    page = opened(
        chromium, createApp="core/app.js", createDetail="detail/detail.js", chainOf="detail/causes.js"
    )
    call(page, "{ globalThis.docs = {}; }")
    for run in RUNS:
        if run not in TRACES:
            TRACES[run] = vs.run(vs.read_scenario(scenario_path(run)), seed=1)
            DOCUMENTS[run] = replay_document(TRACES[run])
        call(page, "{ docs[values[0]] = JSON.parse(values[1]); }", run, json.dumps(DOCUMENTS[run]))
    return page


def panel(page: Page, run: str = PAIR, ref: str | None = None) -> Locator:
    """Return a new panel of this run, with this item selected; `heard` are the keys that reach the page."""
    make = """{
        document.body.replaceChildren();
        const root = document.body.appendChild(document.createElement("div"));
        root.tabIndex = -1;
        globalThis.app = tested.createApp(root, docs[values[0]]);
        globalThis.heard = [];
        root.addEventListener("keydown", (event) => heard.push(event.key));
        const part = tested.createDetail(app);
        root.append(...part.tools, part.element);
        if (values[1] !== null) app.select(values[1]);
    }"""
    call(page, make, run, ref)
    return page.locator(".v-detail")


def frame(run: str, kind: str, number: int = 0) -> str:
    """Ref of the frame of this kind with this number."""
    doc = DOCUMENTS[run]
    wanted = doc["kinds"].index(kind)
    return f"f{[index for index, one in enumerate(doc['frames']['kind']) if one == wanted][number]}"


def record(run: str, kind: str, /, **data: object) -> Record:
    """The first record of this kind with these data."""
    return next(
        one for one in TRACES[run].select(kind) if all(one.data[key] == value for key, value in data.items())
    )


def selected(page: Page) -> str:
    """Ref of what is selected."""
    return str(page.evaluate("app.selected"))
