"""Faults overlap: what one of them ended or began is not what another one did."""

import pytest

import vipsim as vs
from vipsim.scenario.model import Link
from vipsim.units import SECOND


def run(*faults, **settings):
    settings.setdefault("duration", "30s")
    return vs.run(vs.pair(faults=faults, **settings), seed=3)


def states(trace, node):
    return [(r.time, r.data["new"]) for r in trace.select("state", node)]


@pytest.mark.parametrize("first", ["isolate", "drop"])
def test_the_end_of_one_fault_is_not_the_end_of_another_on_the_same_target(first):
    trace = run(
        getattr(vs, first)("db1", at="5s", duration="20s"),
        vs.drop("db1", "garp", at="5s", duration="1s"),
    )
    assert [failover.new for failover in trace.failovers][:1] == ["db2"]
    dropped = [f for f in trace.frames if f.outcome.startswith("dropped: fault") and f.sent > 7 * SECOND]
    assert dropped


def test_delay_and_jitter_of_one_cable_end_apart():
    trace = run(
        vs.delay("app1", "200ms", at="5s", duration="3s"),
        vs.jitter("app1-sw1", "1ms", at="6s", duration="20s"),
    )
    late = [f.arrival - f.sent for f in trace.frames if f.src == "app1.bond0" and f.sent > 10 * SECOND]
    assert 500_000 < max(late) < 2_000_000


def test_the_dead_stay_dead():
    trace = run(vs.crash("db1", at="5s"), vs.freeze("db1", at="6s"), vs.thaw("db1", at="9s"))
    assert [f for f in trace.frames if f.src == "db1.bond0" and f.sent > 5 * SECOND] == []
    assert trace.metrics.dual_owner == 0


def test_no_daemon_runs_on_a_dead_host():
    trace = run(vs.crash("db1", at="5s"), vs.restart("db1", at="7s"))
    assert [f.new for f in trace.failovers] == ["db2"]
    assert states(trace, "db1")[-1][0] == 0


def test_a_thaw_does_not_cure_a_hang():
    trace = run(vs.hang("db1", at="5s"), vs.freeze("db1", at="6s", duration="1s"))
    assert [f for f in trace.frames if f.src == "db1.bond0" and f.sent > 7 * SECOND]  # its kernel is back
    assert not [r for r in trace.select("advert", "db1") if r.time > 5 * SECOND]


def test_a_cable_that_is_down_at_both_ends_needs_both_back():
    down = (vs.port_down("db1", at="5s"), vs.link_down("db1", at="6s"))
    trace = run(*down, vs.link_up("db1", at="8s"), vs.port_up("db1", at="12s"))
    seen = [(r.time // SECOND, r.data["up"]) for r in trace.select("link", "db1")]
    assert seen == [(5, False), (12, True)]


def test_power_comes_back_but_a_pulled_cable_stays_pulled():
    trace = run(vs.port_down("db1", at="4s"), vs.power("db1", at="5s"), vs.reboot("db1", at="8s"))
    assert [r.data["up"] for r in trace.select("link", "db1")] == [False]


def test_a_partition_of_switches_cuts_their_trunk():
    graph = vs.topology.two_switches(left=2, right=2)
    assert graph.number_of_nodes() >= 6
    pair = vs.pair(clients=2)
    far = {"db2", "app2"}
    links = [
        Link(link.a, type(link.b)("sw2" if link.a.node in far else "sw1", link.b.port)) for link in pair.links
    ]
    trunk = Link(type(links[0].b)("sw1", "p9"), type(links[0].b)("sw2", "p9"))
    switches = (pair.switches[0], type(pair.switches[0])("sw2"))
    scenario = pair.with_(nodes=(*pair.hosts, *switches), links=(*links, trunk))
    trace = vs.run(scenario.with_faults(vs.partition("sw1|sw2", at="5s", duration="10s")), seed=1)
    assert [(f.old, f.new) for f in trace.failovers][:1] == [("db1", "db2")]
    assert trace.metrics.dual_master > 5 * SECOND
    crossing = [f for f in trace.frames if f.src == "sw1.p9" and 5 * SECOND < f.sent < 15 * SECOND]
    assert {f.outcome for f in crossing} == {"dropped: fault partition"}


def test_a_ping_may_count_beyond_16_bits(tmp_path):
    trace = run(duration="70s", client_interval="1ms", poll=None)
    assert sum(f.src == "app1.bond0" for f in trace.frames) > 65_535
    vs.write_pcapng(trace, tmp_path / "x.pcapng")
