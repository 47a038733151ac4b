"""The guide chooses among the latenesses that a kernel's timer can have, and never another one."""

from hypothesis import given
from hypothesis import strategies as st

from vipsim.machines.wheel import granularity
from vipsim.units import MS, SECOND
from vipsim.validate.course_events import Happened
from vipsim.validate.course_guide import EXPIRES, FAILS, HZ, Guide, Trace, shows

TIMES = st.integers(0, 120 * SECOND)


@given(TIMES, st.integers(0, 120 * SECOND), st.lists(TIMES, max_size=8))
def test_a_timer_fires_within_its_grid(deadline, delay, times):
    guide = Guide([Happened(at, "announce" if at % 2 else "failover") for at in times])
    fires = guide.timer(deadline, delay, Trace(shows("announce"), shows("failover")))
    assert deadline <= fires <= deadline + granularity(delay, HZ)


def test_a_timer_fires_when_the_recording_shows_it():
    guide = Guide(
        [Happened(16 * SECOND, "state", ("STALE", None)), Happened(17 * SECOND, "state", ("FAILED", None))]
    )
    fires = guide.timer(15 * SECOND, 20 * SECOND, EXPIRES)
    assert abs(fires - 16 * SECOND) <= 2 * MS


def test_what_another_timer_causes_does_not_lead_it():
    guide = Guide([Happened(16 * SECOND, "state", ("FAILED", None))])
    fires = guide.timer(15 * SECOND, 20 * SECOND, EXPIRES)
    assert fires == 15 * SECOND + granularity(20 * SECOND, HZ)


def test_a_command_is_late_only_as_the_harness_was():
    guide = Guide([Happened(8 * MS, "failover"), Happened(5 * SECOND, "announce")])
    assert guide.command(0, shows("failover")) == 8 * MS
    assert guide.command(4 * SECOND, shows("announce")) < 4 * SECOND + 10 * MS


def test_a_state_that_nobody_saw_ended_before_the_datagram_left():
    due = [second * SECOND for second in range(20)]
    seen = 16 * SECOND + 9 * MS
    for trace, effect in ((EXPIRES, "DELAY"), (FAILS, "INCOMPLETE")):
        guide = Guide([Happened(seen, "state", (effect, None))], due)
        assert (
            15 * SECOND
            < guide.timer(15 * SECOND, 20 * SECOND, trace)
            < guide.datagram(16 * SECOND, False)
            <= seen + MS
        )


def test_a_datagram_that_shows_nothing_left_at_once():
    guide = Guide([Happened(16 * SECOND + 70 * MS, "data_dst", ("",))], [16 * SECOND])
    assert guide.datagram(16 * SECOND, False) < 16 * SECOND + 2 * MS
    assert guide.datagram(16 * SECOND, True) < 16 * SECOND + 2 * MS
