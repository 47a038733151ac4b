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
        self.client = client
        self.interval = client.ear.interval
        self._begun = self._measures = False

    def begin(self) -> None:
        """Ask slowly from now on, unless it measures already."""
        if not self._begun:
            self._begun = True
            self.client.ear.last = self.env._now
            self._set_pace(EARLY)
            self._ask()

    def measure(self) -> None:
        """Ask fast from the next turn on."""
        self._measures = True
        if not self._begun:
            self._begun = True
            self.client.ear.last = self.env._now
            self._ask()

    def _ask(self, _: object = None) -> None:
        if not self._measures:
            self.client.probe()
            self.env.call_at(self.env._now + EARLY, self.client.key, self._ask)
            return
        last = self.client.ear.last
        self._set_pace(self.interval)
        LazyTurns(self.env, self.client, self.interval).begin(self.env._now)
        self.client.ear.last = last

    def _set_pace(self, interval: Time) -> None:
        ear = self.client.ear
        ear.interval, ear.patience = interval, 2 * interval
