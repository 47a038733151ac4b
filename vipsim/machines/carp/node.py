"""One node of a virtual host: what it knows, and its ways into each state.

`vipsim.machines.carp.machine.CarpMachine` decides when it takes which.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.carp.advert import advert_frame
from vipsim.machines.carp.rules import LAST_WORD, CarpSettings
from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.vocabulary import AcquireVip, Action, Announce, ReleaseVip, Send, State
from vipsim.units import Time
from vipsim.wire.addresses import IPv4

INIT, BACKUP, MASTER, FAULT = State.INIT, State.BACKUP, State.MASTER, State.FAULT
_COUNTERS = 1 << 64


class Node:
    """The node's timers, and every way into a state."""

    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = frozenset(
        {
            (INIT, BACKUP),
            (INIT, MASTER),
            (INIT, FAULT),
            (BACKUP, MASTER),
            (BACKUP, FAULT),
            (BACKUP, INIT),
            (MASTER, BACKUP),
            (MASTER, FAULT),
            (MASTER, INIT),
            (FAULT, BACKUP),
            (FAULT, INIT),
        }
    )

    def __init__(self, settings: CarpSettings) -> None:
        self.settings = settings
        self.part = settings.name
        self.vips: tuple[IPv4, ...] = tuple(address for address, _ in settings.vips)
        self.state = State.INIT
        self.timers = TimerTable(settings.name)
        self._counter = 0
        """Counter of the last advert, sent or heard."""
        self._deadline: Time = 0
        """A backup is master from here on, once it looks (ns)."""
        self._carrier = True
        self._awaited: set[IPv4] = set()
        """Addresses taken over that the kernel has not confirmed yet."""
        self._woke: Time = 0
        """When the takeover began that is not finished yet (ns)."""
        self._adverts_left = 0
        """Adverts until the announcement that is planned; 0: none is."""

    @property
    def states(self) -> dict[str, State]:
        """The present state, by the name of the virtual host."""
        return {self.part: self.state}

    def _begin(self, carrier: bool) -> None:
        """Be as at the start of the daemon."""
        self._carrier = carrier
        self._counter = 0
        self._adverts_left = 0

    @property
    def _sees_no_carrier(self) -> bool:
        return not self._carrier and not self.settings.ignore_carrier

    # --- every way into a state ------------------------------------------------------------

    def become_init(self, now: Time, why: str) -> list[Action]:
        """End: no timer; the address goes if somebody removes it."""
        profile = self.settings.profile
        goodbye = self._say(*LAST_WORD) if self.state is MASTER and profile.goodbye else []
        actions = self._become(INIT, why, keeps=profile.scripts and not self.settings.shutdown)
        return [actions[0], *goodbye, *actions[1:]]

    def become_fault(self, now: Time, why: str) -> list[Action]:
        """Be without a carrier: ucarp sleeps, a kernel waits for it."""
        actions = self._become(FAULT, why)
        sleep = self.settings.profile.carrier_sleep
        return [*actions, self.timers.set("sleep", now + sleep, now)] if sleep else actions

    def become_backup(self, now: Time, why: str, age: Time = 0) -> list[Action]:
        """Wait for adverts, the last of which was heard `age` ns ago (negative: is about to be heard)."""
        actions = self._become(BACKUP, why)
        heard = now - age
        self._deadline = heard + self.settings.dead_time
        return [*actions, self._wait(heard, now)]

    def become_master(self, now: Time, why: str) -> list[Action]:
        """Take the address; the rest waits for the script where there is one."""
        actions = self._become(MASTER, why)
        self._woke = now
        if self.settings.profile.announces_first:
            self._awaited = set(self.vips)
            return [*actions, *self._acquire()]
        return [*actions, *self._assume(now, acquire=True)]

    def _assume(self, now: Time, acquire: bool = False) -> list[Action]:
        """Tell everybody, and plan the next advert one period after the takeover began."""
        profile = self.settings.profile
        told = self._announce()
        advert = self._advertise(now)
        taken = self._acquire() if acquire else []
        actions = [*told, *advert] if profile.announces_first else [*advert, *taken, *told]
        self._adverts_left = profile.second_announcement
        return [*actions, self.timers.set("advert", max(now, self._woke + self.settings.period), now)]

    def _resume_mastership(self, now: Time, age: Time) -> list[Action]:
        """Be a master of long standing: everybody knows, so nothing is said."""
        actions = [*self._become(MASTER, "settled"), *self._acquire()]
        return [*actions, self.timers.set("advert", max(now, now + self.settings.period - age), now)]

    def _become(self, new: State, why: str, keeps: bool = False) -> list[Action]:
        """Leave the present state behind; the address of a master goes unless it `keeps` it."""
        old, self.state = self.state, new
        actions: list[Action] = [changed(self.transitions, self.part, old, new, why)]
        actions += self.timers.cancel_all()
        self._awaited.clear()
        return actions + (self._release() if old is MASTER and not keeps else [])

    # --- waiting, telling, owning ----------------------------------------------------------

    def _wait(self, since: Time, now: Time | None = None) -> Action:
        """Wait for the deadline, or for the end of the wait of one period that began at `since`."""
        now = since if now is None else now
        if not self.settings.profile.deadline_on_ticks:
            return self.timers.set("master_down", max(now, self._deadline), now)
        tick = self.settings.period
        ends = since + tick
        if ends < now:
            ends += -(-(now - ends) // tick) * tick
        return self.timers.set("look", ends, now)

    def _say(self, advbase: int, advskew: int) -> list[Action]:
        self._counter = (self._counter + 1) % _COUNTERS
        return [Send(advert_frame(self.settings, self._counter, advbase, advskew), self.settings.iface)]

    def _advertise(self, now: Time) -> list[Action]:
        """Send an advert, and the announcement that is planned with it."""
        actions = self._say(self.settings.advbase, self.settings.skew)
        if self._adverts_left:
            self._adverts_left -= 1
            actions += self._announce() if not self._adverts_left else []
        return actions

    def _reassert(self) -> list[Action]:
        """A worse master is there: pull back the clients that it has taken."""
        self._adverts_left = self.settings.profile.second_announcement
        return self._announce()

    def _announce(self) -> list[Action]:
        settings = self.settings
        mac = settings.virtual_mac or settings.mac
        form = settings.profile.announcement_form
        return [Announce(vip, settings.iface, mac, form) for vip in self.vips]

    def _acquire(self) -> list[Action]:
        settings = self.settings
        return [
            AcquireVip(vip, prefix, settings.iface, settings.virtual_mac) for vip, prefix in settings.vips
        ]

    def _release(self) -> list[Action]:
        return [ReleaseVip(vip) for vip in self.vips]
