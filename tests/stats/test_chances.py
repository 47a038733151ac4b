"""The exact probabilities, held against scipy and against simulated samples."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vipsim.stats import chances

UNIT = st.floats(0, 1)


@given(st.lists(UNIT, min_size=1, max_size=60))
def test_the_distance_from_uniform_is_scipys(sample):
    assert chances.uniform_distance(sample) == pytest.approx(stats.kstest(sample, "uniform").statistic)


@given(st.lists(UNIT, min_size=1, max_size=60))
def test_its_pvalue_is_an_upper_bound_and_near_where_it_matters(sample):
    exact = stats.kstest(sample, "uniform", method="exact").pvalue
    ours = chances.uniform_pvalue(sample)
    assert ours >= exact * (1 - 1e-6)
    if 1e-12 < exact < 0.01:
        assert ours == pytest.approx(exact, rel=1e-2)


@given(st.lists(UNIT, max_size=12), st.integers(0, 12))
def test_unequal_trials(trial_chances, count):
    law = chances.successes(trial_chances)
    assert sum(law) == pytest.approx(1)
    mean = sum(k * weight for k, weight in enumerate(law))
    assert mean == pytest.approx(sum(trial_chances), abs=1e-9)
    equal = [0.3] * 12
    assert chances.at_least(count, equal) == pytest.approx(stats.binom.sf(count - 1, 12, 0.3), abs=1e-12)
    lower, upper = stats.binom.cdf(count, 12, 0.3), stats.binom.sf(count - 1, 12, 0.3)
    assert chances.two_sided(count, equal) == pytest.approx(min(1, 2 * min(lower, upper)))


def test_a_chance_is_a_chance():
    with pytest.raises(ValueError, match="between 0 and 1"):
        chances.successes([1.5])
    with pytest.raises(ValueError, match="empty"):
        chances.uniform_distance([])


@given(st.floats(-50, 50), st.integers(1, 40))
def test_students_t(t, freedom):
    assert chances.student_pvalue(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), abs=1e-12)


def test_holm_is_at_most_bonferroni_and_keeps_the_order():
    adjusted = chances.holm({"a": 0.01, "b": 0.02, "c": 0.9, "d": 0.001})
    assert adjusted == {"d": 0.004, "a": 0.03, "b": 0.04, "c": 0.9}
    assert chances.holm({}) == {}


def test_uniform_samples_are_rejected_as_often_as_stated():
    draw = random.Random(4)
    low = sum(chances.uniform_pvalue([draw.random() for _ in range(8)]) < 0.05 for _ in range(4000))
    assert 150 <= low <= 250
