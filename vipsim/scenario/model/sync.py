"""Sync groups, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncGroup:
    """Virtual routers that are masters together or not at all (keepalived's ``vrrp_sync_group``)."""

    name: str
    groups: tuple[str, ...]
    """Names of VRRP groups."""
    nodes: tuple[str, ...] = ()
    """Nodes whose daemon has this group; empty: every node that is a member of all of them."""
    sync_group_tracking_weight: bool = False
    """Weights of what a member tracks count; otherwise they do not."""
