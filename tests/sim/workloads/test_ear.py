"""What counts as a silence: the rule for every client, on hand-made answers."""

from types import SimpleNamespace

import pytest

from vipsim.sim.workloads.ear import Ear

INTERVAL = 10


def silences(*answers, sent=None, end=None, measured=True):
    """Gaps (last, first, lost) of a client whose answers came at (time, number of the probe)."""
    told = []
    env = SimpleNamespace(_now=0)
    world = SimpleNamespace(env=env, note=lambda kind, host, data, cause=0: told.append((kind, data)))
    ear = Ear(SimpleNamespace(world=world, name="app1"), "app1", INTERVAL, measured, {})
    for now, number, *lost in answers:
        env._now = now
        ear.sent = max(ear.sent, number)
        ear.heard(number, "db1", lost=lost[0] if lost else None)
    if end is not None:
        env._now, ear.sent = end, sent
        ear.finish()
    return [(data["last"], data["first"], data["lost"]) for kind, data in told if kind == "gap"]


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ([(1, 1), (11, 2), (21, 3)], []),
        # a little late, and nothing lost
        ([(1, 1), (16, 2), (21, 3)], []),
        # one lost
        ([(1, 1), (21, 3)], [(1, 21, 1)]),
        ([(1, 1), (41, 5), (51, 6)], [(1, 41, 3)]),
        # an interval late, and nothing lost: a stream delivers everything in the end
        ([(1, 1), (31, 2), (31, 3), (31, 4)], [(1, 31, 0)]),
        # answers that waited for the same thing come at once, some in between are lost
        ([(1, 1), (5, 3)], []),
        # the late answer to an old probe neither begins nor hides a silence
        ([(1, 1), (31, 4), (33, 2), (41, 5)], [(1, 31, 2)]),
        ([(1, 1), (11, 2), (21, 4), (22, 3), (61, 8)], [(22, 61, 3)]),
        # the client counts by itself
        ([(1, 1), (31, 2, 7)], [(1, 31, 7)]),
        ([(1, 1), (12, 3, 0)], []),
    ],
)
def test_silences(answers, wanted):
    assert silences(*answers) == wanted


def test_a_silence_that_is_open_at_the_end():
    assert silences((1, 1), sent=3, end=21) == [(1, None, 2)]
    assert silences((1, 1), sent=2, end=20) == []
    assert silences(sent=0, end=50) == []
    assert silences(sent=5, end=50) == [(0, None, 5)]


def test_who_is_not_measured_is_not_told_of():
    assert silences((1, 1), (41, 5), measured=False) == []
