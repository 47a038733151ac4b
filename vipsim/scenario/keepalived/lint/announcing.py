"""Rules on whether clients learn of a change: announcements, what repeats them, and who answers."""

from __future__ import annotations

from collections.abc import Iterator

from vipsim.scenario.keepalived.lint.case import Case, Seat, ranked
from vipsim.scenario.keepalived.lint.finding import Finding, Level, secs
from vipsim.scenario.keepalived.scenario import garp_interval
from vipsim.units import SECOND, Time

LINUX_CACHE: Time = 53 * SECOND
"""When a Linux client asks again by itself at the latest: 45 s, 5 s and three probes (truth/NOTES 1, 15)."""
_CISCO: Time = 4 * 3600 * SECOND
_FEW: Time = 5 * SECOND
"""A wrong entry that lives no longer than this costs no more than a failover does."""
_HELPS: Time = 2 * SECOND
"""A refresh that makes it so: no longer than a failover's own detection, and one frame in two seconds."""


def silent_heal(seat: Seat) -> float:
    """How likely nobody announces when a split heals: the phase decides (truth/NOTES 1)."""
    return 1 - seat.down % seat.interval / seat.interval


def refresh_at_a_tick(seat: Seat) -> Time:
    """How long a wrong entry lives at most, in ns: 2.2.7 refreshes when it sends an advert."""
    return -(-seat.instance.garp_master_refresh.value // seat.interval) * seat.interval


def helping(seat: Seat) -> str:
    """The refresh to recommend, and what it costs and gives."""
    ticks = -(-_HELPS // seat.interval) * seat.interval
    whole = -(-ticks // SECOND)
    bound = -(-whole * SECOND // seat.interval) * seat.interval
    return (
        f"write garp_master_refresh {whole}: a wrong entry then lives {secs(bound)} at most, "
        f"for one broadcast per address each {secs(bound)}"
    )


def no_refresh(case: Case) -> Iterator[Finding]:
    """No announcement is repeated after the second burst."""
    cache = case.around.router_cache
    if cache is not None and cache <= _FEW:
        return
    for router in case.routers:
        order = ranked(router)
        silent = [seat for seat in order if not _repeats(seat)]
        if not silent:
            continue
        seat = silent[0]
        repeat, delay = (getattr(seat.instance, f"garp_master_{name}").value for name in ("repeat", "delay"))
        again = f" and {repeat} more {secs(delay)} later" if delay else ""
        life = f"its {secs(cache)}" if cache is not None else f"up to {secs(_CISCO)} (Cisco's default)"
        heal = ""
        if len(router) > 1 and seat is order[0]:
            heal = (
                f"; after a healed split nobody announces at all in {silent_heal(order[1]):.0%} of the "
                f"cases, and Linux clients of {order[1].name} too are out for up to {secs(LINUX_CACHE)}"
            )
        yield Finding(
            Level.HINT if cache is None and not heal else Level.WARNING,
            seat.at(seat.instance.garp_master_refresh),
            f"{' and '.join(one.name for one in silent)}: {repeat} announcements at a takeover{again}, then "
            f"never: a router that misses them keeps the wrong MAC address for {life}{heal}",
            f"{helping(seat)}; or write use_vmac in both",
            tuple(one.at(one.instance.garp_master_refresh) for one in silent[1:]),
        )


def _repeats(seat: Seat) -> bool:
    """Whether its announcements come again, or need not."""
    return bool(seat.instance.garp_master_refresh.value or seat.instance.use_vmac.value)


def refresh_too_slow(case: Case) -> Iterator[Finding]:
    """A refresh that leaves a wrong entry for long, or comes later than the caches end by themselves."""
    cache = case.around.router_cache
    for router in case.routers:
        leader, *others = ranked(router)
        for seat in (leader, *others):
            bound = refresh_at_a_tick(seat)
            if seat.instance.use_vmac.value or bound <= _FEW or (cache is not None and cache <= _FEW):
                continue
            own = LINUX_CACHE if cache is None else cache
            late = "" if bound < own else f", which is later than its entry ends by itself ({secs(own)})"
            heals = seat is leader and bool(others)
            if not heals and not late:
                continue
            when = (
                f"after a healed split nobody announces in {silent_heal(others[0]):.0%} of the cases: "
                f"a client of {others[0].name} then waits for the next refresh, {secs(bound)} at most"
                if heals
                else f"a client that misses the announcements waits {secs(bound)} for the next refresh"
            )
            yield Finding(
                Level.WARNING if heals else Level.HINT,
                seat.at(seat.instance.garp_master_refresh),
                f"{when}{late}",
                helping(seat),
            )


def single_announcement(case: Case) -> Iterator[Finding]:
    """Next to nothing is announced."""
    for seat in case.seats:
        one = seat.instance
        told = one.garp_master_repeat.value * (2 if one.garp_master_delay.value else 1)
        if told <= 1 and not one.garp_master_refresh.value and not one.use_vmac.value:
            place = one.garp_master_repeat.place or one.garp_master_delay.place
            place = place or seat.config.globals.vrrp_min_garp.place or seat.place
            yield Finding(
                Level.WARNING,
                place,
                f"{seat.name} announces an address {told} time{'s' * (told != 1)} and never again: one lost "
                "frame leaves "
                "a Linux client with the old node for 5 to 53 s, a router for hours",
                "leave garp_master_repeat 5 and garp_master_delay 5 as they are, or write "
                f"{helping(seat).removeprefix('write ')}",
            )


def nobody_answers_a_rival(case: Case) -> Iterator[Finding]:
    """What a master does after a split is left out."""
    for router in case.routers:
        if len(router) < 2:
            continue
        leader = ranked(router)[0]
        repeat = leader.instance.garp_lower_prio_repeat
        if repeat.value or leader.instance.garp_master_refresh.value or leader.instance.use_vmac.value:
            continue
        yield Finding(
            Level.WARNING,
            repeat.place or leader.at(leader.instance.strict_mode),
            f"when a split heals {leader.name} stays MASTER and announces nothing (garp_lower_prio_repeat "
            "0): the "
            "clients that the other node has taken stay there without an answer, 3.2 to 4.9 s as measured "
            "with "
            "Linux clients, up to 53 s with an entry just confirmed, hours with a router",
            f"leave garp_lower_prio_repeat out, or {helping(leader)}",
        )


def slow_announcements(case: Case) -> Iterator[Finding]:
    """A gap between two announcements, times many addresses."""
    for seat in case.seats:
        gap = garp_interval(seat.config, seat.instance)
        count = len(seat.moved)
        last = gap * (count - 1)
        if last > SECOND:
            setting = seat.config.globals.vrrp_garp_interval
            yield Finding(
                Level.WARNING,
                setting.place or seat.place,
                f"with {secs(gap)} between two announcements the last of {count} addresses is announced "
                f"{secs(last)} after the takeover",
                f"write vrrp_garp_interval {max(0.0001, SECOND / count / 1e9):.4f}, or make fewer addresses "
                "of them",
            )


def strict_does_not_answer(case: Case) -> Iterator[Finding]:
    """Strict mode: the address is there, and does not answer."""
    for seat in case.seats:
        one = seat.instance
        if one.accept.value or not one.strict_mode.value:
            continue
        version = " (version 3; version 2 does not take it)" if one.version.value == 2 else ""
        yield Finding(
            Level.ERROR,
            seat.at(one.strict_mode),
            f"strict mode: {seat.name} has the addresses and drops what is sent to them, so a client gets "
            "no answer "
            "as long as it is MASTER; only packets that it forwards pass",
            f"leave vrrp_strict and strict_mode out, or write accept{version}",
        )


def no_accept_here(case: Case) -> Iterator[Finding]:
    """no_accept on some nodes only."""
    for one, other in case.pairs:
        if one.instance.accept.value != other.instance.accept.value:
            deaf = one if not one.instance.accept.value else other
            yield Finding(
                Level.WARNING,
                deaf.at(deaf.instance.accept),
                f"the addresses answer on one node and not on {deaf.name}: a takeover by it is an outage "
                "that ends "
                "only when the other one is back",
                "write accept, or no_accept, on both",
                (one.place if deaf is other else other.place,),
            )


def vmac_on_one(case: Case) -> Iterator[Finding]:
    """A virtual MAC on some nodes only."""
    for one, other in case.pairs:
        mine, its = one.instance.use_vmac, other.instance.use_vmac
        if mine.value != its.value:
            yield Finding(
                Level.WARNING,
                other.at(its) if its.value else other.place,
                f"{(one if mine.value else other).name} has the addresses at a virtual MAC address, the "
                "other node at "
                "its own: every change must reach every client by announcement, and after a silent heal "
                "clients "
                "were out for 3.7 to 4.9 s, once 37.8 s (measured)",
                "write use_vmac on both, or on none",
                (one.at(mine),),
            )


def prefix_differs(case: Case) -> Iterator[Finding]:
    """One address with two prefixes."""
    for one, other in case.pairs:
        mine = {vip.address: vip for vip in one.instance.virtual_ipaddress}
        for vip in other.instance.virtual_ipaddress:
            twin = mine.get(vip.address)
            if twin is not None and twin.prefix != vip.prefix:
                yield Finding(
                    Level.HINT,
                    vip.place or other.place,
                    f"{vip} on {other.name} is {twin} on {one.name}: adverts carry no prefix, but with "
                    "another one "
                    "the node has other routes while it is MASTER",
                    "write the same prefix",
                    (twin.place or one.place,),
                )
