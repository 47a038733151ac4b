"""What a time course is about, as data: nodes, traffic, failure, takeover and settings.

Times are in ns from t_zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Frame

CLIENT, OLD, NEW = "client", "A", "B"
"""The parts that are played, by the oracle's names."""


@dataclass(frozen=True, slots=True)
class Node:
    """One of the three hosts."""

    dev: str
    port: str
    mac: Mac
    addresses: tuple[tuple[IPv4, int], ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """The client's traffic; times in ns from t_zero."""

    socket: str
    period: Time
    first: Time
    windows: tuple[tuple[Time, Time], ...]
    payload: int
    dport: int
    confirms: bool

    def due(self) -> list[Time]:
        """When datagrams are due."""
        found: list[Time] = []
        for begin, end in self.windows:
            number = max(0, -((self.first - begin) // self.period))
            while (at := self.first + number * self.period) < end:
                found.append(at)
                number += 1
        return sorted(set(found))


@dataclass(frozen=True, slots=True)
class Announcement:
    """What B says: a frame, or a datagram of its own to `dst`."""

    at: Time
    frame: Frame | None
    dst: IPv4 | None = None
    dport: int = 9
    count: int = 1
    source: IPv4 | None = None


@dataclass(frozen=True, slots=True)
class Tcp:
    """Settings of the client's TCP; times in ns."""

    syn_retries: int
    syn_linear: int
    retries2: int
    rto_min: Time
    rto_max: Time
    initial_rto: Time
    tlp: bool
    user_timeout: Time
    keepalive: tuple[Time, Time, int] | None


@dataclass(frozen=True, slots=True)
class Setup:
    """A whole course; times in ns from t_zero."""

    nodes: dict[str, Node]
    vip: IPv4
    vip_prefix: int
    owners: tuple[str, ...]
    reachable_time: Time
    reachable_time_end: Time
    neigh: dict[str, int]
    conf: dict[str, int]
    arp_notify: int
    sending: Sending | None
    connection: Time | None
    """When a TCP connection is opened."""
    connection_blocks: bool
    """Whether the program waits for it; if not, its steps are noted."""
    nodelay: bool
    server_port: int
    priming: tuple[Time, int, int] | None
    """(time, port, octets) of a datagram to a closed port."""
    server: str
    failure: str
    """"link_down", "removed", "forwards", or nothing."""
    failure_at: Time
    takeover: Time | None
    announcements: tuple[Announcement, ...]
    tcp: Tcp
    begin: Time
    limit: Time
    hold: Time
    ageing_time: Time
    has_failure: bool
    done_when: frozenset[str] = field(default_factory=frozenset)
    slower: str = ""
    """Of two owners, the one that answers second."""
