"""The neighbor cache: its table and entries, Linux's chart and plainer rules, profiles as data."""

from __future__ import annotations

from vipsim.machines.neighbor.cache import (
    CHART,
    PROFILES,
    Entry,
    NeighborCache,
    NeighborProfile,
    NeighborState,
    profile_named,
)

__all__ = [
    "CHART",
    "Entry",
    "NeighborCache",
    "NeighborProfile",
    "NeighborState",
    "PROFILES",
    "profile_named",
]
