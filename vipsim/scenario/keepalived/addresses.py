"""Addresses of interfaces: those that configurations tell, and invented ones where they do not.

keepalived.conf names the virtual addresses; what an interface has of its own stands there only by accident:
as ``mcast_src_ip`` or ``unicast_src_ip``, in the peers' ``unicast_peer``, or as ``static_ipaddress``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vipsim.scenario.keepalived.groups import Cluster, addresses_of
from vipsim.scenario.keepalived.scenario import Part
from vipsim.scenario.keepalived.wiring import Port, home_of
from vipsim.wire.addresses import IPv4

WIDEST = 8
"""Of a subnet that holds all addresses of a LAN; nodes further apart get other ones."""
USUAL = 24
NARROWEST = 30


def network(address: IPv4, prefix: int) -> int:
    """The network's number."""
    return int(address) >> (32 - prefix) << (32 - prefix)


@dataclass(slots=True)
class Book:
    """Who has which address."""

    own: dict[Port, tuple[IPv4, int]] = field(default_factory=dict)
    """Address and prefix of each interface."""
    told: dict[IPv4, str] = field(default_factory=dict)
    """Addresses that the files give to a node: what a peer is called by."""
    taken: set[IPv4] = field(default_factory=set)
    """Addresses that nobody may get."""
    invented: list[Port] = field(default_factory=list)
    replaced: dict[Port, IPv4] = field(default_factory=dict)
    """Addresses of the files that an interface cannot have here."""

    def free(self, within: IPv4, prefix: int, *, last: bool = False) -> IPv4:
        """Take the lowest, or highest, address of a subnet that nobody has."""
        start, size = network(within, prefix), 1 << (32 - prefix)
        numbers: Iterable[int] = range(start + 1, start + size - 1)
        for number in reversed(numbers) if last else numbers:  # type: ignore[call-overload]
            if IPv4(number) not in self.taken:
                self.taken.add(IPv4(number))
                return IPv4(number)
        return IPv4(start + 1)  # a subnet with more nodes than addresses: the check refuses it


def told_addresses(clusters: Sequence[Cluster], static: dict[Port, tuple[IPv4, int]]) -> dict[Port, IPv4]:
    """Addresses of interfaces as far as the files tell them, by source, by static address, by peers."""
    vips = {address for cluster in clusters for part in cluster for address in addresses_of(part)}
    found = {port: address for port, (address, _) in static.items() if address not in vips}
    for part in (one for cluster in clusters for one in cluster):
        if part.source is not None and part.source not in vips:
            found[part.node, part.iface] = part.source
    for cluster in clusters:
        _by_elimination(cluster, found)
    return found


def _by_elimination(cluster: Cluster, found: dict[Port, IPv4]) -> None:
    """A node that says no address of its own has one that the others call their peer, and it does not."""
    for part in cluster:
        port = (part.node, part.iface)
        others = [one for one in cluster if one is not part and one.peers]
        if port in found or not others:
            continue
        known = set(found.values())
        wanted = [
            address
            for address in others[0].peers
            if address not in known
            and address not in part.peers
            and all(address in one.peers for one in others)
        ]
        if wanted:
            found[port] = wanted[0]


def assign(
    lan: tuple[Port, ...],
    parts: Sequence[Part],
    told: dict[Port, IPv4],
    static: dict[Port, tuple[IPv4, int]],
    book: Book,
    spare: IPv4,
) -> None:
    """Give every interface of a LAN its address; `spare` is a subnet for a LAN that nothing is known of."""
    vips = [
        (address, prefix)
        for part in parts
        for address, prefix in (*part.vips, *part.excluded)
        if (part.node, home_of(part, address)) in lan
    ]
    known = {port: told[port] for port in lan if port in told}
    prefix = _prefix(list(known.values()), vips, [static[port][1] for port in lan if port in static])
    if prefix < WIDEST or _clashing(known, prefix):
        book.replaced |= known
        for port, address in known.items():
            book.told.setdefault(address, port[0])
        known = {}
    if known:
        within = next(iter(known.values()))
    else:
        within, prefix = vips[0] if vips else (spare, USUAL)
        prefix = prefix if prefix <= NARROWEST else USUAL
    # Order of the addresses decides between equals: it is that of the replaced ones, else that of the files.
    for port in sorted(lan, key=lambda port: int(book.replaced.get(port, 0))):
        if port in known:
            book.own[port] = (known[port], prefix)
            book.told[known[port]] = port[0]
        else:
            book.own[port] = (book.free(within, prefix), prefix)
            if port not in book.replaced:
                book.invented.append(port)


def _clashing(known: dict[Port, IPv4], prefix: int) -> bool:
    """Whether one of them is no host's address in its subnet."""
    last = (1 << (32 - prefix)) - 1
    return any(int(address) & last in (0, last) for address in known.values())


def _prefix(known: list[IPv4], vips: list[tuple[IPv4, int]], static: list[int]) -> int:
    """The longest prefix that holds all known addresses, not longer than what the files say of one."""
    if not known:
        return USUAL
    said = [
        prefix
        for address, prefix in vips
        if prefix <= NARROWEST and network(address, prefix) == network(known[0], prefix)
    ]
    prefix = min([*said[:1], *static[:1]] or [USUAL])
    while prefix > 0 and any(network(one, prefix) != network(known[0], prefix) for one in known):
        prefix -= 1
    return min(prefix, NARROWEST)
