"""Rules on what is around a node (ports that forward late, carriers), and what keepalived itself says."""

from __future__ import annotations

from collections.abc import Iterator

from vipsim.scenario.keepalived.lint.case import Case, ranked
from vipsim.scenario.keepalived.lint.finding import Finding, Level, secs
from vipsim.units import SECOND, Time, format_duration

USUAL_STP: Time = 15 * SECOND
"""IEEE 802.1D's forward delay."""


def preempt_behind_stp(case: Case) -> Iterator[Finding]:
    """A node that returns behind a port that does not forward yet."""
    stp = case.around.stp
    if stp == 0:
        return
    blocked = 2 * (USUAL_STP if stp is None else stp)
    for router in case.routers:
        if len(router) < 2:
            continue
        seat = ranked(router)[0]
        waits = seat.config.globals.vrrp_startup_delay.value
        first = waits + seat.down
        if first >= blocked:
            continue
        delay = seat.instance.garp_master_delay.value
        bursts = [first, *([first + delay] if delay else [])]
        lost = [at for at in bursts if at < blocked]
        condition = "if" if stp is None else "since"
        yield Finding(
            Level.HINT if stp is None else Level.WARNING,
            seat.at(seat.instance.preempt),
            f"{condition} a spanning tree blocks the port of {seat.name} for {secs(blocked)} after the link "
            "comes "
            f"up, it hears nobody and is MASTER beside the other node from {secs(first)} to "
            f"{secs(blocked)}, and "
            "keeps the addresses then, having the higher priority: nopreempt and preempt_delay do not "
            "prevent it. "
            f"Its announcements at {' and '.join(map(secs, lost))} are lost; clients were out for up to "
            "25.6 s "
            "afterwards (measured)",
            "make the port an edge port (portfast), or write "
            f"vrrp_startup_delay {(blocked - seat.down) // SECOND + 1}, which helps at the start of "
            "keepalived only",
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
            if one.standing.value == "unknown":
                yield Finding(
                    Level.WARNING,
                    one.place,
                    f"keepalived 2.2.7 does not know {one.keyword[:60]!r}: {one.note}",
                    "mend the word, or leave it out",
                )
