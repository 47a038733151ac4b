"""What exercises measure with: one run, many seeds, and how far an answer may be from what came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vipsim.resources import scenario_path
from vipsim.scenario.model import Scenario
from vipsim.scenario.reader import read_scenario
from vipsim.stats.estimate import Estimate
from vipsim.stats.intervals import proportion
from vipsim.stats.quantiles import quantile_interval
from vipsim.teach.exercises.exercise import Truth
from vipsim.trace.records import Level
from vipsim.units import MS, Time
from vipsim.worlds import run

FRAME = MS // 5
"""A frame's way through two cables and a switch takes less: what is told and what is heard differ by it."""


def asked_to(digit: Time) -> Time:
    """Return the tolerance of an answer asked to some digit: half of it, and a frame's way.

    Of a millisecond it is a whole one: such digits are cut off as often as they are rounded.
    """
    return MS if digit == MS else digit // 2 + FRAME


def shipped(name: str) -> Scenario:
    """Return a scenario that comes with vipsim."""
    return read_scenario(scenario_path(name))


def detection(scenario: Scenario, seed: int) -> Time:
    """From the fault to the decision, in ns, of the first failover of one run."""
    found = run(scenario, seed, level=Level.SUMMARY).failovers[0].detection
    if found is None:
        raise RuntimeError(f"nobody took over in {scenario.name}")
    return found


def blackout(scenario: Scenario, client: str, seed: int) -> Time:
    """How long a client was silent in one run, in ns."""
    return run(scenario, seed, level=Level.SUMMARY).metrics.clients[client].blackout


def median_of(times: Sequence[Time], digit: Time) -> Truth:
    """Return the median of a sample, with the exact interval in which that of all runs lies."""
    truth = _within(quantile_interval(list(times), 0.5))
    return Truth(truth.value, truth.tolerance + asked_to(digit))


def share_of(successes: int, n: int) -> Truth:
    """Return a share of runs, with the exact interval in which the true one lies."""
    return _within(proportion(successes, n))


def _within(found: Estimate[Any]) -> Truth:
    value, low, high = found.value, found.low, found.high
    if value is None or low is None or high is None:
        raise RuntimeError("too few runs for an interval")
    return Truth(value, max(value - low, high - value))
