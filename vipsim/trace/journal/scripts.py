"""What keepalived says of the scripts that it runs: each change of a result, and what becomes of it.

The records tell when a script was run and which faults made it fail; how many results in a row count is
configuration (``rise``, ``fall``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vipsim.trace.journal.instances import Instance

PART = "script "
"""How the part of a script's timers begins, before its name."""
OK, FAILS, HANGS = "ok", "fail", "hang"


@dataclass(slots=True)
class Script:
    """One vrrp_script of a daemon."""

    name: str
    rise: int = 1
    fall: int = 1
    init_fail: bool = False
    outcome: str = OK
    """What its next run will come to."""
    result: str = OK
    """What its last run came to."""
    good: bool | None = True
    """Whether it counts as good; None: it has not ended once."""
    streak: int = 0
    """Results in a row that are against what it counts as."""

    def begin(self) -> None:
        """The daemon starts."""
        self.result, self.streak = OK, 0
        self.good = False if self.init_fail else None

    def ran(self, result: str) -> Iterator[str]:
        """It has run: what is said of it."""
        if result != self.result:
            yield f"Script `{self.name}` now returning {int(result != OK)}"
        self.result = result
        if (result == OK) == self.good:
            self.streak = 0
            return
        self.streak += 1
        if self.good is None or self.streak >= (self.rise if result == OK else self.fall):
            self.good, self.streak = result == OK, 0
            ended = "succeeded" if result == OK else _FAILED[result]
            yield f"VRRP_Script({self.name}) {ended}"


_FAILED = {FAILS: "failed (exited with status 1)", HANGS: "timed out"}


class Scripts:
    """The scripts of one daemon."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        self._scripts: dict[str, Script] = {}
        for one in instances:
            tracked = one.keywords.get("track_script")
            for name, body in (tracked if isinstance(tracked, Mapping) else {}).items():
                self._scripts.setdefault(str(name), _read(str(name), body))

    def begin(self) -> Iterator[str]:
        """The daemon starts, and runs each of them at once."""
        for script in self._scripts.values():
            script.begin()
            if script.outcome != HANGS:
                yield from script.ran(script.outcome)

    def fault(self, word: str, name: str, value: str) -> None:
        """A fault has changed what a script will come to."""
        if name in self._scripts:
            failing = HANGS if value == HANGS else FAILS
            self._scripts[name].outcome = failing if word == "script_fail" else OK

    def fired(self, part: str, timer: str) -> Iterator[str]:
        """One of a script's timers ran out."""
        script = self._scripts.get(part.removeprefix(PART))
        if script is None:
            return
        if timer == "timeout":
            yield from script.ran(HANGS)
        elif script.outcome != HANGS:
            yield from script.ran(script.outcome)


def _read(name: str, body: Any) -> Script:
    facts = body if isinstance(body, Mapping) else {}
    rise, fall = facts.get("rise"), facts.get("fall")
    return Script(
        name,
        rise if isinstance(rise, int) else 1,
        fall if isinstance(fall, int) else 1,
        facts.get("init_fail") is True,
    )
