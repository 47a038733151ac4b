"""Takeovers by loss alone: as often as the closed form says, in runs without any fault."""

import math

import pytest

import vipsim as vs
from vipsim.stats import YEAR, false_failover_rate
from vipsim.study.arms import quiet_arm
from vipsim.units import SECOND

CRASH = [vs.crash("db1", at="5s")]


def only_row(**settings):
    found = vs.compare(vs.pair(faults=CRASH, client_interval="1s", **settings), {}, 10, quiet_time="20000s")
    return found.table[0]


def test_vrrp_has_as_many_as_the_closed_form_says():
    row = only_row(loss="10%")
    form = false_failover_rate(1 - 0.9**2, "1s", 3)  # an advert crosses two links; three in a row are lost
    assert row["observed"] == 20_000 * SECOND
    assert abs(row["false_seen"] - form.expected("20000s")) < 4 * form.sd("20000s")
    assert row["expected"] == pytest.approx((1 - 0.19) * 0.19**3 * YEAR / SECOND)
    assert row["false_failovers_low"] < row["expected"] < row["false_failovers_high"]


@pytest.mark.parametrize(
    ("mode", "lost"), [("pull", 1 - 0.95**4), ("push", 1 - 0.95**2)], ids=["pull", "push"]
)
def test_a_heartbeat_has_about_as_many(mode, lost):
    # The form leaves out what follows a takeover (both are master until the claim is heard).
    row = only_row(mechanism="heartbeat", mode=mode, loss="5%")
    expected = (1 - lost) * lost**3 * 20_000
    assert abs(row["false_seen"] - expected) < 4 * math.sqrt(expected) + 0.1 * expected
    assert row["expected"] == pytest.approx((1 - lost) * lost**3 * YEAR / SECOND)


def test_without_loss_there_is_none_and_the_interval_says_how_little_that_proves():
    row = only_row()
    assert row["false_seen"] == 0 and row["expected"] is None
    assert row["false_failovers"] == row["false_failovers_low"] == 0
    assert row["false_failovers_high"] == pytest.approx(3.6889 * YEAR / (20_000 * SECOND), rel=1e-4)
    assert row["adverts"] == pytest.approx(1, abs=0.001)


def test_clients_left_out_of_the_quiet_run_change_nothing_else():
    scenario = vs.pair(clients=3, faults=CRASH, client_interval="100ms")
    quiet = quiet_arm(scenario, 60 * SECOND)
    assert [host.name for host in quiet.hosts] == ["db1", "db2"] and not quiet.clients and not quiet.faults
    whole = vs.run(scenario.with_(faults=(), duration=60 * SECOND), 7)
    lean = vs.run(quiet, 7)
    assert lean.metrics.adverts == whole.metrics.adverts

    def heard(trace):
        return [(r.time, r.node) for r in trace.records if r.kind == "advert"]

    assert heard(lean) == heard(whole)


def test_clients_stay_where_they_fill_a_link():
    scenario = vs.pair(clients=2, faults=CRASH, client_interval="10ms", rate="500kbps")
    assert quiet_arm(scenario, SECOND).clients == scenario.clients
