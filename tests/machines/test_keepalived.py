"""keepalived 2.2.7 and FRR 8.4, by what was measured (truth/NOTES) and read (knowledge/keepalived.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.machines import test_vrrp as rfc
from tests.machines.bench import Bench, Net, only
from tests.machines.test_vrrp import DB1, DB2, DB3, MACS, OTHER_VIP, VIP, deadline
from vipsim.errors import ScenarioError
from vipsim.machines.vocabulary import (
    AcquireVip,
    Announce,
    Changed,
    LinkChanged,
    Note,
    Received,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.machines.vrrp import PROFILES, VrrpMachine
from vipsim.machines.vrrp.keywords import Keywords
from vipsim.units import MS, SECOND, s
from vipsim.wire.frames import framed

KEEPALIVED, FRR = PROFILES["keepalived"], PROFILES["frr"]
SKEW = 609_375_000
DOWN = s(3) + SKEW


def settings(priority: int = 100, address: Any = DB2, **given: Any) -> Any:
    given.setdefault("profile", KEEPALIVED)
    words = {name: given.pop(name) for name in list(given) if name in Keywords.__dataclass_fields__}
    keywords = Keywords(**words) if given["profile"] is KEEPALIVED else None
    return rfc.settings(priority, address, keywords=keywords, **given)


def bench(priority: int = 100, address: Any = DB2, **given: Any) -> Bench:
    return Bench(VrrpMachine(settings(priority, address, **given)))


def backup(*args: Any, **given: Any) -> Bench:
    made = bench(*args, **given)
    made.feed(Started())
    assert made.state is State.BACKUP
    return made


def master(*args: Any, **given: Any) -> Bench:
    made = bench(*args, **given)
    made.feed(Settled(State.MASTER, 0))
    return made


def advert(priority: int, address: Any = DB1, **given: Any) -> Any:
    given.setdefault("profile", KEEPALIVED)
    words = {name: given.pop(name) for name in list(given) if name in Keywords.__dataclass_fields__}
    if given["profile"] is KEEPALIVED:
        given["keywords"] = Keywords(**words)
    return rfc.advert(priority, address, **given)


def announced(made: Bench) -> list[int]:
    return [at for at, action in made.log if isinstance(action, Announce)]


def adverts(made: Bench) -> list[tuple[int, int]]:
    return [(at, act.frame.packet.priority) for at, act in made.log if isinstance(act, Send)]


# --- timers (NOTES 3, 12, 21) --------------------------------------------------------------------


@pytest.mark.parametrize(
    "profile, version, priority, interval, skew",
    [
        (KEEPALIVED, 2, 100, s(1), 609_375_000),
        (KEEPALIVED, 2, 100, s(3), 609_375_000),
        (KEEPALIVED, 3, 100, 10 * MS, 6_093_750),
        (KEEPALIVED, 3, 50, s(1), 804_687_500),
        (FRR, 3, 100, s(1), 600 * MS),
        (FRR, 3, 100, 100 * MS, 60 * MS),
        (FRR, 2, 100, s(1), 600 * MS),
    ],
)
def test_skew_and_master_down(profile, version, priority, interval, skew):
    made = backup(priority, profile=profile, version=version, advert_interval=interval)
    assert made.machine.skew_time == skew
    assert deadline(made) == 3 * interval + skew


@pytest.mark.parametrize(
    "configured, runs", [(100 * MS, 1), (300 * MS, 1), (s("1.4"), 1), (s("1.5"), 2), (s(3), 3)]
)
def test_note_3_version_2_runs_at_whole_seconds(configured, runs):
    made = master(advert_interval=configured)
    assert deadline(made, "advert") == s(runs)
    assert made.run(s(runs))[0].frame.packet.interval == runs
    assert deadline(backup(advert_interval=configured)) == 3 * s(runs) + SKEW


def test_version_3_is_not_rounded():
    assert deadline(master(version=3, advert_interval=300 * MS), "advert") == 300 * MS
    with pytest.raises(ScenarioError, match="steps of 10ms"):
        settings(version=3, advert_interval=15 * MS)


def test_note_3_version_3_adopts_the_interval_heard():
    """`ka3-mixed-int`: 1.805 s with the master at 0.5 s and an own interval of 1 s."""
    made = backup(version=3)
    made.hear(advert(150, version=3, advert_interval=500 * MS), s(1))
    assert deadline(made) == s(1) + 1_804_687_500


def test_down_timer_adverts():
    assert deadline(backup(down_timer_adverts=5)) == s(5) + SKEW


def test_settled_beside_a_master_of_another_interval():
    made = bench(version=3)
    made.feed(Settled(State.BACKUP, 0, 500 * MS))
    assert deadline(made) == 1_804_687_500
    made = bench(version=2)
    made.feed(Settled(State.BACKUP, 0, s(2)))
    assert deadline(made) == DOWN


# --- the start (NOTES 4, 16) ---------------------------------------------------------------------


@pytest.mark.parametrize("state", ["", "MASTER", "BACKUP"])
def test_note_4_state_is_a_hint(state):
    made = backup(150, state=state)
    made.run(s(4))
    assert made.changes[-1] == (3_414_062_500, "MASTER", "master_down")


@pytest.mark.parametrize("state, at", [("MASTER", 0), ("", 0), ("BACKUP", s(3) + SECOND // 256)])
def test_note_4_the_owner_starts_at_once_unless_told_to_be_backup(state, at):
    made = bench(255, state=state)
    made.feed(Started())
    made.run(s(4))
    assert made.changes[-1][:2] == (at, "MASTER")


@pytest.mark.parametrize("priority, state", [(255, State.MASTER), (254, State.BACKUP)])
def test_an_owner_of_frrs_takes_over_at_its_start(priority, state):
    made = bench(priority, profile=FRR)
    made.feed(Started())
    assert made.state is state


def test_frr_has_no_fault_and_tells_of_a_takeover_when_the_carrier_is_back():
    made = backup(profile=FRR, version=3)
    made.feed(LinkChanged("bond0", up=False), s(1))
    assert made.state is State.BACKUP
    made.run(s("3.6"))
    assert made.state is State.MASTER
    made = backup(profile=FRR, version=3)
    machine = made.machine
    machine.handle(TimerFired(("vrrp 51", "master_down")), s("3.6"))
    assert machine.handle(VipFailed(VIP, "no carrier"), s("3.6")) == []
    machine.handle(TimerFired(("vrrp 51", "advert")), s("4.6"))
    actions = machine.handle(LinkChanged("bond0", up=True), s(5))
    assert [type(action) for action in actions] == [Send, AcquireVip]
    assert only(Announce, machine.handle(VipReady(VIP), s(5)))
    assert machine.handle(LinkChanged("bond0", up=True), s(6)) == []


def test_frr_leaves_its_address_when_it_is_stopped():
    made = master(profile=FRR, version=3)
    actions = made.feed(Stopped(), s("0.5"))
    assert [one.frame.packet.priority for one in only(Send, actions)] == [0]
    assert not only(ReleaseVip, actions)
    assert only(
        ReleaseVip, master(profile=FRR, version=3).hear(advert(150, profile=FRR, version=3), s("0.5"))
    )


def test_a_start_delay_is_counted_before_the_first_master_down():
    made = backup(vrrp_startup_delay=s(4))
    assert deadline(made) == s(4) + DOWN
    made.hear(advert(150), s(1))
    assert deadline(made) == s(4) + DOWN
    made.hear(advert(150), s(6))
    assert deadline(made) == s(6) + DOWN
    owner = bench(255, vrrp_startup_delay=s(4))
    owner.feed(Started())
    owner.run(s(9))
    assert owner.changes[-1] == (s(4), "MASTER", "owner")


# --- takeover and its announcements (NOTES 5) ----------------------------------------------------


def test_note_5_advert_then_address_then_five_requests_and_five_more_after_5s():
    made = backup()
    actions = made.run(DOWN)
    kinds = [type(action) for action in actions if not isinstance(action, SetTimer)]
    assert kinds == [Changed, Send, AcquireVip, *[Announce] * 5]
    assert only(Announce, actions)[0] == Announce(VIP, "bond0", MACS[DB2], "garp-request-ff")
    made.run(s(60))
    assert announced(made) == [DOWN] * 5 + [DOWN + s(5)] * 5


def test_several_addresses_are_announced_in_rounds_once_all_are_there():
    machine = VrrpMachine(settings(255, vips=((VIP, 24), (OTHER_VIP, 24)), garp_master_repeat=2))
    machine.handle(Started(), 0)
    assert machine.handle(VipReady(OTHER_VIP), 5) == []
    said = only(Announce, machine.handle(VipReady(VIP), 6))
    assert [one.vip for one in said] == [VIP, OTHER_VIP, VIP, OTHER_VIP]


@pytest.mark.parametrize(
    "words, times",
    [
        ({"garp_master_repeat": 1}, [0, s(5)]),
        ({"garp_master_delay": 0, "garp_master_repeat": 2}, [0, 0]),
        ({"garp_master_delay": s(1), "garp_master_repeat": 2}, [0, 0, s(1), s(1)]),
        ({"vrrp_min_garp": True}, [0]),
        ({"vrrp_garp_interval": 100 * MS}, [0, 100 * MS, s(5), s(5) + 100 * MS]),
    ],
)
def test_note_5_the_plan_as_configured(words, times):
    made = backup(**words)
    made.run(s(60))
    assert announced(made) == [DOWN + at for at in times]


def test_a_paced_burst_goes_through_all_addresses():
    made = backup(vips=((VIP, 24), (OTHER_VIP, 24)), vrrp_garp_interval=s(1), garp_master_delay=0)
    made.run(s(20))
    said = [(at - DOWN, act.vip) for at, act in made.log if isinstance(act, Announce)]
    assert said == [(0, VIP), (s(1), VIP), (s(2), OTHER_VIP)]


def test_refresh_comes_with_adverts_and_counts_from_the_takeover():
    """`ka2-garp-refresh2`: 2.00, 4.01, 6.01 s after it, beside the burst at 5 s."""
    made = backup(garp_master_refresh=s(2), garp_master_refresh_repeat=2)
    made.run(DOWN + s("7.5"))
    times = [at - DOWN for at in announced(made)]
    assert times == [0] * 5 + [s(2)] * 2 + [s(4)] * 2 + [s(5)] * 5 + [s(6)] * 2


def test_a_refresh_waits_for_the_next_advert():
    made = backup(advert_interval=s(2), garp_master_refresh=s(3), garp_master_delay=0, garp_master_repeat=1)
    start = s(6) + SKEW
    made.run(start + s(9))
    assert [at - start for at in announced(made)] == [0, s(4), s(8)]


def test_the_second_burst_survives_a_step_down():
    made = backup()
    made.run(DOWN)
    made.hear(advert(150), DOWN + s(1))
    assert made.state is State.BACKUP
    made.hear(advert(0), DOWN + s(2))
    again = DOWN + s(2) + SKEW
    made.run(s(60))
    assert announced(made) == [DOWN] * 5 + [again] * 5 + [DOWN + s(5)] * 5 + [again + s(5)] * 5


def test_a_burst_without_the_address_is_dropped():
    made = backup()
    made.run(DOWN)
    made.hear(advert(150), DOWN + s(1))
    made.hear(advert(150), DOWN + s(4))
    made.run(DOWN + s(6))
    assert announced(made) == [DOWN] * 5


@pytest.mark.parametrize("name", ["announce", "announce next", "master_down", "nothing"])
def test_a_wake_up_before_its_time_sets_nothing_again(name):
    made = master(150)
    made.hear(advert(100), s("0.5"))
    assert made.machine.handle(TimerFired(("vrrp 51", name)), s("0.6")) == []


def test_frr_announces_once():
    made = backup(profile=FRR, version=3)
    made.run(s(60))
    assert announced(made) == [s("3.6")]
    assert only(Announce, [act for _, act in made.log])[0].form == "garp-request-ff"


# --- election ------------------------------------------------------------------------------------


def test_note_16_a_lower_advert_does_not_delay_a_preempting_backup():
    made = backup(150)
    for second in (1, 2, 3):
        made.hear(advert(100), s(second))
    made.run(s(4))
    assert made.changes[-1] == (3_414_062_500, "MASTER", "preempt")


def test_nopreempt_accepts_a_lower_master_but_not_with_state_master():
    made = backup(150, preempt=False)
    made.hear(advert(100), s(2))
    assert deadline(made) == s("5.4140625")
    made = backup(150, preempt=False, state="MASTER")
    made.hear(advert(100), s(2))
    assert deadline(made) == s("3.4140625")


@pytest.mark.parametrize("first, total", [("0.1", "7.514062500"), ("0.9", "8.314062500")])
def test_note_7_preempt_delay_starts_at_the_first_lower_advert(first, total):
    """5 s of delay are 7.6 to 8.9 s: then the last accepted advert's master-down time runs out."""
    made = backup(150, preempt_delay=s(5))
    for number in range(9):
        made.hear(advert(100), s(first) + s(number))
        if made.state is State.MASTER:
            break
    made.run(s(12))
    # The advert at the very end of the delay is refused already: 4 s after the first is the last accepted.
    assert made.changes[-1] == (s(total), "MASTER", "preempt")


def test_a_higher_advert_stops_the_delay():
    made = backup(150, preempt_delay=s(2))
    made.hear(advert(100), s(1))
    made.hear(advert(200), s(2))
    made.hear(advert(100), s("3.5"))
    assert deadline(made) == s("3.5") + 3_414_062_500


def test_a_master_answers_a_lower_priority_and_announces_at_once_and_5s_later():
    """NOTES 1 and 9: the advert comes first, and the next periodic one counts from it."""
    made = master(150)
    actions = made.hear(advert(100), s("0.25"))
    assert isinstance(actions[0], Send) and len(only(Announce, actions)) == 5
    assert deadline(made, "advert") == s("1.25")
    made.hear(advert(100), s("0.75"))
    made.run(s(7))
    quarters = [at * 4 // SECOND for at in announced(made)]
    assert quarters == [1] * 5 + [3] * 5 + [21] * 5 + [23] * 5


@pytest.mark.parametrize(
    "words, sent, said",
    [
        ({"lower_prio_no_advert": True}, 0, 10),
        ({"garp_lower_prio_repeat": 0}, 1, 0),
        ({"garp_lower_prio_repeat": 2, "garp_lower_prio_delay": 0}, 1, 2),
        ({"vrrp_strict": True}, 0, 0),
        ({"vrrp_min_garp": True}, 1, 1),
    ],
)
def test_the_answer_to_a_lower_priority_as_configured(words, sent, said):
    made = master(150, **words)
    actions = made.hear(advert(100), s("0.5"))
    made.run(s(8))
    assert len(only(Send, actions)) == sent
    assert len(announced(made)) == said
    restarted = "lower_prio_no_advert" not in words and "vrrp_strict" not in words
    assert [at for at, _ in adverts(made)][sent] == (s("1.5") if restarted else s(1))


def test_a_master_yields_to_a_higher_priority_in_silence():
    made = master(100)
    actions = made.hear(advert(150), s("0.5"))
    assert made.changes[-1] == (s("0.5"), "BACKUP", "higher priority heard")
    assert not only(Send, actions) and not only(Announce, actions)
    assert only(ReleaseVip, actions) == [ReleaseVip(VIP)]
    assert deadline(made) == s("0.5") + DOWN


def test_higher_prio_send_advert_has_the_last_word():
    made = master(100, higher_prio_send_advert=True)
    actions = made.hear(advert(150), s("0.5"))
    assert [one.frame.packet.priority for one in only(Send, actions)] == [100]
    assert made.state is State.BACKUP


def test_between_equals_the_higher_address_stays_and_announces():
    made = master(100, DB2)
    assert len(only(Announce, made.hear(advert(100, DB1), s("0.5")))) == 5
    loser = master(100, DB1)
    loser.hear(advert(100, DB2), s("0.5"))
    assert loser.changes[-1][1:] == ("BACKUP", "higher address heard")


def test_a_second_owner_makes_an_owner_yield():
    made = master(255, DB1)
    made.hear(advert(255, DB2), s("0.5"))
    assert made.state is State.BACKUP
    assert made.machine.priority == 254


def test_note_6_priority_zero_is_heard_and_said():
    made = backup()
    made.hear(advert(0), s(1))
    assert deadline(made) == s(1) + SKEW
    made = master(150)
    assert [one.frame.packet.priority for one in only(Send, made.hear(advert(0), s("0.5")))] == [150]
    actions = made.feed(Stopped(), s("0.75"))
    assert [one.frame.packet.priority for one in only(Send, actions)] == [0]
    assert not made.timers


# --- what is refused (knowledge 2.1, NOTES 24) ---------------------------------------------------

REFUSED = [
    ({"version": 3}, "version 3, ours 2"),
    ({"ttl": 254}, "TTL 254"),
    ({"checksum": 7}, "wrong checksum"),
    ({"auth_type": 1}, "authentication type 1"),
    ({"vips": (OTHER_VIP,)}, "another address list"),
    ({"vips": (VIP, OTHER_VIP)}, "another address list"),
    ({"interval": 2}, "interval 2, ours 1"),
]


@pytest.mark.parametrize("forged, why", REFUSED, ids=[why for _, why in REFUSED])
def test_what_is_refused_is_noted_once_and_restarts_a_masters_timer(forged, why):
    refused = advert(255, packet=forged)
    made = backup()
    assert made.hear(refused, s(1)) == [Note(f"advert of {DB1} refused: {why}")]
    assert made.hear(refused, s(2)) == []
    assert deadline(made) == DOWN
    made = master()
    made.hear(refused, s("0.5"))
    assert made.state is State.MASTER
    assert deadline(made, "advert") == s("1.5")
    quiet = master(lower_prio_no_advert=True)
    quiet.hear(refused, s("0.5"))
    assert deadline(quiet, "advert") == s(1)


def test_another_vrid_is_nobodys_business():
    made = master()
    assert made.hear(advert(255, packet={"vrid": 52}), s("0.5")) == []
    assert deadline(made, "advert") == s(1)


def test_the_password_is_compared_by_its_first_eight_letters():
    secret = {"auth_type": "PASS", "auth_pass": "12345678"}
    made = backup(**secret)
    assert made.hear(advert(150, auth_type="PASS", auth_pass="123456789"), s(1)) == [
        SetTimer(("vrrp 51", "master_down"), s(1) + DOWN)
    ]
    noted = made.hear(advert(150, auth_type="PASS", auth_pass="1234567"), s(2))
    assert noted == [Note(f"advert of {DB1} refused: another password")]
    assert "authentication type 0" in made.hear(advert(150), s(3))[0].text


def test_the_list_of_a_known_master_may_change():
    """With skip_check_adv_addr, once one advert of it was accepted; a master compares always."""
    listener = backup(skip_check_adv_addr=True)
    longer = {"vips": (VIP, OTHER_VIP)}
    other = advert(200, packet=longer)
    assert not any(isinstance(one, SetTimer) for one in listener.hear(other, s(1)))
    assert listener.hear(advert(200), s(2)) == [SetTimer(("vrrp 51", "master_down"), s(2) + DOWN)]
    assert listener.hear(other, s(3)) == [SetTimer(("vrrp 51", "master_down"), s(3) + DOWN)]
    stranger = advert(200, DB3, packet=longer)
    assert not any(isinstance(one, SetTimer) for one in listener.hear(stranger, s(4)))
    ruler = master(150, skip_check_adv_addr=True)
    ruler.hear(advert(100), s("0.1"))
    ruler.hear(advert(200, packet=longer), s("0.2"))
    assert ruler.state is State.MASTER


def test_version_3_checks_the_address_list_too():
    assert isinstance(backup(version=3).hear(advert(150, version=3, vips=((OTHER_VIP, 24),)), s(1))[0], Note)


def test_keepalived_and_rfc9568_are_deaf_to_each_other():
    new = rfc.advert(150, DB1, version=3)
    assert "checksum" in backup(version=3).hear(new, s(1))[0].text
    assert rfc.backup(version=3).hear(advert(150, version=3), s(1)) == []


# --- unicast -------------------------------------------------------------------------------------


def test_unicast_adverts_go_to_each_peer_and_any_ttl_is_heard():
    made = master(unicast_peer=(DB1, DB3))
    sent = only(SendPacket, made.run(s(1)))
    assert [(one.packet.dst, one.packet.ttl) for one in sent] == [(DB1, 255), (DB3, 255)]
    listener = backup(100, DB1, unicast_peer=(DB2,))
    frame = framed(MACS[DB1], MACS[DB2], replace(sent[0].packet, ttl=3))
    assert listener.hear(frame, s(1)) == [SetTimer(("vrrp 51", "master_down"), s(1) + DOWN)]
    assert listener.hear(advert(200), s(2)) == []
    assert backup(50, DB1).hear(frame, s(1)) == []


# --- strict mode and other refusals --------------------------------------------------------------


@pytest.mark.parametrize(
    "words, match",
    [
        ({"vrrp_strict": True, "preempt_delay": 1}, "refuses preempt_delay"),
        ({"vrrp_strict": True, "auth_type": "PASS", "auth_pass": "x"}, "refuses auth_type"),
        ({"vrrp_strict": True, "state": "MASTER"}, "refuses state MASTER"),
        ({"state": "FAULT"}, "use MASTER or BACKUP"),
        ({"auth_type": "PASS"}, "write both"),
        ({"auth_type": "PASS", "auth_pass": "x", "version": 3}, "no authentication"),
        ({"down_timer_adverts": 0}, "1 to 100"),
        ({"preempt_delay": s(1001)}, "0s to 1000s"),
    ],
)
def test_what_keepalived_refuses(words, match):
    with pytest.raises(ScenarioError, match=match):
        settings(**words)


# --- several routers on a cable ------------------------------------------------------------------


def cable(*routers: Any) -> Net:
    net = Net()
    for one in routers:
        net.add(str(one.address), lambda one=one: VrrpMachine(one))
    for node in net.nodes:
        node.start()
    return net


@drawn(st.integers(0, 2_000))
def test_note_24_the_mute_second_master(late):
    """n1 at 1 s, n2 at 2 s: n2 sends one advert, n1's next one comes 1 s after it, nobody steps down."""
    net = Net()
    net.add("n1", lambda: VrrpMachine(settings(150, DB1)))
    net.add("n2", lambda: VrrpMachine(settings(100, DB2, advert_interval=s(2))))
    first, second = net.nodes
    first.start()
    net.run(late * MS)
    second.start()
    net.run(s(32))
    assert net.masters == ["n1", "n2"]
    (only_one,) = [at for at, _ in second.sent]
    assert only_one == late * MS + s(6) + SKEW
    following = next(at for at, _ in first.sent if at > only_one)
    assert s(1) <= following - only_one <= s("1.004")


@drawn(st.integers(0, 999))
def test_note_1_a_heal_is_silent_unless_the_winner_hears_the_loser_first(phase):
    """The loser's adverts lag by frac(3.609) = 0.609: who speaks first after the heal decides."""
    net = cable(settings(150, DB1), settings(100, DB2))
    first, second = net.nodes
    net.run(s("5.5"))
    first.isolate()
    net.run(s(20) + phase * MS)
    before = len(first.announced), len(second.announced)
    heals = net.now
    first.heal()
    net.run(heals + s(2))
    assert (net.masters, net.owners) == ([str(DB1)], [str(DB1)])
    # The loser's own advert, if it comes to it: once the winner has spoken, it says nothing more.
    loser_first = any(at >= heals for at, _ in second.sent)
    assert len(first.announced) - before[0] == (5 if loser_first else 0)
    assert len(second.announced) == before[1]


def test_note_10_two_equal_backups_end_with_the_higher_address():
    net = cable(settings(150, DB1), settings(100, DB2), settings(100, DB3))
    net.run(s(6))
    net.nodes[0].crash()
    net.run(s(20))
    assert net.masters == [str(DB3)]


def test_note_8_a_backup_that_was_stopped_reads_before_it_fires():
    machine = VrrpMachine(settings(100))
    machine.handle(Settled(State.BACKUP, 0), 0)
    machine.handle(Received(advert(150), "bond0"), s(6))
    assert machine.handle(TimerFired(("vrrp 51", "master_down")), s(6)) == []
    assert machine.state is State.BACKUP


def test_a_lost_carrier_is_silent_and_its_return_waits_3_4s():
    made = master(150)
    assert not only(Send, made.feed(LinkChanged("bond0", False), s("0.5")))
    made.feed(LinkChanged("bond0", True), s(2))
    made.run(s(6))
    assert made.changes[-1] == (s(2) + 3_414_062_500, "MASTER", "master_down")
