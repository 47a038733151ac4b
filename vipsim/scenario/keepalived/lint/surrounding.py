"""Rules on what is around a node (ports that forward late, carriers), and what keepalived itself says."""

from __future__ import annotations

from collections.abc import Iterator

from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.lint.announcing import LINUX_CACHE, refresh_at_a_tick, silent_heal
from vipsim.scenario.keepalived.lint.case import Case, Seat, ranked
from vipsim.scenario.keepalived.lint.finding import Finding, Level, secs
from vipsim.scenario.keepalived.places import Place
from vipsim.units import SECOND, Time, format_duration

USUAL_STP: Time = 15 * SECOND
"""IEEE 802.1D's forward delay."""


def preempt_behind_stp(case: Case) -> Iterator[Finding]:
    """A node that returns behind a port that does not forward yet."""
    stp = case.around.stp
    if stp == 0:
        return
    blocked = 2 * (USUAL_STP if stp is None else stp)
    told: set[tuple[str, str]] = set()
    for router in case.routers:
        if len(router) < 2:
            continue
        seat, other, *_ = ranked(router)
        port = (seat.node, seat.part.iface)
        first = seat.config.globals.vrrp_startup_delay.value + seat.down
        if first >= blocked or port in told:
            continue
        told.add(port)
        yield Finding(
            Level.HINT if stp is None else Level.WARNING,
            seat.at(seat.instance.preempt),
            f"{'if' if stp is None else 'since'} a spanning tree blocks the port of {seat.name} for "
            f"{secs(blocked)} after the link comes up, it hears nobody, is MASTER beside {other.name} from "
            f"{secs(first)} to {secs(blocked)}, and stays it, having the higher priority{_useless(seat)}. "
            f"{_lost(seat, other, first, blocked)}",
            "make the port an edge port (portfast), or write "
            f"vrrp_startup_delay {(blocked - seat.down) // SECOND + 1}, which helps at the start of "
            "keepalived only",
        )


def _useless(seat: Seat) -> str:
    """The keywords of its file that one would trust to prevent it."""
    words = ["nopreempt"] if not seat.instance.preempt.value else []
    words += ["preempt_delay"] if seat.instance.preempt_delay.value else []
    return f" ({' and '.join(words)} does not prevent it)" if words else ""


def _lost(seat: Seat, other: Seat, first: Time, blocked: Time) -> str:
    """What becomes of its announcements, and how long clients may wait for others."""
    delay = seat.instance.garp_master_delay.value
    bursts = [first, *([first + delay] if delay else [])]
    lost = " and ".join(secs(at) for at in bursts if at < blocked)
    if seat.instance.use_vmac.value:
        return f"Its announcements at {lost} are lost"
    refresh = refresh_at_a_tick(seat)
    until = min(refresh, LINUX_CACHE) if refresh else LINUX_CACHE
    return (
        f"Its announcements at {lost} are lost; if none follows ({silent_heal(other):.0%} of the cases), "
        f"Linux clients are out for up to {secs(until)} then"
    )


def delays_cut(case: Case) -> Iterator[Finding]:
    """Up and down delays of an interface that outlast the peers' patience."""
    for node, config in case.configs:
        for delay in config.interface_up_down_delays:
            if not delay.why or delay.place is None:
                continue
            down, up = delay.configured
            written = f"{secs(down)} and {secs(up or 0)}"
            yield Finding(
                Level.WARNING,
                delay.place,
                f"on {node} the down and up delays of {delay.interface}, {written}, are longer than the "
                "other nodes "
                f"wait: keepalived uses {secs(delay.down)} and {secs(delay.up)}",
                "write delays below (down_timer_adverts - 1) advert intervals, or a longer advert_int",
            )


def dead_link_unseen(case: Case) -> Iterator[Finding]:
    """dont_track_primary."""
    for seat in case.seats:
        if seat.instance.dont_track_primary.value:
            yield Finding(
                Level.WARNING,
                seat.at(seat.instance.dont_track_primary),
                f"{seat.name} does not look at the carrier of {seat.instance.interface.value}: with a dead "
                "link it stays "
                "MASTER, and when the link is back two are, until adverts pass; clients behind other "
                "interfaces see "
                "two owners all the time",
                "leave dont_track_primary out",
            )


def rounded_interval(case: Case) -> Iterator[Finding]:
    """Version 2 counts in whole seconds."""
    for seat in case.seats:
        interval = seat.instance.advert_int
        if interval.configured is None or interval.configured == interval.value:
            continue
        missed = seat.instance.down_timer_adverts.value
        meant = missed * interval.configured + (seat.down - missed * interval.value)
        yield Finding(
            Level.WARNING,
            seat.at(interval),
            f"{interval.why}: after a crash {seat.name} waits {secs(seat.down)}, not {secs(meant)}",
            f"write version 3 (on all nodes at once), or advert_int {interval.value // SECOND or 1}"
            if seat.instance.version.value == 2
            else f"write {format_duration(interval.value)} in all files",
        )


def alone(case: Case) -> Iterator[Finding]:
    """An instance that only one of several files has."""
    if len(case.configs) < 2:
        return
    for router in case.routers:
        if len(router) == 1:
            seat = router[0]
            if any(other is not seat and other.moved & seat.moved for other in case.seats):
                continue  # told as a disagreement on the vrid
            yield Finding(
                Level.WARNING,
                seat.place,
                f"only {seat.name} has {seat.instance.name} (virtual_router_id "
                f"{seat.instance.virtual_router_id.value}): if it fails its addresses are gone until it is "
                "back",
                "write the instance in the other file too",
            )


def nothing_here(case: Case) -> Iterator[Finding]:
    """A file without any instance."""
    for node, config in case.configs:
        if config.instances:
            continue
        other = {one.keyword for one in config.report if not one.block} & {"virtual_server", "bfd_instance"}
        gone = [
            one.message.split(": keepalived")[0]
            for one in config.warnings
            if "there is no file" in one.message
        ]
        why = f" ({gone[0]})" if gone else ", the file is empty" if not config.report else ""
        yield Finding(
            Level.HINT if other else Level.WARNING,
            Place(config.files[0] if config.files else node, 1),
            f"there is no vrrp_instance{why}: {node} never has an address",
            "write the instance, or include it" if gone else "is this the right file?",
        )


def said_by_keepalived(case: Case) -> Iterator[Finding]:
    """What the daemon itself takes otherwise than it is written."""
    for _, config in case.configs:
        for warned in config.warnings:
            yield Finding(
                Level.HINT if warned.harmless else Level.WARNING,
                warned.place,
                f"keepalived: {warned.message}",
                warned.fix or "write what is meant, or leave it out",
            )


def unknown_keywords(case: Case) -> Iterator[Finding]:
    """Keywords that keepalived 2.2.7 skips."""
    for _, config in case.configs:
        for one in config.report:
            if one.standing is Standing.UNKNOWN:
                yield Finding(
                    Level.WARNING,
                    one.place,
                    f"keepalived 2.2.7 does not know {one.keyword[:60]!r}: {one.note}",
                    "mend the word, or leave it out",
                )
