"""Replicated databases in a network: what a failover costs, in closed form."""

from __future__ import annotations

from functools import cache

import pytest

from vipsim import Level, read_scenario, run
from vipsim.machines.postgresql.words import Kind, Message, Reader
from vipsim.resources import scenario_path
from vipsim.trace import Trace
from vipsim.trace.ranges import ranges
from vipsim.units import MS, SECOND, Time
from vipsim.wire.frames import Tcp

AT = 5 * SECOND
DATABASE = "nodes.db1.services.database.postgresql"
SEEDS = (1, 2, 3)
SHORT = ("duration", "12s")


@cache
def played(name: str, seed: int = 1, level: Level = Level.PROTOCOL, *changes: tuple[str, str]) -> Trace:
    scenario = read_scenario(scenario_path(name))
    for path, value in changes:
        scenario = scenario.with_setting(path, value)
    return run(scenario, seed=seed, level=level)


def said(trace: Trace, src: str, dst: str, kind: Kind) -> list[tuple[Time, int]]:
    """Messages between two hosts, read from the octets on the cable at `src`: (time sent, row's number)."""
    found: list[tuple[Time, int]] = []
    readers: dict[tuple[int, int], Reader] = {}
    seen: set[tuple[int, int, int]] = set()
    macs = {host.name: host.ifaces[0].mac for host in read_scenario(scenario_path("postgresql-pair")).hosts}
    for frame in trace.frames:
        packet = frame.frame.packet
        if frame.src != f"{src}.bond0" or not isinstance(packet, Tcp) or not packet.payload:
            continue
        if frame.frame.dst != macs[dst] or (packet.sport, packet.dport, packet.seq) in seen:
            continue  # a repetition says nothing new
        seen.add((packet.sport, packet.dport, packet.seq))
        reader = readers.setdefault((packet.sport, packet.dport), Reader())
        found += [(frame.sent, m.number) for m in reader.take(packet.payload) if m.kind is kind]
    return found


def of(trace: Trace):
    return trace.metrics.databases["database"]


# --- an asynchronous primary crashes -------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS[:2])
@pytest.mark.parametrize("lag", ["10ms", "25ms", "0s"])
def test_lost_is_what_was_acknowledged_in_the_last_lag(seed, lag):
    trace = played("postgresql-pair", seed, Level.FRAMES, (f"{DATABASE}.replication_lag", lag), SHORT)
    wanted = {"10ms": 10 * MS, "25ms": 25 * MS, "0s": 0}[lag]
    acknowledged = said(trace, "db1", "app1", Kind.ACKNOWLEDGED)
    lost = [number for at, number in acknowledged if AT - wanted < at < AT]
    assert of(trace).lost == len(lost)
    # One row each 2 ms: 5 in the last 10 ms, 12 or 13 in the last 25 ms.
    assert abs(len(lost) - wanted / (2 * MS)) < 1
    stored = {record.node: record.data["rows"]["app1"] for record in trace.select("stored")}
    missing = [row for row in lost if not any(first <= row <= last for first, last in stored["db2"])]
    assert missing == lost


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_acknowledged_is_lost_when_commits_wait_for_the_standby(seed):
    trace = played("postgresql-pair", seed, Level.PROTOCOL, (f"{DATABASE}.synchronous", "true"))
    summary = of(trace)
    assert (summary.lost, summary.two_writers) == (0, 0)
    assert summary.acknowledged > 5000
    assert len(summary.promotions) == 1


def test_a_synchronous_commit_takes_the_way_to_the_standby_too():
    """There and back again: four cables more, and the time that two segments take on each."""
    quick = played("postgresql-pair", 1, Level.FRAMES, SHORT)
    slow = played("postgresql-pair", 1, Level.FRAMES, (f"{DATABASE}.synchronous", "true"), SHORT)

    def latency(trace: Trace) -> Time:
        writes = dict((number, at) for at, number in said(trace, "app1", "db1", Kind.WRITE))
        answers = dict((number, at) for at, number in said(trace, "db1", "app1", Kind.ACKNOWLEDGED))
        return answers[1000] - writes[1000]

    assert latency(slow) - latency(quick) == pytest.approx(4 * 50_000, abs=5_000)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_write_waits_for_notify_promotion_and_a_connection_that_works(seed):
    trace = played("postgresql-pair", seed)
    (promotion,) = of(trace).promotions
    (failover,) = trace.failovers
    assert (promotion.server, promotion.timeline) == ("db2", 2)
    assert (promotion.fault, promotion.fault_at) == ("crash:db1", AT)
    assert promotion.asked_at == failover.takeover_at
    assert promotion.primary_at == failover.takeover_at + SECOND
    commit = next(r for r in trace.select("commit") if r.data["server"] == "db2")
    assert promotion.first_commit == commit.time - AT
    # the end of the client's silence is the same moment
    assert trace.metrics.clients["app1"].silences[0][1] == commit.time
    assert promotion.first_commit_at > promotion.primary_at


def test_the_numbers_follow_from_the_octets_on_the_cables():
    trace = played("postgresql-pair", 1, Level.FRAMES, SHORT)
    rows = ranges(number for db in ("db1", "db2") for _, number in said(trace, db, "app1", Kind.ACKNOWLEDGED))
    (told,) = trace.select("acknowledged")
    assert told.data["rows"] == rows
    assert of(trace).acknowledged == sum(last - first + 1 for first, last in rows)


# --- only the daemon dies ------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_two_writers_from_the_promotion_until_the_old_primary_is_told(seed):
    trace = played("postgresql-two-writers", seed)
    summary = of(trace)
    assert summary.two_writers == 15 * SECOND - (trace.failovers[0].takeover_at + SECOND)
    assert trace.metrics.dual_master == 0  # no daemon knows of it


def test_what_the_old_primary_took_alone_is_lost():
    """db2 stopped to listen when it was promoted; app2 wrote to db1 for as long as db1 was primary."""
    trace = played("postgresql-two-writers", 1, Level.FRAMES)
    left = trace.failovers[0].takeover_at
    alone = [
        number
        for client in ("app1", "app2")
        for at, number in acknowledged_by_db1(trace, client)
        if left - 10 * MS < at
    ]
    # of the last ones before it, one more may have been on its way when db2 hung up
    assert 0 <= of(trace).lost - len(alone) <= 2
    assert of(trace).lost > 600
    (note,) = [record for record in trace.select("note") if "forgets" in record.data["text"]]
    assert note.time > 15 * SECOND
    assert f"forgets {of(trace).lost} rows" in note.data["text"]


def acknowledged_by_db1(trace: Trace, client: str) -> list[tuple[Time, int]]:
    macs = {h.name: h.ifaces[0].mac for h in read_scenario(scenario_path("postgresql-two-writers")).hosts}
    found = []
    for frame in trace.frames:
        packet = frame.frame.packet
        if frame.src == "db1.bond0" and isinstance(packet, Tcp) and frame.frame.dst == macs[client]:
            found += [
                (frame.sent, message.number)
                for message in Reader().take(packet.payload)
                if message.kind is Kind.ACKNOWLEDGED
            ]
    return found


def test_a_synchronous_old_primary_is_no_second_writer_it_keeps_its_clients_waiting():
    trace = played("postgresql-two-writers", 1, Level.PROTOCOL, (f"{DATABASE}.synchronous", "true"))
    assert (of(trace).two_writers, of(trace).lost) == (0, 0)
    # app2 still reaches db1 and gets no answer; app1 reached db2
    last, first = trace.metrics.clients["app2"].silences[0]
    assert abs(last - trace.failovers[0].takeover_at) < 20 * MS
    assert first is None


def test_a_primary_that_does_not_demote_goes_on_for_ever():
    trace = played("postgresql-two-writers", 1, Level.PROTOCOL, (f"{DATABASE}.demotes", "false"))
    assert of(trace).two_writers == 20 * SECOND - (trace.failovers[0].takeover_at + SECOND)


# --- orderly ways, and the databases' own ends ---------------------------------------------


def other(*faults: str, seed: int = 1, duration: Time = 20 * SECOND, **changes: str) -> Trace:
    scenario = read_scenario(scenario_path("postgresql-pair")).without_faults().with_faults(*faults)
    for path, value in changes.items():
        scenario = scenario.with_setting(path.replace("__", "."), value)
    return run(scenario.with_(duration=duration), seed=seed, level=Level.PROTOCOL)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_switchover_in_order_loses_nothing(seed):
    """The daemon's end runs the notify: the old primary sends what it has before it steps down."""
    trace = other("stop:db1@5s", seed=seed)
    summary = of(trace)
    assert (summary.lost, summary.two_writers) == (0, 0)
    assert [promotion.server for promotion in summary.promotions] == ["db2"]
    assert summary.promotions[0].first_commit < 5 * SECOND


def test_a_database_that_stops_is_not_the_daemons_business():
    trace = other("service_stop:db1.database@5s", "service_start:db1.database@9s")
    assert trace.failovers == ()
    assert of(trace).promotions == ()
    assert of(trace).lost == 0
    last, first = trace.metrics.clients["app1"].silences[0]
    assert abs(last - AT) < 5 * MS and 9 * SECOND < first < 20 * SECOND
    writers = [(r.time, r.data["act"]) for r in trace.select("writer", "db1")]
    assert writers == [(0, "begin"), (AT, "end"), (9 * SECOND, "begin")]


def test_nothing_starts_on_a_host_that_is_down():
    trace = other("crash:db1@5s", "service_stop:db1.database@6s", "service_start:db1.database@7s")
    writers = [(r.time, r.data["act"]) for r in trace.select("writer", "db1")]
    assert writers == [(0, "begin"), (AT, "end")]
    assert of(trace).two_writers == 0


def test_a_database_that_hangs_answers_when_it_goes_on():
    trace = other("service_hang:db1.database@5s", "service_start:db1.database@7s")
    assert trace.metrics.sessions["app1"].errors == {}
    ((_, first),) = trace.metrics.clients["app1"].silences
    assert 7 * SECOND <= first < 7 * SECOND + 5 * MS
    writers = [(r.time, r.data["act"]) for r in trace.select("writer", "db1")]
    assert writers == [(0, "begin"), (AT, "end"), (7 * SECOND, "begin")]
    assert of(trace).lost == 0


def test_a_frozen_primary_wakes_up_and_its_higher_priority_throws_away_what_the_other_took():
    """db1 thaws as MASTER; db2 hears the higher priority, steps down, and its rows of seven seconds go."""
    trace = other("freeze:db1@5s", "thaw:db1@12s")
    assert [promotion.server for promotion in of(trace).promotions] == ["db2"]
    (demoted,) = [r for r in trace.select("database", "db2") if r.data["old"] == "PRIMARY"]
    assert demoted.data["new"] == "STANDBY"
    assert of(trace).two_writers == demoted.time - 12 * SECOND > 0
    writers = [(r.time, r.data["act"]) for r in trace.select("writer", "db1")]
    assert writers == [(0, "begin"), (AT, "end"), (12 * SECOND, "begin")]
    by_db2 = demoted.data["rows"] - next(
        r.data["rows"] for r in trace.select("database", "db2") if r.data["new"] == "PRIMARY"
    )
    assert of(trace).lost == by_db2 > 100


def test_a_returned_primary_follows_the_new_one_and_catches_up():
    trace = other("crash:db1@5s", "reboot:db1@12s")
    stored = {record.node: record.data for record in trace.select("stored")}
    assert stored["db1"]["role"] == "STANDBY"
    assert stored["db1"]["timeline"] == stored["db2"]["timeline"] == 2
    ends = {node: data["rows"]["app1"][-1][1] for node, data in stored.items()}
    assert 0 <= ends["db2"] - ends["db1"] <= 8  # the last 10 ms are on their way
    assert of(trace).two_writers == 0  # the notify comes with the start of the daemon
    assert of(trace).lost == 5


def test_a_frozen_host_that_is_rebooted_has_only_its_disk():
    trace = other("freeze:db1@5s", "reboot:db1@6s")
    roles = [r.data["new"] for r in trace.select("database", "db1") if r.time == 6 * SECOND]
    assert roles == ["DOWN", "PRIMARY", "STANDBY"]  # its daemon starts as BACKUP at once
    stored = {record.node: record.data for record in trace.select("stored")}
    assert stored["db1"]["timeline"] == stored["db2"]["timeline"] == 2
    assert of(trace).two_writers == 0


def test_a_partition_stops_the_replication():
    """The standby's own network is cut: a synchronous primary waits, an asynchronous one does not notice."""
    settings = {"nodes__db1__services__database__postgresql__synchronous": "true"}
    waits = other("isolate:db2@5s", "heal:db2@6s", duration=10 * SECOND, **settings)
    last, first = waits.metrics.clients["app1"].silences[0]
    assert abs(last - AT) < 5 * MS and first > 6 * SECOND
    assert of(waits).lost == 0
    goes_on = other("isolate:db2@5s", "heal:db2@6s", duration=10 * SECOND)
    assert goes_on.metrics.clients["app1"].silences == ()
    stored = {record.node: record.data["rows"]["app1"] for record in goes_on.select("stored")}
    assert 0 <= stored["db1"][-1][1] - stored["db2"][-1][1] <= 8  # it has caught up


@pytest.mark.parametrize("name", ["postgresql-pair", "postgresql-two-writers"])
def test_every_level_gives_the_same_numbers(name):
    scenario = read_scenario(scenario_path(name))
    metrics = [run(scenario, seed=5, level=level).metrics for level in Level]
    assert metrics[0] == metrics[1] == metrics[2]
    assert metrics[0].databases and metrics[0].sessions


def test_a_row_knows_its_writer():
    """Two clients number their rows alike; who has which is not mixed up."""
    trace = played("postgresql-two-writers", 1)
    stored = {record.node: record.data["rows"] for record in trace.select("stored")}
    acknowledged = {record.data["client"]: record.data["rows"] for record in trace.select("acknowledged")}
    assert set(stored["db2"]) == {"app1", "app2"}
    assert stored["db2"]["app1"][-1][1] == acknowledged["app1"][-1][1]
    assert stored["db2"]["app2"][-1][1] < 900 < acknowledged["app2"][-1][1]
    assert Message(Kind.WRITE, 1, writer=1) != Message(Kind.WRITE, 1, writer=2)
