"""SIGHUP of keepalived 2.2.7: what goes on, what begins anew (knowledge/keepalived.md sections 1 and 2.6)."""

from __future__ import annotations

import pytest

from tests.machines.bench import only
from tests.machines.test_keepalived import DOWN, SKEW, advert, announced, backup, bench, master, settings
from tests.machines.test_vrrp import OTHER_VIP, VIP, deadline
from vipsim.machines.vocabulary import (
    AcquireVip,
    Announce,
    Changed,
    LinkChanged,
    ReleaseVip,
    Reloaded,
    ScriptDone,
    Send,
    SetTimer,
    State,
)
from vipsim.machines.vrrp.keywords import TrackScript
from vipsim.units import s

BOTH = ((VIP, 24), (OTHER_VIP, 24))


def test_a_master_goes_on_at_once_with_an_advert():
    made = master(150)
    actions = made.feed(Reloaded(settings(150)), s("0.25"))
    assert not only(Changed, actions) and not only(ReleaseVip, actions) and not only(AcquireVip, actions)
    assert deadline(made, "advert") == s("0.25")
    (sent,) = only(Send, made.run(s("0.25")))
    assert sent.frame.packet.priority == 150
    assert deadline(made, "advert") == s("1.25")
    assert announced(made) == []


def test_its_last_advert_is_as_it_was():
    """Recorded on the cable at SIGHUP: one advert with the old priority and list, then one with the new."""
    made = master(150)
    (old,) = only(Send, made.feed(Reloaded(settings(90, vips=BOTH)), s("0.25")))
    assert old.frame.packet.priority == 150 and old.frame.packet.vips == (VIP,)
    (new,) = only(Send, made.run(s("0.25")))
    assert new.frame.packet.priority == 90 and new.frame.packet.vips == (VIP, OTHER_VIP)


def test_a_backup_waits_anew():
    made = backup(100)
    made.hear(advert(150), s(1))
    made.feed(Reloaded(settings(100)), s("1.5"))
    assert made.state is State.BACKUP
    assert deadline(made) == s("1.5") + DOWN


def test_a_master_stays_master_with_a_lower_priority_and_yields_when_it_hears_a_higher_one():
    made = master(150)
    made.feed(Reloaded(settings(90)), s("0.25"))
    assert made.state is State.MASTER
    assert only(Send, made.run(s("0.25")))[0].frame.packet.priority == 90
    made.hear(advert(100), s("0.5"))
    assert made.state is State.BACKUP


def test_a_new_address_is_added_and_all_are_announced_once():
    made = master(150)
    actions = made.feed(Reloaded(settings(150, vips=BOTH)), s("0.25"))
    assert [one.vip for one in only(AcquireVip, actions)] == [OTHER_VIP]
    made.run(s(20))
    said = [(at, act.vip) for at, act in made.log if isinstance(act, Announce)]
    assert said == [(s("0.25"), vip) for _ in range(5) for vip in (VIP, OTHER_VIP)]
    assert only(Send, [act for _, act in made.log])[-1].frame.packet.vips == (VIP, OTHER_VIP)


def test_an_address_that_left_the_list_is_removed():
    made = master(150, vips=BOTH)
    actions = made.feed(Reloaded(settings(150)), s("0.25"))
    assert only(ReleaseVip, actions) == [ReleaseVip(OTHER_VIP)]
    assert not only(AcquireVip, actions)
    made.run(s(20))
    assert announced(made) == []


def test_a_second_burst_is_forgotten():
    made = backup(100)
    made.run(DOWN)
    made.feed(Reloaded(settings(100)), DOWN + s(1))
    made.run(s(20))
    assert announced(made) == [DOWN] * 5


def test_a_fault_is_looked_at_afresh():
    made = backup(150)
    made.feed(LinkChanged("bond0", up=False), s(1))
    assert made.state is State.FAULT
    made.feed(Reloaded(settings(150, dont_track_primary=True), ("bond0",)), s(2))
    assert made.state is State.BACKUP
    assert deadline(made) == s("5.4140625")
    made.feed(Reloaded(settings(150), ("bond0",)), s(3))
    assert made.state is State.FAULT and not made.timers


def test_the_result_of_a_script_is_kept():
    check = TrackScript("check", weight=-60)
    made = master(150, track_script=(check,))
    made.feed(ScriptDone("check", ok=False), s("0.1"))
    assert made.machine.priority == 90
    made.feed(Reloaded(settings(200, track_script=(check,))), s("0.2"))
    assert made.machine.priority == 140


@pytest.mark.parametrize(
    "words, waits", [({"down_timer_adverts": 5}, s(5)), ({"advert_interval": s(2)}, s(6))]
)
def test_new_timers_count_from_now(words, waits):
    made = backup(100)
    made.feed(Reloaded(settings(100, **words)), s(1))
    assert deadline(made) == s(1) + waits + SKEW


def test_a_standing_refresh_comes_with_the_advert():
    made = master(150)
    made.feed(Reloaded(settings(150, garp_master_refresh=s(2))), s("0.25"))
    made.run(s("4.5"))
    assert announced(made) == [s("0.25"), s("2.25"), s("4.25")]


def test_who_does_not_run_only_has_other_settings():
    made = bench(150)
    assert made.feed(Reloaded(settings(90)), s(1)) == []
    assert made.machine.settings.priority == 90


def test_a_wake_up_of_before_is_nobodys():
    made = master(150)
    timers = dict(made.timers)
    actions = made.feed(Reloaded(settings(150)), s("0.25"))
    assert timers
    assert [one.at for one in only(SetTimer, actions)] == [s("0.25")]
