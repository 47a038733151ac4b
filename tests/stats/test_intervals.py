"""Shares and rates: limits held against scipy, coverage against the distributions themselves."""

from __future__ import annotations

import math

import pytest
from scipy import stats as judge

from vipsim.stats import YEAR, poisson_mean, proportion, rate
from vipsim.units import parse_duration


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 50, 3745, 1_000_000])
def test_garwood_limits_agree_with_scipys_chi_square(count: int, confidence: float) -> None:
    tail = (1 - confidence) / 2
    estimate = poisson_mean(count, confidence)
    low = float(judge.chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    high = float(judge.chi2.isf(tail, 2 * count + 2)) / 2
    assert estimate.low == pytest.approx(low, rel=1e-9)
    assert estimate.high == pytest.approx(high, rel=1e-9)
    assert (estimate.value, estimate.n) == (count, count)


@pytest.mark.parametrize("mean", [0.05, 0.5, 1.0, 3.7, 20.0, 102.6])
def test_garwood_covers_at_least_nominally(mean: float) -> None:
    covered = 0.0
    for count in range(int(mean + 15 * math.sqrt(mean)) + 15):
        estimate = poisson_mean(count)
        assert estimate.low is not None and estimate.high is not None
        if estimate.low <= mean <= estimate.high:
            covered += float(judge.poisson.pmf(count, mean))
    assert 0.95 - 1e-12 <= covered < 1


def test_rate_scales_the_mean_by_the_observed_time() -> None:
    ten_days = rate(103, parse_duration("10d"), per=parse_duration("1d"))
    mean = poisson_mean(103)
    assert mean.low is not None and mean.high is not None
    assert ten_days.value == pytest.approx(10.3)
    assert ten_days.low == pytest.approx(mean.low / 10)
    assert ten_days.high == pytest.approx(mean.high / 10)
    assert rate(1, parse_duration("1h")).value == pytest.approx(8760)
    assert parse_duration("365d") == YEAR


def test_a_year_without_an_event_is_not_a_rate_of_zero() -> None:
    quiet = rate(0, YEAR)
    assert (quiet.value, quiet.low) == (0, 0)
    assert quiet.high == pytest.approx(-math.log(0.025))


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
@pytest.mark.parametrize(("successes", "n"), [(0, 10), (1, 1), (3, 17), (500, 1000), (999, 1000), (10, 10)])
def test_wilson_agrees_with_scipy(successes: int, n: int, confidence: float) -> None:
    expected = judge.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    estimate = proportion(successes, n, confidence)
    assert estimate.low == pytest.approx(float(expected.low), abs=1e-12)
    assert estimate.high == pytest.approx(float(expected.high), abs=1e-12)
    assert estimate.value == successes / n


@pytest.mark.parametrize("n", [20, 100, 1000])
def test_wilson_covers_nominally_on_average(n: int) -> None:
    intervals = [proportion(k, n) for k in range(n + 1)]
    shares = [i / 200 for i in range(1, 200)]
    covered = [
        sum(
            float(judge.binom.pmf(k, n, share))
            for k, e in enumerate(intervals)
            if e.low is not None and e.high is not None and e.low <= share <= e.high
        )
        for share in shares
    ]
    assert 0.945 <= sum(covered) / len(covered) <= 0.965


def test_no_runs_say_nothing() -> None:
    nothing = proportion(0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0.0, 1.0)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="not a share"):
        proportion(3, 2)
    with pytest.raises(ValueError, match="cannot be -1"):
        poisson_mean(-1)
    with pytest.raises(ValueError, match="observed time"):
        rate(1, 0)
    with pytest.raises(ValueError, match=r"such as 0\.95"):
        poisson_mean(1, 95)
