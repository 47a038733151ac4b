"""A right model passes as often as stated; a wrong one fails, and the verdict names what is wrong."""

import pytest

from tests.validate.judge.toys import Toy, recorded_and_runs
from vipsim.validate.judge import judge, weigh


def judgment(recorded, model, seed, **sizes):
    pairs = recorded_and_runs(recorded, model, seed, **sizes)
    return judge([weigh(row, runs) for row, runs in pairs], seed)


def test_a_right_model_passes():
    off, low = 0, []
    for seed in range(30):
        found = judgment(Toy(), Toy(), seed, rows=8, runs=20)
        off += bool(found.failed)
        low += [p < 0.05 for verdict in found.verdicts for p in verdict.pvalues.values()]
    assert off <= 2, "one in a hundred by statement"
    assert sum(low) <= 0.05 * len(low) + 30


def test_the_pooled_test_is_as_strict_as_stated():
    low = [judgment(Toy(), Toy(), seed, rows=6, runs=20).pooled < 0.05 for seed in range(100)]
    assert sum(low) <= 13, "one in twenty by statement"


@pytest.mark.parametrize(
    ("wrong", "experiment", "named"),
    [
        (Toy(shift=0.030), "toy", "first answer"),
        (Toy(late=0.015), "toy", "detect_s"),
        (Toy(late=-0.391), "toy", "mdi_s"),  # no skew
        (Toy(bursts=(0.0,)), "toy", "frames"),  # no second burst
        (Toy(answers=False), "toy:recover", "announced"),  # no answer to a lower advert
        (Toy(silent=0.0), "toy:recover", "announced"),
    ],
    ids=["shift", "late", "skew", "burst", "answer", "never silent"],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_wrong_model_fails_and_the_reason_names_it(wrong, experiment, named, seed):
    found = judgment(Toy(), wrong, seed, runs=200 if experiment != "toy" else 40)
    verdicts = {verdict.exp: verdict for verdict in found.verdicts}
    assert verdicts[experiment].is_off
    assert any(reason.startswith(named) for reason in verdicts[experiment].reasons)


def test_the_same_seed_gives_the_same_judgment():
    assert judgment(Toy(), Toy(), 5) == judgment(Toy(), Toy(), 5)
