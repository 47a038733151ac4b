"""The Kolmogorov-Smirnov test, held against scipy's."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from scipy import stats as judge

from vipsim.stats import Censored, Duration, Uniform, ks_pvalue, ks_statistic, vrrp_detection
from vipsim.units import s

LAW = Uniform(100, 1_100)


@given(st.lists(st.integers(0, 1_300), min_size=1, max_size=80))
def test_statistic_agrees_with_scipy(sample: list[int]) -> None:
    expected = judge.ks_1samp(sample, judge.uniform(100, 1_000).cdf, method="asymp").statistic
    assert ks_statistic(sample, LAW) == pytest.approx(float(expected), abs=1e-12)


@given(st.floats(0.001, 1.0), st.integers(1, 100_000))
def test_pvalue_is_kolmogorovs_limit_at_stephens_argument(d: float, n: int) -> None:
    x = (n**0.5 + 0.12 + 0.11 / n**0.5) * d
    assert ks_pvalue(d, n) == pytest.approx(float(special.kolmogorov(x)), abs=1e-12)


@given(st.floats(0.0, 1.0), st.integers(10, 3_000))
def test_pvalue_is_close_to_the_exact_one(d: float, n: int) -> None:
    exact = float(judge.kstwo.sf(d, n))
    assert ks_pvalue(d, n) == pytest.approx(exact, abs=0.004 if exact < 0.2 else 0.025)


def test_draws_from_the_law_pass_and_others_fail() -> None:
    stream = random.Random("ks")
    law = vrrp_detection(100, "1s", 3)
    right = [law.quantile(stream.random()) for _ in range(1_000)]
    assert ks_pvalue(ks_statistic(right, law), 1_000) > 0.01
    shifted = [t + 100_000_000 for t in right]
    assert ks_pvalue(ks_statistic(shifted, law), 1_000) < 1e-6


def test_pvalues_of_true_laws_are_uniform() -> None:
    stream = random.Random("ks of ks")
    pvalues = [
        ks_pvalue(ks_statistic([stream.randrange(100, 1_100) for _ in range(200)], LAW), 200)
        for _ in range(500)
    ]
    assert 0.02 <= sum(p < 0.05 for p in pvalues) / 500 <= 0.08


@given(st.lists(st.integers(0, 1_300), min_size=1, max_size=60), st.integers(0, 1_300))
def test_cutting_the_runs_short_compares_up_to_there(sample: list[int], horizon: int) -> None:
    cut: list[Duration] = [t if t <= horizon else Censored(horizon) for t in sample]
    n = len(sample)
    jumps = [t for t in sample if t <= horizon]
    brute = max(abs(sum(x <= t for x in jumps) / n - LAW.cdf(t)) for t in range(horizon + 1))
    left = max((LAW.cdf(t) - sum(x < t for x in jumps) / n for t in jumps), default=0.0)
    if any(isinstance(t, Censored) for t in cut):
        assert ks_statistic(cut, LAW) == pytest.approx(max(brute, left), abs=1e-12)
    else:
        assert ks_statistic(cut, LAW) == ks_statistic(sample, LAW)


def test_clients_that_never_recover_count_against_the_law() -> None:
    sample: list[Duration] = [100 + 5 * i for i in range(200)]
    sample[150:] = [Censored(s(1))] * 50
    assert ks_statistic(sample, LAW) == pytest.approx(0.25, abs=0.01)
