"""vrrp_sync_group of some files as sync groups of a scenario, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vipsim.scenario.keepalived.config import KeepalivedConfig, Setting, given
from vipsim.scenario.keepalived.config import SyncGroup as SyncBlock
from vipsim.scenario.keepalived.groups import Cluster
from vipsim.scenario.keepalived.names import Names, plain_name
from vipsim.scenario.model import Scenario, SyncGroup, VrrpGroup
from vipsim.scenario.sync import sync_nodes


def sync_groups(
    configs: Mapping[str, KeepalivedConfig], clusters: Sequence[Cluster], groups: Sequence[VrrpGroup]
) -> tuple[SyncGroup, ...]:
    """Return the sync groups of all files; one that has a single simulated member holds nothing together.

    Which weights count is worked out by the reader already, so here all of them do.
    """
    names = {
        (part.node, part.instance): group.name
        for cluster, group in zip(clusters, groups, strict=True)
        for part in cluster
    }
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for node, config in configs.items():
        for block in config.groups:
            held = tuple(names[node, one] for one in block.members if (node, one) in names)
            if len(held) > 1:
                found.setdefault((block.name, held), []).append(node)
    taken = Names()
    return tuple(
        SyncGroup(taken.new(plain_name(name)), held, tuple(nodes), sync_group_tracking_weight=True)
        for (name, held), nodes in found.items()
    )


def leaders_differ(sync: SyncGroup, groups: Sequence[VrrpGroup]) -> bool:
    """Whether not one node has the highest priority in all that a sync group holds together."""
    ranks = [
        {member.node: member.priority for member in group.members}
        for group in groups
        if group.name in sync.groups
    ]
    best = [{node for node, priority in one.items() if priority == max(one.values())} for one in ranks]
    return len(best) > 0 and (not set.intersection(*best) or any(len(one) > 1 for one in best))


def blocks_of(scenario: Scenario, node: str, names: Mapping[str, str]) -> tuple[SyncBlock, ...]:
    """The vrrp_sync_group blocks of a node; `names`: what its instances are called, by group."""
    return tuple(
        SyncBlock(
            sync.name,
            members=tuple(names[group] for group in sync.groups),
            sync_group_tracking_weight=given(True) if sync.sync_group_tracking_weight else Setting(False),
        )
        for sync in scenario.sync_groups
        if node in sync_nodes(scenario, sync)
    )
