"""Recorded trials conducted again: given what was measured, the same things happen at the same times."""

from __future__ import annotations

from statistics import median

import pytest

from tests.validate.daemons.rows import beside, experiments, recorded, trials_of
from vipsim.validate.daemons.trials import simulate, trials

NEAR, STALL = 0.010, 0.060
"""Median of (row minus its prediction), and what a stall of the busy host explains (truth/README)."""

FAILOVERS = [
    "ka2-kill9",
    "ka2-isolate",
    "ka2-isolate:recover",
    "ka2-linkdown",
    "ka2-linkdown:recover",
    "ka2-equal-isolate",
    "ka2-isolate-quiet",
    "ka2-isolate-quiet:recover",
    "ka2-three-kill9",
]


@pytest.mark.parametrize("name", FAILOVERS)
def test_the_new_master_advertises_when_it_did(name):
    late = [row["detect_s"] - simulated["detect_s"] for row, simulated in beside(name) if row["detect_s"]]
    assert all(abs(one) < STALL for one in late), late
    assert not late or abs(median(late)) < NEAR, late


@pytest.mark.parametrize("name", FAILOVERS)
def test_the_same_nodes_answer_the_client_one_after_the_other(name):
    for row, simulated in beside(name):
        assert [run[0] for run in simulated["owners"]] == [run[0] for run in row["owners"]]
        assert simulated["switched"] == row["switched"]
        assert simulated["phase_s"] == pytest.approx(row["phase_s"], abs=1e-4)


@pytest.mark.parametrize("name", FAILOVERS)
def test_silences_are_where_they_were(name):
    """One that lasts for the rest of a neighbor entry's life hangs on the pause before the heal (NOTES 1)."""
    for row, simulated in beside(name):
        both = [[gap for gap in one["gaps"] if gap[1] - gap[0] > STALL] for one in (row, simulated)]
        assert len(both[0]) == len(both[1]), both
        for recorded_one, ours in zip(*both, strict=True):
            assert ours[2:] == recorded_one[2:]
            assert ours[0] == pytest.approx(recorded_one[0], abs=STALL / 2)
            known = "since_fault_s" in row or ":" not in name
            assert ours[1] == pytest.approx(recorded_one[1], abs=0.5 if known else 1.5)


@pytest.mark.parametrize("name", FAILOVERS)
def test_announcements_are_as_many_and_look_alike(name):
    for row, simulated in beside(name):
        assert simulated["garp_n"] == row["garp_n"]
        assert simulated["garp_form"] == row["garp_form"]
        if ":" not in name:  # in a recovery it hangs on the pause before, which was not written down
            assert len(simulated["garps_old"]) == len(row["garps_old"])
        assert simulated["last_old_prio"] == row["last_old_prio"]


def test_adverts_of_the_old_master_begin_four_seconds_before():
    for row, simulated in beside("ka2-isolate"):
        assert simulated["adverts_old"][0][0] >= -4
        assert len(simulated["adverts_old"]) == len(row["adverts_old"])
        assert {priority for _, priority in simulated["adverts_old"]} == {150}


def test_a_heal_waits_for_the_phase_that_was_measured_and_as_long():
    for row, simulated in beside("ka2-isolate-quiet:recover"):
        assert simulated["since_fault_s"] == pytest.approx(row["since_fault_s"], abs=0.05)
        for node, age in row["advert_age_s"].items():
            apart = abs(simulated["advert_age_s"][node] - age)
            assert min(apart, 1 - apart) < 0.05


def test_who_gives_an_address_up_may_answer_one_announcement_while_its_kernel_does():
    """3 of 8 recorded losers did: the address is gone from the kernel before its route is."""
    loud = next(one for one in trials_of("ka2-isolate-quiet") if one.rows["recover"]["garp_n"])
    found = simulate(loud, range(40))["ka2-isolate-quiet:recover"]
    answered = [len(one["garp_answered_by_old"]) for one in found if one["garp_n"]]
    assert {0, 1} <= set(answered) <= {0, 1, 2}
    assert 0.05 < sum(map(bool, answered)) / len(answered) < 0.7


def test_one_way_loss_leaves_two_masters():
    for row, simulated in beside("ka2-oneway"):
        assert simulated["detect_s"] == pytest.approx(row["detect_s"], abs=STALL)
        assert simulated["last_old_advert_s"] == pytest.approx(row["last_old_advert_s"], abs=NEAR)
        assert {priority for _, priority in simulated["adverts_old"]} == {150}


def test_a_start_is_counted_from_the_first_launch():
    for row, simulated in beside("ka2-start-stagger1"):
        assert simulated["launch_s"] == pytest.approx(row["launch_s"], abs=0.01)
        assert simulated["masters_seen"] == row["masters_seen"] == ["n1", "n2"]
        assert simulated["adverts"]["n1"][0][0] - simulated["adverts"]["n2"][0][0] == pytest.approx(
            row["adverts"]["n1"][0][0] - row["adverts"]["n2"][0][0], abs=2 * STALL
        )
        assert [run[0] for run in simulated["owners"]] == ["n2", "n1"]


def test_a_watched_start_tells_of_the_mute_second_master():
    for row, simulated in beside("ka2-mismatch-int"):
        assert len(simulated["adverts"]["n2"]) == len(row["adverts"]["n2"]) == 1
        assert abs(len(simulated["adverts"]["n1"]) - len(row["adverts"]["n1"])) <= 1
        assert [run[0] for run in simulated["owners"]] == [run[0] for run in row["owners"]]
        for node, lines in row["refused"].items():
            ours = simulated["refused"][node]
            assert ours["interval"] == pytest.approx(lines["interval"], abs=1)
            assert {**ours, "interval": 0} == {**lines, "interval": 0}
        assert {node: len(times) for node, times in simulated["garps_by_node"].items()} == {
            "n1": 10,
            "n2": 10,
        }


def test_random_loss_is_counted():
    (one,) = trials_of("ka3-loss50-a0.1")
    (row,) = one.rows.values()
    found = simulate(one, [1, 2])[one.experiment.id]
    for simulated in found:
        assert simulated["n1_delivered"] / simulated["n1_sent"] == pytest.approx(0.5, abs=0.06)
        assert simulated["false_failovers"] == pytest.approx(row["false_failovers"], rel=0.35)
        assert len(simulated["episode_s"]) == min(200, simulated["false_failovers"])
    assert found[0]["episode_s"] != found[1]["episode_s"]


def test_a_steady_master_is_measured_between_its_adverts():
    ((row, simulated),) = beside("ka3-steady-a0.1")
    assert simulated["spacing_median"] == pytest.approx(row["spacing_median"], rel=0.01)
    assert simulated["adverts"] == pytest.approx(row["adverts"], rel=0.02)
    assert len(simulated["garps"]) == len(row["garps"])


def test_a_seed_gives_the_same_row_again():
    one = trials_of("ka2-isolate")[0]
    assert simulate(one, [3]) == simulate(one, [3])


def test_rows_of_a_repetition_are_a_trial_of_their_own():
    once = trials(recorded(), experiments())
    twice = trials([*recorded(), *recorded()], experiments())
    assert len(twice) == 2 * len(once)
    assert {one.experiment.id for one in once} == set(experiments())
