"""A trial to conduct, and what one run of it left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vipsim.sim.plan import Plan
from vipsim.units import Time
from vipsim.validate.daemons.experiments import Experiment
from vipsim.validate.daemons.journal import Journal
from vipsim.validate.daemons.lab import Lab
from vipsim.validate.daemons.refusals import Refusals
from vipsim.validate.daemons.steps import Act


@dataclass(frozen=True, slots=True)
class Course:
    """All that is the same in each run of a trial."""

    experiment: Experiment
    lab: Lab
    plan: Plan
    acts: Mapping[str, list[Act]]
    """What each stage does."""
    setup: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Any]]
    """What was measured, by stage."""
    processors: int = 0
    """How many busy processors the daemons of all nodes share; 0: nobody waits for one."""

    @property
    def interval(self) -> float:
        """The laboratory's interval (s): `hold` is as wide (``timing``)."""
        low, high = self.setup.get("hold") or (0, 1)
        return float(high - low)


@dataclass(slots=True)
class Seen:
    """One observation: its stage, its time 0 and end (ns), and whether its condition was met."""

    suffix: str
    begin: Time
    end: Time
    switched: bool = False


@dataclass(slots=True)
class Conducted:
    """One run of a trial."""

    journal: Journal
    seen: dict[str, Seen] = field(default_factory=dict)
    unmet: str = ""
    """Why the trial could not go on."""
    launched: Time = 0
    """When the last daemon was launched; the first one at `begin` of a start."""
    refusals: Refusals | None = None
    """Of a start that is watched."""
    reachable_ms: int = 0
    last_answer: Time = 0
    end: Time = 0
