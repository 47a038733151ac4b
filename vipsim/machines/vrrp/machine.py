"""VRRP, versions 2 and 3, by the RFCs and as keepalived and FRR have it.

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

There is one step function per state and one ``become_x`` per target. What differs between RFCs and daemons
is data in `vipsim.machines.vrrp.profiles` and `vipsim.machines.vrrp.keywords` (what keepalived's
configuration says); the other parts of a router are in modules of their own: ``advert`` (how one is written
and which ones are heard), ``election``, ``announcer`` and ``tracking``. FAULT is not in the RFCs: it is INIT
while the interface has no carrier, or something tracked is bad, as keepalived calls it.
"""

from __future__ import annotations

from typing import ClassVar

from vipsim.machines.vocabulary import (
    Action,
    Counted,
    Event,
    LinkChanged,
    Received,
    Reloaded,
    RivalHeard,
    ScriptDone,
    Settled,
    Started,
    State,
    Stopped,
    Synced,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.machines.vrrp.election import is_better
from vipsim.machines.vrrp.profiles import PROFILES, VrrpProfile
from vipsim.machines.vrrp.router import Router
from vipsim.machines.vrrp.rules import GOODBYE, OWNER, VERSIONS, VrrpSettings
from vipsim.units import Time
from vipsim.wire.frames import Vrrp

__all__ = ["PROFILES", "VrrpMachine", "VrrpProfile", "VrrpSettings"]


class VrrpMachine(Router):
    """One virtual router on one interface of one host (see the module)."""

    hears: ClassVar[frozenset[type]] = frozenset({Vrrp})
    """Packets that a driver must deliver: adverts to 224.0.0.18 on the interface, or to its address."""

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event at `now` (ns), and tell a sync group what it changed."""
        if self.settings.sync is None:
            return self._step(event, now)
        before = self.standing
        actions = self._step(event, now)
        return actions if self.standing == before else actions + self._party.tell(self.part, self.standing)

    def _step(self, event: Event, now: Time) -> list[Action]:
        """One step function per state."""
        if isinstance(event, Reloaded) and isinstance(event.settings, VrrpSettings):
            return self._reload(event.settings, event.down, now)
        if isinstance(event, Synced):
            return self._synced(event, now)
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
            case Started(down=down):
                self._begin(down)
                if self.fault:
                    return self.become_fault(self.fault)
                if self.keywords.vrrp_startup_delay:
                    self._begins_at = now + self.keywords.vrrp_startup_delay
                return self._startup(now, "start")
            case Settled(state=State.BACKUP, age=age, interval=interval):
                self._begin(())
                if interval and VERSIONS[self.settings.version].learns_interval:
                    self.master_interval = interval
                return self.become_backup(now, "settled", age)
            case Settled(state=State.MASTER, age=age):
                self._begin(())
                return self._resume_mastership(now, age)
            case Settled(state=State.FAULT):
                self._begin((self.settings.iface,))
                return self.become_fault("settled")
        return []

    def _fault(self, event: Event, now: Time) -> list[Action]:
        match event:
            case LinkChanged() | ScriptDone() | Counted() if self._take_tracked(event) and not self.fault:
                self._measure()
                return self._startup(now, _good_news(event))
            case TimerFired(name=name):
                return self._announcer.fired(self.timers.due(name, now), now, owns=False)
            case Stopped():
                return self.become_init()
        return []

    def _backup(self, event: Event, now: Time) -> list[Action]:
        match event:
            case Received(frame=frame, iface=self.settings.iface):
                heard = self._ear.hear(frame.packet, self.priority, trusts=True)
                return self._backup_hears(heard, now) if isinstance(heard, Vrrp) else heard
            case TimerFired(name=name):
                what = self.timers.due(name, now)
                if what == "master_down":
                    # RFC 3768 section 6.4.2: the Master_Down_Timer fires.
                    return self._time_is_up(now)
                return self._announcer.fired(what, now, owns=False)
            case LinkChanged() | ScriptDone() | Counted() if self._take_tracked(event):
                return self._tracked_changed(now)
            case Stopped():
                # RFC 3768 section 6.4.2, Shutdown: cancel the timer, go to Initialize.
                return self.become_init()
        return []

    def _time_is_up(self, now: Time) -> list[Action]:
        if self._party.may_take:
            return self.become_master(now, self._takeover_why)
        self.wants = True
        return [self._wait(self.master_down_interval, now, self._takeover_why)]

    def _backup_hears(self, advert: Vrrp, now: Time) -> list[Action]:
        if advert.priority == GOODBYE:
            # RFC 3768 section 6.4.2: the master leaves; only the skew decides who is first.
            return [self._wait(self.skew_time, now, "goodbye")]
        if self._preemption.accepts(advert.priority, self.priority, now):
            # RFC 3768 section 6.4.2: it is our master. RFC 9568 section 6.4.2: its interval rules.
            self._learn(advert)
            self.wants = False
            return [self._wait(self.master_down_interval, now, "master_down")]
        # RFC 3768 section 6.4.2: discard. The timer runs on; when it ends, we preempt.
        self._takeover_why = "preempt"
        return []

    def _master(self, event: Event, now: Time) -> list[Action]:
        match event:
            case TimerFired(name=name):
                what = self.timers.due(name, now)
                if what == "advert":
                    # RFC 3768 section 6.4.3: the Adver_Timer fires.
                    return [*self._advertise(now), *self._announcer.advert_sent(now)]
                return self._announcer.fired(what, now, owns=True)
            case Received(frame=frame, iface=self.settings.iface) if self._ear.gets(frame.packet):
                heard = self._ear.hear(frame.packet, self.priority)
                actions = self._master_hears(heard, now) if isinstance(heard, Vrrp) else heard
                return actions + self._restarted(now)
            case RivalHeard():
                return self._announcer.lower_heard(now)
            case VipReady(vip=vip):
                # RFC 3768 section 6.4.2: a gratuitous ARP for each address.
                return self._announcer.confirmed(vip, now)
            case VipFailed(vip=vip) if vip in self.vips and not self.settings.profile.minds_carrier:
                # FRR: advert and announcement are pending until the interface is up.
                self._untold = True
                return []
            case LinkChanged(iface=self.settings.iface, up=True) if self._untold:
                return self._tell_now()
            case VipFailed(vip=vip) if vip in self.vips:
                # Not in the RFCs: a master without its address serves nobody, so let others try.
                actions = self.become_backup(now, "vip failed")
                return [actions[0], *self._goodbye(), *actions[1:]]
            case LinkChanged() | ScriptDone() | Counted() if self._take_tracked(event):
                return self._tracked_changed(now)
            case Stopped():
                # RFC 3768 section 6.4.3, Shutdown: an advert with priority 0, then Initialize.
                actions = self.become_init()
                return [actions[0], *self._goodbye(), *actions[1:]]
        return []

    def _synced(self, event: Synced, now: Time) -> list[Action]:
        """Go with the others (see `vipsim.machines.vrrp.sync`)."""
        was, why = self._party.take(event), f"sync group: {event.part}"
        if event.faulty and self.state in (State.BACKUP, State.MASTER):
            goodbye = self._goodbye() if self.state is State.MASTER else []
            actions = self.become_fault(why)
            return [actions[0], *goodbye, *actions[1:]]
        if self.state is State.BACKUP and event.state is State.MASTER is not was:
            return self.become_master(now, why)
        if self.state is State.MASTER and event.state is State.BACKUP and was is State.MASTER:
            return self.become_backup(now, why)
        if self.state is State.FAULT and not self.fault:
            return self._startup(now, why)
        return []

    def _master_hears(self, advert: Vrrp, now: Time) -> list[Action]:
        if advert.priority == GOODBYE:
            # RFC 3768 section 6.4.3: tell the backups at once that there is still a master.
            return self._advertise(now)
        if advert.priority == self.base_priority == OWNER and self.settings.profile.owner_yields:
            # Two owners are a mistake, which each of keepalived's mends by yielding.
            self.base_priority = OWNER - 1
            self._measure()
        if why := is_better(advert, self.settings, self.priority):
            # RFC 3768 section 6.4.3: a better one has the address.
            last_word = list(self._advert) if self.keywords.higher_prio_send_advert else []
            self._learn(advert)
            return [*last_word, *self.become_backup(now, why)]
        # RFC 3768 section 6.4.3, RFC 5798 section 6.4.3: discard. RFC 9568 section 6.4.3: assert the Active
        # state to the sender and to the switches; keepalived announces the addresses, too.
        answer = [] if self.keywords.lower_prio_no_advert else list(self._advert)
        return answer + self._announcer.lower_heard(now) + self._party.rival()

    def _restarted(self, now: Time) -> list[Action]:
        """Do as keepalived 2.2.7: "if we have sent an advert, reset the timer", whether one was sent or not.

        So a master whose peer's adverts it rejects is mute (truth/NOTES 24).
        """
        wanted = self.settings.profile.any_packet_restarts and not self.keywords.lower_prio_no_advert
        if not wanted or self.state is not State.MASTER:
            return []
        return [self.timers.set("advert", now + self.interval, now)]


def _good_news(event: LinkChanged | ScriptDone | Counted) -> str:
    match event:
        case ScriptDone(name=name):
            return f"script {name} ok"
        case Counted(name=name):
            return f"{name} ok"
    return "link up"
