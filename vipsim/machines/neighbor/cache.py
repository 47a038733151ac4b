"""The neighbor cache of one interface: which MAC an on-link IPv4 address has, and who is told ours.

The frame path reads entries in place and stamps them (`vipsim.machines.neighbor.entry`); everything
else is an event. How a system keeps its cache is data (`neighbor_profile`); the two families of rules are
Linux's (`neighbor_linux`) and RFC 826's (`neighbor_plain`). This file has what they share: the table, the
verbs that change it, and what happens to the interface.

A cache asks its `AddressBook` what is local. Alone it has a book of its own; the caches of a host share
the host's (`vipsim.machines.host.stack.HostStack`).
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Protocol

from vipsim.machines.contract import changed
from vipsim.machines.host.book import AddressBook, Local
from vipsim.machines.neighbor import collector as neighbor_collector
from vipsim.machines.neighbor import hand as neighbor_hand
from vipsim.machines.neighbor import interface as neighbor_interface
from vipsim.machines.neighbor import linux as neighbor_linux
from vipsim.machines.neighbor import plain as neighbor_plain
from vipsim.machines.neighbor.entry import RELAYED, VALID, Entry, NeighborState
from vipsim.machines.neighbor.profile import PROFILES, NeighborProfile, profile_named, sysctl_named
from vipsim.machines.vocabulary import (
    Action,
    AddressAdded,
    AddressRemoved,
    AdminChanged,
    CancelTimer,
    Changed,
    Confirmed,
    Drawn,
    EntriesFlushed,
    EntrySet,
    Event,
    LinkChanged,
    MacChanged,
    Outgoing,
    Received,
    Send,
    SetTimer,
    SysctlSet,
    TimerFired,
)
from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Frame, framed

__all__ = ["PROFILES", "Entry", "NeighborCache", "NeighborProfile", "NeighborState", "profile_named"]

S = NeighborState
CHART: frozenset[tuple[Enum, Enum]] = frozenset(
    {
        (S.NONE, S.INCOMPLETE),  # a datagram
        (S.NONE, S.FAILED),  # a datagram, and no way to ask
        (S.NONE, S.STALE),  # asked by it; arp_accept
        (S.NONE, S.REACHABLE),  # a reply with arp_accept; RFC 826
        (S.NONE, S.NOARP),  # a group address
        (S.INCOMPLETE, S.REACHABLE),
        (S.INCOMPLETE, S.STALE),
        (S.INCOMPLETE, S.FAILED),
        (S.REACHABLE, S.REACHABLE),  # another MAC
        (S.REACHABLE, S.STALE),
        (S.REACHABLE, S.DELAY),
        (S.STALE, S.STALE),  # another MAC
        (S.STALE, S.REACHABLE),
        (S.STALE, S.DELAY),
        (S.DELAY, S.REACHABLE),
        (S.DELAY, S.STALE),
        (S.DELAY, S.PROBE),
        (S.PROBE, S.REACHABLE),
        (S.PROBE, S.STALE),
        (S.PROBE, S.FAILED),
        (S.FAILED, S.INCOMPLETE),
        (S.FAILED, S.STALE),
        (S.FAILED, S.REACHABLE),
        *((state, S.NONE) for state in S if state is not S.NONE),  # removed
    }
)
"""Every move that packets, datagrams and timers make."""
BY_HAND: frozenset[tuple[Enum, Enum]] = frozenset((old, new) for old in S for new in S)
"""Moves that somebody may order: any."""


class Rules(Protocol):
    """A family of rules: a step for each event that is not the same in both."""

    def outgoing(self, cache: NeighborCache, event: Outgoing, now: Time) -> list[Action]:
        """Send a datagram to a neighbor."""

    def received(self, cache: NeighborCache, frame: Frame, now: Time) -> list[Action]:
        """Take an ARP packet."""

    def fired(self, cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
        """Go on when the entry's timer is due."""


RULES: dict[str, Rules] = {"linux": neighbor_linux, "rfc826": neighbor_plain}


class NeighborCache:
    """The cache of interface `iface` with address `mac`; a `Machine` with one state per neighbor."""

    __slots__ = (
        "addresses", "book", "creates", "entries", "iface", "mac", "profile",
        "reachable_time", "refreshes", "rules", "sweep", "unresolved", "up",
    )  # fmt: skip

    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = BY_HAND
    chart: ClassVar[frozenset[tuple[Enum, Enum]]] = CHART
    """The moves without those of a person."""

    def __init__(
        self,
        iface: str,
        mac: Mac,
        profile: NeighborProfile,
        book: AddressBook | None = None,
        reachable_time: Time = 0,
    ) -> None:
        self.iface = iface
        self.mac = mac
        self.book = AddressBook() if book is None else book
        self.addresses: dict[IPv4, Local] = self.book.local
        """Own addresses of the whole host, in the order in which they were added."""
        self.entries: dict[IPv4, Entry] = {}
        self.unresolved = 0
        """Packets that were dropped because no answer came or the queue was full."""
        self.up = True
        self.sweep: Time = 0
        """When the collector comes next; 0: it rests, there being few entries."""
        self.configure(profile)
        self.reachable_time = reachable_time or profile.base_reachable_time
        """R of this interface (ns): how long a proof of reachability counts."""

    def configure(self, profile: NeighborProfile, rewritten: str = "") -> None:
        """Go on with the settings of `profile`; what is running keeps its timers.

        If the field that was `rewritten` is the base of R, R is that base until the driver draws one.
        """
        self.profile = profile
        self.rules = profile.rules
        self.creates = profile.rules == "linux" and profile.arp_accept > 0
        self.refreshes = profile.rules != "linux" and profile.life > 0
        if rewritten == "base_reachable_time":
            self.reachable_time = profile.base_reachable_time

    @property
    def states(self) -> dict[IPv4, NeighborState]:
        """State of every neighbor in the cache."""
        return {ip: entry.state for ip, entry in self.entries.items()}

    def entry(self, ip: IPv4) -> Entry:
        """Return the entry of `ip`, for a flow to hold; making one changes no state."""
        found = self.entries.get(ip)
        return found if found is not None else Entry(ip)

    def lookup(self, ip: IPv4, now: Time) -> Mac | None:
        """Where a frame for `ip` would go at `now`; None: nothing is known (pure)."""
        found = self.entries.get(ip)
        return found.lladdr if found is not None else None

    def cares(self, packet: Arp) -> bool:
        """Whether `handle` might do anything at all with this packet (pure; most are not for us)."""
        if packet.target_ip in self.addresses:
            return True
        entry = self.entries.get(packet.sender_ip)
        if entry is None:
            return self.creates
        return entry.lladdr != packet.sender_mac or packet.op is not ArpOp.REQUEST or self.refreshes

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event; the actions are frames to send, timers, and changes of entries."""
        match event:
            case Outgoing():
                return RULES[self.rules].outgoing(self, event, now) if self.up else []
            case Received(frame=frame):
                return RULES[self.rules].received(self, frame, now) if self.up else []
            case TimerFired(name=(part, what)):
                return self._fired(part, what, now)
            case Confirmed(neighbor=ip):
                if ip in self.entries:
                    self.entries[ip].confirmed = now
                return []
            case EntrySet() if self.rules == "linux":
                return neighbor_hand.set_by_hand(self, event, now)
            case EntriesFlushed():
                gone = list(self.entries.values())
                return [action for entry in gone for action in neighbor_hand.delete(self, entry)]
            case _:
                return self._interface(event, now)

    def _interface(self, event: Event, now: Time) -> list[Action]:
        """What happens to the interface as a whole."""
        match event:
            case LinkChanged(iface=self.iface, up=False):
                return (
                    self.flush("link down")
                    if self.rules != "linux"
                    else neighbor_interface.carrier_lost(self)
                )
            case AdminChanged(iface=self.iface, up=up) if up != self.up:
                self.up = up
                return neighbor_interface.announcements(self) if up else self.flush("interface down")
            case MacChanged(iface=self.iface, mac=mac):
                self.mac = mac
                return [*self.flush("own MAC changed"), *neighbor_interface.announcements(self)]
            case SysctlSet(key=key, value=value):
                self.configure(self.profile.with_sysctls({key: value}), sysctl_named(key).field)
            case Drawn(name=(self.iface, "reachable_time"), value=value):
                self.reachable_time = value
            case AddressAdded(address=address, prefix=prefix):
                self.book.add(address, prefix, self.iface)
            case AddressRemoved(address=address):
                self.book.remove(address, self.iface, self.profile.promote_secondaries > 0)
                if not self.book.own(self.iface):
                    return self.addresses_lost()
            case _:
                pass
        return []

    # --- the verbs of the rules ------------------------------------------------------------

    def become(
        self, entry: Entry, new: NeighborState, lladdr: Mac | None, now: Time, why: str, by_hand: bool = False
    ) -> Changed:
        """Give `entry` a state and a MAC: the only way in."""
        old, old_lladdr = entry.state, entry.lladdr
        entry.state = new
        entry.lladdr = lladdr
        entry.relay = lladdr if new in RELAYED else None
        entry.target = lladdr if new in VALID and new is not S.STALE and new not in RELAYED else None
        entry.updated = now
        return changed(
            BY_HAND if by_hand else CHART, entry.ip, old, new, why, (old_lladdr, lladdr, self.iface)
        )

    def arm(self, entry: Entry, what: str, at: Time) -> list[Action]:
        """Set the one timer of `entry`; what it waited for before is forgotten."""
        part = f"{self.iface} {entry.ip}"
        stale: list[Action] = [CancelTimer((part, entry.timer))] if entry.timer not in ("", what) else []
        entry.timer, entry.due = what, at
        return [*stale, SetTimer((part, what), at)]

    def disarm(self, entry: Entry) -> list[Action]:
        """Let `entry` wait for nothing."""
        what, entry.timer = entry.timer, ""
        return [CancelTimer((f"{self.iface} {entry.ip}", what))] if what else []

    def emit(self, event: Outgoing, lladdr: Mac) -> Send:
        """Put a datagram on the wire."""
        return Send(framed(lladdr, self.mac, event.packet, event.cause), self.iface)

    def admit(self, entry: Entry) -> Entry:
        """Take a new entry into the table."""
        self.entries[entry.ip] = entry
        return entry

    def purge(self, entry: Entry) -> None:
        """Drop what waits for `entry`."""
        self.unresolved += len(entry.queue)
        entry.queue.clear()
        entry.queue_bytes = 0

    def drop(self, entry: Entry, why: str) -> list[Action]:
        """Remove `entry`; a flow that still holds it must ask again."""
        del self.entries[entry.ip]
        self.purge(entry)
        actions = self.disarm(entry)
        if entry.state is not S.NONE:
            actions.append(self.become(entry, S.NONE, None, entry.updated, why))
        return actions

    def addresses_lost(self) -> list[Action]:
        """Linux stops to speak IPv4 on an interface without addresses (source: fib_disable_ip)."""
        return self.flush("last address removed") if self.rules == "linux" else []

    def flush(self, why: str) -> list[Action]:
        """Remove every entry, those set by hand too."""
        return [action for entry in list(self.entries.values()) for action in self.drop(entry, why)]

    # --- timers ------------------------------------------------------------------------------

    def _fired(self, part: str, what: str, now: Time) -> list[Action]:
        iface, _, name = part.partition(" ")
        if iface != self.iface:
            return []
        if name == neighbor_collector.TABLE:
            return neighbor_collector.collect(self, now)
        entry = self.entries.get(IPv4.parse(name))
        if entry is None or entry.timer != what or now < entry.due:
            return []
        entry.timer = ""
        return RULES[self.rules].fired(self, entry, now)
