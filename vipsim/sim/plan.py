"""A scenario compiled for the simulator: plain tuples, worked out once and used by every run.

Setting up a run from these costs a fraction of a millisecond; checking and resolving a scenario
costs a hundred times that, so studies compile once and run many seeds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vipsim.machines.carp.advert import rank
from vipsim.machines.neighbor import NeighborProfile, profile_named
from vipsim.machines.vrrp.rules import VrrpSettings
from vipsim.scenario.assemble import Maker, Standing, carp_settings, daemons, standing, vrrp_settings
from vipsim.scenario.check.options import gateway_address
from vipsim.scenario.data import to_data
from vipsim.scenario.model import CarpGroup, End, Group, Host, Scenario, Switch, VrrpGroup
from vipsim.scenario.model.lateness import LATENESS, Lateness
from vipsim.scenario.reload import reloaded
from vipsim.sim.workloads.plan import ClientPlan, DatabasePlan, plan_client, plan_database
from vipsim.trace.facts import Facts
from vipsim.trace.facts_reading import read_facts
from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac

NicPlan = tuple[str, Mac, IPv4, int]
"""Name, MAC, address, prefix."""
LinkPlan = tuple[End, End, "int | None", Time, Time, float]
"""Ends, rate, delay, jitter, loss."""
ServicePlan = tuple[str, int, "DatabasePlan | None"]
"""Name, port, what makes it a database."""


@dataclass(frozen=True, slots=True)
class HostPlan:
    """A host."""

    name: str
    profile: NeighborProfile
    nics: tuple[NicPlan, ...]
    services: tuple[ServicePlan, ...]
    hz: int
    forwarding: bool
    gateway: IPv4 | None
    conntrack: str
    lateness: Lateness | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What `vipsim.sim.simulation.Simulation` builds a world from."""

    scenario: Scenario
    data: dict[str, Any]
    """The resolved scenario as plain data: the trace's header carries it."""
    facts: Facts
    """What the reducers of a run read from that."""
    hosts: tuple[HostPlan, ...]
    switches: tuple[Switch, ...]
    links: tuple[LinkPlan, ...]
    clients: tuple[ClientPlan, ...]
    daemons: tuple[tuple[str, Maker], ...]
    """Node and a maker of its machines, fresh for each start of the process."""
    standing: tuple[Standing, ...]
    """Addresses that are in a kernel from the start."""
    names: dict[int, str]
    """Node names by MAC."""
    started: dict[str, Time]
    """When daemons are launched that do not boot at time zero (``start: cold``), in ns."""
    leaders: tuple[tuple[str, Time], ...]
    """Of each group the node in charge when all is well, and the period in force (ns) of its messages."""
    known: dict[tuple[str, tuple[str, ...]], dict[str, VrrpSettings]] = field(default_factory=dict)
    """Settings after reloads, worked out once for many runs."""

    def reloaded(self, node: str, values: tuple[str, ...]) -> dict[str, VrrpSettings]:
        """Return what each virtual router of `node` runs with after reloads with these values."""
        if (node, values) not in self.known:
            self.known[node, values] = reloaded(self.scenario, node, values)
        return self.known[node, values]


def compile_scenario(scenario: Scenario) -> Plan:
    """Resolve every name of `scenario`; it has been checked when it was made."""
    data = to_data(scenario)
    return Plan(
        scenario=scenario,
        data=data,
        facts=read_facts({"scenario": data}),
        hosts=tuple(_host(scenario, host) for host in scenario.hosts),
        switches=scenario.switches,
        links=tuple((k.a, k.b, k.rate, k.delay, k.jitter, k.loss) for k in scenario.links),
        clients=tuple(plan_client(scenario, client) for client in scenario.clients),
        daemons=daemons(scenario),
        standing=standing(scenario),
        names={iface.mac: host.name for host in scenario.hosts for iface in host.ifaces},
        started=_started(scenario),
        leaders=tuple(_leader(scenario, group) for group in scenario.groups),
    )


def _started(scenario: Scenario) -> dict[str, Time]:
    """A daemon runs all groups of its host, so the latest word counts."""
    found: dict[str, Time] = {}
    for group in scenario.groups:
        for member in group.members if isinstance(group, CarpGroup) else ():
            found[member.node] = max(found.get(member.node, 0), member.started or 0)
    return found


def _leader(scenario: Scenario, group: Group) -> tuple[str, Time]:
    if isinstance(group, CarpGroup):
        hosts = {member.node: carp_settings(scenario, group, member.node) for member in group.members}
        fastest = min(hosts, key=lambda node: rank(hosts[node]))
        return fastest, hosts[fastest].period
    if not isinstance(group, VrrpGroup):
        return group.primary.node, group.interval
    routers = {member.node: vrrp_settings(scenario, group, member.node) for member in group.members}
    best = max(routers, key=lambda node: (routers[node].priority, routers[node].address))
    return best, routers[best].interval


def _host(scenario: Scenario, host: Host) -> HostPlan:
    nics = tuple((iface.name, iface.mac, iface.address, iface.prefix) for iface in host.ifaces)
    services = tuple(
        (service.name, service.port, plan_database(scenario, host, service)) for service in host.services
    )
    profile = profile_named(host.neighbor).with_sysctls(dict(host.sysctls))
    gateway = gateway_address(scenario, host)
    return HostPlan(
        host.name,
        profile,
        nics,
        services,
        host.hz,
        host.forwarding,
        gateway,
        host.conntrack,
        LATENESS[host.lateness],
    )
