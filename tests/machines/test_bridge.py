"""The learning switch: who is learned where, what a flush takes along, and who reaches whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vipsim.machines.bridge import (
    BAD_SOURCE,
    ISOLATED,
    NO_EXIT,
    NO_PORT,
    PAUSE_FRAME,
    RESERVED_GROUP,
    SAME_PORT,
    Bridge,
)
from vipsim.machines.bridge.words import (
    BridgeRules,
    FdbSet,
    FdbState,
    PortAdded,
    PortOptions,
    PortRemoved,
    PortSet,
    RulesSet,
)
from vipsim.machines.vocabulary import Changed, LinkChanged, Received, SetTimer, TimerFired
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import BROADCAST, NO_MAC, Mac
from vipsim.wire.frames import Other, framed

A, B, C = (Mac.parse(f"02:00:00:00:00:0{digit}") for digit in "abc")
AGE = ("fdb", "age")
PORTS = ("p1", "p2", "p3", "p4")


def reserved(number):
    return Mac(0x0180C2000000 + number)


def frame(src, dst=BROADCAST):
    return framed(dst, src, Other(0x88B5, b""))


def heard(src, port, dst=BROADCAST):
    return Received(frame(src, dst), port)


def switch(**rules):
    bridge = Bridge(BridgeRules(**rules))
    for port in PORTS:
        bridge.handle(PortAdded(port), 0)
    return bridge


def where(bridge, mac):
    entry = bridge.entries.get(mac)
    return entry and entry.port


def test_unknown_is_flooded_and_the_source_is_learned():
    bridge = switch()
    assert bridge.exits(frame(C, A), "p4") == (["p1", "p2", "p3"], "")
    (learned, timer) = bridge.handle(heard(A, "p1"), 5)
    assert learned == Changed(A, FdbState.UNKNOWN, FdbState.LEARNED, "heard", (None, "p1"))
    assert timer == SetTimer(AGE, 5 + 300 * SECOND)
    assert bridge.exits(frame(C, A), "p4") == (["p1"], "")


def test_the_last_frame_wins_at_once():
    bridge = switch()
    bridge.handle(heard(A, "p1"), 0)
    (moved,) = bridge.handle(heard(A, "p2"), 1)
    assert (moved.why, moved.detail) == ("moved", ("p1", "p2"))
    assert where(bridge, A) == "p2"


# --- ageing ------------------------------------------------------------------------------------


def test_an_entry_ages_from_the_last_frame_of_that_address():
    bridge = switch(ageing_time=300 * SECOND)
    bridge.handle(heard(A, "p1"), 0)
    bridge.handle(heard(B, "p2"), 100 * SECOND)
    bridge.handle(heard(A, "p1"), 250 * SECOND)
    assert bridge.handle(TimerFired(AGE), 300 * SECOND) == [SetTimer(AGE, 400 * SECOND)]
    gone, rearmed = bridge.handle(TimerFired(AGE), 400 * SECOND)
    assert (gone.key, gone.why, gone.detail) == (B, "aged out", ("p2", None))
    assert rearmed == SetTimer(AGE, 550 * SECOND)
    (last,) = [one for one in bridge.handle(TimerFired(AGE), 550 * SECOND) if isinstance(one, Changed)]
    assert last.key == A
    assert bridge.entries == {}


def test_frames_to_an_address_do_not_keep_it():
    bridge = switch(ageing_time=2 * SECOND)
    bridge.handle(heard(A, "p1"), 0)
    for tenth in range(1, 20):
        bridge.handle(heard(C, "p4", A), tenth * SECOND // 10)
    bridge.handle(TimerFired(AGE), 2 * SECOND)
    assert where(bridge, A) is None
    assert where(bridge, C) == "p4"


def test_two_sweeps_are_ten_milliseconds_apart():
    bridge = switch(ageing_time=2 * SECOND)
    bridge.handle(heard(A, "p1"), 0)
    bridge.handle(heard(B, "p2"), 3 * MS)
    _, again = bridge.handle(TimerFired(AGE), 2 * SECOND)
    assert again == SetTimer(AGE, 2 * SECOND + 10 * MS)


def test_an_ageing_time_of_zero_learns_nothing():
    bridge = switch(ageing_time=0)
    assert bridge.handle(heard(A, "p1"), 0) == []
    assert bridge.exits(frame(C, A), "p4") == (["p1", "p2", "p3"], "")


def test_a_new_ageing_time_is_applied_at_once():
    bridge = switch()
    bridge.handle(heard(A, "p1"), 0)
    bridge.handle(heard(B, "p2"), 4 * SECOND)
    gone, again = bridge.handle(RulesSet(BridgeRules(ageing_time=2 * SECOND)), 5 * SECOND)
    assert (gone.key, again) == (A, SetTimer(AGE, 6 * SECOND))


# --- what a flush takes along ------------------------------------------------------------------


def loaded():
    """A learned, B static, C sticky, all on p1, and another learned on p2."""
    bridge = switch()
    bridge.handle(heard(A, "p1"), 0)
    bridge.handle(FdbSet(B, "p1"), 0)
    bridge.handle(FdbSet(C, "p1", static=False, sticky=True), 0)
    bridge.handle(heard(Mac(A + 16), "p2"), 0)
    return bridge


def test_carrier_loss_flushes_what_was_learned_on_that_port_only():
    bridge = loaded()
    actions = bridge.handle(LinkChanged("p1", False), 1)
    assert [(one.key, one.why) for one in actions[1:]] == [(A, "port down"), (C, "port down")]
    assert list(bridge.entries) == [B, A + 16]
    assert bridge.exits(frame(A, B), "p2") == ([], "port is disabled")
    bridge.handle(LinkChanged("p1", True), 2)
    assert bridge.exits(frame(A, B), "p2") == (["p1"], "")


def test_a_removed_port_takes_its_static_entries_along():
    bridge = loaded()
    bridge.handle(PortRemoved("p1"), 1)
    assert list(bridge.entries) == [A + 16]
    assert bridge.exits(frame(Mac(A + 16), B), "p2") == (["p3", "p4"], "")
    assert bridge.refusal(frame(A), "p1") == NO_PORT
    assert bridge.handle(heard(A, "p1"), 2) == []


def test_a_static_entry_neither_ages_nor_stays():
    bridge = switch(ageing_time=2 * SECOND)
    bridge.handle(FdbSet(A, "p1"), 0)
    bridge.handle(FdbSet(B, "p1", static=False), 0)
    bridge.handle(TimerFired(AGE), 2 * SECOND)
    assert list(bridge.entries) == [A]
    (moved,) = bridge.handle(heard(A, "p3"), 3 * SECOND)
    assert (moved.old, moved.new, moved.detail) == (FdbState.STATIC, FdbState.STATIC, ("p1", "p3"))


def test_a_sticky_entry_stays_and_is_refreshed_wherever_it_is_heard():
    bridge = switch(ageing_time=2 * SECOND)
    bridge.handle(FdbSet(A, "p1", static=False, sticky=True), 0)
    assert bridge.handle(heard(A, "p3"), 1 * SECOND) == []
    assert where(bridge, A) == "p1"
    assert bridge.handle(TimerFired(AGE), 2 * SECOND) == [SetTimer(AGE, 3 * SECOND)]


def test_an_entry_set_again_is_not_younger_for_it():
    bridge = switch(ageing_time=2 * SECOND)
    bridge.handle(FdbSet(A, "p1", static=False), 0)
    assert bridge.handle(FdbSet(A, "p1", static=False), SECOND) == []
    assert bridge.entries[A].seen == 0


@pytest.mark.parametrize("mac", [BROADCAST, NO_MAC, Mac.parse("01:00:5e:00:00:12")])
def test_no_entry_is_set_for_what_is_no_station(mac):
    assert switch().handle(FdbSet(mac, "p1"), 0) == []


def test_a_dynamic_entry_is_set_only_where_it_could_be_learned():
    bridge = switch()
    bridge.handle(LinkChanged("p1", False), 0)
    assert bridge.handle(FdbSet(A, "p1", static=False), 0) == []
    assert len(bridge.handle(FdbSet(A, "p1"), 0)) == 1


# --- where a frame goes ------------------------------------------------------------------------


@pytest.mark.parametrize("source", [BROADCAST, NO_MAC, Mac.parse("01:00:5e:00:00:12")])
def test_what_comes_from_no_station_is_dropped(source):
    bridge = switch()
    assert bridge.refusal(frame(source), "p1") == BAD_SOURCE
    assert bridge.handle(heard(source, "p1"), 0) == []


def test_nothing_goes_back_where_it_came_from():
    bridge = switch()
    bridge.handle(heard(A, "p4"), 0)
    assert bridge.exits(frame(C, A), "p4") == ([], SAME_PORT)


def test_the_group_of_spanning_tree_is_forwarded_while_nobody_here_speaks_it():
    assert switch().exits(frame(C, reserved(0)), "p4") == (["p1", "p2", "p3"], "")
    assert switch(stp=True).exits(frame(C, reserved(0)), "p4") == ([], RESERVED_GROUP)


@pytest.mark.parametrize("number", [2, 3, 14, 15])
def test_other_reserved_groups_are_learned_from_and_kept(number):
    bridge = switch()
    assert bridge.handle(heard(C, "p4", reserved(number)), 0) != []
    assert bridge.exits(frame(C, reserved(number)), "p4") == ([], RESERVED_GROUP)
    assert switch(link_local_learning=False).handle(heard(C, "p4", reserved(number)), 0) == []
    assert switch(forward_mask=1 << number).exits(frame(C, reserved(number)), "p4")[0] == ["p1", "p2", "p3"]


def test_a_pause_frame_is_dropped_unlearned():
    bridge = switch()
    assert bridge.refusal(frame(C, reserved(1)), "p4") == PAUSE_FRAME
    assert bridge.handle(heard(C, "p4", reserved(1)), 0) == []


def test_the_group_after_the_reserved_ones_is_any_multicast():
    assert switch().exits(frame(C, reserved(16)), "p4") == (["p1", "p2", "p3"], "")


MULTICAST = Mac.parse("01:00:5e:00:00:12")


@pytest.mark.parametrize(
    ("option", "dst"), [("flood", A), ("multicast_flood", MULTICAST), ("broadcast_flood", BROADCAST)]
)
def test_each_kind_of_flooding_can_be_off(option, dst):
    bridge = switch()
    bridge.handle(PortSet("p1", PortOptions(**{option: False})), 0)
    for kind in (A, MULTICAST, BROADCAST):
        expected = ["p2", "p3"] if kind == dst else ["p1", "p2", "p3"]
        assert bridge.exits(frame(C, kind), "p4")[0] == expected
    bridge.handle(heard(A, "p1"), 0)
    assert bridge.exits(frame(C, A), "p4") == (["p1"], "")  # known: flooding does not matter


def test_isolated_ports_do_not_reach_each_other():
    bridge = switch()
    for port in ("p1", "p4"):
        bridge.handle(PortSet(port, PortOptions(isolated=True)), 0)
    assert bridge.exits(frame(C, A), "p4")[0] == ["p2", "p3"]
    assert bridge.exits(frame(C), "p4")[0] == ["p2", "p3"]
    assert bridge.exits(frame(C), "p2")[0] == ["p1", "p3", "p4"]
    bridge.handle(heard(A, "p1"), 0)
    assert bridge.exits(frame(C, A), "p4") == ([], ISOLATED)
    assert bridge.exits(frame(C, A), "p2") == (["p1"], "")


def test_a_port_that_does_not_learn_still_forwards():
    bridge = switch()
    bridge.handle(PortSet("p1", PortOptions(learning=False)), 0)
    assert bridge.handle(heard(A, "p1"), 0) == []
    assert bridge.exits(frame(A), "p1")[0] == ["p2", "p3", "p4"]


def test_a_lonely_port_leads_nowhere():
    bridge = Bridge()
    bridge.handle(PortAdded("p1"), 0)
    assert bridge.exits(frame(A), "p1") == ([], NO_EXIT)


# --- what holds whatever happens ---------------------------------------------------------------

macs = st.sampled_from([A, B, C, BROADCAST, MULTICAST, NO_MAC, reserved(0), reserved(1), reserved(2)])
ports = st.sampled_from(PORTS)
options = st.builds(PortOptions, *[st.booleans()] * 4)
events = st.one_of(
    st.builds(heard, macs, ports, macs),
    st.builds(heard, macs, ports, macs),
    st.builds(LinkChanged, ports, st.booleans()),
    st.builds(PortSet, ports, options),
    st.builds(PortRemoved, ports),
    st.builds(PortAdded, ports, options),
    st.builds(FdbSet, macs, ports, st.booleans(), st.booleans()),
)


@given(st.lists(events, max_size=40), macs, macs, ports, st.booleans())
def test_a_frame_never_goes_back_and_never_to_a_port_that_is_not_up(story, src, dst, port, stp):
    bridge = switch(stp=stp)
    for number, event in enumerate(story):
        bridge.handle(event, number * SECOND)
    if bridge.refusal(frame(src, dst), port):
        return
    found, why = bridge.exits(frame(src, dst), port)
    assert bool(found) != bool(why)
    assert port not in found
    assert len(set(found)) == len(found)
    assert all(bridge.ports[name].state.value == "FORWARDING" for name in found)


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), ports), min_size=1, max_size=40))
def test_the_last_frame_of_each_address_wins(story):
    bridge = switch()
    for number, (mac, port) in enumerate(story):
        bridge.handle(heard(mac, port), number)
    assert {mac: entry.port for mac, entry in bridge.entries.items()} == dict(story)


@given(st.lists(events, max_size=60))
def test_the_table_holds_stations_at_ports_that_exist(story):
    bridge = switch()
    for number, event in enumerate(story):
        bridge.handle(event, number * SECOND)
    assert set(bridge.entries) <= {A, B, C}
    assert {entry.port for entry in bridge.entries.values()} <= set(bridge.ports)
