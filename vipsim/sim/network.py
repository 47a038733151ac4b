"""The parts of one simulated network and how they hang together.

Built from a `Plan` in a fraction of a millisecond. Faults act on it by name.
"""

from __future__ import annotations

from vipsim.scenario.model import End
from vipsim.scenario.targets import directions
from vipsim.sim.conntrack import Conntrack
from vipsim.sim.daemon import Daemon
from vipsim.sim.database import DatabaseProcess
from vipsim.sim.forwarding import Forwarder
from vipsim.sim.kernel import Kernel
from vipsim.sim.lifecycle import set_carrier
from vipsim.sim.link import Direction
from vipsim.sim.nic import Nic
from vipsim.sim.plan import Plan
from vipsim.sim.services import Echoes, ServiceProcess
from vipsim.sim.streams import Losses
from vipsim.sim.switch import SwitchNode, SwitchPort
from vipsim.sim.virtual_mac import stand
from vipsim.sim.workloads.factory import make_workload
from vipsim.sim.workloads.plan import DatabasePlan
from vipsim.sim.workloads.rota import Workload
from vipsim.sim.world import World
from vipsim.trace.records import Level

Cable = tuple[Direction, Direction]
"""Both directions of a link: from end a to end b, and back."""


class Network:
    """Hosts, switches and cables of one run, by name."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world = world
        self.plan = plan
        self.kernels: dict[str, Kernel] = {}
        self.switches: dict[str, SwitchNode] = {}
        self.daemons: dict[str, Daemon] = {}
        self.services: dict[str, dict[str, ServiceProcess]] = {}
        self.clients: list[Workload] = []
        self.cables: list[Cable] = []
        self.cuts: dict[int, set[str]] = {}
        """Why a cable has no carrier: an end may be down, or its host without power."""
        self.files: dict[str, tuple[str, ...]] = {}
        """What was changed in each node's configuration file, in order."""
        numbers = iter(range(1, 1 << 24))
        shared = Conntrack(shared=True)
        for host in plan.hosts:
            kernel = self.kernels[host.name] = Kernel(world, host.name, next(numbers), host.profile, host.hz)
            for nic in host.nics:
                kernel.add_nic(*nic)
            if host.gateway is not None:
                kernel.set_gateway(host.gateway)
            if host.forwarding:
                tracks = {"own": Conntrack(), "shared": shared}
                kernel.forwarder = Forwarder(kernel, tracks.get(host.conntrack))
        for switch in plan.switches:
            self.switches[switch.name] = SwitchNode(
                world,
                switch.name,
                next(numbers),
                switch.ageing_time,
                switch.forward_delay,
                switch.ports,
                switch.static,
            )
        for number, link in enumerate(plan.links):
            self.cables.append(self._lay(2 * number, *link))
        for node, vip, prefix, iface, lladdr in plan.standing:
            stand(self.kernels[node], vip, prefix, iface, lladdr)
        lateness = {host.name: host.lateness for host in plan.hosts}
        for name, make in plan.daemons:
            self.daemons[name] = Daemon(self.kernels[name], next(numbers), make, lateness[name])
        writers = {number: client.client.name for number, client in enumerate(plan.clients, 1)}
        for host in plan.hosts:
            self.services[host.name] = {
                name: self._service(self.kernels[host.name], next(numbers), name, port, database, writers)
                for name, port, database in host.services
            }
        services = self.all_services()
        for number, client in enumerate(plan.clients, 1):
            kernel = self.kernels[client.client.node]
            self.clients.append(make_workload(kernel, number, client, plan.names, services))

    def _service(
        self,
        kernel: Kernel,
        number: int,
        name: str,
        port: int,
        database: DatabasePlan | None,
        writers: dict[int, str],
    ) -> ServiceProcess:
        """Make a service; a database hears the notify of its host's daemon."""
        if database is None:
            return ServiceProcess(kernel, name, port, Echoes())
        process = DatabaseProcess(kernel, number, database, writers)
        self.daemons[kernel.name].listeners.append(process.notified)
        return ServiceProcess(kernel, name, port, process)

    def _lay(
        self, number: int, a: End, b: End, rate: int | None, delay: int, jitter: int, loss: float
    ) -> Cable:
        """Lay one cable: a direction each way, known to what it leaves from."""
        there = self._direction(number, a, b, rate, delay, jitter, loss)
        back = self._direction(number + 1, b, a, rate, delay, jitter, loss)
        for end, out in ((a, there), (b, back)):
            if end.node in self.switches:
                self.switches[end.node].connect(end.port, out)
            else:
                self.kernels[end.node].nics[end.port].out = out
        return there, back

    def _direction(
        self, number: int, src: End, dst: End, rate: int | None, delay: int, jitter: int, loss: float
    ) -> Direction:
        deliver = self._taker(dst).receive
        streams = self.world.streams
        direction = Direction(self.world.env, number, str(src), str(dst), rate, delay, deliver, streams)
        direction.jitter = jitter
        if loss:
            direction.losses = Losses(loss, streams.get("loss", direction.src, direction.dst))
        if self.world.recorder.level >= Level.FRAMES:
            direction.recorder = self.world.recorder
        direction.refresh()
        self.world.directions.append(direction)
        return direction

    def _taker(self, end: End) -> Nic | SwitchPort:
        if end.node in self.switches:
            return self.switches[end.node].add_port(end.port)
        return self.kernels[end.node].nics[end.port]

    def all_services(self) -> list[ServiceProcess]:
        """Every service, host by host."""
        return [service for own in self.services.values() for service in own.values()]

    def clients_on(self, node: str) -> list[Workload]:
        """Return the workloads of a host."""
        return [
            client
            for client, plan in zip(self.clients, self.plan.clients, strict=True)
            if plan.client.node == node
        ]

    # --- what faults ask for ---------------------------------------------------------------

    def directions_of(self, target: str) -> list[Direction]:
        """Return the directions that `target` means (`vipsim.scenario.targets.directions`)."""
        found = directions(self.plan.scenario, target)
        return [self.cables[number][0 if a_to_b else 1] for number, a_to_b in found]

    def links_of(self, target: str) -> list[int]:
        """Return the numbers of the links that `target` means, each once."""
        return sorted({number for number, _ in directions(self.plan.scenario, target)})

    def into(self, node: str) -> list[Direction]:
        """Return the directions whose far end is at `node`."""
        found = []
        for (a, b, *_), (there, back) in zip(self.plan.links, self.cables, strict=True):
            if b.node == node:
                found.append(there)
            if a.node == node:
                found.append(back)
        return found

    def cut(self, number: int, reason: str, cause: int) -> None:
        """Take the carrier of cable `number` for one more `reason`."""
        self.cuts.setdefault(number, set()).add(reason)
        self._set_carrier(number, False, cause)

    def mend(self, number: int, reason: str, cause: int) -> None:
        """Take `reason` away: the carrier of cable `number` is back when none is left."""
        reasons = self.cuts.get(number, set())
        reasons.discard(reason)
        if not reasons:
            self._set_carrier(number, True, cause)

    def _set_carrier(self, number: int, up: bool, cause: int) -> None:
        """Give or take the carrier of cable `number`; both ends see it."""
        for direction in self.cables[number]:
            direction.carrier = up
            direction.refresh()
        for end in self.plan.links[number][:2]:
            if end.node in self.switches:
                self.switches[end.node].set_carrier(end.port, up, cause)
            else:
                set_carrier(self.kernels[end.node], end.port, up, cause)
