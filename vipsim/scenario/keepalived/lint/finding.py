"""One thing that was found, and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from vipsim.scenario.keepalived.places import Place, printable
from vipsim.units import SECOND, Time


class Level(Enum):
    """How grave it is."""

    ERROR = "error"
    """It is wrong while everything is well: two masters, an address that does not answer."""
    WARNING = "warning"
    """It is wrong when something fails or returns, which is what the pair is there for."""
    HINT = "hint"
    """It depends on something that no file tells, or is only longer than one would think."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What will happen, how long it takes, and what helps."""

    level: Level
    place: Place
    what: str
    fix: str
    also: tuple[Place, ...] = ()
    """The other ends of a disagreement."""
    rule: str = ""
    """Name of the rule that found it."""

    def __str__(self) -> str:
        also = f" (and {', '.join(map(str, self.also))})" if self.also else ""
        text = f"{self.place}{also}: {self.level.value}: {self.what} [{self.rule}]\n    {self.fix}"
        return "\n".join(map(printable, text.split("\n")))

    def to_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "rule": self.rule,
            "level": self.level.value,
            "file": self.place.file,
            "line": self.place.line,
            "what": self.what,
            "fix": self.fix,
            "also": [{"file": one.file, "line": one.line} for one in self.also],
        }


def secs(time: Time) -> str:
    """A time as a message says it.

    >>> secs(3_609_375_000), secs(15_000_000_000), secs(36_093_750), secs(14_400_000_000_000)
    ('3.609 s', '15 s', '0.036 s', '4 h')
    """
    if time >= 3600 * SECOND and time % (360 * SECOND) == 0:
        return f"{time / (3600 * SECOND):g} h"
    text = f"{time / SECOND:.3f}"
    return (text.rstrip("0").rstrip(".") if time % SECOND == 0 else text) + " s"
