"""The driver of a database server: its channels are TCP connections, its notify comes from the daemon.

The two servers of a pair replicate over the network between their hosts' own addresses, so what parts the
hosts parts the databases. The process is one of its host: killing the failover daemon leaves it alone, and
what its host's daemon says, it hears only while it runs.

It tells the trace who may write (`writer`) and what became of the rows (`stored`, at the end of the run).
"""

from __future__ import annotations

from collections import deque

from vipsim.machines.postgresql import DatabaseServer
from vipsim.machines.postgresql.words import (
    LINK,
    Connected,
    Crashed,
    DatabaseAction,
    DatabaseEvent,
    Dial,
    Disconnected,
    HangUp,
    Heard,
    Notified,
    Role,
    Say,
)
from vipsim.machines.tcp.words import TcpSettings
from vipsim.machines.vocabulary import (
    CancelTimer,
    Changed,
    Note,
    SetTimer,
    Started,
    State,
    Stopped,
    TimerFired,
    TimerName,
)
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.kernel import Kernel
from vipsim.sim.tcp import TcpSocket, TcpUser
from vipsim.sim.timers import TimerTable
from vipsim.sim.workloads.plan import DatabasePlan
from vipsim.trace.ranges import ranges


class DatabaseProcess:
    """A database server on a host (a `vipsim.sim.services.Program`)."""

    def __init__(self, kernel: Kernel, number: int, plan: DatabasePlan, writers: dict[int, str]) -> None:
        self.kernel = kernel
        self.world = kernel.world
        self.plan = plan
        self.machine = DatabaseServer(plan.settings)
        self.timers = TimerTable(self.world.env, tie_key(Tie.TIMER, number), self._timer)
        self.writers = writers
        """Names of the clients by the number that their rows carry."""
        self._channels: dict[int, Channel] = {}
        self._count = LINK
        self._inbox: deque[tuple[DatabaseEvent, int]] = deque()
        """What came while the process was paused."""
        self._pending: deque[tuple[DatabaseEvent, int]] = deque()
        self._is_paused = False
        self._is_writer = False

    # --- the life of the process -----------------------------------------------------------

    def start(self, cause: int) -> None:
        """Begin as what the disk says."""
        self.crash(cause)  # of what ran before a reboot, only the disk is left
        self.feed(Started(), cause)

    def stop(self, cause: int) -> None:
        """End in order."""
        self._wake(cause)
        self.feed(Stopped(), cause)
        self._forget()

    def crash(self, cause: int) -> None:
        """End at once; the disk stays."""
        self._forget()
        self.feed(Crashed(), cause)
        self._forget()

    def pause(self, cause: int) -> None:
        """Do nothing from now on."""
        self._is_paused = self.timers.paused = True
        self._tell_writer(cause)

    def go_on(self, cause: int) -> None:
        """Find what came meanwhile: first what was heard, then the timers that are due."""
        self._wake(cause)
        self._tell_writer(cause)

    def _wake(self, cause: int) -> None:
        if self._is_paused:
            self._is_paused = False
            while self._inbox:
                event, event_cause = self._inbox.popleft()
                self.feed(event, event_cause or cause)
            self.timers.paused = False
            self.timers.run_due()

    def _forget(self) -> None:
        """Nothing of the process is left that could act."""
        self._channels.clear()
        self._inbox.clear()
        self.timers.clear()
        self._is_paused = self.timers.paused = False

    def finish(self) -> None:
        """Tell which rows are on the disk."""
        log = self.machine.log
        rows: dict[int, list[int]] = {}
        for writer, number in log.rows:
            rows.setdefault(writer, []).append(number)
        data = {
            "database": self.machine.part,
            "role": self.machine.role.value,
            "timeline": log.timeline,
            "rows": {self.writers.get(writer, str(writer)): ranges(rows[writer]) for writer in sorted(rows)},
        }
        self.world.note("stored", self.kernel.name, data)

    # --- what happens to it ----------------------------------------------------------------

    def notified(self, machine: str, state: State, cause: int) -> None:
        """The failover daemon of the host changed its state and runs its notify script."""
        if machine == self.plan.group:
            self.hear(Notified(state), cause)

    def accept(self, socket: TcpSocket) -> TcpUser:
        """Somebody connected."""
        self._count += 1
        return self._open(self._count)

    def _open(self, number: int) -> Channel:
        channel = self._channels[number] = Channel(self, number)
        return channel

    def hear(self, event: DatabaseEvent, cause: int = 0) -> None:
        """Take an event from outside; a paused process finds it later."""
        if self._is_paused:
            self._inbox.append((event, cause))
        else:
            self.feed(event, cause)

    def is_open(self, channel: Channel) -> bool:
        """Whether `channel` is still one of this process."""
        return self._channels.get(channel.number) is channel

    def _timer(self, name: TimerName, cause: int) -> None:
        self.feed(TimerFired(name), cause)

    # --- carrying out ----------------------------------------------------------------------

    def feed(self, event: DatabaseEvent, cause: int) -> None:
        """Give `event` to the machine and carry out what it asks; what that brings about follows in turn."""
        pending = self._pending
        pending.append((event, cause))
        if len(pending) > 1:
            return  # called from within: the loop below will come to it
        while pending:
            event, cause = pending[0]
            if isinstance(event, Disconnected):
                self._channels.pop(event.channel, None)
            for action in self.machine.handle(event, self.world.env._now):
                cause = self._apply(action, cause)
            pending.popleft()

    def _apply(self, action: DatabaseAction, cause: int) -> int:
        """Carry out one action; returns the cause of those after it."""
        match action:
            case Say(channel=number, data=data):
                channel = self._channels.get(number)
                if channel is not None and channel.socket is not None:
                    channel.socket.send(data)
            case HangUp(channel=number):
                channel = self._channels.pop(number, None)
                if channel is not None and channel.socket is not None:
                    channel.socket.close()
            case Dial():
                channel = self._open(LINK)
                channel.socket = self.kernel.tcp.connect(
                    self.plan.peer, self.plan.port, TcpSettings(), channel, self.plan.own, cause
                )
            case SetTimer(name=name, at=at):
                self.timers.set(name, at, cause)
            case CancelTimer(name=name):
                self.timers.cancel(name)
            case Changed():
                return self._note_change(action, cause)
            case Note(text=text):
                told = {"machine": self.machine.part, "text": text}
                self.world.note("note", self.kernel.name, told, cause)
        return cause

    def _note_change(self, change: Changed, cause: int) -> int:
        timeline, rows = change.detail
        data = {
            "database": change.key,
            "old": change.old.value,
            "new": change.new.value,
            "why": change.why,
            "timeline": timeline,
            "rows": rows,
        }
        number = self.world.note("database", self.kernel.name, data, cause)
        self._tell_writer(number)
        return number

    def _tell_writer(self, cause: int) -> None:
        """Note when the server begins or ends to be one that takes writes."""
        is_writer = self.machine.role is Role.PRIMARY and not self._is_paused
        if is_writer is not self._is_writer:
            self._is_writer = is_writer
            data = {
                "database": self.machine.part,
                "act": "begin" if is_writer else "end",
                "timeline": self.machine.log.timeline,
                "synchronous": self.plan.settings.synchronous,
            }
            self.world.note("writer", self.kernel.name, data, cause)


class Channel:
    """The user of one connection of the server."""

    __slots__ = ("number", "process", "socket")

    def __init__(self, process: DatabaseProcess, number: int) -> None:
        self.process = process
        self.number = number
        self.socket: TcpSocket | None = None

    def established(self, socket: TcpSocket) -> None:
        """It is open."""
        self.socket = socket
        self._tell(Connected(self.number))

    def received(self, socket: TcpSocket, data: bytes) -> None:
        """Something was said on it."""
        self._tell(Heard(self.number, data))

    def failed(self, socket: TcpSocket, error: str) -> None:
        """It is lost, or never came about."""
        self._tell(Disconnected(self.number))

    def closed(self, socket: TcpSocket) -> None:
        """The other end closed it."""
        socket.close()
        self._tell(Disconnected(self.number))

    def _tell(self, event: DatabaseEvent) -> None:
        if self.process.is_open(self):
            self.process.hear(event)
