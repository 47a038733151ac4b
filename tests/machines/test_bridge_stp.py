"""A port on its way up: listening, learning, forwarding; and what a topology change does to the table."""

import pytest

from tests.machines.bench import Bench
from vipsim.machines.bridge import Bridge
from vipsim.machines.bridge.words import (
    BridgeRules,
    PortAdded,
    PortOptions,
    PortRemoved,
    PortState,
    RulesSet,
)
from vipsim.machines.vocabulary import Changed, LinkChanged, Note, Received, Started, TimerFired
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import BROADCAST, Mac
from vipsim.wire.frames import Other, framed

A, B = Mac.parse("02:00:00:00:00:0a"), Mac.parse("02:00:00:00:00:0b")
TREE = BridgeRules(stp=True, forward_delay=2 * SECOND, max_age=6 * SECOND)


def heard(src, port):
    return Received(framed(BROADCAST, src, Other(0x88B5, b"")), port)


def tree(rules=TREE, **settled):
    bench = Bench(Bridge(rules))
    for port in ("p1", "p2"):
        bench.feed(PortAdded(port, settled=True))
    return bench


def states(bench, port):
    return [
        (at, action.new.value)
        for at, action in bench.log
        if isinstance(action, Changed) and action.key == port
    ]


def test_a_new_port_listens_and_learns_for_one_forward_delay_each():
    bench = tree()
    bench.feed(PortAdded("p3"), 10 * SECOND)
    bench.run(60 * SECOND)
    assert states(bench, "p3") == [
        (10 * SECOND, "LISTENING"),
        (12 * SECOND, "LEARNING"),
        (14 * SECOND, "FORWARDING"),
    ]


def test_what_is_said_while_listening_is_lost_and_while_learning_only_learned():
    bench = tree()
    frame = framed(BROADCAST, A, Other(0x88B5, b""))
    bench.feed(PortAdded("p3"), 10 * SECOND)
    bench.feed(heard(A, "p3"), 11 * SECOND)
    assert bench.machine.refusal(frame, "p3") == "port is listening"
    assert bench.machine.entries == {}
    bench.feed(heard(A, "p3"), 13 * SECOND)
    assert bench.machine.refusal(frame, "p3") == ""
    assert bench.machine.entries[A].port == "p3"
    assert bench.machine.exits(frame, "p3") == ([], "port is learning")
    assert bench.machine.exits(frame, "p1") == (["p2"], "")
    assert bench.machine.exits(framed(A, B, Other(0x88B5, b"")), "p1") == ([], "port is learning")
    bench.run(14 * SECOND)
    assert bench.machine.exits(frame, "p3") == (["p1", "p2"], "")
    assert bench.machine.exits(frame, "p1") == (["p2", "p3"], "")


@pytest.mark.parametrize(
    ("rules", "options"),
    [
        (BridgeRules(), PortOptions()),
        (TREE, PortOptions(edge=True)),
        (BridgeRules(stp=True, forward_delay=0), PortOptions()),
    ],
    ids=["no spanning tree", "edge", "no delay"],
)
def test_some_ports_forward_at_once_and_change_no_topology(rules, options):
    bench = tree(rules)
    bench.feed(PortAdded("p3", options), 10 * SECOND)
    assert states(bench, "p3") == [(10 * SECOND, "FORWARDING")]
    assert not bench.machine.topology_change


def test_a_link_that_returns_begins_again():
    bench = tree()
    bench.feed(LinkChanged("p1", False), 10 * SECOND)
    bench.feed(LinkChanged("p1", True), 20 * SECOND)
    bench.feed(LinkChanged("p1", False), 23 * SECOND)  # while it learns
    bench.feed(LinkChanged("p1", True), 23 * SECOND + 500 * MS)
    bench.run(60 * SECOND)
    assert [(at // MS, state) for at, state in states(bench, "p1")][1:] == [
        (10_000, "DISABLED"),
        (20_000, "LISTENING"),
        (22_000, "LEARNING"),
        (23_000, "DISABLED"),
        (23_500, "LISTENING"),
        (25_500, "LEARNING"),
        (27_500, "FORWARDING"),
    ]


def test_a_port_that_is_removed_on_its_way_up_wakes_nobody():
    bench = tree()
    bench.feed(PortAdded("p3"), 10 * SECOND)
    bench.feed(PortRemoved("p3"), 11 * SECOND)
    assert not any(part == "port p3" for part, _ in bench.timers)
    assert bench.machine.handle(TimerFired(("port p3", "forward_delay")), 12 * SECOND) == []


def test_after_power_on_every_port_with_a_link_listens():
    bench = tree()
    bench.feed(heard(A, "p1"), SECOND)
    bench.feed(LinkChanged("p2", False), SECOND)
    bench.feed(Started(), 2 * SECOND)
    assert bench.machine.entries == {}
    assert {name: port.state for name, port in bench.machine.ports.items()} == {
        "p1": PortState.LISTENING,
        "p2": PortState.DISABLED,
    }
    bench.run(6 * SECOND)
    assert bench.machine.ports["p1"].state is PortState.FORWARDING


def test_power_on_changes_nothing_without_spanning_tree():
    bench = tree(BridgeRules())
    assert bench.feed(Started(), SECOND) == []


# --- topology change (IEEE 802.1D-1998 section 8.6.14, br_topology_change_detection) ---------------


def test_a_topology_change_lasts_for_the_forward_delay_and_the_maximum_age():
    bench = tree()
    bench.feed(PortAdded("p3"), 10 * SECOND)
    bench.run(14 * SECOND - 1)
    assert not bench.machine.topology_change
    bench.run(22 * SECOND - 1)
    assert bench.machine.topology_change
    bench.run(22 * SECOND)
    assert not bench.machine.topology_change
    assert [at for at, action in bench.log if isinstance(action, Note)] == [14 * SECOND, 22 * SECOND]


def test_entries_age_faster_while_the_topology_changes_once_the_table_is_swept():
    """Swept at 0.1 s and from then on each 20 s: the change from 14 s to 22 s is met at 20.1 s."""
    bench = tree(BridgeRules(20 * SECOND, stp=True, forward_delay=2 * SECOND, max_age=6 * SECOND))
    bench.feed(PortAdded("p3"), 10 * SECOND)
    bench.feed(heard(A, "p1"), 17 * SECOND)
    bench.feed(heard(B, "p2"), 19 * SECOND)
    bench.run(20 * SECOND)
    assert list(bench.machine.entries) == [A, B]  # older than 2 s, but nobody has looked
    bench.run(20 * SECOND + 100 * MS)
    assert list(bench.machine.entries) == [B]
    bench.run(21 * SECOND)
    assert bench.machine.entries == {}


def test_a_change_that_no_sweep_meets_removes_nothing():
    bench = tree(BridgeRules(300 * SECOND, stp=True, forward_delay=2 * SECOND, max_age=6 * SECOND))
    bench.feed(PortAdded("p3"), 10 * SECOND)
    bench.feed(heard(A, "p1"), 10 * SECOND)
    bench.run(300 * SECOND)
    assert list(bench.machine.entries) == [A]
    bench.run(310 * SECOND)
    assert bench.machine.entries == {}


def test_switching_spanning_tree_off_ends_the_change():
    bench = tree()
    bench.feed(PortAdded("p3"), 10 * SECOND)
    bench.run(15 * SECOND)
    bench.feed(RulesSet(BridgeRules()), 15 * SECOND)
    bench.feed(heard(A, "p1"), 15 * SECOND)
    bench.run(30 * SECOND)
    assert list(bench.machine.entries) == [A]
    assert [at for at, action in bench.log if isinstance(action, Note)] == [14 * SECOND]
