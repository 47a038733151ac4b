"""The simulated detection time follows its closed form over 1,000 seeds, written out here anew.

The forms are those of the standards, not of `vipsim.stats`: each test says its two bounds in seconds.
"""

import pytest

import vipsim as vs
from vipsim.scenario.data import from_data, to_data
from vipsim.stats import Uniform, ks_pvalue, ks_statistic
from vipsim.study.forms import detection_law
from vipsim.units import SECOND, US, s

SEEDS = range(1000)
WAY: int = 500 * US
"""More than any frame needs from one host to the other and back."""


def detections(scenario, seeds=SEEDS):
    """Detection time of each seed's one failover, in ns."""
    found = []
    for trace in vs.run_many(scenario, seeds, level=vs.Level.SUMMARY):
        (failover,) = trace.metrics.failovers
        assert failover.kind == "failover" and failover.new == "db2" and not failover.false
        found.append(failover.detection)
    return found


def assert_uniform(sample, low, high):
    """All in [low, high] s but for a frame's way, and uniform by Kolmogorov and Smirnov."""
    assert s(low) - WAY <= min(sample) and max(sample) <= s(high) + WAY
    assert ks_pvalue(ks_statistic(sample, Uniform(s(low), s(high))), len(sample)) > 0.001


def crashing(mechanism, at="5s", **settings):
    return vs.pair(mechanism, clients=0, faults=[vs.crash("db1", at=at)], **settings)


def test_vrrp_detects_uniformly_between_2_609_and_3_609_seconds():
    sample = detections(crashing("vrrp", duration="10s"))
    assert_uniform(sample, "2.609375", "3.609375")
    assert len(set(sample)) > 900


@pytest.mark.parametrize(
    ("settings", "low", "high"),
    [
        ({"advert_interval": "3s", "priorities": (200, 1)}, "6.99609375", "9.99609375"),
        ({"priorities": (254, 254)}, "2.0078125", "3.0078125"),
        # Version 3: the skew is a share of the interval.
        ({"version": 3, "advert_interval": "100ms"}, "0.2609375", "0.3609375"),
        ({"version": 3, "advert_interval": "500ms", "priorities": (255, 50)}, "1.40234375", "1.90234375"),
    ],
    ids=["v2, 3 s, priority 1", "v2, equal priorities", "v3, 100 ms", "v3, 500 ms, priority 50"],
)
def test_vrrp_for_other_intervals_and_priorities(settings, low, high):
    # With equal priorities the larger address is the settled master: db2.
    victim = "db2" if settings.get("priorities") == (254, 254) else "db1"
    scenario = vs.pair(clients=0, faults=[vs.crash(victim, at="5s")], duration="16s", **settings)
    sample = [
        trace.metrics.failovers[0].detection
        for trace in vs.run_many(scenario, range(400), level=vs.Level.SUMMARY)
    ]
    assert_uniform(sample, low, high)


@pytest.mark.parametrize(
    ("settings", "low", "high"),
    [
        ({}, "3", "4"),
        ({"timeout": "200ms"}, "2.2", "3.2"),
        ({"interval": "500ms", "dead_count": 5}, "2.5", "3"),
        ({"interval": "2s", "dead_count": 1, "timeout": "100ms"}, "0.1", "2.1"),
    ],
    ids=["the document's", "short timeout", "five of 500 ms", "one of 2 s"],
)
def test_heartbeat_pull(settings, low, high):
    seeds = range(400) if settings else SEEDS
    assert_uniform(
        detections(crashing("heartbeat", mode="pull", duration="10s", **settings), seeds), low, high
    )


@pytest.mark.parametrize(
    ("settings", "low", "high"),
    [
        ({}, "2", "3"),
        ({"timeout": "1.5s"}, "0.5", "1.5"),
        ({"interval": "500ms", "dead_count": 5}, "2", "2.5"),
        ({"interval": "2s", "timeout": "7s"}, "5", "7"),
    ],
    ids=["three of 1 s", "short silence", "five of 500 ms", "long silence"],
)
def test_heartbeat_push(settings, low, high):
    seeds = range(400) if settings else SEEDS
    assert_uniform(
        detections(crashing("heartbeat", mode="push", duration="14s", **settings), seeds), low, high
    )


@pytest.mark.parametrize("at", ["5.3s", "4s..7.7s"])
def test_the_law_holds_whenever_the_crash_is(at):
    assert_uniform(detections(crashing("vrrp", at=at, duration="12s"), range(400)), "2.609375", "3.609375")


def test_a_master_that_leaves_in_order_is_followed_after_the_skew():
    scenario = vs.pair(clients=0, faults=[vs.stop("db1", at="5s")], duration="8s")
    for trace in vs.run_many(scenario, range(20)):
        (switchover,) = trace.failovers
        assert switchover.kind == "switchover"
        assert 0 <= switchover.detection - s("0.609375") < WAY


def test_a_comparison_knows_which_closed_form_applies():
    assert detection_law(crashing("vrrp")).support == (2_609_375_000, 3_609_375_000)
    assert detection_law(crashing("heartbeat", dead_count=2)).support == (2 * SECOND, 3 * SECOND)
    assert detection_law(crashing("heartbeat", mode="push")).support == (2 * SECOND, 3 * SECOND)
    assert detection_law(vs.pair(faults=[vs.stop("db1", at="5s")])).support == (609_375_000, 609_375_000)


@pytest.mark.parametrize(
    "scenario",
    [
        vs.pair(),
        crashing("vrrp", loss="1%"),
        crashing("vrrp", jitter="1ms"),
        crashing("vrrp", phase=0.5),
        crashing("vrrp", start="cold"),
        vs.pair(faults=[vs.crash("db2", at="5s")]),
        vs.pair(faults=[vs.crash("db1", at="5s"), vs.crash("app1", at="6s")]),
        crashing("heartbeat", takeover="manual"),
    ],
    ids=["no fault", "loss", "jitter", "fixed phase", "cold", "the standby", "two faults", "manual"],
)
def test_and_where_none_does(scenario):
    assert detection_law(scenario) is None


def test_the_closed_form_knows_the_length_of_the_cables() -> None:
    near, far = (detection_law(vs.pair(delay=delay, faults=["crash:db1@5s"])) for delay in ("50us", "150ms"))
    assert near is not None
    assert far is not None
    assert near.support[0] == 2_609_375_000
    assert far.support[0] - near.support[0] == 2 * (150_000_000 + 512)
    scenario = vs.pair(delay="150ms", client_interval="1s", faults=["crash:db1@5s"])
    found = [trace.failovers[0].detection for trace in vs.run_many(scenario, range(1, 101))]
    assert all(far.support[0] <= time <= far.support[1] for time in found)


DAEMONS = [
    ({"version": 2, "profile": "keepalived", "advert_interval": "300ms"}, s(3) + 609_375_000, s(1)),
    (
        {"version": 2, "profile": "keepalived", "keepalived": {"down_timer_adverts": 5}},
        s(5) + 609_375_000,
        s(1),
    ),
    ({"version": 3, "profile": "frr", "advert_interval": "100ms"}, s("0.36"), s("0.1")),
    ({"version": 2, "profile": "frr"}, s("3.6"), s(1)),
    ({"version": 3, "profile": "keepalived", "advert_interval": "10ms"}, 36_093_750, s("0.01")),
]


@pytest.mark.parametrize(("settings", "master_down", "interval"), DAEMONS)
@pytest.mark.parametrize("phase", [0.125, 0.5, 0.875])
def test_a_daemon_follows_its_own_form_to_the_ns(settings, master_down, interval, phase):
    data = to_data(vs.pair(clients=0, duration="12s"))
    data["groups"][0]["vrrp"] |= settings
    data |= {"phase": phase, "faults": [{"crash": "db1", "at": "5s"}]}
    (failover,) = vs.run(from_data(data), seed=1).metrics.failovers
    way = failover.detection - (master_down - int(phase * interval))
    assert 0 < way < WAY
    del data["phase"]
    law = detection_law(from_data(data))
    assert law is not None and law.support[1] - law.support[0] == interval
    assert 0 <= law.support[1] - master_down < WAY  # a way that no picture shows is left out


@pytest.mark.parametrize(
    "change",
    [
        {"keepalived": {"track_interface": {"bond0": {}}}},
        {"keepalived": {"advert_int": "2s"}},
        {"version": 3},
    ],
)
def test_members_that_differ_follow_no_form(change):
    data = to_data(vs.pair(clients=0, faults=[vs.crash("db1", at="5s")]))
    data["groups"][0]["vrrp"]["profile"] = "keepalived"
    data["groups"][0]["vrrp"]["members"]["db2"] |= change
    assert detection_law(from_data(data)) is None
