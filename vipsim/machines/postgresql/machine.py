"""One server of a replicated pair, as PostgreSQL with streaming replication is: primary or standby.

The primary takes writes and streams its rows to the standby. The standby dials the primary, tells where it
stands, and takes what comes. The failover daemon's notify decides who is what: on MASTER a standby cuts its
stream and is primary after `promotion_time`, on a timeline of its own; on BACKUP, FAULT and at the daemon's
orderly end (INIT) a primary that `demotes` sends what it has left, closes its clients' connections and
follows the other. Nobody asks whether there are two primaries; that is the danger.

*Asynchronous*: a write is acknowledged when it is on the primary's own disk; it leaves for the standby
`replication_lag` later. What was acknowledged and had not left when the primary died is lost.

*Synchronous*: a write is acknowledged when the standby has it. Without a standby the primary waits, for
ever, and so do its clients: nothing that was acknowledged can be lost, and of two primaries one is mute.

A demoted or returning server whose timeline has parted from the primary's forgets the rows after the
parting (pg_rewind) before it follows. A process that dies keeps what was on its disk.

Timers: ``promote``, ``ship`` (the next row may leave), ``dial`` (the peer did not answer), ``status``.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import ClassVar

from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.postgresql.log import Follower, Log, Told
from vipsim.machines.postgresql.words import (
    LINK,
    TRANSITIONS,
    Connected,
    Crashed,
    DatabaseAction,
    DatabaseEvent,
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
from vipsim.machines.vocabulary import Note, Started, State, Stopped, TimerFired
from vipsim.units import Time

Actions = list[DatabaseAction]


class DatabaseServer:
    """One server of a pair (see the module)."""

    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = TRANSITIONS

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self.part = settings.name
        self.role = Role.DOWN
        self.log = Log()
        """On disk."""
        self.timers = TimerTable(settings.name)
        self._starts_as = settings.role
        """On disk too: whether there is a ``standby.signal``."""
        self._readers: dict[int, Reader] = {}
        """The open channels."""
        self._told: dict[int, Told] = {}
        self._is_linked = False
        """The peer is dialed, or is being dialed."""
        self._follower: Follower | None = None
        self._waiting: deque[tuple[int, int, Message]] = deque()
        """Writes that wait for the standby: (position, channel, what was written)."""

    @property
    def states(self) -> dict[str, Role]:
        """The present role, by the server's name."""
        return {self.part: self.role}

    def handle(self, event: DatabaseEvent, now: Time) -> Actions:
        """Take one event at `now` (ns)."""
        match event:
            case Started() if self.role is Role.DOWN:
                return self._start()
            case Stopped() if self.role is not Role.DOWN:
                return [*self._ship(now, everything=True), *self._close_all(), *self._end("stop")]
            case Crashed() if self.role is not Role.DOWN:
                return self._end("crash")
        if self.role is Role.DOWN:
            return []
        match event:
            case Notified(state=state):
                return self._notified(state, now)
            case Connected(channel=channel):
                return self._connected(channel, now)
            case Heard(channel=channel, data=data) if channel in self._readers:
                return self._heard(channel, data, now)
            case Disconnected(channel=channel):
                return self._disconnected(channel, now)
            case TimerFired(name=name):
                return self._fired(self.timers.due(name, now), now)
        return []

    # --- every way into a role -------------------------------------------------------------

    def _start(self) -> Actions:
        if self._starts_as is Role.PRIMARY:
            return self._become(Role.PRIMARY, "start")
        return [*self._become(Role.STANDBY, "start"), *self._dial()]

    def _end(self, why: str) -> Actions:
        """The process is no more; only its disk is left."""
        self._forget()
        return [*self._become(Role.DOWN, why), *self.timers.cancel_all()]

    def _notified(self, state: State, now: Time) -> Actions:
        if state is State.MASTER:
            return self._promote(now) if self.role is Role.STANDBY else []
        if self.role is Role.PROMOTING and self.settings.demotes:
            cancelled = self.timers.cancel("promote")
            return [*self._become(Role.STANDBY, "notify"), *cancelled, *self._dial()]
        if self.role is Role.PRIMARY and self.settings.demotes:
            return self._demote(now)
        return []

    def _promote(self, now: Time) -> Actions:
        """Take no more from the old primary, and be primary in a while (``pg_ctl promote``)."""
        actions = [*self._become(Role.PROMOTING, "notify"), *self.timers.cancel_all()]
        if self._is_linked:
            actions += self._hang_up(LINK)
        actions.append(self.timers.set("promote", now + self.settings.promotion_time, now))
        return actions

    def _promoted(self, now: Time) -> Actions:
        self.log.branch(self.settings.number)
        self._starts_as = Role.PRIMARY
        return [*self._become(Role.PRIMARY, "promoted"), *self._begin_stream(now)]

    def _demote(self, now: Time) -> Actions:
        """End in order, as a fast shutdown does: the standby gets every row first. Then follow."""
        self._starts_as = Role.STANDBY
        actions = [*self._ship(now, everything=True), *self._close_all()]
        return [*actions, *self._become(Role.STANDBY, "notify"), *self.timers.cancel_all(), *self._dial()]

    def _become(self, new: Role, why: str) -> Actions:
        old, self.role = self.role, new
        detail = (self.log.timeline, self.log.position)
        return [changed(self.transitions, self.part, old, new, why, detail)]

    # --- channels --------------------------------------------------------------------------

    def _connected(self, channel: int, now: Time) -> Actions:
        self._readers[channel] = Reader()
        if channel != LINK:
            return []
        if self.role is not Role.STANDBY:
            return self._hang_up(LINK)
        self._is_linked = True
        question = self.log.told() + Message(Kind.FOLLOW, number=self.log.position).octets
        return [Say(LINK, question), *self.timers.cancel("dial"), self._next_status(now)]

    def _disconnected(self, channel: int, now: Time) -> Actions:
        self._readers.pop(channel, None)
        self._told.pop(channel, None)
        if self._follower is not None and self._follower.channel == channel:
            self._follower = None
            return [*self.timers.cancel("ship")]
        if channel != LINK or not self._is_linked:
            return []
        self._is_linked = False
        again = self.timers.set("dial", now + self.settings.retry, now)
        return [*self.timers.cancel("status"), again]

    def _dial(self) -> Actions:
        self._is_linked = True
        return [Dial()]

    def _hang_up(self, channel: int) -> Actions:
        self._readers.pop(channel, None)
        self._told.pop(channel, None)
        if channel == LINK:
            self._is_linked = False
        return [HangUp(channel)]

    def _close_all(self) -> Actions:
        """Close every connection; who waits for an answer gets none."""
        channels = list(self._readers)
        if self._is_linked and LINK not in self._readers:
            channels.append(LINK)  # it is still being dialed
        self._forget()
        return [HangUp(channel) for channel in channels]

    def _forget(self) -> None:
        self._readers.clear()
        self._told.clear()
        self._waiting.clear()
        self._follower = None
        self._is_linked = False

    def _heard(self, channel: int, data: bytes, now: Time) -> Actions:
        actions: Actions = []
        messages = self._readers[channel].take(data)
        for message in messages:
            actions += self._follow(message, now) if channel == LINK else self._serve(channel, message, now)
        if channel == LINK and any(message.kind is Kind.ROW for message in messages):
            actions.append(self._confirm())
        return actions

    # --- the primary's side ----------------------------------------------------------------

    def _serve(self, channel: int, message: Message, now: Time) -> Actions:
        match message.kind:
            case Kind.WRITE if self.role is Role.PRIMARY:
                return self._write(channel, message, now)
            case Kind.WRITE:
                return [Say(channel, message._replace(kind=Kind.REFUSED).octets)]
            case Kind.TIMELINE:
                self._told.setdefault(channel, Told()).add(message)
            case Kind.FOLLOW:
                history = self._told.setdefault(channel, Told()).complete()
                self._follower = Follower(channel, history, message.number)
                return self._begin_stream(now) if self.role is Role.PRIMARY else []
            case Kind.CONFIRMED if self._follower is not None and self._follower.channel == channel:
                self._follower.confirmed = max(self._follower.confirmed, message.number)
                return self._acknowledge()
        return []

    def _write(self, channel: int, message: Message, now: Time) -> Actions:
        is_waiting = self.settings.synchronous
        self.log.append(
            (message.writer, message.number), now if is_waiting else now + self.settings.replication_lag
        )
        if not is_waiting:
            return [self._acknowledgement(channel, message), *self._ship(now)]
        self._waiting.append((self.log.position, channel, message))
        return self._ship(now)

    def _acknowledge(self) -> Actions:
        """Acknowledge the writes that the standby has confirmed."""
        actions: Actions = []
        confirmed = self._follower.confirmed if self._follower is not None else 0
        while self._waiting and self._waiting[0][0] <= confirmed:
            _, channel, message = self._waiting.popleft()
            if channel in self._readers:
                actions.append(self._acknowledgement(channel, message))
        return actions

    def _acknowledgement(self, channel: int, message: Message) -> Say:
        answer = message._replace(
            kind=Kind.ACKNOWLEDGED, server=self.settings.number, timeline=self.log.timeline
        )
        return Say(channel, answer.octets)

    def _begin_stream(self, now: Time) -> Actions:
        if self._follower is None:
            return []
        begin = Say(self._follower.channel, self._follower.begin(self.log))
        return [begin, *self._acknowledge(), *self._ship(now)]

    def _ship(self, now: Time, everything: bool = False) -> Actions:
        """Send the standby what is due, and wake up for the rest."""
        follower = self._follower
        if follower is None or follower.sent < 0:
            return []
        rows = follower.rows(self.log, None if everything else now)
        actions: Actions = [Say(follower.channel, rows)] if rows else []
        if follower.sent < self.log.position and not self.timers.is_set("ship"):
            actions.append(self.timers.set("ship", self.log.due[follower.sent], now))
        return actions

    # --- the standby's side ----------------------------------------------------------------

    def _follow(self, message: Message, now: Time) -> Actions:
        match message.kind:
            case Kind.TIMELINE:
                self._told.setdefault(LINK, Told()).add(message)
            case Kind.BEGIN:
                self.log.history = self._told.setdefault(LINK, Told()).complete() or self.log.history
                if dropped := self.log.rewind(message.number):
                    return [Note(f"{self.part}: forgets {dropped} rows that the new primary never had")]
            case Kind.ROW:
                self.log.append((message.writer, message.number), now)
        return []

    def _confirm(self) -> Say:
        return Say(LINK, Message(Kind.CONFIRMED, number=self.log.position).octets)

    def _next_status(self, now: Time) -> DatabaseAction:
        return self.timers.set("status", now + self.settings.status, now)

    # --- time ------------------------------------------------------------------------------

    def _fired(self, what: str, now: Time) -> Actions:
        match what:
            case "promote":
                return self._promoted(now)
            case "ship":
                return self._ship(now)
            case "dial":
                return self._dial()
            case "status":
                return [self._confirm(), self._next_status(now)]
        return []
