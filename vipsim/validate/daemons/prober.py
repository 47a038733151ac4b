"""The laboratory's prober: it asks slowly while the daemons start, and fast when something is measured."""

from __future__ import annotations

from vipsim.sim.simulation import Simulation
from vipsim.sim.workloads.lazy import LazyTurns
from vipsim.sim.workloads.query import Query
from vipsim.units import MS, Time

EARLY: Time = 20 * MS
"""Its interval from the start of the daemons until it measures (``prober.interval_s``)."""


class Prober:
    """The client of a simulated laboratory, which is begun by hand."""

    def __init__(self, simulation: Simulation) -> None:
        self.env = simulation.env
        client = simulation.network.clients[0]
        assert isinstance(client, Query)
        self.interval = client.ear.interval
        self.turns = LazyTurns(self.env, client, self.interval)
        self._begun = False

    def begin(self) -> None:
        """Ask slowly from now on, unless it measures already."""
        if not self._begun:
            self._begun = True
            self.turns.set_pace(EARLY)
            self.turns.begin(self.env._now)

    def measure(self) -> None:
        """Ask fast from the next turn on."""
        self.turns.set_pace(self.interval)
        if not self._begun:
            self._begun = True
            self.turns.begin(self.env._now)
