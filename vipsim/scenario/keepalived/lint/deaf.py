"""Rules on nodes that do not hear each other: each of these makes two masters.

keepalived 2.2.7 rejects an advert of another version, password, list or (version 2) interval, and a master
restarts its own advert timer at every packet of its vrid, also at one that it rejects: so the second master
is nearly mute (truth/NOTES 24, knowledge/keepalived.md section 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from vipsim.scenario.keepalived.forms import Ip
from vipsim.scenario.keepalived.lint.case import Case, Seat
from vipsim.scenario.keepalived.lint.finding import Finding, Level, secs
from vipsim.scenario.keepalived.places import Place
from vipsim.units import format_duration


def two_masters(one: Seat, other: Seat) -> str:
    """When a node that hears nobody takes the addresses too."""
    return (
        f"{other.name} becomes MASTER {secs(other.down)} after its start, beside {one.name}: both have the "
        "addresses, clients are with whoever announced last"
    )


def version_mismatch(case: Case) -> Iterator[Finding]:
    """Two versions of VRRP."""
    for one, other in case.pairs:
        mine, its = one.instance.version, other.instance.version
        if mine.value != its.value:
            yield Finding(
                Level.ERROR,
                other.at(its),
                f"{other.name} speaks VRRP version {its.value}, {one.name} version {mine.value}: they "
                "reject each "
                f"other's adverts; {two_masters(one, other)}",
                f"write version {mine.value} in both",
                (one.at(mine),),
            )


def interval_mismatch(case: Case) -> Iterator[Finding]:
    """Version 2: two intervals."""
    for one, other in case.pairs:
        mine, its = one.instance.advert_int, other.instance.advert_int
        if one.interval == other.interval or not _speak(one, other, 2):
            continue
        slow, fast = sorted((one, other), key=lambda seat: -seat.interval)
        mute = (
            f"; {slow.name} sends one advert as MASTER and then none, since each advert of {fast.name}, "
            "every "
            f"{format_duration(fast.interval)}, restarts its timer of {format_duration(slow.interval)}: it "
            "keeps "
            "the addresses in silence"
        )
        muted = mute if not slow.instance.lower_prio_no_advert.value else ""
        yield Finding(
            Level.ERROR,
            other.at(its),
            f"{other.name} has an interval of {format_duration(other.interval)} in force, {one.name} of "
            f"{format_duration(one.interval)}, and version 2 rejects adverts with another interval; "
            f"{two_masters(one, other)}{muted}",
            f"write the same advert_int in both, such as {one.interval / 1e9:g}, or version 3",
            (one.at(mine),),
        )


def interval_differs(case: Case) -> Iterator[Finding]:
    """Version 3: two intervals, which only makes the times differ."""
    for one, other in case.pairs:
        if one.interval == other.interval or not _speak(one, other, 3):
            continue
        missed = other.instance.down_timer_adverts.value
        learnt = missed * one.interval + (256 - other.priority) * one.interval // 256
        yield Finding(
            Level.HINT,
            other.at(other.instance.advert_int),
            f"{other.name} has an interval of {format_duration(other.interval)}, {one.name} of "
            f"{format_duration(one.interval)}: version 3 takes the master's, so {other.name} takes over "
            f"{secs(learnt)} after the last advert of {one.name}, not {secs(other.down)}",
            "write the same advert_int in both",
            (one.at(one.instance.advert_int),),
        )


def _speak(one: Seat, other: Seat, version: int) -> bool:
    return one.instance.version.value == other.instance.version.value == version


def auth_mismatch(case: Case) -> Iterator[Finding]:
    """Two passwords, or one node without."""
    for one, other in case.pairs:
        mine, its = ((seat.instance.auth_type, seat.instance.auth_pass) for seat in (one, other))
        same_word = not mine[0].value or mine[1].value[:8] == its[1].value[:8]
        if mine[0].value == its[0].value and same_word:
            continue
        if mine[0].value == its[0].value:
            what = "the passwords differ"
        else:
            what = (
                f"{one.name} has auth_type {mine[0].value or 'none'}, {other.name} {its[0].value or 'none'}"
            )
        yield Finding(
            Level.ERROR,
            other.at(its[1] if its[1].place else its[0]),
            f"{what}: they reject each other's adverts; {two_masters(one, other)}",
            "write the same authentication in both (the first 8 letters count), or none",
            (one.at(mine[1] if mine[1].place else mine[0]),),
        )


def list_mismatch(case: Case) -> Iterator[Finding]:
    """Two lists of addresses."""
    for one, other in case.pairs:
        if one.listed == other.listed:
            continue
        missing, more = one.listed - other.listed, other.listed - one.listed
        parts = [f"{_some(missing)} is not in that of {other.name}"] if missing else []
        parts += [f"{_some(more)} is not in that of {one.name}"] if more else []
        yield Finding(
            Level.ERROR,
            _list_place(other, more),
            f"the lists of addresses differ, {' and '.join(parts)}: the adverts are rejected, in version 3 "
            "too; "
            f"{two_masters(one, other)}",
            "write the same virtual_ipaddress in both, in any order; to change a running pair, stop one "
            "node first",
            (_list_place(one, missing),),
        )


def vrid_clash(case: Case) -> Iterator[Finding]:
    """One vrid for two services on what looks like one LAN."""
    for first, second in combinations(case.routers, 2):
        one, other = first[0], second[0]
        vrid = one.instance.virtual_router_id
        apart = {seat.node for seat in first} & {seat.node for seat in second}
        same = vrid.value == other.instance.virtual_router_id.value
        if not same or apart or one.instance.ipv6 != other.instance.ipv6:
            continue
        near = one.instance.interface.value == other.instance.interface.value
        both_virtual = one.instance.use_vmac.value and other.instance.use_vmac.value
        yield Finding(
            Level.ERROR if near else Level.HINT,
            other.at(other.instance.virtual_router_id),
            f"{one.name} and {other.name} have virtual_router_id {vrid.value} for different addresses: if "
            "they "
            f"are on one LAN each rejects the other's adverts, both are MASTER from {secs(other.down)} after "
            "their start, and the adverts of the one keep the other's from being sent"
            + (
                "; both have one virtual MAC address, which the switch moves to and fro"
                if both_virtual
                else ""
            ),
            "give each service of a LAN its own virtual_router_id (1 to 255)",
            (one.at(vrid),),
        )


def vrid_mismatch(case: Case) -> Iterator[Finding]:
    """One address under two vrids."""
    seen: dict[Ip, Seat] = {}
    told: set[tuple[str, str]] = set()
    for seat in case.seats:
        for address in sorted(seat.moved, key=str):
            first = seen.setdefault(address, seat)
            same = first.instance.virtual_router_id.value == seat.instance.virtual_router_id.value
            pair = (first.place.file, f"{seat.place}")
            if first is seat or same or pair in told:
                continue
            told.add(pair)
            if first.node == seat.node:
                what = f"{address} is in {first.instance.name} and in {seat.instance.name} of one file"
                fix = "write each address in one vrrp_instance"
            else:
                what = (
                    f"{address} has virtual_router_id {seat.instance.virtual_router_id.value} here and "
                    f"{first.instance.virtual_router_id.value} on {first.name}: they do not hear each other; "
                    f"{two_masters(first, seat)}"
                )
                fix = "write the same virtual_router_id in both"
            yield Finding(
                Level.ERROR,
                seat.at(seat.instance.virtual_router_id),
                what,
                fix,
                (first.at(first.instance.virtual_router_id),),
            )


def transport_mismatch(case: Case) -> Iterator[Finding]:
    """One node sends to the group, the other to peers; or two groups."""
    for one, other in case.pairs:
        modes = [bool(seat.instance.unicast_peer) for seat in (one, other)]
        groups = [seat.instance.mcast_dst_ip for seat in (one, other)]
        if modes[0] != modes[1]:
            unicast, group = (one, other) if modes[0] else (other, one)
            yield Finding(
                Level.ERROR,
                other.place,
                f"{unicast.name} sends its adverts to unicast peers, {group.name} to the multicast group: "
                "neither "
                f"hears the other; {two_masters(one, other)}",
                "write unicast_peer in both, or in none",
                (one.place,),
            )
        elif not modes[0] and groups[0].value != groups[1].value:
            yield Finding(
                Level.ERROR,
                other.at(groups[1]),
                f"{other.name} sends to the group {groups[1].value}, {one.name} to {groups[0].value}: "
                "neither hears "
                f"the other; {two_masters(one, other)}",
                "write the same group in both",
                (one.at(groups[0]),),
            )


def missing_peer(case: Case) -> Iterator[Finding]:
    """Unicast: a node whose address another one does not send to."""
    for router in case.routers:
        for seat in router:
            own = seat.instance.source.value
            for sender in router:
                peers = [peer.address for peer in sender.instance.unicast_peer]
                if sender is seat or own is None or not peers or own in peers:
                    continue
                yield Finding(
                    Level.ERROR,
                    sender.instance.unicast_peer[0].place or sender.place,
                    f"{own} of {seat.name} is not among the unicast peers of {sender.name}: {seat.name} "
                    "hears none "
                    f"of its adverts; {two_masters(sender, seat)}",
                    f"add {own} to unicast_peer of {sender.name}",
                    (seat.at(seat.instance.source),),
                )


def same_source(case: Case) -> Iterator[Finding]:
    """Two nodes with one source address: a copied line."""
    for one, other in case.pairs:
        source = other.instance.source
        if source.value is None or source.value != one.instance.source.value:
            continue
        yield Finding(
            Level.ERROR,
            other.at(source),
            f"{other.name} and {one.name} both send from {source.value}: each takes the other's adverts for "
            "its "
            f"own and hears nobody; {two_masters(one, other)}",
            "write each node's own address",
            (one.at(one.instance.source),),
        )


def _some(addresses: frozenset[Ip]) -> str:
    names = sorted(map(str, addresses))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _list_place(seat: Seat, only: frozenset[Ip]) -> Place:
    """The line of an address that only this node has, or the first of its list."""
    addresses = seat.instance.virtual_ipaddress
    found = [one.place for one in addresses if one.address in only and one.place]
    found += [one.place for one in addresses if one.place]
    return found[0] if found else seat.place
