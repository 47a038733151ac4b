"""What is seen of one simulated trial: adverts, announcements, and the client's answers, as they happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vipsim.sim.link import Deliver, Direction
from vipsim.sim.simulation import Simulation
from vipsim.units import Time
from vipsim.validate.daemons.lab import CLIENT, SWITCH
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Arp, Carp, Frame, Vrrp

ADVERTS = frozenset({Vrrp, Carp})
"""Packets of IP protocol 112."""
Advert = tuple[Time, int]
"""When, and its priority (CARP: minus advskew)."""


class Sniffer:
    """Hands frames on to whoever takes them at the end of a cable, after a look at each."""

    __slots__ = ("__self__", "deliver", "look")

    def __init__(self, deliver: Deliver, look: Callable[[Frame], None]) -> None:
        self.deliver = deliver
        self.look = look
        self.__self__ = getattr(deliver, "__self__", None)
        """Who takes them, for whoever foresees a frame's way (`vipsim.sim.foresight`)."""

    def __call__(self, frame: Frame) -> str | None:
        """Take a frame."""
        self.look(frame)
        return self.deliver(frame)


class Journal:
    """Lists of what was seen, by node, in order of time (ns)."""

    def __init__(self, simulation: Simulation, vip: str, watched: bool) -> None:
        """Watch what concerns `vip` in `simulation`; `watched`: note answers to announcements, too."""
        self.env = simulation.env
        self.vip = vip
        self.nodes = tuple(simulation.network.daemons)
        self.adverts: dict[str, list[Advert]] = {node: [] for node in self.nodes}
        """Sent: a daemon put them on its cable."""
        self.delivered: dict[str, list[tuple[Time, int, str]]] = {node: [] for node in self.nodes}
        """Adverts that the switch gave to the node: when, priority, source address."""
        self.announced: dict[str, list[Time]] = {node: [] for node in self.nodes}
        self.forms: dict[str, list[str]] = {node: [] for node in self.nodes}
        self.answered: dict[str, list[Time]] = {node: [] for node in self.nodes}
        """When its kernel answered an announcement."""
        self.owners: list[tuple[Time, str]] = []
        """When the client was first answered by a node after another one."""
        self.silences: list[tuple[Time, Time | None]] = []
        """Last answer before, and first one after: None at the end of the run."""
        self.states: list[tuple[Time, str, str, str]] = []
        self.hooks: list[Callable[[], object]] = []
        """Called whenever an advert was sent or the client is answered by another node."""
        self._cables = {node: simulation.network.directions_of(f"{node}>{SWITCH}") for node in self.nodes}
        watchers = simulation.world.watchers
        watchers.setdefault("advert", []).append(self._advert)
        watchers.setdefault("announce", []).append(self._announce)
        watchers.setdefault("answered", []).append(self._answered)
        watchers.setdefault("gap", []).append(self._gap)
        watchers.setdefault("state", []).append(self._state)
        for node in self.nodes:
            for direction in simulation.network.directions_of(f"{SWITCH}>{node}"):
                self._sniff(direction, node)
            if watched:
                for direction in self._cables[node]:
                    self._sniff_answers(direction, node)

    @property
    def owner(self) -> str:
        """Who answered the client last; empty: nobody yet."""
        return self.owners[-1][1] if self.owners else ""

    def last_advert(self, node: str) -> Time | None:
        """When `node` sent its last advert."""
        return self.adverts[node][-1][0] if self.adverts[node] else None

    # --- what the trace tells --------------------------------------------------------------

    def _leaves(self, node: str) -> bool:
        """Whether a frame of `node` comes to its switch port at all; a port that is closed sees it, too."""
        return any(direction.carrier for direction in self._cables[node])

    def _advert(self, node: str, data: dict[str, Any]) -> None:
        if not self._leaves(node):
            return
        self.adverts[node].append((self.env._now, data["priority"]))
        for hook in self.hooks:
            hook()

    def _announce(self, node: str, data: dict[str, Any]) -> None:
        if not self._leaves(node) or str(data["vip"]) != self.vip:
            return
        self.announced[node].append(self.env._now)
        self.forms[node].append(f"{data['form']} {data['lladdr']}")

    def _answered(self, node: str, data: dict[str, Any]) -> None:
        if data["client"] == CLIENT:
            self.owners.append((self.env._now, data["by"]))
            for hook in self.hooks:
                hook()

    def _gap(self, node: str, data: dict[str, Any]) -> None:
        if data["client"] == CLIENT:
            self.silences.append((data["last"], data["first"]))

    def _state(self, node: str, data: dict[str, Any]) -> None:
        self.states.append((self.env._now, node, data["old"], data["new"]))

    # --- what the cables tell --------------------------------------------------------------

    def _sniff(self, direction: Direction, node: str) -> None:
        deliver, seen = direction.deliver, self.delivered[node]

        def look(frame: Frame) -> None:
            if type(frame.packet) in ADVERTS:
                seen.append((self.env._now, _priority(frame), str(_source(frame))))

        direction.deliver = Sniffer(deliver, look)

    def _sniff_answers(self, direction: Direction, node: str) -> None:
        deliver, seen = direction.deliver, self.answered[node]

        def look(frame: Frame) -> None:
            packet = frame.packet
            if type(packet) is Arp and packet.sender_ip == packet.target_ip and not frame.dst.is_group:
                seen.append(self.env._now)

        direction.deliver = Sniffer(deliver, look)


def _priority(frame: Frame) -> int:
    packet: Any = frame.packet
    priority: int = packet.priority if isinstance(packet, Vrrp) else -packet.advskew
    return priority


def _source(frame: Frame) -> IPv4:
    packet: Any = frame.packet
    source: IPv4 = packet.src
    return source
