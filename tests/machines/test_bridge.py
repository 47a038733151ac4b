"""The learning switch: last frame wins, ageing counts from the last frame, carrier loss flushes."""

from vipsim.machines.bridge import Bridge, FdbState
from vipsim.machines.vocabulary import Changed, LinkChanged, Received, SetTimer, TimerFired
from vipsim.units import SECOND
from vipsim.wire.addresses import BROADCAST, Mac
from vipsim.wire.frames import Other, framed

A, B = Mac.parse("02:00:00:00:00:0a"), Mac.parse("02:00:00:00:00:0b")


def heard(mac, port):
    return Received(framed(BROADCAST, mac, Other(0x88B5, b"")), port)


def test_unknown_is_flooded_and_the_source_is_learned():
    switch = Bridge()
    assert switch.port_for(A, 0) is None
    actions = switch.handle(heard(A, "p1"), 5)
    assert actions[0] == Changed(A, FdbState.UNKNOWN, FdbState.LEARNED, "heard", (None, "p1"))
    assert switch.port_for(A, 6) == "p1"


def test_the_last_frame_wins_at_once():
    switch = Bridge()
    switch.handle(heard(A, "p1"), 0)
    (moved,) = switch.handle(heard(A, "p2"), 1)
    assert (moved.why, moved.detail) == ("moved", ("p1", "p2"))
    assert switch.port_for(A, 1) == "p2"


def test_an_entry_ages_from_the_last_frame_of_that_address():
    switch = Bridge(ageing_time=300 * SECOND)
    (_, timer) = switch.handle(heard(A, "p1"), 0)
    assert timer == SetTimer(Bridge.AGE, 300 * SECOND)
    switch.handle(heard(B, "p2"), 100 * SECOND)
    switch.handle(heard(A, "p1"), 250 * SECOND)
    again = switch.handle(TimerFired(Bridge.AGE), 300 * SECOND)
    assert again == [SetTimer(Bridge.AGE, 400 * SECOND)]
    gone, rearmed = switch.handle(TimerFired(Bridge.AGE), 400 * SECOND)
    assert (gone.key, gone.why) == (B, "aged out")
    assert rearmed == SetTimer(Bridge.AGE, 550 * SECOND)
    assert switch.port_for(A, 549 * SECOND) == "p1"
    assert switch.port_for(A, 550 * SECOND) is None


def test_carrier_loss_flushes_that_port_only():
    switch = Bridge()
    switch.handle(heard(A, "p1"), 0)
    switch.handle(heard(B, "p2"), 0)
    switch.handle(LinkChanged("p1", False), 1)
    assert switch.port_for(A, 1) is None
    assert switch.port_for(B, 1) == "p2"


def test_a_group_source_teaches_nothing():
    switch = Bridge()
    assert switch.handle(heard(BROADCAST, "p1"), 0) == []
    assert switch.states == {}
