"""Simulated hosts under a load are as late as the recorded ones, step by step and in sum."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import pairwise

import pytest

import vipsim as vs
from tests.sim.daemon.loads import recorded, sent
from tests.truth import lateness
from vipsim.trace.records import Level

NEAR = 0.1
"""Largest Kolmogorov-Smirnov distance between simulated and recorded times."""
LIMIT = 3.609375


def distance(one: list[float], other: list[float]) -> float:
    """Kolmogorov-Smirnov distance of two samples."""
    one, other = sorted(one), sorted(other)
    return max(
        abs(bisect_right(one, x) / len(one) - bisect_right(other, x) / len(other)) for x in (*one, *other)
    )


@cache
def simulated(load: str) -> dict[str, list[float]]:
    """Every step of 400 takeovers after a kill, in us."""
    plan = recorded(
        "ka2-kill9", load, duration="22s", clients={}, phase=0.5, faults=[{"kill": "n1", "at": "5s"}]
    )
    found: dict[str, list[float]] = {name: [] for name in ("wake", "detection", "address", "frame", "second")}
    for seed in range(400):
        trace = vs.run(plan, seed=seed, level=Level.PROTOCOL)
        last = max(time for time in sent(trace, "advert", "n1", 0))
        adverts, garps = sent(trace, "advert", "n2", 0), sent(trace, "announce", "n2", 0)
        found["detection"].append(adverts[0] - last - LIMIT)
        found["address"].append(garps[0] - adverts[0])
        found["frame"] += [b - a for a, b in pairwise(garps) if b - a < 1]
        found["second"].append(garps[5] - garps[4] - 5)
        found["wake"] += [b - a - 1 for a, b in pairwise(adverts[6:])]
    # The recorded times are rounded to 10 us.
    return {name: [1e6 * round(value, 5) for value in values] for name, values in found.items()}


@pytest.mark.parametrize("load", ["idle", "busy"])
@pytest.mark.parametrize(
    "step, of",
    [
        ("wake", lateness.wakes),
        ("detection", lateness.detections),
        ("address", lateness.addresses),
        ("frame", lateness.frames),
        ("second", lateness.second_bursts),
    ],
)
def test_a_step_is_as_late_as_recorded(load, step, of):
    values = lateness.pooled(lateness.keepalived_rows(load == "busy"), of)
    assert distance(simulated(load)[step], list(map(float, values))) < NEAR + 1 / len(values) ** 0.5
