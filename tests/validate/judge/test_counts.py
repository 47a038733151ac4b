"""Counts of loss rows: the error of a count, and the scatter of the runs."""

import random

from vipsim.validate.judge.counts import Count, compare, countables, pvalue


def of(recorded, runs):
    rows = [{"false_failovers": value, "setup": {"kind": "loss"}} for value in (recorded, *runs)]
    return compare(rows[0], rows[1:])["false_failovers"]


def test_a_right_models_counts_pass_as_often_as_stated():
    draw = random.Random(2)

    def poisson(mean):
        return sum(draw.random() < mean / 1000 for _ in range(1000))

    low = sum(pvalue([of(poisson(12), [poisson(12) for _ in range(10)])]) < 0.05 for _ in range(300))
    assert low <= 25


def test_too_many_are_noticed():
    assert pvalue([of(60, [12, 9, 14, 11, 10, 13, 8, 12, 12, 15])]) < 1e-5
    assert pvalue([of(12, [12] * 10)]) == 1
    assert 0.001 < pvalue([of(1, [0] * 20)]) < 0.2, "what never happened in 20 runs may happen"


def test_sums_of_durations_are_measured_in_the_scatter_of_the_runs():
    assert pvalue([Count(10.0, 9.0, 4.0, 20, whole=False)]) > 0.5
    assert pvalue([Count(30.0, 9.0, 4.0, 20, whole=False)]) < 1e-6


def test_what_is_counted():
    assert countables({"adverts": 57, "setup": {"kind": "steady"}}) == {"adverts": 57}
    assert countables({"adverts": {"n1": []}, "setup": {"kind": "watch"}}) == {}
    assert countables({"refused": {"n2": {"interval": 29}}}) == {"refused by n2: interval": 29}
