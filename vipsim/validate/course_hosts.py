"""The simulated network of a course: three kernels, a switch; the recording leads the client's timers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vipsim.machines.neighbor import rules as neighbor_rules
from vipsim.machines.neighbor.entry import Entry, NeighborState
from vipsim.machines.vocabulary import AcquireVip, Event, TimerName
from vipsim.scenario.model import End, Host, Iface, Link, Node, Scenario, Switch
from vipsim.sim.engine import Environment, Tie, tie_key
from vipsim.sim.kernel import Handler, Kernel
from vipsim.sim.link import Direction
from vipsim.sim.network import Network
from vipsim.sim.plan import compile_scenario
from vipsim.sim.streams import Streams
from vipsim.sim.tcp import TcpSockets
from vipsim.sim.vips import acquire_vip, release_vip
from vipsim.sim.world import World
from vipsim.trace.recorder import Recorder
from vipsim.trace.records import Level
from vipsim.units import NEVER, US, Time
from vipsim.validate import course_guide as guide
from vipsim.validate.course_model import CLIENT, NEW, OLD, Setup
from vipsim.wire.frames import Frame, IpPacket

CABLE: Time = 20 * US
"""Propagation of a cable; the recordings were made on virtual ones."""
SWITCH = "switch"


class Hosts:
    """Client, A and B, by name, and the switch between them."""

    def __init__(self, setup: Setup, led_by: guide.Guide, origin: Time) -> None:
        self.setup = setup
        self.guide = led_by
        self.origin = origin
        self.env = Environment()
        world = World(self.env, Recorder({"scenario": {}, "seed": 0}, Level.SUMMARY), Streams(0))
        self.world = world
        self.network = Network(world, compile_scenario(_scenario(setup)))
        self.kernels: dict[str, Kernel] = self.network.kernels
        for kernel in self.kernels.values():
            kernel.reachable.redraw_at = NEVER  # the reachable time is the recorded one
        self.kernels[CLIENT].timers.late = self._lateness
        self._key = tie_key(Tie.CLIENT, 0)

    def at(self, at: Time, call: Callable[[], object]) -> None:
        """Make a call at the simulated time `at`; calls of one time are made in the order of these words."""
        self._key += 1
        self.env.call_at(at, self._key, lambda _: call())

    def kernel(self, name: str) -> Kernel:
        """Return the kernel of a host."""
        return self.kernels[name]

    def sockets(self, name: str) -> TcpSockets:
        """Return the TCP sockets of a host."""
        return self.kernels[name].tcp

    def tell(self, name: str, event: Event) -> None:
        """Let something happen to a host's network layer."""
        self.kernels[name].tell(event)

    # --- what happens to the hosts -------------------------------------------------------------

    def own(self, name: str) -> None:
        """Add the virtual address to a host."""
        dev = self.setup.nodes[name].dev
        acquire_vip(self.kernels[name], AcquireVip(self.setup.vip, self.setup.vip_prefix, dev), 0)

    def disown(self, name: str) -> None:
        """Take the virtual address from a host."""
        release_vip(self.kernels[name], self.setup.vip, 0)

    def cut(self, name: str) -> None:
        """Set a host's interface down: its switch port loses the carrier."""
        for number in self.network.links_of(name):
            self.network.cut(number, "failure", 0)

    def inject(self, name: str, frame: Frame) -> None:
        """Send a frame from a raw socket of a host."""
        self._nic(name).out.send(frame)

    def send(self, name: str, packet: IpPacket, cause: int = 0, confirm: bool = False) -> None:
        """Send a packet from a socket of a host; from a socket bound to another's address nothing leaves."""
        self.kernels[name].send_packet(packet, cause, confirm)

    def listen_udp(self, name: str, port: int, handler: Handler) -> None:
        """Take the datagrams for a port."""
        self.kernels[name].ports[port] = handler

    def listen_echo(self, name: str, ident: int, handler: Handler) -> None:
        """Take the answers to pings."""
        self.kernels[name].flows[ident] = handler

    def _nic(self, name: str) -> Any:
        return self.kernels[name].nics[self.setup.nodes[name].dev]

    # --- what is noted of the client -----------------------------------------------------------

    def watch(
        self,
        sends: Callable[[Frame], object],
        hears: Callable[[Frame], object],
        believes: Callable[[dict[str, Any]], object],
    ) -> None:
        """Tell of each frame that the client sends or hears, and of each change in its cache."""
        nic = self._nic(CLIENT)
        nic.out = _Tapped(nic.out, sends)
        for direction in self.network.into(CLIENT):
            direction.deliver = _tapped(direction.deliver, hears)

        def note(node: str, data: dict[str, Any]) -> None:
            if node == CLIENT:
                believes(data)

        self.world.watchers.setdefault("neighbor", []).append(note)

    # --- chance ------------------------------------------------------------------------------

    def _lateness(self, name: TimerName, at: Time, delay: Time) -> Time:
        """How late a timer of the client is: as the recording shows."""
        if name[0].startswith("tcp "):
            trace: guide.Trace | None = guide.TCP
        else:
            entry = self._nic(CLIENT).entries.get(self.setup.vip)
            is_its = entry is not None and name[0].endswith(f" {self.setup.vip}")
            trace = self._trace(entry, at) if is_its else None
        if trace is None:
            return 0
        return self.guide.timer(at - self.origin, delay, trace) + self.origin - at

    def _trace(self, entry: Entry, at: Time) -> guide.Trace | None:
        """What the timer of the watched entry leaves in the recording; None: it is only set again."""
        cache = self._nic(CLIENT).cache
        match entry.state:
            case NeighborState.REACHABLE:
                if entry.confirmed + cache.reachable_time > at:
                    return None
                is_used = neighbor_rules.was_used_lately(entry, cache.profile, at)
                return guide.DELAYS if is_used else guide.EXPIRES
            case NeighborState.DELAY:
                is_confirmed = neighbor_rules.was_confirmed_lately(entry, cache.profile, at)
                return guide.CONFIRMS if is_confirmed else self._asking(NeighborState.PROBE, 0)
            case _:
                return self._asking(entry.state, entry.probes)

    def _asking(self, state: NeighborState, probes: int) -> guide.Trace:
        most = neighbor_rules.most_probes(state, self._nic(CLIENT).cache.profile)
        return guide.FAILS if probes >= most else guide.ASKS


class _Tapped:
    """The way out of an interface, with somebody who looks on."""

    def __init__(self, direction: Direction, tell: Callable[[Frame], object]) -> None:
        self._direction = direction
        self._tell = tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._direction, name)

    def send(self, frame: Frame) -> None:
        """Put a frame on the cable."""
        self._tell(frame)
        self._direction.send(frame)


def _tapped(deliver: Callable[[Frame], str | None], tell: Callable[[Frame], object]) -> Any:
    def take(frame: Frame) -> str | None:
        tell(frame)
        return deliver(frame)

    return take


def _scenario(setup: Setup) -> Scenario:
    """Return the network as a scenario: three hosts at one switch."""
    hosts = []
    for name in (CLIENT, OLD, NEW):
        node = setup.nodes[name]
        address, prefix = node.addresses[0]
        forwards = name == OLD and setup.failure == "forwards"
        iface = Iface(node.dev, node.mac, address, prefix)
        hosts.append(Host(name, (iface,), neighbor="linux", hz=guide.HZ, forwarding=forwards))
    links = []
    for name in (CLIENT, OLD, NEW):
        node = setup.nodes[name]
        delay = CABLE if name != setup.slower else 2 * CABLE
        links.append(Link(End(name, node.dev), End(SWITCH, node.port), delay=delay))
    nodes: tuple[Node, ...] = (*hosts, Switch(SWITCH, setup.ageing_time))
    return Scenario("course", setup.limit + 1, nodes, tuple(links))
