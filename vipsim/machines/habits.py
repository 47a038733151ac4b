"""How the program behind a machine goes about its work: facts that a driver needs, and no protocol knows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """What a program does between an event and its actions."""

    logs_steps: bool = True
    """It writes a line for every step of a change and waits for the kernel's answers, so work takes time."""
    waits_in_poll: bool = False
    """It waits in poll(2) with a time-out, and not for a timer of its own (truth/NOTES 18, 21)."""
    is_small: bool = False
    """It is one process that reads no configuration: it starts sooner."""
    has_parent: bool = False
    """A parent process starts it again when it dies (truth/NOTES 2)."""


PLAIN = Habits()


def habits_of(machine: object) -> Habits:
    """Return the habits of the program that runs `machine`."""
    habits: Habits = getattr(machine, "habits", PLAIN)
    return habits
