"""One simulated run: build the world, let time pass, hand over the trace."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from vipsim import __version__
from vipsim.errors import ScenarioError, VipsimError
from vipsim.machines.vocabulary import Settled, State
from vipsim.scenario.assemble import members
from vipsim.scenario.model import At, CarpGroup, Scenario, Start
from vipsim.sim.daemon import Daemon
from vipsim.sim.daemon.standing import stand
from vipsim.sim.engine import Environment, Tie, tie_key
from vipsim.sim.faults import never_happened, tell
from vipsim.sim.link import arrive_together
from vipsim.sim.network import Network
from vipsim.sim.plan import Plan, compile_scenario
from vipsim.sim.streams import Streams
from vipsim.sim.workloads.ear import Heard
from vipsim.sim.workloads.lazy import LazyTurns
from vipsim.sim.workloads.ping import Ping
from vipsim.sim.workloads.query import Query
from vipsim.sim.workloads.rota import Rota
from vipsim.sim.world import Tap, World
from vipsim.trace.recorder import Recorder
from vipsim.trace.records import Level
from vipsim.trace.trace import Trace
from vipsim.units import Time


class Simulation:
    """A scenario made ready to run with one seed.

    Parameters
    ----------
    scenario : Scenario or Plan
        A `Plan` (from `compile_scenario`) saves the compiling when many seeds are run.
    seed : int
        Everything random in the run follows from it.
    level : Level
        How much the trace keeps.
    tap : callable, optional
        Called with (node, machine, now, event, actions) after each call of a daemon's machine.
    launch : collection of str, optional
        Nodes whose daemons a cold start launches at time zero; by default all. The others are launched by
        whoever conducts the run.

    Raises
    ------
    VipsimError
        If the seed is not an int.

    Attributes
    ----------
    env : Environment
        The SimPy environment. Processes added before `run` take part in the same time.

    Examples
    --------
    >>> import vipsim as vs
    >>> simulation = vs.Simulation(vs.pair(faults=[vs.crash("db1", at="5s")]), seed=1)
    >>> simulation.run().failovers[0].new
    'db2'
    """

    def __init__(
        self,
        scenario: Scenario | Plan,
        seed: int = 1,
        level: Level = Level.FRAMES,
        tap: Tap | None = None,
        launch: Collection[str] | None = None,
    ) -> None:
        _check_seed(seed)
        self.plan = scenario if isinstance(scenario, Plan) else compile_scenario(scenario)
        self.scenario = self.plan.scenario
        self.env = Environment()
        self.env.horizon = self.scenario.duration
        header = {
            "version": __version__,
            "name": self.scenario.name,
            "seed": seed,
            "world": "sim",
            "scenario": self.plan.data,
        }
        self.world = World(self.env, Recorder(header, level, self.plan.facts), Streams(seed), tap)
        self.network = Network(self.world, self.plan)
        self._rings: dict[str, dict[str, Time]] = {}
        """Of each node and machine with a capture ring when it was made, in ns."""
        self._met: set[int] = set()
        """Faults whose event happened, by number."""
        self._begin(launch)

    def _begin(self, launch: Collection[str] | None) -> None:
        cause = self.world.note("run", "", {"phase": "begin"})
        for service in self.network.all_services():
            service.begin(cause)
        settled = self._settled() if self.scenario.start is Start.SETTLED else None
        for switch in self.network.switches.values():
            switch.start(settled is None, cause)
        for name, daemon in self.network.daemons.items():
            if settled is not None:
                daemon.settle(settled[name], cause, self._rings.get(name, {}))
            elif launch is None or name in launch:
                self._launch(daemon, cause)
        streams = self.world.streams
        rotas: dict[Time, Rota] = {}
        for client, plan in zip(self.network.clients, self.plan.clients, strict=True):
            wanted = plan.client
            at = streams.between(*wanted.start, "client", wanted.name)
            if wanted.lazy and self.world.recorder.level < Level.FRAMES and isinstance(client, Ping | Query):
                LazyTurns(self.env, client, wanted.interval).begin(at)
                continue
            if wanted.interval not in rotas:
                rotas[wanted.interval] = Rota(self.env, wanted.interval)
            rotas[wanted.interval].begin(client, at)
        for number, fault in enumerate(self.scenario.faults):
            self.env.process(tell(self.network, fault, number, self._met))

    def _launch(self, daemon: Daemon, cause: int) -> None:
        """Launch a daemon at time zero, or when the scenario says."""
        at = self.plan.started.get(daemon.name, 0)
        if at:
            self.env.call_at(at, tie_key(Tie.TIMER, daemon.number), daemon.start, cause)
        else:
            daemon.start(cause)

    def _settled(self) -> dict[str, dict[str, Settled]]:
        """Where each daemon stands at time zero.

        The phase is one fraction of the interval, whatever the interval is, and it is the phase that the
        first fault of a fixed time meets: so two settings are compared at the same luck.
        """
        anchor = self._first_fixed_fault()
        found: dict[str, dict[str, Settled]] = {name: {} for name in self.network.daemons}
        for number, group in enumerate(self.scenario.groups):
            fraction = self.scenario.phase
            if fraction is None:  # by number, so that mechanisms can be compared at the same luck too
                fraction = self.world.streams.get("phase", str(number)).random()
            master, interval = self.plan.leaders[number]
            for node in members(group):
                state = State.MASTER if node == master else State.BACKUP
                age = (int(fraction * interval) - anchor) % interval
                found[node][group.name] = Settled(state, age, interval)
            if isinstance(group, CarpGroup):
                stands = {node: found[node][group.name] for node in members(group)}
                stands, rings = stand(self.scenario, group, stands, self.world.streams)
                for node, settled in stands.items():
                    found[node][group.name] = settled
                for node, made in rings.items():
                    self._rings.setdefault(node, {})[group.name] = made
        return found

    def _first_fixed_fault(self) -> Time:
        """Time of the first fault that is not drawn; 0 without one."""
        times = (fault.when for fault in self.scenario.faults)
        return min(
            (at.earliest for at in times if isinstance(at, At) and at.earliest == at.latest), default=0
        )

    def state(self, node: str, group: str | None = None) -> State | None:
        """State of a node's machine now, for a process that watches; None while its daemon does not exist.

        `group` names the machine (``vrrp 51``) where the node has several.
        """
        if node not in self.network.daemons:
            raise ScenarioError(f"no daemon on {node!r}: there is one on {', '.join(self.network.daemons)}")
        machines = self.network.daemons[node].machines
        machine = machines.get(group) if group is not None else next(iter(machines.values()), None)
        return machine.state if machine is not None else None

    def heard(self, client: str) -> Heard:
        """What `client` has heard so far: who answered it when, and its silences."""
        for workload in self.network.clients:
            if workload.ear.name == client:
                return workload.ear.so_far
        known = ", ".join(workload.ear.name for workload in self.network.clients)
        raise ScenarioError(f"no client is called {client!r}: there is {known or 'none'}")

    def run(self) -> Trace:
        """Let the scenario's duration pass and return the trace; a simulation runs once."""
        self.env.run(until=self.scenario.duration)
        for client in self.network.clients:
            client.finish()
        for service in self.network.all_services():
            service.finish()
        for number, fault in enumerate(self.scenario.faults):
            if number not in self._met and (text := never_happened(fault)):
                self.world.note("note", "", {"machine": "", "text": text})
        self.world.note("run", "", {"phase": "end"})
        return self.world.recorder.finish(self.scenario.duration, self._counts())

    def _counts(self) -> dict[str, int]:
        """Count frames by what became of them.

        Counting each arrival would cost the frame path; what arrived is what was sent and neither lost,
        dropped nor on its way. At level ``frames`` the invariants hold it against every frame's own outcome.
        """
        directions = self.world.directions
        on_cables = range(int(Tie.FRAME) << 60, (int(Tie.FRAME) << 60) | (1 << 56))
        flying: list[Any] = [entry for entry in self.env._queue if entry[1] in on_cables]
        in_flight = sum(len(entry[3]) if entry[2] is arrive_together else 1 for entry in flying)
        sent = sum(direction.sent for direction in directions)
        lost = sum(direction.lost for direction in directions)
        dropped = sum(direction.dropped for direction in directions) + self.world.dropped
        return {
            "events": self.env.executed,
            "frames_sent": sent,
            "frames_delivered": sent - lost - dropped - in_flight,
            "frames_lost": lost,
            "frames_dropped": dropped,
            "frames_in_flight": in_flight,
        }


def _check_seed(seed: object) -> None:
    """Refuse what is not an int: 1 and 1.0, or 1 and True, would be different runs under one name."""
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise VipsimError(f"the seed {repr(seed)[:40]} is refused: give a whole number, such as 7")
