"""The addresses and routes of one host, and the questions that ARP asks about them.

The order of the addresses of an interface matters: it is the kernel's (source: net/ipv4/devinet.c). A
primary address goes behind the last primary one; an address in the subnet of an earlier one, with the
same prefix, is secondary: it goes last and leaves together with its primary.

Local addresses belong to the host, not to an interface: any interface answers for any of them unless
arp_ignore forbids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from vipsim.wire.addresses import NO_IP, IPv4

GLOBAL, LINK, HOST = 0, 253, 254
"""Scopes of addresses, as the kernel counts them: a smaller number reaches farther."""
LOOPBACK = "lo"
LIMITED_BROADCAST = IPv4(0xFFFFFFFF)


class Kind(Enum):
    """What an address is to this host (inet_addr_type)."""

    LOCAL = "local"
    UNICAST = "unicast"
    BROADCAST = "broadcast"
    MULTICAST = "multicast"


@dataclass(frozen=True, slots=True)
class Local:
    """An own address with the length of its subnet's prefix."""

    address: IPv4
    prefix: int
    iface: str
    scope: int = GLOBAL
    secondary: bool = False

    def covers(self, address: IPv4) -> bool:
        """Whether `address` lies in the subnet."""
        return (self.address ^ address) >> (32 - self.prefix) == 0


@dataclass(frozen=True, slots=True)
class Route:
    """The way to an address: out of `iface`, to the router `via` (None: the neighbor itself).

    `source` is the address that the kernel gives a datagram which has none.
    """

    iface: str
    via: IPv4 | None = None
    source: IPv4 = NO_IP


def is_loopback(address: IPv4) -> bool:
    """Whether `address` lies in 127/8."""
    return address >> 24 == 127


class AddressBook:
    """Addresses in the kernel's order, and routes; queries change nothing."""

    __slots__ = ("_broadcasts", "_found", "_table", "connected", "down", "local", "locals", "routes")

    def __init__(self) -> None:
        self.local: dict[IPv4, Local] = {}
        """Own addresses in the order in which they were added; always the same object."""
        self.locals: dict[str, list[Local]] = {}
        """Own addresses of each interface in the kernel's order."""
        self.routes: dict[tuple[IPv4, int], Route] = {}
        """Routes that somebody set, by (network, prefix)."""
        self.connected: dict[tuple[IPv4, int, str], IPv4] = {}
        """Routes to the subnets of the addresses, (network, prefix, interface) -> source, oldest first.

        Of two to one network the older one is taken: a new one is appended (fib_magic, NLM_F_APPEND).
        """
        self.down: dict[str, None] = {}
        """Interfaces that are set down: their routes are gone."""
        self._found: dict[IPv4, Route | None] = {}
        self._table: list[tuple[int, IPv4, Route]] | None = None
        self._broadcasts: dict[IPv4, None] | None = None

    # --- changes ---------------------------------------------------------------------------

    def add(self, address: IPv4, prefix: int, iface: str) -> bool:
        """Add an address; False if `iface` has it already with this prefix."""
        owned = self.locals.setdefault(iface, [])
        new = Local(address, prefix, iface, HOST if is_loopback(address) else GLOBAL)
        place = 0
        for index, one in enumerate(owned):
            if not one.secondary and new.scope <= one.scope:
                place = index + 1
            if one.prefix == prefix and one.covers(address):
                if one.address == address:
                    return False
                new = replace(new, secondary=True)
        owned.insert(len(owned) if new.secondary else place, new)
        self.local.setdefault(address, new)
        self._connect(new)
        self._forget()
        return True

    def remove(self, address: IPv4, iface: str = "", promote: bool = False) -> str:
        """Remove an address, with its secondary ones unless `promote`; returns the interface, empty: none."""
        for name, owned in self.locals.items():
            gone = next((one for one in owned if one.address == address), None)
            if gone is None or iface not in ("", name):
                continue
            owned.remove(gone)
            self._leave(gone, name, promote)
            return name
        return ""

    def _connect(self, one: Local) -> None:
        """A primary address of an interface that is up gets a route to its subnet (fib_add_ifaddr)."""
        network = IPv4(one.address & mask_of(one.prefix))
        if not one.secondary and one.prefix < 32 and network and one.iface not in self.down:
            self.connected.setdefault((network, one.prefix, one.iface), one.address)

    def _leave(self, gone: Local, iface: str, promote: bool) -> None:
        owned = self.locals[iface]
        if not gone.secondary:
            network = IPv4(gone.address & mask_of(gone.prefix))
            self.connected.pop((network, gone.prefix, iface), None)
        heirs = [one for one in owned if one.secondary and one.prefix == gone.prefix]
        heirs = [one for one in heirs if gone.covers(one.address)] if not gone.secondary else []
        if promote and heirs:
            heir = replace(heirs[0], secondary=False)
            owned.remove(heirs[0])
            owned.insert(sum(not one.secondary for one in owned), heir)
            self._connect(heir)
            heirs = []
        for one in heirs:
            owned.remove(one)
        for one in (gone, *heirs):
            del self.local[one.address]
            others = (other for mine in self.locals.values() for other in mine)
            left = next((other for other in others if other.address == one.address), None)
            if left is not None:
                self.local[one.address] = left
        self._forget()

    def set_route(self, network: IPv4, prefix: int, iface: str, via: IPv4 | None) -> None:
        """Set or replace the route to `network`/`prefix`, be it the first connected one (NLM_F_REPLACE)."""
        network = IPv4(network & mask_of(prefix))
        if (network, prefix) not in self.routes:
            replaced = next((key for key in self.connected if key[:2] == (network, prefix)), None)
            if replaced is not None:
                del self.connected[replaced]
        self.routes[network, prefix] = Route(iface, via)
        self._forget()

    def drop_routes(self, iface: str) -> None:
        """Forget the routes that somebody set out of `iface`, as the kernel does when it is set down."""
        self.routes = {key: route for key, route in self.routes.items() if route.iface != iface}
        self._forget()

    def set_up(self, iface: str, up: bool) -> None:
        """Set `iface` up or down: down, its addresses stay and its routes go; those set do not return."""
        if up:
            self.down.pop(iface, None)
            for one in self.locals.get(iface, ()):
                self._connect(one)
        else:
            self.down[iface] = None
            self.connected = {key: source for key, source in self.connected.items() if key[2] != iface}
            self.drop_routes(iface)
        self._forget()

    def _forget(self) -> None:
        self._found.clear()
        self._table = self._broadcasts = None

    # --- questions -------------------------------------------------------------------------

    def own(self, iface: str) -> tuple[IPv4, ...]:
        """Addresses of `iface` in the kernel's order."""
        return tuple(one.address for one in self.locals.get(iface, ()))

    def kind(self, address: IPv4) -> Kind:
        """What `address` is to this host (inet_addr_type)."""
        if address in self.local or is_loopback(address):
            return Kind.LOCAL
        if address.is_multicast:
            return Kind.MULTICAST
        if self._broadcasts is None:
            self._broadcasts = {
                IPv4(one.address | ~mask_of(one.prefix) & 0xFFFFFFFF): None
                for owned in self.locals.values()
                for one in owned
                if one.prefix < 31
            }
        if address in self._broadcasts or address in (LIMITED_BROADCAST, NO_IP):
            return Kind.BROADCAST
        return Kind.UNICAST

    def route(self, dst: IPv4) -> Route | None:
        """The way to `dst`: the longest prefix wins; None: no route."""
        try:
            return self._found[dst]
        except KeyError:
            self._found[dst] = found = self._look_up(dst)
            return found

    def _look_up(self, dst: IPv4) -> Route | None:
        if dst in self.local or is_loopback(dst):
            return Route(LOOPBACK, None, dst)
        if self._table is None:
            self._table = self._make_table()
        for mask, network, route in self._table:
            if dst & mask == network:
                if route.source:
                    return route
                # the router's subnet counts, not the destination's (fib_info_update_nhc_saddr)
                return replace(route, source=self.select(route.iface, route.via or NO_IP))
        return None

    def _make_table(self) -> list[tuple[int, IPv4, Route]]:
        """All routes, longest prefix first; a set one before a connected one to the same network."""
        found = [(prefix, network, route) for (network, prefix), route in self.routes.items()]
        found += [
            (prefix, network, Route(iface, None, source))
            for (network, prefix, iface), source in self.connected.items()
        ]
        found.sort(key=lambda row: -row[0])
        return [
            (mask_of(prefix), network, route)
            for prefix, network, route in found
            if route.iface not in self.down
        ]

    def preferred(self, dst: IPv4) -> IPv4:
        """The source that the kernel chooses for a datagram to `dst`; zero: no route."""
        route = self.route(dst)
        return route.source if route is not None else NO_IP

    def select(self, iface: str, dst: IPv4) -> IPv4:
        """The primary address of `iface` in the subnet of `dst`, else its first one (inet_select_addr).

        Zero is in every subnet.
        """
        first = NO_IP
        for one in self.locals.get(iface, ()):
            if one.secondary or one.scope > LINK:
                continue
            if not dst or one.covers(dst):
                return one.address
            first = first or one.address
        if first:
            return first
        everywhere = (one for owned in self.locals.values() for one in owned)
        return next((one.address for one in everywhere if not one.secondary and one.scope < LINK), NO_IP)

    def on_link(self, iface: str, one: IPv4, other: IPv4) -> bool:
        """Whether some subnet of `iface` holds both addresses (inet_addr_onlink)."""
        return any(mine.covers(one) and mine.covers(other) for mine in self.locals.get(iface, ()))

    def source(self, iface: str, next_hop: IPv4, wanted: IPv4 | None, announce: int = 0) -> IPv4:
        """The sender address of a request for `next_hop` (arp_announce; BEHAVIOUR 1.3).

        `wanted` is the source of the datagram that waits. An unknown level counts as 0 (arp_solicit).
        """
        if wanted is None or announce == 2 or self.kind(wanted) is not Kind.LOCAL:
            return self.select(iface, next_hop)
        if announce == 1 and not self.on_link(iface, next_hop, wanted):
            return self.select(iface, next_hop)
        return wanted

    def confirms(self, iface: str | None, sender: IPv4, target: IPv4, scope: int) -> bool:
        """Whether `target` (zero: any) is an address of `iface` (None: of any) within `scope`.

        One subnet of the interface must hold both `target` and `sender`, zero being in each
        (inet_confirm_addr).
        """
        ifaces = self.locals if iface is None else (iface,)
        return any(self._confirms_on(self.locals.get(name, ()), sender, target, scope) for name in ifaces)

    @staticmethod
    def _confirms_on(owned: list[Local] | tuple[()], sender: IPv4, target: IPv4, scope: int) -> bool:
        good = [one for one in owned if one.scope <= scope]
        if target:
            return any(one.address == target for one in good) and any(
                one.covers(target) and (not sender or one.covers(sender)) for one in owned
            )
        return any(not sender or one.covers(sender) for one in good)


def mask_of(prefix: int) -> int:
    """The netmask of `prefix` bits.

    >>> hex(mask_of(24))
    '0xffffff00'
    """
    return (0xFFFFFFFF << (32 - prefix)) & 0xFFFFFFFF
