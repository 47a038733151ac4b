"""The pictures of the replay page tell what the trace tells: states, owners, routes, times and lengths."""

from __future__ import annotations

import pytest

import vipsim as vs
from tests.view.replay.browser import Watch
from tests.view.replay.conftest import Pages
from tests.view.replay.pictures import label, lines, node, overlapping, texts, ticks, visible
from tests.view.replay.player import NS, Player
from vipsim.resources import scenario_path
from vipsim.trace import Trace
from vipsim.units import MS, seconds
from vipsim.wire.frames import kind_of

LOST, SPLIT, FLAPPING, TWO_SWITCHES = "lost-announcement", "split", "flapping-link", "half-a-router"
LABELS = ".v-ladder-roll :is(.v-arrow-label, .v-mark-label, .v-part-text)"


def run(name: str) -> Trace:
    """The run of a page."""
    return vs.run(vs.read_scenario(scenario_path(name)), seed=1)


def opened(watch: Watch, pages: Pages, name: str, time: str, **settings: object) -> Player:
    return Player(watch.open(pages(name), place=f"#t={time}", **settings))


def select(player: Player, ref: str) -> None:
    """Click on a frame where it is drawn."""
    player.root.locator(f'.v-ladder-roll [data-ref="{ref}"] path').first.dispatch_event("click")
    player.settle()


@pytest.mark.parametrize("time", [4, 6, 9, 70])
def test_the_network_tells_the_states_and_the_owner(watch: Watch, pages: Pages, time: int) -> None:
    trace = run(LOST)
    player = opened(watch, pages, LOST, f"{time}s", reduced_motion="reduce")
    for (name, _), spans in trace.states().items():
        state = next((state for start, end, state in spans if start <= time * NS < end), "down")
        assert f", {state}," in label(player, name)
    for number in (1, 2, 3):
        gaps = trace.metrics.clients[f"app{number}"].silences
        is_silent = any(low <= time * NS < (high or trace.duration) for low, high in gaps)
        assert ("silent" in label(player, f"app{number}")) == is_silent
    owners = [o for low, high, o in trace.owners()["192.168.1.219"] if low <= time * NS < high]
    (tag,) = texts(player, ".v-tag text")
    assert tag.text == ("192.168.1.219" if owners else "nobody owns 192.168.1.219")
    for owner in owners:
        box = node(player, owner).bounding_box()
        assert box is not None
        assert box["x"] < tag.x + tag.width / 2 < box["x"] + box["width"]
        assert tag.y < box["y"]


def test_two_owners_are_two_tags_with_a_warning(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, SPLIT, "9s")
    assert [tag.text for tag in texts(player, ".v-tag text")] == ["\u26a0 192.168.1.219: 2 owners"] * 2
    assert any(
        "two owners" in text.text or "\u26a0" in text.text for text in texts(player, ".v-lanes-svg text")
    )
    player.seek(13 * NS)
    assert [tag.text for tag in texts(player, ".v-tag text")] == ["192.168.1.219"]


def test_a_cable_is_drawn_broken_while_it_is(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, FLAPPING, "9.9s")
    assert visible(player, ".v-link-cut") == 0
    player.seek(11 * NS)
    assert visible(player, ".v-link-cut") == 1
    assert "link down" in [text.text for text in texts(player, ".v-wire-label")]
    player.seek(13 * NS)
    assert visible(player, ".v-link-cut") == 0


def test_a_selected_frame_shows_its_whole_way_and_where_copies_were_lost(watch: Watch, pages: Pages) -> None:
    trace = run(LOST)
    announced = next(record.time for record in trace.select("announce") if record.time > 5 * NS)
    hops = [
        hop
        for hop in trace.frames
        if kind_of(hop.frame.packet) == "garp" and announced <= hop.sent < announced + MS
    ]
    player = opened(watch, pages, LOST, f"{announced / NS:.9f}s")
    frame = player.root.locator(".v-ladder-roll .v-arrow.v-fam-garp").first.get_attribute("data-ref")
    assert frame is not None
    select(player, frame)
    lost = [hop for hop in hops if hop.outcome != "delivered"]
    assert len(lost) == 3
    assert visible(player, ".v-chosen .v-selected .v-trail") == len(hops)
    assert visible(player, ".v-chosen .v-head") == len(hops) - len(lost)
    assert visible(player, ".v-chosen .v-cross") == len(lost)
    told = " ".join(player.root.locator(".v-chosen title").all_text_contents())
    assert told.count("fault drop garp") == 2
    assert "host is down" in told


def test_without_motion_arrows_stay_and_nothing_moves(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, LOST, "7.7222275s", reduced_motion="reduce")
    player.settle()
    assert visible(player, ".v-flights .v-trail") >= 5
    assert visible(player, ".v-flights .v-token") == 0


def test_however_fast_no_more_moves_than_can_be_seen(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, "postgresql-pair", "3s")
    player.root.get_by_role("checkbox", name="probes").check()
    player.root.get_by_role("combobox", name="Speed").select_option("10\u00d7")
    player.press("Escape")
    player.button("Play").click()
    for _ in range(5):
        player.page.wait_for_timeout(100)
        assert 20 <= visible(player, ".v-flight") <= 200


@pytest.mark.parametrize("zooms", [0, 3, 4])
def test_an_arrow_has_the_slope_of_its_time(watch: Watch, pages: Pages, zooms: int) -> None:
    """On one linear clock: from when a frame was sent to when it arrived, on every scale."""
    player = opened(watch, pages, LOST, "7.7222275s")
    for _ in range(zooms):
        player.press("l")
    marks = ticks(player)
    (low, top), (high, bottom) = marks[0], marks[-1]
    scale = (bottom - top) / (high - low)
    for time, y in marks:
        assert y == pytest.approx(top + (time - low) * scale, abs=0.5)
    hops = [hop for hop in run(LOST).frames if hop.src == "db2.bond0" and hop.sent > 7_722_000_000][:1]
    arrivals = [
        hop.arrival for hop in run(LOST).frames if hop.frame == hops[0].frame and hop.dst == "app3.bond0"
    ]
    arrival = next(time for time in arrivals if time > hops[0].sent)
    arrow = player.root.locator(".v-ladder-roll .v-arrow.v-fam-advert .v-arrow-line").all()
    drawn = [(one, other) for element in arrow for one, other in lines(element)]
    sent_y = top + (hops[0].sent - low) * scale
    assert any(
        one[1] == pytest.approx(sent_y, abs=0.6)
        and other[1] - one[1] == pytest.approx((arrival - hops[0].sent) * scale, abs=0.2)
        for one, other in drawn
    )


@pytest.mark.parametrize("name", [LOST, SPLIT, TWO_SWITCHES])
def test_labels_of_the_ladder_never_overlap(watch: Watch, pages: Pages, name: str) -> None:
    player = opened(watch, pages, name, "7.8s")
    for _ in range(6):
        player.press("l")
        player.settle()
        assert overlapping(texts(player, LABELS)) == []


def test_frames_too_close_become_bars_that_count_them(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, "postgresql-pair", "10s")
    player.root.get_by_role("checkbox", name="probes").check()
    for _ in range(2):
        player.press("l")  # the whole run
    player.settle()
    told = player.root.locator(".v-ladder-roll .v-bar title").all_text_contents()
    counted = sum(int(text.split(" ")[0].replace(",", "")) for text in told)
    arrows = visible(player, ".v-ladder-roll .v-arrow")
    frames = len({id(hop.frame) for hop in run("postgresql-pair").frames})
    assert counted + arrows == pytest.approx(frames, rel=0.02)
    assert len(told) + arrows < 2000


def test_the_lanes_name_and_measure_the_parts_of_the_outage(watch: Watch, pages: Pages) -> None:
    trace = run(LOST)
    player = opened(watch, pages, LOST, "1s")
    shown = [text.text for text in texts(player, ".v-lanes-svg .v-span-text")]
    told = " ".join(shown)
    failover = trace.failovers[0]
    assert f"detection {seconds(failover.detection)}" in told
    assert "election 0.000 s" in told
    assert "announcement 0.000 s" in told
    assert "silent > 70.018 s" in shown
    assert f"silent {seconds(trace.metrics.clients['app2'].blackout)}" in shown
    assert seconds(trace.metrics.clients["app3"].blackout) in shown
    assert overlapping(texts(player, ".v-lanes-svg .v-span-text")) == []


@pytest.mark.parametrize("name", [FLAPPING, SPLIT, TWO_SWITCHES])
def test_texts_of_the_lanes_never_overlap(watch: Watch, pages: Pages, name: str) -> None:
    player = opened(watch, pages, name, "1s")
    found = texts(player, ".v-lanes-svg .v-span-text")
    assert len(found) > 5
    assert overlapping(found) == []


def test_the_lanes_zoom_to_one_of_many_outages(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, FLAPPING, "1s")
    part = player.root.get_by_role("combobox", name="Part of the run that the lanes show")
    part.select_option(index=2)
    failover = run(FLAPPING).failovers[2]
    assert failover.detection is not None
    told = " ".join(text.text for text in texts(player, ".v-lanes-svg .v-span-text"))
    assert f"detection {seconds(failover.detection)}" in told


def test_the_lanes_are_a_slider(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, LOST, "1s")
    slider = player.root.get_by_role("slider", name="Time, over the lanes")
    box = slider.bounding_box()
    assert box is not None
    player.page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    player.page.mouse.down()
    player.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    player.page.mouse.up()
    assert player.now == pytest.approx(37.5 * NS, abs=75 * NS / box["width"] * 2)
    assert slider.get_attribute("aria-valuetext") == f"{player.now / NS:.3f} s"
    before = player.now
    slider.focus()
    player.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert player.now == pytest.approx(before + 0.75 * NS, abs=2000)


def test_the_ladder_moves_the_clock_by_hand_wheel_and_keys(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, LOST, "20s")
    board = player.root.get_by_role("group", name="Frames between hosts")
    box = board.bounding_box()
    assert box is not None
    player.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    player.page.mouse.wheel(0, 100)
    player.settle()
    later = player.now
    assert 20 * NS < later < 22 * NS
    player.page.mouse.down()
    player.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2 + 100, steps=4)
    player.page.mouse.up()
    assert player.now == pytest.approx(20 * NS, abs=NS / 20)
    board.focus()
    player.press("ArrowDown")
    assert player.now > 20 * NS


def test_hidden_future_tells_no_number_before_its_time(watch: Watch, pages: Pages) -> None:
    player = opened(watch, pages, LOST, "6s")
    assert any("2.722" in text.text for text in texts(player, ".v-span-text"))
    lesson = player.root.locator(".v-name p")
    assert lesson.is_visible()
    player.press("h")
    assert not lesson.is_visible()  # it tells how the run ends
    shown = texts(player, ".v-span-text, .v-part-text")
    assert not any(number in text.text for text in shown for number in ("2.722", "55.040", "70.018"))
    player.press("PageDown", "PageDown")
    assert player.now > 7.7 * NS
