"""Time courses: a client's traffic through a takeover, rebuilt as a small network and compared."""

from __future__ import annotations

from dataclasses import replace

from vipsim.units import Time
from vipsim.validate.course_compare import compare_counts, compare_courses, compare_recovery
from vipsim.validate.course_events import Happened, read_events
from vipsim.validate.course_model import NEW, OLD, Setup
from vipsim.validate.course_setup import read_setup
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
    world = CourseWorld(replace(setup, slower=_slower(setup, measured)), measured)
    model = world.run()
    summary = row.obj("summary")
    recovered = _time(summary, "recovered_s")
    found = compare_courses(measured, model, world.end)
    found = compare_recovery("summary.recovered_s", recovered, world.done) + found
    if setup.sending is not None and setup.sending.socket == "udp":
        for host in (OLD, NEW):
            name = f"got_by_{host}"
            found += compare_counts(f"summary.{name}", summary.count(name), world.got(host))
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
