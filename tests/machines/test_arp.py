"""What a received ARP packet does to a Linux host, against the sentences of BEHAVIOUR 1.3 and 1.4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machines.bench import only
from tests.machines.neighbors import ME, ME_MAC, START, THIRD, VIP, A, B, C, Host, S, frames
from vipsim.machines.vocabulary import (
    AddressAdded,
    AddressRemoved,
    AdminChanged,
    Changed,
    EntriesFlushed,
    EntrySet,
    InterfaceAdded,
    LinkChanged,
    MacChanged,
    Outgoing,
    Received,
    RouteSet,
    SysctlSet,
    Undeliverable,
)
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Other, Udp, framed

REQUEST, REPLY = ArpOp.REQUEST, ArpOp.REPLY
FAR = IPv4.parse("10.55.0.9")
packets = st.builds(
    Arp,
    st.sampled_from(ArpOp),
    st.sampled_from([A, B, NO_MAC, BROADCAST]),
    st.sampled_from([VIP, THIRD, ME, NO_IP, FAR]),
    st.sampled_from([A, B, NO_MAC, ME_MAC]),
    st.sampled_from([VIP, THIRD, ME, NO_IP]),
)


def learned(actions):
    return [(change.new, change.detail[1]) for change in only(Changed, actions)]


# --- the table of updates -----------------------------------------------------------------------------

OLD = (S.REACHABLE, S.STALE, S.DELAY, S.PROBE)


@pytest.mark.parametrize("old", OLD)
def test_a_gratuitous_request_takes_the_entry_and_the_next_datagram_goes_there(old):
    host = Host().into(old)
    host.garp(B)
    assert host.seen == (S.STALE, B)
    (frame,) = host.send()
    assert (frame.dst, host.known) == (B, S.DELAY)


@pytest.mark.parametrize("old", OLD)
def test_the_same_mac_again_changes_nothing_unless_it_proves_something(old):
    host = Host().into(old)
    host.garp(A)
    host.reply(A, dst=BROADCAST)
    host.request(A, target=THIRD)
    assert host.seen == (old, A)
    host.reply(A)
    assert host.seen == (S.REACHABLE, A)
    assert host.entry.confirmed == host.now


@pytest.mark.parametrize("old", OLD)
def test_a_unicast_reply_with_another_mac_is_believed_when_the_lock_is_open(old):
    host = Host().into(old)
    host.run(host.now + 900 * MS)  # PROBE began just now, and goes on
    host.feed(SysctlSet("locktime", 0))
    host.reply(B)
    assert host.seen == (S.REACHABLE, B)


@pytest.mark.parametrize("old", [S.INCOMPLETE, S.FAILED])
@pytest.mark.parametrize("dst", [ME_MAC, BROADCAST])
def test_one_who_is_not_known_is_believed_at_once(old, dst):
    host = Host(locktime=10_000).into(old)
    host.reply(B, dst)
    assert host.lladdr == B
    assert (host.known is S.REACHABLE) == (dst == ME_MAC)


@pytest.mark.parametrize("fixed", [S.PERMANENT, S.NOARP])
@given(st.lists(st.tuples(packets, st.sampled_from([ME_MAC, BROADCAST])), max_size=8))
def test_no_packet_changes_what_was_set_by_hand(fixed, heard):
    host = Host(arp_accept=1).into(fixed)
    for packet, dst in heard:
        host.feed(Received(framed(dst, B, packet), "eth0"), host.now + SECOND)
    assert host.seen == (fixed, A)


@given(st.integers(-3, 3), st.sampled_from([0, 1, 100, 300]))
def test_the_lock_opens_right_after_its_time(nanoseconds, locktime):
    """Locked at `updated` + locktime, open a moment later."""
    host = Host(locktime=locktime).into(S.NONE)
    host.request(A)
    host.run(max(host.now, START + locktime * 10 * MS + nanoseconds))
    host.reply(B)
    assert host.lladdr == (B if host.now > START + locktime * 10 * MS else A)


def test_a_refresh_does_not_restart_the_locktime():
    host = Host().into(S.REACHABLE)
    host.reply(A)
    host.reply(B)
    assert host.seen == (S.REACHABLE, B)


def test_of_two_answers_the_first_one_wins_and_the_second_is_a_proof_all_the_same():
    host = Host()
    host.send()
    host.reply(A)
    host.run(START + 50 * MS)
    host.reply(B)
    assert host.seen == (S.REACHABLE, A)
    assert host.entry.confirmed == START + 50 * MS


def test_a_new_mac_without_proof_must_really_be_probed():
    host = Host().into(S.REACHABLE)
    host.garp(B)
    assert host.entry.confirmed == host.now - 60 * SECOND
    host.send()
    assert host.requests(host.run(host.now + 5 * SECOND)) == [B]


def test_what_wins_the_entry_back_after_a_takeover():
    """`v4.seq.*`: late replies of A lose; its gratuitous request and its plain request for us win."""
    for act, winner in (
        (lambda host: host.reply(A), B),
        (lambda host: host.reply(A, dst=BROADCAST), B),
        (lambda host: host.request(A, target=THIRD), B),
        (lambda host: host.garp(A), A),
        (lambda host: host.request(A), A),
    ):
        host = Host().into(S.REACHABLE)
        host.garp(B)
        act(host)
        assert host.lladdr == winner


@pytest.mark.parametrize(
    ("op", "target_mac", "wins"),
    [
        (REQUEST, NO_MAC, True),
        (REQUEST, BROADCAST, True),
        (REPLY, B, True),
        (REPLY, NO_MAC, False),
        (REPLY, BROADCAST, False),
    ],
)
def test_what_counts_as_gratuitous(op, target_mac, wins):
    host = Host()
    host.request(A)
    host.arp(op, B, VIP, target_mac, VIP)
    assert host.lladdr == (B if wins else A)


@pytest.mark.parametrize("mac", [NO_MAC, BROADCAST, Mac.parse("01:00:5e:00:00:01")])
def test_no_sender_mac_is_too_odd_to_be_cached(mac):
    host = Host().into(S.REACHABLE)
    host.garp(mac)
    assert host.seen == (S.STALE, mac)
    (frame,) = host.send()
    assert frame.dst == mac


def test_the_cache_follows_the_sender_field_and_not_the_frame():
    host = Host().into(S.REACHABLE)
    host.feed(Received(framed(BROADCAST, C, Arp(REQUEST, B, VIP, NO_MAC, VIP)), "eth0"))
    assert host.lladdr == B


# --- who is heard, answered, learned ----------------------------------------------------------------


@pytest.mark.parametrize(
    "packet", [Other(0x0806, b""), Arp(REQUEST, B, VIP, NO_MAC, IPv4.parse("224.0.0.1"))]
)
def test_what_is_not_arp_for_a_host_is_nothing(packet):
    host = Host().into(S.STALE)
    assert host.feed(Received(framed(BROADCAST, B, packet), "eth0")) == []
    assert host.seen == (S.STALE, A)


def test_frames_for_others_are_not_heard_and_groups_are():
    host = Host().into(S.REACHABLE)
    host.reply(B, dst=C)
    assert host.seen == (S.REACHABLE, A)
    host.reply(B, dst=Mac.parse("01:00:5e:00:00:01"))
    assert host.seen == (S.STALE, B)


def test_a_request_for_us_is_answered_and_the_answer_does_not_use_the_entry():
    host = Host()
    (reply,) = frames(host.request(A))
    assert (reply.dst, reply.packet) == (A, Arp(REPLY, ME_MAC, ME, A, VIP))
    assert host.seen == (S.STALE, A)


def test_a_probe_is_answered_and_teaches_nothing():
    host = Host(arp_accept=1)
    (reply,) = frames(host.request(B, sender=NO_IP))
    assert (reply.dst, reply.packet.target_ip) == (B, NO_IP)
    assert host.machine.states == {}


@pytest.mark.parametrize(
    ("sender", "answered"),
    [
        ("224.0.0.5", False),
        ("239.255.255.255", False),
        ("127.0.0.9", False),
        ("255.255.255.255", False),
        ("192.168.1.10", False),
        ("0.0.0.1", True),
        ("0.1.2.3", True),
        ("250.1.2.3", True),
        ("192.168.1.255", True),
        ("10.99.0.9", True),
    ],
)
def test_which_senders_are_martians(sender, answered):
    host = Host()
    asked = host.request(B, sender=IPv4.parse(sender))
    assert [frame.packet.op for frame in frames(asked)] == ([REPLY] if answered else [])
    known = host.machine.states
    assert set(known) == ({("eth0", IPv4.parse(sender))} if answered else set())


@pytest.mark.parametrize(("route_localnet", "accept_local", "sender"), [(1, 0, "127.0.0.9"), (0, 1, str(ME))])
def test_a_sysctl_lets_a_martian_in(route_localnet, accept_local, sender):
    host = Host(route_localnet=route_localnet, accept_local=accept_local)
    assert frames(host.request(B, sender=IPv4.parse(sender)))


def test_who_has_our_address_is_neither_answered_nor_learned_nor_fought():
    host = Host(arp_accept=1)
    assert host.arp(REQUEST, B, ME, NO_MAC, ME) == []
    assert host.arp(REPLY, B, ME, B, ME) == []
    assert host.machine.states == {}


@pytest.mark.parametrize("accept", [0, 1, 2])
@pytest.mark.parametrize("sender", [VIP, FAR])
def test_who_makes_an_entry(accept, sender):
    """Gratuitous packets and replies, if arp_accept says so; a plain request for a third party never."""
    makes = accept == 1 or (accept == 2 and sender == VIP)
    for op, target_mac, target, can in (
        (REQUEST, NO_MAC, sender, True),
        (REPLY, B, sender, True),
        (REPLY, NO_MAC, sender, True),
        (REPLY, ME_MAC, ME, True),
        (REQUEST, NO_MAC, THIRD, False),
    ):
        host = Host(arp_accept=accept)
        host.arp(op, B, sender, target_mac, target)
        assert bool(host.machine.states) == (makes and can)


@pytest.mark.parametrize("accept", [0, 1])
def test_drop_gratuitous_arp_wins(accept):
    host = Host(drop_gratuitous_arp=1, arp_accept=accept).into(S.REACHABLE)
    host.garp(B)
    host.arp(REPLY, B, VIP, B, VIP)
    assert host.seen == (S.REACHABLE, A)
    host.reply(B)
    assert host.seen == (S.REACHABLE, B)


def two_legs(**sysctls):
    """A host with a secondary address, one on loopback and one on a second interface, and a far network."""
    host = Host(**sysctls)
    host.feed(InterfaceAdded("eth1", C, 0))
    for address, iface, prefix in (
        ("192.168.1.11", "eth0", 24),
        ("127.0.0.1", "lo", 8),
        ("192.168.7.7", "lo", 32),
        ("172.20.0.5", "eth1", 24),
    ):
        host.feed(AddressAdded(IPv4.parse(address), iface, prefix))
    host.feed(RouteSet(IPv4.parse("10.55.0.0"), 16, "eth0"))
    return host


@pytest.mark.parametrize(
    ("mode", "answered"),
    [
        (0, "eth0 second lo eth1"),
        (1, "eth0 second"),
        (2, "eth0 second"),
        (3, "eth0 second lo eth1"),
        (4, "eth0 second lo eth1"),
        (7, "eth0 second lo eth1"),
        (8, ""),
    ],
)
def test_whom_arp_ignore_answers(mode, answered):
    asked = {"eth0": "192.168.1.10", "second": "192.168.1.11", "lo": "192.168.7.7", "eth1": "172.20.0.5"}
    for name, target in asked.items():
        host = two_legs(arp_ignore=mode)
        done = host.request(B, target=IPv4.parse(target))
        assert bool(frames(done)) == (name in answered.split())
        assert bool(host.machine.states) == bool(frames(done)), "no answer, no learning"


@pytest.mark.parametrize(("mode", "answered"), [(1, True), (2, False)])
def test_arp_ignore_2_wants_the_sender_in_the_same_subnet(mode, answered):
    assert bool(frames(two_legs(arp_ignore=mode).request(B, sender=FAR))) == answered


def test_arp_ignore_2_takes_a_vip_for_part_of_a_larger_subnet():
    host = Host(arp_ignore=2)
    host.feed(AddressAdded(VIP, "eth0", 32))
    assert frames(host.request(B, target=VIP, sender=THIRD))
    assert not frames(host.request(B, target=VIP, sender=FAR))


@pytest.mark.parametrize(("on", "answered"), [(0, True), (1, False)])
def test_arp_filter_wants_the_way_back_to_leave_by_the_same_interface(on, answered):
    host = two_legs(arp_filter=on)
    assert bool(frames(host.request(B, sender=IPv4.parse("172.20.0.9")))) == answered
    assert frames(host.request(B, sender=THIRD))


@pytest.mark.parametrize(
    ("mode", "wanted", "source"),
    [
        (0, "192.168.1.11", "192.168.1.11"),
        (0, "192.168.7.7", "192.168.7.7"),
        (0, "172.20.0.5", "172.20.0.5"),
        (0, "8.8.8.8", "192.168.1.10"),  # forwarded: not ours
        (1, "192.168.1.11", "192.168.1.11"),
        (1, "192.168.7.7", "192.168.1.10"),
        (1, "172.20.0.5", "192.168.1.10"),
        (2, "192.168.1.11", "192.168.1.10"),
    ],
)
def test_whose_name_a_request_bears(mode, wanted, source):
    (request,) = two_legs(arp_announce=mode).send(src=IPv4.parse(wanted))
    assert request.packet.sender_ip == IPv4.parse(source)


def test_the_youngest_datagram_lends_its_source_and_a_probe_has_the_primary_one():
    host = Host()
    host.feed(AddressAdded(VIP, "eth0", 32))
    host.send(dst=THIRD, src=ME)
    host.send(dst=THIRD, src=VIP)
    (again,) = frames(host.run(START + SECOND))
    assert again.packet.sender_ip == VIP
    host.arp(REPLY, A, THIRD, ME_MAC, ME, dst=ME_MAC)
    host.request(A, sender=THIRD)
    host.run(START + 60 * SECOND)
    host.send(dst=THIRD, src=VIP)
    (probe,) = frames(host.run(START + 66 * SECOND))[:1]
    assert (probe.dst, probe.packet.sender_ip) == (A, ME)


# --- interfaces and owners ------------------------------------------------------------------------------

EVENTS = {
    "carrier": [LinkChanged("eth0", False)],
    "down": [AdminChanged("eth0", False)],
    "mac": [MacChanged("eth0", C)],
    "address": [AddressRemoved(ME, "eth0")],
    "flush": [EntriesFlushed("eth0")],
}


@pytest.mark.parametrize("what", EVENTS)
@pytest.mark.parametrize(
    "state", [S.INCOMPLETE, S.REACHABLE, S.STALE, S.DELAY, S.PROBE, S.FAILED, S.PERMANENT, S.NOARP]
)
def test_what_removes_an_entry(what, state):
    """All of them all entries; but loss of carrier leaves PERMANENT ones."""
    host = Host().into(state)
    for event in EVENTS[what]:
        host.feed(event)
    assert host.known is (S.PERMANENT if (what, state) == ("carrier", S.PERMANENT) else S.NONE)
    assert host.known is S.PERMANENT or host.timers == {}


def test_arp_evict_nocarrier_0_keeps_everything():
    host = Host(arp_evict_nocarrier=0).into(S.REACHABLE)
    host.feed(LinkChanged("eth0", False))
    assert host.seen == (S.REACHABLE, A)


def test_who_waits_is_told_when_an_entry_is_deleted_and_not_when_the_carrier_goes():
    assert len(only(Undeliverable, Host().into(S.INCOMPLETE).feed(EntriesFlushed("eth0")))) == 1
    assert only(Undeliverable, Host().into(S.INCOMPLETE).feed(LinkChanged("eth0", False))) == []


def test_entries_stay_while_one_address_is_left():
    host = Host()
    host.feed(AddressAdded(VIP, "eth0", 32))
    host.request(A, sender=THIRD)
    host.feed(AddressRemoved(VIP, "eth0"))
    assert len(host.machine.states) == 1


@pytest.mark.parametrize("notify", [0, 1])
def test_what_the_kernel_announces_by_itself(notify):
    host = Host(arp_notify=notify)
    for event in (AddressAdded(VIP, "eth0", 32), LinkChanged("eth0", False), LinkChanged("eth0", True)):
        assert frames(host.feed(event)) == []
    host.feed(AdminChanged("eth0", False))
    for event, mac in ((AdminChanged("eth0", True), ME_MAC), (MacChanged("eth0", C), C)):
        sent = frames(host.feed(event))
        assert [frame.packet for frame in sent] == [
            Arp(REQUEST, mac, ip, NO_MAC, ip) for ip in (ME, VIP) if notify
        ]
        assert all((frame.dst, frame.src) == (BROADCAST, mac) for frame in sent)


def test_an_owner_answers_until_the_address_is_removed():
    host = Host()
    host.feed(AddressAdded(VIP, "eth0", 32))
    (reply,) = frames(host.request(C, target=VIP, sender=THIRD))
    assert reply.packet.sender_ip == VIP
    assert host.garp(B) == []
    host.feed(AddressRemoved(VIP, "eth0"))
    assert frames(host.request(C, target=VIP, sender=THIRD)) == []


def test_an_interface_that_is_down_hears_and_sends_nothing():
    host = Host()
    host.feed(AdminChanged("eth0", False))
    assert host.request(A) == []
    assert host.feed(Outgoing(Udp(ME, VIP, 64, 1, 9, b"x"), VIP, 0, "eth0")) == []
    assert host.machine.book.route(VIP) is None
    host.feed(AdminChanged("eth0", True))
    assert frames(host.request(A))


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("profile", ["linux", "linux-arp-accept", "linux-drop-garp", "cisco-ios"])
@given(packets)
def test_cares_never_lies(state, profile, packet):
    """What the frame path skips is exactly what `handle` would do nothing about."""
    host = Host(profile)
    if profile == "cisco-ios":
        host.request(A)
    else:
        host.into(state)
    cache = host.machine.caches["eth0"]
    if not cache.cares(packet):
        for dst in (BROADCAST, ME_MAC):
            before = host.seen
            assert host.feed(Received(framed(dst, B, packet), "eth0")) == []
            assert host.seen == before


def test_an_entry_without_a_mac_cannot_be_set_by_hand():
    host = Host()
    host.feed(EntrySet("eth0", VIP, None, S.PERMANENT))
    assert host.machine.states == {}
    host.feed(EntrySet("eth0", VIP, A, S.PERMANENT))
    assert learned(host.feed(EntrySet("eth0", VIP, B, S.PERMANENT))) == [(S.PERMANENT, B)]
