"""A scenario compiled for the simulator: plain tuples, worked out once and used by every run.

Setting up a run from these costs a fraction of a millisecond; checking and resolving a scenario
costs a hundred times that, so studies compile once and run many seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vipsim.machines.neighbor import NeighborProfile, profile_named
from vipsim.scenario.assemble import Maker, daemons, members
from vipsim.scenario.data import to_data
from vipsim.scenario.model import Client, End, Host, Scenario
from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac

NicPlan = tuple[str, Mac, IPv4, int]
"""Name, MAC, address, prefix."""
HostPlan = tuple[str, NeighborProfile, tuple[NicPlan, ...], tuple[tuple[str, int], ...]]
"""Name, neighbor profile, interfaces, services as (name, port)."""
LinkPlan = tuple[End, End, "int | None", Time, Time, float]
"""Ends, rate, delay, jitter, loss."""
ClientPlan = tuple[str, str, IPv4, "int | None", Time, "tuple[Time, Time]", bool]
"""Name, node, target, service port, interval, start window, measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What `vipsim.sim.simulation.Simulation` builds a world from."""

    scenario: Scenario
    data: dict[str, Any]
    """The resolved scenario as plain data: the trace's header carries it."""
    hosts: tuple[HostPlan, ...]
    switches: tuple[tuple[str, Time], ...]
    links: tuple[LinkPlan, ...]
    clients: tuple[ClientPlan, ...]
    daemons: tuple[tuple[str, Maker], ...]
    """Node and a maker of its machines, fresh for each start of the process."""
    names: dict[int, str]
    """Node names by MAC."""


def compile_scenario(scenario: Scenario) -> Plan:
    """Resolve every name of `scenario`; it has been checked when it was made."""
    return Plan(
        scenario=scenario,
        data=to_data(scenario),
        hosts=tuple(_host(host) for host in scenario.hosts),
        switches=tuple((switch.name, switch.ageing_time) for switch in scenario.switches),
        links=tuple((k.a, k.b, k.rate, k.delay, k.jitter, k.loss) for k in scenario.links),
        clients=tuple(_client(scenario, client) for client in scenario.clients),
        daemons=daemons(scenario),
        names={iface.mac: host.name for host in scenario.hosts for iface in host.ifaces},
    )


def _host(host: Host) -> HostPlan:
    nics = tuple((iface.name, iface.mac, iface.address, iface.prefix) for iface in host.ifaces)
    services = tuple((service.name, service.port) for service in host.services)
    return host.name, profile_named(host.neighbor), nics, services


def _client(scenario: Scenario, client: Client) -> ClientPlan:
    targets = {host.name: host.ifaces[0].address for host in scenario.hosts}
    targets |= {vip.name: vip.address for vip in scenario.vips}
    port = None if client.probe == "ping" else _port(scenario, client)
    target = targets[client.target]
    return client.name, client.node, target, port, client.interval, client.start, client.measured


def _port(scenario: Scenario, client: Client) -> int:
    """Port of the service that `client` asks: that of the hosts behind its target, which agree on it."""
    behind = {node for group in scenario.groups if client.target in group.vips for node in members(group)}
    behind.add(client.target)
    ports = {
        service.port
        for host in scenario.hosts
        if host.name in behind
        for service in host.services
        if service.name == client.probe
    }
    return ports.pop()
