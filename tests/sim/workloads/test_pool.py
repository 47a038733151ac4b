"""The database client: a pool whose connections fail one by one, and how it comes back."""

from itertools import pairwise

import pytest

from tests.sim.workloads.worlds import AT, WIRE, silence, silences, takeover
from tests.sim.workloads.worlds import sessions as told
from vipsim import Level, read_scenario, run
from vipsim.resources import scenario_path
from vipsim.scenario.model import Scenario
from vipsim.trace import Record, Trace
from vipsim.trace.ranges import count
from vipsim.units import MS, SECOND, Time
from vipsim.wire.frames import Tcp

PAIR = read_scenario(scenario_path("postgresql-pair"))


def world(*faults: str, duration: Time = 20 * SECOND, **settings: str) -> Scenario:
    scenario = PAIR.without_faults().with_faults(*faults).with_(duration=duration)
    for path, value in settings.items():
        scenario = scenario.with_setting("clients.app1." + path.replace("__", "."), value)
    return scenario


def play(*faults: str, duration: Time = 20 * SECOND, level: Level = Level.PROTOCOL, **settings: str) -> Trace:
    return run(world(*faults, duration=duration, **settings), seed=1, level=level)


def acknowledged(trace: Trace) -> list[list[int]]:
    (record,) = trace.select("acknowledged")
    rows: list[list[int]] = record.data["rows"]
    return rows


def begun(record: Record) -> int:
    """When the attempt that a record is about began."""
    return int(record.time - record.data["took"])


def test_a_calm_pool_writes_every_row_over_all_its_connections():
    trace = play(duration=2 * SECOND, interval="10ms", level=Level.FRAMES)
    assert len(told(trace, "open")) == 10
    assert silences(trace) == ()
    (rows,) = acknowledged(trace)
    assert rows[0] == 1 and rows[1] in (198, 199)
    # who has been idle for longest writes: the connections take turns
    said = [
        frame.frame.packet.sport
        for frame in trace.frames
        if frame.src == "app1.bond0" and isinstance(frame.frame.packet, Tcp) and frame.frame.packet.payload
    ]
    assert len(set(said[:10])) == 10
    assert said[10:20] == said[:10]


def test_stale_connections_fail_one_by_one_each_when_it_is_used():
    """Twenty idle connections, a row each half second, one of them broken after the other."""
    trace = play(
        "reboot:db1@5s", interval="500ms", pool__connections="20", pool__backoff="10s", duration=25 * SECOND
    )
    failed = told(trace, "failed")
    stale = [record for record in failed if record.data["error"] == "ECONNRESET"]
    assert len({record.data["number"] for record in stale}) == len(stale) >= 15
    late = [record.time for record in stale if record.time > takeover(trace) + 2 * SECOND]
    # From then on each is found out by the row that it was to write: one each interval, no sooner.
    assert len(late) >= 10
    assert {later - sooner for sooner, later in pairwise(late)} == {500 * MS}


def test_thundering_the_first_failure_closes_all_of_them_and_all_come_back_at_once():
    settings = {"interval": "500ms", "pool__connections": "20", "pool__thundering": "true"}
    trace = play("reboot:db1@5s", **settings)
    resets = [record for record in told(trace, "failed") if record.data["error"] == "ECONNRESET"]
    first = resets[0].time
    again = [record for record in told(trace, "open") if begun(record) == first]
    assert {record.data["number"] for record in again} == set(range(1, 21))
    assert len(resets) == 1
    # without it they are still being found out
    calm = play("reboot:db1@5s", **(settings | {"pool__thundering": "false"}))
    assert len([record for record in told(calm, "failed") if record.data["error"] == "ECONNRESET"]) > 1
    assert [record for record in told(calm, "open") if begun(record) == first] == []


def test_what_fails_in_a_thundering_pool_has_its_pauses():
    """The service stops: all are closed, all try at once, and then not before their pauses are over."""
    settings = {"pool__thundering": "true", "pool__backoff": "1s", "pool__connections": "5"}
    trace = play("service_stop:db1.database@5s", duration=9 * SECOND, **settings)
    refused = [record for record in told(trace, "failed") if record.data["error"] == "ECONNREFUSED"]
    rounds = sorted({round(begun(record) / SECOND) for record in refused})
    assert rounds == [5, 6, 8]  # at once, after 1 s, after 2 s more
    assert len(refused) == 15


def test_a_pool_that_comes_back_at_once_forgets_its_pauses():
    """One waits out a refusal when the other, open again, is closed: both open now, and not again later."""
    settings = {
        "pool__connections": "2",
        "pool__thundering": "true",
        "pool__backoff": "5s",
        "interval": "200ms",
    }
    calm = told(play("crash:db1@5s", **settings), "failed")
    _, second = [record for record in calm if record.data["error"] == "read-only"]
    at = (second.time + 4900 * MS) // MS  # its pause has 100 ms to go
    bounce = (f"service_stop:db2.database@{at}ms", f"service_start:db2.database@{at}ms")
    trace = play("crash:db1@5s", *bounce, **settings)
    closed = [r.time // MS for r in told(trace, "failed") if r.data["error"] == "closed by the server"]
    assert closed == [at]
    again = [record.data["number"] for record in told(trace, "open") if record.time > at * MS]
    assert sorted(again) == [1, 2]


def test_pauses_double_up_to_the_limit():
    """The service is stopped: every attempt is refused at once, so only the pauses take time."""
    settings = {"pool__connections": "1", "pool__backoff": "100ms", "pool__backoff_limit": "1s"}
    trace = play("service_stop:db1.database@5s", **settings)
    refused = [begun(record) for record in told(trace, "failed") if record.data["error"] == "ECONNREFUSED"]
    closed = next(record.time for record in told(trace, "failed"))
    pauses = [later - sooner for sooner, later in pairwise([closed, *refused])]
    expected = [100, 200, 400, 800, 1000, 1000, 1000]
    assert [round(pause / MS) for pause in pauses[:7]] == expected


def test_an_acknowledged_row_makes_the_pause_short_again():
    trace = play(
        *("service_stop:db1.database@5s", "service_start:db1.database@8s", "service_stop:db1.database@12s"),
        **{"pool__connections": "1", "pool__backoff": "100ms"},
    )
    last = [record for record in told(trace) if record.time >= 12 * SECOND]
    assert [record.data["error"] for record in last[:2]] == ["closed by the server", "ECONNREFUSED"]
    assert begun(last[1]) - last[0].time == 100 * MS


@pytest.mark.parametrize("timeout", ["300ms", "1s"])
def test_a_statement_takes_no_longer_than_its_timeout(timeout):
    wanted = {"300ms": 300 * MS, "1s": SECOND}[timeout]
    trace = play("isolate:db1@5s", pool__statement_timeout=timeout, duration=7 * SECOND)
    failed = [record for record in told(trace, "failed") if record.data["error"] == "statement timeout"]
    assert len(failed) >= 10
    # The first row that nobody answered was written within an interval of the cut, or just before it.
    assert AT - WIRE < failed[0].time - wanted <= AT + 2 * MS
    # They were written one interval apart, and that is how they time out.
    assert {later.time - sooner.time for sooner, later in pairwise(failed[:10])} == {2 * MS}


def test_rows_that_timed_out_count_as_lost():
    settings = {"pool__statement_timeout": "300ms", "pool__connections": "60", "interval": "10ms"}
    trace = play("isolate:app1@5s", "heal:app1@5500ms", duration=8 * SECOND, **settings)
    timed_out = [record for record in told(trace, "failed") if record.time < silence(trace)[1]]
    assert {record.data["error"] for record in timed_out} == {"statement timeout"}
    assert trace.metrics.clients["app1"].lost == len(timed_out) == 21  # those of 5.0 s to 5.2 s


def test_without_a_timeout_statements_wait_for_tcp():
    trace = play("isolate:db1@5s", duration=7 * SECOND)
    assert told(trace, "failed") == []


def test_rows_that_find_no_connection_are_never_written():
    """Ten connections, all waiting for an answer 20 ms after the cut; what comes then has no chance."""
    trace = play("isolate:db1@5s", "heal:db1@6s", duration=10 * SECOND)
    last, first = silence(trace)
    assert last < AT and first >= 6 * SECOND
    missing = trace.metrics.clients["app1"].lost
    pairs = acknowledged(trace)
    # the ten that waited were answered in the end
    numbers = count(pairs)
    assert pairs[0][0] == 1 and len(pairs) == 2
    assert pairs[1][0] - pairs[0][1] - 1 == pytest.approx(missing, abs=10)
    assert numbers + pairs[1][0] - pairs[0][1] - 1 == pairs[1][1]


def test_a_standby_refuses_and_the_pool_tries_again_until_it_is_promoted():
    trace = play("crash:db1@5s")
    promoted = trace.metrics.databases["database"].promotions[0].primary_at
    refused = [record for record in told(trace, "failed") if record.data["error"] == "read-only"]
    assert refused
    assert takeover(trace) < refused[0].time <= refused[-1].time < promoted + WIRE


@pytest.mark.parametrize(("harm", "back"), [("crash", "reboot"), ("freeze", "thaw")])
def test_the_client_s_own_host_goes_and_comes_back(harm, back):
    trace = play(f"{harm}:app1@5s", f"{back}:app1@7s", duration=10 * SECOND, pool__statement_timeout="500ms")
    last, first = silence(trace)
    assert last < AT and 7 * SECOND < first < 7 * SECOND + 10 * MS
    assert len(told(trace, "open")) == (20 if harm == "crash" else 10)
    assert acknowledged(trace)[-1][1] >= 4990


def test_a_rebooted_client_has_as_many_connections_as_before():
    """The cut at 7 s keeps all of them busy: ten rows wait, the next ones find none."""
    faults = ("crash:app1@5s", "reboot:app1@6s", "isolate:db1@7s", "heal:db1@7500ms")
    trace = play(*faults, duration=9 * SECOND)
    (_, cut) = silences(trace)
    assert cut[0] < 7 * SECOND and cut[1] > 7500 * MS
    rows = acknowledged(trace)
    starved = rows[-1][0] - rows[-2][1] - 1
    assert starved == trace.metrics.clients["app1"].lost - (rows[1][0] - rows[0][1] - 1) > 200


def test_a_rebooted_client_has_no_connection_and_no_plan_of_before():
    """It was to try again at 10 s; it comes up at 6 s, opens its pool, and a cut finds ten connections."""
    faults = ("service_stop:db1.database@1s", "crash:app1@5s", "service_start:db1.database@5500ms")
    trace = play(
        *faults,
        *("reboot:app1@6s", "isolate:db1@7500ms", "heal:db1@8s"),
        duration=14 * SECOND,
        pool__backoff="3s",
    )
    opened = [record.time for record in told(trace, "open")]
    assert len(opened) == 20
    assert all(at < SECOND for at in opened[:10])
    assert all(6 * SECOND < at < 6 * SECOND + 10 * MS for at in opened[10:])
