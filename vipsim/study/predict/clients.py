"""The clients of a prediction that starts from configuration files, which name none.

For each virtual router its first address is asked in four ways, since they feel one and the same failover
differently: by ping, by a UDP service, over one TCP connection, and with new TCP connections.
"""

from __future__ import annotations

from dataclasses import replace

from vipsim.scenario.check import checked
from vipsim.scenario.model import Client, Host, Scenario, Service, VrrpGroup
from vipsim.study.predict.faults import members_of
from vipsim.units import MS, Time

SERVICE = "echo"
PORT = 7
"""RFC 862: a service that every node is taken to offer."""
LATENESS = "idle"
"""How late the nodes' processes are taken to be: as on the host of the recordings while it was idle."""
WAYS: dict[str, tuple[str, str, Time]] = {
    "ping": ("ping", "udp", 20 * MS),
    "udp": (SERVICE, "udp", 20 * MS),
    "tcp": (SERVICE, "tcp", 250 * MS),
    "connect": (SERVICE, "connect", 250 * MS),
}
"""Kind of client: what it asks, how, and how often (ns)."""
MEANING = {
    "ping": "a ping",
    "udp": "a request to a UDP service",
    "oneway": "a datagram to a service",
    "tcp": "an established TCP connection",
    "connect": "a new TCP connection",
    "dns": "a look-up",
    "database": "a write to the database",
}
"""What a client of each kind sends, for sentences."""
ESTABLISHED = frozenset({"tcp", "database"})
"""Kinds of clients that keep a connection, and lose something when it breaks."""
MOST_GROUPS = 8
"""Virtual routers whose addresses are asked; more would only slow it down."""


def kind_of(client: Client) -> str:
    """The kind of a client: ``ping``, or how it asks its service."""
    return "ping" if client.probe == "ping" else client.over


def with_usual_clients(scenario: Scenario) -> Scenario:
    """Return the scenario with a service on every node of a group, asked in each of the four ways.

    The nodes' processes are as late as those of an idle machine.

    The hosts of the clients that are there stay, and ask instead of what they asked before.
    """
    groups = [group for group in scenario.groups if isinstance(group, VrrpGroup)][:MOST_GROUPS]
    asking = {client.target: client.node for client in scenario.clients}
    nodes = set(members_of(scenario))
    clients: list[Client] = []
    # Two groups may move one address, by mistake: it is asked once.
    first = (next((vip for vip in group.vips if vip in asking), None) for group in groups)
    targets = [vip for vip in dict.fromkeys(first) if vip is not None]
    for target in targets:
        for kind, (probe, over, interval) in WAYS.items():
            name = kind if len(targets) == 1 else f"{kind}-{target}"
            lazy = over == "udp"
            clients.append(Client(name, asking[target], target, probe, interval, over=over, lazy=lazy))
    hosts = tuple(
        replace(node, services=(*node.services, Service(SERVICE, PORT)), lateness=LATENESS)
        if isinstance(node, Host) and node.name in nodes
        else node
        for node in scenario.nodes
    )
    return checked(replace(scenario, nodes=hosts, clients=tuple(clients)))
