"""Rules on who becomes master: preemption, priorities, and what changes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vipsim.machines.vrrp.tracking import Tracker
from vipsim.scenario.keepalived.config_parts import Track
from vipsim.scenario.keepalived.lint.case import Case, Seat, ranked
from vipsim.scenario.keepalived.lint.finding import Finding, Level, secs
from vipsim.scenario.keepalived.scenario import tracks_of

OWNER = 255
_BURST_AGAIN = 5_000_000_000


def nopreempt_master(case: Case) -> Iterator[Finding]:
    """Nopreempt with state MASTER, which keepalived clears."""
    for seat in case.seats:
        preempt = seat.instance.preempt
        if preempt.configured is not False or not preempt.value:
            continue
        state = f"state {seat.instance.state.value}"
        why = state if seat.priority != OWNER else "priority 255"
        yield Finding(
            Level.WARNING,
            seat.at(preempt),
            f"keepalived ignores nopreempt with {why}: {seat.name} takes the addresses back "
            f"{secs(seat.down)} after "
            "its return, a second change: TCP connections to them are reset, a ping hardly notices",
            "write state BACKUP on all nodes: the priorities decide anyway",
        )


def delay_master(case: Case) -> Iterator[Finding]:
    """A preempt_delay that keepalived clears."""
    for seat in case.seats:
        delay = seat.instance.preempt_delay
        if delay.configured and not delay.value:
            yield Finding(
                Level.WARNING,
                seat.at(delay),
                f"{delay.why}: {seat.name} takes the addresses back {secs(seat.down)} after its return and "
                "not "
                f"{secs(delay.configured)} later",
                "write state BACKUP, and preempt_delay without nopreempt or strict mode",
            )


def preempt_delay_longer(case: Case) -> Iterator[Finding]:
    """What a preempt_delay really takes."""
    for seat, others in _with_others(case):
        delay = seat.instance.preempt_delay.value
        # One that is never above another has nobody to preempt.
        above = not others or any(_best(seat) > _worst(one) for one in others)
        if delay and seat.instance.preempt.value and above:
            least, most = delay + seat.down - seat.interval, delay + seat.down
            yield Finding(
                Level.HINT,
                seat.at(seat.instance.preempt_delay),
                f"the delay of {secs(delay)} begins at the first lower advert, and the last one accepted is "
                "waited "
                f"for too: {seat.name} takes over {secs(least)} to {secs(most)} after it hears the other",
                f"write {max(0, delay - seat.down + seat.interval) / 1e9:g} if {secs(delay)} in all is meant",
            )


def _with_others(case: Case) -> Iterator[tuple[Seat, list[Seat]]]:
    for router in case.routers:
        for seat in router:
            yield seat, [one for one in router if one is not seat]


def nopreempt_weights(case: Case) -> Iterator[Finding]:
    """A weight that lowers the master, while the others do not preempt."""
    for router in case.routers:
        for seat in router:
            weighted = _weighted(seat)
            others = [one for one in router if one is not seat] or [seat]
            stubborn = [one for one in others if not one.instance.preempt.value]
            if not weighted or len(stubborn) < len(others):
                continue
            who = ", ".join(one.name for one in stubborn) if stubborn != [seat] else "a node with this file"
            yield Finding(
                Level.WARNING,
                weighted[0].place or seat.place,
                f"if {weighted[0].name} fails, {seat.name} stays MASTER with a lower priority for ever: "
                f"{who} has "
                "nopreempt and accepts it as master",
                "use weight 0 (the node leaves in order: "
                f"{secs(others[0].skew)} to the other one), or leave nopreempt out",
                tuple(one.at(one.instance.preempt) for one in stubborn if one is not seat),
            )


def weights_cannot_cross(case: Case) -> Iterator[Finding]:
    """Weights whose loss leaves the master above everybody else."""
    for router in case.routers:
        if len(router) < 2:
            continue
        leader, *others = ranked(router)
        best = max(others, key=lambda one: _best(one))
        tracks = _weighted(leader)
        if not tracks or leader.priority == OWNER or any(not one.instance.preempt.value for one in others):
            continue
        for track in tracks:
            left = _priority(leader, {track.name})
            if left < _best(best):
                continue
            together = _priority(leader, {one.name for one in tracks})
            helps = f"; all {len(tracks)} together leave {together}" if len(tracks) > 1 else ""
            yield Finding(
                Level.WARNING,
                track.place or leader.place,
                f"if {track.name} fails, {leader.name} goes from {_best(leader)} to {left}, which is not "
                "below "
                f"{_best(best)} of {best.name}{helps}: nothing moves",
                f"make the weight {_needed(leader, track, best)}, or weight 0 for FAULT",
                (best.at(best.instance.priority),),
            )


def _needed(leader: Seat, track: Track, best: Seat) -> str:
    gap = _best(leader) - _best(best) + 1
    return f"{-gap} or lower" if track.weight < 0 else f"{gap} or higher"


def _weighted(seat: Seat) -> list[Track]:
    """What changes its priority when it fails; a file has no failure, but a number."""
    kinds = ("track_interface", "track_script", "track_process")
    found = {track.name: track for kind in kinds for track in tracks_of(seat.config, seat.instance, kind)}
    return [track for track in found.values() if track.weight]


def _best(seat: Seat) -> int:
    """Effective priority while nothing fails."""
    return _priority(seat, set())


def _worst(seat: Seat) -> int:
    """Effective priority when everything that it watches has failed."""
    return _priority(seat, {track.name for track in _weighted(seat)})


def _priority(seat: Seat, failed: set[str]) -> int:
    """Effective priority while some tracked things are bad, worked out by the machine."""
    written = seat.keywords
    # One result is enough here: how many it takes is a question of time.
    scripts = tuple(replace(script, rise=1, fall=1) for script in written.track_script)
    keywords = replace(written, track_script=scripts)
    own = seat.instance.interface.value
    tracker = Tracker(own, keywords)
    tracker.start(tuple(name for name in failed if name != own))
    for script in keywords.track_script:
        tracker.script(script.name, ok=script.name not in failed)
    for process in keywords.track_process:
        tracker.count(process.name, 0 if process.name in failed else process.quorum)
    return tracker.priority(seat.priority)


def weight_takes(case: Case) -> Iterator[Finding]:
    """How long a change of weight takes to move the addresses."""
    for router in case.routers:
        if len(router) < 2:
            continue
        leader, *others = ranked(router)
        rival = max(others, key=_best)
        for track in tracks_of(leader.config, leader.instance, "track_script"):
            script = next(one for one in leader.config.scripts if one.name == track.name)
            seen = script.interval.value * script.fall.value + script.timeout.value
            timed = f", {secs(script.timeout.value)} until the last one times out" * bool(
                script.timeout.value
            )
            total = seen + (rival.down if track.weight else rival.skew)
            if total > 10_000_000_000:
                yield Finding(
                    Level.HINT,
                    script.interval.place or script.place or leader.place,
                    f"a failure that {track.name} sees moves the addresses after up to {secs(total)}: "
                    f"{script.fall.value} checks, {secs(script.interval.value)} apart "
                    f"({secs(seen - script.timeout.value)} with the wait for the first){timed}, and then "
                    f"{secs(total - seen)} until {rival.name} takes over",
                    "lower interval or fall",
                )


def equal_priorities(case: Case) -> Iterator[Finding]:
    """Two nodes whose timers end together."""
    for one, other in case.pairs:
        if one.priority != other.priority or one.priority == OWNER:
            continue
        alone = sum(one in router and len(router) > 2 for router in case.routers) == 0
        when = "when both start together" if alone else "when the master fails, or all start together"
        yield Finding(
            Level.WARNING,
            other.at(other.instance.priority),
            f"{one.name} and {other.name} have priority {one.priority}: both timers end after "
            f"{secs(one.down)}, "
            f"{when}, and both become MASTER (9 of 28 measured); the higher address wins at once, but if the "
            f"loser announced last, clients stay with it until the second announcements "
            f"({secs(one.instance.garp_master_delay.value or _BURST_AGAIN)} later)",
            f"lower that of {other.name}: one less makes its timer "
            f"{secs(other.down_at(max(1, other.priority - 1)) - other.down)} longer, 50 less makes it sure",
            (one.at(one.instance.priority),),
        )


def two_owners(case: Case) -> Iterator[Finding]:
    """Two nodes with priority 255."""
    for one, other in case.pairs:
        if one.priority == other.priority == OWNER:
            yield Finding(
                Level.ERROR,
                other.at(other.instance.priority),
                f"{one.name} and {other.name} have priority 255: both are MASTER at once when they start, "
                "and each "
                "then goes down to 254",
                "give 255 to one node at most, the one that has the addresses as its own",
                (one.at(one.instance.priority),),
            )


def preempt_differs(case: Case) -> Iterator[Finding]:
    """Nopreempt only where it does nothing."""
    for router in case.routers:
        if len(router) < 2:
            continue
        leader, *others = ranked(router)
        silent = [one for one in others if not one.instance.preempt.value]
        if leader.instance.preempt.value and silent and leader.priority > silent[0].priority:
            yield Finding(
                Level.WARNING,
                silent[0].at(silent[0].instance.preempt),
                f"{silent[0].name} has nopreempt, but {leader.name} with the higher priority has not: it "
                "takes the "
                f"addresses back {secs(leader.down)} after its return all the same",
                f"write nopreempt (and state BACKUP) on {leader.name}",
                (leader.place,),
            )


def patience_differs(case: Case) -> Iterator[Finding]:
    """Two numbers of missed adverts."""
    for one, other in case.pairs:
        mine, its = one.instance.down_timer_adverts, other.instance.down_timer_adverts
        if mine.value != its.value:
            yield Finding(
                Level.WARNING,
                other.at(its),
                f"down_timer_adverts is {its.value} on {other.name} and {mine.value} on {one.name}: a lower "
                "priority "
                f"may take over first; they wait {secs(other.down)} and {secs(one.down)}",
                "write the same number in all files",
                (one.at(mine),),
            )


def one_lost_advert(case: Case) -> Iterator[Finding]:
    """A single lost advert is a failover."""
    for seat in case.seats:
        adverts = seat.down // seat.interval
        if adverts > 1:
            continue
        every = seat.interval * 100
        yield Finding(
            Level.WARNING,
            seat.at(seat.instance.down_timer_adverts),
            f"{seat.name} takes over when {max(adverts, 1)} advert is lost: with 1 % of loss about every "
            f"{secs(every)} without need",
            "write down_timer_adverts 3, with a shorter advert_int (version 3) if it must be quick",
        )


def short_patience(case: Case) -> Iterator[Finding]:
    """Timers that a paused machine outlasts."""
    for seat in case.seats:
        pause = seat.down - seat.interval
        if pause < 500_000_000:
            yield Finding(
                Level.HINT,
                seat.at(seat.instance.advert_int),
                f"a pause of the master (a snapshot, a busy hypervisor) longer than {secs(pause)} makes "
                f"{seat.name} "
                f"take over: it waits {secs(seat.down)}",
                "measure the longest pause of the machines, or write a longer advert_int",
            )


def slow_detection(case: Case) -> Iterator[Finding]:
    """A long interval."""
    for router in case.routers:
        backup = ranked(router)[min(1, len(router) - 1)]
        if backup.down > 10_000_000_000:
            yield Finding(
                Level.HINT,
                backup.at(backup.instance.advert_int),
                f"after a crash {backup.name} takes over only {secs(backup.down - backup.interval)} to "
                f"{secs(backup.down)} later",
                "write a shorter advert_int, the same in all files",
            )
