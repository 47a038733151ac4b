"""The neighbor cache against RFC 826 and RFC 1122, packet by packet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vipsim.errors import ScenarioError
from vipsim.machines.neighbor import PROFILES, NeighborCache, NeighborProfile, NeighborState, profile_named
from vipsim.machines.vocabulary import (
    AddressAdded,
    AddressRemoved,
    CancelTimer,
    Changed,
    LinkChanged,
    Outgoing,
    Received,
    Send,
    SetTimer,
    TimerFired,
)
from vipsim.units import SECOND
from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Echo, framed, gratuitous_request

ME, ME_MAC = IPv4.parse("192.168.1.10"), Mac.parse("02:00:00:00:00:01")
PEER, PEER_MAC = IPv4.parse("192.168.1.219"), Mac.parse("02:00:00:00:00:0a")
OTHER, OTHER_MAC = IPv4.parse("192.168.1.50"), Mac.parse("02:00:00:00:00:0b")


def cache(**profile):
    made = NeighborCache("eth0", ME_MAC, NeighborProfile("test", **profile))
    made.handle(AddressAdded(ME), 0)
    return made


def arp(op, sender_mac, sender_ip, target_ip, dst=BROADCAST, target_mac=NO_MAC):
    return Received(framed(dst, sender_mac, Arp(op, sender_mac, sender_ip, target_mac, target_ip)), "eth0")


def ping(seq=1):
    return Outgoing(Echo(ME, PEER, 64, False, 1, seq), PEER)


def frames(actions):
    return [action.frame for action in actions if isinstance(action, Send)]


def known(sender_mac=PEER_MAC, **profile):
    made = cache(**profile)
    made.handle(ping(), 0)
    made.handle(arp(ArpOp.REPLY, sender_mac, PEER, ME, ME_MAC, ME_MAC), 1)
    return made


def test_a_packet_for_an_unknown_neighbor_waits_for_a_broadcast_request():
    made = cache()
    actions = made.handle(ping(), 5)
    (request,) = frames(actions)
    assert request.dst == BROADCAST
    assert request.packet == Arp(ArpOp.REQUEST, ME_MAC, ME, NO_MAC, PEER)
    assert SetTimer((f"eth0 {PEER}", "retransmit"), 5 + SECOND) in actions
    assert made.states == {PEER: NeighborState.INCOMPLETE}
    answer = made.handle(arp(ArpOp.REPLY, PEER_MAC, PEER, ME, ME_MAC, ME_MAC), 9)
    (sent,) = frames(answer)
    assert (sent.dst, sent.src, sent.packet.seq) == (PEER_MAC, ME_MAC, 1)
    assert made.lookup(PEER, 9) == PEER_MAC
    assert CancelTimer((f"eth0 {PEER}", "retransmit")) in answer


def test_three_requests_a_second_apart_then_failed_and_a_new_packet_tries_again():
    made = cache()
    made.handle(ping(), 0)
    timer = TimerFired((f"eth0 {PEER}", "retransmit"))
    assert len(frames(made.handle(timer, SECOND))) == 1
    assert len(frames(made.handle(timer, 2 * SECOND))) == 1
    last = made.handle(timer, 3 * SECOND)
    assert frames(last) == []
    assert made.states == {PEER: NeighborState.FAILED}
    assert made.unresolved == 1
    assert len(frames(made.handle(ping(2), 4 * SECOND))) == 1


def test_the_queue_drops_the_oldest_and_keeps_the_order():
    made = cache(queue_limit=3)
    for seq in range(1, 6):
        made.handle(ping(seq), seq)
    answer = made.handle(arp(ArpOp.REPLY, PEER_MAC, PEER, ME, ME_MAC, ME_MAC), 9)
    assert [frame.packet.seq for frame in frames(answer)] == [3, 4, 5]
    assert made.unresolved == 2


def test_a_request_for_us_is_answered_and_teaches():
    """RFC 826: "If I am the target ... add the triplet to the translation table", then reply to a request."""
    made = cache()
    (reply,) = frames(made.handle(arp(ArpOp.REQUEST, OTHER_MAC, OTHER, ME), 3))
    assert (reply.dst, reply.packet) == (OTHER_MAC, Arp(ArpOp.REPLY, ME_MAC, ME, OTHER_MAC, OTHER))
    assert made.lookup(OTHER, 3) == OTHER_MAC


def test_only_one_who_is_the_target_adds_an_entry():
    made = cache()
    made.handle(arp(ArpOp.REQUEST, OTHER_MAC, OTHER, PEER), 3)
    made.handle(Received(gratuitous_request(OTHER, OTHER_MAC), "eth0"), 4)
    assert made.states == {}


@pytest.mark.parametrize("op", list(ArpOp))
def test_any_packet_updates_an_entry_that_exists_before_anybody_looks_at_the_opcode(op):
    made = known()
    (change,) = made.handle(arp(op, OTHER_MAC, PEER, OTHER), 7)
    assert (change.old, change.new) == (NeighborState.REACHABLE, NeighborState.REACHABLE)
    assert change.detail == (PEER_MAC, OTHER_MAC, "eth0")
    assert made.lookup(PEER, 7) == OTHER_MAC


def test_a_gratuitous_request_moves_the_entry_and_the_flow_that_holds_it():
    made = known()
    held = made.entries[PEER]
    made.handle(Received(gratuitous_request(PEER, OTHER_MAC), "eth0"), 7)
    assert held.target == OTHER_MAC


def test_a_profile_may_listen_to_gratuitous_packets_only():
    made = known(updates_from="gratuitous")
    made.handle(arp(ArpOp.REQUEST, OTHER_MAC, PEER, OTHER), 7)
    assert made.lookup(PEER, 7) == PEER_MAC
    made.handle(Received(gratuitous_request(PEER, OTHER_MAC), "eth0"), 8)
    assert made.lookup(PEER, 8) == OTHER_MAC


def test_a_probe_is_answered_and_teaches_nothing():
    """RFC 5227 section 1.1: a probe's sender address is zero."""
    made = cache()
    (reply,) = frames(made.handle(arp(ArpOp.REQUEST, OTHER_MAC, NO_IP, ME), 3))
    assert reply.packet.op is ArpOp.REPLY
    assert made.states == {}


def test_somebody_who_speaks_for_our_address_is_ignored():
    made = cache()
    assert made.handle(Received(gratuitous_request(ME, OTHER_MAC), "eth0"), 3) == []


def test_a_removed_address_is_not_answered_for():
    made = cache()
    made.handle(AddressAdded(PEER), 0)
    assert frames(made.handle(arp(ArpOp.REQUEST, OTHER_MAC, OTHER, PEER), 1))
    made.handle(AddressRemoved(PEER), 2)
    assert not frames(made.handle(arp(ArpOp.REQUEST, OTHER_MAC, OTHER, PEER), 3))


def test_a_virtual_source_is_used_only_while_we_own_it():
    """The request carries the waiting packet's source where that is ours, so the new owner repairs caches."""
    made = cache()
    vip = IPv4.parse("192.168.1.219")
    packet = Outgoing(Echo(vip, OTHER, 64, True, 1, 1), OTHER)
    made.handle(AddressAdded(vip), 0)
    (request,) = frames(made.handle(packet, 1))
    assert request.packet.sender_ip == vip
    made.handle(AddressRemoved(vip), 2)
    (again,) = frames(made.handle(TimerFired((f"eth0 {OTHER}", "retransmit")), 1 + SECOND))
    assert again.packet.sender_ip == ME


def test_an_entry_with_a_life_ends_unless_it_is_heard_again():
    made = known(life=60 * SECOND)
    refreshed = made.handle(arp(ArpOp.REQUEST, PEER_MAC, PEER, OTHER), 30 * SECOND)
    assert refreshed == [SetTimer((f"eth0 {PEER}", "expire"), 90 * SECOND)]
    held = made.entries[PEER]
    (gone,) = made.handle(TimerFired((f"eth0 {PEER}", "expire")), 90 * SECOND)
    assert (gone.new, held.target, made.states) == (NeighborState.NONE, None, {})


def test_a_router_of_cisco_believes_an_entry_for_four_hours():
    made = NeighborCache("eth0", ME_MAC, PROFILES["cisco-ios"])
    made.handle(AddressAdded(ME), 0)
    made.handle(arp(ArpOp.REQUEST, PEER_MAC, PEER, ME), 0)
    timer = TimerFired((f"eth0 {PEER}", "expire"))
    assert made.handle(timer, 4 * 3600 * SECOND - 1) == []
    assert [change.new for change in made.handle(timer, 4 * 3600 * SECOND)] == [NeighborState.NONE]


def test_losing_the_carrier_empties_the_cache():
    made = known()
    held = made.entries[PEER]
    changes = [a for a in made.handle(LinkChanged("eth0", False), 9) if isinstance(a, Changed)]
    assert [change.new for change in changes] == [NeighborState.NONE]
    assert (held.target, made.states) == (None, {})


def test_an_unknown_profile_is_refused_with_the_names_that_exist():
    with pytest.raises(ScenarioError, match="use one of cisco-ios, linux, .*rfc826"):
        profile_named("rfc999")


@given(st.sampled_from(list(ArpOp)), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_cares_never_lies(op, knows, for_us, gratuitous, same_mac):
    """What the frame path skips is exactly what `handle` would do nothing about."""
    made = known() if knows else cache()
    target = ME if for_us else (PEER if gratuitous else OTHER)
    packet = Arp(op, PEER_MAC if same_mac else OTHER_MAC, PEER, NO_MAC, target)
    skipped = not made.cares(packet)
    before = dict(made.states), made.lookup(PEER, 5)
    actions = made.handle(Received(framed(BROADCAST, packet.sender_mac, packet), "eth0"), 5)
    if skipped:
        assert actions == []
        assert (dict(made.states), made.lookup(PEER, 5)) == before
