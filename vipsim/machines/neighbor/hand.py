"""Entries that somebody sets or deletes by hand (netlink): no rule of packets holds then.

Source: neigh_add and neigh_delete of net/core/neighbour.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.neighbor.entry import CONNECTED, VALID, Entry, NeighborState
from vipsim.machines.neighbor.linux import enter, find_or_create, unreachable
from vipsim.machines.vocabulary import Action, EntrySet
from vipsim.units import Time

if TYPE_CHECKING:
    from vipsim.machines.neighbor.cache import NeighborCache

S = NeighborState


def set_by_hand(cache: NeighborCache, event: EntrySet, now: Time) -> list[Action]:
    """Set an entry as netlink does: no rule of packets holds (NEIGH_UPDATE_F_ADMIN)."""
    new = event.state
    assert isinstance(new, NeighborState)
    entry, actions = find_or_create(cache, event.ip, now)
    if new not in VALID:
        return actions + _unset_by_hand(cache, entry, new, now)
    lladdr = event.lladdr if event.lladdr is not None else entry.lladdr
    if lladdr is None:  # nothing to send to: refused
        return actions if entry.state is not S.NONE else [*actions, *cache.drop(entry, "refused")]
    if new in CONNECTED:
        entry.confirmed = now
    if new is entry.state and lladdr == entry.lladdr:
        return actions
    return actions + enter(cache, entry, lladdr, new, now, "set by hand", by_hand=True)


def _unset_by_hand(cache: NeighborCache, entry: Entry, new: NeighborState, now: Time) -> list[Action]:
    actions = cache.disarm(entry)
    asked = entry.state in (S.INCOMPLETE, S.PROBE)
    if new is S.NONE:
        return actions + cache.drop(entry, "set by hand")
    if new is not entry.state:
        actions.append(cache.become(entry, new, None, now, "set by hand", by_hand=True))
    return actions + (unreachable(cache, entry, "failed by hand") if asked and new is S.FAILED else [])


def delete(cache: NeighborCache, entry: Entry) -> list[Action]:
    """Delete an entry by hand; whoever waits is told."""
    told = unreachable(cache, entry, "deleted")
    return [*cache.drop(entry, "deleted"), *told]
