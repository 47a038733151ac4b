"""A switch in the simulated world: store and forward, no processing delay.

The frame path (`SwitchPort.receive`) reads the table of `vipsim.machines.bridge.Bridge` in place and
refreshes what it finds there; only a frame that changes the table goes through the machine. What is
unusual about a port (no carrier, still listening, isolated, not learning) is summed up in one test, and
on the other side of it the machine says what becomes of each frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vipsim.machines.bridge import BAD_SOURCE, NO_EXIT, SAME_PORT, Bridge, is_station, not_forwarding
from vipsim.machines.bridge.words import (
    BridgeEvent,
    BridgeRules,
    FdbSet,
    PortAdded,
    PortOptions,
    PortRemoved,
    PortSet,
    PortState,
)
from vipsim.machines.vocabulary import (
    Action,
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Note,
    Received,
    SetTimer,
    Started,
    TimerFired,
    TimerName,
)
from vipsim.scenario.model import StaticEntry, SwitchPortOptions
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.link import Direction, flood
from vipsim.sim.timers import TimerTable
from vipsim.sim.world import World
from vipsim.units import Time
from vipsim.wire.addresses import BROADCAST, Mac
from vipsim.wire.frames import Frame


class Shut:
    """Stands where the direction out of a port was while the port forwards nothing."""

    __slots__ = ("direction", "why", "world")

    def __init__(self, world: World, direction: Direction, why: str) -> None:
        self.world = world
        self.direction = direction
        self.why = why

    def send(self, frame: Frame) -> str:
        """Drop `frame`, and return why."""
        return self.world.drop(self.why)


class SwitchPort:
    """A port: frames that arrive here are learned from and sent out of others."""

    __slots__ = (
        "_floods",
        "_version",
        "admin",
        "carrier",
        "entries",
        "env",
        "name",
        "node",
        "outs",
        "unusual",
    )

    def __init__(self, node: SwitchNode, name: str) -> None:
        self.node = node
        self.name = name
        self.env = node.world.env
        self.entries = node.bridge.entries
        self.outs = node.outs
        self.carrier = True
        self.admin = True
        """Set up, as opposed to down by hand."""
        self.unusual = False
        """It is not forwarding, or its settings are not the usual ones."""
        self._floods: dict[str, list[Direction]] = {}
        self._version = -1

    def receive(self, frame: Frame) -> str | None:
        """Take a frame whose last bit has arrived; returns the reason if it is dropped here."""
        found = self.entries.get(frame.dst)
        if found is None or self.unusual:
            return self._receive_any(frame)
        name = self.name
        entry = self.entries.get(frame.src)
        if entry is not None and entry.port is name:
            entry.seen = self.env._now
        elif is_station(frame.src):
            self.node.feed(Received(frame, name), frame.cause)
        else:
            return self.node.world.drop(BAD_SOURCE)
        if found.port is not name:
            return self.outs[found.port].send(frame)
        return self.node.world.drop(SAME_PORT)

    def _receive_any(self, frame: Frame) -> str | None:
        """Take a frame for a group or an unknown address, or one at an unusual port."""
        node, bridge = self.node, self.node.bridge
        reason = bridge.refusal(frame, self.name)
        if reason:
            return node.world.drop(reason)
        entry = self.entries.get(frame.src)
        if entry is not None and entry.port is self.name and not self.unusual:
            entry.seen = self.env._now
        else:
            node.feed(Received(frame, self.name), frame.cause)
        if not self.unusual and frame.dst not in self.entries and not bridge.is_taken(frame.dst):
            outs = self._flooded(frame.dst)
            reason = NO_EXIT
        else:
            names, reason = bridge.exits(frame, self.name)
            outs = [node.directions[name] for name in names]
        if not outs:
            return node.world.drop(reason)
        flood(outs, frame, self.env)
        return None

    def _flooded(self, dst: Mac) -> list[Direction]:
        """Directions out of which a frame to the unknown or group address `dst` goes, by order of ports."""
        node = self.node
        if self._version != node.version:
            self._version = node.version
            self._floods.clear()
        kind = "broadcast" if dst == BROADCAST else "multicast" if dst.is_group else "unicast"
        found = self._floods.get(kind)
        if found is None:
            own = node.directions[self.name]
            found = self._floods[kind] = [out for out in node.flooded(kind, dst) if out is not own]
        return found


class SwitchNode:
    """A switch: its forwarding database, its ports, and the directions that leave by them.

    `forward_delay` None: no spanning tree. `ports` are the settings of ports that are not plain ones, and
    `static` the entries that are there from the start. Until `start` says otherwise every port has been up
    for long.
    """

    __slots__ = (
        "_armed", "_floods", "_settings", "_static", "bridge", "directions", "name", "outs", "ports",
        "timers", "version", "world",
    )  # fmt: skip

    def __init__(
        self,
        world: World,
        name: str,
        number: int,
        ageing_time: Time,
        forward_delay: Time | None = None,
        ports: Sequence[SwitchPortOptions] = (),
        static: Sequence[StaticEntry] = (),
    ) -> None:
        self.world = world
        self.name = name
        rules = BridgeRules(ageing_time)
        if forward_delay is not None:
            rules = replace(rules, stp=True, forward_delay=forward_delay)
        self.bridge = Bridge(rules)
        self.directions: dict[str, Direction] = {}
        """Directions that leave the switch, by port."""
        self.outs: dict[str, Direction | Shut] = {}
        """The same, where a port that forwards nothing has a `Shut`."""
        self.ports: dict[str, SwitchPort] = {}
        self.version = 0
        """Changes whenever frames may be flooded to other ports than before."""
        self.timers = TimerTable(world.env, tie_key(Tie.TIMER, number), self._timer)
        self._settings = {port.name: port for port in ports}
        self._static = tuple(static)
        self._armed: list[SetTimer] = []
        self._floods: dict[str, list[Direction]] = {}

    # --- setting up --------------------------------------------------------------------------

    def add_port(self, name: str, settled: bool = True) -> SwitchPort:
        """Make the port called `name`, which was up for long (`settled`) or comes up now."""
        given = self._settings.get(name)
        options = PortOptions()
        if given is not None:
            options = PortOptions(given.edge, given.isolated, given.learning, given.flood)
        port = self.ports[name] = SwitchPort(self, name)
        actions = self.bridge.handle(PortAdded(name, options, settled=settled), self.world.env._now)
        self._apply(actions, 0, told=not settled)
        if settled:
            self._armed += [action for action in actions if isinstance(action, SetTimer)]
        return port

    def connect(self, port: str, out: Direction) -> None:
        """Let frames leave by `port` on `out`."""
        self.directions[port] = out
        self._look_again(port)

    def start(self, cold: bool, cause: int) -> None:
        """Begin the run: after power on (`cold`) every port has just come up."""
        for action in self._armed:  # before there was a record to be the cause
            self.timers.set(action.name, action.at, cause)
        if cold:
            self.feed(Started(), cause)
        for entry in self._static:
            self.feed(FdbSet(entry.mac, entry.port, True, entry.sticky), cause)

    # --- what is done to it ------------------------------------------------------------------

    def remove_port(self, name: str, cause: int = 0) -> None:
        """Take a port out of the switch, and forget all that was behind it."""
        self.feed(PortRemoved(name), cause)
        self._look_again(name)

    def set_port(self, name: str, options: PortOptions, cause: int = 0) -> None:
        """Set a port otherwise."""
        self.feed(PortSet(name, options), cause)
        self._look_again(name)

    def set_carrier(self, port: str, up: bool, cause: int) -> None:
        """Follow the carrier of `port`; its loss flushes what was learned there."""
        if self.ports[port].carrier != up:
            self.ports[port].carrier = up
            self._set_link(port, up, cause)

    def set_admin(self, port: str, up: bool, cause: int = 0) -> None:
        """Set `port` up or down by hand; down flushes as the loss of its carrier does."""
        if self.ports[port].admin != up:
            self.ports[port].admin = up
            self._set_link(port, up, cause)

    def _set_link(self, name: str, up: bool, cause: int) -> None:
        number = self.world.note("link", self.name, {"iface": name, "up": up}, cause)
        port = self.ports[name]
        self.feed(LinkChanged(name, port.carrier and port.admin), number)

    # --- the machine -------------------------------------------------------------------------

    def feed(self, event: Event | BridgeEvent, cause: int) -> None:
        """Give `event` to the machine and carry out what it asks."""
        self._apply(self.bridge.handle(event, self.world.env._now), cause)

    def _apply(self, actions: list[Action], cause: int, told: bool = True) -> None:
        """Carry out `actions`; a timer is armed under the change that wants it, if one is told."""
        note, name, under = self.world.note, self.name, cause
        for action in actions:
            match action:
                case Changed(key=Mac() as mac, why=why, detail=(old, new)):
                    under = note("fdb", name, {"mac": mac, "old_port": old, "port": new, "why": why}, cause)
                case Changed(key=str() as port, old=was, new=state, why=why):
                    if told:
                        data = {"port": port, "old": was.value, "new": state.value, "why": why}
                        under = note("port", name, data, cause)
                    self._look_again(port)
                case SetTimer(name=timer, at=at):
                    self.timers.set(timer, at, under)
                case CancelTimer(name=timer):
                    self.timers.cancel(timer)
                case Note(text=text):
                    note("note", name, {"machine": "bridge", "text": text}, cause)

    def flooded(self, kind: str, dst: Mac) -> list[Direction]:
        """Directions out of which frames of one kind, such as that to `dst`, go from a usual port."""
        found = self._floods.get(kind)
        if found is None:
            names = self.bridge.flood(dst, isolated=False)
            found = self._floods[kind] = [self.directions[name] for name in names]
        return found

    def _look_again(self, name: str) -> None:
        """Choose the paths of frames again after a change at port `name`."""
        self.version += 1
        self._floods.clear()
        port = self.bridge.ports.get(name)
        if name in self.ports:
            usual = port is not None and port.state is PortState.FORWARDING
            usual = usual and port.options.learning and not port.options.isolated  # type: ignore[union-attr]
            self.ports[name].unusual = not usual
        direction = self.directions.get(name)
        if direction is None:
            return
        if port is not None and port.state is PortState.FORWARDING:
            self.outs[name] = direction
        else:
            why = "no such port" if port is None else not_forwarding(port)
            self.outs[name] = Shut(self.world, direction, why)

    def _timer(self, name: TimerName, cause: int) -> None:
        number = self.world.note("timer", self.name, {"part": name[0], "name": name[1]}, cause)
        self.feed(TimerFired(name), number)
