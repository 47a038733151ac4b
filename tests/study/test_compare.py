"""What `compare` says of its arms, checked against single runs."""

import pytest

import vipsim as vs
from vipsim.errors import ScenarioError, UnitError, VipsimError
from vipsim.resources import scenario_path
from vipsim.stats import Censored, Table, quantile
from vipsim.study.arms import make_arms
from vipsim.study.report import TABLE_UNITS, short_table
from vipsim.units import SECOND

SCENARIO = vs.pair(faults=[vs.crash("db1", at="5s")], client_interval="100ms", poll=None)
PATH = "vrrp.advert_interval"


def quick(settings, seeds=8, **more):
    return vs.compare(SCENARIO, settings, seeds, quiet_time="60s", **more)


def test_each_arm_is_the_single_runs_of_its_seeds():
    found = quick({PATH: ["1s", "2s"]}, range(30, 40))
    for value in ("1s", "2s"):
        alone = SCENARIO.with_setting(PATH, value)
        expected = [vs.run(alone, seed).metrics.clients["app1"].longest for seed in range(30, 40)]
        assert found.samples[f"{PATH}={value}"] == expected
        row = found.table.where(arm=f"{PATH}={value}")[0]
        assert row["n"] == 10 and row["censored"] == 0
        assert row["p50"] == quantile(expected, 0.5) and row["p99"] == max(expected)
        assert row["p50_low"] < row["p50"] < row["p50_high"]
        assert row["p99_high"] is None  # ten runs cannot bound it
    assert found.finished_seeds == tuple(range(30, 40)) and not found.interrupted
    assert found.table.unit("p50") == "s" and found.table.unit("false_failovers") == "1/year"


def test_an_arm_compared_with_itself_differs_by_nothing():
    found = quick({PATH: ["1s", "1s"]})
    assert found.table.column("arm") == (f"{PATH}=1s", f"{PATH}=1s (2)")
    first, second = found.samples.values()
    assert first == second and len(set(first)) > 1
    row = found.table[1]
    assert row["difference"] == row["difference_low"] == row["difference_high"] == 0 and row["p_value"] == 1


def test_pull_takes_a_second_longer_than_push_on_every_seed():
    # Both die at the same phase; pull waits for the next question, push counts from the last beat.
    pair = {"faults": [vs.crash("db1", at="5s")], "client_interval": "1ms", "poll": None, "duration": "10s"}
    arms = {mode: vs.pair("heartbeat", mode=mode, **pair) for mode in ("push", "pull")}
    found = vs.compare(None, arms, 6, quiet_time="60s")
    for push, pull in zip(*found.samples.values(), strict=True):
        assert abs(pull - push - SECOND) <= 2_000_000
    assert set(found.laws) == {"push", "pull"}


def test_every_combination_is_an_arm():
    arms = make_arms(SCENARIO, {PATH: ["1s", "2s"], "links.*.loss": ["0%", "1%"]})
    assert list(arms) == [
        f"{PATH}=1s, links.*.loss=0%",
        f"{PATH}=1s, links.*.loss=1%",
        f"{PATH}=2s, links.*.loss=0%",
        f"{PATH}=2s, links.*.loss=1%",
    ]
    last = arms[f"{PATH}=2s, links.*.loss=1%"]
    assert last.groups[0].advert_interval == 2 * SECOND and {link.loss for link in last.links} == {0.01}


def test_loss_is_set_on_every_link_of_every_arm():
    arms = make_arms(None, {"a": SCENARIO, "b": SCENARIO}, loss="2%")
    assert {link.loss for arm in arms.values() for link in arm.links} == {0.02}


def test_a_client_that_never_recovers_is_counted_and_censored():
    found = quick({"duration": ["7s", "20s"]}, 4)
    short, long = found.samples.values()
    assert all(isinstance(value, Censored) and value.after < 2.2 * SECOND for value in short)
    assert not any(isinstance(value, Censored) for value in long)
    assert found.table[0]["censored"] == found.table[0]["n"] == 4
    assert "4 (4 censored)" in found.to_text() and "> 2" in found.to_text()


def test_two_masters_are_timed():
    scenario = vs.pair(faults=[vs.isolate("db2", at="4s", duration="8s")], client_interval="100ms")
    found = vs.compare(scenario, {}, 4, quiet_time=0)
    each = [vs.run(scenario, seed).metrics.dual_master for seed in (1, 2, 3, 4)]
    assert found.table[0]["dual_master"] == round(sum(each) / 4) > SECOND
    assert found.table[0]["observed"] is None and found.table[0]["false_failovers"] is None


def test_something_else_can_be_measured():
    def detection(trace):
        return trace.failovers[0].detection

    found = quick({PATH: ["1s"]}, measure=detection)
    expected = [vs.run(SCENARIO, seed).failovers[0].detection for seed in range(1, 9)]
    assert found.samples[f"{PATH}=1s"] == expected
    assert found.quantity == "detection" and "detection p50 [s]" in found.to_text()


def test_what_did_not_happen_is_censored_at_the_end_of_the_run():
    found = vs.compare(SCENARIO, {}, 2, quiet_time=0, measure=lambda trace: None)
    assert found.samples[SCENARIO.name] == [Censored(20 * SECOND)] * 2 and found.quantity == "value"


@pytest.mark.parametrize(
    ("scenario", "settings", "error", "words"),
    [
        (SCENARIO, {"vrrp.advert_intervall": ["1s"]}, ScenarioError, "advert_interval"),
        (SCENARIO, {PATH: ["1"]}, ScenarioError, "1s"),
        (SCENARIO, {PATH: []}, ScenarioError, "no values"),
        (None, {PATH: ["1s"]}, ScenarioError, "nothing to compare"),
        (vs.pair(clients=0), {PATH: ["1s"]}, ScenarioError, "no client is measured"),
    ],
)
def test_refusals_name_the_fix(scenario, settings, error, words):
    with pytest.raises(error, match=words):
        vs.compare(scenario, settings, 2)


@pytest.mark.parametrize(("seeds", "error"), [(0, VipsimError), ([], VipsimError), ([1, 1], VipsimError)])
def test_seeds_that_make_no_sense(seeds, error):
    with pytest.raises(error, match="seed"):
        vs.compare(SCENARIO, {}, seeds)


def test_a_quiet_time_needs_its_unit():
    with pytest.raises(UnitError, match="60s"):
        vs.compare(SCENARIO, {}, 2, quiet_time="60")


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (600, 580, 640, "0.600 [0.580, 0.640]"),
        (None, 580, 640, "between 0.580 and 0.640"),
        (None, 580, None, "at least 0.580"),
        (None, None, 640, "at most 0.640"),
        (None, Censored(583_000_000), None, "> 0.583 s"),
        (600, 580, None, "0.600 [0.580, -]"),
        (None, None, None, "-"),
    ],
)
def test_an_interval_without_its_value_is_said_in_words(value, low, high, shown):
    def ns(ms):
        return ms * 1_000_000 if isinstance(ms, int) else ms

    row = dict(quick({}, 2).table[0])
    row |= {"difference": ns(value), "difference_low": ns(low), "difference_high": ns(high)}
    text = short_table(Table.from_rows([row, row], units=TABLE_UNITS), "blackout").to_text()
    start = text.splitlines()[0].index("to the first [s]")
    assert text.splitlines()[2][start:].partition("  ")[0].strip() == shown


def test_html_for_notebooks():
    assert "<table>" in quick({PATH: ["1s"]}, 2)._repr_html_()


def test_failed_connections_have_a_column_where_clients_make_any() -> None:
    scenario = vs.read_scenario(scenario_path("new-connections-in-the-gap"))
    found = vs.compare(scenario, {}, seeds=1, quiet_time=0)
    (mean,) = found.table.column("failed_connections")
    assert mean == sum(sum(one.errors.values()) for one in vs.run(scenario, 1).metrics.sessions.values())
    assert mean > 0
    assert "failed connections" in found.to_text().splitlines()[0]
    pings = quick({}, 1)
    assert pings.table.column("failed_connections") == (None,)
    assert "failed connections" not in pings.to_text()
