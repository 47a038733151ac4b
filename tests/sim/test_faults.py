"""One test a word: what DESIGN's table says of each fault holds, seen from outside."""

import pytest

import vipsim as vs
from vipsim.scenario.model import FaultWord
from vipsim.sim.faults import ACTS, WAY_BACK
from vipsim.units import SECOND
from vipsim.wire.addresses import IPv4
from vipsim.wire.codec import encode
from vipsim.wire.frames import Arp, Echo, Vrrp, gratuitous_request, kind_of

DB1 = "db1.bond0"
VIP = IPv4.parse("192.168.1.219")
AT = 5 * SECOND
BACK = 11 * SECOND


def run(*faults, **settings):
    settings.setdefault("phase", 0.3)
    return vs.run(vs.pair(faults=faults, **settings), seed=2)


def sent(trace, end, since=AT, until=20 * SECOND, kind=None):
    """Frames put on the cable by `end` in [since, until)."""
    return [
        frame
        for frame in trace.frames
        if frame.src == end
        and since <= frame.sent < until
        and (kind is None or kind_of(frame.frame.packet) == kind)
    ]


def reaching(trace, end, since=AT, until=20 * SECOND, sender=None):
    """Frames delivered to `end` in [since, until)."""
    return [
        frame
        for frame in trace.frames
        if frame.dst == end
        and frame.outcome == "delivered"
        and since <= frame.arrival < until
        and (sender is None or frame.frame.src == sender)
    ]


def links(trace):
    return [(r.time, r.node, r.data["iface"], r.data["up"]) for r in trace.select("link")]


def states(trace, node):
    return [(r.time, r.data["new"]) for r in trace.select("state", node)]


def daemon(trace, node):
    return [(r.time, r.data["act"]) for r in trace.select("daemon", node) if r.time]


def test_every_word_is_carried_out_and_every_harm_has_a_way_back():
    assert set(ACTS) == set(FaultWord)
    ways_back = set(WAY_BACK.values())
    assert ways_back.isdisjoint(WAY_BACK)
    once = {FaultWord.INJECT, FaultWord.RELOAD, FaultWord.KILL_CHILD}
    assert set(ACTS) == set(WAY_BACK) | ways_back | once


def test_crash_daemon_gone_kernel_silent_carrier_up():
    trace = run(vs.crash("db1", at="5s"))
    assert daemon(trace, "db1") == [(AT, "kill")]
    assert sent(trace, DB1) == []
    assert links(trace) == []
    # the switch knows nothing of it and goes on sending to the dead port
    assert any("host is down" in frame.outcome for frame in trace.frames if frame.dst == DB1)


def test_power_is_a_crash_that_loses_the_carrier():
    trace = run(vs.power("db1", at="5s"))
    assert sent(trace, DB1) == []
    assert {(node, up) for _, node, _, up in links(trace)} == {("db1", False), ("sw1", False)}
    forgotten = [r for r in trace.select("fdb", "sw1") if r.time == AT and r.data["port"] is None]
    assert [str(r.data["mac"]) for r in forgotten] == ["00:21:5A:DB:68:E8"]


def test_kill_leaves_a_kernel_that_answers_for_the_vip():
    trace = run(vs.kill("db1", at="5s"))
    assert sent(trace, DB1, kind="advert") == []
    answered = {frame.frame.packet.src for frame in sent(trace, DB1, kind="echo-reply")}
    assert VIP in answered
    assert [r for r in trace.select("vip", "db1") if r.time >= AT] == []
    assert trace.metrics.dual_owner > 10 * SECOND
    assert trace.metrics.clients["app1"].blackout == 0
    assert trace.violations == []  # the fault is still open: nobody promised one owner


def test_stop_says_goodbye_and_releases():
    trace = run(vs.stop("db1", at="5s"))
    goodbyes = [frame for frame in sent(trace, DB1, kind="advert")]
    assert [frame.frame.packet.priority for frame in goodbyes] == [0]
    assert [(r.time, r.data["act"]) for r in trace.select("vip", "db1")][-1] == (AT, "release")
    assert sent(trace, DB1, since=10 * SECOND, kind="echo-reply")  # its kernel answers the polls


def test_hang_freezes_the_daemon_only_and_cont_reads_the_inbox_first():
    trace = run(vs.hang("db1", at="5s"), vs.cont("db1", at="11s"))
    assert daemon(trace, "db1") == [(AT, "freeze"), (BACK, "thaw")]
    assert sent(trace, DB1, until=BACK, kind="advert") == []
    assert sent(trace, DB1, until=BACK, kind="echo-reply")
    # what waited in the inbox are db2's adverts of lower priority: db1 stays master and says so
    assert states(trace, "db1")[-1][1] == "MASTER"
    assert sent(trace, DB1, since=BACK, until=BACK + 1, kind="advert")
    assert states(trace, "db2")[-1] == (pytest.approx(BACK, abs=1_000_000), "BACKUP")


def test_a_backup_that_hangs_longer_than_its_patience_does_not_take_over():
    """Adverts that wait are read before the timer fires (recorded of keepalived: 10 of 10)."""
    trace = run(vs.hang("db2", at="5s", duration="6s"))
    assert trace.failovers == ()
    assert states(trace, "db2") == [(0, "BACKUP")]


def test_freeze_stops_daemon_and_kernel_and_thaw_goes_on_where_it_was():
    trace = run(vs.freeze("db1", at="5s", duration="6s"))
    assert sent(trace, DB1, until=BACK) == []
    assert links(trace) == []
    acts = [r.data["act"] for r in trace.select("vip", "db1")]
    assert acts == ["acquire", "lost", "regained"]
    assert states(trace, "db1") == [(0, "MASTER")]
    assert states(trace, "db2")[-1][1] == "BACKUP"
    assert trace.violations == []


@pytest.mark.parametrize("word", ["link_down", "port_down"])
def test_a_lost_carrier_is_seen_by_daemon_and_switch(word):
    trace = run(getattr(vs, word)("db1", at="5s", duration="6s"))
    assert [(t, up) for t, node, _, up in links(trace) if node == "db1"] == [(AT, False), (BACK, True)]
    assert [(t, up) for t, node, _, up in links(trace) if node == "sw1"] == [(AT, False), (BACK, True)]
    assert states(trace, "db1")[1:3] == [(AT, "FAULT"), (BACK, "BACKUP")]
    assert reaching(trace, DB1, until=BACK) == []
    assert trace.failovers[0].new == "db2"
    # it comes back with a full master-down wait and takes the address again
    assert states(trace, "db1")[3] == (BACK + 3_414_062_500, "MASTER")


@pytest.mark.parametrize("end", ["link", "port"])
def test_the_carrier_comes_back_by_its_own_word(end):
    trace = run(getattr(vs, f"{end}_down")("db1", at="5s"), getattr(vs, f"{end}_up")("db1", at="11s"))
    assert [(t, up) for t, node, _, up in links(trace) if node == "db1"] == [(AT, False), (BACK, True)]


def test_isolate_drops_everything_silently_and_heal_ends_it():
    trace = run(vs.isolate("db1", at="5s"), vs.heal("db1", at="11s"))
    assert links(trace) == []
    assert reaching(trace, DB1, since=AT + 100_000, until=BACK) == []
    assert {frame.outcome for frame in sent(trace, DB1, until=BACK)} == {"dropped: fault isolate"}
    assert states(trace, "db1") == [(0, "MASTER")]  # its daemon saw nothing
    assert trace.metrics.dual_master > 2 * SECOND
    assert states(trace, "db2")[-1][1] == "BACKUP"


def test_partition_cuts_between_groups_both_ways_and_nothing_else():
    trace = run(vs.partition("db1|db2", at="5s", duration="6s"))
    one, other = (vs.pair().hosts[n].ifaces[0].mac for n in (0, 1))
    assert not reaching(trace, "db2.bond0", since=AT + 200_000, until=BACK, sender=one)
    assert not reaching(trace, "db1.bond0", since=AT + 200_000, until=BACK, sender=other)
    assert reaching(trace, "app1.bond0", until=BACK, sender=one)
    assert reaching(trace, "app1.bond0", until=BACK, sender=other)
    assert trace.metrics.dual_master > 2 * SECOND
    assert trace.violations == []


def test_oneway_cuts_one_direction():
    trace = run(vs.oneway("db1|db2", at="5s", duration="6s"))
    one, other = (vs.pair().hosts[n].ifaces[0].mac for n in (0, 1))
    assert not reaching(trace, "db2.bond0", since=AT + 200_000, until=BACK, sender=one)
    assert reaching(trace, "db1.bond0", since=AT + 4 * SECOND, until=BACK, sender=other)


def test_drop_takes_chosen_kinds_with_a_probability():
    trace = run(vs.crash("db1", at="5s"), vs.drop("sw1>app1", "garp", at="5s"))
    dropped = [frame for frame in trace.frames if frame.outcome == "dropped: fault drop garp"]
    assert len(dropped) == 1
    assert dropped[0].dst == "app1.bond0"
    assert trace.failovers[0].clients["app1"].censored  # an RFC 826 entry lives for ever
    some = run(vs.drop("app1", "echo-request 30%", at="0s"))
    probes = sent(some, "app1.bond0", since=0, kind="echo-request")
    lost = [frame for frame in probes if frame.outcome.startswith("dropped")]
    assert 0.25 < len(lost) / len(probes) < 0.35
    assert not [
        f for f in some.frames if f.outcome.startswith("dropped") and not isinstance(f.frame.packet, Echo)
    ]


def test_delay_and_jitter_make_frames_late_and_end():
    calm = run().frames[-1]
    usual = calm.arrival - calm.sent
    trace = run(vs.delay("app1", "3ms", at="5s", duration="6s"))
    late = [f.arrival - f.sent for f in sent(trace, "app1.bond0", until=BACK)]
    assert min(late) >= 3_000_000 + 50_000
    after = [f.arrival - f.sent for f in sent(trace, "app1.bond0", since=BACK + 10_000_000)]
    assert max(after) <= usual + 2_000
    shaken = run(vs.jitter("app1", "3ms", at="5s"))
    times = [f.arrival - f.sent - 50_000 for f in sent(shaken, "app1.bond0", kind="echo-request")]
    assert 0 <= min(times) < 300_000
    assert 2_700_000 < max(times) <= 3_002_000


@pytest.mark.parametrize(("word", "act"), [("service_stop", "stop"), ("service_hang", "hang")])
def test_a_service_ends_by_itself_and_comes_back(word, act):
    fault = getattr(vs, word)("db1.database", at="5s")
    back = vs.service_start("db1.database", at="11s")
    trace = run(fault, back, client_probe="database")
    assert [(r.time, r.data["act"]) for r in trace.select("service")] == [(AT, act), (BACK, "start")]
    assert sent(trace, DB1, until=BACK, since=AT + 100_000, kind="udp") == []
    assert sent(trace, DB1, until=BACK, kind="advert")  # the daemon does not notice
    (silence,) = trace.metrics.clients["app1"].silences
    assert silence == (pytest.approx(AT, abs=20_000_000), pytest.approx(BACK, abs=20_000_000))


def test_inject_puts_the_given_bytes_on_the_cable():
    forged = gratuitous_request(VIP, vs.pair().hosts[2].ifaces[0].mac)
    trace = run(vs.inject("app1", encode(forged), at="5s"))
    (frame,) = sent(trace, "app1.bond0", kind="garp")
    assert (frame.sent, frame.frame) == (AT, forged)
    assert isinstance(frame.frame.packet, Arp)


def test_restart_launches_the_daemon_again():
    trace = run(vs.kill("db1", at="5s"), vs.restart("db1", at="11s"))
    assert daemon(trace, "db1") == [(AT, "kill"), (BACK, "start")]
    # what the killed daemon left behind is released when it starts again
    assert [(r.time, r.data["act"]) for r in trace.select("vip", "db1")][1] == (BACK, "release")
    assert states(trace, "db1")[-1] == (BACK + 3_414_062_500, "MASTER")


@pytest.mark.parametrize("word", ["crash", "power"])
def test_reboot_brings_a_fresh_machine_back(word):
    trace = run(getattr(vs, word)("db1", at="5s"), vs.reboot("db1", at="11s"))
    assert states(trace, "db1")[1:] == [(BACK, "BACKUP"), (BACK + 3_414_062_500, "MASTER")]
    assert sent(trace, DB1, since=BACK)
    assert trace.failovers[-1].kind == "failback"
    assert trace.violations == []


def test_a_duration_brings_the_way_back_and_every_repeats():
    trace = run(vs.crash("db1", at="2s", duration="1s", every="7s"))
    phases = [(r.time // SECOND, r.data["phase"]) for r in trace.select("fault")]
    assert phases == [(2, "begin"), (3, "end"), (9, "begin"), (10, "end"), (16, "begin"), (17, "end")]


def test_a_time_may_be_drawn_from_a_range_or_follow_an_event():
    times = {run(vs.crash("db1", at="5s..6s"), phase=None).select("fault")[0].time for _ in range(2)}
    assert len(times) == 1  # the same seed draws the same time
    many = vs.run_many(vs.pair(faults=[vs.crash("db1", at="5s..6s")]), range(40))
    drawn = [trace.select("fault")[0].time for trace in many]
    assert 5 * SECOND <= min(drawn) < 5.2 * SECOND
    assert 5.8 * SECOND < max(drawn) <= 6 * SECOND
    trace = run(vs.crash("db1", after={"advert": "db1", "plus": "0.3s", "since": "4s"}))
    adverts = [f.sent for f in trace.frames if f.src == DB1 and isinstance(f.frame.packet, Vrrp)]
    fault = trace.select("fault")[0].time
    assert fault == max(adverts) + 300_000_000
    assert fault > 4 * SECOND


def test_a_rebooted_client_asks_for_the_address_again():
    trace = run(vs.crash("app1", at="5s"), vs.reboot("app1", at="11s"))
    asked = [
        f
        for f in sent(trace, "app1.bond0", since=BACK, kind="arp-request")
        if f.frame.packet.target_ip == VIP
    ]
    assert len(asked) == 1
    assert asked[0].sent < BACK + 20_000_000
    assert trace.metrics.clients["app1"].silences[0][1] < BACK + 20_000_000


@pytest.mark.parametrize(
    ("after", "because"),
    [
        ({"master": "db2"}, "no master of db2"),
        ({"advert": "db2", "since": "4s"}, "no advert of db2 since 4s"),
        ({"fault": "db2"}, "no fault of db2"),
    ],
)
def test_a_fault_whose_event_never_happened_is_noted(after, because):
    trace = run(vs.crash("db1", after=after))
    assert trace.select("fault") == []
    (note,) = trace.select("note")
    text = f"fault crash:db1: never happened, because {because}"
    assert (note.time, note.node, note.data["text"]) == (20 * SECOND, "", text)
    assert trace.violations == []


def test_nothing_is_noted_of_a_fault_whose_event_happened():
    after = {"advert": "db1", "since": "4s"}
    for faults in ([vs.crash("db1", after=after)], [vs.crash("db1", after={**after, "plus": "19s"})]):
        assert run(*faults).select("note") == []
    assert run(vs.crash("db1", at="5s")).select("note") == []
