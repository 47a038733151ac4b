"""A database server: what is acknowledged, what the standby has, who may write, and what is forgotten."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.machines.database_pair import CLIENT, FOLLOWER, WIRE, Pair
from vipsim.machines.postgresql.words import (
    SIZE,
    Connected,
    Disconnected,
    Heard,
    Kind,
    Message,
    Reader,
    Role,
)
from vipsim.machines.vocabulary import Started, State, Stopped
from vipsim.units import MS, SECOND

LAG = 10 * MS


def test_a_write_is_acknowledged_at_once_with_its_number_server_and_timeline():
    pair = Pair(replication_lag=LAG)
    pair.write(1, 41, 42)
    assert pair.told == [
        (pair.now, 1, Message(Kind.ACKNOWLEDGED, number, writer=7, server=1, timeline=1))
        for number in (41, 42)
    ]
    assert pair.rows(1) == [41, 42]


def test_the_standby_has_a_row_after_the_lag_and_the_way():
    pair = Pair(replication_lag=LAG)
    pair.write(1, 1)
    pair.run(LAG + WIRE - 1)
    assert pair.rows(2) == []
    pair.run(1)
    assert pair.rows(2) == [1]


def test_rows_leave_in_order_each_at_its_own_time():
    pair = Pair(replication_lag=LAG)
    for number in range(1, 6):
        pair.write(1, number)
        pair.run(3 * MS)
    # Written at 0, 3, 6, 9, 12 ms; now it is 15 ms: those of 0 and 3 are there, that of 6 comes at 17 ms.
    assert pair.rows(2) == [1, 2]
    pair.run(2 * MS)
    assert pair.rows(2) == [1, 2, 3]
    pair.run(SECOND)
    assert pair.rows(2) == [1, 2, 3, 4, 5]


def test_a_standby_refuses_writes():
    pair = Pair()
    pair.write(2, 9)
    assert [(n, message.kind, message.number) for _, n, message in pair.told] == [(2, Kind.REFUSED, 9)]
    assert pair.rows(2) == []


# --- synchronous ---------------------------------------------------------------------------


def test_a_synchronous_commit_waits_for_the_standby_and_not_for_the_lag():
    pair = Pair(synchronous=True, replication_lag=SECOND)
    start = pair.now
    pair.write(1, 1, 2)
    assert pair.told == []
    pair.run(SECOND)
    assert [(at - start, message.number) for at, _, message in pair.told] == [(2 * WIRE, 1), (2 * WIRE, 2)]


def test_a_confirmation_acknowledges_what_it_covers_and_no_more():
    pair = Pair(synchronous=True)
    start = pair.now
    pair.write(1, 1)
    pair.run(3 * WIRE // 2)
    pair.write(1, 2)
    pair.run(SECOND)
    assert [(at - start, m.number) for at, _, m in pair.told] == [(2 * WIRE, 1), (7 * WIRE // 2, 2)]


def test_without_a_standby_a_synchronous_primary_waits_until_there_is_one():
    pair = Pair(synchronous=True)
    pair.crash(2)
    pair.feed(1, Disconnected(FOLLOWER))
    pair.write(1, 1)
    pair.run(1000 * SECOND)
    assert pair.acknowledged() == []
    assert pair.rows(1) == [1]
    pair.feed(2, Started())
    pair.run(4 * WIRE)
    assert pair.rows(2) == [1]
    pair.run(WIRE)
    assert pair.acknowledged() == [1]


def test_who_hung_up_meanwhile_gets_no_acknowledgement():
    pair = Pair(synchronous=True)
    pair.write(1, 1)
    pair.feed(1, Disconnected(CLIENT))
    pair.run(SECOND)
    assert pair.acknowledged() == []
    assert pair.rows(2) == [1]


# --- promotion -----------------------------------------------------------------------------


def test_a_promotion_takes_its_time_and_begins_a_timeline():
    pair = Pair(promotion_time=2 * SECOND, replication_lag=LAG)
    pair.write(1, 1)
    pair.run(SECOND)
    pair.crash(1)
    start = pair.now
    pair.notify(2, State.MASTER)
    assert pair.role(2) is Role.PROMOTING
    pair.run(2 * SECOND - 1)
    pair.write(2, 2)
    assert pair.acknowledged(2) == []
    pair.run(1)
    pair.write(2, 3)
    assert pair.roles[-2:] == [(start, 2, Role.PROMOTING), (start + 2 * SECOND, 2, Role.PRIMARY)]
    assert pair.told[-1][2] == Message(Kind.ACKNOWLEDGED, 3, writer=7, server=2, timeline=2)
    assert pair.rows(2) == [1, 3]


def test_what_had_not_left_when_the_primary_died_is_lost():
    pair = Pair(replication_lag=LAG)
    for number in range(1, 31):
        pair.write(1, number)
        pair.run(1 * MS)
    pair.crash(1)  # row n was written at n-1 ms, now it is 30 ms: those of 0 to 20 ms had left
    pair.notify(2, State.MASTER)
    pair.run(5 * SECOND)
    assert pair.acknowledged() == list(range(1, 31))
    assert pair.rows(2) == list(range(1, 21))  # that of 20 ms is on its way when db2 stops to listen


@pytest.mark.parametrize("state", [State.BACKUP, State.FAULT, State.INIT])
def test_a_primary_that_is_not_master_any_more_sends_all_it_has_and_follows(state):
    pair = Pair(replication_lag=SECOND)
    pair.write(1, 1, 2)
    pair.notify(1, state)
    assert pair.role(1) is Role.STANDBY
    pair.run(WIRE)
    assert pair.rows(2) == [1, 2]
    pair.write(1, 3)  # its clients were cut off, so this one is not even refused
    assert pair.acknowledged() == [1, 2]


def test_one_that_does_not_demote_stays_primary():
    pair = Pair(demotes=False)
    pair.notify(1, State.FAULT)
    pair.write(1, 1)
    assert pair.acknowledged(1) == [1]


def test_notify_of_what_is_so_already_changes_nothing():
    pair = Pair()
    before = len(pair.roles)
    pair.notify(1, State.MASTER)
    pair.notify(2, State.BACKUP)
    assert len(pair.roles) == before


def test_a_second_notify_does_not_begin_the_promotion_again():
    pair = Pair(promotion_time=SECOND)
    start = pair.now
    pair.notify(2, State.MASTER)
    pair.run(600 * MS)
    pair.notify(2, State.MASTER)
    pair.run(SECOND)
    assert pair.roles[-1] == (start + SECOND, 2, Role.PRIMARY)


def test_a_promotion_that_is_called_off():
    pair = Pair()
    pair.notify(2, State.MASTER)
    pair.run(100 * MS)
    pair.notify(2, State.BACKUP)
    pair.run(10 * SECOND)
    assert pair.role(2) is Role.STANDBY
    pair.write(1, 1)
    pair.run(SECOND)
    assert pair.rows(2) == [1]


# --- two primaries, and after --------------------------------------------------------------


def two_primaries(pair: Pair) -> Pair:
    """Row 1 is everywhere; 2 and 3 only on server 1, 4 only on server 2; both acknowledged theirs."""
    pair.write(1, 1)
    pair.run(SECOND)
    pair.notify(2, State.MASTER)
    pair.run(2 * SECOND)
    pair.write(1, 2, 3)
    pair.write(2, 4)
    pair.run(SECOND)
    return pair


def test_nobody_stops_two_primaries():
    pair = two_primaries(Pair())
    assert (pair.role(1), pair.role(2)) == (Role.PRIMARY, Role.PRIMARY)
    assert (pair.acknowledged(1), pair.acknowledged(2)) == ([1, 2, 3], [4])
    assert (pair.rows(1), pair.rows(2)) == ([1, 2, 3], [1, 4])


def test_of_two_synchronous_primaries_none_acknowledges_alone():
    pair = two_primaries(Pair(synchronous=True))
    assert pair.acknowledged() == [1]


def test_a_demoted_primary_forgets_what_the_new_one_never_had():
    pair = two_primaries(Pair())
    pair.notify(1, State.BACKUP)
    pair.run(SECOND)
    assert pair.rows(1) == pair.rows(2) == [1, 4]
    assert pair.notes == ["db: forgets 2 rows that the new primary never had"]
    pair.write(2, 5)
    pair.run(SECOND)
    assert pair.rows(1) == [1, 4, 5]


def test_a_returning_primary_believes_that_it_is_one_until_its_daemon_says_otherwise():
    pair = Pair()
    pair.crash(1)
    pair.notify(2, State.MASTER)
    pair.run(2 * SECOND)
    pair.feed(1, Started())
    assert pair.role(1) is Role.PRIMARY
    pair.notify(1, State.BACKUP)
    pair.run(SECOND)
    pair.write(2, 1)
    pair.run(SECOND)
    assert pair.rows(1) == [1]


def test_what_was_promoted_is_primary_after_its_next_start():
    pair = Pair()
    pair.notify(2, State.MASTER)
    pair.run(2 * SECOND)
    pair.crash(2)
    pair.feed(2, Started())
    assert pair.role(2) is Role.PRIMARY
    pair.notify(1, State.BACKUP)
    pair.crash(1)
    pair.feed(1, Started())
    assert pair.role(1) is Role.STANDBY


def test_there_and_back_again_keeps_every_row():
    """Each in turn: three timelines, and no row is lost as long as the lag passes in between."""
    pair = Pair()
    number = 0
    for master, other in ((1, 2), (2, 1), (1, 2), (2, 1)):
        pair.notify(other, State.BACKUP)
        pair.notify(master, State.MASTER)
        pair.run(10 * SECOND)
        for _ in range(3):
            number += 1
            pair.write(master, number)
            pair.feed(master, Connected(CLIENT))
        pair.feed(other, Connected(CLIENT))
        pair.write(master, number := number + 1)
        pair.run(SECOND)
    assert pair.rows(1) == pair.rows(2)
    assert set(pair.acknowledged()) <= set(pair.rows(1))
    assert len(pair.rows(1)) >= 12
    assert pair.servers[1].log.timeline == pair.servers[2].log.timeline == 4


# --- the process ---------------------------------------------------------------------------


def test_an_orderly_stop_sends_what_is_left_and_a_crash_does_not():
    for event, rows in ((Stopped(), [1]), (None, [])):
        pair = Pair(replication_lag=LAG)
        pair.write(1, 1)
        if event is None:
            pair.crash(1)
        else:
            pair.feed(1, event)
        pair.run(SECOND)
        assert pair.rows(2) == rows
        assert pair.role(1) is Role.DOWN
        pair.feed(1, Started())
        assert pair.rows(1) == [1]


def test_a_standby_asks_again_until_it_is_answered_and_misses_nothing():
    pair = Pair(retry=5 * SECOND)
    pair.is_cut = True
    pair.feed(2, Disconnected(0))
    pair.feed(1, Disconnected(FOLLOWER))
    pair.write(1, 1, 2)
    pair.run(12 * SECOND)
    assert pair.rows(2) == []
    pair.is_cut = False
    pair.run(3 * SECOND + 10 * MS)
    assert pair.rows(2) == [1, 2]


def test_a_standby_tells_where_it_stands_even_if_nothing_happens():
    """That is how it learns that its primary has forgotten it: a reset answers."""
    pair = Pair(status=10 * SECOND)
    heard = []
    feed = pair.feed

    def listen(server, event):
        if server == 1 and isinstance(event, Heard) and event.channel == FOLLOWER:
            heard.append(pair.now)
        feed(server, event)

    pair.feed = listen
    pair.run(35 * SECOND)
    assert len(heard) == 3
    assert {later - sooner for sooner, later in pairwise(heard)} == {10 * SECOND}


def test_messages_may_come_in_any_pieces():
    said = b"".join(Message(Kind.WRITE, number, writer=2).octets for number in range(3))
    for cut in range(len(said) + 1):
        reader = Reader()
        found = reader.take(said[:cut]) + reader.take(said[cut:])
        assert [message.number for message in found] == [0, 1, 2]
    assert Reader().take(b"?" * SIZE) == []
