"""Words of a failover protocol: what a driver tells a daemon's machine, and what the machine asks for.

A timer is named (part, name): the part of the daemon that wants it (one daemon may run several
instances) and what it is for. Setting a timer again moves it. The name comes back in
`TimerFired`, so every wake-up carries its reason.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

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
class Reloaded:
    """The daemon reads its configuration again (SIGHUP): `settings` is what it says of this machine now.

    `down` tells which interfaces have no carrier.
    """

    settings: object
    down: tuple[str, ...] = ()


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
class Counted:
    """Something that the daemon watches has another number: what a file says, how many processes run."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Synced:
    """Another machine of the daemon, with which this one goes together, is in `state` now.

    It `wants` to be MASTER, or something that it tracks is bad (`faulty`).
    """

    part: str
    state: State
    wants: bool = False
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class RivalHeard:
    """Another machine, with which this one goes together, heard a master of lower priority."""


@dataclass(frozen=True, slots=True)
class VipReady:
    """The kernel owns `vip` now: the answer to `AcquireVip`."""

    vip: IPv4


@dataclass(frozen=True, slots=True)
class VipFailed:
    """The kernel could not take `vip` (for instance no interface, or no right to)."""

    vip: IPv4
    reason: str


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

    `lladdr` None means the interface's own MAC. Without `accept` the host says whose the address is, and a
    firewall drops what comes for it.
    """

    vip: IPv4
    prefix: int
    iface: str
    lladdr: Mac | None = None
    accept: bool = True


@dataclass(frozen=True, slots=True)
class ReleaseVip:
    """Remove `vip` from the interface that has it."""

    vip: IPv4


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the network once that `vip` is at `source`: ONE gratuitous ARP on `iface`.

    Bursts and repeats are the machine's own timers or several of these. `form` is ``garp-request``, or
    ``garp-request-ff`` and ``garp-request-own``: with ff:ff:ff:ff:ff:ff, or with `source`, instead of zeros
    as target hardware address.
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
class Tell:
    """Give `event` to the machine `part` of the same daemon, when this one is done."""

    part: str
    event: Synced | RivalHeard


@dataclass(frozen=True, slots=True)
class Note:
    """Tell the reader of the trace what is no change of state, such as a decision left to a person."""

    text: str
