"""The package's own special functions, held against scipy's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from scipy import stats as judge

from vipsim.stats.special import binomial_pmf, gamma_p, gamma_q, quantile_ranks, sign_test


@given(st.integers(1, 20_000), st.floats(0.01, 4.0))
def test_incomplete_gamma_agrees_with_scipy(a: int, factor: float) -> None:
    x = a * factor
    assert gamma_p(a, x) == pytest.approx(float(special.gammainc(a, x)), abs=2e-10)
    assert gamma_q(a, x) == pytest.approx(float(special.gammaincc(a, x)), abs=2e-10)


def test_small_tails_of_the_incomplete_gamma_keep_their_digits() -> None:
    assert gamma_q(3, 60.0) == pytest.approx(float(special.gammaincc(3, 60.0)), rel=1e-11)
    assert gamma_p(30, 2.0) == pytest.approx(float(special.gammainc(30, 2.0)), rel=1e-11)
    assert (gamma_p(2, 0.0), gamma_q(2, 0.0)) == (0.0, 1.0)


@given(st.integers(1, 2_000), st.floats(0.001, 0.999), st.data())
def test_binomial_pmf_agrees_with_scipy(n: int, p: float, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    assert binomial_pmf(k, n, p) == pytest.approx(float(judge.binom.pmf(k, n, p)), rel=1e-9, abs=1e-300)


@given(
    st.integers(0, 5_000), st.sampled_from([0.01, 0.05, 0.5, 0.9, 0.99]), st.sampled_from([0.8, 0.95, 0.99])
)
def test_ranks_enclose_the_quantile_and_are_the_tightest(n: int, q: float, confidence: float) -> None:
    low, high = quantile_ranks(n, q, confidence)
    tail = (1 - confidence) / 2
    # scipy: P(B <= low - 1) is the chance that the low-th observation lies above the quantile
    assert judge.binom.cdf(low - 1, n, q) <= tail + 1e-12
    assert judge.binom.sf(high - 1, n, q) <= tail + 1e-12
    assert judge.binom.cdf(low, n, q) > tail - 1e-12
    assert high == 0 or judge.binom.sf(high - 2, n, q) > tail - 1e-12


@given(st.integers(0, 400), st.integers(0, 400))
def test_sign_test_is_scipys_binomial_test(less: int, more: int) -> None:
    expected = judge.binomtest(less, less + more).pvalue if less + more else 1.0
    assert sign_test(less, more) == pytest.approx(float(expected), rel=1e-9)


def test_ranks_of_a_million_observations() -> None:
    low, high = quantile_ranks(1_000_000, 0.5, 0.95)
    half_width = 1.959964 * math.sqrt(250_000)
    assert low == pytest.approx(500_000 - half_width, abs=2)
    assert high == pytest.approx(500_000 + half_width, abs=2)
