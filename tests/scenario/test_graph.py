"""Topologies as graphs: there and back, who reaches whom, what a partition cuts, what is weak."""

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings

from tests.scenario.strategies import scenarios
from vipsim.errors import ScenarioError
from vipsim.resources import scenario_path
from vipsim.scenario import topology
from vipsim.scenario.builders import pair
from vipsim.scenario.doctor import doctor
from vipsim.scenario.graph import from_graph, reachable, single_points_of_failure
from vipsim.scenario.model import Scenario
from vipsim.scenario.reader import read_scenario, read_scenario_text
from vipsim.scenario.targets import (
    cut_edges,
    directions,
    host_ends,
    parse_drop,
    separated_pairs,
    switch_ends,
)
from vipsim.wire.addresses import IPv4

GROUP = {"vrrp": {"vrid": 1, "vips": ["vip"], "members": {"h1": {"priority": 150}, "h3": {"priority": 100}}}}


def two_sites(**more: object) -> Scenario:
    """h1 and h2 at sw1, h3 and h4 at sw2, one trunk; h1 and h3 share an address, h2 and h4 use it."""
    return from_graph(
        topology.two_switches(),
        vips={"vip": "10.0.0.100/24"},
        groups=[GROUP],
        clients={name: {"node": name, "target": "vip"} for name in ("h2", "h4")},
        **more,
    )


@settings(max_examples=30, deadline=None)
@given(scenarios())
def test_there_and_back(scenario: Scenario) -> None:
    assert Scenario.from_graph(scenario.graph()) == scenario


def test_two_cables_between_two_nodes_make_a_multigraph() -> None:
    text = """
name: doubled
duration: 1s
nodes:
  a: {interfaces: {eth0: {address: 10.0.0.1/24}, eth1: {address: 10.0.1.1/24}}}
  sw1: {kind: switch}
links:
  - {ends: [a.eth1, sw1], rate: 10Mbps}
  - {ends: [a.eth0, sw1]}
"""
    scenario = read_scenario_text(text)
    graph = scenario.graph()
    assert graph.is_multigraph()
    assert from_graph(graph) == scenario
    assert single_points_of_failure(scenario) == []


def test_the_documents_topology() -> None:
    graph = topology.pair(clients=3)
    assert sorted(graph) == ["app1", "app2", "app3", "db1", "db2", "sw1"]
    assert nx.is_tree(graph)
    base = pair(clients=3, faults=["crash:db1@5s"])
    made = from_graph(
        graph,
        duration="20s",
        vips=base.vips,
        groups=base.groups,
        clients=base.clients,
        faults=["crash:db1@5s"],
    )
    assert made == base


def test_a_changed_graph_is_another_scenario() -> None:
    graph = topology.pair(clients=1)
    graph.edges["app1", "sw1"]["loss"] = "1%"
    graph.nodes["app1"]["neighbor"] = "rfc826-60s"
    scenario = from_graph(graph, name="lossy")
    assert [link.loss for link in scenario.links] == [0, 0, 0.01]
    assert scenario.hosts[2].neighbor == "rfc826-60s"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda graph: graph.add_node(7), "is no text"),
        (lambda graph: graph.add_node("x"), "interfaces is missing"),
        (lambda graph: graph.add_node("x", address="10.0.0.1"), "has no prefix length"),
        (lambda graph: graph.add_node("x", address="10.0.0.1/24"), "x.eth0 has no link"),
        (lambda graph: graph.add_edge("db1", "db2"), "has a link already"),
        (lambda graph: graph.edges["db1", "sw1"].update(loss=0.01), "has no unit"),
        (lambda graph: graph.nodes["db2"].update(node=pair().hosts[0]), "carries the data of db1"),
    ],
)
def test_graphs_that_are_refused(change: object, words: str) -> None:
    graph = topology.pair()
    change(graph)  # type: ignore[operator]
    with pytest.raises(ScenarioError, match=words):
        from_graph(graph)


def test_reachability() -> None:
    scenario = two_sites()
    assert reachable(scenario, "h2", "h4")
    graph = scenario.graph()
    graph.remove_edge("sw1", "sw2")
    parted = from_graph(graph)
    assert reachable(parted, "h1", "h2")
    assert not reachable(parted, "h2", "h4")
    assert [finding.subject for finding in doctor(parted) if finding.kind == "unreachable"] == ["h2", "h4"]


def test_hosts_do_not_forward() -> None:
    text = """
name: line
duration: 1s
nodes:
  a: {interfaces: {eth0: {address: 10.0.0.1/24}}}
  b: {interfaces: {eth0: {address: 10.0.0.2/24}, eth1: {address: 10.0.1.2/24}}}
  c: {interfaces: {eth0: {address: 10.0.1.3/24}}}
links:
  - {ends: [a, b.eth0]}
  - {ends: [b.eth1, c]}
"""
    scenario = read_scenario_text(text)
    assert reachable(scenario, "a", "b")
    assert not reachable(scenario, "a", "c")


def test_single_points_of_failure_of_the_star() -> None:
    (point,) = single_points_of_failure(pair(clients=2))
    assert (point.kind, point.name) == ("switch", "sw1")
    assert point.clients == ("app1", "app2")
    assert point.groups == ("vrrp 51",)


def test_single_points_of_failure_of_two_sites() -> None:
    found = {point.name: point for point in single_points_of_failure(two_sites())}
    assert list(found) == ["sw1", "sw2", "sw1.p1-sw2.p1"]
    assert found["sw1"].clients == ("h2",)
    assert found["sw2"].clients == ("h4",)
    trunk = found["sw1.p1-sw2.p1"]
    assert trunk.clients == (), "each side keeps an owner"
    assert trunk.groups == ("vrrp 1",), "and that is the trouble: two of them"


def test_doctor_says_what_is_wrong_and_what_helps() -> None:
    found = doctor(pair(priorities=(100, 100)))
    assert [finding.kind for finding in found] == [
        "single-point-of-failure",
        "equal-priorities",
        "unchecked-service",
    ]
    assert all(finding.message and finding.advice for finding in found)
    assert [finding.kind for finding in doctor(pair("heartbeat", probe="database"))] == [
        "single-point-of-failure"
    ]


def test_partitions_behind_one_switch_are_pairs() -> None:
    scenario = pair(clients=2)
    assert cut_edges(scenario, "db1|db2,app1") == ()
    both = separated_pairs(scenario, "db1|db2,app1")
    assert both == {("db1", "db2"), ("db2", "db1"), ("db1", "app1"), ("app1", "db1")}
    assert separated_pairs(scenario, "db1|db2", oneway=True) == {("db1", "db2")}
    assert len(separated_pairs(scenario, "db1|db2|app1")) == 6


def test_partitions_of_switches_are_cuts() -> None:
    scenario = two_sites()
    assert cut_edges(scenario, "sw1|sw2") == ((0, False), (0, True))
    assert cut_edges(scenario, "sw1|sw2", oneway=True) == ((0, True),)
    assert cut_edges(scenario, "sw2|sw1", oneway=True) == ((0, False),)
    assert separated_pairs(scenario, "sw1,h1|sw2") == set()
    assert cut_edges(scenario, "sw1,h1,h2|sw2,h3,h4") == ((0, False), (0, True))
    trunk = scenario.links[0]
    assert {(trunk.a.node, trunk.b.node)} == nx.minimum_edge_cut(scenario.graph(), "sw1", "sw2")


def test_directions_of_links() -> None:
    scenario = pair(clients=1)  # links: 0 db1-sw1, 1 db2-sw1, 2 app1-sw1
    assert directions(scenario, "db2") == ((1, False), (1, True))
    assert directions(scenario, "db2.bond0") == ((1, False), (1, True))
    assert directions(scenario, "db2-sw1") == directions(scenario, "sw1-db2") == ((1, False), (1, True))
    assert directions(scenario, "db2>sw1") == ((1, True),)
    assert directions(scenario, "sw1>db2") == ((1, False),)
    assert len(directions(scenario, "sw1")) == 6
    assert host_ends(scenario, "db1") == ((0, "a"),)
    assert switch_ends(scenario, "db1") == switch_ends(scenario, "sw1.p1") == ((0, "b"),)


def test_directions_where_names_have_hyphens() -> None:
    graph = nx.relabel_nodes(topology.star(2), {"h1": "a-b", "h2": "c", "sw1": "b-sw"})
    scenario = from_graph(graph)
    assert directions(scenario, "a-b-b-sw") == ((0, False), (0, True))
    assert directions(scenario, "a-b") == ((0, False), (0, True))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ("all", 1.0)),
        ("garp", ("garp", 1.0)),
        ("30%", ("all", 0.3)),
        ("advert 0.5%", ("advert", 0.005)),
    ],
)
def test_parse_drop(value: str, expected: tuple[str, float]) -> None:
    assert parse_drop(value) == expected


def shipped(name: str) -> Scenario:
    return read_scenario(scenario_path(name))


def findings(scenario: Scenario) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in doctor(scenario):
        found.setdefault(finding.kind, []).append(finding.subject)
    return found


def test_a_router_is_a_way_and_a_single_point_of_failure() -> None:
    found = findings(shipped("four-hour-router"))
    assert "unreachable" not in found
    assert found["single-point-of-failure"] == ["sw1", "sw2", "r1"]
    (router,) = (p for p in single_points_of_failure(shipped("four-hour-router")) if p.kind == "router")
    assert router.clients == ("far",)
    assert router.groups == ()


def test_two_routers_that_share_a_gateway_are_no_single_point_of_failure() -> None:
    scenario = shipped("default-gateway")
    found = findings(scenario)
    assert "unreachable" not in found
    assert "other-subnet" not in found, "the second VIP is in the subnet of the members' other interface"
    assert found["single-point-of-failure"] == ["sw1", "sw2"]
    points = {point.name: point for point in single_points_of_failure(scenario)}
    assert points["sw1"].groups == ("vrrp 51",), "the adverts go over it, and no router passes them on"
    assert points["sw2"].groups == ()


def test_a_gateway_that_does_not_route_leads_nowhere() -> None:
    scenario = shipped("four-hour-router")
    hosts = [replace(n, forwarding=False) if n.name == "r1" else n for n in scenario.nodes]
    still = replace(scenario, nodes=tuple(hosts))  # type: ignore[type-var]
    assert findings(still)["unreachable"] == ["far", "far"]


def test_an_answer_needs_a_way_back() -> None:
    scenario = shipped("four-hour-router")
    hosts = [replace(n, gateway="") if n.name.startswith("db") else n for n in scenario.nodes]
    one_sided = replace(scenario, nodes=tuple(hosts))  # type: ignore[type-var]
    assert findings(one_sided)["unreachable"] == ["far", "far"]


def test_a_vip_that_no_interface_of_a_member_is_next_to() -> None:
    scenario = shipped("database-pair")
    far = tuple(replace(vip, address=IPv4.parse("10.9.9.9")) for vip in scenario.vips)
    assert findings(replace(scenario, vips=far))["other-subnet"] == ["db1.bond0", "db2.bond0"]
