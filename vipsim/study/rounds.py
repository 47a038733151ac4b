"""The work of a comparison, cut into rounds: a piece of the same work for every arm.

A round counts when all arms have finished it, so whenever the work is interrupted the arms have run the
same seeds and, without faults, the same number of pieces. The fault-free pieces are spread evenly among
the others: what is left at an interruption is in proportion, and the time left can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vipsim.study.arms import quiet_arm, quiet_duration
from vipsim.study.runs import Job, Measure, Run, chunks
from vipsim.units import Time, to_duration

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario

QUIET_PIECES = 10
"""Runs into which the fault-free time of an arm is cut, each with its own seed."""

Done = dict[tuple[int, str], list[Run]]
"""Results by number of the round and name of the arm."""
Kept = tuple[dict[str, list[Run]], dict[str, list[Run]]]
"""Runs with faults and runs without, by arm."""


@dataclass(frozen=True, slots=True)
class Round:
    """The same piece of work for every arm."""

    is_quiet: bool
    jobs: Mapping[str, Job]


def seed_rounds(
    arms: Mapping[str, Scenario], seeds: Sequence[int], workers: int, measure: Measure | None
) -> list[Round]:
    """Return the rounds that run the scenarios as they are."""
    return [
        Round(False, {arm: Job(scenario, chunk, measure) for arm, scenario in arms.items()})
        for chunk in chunks(seeds, workers)
    ]


def quiet_rounds(
    arms: Mapping[str, Scenario], seeds: Sequence[int], quiet_time: Time | str | None
) -> list[Round]:
    """Return the rounds that run the scenarios without their faults, `quiet_time` in all for each arm."""
    pieces = min(QUIET_PIECES, len(seeds))
    given = None if quiet_time is None else to_duration(quiet_time)
    quiet: dict[str, Scenario] = {}
    for arm, scenario in arms.items():
        whole = quiet_duration(scenario) if given is None else given
        if whole <= 0:
            return []
        quiet[arm] = quiet_arm(scenario, -(-whole // pieces))
    chosen = [seeds[piece * len(seeds) // pieces] for piece in range(pieces)]
    return [Round(True, {arm: Job(scenario, (seed,)) for arm, scenario in quiet.items()}) for seed in chosen]


def interleave(some: Sequence[Round], others: Sequence[Round]) -> list[Round]:
    """Return both kinds of rounds in one list, each spread evenly over it."""
    placed = [((i + 0.5) / len(rounds), one) for rounds in (some, others) for i, one in enumerate(rounds)]
    return [one for _, one in sorted(placed, key=lambda place: place[0])]


def finished(rounds: Sequence[Round], done: Done) -> Kept:
    """Return the runs that count: of each kind those before the first round that an arm lacks."""
    kept: Kept = ({}, {})
    arms = list(rounds[0].jobs)
    for is_quiet, runs in enumerate(kept):
        runs.update({arm: [] for arm in arms})
        for number, one in enumerate(rounds):
            if one.is_quiet != bool(is_quiet):
                continue
            if any((number, arm) not in done for arm in arms):
                break
            for arm in arms:
                runs[arm] += done[number, arm]
    return kept
