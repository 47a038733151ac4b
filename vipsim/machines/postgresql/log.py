"""What a database server has on its disk, and the sending of it to the standby that follows."""

from __future__ import annotations

from dataclasses import dataclass, field

from vipsim.machines.postgresql.words import Kind, Message
from vipsim.units import Time

Row = tuple[int, int]
"""(writer, number)."""
History = tuple[tuple[int, int], ...]
"""The timelines that led here, each (server that began it, position at which it did), in order."""

FIRST: History = ((0, 0),)
"""Both servers of a pair began as copies of one."""


class Log:
    """The rows of one server, in the order of their commit."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.due: list[Time] = []
        """When each row may leave for the standby, in ns."""
        self.history: History = FIRST

    @property
    def position(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def timeline(self) -> int:
        """Number of the present timeline, from 1."""
        return len(self.history)

    def append(self, row: Row, due: Time) -> None:
        """Add a row that may leave for the standby at `due` (ns)."""
        self.rows.append(row)
        self.due.append(due)

    def branch(self, server: int) -> None:
        """Begin a timeline of `server` here (a promotion)."""
        self.history += ((server, self.position),)

    def common(self, history: History, position: int) -> int:
        """Up to which position a server with `history`, now at `position`, has the same rows as this one."""
        shared = 0
        while shared < min(len(history), len(self.history)) and history[shared] == self.history[shared]:
            shared += 1
        ends = [position, self.position]
        ends += [line[shared][1] for line in (history, self.history) if shared < len(line)]
        return min(ends) if shared else 0

    def rewind(self, position: int) -> int:
        """Forget the rows after `position`, as pg_rewind does; returns how many there were."""
        dropped = max(0, self.position - position)
        del self.rows[position:]
        del self.due[position:]
        return dropped

    def told(self) -> bytes:
        """The history, as messages."""
        return b"".join(
            Message(Kind.TIMELINE, number=start, server=server).octets for server, start in self.history
        )


@dataclass(slots=True)
class Follower:
    """The standby that follows this server."""

    channel: int
    history: History
    position: int
    """Where it stood when it asked."""
    sent: int = -1
    """Up to which position it was sent rows; -1: it waits until this server is primary."""
    confirmed: int = 0

    def begin(self, log: Log) -> bytes:
        """What it is told first: the history, and where the stream starts."""
        self.sent = log.common(self.history, self.position)
        self.confirmed = self.sent
        return log.told() + Message(Kind.BEGIN, number=self.sent).octets

    def rows(self, log: Log, now: Time | None) -> bytes:
        """Return the rows that it has not been sent and that are due at `now`; None: all of them."""
        start = self.sent
        while self.sent < log.position and (now is None or log.due[self.sent] <= now):
            self.sent += 1
        return b"".join(
            Message(Kind.ROW, number=number, writer=writer).octets
            for writer, number in log.rows[start : self.sent]
        )


@dataclass(slots=True)
class Told:
    """The history that somebody on a channel tells, entry by entry."""

    entries: list[tuple[int, int]] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """Take one entry."""
        self.entries.append((message.server, message.number))

    def complete(self) -> History:
        """Return what was told, and be ready for the next one."""
        found, self.entries = tuple(self.entries), []
        return found
