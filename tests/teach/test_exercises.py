"""Each exercise by itself: the right answer, each near miss, absurd ones, and that no word gives it away."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import vipsim as vs
from tests.teach.truths import PAPER, RUN
from vipsim.teach import Mark, check
from vipsim.teach.answers import Choice, Count, Order, Share
from vipsim.teach.durations import Duration
from vipsim.teach.exercises import Exercise, exercises
from vipsim.teach.marks import matches, measured
from vipsim.units import SECOND

ALL = list(exercises().values())
MEASURED = [pytest.param(one, id=one.id) for one in ALL if one.truth]
TIMES = [one for one in MEASURED if isinstance(one.values[0].form, Duration)]
NEAR = [pytest.param(one, near, id=f"{one.id}-{near.name}") for one in ALL for near in one.near]
RUN_CASES = [
    pytest.param(id, verdict, make, id=f"{id}-{verdict}-{number}")
    for id, samples in RUN.items()
    for verdict, makes in samples.items()
    for number, make in enumerate(makes)
]


def writings(exercise: Exercise, value: Any) -> list[Any]:
    """Ways in which a student may write a value."""
    if isinstance(exercise.form, Duration):
        seconds = value / SECOND
        ways = [
            f"{seconds:.6f} s",
            f"{seconds:.6f}s",
            f" {seconds * 1000:.3f}  MS",
            seconds,
            np.float64(seconds),
        ]
        ways += [Decimal(value) / SECOND, Fraction(value, SECOND), f"+{seconds:.6f} seconds"]
        return ways + ([value, np.int64(value), float(value)] if value >= 10**6 else [])
    if isinstance(exercise.form, Share):
        return [value, f"{value * 100:.4f} %", f"{value * 100:.4f}%", f"{value:.6f}", np.float64(value)]
    if isinstance(exercise.form, Count):
        return [value, float(value), str(value), np.int64(value), f" {value}.0 "]
    if isinstance(exercise.form, Order):
        joined = [", ".join(value), " -> ".join(value), " > ".join(value).upper(), " = ".join(value)]
        return [list(value), value, *joined, " ".join(value)]
    return [value, value.upper(), f'  "{value}" ', value.title()]


def test_every_exercise_is_worked_out_another_way() -> None:
    assert set(PAPER) == {one.id for one in ALL if one.truth}
    assert set(RUN) == {one.id for one in ALL if one.judge}
    assert all((one.truth is None) != (one.judge is None) for one in ALL)


@pytest.mark.parametrize("exercise", MEASURED)
def test_what_is_measured_is_what_paper_says(exercise: Exercise) -> None:
    assert matches(PAPER[exercise.id], measured(exercise.id))


@pytest.mark.parametrize("exercise", MEASURED)
def test_the_right_answer_in_usual_writings(exercise: Exercise) -> None:
    for answer in writings(exercise, PAPER[exercise.id]):
        mark = check(exercise.id, answer)
        assert (mark.verdict, mark.points) == ("right", exercise.points), answer
        assert mark.words == exercise.why and len(exercise.why.split()) >= 6


@pytest.mark.parametrize(("exercise", "near"), NEAR)
def test_each_near_miss_is_named(exercise: Exercise, near: Any) -> None:
    for answer in writings(exercise, near.value()):
        mark = check(exercise.id, answer)
        assert (mark.verdict, mark.words) == ("near", near.words), answer
        assert mark.points == (exercise.points / 2 if near.half else 0)
        assert str(mark).startswith("half right (" if near.half else "not yet (0 of ")


@pytest.mark.parametrize(("exercise", "near"), NEAR)
def test_a_near_miss_can_be_told_from_the_truth(exercise: Exercise, near: Any) -> None:
    truth = measured(exercise.id)
    assert not matches(near.value(), truth)
    if isinstance(truth.value, (int, float)):
        assert abs(near.value() - truth.value) > 1.5 * truth.tolerance


@pytest.mark.parametrize("exercise", MEASURED)
def test_near_misses_with_other_words_can_be_told_apart(exercise: Exercise) -> None:
    tolerance = measured(exercise.id).tolerance
    for one in exercise.near:
        for other in exercise.near:
            if isinstance(one.value(), (int, float)) and one.words != other.words:
                assert abs(one.value() - other.value()) > tolerance, (one.name, other.name)


@pytest.mark.parametrize(("id", "verdict", "make"), RUN_CASES)
def test_what_is_judged_by_running_it(id: str, verdict: str, make: Any) -> None:
    mark = check(id, make())
    assert mark.verdict == {"slip": "near"}.get(verdict, verdict), mark.words
    points = exercises()[id].points
    assert mark.points == {"right": points, "near": points / 2}.get(verdict, 0)


# --- absurd answers --------------------------------------------------------------------------------------


class Hostile:
    """Whatever is asked of it, it fails."""

    def _fail(self, *given: Any) -> Any:
        raise SystemExit("hostile")

    __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = __float__ = __int__ = _fail  # type: ignore[assignment]
    __hash__ = __lt__ = __sub__ = __rsub__ = __format__ = __getitem__ = __index__ = _fail  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        raise SystemExit("hostile")


class HostileText(str):
    def __repr__(self) -> str:
        raise SystemExit("hostile")

    __str__ = strip = casefold = lower = split = __repr__  # type: ignore[assignment]


class HostileNumber(float):
    def __repr__(self) -> str:
        raise SystemExit("hostile")

    __str__ = __sub__ = __rsub__ = __abs__ = __lt__ = __repr__  # type: ignore[assignment]


def nested() -> list[Any]:
    found: list[Any] = []
    for _ in range(5000):
        found = [found]
    return found


ABSURD: dict[str, Any] = {
    "negative": -3,
    "negative text": "-3 s",
    "minus sign": "\N{MINUS SIGN}3 s",
    "nan": float("nan"),
    "nan text": "nan s",
    "decimal nan": Decimal("nan"),
    "decimal signaling nan": Decimal("snan"),
    "infinite": float("inf"),
    "huge": 10**5000,
    "huge text": "9" * 5000 + " s",
    "huge exponent": "1e99 s",
    "tiny exponent": "1e-9999999 s",
    "no unit": "1234.567",
    "no such unit": "3 parsec",
    "arabic": "٣ s",
    "devanagari": "३ s",
    "cyrillic": "три секунды",
    "greek": "τρία δευτερόλεπτα",
    "chinese": "三秒",
    "right to left": "\u202e3 s\u202c",
    "null": "\0",
    "surrogate": "\ud800",
    "markup": "<script>alert(1)</script>",
    "comma": "12,8 s",
    "range": "3 s to 4 s",
    "true": True,
    "complex": 3 + 4j,
    "bytes": b"3 s",
    "list": [3.0],
    "empty list": [],
    "nested": nested(),
    "dict": {"answer": 3},
    "set": {3},
    "array": np.array([1.0, 2.0]),
    "numpy nan": np.float64("nan"),
    "numpy time": np.datetime64("2020-01-01"),
    "class": Hostile,
    "object": object(),
    "hostile": Hostile(),
    "hostile text": HostileText("3 parsec"),
    "hostile number": HostileNumber(-3.0),
    "list of hostile": [Hostile()],
    "module": vs,
    "exception": ValueError("x"),
}


@pytest.mark.parametrize("what", ABSURD)
@pytest.mark.parametrize("exercise", [pytest.param(one, id=one.id) for one in ALL])
def test_absurd_answers_get_words_and_no_points(exercise: Exercise, what: str) -> None:
    mark = check(exercise.id, ABSURD[what])
    assert (mark.verdict, mark.points) == ("absurd", 0), mark.words
    assert len(mark.words.split()) >= 4 and "bug" not in mark.words


@pytest.mark.parametrize("exercise", [pytest.param(one, id=one.id) for one in ALL])
@pytest.mark.parametrize("answer", [..., None, "", "  ", "...", "…", "?"])
def test_no_answer_is_no_fault(exercise: Exercise, answer: Any) -> None:
    mark = check(exercise.id, answer)
    assert (mark.verdict, mark.points, mark.tries) == ("open", 0, 0)


def far_off(answer: str) -> str:
    """Another number of the same size and unit."""
    number, unit = answer.split()
    return f"{float(number) * 1.17:.6f} {unit}"


@pytest.mark.parametrize("exercise", TIMES)
def test_the_wrong_unit_is_noticed(exercise: Exercise) -> None:
    value = PAPER[exercise.id]
    for answer in (f"{value / SECOND:.6f} ms", f"{value / 10**6:.6f} s", f"{value / SECOND:.6f} us"):
        mark = check(exercise.id, answer)
        assert (mark.verdict, mark.points) == ("absurd", 0)
        assert "unit" in mark.words and mark.words == check(exercise.id, far_off(answer)).words


# --- nothing gives the solution away ----------------------------------------------------------------------


def messages(exercise: Exercise) -> list[str]:
    """All that `check` says about an exercise, whatever was answered."""
    given = [
        *ABSURD.values(),
        ...,
        "7 s",
        8.25,
        17,
        "0.45",
        "2 min",
        *(near.value() for near in exercise.near),
    ]
    given += (
        [PAPER[exercise.id]]
        if exercise.truth
        else [make() for case in RUN[exercise.id].values() for make in case]
    )
    if isinstance(exercise.form, Order):
        given += [exercise.form.names[::-1], exercise.form.names, exercise.form.names[:-1]]
    return [check(exercise.id, answer).words for answer in given] + [exercise.why, exercise.hint]


WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def numbers(text: str) -> list[float]:
    found = [float(token) for token in re.findall(r"\d+(?:\.\d+)?", text)]
    timed = re.findall(rf"\b({'|'.join(WORDS)}) (?:milli)?seconds?\b", text)
    return found + [float(WORDS.index(word)) for word in timed]


@pytest.mark.parametrize("exercise", MEASURED)
def test_no_word_tells_the_solution(exercise: Exercise) -> None:
    truth = measured(exercise.id)
    for text in messages(exercise):
        if isinstance(exercise.form, (Choice, Order)):
            continue
        for number in numbers(text):
            if isinstance(exercise.form, Duration):
                told = any(matches(number * unit, truth) for unit in (1, 10**3, 10**6, 10**9, 60 * 10**9))
            else:
                told = matches(number, truth) or matches(number / 100, truth)
            assert not told, text


@pytest.mark.parametrize(
    "exercise", [one for one in MEASURED if isinstance(one.values[0].form, (Choice, Order))]
)
def test_no_word_names_the_right_choice(exercise: Exercise) -> None:
    value = PAPER[exercise.id]
    told = [near.words for near in exercise.near] + [exercise.hint]
    for text in told:
        if isinstance(value, tuple):
            assert not all(re.search(rf"\b{name}\b", text) for name in value), text
        else:
            assert not re.search(rf"\b{re.escape(value)}\b", text), text


@pytest.mark.parametrize("exercise", [pytest.param(one, id=one.id) for one in ALL])
def test_no_word_tells_a_direction(exercise: Exercise) -> None:
    ways = re.compile(
        r"\btoo (?:high|low|long|short|large|small|many|few|much|little)\b|\b(?:more|less) than that\b"
    )
    told = [near.words for near in exercise.near] + [exercise.hint] if exercise.truth else []
    assert [text for text in told if ways.search(text)] == []


def test_far_off_on_either_side_is_told_the_same() -> None:
    for exercise in ALL:
        if isinstance(exercise.form, Duration) and exercise.truth:
            value = PAPER[exercise.id]
            words = {
                check(exercise.id, f"{value * factor / SECOND:.4f} s").words for factor in (0.437, 2.711)
            }
            assert len(words) == 1 and check(exercise.id, 0.0).verdict in ("wrong", "near")


def test_marks_are_marks() -> None:
    assert isinstance(check("01.goodbye", "1 s"), Mark)
