"""Lists whose members many others point at by number: texts, octets, routes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


class Shared(Generic[Thing]):
    """Things in the order in which they came, each once."""

    def __init__(self) -> None:
        self._numbers: dict[Thing, int] = {}

    def number(self, thing: Thing) -> int:
        """Return the number of a thing, from 0."""
        return self._numbers.setdefault(thing, len(self._numbers))

    @property
    def things(self) -> list[Thing]:
        """All of them, by number."""
        return list(self._numbers)
