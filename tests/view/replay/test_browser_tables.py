"""Tables of the page at any time: they are what the trace says, and what is wrong with them is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vipsim as vs
from tests.view.replay.modules import call, opened
from vipsim.resources import scenario_path
from vipsim.trace import Trace
from vipsim.units import SECOND, Time
from vipsim.view.lanes import scenario_nodes
from vipsim.view.replay.document import replay_document

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SCENARIOS = ("lost-announcement", "dead-port-virtual-mac", "stp-return", "default-gateway")
VIRTUAL = "00:00:5E:00:01:"
TRACES: dict[str, Trace] = {}


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> Iterator[Page]:
    """A page that has the documents of `SCENARIOS`, and reads their tables."""
    views = {name: "tables/views.js" for name in ("hostView", "vipView", "switchView")}
    page = opened(
        chromium,
        createNames="core/names.js",
        firstShown="tables/tables.js",
        createApp="core/app.js",
        createTables="tables/tables.js",
        **views,
    )
    call(page, "{ globalThis.docs = {}; }")
    for name in SCENARIOS:
        TRACES[name] = vs.run(vs.read_scenario(scenario_path(name)), seed=1)
        text = json.dumps(replay_document(TRACES[name]))
        call(page, "{ docs[values[0]] = JSON.parse(values[1]); }", name, text)
    yield page
    page.close()


Row = dict[str, Any]


def read(page: Page, name: str, view: str, what: object, time: Time) -> tuple[list[Row], Time]:
    """Rows of a table at a time, and until when they hold."""
    view = f"tested.{view}(docs[values[0]], tested.createNames(docs[values[0]]), values[1])"
    finite = "(({ rows, until }) => ({ rows, until: Math.min(until, 1e18) }))"
    found = call(page, f"{finite}({view}.read(values[2]))", name, what, time)
    return found["rows"], found["until"]


def nodes_of(trace: Trace) -> list[str]:
    return [node["name"] for node in replay_document(trace, ("0s", "1ms"))["nodes"]]


def moments(trace: Trace, kind: str) -> list[Time]:
    """Times at which something changed, and just before."""
    return [time for record in trace.select(kind) for time in (record.time - 1, record.time) if time >= 0]


def times(name: str, *kinds: str) -> st.SearchStrategy[Time]:
    """Any time of a run, and often one at which something changes; known when the run is."""
    return st.deferred(
        lambda: (
            st.integers(0, TRACES[name].duration)
            | st.sampled_from(sorted({time for kind in kinds for time in moments(TRACES[name], kind)}))
        )
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_cache_is_what_the_trace_says(reader: Page, name: str) -> None:
    trace = TRACES[name]
    names = nodes_of(trace)
    hosts = sorted({record.node for record in trace.select("neighbor")})

    @settings(max_examples=40, deadline=None)
    @given(node=st.sampled_from(hosts), time=times(name, "neighbor"))
    def judge(node: str, time: Time) -> None:
        rows, _ = read(reader, name, "hostView", names.index(node), time)
        shown = {(row["key"].split(" ")[2], row["cells"][0], row["key"].split(" ")[1]) for row in rows}
        right = {(str(ip), str(mac), iface) for ip, mac, iface in trace.arp_table(node, time)}
        assert {entry for entry in shown if entry[1]} == right
        if any(row["isFirst"] for row in rows):
            assert rows[0]["isFirst"]

    judge()


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_stale_entry_is_called_so(reader: Page, name: str) -> None:
    trace = TRACES[name]
    owners = trace.owners()
    homes = {
        str(iface["mac"]): node
        for node, body in scenario_nodes(trace).items()
        for iface in body.get("interfaces", {}).values()
    }
    assert any(owners.values())

    @settings(max_examples=40, deadline=None)
    @given(vip=st.sampled_from(sorted(owners)), time=times(name, "neighbor", "vip"))
    def judge(vip: str, time: Time) -> None:
        rows, _ = read(reader, name, "vipView", vip, time)
        # Who owns it when the run ends does so at its last instant, too.
        last = min(time, trace.duration - 1)
        now = {node for since, until, node in owners[vip] if since <= last < until}
        for row in rows:
            mac = row["cells"][0]
            rightful = bool(now) if mac.startswith(VIRTUAL) else homes.get(mac) in now
            assert ("✗" in row["cells"][1]) == bool(mac and not rightful), row

    judge()


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_switch_knows_what_the_trace_says(reader: Page, name: str) -> None:
    trace = TRACES[name]
    names = nodes_of(trace)
    switches = sorted({record.node for record in trace.select("fdb")})

    @settings(max_examples=40, deadline=None)
    @given(node=st.sampled_from(switches), time=times(name, "fdb"))
    def judge(node: str, time: Time) -> None:
        rows, _ = read(reader, name, "switchView", names.index(node), time)
        right: dict[str, str] = {}
        for record in trace.select("fdb"):
            if record.node == node and record.time <= time:
                right[str(record.data["mac"])] = record.data["port"]
        shown = {row["head"]: row["cells"][1] for row in rows if row["cells"][1] != "gone"}
        assert shown == {mac: port for mac, port in right.items() if port}

    judge()


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("view", ["hostView", "vipView", "switchView"])
def test_rows_hold_as_long_as_they_say(reader: Page, name: str, view: str) -> None:
    trace = TRACES[name]
    names = nodes_of(trace)
    kind = "fdb" if view == "switchView" else "neighbor"
    nodes = [names.index(node) for node in sorted({record.node for record in trace.select(kind)})]
    whats: list[object] = [*trace.vips] if view == "vipView" else [*nodes]

    @settings(max_examples=20, deadline=None)
    @given(what=st.sampled_from(whats), time=times(name, kind, "vip"), share=st.floats(0, 1))
    def judge(what: object, time: Time, share: float) -> None:
        rows, until = read(reader, name, view, what, time)
        assert until > time
        last = min(until - 1, trace.duration)
        later, _ = read(reader, name, view, what, time + int((last - time) * share))
        assert later == rows

    judge()


def test_many_hosts_that_believe_the_same_share_a_row(reader: Page) -> None:
    changes = [[0, "REACHABLE", "02:00:00:00:00:01"]]
    doc = {
        "start": 0,
        "vips": ["10.0.0.9"],
        "owners": [{"vip": "10.0.0.9", "spans": [[0, SECOND, 0], [2 * SECOND, 9 * SECOND, 1]]}],
        "nodes": [
            {"name": f"h{n}", "kind": "host", "ifaces": [{"name": "e", "mac": f"02:00:00:00:00:{n + 1:02X}"}]}
            for n in range(60)
        ],
        "links": [],
        "tables": {
            "fdb": [],
            "neighbors": [
                {"node": n, "iface": "e", "ip": "10.0.0.9", "changes": changes if n != 7 else changes[:0]}
                for n in range(2, 60)
            ],
        },
    }
    call(reader, "{ docs.many = values[0]; }", doc)
    rows, until = read(reader, "many", "vipView", "10.0.0.9", 0)
    assert [row["head"] for row in rows] == ["57: h2, h3, h4 and 54 more"]
    assert rows[0]["cells"] == ["02:00:00:00:00:01", "h0", "REACHABLE"] and until == SECOND
    rows, until = read(reader, "many", "vipView", "10.0.0.9", SECOND)
    assert rows[0]["cells"][1] == "h0 ✗ stale" and until == 2 * SECOND


def test_clients_are_chosen_first(reader: Page) -> None:
    chosen = call(reader, "[...tested.firstShown(docs['lost-announcement'])]")
    names = nodes_of(TRACES["lost-announcement"])
    assert chosen == [
        "vip 192.168.1.219",
        f"host {names.index('app1')}",
        f"host {names.index('app2')}",
        f"switch {names.index('sw1')}",
    ]


# --- on the page -------------------------------------------------------------------------------


def tables(page: Page, name: str) -> Locator:
    """The part alone, with its button beside it; `replaced` counts rows that were put in or taken out."""
    make = """{
        document.body.replaceChildren();
        const root = document.body.appendChild(document.createElement("div"));
        globalThis.app = tested.createApp(root, docs[values[0]]);
        const part = tested.createTables(app);
        root.append(...part.tools, part.element);
        globalThis.replaced = 0;
        const rows = (seen) => seen.filter((one) => one.target.tagName === "TBODY");
        const watch = new MutationObserver((seen) => { replaced += rows(seen).length; });
        watch.observe(root, { childList: true, subtree: true });
    }"""
    call(page, make, name)
    return page.locator(".v-tables")


def seek(page: Page, time: Time) -> int:
    """Go to a time and tell how many times rows were exchanged since the last one."""
    page.evaluate("(time) => app.seek(time)", time)
    return int(page.evaluate("async () => { await 0; const seen = replaced; replaced = 0; return seen; }"))


def test_rows_are_drawn_when_they_change_and_only_then(reader: Page) -> None:
    trace = TRACES["lost-announcement"]
    shown = tables(reader, "lost-announcement")
    changes = [record.time for record in trace.select() if record.kind in ("neighbor", "fdb", "vip")]
    told = next(record for record in trace.select("neighbor") if record.data.get("why") == "announced")
    seek(reader, told.time - 1)
    assert seek(reader, told.time) == 2  # the old row out, the new one in
    fresh = shown.locator("tr.v-is-fresh")
    assert fresh.all_inner_texts() == [f"app3\t{told.data['lladdr']}\tdb2\t{told.data['new']}\t0 s"]
    assert shown.locator("tr.v-flash").count() == 1
    seek(reader, 30 * SECOND)
    quiet = next(b for a, b in pairwise([30 * SECOND, *changes]) if a >= 30 * SECOND and b - a > SECOND)
    assert not [time for time in changes if quiet - SECOND // 2 <= time < quiet]
    seek(reader, quiet - SECOND // 2)
    assert [seek(reader, quiet - SECOND // 2 + step * SECOND // 20) for step in range(1, 10)] == [0] * 9
    assert fresh.count() == 0


def test_tables_are_chosen_by_keys(reader: Page) -> None:
    shown = tables(reader, "lost-announcement")
    captions = shown.locator("caption")
    before = captions.all_inner_texts()
    reader.get_by_role("button", name="Choose").press("Enter")
    reader.get_by_role("checkbox", name="app3").press("Space")
    assert [text for text in captions.all_inner_texts() if text not in before] == ["app3: ARP cache is empty"]
    reader.get_by_role("button", name="none").first.press("Enter")
    assert all("ARP cache" not in text for text in captions.all_inner_texts())
    reader.keyboard.press("Escape")
    assert not reader.get_by_role("checkbox", name="app3").is_visible()
    assert reader.evaluate("document.activeElement.textContent") == "Choose"


def test_readers_of_the_screen_are_told_heads_and_captions(reader: Page) -> None:
    shown = tables(reader, "default-gateway")
    for table in shown.locator("table").all():
        assert table.locator("caption").inner_text()
        assert table.locator("thead th:not([scope=col])").count() == 0
        rows = table.locator("tbody tr:not(.v-live-fault)")
        assert table.locator("tbody th[scope=row]").count() == rows.count()
