"""The life of one daemon process, and what it hears.

It only brings events to the machines; `vipsim.sim.daemon.hands` carries out what they ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial

from vipsim.machines.habits import habits_of
from vipsim.machines.vocabulary import (
    AdminChanged,
    Event,
    LinkChanged,
    Received,
    Reloaded,
    Settled,
    Started,
    Stopped,
    TimerFired,
    TimerName,
)
from vipsim.machines.vrrp import VrrpMachine, VrrpSettings
from vipsim.scenario.assemble import FailoverMachine, Maker
from vipsim.scenario.model.lateness import Lateness
from vipsim.sim.daemon.ears import Ears
from vipsim.sim.daemon.hands import Hands
from vipsim.sim.daemon.pace import PASSED_ON, Pace
from vipsim.sim.daemon.watching import Watching
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.kernel import Kernel
from vipsim.sim.timers import TimerTable
from vipsim.units import Time


class Process(Enum):
    """Whether the process runs."""

    GONE = "gone"
    RUNNING = "running"
    PAUSED = "paused"


class Daemon:
    """The failover daemon of one host."""

    __slots__ = (
        "configured", "ears", "feed", "hands", "hear", "kernel", "listeners", "machines", "make", "name",
        "number", "pace", "paused_by", "process", "restart_cause", "timers", "unread", "watching",
        "world",
    )  # fmt: skip

    def __init__(self, kernel: Kernel, number: int, make: Maker, lateness: Lateness | None = None) -> None:
        self.kernel = kernel
        self.world = kernel.world
        self.name = kernel.name
        self.number = number
        self.make = make
        self.process = Process.GONE
        self.paused_by: set[str] = set()
        self.configured: dict[str, VrrpSettings] = {}
        """Settings of the machines that a reload has changed, by their part."""
        self.unread: int | None = None
        """A reload that waits for the process to go on: what caused it."""
        self.restart_cause: int | None = None
        """It is to be launched again when it has ended, and why."""
        self.machines: dict[str, FailoverMachine] = {}
        self.ears = Ears(self)
        self.timers = TimerTable(self.world.env, tie_key(Tie.TIMER, number), self._timer)
        self.hands = Hands(kernel, self.timers)
        self.listeners = self.hands.listeners
        self.pace: Pace | None = None
        """None: it acts in the same instant, and its work takes no time."""
        self.feed = self.hands.feed
        """Gives an event to a machine: takes the machine, the event, and the record that caused it."""
        self.hear: Callable[[FailoverMachine, Received, int], None] = self.hands.feed
        """The same for a packet, which may have to wait."""
        if lateness is not None:
            self.pace = Pace(self.hands, number, lateness)
            self.feed, self.hear = self.pace.feed, self.pace.hear
            self.timers.late = self._late
        self.watching = Watching(self)
        kernel.hooks.append(self._link_changed)

    # --- the life of the process -----------------------------------------------------------

    def start(self, cause: int = 0, *, respawned: bool = False) -> None:
        """Launch the process afresh; `respawned`: by its parent."""
        if self.pace is not None and self.pace.ended is not None:
            self.restart_cause = cause
            return
        number = self._launch(cause)
        if self.pace is None:
            self._started(number)
        else:
            known = self.pace.lateness
            launch, crowded = known.launch, known.launch_crowded
            if respawned or self._is_small:
                launch = crowded = known.respawn if respawned else known.launch_small
            self.pace.launch(partial(self._started, number), launch, crowded)

    def _started(self, cause: int) -> None:
        self.ears.capture({})
        down = tuple(name for name, nic in self.kernel.nics.items() if not nic.carrier)
        for machine in self.machines.values():
            self.feed(machine, Started(down), cause)
        self.watching.begin(cause, settled=False)

    def settle(self, states: dict[str, Settled], cause: int = 0, rings: Mapping[str, Time] = {}) -> None:
        """Be as if launched long ago: where each part stands, and when the rings of some were made (ns)."""
        number = self._launch(cause)
        self.ears.capture(rings)
        for part, machine in self.machines.items():
            self.hands.feed(machine, states[part], number)
        self.watching.begin(number, settled=True)

    def _launch(self, cause: int) -> int:
        self.discard()
        self.process = Process.RUNNING
        self.machines = {machine.part: self._as_configured(machine) for machine in self.make()}
        self.hands.parts = self.machines
        self.ears.listen()
        return self.world.note("daemon", self.name, {"act": "start"}, cause)

    def stop(self, cause: int, act: str = "stop") -> None:
        """End in order (SIGTERM): the machines say goodbye."""
        if self.process is not Process.RUNNING:
            return
        number = self.world.note("daemon", self.name, {"act": act}, cause)
        if self.pace is None:
            self._say_goodbye(number)
            self.discard()
        elif self.pace.ended is None:
            self.pace.ended = self._ended
            is_passed_on = self.has_parent and act == "stop"
            self.pace.tell(partial(self._say_goodbye, number), PASSED_ON if is_passed_on else 1)

    def _say_goodbye(self, cause: int) -> None:
        for machine in self.machines.values():
            self.feed(machine, Stopped(), cause)

    def _ended(self) -> None:
        """The work of ending in order is done."""
        again = self.restart_cause
        self.discard()
        if again is not None:
            self.start(again)

    def _as_configured(self, machine: FailoverMachine) -> FailoverMachine:
        changed = self.configured.get(machine.part)
        return machine if changed is None else VrrpMachine(changed)

    def reload(self, settings: dict[str, VrrpSettings], cause: int) -> None:
        """Read the configuration again (SIGHUP); who is frozen does it when he goes on."""
        self.configured |= settings
        if self.process is Process.PAUSED:
            self.unread = cause
        elif self.process is Process.RUNNING:
            number = self.world.note("daemon", self.name, {"act": "reload"}, cause)
            if self.pace is None:
                self._read_again(number)
            else:
                self.pace.tell(partial(self._read_again, number), PASSED_ON if self.has_parent else 1)

    def _read_again(self, cause: int) -> None:
        down = tuple(name for name, nic in self.kernel.nics.items() if not nic.carrier)
        for part, settings in self.configured.items():
            self.feed(self.machines[part], Reloaded(settings, down), cause)

    def kill_parent(self, cause: int) -> None:
        """End the parent at once: its child gets a signal of that and leaves in order (truth/NOTES 2)."""
        self.stop(cause, act="kill_parent")

    def kill_child(self, cause: int) -> None:
        """End the child at once: the parent starts a new one, which finds left-over addresses."""
        if self.process is not Process.GONE:
            number = self.world.note("daemon", self.name, {"act": "kill_child"}, cause)
            self.discard()
            self.start(number, respawned=True)

    def kill(self, cause: int) -> None:
        """End at once (SIGKILL): machines, timers and inbox are gone, the kernel keeps what it has."""
        if self.process is not Process.GONE:
            self.world.note("daemon", self.name, {"act": "kill"}, cause)
            self.discard()

    @property
    def is_running(self) -> bool:
        """Whether it does anything."""
        return self.process is Process.RUNNING

    @property
    def is_paused(self) -> bool:
        """Whether it is there, and does nothing."""
        return self.process is Process.PAUSED

    @property
    def has_parent(self) -> bool:
        """Whether a parent process watches over it."""
        return any(habits_of(machine).has_parent for machine in self.machines.values())

    @property
    def _is_small(self) -> bool:
        return all(habits_of(machine).is_small for machine in self.machines.values())

    def pause(self, reason: str, cause: int) -> None:
        """Stop running without ending: ``hang`` (SIGSTOP) or ``freeze`` (the whole host)."""
        if self.process is not Process.GONE:
            self.paused_by.add(reason)
        if self.process is Process.RUNNING:
            self.world.note("daemon", self.name, {"act": "freeze"}, cause)
            self.process = Process.PAUSED
            self.timers.paused = True
            if self.pace is not None:
                self.pace.pause()

    def resume(self, reason: str, cause: int) -> None:
        """Go on if nothing else holds it: the inbox is read before timers fire, as a select loop does."""
        self.paused_by.discard(reason)
        if self.process is Process.PAUSED and not self.paused_by:
            number = self.world.note("daemon", self.name, {"act": "thaw"}, cause)
            self.process = Process.RUNNING
            if self.pace is not None:
                self.pace.resume(self._timers_go_on)
            self.ears.read(number)
            if self.pace is None:
                self._timers_go_on()
            if self.unread is not None:
                cause, self.unread = self.unread, None
                self.reload({}, cause)

    def _timers_go_on(self) -> None:
        self.timers.paused = False
        self.timers.run_due()

    def discard(self) -> None:
        """Forget machines, timers and inbox: no stale deadline may fire."""
        self.process = Process.GONE
        self.paused_by.clear()
        self.restart_cause = self.unread = None
        self.machines = {}
        self.timers.clear()
        self.timers.paused = False
        self.watching.forget()
        if self.pace is not None:
            self.pace.clear()
        self.ears.forget()

    # --- news ------------------------------------------------------------------------------

    def _link_changed(self, iface: str, up: bool, cause: int) -> None:
        self.tell(LinkChanged(iface, up), cause)

    def set_down(self, iface: str, cause: int) -> None:
        """Somebody set `iface` down at this host: the kernel reports an error on captures there."""
        if self.ears.rings:
            self.tell(AdminChanged(iface, up=False), cause)

    def tell(self, event: Event, cause: int) -> None:
        """Tell every machine what happened on the host."""
        if self.process is not Process.RUNNING:
            return
        if self.pace is None:
            self._told(event, cause)
        else:
            self.pace.tell(partial(self._told, event, cause))

    def _told(self, event: Event, cause: int) -> None:
        for machine in self.machines.values():
            self.feed(machine, event, cause)

    def _timer(self, name: TimerName, cause: int) -> None:
        machine = self.machines.get(name[0])
        number = self.world.note("timer", self.name, {"part": name[0], "name": name[1]}, cause)
        if machine is None:
            self.watching.fired(name, number)
        else:
            self.feed(machine, TimerFired(name), number)

    def _late(self, name: TimerName, at: Time, delay: Time) -> Time:
        assert self.pace is not None
        return self.pace.late(delay, self.machines.get(name[0]))
