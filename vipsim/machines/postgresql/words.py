"""The words of a database server: its roles, what a driver tells it, what it asks for, what it says.

A server talks over *channels*, each a stream of octets: those that its port accepted (clients, and the
standby that follows it), and `LINK`, the one that it dials itself to follow its peer. Everything said on
a channel is a row of messages of `SIZE` octets each (`Message`).

Positions count rows: a server at position n has the rows 1 to n of its history. A history is the list of
timelines that led here, each with the server that began it and the position at which it did, as in
PostgreSQL's ``.history`` files (documentation, section "Timelines").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from vipsim.machines.vocabulary import Action, Event, State
from vipsim.units import MS, SECOND, Time

LINK = 0
"""The channel that a standby dials to its peer."""
_LAYOUT = struct.Struct(">cBHIQ")
SIZE = _LAYOUT.size


class Role(Enum):
    """What a server is."""

    DOWN = "DOWN"
    STANDBY = "STANDBY"
    PROMOTING = "PROMOTING"
    PRIMARY = "PRIMARY"


TRANSITIONS: frozenset[tuple[Enum, Enum]] = frozenset(
    {
        (Role.DOWN, Role.PRIMARY),
        (Role.DOWN, Role.STANDBY),
        (Role.STANDBY, Role.PROMOTING),
        (Role.PROMOTING, Role.PRIMARY),
        (Role.PROMOTING, Role.STANDBY),
        (Role.PRIMARY, Role.STANDBY),
        (Role.STANDBY, Role.DOWN),
        (Role.PROMOTING, Role.DOWN),
        (Role.PRIMARY, Role.DOWN),
    }
)


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """What a server was set up with; times in ns."""

    name: str
    """Name of its timers and of its state."""
    number: int = 1
    """Its number in the pair, from 1."""
    role: Role = Role.STANDBY
    """What it is when it first starts."""
    synchronous: bool = False
    """A commit is acknowledged when the standby has the row (synchronous_commit, one standby named)."""
    replication_lag: Time = 10 * MS
    """Not synchronous: how long after its commit a row leaves for the standby."""
    promotion_time: Time = SECOND
    demotes: bool = True
    retry: Time = 5 * SECOND
    """Between attempts to reach the peer (wal_retrieve_retry_interval)."""
    status: Time = 10 * SECOND
    """A standby tells where it stands at least so often (wal_receiver_status_interval)."""


class Kind(Enum):
    """What a message is, by its first octet."""

    WRITE = b"W"
    """Client: insert the row (`writer`, `number`)."""
    ACKNOWLEDGED = b"A"
    """Server: the row is committed on timeline `timeline` of server `server`."""
    REFUSED = b"R"
    """Server: it does not write (SQLSTATE 25006, read_only_sql_transaction)."""
    TIMELINE = b"T"
    """Standby: one entry of its history: begun by `server` at position `number`."""
    FOLLOW = b"F"
    """Standby, after its history: send me what comes after position `number`."""
    BEGIN = b"B"
    """Primary, after its history: what follows comes after position `number`; forget what you have there."""
    ROW = b"D"
    """Primary: the next row, (`writer`, `number`)."""
    CONFIRMED = b"C"
    """Standby: it has all rows up to position `number`."""


class Message(NamedTuple):
    """One message.

    >>> Message.read(Message(Kind.WRITE, number=7, writer=2).octets)
    Message(kind=<Kind.WRITE: b'W'>, number=7, writer=2, server=0, timeline=0)
    """

    kind: Kind
    number: int = 0
    writer: int = 0
    server: int = 0
    timeline: int = 0

    @property
    def octets(self) -> bytes:
        """It, as said on a channel."""
        return _LAYOUT.pack(self.kind.value, self.server, self.timeline, self.writer, self.number)

    @classmethod
    def read(cls, octets: bytes) -> Message | None:
        """Read `SIZE` octets; None: nobody speaks so."""
        letter, server, timeline, writer, number = _LAYOUT.unpack(octets)
        try:
            return cls(Kind(letter), number, writer, server, timeline)
        except ValueError:
            return None


class Reader:
    """Cuts what comes on one channel into messages; a segment may end within one."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def take(self, data: bytes) -> list[Message]:
        """Return the messages that are complete now."""
        whole = self._rest + data
        cut = len(whole) - len(whole) % SIZE
        self._rest = whole[cut:]
        found = (Message.read(whole[at : at + SIZE]) for at in range(0, cut, SIZE))
        return [message for message in found if message is not None]


# --- events: what a driver tells a server, besides Started, Stopped and TimerFired -------------


@dataclass(frozen=True, slots=True)
class Crashed:
    """The process or its host died: what is on disk stays."""


@dataclass(frozen=True, slots=True)
class Notified:
    """The failover daemon of the host ran its notify script: its machine is in `state` now."""

    state: State


@dataclass(frozen=True, slots=True)
class Connected:
    """`channel` is open: somebody connected, or (`LINK`) the peer accepted."""

    channel: int


@dataclass(frozen=True, slots=True)
class Heard:
    """`data` came on `channel`."""

    channel: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Disconnected:
    """`channel` is no more."""

    channel: int


DatabaseEvent = Event | Crashed | Notified | Connected | Heard | Disconnected


# --- actions: what a server asks of its driver -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dial:
    """Connect to the peer; answered by `Connected` or `Disconnected` of `LINK`."""


@dataclass(frozen=True, slots=True)
class Say:
    """Send `data` on `channel`."""

    channel: int
    data: bytes


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close `channel`, after what was said on it."""

    channel: int


DatabaseAction = Action | Dial | Say | HangUp
