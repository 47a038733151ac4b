"""Playing, stepping and scrubbing in a real Chromium, on the page of the document's crash."""

from __future__ import annotations

import re

from tests.view.replay.browser import Watch
from tests.view.replay.conftest import CRASH, Pages
from tests.view.replay.player import NS, Player

FAULT = 5 * NS
END = 20 * NS


def test_it_begins_at_the_start_and_stands(player: Player) -> None:
    assert (player.now, player.is_playing, player.selected) == (0, False, None)
    assert player.owner == "db1"
    assert player.outage == "none yet"


def test_play_moves_the_clock_and_pause_stops_it(player: Player) -> None:
    player.button("Play").click()
    assert player.is_playing
    player.wait_until("() => parseFloat(document.querySelector('.v-clock .v-value').textContent) > 0.3")
    player.button("Pause").click()
    assert not player.is_playing
    stopped = player.now
    assert 0 < stopped < END
    player.page.wait_for_timeout(150)
    assert player.now == stopped


def test_space_plays_and_pauses(player: Player) -> None:
    player.press("Space")
    assert player.is_playing
    player.wait_until("() => parseFloat(document.querySelector('.v-clock .v-value').textContent) > 0")
    player.press("Space")
    assert not player.is_playing


def test_play_stops_at_the_end_and_begins_anew(player: Player) -> None:
    player.seek(END - NS // 2)
    player.root.get_by_role("combobox", name="Speed").select_option("10×")
    player.button("Play").click()
    player.button("Play").wait_for()
    assert player.now == END
    player.button("Play").click()
    player.wait_until("() => parseFloat(document.querySelector('.v-clock .v-value').textContent) < 19")
    assert player.is_playing


def test_stepping_goes_through_every_listed_event_in_order(player: Player) -> None:
    player.seek(FAULT - NS // 1000)
    seen = []
    for _ in range(12):
        player.press("ArrowRight")
        row = player.selected
        assert row is not None
        assert row.time // 1000 == player.now // 1000
        seen.append(row)
    assert [row.time for row in seen] == sorted(row.time for row in seen)
    assert len(set(seen)) == len(seen)
    assert any("crash" in row.text for row in seen)
    for expected in reversed(seen[:-1]):
        player.press("ArrowLeft")
        assert player.selected == expected
        assert player.now == expected.time


def test_the_buttons_step_as_the_keys_do(player: Player) -> None:
    player.button("One event forward (Right)").click()
    first = player.selected
    player.button("One event forward (Right)").click()
    assert player.selected not in (None, first)
    player.button("One event back (Left)").click()
    assert player.selected == first


def test_stepping_while_it_plays_pauses(player: Player) -> None:
    player.press("Space")
    assert player.is_playing
    player.press("ArrowRight")
    assert not player.is_playing
    assert player.selected is not None


def test_seconds_and_ends_by_keys(player: Player) -> None:
    player.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    assert player.now == 3 * NS
    player.press("Shift+ArrowLeft")
    assert player.now == 2 * NS
    player.press("End")
    assert player.now == END
    player.press("Home", "Shift+ArrowLeft")
    assert player.now == 0


def test_the_scrubber_follows_the_mouse(player: Player) -> None:
    box = player.slider.bounding_box()
    assert box is not None
    mouse, middle = player.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 4, middle)
    mouse.down()
    assert abs(player.now - END / 4) < NS / 10
    mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    assert abs(player.now - END / 2) < NS / 10
    mouse.move(box["x"] + box["width"] + 300, middle + 200, steps=4)
    assert player.now == END
    mouse.up()
    mouse.move(box["x"], middle)
    assert player.now == END


def test_scrubbing_while_it_plays_pauses(player: Player) -> None:
    player.press("Space")
    player.slider.click()
    assert not player.is_playing
    assert abs(player.now - END / 2) < NS / 10


def test_the_slider_tells_its_time(player: Player) -> None:
    player.seek(8_113 * NS // 1000)
    assert player.slider.get_attribute("aria-valuetext") == "8.113 s"
    low, value, high = (
        int(player.slider.get_attribute(f"aria-value{name}") or -1) for name in ("min", "now", "max")
    )
    assert low < value < high
    assert abs((value - low) / (high - low) - 8.113 / 20) < 0.001


def test_chapters_tell_the_story(player: Player) -> None:
    caption = player.root.locator(".v-caption")
    told = []
    for _ in range(40):
        player.press("PageDown")
        if player.now == END:
            break
        told.append((player.now, caption.inner_text()))
    assert len(told) >= 3
    assert [time for time, _ in told] == sorted({time for time, _ in told})
    assert (FAULT, True) in [(time, "crash" in text) for time, text in told]
    player.press("PageUp", "PageUp")
    assert (player.now, caption.inner_text()) in (told[-1], told[-2])


def test_a_filter_shortens_the_list_and_steps_respect_it(player: Player) -> None:
    whole = player.listed
    player.press("/")
    player.page.keyboard.type("garp")
    filtered = player.listed
    assert 0 < filtered < whole
    player.press("Enter", "Home")
    seen = []
    while player.now < END and len(seen) < 50:
        player.press("ArrowRight")
        if player.selected:
            seen.append(player.selected.text)
    assert len(seen) == filtered
    player.press("/", "Escape")
    assert player.listed == whole


def test_what_matches_nothing_says_so(player: Player) -> None:
    player.press("/")
    player.page.keyboard.type("zzzz no such thing")
    assert player.listed == 0
    assert player.root.get_by_text("Nothing passes this filter").is_visible()


def test_probes_are_summed_until_they_are_asked_for(player: Player) -> None:
    summed = player.listed
    player.seek(6 * NS)
    sums = [row.text for row in player.rows if re.fullmatch(r"[0-9]+ probes, none answered", row.text)]
    assert sums
    player.root.get_by_role("checkbox", name="probes").check()
    assert player.listed > 10 * summed


def test_choices_of_kind_and_node_narrow_the_list(player: Player) -> None:
    whole = player.listed
    player.root.get_by_role("combobox", name="Node").select_option("db2")
    of_db2 = player.listed
    assert 0 < of_db2 < whole
    assert {row.node for row in player.rows} == {"db2"}
    player.root.get_by_role("combobox", name="Kind of event").select_option(index=1)
    assert player.listed <= of_db2


def test_a_click_on_a_row_selects_it(player: Player) -> None:
    player.seek(FAULT)
    row = next(row for row in player.rows if "crash" in row.text)
    option = player.list.get_by_role("option").filter(has_text=row.text).first
    # First in sight, then the click: a list that scrolls gives its rows to other events.
    option.scroll_into_view_if_needed()
    player.settle()
    box = player.list.get_by_role("option").filter(has_text=row.text).first.bounding_box()
    assert box is not None
    player.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    player.settle()
    assert player.selected is not None
    assert (player.selected.text, player.now) == (row.text, row.time)


def test_speeds_from_a_thousandth_to_ten_are_offered(player: Player) -> None:
    speed = player.root.get_by_role("combobox", name="Speed")
    offered = speed.get_by_role("option").all_inner_texts()
    assert offered == ["auto", "0.001×", "0.01×", "0.1×", "0.25×", "0.5×", "1×", "2×", "5×", "10×"]
    assert speed.evaluate("one => one.value") == "auto"


def test_a_faster_speed_is_faster(player: Player) -> None:
    """The clock of the run against the clock of the page: as the speed says, whatever the machine's mood."""
    shares = []
    for speed in ("0.1×", "1×"):
        player.press("Home")
        player.root.get_by_role("combobox", name="Speed").select_option(speed)
        took = player.page.evaluate(
            """() => new Promise(done => {
                 const clock = () => parseFloat(document.querySelector('.v-clock .v-value').textContent);
                 document.querySelector('.v-play').click();
                 let frames = 0, began = 0, from = 0;
                 const look = now => {
                   if (frames === 3) { began = now; from = clock(); }
                   if (frames++ < 30) return requestAnimationFrame(look);
                   const share = (clock() - from) / ((now - began) / 1000);
                   document.querySelector('.v-play').click();
                   done(share);
                 };
                 requestAnimationFrame(look);
               })"""
        )
        shares.append(took)
    # A page whose tab was held up may lose time (it does not jump), but never gains any.
    assert 0 < shares[0] < 0.12
    assert shares[0] < shares[1] < 1.2


def test_plus_and_minus_change_the_speed(player: Player) -> None:
    speed = player.root.get_by_role("combobox", name="Speed")
    speed.select_option("1×")
    player.page.evaluate("document.querySelector('.vipsim-replay').focus()")
    player.press("+")
    assert speed.evaluate("one => one.value") == "2×"
    player.press("-", "-")
    assert speed.evaluate("one => one.value") == "0.5×"


def test_the_keyboard_alone_reaches_a_frame_and_reads_its_fields(player: Player) -> None:
    """From loading to the fields of the announcement, without a mouse and without knowing where it is."""
    player.press("/")
    player.page.keyboard.type("announce")
    if player.listed == 0:
        player.press("Escape")
        player.page.keyboard.type("garp")
    player.press("Enter", "ArrowRight")
    assert player.selected is not None
    detail = player.panel("Selected")
    assert detail.inner_text().strip()


def test_every_control_is_reached_by_tab_and_shows_it(player: Player) -> None:
    reached, unseen = set(), []
    for _ in range(60):
        player.press("Tab")
        name, is_seen, is_again, is_outside = player.page.evaluate(
            """() => { const on = document.activeElement, style = getComputedStyle(on), before = on.__been;
                 on.__been = true;
                 return [on.getAttribute('aria-label') || on.textContent.trim().slice(0, 40),
                         style.outlineStyle !== 'none' || style.boxShadow !== 'none',
                         before === true, on === document.body]; }"""
        )
        if is_again or is_outside:
            break
        reached.add(name)
        unseen += [] if is_seen or not name else [name]
    for name in ("Play", "One event forward (Right)", "Speed", "Time of the run", "Events"):
        assert name in reached
    assert unseen == []


def test_the_help_tells_the_keys_and_holds_the_focus(player: Player) -> None:
    player.press("?")
    dialog = player.root.get_by_role("dialog", name="Keys")
    assert dialog.is_visible()
    for key in ("Space", "Page Up", "Home", "Shift"):
        assert dialog.get_by_text(key, exact=True).count()
    player.press("ArrowRight")
    assert player.selected is None
    player.press("Escape")
    assert not dialog.is_visible()
    player.press("ArrowRight")
    assert player.selected is not None


def test_a_link_opens_at_a_time(watch: Watch, pages: Pages) -> None:
    page = watch.open(pages(CRASH), place="#t=8.5s")
    assert Player(page).now == 8_500 * NS // 1000
