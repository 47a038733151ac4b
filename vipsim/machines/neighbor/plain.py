"""RFC 826's table with one life, as steps on a `NeighborCache`: routers and hosts of which no more is known.

RFC 826 is an algorithm in one paragraph (section "Packet Reception"): a packet whose sender is
already in the table updates it, before anybody looks at the opcode; if we are the target and the
sender was not in the table it is added; a request for us is answered. Everything else here is what
a host needs around it: waiting packets, repeated requests, and how long an entry lives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.neighbor.entry import Entry, NeighborState
from vipsim.machines.vocabulary import Action, Outgoing, Send, Undeliverable
from vipsim.units import Time
from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, Mac
from vipsim.wire.frames import Arp, ArpOp, Frame, framed

if TYPE_CHECKING:
    from vipsim.machines.neighbor.cache import NeighborCache


def outgoing(cache: NeighborCache, event: Outgoing, now: Time) -> list[Action]:
    """Send a packet, or let it wait for an answer."""
    entry = cache.entries.get(event.next_hop)
    if entry is None:
        entry = cache.admit(Entry(event.next_hop, now))
    if entry.target is not None:
        return [cache.emit(event, entry.target)]
    if len(entry.queue) >= cache.profile.queue_limit:
        entry.queue.popleft()
        cache.unresolved += 1
    entry.queue.append(event)
    if entry.state is NeighborState.INCOMPLETE:
        return []
    entry.probes = 0
    return [cache.become(entry, NeighborState.INCOMPLETE, None, now, "used"), *_request(cache, entry, now)]


def _request(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    """Broadcast a request; its sender address is that of the waiting packet where that is ours."""
    wanted = entry.queue[0].packet.src if entry.queue else NO_IP
    own = cache.book.own(cache.iface)
    source = wanted if wanted in cache.addresses else own[0] if own else NO_IP
    entry.probes += 1
    request = Arp(ArpOp.REQUEST, cache.mac, source, NO_MAC, entry.ip)
    cause = entry.queue[0].cause if entry.queue else 0
    send = Send(framed(BROADCAST, cache.mac, request, cause), cache.iface)
    return [send, *cache.arm(entry, "retransmit", now + cache.profile.retransmit)]


def fired(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    """Ask again, give up, or forget what is too old."""
    if entry.state is not NeighborState.INCOMPLETE:
        return cache.drop(entry, "too old")
    if entry.probes < cache.profile.solicitations:
        return _request(cache, entry, now)
    told = [Undeliverable(one.packet, "no answer", one.cause) for one in entry.queue]
    cache.purge(entry)
    return [cache.become(entry, NeighborState.FAILED, None, now, "no answer"), *told]


def received(cache: NeighborCache, frame: Frame, now: Time) -> list[Action]:
    """RFC 826, "Packet Reception"."""
    packet = frame.packet
    if not isinstance(packet, Arp) or packet.sender_ip in cache.addresses:
        return []  # somebody speaks for our own address: no defense, nothing learned (as Linux)
    for_us = packet.target_ip in cache.addresses
    announced = packet.is_gratuitous
    actions: list[Action] = []
    if packet.sender_ip != NO_IP:  # a probe (RFC 5227 section 1.1) teaches nothing
        entry = cache.entries.get(packet.sender_ip)
        if entry is not None:
            if for_us or announced or cache.profile.updates_from == "any":
                actions = learn(cache, entry, packet.sender_mac, now, "announced" if announced else "heard")
        elif for_us:
            entry = cache.admit(Entry(packet.sender_ip, now))
            actions = learn(cache, entry, packet.sender_mac, now, "asked us")
    if for_us and packet.op is ArpOp.REQUEST:
        reply = Arp(ArpOp.REPLY, cache.mac, packet.target_ip, packet.sender_mac, packet.sender_ip)
        actions.append(Send(framed(packet.sender_mac, cache.mac, reply), cache.iface))
    return actions


def learn(cache: NeighborCache, entry: Entry, lladdr: Mac, now: Time, why: str) -> list[Action]:
    """Believe `lladdr` from now on; the packets that waited go to it."""
    actions: list[Action] = []
    if entry.state is NeighborState.INCOMPLETE:
        actions += cache.disarm(entry)
    if entry.state is not NeighborState.REACHABLE or entry.lladdr != lladdr:
        actions.append(cache.become(entry, NeighborState.REACHABLE, lladdr, now, why))
    if cache.profile.life:
        actions += cache.arm(entry, "expire", now + cache.profile.life)
    actions += [cache.emit(event, lladdr) for event in entry.queue]
    entry.queue.clear()
    return actions
