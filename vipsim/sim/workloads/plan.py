"""Clients and databases of a scenario, resolved: names became addresses, ports and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.machines.postgresql.words import DatabaseSettings, Role
from vipsim.scenario.assemble import members
from vipsim.scenario.model import Client, Host, Scenario, Service
from vipsim.wire.addresses import IPv4


@dataclass(frozen=True, slots=True)
class ClientPlan:
    """A workload, ready to be made."""

    client: Client
    dst: IPv4
    port: int
    """Of the service that is asked; 0: ping."""
    servers: tuple[str, ...] = ()
    """Hosts of the database that is asked, by its servers' numbers from 1."""


@dataclass(frozen=True, slots=True)
class DatabasePlan:
    """One server of a replicated pair, ready to be made."""

    settings: DatabaseSettings
    own: IPv4
    """Address from which it reaches its peer."""
    peer: IPv4
    port: int
    group: str
    """Name of the failover group whose notify it obeys."""


def plan_client(scenario: Scenario, client: Client) -> ClientPlan:
    """Resolve a client."""
    targets = {host.name: host.ifaces[0].address for host in scenario.hosts}
    targets |= {vip.name: vip.address for vip in scenario.vips}
    if client.probe == "ping":
        return ClientPlan(client, targets[client.target], 0)
    behind = _behind(scenario, client.target)
    offered = [service for host in behind for service in host.services if service.name == client.probe]
    servers: tuple[str, ...] = ()
    if client.over == "database":
        first = next(host for host in behind for s in host.services if s.name == client.probe and s.database)
        servers = tuple(host.name for host in pair_of(scenario, first, client.probe))
    return ClientPlan(client, targets[client.target], offered[0].port, servers)


def _behind(scenario: Scenario, target: str) -> list[Host]:
    """Hosts that a client of `target` may reach; what they offer under one name is on one port."""
    names = {node for group in scenario.groups if target in group.vips for node in members(group)}
    return [host for host in scenario.hosts if host.name == target or host.name in names]


def plan_database(scenario: Scenario, host: Host, service: Service) -> DatabasePlan | None:
    """Resolve a database; None if the service is none."""
    database = service.database
    if database is None:
        return None
    pair = pair_of(scenario, host, service.name)
    other = next(one for one in pair if one is not host)
    own, peer = _addresses(host, other)
    group = next(g for g in scenario.groups if {host.name, other.name} <= set(members(g)))
    settings = DatabaseSettings(
        name=service.name,
        number=pair.index(host) + 1,
        role=Role(database.role.upper()),
        synchronous=database.synchronous,
        replication_lag=database.replication_lag,
        promotion_time=database.promotion_time,
        demotes=database.demotes,
    )
    return DatabasePlan(settings, own, peer, service.port, group.name)


def pair_of(scenario: Scenario, host: Host, service: str) -> list[Host]:
    """Both hosts of a replicated database, in the scenario's order."""
    near = {node for group in scenario.groups if host.name in members(group) for node in members(group)}
    return [
        one
        for one in scenario.hosts
        if one.name in near and any(s.name == service and s.database is not None for s in one.services)
    ]


def _addresses(host: Host, other: Host) -> tuple[IPv4, IPv4]:
    """Addresses by which the two reach each other: on a link that they share, if there is one."""
    for own in host.ifaces:
        for peer in other.ifaces:
            if own.holds(peer.address):
                return own.address, peer.address
    return host.ifaces[0].address, other.ifaces[0].address
