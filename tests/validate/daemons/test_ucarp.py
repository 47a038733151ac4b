"""ucarp's recorded trials conducted again (truth/NOTES 17 to 20): all rows, or the small copy of some."""

from __future__ import annotations

import json
import os
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from vipsim.validate.daemons.experiments import read_experiments
from vipsim.validate.daemons.trials import Trial, simulate, trials

SMALL = Path(__file__).parents[2] / "data" / "truth" / "ucarp"
SHARED = os.environ.get("VIPSIM_SHARED")
FOLDER = Path(SHARED) / "truth" if SHARED else SMALL
SIZE, STALL = 0.025, 0.060
"""Median of (row minus its own prediction), and what a stall of the busy host explains (truth/README)."""
SEEDS = range(1, 12)
FAILOVERS = ["ucarp-kill9", "ucarp-kill9-randstart", "ucarp-isolate", "ucarp-term", "ucarp-portdown"]
FAILOVERS += ["ucarp-stop"]
if SHARED:
    FAILOVERS += ["ucarp-kill9-skew0", "ucarp-kill9-r2", "ucarp-split", "ucarp-power-nopreempt"]


@cache
def recorded() -> list[Trial]:
    lines = (FOLDER / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["daemon"] == "ucarp"]
    return trials(rows, read_experiments(FOLDER / "experiments.json"))


@cache
def beside(name: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Up to four recorded rows of that name, each with its simulated ones."""
    plain, _, suffix = name.partition(":")
    found = [trial for trial in recorded() if trial.experiment.id == plain][:4]
    return [(trial.rows[suffix], simulate(trial, SEEDS)[name]) for trial in found]


@pytest.mark.parametrize("name", FAILOVERS)
def test_the_takeover_comes_when_it_did(name):
    """Ticks, capture ring and stagger together: 4.17 s to 5.17 s, given when the daemons were started."""
    late = [row["mdi_s"] - median(one["mdi_s"] for one in ours) for row, ours in beside(name)]
    assert abs(median(late)) < SIZE, late
    assert all(abs(one) < STALL for one in late), late


@pytest.mark.parametrize("name", FAILOVERS)
def test_one_announcement_before_the_advert_and_one_two_adverts_later(name):
    for row, ours in beside(name):
        for one in ours:
            assert one["garp_n"] == row["garp_n"]
            assert one["garp_form"] == row["garp_form"]
            assert -STALL < one["garp_delay_s"] < 0 > row["garp_delay_s"]
            # A fault within the same millisecond as an advert finds its announcement not yet sent.
            assert [time for time in one["garps_old"] if time > 0.01] == row["garps_old"] == []
            assert one["last_old_prio"] == row["last_old_prio"] == 0
            for mine, theirs in zip(pairwise(one["adverts_new"]), pairwise(row["adverts_new"]), strict=False):
                gaps = [after[0] - before[0] for before, after in (mine, theirs)]
                assert gaps[0] == pytest.approx(gaps[1], abs=0.012)


@pytest.mark.parametrize("name", FAILOVERS)
def test_the_same_nodes_answer(name):
    """A daemon that is killed, told to end or frozen leaves its kernel answering: no silence."""
    for row, ours in beside(name):
        for one in ours:
            assert [run[0] for run in one["owners"]] == [run[0] for run in row["owners"]] == ["n1", "n2"]
            silence = median(other["outage_s"] for other in ours)
            assert silence == pytest.approx(row["outage_s"], abs=STALL)


def test_a_frozen_master_reads_announces_and_advertises_packet_by_packet():
    """One packet, the advert that is due, the next packet; and the rest when its block is closed."""
    for row, ours in beside("ucarp-stop:recover"):
        for one in ours:
            assert 4 <= one["garp_n"] <= 6  # as many packets wait as the pause before, not written down, has
            assert {priority for _, priority in one["adverts_old"]} == {-100}
            assert one["adverts_new"][0][0] == pytest.approx(row["adverts_new"][0][0], abs=0.02)
            assert one["garps"][0] < one["adverts_new"][0][0] < one["garps"][1] < 0.02
            assert [run[0] for run in one["owners"]] == ["n2", "n1"]
        likeness = [one for one in ours if one["garp_n"] == row["garp_n"]]
        assert likeness
        drifts = [abs(one["garps"][2] - row["garps"][2]) for one in likeness]
        assert min(drifts) < SIZE


def test_after_a_carrier_loss_nobody_takes_the_address_back():
    for row, ours in beside("ucarp-portdown:recover"):
        for one in ours:
            assert one["detect_s"] is row["detect_s"] is None
            assert [run[0] for run in one["owners"]] == [run[0] for run in row["owners"]] == ["n2"]
            assert abs(len(one["adverts_old"]) - len(row["adverts_old"])) <= 1


def test_a_partition_ends_with_one_more_advert_of_the_loser():
    for row, ours in beside("ucarp-isolate:recover"):
        for one in ours:
            assert one["switched"] and row["switched"]
            assert one["adverts_old"][-1][0] > 0 > one["adverts_old"][0][0]
            # The client waits for the winner to hear of it, or is with it already.
            assert one["outage_s"] < 0.1 or one["outage_s"] == pytest.approx(0.70, abs=STALL)
            assert row["outage_s"] < 0.1 or row["outage_s"] == pytest.approx(0.70, abs=STALL)


def test_the_first_master_begins_after_its_own_ticks():
    late = [
        row["first_advert_s"] - median(one["first_advert_s"] for one in ours)
        for row, ours in beside("ucarp-start-0-100")
    ]
    assert abs(median(late)) < SIZE, late
    for row, ours in beside("ucarp-start-0-100"):
        for one in ours:
            assert one["masters_seen"] == row["masters_seen"] == ["n1"]
            assert one["garp_n"] == row["garp_n"] == 2
