"""Places among runs: exact for a right model, whatever ties, censoring and the resolution do."""

import random

from hypothesis import given
from hypothesis import strategies as st

from vipsim.validate.judge.outcomes import Outcome, pvalue
from vipsim.validate.judge.places import Place, Runs, other_places
from vipsim.validate.judge.readings import Reading, blackout, first_answer

READING = st.builds(Reading, st.floats(0, 10), st.booleans())


@given(st.lists(READING, min_size=2, max_size=30), READING, st.floats(0, 1))
def test_a_place_counts_every_run_once(runs, recorded, resolution):
    place = Runs(runs, resolution).place(recorded)
    known = [one.seconds for one in runs if not one.censored]
    assert place.below == sum(seconds < recorded.seconds - resolution for seconds in known)
    above = sum(one.seconds > recorded.seconds + resolution for one in runs) if not recorded.censored else 0
    assert (place.tied, place.runs) == (len(runs) - place.below - above, len(runs))
    assert place.tied >= 0


@given(st.lists(READING, min_size=2, max_size=20), st.floats(0, 1))
def test_the_others_stand_among_each_other(readings, resolution):
    for number, place in enumerate(other_places(readings, resolution, len(readings))):
        rest = readings[:number] + readings[number + 1 :]
        assert place == Runs(rest, resolution).place(readings[number])


def test_a_right_models_places_are_uniform_with_ties_and_censoring():
    draw, drawn = random.Random(1), []
    for _ in range(4000):
        values = [max(0.0, draw.random() - 0.4) for _ in range(9)]  # 40 % of them are 0
        readings = [Reading(min(value, 0.5), value > 0.5) for value in values]
        drawn.append(Runs(readings[1:], 0.0).place(readings[0]).drawn(draw))
    for edge in (0.1, 0.25, 0.5, 0.9):
        assert abs(sum(value < edge for value in drawn) / len(drawn) - edge) < 0.03


def test_the_transform_never_leaves_the_unit_interval():
    draw = random.Random(0)
    assert all(0 <= Place(below, 8 - below, 8).drawn(draw) <= 1 for below in range(9) for _ in range(50))


def test_support_reaches_a_little_beyond_the_runs():
    runs = Runs([Reading(1 + n / 200) for n in range(200)], 0.0)
    assert runs.can_give(Reading(2.05), 0.0)
    assert not runs.can_give(Reading(2.2), 0.0)
    assert runs.can_give(Reading(2.2), 0.2)
    assert not runs.can_give(Reading(3.0, censored=True), 0.0)
    assert runs.can_give(Reading(1.5, censored=True), 0.0)
    assert Runs([Reading(5.0, censored=True)], 0.0).can_give(Reading(40.0), 0.0)


def test_readings_of_rows():
    assert blackout({"outage_s": 0.02, "censored": False}) == blackout({"outage_s": 0.0})
    assert blackout({"outage_s": 3.0, "censored": True}) == Reading(3.0, True)
    assert blackout({"outage_s": None, "window": {"to_s_at_least": 7.0}}) == Reading(7.0, True)
    assert blackout({}) is first_answer({}) is None
    assert first_answer({"first_reply_new_s": None, "window": {"to_s_at_least": 9}}) == Reading(9.0, True)


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=12), st.integers(0, 2**31))
def test_outcomes_of_a_right_model_are_seldom_surprising(chances, seed):
    draw = random.Random(seed)

    def trial(chance):
        return Outcome(draw.random() < chance, sum(draw.random() < chance for _ in range(20)), 20)

    low = sum(pvalue([trial(chance) for chance in chances]) < 0.05 for _ in range(100))
    assert low <= 20


def test_what_no_run_says_is_surprising_and_what_all_say_is_not():
    assert pvalue([Outcome(False, 0, 200)] * 8) == pvalue([Outcome(True, 200, 200)] * 8) == 1
    assert pvalue([Outcome(True, 0, 200)] * 4) < 1e-8
    mixed = [
        Outcome(True, 1, 200),
        Outcome(False, 199, 200),
    ] * 4  # as many yes as expected, of the wrong rows
    assert pvalue(mixed) < 1e-10
