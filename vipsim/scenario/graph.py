"""A scenario as a networkx graph, and back; what connectivity says about it.

`to_graph` puts the dataclasses themselves on nodes (``node``) and edges (``link``), with the file
format's plain attributes beside them; `from_graph` takes either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vipsim.scenario.check.groups import members_of
from vipsim.scenario.data import client_data, fault_data, from_data, group_data, link_data, to_data
from vipsim.scenario.data_parts import node_data
from vipsim.scenario.fields import Refusal
from vipsim.scenario.model import Client, Fault, Host, Scenario, Switch, Vip
from vipsim.scenario.targets import cut_edges, separated_pairs
from vipsim.scenario.ways import Ways
from vipsim.units import Time, format_duration, to_duration

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.Graph[Any]

__all__ = [
    "Ways",
    "WeakPoint",
    "cut_edges",
    "from_graph",
    "owners_of",
    "reachable",
    "separated_pairs",
    "single_points_of_failure",
    "to_graph",
]

_REST = ("name", "description", "duration", "start", "phase", "vips", "groups", "clients", "faults")
_LINK_KEYS = ("rate", "delay", "jitter", "loss")
_HOST_KEYS = (
    "kind", "interfaces", "services", "neighbor", "sysctls", "hz", "forwarding", "gateway", "conntrack",
    "lateness",
)  # fmt: skip
_SWITCH_KEYS = ("kind", "ageing_time", "forward_delay", "ports", "static")


def to_graph(scenario: Scenario) -> Graph:
    """Return the topology of a scenario.

    A multigraph only where two cables join the same two nodes. What is no topology (groups,
    clients, faults, ...) is in ``graph.graph`` as plain data, so that `from_graph` makes an equal scenario.
    """
    import networkx as nx

    graph: Graph = nx.Graph()
    joined = [frozenset((link.a.node, link.b.node)) for link in scenario.links]
    if len(set(joined)) < len(joined):
        graph = nx.MultiGraph()
    data = to_data(scenario, resolved=False)
    graph.graph.update({key: data[key] for key in _REST if key in data})
    for node in scenario.nodes:
        graph.add_node(node.name, node=node, **node_data(node))
    for index, link in enumerate(scenario.links):
        graph.add_edge(link.a.node, link.b.node, link=link, order=index, **link_data(link))
    return graph


def from_graph(
    graph: Graph,
    *,
    name: str | None = None,
    duration: Time | str | None = None,
    vips: Iterable[Vip] | Mapping[str, str] | None = None,
    groups: Iterable[Any] | None = None,
    clients: Iterable[Client] | Mapping[str, Any] | None = None,
    faults: Iterable[Fault | str | Mapping[str, Any]] | None = None,
    **settings: Any,
) -> Scenario:
    """Make a scenario of a graph.

    Parameters
    ----------
    graph : nx.Graph
        See `vipsim.scenario.topology` for its attributes. Names of nodes are text.
    name, duration, vips, groups, clients, faults
        As objects or as the file format's plain data; each that is not given is taken from
        ``graph.graph``. Without a duration it is 20 s.
    **settings
        More of the file's keys: description, start, phase.

    Raises
    ------
    ScenarioError
        With every problem, as a file would get.

    Examples
    --------
    >>> from vipsim.scenario import topology
    >>> scenario = from_graph(
    ...     topology.pair(clients=1),
    ...     vips={"service": "192.168.1.219/24"},
    ...     groups=[{"vrrp": {"vrid": 51, "vips": ["service"],
    ...              "members": {"db1": {"priority": 150}, "db2": {"priority": 100}}}}],
    ...     clients={"app1": {"node": "app1", "target": "service"}},
    ...     faults=["crash:db1@5s"],
    ... )
    >>> from_graph(scenario.graph()) == scenario
    True
    """
    given = {"vips": vips, "groups": groups, "clients": clients, "faults": faults}
    data: dict[str, Any] = {key: graph.graph[key] for key in _REST if key in graph.graph} | settings
    data["name"] = name or data.get("name") or "graph"
    if duration is not None:
        data["duration"] = format_duration(to_duration(duration))
    data.setdefault("duration", "20s")
    data["nodes"] = {_text(node): _node_of(node, facts) for node, facts in graph.nodes(data=True)}
    data["links"] = [_link_of(one, two, facts) for one, two, facts in _in_order(graph)]
    data |= {key: _plain(key, value) for key, value in given.items() if value is not None}
    return from_data(data)


def _text(name: Any) -> str:
    if isinstance(name, str):
        return name
    raise Refusal(f"the node {name!r} of the graph is no text", "name nodes such as h1: nx.relabel_nodes")


def _node_of(name: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    node = facts.get("node")
    if isinstance(node, Host | Switch):
        if node.name != name:
            raise Refusal(f"the node {name} carries the data of {node.name}", "give both the same name")
        return node_data(node)
    keys = _SWITCH_KEYS if facts.get("kind") == "switch" else _HOST_KEYS
    data = {key: facts[key] for key in keys if key in facts}
    if "address" in facts:
        iface = {key: facts[key] for key in ("mac", "address") if key in facts}
        data["interfaces"] = {facts.get("iface", "eth0"): iface}
    return data


def _in_order(graph: Graph) -> list[tuple[Any, Any, Mapping[str, Any]]]:
    edges = list(graph.edges(data=True))
    first = len(edges)  # edges without an order follow those that have one
    return sorted(edges, key=lambda edge: edge[2].get("order", first))


def _link_of(one: Any, two: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    link = facts.get("link")
    if link is not None:
        return {"ends": [str(link.a), str(link.b)], **link_data(link)}
    ends = facts.get("ends", [_text(one), _text(two)])
    return {"ends": list(ends), **{key: facts[key] for key in _LINK_KEYS if key in facts}}


def _plain(key: str, value: Any) -> Any:
    """Objects or plain data, as plain data."""
    if key == "vips" and not isinstance(value, Mapping):
        return {vip.name: f"{vip.address}/{vip.prefix}" for vip in value}
    if key == "clients" and not isinstance(value, Mapping):
        return {client.name: client_data(client) for client in value}
    if key == "groups":
        return [dict(one) if isinstance(one, Mapping) else group_data(one, resolved=False) for one in value]
    if key == "faults":
        from vipsim.scenario.faults import parse_fault

        faults = [parse_fault(one) if isinstance(one, str) else one for one in value]
        return [dict(one) if isinstance(one, Mapping) else fault_data(one) for one in faults]
    return dict(value)


def reachable(scenario: Scenario, source: str, destination: str) -> bool:
    """True if a way of links joins two nodes. Switches forward, and of the hosts those that route."""
    return Ways(scenario).join(source, destination)


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A switch, router or link whose loss takes something away that no failover gives back."""

    kind: str
    """``switch``, ``router`` or ``link``."""
    name: str
    """``sw1``, or ``sw1.p1-sw2.p1``."""
    clients: tuple[str, ...]
    """Clients that reach no possible owner of their address without it."""
    groups: tuple[str, ...]
    """Groups whose members lose each other without it: more than one would own the address."""


def single_points_of_failure(scenario: Scenario) -> list[WeakPoint]:
    """Return what of one loss is too many: switches, routers, links, each kind in order.

    Candidates are the articulation points and bridges of the graph, and all hosts that route; what counts
    is what they separate: clients from every possible owner of their address, or the members of a group
    from each other. A router that is a member is left out, since losing it is what its failover is for, and
    so is a host's own cable: losing a member's is what the failover is for, and a client's
    concerns that client.
    """
    import networkx as nx

    graph: Graph = nx.Graph(to_graph(scenario))
    switches = {switch.name for switch in scenario.switches}
    joins = [frozenset((link.a.node, link.b.node)) for link in scenario.links]
    doubled = {join for join, count in Counter(joins).items() if count > 1}
    cut_points = set(nx.articulation_points(graph)) & switches
    bridges = {frozenset(edge) for edge in nx.bridges(graph)}
    weak = [
        _weak(scenario, "switch", switch.name, Ways(scenario, closed=switch.name))
        for switch in scenario.switches
        if switch.name in cut_points
    ]
    members = {member.node for group in scenario.groups for member in members_of(group)}
    weak += [
        _weak(scenario, "router", host.name, Ways(scenario, closed=host.name))
        for host in scenario.hosts
        if host.forwarding and host.name not in members
    ]
    weak += [
        _weak(scenario, "link", f"{link.a}-{link.b}", Ways(scenario, cut=index))
        for index, link in enumerate(scenario.links)
        if joins[index] in bridges and joins[index] <= switches and joins[index] not in doubled
    ]
    return [point for point in weak if point.clients or point.groups]


def _weak(scenario: Scenario, kind: str, name: str, ways: Ways) -> WeakPoint:
    owners = owners_of(scenario)
    clients = tuple(
        client.name
        for client in scenario.clients
        if client.measured and not any(ways.join(client.node, owner) for owner in owners[client.target])
    )
    groups = []
    for group in scenario.groups:
        first, *others = ((member.node, member.iface) for member in members_of(group))
        if not all(ways.meet(first, other) for other in others):
            groups.append(group.name)
    return WeakPoint(kind, name, clients, tuple(groups))


def owners_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return for each target that a client may name the hosts that may answer: VIPs and hosts."""
    owners: dict[str, tuple[str, ...]] = {host.name: (host.name,) for host in scenario.hosts}
    for group in scenario.groups:
        for vip in group.vips:
            owners[vip] = tuple(member.node for member in members_of(group))
    return owners
