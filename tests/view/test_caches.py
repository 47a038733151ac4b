"""The picture of the caches says what the records say: who believed what, who owned it, who was silent."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from tests.view import drawn, runs
from tests.view.test_style import luminance
from tests.view.test_timeline import assert_no_label_on_a_line
from vipsim.errors import VipsimError
from vipsim.trace import Level, Trace
from vipsim.units import MS, SECOND
from vipsim.view import plot_caches
from vipsim.view.belief_lanes import HATCHES
from vipsim.view.caches import MOST_HOSTS
from vipsim.wire.addresses import IPv4, Mac

A, B = runs.MACS["db1"], runs.MACS["db2"]
OTHER = Mac.parse("02:00:00:00:00:66")
VIRTUAL = Mac.parse("00:00:5E:00:01:33")
TAKEN = runs.MASTER / SECOND
Step = tuple[float, str, Mac | None]
SILENT: list[Step] = [
    (0.1, "INCOMPLETE", None),
    (0.2, "REACHABLE", A),
    (6.0, "STALE", A),
    (7.0, "DELAY", A),
    (12.0, "PROBE", A),
    (15.0, "FAILED", None),
    (16.0, "INCOMPLETE", None),
    (18.0, "REACHABLE", B),
]
ANNOUNCED: list[Step] = [(0.2, "REACHABLE", A), (8.5, "STALE", B), (9.0, "DELAY", B), (14.0, "REACHABLE", B)]


def story(
    hosts: dict[str, list[Step]],
    ports: list[tuple[float, str, Mac, str | None]] = (),  # type: ignore[assignment]
    gaps: list[tuple[str, str, float, float | None]] = (),  # type: ignore[assignment]
    links: dict[str, str] | None = None,
) -> runs.Run:
    """The crash at 5 s with its takeover, and what these hosts and switches believed meanwhile.

    `hosts` are entries of the VIP, `ports` (time, switch, MAC, port), `gaps` (host, client, last, first).
    """
    crash = runs.crash_run(len(hosts), level=Level.PROTOCOL)
    run = runs.Run(crash.header, Level.PROTOCOL)
    scenario = run.header["scenario"]
    scenario["nodes"] |= {switch: {"kind": "switch"} for _, switch, _, _ in ports}
    ends = links or {"sw1.p1": "db1.bond0", "sw1.p2": "db2.bond0"}
    scenario["links"] = [{"ends": [one, other]} for one, other in ends.items()]
    for record in crash.records:
        if record.kind != "gap":
            run.note(record.time, record.kind, record.node, **record.data)
    for host, steps in hosts.items():
        for time, state, mac in steps:
            believe(run, host, time, state, mac)
    for time, switch, mac, port in ports:
        run.note(ns(time), "fdb", switch, mac=mac, old_port=None, port=port)
    for host, client, last, first in gaps:
        end = None if first is None else ns(first)
        run.note(end or 20 * SECOND, "gap", host, client=client, last=ns(last), first=end, lost=9)
    return run


def believe(run: runs.Run, host: str, time: float, state: str, mac: Mac | None, **more: Any) -> None:
    data = {"ip": runs.VIP, "iface": "bond0", "old": "", "new": state, "old_lladdr": None, "lladdr": mac}
    run.note(ns(time), "neighbor", host, **data | more)


def ns(time: float) -> int:
    return round(time * 1000) * MS


def picture(*args: Any, **how: Any) -> Axes:
    return plot_caches(story(*args, **how).finish(20 * SECOND))


def color(ax: Axes, gid: str) -> str:
    (bars, *_) = drawn.by_gid(ax, gid)
    return to_hex(bars.get_facecolor()[0])


def test_a_lane_per_owner_host_and_switch_in_the_order_of_the_scenario() -> None:
    ax = picture({"app1": SILENT, "app2": ANNOUNCED}, [(0.1, "sw1", A, "p1"), (0.1, "sw2", A, "p1")])
    assert drawn.lane_words(ax) == [
        "faults",
        "owner of\n192.168.1.219",
        "app1",
        "app2",
        "sw1\nsends to",
        "sw2\nsends to",
    ]
    places = ax.get_yticks()
    assert all(b - a > 0.3 for a, b in pairwise(places))


def test_a_switch_that_never_heard_of_the_address_is_left_out() -> None:
    ports = [(0.1, "sw1", A, "p1"), (0.1, "sw2", OTHER, "p1")]
    assert drawn.lane_words(picture({"app1": SILENT}, ports))[2:] == ["app1", "sw1\nsends to"]
    assert drawn.lane_words(picture({"app1": SILENT}, ports[1:]))[2:] == ["app1"]
    trace = story({"app1": SILENT}, ports).finish(20 * SECOND)
    assert drawn.lane_words(plot_caches(trace, nodes=["sw2"]))[2:] == ["sw2\nsends to"]


def test_bars_are_the_intervals_of_the_records() -> None:
    ax = picture({"app1": SILENT, "app2": ANNOUNCED})
    assert drawn.spans(ax, "belief:app1:db1:REACHABLE") == [(0.2, 6)]
    assert drawn.spans(ax, "belief:app1:db1:STALE") == [(6, 7)]
    assert drawn.spans(ax, "belief:app1:db1:DELAY") == [(7, 12)]
    assert drawn.spans(ax, "belief:app1:db1:PROBE") == [(12, 15)]
    assert drawn.spans(ax, "belief:app1::FAILED") == [(15, 16)]
    assert drawn.spans(ax, "belief:app1::INCOMPLETE") == [(0.1, 0.2), (16, 18)]
    assert drawn.spans(ax, "belief:app1:db2:REACHABLE") == [(18, 20)]
    assert drawn.spans(ax, "belief:app2:db2:STALE") == [(8.5, 9)]
    assert drawn.spans(ax, "owner:db1") == [(0, 5)]
    assert drawn.spans(ax, "nobody") == [(5, TAKEN)]
    assert drawn.spans(ax, "owner:db2") == [(TAKEN, 20)]


def test_entries_of_other_addresses_are_not_drawn() -> None:
    run = story({"app1": [(1.0, "REACHABLE", A)]})
    believe(run, "app1", 3.0, "REACHABLE", B, ip=runs.ADDRESSES["db2"])
    ax = plot_caches(run.finish(20 * SECOND))
    assert drawn.spans(ax, "belief:app1:db1:REACHABLE") == [(1, 20)]
    assert drawn.by_gid(ax, "belief:app1:db2:REACHABLE") == []


def test_a_removed_entry_leaves_a_hole_and_a_dead_host_believes_nothing() -> None:
    run = story({"app1": [(1.0, "REACHABLE", A), (6.0, "NONE", None)], "app2": [(1.0, "REACHABLE", A)]})
    run.note(9 * SECOND, "fault", "app2", word="power", target="app2", value="", phase="begin")
    believe(run, "app2", 12.0, "REACHABLE", B)
    ax = plot_caches(run.finish(20 * SECOND))
    assert drawn.spans(ax, "belief:app1:db1:REACHABLE") == [(1, 6)]
    assert drawn.spans(ax, "belief:app2:db1:REACHABLE") == [(1, 9)]
    assert drawn.spans(ax, "belief:app2:db2:REACHABLE") == [(12, 20)]
    assert "no entry" in drawn.legend_words(ax)


def test_the_color_is_the_node_and_the_shade_and_hatch_are_the_state() -> None:
    ax = picture({"app1": SILENT, "app2": ANNOUNCED}, [(0.1, "sw1", A, "p1"), (0.1, "sw1", B, "p2")])
    for node in ("db1", "db2"):
        same = [f"owner:{node}", f"belief:app1:{node}:REACHABLE", f"port:sw1:{node}"]
        assert len({color(ax, gid) for gid in same}) == 1
    assert color(ax, "owner:db1") != color(ax, "owner:db2")
    unsure = [f"belief:app1:db1:{state}" for state in ("STALE", "DELAY", "PROBE")]
    assert len({color(ax, gid) for gid in unsure}) == 1
    assert color(ax, unsure[0]) not in (color(ax, "owner:db1"), color(ax, "belief:app2:db2:STALE"))
    hatches = [drawn.by_gid(ax, gid)[0].get_hatch() for gid in unsure]
    assert len(set(hatches)) == 3


def test_without_color_states_differ_by_hatch_or_shade() -> None:
    ax = picture({"app1": [(1.0 + index, state, A) for index, state in enumerate(HATCHES)]})
    looks = set()
    for state in HATCHES:
        # A failed entry may remember a MAC; nothing is sent to it.
        who = "" if state in ("INCOMPLETE", "FAILED") else "db1"
        (bars,) = drawn.by_gid(ax, f"belief:app1:{who}:{state}")
        looks.add((bars.get_hatch(), luminance(to_hex(bars.get_facecolor()[0]))))
    assert len(looks) == len(HATCHES)


def test_the_legend_names_nodes_and_states_that_are_there() -> None:
    words = drawn.legend_words(picture({"app1": SILENT}))
    assert {"db1", "db2", "REACHABLE", "STALE", "DELAY", "PROBE", "INCOMPLETE", "FAILED"} <= set(words)
    assert words[:2] == ["db1", "db2"]
    assert "nobody owns it" in words and any("announcement" in word for word in words)
    words = drawn.legend_words(picture({"app1": [(0.0, "REACHABLE", A), (18.0, "REACHABLE", B)]}))
    assert not {"STALE", "DELAY", "PROBE", "FAILED", "no entry"} & set(words)


def test_the_legend_leaves_out_what_is_too_short_to_be_seen() -> None:
    ax = picture({"app1": [(1.0, "INCOMPLETE", None), (1.001, "REACHABLE", A)]})
    assert drawn.spans(ax, "belief:app1::INCOMPLETE") == [(1, 1.001)]
    assert "INCOMPLETE" not in drawn.legend_words(ax)


def test_a_virtual_mac_and_a_stranger_s_are_told_apart() -> None:
    ax = picture({"app1": [(1.0, "REACHABLE", VIRTUAL), (3.0, "STALE", OTHER), (9.0, "REACHABLE", A)]})
    assert drawn.spans(ax, "belief:app1:virtual MAC:REACHABLE") == [(1, 3)]
    assert drawn.spans(ax, "belief:app1:…:00:66:STALE") == [(3, 9)]
    assert {"virtual MAC", "…:00:66"} <= set(drawn.legend_words(ax))
    colors = [color(ax, f"belief:app1:{who}:REACHABLE") for who in ("virtual MAC", "db1")]
    assert len(set(colors)) == 2


def test_two_owners_at_once_share_the_lane() -> None:
    run = story({"app1": SILENT})
    run.note(10 * SECOND, "vip", "db1", vip=runs.VIP, iface="bond0", act="acquire", lladdr=A)
    run.note(13 * SECOND, "vip", "db2", vip=runs.VIP, iface="bond0", act="release", lladdr=B)
    ax = plot_caches(run.finish(20 * SECOND))
    assert drawn.spans(ax, "owner:db1") == [(0, 5), (10, 13), (13, 20)]
    assert drawn.spans(ax, "owner:db2") == [(TAKEN, 10), (10, 13)]
    shares = [
        sorted(path.get_extents().intervaly)
        for node in ("db1", "db2")
        for bars in drawn.by_gid(ax, f"owner:{node}")
        for path in bars.get_paths()
        if path.get_extents().x0 == 10
    ]
    assert len(shares) == 2
    assert shares[0][1] <= shares[1][0] + 1e-9 or shares[1][1] <= shares[0][0] + 1e-9


def test_a_switch_is_asked_about_the_macs_in_the_caches_and_not_about_the_owner_s() -> None:
    ports = [(0.1, "sw1", A, "p1"), (0.3, "sw1", B, "p2"), (1.0, "sw1", OTHER, "p1")]
    ax = picture({"app1": SILENT}, [*ports, (6.5, "sw1", A, None), (8.5, "sw1", A, "p1")])
    # db2 owns the address from 8.109 s on, but the only host sends to A until it knows better at 18 s.
    assert drawn.spans(ax, "port:sw1:db1") == [(0.2, 6.5), (8.5, 15)]
    assert drawn.spans(ax, "port:sw1:db2") == [(18, 20)]
    assert drawn.spans(ax, "flooded:sw1") == [(6.5, 8.5)]
    assert "p1 to db1" in drawn.words(ax, "who") and "p2 to db2" in drawn.words(ax, "who")


def test_hosts_that_believe_in_different_macs_share_the_switch_s_height() -> None:
    ports = [(0.1, "sw1", A, "p1"), (0.1, "sw1", B, "p2")]
    ax = picture({"app1": SILENT, "app2": ANNOUNCED}, ports)

    def boxes(gid: str) -> list[tuple[float, float, float]]:
        extents = [path.get_extents() for bars in drawn.by_gid(ax, gid) for path in bars.get_paths()]
        return [(box.x0, box.x1, round(box.y1 - box.y0, 6)) for box in extents]

    whole, half = 0.42, 0.21
    assert boxes("port:sw1:db1") == [(0.2, 8.5, whole), (8.5, 15, half)]
    assert boxes("port:sw1:db2") == [(8.5, 15, half), (15, 20, whole)]
    assert "p1 to db1" in drawn.words(ax, "who") and "p2 to db2" in drawn.words(ax, "who")
    assert not drawn.by_gid(ax, "flooded:sw1")


def test_a_crashed_host_sends_to_no_mac() -> None:
    run = story({"app1": [(0.2, "REACHABLE", A)]}, [(0.1, "sw1", A, "p1")])
    run.note(9 * SECOND, "fault", "app1", word="crash", target="app1", value="", phase="begin")
    assert drawn.spans(plot_caches(run.finish(20 * SECOND)), "port:sw1:db1") == [(0.2, 9)]


def test_a_switch_is_followed_through_the_next_one() -> None:
    links = {"sw1.p9": "sw2.p9", "sw2.p1": "db1.bond0", "sw1.p2": "db2.bond0"}
    ports = [(0.1, "sw1", A, "p9"), (2.0, "sw2", A, "p1"), (3.0, "sw2", A, None), (4.0, "sw2", A, "p9")]
    ax = picture({"app1": SILENT}, ports, links=links)
    assert drawn.spans(ax, "port:sw1:db1") == [(2, 3)]
    assert drawn.spans(ax, "port:sw2:db1") == [(2, 3)]
    # sw2 does not know the MAC and floods, or has it back toward sw1: the frame reaches nobody in particular.
    assert drawn.spans(ax, "flooded:sw2")[1] == (3, 4)
    # sw1 itself knows the way, and says so; it floods for the MAC of db2 only, which no switch ever heard.
    assert drawn.spans(ax, "port:sw1:p9 to sw2") == [(0.2, 2), (3, 4)]
    assert drawn.spans(ax, "flooded:sw1") == [(18, 20)]


def test_an_owner_whom_no_cache_believes_in_is_not_whom_the_switch_is_asked_about() -> None:
    run = story({"app1": SILENT}, [(0.1, "sw1", A, "p1"), (0.1, "sw1", B, "p2")])
    run.note(16 * SECOND, "vip", "db1", vip=runs.VIP, iface="bond0", act="acquire", lladdr=A)
    ax = plot_caches(run.finish(20 * SECOND))
    assert drawn.spans(ax, "port:sw1:db1") == [(0.2, 15)]
    assert drawn.spans(ax, "port:sw1:db2") == [(18, 20)]


def test_ports_that_forward_nothing_stand_below_their_switch() -> None:
    run = story({"app1": SILENT}, [(0.1, "sw1", A, "p1")])
    steps = [(4, "DISABLED"), (6, "LISTENING"), (8, "LEARNING"), (10, "FORWARDING")]
    old = "FORWARDING"
    for time, new in steps:
        run.note(time * SECOND, "port", "sw1", port="p2", old=old, new=new, why="")
        run.note(time * SECOND, "port", "sw1", port="p7", old=old, new=new, why="")
        old = new
    run.note(3 * SECOND, "port", "sw1", port="p9", old="LEARNING", new="FORWARDING", why="")
    ax = plot_caches(run.finish(20 * SECOND))
    for port in ("p2", "p7"):
        assert drawn.spans(ax, f"shut:sw1:{port}:DISABLED") == [(4, 6)]
        assert drawn.spans(ax, f"shut:sw1:{port}:LISTENING") == [(6, 8)]
        assert drawn.spans(ax, f"shut:sw1:{port}:LEARNING") == [(8, 10)]
    assert drawn.spans(ax, "shut:sw1:p9:LEARNING") == [(0, 3)]
    assert "port forwards nothing" in drawn.legend_words(ax)
    (first,), (second,) = drawn.by_gid(ax, "shut:sw1:p2:DISABLED"), drawn.by_gid(ax, "shut:sw1:p7:DISABLED")
    # db2 is behind p2: what matters for the address stands nearest to it.
    assert first.get_paths()[0].get_extents().y1 <= second.get_paths()[0].get_extents().y0 + 0.05
    drawn.assert_readable(ax)


def test_silences_stand_below_their_host_and_say_whose_they_are() -> None:
    gaps = [("app1", "app1", 4.5, 18.0), ("app1", "one-way", 4.9, 13.0), ("app2", "app2", 4.0, None)]
    ax = picture({"app1": SILENT, "app2": ANNOUNCED}, gaps=gaps)
    assert drawn.spans(ax, "silence:app1") == [(4.5, 18)]
    assert drawn.spans(ax, "silence:one-way") == [(4.9, 13)]
    assert drawn.spans(ax, "silence:app2") == [(4, 20)]
    assert {"app1 13.500 s", "one-way 8.100 s", "> 16.000 s"} <= set(drawn.words(ax, "length"))


def test_silences_of_clients_of_another_address_are_left_out() -> None:
    run = story({"app1": SILENT}, gaps=[("app1", "app1", 4.5, 18.0), ("app1", "polls", 4.5, 18.0)])
    run.header["scenario"]["clients"]["polls"] = {"node": "app1", "target": "db1"}
    ax = plot_caches(run.finish(20 * SECOND))
    assert drawn.spans(ax, "silence:app1") == [(4.5, 18)]
    assert drawn.by_gid(ax, "silence:polls") == []


def test_silences_of_clients_that_go_through_the_address_as_their_gateway_count() -> None:
    run = story({"app1": SILENT}, gaps=[("app1", "app1", 4.5, 18.0), ("app1", "near", 4.5, 18.0)])
    scenario = run.header["scenario"]
    networks = {"app1": "192.168.1.5/24", "db1": "192.168.1.217/24", "away": "10.0.0.1/24"}
    for node, address in networks.items():
        scenario["nodes"][node] = {"interfaces": {"bond0": {"address": address, "mac": str(A)}}}
    scenario["nodes"]["app1"] = {"interfaces": {"bond0": {"address": "192.168.1.5/24"}}, "gateway": "service"}
    scenario["clients"] = {
        "app1": {"node": "app1", "target": "away"},
        "near": {"node": "app1", "target": "db1"},
    }
    ax = plot_caches(run.finish(20 * SECOND))
    assert drawn.spans(ax, "silence:app1") == [(4.5, 18)]
    assert drawn.by_gid(ax, "silence:near") == []


def test_announcements_and_faults_are_marked() -> None:
    ax = picture({"app1": SILENT})
    (line,) = drawn.by_gid(ax, "announcements:db2")
    assert list(line.get_xdata()) == [(runs.MASTER + MS) / SECOND]
    assert drawn.words(ax, "fault-label") == ["crash db1 (5.000 s)"]


def test_nodes_chooses_the_lanes() -> None:
    trace = story({"app1": SILENT, "app2": ANNOUNCED}, [(0.1, "sw1", A, "p1")]).finish(20 * SECOND)
    assert drawn.lane_words(plot_caches(trace, nodes=["sw1", "app2"]))[2:] == ["sw1\nsends to", "app2"]
    assert drawn.lane_words(plot_caches(trace, nodes=["db2"]))[2:] == ["db2"]
    with pytest.raises(
        VipsimError, match=r"no node of the trace is called 'app9': known are app1, app2, db1"
    ):
        plot_caches(trace, nodes=["app9"])


def test_a_host_with_two_interfaces_has_two_lanes() -> None:
    run = story({"app1": SILENT})
    believe(run, "app1", 3.0, "REACHABLE", B, iface="eth1")
    ax = plot_caches(run.finish(20 * SECOND))
    assert drawn.lane_words(ax)[2:4] == ["app1.bond0", "app1.eth1"]
    assert drawn.spans(ax, "belief:app1.eth1:db2:REACHABLE") == [(3, 20)]


@pytest.mark.parametrize(
    ("around", "limits"),
    [
        (None, (0, 20)),
        (("4s", "9s"), (4, 9)),
        ((None, 3 * SECOND), (0, 3)),
        (("12s", None), (12, 20)),
        ("5s", (3, 15)),
        (SECOND, (0, 11)),
    ],
)
def test_around(around: Any, limits: tuple[float, float]) -> None:
    trace = story({"app1": SILENT}).finish(20 * SECOND)
    assert plot_caches(trace, around=around).get_xlim() == limits


def test_a_window_cuts_what_is_outside() -> None:
    ax = plot_caches(story({"app1": SILENT}).finish(20 * SECOND), around=("8s", "13s"))
    assert drawn.spans(ax, "belief:app1:db1:DELAY") == [(8, 12)]
    assert drawn.by_gid(ax, "belief:app1:db1:STALE") == []
    with pytest.raises(VipsimError, match="no part of the run lies from 20s to 20s"):
        plot_caches(story({"app1": SILENT}).finish(20 * SECOND), around=("20s", None))


def two_vips() -> Trace:
    run = story({"app1": SILENT})
    run.header["scenario"]["vips"]["spare"] = "192.168.1.220/24"
    believe(run, "app1", 4.0, "REACHABLE", B, ip=IPv4.parse("192.168.1.220"))
    return run.finish(20 * SECOND)


@pytest.mark.parametrize("vip", ["spare", "192.168.1.220", IPv4.parse("192.168.1.220")])
def test_a_virtual_address_is_chosen_by_name_or_number(vip: Any) -> None:
    ax = plot_caches(two_vips(), vip)
    assert "192.168.1.220 (spare)" in ax.get_title(loc="left")
    assert drawn.spans(ax, "belief:app1:db2:REACHABLE") == [(4, 20)]
    assert drawn.by_gid(ax, "belief:app1:db1:REACHABLE") == []
    assert "192.168.1.219 (service)" in plot_caches(two_vips()).get_title(loc="left")


def test_an_unknown_virtual_address_is_refused_and_the_known_ones_are_named() -> None:
    says = r"'web'.*service \(192\.168\.1\.219\), spare \(192\.168\.1\.220\)"
    with pytest.raises(VipsimError, match=says):
        plot_caches(two_vips(), "web")


def test_traces_without_anything_to_show() -> None:
    with pytest.raises(VipsimError, match="level summary"):
        plot_caches(runs.crash_run(level=Level.SUMMARY))
    with pytest.raises(VipsimError, match="'' knows no virtual address"):
        plot_caches(Trace({}, Level.PROTOCOL, 9 * SECOND))
    ax = plot_caches(Trace(runs.crash_run().header, Level.PROTOCOL, 9 * SECOND))
    assert drawn.lane_words(ax)[2:] == ["app1", "sw1\nsends to"]
    assert drawn.spans(ax, "nobody") == [(0, 9)]
    drawn.assert_readable(ax)


def test_a_strange_header_is_drawn_by_the_records_alone() -> None:
    trace = story({"app1": SILENT}, [(0.1, "sw1", A, "p1")]).finish(20 * SECOND)
    for scenario in (["no mapping"], {"nodes": {"db1": 3}, "vips": {"x": None}, "clients": {"c": "?"}}):
        records = [
            replace(record, data=record.data | ({"lladdr": B} if record.node == "db2" else {"lladdr": A}))
            if record.kind == "vip"
            else record
            for record in trace.records
        ]
        ax = plot_caches(Trace({"scenario": scenario}, Level.PROTOCOL, trace.duration, records))
        assert drawn.spans(ax, "belief:app1:db1:DELAY") == [(7, 12)]
        assert drawn.spans(ax, "belief:app1:db2:REACHABLE") == [(18, 20)]


def many(count: int, late: int) -> Axes:
    """Hosts that all believed the announcement, but for `late` ones, which recovered one after the other."""
    hosts: dict[str, list[Step]] = {}
    gaps: list[tuple[str, str, float, float | None]] = []
    for number in range(1, count + 1):
        end = 8.2 if number > late else 9 + number * 0.3
        hosts[f"app{number}"] = [(0.1, "REACHABLE", A), (end, "REACHABLE", B)]
        gaps.append((f"app{number}", f"app{number}", 4.9, end))
    return picture(hosts, gaps=gaps)


def test_of_many_hosts_those_that_believed_the_same_share_a_lane() -> None:
    assert len(drawn.lane_words(many(MOST_HOSTS, 1))) == 2 + MOST_HOSTS + 1
    words = drawn.lane_words(many(250, 4))[2:-1]
    assert words == ["app1", "app2", "app3", "app4", "app5\nand 245 alike"]


def test_of_too_many_lanes_those_with_the_longest_blackouts_are_shown() -> None:
    ax = many(60, 30)
    words = drawn.lane_words(ax)[2:-1]
    assert len(words) <= MOST_HOSTS
    shown = sum(int(word.split()[2]) + 1 if "alike" in word else 1 for word in words)
    assert shown == 60 or f"and {60 - shown} more hosts" in ax.get_xlabel()
    assert any(word.startswith("app30") for word in words)
    drawn.assert_readable(ax)


def test_the_longest_blackouts_are_shown_however_different_the_lanes_are() -> None:
    hosts: dict[str, list[Step]] = {}
    gaps: list[tuple[str, str, float, float | None]] = []
    for number in range(1, 21):
        steps = [(1.0 + step * 0.5, ("REACHABLE", "STALE")[step % 2], A) for step in range(number)]
        hosts[f"app{number}"] = steps
        gaps.append((f"app{number}", f"app{number}", 4.0, 5.0 + number / 2))
    ax = picture(hosts, gaps=gaps)
    assert drawn.lane_words(ax)[2:-1] == [f"app{number}" for number in range(9, 21)]
    assert "and 8 more hosts, none with a longer blackout" in ax.get_xlabel()


def test_hosts_that_forgot_at_different_times_are_not_alike() -> None:
    hosts: dict[str, list[Step]] = {
        f"app{number}": [(1.0, "REACHABLE", A), (5.0 if number == 7 else 15.0, "NONE", None)]
        for number in range(1, 21)
    }
    assert drawn.lane_words(picture(hosts))[2:-1] == ["app1\nand 18 alike", "app7"]


@pytest.mark.parametrize("count", [0, 1, 3, 12])
def test_readable(count: int) -> None:
    hosts = {f"app{number}": [SILENT, ANNOUNCED][number % 2] for number in range(1, count + 1)}
    gaps = [
        (host, client, 4.5, 9.0 + number) for number, host in enumerate(hosts) for client in (host, "two")
    ]
    ax = picture(hosts, [(0.1, "sw1", A, "p1"), (9.0, "sw1", B, "p2")], gaps)
    drawn.assert_readable(ax)
    assert_no_label_on_a_line(ax)
