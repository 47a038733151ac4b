"""What a demo is: a shipped scenario, what to ask a class first, what to watch for, what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SEED = 1
"""Of the run that is told."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to look at."""

    at: str
    """Since the run's start, to the millisecond."""
    kind: str
    """Of the trace's record that it is about (`vipsim.trace.records`)."""
    node: str
    """Where."""
    text: str


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo."""

    name: str
    line: str
    """What it shows, in one sentence."""
    minutes: int
    """Of class time: predict, watch, talk."""
    scenario: str
    """Name of the shipped scenario."""
    predict: str
    """What the class answers before it sees anything."""
    watch: tuple[Moment, ...]
    outcome: str
    """What it comes to, and why."""
    vary: str
    """A command that changes one thing and with it the outcome."""
    silent: Mapping[str, str]
    """By client: all its silence, as the report prints it."""
    says: tuple[str, ...] = ()
    """What else the report of the run says."""
    watched: tuple[str, ...] = ("app1",)
    """Hosts whose neighbor caches are shown."""
    against: str = ""
    """Name of the shipped scenario to compare with."""
    curve: Literal["convergence", "blackout", "silence"] = "convergence"
    """Drawn over the seeds: the time until all clients of a scenario are answered, or for each client the
    blackout of the failover, or all its silence."""
    seeds: int = 200
    """Runs behind each curve; 0: none is drawn, for the seeds do not matter or cost too much."""
    any_phase: bool = False
    """The curve's runs draw the phase, though the scenario fixes it."""
