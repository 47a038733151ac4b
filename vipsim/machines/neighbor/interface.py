"""What happens to a Linux interface as a whole, and what that does to its neighbors (BEHAVIOUR 1.2, 1.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.neighbor import rules as neighbor_rules
from vipsim.machines.vocabulary import Action, Send
from vipsim.wire.addresses import BROADCAST, NO_MAC
from vipsim.wire.frames import Arp, ArpOp, framed

if TYPE_CHECKING:
    from vipsim.machines.neighbor.cache import NeighborCache


def carrier_lost(cache: NeighborCache) -> list[Action]:
    """Forget what the loss of the carrier makes doubtful (neigh_carrier_down); nobody is told."""
    gone = [
        entry
        for entry in cache.entries.values()
        if not neighbor_rules.survives_carrier_loss(entry, cache.profile)
    ]
    return [action for entry in gone for action in cache.drop(entry, "link down")]


def announcements(cache: NeighborCache) -> list[Action]:
    """What arp_notify announces when the interface comes up or its MAC changes: each of its addresses."""
    if not cache.up or not cache.profile.arp_notify:
        return []
    return [
        Send(framed(BROADCAST, cache.mac, Arp(ArpOp.REQUEST, cache.mac, ip, NO_MAC, ip)), cache.iface)
        for ip in cache.book.own(cache.iface)
    ]
