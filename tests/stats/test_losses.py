"""False failovers by loss: WORKLOADS W4's numbers, and every loss pattern counted by hand."""

from __future__ import annotations

import itertools
import math

import pytest

from vipsim.stats import YEAR, false_failover_rate
from vipsim.units import s


def test_the_check_values_of_w4() -> None:
    law = false_failover_rate(0.05, "1s")
    assert law.expected("365d") == pytest.approx(3744.90, abs=0.005)
    assert law.sd("365d") == pytest.approx(61.2, abs=0.05)
    assert law.expected("10d") == pytest.approx(102.6, abs=0.05)
    assert law.sd("10d") == pytest.approx(10.1, abs=0.05)
    assert 1 / law.per_slot == pytest.approx(8421.05, abs=0.005)
    assert law.rate() == pytest.approx(law.expected(YEAR), rel=1e-6)
    assert law.dual_master_mean(609_375_000) == pytest.approx(0.443257e9, abs=1e3)


@pytest.mark.parametrize("misses", [1, 2, 3, 4])
@pytest.mark.parametrize("slots", [0, 1, 2, 3, 4, 5, 8, 13])
@pytest.mark.parametrize("loss", [0.05, 0.4, 0.9])
def test_mean_and_sd_are_those_of_all_loss_patterns(loss: float, slots: int, misses: int) -> None:
    mean = square = 0.0
    for pattern in itertools.product((0, 1), repeat=slots):  # 1: this advert is lost
        takeovers = sum(
            1 for is_lost, run in itertools.groupby(pattern) if is_lost and len(list(run)) >= misses
        )
        weight = math.prod(loss if lost else 1 - loss for lost in pattern)
        mean += weight * takeovers
        square += weight * takeovers**2
    law = false_failover_rate(loss, s(2), misses)
    assert law.expected(slots * s(2)) == pytest.approx(mean, abs=1e-12)
    assert law.sd(slots * s(2) + s(1)) == pytest.approx(math.sqrt(max(0.0, square - mean**2)), abs=1e-7)


def test_time_with_two_masters_by_summing_over_the_next_adverts() -> None:
    loss, adv, skew = 0.3, s(1), 609_375_000
    mean = sum((1 - loss) * loss**j * ((j + 1) * adv - skew) for j in range(200))
    assert false_failover_rate(loss, adv).dual_master_mean(skew) == pytest.approx(mean, abs=1)


def test_faster_adverts_fail_falsely_as_much_more_often() -> None:
    assert false_failover_rate(0.05, "100ms").rate() == pytest.approx(
        10 * false_failover_rate(0.05, "1s").rate()
    )
    assert false_failover_rate(0.0, "1s").rate() == 0.0


def test_the_formula_says_its_numbers() -> None:
    assert false_failover_rate(0.05, "1s").describe() == (
        "(1 - loss) loss^3 = 0.00011875 per advert, 3744.9 per year"
    )


@pytest.mark.parametrize(
    ("loss", "interval", "misses"), [(1.0, "1s", 3), (-0.1, "1s", 3), (0.1, 0, 3), (0.1, "1s", 0)]
)
def test_what_makes_no_sense_is_refused(loss: float, interval: str | int, misses: int) -> None:
    with pytest.raises(ValueError, match=r"must be|probability"):
        false_failover_rate(loss, interval, misses)
