"""`check`: hold an answer against a fresh simulation, and say what it is worth, in words.

It never raises, never prints the solution, and never says in which direction an answer is off: whoever is
wrong thinks again, and whoever guesses leaves the count of tries in the result line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from vipsim.errors import VipsimError
from vipsim.teach.answers import Share
from vipsim.teach.bounded import PATIENCE, TooLong, within
from vipsim.teach.durations import TOLD, Duration, NoUnit
from vipsim.teach.exercises import Exercise, Judged, Near, Truth, exercises
from vipsim.teach.reading import Unreadable, as_text, is_open
from vipsim.teach.results import (
    FILE,
    VARIABLE,
    Result,
    append_result,
    now,
    read_results,
    results_path,
    tries_so_far,
)
from vipsim.units import MS, Time

HALF = 0.5
"""Part of the points that a near miss earns if reasoning is in it."""
_SAYS = {
    "right": "right",
    "near": "not yet",
    "wrong": "not yet",
    "absurd": "this cannot be an answer",
    "open": "not answered yet",
}
_NOTHING = "nothing to mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer is worth.

    In a notebook it shows its words; its plain text there is the number of points, which is what nbgrader
    reads as (partial) credit. Elsewhere it prints its words.
    """

    id: str
    verdict: str
    """``right``, ``near``, ``wrong``, ``absurd`` or ``open``."""
    words: str
    points: float = 0
    of: float = 0
    tries: int = 0
    note: str = ""
    """What else there is to know, for instance that the result could not be written."""

    def __float__(self) -> float:
        """Points."""
        return float(self.points)

    def __str__(self) -> str:
        head = f"{self._head()} ({self._score()})" if self.of else _NOTHING
        return "\n".join(part for part in (f"{head}: {self.words}", self.note) if part)

    def __repr__(self) -> str:
        return str(self)

    def _head(self) -> str:
        # Nothing is called close: how far off a number is would tell where to look for the right one.
        return "half right" if self.verdict == "near" and self.points else _SAYS[self.verdict]

    def _score(self) -> str:
        return f"{self.points:g} of {self.of:g} point{'s' * (self.of != 1)}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # nbgrader (utils.get_partial_grade) reads text/plain as a number, and what is none as full points.
        return {"text/plain": f"{self.points:g}", "text/html": self._html()}

    def _html(self) -> str:
        head = f"<strong>{self._head()}</strong> ({self._score()})" if self.of else _NOTHING
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        words = escape(self.words).replace("\n", "<br>")
        return f"<p>{head}: {words}</p>{note}"


def check(id: Any = ..., answer: Any = ...) -> Mark:
    """Hold an answer against a fresh simulation.

    Parameters
    ----------
    id : str
        Of the exercise, such as ``"01.detection-earliest"``.
    answer : object
        What the exercise asks for; ``...`` is no answer yet and no fault.

    Returns
    -------
    Mark
        Verdict, words and points. A line about it is appended to ``vipsim-results.jsonl`` (or to the file
        that VIPSIM_RESULTS names).

    Examples
    --------
    >>> check("01.detection-earliest", ...).verdict
    'open'
    """
    try:
        known = exercises()
        exercise = known.get(id) if type(id) is str else None
        if exercise is None:
            return Mark("?", "absurd", _unknown(id, known))
        return _recorded(exercise, answer, _mark(exercise, answer))
    except Exception as error:
        if _wants_traceback():
            raise
        return Mark("?", "open", _bug(error))


def _mark(exercise: Exercise, answer: Any) -> Mark:
    empty = Mark(exercise.id, "open", "", of=exercise.points)
    if is_open(answer):
        return replace(empty, words=f"write over the dots, then run both cells: {exercise.form.says}")
    try:
        judged = _judged(exercise, exercise.form.read(answer))
    except NoUnit as error:
        return replace(empty, verdict="absurd", words=f"{error}{_if_milliseconds(exercise, error.bare)}")
    except Unreadable as error:
        return replace(empty, verdict="absurd", words=str(error))
    except TooLong:
        words = f"it was not over after {PATIENCE:g} s of real time: make it shorter or smaller"
        return replace(empty, verdict="wrong", words=words)
    except VipsimError as error:
        if _wants_traceback():
            raise
        return replace(empty, words=f"vipsim could not judge this, which is not your fault: {error}")
    words = judged.words
    if judged.verdict == "wrong" and isinstance(exercise.form, Duration):
        words = _with_digits(exercise.form, answer, words)
    share = {"right": 1.0, "near": HALF if judged.half else 0.0}.get(judged.verdict, 0.0)
    return replace(empty, verdict=judged.verdict, words=words, points=share * exercise.points)


def _judged(exercise: Exercise, value: Any) -> Judged:
    if exercise.judge is not None:
        judge = exercise.judge
        judged = within(PATIENCE, lambda: judge(value, exercise.seed))
        if judged.verdict == "right" and not judged.words:
            return Judged("right", exercise.why)
        return judged
    truth = measured(exercise.id)
    if matches(value, truth):
        return Judged("right", exercise.why)
    near = _near(exercise, value, truth)
    if near is not None:
        return Judged("near", near.words, near.half)
    if isinstance(exercise.form, Duration) and not _is_usual(exercise.form, value):
        return Judged("absurd", "no time that is asked here is like that: is the unit the right one?")
    if isinstance(exercise.form, Share) and matches(1 - value, truth):
        return Judged("near", "that is the share of all the others", half=True)
    return Judged("wrong", exercise.hint or "think again, then answer again")


def _near(exercise: Exercise, value: Any, truth: Truth) -> Near | None:
    """The near miss that a value is, if it is one."""
    for near in exercise.near:
        slip = near.value()
        if matches(value, Truth(slip, truth.tolerance)) and (value == 0) == (slip == 0):
            return near  # nothing is nearly zero: some microseconds were meant in another unit
    return None


def _is_usual(form: Duration, value: Time) -> bool:
    # The same for all digits: whoever leaves the right ones without the right unit must not be told so.
    low, high = form.usual
    return value == 0 or low <= value <= high


def _if_milliseconds(exercise: Exercise, bare: Fraction) -> str:
    """Words about a bare number if it is a near miss in milliseconds; none if it is the right one."""
    if exercise.judge is not None:
        return ""
    near = _near(exercise, bare * MS, measured(exercise.id))
    return f". And of so many milliseconds: {near.words}" if near else ""


def _with_digits(form: Duration, answer: Any, hint: str) -> str:
    """A hint, behind what is said of every answer with fewer digits than were asked.

    It is said whatever the digits are, so it cannot be used to find the right ones one after the other.
    """
    if not form.is_coarse(answer):
        return hint
    return f"give more digits: the question asks for {TOLD[form.digit][0]}. If none is missing: {hint}"


def matches(value: Any, truth: Truth) -> bool:
    """Whether a value of the exercise's form is the one measured, within its tolerance."""
    if isinstance(truth.value, (int, float)):
        return bool(abs(value - truth.value) <= truth.tolerance)
    return bool(value == truth.value)


@cache
def measured(id: str) -> Truth:
    """What a fresh simulation gives for an exercise; within one process it is run once."""
    exercise = exercises()[id]
    if exercise.truth is None:
        raise VipsimError(f"{id} is judged by running the answer")
    return exercise.truth(exercise.seed)


# --- the result line -------------------------------------------------------------------------


def _recorded(exercise: Exercise, answer: Any, mark: Mark) -> Mark:
    """Append the result line; what cannot be written is said in the mark."""
    from vipsim import __version__

    text = as_text(answer)
    path = results_path()
    try:
        tries = _tries(path, exercise.id, text) if mark.verdict != "open" else 0
        mark = replace(mark, tries=tries)
        if path is not None:
            line = Result(
                mark.id, mark.verdict, text, mark.points, mark.of, tries, exercise.seed, __version__, now()
            )
            append_result(path, line)
    except (OSError, VipsimError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        where = "" if path is None else f" to {path}"
        note = f"The mark holds, but it could not be written{where}: {reason}."
        return replace(mark, note=f"{note} The variable {VARIABLE} names another file.")
    return mark


def _tries(path: Path | None, id: str, text: str) -> int:
    if path is None or not path.is_file():
        return 1
    return tries_so_far(read_results(path)[0], id, text)


# --- words about what is wrong with the call itself --------------------------------------------


def _unknown(id: Any, known: Mapping[str, Exercise]) -> str:
    listed = "There are " + ", ".join(known) + "."
    if id is ...:
        return f'check("ID", answer) marks an answer. {listed}'
    if type(id) is not str:
        return f"the first word of check is the id of an exercise, as a text in quotation marks. {listed}"
    number = id.partition(".")[0]
    listed = "There are " + ", ".join([one for one in known if one.startswith(f"{number}.")] or known) + "."
    near = get_close_matches(id[:60], known, n=1, cutoff=0.6)
    hint = f" (did you mean {near[0]}?)" if near else ""
    shown = "".join(letter if letter.isprintable() else "?" for letter in id[:60])
    return f"there is no exercise {shown!r}{hint}. {listed}"


def _bug(error: Exception) -> str:
    kind = type(error).__name__
    return (
        f"this is a bug of vipsim ({kind}) and not your fault: please report it. "
        "VIPSIM_DEBUG=1 shows the traceback."
    )


def _wants_traceback() -> bool:
    return os.environ.get("VIPSIM_DEBUG", "") not in ("", "0")


__all__ = ["FILE", "HALF", "Mark", "check", "matches", "measured"]
