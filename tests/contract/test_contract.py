"""What every machine promises (DESIGN, idea 1), judged from outside.

`entries.py` lists the machines; hypothesis brings events in every order, among them ones that no sane
driver would: timers that were cancelled, answers that were not asked for, packets from nowhere.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.entries import ENTRIES, Entry
from tests.contract.judge import Judge, memory
from vipsim.errors import MachineError
from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.vocabulary import (
    CancelTimer,
    Changed,
    SetTimer,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
)
from vipsim.units import MS, SECOND

# Seventeen machines share the time: the profiles of conftest.py count for them together.
share = settings(max_examples=max(10, settings().max_examples // 4))
FIRE = "fire"
"""A step: the earliest timer reaches its time."""
entries = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
protocols = pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if entry.is_protocol], ids=lambda entry: entry.name
)


def steps(entry: Entry) -> st.SearchStrategy[list[Any]]:
    """Event or FIRE, each after a pause. A protocol is alive from the first step, mostly."""
    one = st.one_of(entry.events, entry.events, st.just(FIRE), st.just(FIRE))
    pauses = st.sampled_from([0, 0, 1, 3 * MS, 400 * MS, SECOND, 4 * SECOND])
    rest = st.lists(st.tuples(pauses, one), max_size=30)
    if not entry.is_protocol:
        return rest
    ages = st.integers(0, SECOND)
    first = st.one_of(
        st.builds(Started), st.builds(Settled, st.sampled_from([State.BACKUP, State.MASTER]), ages), one
    )
    return st.builds(lambda event, others: [(0, event), *others], first, rest)


def play(judge: Judge, plan: list[Any]) -> list[Any]:
    done = []
    for pause, step in plan:
        if step == FIRE:
            done.append(judge.fire())
            continue
        # An event comes before the next timer is due: the driver would have fired that first.
        judge.now = min([judge.now + pause, *judge.timers.values()])
        done.append(judge.feed(step))
    return done


@entries
@share
@given(st.data())
def test_any_events_keep_the_contract(entry, data):
    """Never raises; declared transitions, own timers in the future, events untouched: see `Judge`."""
    play(Judge(entry), data.draw(steps(entry)))


@entries
@share
@given(st.data())
def test_the_same_events_give_the_same_actions(entry, data):
    """A twin that was copied in the middle does, to the field, what the original does."""
    plan = data.draw(steps(entry))
    middle = data.draw(st.integers(0, len(plan)))
    one, other = Judge(entry), Judge(entry)
    assert repr(play(one, plan[:middle])) == repr(play(other, plan[:middle]))
    other.machine = one.snapshot()
    assert repr(play(one, plan[middle:])) == repr(play(other, plan[middle:]))
    assert memory(one.machine) == memory(other.machine)


@entries
@share
@given(st.data())
def test_a_wake_up_that_nobody_waits_for_is_harmless(entry, data):
    """A timer that was cancelled, has fired, or never was: nothing changes and nothing is sent."""
    judge = Judge(entry)
    play(judge, data.draw(steps(entry)))
    for name in [*judge.stale(), ("nobody", "nothing")]:
        before = memory(judge.machine)
        assert [a for a in judge.feed(TimerFired(name)) if not isinstance(a, CancelTimer)] == []
        assert memory(judge.machine) == before


@protocols
@share
@given(st.data())
def test_a_timer_that_was_moved_does_not_fire_at_its_old_time(entry, data):
    judge = Judge(entry)
    play(judge, data.draw(steps(entry)))
    for name, at in list(judge.timers.items()):
        if at > judge.now:
            before = memory(judge.machine)
            assert judge.feed(TimerFired(name)) == []
            assert memory(judge.machine) == before


@protocols
@share
@given(st.data())
def test_a_stopped_machine_has_no_timer_and_no_address(entry, data):
    judge = Judge(entry)
    play(judge, data.draw(steps(entry)))
    judge.feed(Stopped())
    assert judge.timers == {}
    assert judge.owned == {} or entry.keeps_address
    assert set(judge.machine.states.values()) == {State.INIT}
    # And nothing wakes it but a new start.
    quiet = entry.events.filter(lambda event: not isinstance(event, Started | Settled))
    for event in data.draw(st.lists(quiet, max_size=5)):
        assert judge.feed(event) == []


@protocols
@share
@given(st.data())
def test_a_master_owns_every_address_and_nobody_else_owns_one(entry, data):
    judge = Judge(entry)
    for step in data.draw(steps(entry)):
        play(judge, [step])
        is_master = judge.machine.state is State.MASTER
        if entry.keeps_address and judge.machine.state is State.INIT:
            judge.owned.clear()  # what it left behind is somebody else's now
        assert sorted(judge.owned) == (sorted(judge.machine.vips) if is_master else [])


@protocols
def test_a_protocol_tells_its_driver_what_it_needs(entry):
    machine = entry.make()
    assert machine.hears and all(isinstance(kind, type) for kind in machine.hears)
    assert isinstance(machine.hears, frozenset)
    assert set(machine.states) == {machine.part}
    assert machine.vips


@entries
def test_transitions_are_pairs_of_one_enum(entry):
    machine = entry.make()
    assert isinstance(machine.transitions, frozenset)
    assert all(isinstance(old, Enum) and type(old) is type(new) for old, new in machine.transitions)


# --- the two helpers ---------------------------------------------------------------------------


def test_an_undeclared_transition_is_a_bug_of_the_machine():
    allowed = frozenset({(State.INIT, State.BACKUP)})
    done = changed(allowed, "vrrp 51", State.INIT, State.BACKUP, "start")
    assert done == Changed("vrrp 51", State.INIT, State.BACKUP, "start")
    with pytest.raises(MachineError, match="vrrp 51: INIT to MASTER is no transition"):
        changed(allowed, "vrrp 51", State.INIT, State.MASTER, "start")


def test_the_timer_table_lets_only_wanted_wake_ups_through():
    timers = TimerTable("vrrp 51")
    name = ("vrrp 51", "advert")
    assert timers.set("advert", 10, 0) == SetTimer(name, 10)
    assert timers.due(name, 9) == ""
    assert timers.due(("vrrp 52", "advert"), 10) == ""
    assert timers.due(name, 10) == "advert"
    assert timers.due(name, 10) == ""
    timers.set("advert", 10, 0)
    timers.set("advert", 20, 0)
    assert timers.due(name, 10) == ""
    assert timers.is_set("advert")
    assert timers.cancel("advert") == [CancelTimer(name)]
    assert timers.cancel("advert") == []
    assert timers.cancel_all() == []
    with pytest.raises(MachineError, match="past"):
        timers.set("advert", 10, 11)
