"""One virtual router: what it knows, and its ways into each state.

`vipsim.machines.vrrp.machine.VrrpMachine` decides when it takes which.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Counted,
    LinkChanged,
    ReleaseVip,
    ScriptDone,
    State,
)
from vipsim.machines.vrrp.advert import Ear, advert_actions, interval_heard
from vipsim.machines.vrrp.announcer import Announcer
from vipsim.machines.vrrp.election import Preemption
from vipsim.machines.vrrp.rules import GOODBYE, OWNER, VrrpSettings, master_down_interval, skew_time
from vipsim.machines.vrrp.sync import Party, Standing
from vipsim.machines.vrrp.tracking import Tracker
from vipsim.units import Time
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Vrrp

INIT, BACKUP, MASTER, FAULT = State.INIT, State.BACKUP, State.MASTER, State.FAULT


class Router:
    """The router's parts, its timers, and every way into a state."""

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
            (FAULT, MASTER),
            (FAULT, INIT),
        }
    )

    def __init__(self, settings: VrrpSettings) -> None:
        self.part = settings.name
        self.habits = settings.profile.habits
        self.state = State.INIT
        self.timers = TimerTable(settings.name)
        self._takeover_why = ""
        """What it will mean when the master-down timer runs out."""
        self._begins_at: Time | None = None
        """End of ``vrrp_startup_delay``, in ns: no master-down time is counted before it."""
        self._untold = False
        """A takeover without a carrier, of which nobody has heard."""
        self.wants = False
        """It would be master if its sync group let it."""
        self._party = Party(settings.sync)
        self._configure(settings)

    def _configure(self, settings: VrrpSettings) -> None:
        """Make the router's parts anew from `settings`."""
        self.settings = settings
        self.keywords = settings.keywords_in_force()
        self.vips: tuple[IPv4, ...] = tuple(address for address, _ in settings.vips)
        self.interval: Time = settings.interval
        """Our own interval in force, in ns."""
        self.master_interval: Time = self.interval
        """Interval that our timers follow, in ns: our own, or (version 3) the one heard from the master."""
        self.base_priority = settings.priority
        self.priority = settings.priority
        """Effective priority: the base and the weights of what is tracked."""
        self._ear = Ear(settings, self.keywords)
        self._tracker = Tracker(settings.iface, self.keywords)
        self._preemption = Preemption(settings, self.keywords)
        self._announcer = Announcer(settings, self.keywords, self.timers)
        self._advert: list[Action] = []
        self._measure()

    @property
    def states(self) -> dict[str, State]:
        """The present state, by the name of the virtual router."""
        return {self.part: self.state}

    @property
    def skew_time(self) -> Time:
        """Skew in force, in ns."""
        settings = self.settings
        return skew_time(settings.version, self.priority, self.master_interval, settings.profile.skew_tick)

    @property
    def master_down_interval(self) -> Time:
        """How long this router waits for an advert, in ns."""
        return master_down_interval(
            self.settings.version,
            self.priority,
            self.master_interval,
            self.keywords.down_timer_adverts,
            self.settings.profile.skew_tick,
        )

    # --- what is tracked -------------------------------------------------------------------

    def _begin(self, down: tuple[str, ...]) -> None:
        """Be as at the start of the daemon."""
        self.base_priority = self.settings.priority
        self.master_interval = self.interval
        self._begins_at = None
        self._ear.forget()
        self._tracker.start(down)
        self._measure()

    def _take_tracked(self, event: LinkChanged | ScriptDone | Counted) -> bool:
        """Take news of something tracked; False if it is not."""
        if isinstance(event, Counted):
            return self._tracker.count(event.name, event.value)
        if isinstance(event, LinkChanged):
            return self._tracker.link(event.iface, event.up)
        return self._tracker.script(event.name, event.ok)

    def _tracked_changed(self, now: Time) -> list[Action]:
        was_master, unplugged = self.state is State.MASTER, self._tracker.is_unplugged
        if self._tracker.fault:
            actions = self.become_fault(self._tracker.fault)
            # truth/NOTES 6 and 7: it says goodbye twice, and cannot say anything without a carrier.
            times = self.settings.profile.fault_goodbyes if was_master and not unplugged else 0
            return [actions[0], *self._goodbye() * times, *actions[1:]]
        before = self.master_down_interval
        self._measure()
        ends = self.timers.deadline("master_down")
        shift = self.master_down_interval - before
        if ends is None or not shift:
            return []
        # keepalived 2.2.7: the running timer is shifted by the difference of the two intervals.
        return [self.timers.set("master_down", max(now, ends + shift), now)]

    def _measure(self) -> None:
        """Work out the effective priority, and the advert that carries it."""
        priority = self._tracker.priority(self.base_priority)
        if priority == self.priority and self._advert:
            return
        self.priority = priority
        self._advert = advert_actions(self.settings, self.keywords, self.priority)

    # --- new settings ----------------------------------------------------------------------

    def _reload(self, settings: VrrpSettings, down: tuple[str, ...], now: Time) -> list[Action]:
        """Go on with other settings, as keepalived 2.2.7 does at SIGHUP (source: vrrp_daemon.c, vrrp.c).

        A master first sends one more advert as it was, so that its peers wait anew (measured with 2.2.7: the
        old priority and list, at once; the new ones 7 to 100 ms later). Every timer is forgotten, a second
        burst too. A master stays one whatever its priority is now: addresses that left its list are removed,
        new ones added, and if there are any, all are announced once; then it sends an advert. A backup waits
        anew. Whether there is a FAULT is looked at afresh.
        """
        old, tracker = self.settings, self._tracker
        last_word = [*self._advert] if self.state is State.MASTER else []
        actions: list[Action] = [*last_word, *self.timers.cancel_all()]
        self._configure(settings)
        self._tracker.resume(tracker, down)
        self._measure()
        fault = self.fault
        if self.state is State.INIT:
            return []
        if fault and self.state is not State.FAULT:
            gone = [vip for vip, _ in old.vips if vip not in self.vips and self.state is State.MASTER]
            return [*actions, *self.become_fault(fault), *map(ReleaseVip, gone)]
        if fault:
            return actions
        if self.state is State.FAULT:
            return [*actions, *self._startup(now, "reload")]
        if self.state is State.BACKUP:
            return [*actions, self._wait(self.master_down_interval, now, "master_down")]
        return actions + self._keep_mastership(old, now)

    def _keep_mastership(self, old: VrrpSettings, now: Time) -> list[Action]:
        """Stay MASTER with another list of addresses, and say so at once."""
        wanted, had = self._acquire(), [*map(old.acquisition, old.vips)]
        actions: list[Action] = [ReleaseVip(one.vip) for one in had if one not in wanted]
        added = [one for one in wanted if one not in had]
        self._announcer.reloaded([one.vip for one in added], now)
        return [*actions, *added, self.timers.set("advert", now, now)]

    # --- the sync group --------------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        """What the others of the sync group should know."""
        return self.state, self.wants, self.state is State.FAULT and bool(self._tracker.fault)

    @property
    def fault(self) -> str:
        """Why the router cannot take part, by itself or by its sync group, in words; empty if it can."""
        return self._tracker.fault or self._party.fault

    # --- every way into a state ------------------------------------------------------------

    def _startup(self, now: Time, why: str) -> list[Action]:
        """RFC 3768 section 6.4.1: the owner is master at once, everybody else waits."""
        self.master_interval = self.interval
        starts = self.settings.profile.owner_starts
        waits = starts == "as backup" or (starts == "by state" and self.keywords.state == "BACKUP")
        waits = waits or (self.settings.sync is not None and not self.settings.sync.starts)
        if self.priority == OWNER and not waits and self._starts_counting(now) == now:
            return self.become_master(now, "owner")
        if self.priority == OWNER and not waits:
            return [*self.become_backup(now, why), self._wait(0, now, "owner"), *self._release()]
        # A daemon that was killed has left its addresses behind in the kernel.
        return [*self.become_backup(now, why), *self._release()]

    def become_init(self) -> list[Action]:
        """Stop: no timer, no address."""
        return self._become(State.INIT, "stop")

    def become_fault(self, why: str) -> list[Action]:
        """Wait for the carrier, or for what else is tracked, silently."""
        return self._become(State.FAULT, why)

    def become_backup(self, now: Time, why: str, age: Time = 0) -> list[Action]:
        """Wait for adverts, the last of which was heard `age` ns ago."""
        actions = self._become(State.BACKUP, why)
        return [*actions, self._wait(self.master_down_interval - age, now, "master_down")]

    def become_master(self, now: Time, why: str) -> list[Action]:
        """RFC 3768 section 6.4.2: advert first, so that peers know before clients do."""
        actions = self._become(State.MASTER, why)
        self.master_interval = self.interval
        self._announcer.begin()
        actions += self._advert
        actions += self._acquire()
        actions.append(self.timers.set("advert", now + self.interval, now))
        return actions

    def _tell_now(self) -> list[Action]:
        """The carrier is there: say now what could not be said when the router became master."""
        self._untold = False
        self._announcer.begin()
        return [*self._advert, *self._acquire()]

    def _resume_mastership(self, now: Time, age: Time) -> list[Action]:
        """Be a master of long standing: everybody knows, so nothing is said."""
        next_advert = max(now, now + self.interval - age)
        actions = self._become(State.MASTER, "settled")
        self._announcer.resume(now, age)
        return [*actions, *self._acquire(), self.timers.set("advert", next_advert, now)]

    def _become(self, new: State, why: str) -> list[Action]:
        """Leave the present state behind with all that belongs to it."""
        old, self.state = self.state, new
        actions: list[Action] = [changed(self.transitions, self.part, old, new, why)]
        actions += self.timers.cancel("master_down") + self.timers.cancel("advert")
        self._preemption.reset()
        self._untold = self.wants = False
        if old is State.MASTER:
            actions += self._announcer.stop()
            leaves = new is State.INIT and self.settings.profile.leaves_address
            actions += [] if leaves else self._release()
        if new is State.INIT:
            actions += self._announcer.forget()
        return actions

    # --- waiting, telling, owning ----------------------------------------------------------

    def _learn(self, advert: Vrrp) -> None:
        """RFC 9568 section 6.4.2: the interval of the master is the one in force."""
        self.master_interval = interval_heard(advert, self.settings) or self.master_interval

    def _wait(self, time: Time, now: Time, why: str) -> Action:
        self._takeover_why = why
        return self.timers.set("master_down", max(now, self._starts_counting(now) + time), now)

    def _starts_counting(self, now: Time) -> Time:
        return now if self._begins_at is None else max(now, self._begins_at)

    def _advertise(self, now: Time) -> list[Action]:
        return [*self._advert, self.timers.set("advert", now + self.interval, now)]

    def _goodbye(self) -> list[Action]:
        return advert_actions(self.settings, self.keywords, GOODBYE)

    def _acquire(self) -> list[AcquireVip]:
        return [*map(self.settings.acquisition, self.settings.vips)]

    def _release(self) -> list[Action]:
        return [ReleaseVip(vip) for vip in self.vips]
