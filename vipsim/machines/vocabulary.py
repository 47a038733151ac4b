"""The words that every machine and every driver share: events in, actions out.

A protocol is a pure machine: ``handle(event, now) -> list[Action]``. It knows no clock, socket,
random source, logger or SimPy. The simulator (`vipsim.sim`) and the live adapter
(`vipsim.live`) are two drivers of the same object; each delivers events and carries out
actions, and keeps the timers that the machine names.

A timer is named (part, name): the part of the daemon that wants it (one daemon may run several
instances) and what it is for. Setting a timer again moves it. The name comes back in
`TimerFired`, so every wake-up carries its reason.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Frame, IpPacket

TimerName = tuple[str, str]
"""(part, name), for example ``("vrrp 51", "master_down")``."""


class State(Enum):
    """States of a failover daemon, as keepalived writes them.

    RFC 9568 section 6.3 says Initialize, Backup and Active; FAULT is keepalived's: the
    interface is down, adverts are ignored. A heartbeat daemon uses the same words.
    """

    INIT = "INIT"
    BACKUP = "BACKUP"
    MASTER = "MASTER"
    FAULT = "FAULT"


# --- events: what a driver tells a machine -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The daemon process begins; `links` tells which interfaces have no carrier now."""

    down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """The daemon had been running before time zero and is in `state`.

    `age` is the time in ns since the last periodic message of the protocol: sent by the one in
    charge of sending it, heard by the other. The driver draws it (stream ``phase``). `interval` is the
    period (ns) of the one in charge; 0: the machine's own.
    """

    state: State
    age: Time
    interval: Time = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """The daemon is asked to end in order (SIGTERM): it may say goodbye."""


@dataclass(frozen=True, slots=True)
class Received:
    """A whole frame arrived (addresses and TTL matter) at interface `iface`."""

    frame: Frame
    iface: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The timer `name` reached its time."""

    name: TimerName


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """Interface `iface` gained or lost its carrier."""

    iface: str
    up: bool


@dataclass(frozen=True, slots=True)
class ScriptDone:
    """A check that the daemon runs from time to time ended: exit status 0 (`ok`) or not."""

    name: str
    ok: bool


@dataclass(frozen=True, slots=True)
class VipReady:
    """The kernel owns `vip` now: the answer to `AcquireVip`."""

    vip: IPv4


@dataclass(frozen=True, slots=True)
class VipFailed:
    """The kernel could not take `vip` (for instance no interface, or no right to)."""

    vip: IPv4
    reason: str


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


Event = (
    Started
    | Settled
    | Stopped
    | Received
    | TimerFired
    | LinkChanged
    | ScriptDone
    | VipReady
    | VipFailed
    | AddressAdded
    | AddressRemoved
    | Outgoing
    | Confirmed
    | Drawn
    | InterfaceAdded
    | RouteSet
    | AdminChanged
    | MacChanged
    | SysctlSet
    | EntrySet
    | EntriesFlushed
)


# --- actions: what a machine asks of its driver --------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Put this frame on the wire as it is."""

    frame: Frame
    iface: str


@dataclass(frozen=True, slots=True)
class SendPacket:
    """Send this packet: the kernel routes it and resolves the neighbor."""

    packet: IpPacket


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake me at the absolute time `at` (ns), with this name; a second setting moves it."""

    name: TimerName
    at: Time


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget the timer; cancelling one that is not set is allowed."""

    name: TimerName


@dataclass(frozen=True, slots=True)
class AcquireVip:
    """Add `vip` (with prefix length) to `iface`; answered by `VipReady` or `VipFailed`.

    `lladdr` None means the interface's own MAC.
    """

    vip: IPv4
    prefix: int
    iface: str
    lladdr: Mac | None = None


@dataclass(frozen=True, slots=True)
class ReleaseVip:
    """Remove `vip` from the interface that has it."""

    vip: IPv4


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the network once that `vip` is at `source`: ONE gratuitous ARP on `iface`.

    Bursts and repeats are the machine's own timers or several of these. `form` is ``garp-request``, or
    ``garp-request-ff`` with ff:ff:ff:ff:ff:ff instead of zeros as target hardware address.
    """

    vip: IPv4
    iface: str
    source: Mac
    form: str = "garp-request"


@dataclass(frozen=True, slots=True)
class Changed:
    """The machine went from `old` to `new`; `key` tells which of its states, `why` in a word or two.

    `detail` says more where the state alone does not: a cache's old and new MAC, a switch's old and new port.
    """

    key: Hashable
    old: Enum
    new: Enum
    why: str
    detail: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Tell the reader of the trace what is no change of state, such as a decision left to a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A packet that waited for its neighbor was dropped: the sender is told (ICMP host unreachable)."""

    packet: IpPacket
    reason: str
    cause: int = 0


Action = (
    Send
    | SendPacket
    | SetTimer
    | CancelTimer
    | AcquireVip
    | ReleaseVip
    | Announce
    | Changed
    | Note
    | Undeliverable
)


class Machine(Protocol):
    """A pure protocol machine; `tests/contract` is the suite that each one passes."""

    @property
    def states(self) -> Mapping[Any, Enum]:
        """The present states: one entry for a protocol, many for a cache."""

    @property
    def transitions(self) -> frozenset[tuple[Enum, Enum]]:
        """Allowed (old, new) pairs: checked at run time, drawn in the docs."""

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event at time `now` (ns) and return what is to be done, in order."""
