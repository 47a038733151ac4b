"""Exact probabilities for judging a sample: how surprising it is if the model is right.

Kolmogorov's distance of a uniform sample, a sum of trials of unequal chances, Student's t, and Holm's
correction for many tests. Every p-value here is exact or an upper bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

KeyT = TypeVar("KeyT")


def uniform_distance(sample: Iterable[float]) -> float:
    """Largest distance between the empirical CDF of `sample` and that of the uniform law on 0..1."""
    values = sorted(sample)
    n = len(values)
    if not n:
        raise ValueError("the sample is empty")
    return max(max((i + 1) / n - u, u - i / n) for i, u in enumerate(values))


def uniform_pvalue(sample: Sequence[float]) -> float:
    """Probability that a uniform sample lies at least as far from the uniform law.

    Twice the exact one-sided tail of Birnbaum and Tingey (Ann. Math. Statist. 22 (1951) 592) for any n;
    an upper bound of the two-sided one, and equal to it wherever the distance is 0.5 or more.
    """
    n, d = len(sample), uniform_distance(sample)
    return min(1.0, 2 * _one_sided(n, d))


def _one_sided(n: int, d: float) -> float:
    """P(D+ >= d) for n uniform observations, 0 < d <= 1; all terms are positive."""
    if d >= 1:
        return 0.0
    terms = []
    for j in range(math.floor(n * (1 - d)) + 1):
        rest = 1 - d - j / n
        if rest <= 0 and j < n:
            continue
        log = math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
        log += (j - 1) * math.log(d + j / n) + ((n - j) * math.log(rest) if j < n else 0.0)
        terms.append(math.exp(log))
    return min(1.0, d * math.fsum(terms))


def successes(chances: Iterable[float]) -> list[float]:
    """Law of the number of successes of independent trials with these chances (Poisson binomial)."""
    law = [1.0]
    for chance in chances:
        if not 0 <= chance <= 1:
            raise ValueError(f"a chance lies between 0 and 1, not {chance!r}")
        wider = [0.0] * (len(law) + 1)
        for k, weight in enumerate(law):
            wider[k] += weight * (1 - chance)
            wider[k + 1] += weight * chance
        law = wider
    return law


def at_least(count: int, chances: Iterable[float]) -> float:
    """P(number of successes >= count)."""
    return min(1.0, math.fsum(successes(chances)[max(0, count) :]))


def two_sided(count: int, chances: Iterable[float]) -> float:
    """Twice the smaller tail of the number of successes, the count itself in both."""
    law = successes(chances)
    return min(1.0, 2 * min(math.fsum(law[: count + 1]), math.fsum(law[count:])))


def student_pvalue(t: float, freedom: int) -> float:
    """P(|T| >= |t|) of Student's t with whole degrees of freedom (Abramowitz and Stegun 26.7.3, 26.7.4)."""
    if freedom < 1:
        raise ValueError("Student's t needs at least one degree of freedom")
    if math.isinf(t):
        return 0.0
    angle = math.atan(abs(t) / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    if freedom % 2:
        term, total = math.cos(angle), 0.0
        for k in range(1, freedom - 1, 2):
            total += term
            term *= square * (k + 1) / (k + 2)
        inside = 2 / math.pi * (angle + (math.sin(angle) * total if freedom > 1 else 0.0))
    else:
        term, total = 1.0, 0.0
        for k in range(0, freedom - 1, 2):
            total += term
            term *= square * (k + 1) / (k + 2)
        inside = math.sin(angle) * total
    return max(0.0, 1 - inside)


def holm(pvalues: Mapping[KeyT, float]) -> dict[KeyT, float]:
    """Adjusted p-values (Holm 1979): rejecting those below alpha errs with chance alpha at most."""
    adjusted: dict[KeyT, float] = {}
    highest = 0.0
    for rank, key in enumerate(sorted(pvalues, key=lambda key: pvalues[key])):
        highest = max(highest, min(1.0, (len(pvalues) - rank) * pvalues[key]))
        adjusted[key] = highest
    return adjusted
