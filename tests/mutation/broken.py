"""Rules of the neighbor cache, broken: those that take more than a word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

from vipsim.machines.host import arp
from vipsim.machines.host.book import Kind
from vipsim.machines.neighbor import interface as neighbor_interface
from vipsim.machines.neighbor import queue as neighbor_queue
from vipsim.machines.neighbor import rules as neighbor_rules
from vipsim.machines.neighbor.entry import NeighborState as S
from vipsim.machines.vocabulary import AddressAdded, LinkChanged
from vipsim.validate.bench import Sent
from vipsim.wire.addresses import BROADCAST, IPv4
from vipsim.wire.frames import ArpOp, framed


def only(op: ArpOp) -> Any:
    return lambda right: lambda packet, *rest: packet.op is op and right(packet, *rest)


def lets_in(sender: str) -> Any:
    """A route check that has nothing against one sender."""
    address = IPv4.parse(sender)
    return lambda right: lambda packet, *rest: packet.sender_ip == address or right(packet, *rest)


def refuses_zeronet(right: Any) -> Any:
    return lambda packet, *rest: packet.sender_ip >> 24 != 0 and right(packet, *rest)


def near_source(right: Any) -> Any:
    def look_up(book: Any, dst: Any) -> Any:
        route = right(book, dst)
        if route is None or dst in book.local:
            return route
        return replace(route, source=book.select(route.iface, route.via or dst))

    return look_up


def by_interface(right: Any) -> Any:
    def make_table(book: Any) -> Any:
        places = list(book.locals)
        return sorted(right(book), key=lambda row: (-row[0], places.index(row[2].iface)))

    return make_table


def through_the_air(right: Any) -> Any:
    return lambda bench, iface, frame: bench.sent.append(Sent(bench.now, iface, frame))


def deaf_to_groups(right: Any) -> Any:
    return lambda frame, mac: frame.dst == mac


def deaf_to_probes(right: Any) -> Any:
    def received(cache: Any, frame: Any, now: int) -> Any:
        return [] if arp.is_probe(frame.packet) else right(cache, frame, now)

    return received


def locked_request(right: Any) -> Any:
    def update(*given: Any, override: bool, why: str) -> Any:
        return right(*given, override=override and why != "asked us", why=why)

    return update


def silent_when_locked(right: Any) -> Any:
    def update(cache: Any, entry: Any, lladdr: Any, *rest: Any, override: bool, why: str) -> Any:
        if neighbor_rules.has_mac(entry) and entry.lladdr != lladdr and not override:
            return []
        return right(cache, entry, lladdr, *rest, override=override, why=why)

    return update


def any_target_mac(right: Any) -> Any:
    def is_gratuitous(packet: Any, book: Any) -> bool:
        return packet.sender_ip == packet.target_ip and book.kind(packet.sender_ip) is Kind.UNICAST

    return is_gratuitous


def two_is_one(right: Any) -> Any:
    return lambda sender, profile, *rest: profile.arp_accept > 0


def creates_always(right: Any) -> Any:
    return lambda packet, *rest: arp.is_accepted(packet.sender_ip, *rest)


def creates_if_gratuitous(right: Any) -> Any:
    def may_create(packet: Any, profile: Any, book: Any, iface: Any) -> bool:
        return right(packet, profile, book, iface) and arp.is_gratuitous(packet, book)

    return may_create


def any_reply_proves(right: Any) -> Any:
    return lambda packet, *rest: S.REACHABLE if packet.op is ArpOp.REPLY else S.STALE


def requests_prove(right: Any) -> Any:
    return lambda packet, *rest: right(packet, *rest) if packet.op is ArpOp.REPLY else S.REACHABLE


def learn_frame_source(right: Any) -> Any:
    def learn(cache: Any, frame: Any, packet: Any, now: int) -> Any:
        return right(cache, frame, replace(packet, sender_mac=frame.src), now)

    return learn


def use(send: Any, cache: Any, packet: Any) -> Any:
    entry = cache.entries.get(packet.sender_ip)
    if entry is not None and entry.state is S.STALE:
        entry.state, entry.relay = S.DELAY, entry.lladdr
    return send


def to_everybody(send: Any, cache: Any, packet: Any) -> Any:
    return replace(send, frame=framed(BROADCAST, cache.mac, send.frame.packet))


def restart_lock(cache: Any, entry: Any, lladdr: Any, new: Any, now: int) -> None:
    if entry.lladdr == lladdr:
        entry.updated = now


def obeys_lock(right: Any) -> Any:
    return lambda same, known, override: same or override


def first_for_ever(right: Any) -> Any:
    return lambda same, known, override: same or not known


def as_it_was(right: Any) -> Any:
    return lambda entry: entry.used


def now(right: Any) -> Any:
    return lambda profile, now: now


def drop_waiting(cache: Any, entry: Any, *rest: Any) -> None:
    cache.purge(entry)


def reverse_waiting(cache: Any, entry: Any, *rest: Any) -> None:
    entry.queue.reverse()


def drop_newest(right: Any) -> Any:
    def enqueue(cache: Any, entry: Any, event: Any) -> None:
        size = neighbor_queue.truesize(event.packet)
        if entry.queue_bytes + size <= cache.profile.unres_qlen_bytes:
            right(cache, entry, event)

    return enqueue


def exact_head(right: Any) -> Any:
    return lambda octets: octets + neighbor_queue.HEADROOM + neighbor_queue.SHARED_INFO


def unrounded_head(right: Any) -> Any:
    def head_size(octets: int) -> int:
        exact = octets + neighbor_queue.HEADROOM + neighbor_queue.SHARED_INFO
        return max(neighbor_queue.SMALL_HEAD, exact)

    return head_size


def announce(mode: int, other: int) -> Any:
    def make(right: Any) -> Any:
        def source(book: Any, iface: Any, hop: Any, wanted: Any, given: int = 0) -> Any:
            return right(book, iface, hop, wanted, other if given == mode else given)

        return source

    return make


def without_datagram(right: Any) -> Any:
    def solicit(cache: Any, entry: Any) -> Any:
        source = cache.book.select(cache.iface, entry.ip)
        return [
            replace(send, frame=replace(send.frame, packet=replace(send.frame.packet, sender_ip=source)))
            for send in right(cache, entry)
        ]

    return solicit


def permanent_too(right: Any) -> Any:
    return lambda entry, profile: not profile.arp_evict_nocarrier


def permanent_only(right: Any) -> Any:
    return lambda entry, profile: entry.state is S.PERMANENT


def keep_permanent(right: Any) -> Any:
    def flush(cache: Any, why: str) -> Any:
        gone = [entry for entry in cache.entries.values() if entry.state is not S.PERMANENT]
        return [action for entry in gone for action in cache.drop(entry, why)]

    return flush


def notify_always(right: Any) -> Any:
    def announcements(cache: Any) -> Any:
        profile = replace(cache.profile, arp_notify=1)
        return right(
            mock.Mock(up=cache.up, mac=cache.mac, iface=cache.iface, book=cache.book, profile=profile)
        )

    return announcements


def announce_address(actions: Any, stack: Any, event: Any, now: int) -> Any:
    if isinstance(event, AddressAdded) and event.iface in stack.caches:
        return [*actions, *neighbor_interface.announcements(stack.caches[event.iface])]
    return actions


def announce_carrier(actions: Any, cache: Any, event: Any, now: int) -> Any:
    if isinstance(event, LinkChanged) and event.up:
        return [*actions, *neighbor_interface.announcements(cache)]
    return actions
