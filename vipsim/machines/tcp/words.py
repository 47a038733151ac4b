"""The words of TCP: states, settings, what a driver tells a connection and what it asks for.

Sequence numbers count modulo 2**32 (RFC 9293 section 3.4): `before` and `plus` are the only two ways in
which vipsim compares and adds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vipsim.machines.vocabulary import Action, Event, Received, TimerFired
from vipsim.units import MS, SECOND, Time
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import IcmpKind, Tcp, TcpFlag

TTL = 64
MODULUS = 1 << 32
SYN_LINEAR = {"linux-6.5": 4, "linux-old": 0}
"""How many SYNs are repeated at the first distance before it doubles (tcp_syn_linear_timeouts)."""


class TcpState(Enum):
    """States of a connection (RFC 9293 section 3.3.2); LISTEN belongs to the socket layer."""

    CLOSED = "CLOSED"
    SYN_SENT = "SYN_SENT"
    SYN_RECEIVED = "SYN_RECEIVED"
    ESTABLISHED = "ESTABLISHED"
    FIN_WAIT_1 = "FIN_WAIT_1"
    FIN_WAIT_2 = "FIN_WAIT_2"
    CLOSE_WAIT = "CLOSE_WAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LAST_ACK"
    TIME_WAIT = "TIME_WAIT"


_S = TcpState
TRANSITIONS: frozenset[tuple[Enum, Enum]] = frozenset(
    {
        (_S.CLOSED, _S.SYN_SENT),
        (_S.CLOSED, _S.SYN_RECEIVED),
        (_S.SYN_SENT, _S.SYN_RECEIVED),
        (_S.SYN_SENT, _S.ESTABLISHED),
        (_S.SYN_RECEIVED, _S.ESTABLISHED),
        (_S.ESTABLISHED, _S.FIN_WAIT_1),
        (_S.ESTABLISHED, _S.CLOSE_WAIT),
        (_S.FIN_WAIT_1, _S.FIN_WAIT_2),
        (_S.FIN_WAIT_1, _S.CLOSING),
        (_S.FIN_WAIT_1, _S.TIME_WAIT),
        (_S.FIN_WAIT_2, _S.TIME_WAIT),
        (_S.CLOSE_WAIT, _S.LAST_ACK),
        (_S.CLOSING, _S.TIME_WAIT),
        *((state, _S.CLOSED) for state in _S if state is not _S.CLOSED),
    }
)


@dataclass(frozen=True, slots=True)
class TcpSettings:
    """What a socket's owner and the sysctls of its host say; times in ns, defaults are Linux's."""

    nodelay: bool = True
    """False: Nagle's algorithm (RFC 9293 section 3.7.4)."""
    syn_profile: str = "linux-6.5"
    """Key of `SYN_LINEAR`."""
    syn_linear: int | None = None
    """tcp_syn_linear_timeouts, if it is not that of the profile."""
    syn_retries: int = 6
    """tcp_syn_retries; the linear ones come on top."""
    synack_retries: int = 5
    retries2: int = 15
    """tcp_retries2: gives up after the time that so many doublings of `rto_min` would take (924.6 s)."""
    orphan_retries: int = 8
    """The same for a connection that its owner has closed (102.2 s)."""
    rto_min: Time = 200 * MS
    rto_max: Time = 120 * SECOND
    initial_rto: Time = SECOND
    user_timeout: Time = 0
    """TCP_USER_TIMEOUT: gives up so long after the first retransmission; 0: `retries2` decides."""
    keepalive: tuple[Time, Time, int] | None = None
    """(time of silence before the first probe, interval, probes); None: SO_KEEPALIVE is off."""
    tlp: bool = True
    """Tail loss probes (RFC 8985 section 7; tcp_early_retrans 3)."""
    delayed_ack: Time = 40 * MS
    fin_timeout: Time = 60 * SECOND
    time_wait: Time = 60 * SECOND
    mss: int = 1460
    window: int = 65_535
    """Octets that the receiver takes at once; its owner reads everything, so it never closes."""
    hz: int = 0
    """Ticks per second of the kernel: time-outs are whole ticks, rounded up; 0: exact."""

    @property
    def linear_syns(self) -> int:
        """How many SYNs are repeated at the first distance before it doubles."""
        return SYN_LINEAR[self.syn_profile] if self.syn_linear is None else self.syn_linear

    def ticks(self, delay: Time) -> Time:
        """`delay` in whole ticks of the kernel, at least one (Linux's ``usecs_to_jiffies``)."""
        if not self.hz:
            return max(delay, 1)
        tick = SECOND // self.hz
        return max(-(-delay // tick), 1) * tick


def before(first: int, second: int) -> bool:
    """Whether `first` comes before `second` on the circle of sequence numbers.

    >>> before(2**32 - 1, 3), before(3, 3), before(3, 2**32 - 1)
    (True, False, False)
    """
    return 0 < (second - first) % MODULUS < MODULUS // 2


def plus(number: int, count: int) -> int:
    """The sequence number `count` after `number`."""
    return (number + count) % MODULUS


def length_of(packet: Tcp) -> int:
    """Sequence numbers that a segment takes: its octets, SYN and FIN (RFC 9293 section 3.4)."""
    return len(packet.payload) + bool(packet.flags & TcpFlag.SYN) + bool(packet.flags & TcpFlag.FIN)


def reset_for(packet: Tcp) -> Tcp | None:
    """The RST that answers a segment without a socket (RFC 9293 section 3.10.7.1); None: to a RST."""
    if packet.flags & TcpFlag.RST:
        return None
    ends = (packet.dst, packet.src, TTL, packet.dport, packet.sport)
    if packet.flags & TcpFlag.ACK:
        return Tcp(*ends, packet.ack, 0, TcpFlag.RST, window=0)
    acked = plus(packet.seq, length_of(packet))
    return Tcp(*ends, 0, acked, TcpFlag.RST | TcpFlag.ACK, window=0)


@dataclass(frozen=True, slots=True)
class TcpEnds:
    """The two ends of a connection; `part` names its timers."""

    local: IPv4
    lport: int
    peer: IPv4
    pport: int

    @property
    def part(self) -> str:
        """``tcp 10.0.0.1:32768 10.0.0.2:5432``."""
        return f"tcp {self.local}:{self.lport} {self.peer}:{self.pport}"


# --- events: what a driver tells a connection, besides Received and TimerFired -----------------


@dataclass(frozen=True, slots=True)
class Opened:
    """The owner wants a connection: send a SYN."""


@dataclass(frozen=True, slots=True)
class Written:
    """The owner sends `data`."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The owner has closed its socket: a FIN follows the data, and nothing is delivered any more."""


@dataclass(frozen=True, slots=True)
class Aborted:
    """The owner's process died, or it wants a reset."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An ICMP error came back for our segment with `seq`, from the network or the own neighbor cache."""

    kind: IcmpKind
    seq: int


TcpEvent = Event | Opened | Written | Closed | Aborted | Unreachable


# --- actions: what a connection asks of its driver ---------------------------------------------


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send this segment; `confirm`: the peer's neighbor entry is confirmed by it (BEHAVIOUR 1.2)."""

    packet: Tcp
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Deliver:
    """Hand `data`, in order and once, to the owner."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PeerClosed:
    """The peer sends no more (its FIN arrived): end of file."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The connection is lost; `error` is the errno's name, such as ``ECONNRESET``."""

    error: str


TcpAction = Action | Transmit | Deliver | PeerClosed | Failed

__all__ = [
    "MODULUS", "SYN_LINEAR", "TRANSITIONS", "TTL", "Aborted", "Closed", "Deliver", "Failed", "Opened",
    "PeerClosed", "Received", "TcpAction", "TcpEnds", "TcpEvent", "TcpSettings", "TcpState", "TimerFired",
    "Transmit", "Unreachable", "Written", "before", "length_of", "plus", "reset_for",
]  # fmt: skip
