"""Time courses: a client's traffic through a takeover, rebuilt as a small network and compared."""

from __future__ import annotations

from dataclasses import replace

from vipsim.units import Time
from vipsim.validate.course_compare import compare_counts, compare_courses, compare_recovery
from vipsim.validate.course_events import Happened, read_events
from vipsim.validate.course_model import NEW, OLD, Setup
from vipsim.validate.course_setup import OTHER, read_setup
from vipsim.validate.course_world import CourseWorld
from vipsim.validate.fields import Fields, SkipRow
from vipsim.validate.frames import mac_text


def replay_course(row: Fields) -> list[str]:
    """Replay a time course and return the differences.

    Raises
    ------
    RowError
        If the row cannot be interpreted.
    SkipRow
        If it asks for what is not modelled.
    """
    setup = read_setup(row)
    measured = read_events(row)
    if setup.reachable_time != setup.reachable_time_end:
        raise SkipRow("the reachable time was drawn again during the course")
    summary = row.obj("summary")
    recovered = _time(summary, "recovered_s")
    by_other = OTHER in setup.done_when and recovered is not None
    if by_other and recovered is not None:  # what ended it is unknown here, when it came is not
        setup = replace(setup, limit=min(setup.limit, max(recovered, 0) + setup.hold))
    world = CourseWorld(replace(setup, slower=_slower(setup, measured)), measured)
    model = world.run()
    found = compare_courses(measured, model, world.end)
    if not by_other or (world.done is not None and recovered is not None and world.done < recovered):
        found = compare_recovery("summary.recovered_s", recovered, world.done) + found
    return found + _counts(setup, summary, world)


def _counts(setup: Setup, summary: Fields, world: CourseWorld) -> list[str]:
    """Differences in the numbers of datagrams; what a stream takes is up to the socket's buffer."""
    if setup.sending is None:
        return []
    model = {"replies": world.replies}
    if setup.sending.socket != "tcp":
        model["sent"] = world.sent
    if setup.sending.socket == "udp":
        model |= {f"got_by_{host}": world.got(host) for host in (OLD, NEW)}
    found: list[str] = []
    for name, count in model.items():
        if name in summary or name.startswith("got"):
            found += compare_counts(f"summary.{name}", summary.count(name), count)
    return found


def _time(fields: Fields, name: str) -> Time | None:
    return fields.seconds(name) if fields.has(name) else None


def _slower(setup: Setup, measured: list[Happened]) -> str:
    """Of two owners, the one whose answer came second: a race that the rig decided."""
    macs = [event.detail[2] for event in measured if event.what == "arp_in" and event.detail[1] == 2]
    for name, other in ((OLD, NEW), (NEW, OLD)):
        if len(setup.owners) > 1 and macs and macs[0] == mac_text(setup.nodes[name].mac):
            return other
    return ""
