"""Two database servers and their clients on wires of a fixed delay: a driver small enough to be believed."""

from __future__ import annotations

import heapq
from typing import Any

from vipsim.machines.postgresql import DatabaseServer
from vipsim.machines.postgresql.words import (
    LINK,
    Connected,
    Crashed,
    DatabaseSettings,
    Dial,
    Disconnected,
    HangUp,
    Heard,
    Kind,
    Message,
    Notified,
    Reader,
    Role,
    Say,
)
from vipsim.machines.vocabulary import CancelTimer, Changed, Note, SetTimer, Started, State, TimerFired
from vipsim.units import MS, Time

WIRE = 1 * MS
"""One way, between anybody and anybody."""
FOLLOWER = 1
"""Channel on which each server sees its peer."""
CLIENT = 5
"""Channel of the one client that each server has."""
_FAR_END = {LINK: FOLLOWER, FOLLOWER: LINK}


class Pair:
    """Servers 1 (primary at the start) and 2; `run` lets time pass."""

    def __init__(self, **given: Any) -> None:
        roles = {1: Role.PRIMARY, 2: Role.STANDBY}
        self.servers = {n: DatabaseServer(DatabaseSettings("db", n, roles[n], **given)) for n in roles}
        self.now: Time = 0
        self.is_cut = False
        """Nothing passes between the servers."""
        self.told: list[tuple[Time, int, Message]] = []
        """What the clients heard: (when it was said, by whom, what)."""
        self.roles: list[tuple[Time, int, Role]] = []
        self.notes: list[str] = []
        self.timers: dict[int, dict[Any, Time]] = {1: {}, 2: {}}
        self._queue: list[tuple[Time, int, int, Any]] = []
        self._count = 0
        self._readers = {1: Reader(), 2: Reader()}
        for n in (1, 2):
            self.feed(n, Started())
            self.feed(n, Connected(CLIENT))
        self.run(10 * MS)

    def feed(self, server: int, event: Any) -> None:
        """Give an event to a server now."""
        for action in self.servers[server].handle(event, self.now):
            self._apply(server, action)

    def later(self, delay: Time, server: int, event: Any) -> None:
        """Give it after `delay`."""
        self._count += 1
        heapq.heappush(self._queue, (self.now + delay, self._count, server, event))

    def _apply(self, n: int, action: Any) -> None:
        other = 3 - n
        match action:
            case SetTimer(name=name, at=at):
                self.timers[n][name] = at
            case CancelTimer(name=name):
                self.timers[n].pop(name, None)
            case Changed(new=new):
                self.roles.append((self.now, n, new))
            case Note(text=text):
                self.notes.append(text)
            case Dial() if self.is_cut or self.servers[other].role is Role.DOWN:
                self.later(WIRE, n, Disconnected(LINK))
            case Dial():
                self.later(WIRE, other, Connected(FOLLOWER))
                self.later(2 * WIRE, n, Connected(LINK))
            case Say(channel=channel, data=data) if channel == CLIENT:
                self.told += [(self.now, n, message) for message in self._readers[n].take(data)]
            case Say(channel=channel, data=data) if not self.is_cut:
                self.later(WIRE, other, Heard(_FAR_END[channel], data))
            case HangUp(channel=channel) if channel != CLIENT and not self.is_cut:
                self.later(WIRE, other, Disconnected(_FAR_END[channel]))

    def run(self, duration: Time) -> None:
        """Let `duration` pass."""
        end = self.now + duration
        while True:
            due = min(((at, n, name) for n in (1, 2) for name, at in self.timers[n].items()), default=None)
            nexts = [one[0] for one in (due, self._queue[0] if self._queue else None) if one]
            at = min(nexts, default=end + 1)
            if at > end:
                self.now = end
                return
            self.now = at
            if self._queue and self._queue[0][0] == at:
                _, _, server, event = heapq.heappop(self._queue)
                self.feed(server, event)
            elif due:
                del self.timers[due[1]][due[2]]
                self.feed(due[1], TimerFired(due[2]))

    def write(self, server: int, *numbers: int) -> None:
        """The client of `server` writes rows."""
        said = b"".join(Message(Kind.WRITE, number=number, writer=7).octets for number in numbers)
        self.feed(server, Heard(CLIENT, said))

    def notify(self, server: int, state: State) -> None:
        """The server's daemon runs its notify script."""
        self.feed(server, Notified(state))

    def crash(self, server: int) -> None:
        """The server's host dies: nobody is told, and nothing that was set rings."""
        self.feed(server, Crashed())
        assert self.timers[server] == {}

    def rows(self, server: int) -> list[int]:
        """Numbers of the rows that a server has."""
        return [number for _, number in self.servers[server].log.rows]

    def acknowledged(self, server: int | None = None) -> list[int]:
        """Numbers that clients heard to be committed, by `server` or by anybody."""
        return [
            message.number
            for _, n, message in self.told
            if message.kind is Kind.ACKNOWLEDGED and server in (None, n)
        ]

    def role(self, server: int) -> Role:
        """The present role of a server."""
        return self.servers[server].role
