"""What every machine promises, in the two forms that are checked while it runs.

A machine changes state only along its declared `transitions`, and wakes up only for a timer that it
has set and that is due. Each machine makes its `Changed` here, and a protocol keeps its deadlines in
a `TimerTable`. The other promises (the same events give the same actions, no clock, no chance, ...)
are judged from outside by `tests/contract`.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum

from vipsim.errors import MachineError
from vipsim.machines.vocabulary import CancelTimer, Changed, SetTimer, TimerName
from vipsim.units import Time, format_duration


def changed(
    transitions: frozenset[tuple[Enum, Enum]],
    key: Hashable,
    old: Enum,
    new: Enum,
    why: str,
    detail: tuple[object, ...] = (),
) -> Changed:
    """Return the action that tells of a change of state.

    Raises
    ------
    MachineError
        If `transitions` does not declare it.
    """
    if (old, new) not in transitions:
        raise MachineError(f"{key}: {old.value} to {new.value} is no transition ({why})")
    return Changed(key, old, new, why, detail)


class TimerTable:
    """The deadlines of one `part`: what a machine believes to be set at its driver.

    A driver may be late, or fire a timer that was moved or cancelled meanwhile (a real one reads
    its inbox between two wake-ups). `due` lets only those through that are still wanted.
    """

    __slots__ = ("_at", "part")

    def __init__(self, part: str) -> None:
        self.part = part
        self._at: dict[str, Time] = {}

    def set(self, what: str, at: Time, now: Time) -> SetTimer:
        """Set the timer `what` to the absolute time `at`, or move it there (ns)."""
        if at < now:
            raise MachineError(f"{self.part}: timer {what} set to {format_duration(at)}, which is past")
        self._at[what] = at
        return SetTimer((self.part, what), at)

    def cancel(self, what: str) -> list[CancelTimer]:
        """Forget the timer `what`; nothing is to be done if it was not set."""
        return [CancelTimer((self.part, what))] if self._at.pop(what, None) is not None else []

    def cancel_all(self) -> list[CancelTimer]:
        """Forget every timer, in the order in which they were set."""
        names = list(self._at)
        self._at.clear()
        return [CancelTimer((self.part, what)) for what in names]

    def is_set(self, what: str) -> bool:
        """Whether `what` is waited for."""
        return what in self._at

    def deadline(self, what: str) -> Time | None:
        """When `what` is due, in ns; None if it is not set."""
        return self._at.get(what)

    def due(self, name: TimerName, now: Time) -> str:
        """What the wake-up `name` is for; empty if it is not ours, not set, or too early."""
        part, what = name
        if part != self.part or self._at.get(what, now + 1) > now:
            return ""
        del self._at[what]
        return what
