"""Who is blamed for a takeover and what a client's silence belongs to, in real runs."""

import pytest

import vipsim as vs
from tests.trace.stories import S, crash, gap, play, settled, takeover
from vipsim.stats import Censored
from vipsim.study import SAMPLE_UNITS, sample
from vipsim.study.runs import worst_blackout
from vipsim.trace import Trace, parts
from vipsim.trace.metrics import measure
from vipsim.units import MS, SECOND


def run(mechanism: str = "vrrp", seed: int = 1, **settings: object) -> Trace:
    """A run whose metrics are the same offline and at every level."""
    scenario = vs.pair(mechanism, **settings)
    trace = vs.run(scenario, seed)
    assert trace.metrics == measure(trace.header, trace.records, trace.duration, trace.counts)
    assert trace.metrics == vs.run(scenario, seed, level=vs.Level.SUMMARY).metrics
    for failover in trace.failovers:
        for name, outage in failover.clients.items():
            assert sum(parts(failover, name).values()) == outage.blackout
    return trace


# --- a standby that cannot hear ------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["isolate:db2", "drop:sw1>db2:advert", "drop:sw1>db2:all", "drop:db2:advert"]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fault_on_the_standbys_side_explains_a_needless_failover(fault, seed):
    trace = run(seed=seed, faults=[f"{fault}@5s"])
    (failover,) = trace.failovers
    assert (failover.kind, failover.fault, failover.fault_at) == ("failover", fault, 5 * SECOND)
    assert 2.6 * SECOND < failover.detection < 3.61 * SECOND
    assert (failover.needless, failover.false, trace.metrics.false_failovers) == (True, False, 0)
    assert trace.to_json_document()["failovers"][0]["needless"] is True


def test_a_standby_that_was_frozen_wakes_up_as_master():
    trace = run(faults=["freeze:db2@5s", "thaw:db2@12s"], duration="30s")
    (failover,) = trace.failovers
    assert (failover.fault, failover.takeover_at, failover.needless) == ("freeze:db2", 12 * SECOND, True)
    assert trace.metrics.false_failovers == 0


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_of_a_heartbeat_pair_too(mode):
    (failover,) = run("heartbeat", mode=mode, faults=["isolate:db2@5s"]).failovers
    assert (failover.fault, failover.needless, failover.false) == ("isolate:db2", True, False)


def test_a_failover_from_a_master_that_was_hit_is_not_needless():
    (failover,) = run(faults=["crash:db1@5s"]).failovers
    assert not failover.needless and not failover.false


def test_what_no_fault_explains_is_false():
    scenario = vs.pair(clients=0, loss="20%", duration="300s")
    false = [f for trace in vs.run_many(scenario, (1, 2)) for f in trace.failovers if f.false]
    assert false and all(f.fault == "-" and f.needless for f in false)


# --- a failback that was none --------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["crash:db2", "power:db2", "isolate:db2", "kill:db2", "freeze:db2"])
def test_a_master_that_dies_while_the_other_waits_to_preempt_fails_over(fault):
    trace = run(faults=["crash:db1@5s", "reboot:db1@12s", f"{fault}@13s"], duration="30s")
    first, second = trace.failovers[:2]
    assert (first.kind, first.fault) == ("failover", "crash:db1")
    assert (second.kind, second.fault, second.why) == ("failover", fault, "preempt")
    assert second.detection == second.takeover_at - 13 * SECOND > 2 * SECOND
    outage = second.clients["app1"]
    if outage.last is not None:
        assert second.convergence == outage.first - 13 * SECOND > 2 * SECOND


@pytest.mark.parametrize("extra", [[], ["delay:db2:1ms@13s"], ["service_stop:db2.database@13s"]])
def test_a_return_from_a_master_that_is_well_is_a_failback(extra):
    trace = run(faults=["crash:db1@5s", "reboot:db1@12s", *extra], duration="30s")
    back = trace.failovers[1]
    assert (back.kind, back.fault, back.needless, back.false) == ("failback", "-", False, False)


# --- which silence is whose ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "is_its"),
    [(5000 * MS, True), (4990 * MS, True), (4970 * MS, True), (4969 * MS, False)],
)
def test_a_silence_that_began_before_the_fault_is_not_the_failovers(last, is_its):
    """The client's spacing is 10 ms, and two probes may have been lost just before."""
    trace = play([*crash()[:-1], gap(last, 8156 * MS)])
    (failover,) = trace.failovers
    assert failover.clients["app1"].blackout == (8156 * MS - last if is_its else 0)
    assert trace.metrics.clients["app1"].silences == ((last, 8156 * MS),)


def test_a_client_that_was_cut_off_long_before_the_crash():
    trace = run(faults=["isolate:app1@2s", "crash:db1@10s", "heal:app1@15s"], duration="30s")
    (failover,) = trace.failovers
    assert failover.fault == "crash:db1" and failover.convergence is None
    assert failover.clients["app1"].last is None
    assert trace.metrics.clients["app1"].longest > 13 * SECOND


# --- a silence at the end of the run -------------------------------------------------------------


@pytest.mark.parametrize(
    ("closed", "since", "worst"),
    [
        ([(2 * S, 12 * S)], 14 * S, Censored(10 * S)),
        ([(2 * S, 12 * S)], 19950 * MS, Censored(10 * S)),
        ([(2 * S, 3 * S)], 14 * S, Censored(6 * S)),
        ([(2 * S, 12 * S)], 19951 * MS, 10 * S),
        ([], 19980 * MS, 20 * MS),
        ([], 14 * S, Censored(6 * S)),
    ],
)
def test_an_open_silence_of_a_few_probes_censors_the_run(closed, since, worst):
    trace = play([*settled(), *(gap(*pair) for pair in closed), gap(since, None)])
    assert worst_blackout(trace.metrics) == worst
    assert trace.metrics.clients["app1"].censored is isinstance(worst, Censored)


def test_an_open_silence_is_not_lost_behind_a_longer_closed_one():
    faults = ["isolate:app1@10s", "heal:app1@17s", "isolate:app1@26s"]
    (row,) = sample(vs.pair(faults=faults, duration="30s"), [1])
    assert isinstance(row["blackout"], Censored)
    assert 6.9 * SECOND < row["blackout"].after < 7.1 * SECOND
    assert vs.Table.from_rows([row], units=SAMPLE_UNITS)


def test_probes_lost_just_before_the_end_censor_nothing():
    rows = sample(vs.pair(loss="2%", duration="5s"), 60)
    assert not [row for row in rows if isinstance(row["blackout"], Censored)]


def test_an_open_silence_of_a_failover_always_counts():
    """A client of one probe per second that saw nobody for 3.5 s, and the run ends."""
    trace = run(faults=["crash:db1@5s", "drop:sw1>app1:garp@1s"], client_interval="1s", duration="9s")
    assert trace.failovers[0].clients["app1"].censored
    assert trace.metrics.clients["app1"].censored


# --- the first election --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_election_is_no_failover(seed):
    cold = {"priorities": (100, 100), "start": "cold", "duration": "20s"}
    assert run(seed=seed, **cold).failovers == ()
    (failover,) = run(seed=seed, **cold, faults=["crash:db2@10s"]).failovers
    assert (failover.old, failover.new, failover.fault) == ("db2", "db1", "crash:db2")


def test_a_master_that_leaves_right_after_the_first_election_is_followed():
    (failover,) = run(start="cold", faults=["stop:db1@3.6s"], duration="10s").failovers
    assert (failover.kind, failover.fault) == ("switchover", "stop:db1")


def test_a_second_master_after_the_first_election_counts():
    elected = [(at, kind, node, {**data, "why": "master_down"} if kind == "state" else data)
               for at, kind, node, data in takeover(3 * S, "db1")]  # fmt: skip
    assert play([*elected, *takeover(3900 * MS, "db2")]).failovers == ()
    assert play([*elected, *takeover(4 * S, "db2")]).metrics.false_failovers == 1
