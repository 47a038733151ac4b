"""What keepalived tracks: weights against faults, by knowledge/keepalived.md 2.4 and truth/NOTES 6 and 7."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.machines.bench import only
from tests.machines.test_keepalived import DB1, advert, backup, bench, deadline, master, settings
from tests.machines.test_vrrp import VIP
from vipsim.errors import ScenarioError
from vipsim.machines.vocabulary import (
    Announce,
    LinkChanged,
    ReleaseVip,
    ScriptDone,
    Send,
    SendPacket,
    Settled,
    Started,
    State,
    Stopped,
)
from vipsim.machines.vrrp.keywords import TrackInterface, TrackScript
from vipsim.units import SECOND, s

UPLINK, CHECK = TrackInterface("eth1"), TrackScript("chk")
DOWN_150 = 3_414_062_500


def goodbyes(actions: list[Any]) -> int:
    return sum(act.frame.packet.priority == 0 for act in only(Send, actions))


@pytest.mark.parametrize(
    "words, event",
    [
        ({"track_interface": (UPLINK,)}, LinkChanged("eth1", False)),
        ({"track_script": (CHECK,)}, ScriptDone("chk", False)),
    ],
)
def test_note_6_a_tracked_fault_says_goodbye_twice_and_releases(words, event):
    made = master(150, **words)
    actions = made.feed(event, s("0.5"))
    assert made.state is State.FAULT
    assert goodbyes(actions) == 2
    assert only(ReleaseVip, actions) == [ReleaseVip(VIP)]
    assert not made.timers
    assert made.hear(advert(100), s(1)) == []


def test_unicast_goodbyes_of_a_fault_go_to_the_peer():
    made = master(150, unicast_peer=(DB1,), track_interface=(UPLINK,))
    said = only(SendPacket, made.feed(LinkChanged("eth1", False), s("0.5")))
    assert [one.packet.priority for one in said] == [0, 0]


def test_note_7_coming_back_from_fault_is_a_whole_master_down():
    made = master(150, track_interface=(UPLINK,))
    made.feed(LinkChanged("eth1", False), s("0.5"))
    made.feed(LinkChanged("eth1", True), s(2))
    made.run(s(9))
    assert made.changes[-2:] == [(s(2), "BACKUP", "link up"), (s(2) + DOWN_150, "MASTER", "master_down")]


def test_every_fault_must_be_gone():
    made = master(150, track_interface=(UPLINK,), track_script=(CHECK,))
    made.feed(LinkChanged("eth1", False), s("0.1"))
    made.feed(ScriptDone("chk", False), s("0.2"))
    made.feed(LinkChanged("bond0", False), s("0.3"))
    made.feed(LinkChanged("eth1", True), s("0.4"))
    made.feed(LinkChanged("bond0", True), s("0.5"))
    assert made.state is State.FAULT
    made.feed(ScriptDone("chk", True), s("0.6"))
    assert made.changes[-1] == (s("0.6"), "BACKUP", "script chk ok")


def test_what_is_down_at_the_start_counts():
    made = bench(150, track_interface=(UPLINK,))
    made.feed(Started(down=("eth1",)))
    assert made.changes == [(0, "FAULT", "eth1 down")]
    weighted = bench(150, track_interface=(TrackInterface("eth1", -60),))
    weighted.feed(Started(down=("eth1",)))
    assert weighted.machine.priority == 90
    assert deadline(weighted) == s(3) + 166 * SECOND // 256


def test_dont_track_primary_keeps_the_master_on_a_dead_port():
    made = master(150, dont_track_primary=True)
    made.feed(LinkChanged("bond0", False), s("0.5"))
    assert made.state is State.MASTER


def test_note_6_a_weight_keeps_the_master_serving_with_the_lower_priority():
    """`ka2-trackscript-w60`: the next adverts say 90, nothing else happens."""
    made = master(150, track_script=(TrackScript("chk", -60),))
    assert made.feed(ScriptDone("chk", False), s("0.5")) == []
    assert made.state is State.MASTER
    assert [one.frame.packet.priority for one in only(Send, made.run(s(1)))] == [90]
    assert only(Send, made.hear(advert(100), s("1.5"))) == []
    assert made.state is State.BACKUP


def test_note_6_the_peer_takes_over_after_the_last_advert_that_was_good_enough():
    made = backup(100)
    made.hear(advert(150), s(1))
    for second in (2, 3, 4):
        made.hear(advert(90), s(second))
    made.run(s(9))
    assert made.changes[-1] == (s(1) + 3_609_375_000, "MASTER", "preempt")


def test_a_change_of_priority_shifts_the_running_timer():
    made = backup(150, track_interface=(TrackInterface("eth1", -50),))
    made.hear(advert(200), s(1))
    assert deadline(made) == s(1) + DOWN_150
    made.feed(LinkChanged("eth1", False), s(2))
    assert deadline(made) == s(1) + 3_609_375_000
    made.feed(LinkChanged("eth1", True), s(3))
    assert deadline(made) == s(1) + DOWN_150


@pytest.mark.parametrize(
    "track, up, down",
    [
        (TrackInterface("eth1", 20), 120, 100),
        (TrackInterface("eth1", -20), 100, 80),
        (TrackInterface("eth1", 20, reverse=True), 100, 120),
        (TrackInterface("eth1", 253), 254, 100),
        (TrackInterface("eth1", -253), 100, 1),
    ],
)
def test_effective_priority_stays_within_1_to_254(track, up, down):
    made = master(100, track_interface=(track,))
    assert made.machine.priority == up
    made.feed(LinkChanged("eth1", False), s("0.5"))
    assert made.machine.priority == down


def test_an_owner_is_never_adjusted():
    made = master(255, track_interface=(TrackInterface("eth1", -100),))
    made.feed(LinkChanged("eth1", False), s("0.5"))
    assert made.machine.priority == 255


def test_rise_and_fall_count_results_in_a_row():
    made = master(150, track_script=(TrackScript("chk", -60, rise=3, fall=2),))
    told = []
    for ok in (False, True, False, False, True, True, False, True, True, True):
        made.feed(ScriptDone("chk", ok))
        told.append(made.machine.priority)
    assert told == [150, 150, 150, 90, 90, 90, 90, 90, 90, 150]


def test_init_fail_is_a_fault_until_the_first_success():
    made = bench(150, track_script=(TrackScript("chk", init_fail=True),))
    made.feed(Started())
    assert made.changes == [(0, "FAULT", "script chk failed")]
    made.feed(ScriptDone("chk", True), s(1))
    assert made.state is State.BACKUP


def test_other_scripts_and_links_do_not_matter():
    made = master(150, track_script=(CHECK,))
    assert made.feed(ScriptDone("other", False)) == made.feed(LinkChanged("eth9", False)) == []


@pytest.mark.parametrize(
    "words",
    [{"track_interface": (TrackInterface("eth1", 254),)}, {"track_script": (TrackScript("c", 0, rise=0),)}],
)
def test_weights_and_counts_have_their_ranges(words):
    with pytest.raises(ScenarioError, match="allowed are -253 to 253|at least 1"):
        settings(**words)


news = st.one_of(
    st.builds(LinkChanged, st.sampled_from(["bond0", "eth1", "eth2"]), st.booleans()),
    st.builds(ScriptDone, st.just("chk"), st.booleans()),
)


@drawn(st.lists(news, max_size=30), st.integers(1, 254), st.integers(-253, 253).filter(bool))
def test_any_news_leave_a_router_that_is_faulty_or_measured(events, base, weight):
    """What is bad now decides, whatever came before."""
    made = bench(
        base, track_interface=(UPLINK, TrackInterface("eth2", weight)), track_script=(TrackScript("chk"),)
    )
    made.feed(Settled(State.BACKUP, 0))
    is_good = {"bond0": True, "eth1": True, "eth2": True, "chk": True}
    for event in events:
        made.feed(event)
        is_good[event.iface if isinstance(event, LinkChanged) else "chk"] = (
            event.up if isinstance(event, LinkChanged) else event.ok
        )
    healthy = is_good["bond0"] and is_good["eth1"] and is_good["chk"]
    assert (made.state is State.FAULT) == (not healthy)
    if healthy:
        added = weight if (weight > 0) == is_good["eth2"] else 0
        assert made.machine.priority == min(254, max(1, base + added))


def test_stopping_forgets_the_planned_bursts():
    made = backup(100)
    made.run(s(4))
    made.feed(Stopped(), s(5))
    made.feed(Started(), s(6))
    made.run(s(9))
    assert len([at for at, act in made.log if isinstance(act, Announce)]) == 5
