"""What the metrics need to know of the scenario: who moves what, who asks whom, what a fault can hit.

`vipsim.trace.facts_reading` takes it from a trace's header.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vipsim.units import SECOND, Time

LEAST_GRACE: Time = 5 * SECOND
"""In ns: how long a healed network is given to settle, at least."""

EVERYBODY = ("", "*", "all", "network")
"""Targets of a fault that mean the whole network."""

DAEMON, HOST = "", "*"
"""What the standby watches: the master's daemon (VRRP, heartbeat push), or its kernel (pull by ping). Any
other word is the service that it asks."""
_OF_THE_HOST = frozenset(
    {"crash", "power", "freeze", "stop", "restart", "reboot", "link_down", "port_down", "isolate"}
)
_OF_THE_DAEMON = frozenset({"kill", "kill_parent", "kill_child", "hang"})
_OF_A_SERVICE = frozenset({"service_stop", "service_hang"})
_OF_A_CHECK = frozenset({"script_fail", "track_down", "link_down"})
"""What may lower the priority of a master, or make it a FAULT, while it is heard."""
_CERTAIN_DROPS = frozenset({"", "all", "100%", "all 100%"})
_ADVERTS_ONLY = frozenset({"advert", "advert 100%"})
_OF_THE_EARS = frozenset({"freeze", "hang", "isolate", "link_down", "port_down"})
"""What keeps a standby from hearing a master that is well. A standby that is not there takes nothing."""
_OF_THE_WAY = frozenset({"drop", "delay", "jitter"})
_ARP = frozenset({"garp", "arp-request", "arp-reply", "arp-probe"})


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """A measured client: its probe spacing in ns, and the VIPs that its answers depend on."""

    interval: Time
    vips: frozenset[str]
    """The address that it asks, and the gateways to it and back, as far as they are VIPs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and times of a scenario; every member may be empty."""

    machines: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Name of each failover group and the addresses it moves."""
    heartbeats: frozenset[str] = frozenset()
    """Names of the groups that are heartbeat pairs."""
    clients: Mapping[str, ClientFacts] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    peers: Mapping[str, str] = field(default_factory=dict)
    """The other end of each link's end, both as ``node.port``."""
    vips: frozenset[str] = frozenset()
    """Virtual addresses, as text."""
    watched: Mapping[str, str] = field(default_factory=dict)
    """What each group's standby watches: `DAEMON`, `HOST` or the name of a service."""
    asking: frozenset[str] = frozenset()
    """Groups whose standby asks (pull): there each direction of the way is needed."""
    members: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of each group the interface (``node.iface``) on which each node takes part."""
    leaving: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of each group the nodes whose daemon leaves its addresses in use when it ends in order."""
    disagreeing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Groups whose members differ in settings that must be alike, and in which."""
    priorities: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of each group the priority that each member has while its checks are good."""
    unheard: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Of each of these groups the pairs (listener, speaker) between which no advert is sent."""
    rivals: Mapping[str, str] = field(default_factory=dict)
    """Addresses that several virtual routers move, each with a sentence on them."""
    intervals: Mapping[str, Time] = field(default_factory=dict)
    """Interval of each group's periodic messages, in ns."""
    grace: Time = LEAST_GRACE
    """How long the consequences of an ended fault may take: four of the longest advert intervals, or a
    heartbeat's interval x dead count + timeout; at least `LEAST_GRACE`. In ns."""

    def concerns(self, machine: str, client: str) -> bool:
        """Whether `client` asks, or asks by way of, an address that `machine` moves (unknown ones do)."""
        facts, vips = self.clients.get(client), self.machines.get(machine)
        return facts is None or vips is None or bool(facts.vips & vips)

    def strangers(self, machine: str, listener: str, speaker: str) -> bool:
        """Whether `listener` never gets an advert of `speaker`, whatever happens."""
        return (listener, speaker) in self.unheard.get(machine, ())

    def decides_by_state(self, machine: str) -> bool:
        """Whether detection ends with the decision (heartbeat) and not with the first advert (VRRP, CARP)."""
        known = machine in self.machines or machine.startswith(("vrrp ", "carp "))
        return machine in self.heartbeats or not known

    def moves(self, machine: str, vip: str) -> bool:
        """Whether `machine` moves `vip` (an unknown machine moves all)."""
        vips = self.machines.get(machine)
        return vips is None or vip in vips

    def leaves(self, node: str) -> bool:
        """Whether some daemon of `node` leaves its addresses in use when it ends in order."""
        return any(node in nodes for nodes in self.leaving.values())

    def leaves_behind(self, node: str, vip: str) -> bool:
        """Whether the daemon that moves `vip` at `node` is such a one."""
        return any(node in nodes and self.moves(machine, vip) for machine, nodes in self.leaving.items())

    def puts_out(self, word: str, target: str, value: str, machine: str, old: str, new: str) -> bool:
        """Whether a fault surely leaves `new` without any sign of the master `old` of `machine`.

        It depends on what the standby watches: a killed daemon says nothing, but its kernel answers a
        ping; a service that stopped matters to who asks that service. A cable must be that of the
        group's interface, a partition must part the two. What only slows or thins out (``delay``,
        ``jitter``, ``drop`` of some frames) may or may not be noticed: that is not sure.
        """
        watched = self.watched.get(machine, DAEMON)
        if word in _OF_THE_HOST or (word in _OF_THE_DAEMON and watched == DAEMON):
            return self._way_out(target, machine, old) != ""
        if word in _OF_A_SERVICE:
            return target == f"{old}.{watched}"
        if word in ("partition", "oneway"):
            both = word == "partition" or machine in self.asking
            return _parts(target, old, new) or (both and _parts(target, new, old))
        if word == "drop":
            way = self._way_out(target, machine, old)
            needed = way in ("both", "out") or (way == "in" and machine in self.asking)
            return needed and self._drops_all_signs(value, machine)
        return False

    def lowers(self, word: str, target: str, machine: str, old: str, new: str) -> bool:
        """Whether a fault may be why `new` preempts the living master `old`: a check of that one fails.

        A node that has the higher priority anyway returns because of its own.
        """
        priorities = self.priorities.get(machine, {})
        return (
            word in _OF_A_CHECK
            and target.partition(".")[0] == old
            and priorities.get(new, 0) <= priorities.get(old, 0)
        )

    def deafens(self, word: str, target: str, value: str, machine: str, new: str) -> bool:
        """Whether a fault surely keeps `new` from hearing a master of `machine` that is well."""
        way = self._way_out(target, machine, new)
        if word == "drop":
            return self._hears_by(way, machine) and self._drops_all_signs(value, machine)
        of_a_switch = word in _OF_THE_HOST and target.partition(".")[0] != new
        return way != "" and (word in _OF_THE_EARS or of_a_switch)

    def may_mislead(self, word: str, target: str, value: str, machine: str, new: str) -> bool:
        """Whether a fault may be why `new` missed or believed something: late, lost or injected frames."""
        if word == "inject":
            return True
        if word not in _OF_THE_EARS | _OF_THE_WAY:
            return False
        hit = self.hosts_hit(target)
        if hit is not None and new not in hit:
            return False
        kind = value.partition(" ")[0]
        if word == "drop" and (kind == "garp" or (kind in _ARP and machine not in self.asking)):
            return False
        way = self._way_out(target, machine, new)
        return way == "" or self._hears_by(way, machine)

    def _hears_by(self, way: str, machine: str) -> bool:
        return way in ("both", "in") or (way == "out" and machine in self.asking)

    def _drops_all_signs(self, value: str, machine: str) -> bool:
        """Whether a drop of `value` leaves nothing of what the standby of `machine` watches."""
        adverts = self.watched.get(machine, DAEMON) == DAEMON and not self.decides_by_state(machine)
        return value in _CERTAIN_DROPS or (adverts and value in _ADVERTS_ONLY)

    def _way_out(self, target: str, machine: str, node: str) -> str:
        """Which ways of `node`'s cable in the group a target means: ``both``, ``out``, ``in``, or none."""
        iface = self.members.get(machine, {}).get(node)
        if iface is None:
            return "both" if target.partition(".")[0] == node else ""
        port = self.peers.get(iface, "")
        near, far = {node, iface}, {port, port.partition(".")[0]} - {""}
        if target in near | far:
            return "both"
        for one, two in _splits(target):
            arrow = target[len(one)] == ">"
            if one in near and two in far:
                return "out" if arrow else "both"
            if one in far and two in near:
                return "in" if arrow else "both"
        return ""

    def hosts_hit(self, target: str) -> frozenset[str] | None:
        """Return the hosts that a fault on `target` hits; None means all.

        A node, an interface or a service of it hits that host; so does the switch port or link at which
        it hangs. A switch, a link between switches and an empty target hit everybody; ``a,b|c`` hits
        all that it names.
        """
        named: set[str] = set()
        for item in target.replace("|", ",").split(","):
            hit = self._hit_by(item.strip())
            if hit is None:
                return None
            named |= hit
        return frozenset(named)

    def _hit_by(self, item: str) -> frozenset[str] | None:
        if item in EVERYBODY or item in self.switches:
            return None
        node, dot, _ = item.partition(".")
        if dot and node in self.switches and not _is_link(item):
            peer = self.peers.get(item, "").partition(".")[0]
            return frozenset((peer,)) if peer in self.hosts else None
        if item in self.hosts or not _is_link(item):
            return frozenset((node,))
        nodes = {end.partition(".")[0] for ends in _splits(item) for end in ends}
        if not self.hosts:
            return frozenset(nodes)
        return frozenset(nodes & self.hosts) or (None if nodes & self.switches else frozenset((node,)))


def _is_link(item: str) -> bool:
    return "-" in item or ">" in item


def _splits(item: str) -> list[tuple[str, str]]:
    """All ways to read ``a-b`` or ``a>b`` as two names (names may have hyphens themselves)."""
    return [(item[:at], item[at + 1 :]) for at, letter in enumerate(item) if letter in "->"]


def _parts(target: str, source: str, destination: str) -> bool:
    """Whether ``a,b|c`` has `source` in an earlier group than `destination`."""
    groups = [[name.strip() for name in part.split(",")] for part in target.split("|")]
    place = {name: number for number, names in enumerate(groups) for name in names}
    return source in place and destination in place and place[source] < place[destination]
