"""Looking at what a student gave without giving it a turn.

Nothing of a foreign object is ever called or printed: only exact values of Python's own types (and of
numpy's numbers) are looked at, so that a hostile ``__repr__`` or ``__eq__`` does no harm.
"""

from __future__ import annotations

import marshal
import math
import sys
import zlib
from decimal import Decimal
from fractions import Fraction
from types import FunctionType
from typing import Any

LONGEST_TEXT = 200
"""Letters of an answer that are looked at; a longer text is no answer."""
_IN_WORDS: dict[type, str] = {
    bool: "True or False",
    bytes: "a row of bytes",
    complex: "a complex number",
    **dict.fromkeys((list, tuple, range), "a list"),
    **dict.fromkeys((set, frozenset), "a set"),
    dict: "a dictionary",
    type: "a kind of thing (a class, such as int)",
}


class Unreadable(Exception):
    """An answer that cannot be read: the message is for the student."""


def is_open(answer: Any) -> bool:
    """Whether nothing was answered yet: ``...``, None, or a text without a letter."""
    if answer is None or answer is Ellipsis:
        return True
    if issubclass(type(answer), str):
        return str.__str__(answer)[:LONGEST_TEXT].strip(" .…?_\t\n") == ""
    return False


def plain(answer: Any) -> Any:
    """Return the answer as a value of exactly str, int, float, Fraction, list or tuple if it is one at heart.

    Anything else comes back as it is; ask only for its type.
    """
    kind = type(answer)
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, numpy.generic) and kind.__module__ == "numpy":
        answer = answer.item()
        kind = type(answer)
    elif numpy is not None and kind is numpy.ndarray and answer.ndim == 0:
        return plain(answer[()])
    if kind is bool:
        return answer
    if issubclass(kind, str):
        return str.__str__(answer)
    if issubclass(kind, int):
        return int.__int__(answer)
    if issubclass(kind, float):
        return float.__float__(answer)
    if kind is Decimal:
        return float(answer) if answer.is_finite() else math.nan
    return answer


def what_it_is(answer: Any) -> str:
    """Name a kind of thing without asking the thing itself."""
    kind = type(answer)
    for known in _IN_WORDS:
        if issubclass(kind, known):
            return _IN_WORDS[known]
    if issubclass(kind, (int, float, Fraction)):
        return "a number"
    if issubclass(kind, str):
        return "a text"
    from vipsim.scenario.model import Scenario
    from vipsim.trace.trace import Trace

    if issubclass(kind, Scenario):
        return "a scenario"
    if issubclass(kind, Trace):
        return "a trace"
    return "a function" if callable(answer) else "an object"


def as_text(answer: Any, limit: int = 80) -> str:
    """Return what was answered, as text for the result line: values as they are, objects by their kind."""
    value = plain(answer)
    if type(value) is str:
        return value[:limit]
    if type(value) is int:
        return str(value) if value.bit_length() <= 200 else "a number of more than 60 digits"
    if type(value) in (bool, float, Fraction) or value is None or value is Ellipsis:
        return repr(value)[:limit]
    if type(value) in (list, tuple):
        parts = ("a list" if type(part) in (list, tuple) else as_text(part, 40) for part in value[:20])
        return ", ".join(parts)[:limit]
    return what_it_is(value) + _fingerprint(value)


def _fingerprint(value: Any) -> str:
    """What tells two scenarios or two functions apart, so that tries can be counted."""
    from vipsim.scenario.model import Scenario

    try:
        if type(value) is Scenario:
            return f" ({zlib.crc32(repr(value).encode()):08x})"
        if type(value) is FunctionType:
            code = value.__code__.replace(co_filename="", co_firstlineno=1, co_linetable=b"", co_name="")
            return f" ({zlib.crc32(marshal.dumps(code, 2)):08x})"
    except Exception:  # whatever somebody put into it
        return ""
    return ""
