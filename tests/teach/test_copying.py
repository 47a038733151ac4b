"""Whoever copies, guesses or closes in digit by digit earns nothing and learns nothing."""

import itertools
import json
import re
from typing import Any

import pytest

from tests.teach.truths import PAPER
from vipsim.resources import notebook_names, notebook_path
from vipsim.teach import check
from vipsim.teach.answers import Choice, Count, Order, Share
from vipsim.teach.durations import TOLD, Duration
from vipsim.teach.exercises import Exercise, exercises
from vipsim.teach.marks import measured
from vipsim.units import SECOND

ALL = list(exercises().values())
MEASURED = [one for one in ALL if one.truth]
TIMES = [pytest.param(one, id=one.id) for one in MEASURED if isinstance(one.form, Duration)]
NUMBERS = [pytest.param(one, id=one.id) for one in MEASURED if isinstance(one.form, (Duration, Share, Count))]
CHOICES = [pytest.param(one, id=one.id) for one in MEASURED if isinstance(one.form, (Choice, Order))]
ON_THE_PAGE = {"05.tcp"}
"""The right one is among several that are listed: which one it is, is the question."""


def page_above(id: str) -> str:
    """Text of the section in which a question stands, up to its answer."""
    name = next(name for name in notebook_names() if name.startswith(id[:2]))
    texts: list[str] = []
    for cell in json.loads(notebook_path(name).read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if text.startswith("## "):
            texts, text = [], text.partition("\n")[2]
        if f'check("{id}"' in text:
            return "\n".join(texts)
        texts.append(text)
    raise AssertionError(f"{id} is not asked")


def copies(exercise: Exercise, text: str) -> list[Any]:
    found = sorted(set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?|(?<![\w])\.\d+", text)))
    if isinstance(exercise.form, Duration):
        return [f"{number} {unit}" for number in found for unit in ("s", "ms")]
    return [number for number in found if float(number) <= 1 or isinstance(exercise.form, Count)]


@pytest.mark.parametrize("exercise", NUMBERS)
def test_a_number_of_the_question_earns_nothing(exercise: Exercise) -> None:
    for answer in copies(exercise, exercise.question):
        assert check(exercise.id, answer).points == 0, answer


@pytest.mark.parametrize("exercise", NUMBERS)
def test_a_number_of_the_page_above_earns_nothing(exercise: Exercise) -> None:
    for answer in copies(exercise, page_above(exercise.id)):
        mark = check(exercise.id, answer)
        assert mark.points == 0 or (mark.verdict == "right" and exercise.id in ON_THE_PAGE), answer


@pytest.mark.parametrize("exercise", CHOICES)
def test_a_guess_among_a_few_words_is_right_or_earns_nothing(exercise: Exercise) -> None:
    form = exercise.form
    guesses: list[Any] = list(form.options) if isinstance(form, Choice) else []
    if isinstance(form, Order):
        guesses = list(itertools.permutations(form.names))
    earned = [mark.points for mark in (check(exercise.id, guess) for guess in guesses)]
    assert sorted(earned) == [0.0] * (len(guesses) - 1) + [exercise.points]


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("01.vrrp-takeover", "10 s"),  # the crash
        ("01.learned-when", "5 s"),
        ("02.tcp-return", "6.2 s"),  # with an advert every second
        ("01.detection-earliest", "3 s"),  # of another pair
        ("01.detection-latest", "4 s"),
        ("01.goodbye", "609 ms"),
        ("03.master-down", "3.609 s"),
        ("05.goodbye", "609 ms"),
        ("05.goodbye", "219 ms"),  # stands in notebook 3
        ("03.refresh", "3.609 s"),  # printed all over notebook 3
        ("05.two-masters", "7 s"),  # the cut of the notebook
        ("02.newcomer-patience", "3.359 s"),  # stands in its section
        ("05.hang", "db1"),
        ("01.hung-owner", "db2"),
    ],
)
def test_what_a_student_copied_earns_nothing(id: str, answer: str) -> None:
    assert check(id, answer).points == 0


def test_what_everybody_can_say_of_timers_earns_nothing() -> None:
    import vipsim as vs

    slow = vs.pair("heartbeat", mode="push", interval="1s", dead_count=30)
    assert (check("01.timers", slow).verdict, check("01.timers", slow).points) == ("near", 0)


def test_the_sample_of_the_notebook_is_named() -> None:
    for share in (0.84, "82 %"):
        assert "what does the law say?" in check("05.one-trial", share).words
    assert check("05.one-trial", "0.8").verdict == "right"


# --- units and digits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", TIMES)
def test_the_words_about_a_unit_do_not_confirm_the_digits(exercise: Exercise) -> None:
    right = round(PAPER[exercise.id] / 10**6)  # in ms
    words = {check(exercise.id, bare).words for bare in (right, right + 111, str(right), float(right))}
    if right >= 1000 or not exercise.form.is_long:  # type: ignore[attr-defined]
        assert len(words) == 1 and "Write the unit" in words.pop()


def test_a_bare_near_miss_in_milliseconds_is_named_and_earns_nothing() -> None:
    mark = check("01.goodbye", 609)
    assert (mark.verdict, mark.points) == ("absurd", 0)
    assert mark.words.startswith("seconds or milliseconds?")
    assert mark.words.endswith("that is the backup of the text above")
    assert "that is" in check("03.master-down", 3609).words


@pytest.mark.parametrize("exercise", TIMES)
def test_whether_minutes_can_be_meant_is_known(exercise: Exercise) -> None:
    assert isinstance(exercise.form, Duration)
    assert exercise.form.is_long == (measured(exercise.id).value >= 60 * SECOND)
    asked = re.search(r"\(to (.*?)[);]", exercise.question)
    assert asked and asked[1] in TOLD[exercise.form.digit]


@pytest.mark.parametrize("exercise", [one for one in TIMES if "to a millisecond" in one.values[0].question])
def test_cut_off_and_rounded_milliseconds_are_right(exercise: Exercise) -> None:
    value = PAPER[exercise.id]
    for number in (value // 10**6, -(-value // 10**6), round(value / 10**6)):
        assert check(exercise.id, f"{number} ms").verdict == "right", number
        assert check(exercise.id, f"{number / 1000:.3f} s").verdict == "right", number
    assert measured(exercise.id).tolerance == 10**6


@pytest.mark.parametrize("exercise", [one for one in TIMES if "to a millisecond" in one.values[0].question])
def test_too_few_digits_are_told_whatever_they_are(exercise: Exercise) -> None:
    asks = "give more digits: the question asks for a millisecond"
    value = PAPER[exercise.id]
    for off in (0, SECOND // 7, SECOND // 3):
        for step in (10**7, 10**8):
            rounded = round((value + off) / step) * step
            mark = check(exercise.id, f"{rounded / SECOND:.{9 - len(str(step)) + 1}f} s")
            if mark.verdict != "near" and abs(rounded - value) > 10**6:
                assert (mark.verdict, mark.points) == ("wrong", 0) and mark.words.startswith(asks)
                assert mark.words.endswith(exercise.hint)
    assert asks not in check(exercise.id, f"{value / SECOND + 0.4567:.4f} s").words
    assert asks in check(exercise.id, "11 s").words and asks in check(exercise.id, 11).words


def test_nothing_is_called_close() -> None:
    for one in ALL:
        for near in one.near:
            assert not str(check(one.id, near.value())).startswith("close")


# --- spellings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "answers"),
    [
        ("05.hang", ["db 2", "DB-2", ["db2"], ("db 2",)]),
        ("01.lost-part", ["the repair", "Repair.", "`repair`"]),
        ("03.first-line", ["advert", "an advert", "the  advert"]),
        ("02.lock-who", ["old", ["old"]]),
        ("05.goodbye", ["76/256 s", "76/256", "0.297", ".297", ".297s", 0.297, "297 ms"]),
        ("03.silent-share", ["75/256", ".29", "29%"]),
    ],
)
def test_sensible_spellings_are_right(id: str, answers: list[Any]) -> None:
    for answer in answers:
        assert check(id, answer).verdict == "right", answer


def test_two_names_may_come_in_any_order() -> None:
    form = exercises()["02.lock-who"].form
    assert form.read("Old & young") == form.read("old and young") == "young and old"
    assert exercises()["05.way-back"].form.read("link-down") == "link_down"


def test_numpy_s_and_python_s_kinds_of_times() -> None:
    from datetime import timedelta

    import numpy as np

    kinds = [np.float32(0.297), np.float64(0.297), np.array(0.297), np.int64(297_000_000), np.str_("297 ms")]
    for answer in (*kinds, timedelta(milliseconds=297)):
        assert check("05.goodbye", answer).verdict == "right", repr(answer)


def test_a_comma_is_told_for_times_and_shares_and_counts() -> None:
    for id, answer in (("05.goodbye", "0,297 s"), ("03.silent-share", "0,29"), ("03.silent-share", "29,3 %")):
        assert check(id, answer).words == "write a point before the decimals, not a comma"


def test_a_class_is_no_function() -> None:
    words = check("01.takeover-function", int).words
    assert words.startswith("a kind of thing (a class, such as int) was given") and "def" in words
