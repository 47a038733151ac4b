"""Random streams: named, independent of each other, unbiased over consecutive seeds."""

import math
from itertools import pairwise

import pytest
from scipy import stats

from vipsim.sim.streams import Losses, Streams


def test_first_draws_of_consecutive_seeds_are_unbiased():
    # plain random.Random(k) for k = 0 .. 20999 has a mean of 0.494, three standard deviations off
    draws = [Streams(seed).get("phase").random() for seed in range(21_000)]
    assert abs(sum(draws) / len(draws) - 0.5) < 3 * math.sqrt(1 / 12 / len(draws))
    assert stats.kstest(draws, "uniform").pvalue > 0.001


def test_what_one_purpose_draws_does_not_shift_another():
    quiet, busy = Streams(4), Streams(4)
    for _ in range(100):
        busy.get("loss", "a", "b").random()
    assert quiet.get("phase").random() == busy.get("phase").random()
    assert Streams(4).get("loss", "a", "b").random() != Streams(4).get("loss", "b", "a").random()


@pytest.mark.parametrize("probability", [0.01, 0.05, 0.3, 0.9])
def test_gaps_between_losses_are_geometric(probability):
    losses = Losses(probability, Streams(1).get("loss"))
    lost = [losses.next_is_lost() for _ in range(40_000)]
    assert stats.binomtest(sum(lost), len(lost), probability).pvalue > 0.001
    pairs = sum(first and second for first, second in pairwise(lost))
    assert stats.binomtest(pairs, len(lost) - 1, probability**2).pvalue > 0.0005


def test_certain_and_impossible_losses():
    always, never = Losses(1.0, Streams(0).get("a")), Losses(0.0, Streams(0).get("b"))
    assert all(always.next_is_lost() for _ in range(50))
    assert not any(never.next_is_lost() for _ in range(50))
