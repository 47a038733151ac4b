"""A host's network layer as one machine: its addresses, its ARP, a neighbor cache for each interface.

`HostStack` keeps the addresses and routes (`AddressBook`), hands each event to the cache of its
interface, and does what concerns more than one: sysctls, and an interface that loses its last address.
A driver may as well give an event to the cache itself: `caches[iface].handle`.

The loopback interface ``lo`` has addresses but no cache.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.host.book import LOOPBACK, AddressBook
from vipsim.machines.host.sysctls import Sysctls
from vipsim.machines.neighbor import CHART, NeighborCache
from vipsim.machines.neighbor.entry import NeighborState
from vipsim.machines.neighbor.profile import NeighborProfile, sysctl_named
from vipsim.machines.vocabulary import (
    Action,
    AddressAdded,
    AddressRemoved,
    AdminChanged,
    Event,
    InterfaceAdded,
    Outgoing,
    Received,
    RouteSet,
    SysctlSet,
    TimerFired,
)
from vipsim.units import Time
from vipsim.wire.addresses import IPv4


class HostStack:
    """Addresses, routes and neighbor caches of one host; a `Machine` with one state per neighbor."""

    __slots__ = ("book", "caches", "profile", "sysctls")

    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = NeighborCache.transitions
    chart: ClassVar[frozenset[tuple[Enum, Enum]]] = CHART

    def __init__(self, profile: NeighborProfile) -> None:
        self.profile = profile
        """What every interface obeys while nobody has written a sysctl."""
        self.book = AddressBook()
        self.caches: dict[str, NeighborCache] = {}
        self.sysctls: Sysctls | None = None
        """Sysctls that somebody wrote; None: none yet."""

    @property
    def states(self) -> dict[tuple[str, IPv4], NeighborState]:
        """State of every neighbor, by interface and address."""
        return {
            (iface, ip): entry.state
            for iface, cache in self.caches.items()
            for ip, entry in cache.entries.items()
        }

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event; the actions are those of the caches."""
        match event:
            case Received(iface=iface):
                cache = self.caches.get(iface)
                return cache.handle(event, now) if cache is not None else []
            case Outgoing():
                return self._outgoing(event, now)
            case TimerFired(name=(part, _)):
                cache = self.caches.get(part.partition(" ")[0])
                return cache.handle(event, now) if cache is not None else []
            case InterfaceAdded(iface=iface, mac=mac, reachable_time=drawn):
                if iface != LOOPBACK and iface not in self.caches:
                    self.caches[iface] = NeighborCache(iface, mac, self._profile_of(iface), self.book, drawn)
            case AddressAdded(address=address, iface=iface, prefix=prefix):
                self.book.add(address, prefix, iface or next(iter(self.caches), LOOPBACK))
            case AddressRemoved(address=address, iface=iface):
                return self._address_removed(address, iface)
            case RouteSet(network=network, prefix=prefix, iface=iface, via=via):
                self.book.set_route(network, prefix, iface, via)
            case SysctlSet():
                self._sysctl(event)
            case _:
                return self._elsewhere(event, now)
        return []

    def _profile_of(self, iface: str) -> NeighborProfile:
        if self.sysctls is None:
            return self.profile
        self.sysctls.add(iface)
        return self.sysctls.of(iface)

    def _outgoing(self, event: Outgoing, now: Time) -> list[Action]:
        iface = event.iface
        if not iface:
            route = self.book.route(event.next_hop)
            iface = route.iface if route is not None else ""
        cache = self.caches.get(iface)
        return cache.handle(event, now) if cache is not None else []

    def _elsewhere(self, event: Event, now: Time) -> list[Action]:
        """What happens to one interface, or (no name) to each."""
        if isinstance(event, AdminChanged) and event.iface in self.caches:
            self.book.set_up(event.iface, event.up)
        name = getattr(event, "iface", "") or (event.name[0] if hasattr(event, "name") else "")
        chosen = [self.caches[name]] if name in self.caches else [] if name else list(self.caches.values())
        return [action for cache in chosen for action in cache.handle(event, now)]

    def _address_removed(self, address: IPv4, iface: str) -> list[Action]:
        """An interface that loses its last address stops to speak IPv4 (source: fib_disable_ip)."""
        holder = iface or getattr(self.book.local.get(address), "iface", "")
        cache = self.caches.get(holder)
        promote = cache is not None and cache.profile.promote_secondaries > 0
        name = self.book.remove(address, holder, promote)
        if not name or self.book.locals[name]:
            return []
        self.book.drop_routes(name)
        return cache.addresses_lost() if cache is not None else []

    def _sysctl(self, event: SysctlSet) -> None:
        if self.sysctls is None:
            self.sysctls = Sysctls(self.profile, self.caches)
        rewritten = sysctl_named(event.key).field
        for iface in self.sysctls.write(event.key, event.value, event.iface):
            self.caches[iface].configure(self.sysctls.of(iface), rewritten)
