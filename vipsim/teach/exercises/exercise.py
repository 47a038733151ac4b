"""What an exercise is: data, with functions that measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vipsim.teach.answers import Form


@dataclass(frozen=True, slots=True)
class Truth:
    """What was measured, and how far from it an answer may be."""

    value: Any
    """In the form's own kind: ns, a count, a share, a word, a tuple of words."""
    tolerance: Any = 0
    """From what is measured: the digits that are asked, a probe spacing, the interval of a median. Never a
    bare percentage."""


@dataclass(frozen=True, slots=True)
class Near:
    """What a usual misconception gives."""

    name: str
    value: Callable[[], Any]
    """The value it leads to, in the form's own kind; worked out, not written down."""
    words: str
    """Names the misconception. No number, and no direction."""
    half: bool = False
    """Whether a real piece of reasoning is in it, which earns half of the points. Never what can be read off
    the question or the page above it, and never one of a few words: who copies or guesses earns nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of running an answer."""

    verdict: str
    """``right``, ``near``, ``wrong`` or ``absurd``."""
    words: str
    half: bool = False
    """Of a near miss: whether it earns half of the points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise; either `truth` or `judge` is given."""

    id: str
    """``"01.detection-earliest"``: number of the notebook, dot, name."""
    question: str
    """As the notebook asks it."""
    form: Form
    points: int
    why: str
    """Said of the right answer: one sentence, no number."""
    hint: str = ""
    """Said of a wrong answer: where to look, one sentence."""
    seed: int = 1
    """Of the fresh simulation; not the one that the notebook shows."""
    truth: Callable[[int], Truth] | None = None
    """Measures, given the seed."""
    near: tuple[Near, ...] = ()
    judge: Callable[[Any, int], Judged] | None = None
    """Runs what was answered, given the seed."""
