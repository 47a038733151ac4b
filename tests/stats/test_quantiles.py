"""Quantiles, their intervals and the empirical CDF, with and without censored durations."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as judge

from vipsim.stats import Censored, Duration, ecdf, quantile, quantile_interval
from vipsim.units import s

TIMES = st.lists(st.integers(0, 10**13), min_size=1, max_size=60)
MIXED = st.lists(st.one_of(st.integers(0, 30), st.integers(0, 30).map(Censored)), min_size=1, max_size=25)
RUN_END = s(15)


@given(TIMES, st.sampled_from([0.0, 0.01, 0.07, 0.25, 0.5, 0.9, 0.99, 1.0]))
def test_quantile_is_numpys_inverted_cdf(sample: list[int], q: float) -> None:
    assert quantile(sample, q) == np.quantile(np.array(sample), q, method="inverted_cdf")


def test_rank_takes_q_as_the_decimal_it_prints_as() -> None:
    # 0.07 * 100 is 7.000000000000001 in floats: rank 8 would be wrong
    assert quantile(range(1, 101), 0.07) == 7


@given(TIMES)
def test_quantile_inverts_the_ecdf(sample: list[int]) -> None:
    curve = ecdf(sample)
    for q in (0.1, 0.5, 0.9):
        value = quantile(sample, q)
        assert isinstance(value, int)
        assert curve.at(value) >= q > curve.at(value - 1)
    assert curve.fractions[-1] == 1.0


@given(MIXED, st.integers(0, 40))
def test_ecdf_agrees_with_scipys_up_to_the_first_horizon(sample: list[Duration], t: int) -> None:
    curve = ecdf(sample)
    if curve.horizon is not None and t > curve.horizon:
        t = curve.horizon
    ended = [x for x in sample if isinstance(x, int)]
    outlasted = [x.after for x in sample if isinstance(x, Censored)]
    survival = judge.ecdf(judge.CensoredData(uncensored=ended, right=outlasted)).cdf
    assert curve.at(t) == pytest.approx(float(survival.evaluate(t)))


def test_censored_observations_keep_the_cdf_below_one() -> None:
    curve = ecdf([s(3), s(3), s(2), Censored(RUN_END)])
    assert curve.times == (s(2), s(3))
    assert curve.fractions == (0.25, 0.75)
    assert (curve.n, curve.horizon) == (4, RUN_END)
    assert (curve.at(s(2) - 1), curve.at(s(2)), curve.at(10 * RUN_END)) == (0.0, 0.25, 0.75)


def test_a_quantile_in_the_censored_part_is_censored() -> None:
    sample = [s(1)] * 98 + [Censored(RUN_END)] * 2
    assert quantile(sample, 0.5) == s(1)
    assert quantile(sample, 0.98) == s(1)
    assert quantile(sample, 0.99) == Censored(RUN_END)
    assert str(quantile(sample, 0.99)) == "> 15 s"


@given(MIXED, st.sampled_from([0.1, 0.5, 0.9, 1.0]), st.data())
def test_whatever_the_censored_durations_were_the_answer_holds(
    sample: list[Duration], q: float, data: st.DataObject
) -> None:
    answer = quantile(sample, q)
    extra = data.draw(st.lists(st.integers(1, 50), min_size=len(sample), max_size=len(sample)))
    truth = [x.after + more if isinstance(x, Censored) else x for x, more in zip(sample, extra, strict=True)]
    true_quantile = quantile(truth, q)
    assert isinstance(true_quantile, int)
    if isinstance(answer, Censored):
        assert true_quantile >= answer.after
    else:
        assert true_quantile == answer


def test_interval_is_a_pair_of_order_statistics() -> None:
    # the textbook pair for the median of ten: 2nd and 9th, coverage 0.9785
    estimate = quantile_interval(list(range(10, 110, 10)), 0.5)
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (50, 20, 90, 10)


@pytest.mark.parametrize(("n", "bounded"), [(367, False), (368, True)])
def test_the_top_is_unbounded_until_n_is_large_enough(n: int, bounded: bool) -> None:
    # 0.99**367 = 0.0250: with fewer runs than that the maximum may well lie below the quantile
    estimate = quantile_interval(list(range(n)), 0.99)
    assert (estimate.high is not None) is bounded
    assert (0.99**n <= 0.025) is bounded


def test_small_samples_have_no_limits() -> None:
    assert quantile_interval([], 0.5).value is None
    one = quantile_interval([7], 0.5)
    assert (one.value, one.low, one.high) == (7, None, None)


def test_limits_in_the_censored_part_are_censored() -> None:
    sample: list[Duration] = [s(i) for i in range(1, 8)]
    sample += [Censored(RUN_END)] * 3
    estimate = quantile_interval(sample, 0.5)
    assert (estimate.value, estimate.low, estimate.high) == (s(5), s(2), Censored(RUN_END))
    assert estimate.to_text("s") == "5 [2, > 15 s] s"


@pytest.mark.parametrize(
    ("name", "draw", "true_quantile"),
    [
        ("exponential", lambda r: round(r.expovariate(1e-9)), lambda q: -1e9 * math.log(1 - q)),
        ("uniform", lambda r: round(r.uniform(2.6e9, 3.6e9)), lambda q: 2.6e9 + q * 1e9),
        ("heavy", lambda r: round(1e9 * r.paretovariate(1.1)), lambda q: 1e9 * (1 - q) ** (-1 / 1.1)),
    ],
)
@pytest.mark.parametrize(("q", "n"), [(0.5, 25), (0.5, 200), (0.9, 60), (0.99, 1000)])
def test_nominal_95_percent_intervals_cover(
    name: str, draw: Callable[[random.Random], int], true_quantile: Callable[[float], float], q: float, n: int
) -> None:
    stream = random.Random(f"coverage {name} {q} {n}")
    trials = 1000 if n < 1000 else 400
    hits = 0
    for _ in range(trials):
        estimate = quantile_interval([draw(stream) for _ in range(n)], q)
        assert isinstance(estimate.low, int)
        is_below_top = estimate.high is None or (
            isinstance(estimate.high, int) and true_quantile(q) <= estimate.high
        )
        hits += estimate.low <= true_quantile(q) and is_below_top
    assert hits / trials >= 0.94
    assert hits < trials, "an interval that never misses is too wide"


def test_coverage_survives_ties_and_censoring() -> None:
    stream = random.Random("ties and censoring")
    median, hits = 3, 0
    for _ in range(1000):
        draws = [stream.choice([1, 2, 3, 3, 4, 9]) for _ in range(40)]
        estimate = quantile_interval([Censored(3) if x > 3 else x for x in draws], 0.5)
        low = estimate.low.after if isinstance(estimate.low, Censored) else estimate.low
        hits += low is not None and low <= median and (estimate.high in (3, Censored(3)))
    assert hits >= 940


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        quantile([], 0.5)
    with pytest.raises(ValueError, match="empty"):
        ecdf([])
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile([1], 99)
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile_interval([1], 1.0)
    with pytest.raises(TypeError, match="int of ns"):
        Censored(1.5)  # type: ignore[arg-type]
