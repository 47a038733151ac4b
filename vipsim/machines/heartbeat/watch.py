"""The watch of a heartbeat pair: whether there is somebody who lives and has the address.

There are two ways to know, chosen by the setting `mode`:

pull
    The standby *asks*: every `interval` it sends a packet and expects an answer within `timeout`. After
    `dead_count` questions in a row without an answer the other is dead. A ping asks the kernel; a
    query to a service's port asks the service, and so notices one that hangs on a healthy machine.
push
    The master *tells*: it sends ALIVE every `interval`. After `timeout` without one it is dead.

How long this takes depends on the phase in which the other died:

======  =======================================================================================
pull    uniform on [(dead_count - 1) x interval + timeout, dead_count x interval + timeout]
push    uniform on [timeout - interval, timeout]
======  =======================================================================================

To live is not enough: two machines may both be well and neither have the address. Until somebody is
seen to have it, a pull watch also asks the network by ARP, and takes a peer's answers for nothing.

A watch keeps its own timers in its daemon's table and says why the other is dead. What follows from
that is the daemon's business (`vipsim.machines.heartbeat`), which also drops the timers whenever it
changes state.

Timers: ``probe`` (ask now), ``answer`` (it is late), ``silence`` (no ALIVE).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from vipsim.machines.contract import TimerTable
from vipsim.machines.heartbeat.rules import HeartbeatSettings, Sign, question, who_has
from vipsim.machines.vocabulary import Action
from vipsim.units import Time
from vipsim.wire.heartbeat import Message

NO_ANSWER, SILENCE, NOBODY = "no answer", "silence", "nobody has it"
"""The verdicts of a watch."""
BELIEVED_DEAD = (NO_ANSWER, SILENCE)
"""Those by which the one that had the address has died."""


class Watch(Protocol):
    """How one daemon knows of the other."""

    asks: ClassVar[bool]
    """Whether it asks; the other kind lives on what the master says."""
    missed: int
    """Questions in a row without an answer."""
    is_owner_known: bool
    """Whether we have seen that somebody has the address; until then being alive is not enough."""

    def begin(self, now: Time) -> list[Action]:
        """Watch as BACKUP from `now` (ns) on, knowing nothing."""

    def resume(self, age: Time, now: Time) -> list[Action]:
        """Have been watching for long: the last question, or ALIVE, was `age` ns ago."""

    def hear(self, what: Message | Sign, now: Time) -> list[Action]:
        """Take a sign of life: an answer, or the master's word."""

    def see_owner(self) -> list[Action]:
        """Somebody has the address, so being alive is enough from now on."""

    def judge(self, what: str) -> tuple[list[Action], str]:
        """Take the end of timer `what`: what is to be done, and the verdict (empty: none, or told before)."""

    def go_on(self, what: str, now: Time) -> list[Action]:
        """Ask again if the timer `what` is for that: ``probe`` of a backup, ``beat`` of a master."""


class PullWatch:
    """Ask, and count what is not answered."""

    asks: ClassVar[bool] = True

    def __init__(self, settings: HeartbeatSettings, timers: TimerTable) -> None:
        self.settings = settings
        self.timers = timers
        self.missed = 0
        self.is_owner_known = False
        self._seq = 0

    def begin(self, now: Time) -> list[Action]:
        """Ask at once."""
        self.missed = 0
        self.is_owner_known = False
        return self.go_on("probe", now)

    def resume(self, age: Time, now: Time) -> list[Action]:
        """Ask when it is time again."""
        return [self.timers.set("probe", now + max(0, self.settings.interval - age), now)]

    def hear(self, what: Message | Sign, now: Time) -> list[Action]:
        """Any answer ends the count."""
        return self._answered() if what is Sign.ANSWER and self.is_owner_known else []

    def see_owner(self) -> list[Action]:
        """Count afresh: what was not answered was another question."""
        self.is_owner_known = True
        return self._answered()

    def judge(self, what: str) -> tuple[list[Action], str]:
        """Count an answer that is late. A driver may fire the timer of the next question first."""
        if what != "answer" and not (what == "probe" and self.timers.is_set("answer")):
            return [], ""
        self.missed += 1
        verdict = NO_ANSWER if self.is_owner_known else NOBODY
        is_dead = self.missed == self.settings.dead_count  # said once, though the count may run on
        return [*self.timers.cancel("answer")], verdict if is_dead else ""

    def go_on(self, what: str, now: Time) -> list[Action]:
        """Ask the peer whether it lives and, until we know it, the network who has the address."""
        match what:
            case "probe":
                actions = self._ask(now)
                if not self.is_owner_known:
                    actions += who_has(self.settings)
                return [*actions, self.timers.set("probe", now + self.settings.interval, now)]
            case "beat":
                return self._ask(now)
        return []

    def _ask(self, now: Time) -> list[Action]:
        """Send one question, and expect the answer in time."""
        self.missed += self.timers.is_set("answer")  # its time is over, even if it has not fired yet
        self._seq = (self._seq + 1) & 0xFFFF
        return [
            question(self.settings, self._seq),
            self.timers.set("answer", now + self.settings.timeout, now),
        ]

    def _answered(self) -> list[Action]:
        self.missed = 0
        return [*self.timers.cancel("answer")]


class PushWatch:
    """Wait to be told."""

    asks: ClassVar[bool] = False

    def __init__(self, settings: HeartbeatSettings, timers: TimerTable) -> None:
        self.settings = settings
        self.timers = timers
        self.missed = 0  # nothing is asked
        self.is_owner_known = False

    def begin(self, now: Time) -> list[Action]:
        """Give the master the whole timeout."""
        self.is_owner_known = False
        return self._wait(now, 0)

    def resume(self, age: Time, now: Time) -> list[Action]:
        """Give the master the rest of the timeout."""
        return self._wait(now, age)

    def hear(self, what: Message | Sign, now: Time) -> list[Action]:
        """A master's word counts until the timeout; its kernel's says nothing."""
        return self._wait(now, 0) if isinstance(what, Message) else []

    def see_owner(self) -> list[Action]:
        """Know it; the silence is counted from the last word all the same."""
        self.is_owner_known = True
        return []

    def judge(self, what: str) -> tuple[list[Action], str]:
        """The timer is the verdict."""
        return [], SILENCE if what == "silence" else ""

    def go_on(self, what: str, now: Time) -> list[Action]:
        """Nothing is asked."""
        return []

    def _wait(self, now: Time, age: Time) -> list[Action]:
        return [self.timers.set("silence", now + max(0, self.settings.timeout - age), now)]


WATCHES: Mapping[str, Callable[[HeartbeatSettings, TimerTable], Watch]] = {
    "pull": PullWatch,
    "push": PushWatch,
}
"""Watches by the setting `mode`."""
