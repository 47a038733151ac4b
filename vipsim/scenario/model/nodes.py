"""What a network is made of, as frozen data: hosts, switches, cables, virtual addresses.

Names are taken from `vipsim.scenario.model`, which shows all of a scenario in one place.
"""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.units import MS, SECOND, US, Time
from vipsim.wire.addresses import IPv4, Mac


@dataclass(frozen=True, slots=True)
class Iface:
    """An interface of a host."""

    name: str
    mac: Mac
    address: IPv4
    prefix: int = 24

    def holds(self, address: IPv4) -> bool:
        """Whether `address` is in the interface's subnet."""
        return (int(address) ^ int(self.address)) >> (32 - self.prefix) == 0


@dataclass(frozen=True, slots=True)
class Database:
    """What makes a service a database of a replicated pair, as PostgreSQL's streaming replication is.

    The peer is the other host that offers a service of the same name. The failover daemon's notify
    promotes it when its host becomes MASTER.
    """

    role: str = "standby"
    """``primary`` or ``standby``, at the start."""
    synchronous: bool = False
    """True: a commit waits for the standby; False: the standby has it `replication_lag` later."""
    replication_lag: Time = 10 * MS
    """How long a committed row takes to the standby, in ns, the network not counted."""
    promotion_time: Time = SECOND
    """From the notify to the first accepted write, in ns."""
    demotes: bool = True
    """Whether the notify of BACKUP or FAULT stops a primary from accepting writes."""


@dataclass(frozen=True, slots=True)
class Service:
    """Something on a host, apart from the failover daemon, that answers on UDP and TCP `port`."""

    name: str
    port: int
    database: Database | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """A machine with a kernel, perhaps a daemon, perhaps services; a router if it forwards."""

    name: str
    ifaces: tuple[Iface, ...]
    services: tuple[Service, ...] = ()
    neighbor: str = "linux"
    """Name of the neighbor cache's profile (`vipsim.machines.neighbor.PROFILES`)."""
    sysctls: tuple[tuple[str, int], ...] = ()
    """Settings that differ from the profile's, by the kernel's names and in the kernel's units."""
    hz: int = 0
    """0: kernel timers are exact; 100, 250, 1000: late as the timer wheel of a kernel with this HZ."""
    forwarding: bool = False
    """Packets for others are passed on (net.ipv4.ip_forward)."""
    gateway: str = ""
    """Default route: an address, or the name of a VIP; empty: only what is on the link is reached."""
    conntrack: str = ""
    """Of a host that forwards: ``own``: TCP connections that it did not see begin are dropped;
    ``shared``: it knows those of its peers too; empty: every packet is passed on."""
    lateness: str = "none"
    """How late its processes are (`vipsim.scenario.model.lateness.LATENESS`)."""


@dataclass(frozen=True, slots=True)
class SwitchPortOptions:
    """How one port of a switch differs from the others."""

    name: str
    edge: bool = False
    """No host behind it can close a loop: with spanning tree it forwards at once."""
    isolated: bool = False
    """It exchanges frames only with ports that are not isolated."""
    learning: bool = True
    flood: bool = True
    """False: frames for unknown addresses are not sent there."""


@dataclass(frozen=True, slots=True)
class StaticEntry:
    """An entry that somebody wrote into a switch's table; it does not age."""

    mac: Mac
    port: str
    sticky: bool = False
    """True: it stays when the address is heard elsewhere; a merely static one moves."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A learning switch."""

    name: str
    ageing_time: Time = 300 * SECOND
    forward_delay: Time | None = None
    """With spanning tree: how long a port listens, and then learns, before it forwards; None: none runs."""
    ports: tuple[SwitchPortOptions, ...] = ()
    static: tuple[StaticEntry, ...] = ()


Node = Host | Switch


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link: a host's interface, or a switch's port."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


@dataclass(frozen=True, slots=True)
class Link:
    """A cable. Each direction is a FIFO of its own."""

    a: End
    b: End
    rate: int | None = 1_000_000_000
    """Bits per second each way; None: no transmission time."""
    delay: Time = 50 * US
    """Propagation time in ns."""
    jitter: Time = 0
    """Extra delay in ns, drawn uniformly from [0, jitter] per frame; order is kept."""
    loss: float = 0.0
    """Probability that a frame is lost, each direction on its own."""


@dataclass(frozen=True, slots=True)
class Vip:
    """A virtual address that a failover group moves."""

    name: str
    address: IPv4
    prefix: int = 24
