"""Linux's neighbor entry: the chart of BEHAVIOUR 1.2 and the updates of 1.3, as steps on a `NeighborCache`.

A step per event (a datagram, a packet, a timer); what it decides is a named rule of
`neighbor_rules` or `arp`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vipsim.machines.host import arp as packets
from vipsim.machines.host.book import Kind
from vipsim.machines.neighbor import collector as neighbor_collector
from vipsim.machines.neighbor import queue as neighbor_queue
from vipsim.machines.neighbor import rules as neighbor_rules
from vipsim.machines.neighbor.entry import CONNECTED, Entry, NeighborState
from vipsim.machines.vocabulary import Action, Outgoing, Send, Undeliverable
from vipsim.units import Time
from vipsim.wire.addresses import BROADCAST, NO_MAC, IPv4, Mac, multicast_mac
from vipsim.wire.frames import Arp, ArpOp, Frame, framed

if TYPE_CHECKING:
    from vipsim.machines.neighbor.cache import NeighborCache

S = NeighborState

# --- a datagram ----------------------------------------------------------------------------------


def outgoing(cache: NeighborCache, event: Outgoing, now: Time) -> list[Action]:
    """Send a datagram to a neighbor (neigh_resolve_output, __neigh_event_send)."""
    entry, actions = find_or_create(cache, event.next_hop, now)
    if entry.target is not None:
        return [*actions, cache.emit(event, entry.target)]
    entry.used = now
    if entry.relay is not None:
        return [cache.emit(event, entry.relay)]
    match entry.state:
        case S.STALE:
            lladdr = entry.lladdr
            assert lladdr is not None
            delayed = cache.become(entry, S.DELAY, lladdr, now, "used")
            wait = cache.arm(entry, "delay", now + cache.profile.delay_first_probe_time)
            return [delayed, *wait, cache.emit(event, lladdr)]
        case S.INCOMPLETE:
            enqueue(cache, entry, event)
            return []
        case _:
            return [*actions, *resolve(cache, entry, event, now)]


def resolve(cache: NeighborCache, entry: Entry, event: Outgoing, now: Time) -> list[Action]:
    """Begin to ask for a neighbor of which nothing is known; the datagram waits."""
    profile = cache.profile
    if not neighbor_rules.can_solicit(profile):
        cache.unresolved += 1
        entry.updated = now
        return [] if entry.state is S.FAILED else [cache.become(entry, S.FAILED, None, now, "may not ask")]
    entry.probes = neighbor_rules.first_probe(profile)
    asked = cache.become(entry, S.INCOMPLETE, None, now, "used")
    enqueue(cache, entry, event)
    wait = cache.arm(entry, "retransmit", now + neighbor_rules.spacing(profile))
    return [asked, *solicit(cache, entry), *wait]


def enqueue(cache: NeighborCache, entry: Entry, event: Outgoing) -> None:
    """Let a datagram wait; the oldest ones make room."""
    size = neighbor_queue.truesize(event.packet)
    while entry.queue and entry.queue_bytes + size > cache.profile.unres_qlen_bytes:
        entry.queue_bytes -= neighbor_queue.truesize(entry.queue.popleft().packet)
        cache.unresolved += 1
    entry.queue.append(event)
    entry.queue_bytes += size


def enqueue_many(
    cache: NeighborCache, entry: Entry, number: int, event_of: Callable[[int], Outgoing]
) -> None:
    """Let `number` datagrams of one size wait, `event_of(0)` the first; makes only those that will stay."""
    size = neighbor_queue.truesize(event_of(0).packet)
    gone = number - max(1, cache.profile.unres_qlen_bytes // size)
    if gone > 0:  # then none of those before is left either
        cache.unresolved += gone
        cache.purge(entry)
    for index in range(max(0, gone), number):
        enqueue(cache, entry, event_of(index))


def find_or_create(cache: NeighborCache, ip: IPv4, now: Time) -> tuple[Entry, list[Action]]:
    """The entry of `ip`, and what making it changed: a new one knows nothing, save for a group address."""
    entry = cache.entries.get(ip)
    if entry is not None:
        return entry, []
    entry = cache.admit(Entry(ip, now, neighbor_rules.long_ago(cache.profile, now)))
    return entry, [*construct(cache, entry, now), *neighbor_collector.begin(cache, now)]


def construct(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    """A group address needs no asking: its MAC follows from it (arp_constructor)."""
    match cache.book.kind(entry.ip):
        case Kind.BROADCAST:
            return [cache.become(entry, S.NOARP, BROADCAST, now, "broadcast address")]
        case Kind.MULTICAST:
            return [cache.become(entry, S.NOARP, multicast_mac(entry.ip), now, "multicast address")]
        case _:
            return []


def solicit(cache: NeighborCache, entry: Entry) -> list[Action]:
    """Send a request for the neighbor (arp_solicit); the youngest waiting datagram lends its source."""
    waiting = entry.queue[-1] if entry.queue else None
    form = neighbor_rules.form_of_probe(entry.probes, cache.profile)
    entry.probes += 1
    if form == "app":
        return []
    wanted = waiting.packet.src if waiting is not None else None
    source = cache.book.source(cache.iface, entry.ip, wanted, cache.profile.arp_announce)
    known = entry.lladdr if form == "unicast" else None
    request = Arp(ArpOp.REQUEST, cache.mac, source, NO_MAC, entry.ip)
    cause = waiting.cause if waiting is not None else 0
    return [Send(framed(BROADCAST if known is None else known, cache.mac, request, cause), cache.iface)]


# --- a timer ---------------------------------------------------------------------------------------


def fired(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    """Go on when the entry's timer is due (neigh_timer_handler)."""
    profile = cache.profile
    match entry.state:
        case S.REACHABLE:
            return _reachable_over(cache, entry, now)
        case S.DELAY if neighbor_rules.was_confirmed_lately(entry, profile, now):
            confirmed = cache.become(entry, S.REACHABLE, entry.lladdr, now, "confirmed")
            return [confirmed, *cache.arm(entry, "reachable", _expiry(cache, entry, now))]
        case S.DELAY:
            entry.probes = 0
            return [
                cache.become(entry, S.PROBE, entry.lladdr, now, "unconfirmed"),
                *_probe(cache, entry, now),
            ]
        case S.PROBE | S.INCOMPLETE:
            return _probe(cache, entry, now)
        case _:
            return []


def _expiry(cache: NeighborCache, entry: Entry, now: Time) -> Time:
    return max(entry.confirmed + cache.reachable_time, now + neighbor_rules.SHORTEST)


def _reachable_over(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    if neighbor_rules.is_still_reachable(entry, cache.reachable_time, now):
        return cache.arm(entry, "reachable", _expiry(cache, entry, now))
    if neighbor_rules.was_used_lately(entry, cache.profile, now):
        wait = max(cache.profile.delay_first_probe_time, neighbor_rules.SHORTEST)
        delayed = cache.become(entry, S.DELAY, entry.lladdr, now, "R over, used lately")
        return [delayed, *cache.arm(entry, "delay", now + wait)]
    return [cache.become(entry, S.STALE, entry.lladdr, now, "R over")]


def _probe(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    if entry.probes >= neighbor_rules.most_probes(entry.state, cache.profile):
        return fail(cache, entry, now)
    wait = cache.arm(entry, "retransmit", now + neighbor_rules.spacing(cache.profile))
    return [*solicit(cache, entry), *wait]


def fail(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    """Give up; whoever waits is told that the host is unreachable (neigh_invalidate)."""
    failed = cache.become(entry, S.FAILED, None, now, "no answer")
    return [failed, *unreachable(cache, entry, "no answer")]


def unreachable(cache: NeighborCache, entry: Entry, reason: str) -> list[Action]:
    """Drop the waiting datagrams and tell their senders."""
    told: list[Action] = [Undeliverable(one.packet, reason, one.cause) for one in entry.queue]
    cache.purge(entry)
    return told


# --- a packet --------------------------------------------------------------------------------------


def received(cache: NeighborCache, frame: Frame, now: Time) -> list[Action]:
    """Take an ARP packet (arp_process): the order of BEHAVIOUR 1.3."""
    packet = frame.packet
    profile, book, iface = cache.profile, cache.book, cache.iface
    if not isinstance(packet, Arp) or not packets.is_for_us(frame, cache.mac):
        return []
    if not packets.is_sane(packet, profile) or packets.is_dropped(packet, profile):
        return []
    for_us = packets.asks_for_us(packet, book)
    if packets.is_probe(packet):
        answered = for_us and not packets.is_ignored(packet, profile, book, iface)
        return [reply(cache, packet)] if answered else []
    if for_us and packets.has_valid_source(packet, profile, book, iface):
        if packets.is_ignored(packet, profile, book, iface):
            return []
        if packets.is_filtered(packet, profile, book, iface):
            return []
        return [*learn_from_request(cache, packet, now), reply(cache, packet)]
    return learn(cache, frame, packet, now)


def learn_from_request(cache: NeighborCache, packet: Arp, now: Time) -> list[Action]:
    """One who asks us is known at once and in spite of the locktime (neigh_event_ns)."""
    entry, actions = find_or_create(cache, packet.sender_ip, now)
    return actions + update(cache, entry, packet.sender_mac, S.STALE, now, override=True, why="asked us")


def learn(cache: NeighborCache, frame: Frame, packet: Arp, now: Time) -> list[Action]:
    """Any other packet updates the entry of its sender, if there is one or arp_accept makes one."""
    entry = cache.entries.get(packet.sender_ip)
    actions: list[Action] = []
    if entry is None:
        if not packets.may_create(packet, cache.profile, cache.book, cache.iface):
            return []
        entry, actions = find_or_create(cache, packet.sender_ip, now)
    announced = packets.is_gratuitous(packet, cache.book)
    override = announced or not neighbor_rules.is_locked(entry, cache.profile, now)
    state = packets.asked_state(packet, frame.dst, cache.mac)
    why = "announced" if announced else "answered" if packet.op is ArpOp.REPLY else "heard"
    return actions + update(cache, entry, packet.sender_mac, state, now, override=override, why=why)


def reply(cache: NeighborCache, packet: Arp) -> Send:
    """Answer a request; the entry is not used for it."""
    answer = Arp(ArpOp.REPLY, cache.mac, packet.target_ip, packet.sender_mac, packet.sender_ip)
    return Send(framed(packet.sender_mac, cache.mac, answer), cache.iface)


def update(
    cache: NeighborCache,
    entry: Entry,
    lladdr: Mac,
    new: NeighborState,
    now: Time,
    *,
    override: bool,
    why: str,
) -> list[Action]:
    """Take `lladdr` and state `new` for the neighbor, if the rules let them in (__neigh_update)."""
    if neighbor_rules.is_fixed(entry):
        return []
    had_mac = neighbor_rules.has_mac(entry)
    same = had_mac and entry.lladdr == lladdr
    if new in CONNECTED:
        entry.confirmed = now  # a reply proves that somebody is there, though its MAC be locked out
    if not neighbor_rules.may_replace(same, had_mac, override):
        return []
    if neighbor_rules.keeps_state(new, same) or (same and new is entry.state):
        return []
    return enter(cache, entry, lladdr, new, now, why)


def enter(
    cache: NeighborCache,
    entry: Entry,
    lladdr: Mac,
    new: NeighborState,
    now: Time,
    why: str,
    by_hand: bool = False,
) -> list[Action]:
    """Change state or MAC, arm the timer of the new state, let the waiting datagrams go."""
    old, had_mac = entry.state, neighbor_rules.has_mac(entry)
    if not (had_mac and entry.lladdr == lladdr) and new not in CONNECTED:
        entry.confirmed = neighbor_rules.long_ago(cache.profile, now)
    actions = cache.disarm(entry) if new is not old else []
    actions.append(cache.become(entry, new, lladdr, now, why, by_hand))
    if new is not old:
        actions += _arm_new(cache, entry, now)
    if not had_mac:
        waiting = list(entry.queue)
        entry.queue.clear()
        entry.queue_bytes = 0
        for event in waiting:
            actions += outgoing(cache, event, now)
    return actions


def _arm_new(cache: NeighborCache, entry: Entry, now: Time) -> list[Action]:
    entry.used = neighbor_rules.last_use(entry)
    match entry.state:
        case S.REACHABLE:
            return cache.arm(entry, "reachable", now + cache.reachable_time)
        case S.PROBE:
            entry.probes = 0
            return cache.arm(entry, "retransmit", now)
        case S.DELAY:
            return cache.arm(entry, "delay", now)
        case _:
            return []
