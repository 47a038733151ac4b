"""How often runs have as many frames as the recording: a model that is right now and then is wrong."""

from __future__ import annotations

import random

import pytest

from vipsim.validate.judge.numbers import QUESTION, as_many
from vipsim.validate.judge.outcomes import pvalue

ROWS, RUNS, BLUR = 20, 200, 0.06


def row(draw, bursts, size=5):
    first = 3.6 + draw.expovariate(500)
    return {
        "fault": "kill9",
        "setup": {"kind": "failover"},
        "window": {"to_s_at_least": 9.2 + draw.random() / 10},
        "adverts_new": [[first + n, 100] for n in range(6)],
        "garps": [first + 5 * burst + n / 5000 for burst in range(bursts) for n in range(size)],
    }


def found(bursts, size=lambda draw: 5, seed=0):
    draw = random.Random(seed)
    return [
        as_many(row(draw, 2), [row(draw, bursts(draw), size(draw)) for _ in range(RUNS)], BLUR)[QUESTION]
        for _ in range(ROWS)
    ]


def test_a_right_model_has_as_many():
    assert pvalue(found(lambda draw: 2)) == 1


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_burst_that_comes_in_some_runs_only_is_seen(share):
    assert pvalue(found(lambda draw: 1 + (draw.random() < share))) < 1e-4


def test_a_burst_that_is_short_in_half_of_the_runs_is_seen():
    assert pvalue(found(lambda draw: 2, lambda draw: draw.choice([4, 5]))) < 1e-4


def test_a_frame_near_the_end_of_an_observation_may_be_there_or_not():
    draw = random.Random(1)
    one = row(draw, 2)
    one["window"] = {"to_s_at_least": one["garps"][5] + 0.01}
    assert as_many(one, [row(draw, 1) for _ in range(RUNS)], BLUR)[QUESTION].yes


def test_what_was_queued_while_a_daemon_stood_is_not_counted():
    draw = random.Random(1)
    one = {**row(draw, 2), "fault": "stop+cont"}
    assert as_many(one, [row(draw, 1)], BLUR) == {}
