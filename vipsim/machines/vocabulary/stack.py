"""Words of a host's stack: what happens to its interfaces, addresses and neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import IpPacket

# --- events --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddressAdded:
    """The kernel's interface got `address` (to a neighbor cache: answer for it).

    `iface` empty: the first or only one. `prefix` is the length of its subnet.
    """

    address: IPv4
    iface: str = ""
    prefix: int = 32


@dataclass(frozen=True, slots=True)
class AddressRemoved:
    """The kernel's interface lost `address`; `iface` empty: whichever has it."""

    address: IPv4
    iface: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A packet wants to leave to the on-link neighbor `next_hop` (to a neighbor cache).

    `iface` empty: the one of the route to `next_hop`.
    """

    packet: IpPacket
    next_hop: IPv4
    cause: int = 0
    iface: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A transport has proof that `neighbor` is alive (the fast path stamps its entry instead)."""

    neighbor: IPv4
    iface: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The driver drew `value` for what `name` tells, such as ``("eth0", "reachable_time")`` (ns)."""

    name: tuple[str, str]
    value: int


@dataclass(frozen=True, slots=True)
class InterfaceAdded:
    """The host got interface `iface`, up and with carrier.

    `reachable_time` is the R (ns) that the driver drew for it; 0: the profile's base, undrawn.
    """

    iface: str
    mac: Mac
    reachable_time: Time = 0


@dataclass(frozen=True, slots=True)
class RouteSet:
    """The host's route to `network`/`prefix` leads out of `iface`, through `via` or on-link."""

    network: IPv4
    prefix: int
    iface: str
    via: IPv4 | None = None


@dataclass(frozen=True, slots=True)
class AdminChanged:
    """Somebody set `iface` up or down."""

    iface: str
    up: bool


@dataclass(frozen=True, slots=True)
class MacChanged:
    """Somebody gave `iface` the address `mac`."""

    iface: str
    mac: Mac


@dataclass(frozen=True, slots=True)
class SysctlSet:
    """Somebody wrote `value`, in the sysctl's own unit, to `key`.

    `key` is the last part of the name, or all of it (``net.ipv4.conf.eth0.arp_ignore``: the interface in
    it wins). `iface` empty: every interface, those to come too.
    """

    key: str
    value: int
    iface: str = ""


@dataclass(frozen=True, slots=True)
class EntrySet:
    """Somebody set the neighbor `ip` by hand; `state` is a `NeighborState`, `lladdr` None keeps the MAC."""

    iface: str
    ip: IPv4
    lladdr: Mac | None
    state: Enum


@dataclass(frozen=True, slots=True)
class EntriesFlushed:
    """Somebody deleted every neighbor of `iface`."""

    iface: str


# --- actions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A packet that waited for its neighbor was dropped: the sender is told (ICMP host unreachable)."""

    packet: IpPacket
    reason: str
    cause: int = 0
