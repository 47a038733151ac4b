"""CARP, as ucarp runs it on Linux and as the kernels of FreeBSD and OpenBSD do.

Several nodes share an address. The master advertises its own period, `advbase` seconds and `advskew` 256ths;
who has the shortest one should have the address. A backup that hears nothing for `ratio` times `advbase` and
its skew takes over.

::

          Started                 deadline, or a slower master
    INIT ---------> BACKUP ------------------------------------> MASTER
     ^                 ^  <------------------------------------    |
     |  Stopped        |       a faster advert heard               |
     +---- any         |  carrier back                             |  carrier lost
                       +----------------- FAULT <------------------+--- BACKUP, INIT

VRRP's words for the states are used. FAULT is a node without a carrier: ucarp's log says BACKUP while it
sleeps, the kernels say INIT.

What ucarp does is one loop: wait in poll(2), take ONE packet if there is one, look at the deadline, send the
advert if it is due, look at the carrier, wait again. So a deadline that passes while it waits is seen at the
end of the wait (truth/NOTES 17), and a loss of the carrier, too.
"""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from vipsim.machines.carp.advert import Verdict, judged_by_backup, judged_by_master, reaches, refusal
from vipsim.machines.carp.node import Node
from vipsim.machines.carp.rules import CaptureBuffer, CarpSettings
from vipsim.machines.habits import Habits
from vipsim.machines.vocabulary import (
    Action,
    AdminChanged,
    Event,
    LinkChanged,
    Note,
    Received,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.units import Time
from vipsim.wire.frames import Carp, Packet, Vrrp

__all__ = ["CarpMachine"]

UNREAD_LIMIT = 256
"""Packets that wait while ucarp sleeps; its ring would take thousands."""


class CarpMachine(Node):
    """One virtual host on one interface of one node (see the module)."""

    hears: ClassVar[frozenset[type]] = frozenset({Carp, Vrrp})
    """Packets that a driver must deliver: protocol 112. VRRP's mean nothing, but wake ucarp."""

    def __init__(self, settings: CarpSettings) -> None:
        super().__init__(settings)
        self._refused: set[str] = set()
        """Reasons for which adverts were rejected, each noted once."""
        self._unread: deque[Packet] = deque(maxlen=UNREAD_LIMIT)
        """What came while ucarp slept."""

    @property
    def hearing(self) -> CaptureBuffer | None:
        """How late adverts are heard: the driver's part."""
        return self.settings.profile.hearing

    @property
    def habits(self) -> Habits:
        """How the program goes about its work: the driver's part."""
        return self.settings.profile.habits

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
            case Started(down=down):
                self._begin(self.settings.iface not in down)
                left = [] if self.settings.neutral else self._release()
                if self._sees_no_carrier:
                    return [*self.become_fault(now, "no carrier"), *left]
                return [*self.become_backup(now, "start"), *left]
            case Settled(state=State.BACKUP, age=age):
                self._begin(carrier=True)
                return self.become_backup(now, "settled", age)
            case Settled(state=State.MASTER, age=age):
                self._begin(carrier=True)
                return self._resume_mastership(now, age)
            case Settled(state=State.FAULT):
                self._begin(carrier=False)
                return self.become_fault(now, "settled")
        return []

    def _backup(self, event: Event, now: Time) -> list[Action]:
        match event:
            case Received(frame=frame, iface=self.settings.iface) if reaches(frame.packet, self.settings):
                return self._backup_hears(frame.packet, now)
            case TimerFired(name=name):
                return self._look(now) if self.timers.due(name, now) in ("look", "master_down") else []
        return self._any(event, now)

    def _backup_hears(self, packet: Packet, now: Time) -> list[Action]:
        heard = self._heard(packet)
        if isinstance(heard, Carp):
            why = judged_by_backup(heard, self.settings)
            if why:
                return self.become_master(now, why)
            self._deadline = now + self.settings.dead_time
            heard = []
        # Whatever it was, it has woken the daemon.
        return heard + self._look(now)

    def _look(self, now: Time) -> list[Action]:
        """Look at the carrier and at the deadline, and wait again."""
        if self._sees_no_carrier:
            return self.become_fault(now, "no carrier")
        if now >= self._deadline:
            return self.become_master(now, "master_down")
        return [self._wait(now)]

    def _master(self, event: Event, now: Time) -> list[Action]:
        match event:
            case TimerFired(name=name):
                return self._turn(now) if self.timers.due(name, now) == "advert" else []
            case Received(frame=frame, iface=self.settings.iface) if reaches(frame.packet, self.settings):
                return self._master_hears(frame.packet, now)
            case VipReady(vip=vip) | VipFailed(vip=vip) if self._awaited and vip in self.vips:
                # A script that fails is not noticed; a kernel's address is always there.
                self._awaited.discard(vip)
                return [] if self._awaited else self._assume(now)
        return self._any(event, now)

    def _master_hears(self, packet: Packet, now: Time) -> list[Action]:
        heard = self._heard(packet)
        if isinstance(heard, Carp):
            if judged_by_master(heard, self.settings) is Verdict.BETTER:
                last = self._advertise(now) if self.settings.profile.last_advert else []
                return [*last, *self.become_backup(now, Verdict.BETTER.value)]
            heard = self._reassert() if self.settings.profile.reasserts else []
        due = self.timers.deadline("advert")
        return heard + (self._turn(now) if due is not None and due <= now else [])

    def _turn(self, now: Time) -> list[Action]:
        """Send the advert that is due, then look at the carrier."""
        actions = [*self._advertise(now), self.timers.set("advert", now + self.settings.period, now)]
        return actions + (self.become_fault(now, "no carrier") if self._sees_no_carrier else [])

    def _fault(self, event: Event, now: Time) -> list[Action]:
        match event:
            case Received(frame=frame, iface=self.settings.iface) if reaches(frame.packet, self.settings):
                if self.settings.profile.carrier_sleep:
                    self._unread.append(frame.packet)
            case TimerFired(name=name) if self.timers.due(name, now) == "sleep":
                return self._wake_up(now)
            case LinkChanged(iface=self.settings.iface, up=up):
                self._carrier = up
                if up and not self.settings.profile.carrier_sleep:
                    return self.become_backup(now, "carrier back")
            case AdminChanged() | Stopped():
                return self._any(event, now)
        return []

    def _wake_up(self, now: Time) -> list[Action]:
        """The sleep is over: sleep again, or wait for adverts and read what came meanwhile."""
        if not self._carrier:
            return [self.timers.set("sleep", now + self.settings.profile.carrier_sleep, now)]
        actions = self.become_backup(now, "carrier back")
        unread, self._unread = self._unread, deque(maxlen=UNREAD_LIMIT)
        for packet in unread:
            step = self._backup_hears if self.state is State.BACKUP else self._master_hears
            actions += step(packet, now)
        return actions

    def _any(self, event: Event, now: Time) -> list[Action]:
        """What happens to a node whatever its state: the carrier, the end."""
        match event:
            case LinkChanged(iface=self.settings.iface, up=up):
                self._carrier = up
                if not up and not self.settings.profile.carrier_sleep:
                    return self.become_fault(now, "no carrier")
            case AdminChanged(iface=self.settings.iface, up=False) if self.settings.profile.scripts:
                # The kernel reports an error on the capture socket of an interface that is set down, and
                # ucarp ends, as if told to.
                return self.become_init(now, "interface set down")
            case Stopped():
                return self.become_init(now, "stop")
        return []

    # --- what is heard ---------------------------------------------------------------------

    def _heard(self, packet: Packet) -> Carp | list[Action]:
        """Return the advert if it is for us and acceptable; else what is to be said about it."""
        if not isinstance(packet, Carp) or packet.vhid != self.settings.vhid:
            return []
        why = refusal(packet, self.settings)
        if not why:
            self._counter = packet.counter
            return packet
        if why in self._refused:
            return []
        self._refused.add(why)
        return [Note(f"advert of {packet.src} refused: {why}")]

    def _begin(self, carrier: bool) -> None:
        super()._begin(carrier)
        self._refused.clear()
        self._unread.clear()
