"""The collector of a Linux neighbor table: it forgets idle entries, when there are many (BEHAVIOUR 1.1).

It comes every half base_reachable_time (source: neigh_periodic_work) but does nothing while there are
fewer than gc_thresh1 entries; here it rests then. The kernel counts one table for all its interfaces, this
cache its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.neighbor import rules as neighbor_rules
from vipsim.machines.vocabulary import Action, SetTimer
from vipsim.units import Time

if TYPE_CHECKING:
    from vipsim.machines.neighbor.cache import NeighborCache

TABLE = "table"
"""What stands in the timer's name where others have a neighbor."""


def begin(cache: NeighborCache, now: Time) -> list[Action]:
    """Wake the collector if the table has become large."""
    if cache.sweep or len(cache.entries) < cache.profile.gc_thresh1:
        return []
    cache.sweep = now + max(cache.profile.base_reachable_time // 2, neighbor_rules.SHORTEST)
    return [SetTimer((f"{cache.iface} {TABLE}", "collect"), cache.sweep)]


def collect(cache: NeighborCache, now: Time) -> list[Action]:
    """Forget what is idle; come again if the table is still large."""
    if not cache.sweep or now < cache.sweep:
        return []
    cache.sweep = 0
    actions: list[Action] = []
    if len(cache.entries) >= cache.profile.gc_thresh1:
        for entry in list(cache.entries.values()):
            if neighbor_rules.may_be_collected(entry, cache.profile, now):
                actions += cache.drop(entry, "collected")
    return [*actions, *begin(cache, now)]
