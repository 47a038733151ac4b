"""Paired differences on common seeds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as judge

from vipsim.stats import Censored, Duration, paired_difference, quantile_interval
from vipsim.units import ms, s

PAIRS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=40)


@given(PAIRS)
def test_without_censoring_it_is_the_sample_of_differences(pairs: list[tuple[int, int]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    differences = [b - a for a, b in pairs]
    result = paired_difference(first, second)
    assert result.median == quantile_interval(differences, 0.5)
    assert result.mean == round(sum(differences) / len(differences))
    assert result.shorter == sum(d < 0 for d in differences)
    assert result.longer == sum(d > 0 for d in differences)
    assert result.equal == differences.count(0)
    assert result.undecided == 0
    judged = result.shorter + result.longer
    expected = judge.binomtest(result.shorter, judged).pvalue if judged else 1.0
    assert result.p_value == pytest.approx(float(expected))


@given(PAIRS)
def test_swapping_the_arms_swaps_the_verdict(pairs: list[tuple[int, int]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    there, back = paired_difference(first, second), paired_difference(second, first)
    assert (there.shorter, there.longer, there.p_value) == (back.longer, back.shorter, back.p_value)
    low, high = there.median.low, there.median.high
    assert isinstance(back.median.high, int) if isinstance(low, int) else back.median.high is None
    assert isinstance(low, Censored) or low is None or -low == back.median.high
    assert isinstance(high, Censored) or high is None or -high == back.median.low


@given(st.data(), PAIRS)
def test_limits_hold_whatever_the_censored_durations_were(
    data: st.DataObject, truth: list[tuple[int, int]]
) -> None:
    def hide(value: int) -> Duration:
        horizon = data.draw(st.integers(0, 20))
        return Censored(horizon) if horizon < value else value

    known = paired_difference([hide(a) for a, _ in truth], [hide(b) for _, b in truth])
    full = paired_difference([a for a, _ in truth], [b for _, b in truth])
    assert known.shorter <= full.shorter and known.longer <= full.longer
    assert known.mean in (None, full.mean)
    if isinstance(known.median.value, int):
        assert known.median.value == full.median.value
    if known.median.low is not None:
        assert isinstance(known.median.low, int) and isinstance(full.median.low, int)
        assert known.median.low <= full.median.low
    if known.median.high is not None:
        assert isinstance(known.median.high, int) and isinstance(full.median.high, int)
        assert known.median.high >= full.median.high


def test_an_arm_that_never_recovers_is_longer_by_at_least_that() -> None:
    result = paired_difference([s(3)] * 9, [Censored(s(15))] * 9)
    assert result.median.value == Censored(s(12))
    assert (result.median.low, result.median.high) == (s(12), None)
    assert (result.longer, result.shorter, result.undecided, result.mean) == (9, 0, 0, None)
    assert result.p_value == pytest.approx(2 / 2**9)


def test_two_arms_that_never_recover_decide_nothing() -> None:
    result = paired_difference([Censored(s(15))] * 9, [Censored(s(15))] * 9)
    assert (result.median.value, result.median.low, result.median.high) == (None, None, None)
    assert (result.undecided, result.p_value) == (9, 1.0)


def test_no_pairs_and_unequal_arms() -> None:
    nothing = paired_difference([], [])
    assert (nothing.median.value, nothing.mean, nothing.p_value) == (None, None, 1.0)
    with pytest.raises(ValueError, match="3 and 2"):
        paired_difference([1, 2, 3], [1, 2])


def test_interval_of_the_median_difference_covers() -> None:
    stream = random.Random("paired coverage")
    hits = 0
    for _ in range(1000):
        phases = [stream.randrange(s(1)) for _ in range(50)]
        first = [s(3) - phase for phase in phases]
        second = [t + ms(20) + round(stream.gauss(0, ms(5))) for t in first]
        median = paired_difference(first, second).median
        assert isinstance(median.low, int) and isinstance(median.high, int)
        hits += median.low <= ms(20) <= median.high
    assert 940 <= hits < 1000
