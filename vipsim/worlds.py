"""Run a scenario in a world: the only place that knows more than one of them.

Today there is the simulated one; the lab of network namespaces joins it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from vipsim.errors import ScenarioError
from vipsim.trace.records import Level
from vipsim.trace.trace import Trace

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario
    from vipsim.sim.plan import Plan
    from vipsim.sim.world import Tap

WORLDS = ("sim",)
"""Names of the worlds that `run` knows."""


def run(
    scenario: Scenario | Plan,
    seed: int = 1,
    world: str = "sim",
    level: Level = Level.FRAMES,
    tap: Tap | None = None,
) -> Trace:
    """Run `scenario` once and return what happened.

    Parameters
    ----------
    scenario : Scenario or Plan
        What is to be run.
    seed : int
        Everything random follows from it.
    world : str
        ``sim``.
    level : Level
        How much the trace keeps; the metrics are the same at every level.
    tap : callable, optional
        Called with (node, machine, now, event, actions) after each call of a daemon's machine.

    Raises
    ------
    VipsimError
        If the seed is not an int.
    ScenarioError
        If the world is not known.
    SimulationError
        If the simulated world cannot go on, for instance too many events at one instant.
    """
    if world not in WORLDS:
        raise ScenarioError(f"no world is called {world!r}: use one of {', '.join(WORLDS)}")
    from vipsim.sim.simulation import Simulation

    return Simulation(scenario, seed, level, tap).run()


def run_many(scenario: Scenario, seeds: Iterable[int], level: Level = Level.PROTOCOL) -> Iterator[Trace]:
    """Run `scenario` once per seed, compiling it only once; yields the traces in order of the seeds."""
    from vipsim.sim.plan import compile_scenario

    plan = compile_scenario(scenario)
    for seed in seeds:
        yield run(plan, seed, level=level)
