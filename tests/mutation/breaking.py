"""How a rule is broken: for as long as a `with` lasts, another function stands in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from vipsim.machines.neighbor.entry import NeighborState
from vipsim.machines.neighbor.profile import NeighborProfile

Make = Callable[[Any], Any]
"""Makes the broken rule from the right one."""


@dataclass(frozen=True)
class Mutant:
    """One rule broken."""

    wrong: str
    """How the cache behaves then."""
    where: Any
    """The module or class that has the rule."""
    rule: str
    make: Make

    @contextmanager
    def applied(self) -> Iterator[None]:
        """While it lasts, the rule is broken."""
        with mock.patch.object(self.where, self.rule, self.make(vars(self.where)[self.rule])):
            yield


def always(value: Any) -> Make:
    """The same answer whatever is asked."""
    return lambda right: lambda *given, **named: value


def settings(**fields: Callable[[NeighborProfile], int]) -> Make:
    """A rule that sees a profile with other settings."""

    def other(one: Any) -> Any:
        if not isinstance(one, NeighborProfile):
            return one
        return replace(one, **{name: value(one) for name, value in fields.items()})

    return lambda right: lambda *given: right(*map(other, given))


def instead(mode: str, old: int, new: int) -> Make:
    """A rule that takes the value `old` of a setting for `new`."""

    def value(profile: NeighborProfile) -> int:
        given = int(getattr(profile, mode))
        return new if given == old else given

    return settings(**{mode: value})


def after(step: Callable[..., Any]) -> Make:
    """The right rule, and then `step(result, *arguments)`, whose result counts."""
    return lambda right: lambda *given, **named: step(right(*given, **named), *given)


def before(step: Callable[..., None]) -> Make:
    """`step(*arguments)`, and then the right rule."""

    def make(right: Any) -> Any:
        def broken(*given: Any, **named: Any) -> Any:
            step(*given)
            return right(*given, **named)

        return broken

    return make


def moves(old: NeighborState, new: NeighborState, other: NeighborState) -> Make:
    """A cache that goes from `old` to `other` where it should go to `new`."""

    def make(right: Any) -> Any:
        def become(cache: Any, entry: Any, state: Any, *rest: Any, **named: Any) -> Any:
            return right(cache, entry, other if (entry.state, state) == (old, new) else state, *rest, **named)

        return become

    return make
