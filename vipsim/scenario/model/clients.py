"""Workloads, as frozen data: who asks the virtual address, how, and what it does when nobody answers.

Names are taken from `vipsim.scenario.model`.
"""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.units import MS, SECOND, Time


@dataclass(frozen=True, slots=True)
class TcpOptions:
    """How a client's connections are set up; times in ns, 0: off."""

    user_timeout: Time = 0
    """TCP_USER_TIMEOUT: how long sent data may stay unacknowledged."""
    keepalive: Time = 0
    """Silence after which an idle connection is probed (TCP_KEEPIDLE)."""
    keepalive_interval: Time = 75 * SECOND
    keepalive_probes: int = 9
    syn: str = "linux-6.5"
    """Schedule of connection attempts: ``linux-6.5`` (1 s apart five times, then doubling), ``linux-old``."""
    reads_only: bool = False
    """The client only waits for data; it sends nothing once it is connected."""


@dataclass(frozen=True, slots=True)
class DnsOptions:
    """How a resolver asks again (resolv.conf's ``timeout`` and ``attempts``)."""

    timeout: Time = 5 * SECOND
    attempts: int = 2


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """A pool of database connections; times in ns."""

    connections: int = 10
    statement_timeout: Time = 0
    """How long a statement may take before the client gives the connection up; 0: for ever."""
    backoff: Time = 100 * MS
    """First pause before a new connection attempt; it doubles."""
    backoff_limit: Time = 10 * SECOND
    thundering: bool = False
    """True: the first failure closes the whole pool, which reconnects at once; False: one by one."""


_WITHIN_AN_INTERVAL: tuple[Time, Time] = (-1, -1)

WAYS = ("udp", "oneway", "tcp", "connect", "dns", "database")
"""How a client may ask a service."""


@dataclass(frozen=True, slots=True)
class Client:
    """A workload: a host that sends a probe regularly and notes the answers."""

    name: str
    node: str
    target: str
    """Name of a VIP, or of a host (its first address)."""
    probe: str = "ping"
    """``ping``, or the name of a service that the target's hosts offer."""
    interval: Time = 10 * MS
    start: tuple[Time, Time] = _WITHIN_AN_INTERVAL
    """First probe at a time drawn uniformly from [start[0], start[1]] ns; default: [0, interval].

    Clients that all began at zero would beat in step with a fault of a fixed time.
    """
    measured: bool = True
    """False: background traffic, such as the document's polls; its silences are not counted."""
    over: str = "udp"
    """How a service is asked: one of `WAYS`. ``udp``: a datagram, answered; ``oneway``: a datagram that the
    service counts; ``tcp``: one connection, a message each interval; ``connect``: a new connection each
    interval; ``dns``: a query, asked again if no answer comes; ``database``: numbered writes over a pool."""
    confirm: bool | None = None
    """Whether an answer tells the kernel that the neighbor is alive (MSG_CONFIRM); None: as ping does it
    (True) and plain UDP does not (False). TCP always does."""
    lazy: bool = False
    """Probes of ``ping`` and ``udp`` that nothing can disturb are counted instead of sent, with the same
    result to the nanosecond (`vipsim.sim.foresight`); for many runs, where nobody looks at frames."""
    tcp: TcpOptions = TcpOptions()
    dns: DnsOptions = DnsOptions()
    pool: PoolOptions = PoolOptions()

    def __post_init__(self) -> None:
        if self.start == _WITHIN_AN_INTERVAL:
            object.__setattr__(self, "start", (0, self.interval))
        if self.confirm is None:
            object.__setattr__(self, "confirm", self.probe == "ping")
