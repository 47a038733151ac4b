"""The checker's part for sync groups."""

from __future__ import annotations

from vipsim.machines.vrrp.profiles import PROFILES
from vipsim.scenario.check.findings import Findings, Where
from vipsim.scenario.fields import nearest, shown
from vipsim.scenario.model import Scenario, Start, SyncGroup, VrrpGroup
from vipsim.scenario.sync import sync_nodes


def check_sync_groups(findings: Findings) -> None:
    """Whether each names virtual routers of keepalived that go together."""
    scenario = findings.scenario
    if findings.damage.touches("groups"):
        return
    routers = {group.name: group for group in scenario.groups if isinstance(group, VrrpGroup)}
    taken: dict[tuple[str, str], str] = {}
    for sync in scenario.sync_groups:
        where: Where = ("sync_groups", sync.name)
        unknown = [name for name in sync.groups if name not in routers]
        for name in unknown:
            position = sync.groups.index(name)
            hint = nearest(name, routers)
            findings.add((*where, "groups", position), f"there is no virtual router {shown(name)}", hint)
        if len(set(sync.groups)) < 2 and not unknown:
            findings.add((*where, "groups"), "one virtual router alone needs no sync group", "name two")
        if not unknown:
            _check_nodes(findings, sync, where, routers, taken)
            _check_leaders(findings, sync, where, routers)


def _check_nodes(
    findings: Findings,
    sync: SyncGroup,
    where: Where,
    routers: dict[str, VrrpGroup],
    taken: dict[tuple[str, str], str],
) -> None:
    nodes = sync_nodes(findings.scenario, sync)
    if not nodes:
        findings.add((*where, "groups"), "no node is a member of all of them", "give them common members")
    for node in nodes:
        for name in sync.groups:
            own = [member for member in routers[name].members if member.node == node]
            if not own:
                findings.add((*where, "nodes"), f"{node} is no member of {name}", "leave it out")
            elif not getattr(PROFILES.get(routers[name].profile_of(own[0])), "has_keywords", True):
                findings.add(
                    (*where, "groups"), f"{name} is not keepalived's on {node}", "only its are synced"
                )
            other = taken.setdefault((node, name), sync.name)
            if other != sync.name:
                findings.add((*where, "groups"), f"{name} is in the sync group {other} already", "only one")


def _check_leaders(findings: Findings, sync: SyncGroup, where: Where, routers: dict[str, VrrpGroup]) -> None:
    """Settled, one node leads all of them: otherwise it cannot be said who does."""
    if findings.scenario.start is not Start.SETTLED:
        return
    leaders = {_leader(findings.scenario, routers[name]) for name in sync.groups if routers[name].members}
    if len(leaders) > 1:
        who = " and ".join(sorted(leaders))
        findings.add(
            (*where, "groups"),
            f"{who} lead them: who is master of all when the run begins?",
            "give one node the highest priority in each, or write start: cold",
        )


def _leader(scenario: Scenario, group: VrrpGroup) -> str:
    addresses = {(host.name, iface.name): iface.address for host in scenario.hosts for iface in host.ifaces}
    best = max(group.members, key=lambda one: (one.priority, addresses.get((one.node, one.iface), 0)))
    return best.node
