"""Databases and connections: hand-made runs with known answers, in numbers, words and files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trace.stories import S, crash, play, settled
from vipsim.errors import TraceError
from vipsim.trace import Level
from vipsim.trace.formatting import narrate, report, sentence
from vipsim.trace.jsonl import read_trace, write_trace
from vipsim.trace.metrics import measure
from vipsim.trace.outcome_services import DatabaseSummary, Promotion, SessionSummary
from vipsim.trace.ranges import count, ranges, without
from vipsim.trace.records import Record
from vipsim.units import MS

END = 20 * S


def role(at, node, old, new, timeline=1, rows=0):
    data = {"database": "db", "old": old, "new": new, "why": "notify", "timeline": timeline, "rows": rows}
    return at, "database", node, data


def writer(at, node, act, synchronous=False, timeline=1, database="db"):
    data = {"database": database, "act": act, "timeline": timeline, "synchronous": synchronous}
    return at, "writer", node, data


def commit(at, server, timeline, client="app1", number=1):
    data = {"client": client, "database": "db", "server": server, "timeline": timeline, "number": number}
    return at, "commit", client, data


def acknowledged(rows, client="app1"):
    return END, "acknowledged", client, {"client": client, "database": "db", "rows": rows}


def stored(node, role, timeline, **rows):
    return END, "stored", node, {"database": "db", "role": role, "timeline": timeline, "rows": rows}


def session(at, event, error="", took=1 * MS, client="app1", number=1):
    data = {"client": client, "number": number, "event": event, "error": error, "took": took}
    return at, "session", client, data


def failover():
    """The crash of `stories.crash` with a database on top: promoted at 9 s, first committed row at 9.2 s."""
    return [
        role(0, "db1", "DOWN", "PRIMARY"),
        writer(0, "db1", "begin"),
        role(0, "db2", "DOWN", "STANDBY"),
        commit(1 * S, "db1", 1),
        *crash()[:4],
        role(5 * S, "db1", "PRIMARY", "DOWN", rows=100),
        writer(5 * S, "db1", "end"),
        *crash()[4:8],
        role(8 * S + 150 * MS, "db2", "STANDBY", "PROMOTING", rows=98),
        role(9 * S, "db2", "PROMOTING", "PRIMARY", timeline=2, rows=98),
        writer(9 * S, "db2", "begin", timeline=2),
        commit(9 * S + 200 * MS, "db2", 2, number=301),
        commit(9 * S + 300 * MS, "db2", 2, client="app2"),
        session(9 * S + 200 * MS, "open", took=3 * MS),
        session(9 * S + 300 * MS, "failed", "ECONNRESET"),
        acknowledged([[1, 100], [301, 400]]),
        stored("db1", "DOWN", 1, app1=[[1, 100]]),
        stored("db2", "PRIMARY", 2, app1=[[1, 98], [301, 400]]),
    ]


def test_a_failover_of_a_database_in_numbers():
    summary = play(failover()).metrics.databases["db"]
    assert summary == DatabaseSummary(
        acknowledged=200,
        lost=2,
        two_writers=0,
        promotions=(
            Promotion(
                server="db2",
                fault="crash:db1",
                fault_at=5 * S,
                asked_at=8 * S + 150 * MS,
                timeline=2,
                primary_at=9 * S,
                first_commit_at=9 * S + 200 * MS,
            ),
        ),
    )
    assert summary.promotions[0].first_commit == 4 * S + 200 * MS


def test_a_promotion_that_no_failover_asked_for_counts_from_its_notify():
    story = [*settled(), role(3 * S, "db2", "STANDBY", "PROMOTING")]
    (promotion,) = play(story).metrics.databases["db"].promotions
    assert (promotion.fault, promotion.fault_at, promotion.asked_at) == ("-", 3 * S, 3 * S)
    assert promotion.primary_at is None and promotion.first_commit is None and promotion.timeline is None


def test_a_later_failover_did_not_ask_for_an_earlier_promotion():
    story = [*crash()[:3], role(3 * S, "db2", "STANDBY", "PROMOTING"), *crash()[3:]]
    (promotion,) = play(story).metrics.databases["db"].promotions
    assert (promotion.fault, promotion.fault_at) == ("-", 3 * S)


def test_two_servers_may_be_on_timelines_of_one_number():
    story = [
        role(3 * S, "db1", "STANDBY", "PROMOTING"),
        role(3 * S, "db2", "STANDBY", "PROMOTING"),
        role(4 * S, "db1", "PROMOTING", "PRIMARY", timeline=2),
        role(4 * S, "db2", "PROMOTING", "PRIMARY", timeline=2),
        commit(5 * S, "db2", 2),
    ]
    one, two = play(story).metrics.databases["db"].promotions
    assert (one.server, one.first_commit_at) == ("db1", None)
    assert (two.server, two.first_commit_at) == ("db2", 5 * S)


def test_a_second_promotion_of_a_server_is_another_one():
    story = [
        role(3 * S, "db2", "STANDBY", "PROMOTING"),
        role(4 * S, "db2", "PROMOTING", "PRIMARY", timeline=2),
        commit(5 * S, "db2", 2),
        role(6 * S, "db2", "PRIMARY", "STANDBY", timeline=2),
        role(7 * S, "db2", "STANDBY", "PROMOTING", timeline=3),
        role(8 * S, "db2", "PROMOTING", "PRIMARY", timeline=4),
        commit(9 * S, "db2", 4),
    ]
    one, two = play(story).metrics.databases["db"].promotions
    assert (one.primary_at, one.first_commit_at) == (4 * S, 5 * S)
    assert (two.primary_at, two.first_commit_at) == (8 * S, 9 * S)


# --- two writers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "wanted"),
    [
        ([writer(1 * S, "db1", "begin")], 0),
        ([writer(1 * S, "db1", "begin"), writer(4 * S, "db2", "begin")], 16 * S),
        ([writer(1 * S, "db1", "begin"), writer(4 * S, "db2", "begin"), writer(9 * S, "db1", "end")], 5 * S),
        # one after the other
        ([writer(1 * S, "db1", "begin"), writer(4 * S, "db1", "end"), writer(4 * S, "db2", "begin")], 0),
        # who waits for a standby acknowledges nothing alone
        ([writer(1 * S, "db1", "begin", synchronous=True), writer(4 * S, "db2", "begin")], 0),
        # two databases with a writer each
        ([writer(1 * S, "db1", "begin"), writer(4 * S, "db2", "begin", database="other")], 0),
    ],
)
def test_two_writers(story, wanted):
    assert play(story).metrics.databases["db"].two_writers == wanted


# --- lost rows -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "lost"),
    [
        ([stored("db1", "PRIMARY", 1, app1=[[1, 10]])], 0),
        # a row that nobody heard of may be there
        ([stored("db1", "PRIMARY", 1, app1=[[1, 12]])], 0),
        ([stored("db1", "PRIMARY", 1, app1=[[1, 4], [7, 10]])], 2),
        # the latest timeline counts, whoever comes first
        ([stored("db2", "PRIMARY", 2, app1=[[1, 9]]), stored("db1", "PRIMARY", 1, app1=[[1, 10]])], 1),
        ([stored("db1", "PRIMARY", 1, app1=[[1, 10]]), stored("db2", "PRIMARY", 2, app1=[[1, 9]])], 1),
        # a primary counts more than a standby of a later timeline that stepped down
        ([stored("db2", "STANDBY", 2, app1=[[1, 10]]), stored("db1", "PRIMARY", 1, app1=[[1, 8]])], 2),
        # nobody is primary: what is on the latest disk
        ([stored("db1", "DOWN", 1, app1=[[1, 10]]), stored("db2", "STANDBY", 1, app1=[[1, 3]])], 0),
        # rows of another client are not mine
        ([stored("db1", "PRIMARY", 1, app2=[[1, 10]])], 10),
    ],
)
def test_lost_rows(ends, lost):
    summary = play([acknowledged([[1, 10]]), *ends]).metrics.databases["db"]
    assert (summary.acknowledged, summary.lost) == (10, lost)


def test_the_rows_of_two_clients_add_up():
    story = [
        acknowledged([[1, 10]]),
        acknowledged([[1, 5]], client="app2"),
        stored("db1", "PRIMARY", 1, app1=[[1, 9]], app2=[[2, 5]]),
    ]
    summary = play(story).metrics.databases["db"]
    assert (summary.acknowledged, summary.lost) == (15, 2)


NUMBERS = st.sets(st.integers(0, 30))


@given(NUMBERS, NUMBERS)
def test_ranges_are_sets(one, other):
    assert count(ranges(one)) == len(one)
    left = without(ranges(one), ranges(other))
    assert left == ranges(one - other)


# --- connections ---------------------------------------------------------------------------


def test_connections_are_counted():
    story = [
        session(1 * S, "open", took=3 * MS),
        session(2 * S, "open", took=1 * MS),
        session(3 * S, "failed", "ETIMEDOUT"),
        session(3 * S, "failed", "ECONNRESET"),
        session(3 * S, "failed", "ECONNRESET"),
        session(4 * S, "retried", "2 attempts", client="app2"),
    ]
    sessions = play(story).metrics.sessions
    assert sessions == {
        "app1": SessionSummary(
            2,
            3 * MS,
            0,
            {"ECONNRESET": 2, "ETIMEDOUT": 1},
            ((3 * S, "ETIMEDOUT"), (3 * S, "ECONNRESET"), (3 * S, "ECONNRESET")),
        ),
        "app2": SessionSummary(0, 0, 1, {}),
    }


# --- every level, words, documents, files --------------------------------------------------


def test_the_same_at_every_level_and_afterwards():
    traces = [play(failover(), level) for level in Level]
    assert traces[0].metrics == traces[1].metrics == traces[2].metrics
    assert traces[1].metrics == measure(traces[1].header, traces[1].records, END, {})


def test_the_report_says_it_in_lines():
    lines = report(play(failover())).splitlines()
    assert "database db: 200 rows acknowledged, 2 of them lost, two writers for 0.000 s" in lines
    at = lines.index("  db2 promoted, fault crash:db1 at 5.000 s")
    assert lines[at + 1 : at + 4] == [
        "  notify         3.150 s",
        "  primary        4.000 s",
        "  first commit   4.200 s",
    ]
    assert "  app1         1 opened, the slowest in 3ms; failed: ECONNRESET 1" in lines
    told = report(play(crash())).splitlines()
    assert not any(line.startswith(("database ", "connections ")) for line in told)


def test_the_document_has_keys_of_its_own():
    document = json.loads(json.dumps(play(failover()).to_json_document()))
    database = document["databases"]["db"]
    assert (database["acknowledged"], database["lost"], database["two_writers_ns"]) == (200, 2, 0)
    (promotion,) = database["promotions"]
    assert (promotion["first_commit_s"], promotion["server"], promotion["fault"]) == (4.2, "db2", "crash:db1")
    assert document["sessions"]["app1"]["errors"] == {"ECONNRESET": 1}
    empty = play(crash()).to_json_document()
    assert empty["databases"] == {} and empty["sessions"] == {}


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (session(S, "open"), "app1: connection 1 is open after 0.001 s"),
        (session(S, "failed", "ECONNREFUSED"), "app1: 1 failed: ECONNREFUSED"),
        (session(S, "retried", "2 attempts"), "app1: look-up 1 is answered after 0.001 s and 2 attempts"),
        (role(S, "db2", "STANDBY", "PROMOTING"), "db2: database db STANDBY -> PROMOTING (notify)"),
        (writer(S, "db2", "begin", timeline=2), "db2: database db takes writes (timeline 2)"),
        (writer(S, "db2", "end"), "db2: database db takes no more writes"),
        (commit(S, "db2", 2, number=7), "app1: row 7 is committed by db2"),
        (acknowledged([[1, 3], [5, 5]]), "app1: acknowledged rows: 1 to 3, 5"),
        (stored("db1", "PRIMARY", 1, app1=[[1, 3]]), "db1: database db (PRIMARY) has rows of app1 1 to 3"),
        (stored("db1", "PRIMARY", 1), "db1: database db (PRIMARY) has rows of nobody"),
    ],
)
def test_sentences(record, words):
    at, kind, node, data = record
    assert words in sentence(Record(1, at, kind, node, data))


def test_a_file_keeps_it(tmp_path):
    trace = play(sorted(failover(), key=lambda record: record[0]))
    write_trace(trace, tmp_path / "run.jsonl")
    again = read_trace(tmp_path / "run.jsonl")
    assert again.metrics == trace.metrics
    assert list(narrate(again)) == list(narrate(trace))


@pytest.mark.parametrize(
    "rows",
    ['"x"', "null", "[1]", "[[1]]", "[[2,1]]", "[[1,2],[2,3]]", "[[-1,2]]", '[[1,"2"]]', "[[true,2]]", "{}"],
)
@pytest.mark.parametrize("kind", ["acknowledged", "stored"])
def test_rows_that_are_no_rows_are_refused(tmp_path, rows, kind):
    path = tmp_path / "run.jsonl"
    write_trace(play([acknowledged([[1, 77]]), stored("db1", "PRIMARY", 1, app1=[[1, 78]])]), path)
    text = path.read_text()
    wanted = text.replace("[[1,77]]" if kind == "acknowledged" else "[[1,78]]", rows)
    assert wanted != text
    path.write_text(wanted)
    with pytest.raises(TraceError, match=f"run.jsonl:{2 if kind == 'acknowledged' else 3}: record"):
        read_trace(path)
