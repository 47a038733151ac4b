"""How answers may be written, and what is said about those that cannot be read.

Each form of answer turns what a student gave into a plain value, or raises `Unreadable` with words for the
student.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from vipsim.teach.numerals import explain, finite, fraction, in_plain_letters, no_sign, number
from vipsim.teach.reading import Unreadable, plain, what_it_is


class Form(Protocol):
    """A way in which an answer may be given."""

    @property
    def says(self) -> str:
        """What is to be written, with an example that is nobody's answer."""

    def read(self, answer: Any) -> Any:
        """Return the answer as a plain value; raises `Unreadable`."""


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number from 0."""

    says = "a whole number, such as 17"

    def read(self, answer: Any) -> int:
        """Return the number."""
        value = plain(answer)
        if type(value) is str:
            text = no_sign(in_plain_letters(value), "a count")
            count = number(text)
            if count is None:
                explain(text)
                raise Unreadable(f"this cannot be read: write {self.says}")
        elif type(value) in (int, float, Fraction):
            count = finite(value)
        else:
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if count < 0:
            raise Unreadable("a count is never negative")
        if count.denominator != 1:
            raise Unreadable("a count has no fraction: a whole number was asked")
        if count >= 10**12:
            raise Unreadable("there is not that much of anything in a run")
        return int(count)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, from 0 to 1."""

    says = 'a share, such as "45 %" or 0.45'

    def read(self, answer: Any) -> float:
        """Return the share, from 0 to 1."""
        value = plain(answer)
        if type(value) is str:
            share = self._from_text(no_sign(in_plain_letters(value), "a share"))
        elif type(value) in (int, float, Fraction):
            share = finite(value)
        else:
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if share < 0:
            raise Unreadable("a share is never negative")
        if share > 1:
            raise Unreadable('a share is at most 1, or "100 %": did you leave the sign % out?')
        return float(share)

    def _from_text(self, text: str) -> Fraction:
        part = fraction(text)
        if part is not None:
            return part
        percent = re.fullmatch(r"(.*?)\s*(?:%|percent)", text)
        share = number(percent[1] if percent else text)
        if share is None:
            explain(text)
            raise Unreadable(f"this cannot be read as a share: write {self.says}")
        return share / 100 if percent else share


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words."""

    options: tuple[str, ...]

    @property
    def says(self) -> str:
        """What is to be written."""
        return "one of " + ", ".join(f'"{option}"' for option in self.options)

    def read(self, answer: Any) -> str:
        """Return the word as the options spell it; a list of one word is that word."""
        value = plain(answer)
        is_alone = type(value) in (list, tuple) and len(value) == 1
        return _one_of(value[0] if is_alone else answer, self.options, self.says)


@dataclass(frozen=True, slots=True)
class Order:
    """Several words in an order, each once."""

    names: tuple[str, ...]
    by: str = "the first one first"

    @property
    def says(self) -> str:
        """What is to be written."""
        return f"a list of {', '.join(self.names)} in their order, {self.by}"

    def read(self, answer: Any) -> tuple[str, ...]:
        """Return the words as the names spell them, in the order given."""
        value = plain(answer)
        if type(value) is str:
            text = in_plain_letters(value)
            value = [part for part in re.split(r"\s*(?:->|[,;<>=→\n])\s*", text) if part]
            if len(value) == 1 and not any(" " in name for name in self.names):
                value = text.split()
        if type(value) not in (list, tuple):
            raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}")
        if len(value) > 100:
            raise Unreadable(f"this list is too long: write {self.says}")
        order = tuple(_one_of(part, self.names, self.says) for part in value)
        missing = [name for name in self.names if name not in order]
        if missing:
            raise Unreadable(f"{', '.join(missing)} is missing: each name stands in the list once")
        if len(order) > len(self.names):
            raise Unreadable("a name stands in the list twice: each stands there once")
        return order


def _one_of(answer: Any, options: tuple[str, ...], says: str) -> str:
    from difflib import get_close_matches

    value = plain(answer)
    if type(value) is not str:
        raise Unreadable(f"{what_it_is(answer)} was given, asked was {says}")
    known = {_key(in_plain_letters(option)): option for option in options}
    text = in_plain_letters(value).strip("\"'.`* ")
    if _key(text) in known:
        return known[_key(text)]
    near = get_close_matches(_key(text), known, n=1, cutoff=0.7)
    hint = f" (did you mean {known[near[0]]}?)" if near else ""
    raise Unreadable(f"this is none of the possible answers{hint}: write {says}")


def _key(text: str) -> str:
    """What spellings of one answer have in common: ``link_down``, ``link-down`` and ``the link down``."""
    parts = re.split(r"\s*(?:\band\b|&|\+)\s*", re.sub(r"\b(?:the|an?)\s+", "", text))
    return "&".join(sorted(re.sub(r"[-_\s]+", "", part) for part in parts))


@dataclass(frozen=True, slots=True)
class ScenarioAnswer:
    """A scenario, which is judged by running it."""

    says = "a scenario, such as vs.pair() returns"

    def read(self, answer: Any) -> Any:
        """Return the scenario."""
        from vipsim.scenario.model import Scenario

        if type(answer) is Scenario:
            return answer
        hint = ": give the variable itself, without quotation marks" if type(plain(answer)) is str else ""
        raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}{hint}")


@dataclass(frozen=True, slots=True)
class Function:
    """A function, which is judged by calling it."""

    signature: str

    @property
    def says(self) -> str:
        """What is to be written."""
        return f"a function {self.signature}"

    def read(self, answer: Any) -> Any:
        """Return the function."""
        is_class = issubclass(type(answer), type)
        if callable(answer) and not is_class:
            return answer
        hint = ""
        if type(plain(answer)) in (int, float, Fraction):
            hint = ": give the function itself, do not call it"
        elif is_class:
            hint = ": write it with def, then give its name"
        raise Unreadable(f"{what_it_is(answer)} was given, asked was {self.says}{hint}")
