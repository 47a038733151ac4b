"""The pace of a process on a host that has a load: it acts late, and its work takes time.

A process does one thing at a time. What happens while it works waits: packets in its socket, then timers and
other news, as its event loop reads them. One *piece of work* is all that follows from one event; the timers
that are set in it count from its end, because the program reads the clock when it is done.

What a piece costs is in `vipsim.scenario.model.lateness`. Everything is drawn when it is reached, from the
streams ``lateness`` of the host, so that how a run goes on never depends on deadlines that were moved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from vipsim.machines.habits import habits_of
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    CancelTimer,
    Changed,
    Event,
    Received,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    Tell,
    TimerFired,
    TimerName,
)
from vipsim.scenario.assemble import FailoverMachine
from vipsim.scenario.model.lateness import Lateness, Spread
from vipsim.sim.daemon.hands import Hands
from vipsim.sim.daemon.processors import Processor
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.vips import linger
from vipsim.units import MS, Time

POLL_SLACK = 1000
"""A poll(2) may end late by the time-out divided by this (Linux: ``select_estimate_accuracy``, 0.1 %)."""
OWN_KEYS = 1 << 31
"""Where the keys of a process begin among those of its timer table."""
PASSED_ON = 2
"""Wake-ups from a signal to the process that acts on it, when a parent passes it on to its child."""
HAS_ADDRESS = 0.5
"""Share of `Lateness.address` after which the kernel has the address; the rest passes until it is announced.
Measured: a client that reaches the new master by its virtual MAC is answered from 0.41 to 0.64 of the time
between its advert and its first announcement on (truth/README, ``ka2-vmac-kill9``). On another machine, idle,
where the whole takes 0.16 ms, the kernel's message comes after 0.63 of it at p5 and 0.81 in the median, with
what it takes to read it (``python -m tests.truth.address``)."""

Call = Callable[[], object]
Frames = (Send, SendPacket, Announce)


class Pace:
    """What waits for the process of a host, and what it is at."""

    __slots__ = (
        "_actions", "_answers", "_asked", "_cause", "_crowd", "_due", "_has_sent", "_held", "_is_at_work",
        "_is_paid", "_is_paused", "_is_stiff", "_is_waking", "_key", "_machine", "_news", "_packets",
        "_processor", "_rest", "_share", "_token", "_wakes", "_works", "ended", "env", "hands", "lateness",
    )  # fmt: skip

    def __init__(self, hands: Hands, number: int, lateness: Lateness) -> None:
        self.hands = hands
        self.env = hands.world.env
        self.lateness = lateness
        streams = hands.world.streams
        self._wakes: Random = streams.get("lateness", hands.name, "wake")
        self._works: Random = streams.get("lateness", hands.name, "work")
        self._key = tie_key(Tie.TIMER, number) + OWN_KEYS
        self._token = 0
        """Number of the latest wake-up: an older one is void."""
        self._packets: deque[tuple[FailoverMachine, Event, int]] = deque()
        self._news: deque[Call] = deque()
        """What else is to be done, in order."""
        self._actions: deque[Action] = deque()
        """Of the event that is worked on; then its `_answers` follow."""
        self._answers: deque[tuple[FailoverMachine, Event, int]] = deque()
        self._held: dict[TimerName, tuple[Time, int]] = {}
        """Timers of this piece: their delay (ns) from its end, and their cause."""
        self.ended: Call | None = None
        """What is done when nothing is left to do: the process ends."""
        self._crowd: Call | None = None
        """It is starting: what others call when they begin to."""
        self._processor: Processor | None = None
        """Where it runs, if it shares it."""
        self._forget()

    def _forget(self) -> None:
        """Be a process that waits for something to happen."""
        self._is_waking = self._is_at_work = self._is_paused = self._is_paid = self._has_sent = False
        self._is_stiff = False
        """It has just been resumed."""
        self._due: tuple[Spread, ...] = ()
        """What the next frame costs, if it is the first of something rare."""
        self._rest: Time = 0
        """Cost of the next announcement: the kernel has the address, and more is to be done before it."""
        self._machine: FailoverMachine
        self._cause = 0
        self._asked: Time = 0
        self._share = 0.0
        """How slow this piece of work is, as a rank."""

    def clear(self) -> None:
        """The process is gone."""
        self._stop_launching()
        self._leave()
        self._token += 1
        for waiting in (self._packets, self._news, self._actions, self._answers):
            waiting.clear()
        self._held.clear()
        self.ended = None
        self._forget()

    # --- what happens ----------------------------------------------------------------------

    def late(self, delay: Time, machine: FailoverMachine | None) -> Time:
        """Return how late (ns) a timer wakes the process that was set `delay` ns before."""
        late = self._wake()
        if machine is not None and habits_of(machine).waits_in_poll:
            # The time left when it begins to wait, a moment later, is cut to whole ms; the kernel adds all
            # of its slack, unless something else wakes the processor before.
            late += max(0, delay // POLL_SLACK - 1 - (delay - 1) % MS)
        return late

    def _wake(self) -> Time:
        return self.lateness.wake.at(self._wakes.random())

    def hear(self, machine: FailoverMachine, event: Received, cause: int) -> None:
        """A packet is in the socket."""
        self._packets.append((machine, event, cause))
        self._rouse(1)

    def feed(self, machine: FailoverMachine, event: Event, cause: int) -> None:
        """A timer ended, and the process is awake."""
        self._news.append(lambda: self._begin(machine, event, cause))
        if not self._is_at_work:
            self.work()

    def tell(self, call: Call, wakes: int = 1) -> None:
        """Do `call` when the process is awake, after everything that waits."""
        self._news.append(call)
        self._rouse(wakes)

    def launch(self, call: Call, spread: Spread, crowded: Spread) -> None:
        """Do `call` when the process has started, which takes longer if others do so too (`crowded`)."""
        begun, share, others = self.env._now, self._works.random(), self.hands.world.launching
        if processors := self.hands.world.processors:
            self._processor = processors[int(len(processors) * self._works.random())]

        def crowd() -> None:
            if not self._is_paused:
                self._after(max(0, begun + crowded.at(share) - self.env._now))

        def launched() -> None:
            self._stop_launching()
            call()

        self._news.append(launched)
        self._is_waking = True
        self._after((crowded if others else spread).at(share))
        for other in others:
            other()
        self._crowd = crowd
        others.append(crowd)

    def _stop_launching(self) -> None:
        if self._crowd is not None:
            self.hands.world.launching.remove(self._crowd)
            self._crowd = None

    def pause(self) -> None:
        """Stop in the middle of whatever it does."""
        self._leave()
        self._token += 1
        self._is_paused = True

    def resume(self, call: Call) -> None:
        """Go on; `call` is done before anything else."""
        self._is_paused = False
        self._news.append(call)
        self._is_stiff = self._is_waking = True
        self._after(self._wake())

    def _rouse(self, wakes: int) -> None:
        if not (self._is_at_work or self._is_waking or self._is_paused):
            self._is_waking = True
            self._after(sum(self._wake() for _ in range(wakes)))

    def _after(self, delay: Time) -> None:
        self._token += 1
        self._key += 1
        self.env.call_at(self.env._now + delay, self._key, self._awake, self._token)

    def _awake(self, token: object) -> None:
        if token == self._token:
            self.work()

    # --- work ------------------------------------------------------------------------------

    def work(self) -> None:
        """Work until a step takes time, or nothing is left to do; wait for the processor if it is taken."""
        if not self._is_at_work:
            if self._processor is not None and not self._processor.take(self):
                self._is_waking = True
                return
            self._is_at_work, self._has_sent = True, False
        self._is_waking = False
        token = self._token
        while token == self._token and self._next():
            pass

    def _next(self) -> bool:
        """Take the next step; False if nothing is left, or a step takes time."""
        if self._actions:
            return self._step()
        if self._answers:
            self._ask(*self._answers.popleft())
        elif self._held:
            self._set_timers()
        elif self._packets:
            self._begin(*self._packets.popleft())
        elif self._news:
            self._news.popleft()()
        else:
            self._is_at_work = False
            if self.ended is not None:
                self.ended()
            self._leave()
            return False
        return True

    def _leave(self) -> None:
        if self._processor is not None:
            self._processor.leave(self)

    def _begin(self, machine: FailoverMachine, event: Event, cause: int) -> None:
        """Begin a piece of work."""
        self._share = self._works.random()
        self._due = (self.lateness.takeover,) if self._is_stiff else ()
        self._is_stiff = False
        self._answers.append((machine, event, cause))

    def _ask(self, machine: FailoverMachine, event: Event, cause: int) -> None:
        self._machine, self._cause, self._asked = machine, cause, self.env._now
        self._actions.extend(self.hands.ask(machine, event))
        if not habits_of(machine).logs_steps:
            return
        if isinstance(event, Received):
            self._due = self._due or (self.lateness.frame,)
        elif isinstance(event, TimerFired) and self._actions and isinstance(self._actions[0], Announce):
            self._due = (self.lateness.takeover, self.lateness.frame)

    def _step(self) -> bool:
        action = self._actions[0]
        if not self._is_paid and (cost := self._cost(action)):
            self._is_paid = True
            self._after(cost)
            return False
        self._is_paid = False
        self._actions.popleft()
        match action:
            case SetTimer(name=name, at=at):
                self._held[name] = (at - self._asked, self._cause)
            case CancelTimer(name=name):
                self._held.pop(name, None)
                self.hands.apply(self._machine, action, self._cause)
            case AcquireVip():
                answer = self.hands.acquire(action, self._cause)
                self._answers.append((self._machine, answer, self._cause))
            case Tell(part=part, event=told) if part in self.hands.parts:
                self._answers.append((self.hands.parts[part], told, self._cause))
            case ReleaseVip(vip=vip) if vip in self.hands.kernel.vips:
                nic = self.hands.kernel.vips[vip]
                self._cause = self.hands.apply(self._machine, action, self._cause)
                linger(self.hands.kernel, vip, nic)
            case _:
                self._cause = self.hands.apply(self._machine, action, self._cause)
        return True

    def _cost(self, action: Action) -> Time:
        """Time (ns) that passes before `action` is carried out."""
        if not habits_of(self._machine).logs_steps:
            return 0
        lateness = self.lateness
        spreads: tuple[Spread, ...] = ()
        if isinstance(action, Changed):
            self._due = (lateness.takeover,)
        elif isinstance(action, AcquireVip):
            self._has_sent = False
            if self._answers:
                return 0
            whole = self._draw(lateness.address)
            self._rest = whole - int(whole * HAS_ADDRESS)
            return whole - self._rest
        elif isinstance(action, Frames):
            if self._rest:
                rest, self._rest, self._due, self._has_sent = self._rest, 0, (), True
                return rest
            spreads = self._due or ((lateness.frame,) if self._has_sent else ())
            self._due, self._has_sent = (), True
        return sum(self._draw(spread) for spread in spreads)

    def _draw(self, spread: Spread) -> Time:
        """Return how long (ns) a step of this piece of work takes."""
        is_alike = self._works.random() < self.lateness.together
        return spread.at(self._share if is_alike else self._works.random())

    def _set_timers(self) -> None:
        held, self._held = self._held, {}
        for name, (delay, cause) in held.items():
            self.hands.timers.set(name, self.env._now + delay, cause)
