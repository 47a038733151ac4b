"""How a system keeps its neighbor cache, as data: Linux's sysctls, and plainer systems.

Every sysctl of Linux that matters to IPv4 neighbors is a field with the same name; times are in ns
here and in the sysctl's own unit at `with_sysctls`. The defaults are those measured (BEHAVIOUR 1.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vipsim.errors import ScenarioError
from vipsim.units import MS, SECOND, Time

OCTETS_PER_PACKET = 2090
"""What `unres_qlen` counts for one packet: SKB_TRUESIZE(ETH_FRAME_LEN)."""


@dataclass(frozen=True, slots=True)
class NeighborProfile:
    """How a system keeps its neighbor cache; times in ns."""

    name: str
    rules: str = "rfc826"
    """``linux``: the chart of BEHAVIOUR 1.2; ``rfc826``: a table with one life."""

    # --- rules "rfc826"
    life: Time = 0
    """How long an entry is believed after the last ARP packet that confirmed it; 0: for ever."""
    solicitations: int = 3
    """Requests sent before the neighbor counts as failed."""
    retransmit: Time = SECOND
    """Spacing of requests."""
    queue_limit: int = 3
    """Packets that wait for an answer; the oldest is dropped for a new one."""
    updates_from: str = "any"
    """Which ARP packet changes an entry: ``any`` (RFC 826), or ``gratuitous``: only such, or one for us."""

    # --- rules "linux": net.ipv4.neigh.*
    base_reachable_time: Time = 30 * SECOND
    """Base of the reachable time R, which is drawn from 0.5 to 1.5 times it."""
    delay_first_probe_time: Time = 5 * SECOND
    """Length of DELAY."""
    retrans_time: Time = SECOND
    """Spacing of solicitations."""
    ucast_solicit: int = 3
    """Unicast probes in PROBE."""
    mcast_solicit: int = 3
    """Broadcast requests in INCOMPLETE."""
    mcast_resolicit: int = 0
    """Broadcast requests in PROBE, after the unicast probes."""
    app_solicit: int = 0
    """Tries handed to user space before a broadcast: no frame is sent for them."""
    locktime: Time = SECOND
    """Age that the last change must have before an ARP packet that is not gratuitous changes the MAC."""
    gc_stale_time: Time = 60 * SECOND
    """Idle time after which an entry may be collected."""
    gc_thresh1: int = 128
    """Entries of the host below which nothing is collected."""
    unres_qlen_bytes: int = 212_992
    """Memory for the datagrams that wait for one neighbor (octets)."""

    # --- rules "linux": net.ipv4.conf.*
    arp_accept: int = 0
    """Whether gratuitous ARP and replies create entries: 0 no, 1 yes, 2 from a subnet of the interface."""
    arp_announce: int = 0
    """Sender address of requests: 0 the datagram's, 1 that if in the target's subnet, 2 the primary one."""
    arp_evict_nocarrier: int = 1
    """Whether the loss of carrier removes entries."""
    arp_filter: int = 0
    """Whether only the interface that leads back to the sender answers."""
    arp_ignore: int = 0
    """Who is answered (BEHAVIOUR 1.3)."""
    arp_notify: int = 0
    """Whether link up and a new own MAC are announced."""
    drop_gratuitous_arp: int = 0
    """Whether packets with sender address = target address are dropped."""
    accept_local: int = 0
    """Whether a packet may come from an address of ours."""
    rp_filter: int = 0
    """Check of the way back of a request's sender: 0 none, 1 by this interface, 2 by any."""
    route_localnet: int = 0
    """Whether 127/8 is an address like others."""
    promote_secondaries: int = 0
    """Whether a secondary address takes the place of its primary one when that is removed."""

    def with_sysctls(self, values: Mapping[str, int]) -> NeighborProfile:
        """Return the profile with some sysctls changed; `values` by short name, in the sysctls' units.

        Raises
        ------
        ScenarioError
            If a name is not known or a value cannot be.
        """
        changes: dict[str, int] = {}
        for key, value in values.items():
            known = sysctl_named(key)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ScenarioError(f"sysctl {key}: {value!r} is no value: write a whole number from 0 up")
            changes[known.field] = value * known.unit
        return replace(self, **changes) if changes else self  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Sysctl:
    """What a sysctl sets: the `field`, and how much one of its `unit` is there.

    `joins` says what an interface obeys when its own value and that of ``conf.all`` differ: the larger
    (``max``, which is also "either") or the smaller (``min``, "both"); empty: its own alone.
    """

    field: str
    unit: int = 1
    joins: str = ""


HUNDREDTHS = SECOND // 100
"""Unit of times that the kernel shows in ticks of user space (USER_HZ)."""

SYSCTLS: dict[str, Sysctl] = {
    "base_reachable_time": Sysctl("base_reachable_time", SECOND),
    "base_reachable_time_ms": Sysctl("base_reachable_time", MS),
    "delay_first_probe_time": Sysctl("delay_first_probe_time", SECOND),
    "retrans_time": Sysctl("retrans_time", HUNDREDTHS),
    "retrans_time_ms": Sysctl("retrans_time", MS),
    "ucast_solicit": Sysctl("ucast_solicit"),
    "mcast_solicit": Sysctl("mcast_solicit"),
    "mcast_resolicit": Sysctl("mcast_resolicit"),
    "app_solicit": Sysctl("app_solicit"),
    "locktime": Sysctl("locktime", HUNDREDTHS),
    "gc_stale_time": Sysctl("gc_stale_time", SECOND),
    "gc_thresh1": Sysctl("gc_thresh1"),
    "unres_qlen": Sysctl("unres_qlen_bytes", OCTETS_PER_PACKET),
    "unres_qlen_bytes": Sysctl("unres_qlen_bytes"),
    "arp_accept": Sysctl("arp_accept", joins="max"),
    "arp_announce": Sysctl("arp_announce", joins="max"),
    "arp_evict_nocarrier": Sysctl("arp_evict_nocarrier", joins="min"),
    "arp_filter": Sysctl("arp_filter", joins="max"),
    "arp_ignore": Sysctl("arp_ignore", joins="max"),
    "arp_notify": Sysctl("arp_notify", joins="max"),
    "drop_gratuitous_arp": Sysctl("drop_gratuitous_arp", joins="max"),
    "accept_local": Sysctl("accept_local", joins="max"),
    "rp_filter": Sysctl("rp_filter", joins="max"),
    "route_localnet": Sysctl("route_localnet", joins="max"),
    "promote_secondaries": Sysctl("promote_secondaries", joins="max"),
}
"""Sysctls by the last part of their name."""


def sysctl_named(key: str) -> Sysctl:
    """Return the sysctl called `key` (all of the name or its last part), or refuse with those that exist."""
    try:
        return SYSCTLS[key.rpartition(".")[2] if key.startswith("net.ipv4.") else key]
    except KeyError:
        raise ScenarioError(f"no sysctl is called {key!r}: use one of {', '.join(sorted(SYSCTLS))}") from None


PROFILES: dict[str, NeighborProfile] = {
    profile.name: profile
    for profile in (
        NeighborProfile("rfc826"),
        NeighborProfile("rfc826-60s", life=60 * SECOND),
        NeighborProfile("linux", "linux"),
        NeighborProfile("linux-arp-accept", "linux", arp_accept=1),
        NeighborProfile("linux-drop-garp", "linux", drop_gratuitous_arp=1),
        NeighborProfile("cisco-ios", life=14_400 * SECOND),
    )
}
"""Known profiles by name (BEHAVIOUR 6). `cisco-ios`: the life is documented, the rest assumed."""


def profile_named(name: str) -> NeighborProfile:
    """Return the profile called `name`, or refuse with the names that exist."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(sorted(PROFILES))
        raise ScenarioError(f"no neighbor profile is called {name!r}: use one of {known}") from None
