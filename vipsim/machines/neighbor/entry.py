"""One neighbor: its state, and what the frame path reads and stamps in place.

==========  ======================  ======================  ====================================
state       `target`                `relay`                 the frame path
==========  ======================  ======================  ====================================
REACHABLE,  the MAC                 None                    sends there and touches nothing
PERMANENT,
NOARP
DELAY,      None                    the MAC                 sends there, stamps `used`
PROBE
others      None                    None                    asks the machine (`Outgoing`)
==========  ======================  ======================  ====================================

A transport that has proof that the neighbor is alive stamps `confirmed`; nothing else happens then: it
is looked at when a timer fires (BEHAVIOUR 1.2).
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from vipsim.machines.vocabulary import Outgoing
from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac


class NeighborState(Enum):
    """What is known about a neighbor (Linux's names); NONE is the absence of an entry."""

    NONE = "NONE"
    INCOMPLETE = "INCOMPLETE"
    REACHABLE = "REACHABLE"
    STALE = "STALE"
    DELAY = "DELAY"
    PROBE = "PROBE"
    FAILED = "FAILED"
    PERMANENT = "PERMANENT"
    NOARP = "NOARP"


CONNECTED = frozenset({NeighborState.REACHABLE, NeighborState.PERMANENT, NeighborState.NOARP})
"""States in which a sender needs no look at the entry (NUD_CONNECTED)."""
RELAYED = frozenset({NeighborState.DELAY, NeighborState.PROBE})
"""States in which a sender uses the MAC but leaves a mark of it."""
VALID = CONNECTED | RELAYED | {NeighborState.STALE}
"""States that have a MAC which senders use (NUD_VALID)."""
FIXED = frozenset({NeighborState.PERMANENT, NeighborState.NOARP})
"""States that no packet changes."""


class Entry:
    """One neighbor. Read by the frame path, changed only by its `NeighborCache`; times in ns."""

    __slots__ = (
        "confirmed", "due", "ip", "lladdr", "probes", "queue", "queue_bytes",
        "relay", "state", "target", "timer", "updated", "used",
    )  # fmt: skip

    def __init__(self, ip: IPv4, now: Time = 0, confirmed: Time = 0) -> None:
        self.ip = ip
        self.state = NeighborState.NONE
        self.lladdr: Mac | None = None
        self.target: Mac | None = None
        """Where frames go, with nothing to be done about it."""
        self.relay: Mac | None = None
        """Where frames go while their sender stamps `used`."""
        self.confirmed: Time = confirmed
        """Last proof of reachability."""
        self.used: Time = now
        """Last time that a sender took the slow path."""
        self.updated: Time = now
        """Last change of state or MAC."""
        self.probes = 0
        """Solicitations sent in this round; INCOMPLETE begins where the unicast ones would be over."""
        self.queue: deque[Outgoing] = deque()
        """Datagrams that wait for the MAC."""
        self.queue_bytes = 0
        """Memory that `queue` holds (see `vipsim.machines.neighbor.queue`)."""
        self.timer = ""
        """What is waited for: empty if nothing."""
        self.due: Time = 0
        """When `timer` is due."""
