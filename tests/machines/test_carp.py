"""CARP, as ucarp 1.5.2 runs it (truth/NOTES 17 to 20) and as the kernels of FreeBSD and OpenBSD do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import shared_folder
from tests.machines.bench import Bench, only
from tests.wire.test_recorded import read_pcap
from vipsim.errors import ScenarioError
from vipsim.machines.carp import PROFILES, CarpMachine, CarpSettings
from vipsim.machines.carp.advert import digest_of
from vipsim.machines.carp.rules import dead_time, period, profile_named, takeover_time
from vipsim.machines.vocabulary import (
    AcquireVip,
    AdminChanged,
    Announce,
    Changed,
    LinkChanged,
    Note,
    Received,
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
from vipsim.units import MS, SECOND, US, s
from vipsim.wire.addresses import VRRP_GROUP, IPv4, Mac, virtual_mac
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Carp, Frame, Vrrp, framed

VIP = IPv4.parse("192.168.1.219")
N1, N2 = IPv4.parse("192.168.1.217"), IPv4.parse("192.168.1.218")
MACS = {N1: Mac.parse("02:00:00:00:00:01"), N2: Mac.parse("02:00:00:00:00:02")}
TICK = period(1, 100)


def settings(advskew: int = 100, address: IPv4 = N2, profile: str = "ucarp", **given: Any) -> CarpSettings:
    mac = MACS.get(address, Mac.parse("02:00:00:00:00:09"))
    common = {"vips": ((VIP, 24),), "profile": PROFILES[profile], **given}
    return CarpSettings("carp 51", 51, iface="bond0", address=address, mac=mac, advskew=advskew, **common)


def advert(advskew: int = 0, address: IPv4 = N1, **given: Any) -> Frame:
    """What a master with these settings sends; `packet` fields may be forged."""
    forged = given.pop("packet", {})
    bench = Bench(CarpMachine(settings(advskew, address, **given)))
    bench.feed(Settled(State.MASTER, 0))
    frame = only(Send, bench.run(bench.machine.settings.period))[0].frame
    return replace(frame, packet=replace(frame.packet, **forged))


def backup(*args: Any, **given: Any) -> Bench:
    bench = Bench(CarpMachine(settings(*args, **given)))
    bench.feed(Started())
    assert bench.state is State.BACKUP
    return bench


def master(*args: Any, **given: Any) -> Bench:
    bench = Bench(CarpMachine(settings(*args, **given)))
    bench.feed(Settled(State.MASTER, 0))
    return bench


def sent(actions: list[Any]) -> list[str]:
    """Adverts and announcements in their order."""
    words = {Send: "advert", Announce: "announcement", AcquireVip: "address", ReleaseVip: "release"}
    return [words[type(action)] for action in actions if type(action) in words]


# --- timers (truth/NOTES 17) ------------------------------------------------------------------


@pytest.mark.parametrize(("ratio", "expected"), [(2, 2_781_250), (3, 4_171_875), (5, 5_562_500)])
def test_the_deadline_is_seen_at_the_end_of_a_wait_of_one_period(ratio, expected):
    assert takeover_time(1, 100, ratio) == expected * US
    bench = backup(ratio=ratio)
    bench.run(10 * SECOND)
    assert bench.changes[1][:2] == (takeover_time(1, 100, ratio), "MASTER")


def test_the_skew_is_not_multiplied():
    assert dead_time(1, 100) == s(3) + s(1) * 100 // 256


def test_every_packet_of_protocol_112_wakes_the_daemon():
    """A wait that begins anew moves the ticks, even where the advert is somebody else's."""
    bench = backup()
    vrrp = framed(Mac(1 << 40), MACS[N1], Vrrp(N1, VRRP_GROUP, 255, 2, 51, 150, 1, (VIP,)))
    for tenths in (4, 8, 12, 16, 20, 24, 28, 32, 34):
        bench.hear(vrrp, tenths * SECOND // 10)
    assert bench.changes[1][:2] == (s(3.4), "MASTER")


def test_the_kernels_wait_for_the_deadline_itself():
    for profile in ("freebsd", "openbsd"):
        bench = backup(profile=profile)
        bench.run(10 * SECOND)
        assert bench.changes[1][:2] == (dead_time(1, 100), "MASTER")


def test_an_advert_starts_the_wait_anew():
    bench = backup()
    bench.hear(advert(), s(3))
    bench.run(20 * SECOND)
    assert bench.changes[1][:2] == (s(3) + takeover_time(1, 100), "MASTER")


def test_a_master_that_would_time_out_is_down():
    bench = backup(advskew=0)
    bench.hear(advert(advskew=0, advbase=4), s(1))
    assert bench.changes[-1] == (s(1), "MASTER", "master would time out")


@pytest.mark.parametrize("age", [0, 300 * MS, -200 * MS])
def test_settled_backup_counts_from_what_it_heard_or_will_hear(age):
    bench = Bench(CarpMachine(settings()))
    bench.feed(Settled(State.BACKUP, age))
    bench.run(10 * SECOND)
    assert bench.changes[1][:2] == (takeover_time(1, 100) - age, "MASTER")


# --- takeover (truth/NOTES 19) ------------------------------------------------------------------


def test_ucarp_announces_before_its_advert_and_once_more_two_adverts_later():
    bench = backup()
    taken = bench.run(takeover_time(1, 100))
    assert sent(taken) == ["address", "announcement", "advert"]
    assert sent(bench.run(bench.now + TICK)) == ["advert"]
    assert sent(bench.run(bench.now + TICK)) == ["advert", "announcement"]
    assert sent(bench.run(bench.now + 9 * TICK)) == ["advert"] * 9
    announced = only(Announce, taken)[0]
    assert (announced.form, announced.source) == ("garp-request-own", MACS[N2])
    frame = only(Send, taken)[0].frame
    assert frame.src == Mac.parse("00:00:5E:00:00:33")
    assert (frame.packet.src, frame.packet.dst, frame.packet.ttl) == (N2, VRRP_GROUP, 255)


def test_a_script_that_takes_time_does_not_delay_the_second_advert():
    """The next advert is planned when the takeover begins (`first_advert_s` of ``ucarp-start-0-100``)."""
    machine = CarpMachine(settings())
    (look,) = only(SetTimer, machine.handle(Started(), 0))
    woke = takeover_time(1, 100)
    for number in (1, 2, 3):
        actions = machine.handle(TimerFired(look.name), number * TICK)
    assert sent(actions) == ["address"]
    done = machine.handle(VipReady(VIP), woke + 6 * MS)
    assert sent(done) == ["announcement", "advert"]
    assert only(SetTimer, done)[0].at == woke + TICK


def test_a_script_that_fails_is_not_noticed():
    machine = CarpMachine(settings(preempt=True))
    machine.handle(Started(), 0)
    machine.handle(Received(advert(200), "bond0"), 1)
    assert sent(machine.handle(VipFailed(VIP, "no"), 1)) == ["announcement", "advert"]


def test_the_kernels_advertise_first_and_live_at_the_virtual_mac():
    bench = backup(profile="openbsd")
    taken = bench.run(dead_time(1, 100))
    assert sent(taken) == ["advert", "address", "announcement"]
    assert only(AcquireVip, taken)[0].lladdr == only(Announce, taken)[0].source == virtual_mac(51)
    assert only(Send, taken)[0].frame.src == virtual_mac(51)
    assert sent(bench.run(bench.now + 2 * TICK)) == ["advert", "advert", "announcement"]
    freebsd = backup(profile="freebsd")
    freebsd.run(dead_time(1, 100))
    assert "announcement" not in sent(freebsd.run(freebsd.now + 5 * TICK))


# --- two masters ---------------------------------------------------------------------------------


def test_the_loser_sends_one_more_advert_and_the_winner_announces_again():
    loser = master(100)
    assert sent(loser.hear(advert(0), SECOND)) == ["advert", "release"]
    assert loser.changes[-1] == (SECOND, "BACKUP", "faster advert heard")
    winner = master(0, N1)
    assert sent(winner.hear(advert(100, N2), SECOND // 2)) == ["announcement"]
    winner.run(2 * SECOND)  # adverts at 1 s and 2 s
    assert [sent([act]) for at, act in winner.log if at == 2 * SECOND and sent([act])] == [
        ["advert"],
        ["announcement"],
    ]


@pytest.mark.parametrize(
    ("mine", "other", "yields"),
    [
        ("192.168.1.218", "192.168.1.217", True),
        ("10.0.0.6", "10.0.1.5", True),  # the last octet decides: 10.0.1.5 beat 10.0.0.6
        ("10.0.1.5", "10.0.0.6", False),
    ],
)
def test_ucarp_breaks_a_tie_by_the_last_octet(mine, other, yields):
    bench = master(0, IPv4.parse(mine))
    bench.hear(advert(0, IPv4.parse(other)), SECOND // 2)
    assert (bench.state is State.BACKUP) == yields


def test_a_hearer_of_freebsd_yields_to_its_equal_without_a_word():
    bench = master(100, profile="freebsd")
    assert sent(bench.hear(advert(100, profile="freebsd"), SECOND)) == ["release"]
    worse = master(100, profile="freebsd")
    assert sent(worse.hear(advert(101, profile="freebsd"), SECOND)) == []
    assert worse.state is State.MASTER


def test_freebsd_adds_its_demotion_to_the_skew():
    assert settings(100, profile="freebsd", demotion=240).skew == 240
    assert settings(10, profile="freebsd", demotion=5).period == period(1, 15)
    assert advert(10, profile="freebsd", demotion=5).packet.advskew == 15


def test_openbsd_compares_demotion_first():
    demoted = {"profile": "openbsd", "demotion": 1}
    bench = master(0, **demoted)
    bench.hear(advert(100, profile="openbsd"), SECOND // 2)
    assert bench.state is State.BACKUP
    healthy = backup(100, profile="openbsd")
    healthy.hear(advert(0, **demoted), SECOND)
    assert healthy.changes[-1] == (SECOND, "MASTER", "master demoted")
    assert advert(0, **demoted).packet.demotion == 1


def test_preemption_comes_at_the_first_slower_advert():
    bench = backup(0, N1, preempt=True)
    bench.hear(advert(100, N2), s(0.7))
    assert bench.changes[-1] == (s(0.7), "MASTER", "preempt")
    patient = backup(0, N1)
    patient.hear(advert(100, N2), s(0.7))
    assert patient.state is State.BACKUP


def test_a_master_that_is_late_sends_its_advert_between_two_packets():
    """truth ``ucarp-stop:recover``: one packet, the advert that is due, the next packet."""
    bench = master(0, N1)
    bench.now = s(5)  # SIGCONT: the timer of 1 s has not fired
    assert sent(bench.hear(advert(100, N2))) == ["announcement", "advert"]
    assert sent(bench.hear(advert(100, N2))) == ["announcement"]


# --- start and end (truth/NOTES 20) ---------------------------------------------------------------


def test_sigterm_leaves_the_address_unless_it_is_told_otherwise():
    assert sent(master(0).feed(Stopped(), SECOND // 2)) == []
    assert sent(master(0, shutdown=True).feed(Stopped(), SECOND // 2)) == ["release"]
    assert sent(backup(shutdown=True).feed(Stopped(), SECOND)) == []


def test_openbsd_says_goodbye_with_the_longest_period():
    bye = only(Send, master(0, N1, profile="openbsd").feed(Stopped(), SECOND // 2))[0].frame
    assert (bye.packet.advbase, bye.packet.advskew) == (255, 255)
    bench = backup(profile="openbsd")
    bench.hear(bye, SECOND)
    assert bench.changes[-1] == (SECOND, "MASTER", "goodbye")


@pytest.mark.parametrize("neutral", [False, True])
def test_the_down_script_runs_at_the_start_unless_neutral(neutral):
    bench = Bench(CarpMachine(settings(neutral=neutral)))
    assert sent(bench.feed(Started())) == ([] if neutral else ["release"])


def test_without_a_carrier_ucarp_sleeps_ten_seconds_at_a_time():
    bench = master(0, N1)
    assert bench.feed(LinkChanged("bond0", False), s(0.5)) == []
    assert sent(bench.run(SECOND)) == ["advert", "release"]  # noticed when it has sent its next advert
    assert bench.state is State.FAULT
    bench.feed(LinkChanged("bond0", True), s(3))
    bench.hear(advert(100, N2), s(9))
    assert bench.changes[-1][:2] == (SECOND, "FAULT")
    bench.run(s(11))
    assert bench.changes[-1] == (s(11), "BACKUP", "carrier back")
    bench.run(s(20))
    assert bench.changes[-1][:2] == (s(14), "MASTER")  # what came while it slept counts from its waking


def test_what_came_while_it_slept_is_read_when_it_wakes():
    bench = backup(0, N1, preempt=True)
    bench.feed(LinkChanged("bond0", False), s(0.5))
    bench.run(SECOND)
    assert bench.state is State.FAULT
    bench.feed(LinkChanged("bond0", True), s(3))
    bench.hear(advert(100, N2), s(9))
    bench.run(s(11))
    assert [change[1:] for change in bench.changes[-2:]] == [
        ("BACKUP", "carrier back"),
        ("MASTER", "preempt"),
    ]


def test_a_carrier_that_is_back_in_time_was_never_away():
    bench = backup()
    bench.feed(LinkChanged("bond0", False), s(0.2))
    bench.feed(LinkChanged("bond0", True), s(0.4))
    bench.run(s(2))
    assert bench.state is State.BACKUP
    deaf = backup(ignore_carrier=True)
    deaf.feed(LinkChanged("bond0", False), s(0.2))
    deaf.run(s(3))
    assert deaf.state is State.BACKUP


def test_a_kernel_sees_the_carrier_at_once():
    bench = master(0, profile="freebsd")
    bench.feed(LinkChanged("bond0", False), s(0.5))
    assert bench.changes[-1][:2] == (s(0.5), "FAULT")
    bench.feed(LinkChanged("bond0", True), s(2))
    assert bench.changes[-1][:2] == (s(2), "BACKUP")


def test_an_interface_that_is_set_down_ends_ucarp():
    bench = master(0)
    assert sent(bench.feed(AdminChanged("bond0", False), s(0.5))) == []
    assert bench.changes[-1] == (s(0.5), "INIT", "interface set down")
    assert bench.timers == {}


# --- adverts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ({"ttl": 254}, "TTL 254"),
        ({"checksum": 1}, "wrong checksum"),
        ({"dst": N2}, "destination"),
        ({"digest": bytes(20)}, "another password or address list"),
    ],
)
def test_an_advert_that_is_not_acceptable_is_not_heard_but_wakes(forged, why):
    bench = backup()
    notes = only(Note, bench.hear(advert(packet=forged), s(1)))
    assert why in notes[0].text
    assert only(Note, bench.hear(advert(packet=forged), s(2))) == []  # each reason once
    bench.run(s(5))
    # The deadline of 3.39 s is seen at the end of the second wait from the last wake-up.
    assert bench.changes[1][:2] == (s(2) + TICK, "MASTER")


def test_other_virtual_hosts_and_our_own_reflection_are_ignored():
    bench = backup()
    foreign = advert(packet={"vhid": 52})
    assert only(Note, bench.hear(foreign, s(1))) == []
    own = replace(advert(), packet=replace(advert().packet, src=N2))
    assert bench.hear(own, s(1)) == []


def test_two_passwords_are_two_masters():
    one, other = master(0, N1, password="one"), master(100, N2, password="other")
    one.hear(advert(100, N2, password="other"), s(0.5))
    other.hear(advert(0, N1, password="one"), s(0.5))
    assert (one.state, other.state) == (State.MASTER, State.MASTER)


def test_the_digest_is_that_of_recorded_adverts():
    folder = shared_folder() / "truth" / "pcap"
    for path in folder.glob("ucarp*.pcap"):
        packets = [decode(data).packet for data in read_pcap(path)]
        carps = [packet for packet in packets if isinstance(packet, Carp)]
        assert carps
        for carp in carps:
            assert carp.digest == digest_of(settings(password="secret"), carp.counter)
            ours = CarpMachine(settings(carp.advskew, carp.src, password="secret"))
            assert only(Note, Bench(ours).hear(framed(Mac(1), Mac(2), carp))) == []


def test_the_counter_goes_on_from_the_one_that_was_heard():
    bench = backup(preempt=False)
    bench.hear(advert(packet={"counter": 41, "digest": digest_of(settings(), 41)}), SECOND)
    taken = bench.run(SECOND + takeover_time(1, 100))
    assert only(Send, taken)[0].frame.packet.counter == 42
    assert decode(encode(only(Send, taken)[0].frame)) == only(Send, taken)[0].frame


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"advbase": 256}, "advbase must be 0 to 255, not 256"),
        ({"advbase": 0, "advskew": 0}, "there must be a period"),
        ({"advbase": 255, "advskew": 255}, "means goodbye"),
        ({"ratio": 0}, "ratio must be 1 to 1000"),
        ({"ratio": 4, "profile": "freebsd"}, "fixed ratio of 3"),
        ({"demotion": 1}, "profile ucarp has no demotion"),
        ({"shutdown": True, "profile": "openbsd"}, "shutdown is an option of ucarp"),
        ({"password": ""}, "1 to 19 octets"),
        ({"password": "x" * 20}, "1 to 19 octets"),
        ({"vips": ((VIP, 24), (N1, 24))}, "number of vips must be 1, not 2"),
    ],
)
def test_what_cannot_be_sent_is_refused(given, message):
    with pytest.raises(ScenarioError, match=message):
        settings(**given)


def test_a_profile_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ScenarioError, match="freebsd, openbsd, ucarp"):
        profile_named("linux")


def test_every_change_is_declared():
    bench = backup()
    bench.run(s(9))
    assert all(
        (act.old, act.new) in CarpMachine.transitions for _, act in bench.log if isinstance(act, Changed)
    )
