"""The notebook of the checker: the scenario's names, what is known to be damaged, the problems found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from vipsim.errors import Problem, ScenarioError
from vipsim.scenario.fields import hint_of, message_of, nearest, shown
from vipsim.scenario.model import Host, Iface, Node, Scenario
from vipsim.wire.addresses import IPv4

Where = tuple[str | int, ...]
MAX_PROBLEMS = 200
"""More than these are not looked for: a file that bad is another kind of file."""
UNREADABLE = "unreadable-name"
"""Stands for a name that a reader could not read; never shown."""


class Enough(Exception):
    """`MAX_PROBLEMS` were found."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What a reader could not read: nothing is concluded from it, and it is not reported as missing too."""

    lost: frozenset[Where] = frozenset()
    """Places of the values that are left out, or replaced by a stand-in."""
    around: frozenset[Where] = frozenset()
    """Every place that has a lost one below it."""
    names: frozenset[str] = frozenset()
    """Names of nodes that are left out, and the stand-in for a name."""
    sections: frozenset[str] = frozenset()
    """Sections of which names may be unknown: they are lost, or have a key that is no name."""

    def gone(self, *place: str | int) -> bool:
        """True if the value at a place is lost, itself or with what it is in."""
        return bool(self.lost) and any(place[:length] in self.lost for length in range(1, len(place) + 1))

    def touches(self, *place: str | int) -> bool:
        """True if the value at a place, or anything in it, is lost."""
        return place in self.around or self.gone(*place)


@dataclass(slots=True)
class Findings:
    """A scenario under examination."""

    scenario: Scenario
    damage: Damage = Damage()
    problems: list[Problem] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)
    """What is incomplete by problems found already, so that nothing is concluded from a gap in it:
    ``nodes``, ``vips`` (names), ``links`` (ends), ``members``, ``moved`` (VIPs in groups)."""

    def __post_init__(self) -> None:
        self.nodes = {node.name: node for node in self.scenario.nodes}

    def add(self, where: Where, message: str, hint: str = "") -> None:
        """Note a problem at a place in the data, unless the place holds a stand-in."""
        if self.damage.gone(*where):
            return
        self.problems.append(Problem(message, hint, where=where))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Enough

    def refused(self, where: Where, error: Exception) -> None:
        """Note what a parser refused."""
        self.add(where, message_of(error), hint_of(error))

    def host(self, name: str) -> Host | None:
        """Return the host of that name, if there is one."""
        node = self.nodes.get(name)
        return node if isinstance(node, Host) else None

    def known_host(self, where: Where, name: str) -> Host | None:
        """Return the host of that name, or note that there is none."""
        node = self.nodes.get(name)
        if isinstance(node, Host):
            return node
        if node is not None:
            self.add(where, f"{name} is a switch, not a host")
        elif not self.excused(name, "nodes"):
            hosts = [host.name for host in self.scenario.hosts]
            self.add(where, f"there is no node {shown(name)}", nearest(name, hosts))
        return None

    def excused(self, name: str, section: str) -> bool:
        """True if the name is missing only because its part was malformed."""
        return name in self.damage.names or section in self.damage.sections or section in self.doubts

    def has_lost_address(self, node: str) -> bool:
        """True if an interface of a node, or its address, could not be read."""
        return self.damage.touches("nodes", node, "interfaces")

    def iface(self, where: Where, node: str, name: str) -> Iface | None:
        """Return an interface of a host, or note that it has none of that name."""
        host = self.known_host(where, node)
        if host is None:
            return None
        names = [iface.name for iface in host.ifaces]
        if name in names:
            return host.ifaces[names.index(name)]
        if self.damage.gone("nodes", node, "interfaces") or not names:
            return None
        if name:
            self.add(where, f"{node} has no interface {shown(name)}", nearest(name, names))
        else:
            self.add(where, f"{node} has {len(names)} interfaces", f"say which: {_choices(node, names)}")
        return None


def _choices(node: str, names: Collection[str]) -> str:
    return ", ".join(f"{node}.{name}" for name in list(names)[:10])


def network_of(iface: Iface) -> IPv4Network:
    """The subnet that an interface is in; a prefix out of range is judged elsewhere."""
    return IPv4Network((int(iface.address), min(max(iface.prefix, 0), 32)), strict=False)


def is_subnet_itself(iface: Iface, address: IPv4) -> bool:
    """Whether `address` is the network or broadcast address of the interface's subnet: no host's."""
    network = network_of(iface)
    return IPv4Address(int(address)) in (network.network_address, network.broadcast_address)


def on_link(iface: Iface, address: IPv4) -> bool:
    """True if an address is in the subnet of an interface."""
    return IPv4Address(int(address)) in network_of(iface)


def judged_by(rule: object, *args: object) -> Exception | None:
    """Call a rule of another room that raises, and return what it raised."""
    try:
        rule(*args)  # type: ignore[operator]
    except ScenarioError as error:
        return error
    return None
