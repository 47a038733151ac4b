"""VRRP, versions 2 and 3, by the RFCs.

Several routers share a virtual address. One is MASTER (RFC 9568 says Active): it owns the address
and says so with an advert every `advert_interval`. The others are BACKUP and listen. When adverts
stay away for the `master_down_interval`, which is a little shorter for a higher priority, a backup
takes over: it sends an advert, adds the address, and announces it by gratuitous ARP.

::

          Started                    master_down
    INIT ---------> BACKUP --------------------------> MASTER
     ^                 ^  <--------------------------    |
     |  Stopped        |      higher priority heard      |
     +---- any         |  link up                        |  link down
                       +----------------- FAULT <--------+--- BACKUP, INIT

One thing is not the RFCs': the address is at the interface's own MAC, as the source document and
keepalived (unless `use_vmac` is set) have it, and not at the virtual one of RFC 3768 section 7.3. So
clients must learn the new MAC from the announcement, and the owner answers pings to the address.

There is one step function per state and one ``become_x`` per target. How an advert is written and which
ones are heard (section 7 of the RFCs) is in `vipsim.machines.vrrp.advert`; the rules that differ between
RFCs and daemons are data in `vipsim.machines.vrrp.rules`. FAULT is not in the RFCs: it is INIT
while the interface has no carrier, as keepalived calls it.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    Event,
    LinkChanged,
    Received,
    ReleaseVip,
    Send,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.machines.vrrp.advert import advert_frame, interval_heard, is_for_us
from vipsim.machines.vrrp.rules import (
    GOODBYE,
    OWNER,
    PROFILES,
    VrrpProfile,
    VrrpSettings,
    master_down_interval,
    skew_time,
)
from vipsim.units import Time
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Vrrp

__all__ = ["PROFILES", "VrrpMachine", "VrrpProfile", "VrrpSettings"]

INIT, BACKUP, MASTER, FAULT = State.INIT, State.BACKUP, State.MASTER, State.FAULT


class VrrpMachine:
    """One virtual router on one interface of one host (see the module)."""

    hears: ClassVar[frozenset[type]] = frozenset({Vrrp})
    """Packets that a driver must deliver: adverts to 224.0.0.18 on the interface."""
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
        self.settings = settings
        self.part = settings.name
        self.vips: tuple[IPv4, ...] = tuple(address for address, _ in settings.vips)
        self.state = State.INIT
        self.timers = TimerTable(settings.name)
        self.master_interval: Time = settings.advert_interval
        """Interval in force, in ns: our own, or (version 3) the one heard from the master."""
        self._takeover_why = ""
        """What it will mean when the master-down timer runs out."""
        self._unannounced: set[IPv4] = set()
        """Addresses taken over that the kernel has not confirmed yet."""
        self._advert = advert_frame(settings, settings.priority)

    @property
    def states(self) -> dict[str, State]:
        """The present state, by the name of the virtual router."""
        return {self.part: self.state}

    @property
    def skew_time(self) -> Time:
        """Skew in force, in ns."""
        return skew_time(self.settings.version, self.settings.priority, self.master_interval)

    @property
    def master_down_interval(self) -> Time:
        """How long this router waits for an advert, in ns."""
        return master_down_interval(self.settings.version, self.settings.priority, self.master_interval)

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event at `now` (ns); one step function per state."""
        match self.state:
            case State.BACKUP:
                return self._backup(event, now)
            case State.MASTER:
                return self._master(event, now)
            case State.INIT:
                return self._init(event, now)
            case State.FAULT:
                return self._fault(event, now)

    # --- one step per state ----------------------------------------------------------------

    def _init(self, event: Event, now: Time) -> list[Action]:
        match event:
            case Started(down=down) if self.settings.iface in down:
                return self.become_fault("link down")
            case Started():
                return self._startup(now, "start")
            case Settled(state=State.BACKUP, age=age):
                return self.become_backup(now, "settled", age)
            case Settled(state=State.MASTER, age=age):
                return self._resume_mastership(now, age)
            case Settled(state=State.FAULT):
                return self.become_fault("settled")
        return []

    def _fault(self, event: Event, now: Time) -> list[Action]:
        match event:
            case LinkChanged(iface=self.settings.iface, up=True):
                return self._startup(now, "link up")
            case Stopped():
                return self.become_init()
        return []

    def _backup(self, event: Event, now: Time) -> list[Action]:
        match event:
            case Received(frame=frame, iface=self.settings.iface):
                packet = frame.packet
                return self._backup_hears(packet, now) if is_for_us(packet, self.settings) else []
            case TimerFired(name=name) if self.timers.due(name, now) == "master_down":
                # RFC 3768 section 6.4.2: the Master_Down_Timer fires.
                return self.become_master(now, self._takeover_why)
            case LinkChanged(iface=self.settings.iface, up=False):
                return self.become_fault("link down")
            case Stopped():
                # RFC 3768 section 6.4.2, Shutdown: cancel the timer, go to Initialize.
                return self.become_init()
        return []

    def _backup_hears(self, advert: Vrrp, now: Time) -> list[Action]:
        settings = self.settings
        if advert.priority == GOODBYE:
            # RFC 3768 section 6.4.2: the master leaves; only the skew decides who is first.
            return [self._wait(now + self.skew_time, now, "goodbye")]
        if advert.priority >= settings.priority or not settings.preempt:
            # RFC 3768 section 6.4.2: it is our master. RFC 9568 section 6.4.2: its interval rules.
            self._learn(advert)
            return [self._wait(now + self.master_down_interval, now, "master_down")]
        # RFC 3768 section 6.4.2: discard. The timer runs on; when it ends, we preempt.
        self._takeover_why = "preempt"
        return []

    def _master(self, event: Event, now: Time) -> list[Action]:
        match event:
            case TimerFired(name=name) if self.timers.due(name, now) == "advert":
                # RFC 3768 section 6.4.3: the Adver_Timer fires.
                return self._advertise(now)
            case Received(frame=frame, iface=self.settings.iface):
                packet = frame.packet
                return self._master_hears(packet, now) if is_for_us(packet, self.settings) else []
            case VipReady(vip=vip) if vip in self._unannounced:
                # RFC 3768 section 6.4.2: a gratuitous ARP for each address.
                self._unannounced.discard(vip)
                iface, mac = self.settings.home(vip)
                return [Announce(vip, iface, mac)] * self.settings.profile.announcements
            case VipFailed(vip=vip) if vip in self.vips:
                # Not in the RFCs: a master without its address serves nobody, so let others try.
                actions = self.become_backup(now, "vip failed")
                return [actions[0], self._goodbye(), *actions[1:]]
            case LinkChanged(iface=self.settings.iface, up=False):
                return self.become_fault("link down")
            case Stopped():
                # RFC 3768 section 6.4.3, Shutdown: an advert with priority 0, then Initialize.
                actions = self.become_init()
                return [actions[0], self._goodbye(), *actions[1:]]
        return []

    def _master_hears(self, advert: Vrrp, now: Time) -> list[Action]:
        settings = self.settings
        if advert.priority == GOODBYE:
            # RFC 3768 section 6.4.3: tell the backups at once that there is still a master.
            return self._advertise(now)
        if advert.priority > settings.priority:
            # RFC 3768 section 6.4.3: a better one has the address.
            self._learn(advert)
            return self.become_backup(now, "higher priority heard")
        if advert.priority == settings.priority and advert.src > settings.address:
            # RFC 3768 section 6.4.3: between equals the higher primary address wins.
            self._learn(advert)
            return self.become_backup(now, "higher address heard")
        if settings.profile.answers_lower_priority:
            # RFC 9568 section 6.4.3: assert the Active state to the sender and to the switches.
            return [Send(self._advert, settings.iface)]
        # RFC 3768 section 6.4.3, RFC 5798 section 6.4.3: discard.
        return []

    # --- every way into a state ------------------------------------------------------------

    def _startup(self, now: Time, why: str) -> list[Action]:
        """RFC 3768 section 6.4.1: the owner is master at once, everybody else waits."""
        self.master_interval = self.settings.advert_interval
        if self.settings.priority == OWNER:
            return self.become_master(now, "owner")
        # A daemon that was killed has left its addresses behind in the kernel.
        return [*self.become_backup(now, why), *self._release()]

    def become_init(self) -> list[Action]:
        """Stop: no timer, no address."""
        return self._become(State.INIT, "stop")

    def become_fault(self, why: str) -> list[Action]:
        """Wait for the carrier, silently."""
        return self._become(State.FAULT, why)

    def become_backup(self, now: Time, why: str, age: Time = 0) -> list[Action]:
        """Wait for adverts, the last of which was heard `age` ns ago."""
        actions = self._become(State.BACKUP, why)
        deadline = max(now, now + self.master_down_interval - age)
        return [*actions, self._wait(deadline, now, "master_down")]

    def become_master(self, now: Time, why: str) -> list[Action]:
        """RFC 3768 section 6.4.2: advert first, so that peers know before clients do."""
        settings = self.settings
        actions = self._become(State.MASTER, why)
        self.master_interval = settings.advert_interval
        self._unannounced = set(self.vips)
        actions.append(Send(self._advert, settings.iface))
        actions += self._acquire()
        actions.append(self.timers.set("advert", now + settings.advert_interval, now))
        return actions

    def _resume_mastership(self, now: Time, age: Time) -> list[Action]:
        """Be a master of long standing: everybody knows, so nothing is said."""
        next_advert = max(now, now + self.settings.advert_interval - age)
        actions = self._become(State.MASTER, "settled")
        return [*actions, *self._acquire(), self.timers.set("advert", next_advert, now)]

    def _become(self, new: State, why: str) -> list[Action]:
        """Leave the present state behind with all that belongs to it."""
        old, self.state = self.state, new
        actions: list[Action] = [changed(self.transitions, self.part, old, new, why)]
        actions += self.timers.cancel_all()
        if old is State.MASTER:
            self._unannounced.clear()
            actions += self._release()
        return actions

    # --- waiting, telling, owning ----------------------------------------------------------

    def _learn(self, advert: Vrrp) -> None:
        """RFC 9568 section 6.4.2: the interval of the master is the one in force."""
        self.master_interval = interval_heard(advert, self.settings) or self.master_interval

    def _wait(self, until: Time, now: Time, why: str) -> Action:
        self._takeover_why = why
        return self.timers.set("master_down", until, now)

    def _advertise(self, now: Time) -> list[Action]:
        settings = self.settings
        again = self.timers.set("advert", now + settings.advert_interval, now)
        return [Send(self._advert, settings.iface), again]

    def _goodbye(self) -> Action:
        return Send(advert_frame(self.settings, GOODBYE), self.settings.iface)

    def _acquire(self) -> list[Action]:
        settings = self.settings
        return [
            AcquireVip(vip, prefix, settings.home(vip)[0], settings.virtual_mac)
            for vip, prefix in settings.vips
        ]

    def _release(self) -> list[Action]:
        return [ReleaseVip(vip) for vip in self.vips]
