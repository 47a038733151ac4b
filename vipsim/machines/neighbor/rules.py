"""The rules of Linux's neighbor entry, one function each (BEHAVIOUR 1.2, 1.3; net/core/neighbour.c).

Comparisons at the very instant of a deadline count as "over": the kernel's timer is always a little
late (BEHAVIOUR 1.1), so it never looks at that instant.
"""

from __future__ import annotations

from vipsim.machines.neighbor.entry import FIXED, VALID, Entry, NeighborState
from vipsim.machines.neighbor.profile import NeighborProfile
from vipsim.units import MS, Time

RUNNING = frozenset({NeighborState.REACHABLE, NeighborState.DELAY, NeighborState.PROBE})
"""States with a MAC that end by themselves (of NUD_IN_TIMER)."""
SHORTEST = 10 * MS
"""No timer of an entry is shorter (HZ/100 ticks), but the first one of DELAY."""


def is_still_reachable(entry: Entry, reachable_time: Time, now: Time) -> bool:
    """Whether the last proof is younger than R."""
    return now < entry.confirmed + reachable_time


def was_used_lately(entry: Entry, profile: NeighborProfile, now: Time) -> bool:
    """Whether a sender took the slow path a short while ago."""
    return now < entry.used + profile.delay_first_probe_time


def was_confirmed_lately(entry: Entry, profile: NeighborProfile, now: Time) -> bool:
    """Whether proof came during DELAY."""
    return now < entry.confirmed + profile.delay_first_probe_time


def last_use(entry: Entry) -> Time:
    """What `used` becomes when a packet starts a timer: an answered probe counts as use (neigh_add_timer)."""
    return max(entry.used, entry.confirmed) if entry.state in RUNNING else entry.used


def long_ago(profile: NeighborProfile, now: Time) -> Time:
    """What `confirmed` becomes when a MAC is new and unproved: the next DELAY must really probe."""
    return now - 2 * profile.base_reachable_time


def can_solicit(profile: NeighborProfile) -> bool:
    """Whether an unknown neighbor can be asked for at all."""
    return profile.mcast_solicit + profile.app_solicit > 0


def first_probe(profile: NeighborProfile) -> int:
    """The count at which INCOMPLETE begins: there is no MAC that a unicast probe could go to."""
    return profile.ucast_solicit


def most_probes(state: NeighborState, profile: NeighborProfile) -> int:
    """The count at which the neighbor has failed."""
    broadcasts = profile.mcast_resolicit if state is NeighborState.PROBE else profile.mcast_solicit
    return profile.ucast_solicit + profile.app_solicit + broadcasts


def form_of_probe(probes: int, profile: NeighborProfile) -> str:
    """How solicitation number `probes` goes out: ``unicast``, ``app`` (no frame), ``broadcast``."""
    if probes < profile.ucast_solicit:
        return "unicast"
    return "app" if probes < profile.ucast_solicit + profile.app_solicit else "broadcast"


def spacing(profile: NeighborProfile) -> Time:
    """Time between solicitations (ns)."""
    return max(profile.retrans_time, SHORTEST)


def is_locked(entry: Entry, profile: NeighborProfile, now: Time) -> bool:
    """Whether the last change is too young for another MAC: of several answers the first one wins."""
    return now <= entry.updated + profile.locktime


def is_fixed(entry: Entry) -> bool:
    """Whether packets leave the entry alone."""
    return entry.state in FIXED


def has_mac(entry: Entry) -> bool:
    """Whether senders have a MAC to use, right or wrong."""
    return entry.state in VALID


def keeps_state(state: NeighborState, has_same_mac: bool) -> bool:
    """Whether a packet says nothing new: the MAC is known, and no proof of reachability comes with it."""
    return has_same_mac and state is NeighborState.STALE


def may_replace(has_same_mac: bool, has_mac: bool, override: bool) -> bool:
    """Whether the MAC may become another one."""
    return has_same_mac or not has_mac or override


def survives_carrier_loss(entry: Entry, profile: NeighborProfile) -> bool:
    """Whether an entry stays when the carrier goes."""
    return entry.state is NeighborState.PERMANENT or not profile.arp_evict_nocarrier


def may_be_collected(entry: Entry, profile: NeighborProfile, now: Time) -> bool:
    """Whether the collector takes the entry (source: neigh_periodic_work)."""
    if entry.state is NeighborState.FAILED:
        return True
    idle = now - max(entry.used, min(entry.confirmed, now))
    return entry.state in (NeighborState.STALE, NeighborState.NOARP) and idle >= profile.gc_stale_time
