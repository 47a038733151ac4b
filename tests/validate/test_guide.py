"""The guide chooses among the latenesses that a kernel's timer can have, and never another one."""

from hypothesis import given
from hypothesis import strategies as st

from vipsim.machines.wheel import granularity
from vipsim.units import MS, SECOND
from vipsim.validate.course_events import Happened
from vipsim.validate.course_guide import HZ, Guide, shows, shows_neighbor_timer

TIMES = st.integers(0, 120 * SECOND)


@given(TIMES, st.integers(0, 120 * SECOND), st.lists(TIMES, max_size=8))
def test_a_timer_fires_within_its_grid(deadline, delay, times):
    guide = Guide([Happened(at, "announce") for at in times])
    fires = guide.timer(deadline, delay, shows("announce"))
    assert deadline <= fires <= deadline + granularity(delay, HZ)


def test_a_timer_fires_when_the_recording_shows_it():
    guide = Guide(
        [Happened(16 * SECOND, "state", ("STALE", None)), Happened(17 * SECOND, "state", ("FAILED", None))]
    )
    fires = guide.timer(15 * SECOND, 20 * SECOND, shows_neighbor_timer("REACHABLE"))
    assert abs(fires - 16 * SECOND) <= 2 * MS


def test_what_another_timer_causes_does_not_lead_it():
    guide = Guide([Happened(16 * SECOND, "state", ("FAILED", None))])
    fires = guide.timer(15 * SECOND, 20 * SECOND, shows_neighbor_timer("REACHABLE"))
    assert fires == 15 * SECOND + granularity(20 * SECOND, HZ) // 2


def test_a_command_is_late_only_as_the_harness_was():
    guide = Guide([Happened(8 * MS, "failover"), Happened(5 * SECOND, "announce")])
    assert guide.command(0, shows("failover")) == 8 * MS
    assert guide.command(4 * SECOND, shows("announce")) < 4 * SECOND + 10 * MS
