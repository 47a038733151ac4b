"""The timeline says what the trace says: states, ownership, adverts, announcements, silences, faults."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from matplotlib.axes import Axes

from tests.view import drawn, runs
from vipsim.errors import VipsimError
from vipsim.trace import Level, Trace
from vipsim.units import SECOND
from vipsim.view import plot_timeline
from vipsim.view.timeline import MOST_CLIENTS
from vipsim.wire.addresses import Mac
from vipsim.wire.codec import encode
from vipsim.wire.frames import gratuitous_request

RUNS = [
    pytest.param({"clients": 1}, id="one client"),
    pytest.param({"clients": 5, "censored": ("app3",)}, id="five, one censored"),
    pytest.param({"clients": 2, "failback": True}, id="crash and failback"),
    pytest.param({"clients": 15}, id="fifteen clients"),
    pytest.param({"clients": 0}, id="no client"),
]


@pytest.mark.parametrize("how", RUNS)
def test_bars_are_the_states_of_the_trace(how: dict[str, object]) -> None:
    trace = runs.crash_run(**how)  # type: ignore[arg-type]
    ax = plot_timeline(trace)
    for (node, machine), intervals in trace.states().items():
        for state in ("MASTER", "BACKUP", "INIT", "FAULT"):
            expected = [(drawn.seconds(a), drawn.seconds(b)) for a, b, name in intervals if name == state]
            assert drawn.spans(ax, f"state:{node}:{machine}:{state}") == expected
    for vip, owners in trace.owners().items():
        for node in ("db1", "db2"):
            expected = [(drawn.seconds(a), drawn.seconds(b)) for a, b, owner in owners if owner == node]
            assert drawn.spans(ax, f"owner:{node}:{vip}") == expected


def test_a_dead_daemon_is_down_until_its_host_is_back() -> None:
    ax = plot_timeline(runs.crash_run(failback=True))
    assert drawn.spans(ax, "state:db1:vrrp 51:down") == [(5.0, 12.0)]
    assert drawn.by_gid(ax, "state:db2:vrrp 51:down") == []


def daemon_run(*faults: tuple[str, str, str]) -> Trace:
    """Each (fault on db1, phase, what its daemon does then or nothing), two seconds apart."""
    run = runs.Run({"name": "daemon", "seed": 1})
    run.note(0, "state", "db1", machine="m", old="INIT", new="BACKUP", why="")
    for number, (word, phase, act) in enumerate(faults, start=1):
        time = 2 * number * SECOND
        run.note(time, "fault", "db1", word=word, target="db1", value="", phase=phase)
        if act:
            run.note(time, "daemon", "db1", act=act)
        if act == "start":
            run.note(time, "state", "db1", machine="m", old="INIT", new="BACKUP", why="")
    return run.finish(20 * SECOND)


@pytest.mark.parametrize(
    ("faults", "stopped", "down"),
    [
        ([("stop", "begin", "stop"), ("restart", "begin", "start")], [(2, 4)], []),
        ([("kill", "begin", "kill")], [(2, 20)], []),
        ([("crash", "begin", "kill"), ("reboot", "begin", "start")], [], [(2, 4)]),
        ([("power", "begin", "kill"), ("power", "end", "start")], [], [(2, 4)]),
        ([("kill", "begin", "kill"), ("crash", "begin", "")], [(2, 4)], [(4, 20)]),
    ],
)
def test_a_stopped_daemon_is_told_from_a_dead_machine(
    faults: list[tuple[str, str, str]], stopped: list[tuple[int, int]], down: list[tuple[int, int]]
) -> None:
    ax = plot_timeline(daemon_run(*faults))
    assert drawn.spans(ax, "state:db1:m:daemon stopped") == stopped
    assert drawn.spans(ax, "state:db1:m:down") == down
    assert ("daemon stopped" in drawn.legend_words(ax)) == bool(stopped)
    assert ("down" in drawn.legend_words(ax)) == bool(down)


def test_a_frozen_daemon_keeps_its_state_and_says_so() -> None:
    run = runs.Run({"name": "hang", "seed": 1})
    run.note(0, "state", "db1", machine="m", old="INIT", new="MASTER", why="")
    run.note(2 * SECOND, "daemon", "db1", act="freeze")
    run.note(3 * SECOND, "daemon", "db1", act="thaw")
    ax = plot_timeline(run.finish(10 * SECOND))
    assert drawn.spans(ax, "state:db1:m:MASTER") == [(0.0, 2.0), (3.0, 10.0)]
    assert drawn.spans(ax, "state:db1:m:MASTER:frozen") == [(2.0, 3.0)]
    assert "frozen" in drawn.legend_words(ax)


@pytest.mark.parametrize("how", RUNS)
def test_silences_and_their_lengths_are_the_metrics(how: dict[str, object]) -> None:
    trace = runs.crash_run(**how)  # type: ignore[arg-type]
    ax = plot_timeline(trace)
    lanes = drawn.lane_words(ax)
    for client, summary in trace.metrics.clients.items():
        if client not in [label.partition("\n")[0] for label in lanes]:
            continue
        ends = [(last, trace.duration if first is None else first) for last, first in summary.silences]
        expected = [(drawn.seconds(last), drawn.seconds(first)) for last, first in ends]
        assert drawn.spans(ax, f"silence:{client}") == expected
        for (last, first), (_, end) in zip(ends, summary.silences, strict=True):
            text = f"{'> ' if end is None else ''}{(first - last) / SECOND:.3f} s"
            assert text in drawn.words(ax, "length")
        if len(ends) > 1:
            assert f"{client}\n{len(ends)} silences\n{summary.blackout / SECOND:.3f} s" in lanes


def test_a_censored_client_reads_as_longer_than() -> None:
    ax = plot_timeline(runs.crash_run(5, censored=("app3",)))
    assert "> 15.003 s" in drawn.words(ax, "length")
    assert drawn.spans(ax, "silence:app3") == [(4.997, 20.0)]


def test_ticks_diamonds_and_fault_lines_stand_at_the_records_times() -> None:
    trace = runs.crash_run(2, failback=True)
    ax = plot_timeline(trace)
    for node in ("db1", "db2"):
        (ticks,) = drawn.by_gid(ax, f"adverts:{node}:vrrp 51")
        xs = [segment[0][0] for segment in ticks.get_segments()]
        assert xs == [drawn.seconds(record.time) for record in trace.select("advert", node)]
        (diamonds,) = drawn.by_gid(ax, f"announcements:{node}")
        announced = [drawn.seconds(record.time) for record in trace.select("announce", node)]
        assert list(diamonds.get_xdata()) == announced
    assert [line.get_xdata()[0] for line in drawn.by_gid(ax, "fault")] == [5.0, 12.0]
    assert drawn.words(ax, "fault-label") == ["crash db1 (5.000 s)", "reboot db1 (12.000 s)"]


def test_the_bytes_of_a_forged_frame_are_counted_not_shown() -> None:
    run = runs.Run({"name": "forged", "seed": 1})
    run.note(SECOND, "state", "db1", machine="m", old="INIT", new="MASTER", why="")
    run.note(3 * SECOND, "fault", "", word="inject", target="app2", value="ff" * 42, phase="begin")
    ax = plot_timeline(run.finish(10 * SECOND))
    assert drawn.words(ax, "fault-label") == ["inject app2 (42 bytes) (3.000 s)"]


def test_a_forged_announcement_says_what_it_claims() -> None:
    frame = gratuitous_request(runs.VIP, Mac.parse("02:00:00:00:00:66"))
    run = runs.Run({"name": "forged", "seed": 1})
    run.note(SECOND, "state", "db1", machine="m", old="INIT", new="MASTER", why="")
    run.note(3 * SECOND, "fault", "", word="inject", target="app2", value=encode(frame).hex(), phase="begin")
    ax = plot_timeline(run.finish(10 * SECOND))
    assert drawn.words(ax, "fault-label") == ["forged ARP from app2: .219 is at …:66 (3.000 s)"]


def test_clients_stand_in_the_order_of_the_scenario() -> None:
    header = runs.crash_run(0).header
    header["scenario"]["clients"] = {
        name: {"node": name, "target": "service", "interval": "10ms", "measured": True}
        for name in ("carol", "alice", "bob")
    }
    run = runs.Run(header)
    run.note(0, "state", "db1", machine="m", old="INIT", new="MASTER", why="")
    assert drawn.lane_words(plot_timeline(run.finish(SECOND))) == ["faults", "db1", "carol", "alice", "bob"]


def test_labels_carry_unit_seed_and_duration() -> None:
    ax = plot_timeline(runs.crash_run(seed=42))
    assert "[s]" in ax.get_xlabel()
    assert "seed 42" in ax.get_title(loc="left")
    assert "20s" in ax.get_title(loc="left")
    assert ax.get_xlim() == (0.0, 20.0)
    assert {"MASTER", "BACKUP", "down", "advert", "silence"} <= set(drawn.legend_words(ax))


def test_a_window_cuts_what_is_outside() -> None:
    trace = runs.crash_run(2, failback=True)
    ax = plot_timeline(trace, start="4s", end="9s")
    assert ax.get_xlim() == (4.0, 9.0)
    assert drawn.spans(ax, "state:db1:vrrp 51:MASTER") == [(4.0, 5.0)]
    assert len(drawn.by_gid(ax, "fault")) == 1
    with pytest.raises(VipsimError, match="no part of the run lies from 20s to 20s: it lasts 20s"):
        plot_timeline(trace, start="20s")


def test_of_many_clients_the_worst_are_shown_in_order_and_the_rest_is_said() -> None:
    ax = plot_timeline(runs.crash_run(15))
    shown = [word for word in drawn.lane_words(ax) if word.startswith("app")]
    assert len(shown) == MOST_CLIENTS
    assert all(int(a[3:]) < int(b[3:]) for a, b in pairwise(shown))
    assert "app1" not in shown and "app15" in shown
    assert "3 more clients" in ax.get_xlabel()


def test_many_short_silences_are_drawn_but_not_all_labelled() -> None:
    trace = runs.crash_run(1)
    run = runs.Run(trace.header)
    for record in trace.records:
        run.note(record.time, record.kind, record.node, **record.data)
    for number in range(60):
        last = 10 * SECOND + number * SECOND // 10
        run.note(last + 20_000_000, "gap", "app1", client="app1", last=last, first=last + 20_000_000, lost=1)
    ax = plot_timeline(run.finish(20 * SECOND))
    assert len(drawn.spans(ax, "silence:app1")) == 61
    assert [word for word in drawn.words(ax, "length") if word.endswith(" s")] == ["3.116 s"]
    assert any("61 silences" in word for word in drawn.lane_words(ax))


@pytest.mark.parametrize("how", RUNS)
def test_readable(how: dict[str, object]) -> None:
    drawn.assert_readable(plot_timeline(runs.crash_run(**how)))  # type: ignore[arg-type]


def test_readable_with_faults_close_together() -> None:
    run = runs.Run({"name": "storm", "seed": 1})
    run.note(0, "state", "db1", machine="m", old="INIT", new="MASTER", why="")
    for number in range(12):
        run.note(SECOND + number * SECOND // 5, "fault", "db1", word="crash", target=f"db{number}")
    run.note(19_900_000_000, "fault", "db1", word="drop", target="db1", value="advert 30%")
    ax = plot_timeline(run.finish(20 * SECOND))
    drawn.assert_readable(ax)
    assert len(drawn.by_gid(ax, "fault")) == len(drawn.words(ax, "fault-label")) == 13
    assert_no_label_on_a_line(ax)


def assert_no_label_on_a_line(ax: Axes) -> None:
    """No fault's label lies on the line of any fault."""
    lines = [line.get_window_extent() for line in drawn.by_gid(ax, "fault")]
    for label in drawn.by_gid(ax, "fault-label"):
        box = label.get_window_extent()
        for line in lines:
            across = line.x0 < box.x1 and box.x0 < line.x1
            assert not (across and line.y0 < box.y1 and box.y0 < line.y1), label.get_text()


@pytest.mark.parametrize("seed", range(12))
def test_every_fault_and_end_has_a_label_that_no_line_crosses(seed: int) -> None:
    stream = random.Random(seed)
    run = runs.Run({"name": "storm", "seed": 1})
    run.note(0, "state", "db1", machine="m", old="INIT", new="MASTER", why="")
    for _ in range(8):
        word, phase = stream.choice(["crash", "drop"]), stream.choice(["begin", "end"])
        time = stream.choice([stream.randrange(20 * SECOND), 7 * SECOND, 19 * SECOND])
        target = stream.choice(["db1", "sw1>app1", "db1|db2,app1,app2,app3"])
        run.note(time, "fault", target, word=word, target=target, value="", phase=phase)
    ax = plot_timeline(run.finish(20 * SECOND))
    drawn.assert_readable(ax)
    assert len(drawn.words(ax, "fault-label")) == 8
    assert_no_label_on_a_line(ax)


def test_of_hundreds_of_faults_some_have_no_label_and_that_is_said() -> None:
    run = runs.Run({"name": "flapping", "seed": 1})
    run.note(0, "state", "db1", machine="m", old="INIT", new="MASTER", why="")
    for number in range(300):
        run.note(number * SECOND // 20, "fault", "db1", word="link_down", target="db1", phase="begin")
    ax = plot_timeline(run.finish(20 * SECOND))
    drawn.assert_readable(ax)
    labels = len(drawn.words(ax, "fault-label"))
    assert labels >= 10
    assert f"({300 - labels} faults without a label)" in ax.get_xlabel()
    assert_no_label_on_a_line(ax)


def test_a_trace_without_records_is_refused() -> None:
    with pytest.raises(VipsimError, match="level summary"):
        plot_timeline(runs.crash_run(level=Level.SUMMARY))


def test_a_trace_with_a_strange_header_is_drawn() -> None:
    trace = runs.crash_run()
    bare = Trace({"scenario": ["no mapping"]}, Level.PROTOCOL, trace.duration, trace.records)
    ax = plot_timeline(bare)
    assert drawn.spans(ax, "state:db2:vrrp 51:MASTER") == [(8.109375, 20.0)]
    named = [replace(record, node="$a_{") if record.node == "db1" else record for record in trace.records]
    drawn.assert_readable(plot_timeline(Trace(trace.header, Level.PROTOCOL, trace.duration, named)))
