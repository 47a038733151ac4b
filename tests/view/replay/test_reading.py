"""What the page says is what the run was: its numbers, its tables, its octets, each beside its own source."""

from __future__ import annotations

import json
import re

import pytest

import vipsim as vs
from tests.view.replay.browser import Watch
from tests.view.replay.conftest import CRASH, Pages
from tests.view.replay.player import NS, Player
from vipsim.cli import main
from vipsim.resources import scenario_path
from vipsim.wire.codec import encode


@pytest.fixture(scope="session")
def trace() -> vs.Trace:
    return vs.run(vs.read_scenario(scenario_path(CRASH)), seed=1)


@pytest.mark.parametrize(
    ("scenario", "seed"), [(CRASH, 1), (CRASH, 2), ("database-pair", 5), ("silent-takeover", 1)]
)
def test_the_outage_is_the_number_of_the_command(
    watch: Watch, pages: Pages, capsys: pytest.CaptureFixture[str], scenario: str, seed: int
) -> None:
    page = pages(scenario, "--seed", seed)
    capsys.readouterr()
    assert main(["run", scenario, "--seed", str(seed), "--json"]) == 0
    clients = json.loads(capsys.readouterr().out)["clients"]
    player = Player(watch.open(page))
    player.press("End")
    shown = re.search(r"[0-9]+\.[0-9]{3}", player.outage)
    assert shown
    longest = {f"{one['longest_ns'] / NS:.3f}" for one in clients.values()}
    assert shown[0] in longest


def test_the_stopwatch_of_the_outage_runs_with_the_clock(player: Player, trace: vs.Trace) -> None:
    outage = trace.failovers[0].clients["app1"]
    assert outage.last is not None and outage.first is not None
    player.seek(7 * NS)
    assert player.outage == f"{(7 * NS - outage.last) / NS:.3f} s"
    player.seek(outage.last - 1000)
    assert player.outage == "none yet"


def cache(player: Player, node: str) -> dict[str, str]:
    """The ARP cache of a node as the page shows it: MAC by address, of the entries that have one."""
    table = player.root.get_by_role("table", name=re.compile(f"^{node}: "))
    rows = table.locator("tbody tr").filter(has=player.page.get_by_role("rowheader"))
    cells = rows.evaluate_all(
        "rows => rows.map(row => [row.querySelector('th').firstChild.textContent, "
        "row.querySelector('td').textContent])"
    )
    return {ip: mac for ip, mac in cells if ":" in mac}


@pytest.mark.parametrize("at", [0, 2, 4, 5.2, 8.0, 8.12, 8.2, 15, 20])
def test_the_cache_at_a_time_is_that_of_the_trace(player: Player, trace: vs.Trace, at: float) -> None:
    time = round(at * NS)
    player.seek(time)
    assert cache(player, "app1") == {str(ip): str(mac) for ip, mac, _ in trace.arp_table("app1", time)}


def test_who_believes_the_wrong_thing_is_told_in_words(player: Player) -> None:
    table = player.root.get_by_role("table", name=re.compile("^app1: "))
    player.seek(4 * NS)
    assert "stale" not in table.inner_text()
    player.press("/")
    player.page.keyboard.type("garp")
    player.press("Enter")
    player.settle()
    assert "stale: db1 does not own it" in table.inner_text()
    player.press("End")
    assert "stale" not in table.inner_text()


def octets(player: Player) -> bytes:
    """What the page shows of the selected frame, octet by octet."""
    detail = player.panel("Selected")
    detail.get_by_role("tab", name="Fields and bytes").click()
    cells = detail.get_by_role("grid", name="Bytes").get_by_role("gridcell").all_inner_texts()
    return bytes.fromhex("".join(cells))


def fields(player: Player) -> str:
    """The fields of the selected frame, as text."""
    return " ".join(player.panel("Selected").get_by_role("tree", name="Fields").inner_text().split())


@pytest.mark.parametrize("words", ["garp", "arp-reply", "heartbeat", "echo-request .217"])
def test_the_octets_of_a_frame_are_those_of_the_wire(player: Player, trace: vs.Trace, words: str) -> None:
    sent = {encode(frame.frame) for frame in trace.frames}
    player.press("/")
    player.page.keyboard.type(words)
    player.press("Enter")
    row = player.selected
    assert row is not None
    shown = octets(player)
    assert shown in sent
    at = [frame for frame in trace.frames if encode(frame.frame) == shown]
    assert any(abs(frame.sent - row.time) < 1000 and frame.src.startswith(row.node) for frame in at)


def test_the_fields_of_the_announcement(player: Player) -> None:
    player.press("/")
    player.page.keyboard.type("garp")
    player.press("Enter")
    octets(player)
    shown = fields(player)
    for field in (
        "destination FF:FF:FF:FF:FF:FF",
        "source 00:21:5A:DB:7F:C2",
        "operation 1 (request)",
        "sender IP 192.168.1.219",
        "target IP 192.168.1.219",
    ):
        assert field in shown


def test_why_it_was_sent_leads_back_to_the_fault(player: Player) -> None:
    player.press("/")
    player.page.keyboard.type("garp")
    player.press("Enter")
    why = player.panel("Selected").get_by_role("tabpanel", name="Why")
    assert "Behind it: db1 crashes" in why.inner_text()
    why.get_by_role("button", name=re.compile("crash db1")).click()
    assert player.now == 5 * NS


# --- read by a screen reader ---------------------------------------------------------------------


def test_controls_have_roles_and_names(player: Player) -> None:
    player.seek(NS)
    tree = player.root.aria_snapshot()
    for line in (
        '- main "Replay of a run"',
        '- toolbar "Playing"',
        '- button "Play"',
        '- button "One event forward (Right)"',
        '- button "One event back (Left)"',
        '- combobox "Speed"',
        '- slider "Time of the run"',
        '- region "Network"',
        '- region "Frames"',
        '- region "Events"',
        '- region "Selected"',
        '- region "What they believe"',
        '- listbox "Events"',
        '- searchbox "Filter the events by words"',
        'table "app1: ARP cache"',
        '- button "Help"',
    ):
        assert line in tree


def test_nothing_that_takes_the_focus_is_without_a_name(player: Player) -> None:
    player.press("PageDown", "PageDown")
    session = player.page.context.new_cdp_session(player.page)
    nameless = []
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value", "")
        can_focus = any(
            one["name"] == "focusable" and one["value"]["value"] for one in node.get("properties", ())
        )
        if can_focus and not node.get("ignored") and not node.get("name", {}).get("value", "").strip():
            nameless.append(role)
    assert [role for role in nameless if role != "RootWebArea"] == []


def test_a_step_is_spoken_and_playing_is_not(player: Player) -> None:
    spoken = player.root.get_by_role("status")
    player.seek(5 * NS - NS // 1000)
    player.press("ArrowRight")
    row = player.selected
    assert row is not None
    assert row.text in spoken.inner_text()
    before = spoken.inner_text()
    player.press("Space")
    player.page.wait_for_timeout(200)
    player.press("Space")
    assert spoken.inner_text() in (before, "")


def test_the_page_has_a_title_a_language_and_one_heading(player: Player) -> None:
    assert CRASH in player.page.title()
    assert player.page.locator("html").get_attribute("lang") == "en"
    assert player.page.get_by_role("heading", level=1).count() == 1
