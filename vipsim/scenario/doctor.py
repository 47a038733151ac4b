"""What a scenario's network would suffer from, as data: ``vipsim doctor FILE`` prints it."""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.scenario.check.groups import members_of
from vipsim.scenario.graph import Ways, owners_of, single_points_of_failure
from vipsim.scenario.model import CarpGroup, Group, HeartbeatGroup, Host, Scenario, VrrpGroup


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing about a network that is valid all the same."""

    kind: str
    """``single-point-of-failure``, ``unreachable``, ``unchecked-service``, ``no-standby``,
    ``equal-priorities``, ``other-subnet``."""
    subject: str
    """What it is about: a node, link, client or group."""
    message: str
    advice: str


_ADVICE = {
    "switch": "a second way needs a second interface at each host, or a spanning tree",
    "link": "a second way needs a second interface at each host, or a spanning tree",
    "router": "a second router, and a VIP that both share as the gateway of the hosts behind them",
}


def doctor(scenario: Scenario) -> list[Finding]:
    """Return what is weak in a scenario's network and settings, gravest first."""
    found = _unreachable(scenario)
    for point in single_points_of_failure(scenario):
        lost = []
        if point.clients:
            lost.append(f"{_some(point.clients)} cannot reach any owner")
        if point.groups:
            lost.append(f"the members of {_some(point.groups)} lose each other: two owners")
        found.append(
            Finding(
                "single-point-of-failure",
                point.name,
                f"if the {point.kind} {point.name} fails, {' and '.join(lost)}",
                _ADVICE[point.kind],
            )
        )
    for group in scenario.groups:
        found += _of_group(scenario, group)
    return found


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def _unreachable(scenario: Scenario) -> list[Finding]:
    ways, owners = Ways(scenario), owners_of(scenario)
    return [
        Finding(
            "unreachable",
            client.name,
            f"no way leads from {client.node} to {owner}, which may own {client.target}",
            "join their switches, or set a router as the gateway of both",
        )
        for client in scenario.clients
        for owner in owners[client.target]
        if not ways.join(client.node, owner)
    ]


def _of_group(scenario: Scenario, group: Group) -> list[Finding]:
    found = []
    hosts = {host.name: host for host in scenario.hosts}
    members = members_of(group)
    if len(members) < 2:
        found.append(
            Finding("no-standby", group.name, f"{group.name} has one member only", "add a second one")
        )
    if isinstance(group, VrrpGroup):
        priorities = [member.priority for member in group.members]
        if len(set(priorities)) < len(priorities):
            found.append(
                Finding(
                    "equal-priorities",
                    group.name,
                    f"members of {group.name} have the same priority: the higher address decides",
                    "give each its own",
                )
            )
    if isinstance(group, CarpGroup):
        periods = [(member.advbase, member.advskew) for member in group.members]
        if len(set(periods)) < len(periods):
            found.append(
                Finding(
                    "equal-priorities",
                    group.name,
                    f"members of {group.name} have the same advbase and advskew: a tie decides",
                    "give each its own advskew",
                )
            )
    offered = sorted({service.name for member in members for service in hosts[member.node].services})
    checked = isinstance(group, HeartbeatGroup) and group.probe != "host"
    if offered and not checked:
        found.append(
            Finding(
                "unchecked-service",
                group.name,
                f"nothing checks {', '.join(offered)}: if it fails on a live host the address stays there",
                "a heartbeat in pull mode can probe a service",
            )
        )
    return found + _other_subnets(scenario, group, hosts)


def _other_subnets(scenario: Scenario, group: Group, hosts: dict[str, Host]) -> list[Finding]:
    vips = [vip for vip in scenario.vips if vip.name in group.vips]
    return [
        Finding(
            "other-subnet",
            f"{member.node}.{member.iface}",
            f"{vip.name} ({vip.address}) is not in the subnet of {member.node}.{member.iface}",
            "its clients would need a route to it there",
        )
        for member in members_of(group)
        for vip in vips
        if not any(iface.holds(vip.address) for iface in hosts[member.node].ifaces)
    ]
