"""Several switches in a tree: an address is learned along the way, and a far death is not noticed near by."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vipsim as vs
from vipsim.machines.bridge import NO_EXIT, SAME_PORT
from vipsim.scenario.model import (
    At,
    Client,
    End,
    Fault,
    FaultWord,
    Host,
    Iface,
    Link,
    Scenario,
    Start,
    Switch,
    SwitchPortOptions,
)
from vipsim.sim.engine import Environment
from vipsim.sim.link import Direction
from vipsim.sim.streams import Streams
from vipsim.sim.switch import SwitchNode
from vipsim.sim.world import World
from vipsim.trace.recorder import Recorder
from vipsim.units import MS, SECOND, US
from vipsim.wire.addresses import BROADCAST, IPv4, Mac
from vipsim.wire.frames import Other, framed

VMAC = Mac.parse("00:00:5e:00:01:01")
EDGES = ("s1.h1", "s1.h2", "s2.h1", "s3.h1", "s3.h2")
"""Ports with a host, on three switches in a row: s1 - s2 - s3."""


class Tree:
    """Three switches in a row; `out` collects the ports with a host that a frame came out of."""

    def __init__(self, ageing_time=300 * SECOND):
        self.env = Environment()
        self.world = World(self.env, Recorder({}), Streams(1))
        self.switches = {
            name: SwitchNode(self.world, name, number, ageing_time)
            for number, name in enumerate(("s1", "s2", "s3"), 1)
        }
        self.out = []
        self.numbers = iter(range(100))
        for edge in EDGES:
            self.lay(edge, lambda frame, edge=edge: self.out.append(edge))
        for one, other in (("s1.up", "s2.left"), ("s2.right", "s3.up")):
            ends = {end: self.port(end) for end in (one, other)}
            self.lay(one, ends[other].receive)
            self.lay(other, ends[one].receive)

    def port(self, end):
        switch, name = end.split(".")
        ports = self.switches[switch].ports
        return ports.get(name) or self.switches[switch].add_port(name)

    def lay(self, end, take):
        switch, name = end.split(".")
        self.port(end)
        out = Direction(self.env, next(self.numbers), end, "", None, US, take, self.world.streams)
        self.switches[switch].connect(name, out)

    def send(self, edge, src, dst):
        """Put a frame in at a host's port, and return where it came out and how many were dropped."""
        self.out.clear()
        dropped = self.world.dropped
        self.port(edge).receive(framed(dst, src, Other(0x88B5, b"")))
        self.env.run(until=self.env.now + 10 * US)
        return sorted(self.out), self.world.dropped - dropped

    def at(self, mac):
        entries = {name: switch.bridge.entries.get(mac) for name, switch in self.switches.items()}
        return {name: entry and entry.port for name, entry in entries.items()}


A, B, C = (Mac.parse(f"02:00:00:00:00:0{digit}") for digit in "abc")


def test_one_broadcast_teaches_the_way_to_every_switch():
    tree = Tree()
    assert tree.send("s3.h1", A, BROADCAST) == (["s1.h1", "s1.h2", "s2.h1", "s3.h2"], 0)
    assert tree.at(A) == {"s1": "up", "s2": "right", "s3": "h1"}
    assert tree.send("s1.h1", C, A) == (["s3.h1"], 0)


def test_a_unicast_teaches_the_switches_on_its_way_only():
    tree = Tree()
    tree.send("s1.h1", C, BROADCAST)
    tree.send("s2.h1", B, C)
    assert tree.at(B) == {"s1": "up", "s2": "h1", "s3": None}
    assert tree.send("s3.h1", A, B) == (["s2.h1", "s3.h2"], 0)  # s3 floods


def test_a_virtual_mac_moves_with_one_broadcast_from_the_other_end():
    tree = Tree()
    tree.send("s3.h1", VMAC, BROADCAST)
    assert tree.send("s1.h1", C, VMAC) == (["s3.h1"], 0)
    tree.send("s1.h2", VMAC, BROADCAST)
    assert tree.at(VMAC) == {"s1": "h2", "s2": "left", "s3": "up"}
    assert tree.send("s1.h1", C, VMAC) == (["s1.h2"], 0)


def test_a_virtual_mac_that_speaks_to_one_neighbor_leaves_the_others_with_the_old_way():
    """The unicast of the new owner ends at s1: from beyond it frames still go to the dead one."""
    tree = Tree()
    tree.send("s3.h1", VMAC, BROADCAST)
    tree.send("s1.h1", C, BROADCAST)
    tree.send("s1.h2", VMAC, C)
    assert tree.at(VMAC) == {"s1": "h2", "s2": "right", "s3": "h1"}
    assert tree.send("s2.h1", B, VMAC) == (["s3.h1"], 0)


def test_the_loss_of_a_far_link_is_flushed_far_away_only():
    tree = Tree()
    tree.send("s3.h1", A, BROADCAST)
    tree.send("s1.h1", C, BROADCAST)
    tree.switches["s3"].set_carrier("h1", False, 0)
    assert tree.at(A) == {"s1": "up", "s2": "right", "s3": None}
    assert tree.send("s1.h1", C, A) == (["s3.h2"], 0)  # through two switches to whom it is not for


def test_a_dead_host_behind_a_live_uplink_is_a_hole_until_the_entry_ages():
    tree = Tree(ageing_time=2 * SECOND)
    tree.send("s3.h1", A, BROADCAST)
    for _ in range(3):  # A hangs, its link is up
        tree.env.run(until=tree.env.now + SECOND // 2)
        assert tree.send("s1.h1", C, A) == (["s3.h1"], 0)
    tree.env.run(until=2 * SECOND + MS)
    assert tree.send("s1.h1", C, A) == (["s1.h2", "s2.h1", "s3.h1", "s3.h2"], 0)


def test_a_frame_that_a_neighbor_floods_back_is_dropped_there():
    """s2 has forgotten A, s1 and s3 have not: what it floods to s1 would go back where it came from."""
    tree = Tree()
    tree.send("s3.h1", A, BROADCAST)
    del tree.switches["s2"].bridge.entries[A]
    assert tree.send("s2.h1", B, A) == (["s3.h1"], 1)
    assert tree.port("s1.up").receive(framed(A, B, Other(0x88B5, b""))) == SAME_PORT


hosts = st.sampled_from([A, B, C])


@given(st.lists(st.tuples(st.sampled_from(EDGES), hosts, st.one_of(hosts, st.just(BROADCAST))), max_size=30))
def test_no_frame_comes_back_or_comes_twice(story):
    """And after a broadcast every host of the tree reaches its sender, and nobody else hears."""
    tree = Tree()
    for edge, src, dst in story:
        out, _ = tree.send(edge, src, dst)
        assert edge not in out
        assert len(set(out)) == len(out)
        if dst == BROADCAST:
            assert out == sorted(set(EDGES) - {edge})
            for other in set(EDGES) - {edge}:
                assert tree.send(other, Mac(0x020000000001), src)[0] == [edge]


# --- whole runs --------------------------------------------------------------------------------


def scenario(*, faults=(), start=Start.SETTLED, **switch):
    """A client on s1 pings the host a on s3; b is on s2."""
    hosts = [
        Host(name, (Iface("eth0", mac, IPv4.parse(f"10.0.0.{number}"), 24),))
        for number, (name, mac) in enumerate([("c", C), ("a", A), ("b", B)], 1)
    ]
    ends = [("c.eth0", "s1.p1"), ("a.eth0", "s3.p1"), ("b.eth0", "s2.p1"), ("s1.up", "s2.left")]
    ends.append(("s2.right", "s3.up"))
    return Scenario(
        name="tree",
        duration=20 * SECOND,
        nodes=(*hosts, *(Switch(name, **switch) for name in ("s1", "s2", "s3"))),
        links=tuple(Link(End(*one.split(".")), End(*two.split("."))) for one, two in ends),
        clients=(Client("c", "c", "a", interval=100 * MS, start=(SECOND, SECOND)),),
        faults=tuple(faults),
        start=start,
    )


def arrivals(trace, end, since=0):
    """Times at which unicasts to A set out for `end`, and what became of them."""
    return [
        (frame.sent, frame.outcome)
        for frame in trace.frames
        if frame.dst == end and frame.frame.dst == A and frame.sent >= since
    ]


@pytest.mark.parametrize("word", [FaultWord.POWER, FaultWord.CRASH])
def test_a_dead_owner_behind_a_live_uplink(word):
    run = vs.Simulation(
        scenario(faults=[Fault(word, "a", At(5 * SECOND, 5 * SECOND))], ageing_time=3 * SECOND), seed=1
    )
    trace = run.run()
    assert trace.violations == []
    forgotten = {
        (r.node, r.data["why"]): r.time
        for r in trace.select("fdb")
        if r.data["mac"] == A and r.data["port"] is None
    }
    gone = forgotten.pop(("s3", "port down"), None)
    assert gone == (5 * SECOND if word is FaultWord.POWER else None)
    # Nobody else sees the death: the entries go when they are old, in the order of the last answer's way.
    aged = [
        forgotten[switch, "aged out"] for switch in (("s3", "s2", "s1") if gone is None else ("s2", "s1"))
    ]
    assert aged == sorted(aged)
    assert all(7_900 * MS < at < 8 * SECOND for at in aged)
    # Until then its frames go to s3 and nowhere else; then they are flooded to b too.
    after = arrivals(trace, "b.eth0", 5 * SECOND)
    assert after and min(sent for sent, _ in after) > aged[-1]
    into_s3 = [outcome for _, outcome in arrivals(trace, "s3.up", 5 * SECOND)]
    assert set(into_s3) == {f"dropped: {NO_EXIT}"} if gone is not None else {"delivered"}


def test_spanning_tree_at_boot_makes_the_first_seconds_silent():
    edge = tuple(SwitchPortOptions(name, edge=True) for name in ("p1",))
    slow = vs.Simulation(scenario(start=Start.COLD, forward_delay=2 * SECOND), seed=1).run()
    quick = vs.Simulation(scenario(start=Start.COLD, forward_delay=2 * SECOND, ports=edge), seed=1).run()
    none = vs.Simulation(scenario(start=Start.COLD), seed=1).run()

    def first(trace):
        return min(f.arrival for f in trace.frames if f.dst == "c.eth0" and f.frame.src == A)

    assert first(none) < SECOND + 10 * MS
    for trace in (slow, quick):  # edge ports do not help: between the switches it takes its time
        assert 4 * SECOND < first(trace) < 6 * SECOND
        assert [one for one in trace.violations if " at s" in one.text] == []
    kinds = {r.data["new"] for r in slow.select("port")}
    assert kinds == {"LISTENING", "LEARNING", "FORWARDING"}
    assert {r.data["port"] for r in quick.select("port", "s1")} == {"up"}


def test_a_settled_run_with_spanning_tree_is_like_one_without():
    with_tree = vs.Simulation(scenario(forward_delay=2 * SECOND), seed=1).run()
    without = vs.Simulation(scenario(), seed=1).run()
    assert [f.arrival for f in with_tree.frames] == [f.arrival for f in without.frames]


def test_a_link_that_returns_is_silent_for_twice_the_forward_delay():
    faults = [Fault(FaultWord.PORT_DOWN, "s3.p1", At(5 * SECOND, 5 * SECOND), duration=SECOND)]
    trace = vs.Simulation(scenario(faults=faults, forward_delay=2 * SECOND), seed=1).run()
    answered = [f.arrival for f in trace.frames if f.dst == "c.eth0" and f.frame.src == A]
    gaps = [(one, two) for one, two in pairwise(answered) if two - one > SECOND]
    ((last, back),) = gaps
    assert last < 5 * SECOND + 10 * MS
    assert 10 * SECOND <= back < 12 * SECOND
