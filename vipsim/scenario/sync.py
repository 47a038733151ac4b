"""Sync groups of a scenario: which virtual routers of a node go together, and what that means for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vipsim.machines.vrrp.keywords import OWNER
from vipsim.machines.vrrp.sync import SyncSettings
from vipsim.scenario.model import Group, Scenario, SyncGroup, VrrpGroup


def sync_nodes(scenario: Scenario, sync: SyncGroup) -> tuple[str, ...]:
    """Nodes on which `sync` holds its virtual routers together."""
    if sync.nodes:
        return sync.nodes
    every = [_nodes(group) for group in scenario.groups if group.name in sync.groups]
    return tuple(node for node in every[0] if all(node in one for one in every)) if every else ()


def _nodes(group: Group) -> tuple[str, ...]:
    return tuple(member.node for member in group.members) if isinstance(group, VrrpGroup) else ()


def sync_group_of(scenario: Scenario, group: Group, node_name: str) -> SyncGroup | None:
    """The sync group that holds the part of `node_name` in `group`, if there is one."""
    for sync in scenario.sync_groups:
        if group.name in sync.groups and node_name in sync_nodes(scenario, sync):
            return sync
    return None


def sync_settings(scenario: Scenario, group: VrrpGroup, node_name: str) -> SyncSettings | None:
    """Return the part of `node_name` in the sync group of `group`, if there is one."""
    sync = sync_group_of(scenario, group, node_name)
    if sync is None:
        return None
    starts = True
    for one in scenario.groups:
        if isinstance(one, VrrpGroup) and one.name in sync.groups:
            for member in one.members:
                state = (dict(one.keepalived) | dict(member.keepalived)).get("state")
                if member.node == node_name:
                    starts = starts and member.priority == OWNER and state != "BACKUP"
    return SyncSettings(sync.name, tuple(name for name in sync.groups if name != group.name), starts)


def without_weights(written: dict[str, Any]) -> dict[str, Any]:
    """Tracks of a member whose weights do not count (keepalived 2.2.7, measured).

    The loss of an interface is a FAULT then, and a script is not watched.
    """
    return {
        "track_interface": tuple(replace(one, weight=0) for one in written.get("track_interface", ())),
        "track_script": tuple(one for one in written.get("track_script", ()) if not one.weight),
    }
