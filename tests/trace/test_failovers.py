"""Failovers of hand-made runs, against answers worked out by hand."""

import pytest

from tests.trace.stories import (
    HEADER,
    MS,
    S,
    advert,
    announce,
    answered,
    crash,
    daemon,
    fault,
    gap,
    play,
    settled,
    state,
    takeover,
    vip,
)
from vipsim.trace import ClientOutage, parts
from vipsim.trace.facts_reading import read_facts


def test_the_parts_of_a_crash():
    (failover,) = play(crash()).failovers
    assert (failover.kind, failover.fault, failover.fault_at) == ("failover", "crash:db1", 5 * S)
    assert (failover.old, failover.new, failover.false) == ("db1", "db2", False)
    assert failover.detection == 3 * S
    assert failover.election == 100 * MS
    assert failover.announcement == 50 * MS
    assert failover.repair == 6 * MS
    assert failover.convergence == 3156 * MS
    assert failover.clients == {"app1": ClientOutage(3160 * MS, False, 4996 * MS, 8156 * MS)}


def test_the_parts_of_a_blackout_sum_to_it():
    (failover,) = play(crash()).failovers
    found = parts(failover, "app1")
    assert found == {
        "before": 4 * MS,
        "detection": 3 * S,
        "election": 100 * MS,
        "announcement": 50 * MS,
        "repair": 6 * MS,
    }
    assert sum(found.values()) == failover.clients["app1"].blackout


def test_an_advert_before_the_state_record_of_the_same_instant_counts():
    story = [*settled(), fault(5 * S, "crash", "db1"), *reversed(takeover(8 * S, "db2"))]
    (failover,) = play(story).failovers
    assert (failover.detection, failover.election, failover.announcement) == (3 * S, 0, 0)


def test_heartbeat_detects_with_its_decision_and_vrrp_with_its_advert():
    late = [vip(9 * S, "db2", "acquire"), announce(9 * S, "db2"), advert(10 * S, "db2")]
    vrrp = [*settled(), fault(5 * S, "crash", "db1"), state(8 * S, "db2", "MASTER"), *late]
    pair = [
        *settled("pair"),
        fault(5 * S, "crash", "db1"),
        state(8 * S, "db2", "MASTER", machine="pair"),
        *late,
    ]
    (by_advert,), (by_decision,) = play(vrrp).failovers, play(pair).failovers
    assert (by_advert.detection, by_advert.election) == (5 * S, 0)
    assert (by_decision.detection, by_decision.election, by_decision.announcement) == (3 * S, 1 * S, 0)


def test_a_client_that_does_not_come_back_is_censored():
    story = [answered(0), *crash()[:-1], gap(5 * S, None)]
    (failover,) = play(story).failovers
    assert failover.clients["app1"] == ClientOutage(15 * S, True, 5 * S, None)
    assert failover.censored
    assert (failover.repair, failover.convergence) == (None, None)
    assert sum(parts(failover, "app1").values()) == 15 * S
    assert parts(failover, "app1")["repair"] == 20 * S - (8 * S + 150 * MS)


def test_a_takeover_without_advert_leaves_the_rest_open():
    story = [*settled(), fault(5 * S, "crash", "db1"), state(19 * S, "db2", "MASTER"), gap(5 * S, None)]
    (failover,) = play(story).failovers
    assert failover.detection is None and failover.election is None and failover.announcement is None
    assert parts(failover, "app1") == {
        "before": 0,
        "detection": 15 * S,
        "election": 0,
        "announcement": 0,
        "repair": 0,
    }


def test_an_address_left_by_a_killed_daemon_is_owned_at_once():
    story = [
        *settled(),
        vip(0, "db2", "acquire"),
        fault(5 * S, "crash", "db1"),
        state(8 * S, "db2", "MASTER"),
        advert(8 * S, "db2"),
        announce(8 * S, "db2"),
    ]
    (failover,) = play(story).failovers
    assert (failover.election, failover.announcement) == (0, 0)


def test_a_switchover_and_the_failback_after_it():
    story = [
        *settled(),
        fault(5 * S, "stop", "db1"),
        daemon(5 * S, "db1", "stop"),
        advert(5 * S, "db1", 0),
        vip(5 * S, "db1", "release"),
        state(5 * S, "db1", "INIT", "stopped", old="MASTER"),
        *takeover(5 * S + 609 * MS, "db2", "goodbye"),
        gap(4998 * MS, 5612 * MS),
        fault(10 * S, "restart", "db1"),
        daemon(10 * S, "db1", "start"),
        state(10 * S, "db1", "BACKUP", "started", old="INIT"),
        *takeover(13 * S, "db1", "preempt"),
        state(13 * S, "db2", "BACKUP", "higher priority", old="MASTER"),
        vip(13 * S, "db2", "release"),
    ]
    metrics = play(story).metrics
    out, back = metrics.failovers
    assert (out.kind, out.fault, out.detection) == ("switchover", "stop:db1", 609 * MS)
    assert (back.kind, back.fault, back.fault_at, back.detection) == ("failback", "-", 13 * S, 0)
    assert back.clients["app1"] == ClientOutage() and back.convergence is None
    assert metrics.false_failovers == 0
    assert (metrics.dual_master, metrics.dual_owner) == (0, 0)


def test_a_takeover_that_no_fault_explains_is_false():
    story = [*settled(), *takeover(5 * S, "db2"), state(6 * S, "db2", "BACKUP", old="MASTER")]
    metrics = play(story).metrics
    (failover,) = metrics.failovers
    assert (failover.fault, failover.fault_at, failover.false) == ("-", 5 * S, True)
    assert metrics.false_failovers == 1
    assert metrics.dual_master == 1 * S


def test_a_goodbye_without_a_fault_is_no_false_failover():
    (failover,) = play([*settled(), *takeover(5 * S, "db2", "goodbye")]).failovers
    assert (failover.kind, failover.false) == ("switchover", False)


@pytest.mark.parametrize(
    ("word", "target", "blamed"),
    [
        ("crash", "db1", True),
        ("link_down", "db1.bond0", True),
        ("service_stop", "db1.database", True),
        ("port_down", "sw1.p1", True),
        ("drop", "db1.bond0-sw1.p1", True),
        ("drop", "sw1-db1", True),
        ("drop", "db1>sw1", True),
        ("drop", "sw1>db2", True),
        ("crash", "sw1", True),
        ("partition", "db1,app1|db2", True),
        ("drop", "", True),
        ("crash", "db2", False),
        ("isolate", "db2", True),
        ("port_down", "sw1.p2", True),
        ("drop", "db2-sw1", True),
        ("drop", "sw1-app1", False),
        ("restart", "db2", False),
        ("service_stop", "db2.database", False),
        ("partition", "db2|app1", False),
        ("crash", "db10", False),
    ],
)
def test_a_fault_is_blamed_if_it_hits_the_old_master_or_what_the_new_one_hears(word, target, blamed):
    (failover,) = play([*settled(), fault(5 * S, word, target), *takeover(8 * S, "db2")]).failovers
    assert failover.fault == (f"{word}:{target}".rstrip(":") if blamed else "-")
    assert failover.false is not blamed
    on_its_side = target in ("sw1>db2", "db2", "sw1.p2", "db2-sw1")
    assert failover.needless is (on_its_side or not blamed)


def test_names_with_hyphens_are_read_as_the_scenario_has_them():
    nodes = {"web-1": {}, "web-2": {}, "top-of-rack": {"kind": "switch"}, "spine": {"kind": "switch"}}
    facts = read_facts({"scenario": {"nodes": nodes}})
    assert facts.hosts_hit("web-1") == {"web-1"}
    assert facts.hosts_hit("web-1-top-of-rack") == {"web-1"}
    assert facts.hosts_hit("web-1.eth0-top-of-rack.p1") == {"web-1"}
    assert facts.hosts_hit("top-of-rack-spine") is None
    assert facts.hosts_hit("web-1|web-2") == {"web-1", "web-2"}


def test_the_latest_fault_is_blamed_and_its_value_named():
    story = [
        *settled(),
        fault(3 * S, "drop", "db1", value="advert 30%"),
        fault(4 * S, "isolate", "db1"),
        *takeover(8 * S, "db2"),
    ]
    assert play(story).failovers[0].fault == "isolate:db1"
    assert play([*story[:4], *story[5:]]).failovers[0].fault == "drop:db1:advert 30%"


def header(group):
    return {**HEADER, "scenario": {**HEADER["scenario"], "groups": [group]}}


VRRP = header({"vrrp": {"vrid": 51, "members": {"db1": {"iface": "bond0"}, "db2": {"iface": "bond0"}}}})
ENDS = {"name": "vrrp 51", "primary": "db1.bond0", "standby": "db2.bond0"}
PULL = header({"heartbeat": {**ENDS, "mode": "pull", "probe": "host"}})
PUSH = header({"heartbeat": {**ENDS, "mode": "push", "probe": "host"}})
ASKED = header({"heartbeat": {**ENDS, "mode": "pull", "probe": "database"}})


@pytest.mark.parametrize(
    ("header", "first", "second", "blamed"),
    [
        # What hits a master that is out of action already is not the cause.
        (VRRP, ("crash", "db1", ""), ("stop", "db1", ""), 0),
        (VRRP, ("power", "db1", ""), ("crash", "db1", ""), 0),
        (VRRP, ("crash", "db1", ""), ("delay", "db1", "10ms"), 0),
        (VRRP, ("kill", "db1", ""), ("crash", "db1", ""), 0),
        (VRRP, ("hang", "db1", ""), ("kill", "db1", ""), 0),
        (VRRP, ("freeze", "db1", ""), ("power", "db1", ""), 0),
        (VRRP, ("isolate", "db1.bond0", ""), ("crash", "db1", ""), 0),
        (VRRP, ("port_down", "sw1.p1", ""), ("crash", "db1", ""), 0),
        (VRRP, ("isolate", "db1-sw1", ""), ("stop", "db1", ""), 0),
        (VRRP, ("isolate", "sw1", ""), ("stop", "db1", ""), 0),
        (VRRP, ("partition", "db1|db2,app1", ""), ("crash", "db1", ""), 0),
        (VRRP, ("oneway", "db1|db2", ""), ("crash", "db1", ""), 0),
        (VRRP, ("drop", "db1", "all"), ("crash", "db1", ""), 0),
        (VRRP, ("drop", "db1>sw1", "advert"), ("crash", "db1", ""), 0),
        # What leaves it in action is not, if something else put it out.
        (VRRP, ("delay", "db1", "10ms"), ("crash", "db1", ""), 1),
        (VRRP, ("jitter", "db1", "10ms"), ("crash", "db1", ""), 1),
        (VRRP, ("drop", "db1", "advert 30%"), ("crash", "db1", ""), 1),
        (VRRP, ("drop", "db1", "garp"), ("crash", "db1", ""), 1),
        (VRRP, ("drop", "sw1>db1", "all"), ("crash", "db1", ""), 1),
        (VRRP, ("service_stop", "db1.database", ""), ("crash", "db1", ""), 1),
        (VRRP, ("partition", "db1|app1", ""), ("crash", "db1", ""), 1),
        (VRRP, ("oneway", "db2|db1", ""), ("crash", "db1", ""), 1),
        (VRRP, ("link_down", "db1.eth1", ""), ("crash", "db1", ""), 1),
        # It depends on what the standby watches.
        (PULL, ("kill", "db1", ""), ("crash", "db1", ""), 1),
        (PULL, ("hang", "db1", ""), ("crash", "db1", ""), 1),
        (PULL, ("oneway", "db2|db1", ""), ("crash", "db1", ""), 0),
        (PULL, ("drop", "sw1>db1", ""), ("crash", "db1", ""), 0),
        (PUSH, ("kill", "db1", ""), ("crash", "db1", ""), 0),
        (PUSH, ("service_hang", "db1.database", ""), ("crash", "db1", ""), 1),
        (ASKED, ("service_hang", "db1.database", ""), ("crash", "db1", ""), 0),
        (ASKED, ("service_stop", "db1.backup", ""), ("crash", "db1", ""), 1),
        (ASKED, ("kill", "db1", ""), ("service_stop", "db1.database", ""), 1),
        # What the new master cannot hear comes second, what may or may not matter last.
        (VRRP, ("isolate", "db2", ""), ("crash", "db1", ""), 1),
        (VRRP, ("delay", "db1", "10ms"), ("drop", "sw1>db2", "advert"), 1),
        (VRRP, ("freeze", "db2", ""), ("jitter", "db1", "10ms"), 0),
        (VRRP, ("isolate", "db2", ""), ("isolate", "sw1.p2", ""), 0),
        (VRRP, ("drop", "sw1>db2", "advert 30%"), ("drop", "db2>sw1", "all"), 0),
        (VRRP, ("drop", "sw1>db2", "advert 30%"), ("drop", "sw1>db2", "garp"), 0),
        (VRRP, ("jitter", "db1", "10ms"), ("inject", "app1.eth0", "00"), 1),
        (PULL, ("delay", "db1", "10ms"), ("drop", "db2>sw1", "all"), 1),
        (PUSH, ("delay", "db1", "10ms"), ("drop", "db2>sw1", "all"), 0),
        # Nothing surely put it out: the takeover follows what changed last.
        (VRRP, ("delay", "db1", "10ms"), ("drop", "db1", "advert 30%"), 1),
    ],
)
def test_the_earliest_open_fault_that_put_the_master_out_is_blamed(header, first, second, blamed):
    faults = [
        fault(at * S, word, target, value=value) for at, (word, target, value) in ((5, first), (7, second))
    ]
    (failover,) = play([*settled(), *faults, *takeover(8 * S, "db2")], header=header).failovers
    expected = ":".join(part for part in (first, second)[blamed] if part)
    assert (failover.fault, failover.fault_at) == (expected, (5, 7)[blamed] * S)


def test_a_fault_that_was_undone_leaves_the_blame_to_the_next():
    healed = [fault(5 * S, "isolate", "db1"), fault(6 * S, "heal", "db1"), fault(7 * S, "crash", "db1")]
    assert play([*settled(), *healed, *takeover(10 * S, "db2")]).failovers[0].fault_at == 7 * S


def test_a_daemon_that_starts_anew_is_out_until_it_is_master_again():
    """A second crash of a machine that came back as BACKUP changed nothing."""
    again = [fault(5 * S, "crash", "db1"), fault(6 * S, "reboot", "db1"), fault(7 * S, "crash", "db1")]
    story = [*settled(), *again, *takeover(8 * S + 340 * MS, "db2")]
    assert play(story).failovers[0].fault_at == 5 * S
    back = [*settled(), *again[:2], *takeover(6500 * MS, "db1"), again[2], *takeover(10 * S, "db2")]
    (failover,) = play(back).failovers
    assert (failover.fault, failover.fault_at) == ("crash:db1", 7 * S)


@pytest.mark.parametrize("way", [("isolate", "db1", "end"), ("heal", "db1", "begin"), ("heal", "", "begin")])
def test_an_ended_fault_explains_what_follows_within_the_grace_only(way):
    word, target, phase = way
    story = [*settled(), fault(5 * S, "isolate", "db1"), fault(6 * S, word, target, phase)]
    assert play([*story, *takeover(8 * S, "db2")]).failovers[0].fault == "isolate:db1"
    assert play([*story, *takeover(11 * S, "db2")]).failovers[0].fault == "isolate:db1"
    assert play([*story, *takeover(11 * S + 1, "db2")]).failovers[0].false


def test_the_restart_of_what_runs_is_a_planned_fault_of_its_own():
    (failover,) = play([*settled(), fault(5 * S, "restart", "db1"), *takeover(8 * S, "db2")]).failovers
    assert (failover.kind, failover.fault) == ("switchover", "restart:db1")


def test_a_master_that_steps_back_returns_the_title_to_the_one_that_stayed():
    story = [
        *settled(),
        fault(3 * S, "partition", "db1|db2"),
        *takeover(6 * S, "db2"),
        fault(8 * S, "partition", "db1|db2", "end"),
        state(9 * S, "db2", "BACKUP", "higher priority", old="MASTER"),
        fault(10 * S, "crash", "db1"),
        daemon(10 * S, "db1", "kill"),
        *takeover(13 * S, "db2"),
    ]
    metrics = play(story).metrics
    assert [(f.old, f.new, f.fault) for f in metrics.failovers] == [
        ("db1", "db2", "partition:db1|db2"),
        ("db1", "db2", "crash:db1"),
    ]
    assert metrics.dual_master == 3 * S


def test_a_master_that_comes_back_before_anybody_took_over_is_no_failover():
    story = [*settled(), state(5 * S, "db1", "FAULT", old="MASTER"), *takeover(6 * S, "db1")]
    assert play(story).failovers == ()


def test_single_losses_belong_to_the_client_and_not_to_the_failover():
    noise = [gap(12 * S, 12 * S + 20 * MS), gap(16 * S, 16 * S + 30 * MS)]
    trace = play([gap(S, S + 20 * MS), *crash(), *noise])
    assert trace.failovers[0].clients["app1"].blackout == 3160 * MS
    assert trace.failovers[0].convergence == 3156 * MS
    client = trace.metrics.clients["app1"]
    assert (client.blackout, client.longest, len(client.silences)) == (3230 * MS, 3160 * MS, 4)
    assert (client.resolution, client.lost, client.censored) == (10 * MS, 12, False)


def test_clients_of_other_targets_do_not_count():
    scenario = HEADER["scenario"]
    clients = {
        **scenario["clients"],
        "direct": {"target": "db1", "interval": "10ms"},
    }
    header = {**HEADER, "scenario": {**scenario, "clients": clients}}
    trace = play([*crash(), gap(5 * S, None, client="direct")], header=header)
    assert list(trace.failovers[0].clients) == ["app1"]
    assert trace.failovers[0].convergence == 3156 * MS
    assert trace.metrics.clients["direct"].censored


def test_without_a_scenario_in_the_header_the_records_say_enough():
    (failover,) = play(crash(), header={}).failovers
    assert (failover.fault, failover.detection, failover.convergence) == ("crash:db1", 3 * S, 3156 * MS)


@pytest.mark.parametrize(
    "scenario",
    [
        None,
        5,
        [],
        {"nodes": 3, "links": "x", "vips": [], "groups": {}, "clients": 1},
        {"groups": [1, {"vrrp": None}]},
        {"clients": {"a": None, "b": {"interval": "soon"}}, "groups": [{"heartbeat": {}}]},
        {"links": [None, {"ends": [1]}]},
    ],
)
def test_a_strange_scenario_in_the_header_breaks_nothing(scenario):
    assert play(crash(), header={"scenario": scenario}).failovers[0].new == "db2"


def test_a_later_and_longer_silence_is_another_story():
    trace = play([*crash(), gap(12 * S, 18 * S)])
    assert trace.failovers[0].clients["app1"].blackout == 3160 * MS
    assert trace.metrics.clients["app1"].longest == 6 * S


def test_of_several_silences_before_the_announcement_the_longest_counts():
    story = [
        *settled(),
        fault(5 * S, "kill", "db1"),
        gap(5500 * MS, 5530 * MS),
        gap(6000 * MS, 6020 * MS),
        *takeover(8 * S, "db2"),
    ]
    assert play(story).failovers[0].clients["app1"].blackout == 30 * MS


def test_the_last_client_ends_the_convergence():
    header = with_clients("app1", "app2", "app3")
    story = [*crash(), gap(5 * S, 9 * S, client="app2")]
    (failover,) = play(story, header=header).failovers
    assert (failover.repair, failover.convergence) == (6 * MS, 4 * S)
    assert failover.clients["app3"] == ClientOutage()
    (failover,) = play([*story, gap(5 * S, None, client="app3")], header=header).failovers
    assert (failover.repair, failover.convergence) == (6 * MS, None)


def with_clients(*names):
    clients = {name: {"target": "service", "interval": "10ms"} for name in names}
    return {**HEADER, "scenario": {**HEADER["scenario"], "clients": clients}}


def test_a_silence_that_begins_and_ends_between_the_cuts_has_no_negative_parts():
    story = [
        *settled(),
        fault(5 * S, "kill", "db1"),
        state(8 * S, "db2", "MASTER"),
        advert(8 * S, "db2"),
        vip(8200 * MS, "db2", "acquire"),
        gap(8100 * MS, 8250 * MS),
        announce(8300 * MS, "db2"),
    ]
    (failover,) = play(story).failovers
    assert parts(failover, "app1") == {
        "before": 0,
        "detection": 0,
        "election": 100 * MS,
        "announcement": 50 * MS,
        "repair": 0,
    }
    assert failover.repair == 0


@pytest.mark.parametrize(
    ("end", "dual"),
    [
        (daemon(9 * S, "db1", "kill"), 3 * S),
        (daemon(9 * S, "db1", "stop"), 3 * S),
        (daemon(9 * S, "db1", "start"), 3 * S),
        (fault(9 * S, "power", "db1"), 3 * S),
        (fault(9 * S, "power", "db3"), 14 * S),
        (daemon(9 * S, "db1", "freeze"), 14 * S),
    ],
)
def test_only_a_living_process_is_a_master(end, dual):
    assert play([*settled(), *takeover(6 * S, "db2"), end]).metrics.dual_master == dual
