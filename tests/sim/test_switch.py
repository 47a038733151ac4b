"""The simulated switch on a bench: what comes out of which port, what is dropped and why."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vipsim.machines.bridge import BAD_SOURCE, NO_EXIT, PAUSE_FRAME, RESERVED_GROUP, SAME_PORT
from vipsim.machines.bridge.words import PortOptions
from vipsim.machines.vocabulary import Received
from vipsim.scenario.model import StaticEntry, SwitchPortOptions
from vipsim.sim.engine import Environment
from vipsim.sim.link import Direction
from vipsim.sim.streams import Streams
from vipsim.sim.switch import SwitchNode
from vipsim.sim.world import World
from vipsim.trace.recorder import Recorder
from vipsim.trace.records import Level
from vipsim.units import SECOND, US
from vipsim.wire.addresses import BROADCAST, NO_MAC, Mac
from vipsim.wire.frames import Other, framed

A, B, C = (Mac.parse(f"02:00:00:00:00:0{digit}") for digit in "abc")
MULTICAST = Mac.parse("01:00:5e:00:00:12")
STP_GROUP = Mac.parse("01:80:c2:00:00:00")
PAUSE = Mac.parse("01:80:c2:00:00:01")
LLDP = Mac.parse("01:80:c2:00:00:0e")
PORTS = ("p1", "p2", "p3", "p4")


@dataclass
class Desk:
    """One switch with four ports; `out` collects (port, destination) of what left it."""

    switch: SwitchNode
    env: Environment
    out: list = field(default_factory=list)

    def send(self, port, src, dst):
        """Put a frame in and return (ports it left by, reason if it was dropped)."""
        self.out.clear()
        reason = self.switch.ports[port].receive(framed(dst, src, Other(0x88B5, b"")))
        self.env.run(until=self.env.now + 2 * US)
        return [name for name, _ in self.out], reason

    def add(self, name, settled=True):
        def take(frame, name=name):
            self.out.append((name, frame.dst))

        number = len(self.switch.ports) + 1
        self.switch.add_port(name, settled)
        streams = self.switch.world.streams
        self.switch.connect(name, Direction(self.env, number, "sw", name, None, US, take, streams))

    def table(self):
        return {mac: entry.port for mac, entry in self.switch.bridge.entries.items()}

    def records(self, kind):
        recorder = self.switch.world.recorder
        return [record for record in recorder.finish(self.env.now, {}).records if record.kind == kind]


def desk(ageing_time=300 * SECOND, forward_delay=None, ports=(), static=(), cold=False):
    env = Environment()
    world = World(env, Recorder({"scenario": {}}, Level.PROTOCOL), Streams(1))
    made = Desk(SwitchNode(world, "sw", 7, ageing_time, forward_delay, ports, static), env)
    for name in PORTS:
        made.add(name)
    made.switch.start(cold, 0)
    return made


# --- learning and forwarding -------------------------------------------------------------------


@pytest.mark.parametrize("dst", [A, BROADCAST, MULTICAST, STP_GROUP])
def test_what_has_no_port_leaves_by_all_others(dst):
    assert desk().send("p4", C, dst) == (["p1", "p2", "p3"], None)


def test_what_is_known_leaves_by_its_port_and_moves_with_it():
    bench = desk()
    bench.send("p1", A, BROADCAST)
    assert bench.send("p4", C, A) == (["p1"], None)
    bench.send("p3", A, C)
    assert bench.send("p4", C, A) == (["p3"], None)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("source", [BROADCAST, NO_MAC, MULTICAST])
def test_what_comes_from_no_station_is_dropped_whether_its_destination_is_known_or_not(source, known):
    bench = desk()
    if known:
        bench.send("p1", A, BROADCAST)
    dropped = bench.switch.world.dropped
    assert bench.send("p4", source, A) == ([], BAD_SOURCE)
    assert bench.switch.world.dropped == dropped + 1
    assert source not in bench.table()


def test_what_would_go_back_is_dropped():
    bench = desk()
    bench.send("p4", A, BROADCAST)
    assert bench.send("p4", C, A) == ([], SAME_PORT)
    assert bench.send("p4", A, A) == ([], SAME_PORT)
    assert desk().send("p4", A, A) == ([], SAME_PORT)  # the frame itself says where A is
    assert bench.switch.world.dropped == 2


def test_reserved_groups_are_kept_and_pause_teaches_nothing():
    bench = desk()
    assert bench.send("p4", C, LLDP) == ([], RESERVED_GROUP)
    assert bench.table() == {C: "p4"}
    assert bench.send("p3", C, PAUSE) == ([], PAUSE_FRAME)
    assert bench.table() == {C: "p4"}
    assert desk(forward_delay=2 * SECOND).send("p4", C, STP_GROUP) == ([], RESERVED_GROUP)


def test_a_pause_frame_does_not_keep_its_source_alive():
    bench = desk(ageing_time=2 * SECOND)
    bench.send("p4", C, BROADCAST)
    bench.env.run(until=SECOND)
    bench.send("p4", C, PAUSE)
    bench.env.run(until=2 * SECOND + 1)
    assert bench.table() == {}


# --- ageing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("src", "dst", "alive"), [(A, BROADCAST, True), (A, C, True), (C, A, False), (C, BROADCAST, False)]
)
def test_frames_from_an_address_keep_it_and_frames_to_it_do_not(src, dst, alive):
    bench = desk(ageing_time=2 * SECOND)
    bench.send("p1", A, BROADCAST)
    bench.send("p4", C, BROADCAST)
    for half in range(1, 7):
        bench.env.run(until=half * SECOND // 2)
        bench.send("p1" if src == A else "p4", src, dst)
    assert (A in bench.table()) is alive
    assert bench.send("p3", B, A)[0] == (["p1"] if alive else ["p1", "p2", "p4"])


# --- ports that come and go --------------------------------------------------------------------


@pytest.mark.parametrize("lose", ["carrier", "admin", "both"])
def test_a_port_that_goes_down_is_flushed_and_comes_back_unknown(lose):
    bench = desk()
    bench.send("p1", A, BROADCAST)
    bench.send("p2", B, BROADCAST)
    if lose != "admin":
        bench.switch.set_carrier("p1", False, 0)
    if lose != "carrier":
        bench.switch.set_admin("p1", False)
    assert bench.table() == {B: "p2"}
    assert bench.send("p4", C, A) == (["p2", "p3"], None)
    assert bench.send("p1", A, B) == ([], "port is disabled")
    assert A not in bench.table()
    bench.switch.set_carrier("p1", True, 0)
    assert (bench.send("p4", C, A)[0] == ["p1", "p2", "p3"]) is (lose == "carrier")
    bench.switch.set_admin("p1", True)
    assert bench.send("p4", C, A) == (["p1", "p2", "p3"], None)


def test_a_static_entry_at_a_dead_port_is_a_hole_and_moves_when_heard():
    bench = desk(static=[StaticEntry(A, "p1")])
    bench.switch.set_carrier("p1", False, 0)
    assert bench.send("p4", C, A) == ([], "port is disabled")
    bench.send("p3", A, C)
    assert bench.send("p4", C, A) == (["p3"], None)


def test_a_sticky_entry_does_not_move():
    bench = desk(static=[StaticEntry(A, "p1", sticky=True)])
    bench.send("p3", A, BROADCAST)
    assert bench.send("p4", C, A) == (["p1"], None)


def test_static_entries_are_in_the_trace():
    (record,) = desk(static=[StaticEntry(A, "p1")]).records("fdb")
    assert record.data == {"mac": A, "old_port": None, "port": "p1", "why": "set"}


def test_a_removed_port_is_out():
    bench = desk(static=[StaticEntry(A, "p1")])
    bench.switch.remove_port("p1")
    assert bench.send("p4", C, A) == (["p2", "p3"], None)
    assert bench.send("p1", A, C) == ([], "no such port")


def test_a_port_added_later_is_flooded_to():
    bench = desk()
    assert bench.send("p4", C, BROADCAST) == (["p1", "p2", "p3"], None)
    bench.add("p5")
    assert bench.send("p4", C, BROADCAST) == (["p1", "p2", "p3", "p5"], None)


# --- options -----------------------------------------------------------------------------------


def test_isolated_ports_reach_only_the_others():
    bench = desk(ports=[SwitchPortOptions("p1", isolated=True), SwitchPortOptions("p4", isolated=True)])
    assert bench.send("p4", C, BROADCAST) == (["p2", "p3"], None)
    assert bench.send("p1", A, B) == (["p2", "p3"], None)
    assert bench.send("p4", C, A) == ([], "both ports are isolated")
    assert bench.send("p2", B, A) == (["p1"], None)
    assert bench.send("p2", B, BROADCAST) == (["p1", "p3", "p4"], None)


def test_a_port_that_does_not_learn():
    bench = desk(ports=[SwitchPortOptions("p1", learning=False)])
    assert bench.send("p1", A, BROADCAST) == (["p2", "p3", "p4"], None)
    assert bench.send("p4", C, A) == (["p1", "p2", "p3"], None)


def test_learning_switched_off_later_leaves_the_entry_to_age():
    bench = desk(ageing_time=2 * SECOND)
    bench.send("p1", A, BROADCAST)
    bench.switch.set_port("p1", PortOptions(learning=False))
    bench.env.run(until=SECOND)
    bench.send("p1", A, BROADCAST)
    bench.env.run(until=2 * SECOND + 1)
    assert bench.table() == {}


def test_unknown_unicast_spares_a_port_with_flooding_off():
    bench = desk(ports=[SwitchPortOptions("p1", flood=False)])
    assert bench.send("p4", C, A) == (["p2", "p3"], None)
    assert bench.send("p4", C, BROADCAST) == (["p1", "p2", "p3"], None)
    bench.send("p1", A, BROADCAST)
    assert bench.send("p4", C, A) == (["p1"], None)


def test_a_frame_with_no_way_out_is_counted():
    bench = desk(ports=[SwitchPortOptions(name, flood=False) for name in ("p1", "p2", "p3")])
    assert bench.send("p4", C, A) == ([], NO_EXIT)
    assert bench.switch.world.dropped == 1


# --- spanning tree -----------------------------------------------------------------------------


def test_spanning_tree_at_boot_blocks_all_but_edge_ports():
    bench = desk(forward_delay=2 * SECOND, ports=[SwitchPortOptions("p2", edge=True)], cold=True)
    assert bench.send("p2", B, BROADCAST) == ([], NO_EXIT)
    assert bench.send("p1", A, BROADCAST) == ([], "port is listening")
    bench.env.run(until=3 * SECOND)
    assert bench.send("p1", A, BROADCAST) == ([], "port is learning")
    assert bench.send("p2", B, A) == ([], "port is learning")
    bench.env.run(until=4 * SECOND + 1)
    assert bench.send("p1", A, BROADCAST) == (["p2", "p3", "p4"], None)
    assert bench.send("p2", B, A) == (["p1"], None)
    told = [(r.time, r.data["old"], r.data["new"], r.data["why"]) for r in bench.records("port")]
    assert told[0] == (0, "FORWARDING", "LISTENING", "start")
    assert [one for one in told if one[0]] == [
        *[(2 * SECOND, "LISTENING", "LEARNING", "forward delay")] * 3,
        *[(4 * SECOND, "LEARNING", "FORWARDING", "forward delay")] * 3,
    ]


def test_a_settled_switch_forwards_from_the_start():
    bench = desk(forward_delay=2 * SECOND)
    assert bench.send("p1", A, BROADCAST) == (["p2", "p3", "p4"], None)
    assert bench.records("port") == []


def test_every_wake_up_of_spanning_tree_has_a_cause():
    bench = desk(forward_delay=2 * SECOND)
    bench.switch.set_carrier("p1", False, 0)
    bench.switch.set_carrier("p1", True, 0)
    bench.env.run(until=5 * SECOND)
    woken = [r for r in bench.records("timer") if r.data["part"] == "port p1"]
    assert [r.time for r in woken] == [2 * SECOND, 4 * SECOND]
    (up,) = [r.id for r in bench.records("link") if r.data["up"]]
    down, listening, learning, forwarding = bench.records("port")
    assert [r.data["new"] for r in (down, listening, learning, forwarding)] == [
        "DISABLED",
        "LISTENING",
        "LEARNING",
        "FORWARDING",
    ]
    assert [listening.cause, learning.cause, forwarding.cause] == [up, woken[0].id, woken[1].id]
    assert [r.cause for r in woken] == [listening.id, learning.id]


def test_an_entry_that_ages_tells_who_was_heard_when_the_look_at_the_table_was_planned():
    bench = desk(ageing_time=2 * SECOND)
    bench.send("p1", A, BROADCAST)
    bench.env.run(until=3 * SECOND)
    heard, aged = bench.records("fdb")
    (timer,) = bench.records("timer")
    assert (timer.cause, aged.cause) == (heard.id, timer.id)


# --- the quick path is the machine's ------------------------------------------------------------

macs = st.sampled_from([A, B, C, BROADCAST, MULTICAST, STP_GROUP, PAUSE, LLDP, NO_MAC])
ports = st.sampled_from(PORTS)
steps = st.one_of(
    st.tuples(st.just("send"), ports, macs, macs),
    st.tuples(st.just("send"), ports, macs, macs),
    st.tuples(st.just("carrier"), ports, st.booleans()),
    st.tuples(st.just("set"), ports, st.builds(PortOptions, *[st.booleans()] * 6)),
    st.tuples(st.just("wait"), st.sampled_from([SECOND // 2, SECOND, 3 * SECOND])),
)


@given(st.lists(steps, max_size=40), st.sampled_from([None, SECOND]))
def test_the_frame_path_does_what_the_machine_says(story, forward_delay):
    """A twin is asked through the machine's pure questions alone, the switch through its quick path."""
    quick = desk(2 * SECOND, forward_delay)
    slow = desk(2 * SECOND, forward_delay).switch
    slow_env = slow.world.env
    for word, *rest in story:
        if word == "send":
            port, src, dst = rest
            frame = framed(dst, src, Other(0x88B5, b""))
            expected, why = [], slow.bridge.refusal(frame, port)
            if not why:
                slow.feed(Received(frame, port), 0)
                expected, why = slow.bridge.exits(frame, port)
            assert quick.send(port, src, dst) == (expected, why or None)
            slow_env.run(until=slow_env.now + 2 * US)
        elif word == "wait":
            quick.env.run(until=quick.env.now + rest[0])
            slow_env.run(until=slow_env.now + rest[0])
        else:
            for switch in (quick.switch, slow):
                if word == "carrier":
                    switch.set_carrier(*rest, 0)
                else:
                    switch.set_port(*rest)
        assert quick.table() == {mac: entry.port for mac, entry in slow.bridge.entries.items()}
