"""What a fault's target means in a given scenario: nodes, ends, directions of links, pairs of hosts.

The checker calls these to refuse a target that means nothing, the worlds to carry a fault out.
A direction of link ``i`` is ``(i, True)`` from its end ``a`` to ``b``, ``(i, False)`` from ``b`` to ``a``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vipsim.scenario.fields import Refusal, nearest, parse_percent, shown
from vipsim.scenario.model import FaultWord, Host, Iface, Node, Scenario, Service

Direction = tuple[int, bool]

FRAME_KINDS = (
    "all",
    "arp",
    "garp",
    "arp-request",
    "arp-reply",
    "arp-probe",
    "advert",
    "echo-request",
    "echo-reply",
    "udp",
    "tcp",
    "tcp-syn",
    "tcp-fin",
    "tcp-rst",
    "icmp-error",
    "ip",
    "other",
)
"""What ``drop`` selects: the words of `vipsim.wire.frames.kind_of`, and ``all``.

``arp`` and ``tcp`` stand for any packet of the protocol.
"""

EVERYTHING = "all"
"""Target of ``heal`` that ends everything that `HEALED` words began."""
HEALED = frozenset(
    {
        FaultWord.ISOLATE,
        FaultWord.PARTITION,
        FaultWord.ONEWAY,
        FaultWord.DROP,
        FaultWord.DELAY,
        FaultWord.JITTER,
    }
)


def node_of(scenario: Scenario, name: str) -> Node:
    """Return the node called `name`."""
    for node in scenario.nodes:
        if node.name == name:
            return node
    raise Refusal(f"there is no node {shown(name)}", nearest(name, (node.name for node in scenario.nodes)))


def host_of(scenario: Scenario, name: str) -> Host:
    """Return the host called `name`."""
    node = node_of(scenario, name)
    if isinstance(node, Host):
        return node
    raise Refusal(f"{name} is a switch, not a host", "break its links instead: link_down, port_down, drop")


def iface_of(scenario: Scenario, target: str) -> tuple[Host, Iface]:
    """Return the interface that ``node.iface`` means; ``node`` alone means its first."""
    name, _, port = target.partition(".")
    host = host_of(scenario, name)
    for iface in host.ifaces:
        if iface.name == port or not port:
            return host, iface
    raise Refusal(
        f"{name} has no interface {shown(port)}", nearest(port, (iface.name for iface in host.ifaces))
    )


def service_of(scenario: Scenario, target: str) -> tuple[Host, Service]:
    """Return the service that ``node.service`` means."""
    name, _, wanted = target.partition(".")
    host = host_of(scenario, name)
    for service in host.services:
        if service.name == wanted:
            return host, service
    names = [f"{name}.{service.name}" for service in host.services]
    if wanted or not names:
        what = f"service {shown(wanted)}" if wanted else "service"
        raise Refusal(f"{name} has no {what}", nearest(target, names))
    raise Refusal(f"which service of {name}?", f"write {' or '.join(names[:10])}")


def directions(scenario: Scenario, target: str) -> tuple[Direction, ...]:
    """Return the directions of links that `target` means, sorted.

    ``node``: all its links, both ways. ``node.iface``: that end's link, both ways. ``a-b``: the links
    between two nodes, both ways. ``a>b``: only from a to b.
    """
    if ">" in target:
        source, _, destination = target.partition(">")
        return _between(scenario, source.strip(), destination.strip(), both=False)
    names = {node.name for node in scenario.nodes}
    if target in names or "." in target:
        return tuple((index, way) for index, _ in _ends(scenario, target) for way in (False, True))
    for cut in re.finditer("-", target):  # names may have a - themselves
        source, destination = target[: cut.start()], target[cut.end() :]
        if source in names and destination in names:
            return _between(scenario, source, destination, both=True)
    node_of(scenario, target)
    return ()


def _between(scenario: Scenario, source: str, destination: str, *, both: bool) -> tuple[Direction, ...]:
    node_of(scenario, source)
    node_of(scenario, destination)
    found: list[Direction] = []
    for index, link in enumerate(scenario.links):
        for way in (False, True):
            run = (link.a.node, link.b.node) if way else (link.b.node, link.a.node)
            if run == (source, destination) or (both and run == (destination, source)):
                found.append((index, way))
    if not found:
        raise Refusal(f"no link joins {source} and {destination}", _neighbors(scenario, source))
    return tuple(sorted(set(found)))


def _neighbors(scenario: Scenario, name: str) -> str:
    near = [
        link.b.node if link.a.node == name else link.a.node
        for link in scenario.links
        if name in (link.a.node, link.b.node)
    ]
    return f"{name} is linked to {', '.join(dict.fromkeys(near[:30]))}" if near else f"{name} has no link"


def _ends(scenario: Scenario, target: str) -> tuple[tuple[int, str], ...]:
    """Indices of the links at ``node`` or ``node.port``, each with the end (``a`` or ``b``) that is there."""
    name, _, port = target.partition(".")
    node = node_of(scenario, name)
    found = [
        (index, side)
        for index, link in enumerate(scenario.links)
        for side, end in (("a", link.a), ("b", link.b))
        if end.node == name and (not port or end.port == port)
    ]
    if not found:
        ports = [end.port for link in scenario.links for end in (link.a, link.b) if end.node == node.name]
        what = f"{name} has no linked interface {shown(port)}" if port else f"{name} has no link"
        raise Refusal(what, nearest(port, ports))
    return tuple(found)


def host_ends(scenario: Scenario, target: str) -> tuple[tuple[int, str], ...]:
    """Return (link index, ``"a"`` or ``"b"``) of the host's own ends: where ``link_down`` acts."""
    host_of(scenario, target.partition(".")[0])
    return _ends(scenario, target)


def switch_ends(scenario: Scenario, target: str) -> tuple[tuple[int, str], ...]:
    """Return (link index, ``"a"`` or ``"b"``) of the ends where ``port_down`` acts.

    ``sw1.p1`` is that port; a host (``db1`` or ``db1.bond0``) means the far end of its links.
    """
    node = node_of(scenario, target.partition(".")[0])
    ends = _ends(scenario, target)
    if not isinstance(node, Host):
        if "." not in target:
            raise Refusal(f"{target} has many ports", f"say which: {target}.{_first_port(scenario, target)}")
        return ends
    return tuple((index, "b" if side == "a" else "a") for index, side in ends)


def _first_port(scenario: Scenario, name: str) -> str:
    return next(end.port for link in scenario.links for end in (link.a, link.b) if end.node == name)


def partition_groups(scenario: Scenario, target: str) -> tuple[tuple[str, ...], ...]:
    """Return the groups of nodes of ``a,b|c``: at least two, no node twice."""
    groups = tuple(
        tuple(name.strip() for name in part.split(",") if name.strip()) for part in target.split("|")
    )
    if len(groups) < 2 or not all(groups):
        raise Refusal(f"{shown(target)} does not part anything", "write two groups of nodes, such as a,b|c")
    seen: set[str] = set()
    for name in (name for group in groups for name in group):
        node_of(scenario, name)
        if name in seen:
            raise Refusal(f"{name} is in the partition twice", "a node is on one side only")
        seen.add(name)
    return groups


def separated_pairs(scenario: Scenario, target: str, *, oneway: bool = False) -> frozenset[tuple[str, str]]:
    """Return the ordered pairs of hosts (source, destination) whose frames a partition drops.

    Hosts behind one switch share no link that could be cut: what a host of one group sent and a host of
    another would get is dropped before it arrives. With `oneway` only what goes from an earlier
    group to a later one is dropped.

    >>> from vipsim.scenario.builders import pair
    >>> sorted(separated_pairs(pair(clients=1), "db1|db2,app1"))
    [('app1', 'db1'), ('db1', 'app1'), ('db1', 'db2'), ('db2', 'db1')]
    """
    hosts = {host.name for host in scenario.hosts}
    return frozenset(pair for pair in _pairs(scenario, target, oneway) if hosts.issuperset(pair))


def cut_edges(scenario: Scenario, target: str, *, oneway: bool = False) -> tuple[Direction, ...]:
    """Return the directions of links that join two groups of a partition: its edge cut, sorted.

    In a network of several switches ``sw1,a|sw2,b`` cuts the trunk; behind one switch no link
    joins two hosts, the cut is empty and `separated_pairs` says what is dropped.
    """
    pairs = set(_pairs(scenario, target, oneway))
    return tuple(
        (index, way)
        for index, link in enumerate(scenario.links)
        for way in (False, True)
        if ((link.a.node, link.b.node) if way else (link.b.node, link.a.node)) in pairs
    )


def _pairs(scenario: Scenario, target: str, oneway: bool) -> Iterator[tuple[str, str]]:
    groups = partition_groups(scenario, target)
    for first, group in enumerate(groups):
        for second, other in enumerate(groups):
            if first < second or (first > second and not oneway):
                yield from ((one, two) for one in group for two in other)


def parse_drop(value: str) -> tuple[str, float]:
    """Read the value of ``drop``: a kind of `FRAME_KINDS` and a probability.

    >>> parse_drop("advert 30%")
    ('advert', 0.3)
    >>> parse_drop("")
    ('all', 1.0)
    """
    words = value.split()
    kind, probability = "all", 1.0
    if words and words[-1].endswith("%"):
        probability = parse_percent(words.pop())
    if words:
        kind = words.pop(0)
    if words or kind not in FRAME_KINDS:
        raise Refusal(f"{shown(value)} is no kind of frame", nearest(kind, FRAME_KINDS))
    return kind, probability
