"""Heartbeat: two machines, one virtual address, and a question asked again and again.

One of the pair has the address (MASTER), the other stands by (BACKUP) and wants to know whether
the first still lives. There are two ways to know:

pull
    The standby *asks*: every `interval` it sends a packet and expects an answer within `timeout`. After
    `dead_count` questions in a row without an answer the other is dead. A ping asks the kernel; a
    query to a service's port asks the service, and so notices one that hangs on a healthy machine.
push
    The master *tells*: it sends ALIVE every `interval`. After `timeout` without one it is dead.

Then the standby takes the address, tells the network by ARP, and says CLAIM to the other daemon, in
case that it lives after all. How long this takes depends on the phase in which the other died:

======  =======================================================================================
pull    uniform on [(dead_count - 1) x interval + timeout, dead_count x interval + timeout]
push    uniform on [timeout - interval, timeout]
======  =======================================================================================

Nobody can tell a dead machine from a cut cable, so both may be MASTER until the cable is mended.
A master that took over therefore says ALIVE every interval, and two masters that hear of each other
settle it: with ``failback: automatic`` the primary keeps the address (unless its service is known to
be sick), with ``manual`` the later claim keeps it, which is the one with the higher term. The keeper
announces the address again, the other releases it.

A daemon that starts is BACKUP until it knows better. The primary asks the network by ARP who has the
address and takes it if nobody answers. A master that ends in order says BYE, once: if that is lost, a
ping sees a healthy kernel and nobody has the address (push notices it).

Timers: ``probe`` (ask now), ``answer`` (it is late), ``silence`` (no ALIVE), ``ask`` (nobody has the
address), ``beat`` (say ALIVE).
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.heartbeat_rules import HeartbeatSettings, Sign, meaning
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    Event,
    LinkChanged,
    Note,
    Received,
    ReleaseVip,
    Send,
    SendPacket,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.units import Time
from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, IPv4
from vipsim.wire.frames import Arp, ArpOp, Echo, Udp, framed
from vipsim.wire.heartbeat import PORT, Kind, Message, encode

__all__ = ["HeartbeatMachine", "HeartbeatSettings"]

INIT, BACKUP, MASTER, FAULT = State.INIT, State.BACKUP, State.MASTER, State.FAULT
TTL = 64


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
        self.missed = 0
        """Questions in a row without an answer."""
        self.term = 0
        """How often the address changed hands, as far as we know."""
        self.is_owner_known = False
        """Whether we have seen that somebody has the address; until then being alive is not enough."""
        self._is_primary = settings.role == "primary"
        self._pulls = settings.mode == "pull"
        self._wants_it_back = self._is_primary and settings.failback == "automatic"
        self._seq = 0
        self._unannounced: set[IPv4] = set()

    @property
    def states(self) -> dict[str, State]:
        """The present state, by the name of the pair."""
        return {self.part: self.state}

    @property
    def ask_wait(self) -> Time:
        """How long a starting primary waits for an owner to answer, in ns: less than any standby waits."""
        return min(self.settings.interval, self.settings.timeout) // 2

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
                match self.timers.due(name, now):
                    case "probe":
                        return self._ask_again(now)
                    case "answer":
                        return self._miss(now)
                    case "silence":
                        return self._decide(now, "silence")
                    case "ask":
                        return self.become_master(now, "nobody has it")
            case Received(frame=frame, iface=self.settings.iface):
                what = meaning(self.settings, frame.packet)
                self._learn_term(what)
                return self._backup_hears(what, now)
            case LinkChanged(iface=self.settings.iface, up=False):
                return self._become(State.FAULT, "link down")
            case Stopped():
                return self._become(State.INIT, "stop")
        return []

    def _backup_hears(self, what: Message | Sign | None, now: Time) -> list[Action]:
        match what:
            case Sign.ANSWER:
                return self._answered() if self.is_owner_known else []
            case Sign.OWNER:
                return self._see_owner()
            case Message(kind=Kind.ALIVE | Kind.CLAIM as kind):
                actions = self._see_owner()
                if not self._pulls:
                    actions.append(self.timers.set("silence", now + self.settings.timeout, now))
                if self._wants_it_back and kind is Kind.ALIVE:
                    actions.append(self._tell(Kind.ASK))
                return actions
            case Message(kind=Kind.ASK):
                return [self._tell(Kind.RELEASED)]
            case Message(kind=Kind.RELEASED | Kind.BYE as kind):
                why = "goodbye" if kind is Kind.BYE else "handover"
                # What we asked for we take, whoever else decides about takeovers.
                return self.become_master(now, why) if self._wants_it_back else self._decide(now, why)
        return []

    def _master(self, event: Event, now: Time) -> list[Action]:
        match event:
            case TimerFired(name=name):
                match self.timers.due(name, now):
                    case "beat":
                        return self._beat(now)
                    case "answer":
                        self.missed += 1
            case VipReady(vip=vip) if vip in self._unannounced:
                self._unannounced.discard(vip)
                return [self._announcement(vip)]
            case VipFailed(vip=vip) if vip in self.vips:
                # Silently: if the other cannot have it either, asking each other would never end.
                return self.become_backup(now, "vip failed")
            case Received(frame=frame, iface=self.settings.iface):
                what = meaning(self.settings, frame.packet)
                actions = self._master_hears(what, now)
                self._learn_term(what)
                return actions
            case LinkChanged(iface=self.settings.iface, up=False):
                return self._become(State.FAULT, "link down")
            case Stopped():
                return [*self._become(State.INIT, "stop"), self._tell(Kind.BYE)]
        return []

    def _master_hears(self, what: Message | Sign | None, now: Time) -> list[Action]:
        match what:
            case Sign.ANSWER:
                return self._answered()
            case Message(kind=Kind.ALIVE, term=term) if self._keeps_against(term):
                # Two masters: we keep it, and who heard the other last must hear us again.
                request = Kind.ASK if self._wants_it_back else Kind.CLAIM
                return [*map(self._announcement, self.vips), self._tell(request)]
            case Message(kind=Kind.ALIVE | Kind.ASK) if self._is_peer_sick:
                # A peer whose service does not answer us shall not have it.
                return [self._tell(Kind.CLAIM)]
            case Message(kind=Kind.ALIVE):
                return self._hand_over(now, "two masters")
            case Message(kind=Kind.ASK):
                return self._hand_over(now, "handover")
            case Message(kind=Kind.CLAIM):
                return self._hand_over(now, "claimed by peer")
            case Message(kind=Kind.RELEASED | Kind.BYE):
                # It had the address until now, so some clients have learned it.
                return [self._announcement(vip) for vip in self.vips]
        return []

    def _keeps_against(self, term: int) -> bool:
        """Whether we stay when another master shows up that took the address in `term`."""
        if self.settings.failback == "automatic":
            return self._is_primary
        return (self.term, not self._is_primary) > (term, self._is_primary)

    @property
    def _is_peer_sick(self) -> bool:
        """Whether our questions are unanswered: only a standby asks while it is master."""
        return self.missed > 0 and not self._is_primary

    # --- every way into a state ------------------------------------------------------------

    def _begin(self, now: Time, why: str) -> list[Action]:
        """Start as BACKUP; the primary also asks the network whether the address is free."""
        actions = self.become_backup(now, why)
        if self._is_primary:
            actions.append(self.timers.set("ask", now + self.ask_wait, now))
            if not self._pulls:
                actions += self._who_has()
        return actions

    def _settle(self, state: State, age: Time, now: Time) -> list[Action]:
        """Be as if running for long: the primary took the address once, everybody knows who has it."""
        actions = self._become(state, "settled")
        self.term = 1
        self.is_owner_known = True
        interval = self.settings.interval
        if state is State.MASTER:
            actions += self._acquire()
            if self._beats:
                actions.append(self.timers.set("beat", max(now, now + interval - age), now))
        elif self._pulls:
            actions.append(self.timers.set("probe", max(now, now + interval - age), now))
        else:
            actions.append(self.timers.set("silence", max(now, now + self.settings.timeout - age), now))
        return actions

    def become_backup(self, now: Time, why: str) -> list[Action]:
        """Release what we had, and watch."""
        actions = self._become(State.BACKUP, why)
        self.missed = 0
        self.is_owner_known = False
        if self._pulls:
            return [*actions, *self._ask_again(now)]
        return [*actions, self.timers.set("silence", now + self.settings.timeout, now)]

    def become_master(self, now: Time, why: str) -> list[Action]:
        """Take the address and tell the other daemon: a claim if we believe it to be dead."""
        actions = self._become(State.MASTER, why)
        self.term += 1
        self.is_owner_known = True
        self._unannounced = set(self.vips)
        actions += self._acquire()
        actions.append(self._tell(Kind.CLAIM if why in ("no answer", "silence") else Kind.ALIVE))
        if self._beats:
            actions.append(self.timers.set("beat", now + self.settings.interval, now))
        return actions

    def _hand_over(self, now: Time, why: str) -> list[Action]:
        actions = self.become_backup(now, why)
        return [*actions, self._tell(Kind.RELEASED)]

    def _become(self, new: State, why: str) -> list[Action]:
        """Leave the present state behind with all that belongs to it."""
        old, self.state = self.state, new
        actions: list[Action] = [changed(self.transitions, self.part, old, new, why)]
        actions += self.timers.cancel_all()
        if old is State.MASTER:
            self._unannounced.clear()
            actions += self._release()
        return actions

    # --- asking, telling, deciding ---------------------------------------------------------

    @property
    def _beats(self) -> bool:
        """Whether this daemon says ALIVE as master; in pull a primary need not, since the standby asks it."""
        return not self._pulls or not self._is_primary

    def _beat(self, now: Time) -> list[Action]:
        """Say that we are master and, in pull, go on asking: the other may have come back."""
        actions: list[Action] = [self.timers.set("beat", now + self.settings.interval, now)]
        if self._pulls:
            self.missed += self.timers.is_set("answer")  # its time is over, even if it has not fired yet
            actions += self._ask(now)
        return [*actions, self._tell(Kind.ALIVE)]

    def _ask_again(self, now: Time) -> list[Action]:
        """Ask the peer whether it lives and, until we know it, the network who has the address."""
        actions = self._miss(now) if self.timers.is_set("answer") else []
        if self.state is not State.BACKUP:
            return actions
        actions += self._ask(now)
        if not self.is_owner_known:
            actions += self._who_has()
        return [*actions, self.timers.set("probe", now + self.settings.interval, now)]

    def _ask(self, now: Time) -> list[Action]:
        """Send one question, and expect the answer in time."""
        settings = self.settings
        self._seq = (self._seq + 1) & 0xFFFF
        question: Echo | Udp
        if settings.probe is None:
            question = Echo(settings.address, settings.peer, TTL, False, self.ident, self._seq)
        else:
            query = self._seq.to_bytes(2, "big")
            question = Udp(settings.address, settings.peer, TTL, PORT, settings.probe, query)
        return [SendPacket(question), self.timers.set("answer", now + settings.timeout, now)]

    def _answered(self) -> list[Action]:
        self.missed = 0
        return [*self.timers.cancel("answer")]

    def _miss(self, now: Time) -> list[Action]:
        """Count an unanswered question of a backup."""
        actions: list[Action] = [*self.timers.cancel("answer")]
        self.missed += 1
        if self.missed == self.settings.dead_count:
            actions += self._decide(now, "no answer" if self.is_owner_known else "nobody has it")
        return actions

    def _decide(self, now: Time, why: str) -> list[Action]:
        if self.settings.takeover == "manual":
            return [Note(f"{self.part}: {why}, but takeover is manual: a person decides")]
        return self.become_master(now, why)

    def _see_owner(self) -> list[Action]:
        """Somebody has the address, so being alive is enough from now on."""
        if self.is_owner_known:
            return []
        self.is_owner_known = True
        # A daemon that was killed as master has left the address in our kernel.
        return [*self._answered(), *self.timers.cancel("ask"), *self._release()]

    def _who_has(self) -> list[Action]:
        """Ask by ARP who has the addresses (RFC 5227 section 2.1.1: from no address, so nobody learns it)."""
        settings = self.settings
        questions = [Arp(ArpOp.REQUEST, settings.mac, NO_IP, NO_MAC, vip) for vip in self.vips]
        return [Send(framed(BROADCAST, settings.mac, arp), settings.iface) for arp in questions]

    def _learn_term(self, what: Message | Sign | None) -> None:
        if isinstance(what, Message):
            self.term = max(self.term, what.term)

    def _tell(self, kind: Kind) -> Action:
        settings = self.settings
        payload = encode(Message(kind, self.settings.pair, self.term))
        return SendPacket(Udp(settings.address, settings.peer, TTL, PORT, PORT, payload))

    def _announcement(self, vip: IPv4) -> Action:
        return Announce(vip, self.settings.iface, self.settings.mac)

    def _acquire(self) -> list[Action]:
        return [AcquireVip(vip, prefix, self.settings.iface) for vip, prefix in self.settings.vips]

    def _release(self) -> list[Action]:
        return [ReleaseVip(vip) for vip in self.vips]
