"""The sentences of RFC 3768 (version 2), RFC 5798 and RFC 9568 (version 3), one test each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contract.judge import memory as everything
from tests.machines.bench import Bench, Net, only
from vipsim.errors import ScenarioError
from vipsim.machines.vocabulary import (
    AcquireVip,
    Announce,
    CancelTimer,
    Changed,
    LinkChanged,
    ReleaseVip,
    Send,
    SetTimer,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.machines.vrrp import PROFILES, VrrpMachine, VrrpSettings
from vipsim.machines.vrrp.profiles import default_profile, profile_named
from vipsim.machines.vrrp.rules import master_down_interval, skew_time
from vipsim.units import MS, NS, SECOND, s
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.checksum import vrrp_checksum
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Frame

VIP = IPv4.parse("192.168.1.219")
OTHER_VIP = IPv4.parse("192.168.1.220")
DB1 = IPv4.parse("192.168.1.217")
DB2 = IPv4.parse("192.168.1.218")
DB3 = IPv4.parse("192.168.1.230")
MACS = {
    DB1: Mac.parse("00:21:5A:DB:68:E8"),
    DB2: Mac.parse("00:21:5A:DB:7F:C2"),
    DB3: Mac.parse("00:21:5A:DB:00:03"),
}


def settings(priority: int = 100, address: IPv4 = DB2, **given: Any) -> VrrpSettings:
    version = given.get("version", 2)
    given.setdefault("profile", PROFILES[default_profile(version)])
    given.setdefault("vips", ((VIP, 24),))
    return VrrpSettings(
        name="vrrp 51", vrid=51, priority=priority, iface="bond0", address=address, mac=MACS[address], **given
    )


def advert(priority: int, address: IPv4 = DB1, **given: Any) -> Frame:
    """What a router with these settings sends; `packet` fields may be forged."""
    forged = given.pop("packet", {})
    bench = Bench(VrrpMachine(settings(max(priority, 1), address, **given)))
    bench.feed(Settled(State.MASTER, 0))
    frame = only(Send, bench.run(bench.machine.settings.advert_interval))[0].frame
    return replace(frame, packet=replace(frame.packet, priority=priority, **forged))


def backup(priority: int = 100, address: IPv4 = DB2, **given: Any) -> Bench:
    bench = Bench(VrrpMachine(settings(priority, address, **given)))
    bench.feed(Started())
    assert bench.state is State.BACKUP
    return bench


def master(priority: int = 100, address: IPv4 = DB2, **given: Any) -> Bench:
    bench = Bench(VrrpMachine(settings(priority, address, **given)))
    bench.feed(Settled(State.MASTER, 0))
    return bench


def deadline(bench: Bench, what: str = "master_down") -> int:
    return bench.timers["vrrp 51", what]


# --- the arithmetic of section 6.1 ---------------------------------------------------------------


@pytest.mark.parametrize(
    "version, priority, interval, skew, down",
    [
        (2, 100, s(1), 609_375_000, 3_609_375_000),
        (2, 150, s(1), 414_062_500, 3_414_062_500),
        (2, 254, s(1), 7_812_500, 3_007_812_500),
        (2, 1, s(1), 996_093_750, 3_996_093_750),
        # Whatever the interval is, version 2 skews by a part of one second.
        (2, 100, s(10), 609_375_000, 30_609_375_000),
        (3, 100, s(1), 609_375_000, 3_609_375_000),
        # keepalived's own log at 10 ms and priority 100: 6.093 ms.
        (3, 100, 10 * MS, 6_093_750, 36_093_750),
        (3, 200, s(10), 2_187_500_000, 32_187_500_000),
    ],
)
def test_section_6_1_skew_and_master_down_are_exact(version, priority, interval, skew, down):
    assert skew_time(version, priority, interval) == skew * NS
    assert master_down_interval(version, priority, interval) == down
    bench = backup(priority, version=version, advert_interval=interval)
    assert bench.machine.skew_time == skew
    assert deadline(bench) == down


# --- values that a packet cannot carry -----------------------------------------------------------


@pytest.mark.parametrize("interval", [300 * MS, s("1.5"), s(256), 0, 1])
def test_rfc3768_5_3_7_version_2_carries_whole_seconds(interval):
    with pytest.raises(ScenarioError, match="whole seconds 1s to 255s: use version: 3") as failed:
        settings(advert_interval=interval)
    assert "version: 3 (10ms to 40.95s in steps of 10ms)" in str(failed.value)


@pytest.mark.parametrize("interval", [15 * MS, s("40.96"), 0, 1])
def test_rfc9568_5_2_7_version_3_carries_hundredths(interval):
    with pytest.raises(ScenarioError, match="version 3 carries 10ms to 40.95s in steps of 10ms"):
        settings(version=3, advert_interval=interval)


@pytest.mark.parametrize("version, interval", [(2, s(1)), (2, s(255)), (3, 10 * MS), (3, s("40.95"))])
def test_the_ends_of_the_ranges_are_carried(version, interval):
    frame = advert(100, version=version, advert_interval=interval)
    assert decode(encode(frame)).packet.interval == interval // (SECOND if version == 2 else 10 * MS)


@pytest.mark.parametrize(
    "field, value", [("vrid", 0), ("vrid", 256), ("priority", 0), ("priority", 256), ("vips", ())]
)
def test_section_5_3_fields_have_eight_bits(field, value):
    given = {"name": "vrrp 51", "vrid": 51, "priority": 100, "vips": ((VIP, 24),)} | {field: value}
    with pytest.raises(ScenarioError, match="1 to 255"):
        VrrpSettings(iface="bond0", address=DB1, mac=MACS[DB1], **given)


def test_a_profile_speaks_its_versions_only():
    with pytest.raises(
        ScenarioError, match="rfc3768 does not speak version 3: use one of frr, keepalived, rfc"
    ):
        settings(version=3, profile=PROFILES["rfc3768"])
    with pytest.raises(ScenarioError, match="version: 2 and version: 3, not 4"):
        settings(version=4, profile=PROFILES["rfc3768"])
    with pytest.raises(ScenarioError, match="use one of frr, keepalived, rfc3768, rfc5798, rfc9568"):
        profile_named("cisco")


# --- 6.4.1 Initialize ------------------------------------------------------------------------


def test_6_4_1_startup_with_priority_255_is_master_at_once():
    bench = Bench(VrrpMachine(settings(255)))
    actions = bench.feed(Started())
    assert bench.changes == [(0, "MASTER", "owner")]
    assert [type(a) for a in actions] == [Changed, Send, AcquireVip, SetTimer, Announce]


def test_6_4_1_startup_with_less_waits_a_whole_master_down_interval():
    bench = backup(100)
    assert not only(Send, [a for _, a in bench.log])
    bench.run(3_609_374_999)
    assert bench.state is State.BACKUP
    bench.run(3_609_375_000)
    assert bench.changes[-1] == (3_609_375_000, "MASTER", "master_down")


def test_startup_removes_what_a_killed_daemon_left_behind():
    assert only(ReleaseVip, [action for _, action in backup().log]) == [ReleaseVip(VIP)]


# --- 6.4.2 Backup ----------------------------------------------------------------------------


def test_6_4_2_takeover_sends_the_advert_first_then_acquires_then_announces():
    bench = backup(100)
    actions = bench.run(s(4))
    changed, send, acquire, timer, announce = actions
    assert (changed.old, changed.new) == (State.BACKUP, State.MASTER)
    packet = send.frame.packet
    assert (packet.priority, packet.ttl, packet.interval, packet.vips) == (100, 255, 1, (VIP,))
    assert str(packet.dst) == "224.0.0.18"
    assert str(send.frame.dst) == "01:00:5E:00:00:12"
    assert acquire == AcquireVip(VIP, 24, "bond0")
    assert timer == SetTimer(("vrrp 51", "advert"), 3_609_375_000 + s(1))
    assert announce == Announce(VIP, "bond0", MACS[DB2])


def test_an_address_is_announced_once_and_only_when_the_kernel_has_it():
    machine = VrrpMachine(settings(255, vips=((VIP, 24), (OTHER_VIP, 32))))
    assert not only(Announce, machine.handle(Started(), 0))
    assert machine.handle(VipReady(OTHER_VIP), 5) == [Announce(OTHER_VIP, "bond0", MACS[DB2])]
    assert machine.handle(VipReady(OTHER_VIP), 6) == []
    assert machine.handle(VipReady(VIP), 7) == [Announce(VIP, "bond0", MACS[DB2])]


def test_a_profile_may_announce_several_times():
    loud = replace(PROFILES["rfc3768"], announcements=5)
    bench = Bench(VrrpMachine(settings(255, profile=loud)))
    assert len(only(Announce, bench.feed(Started()))) == 5


@pytest.mark.parametrize("priority", [100, 101, 255])
def test_6_4_2_an_advert_of_equal_or_higher_priority_resets_the_timer(priority):
    bench = backup(100)
    bench.hear(advert(priority), s(2))
    assert deadline(bench) == s(2) + 3_609_375_000


def test_6_4_2_priority_zero_leaves_only_the_skew():
    bench = backup(100)
    bench.hear(advert(150), s(1))
    bench.hear(advert(0), s(2))
    assert deadline(bench) == s(2) + 609_375_000
    bench.run(s(3))
    assert bench.changes[-1] == (s(2) + 609_375_000, "MASTER", "goodbye")


def test_6_4_2_preempt_discards_a_lower_priority_and_lets_the_timer_run():
    bench = backup(150)
    for second in (1, 2, 3):
        assert bench.hear(advert(100), s(second)) == []
    bench.run(s(4))
    assert bench.changes[-1] == (3_414_062_500, "MASTER", "preempt")


def test_6_4_2_without_preempt_a_lower_priority_resets_the_timer():
    bench = backup(150, preempt=False)
    bench.hear(advert(100), s(2))
    assert deadline(bench) == s(2) + 3_414_062_500


def test_a_master_heard_after_a_lower_one_makes_the_reason_master_down_again():
    bench = backup(150)
    bench.hear(advert(100), s(1))
    bench.hear(advert(200), s(2))
    bench.run(s(10))
    assert bench.changes[-1][1:] == ("MASTER", "master_down")


def test_rfc9568_6_4_2_a_backup_adopts_the_interval_that_it_hears():
    bench = backup(100, version=3, advert_interval=s(1))
    bench.hear(advert(150, version=3, advert_interval=s(10)), s(1))
    assert bench.machine.skew_time == 6_093_750_000
    assert deadline(bench) == s(1) + s(30) + 6_093_750_000
    # As a master it uses its own interval again.
    bench.run(deadline(bench))
    assert deadline(bench, "advert") == bench.now + s(1)
    bench.feed(VipFailed(VIP, "no permission"))
    assert deadline(bench) == bench.now + 3_609_375_000


def test_version_3_ignores_an_interval_of_zero():
    bench = backup(100, version=3)
    bench.hear(advert(150, version=3, packet={"interval": 0}), s(1))
    assert deadline(bench) == s(1) + 3_609_375_000


def test_6_4_2_shutdown_is_silent():
    bench = backup()
    actions = bench.feed(Stopped(), s(1))
    assert actions == [
        Changed("vrrp 51", State.BACKUP, State.INIT, "stop"),
        CancelTimer(("vrrp 51", "master_down")),
    ]


# --- 6.4.3 Master ----------------------------------------------------------------------------


def test_6_4_3_a_master_sends_an_advert_every_interval():
    bench = master(advert_interval=s(2))
    bench.run(s(9))
    assert [at for at, action in bench.log if isinstance(action, Send)] == [s(2), s(4), s(6), s(8)]


def test_6_4_3_a_late_timer_moves_the_ones_after_it():
    machine = VrrpMachine(settings())
    machine.handle(Settled(State.MASTER, 0), 0)
    actions = machine.handle(TimerFired(("vrrp 51", "advert")), s(1) + 7)
    assert only(SetTimer, actions) == [SetTimer(("vrrp 51", "advert"), s(2) + 7)]


def test_6_4_3_shutdown_says_goodbye_and_releases():
    bench = master()
    actions = bench.feed(Stopped(), s("0.5"))
    assert only(Send, actions)[0].frame.packet.priority == 0
    assert only(ReleaseVip, actions) == [ReleaseVip(VIP)]
    assert not bench.timers
    assert bench.changes[-1] == (s("0.5"), "INIT", "stop")


def test_6_4_3_priority_zero_is_answered_at_once_and_resets_the_timer():
    bench = master()
    actions = bench.hear(advert(0), s("0.25"))
    assert [action.frame.packet.priority for action in only(Send, actions)] == [100]
    assert deadline(bench, "advert") == s("1.25")


def test_6_4_3_a_higher_priority_takes_over():
    bench = master(100)
    actions = bench.hear(advert(101), s("0.5"))
    assert bench.changes[-1] == (s("0.5"), "BACKUP", "higher priority heard")
    assert only(ReleaseVip, actions) == [ReleaseVip(VIP)]
    assert not only(Send, actions)
    assert bench.timers == {("vrrp 51", "master_down"): s("0.5") + 3_609_375_000}


def test_6_4_3_between_equals_the_higher_address_wins():
    bench = master(100, DB1)
    bench.hear(advert(100, DB2), s("0.5"))
    assert bench.changes[-1][1:] == ("BACKUP", "higher address heard")
    stays = master(100, DB2)
    assert stays.hear(advert(100, DB1), s("0.5")) == []
    assert stays.state is State.MASTER


@pytest.mark.parametrize("profile, answers", [("rfc3768", 0), ("rfc5798", 0), ("rfc9568", 1)])
def test_6_4_3_a_lower_priority_is_discarded_or_since_rfc9568_answered(profile, answers):
    rules = {"profile": PROFILES[profile], "version": PROFILES[profile].versions[0]}
    bench = master(150, **rules)
    actions = bench.hear(advert(100, **rules), s("0.5"))
    assert len(only(Send, actions)) == answers
    assert bench.state is State.MASTER
    assert deadline(bench, "advert") == s(1)


# --- 7.1 Receiving ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "packet",
    [{"ttl": 254}, {"version": 3}, {"vrid": 52}, {"auth_type": 1}, {"interval": 2}, {"checksum": 0x1234}],
    ids=lambda packet: next(iter(packet)),
)
def test_rfc3768_7_1_what_fails_a_check_is_discarded(packet):
    assert backup().hear(advert(150, packet=packet), s(1)) == []
    assert master().hear(advert(150, packet=packet), s("0.5")) == []
    assert backup().hear(advert(150), s(1)) != []


def test_rfc3768_7_1_an_owner_hears_nobody():
    bench = Bench(VrrpMachine(settings(255)))
    bench.feed(Started())
    assert bench.hear(advert(255, DB3), s("0.5")) == []


def test_rfc3768_7_1_another_address_list_is_dropped_unless_the_owner_sent_it():
    assert backup().hear(advert(150, vips=((OTHER_VIP, 24),)), s(1)) == []
    assert backup().hear(advert(255, vips=((OTHER_VIP, 24),)), s(1)) != []


def test_the_order_of_the_address_list_does_not_matter():
    bench = backup(vips=((VIP, 24), (OTHER_VIP, 24)))
    assert bench.hear(advert(150, vips=((OTHER_VIP, 24), (VIP, 24))), s(1)) != []


def test_rfc5798_7_1_another_address_list_is_heard():
    assert backup(version=3).hear(advert(150, version=3, vips=((OTHER_VIP, 24),)), s(1)) != []


def test_a_wrong_checksum_survives_the_cable_and_is_refused():
    good = encode(advert(150))
    at = 14 + 20 + 6
    broken = bytearray(good)
    broken[at] ^= 0xFF
    assert backup().hear(decode(bytes(good)), s(1)) != []
    assert backup().hear(decode(bytes(broken)), s(1)) == []


def test_rfc9568_5_2_8_and_rfc5798_are_deaf_to_each_other():
    """RFC 9568 leaves the pseudo-header out of the checksum."""
    old, new = {"version": 3, "profile": PROFILES["rfc5798"]}, {"version": 3, "profile": PROFILES["rfc9568"]}
    assert vrrp_checksum(advert(150, **old).packet) != vrrp_checksum(advert(150, **new).packet)
    for sender, receiver, heard in [(old, new, 0), (new, old, 0), (old, old, 1), (new, new, 1)]:
        over_the_cable = decode(encode(advert(150, **sender)))
        assert bool(backup(**receiver).hear(over_the_cable, s(1))) == heard


def test_a_reflected_advert_of_our_own_is_no_other_master():
    bench = master(100, DB2, version=3, profile=PROFILES["rfc9568"])
    assert bench.hear(advert(100, DB2, version=3), s("0.5")) == []


def test_other_interfaces_and_other_packets_are_not_heard():
    bench = backup()
    assert bench.hear(advert(150), s(1), iface="eth9") == []
    frame = advert(150)
    assert bench.hear(replace(frame, packet=None), s(1)) == []


# --- FAULT, failures, settling ---------------------------------------------------------------


def test_a_lost_link_is_fault_without_a_word_and_its_return_a_startup():
    bench = master()
    actions = bench.feed(LinkChanged("bond0", False), s("0.5"))
    assert bench.changes[-1] == (s("0.5"), "FAULT", "link down")
    assert only(ReleaseVip, actions) and not only(Send, actions) and not bench.timers
    assert bench.hear(advert(150), s(1)) == []
    bench.feed(LinkChanged("bond0", True), s(2))
    assert bench.changes[-1] == (s(2), "BACKUP", "link up")
    assert deadline(bench) == s(2) + 3_609_375_000


def test_other_links_do_not_matter():
    assert master().feed(LinkChanged("eth9", False)) == []


def test_starting_without_a_link_is_fault():
    bench = Bench(VrrpMachine(settings()))
    bench.feed(Started(down=("bond0",)))
    assert bench.changes == [(0, "FAULT", "link down")]
    bench.feed(LinkChanged("bond0", True), s(1))
    assert bench.state is State.BACKUP


def test_an_address_that_the_kernel_refuses_ends_the_mastership():
    bench = master()
    actions = bench.feed(VipFailed(VIP, "no such device"), s("0.5"))
    assert bench.changes[-1] == (s("0.5"), "BACKUP", "vip failed")
    assert only(Send, actions)[0].frame.packet.priority == 0
    assert deadline(bench) == s("0.5") + 3_609_375_000


@pytest.mark.parametrize("age", [0, 1, s("0.25"), s("0.999999999")])
def test_settled_is_the_same_as_having_run(age):
    """A master that took over long ago, and its backup: state, timers and memory are equal."""
    run = Bench(VrrpMachine(settings(255)), -s(5) - age)
    run.feed(Started())
    run.run(-age)
    settled = Bench(VrrpMachine(settings(255)))
    settled.feed(Settled(State.MASTER, age))
    run.now = 0
    assert settled.timers == run.timers == {("vrrp 51", "advert"): s(1) - age}
    assert memory(settled.machine) == memory(run.machine)
    assert not only(Send, [action for _, action in settled.log])
    assert not only(Announce, [action for _, action in settled.log])

    heard = Bench(VrrpMachine(settings(100)), -age - s(2))
    heard.feed(Started())
    heard.hear(advert(255), -age)
    waits = Bench(VrrpMachine(settings(100)))
    waits.feed(Settled(State.BACKUP, age))
    assert waits.timers == heard.timers == {("vrrp 51", "master_down"): 3_609_375_000 - age}
    assert memory(waits.machine) == memory(heard.machine)


def memory(machine: VrrpMachine) -> dict[str, Any]:
    return {name: value for name, value in everything(machine).items() if name != "timers"}


# --- two and three routers on a cable --------------------------------------------------------


def cable(*priorities: tuple[IPv4, int], **given: Any) -> Net:
    net = Net()
    for address, priority in priorities:
        net.add(str(address), lambda a=address, p=priority: VrrpMachine(settings(p, a, **given)))
    for node in net.nodes:
        node.start()
    return net


def test_the_pair_of_the_document_fails_over_and_back():
    net = cable((DB1, 150), (DB2, 100))
    first, second = net.nodes
    net.run(s(10))
    assert (net.owners, net.masters) == ([str(DB1)], [str(DB1)])
    first.crash()
    net.run(s(20))
    assert net.owners == [str(DB2)]
    at, _, why = second.changes[-1]
    assert why == "master_down"
    assert s("2.609") <= at - s(10) <= s("3.6096")
    first.reboot()
    net.run(s(30))
    assert net.owners == [str(DB1)]
    assert first.changes[-1] == (s(20) + 3_414_062_500, "MASTER", "preempt")


def test_a_maintenance_costs_the_skew():
    net = cable((DB1, 150), (DB2, 100))
    net.run(s(10))
    net.nodes[0].stop()
    net.run(s(20))
    assert net.nodes[1].changes[-1] == (s(10) + 100_000 + 609_375_000, "MASTER", "goodbye")


def test_equal_priorities_end_with_one_master():
    net = cable((DB1, 100), (DB2, 100), (DB3, 100))
    net.run(s(20))
    assert net.masters == [str(DB3)]


@pytest.mark.parametrize("version", [2, 3])
def test_after_a_partition_there_is_one_owner(version):
    net = cable((DB1, 150), (DB2, 100), version=version)
    net.run(s(10))
    net.nodes[0].isolate()
    net.run(s(20))
    assert len(net.owners) == 2
    net.nodes[0].heal()
    net.run(s(23))
    assert net.owners == [str(DB1)]
