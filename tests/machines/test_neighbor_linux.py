"""Linux's neighbor entry against the sentences of BEHAVIOUR 1.2: datagrams, timers, proofs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machines.bench import only
from tests.machines.neighbors import ME, START, VIP, A, B, Host, R, S, frames
from vipsim.machines.neighbor.queue import head_size, truesize
from vipsim.machines.vocabulary import (
    Changed,
    Confirmed,
    Drawn,
    EntrySet,
    LinkChanged,
    SetTimer,
    SysctlSet,
    Undeliverable,
)
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import BROADCAST, IPv4
from vipsim.wire.frames import Tcp, TcpFlag, Udp

WITH_MAC = (S.REACHABLE, S.STALE, S.DELAY, S.PROBE, S.PERMANENT, S.NOARP)


@pytest.mark.parametrize(
    ("state", "target", "relay"),
    [
        (S.REACHABLE, A, None),
        (S.PERMANENT, A, None),
        (S.NOARP, A, None),
        (S.DELAY, None, A),
        (S.PROBE, None, A),
        (S.STALE, None, None),
        (S.INCOMPLETE, None, None),
        (S.FAILED, None, None),
    ],
)
def test_what_the_frame_path_reads(state, target, relay):
    entry = Host().into(state).entry
    assert (entry.target, entry.relay) == (target, relay)


@pytest.mark.parametrize("state", WITH_MAC)
def test_data_keep_flowing_to_the_mac_in_every_state_that_has_one(state):
    (frame,) = Host().into(state).send()
    assert frame.dst == A


@pytest.mark.parametrize(
    ("state", "new"),
    [
        (S.NONE, S.INCOMPLETE),
        (S.FAILED, S.INCOMPLETE),
        (S.INCOMPLETE, S.INCOMPLETE),
        (S.STALE, S.DELAY),
        (S.REACHABLE, S.REACHABLE),
        (S.DELAY, S.DELAY),
        (S.PROBE, S.PROBE),
        (S.PERMANENT, S.PERMANENT),
        (S.NOARP, S.NOARP),
    ],
)
def test_what_a_datagram_does(state, new):
    host = Host().into(state)
    host.send()
    assert host.known is new


def test_an_unknown_neighbor_is_asked_for_at_once_and_three_times_a_second_apart():
    host = Host()
    host.send()
    host.run(START + 10 * SECOND)
    asked = [at - START for at, action in host.log if frames([action])]
    assert asked == [0, SECOND, 2 * SECOND]
    (failed,) = [at - START for at, state, _ in host.changes if state == "FAILED"]
    assert failed == 3 * SECOND


def test_a_sender_that_goes_on_repeats_the_three_requests_without_a_back_off():
    host = Host()
    for tenth in range(125):
        host.run(START + tenth * 100 * MS)
        host.send()
    begun = [at - START for at, state, _ in host.changes if state == "INCOMPLETE"]
    assert begun == [n * 3 * SECOND for n in range(5)]


def test_who_waits_for_nobody_is_told_in_order():
    host = Host()
    for number in range(3):
        host.send(number)
    told = only(Undeliverable, host.run(START + 3 * SECOND))
    assert [int.from_bytes(one.packet.payload[:4], "big") for one in told] == [0, 1, 2]


def test_without_solicitations_a_datagram_is_dropped_silently():
    host = Host(mcast_solicit=0)
    assert host.send() == []
    assert host.known is S.FAILED
    assert only(Undeliverable, host.run(START + 10 * SECOND)) == []


def test_tries_of_user_space_come_first_and_send_no_frame():
    host = Host(app_solicit=2)
    host.send()
    host.run(START + 20 * SECOND)
    asked = [at - START for at, action in host.log if frames([action])]
    assert asked == [n * SECOND for n in (2, 3, 4)]


def test_probes_are_unicast_then_broadcast_if_so_set():
    host = Host(mcast_resolicit=2).into(S.DELAY)
    sent = host.requests(host.run(host.now + 20 * SECOND))
    assert sent == [A, A, A, BROADCAST, BROADCAST]
    assert host.known is S.FAILED


def test_an_idle_entry_becomes_stale_when_r_is_over_and_stays_so():
    host = Host().into(S.REACHABLE)
    host.run(START + R - 1)
    assert host.known is S.REACHABLE
    host.run(START + R)
    assert host.known is S.STALE
    host.run(START + 150 * SECOND)
    assert host.known is S.STALE


@given(st.integers(0, 59), st.integers(6, 60))
def test_r_counts_from_the_last_proof(at, reachable_time):
    """Confirmed in place after `at` s: the entry becomes STALE R after that proof."""
    host = Host()
    host.feed(Drawn(("eth0", "reachable_time"), reachable_time * SECOND))
    host.send()
    host.reply(A)
    at = min(at, reachable_time - 1)
    host.run(START + at * SECOND)
    host.entry.confirmed = host.now
    host.run(START + 200 * SECOND)
    (stale,) = [when for when, state, _ in host.changes if state == "STALE"]
    assert stale == START + (at + reachable_time) * SECOND


def test_a_new_r_is_looked_at_when_the_old_one_is_over():
    host = Host().into(S.REACHABLE)
    host.feed(Drawn(("eth0", "reachable_time"), 45 * SECOND))
    host.run(START + 44 * SECOND)
    assert host.known is S.REACHABLE
    host.run(START + 45 * SECOND)
    assert host.known is S.STALE


def test_a_written_base_is_r_until_another_is_drawn():
    host = Host()
    host.feed(SysctlSet("base_reachable_time_ms", 20_000))
    host.into(S.REACHABLE)
    host.run(START + 20 * SECOND)
    assert host.known is S.STALE


def test_the_fast_path_does_not_touch_used_and_the_slow_path_does():
    host = Host().into(S.REACHABLE)
    host.run(START + 20 * SECOND)
    host.send()
    assert host.entry.used == START
    host = Host().into(S.DELAY)
    host.run(host.now + SECOND)
    host.send()
    assert host.entry.used == host.now


def test_an_entry_used_lately_goes_on_to_failed_by_itself():
    """`silent.slow_sender`: used in the slow path less than 5 s before R is over."""
    host = Host()
    host.feed(Drawn(("eth0", "reachable_time"), 4 * SECOND))
    host.send()
    host.reply(A)
    host.run(START + 60 * SECOND)
    after = [(at - START, state) for at, state, _ in host.changes][2:]
    assert after == [(4 * SECOND, "DELAY"), (9 * SECOND, "PROBE"), (12 * SECOND, "FAILED")]


def test_a_proof_moves_no_state_at_once_and_ends_delay_well():
    host = Host().into(S.DELAY)
    host.feed(Confirmed(VIP))
    assert host.known is S.DELAY
    sent = host.requests(host.run(host.now + 5 * SECOND))
    assert (host.known, sent) == (S.REACHABLE, [])


def test_a_proof_older_than_delay_lets_it_probe():
    host = Host().into(S.STALE)
    host.entry.confirmed = host.now - 6 * SECOND
    host.send()
    assert host.requests(host.run(host.now + 5 * SECOND)) == [A]


def test_the_answer_to_a_probe_makes_the_entry_reachable():
    host = Host().into(S.PROBE)
    host.reply(A)
    assert host.seen == (S.REACHABLE, A)
    assert host.requests(host.run(host.now + R - 1)) == []


def test_delay_may_be_nothing():
    host = Host(delay_first_probe_time=0).into(S.STALE)
    host.send()
    host.run(host.now)
    assert host.known is S.PROBE


# --- what waits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "size", "delivered"),
    [(5, 4, 5), (400, 4, 256), (400, 1000, 92), (400, 197, 256), (400, 198, 166)],
)
def test_the_queue_is_bounded_by_bytes_and_drops_the_oldest(count, size, delivered):
    host = Host()
    for number in range(count):
        host.send(number, size)
    sent = frames(host.reply(B))
    numbers = [int.from_bytes(frame.packet.payload[:4], "big") for frame in sent]
    assert numbers == list(range(count - delivered, count))
    assert {frame.dst for frame in sent} == {B}


@given(st.lists(st.integers(4, 1472), max_size=150), st.integers(0, 20_000))
def test_the_queue_never_holds_more_than_it_may(sizes, limit):
    host = Host(unres_qlen_bytes=limit)
    for number, size in enumerate(sizes):
        host.send(number, size)
        waiting = host.entry.queue
        assert host.entry.queue_bytes == sum(truesize(one.packet) for one in waiting)
        assert host.entry.queue_bytes <= limit or len(waiting) == 1  # the one that just came always waits


@given(st.integers(0, 65_000))
def test_a_head_holds_its_packet(octets):
    assert octets + 31 + 320 <= head_size(octets) <= head_size(octets + 1)


def test_a_segment_takes_a_small_head_and_its_data():
    segment = Tcp(ME, VIP, 64, 1, 2, 3, 4, TcpFlag.ACK, bytes(1000))
    assert truesize(segment) == truesize(Udp(ME, VIP, 64, 1, 2, b"x")) + 1000 == 1832


def test_an_answer_that_proves_nothing_shows_as_delay_when_somebody_waits():
    host = Host().into(S.INCOMPLETE)
    sent = frames(host.reply(B, dst=BROADCAST))
    assert [frame.dst for frame in sent] == [B]
    assert host.seen == (S.DELAY, B)
    host = Host().into(S.FAILED)
    host.reply(B, dst=BROADCAST)
    assert host.seen == (S.STALE, B)


def test_a_flow_that_holds_a_removed_entry_must_ask_again():
    host = Host().into(S.REACHABLE)
    held = host.entry
    gone = host.feed(LinkChanged("eth0", False))
    assert [change.new for change in only(Changed, gone)] == [S.NONE]
    assert (held.target, held.relay, host.known) == (None, None, S.NONE)
    assert only(SetTimer, host.run(host.now + 100 * SECOND)) == []


def test_group_addresses_need_no_asking():
    host = Host()
    everybody, group = IPv4.parse("192.168.1.255"), IPv4.parse("224.0.0.18")
    assert [frame.dst for frame in host.send(dst=everybody)] == [BROADCAST]
    assert [str(frame.dst) for frame in host.send(dst=group)] == ["01:00:5E:00:00:12"]
    assert set(host.machine.states.values()) == {S.NOARP}


def test_requests_are_never_closer_than_10_ms():
    host = Host(retrans_time_ms=1)
    host.send()
    assert host.known is S.INCOMPLETE
    assert [len(host.requests(host.run(START + at * MS))) for at in (9, 10, 19, 20, 29)] == [0, 1, 0, 1, 0]
    host.run(START + 30 * MS)
    assert host.known is S.FAILED


@pytest.mark.parametrize("state", [S.STALE, S.NOARP])
def test_an_entry_is_collected_when_it_was_idle_for_gc_stale_time(state):
    host = Host(gc_thresh1=1, gc_stale_time=45)
    host.feed(EntrySet("eth0", VIP, A, state))
    host.run(START + 44 * SECOND)
    assert host.known is state
    host.run(START + 45 * SECOND)  # the collector comes each 15 s: idle for exactly as long is enough
    assert host.known is S.NONE


def test_the_collector_takes_idle_entries_of_a_large_table_only():
    small, large = Host(), Host(gc_thresh1=3)
    for host in (small, large):
        for last in range(1, 6):
            host.request(A, sender=IPv4(ME + last))
        host.request(A)
        host.run(START + 50 * SECOND)
        host.send()
        host.reply(A)
        host.run(START + 70 * SECOND)
    assert len(small.machine.states) == 6
    assert set(large.machine.states) == {("eth0", VIP)}
    assert large.run(START + 500 * SECOND)  # VIP grows old; the collector itself rests
    assert large.timers == {}


def test_an_entry_set_by_hand_to_delay_probes_at_once():
    host = Host()
    host.feed(EntrySet("eth0", VIP, A, S.DELAY))
    assert host.requests(host.run(host.now)) == [A]
