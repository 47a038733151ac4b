"""Heartbeat: two machines, one virtual address, and a question asked again and again.

One of the pair has the address (MASTER), the other stands by (BACKUP) and wants to know whether the first
still lives. It asks (pull) or is told (push): that is the *watch*, which says when the other is dead and
has a file of its own, `vipsim.machines.heartbeat.watch`. This file is the *office*: who has the address,
and how it changes hands. When the watch gives the other up, the standby takes the address, tells the
network by ARP, and says CLAIM to the other daemon, in case that it lives after all.

Nobody can tell a dead machine from a cut cable, so both may be MASTER until the cable is mended. A master
that took over therefore says ALIVE every interval, and two masters that hear of each other settle it:
with ``failback: automatic`` the primary keeps the address (unless its service is known to be sick), with
``manual`` the later claim keeps it, which is the one with the higher term. The keeper announces the
address again, the other releases it.

A daemon that starts is BACKUP until it knows better. The primary asks the network by ARP who has the
address and takes it if nobody answers. A master that ends in order says BYE, once: if that is lost, a
ping sees a healthy kernel and nobody has the address (push notices it).

Timers: ``ask`` (nobody has the address), ``beat`` (say ALIVE), and those of the watch.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.heartbeat.rules import HeartbeatSettings, Sign, meaning, tell, who_has
from vipsim.machines.heartbeat.watch import BELIEVED_DEAD, NOBODY, WATCHES, Watch
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    Event,
    LinkChanged,
    Note,
    Received,
    ReleaseVip,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.units import Time
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Arp, Echo, Udp
from vipsim.wire.heartbeat import Kind, Message

__all__ = ["HeartbeatMachine", "HeartbeatSettings"]

INIT, BACKUP, MASTER, FAULT = State.INIT, State.BACKUP, State.MASTER, State.FAULT
YIELDS = {Kind.ALIVE: "two masters", Kind.ASK: "handover", Kind.CLAIM: "claimed by peer"}
"""Why a master hands the address over, by what the other daemon says."""


class HeartbeatMachine:
    """One daemon of a pair (see the module)."""

    hears: ClassVar[frozenset[type]] = frozenset({Udp, Echo, Arp})
    """Packets that a driver must deliver: UDP to port 694, echo replies to `ident`, every ARP packet."""
    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = frozenset(
        {
            (INIT, BACKUP),
            (INIT, MASTER),  # only settled
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

    def __init__(self, settings: HeartbeatSettings) -> None:
        self.settings = settings
        self.part = settings.name
        self.vips: tuple[IPv4, ...] = tuple(address for address, _ in settings.vips)
        self.ident = settings.ident
        """Identifier of our echo requests, by which a driver finds whom a reply is for."""
        self.state = State.INIT
        self.timers = TimerTable(settings.name)
        self.watch: Watch = WATCHES[settings.mode](settings, self.timers)
        """What we know of the other."""
        self.term = 0
        """How often the address changed hands, as far as we know."""
        self._unannounced: set[IPv4] = set()

    @property
    def states(self) -> dict[str, State]:
        """The present state, by the name of the pair."""
        return {self.part: self.state}

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event at `now` (ns); one step function per state."""
        match self.state:
            case State.INIT:
                return self._init(event, now)
            case State.BACKUP:
                return self._backup(event, now)
            case State.MASTER:
                return self._master(event, now)
            case State.FAULT:
                return self._fault(event, now)

    # --- one step per state ----------------------------------------------------------------

    def _init(self, event: Event, now: Time) -> list[Action]:
        match event:
            case Started(down=down) if self.settings.iface in down:
                return self._become(State.FAULT, "link down")
            case Started():
                return self._begin(now, "start")
            case Settled(state=State.BACKUP | State.MASTER as state, age=age):
                return self._settle(state, age, now)
            case Settled(state=State.FAULT):
                return self._become(State.FAULT, "settled")
        return []

    def _fault(self, event: Event, now: Time) -> list[Action]:
        match event:
            case LinkChanged(iface=self.settings.iface, up=True):
                return self._begin(now, "link up")
            case Stopped():
                return self._become(State.INIT, "stop")
        return []

    def _backup(self, event: Event, now: Time) -> list[Action]:
        match event:
            case TimerFired(name=name):
                return self._look(self.timers.due(name, now), now)
            case Received(frame=frame, iface=self.settings.iface):
                heard = meaning(self.settings, frame.packet)
                self._learn_term(heard)
                return self._backup_hears(heard, now)
            case LinkChanged(iface=self.settings.iface, up=False):
                return self._become(State.FAULT, "link down")
            case Stopped():
                return self._become(State.INIT, "stop")
        return []

    def _backup_hears(self, what: Message | Sign | None, now: Time) -> list[Action]:
        match what:
            case Sign.ANSWER:
                return self.watch.hear(what, now)
            case Sign.OWNER:
                return self._see_owner()
            case Message(kind=Kind.ALIVE | Kind.CLAIM as kind):
                actions = [*self._see_owner(), *self.watch.hear(what, now)]
                if self.settings.wants_it_back and kind is Kind.ALIVE:
                    actions.append(self._tell(Kind.ASK))
                return actions
            case Message(kind=Kind.ASK):
                return [self._tell(Kind.RELEASED)]
            case Message(kind=Kind.RELEASED | Kind.BYE as kind):
                why = "goodbye" if kind is Kind.BYE else "handover"
                # What we asked for we take, whoever else decides about takeovers.
                return self.become_master(now, why) if self.settings.wants_it_back else self._decide(now, why)
        return []

    def _master(self, event: Event, now: Time) -> list[Action]:
        match event:
            case TimerFired(name=name):
                what = self.timers.due(name, now)
                # A master's watch does not end its office, but remembers that the peer is sick.
                return self._beat(now) if what == "beat" else self.watch.judge(what)[0]
            case VipReady(vip=vip) if vip in self._unannounced:
                self._unannounced.discard(vip)
                return [self._announcement(vip)]
            case VipFailed(vip=vip) if vip in self.vips:
                # Silently: if the other cannot have it either, asking each other would never end.
                return self.become_backup(now, "vip failed")
            case Received(frame=frame, iface=self.settings.iface):
                heard = meaning(self.settings, frame.packet)
                actions = self._master_hears(heard, now)
                self._learn_term(heard)
                return actions
            case LinkChanged(iface=self.settings.iface, up=False):
                return self._become(State.FAULT, "link down")
            case Stopped():
                return [*self._become(State.INIT, "stop"), self._tell(Kind.BYE)]
        return []

    def _master_hears(self, what: Message | Sign | None, now: Time) -> list[Action]:
        match what:
            case Sign.ANSWER:
                return self.watch.hear(what, now)
            case Message(kind=Kind.ALIVE, term=term) if self.settings.keeps_against(self.term, term):
                # Two masters: we keep it, and who heard the other last must hear us again.
                request = Kind.ASK if self.settings.wants_it_back else Kind.CLAIM
                return [*map(self._announcement, self.vips), self._tell(request)]
            case Message(kind=Kind.ALIVE | Kind.ASK) if self.watch.missed and not self.settings.is_primary:
                # A peer whose service does not answer us shall not have it (only a standby asks as master).
                return [self._tell(Kind.CLAIM)]
            case Message(kind=Kind.ALIVE | Kind.ASK | Kind.CLAIM as kind):
                return [*self.become_backup(now, YIELDS[kind]), self._tell(Kind.RELEASED)]
            case Message(kind=Kind.RELEASED | Kind.BYE):
                # It had the address until now, so some clients have learned it.
                return [self._announcement(vip) for vip in self.vips]
        return []

    # --- every way into a state ------------------------------------------------------------

    def _begin(self, now: Time, why: str) -> list[Action]:
        """Start as BACKUP; the primary also asks the network whether the address is free."""
        actions = self.become_backup(now, why)
        if self.settings.is_primary:
            actions.append(self.timers.set("ask", now + self.settings.ask_wait, now))
            if not self.watch.asks:
                actions += who_has(self.settings)
        return actions

    def _settle(self, state: State, age: Time, now: Time) -> list[Action]:
        """Be as if running for long: the primary took the address once, everybody knows who has it."""
        actions = self._become(state, "settled")
        self.term = 1
        self.watch.is_owner_known = True
        if state is State.BACKUP:
            return [*actions, *self.watch.resume(age, now)]
        actions += self._acquire()
        if self.settings.beats:
            actions.append(self.timers.set("beat", now + max(0, self.settings.interval - age), now))
        return actions

    def become_backup(self, now: Time, why: str) -> list[Action]:
        """Release what we had, and watch."""
        return [*self._become(State.BACKUP, why), *self.watch.begin(now)]

    def become_master(self, now: Time, why: str) -> list[Action]:
        """Take the address and tell the other daemon: a claim if we believe it to be dead."""
        actions = self._become(State.MASTER, why)
        self.term += 1
        self.watch.is_owner_known = True
        self._unannounced = set(self.vips)
        actions += self._acquire()
        actions.append(self._tell(Kind.CLAIM if why in BELIEVED_DEAD else Kind.ALIVE))
        if self.settings.beats:
            actions.append(self.timers.set("beat", now + self.settings.interval, now))
        return actions

    def _become(self, new: State, why: str) -> list[Action]:
        """Leave the present state behind with all that belongs to it."""
        old, self.state = self.state, new
        actions: list[Action] = [changed(self.transitions, self.part, old, new, why)]
        actions += self.timers.cancel_all()
        if old is State.MASTER:
            self._unannounced.clear()
            actions += self._release()
        return actions

    # --- looking, deciding, telling --------------------------------------------------------

    def _beat(self, now: Time) -> list[Action]:
        """Say that we are master and, in pull, go on asking: the other may have come back."""
        again = self.timers.set("beat", now + self.settings.interval, now)
        return [again, *self.watch.go_on("beat", now), self._tell(Kind.ALIVE)]

    def _look(self, what: str, now: Time) -> list[Action]:
        """Hear what the watch makes of the timer `what`, and decide; who stays BACKUP watches on."""
        if what == "ask":
            return self.become_master(now, NOBODY)
        actions, verdict = self.watch.judge(what)
        if verdict:
            actions += self._decide(now, verdict)
        return [*actions, *self.watch.go_on(what, now)] if self.state is State.BACKUP else actions

    def _decide(self, now: Time, why: str) -> list[Action]:
        if self.settings.takeover == "manual":
            return [Note(f"{self.part}: {why}, but takeover is manual: a person decides")]
        return self.become_master(now, why)

    def _see_owner(self) -> list[Action]:
        """Somebody has the address, so being alive is enough from now on."""
        if self.watch.is_owner_known:
            return []
        # A daemon that was killed as master has left the address in our kernel.
        return [*self.watch.see_owner(), *self.timers.cancel("ask"), *self._release()]

    def _learn_term(self, what: Message | Sign | None) -> None:
        if isinstance(what, Message):
            self.term = max(self.term, what.term)

    def _tell(self, kind: Kind) -> Action:
        return tell(self.settings, kind, self.term)

    def _announcement(self, vip: IPv4) -> Action:
        return Announce(vip, self.settings.iface, self.settings.mac)

    def _acquire(self) -> list[Action]:
        return [AcquireVip(vip, prefix, self.settings.iface) for vip, prefix in self.settings.vips]

    def _release(self) -> list[Action]:
        return [ReleaseVip(vip) for vip in self.vips]
