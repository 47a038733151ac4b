"""A learning switch in the simulated world: store and forward, no processing delay.

The frame path (`SwitchPort.receive`) reads the table of `vipsim.machines.bridge.Bridge` in place and
refreshes what it finds there; only a frame that changes the table goes through the machine.
"""

from __future__ import annotations

from vipsim.machines.bridge import Bridge
from vipsim.machines.vocabulary import (
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Received,
    SetTimer,
    TimerFired,
    TimerName,
)
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.link import Direction, flood
from vipsim.sim.timers import TimerTable
from vipsim.sim.world import World
from vipsim.units import Time
from vipsim.wire.frames import Frame


class SwitchPort:
    """A port: frames that arrive here are learned from and sent out of others."""

    __slots__ = ("_others", "carrier", "entries", "env", "name", "node", "outs")

    def __init__(self, node: SwitchNode, name: str) -> None:
        self.node = node
        self.name = name
        self.env = node.world.env
        self.entries = node.bridge.entries
        self.outs = node.outs
        self.carrier = True
        self._others: list[Direction] = []

    def others(self) -> list[Direction]:
        """Directions that leave the switch by the other ports, in the order of the ports."""
        if len(self._others) != len(self.outs) - 1:
            self._others = [out for port, out in self.outs.items() if port != self.name]
        return self._others

    def receive(self, frame: Frame) -> str | None:
        """Take a frame whose last bit has arrived; returns the reason if it is dropped here."""
        if not self.carrier:
            return self.node.world.drop("no carrier")
        name = self.name
        entry = self.entries.get(frame.src)
        if entry is not None and entry.port is name:
            entry.seen = self.env._now
        else:
            self.node.feed(Received(frame, name), frame.cause)
        found = self.entries.get(frame.dst)
        if found is None:
            flood(self.others(), frame, self.env)
        elif found.port is not name:
            self.outs[found.port].send(frame)
        return None


class SwitchNode:
    """A switch: its forwarding database, its ports, and the directions that leave by them."""

    __slots__ = ("bridge", "name", "outs", "ports", "timers", "world")

    def __init__(self, world: World, name: str, number: int, ageing_time: Time) -> None:
        self.world = world
        self.name = name
        self.bridge = Bridge(ageing_time)
        self.outs: dict[str, Direction] = {}
        """Directions that leave the switch, by port."""
        self.ports: dict[str, SwitchPort] = {}
        self.timers = TimerTable(world.env, tie_key(Tie.TIMER, number), self._timer)

    def add_port(self, name: str) -> SwitchPort:
        """Make the port called `name`."""
        port = self.ports[name] = SwitchPort(self, name)
        return port

    def set_carrier(self, port: str, up: bool, cause: int) -> None:
        """Follow the carrier of `port`; its loss flushes what was learned there."""
        if self.ports[port].carrier != up:
            self.ports[port].carrier = up
            number = self.world.note("link", self.name, {"iface": port, "up": up}, cause)
            self.feed(LinkChanged(port, up), number)

    def feed(self, event: Event, cause: int) -> None:
        """Give `event` to the machine and carry out what it asks."""
        now = self.world.env._now
        for action in self.bridge.handle(event, now):
            match action:
                case Changed(key=mac, detail=(old, new)):
                    data = {"mac": mac, "old_port": old, "port": new, "why": action.why}
                    self.world.note("fdb", self.name, data, cause)
                case SetTimer(name=name, at=at):
                    self.timers.set(name, at, cause)
                case CancelTimer(name=name):
                    self.timers.cancel(name)

    def _timer(self, name: TimerName, cause: int) -> None:
        number = self.world.note("timer", self.name, {"part": name[0], "name": name[1]}, cause)
        self.feed(TimerFired(name), number)
