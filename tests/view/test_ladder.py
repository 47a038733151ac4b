"""The ladder joins hops, gathers probes, tells losses, and keeps the order of time."""

import pytest

from tests.view import drawn, runs
from vipsim.errors import VipsimError
from vipsim.trace import Level
from vipsim.units import MS, SECOND
from vipsim.view import plot_ladder
from vipsim.view.ladder import MOST_LANES, MOST_ROWS
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Echo, Frame, framed, gratuitous_request


def arrows(ax: object, kind: str, gid: str = "frame:") -> list[tuple[float, float, float]]:
    """(from lane, to lane, row) of the arrows of a kind."""
    found = []
    for patch in drawn.by_gid(ax, f"{gid}{kind}"):  # type: ignore[arg-type]
        (x0, y), (x1, _) = patch._posA_posB
        found.append((x0, x1, y))
    return found


def test_lanes_are_the_hosts_and_rows_the_times() -> None:
    ax = plot_ladder(runs.crash_run(2))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["db1", "db2", "app1", "app2"]
    times = [float(word) for word in drawn.lane_words(ax)]
    assert times == sorted(times)
    assert min(times) >= 3.5
    assert 8.109375 in times and 8.110375 in times
    assert "[s]" in ax.get_xlabel()
    assert "seed 7" in ax.get_title(loc="left")


def test_a_flooded_frame_is_one_row_with_an_arrow_to_each_receiver() -> None:
    ax = plot_ladder(runs.crash_run(2), kinds=["garp"])
    assert [(x0, x1) for x0, x1, _ in arrows(ax, "garp")] == [(1, 0), (1, 2), (1, 3)]
    assert len({row for _, _, row in arrows(ax, "garp")}) == 1
    assert drawn.words(ax, "label") == ["garp 192.168.1.219 is at 00:21:5A:DB:7F:C2"]


def test_every_advert_of_the_window_is_there() -> None:
    trace = runs.crash_run(1)
    ax = plot_ladder(trace, start="0s", end="20s", nodes=["db1", "db2"], kinds=["advert"])
    assert len(arrows(ax, "advert")) == len(trace.select("advert"))
    assert drawn.words(ax, "label").count("advert priority 150") == len(trace.select("advert", "db1"))


def test_probe_frames_are_gathered_between_other_rows() -> None:
    trace = runs.crash_run(1)
    ax = plot_ladder(trace, start="5s", end="8s")
    # one ping every 100 ms, none answered while db1 is dead and db2 still waits
    assert drawn.words(ax, "probes-text") == ["until 7.901 s: 30 probes to db1, ✗ 0 answers"]
    assert [list(line.get_xdata()) for line in drawn.by_gid(ax, "probes-lost")] == [[2, 0]]
    assert drawn.by_gid(ax, "probes-answered") == []
    whole = plot_ladder(trace, start="0s", end="4s", kinds=["echo-request", "echo-reply"])
    assert drawn.words(whole, "probes-text") == ["until 3.901 s: 40 probes to db1, 40 answers"]
    assert [(x0, x1) for x0, x1, _ in arrows(whole, "", "probes-answered")] == [(2, 0)]
    assert drawn.by_gid(whole, "probes-lost") == []
    assert arrows(whole, "echo-request") == []


def ping(client: int, to: str, seq: int, address: IPv4 = runs.VIP) -> Frame:
    echo = Echo(IPv4.parse(f"192.168.1.{client}"), address, 64, False, client, seq)
    return framed(runs.MACS[to], Mac(0x020000000000 + client), echo)


def pong(client: int, src: str, seq: int, address: IPv4 = runs.VIP) -> Frame:
    echo = Echo(address, IPv4.parse(f"192.168.1.{client}"), 64, True, client, seq)
    return framed(Mac(0x020000000000 + client), runs.MACS[src], echo)


def test_probes_stand_by_the_host_that_they_are_addressed_to() -> None:
    run = runs.Run(runs.crash_run(2).header)
    for seq in range(10):
        run.send("app1", seq * MS, ping(1, "db1", seq), [], "dropped: host is down")
        run.send("app2", seq * MS, ping(2, "db2", seq), ["db2"])
        if seq != 4:
            run.send("db2", seq * MS + 200_000, pong(2, "db2", seq), ["app2"])
    ax = plot_ladder(run.finish(SECOND), nodes=["db1", "db2", "app1", "app2"])
    assert drawn.words(ax, "probes-text") == [
        "until 0.009 s: 10 probes to db1, ✗ 0 answers",
        "until 0.009 s: 10 probes to db2, 9 answers (✗ 1 unanswered)",
    ]
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in drawn.by_gid(ax, "probes")]
    assert bars == [(0, 2), (1, 3)]
    assert [list(line.get_xdata()) for line in drawn.by_gid(ax, "probes-lost")] == [[2, 0]]
    assert arrows(ax, "", "probes-answered") == [(3, 1, 1.25)]


def test_an_answer_after_another_row_or_after_the_window_counts_for_its_probe() -> None:
    run = runs.Run(runs.crash_run(1).header)
    run.send("app1", SECOND, ping(1, "db1", 1), ["db1"])
    run.send("db1", SECOND + MS, gratuitous_request(runs.VIP, runs.MACS["db1"]), ["app1"])
    run.send("db1", SECOND + 2 * MS, pong(1, "db1", 1), ["app1"])
    run.send("app1", SECOND + 5 * MS, ping(1, "db1", 2), ["db1"])
    run.send("db1", SECOND + 8 * MS, pong(1, "db1", 2), ["app1"])
    trace = run.finish(2 * SECOND)
    ax = plot_ladder(trace, end=SECOND + 6 * MS, nodes=["db1", "app1"])
    assert drawn.words(ax, "probes-text") == [
        "until 1.000 s: 1 probe to db1, 1 answer",
        "until 1.005 s: 1 probe to db1, 1 answer",
    ]
    only = plot_ladder(trace, nodes=["db1", "app1"], kinds=["echo-reply"])
    assert drawn.words(only, "probes-text") == ["until 1.008 s: 0 probes to db1, 2 answers"]


def test_background_polls_are_left_out_and_counted() -> None:
    header = runs.crash_run(1).header
    header["scenario"]["nodes"]["db2"]["interfaces"]["bond0"]["address"] = "192.168.1.218/24"
    header["scenario"]["clients"]["poll"] = {"node": "app1", "target": "db2", "measured": False}
    run = runs.Run(header)
    for seq in range(5):
        run.send("app1", seq * MS, ping(1, "db1", seq), [], "dropped: host is down")
        run.send("app1", seq * MS + 100, ping(1, "db2", seq, runs.ADDRESSES["db2"]), ["db2"])
        run.send("db2", seq * MS + 500_000, pong(1, "db2", seq, runs.ADDRESSES["db2"]), ["app1"])
    ax = plot_ladder(run.finish(SECOND), nodes=["db1", "db2", "app1"])
    assert drawn.words(ax, "probes-text") == ["until 0.004 s: 5 probes to db1, ✗ 0 answers"]
    assert "5 background polls left out" in ax.get_xlabel()


def test_frames_after_the_window_do_not_join_those_in_it() -> None:
    run = runs.Run(runs.crash_run(1).header)
    frame = gratuitous_request(runs.VIP, runs.MACS["db2"])
    for number in range(5):
        run.send("db2", (1 + number) * SECOND, frame, ["app1"])
    ax = plot_ladder(run.finish(9 * SECOND), end="2.5s", nodes=["db2", "app1"])
    assert len(arrows(ax, "garp")) == 2


@pytest.mark.parametrize(
    ("target", "lane"),
    [
        ("sw1>app2", 3),
        ("app1>sw1", 2),
        ("sw1-app2", 3),
        ("db1-db2", 0.5),
        ("db2.bond0", 1),
        ("sw1", None),
        ("db1|db2,app1", None),
    ],
)
def test_a_fault_stands_on_the_lane_that_it_hits(target: str, lane: float | None) -> None:
    run = runs.Run(runs.crash_run(2).header)
    run.note(SECOND, "fault", target, word="drop", target=target, value="", phase="begin")
    ax = plot_ladder(run.finish(2 * SECOND), nodes=["db1", "db2", "app1", "app2"])
    (mark,) = drawn.by_gid(ax, "mark")
    across = [list(line.get_xdata()) for line in drawn.by_gid(ax, "mark-line")]
    if lane is None:
        assert across == [[0, 3]]
    else:
        assert mark.get_position()[0] == pytest.approx(lane, abs=0.3 if lane == 3 else 1e-9)
        assert across == []


def test_marks_say_what_happened_on_the_hosts() -> None:
    marks = drawn.words(plot_ladder(runs.crash_run(1)), "mark")
    assert marks == ["crash db1, loses 192.168.1.219", "db2: MASTER, takes 192.168.1.219"]


def test_lost_copies_are_crossed_out_with_the_reason() -> None:
    run = runs.Run(runs.crash_run(1).header)
    frame = gratuitous_request(runs.VIP, runs.MACS["db2"])
    run.send("db2", SECOND, frame, ["db1", "app1"])
    run.frames[-1] = (*run.frames[-1][:4], "lost")
    run.send("db1", 2 * SECOND, runs.who_has("db1", IPv4.parse("192.168.1.1")), [], "dropped: no carrier")
    ax = plot_ladder(run.finish(3 * SECOND), nodes=["db1", "db2", "app1"])
    assert drawn.words(ax, "label") == [
        "garp 192.168.1.219 is at 00:21:5A:DB:7F:C2 (✗ app1: lost)",
        "arp-request from .217: who has 192.168.1.1? (✗ no carrier)",
    ]
    assert [list(line.get_xdata()) for line in drawn.by_gid(ax, "lost:garp")] == [[1, 2]]
    assert [list(line.get_xdata()) for line in drawn.by_gid(ax, "lost:arp-request")] == [[0, 0.5]]
    assert [(x0, x1) for x0, x1, _ in arrows(ax, "garp")] == [(1, 0)]


def test_a_frame_lost_on_its_first_hop_points_at_the_host_that_it_was_for() -> None:
    run = runs.Run(runs.crash_run(1).header)
    reply = Arp(ArpOp.REPLY, runs.MACS["db1"], runs.VIP, runs.MACS["db2"], IPv4(1))
    run.send("db1", SECOND, framed(runs.MACS["db2"], runs.MACS["db1"], reply), [], "lost")
    ax = plot_ladder(run.finish(2 * SECOND), nodes=["app1", "db1", "db2"])
    assert drawn.words(ax, "label") == ["arp-reply 192.168.1.219 is at 00:21:5A:DB:68:E8 (✗ db2: lost)"]
    assert [list(line.get_xdata()) for line in drawn.by_gid(ax, "lost:arp-reply")] == [[1, 2]]


def test_of_many_hosts_those_with_a_daemon_come_first_and_the_rest_is_said() -> None:
    ax = plot_ladder(runs.crash_run(20))
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names[:2] == ["db1", "db2"]
    assert len(names) == MOST_LANES
    assert "(10 of 22 hosts)" in ax.get_title(loc="left")


def test_two_switches_are_one_hop_more_and_no_lane() -> None:
    header = runs.crash_run(1).header
    header["scenario"]["nodes"]["sw2"] = {"kind": "switch"}
    run = runs.Run(header)
    frame = gratuitous_request(runs.VIP, runs.MACS["db1"])
    hops = [("db1.bond0", "sw1.p1"), ("sw1.p9", "sw2.p9"), ("sw2.p1", "app1.bond0")]
    for index, (src, dst) in enumerate(hops):
        run.frames.append((src, dst, SECOND + index * MS, frame, "delivered"))
    ax = plot_ladder(run.finish(2 * SECOND), nodes=["db1", "app1"])
    assert [(x0, x1) for x0, x1, _ in arrows(ax, "garp")] == [(0, 1)]


def test_too_many_rows_are_cut_and_said() -> None:
    run = runs.Run(runs.crash_run(1).header)
    for number in range(100):
        run.send("db1", number * MS, runs.who_has("db1", IPv4(number + 1)), ["db2"])
    ax = plot_ladder(run.finish(SECOND))
    assert len(drawn.lane_words(ax)) == MOST_ROWS
    assert "40 more rows" in ax.get_xlabel()


@pytest.mark.parametrize("level", [Level.SUMMARY, Level.PROTOCOL])
def test_a_trace_without_frames_is_refused(level: Level) -> None:
    with pytest.raises(VipsimError, match=rf"level {level.name.lower()} and keeps no frames.*level frames"):
        plot_ladder(runs.crash_run(level=level))


def test_unknown_names_are_refused() -> None:
    trace = runs.crash_run(1)
    with pytest.raises(VipsimError, match="no host is called sw1; there are app1, db1, db2"):
        plot_ladder(trace, nodes=["db1", "sw1"])
    with pytest.raises(VipsimError, match="no kind of frame is called hello; there are advert, garp"):
        plot_ladder(trace, kinds=["hello"])
    with pytest.raises(VipsimError, match="at least one host"):
        plot_ladder(trace, nodes=[])


@pytest.mark.parametrize("clients", [1, 5])
def test_readable(clients: int) -> None:
    drawn.assert_readable(plot_ladder(runs.crash_run(clients, failback=True)))
