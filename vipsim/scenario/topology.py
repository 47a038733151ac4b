"""Topologies as networkx graphs: functions that return an ``nx.Graph``, to look at, change and run.

Node attributes are the keys of a node in a scenario file (``kind``, ``interfaces``, ``services``,
``neighbor``, ``ageing_time``), or short: ``address``, ``mac`` and ``iface`` for a host with one
interface. Edge attributes are the keys of a link (``rate``, ``delay``, ``jitter``, ``loss``).
`vipsim.scenario.graph.from_graph` makes a scenario of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

from vipsim.scenario.builders import IFACE, SERVERS, SERVICE, client_address
from vipsim.scenario.fields import Refusal

if TYPE_CHECKING:
    Graph = nx.Graph[Any]


def pair(clients: int = 1) -> Graph:
    """Return the document's network: two servers and `clients` hosts on one switch.

    ::

        db1 ---+       +--- app1
               +- sw1 -+--- app2
        db2 ---+       +--- ...

    Parameters
    ----------
    clients : int
        Number of hosts app1, app2, ...

    Examples
    --------
    >>> graph = pair(clients=3)
    >>> sorted(graph.neighbors("sw1"))
    ['app1', 'app2', 'app3', 'db1', 'db2']
    >>> graph.nodes["db1"]["address"]
    '192.168.1.217/24'
    """
    if not 0 <= clients <= 100:
        raise Refusal(f"{clients} clients", "allowed: 0 to 100")
    graph: Graph = nx.Graph(name="database-pair")
    for name, address, mac in SERVERS:
        services = {SERVICE.name: SERVICE.port}
        graph.add_node(name, address=f"{address}/24", mac=str(mac), iface=IFACE, services=services)
    for number in range(1, clients + 1):
        graph.add_node(f"app{number}", address=f"{client_address(number)}/24", iface=IFACE)
    graph.add_node("sw1", kind="switch")
    for node in list(graph):
        if node != "sw1":
            graph.add_edge(node, "sw1")
    return graph


def star(hosts: int = 3) -> Graph:
    """Return `hosts` hosts h1, h2, ... on one switch sw1.

    ::

        h1 ---+- sw1 -+--- h2
                      +--- h3 ...

    Examples
    --------
    >>> star(2).number_of_edges()
    2
    """
    if not 1 <= hosts <= 250:
        raise Refusal(f"{hosts} hosts", "allowed: 1 to 250")
    graph: Graph = nx.Graph(name="star")
    graph.add_node("sw1", kind="switch")
    for number in range(1, hosts + 1):
        graph.add_node(f"h{number}", address=f"10.0.0.{number}/24")
        graph.add_edge(f"h{number}", "sw1")
    return graph


def two_switches(left: int = 2, right: int = 2) -> Graph:
    """Return hosts on two switches that one trunk joins: the trunk is a bridge of the graph.

    ::

        h1 ---+- sw1 ===== sw2 -+--- h3
        h2 ---+                 +--- h4

    Examples
    --------
    >>> ("sw1", "sw2") in list(nx.bridges(two_switches()))
    True
    """
    if not (1 <= left <= 125 and 1 <= right <= 125):
        raise Refusal(f"{left} and {right} hosts", "allowed: 1 to 125 at each switch")
    graph: Graph = nx.Graph(name="two-switches")
    graph.add_node("sw1", kind="switch")
    graph.add_node("sw2", kind="switch")
    graph.add_edge("sw1", "sw2")
    for number in range(1, left + right + 1):
        graph.add_node(f"h{number}", address=f"10.0.0.{number}/24")
        graph.add_edge(f"h{number}", "sw1" if number <= left else "sw2")
    return graph
