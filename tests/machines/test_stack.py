"""A host's addresses, routes and sysctls, and how its stack hands events on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machines.neighbors import ME, ME_MAC, THIRD, VIP, A, B, C, Host, S
from vipsim.errors import ScenarioError
from vipsim.machines.host.book import AddressBook, Kind, mask_of
from vipsim.machines.host.stack import HostStack
from vipsim.machines.neighbor import PROFILES
from vipsim.machines.neighbor.profile import SYSCTLS
from vipsim.machines.vocabulary import (
    AddressAdded,
    AddressRemoved,
    InterfaceAdded,
    LinkChanged,
    Outgoing,
    RouteSet,
    SysctlSet,
    TimerFired,
)
from vipsim.machines.wheel import granularity
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import NO_IP, IPv4
from vipsim.wire.frames import Udp


def ip(text):
    return IPv4.parse(text)


def book(*owned):
    made = AddressBook()
    for text in owned:
        iface, address, prefix = text.replace("/", " ").split()
        made.add(ip(address), int(prefix), iface)
    return made


# --- addresses ---------------------------------------------------------------------------------------


def test_secondary_addresses_come_last_and_leave_with_their_primary_one():
    made = book("eth0 192.168.1.10/24", "eth0 192.168.1.11/24", "eth0 10.0.0.1/8", "eth0 192.168.1.219/32")
    assert list(map(str, made.own("eth0"))) == ["192.168.1.10", "10.0.0.1", "192.168.1.219", "192.168.1.11"]
    assert made.remove(ip("192.168.1.10")) == "eth0"
    assert list(map(str, made.own("eth0"))) == ["10.0.0.1", "192.168.1.219"]
    assert ip("192.168.1.11") not in made.local


def test_a_promoted_secondary_address_takes_over():
    made = book("eth0 192.168.1.10/24", "eth0 192.168.1.11/24", "eth0 192.168.1.12/24")
    made.remove(ip("192.168.1.10"), promote=True)
    assert made.preferred(ip("192.168.1.99")) == ip("192.168.1.11")
    assert made.remove(ip("192.168.1.11"), promote=False) == "eth0"
    assert not made.local


def test_an_address_on_two_interfaces_is_local_until_both_lost_it():
    made = book("lo 192.168.1.219/32", "eth0 192.168.1.219/32")
    assert not made.add(VIP, 32, "eth0")
    made.remove(VIP, "lo")
    assert made.local[VIP].iface == "eth0"
    made.remove(VIP, "eth0")
    assert VIP not in made.local
    assert made.remove(VIP) == ""


def test_the_dictionary_of_local_addresses_is_always_the_same_object():
    made = AddressBook()
    held = made.local
    made.add(ME, 24, "eth0")
    made.remove(ME)
    assert made.local is held == {}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("192.168.1.10", Kind.LOCAL),
        ("127.9.9.9", Kind.LOCAL),
        ("192.168.1.255", Kind.BROADCAST),
        ("255.255.255.255", Kind.BROADCAST),
        ("0.0.0.0", Kind.BROADCAST),
        ("0.0.0.5", Kind.UNICAST),
        ("224.0.0.18", Kind.MULTICAST),
        ("192.168.1.219", Kind.UNICAST),
        ("192.168.1.0", Kind.UNICAST),
    ],
)
def test_what_an_address_is(address, kind):
    assert book("eth0 192.168.1.10/24").kind(ip(address)) is kind


def test_the_longest_prefix_wins_and_gives_the_source():
    made = book("eth0 192.168.1.10/24", "eth1 172.20.0.5/24", "eth0 192.168.1.219/32")
    made.set_route(NO_IP, 0, "eth0", ip("192.168.1.1"))
    made.set_route(ip("10.55.3.4"), 16, "eth1", None)
    for dst, iface, via, source in (
        ("192.168.1.50", "eth0", None, "192.168.1.10"),
        ("172.20.0.9", "eth1", None, "172.20.0.5"),
        ("10.55.9.9", "eth1", None, "172.20.0.5"),
        ("8.8.8.8", "eth0", "192.168.1.1", "192.168.1.10"),
        ("192.168.1.219", "lo", None, "192.168.1.219"),
    ):
        route = made.route(ip(dst))
        assert (route.iface, route.via and str(route.via)) == (iface, via)
        assert made.preferred(ip(dst)) == ip(source)


def test_a_set_route_replaces_the_connected_one():
    made = book("eth0 192.168.1.10/24", "eth1 172.20.0.5/24")
    made.set_route(ip("192.168.1.0"), 24, "eth1", None)
    assert made.route(VIP).iface == "eth1"


NEIGHBORS = ("eth0 192.168.1.10/24", "eth1 192.168.1.20/24")


def out_of(made):
    return made.route(THIRD).iface, str(made.preferred(THIRD))


def test_of_two_routes_to_one_subnet_the_older_one_is_taken():
    made = book(*NEIGHBORS)
    assert out_of(made) == ("eth0", "192.168.1.10")
    made.set_up("eth0", False)
    assert out_of(made) == ("eth1", "192.168.1.20")
    made.set_up("eth0", True)
    assert out_of(made) == ("eth1", "192.168.1.20"), "the route is appended (NLM_F_APPEND)"
    made.remove(ip("192.168.1.20"), "eth1")
    made.add(ip("192.168.1.20"), 24, "eth1")
    assert out_of(made) == ("eth0", "192.168.1.10")


def test_an_address_that_is_added_while_the_interface_is_down_gets_its_route_when_it_comes_up():
    made = AddressBook()
    made.set_up("eth0", False)
    for text in NEIGHBORS:
        iface, address = text.split()
        made.add(ip(address.partition("/")[0]), 24, iface)
    made.set_up("eth0", True)
    assert out_of(made)[0] == "eth1"


def test_the_route_of_a_promoted_address_is_a_new_one():
    made = book("eth0 192.168.1.10/24", "eth0 192.168.1.11/24", "eth1 192.168.1.20/24")
    made.remove(ip("192.168.1.10"), promote=True)
    assert out_of(made) == ("eth1", "192.168.1.20")
    made.set_up("eth1", False)
    assert out_of(made) == ("eth0", "192.168.1.11")


def test_a_connected_route_that_was_replaced_does_not_come_back_with_the_other_interface():
    made = book("eth0 192.168.1.10/24", "eth1 172.20.0.5/24")
    made.set_route(ip("192.168.1.0"), 24, "eth1", None)
    made.set_up("eth1", False)
    assert made.route(THIRD) is None


def test_by_a_route_without_router_the_first_primary_address_speaks():
    made = book("eth0 192.168.1.10/24", "eth0 10.55.7.1/24")
    assert made.preferred(ip("10.55.7.9")) == ip("10.55.7.1")
    made.set_route(ip("10.55.7.9"), 32, "eth0", None)
    assert made.preferred(ip("10.55.7.9")) == ip("192.168.1.10")
    made.set_route(ip("10.55.7.9"), 32, "eth0", ip("10.55.7.254"))
    assert made.preferred(ip("10.55.7.9")) == ip("10.55.7.1"), "the router's subnet counts"


def test_an_interface_that_is_down_keeps_its_addresses_and_loses_its_routes():
    made = book("eth0 192.168.1.10/24")
    made.set_route(NO_IP, 0, "eth0", ip("192.168.1.1"))
    made.set_up("eth0", False)
    assert (made.route(VIP), ME in made.local) == (None, True)
    made.set_up("eth0", True)
    assert made.route(VIP).iface == "eth0"
    assert made.route(ip("8.8.8.8")) is None, "the kernel does not bring back a route that somebody set"


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_a_route_covers_exactly_its_prefix(network, prefix, dst):
    made = AddressBook()
    made.set_route(IPv4(network), prefix, "eth0", None)
    inside = (dst ^ network) & mask_of(prefix) == 0
    route = made.route(IPv4(dst))
    assert (route is not None and route.iface == "eth0") == (inside and dst >> 24 != 127)


# --- sysctls -------------------------------------------------------------------------------------------


def effective(host, iface="eth0"):
    return host.machine.caches[iface].profile


def test_sysctls_are_in_their_own_units():
    made = PROFILES["linux"].with_sysctls(
        {"locktime": 50, "base_reachable_time_ms": 5, "delay_first_probe_time": 2, "unres_qlen": 3}
    )
    assert (made.locktime, made.base_reachable_time) == (500 * MS, 5 * MS)
    assert (made.delay_first_probe_time, made.unres_qlen_bytes) == (2 * SECOND, 6270)
    assert PROFILES["linux"].with_sysctls({}) is PROFILES["linux"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("arp_ignor", 1, "arp_ignore"),
        ("net.ipv6.conf.eth0.locktime", 1, "no sysctl is called"),
        ("arp_ignore", -1, "from 0 up"),
        ("arp_ignore", True, "from 0 up"),
        ("arp_ignore", "1", "from 0 up"),
    ],
)
def test_a_sysctl_that_cannot_be_is_refused(key, value, said):
    with pytest.raises(ScenarioError, match=said):
        PROFILES["linux"].with_sysctls({key: value})
    with pytest.raises(ScenarioError, match=said):
        Host().feed(SysctlSet(key, value))


def test_a_sysctl_in_the_wrong_group_is_refused_with_the_right_one():
    with pytest.raises(ScenarioError, match=r"write net.ipv4.conf.INTERFACE.arp_ignore"):
        Host().feed(SysctlSet("net.ipv4.neigh.eth0.arp_ignore", 1))


def test_every_sysctl_sets_a_field():
    for key, known in SYSCTLS.items():
        changed = PROFILES["linux"].with_sysctls({key: 7})
        assert getattr(changed, known.field) == 7 * known.unit


def test_all_joins_with_each_interface():
    host = Host()
    host.feed(SysctlSet("net.ipv4.conf.all.arp_ignore", 1))
    host.feed(SysctlSet("net.ipv4.conf.all.arp_evict_nocarrier", 0))
    assert (effective(host).arp_ignore, effective(host).arp_evict_nocarrier) == (1, 0)
    host.feed(SysctlSet("net.ipv4.conf.eth0.arp_ignore", 2))
    assert effective(host).arp_ignore == 2
    host.feed(SysctlSet("net.ipv4.conf.all.arp_ignore", 0))
    host.feed(SysctlSet("net.ipv4.conf.eth0.arp_ignore", 0))
    assert effective(host).arp_ignore == 0


def test_who_a_sysctl_concerns():
    host = Host()
    host.feed(SysctlSet("net.ipv4.conf.default.arp_announce", 2))
    host.feed(SysctlSet("locktime", 0, "eth0"))
    host.feed(SysctlSet("ucast_solicit", 5))
    host.feed(InterfaceAdded("eth1", C))
    host.feed(SysctlSet("net.ipv4.neigh.default.gc_thresh1", 9))
    one, other = effective(host), effective(host, "eth1")
    assert (one.arp_announce, other.arp_announce) == (0, 2)
    assert (one.locktime, other.locktime) == (0, SECOND)
    assert (one.ucast_solicit, other.ucast_solicit) == (5, 5)
    assert (one.gc_thresh1, other.gc_thresh1) == (9, 9)


# --- the stack -----------------------------------------------------------------------------------------


def test_each_interface_has_its_own_neighbors_and_timers():
    host = Host()
    host.feed(InterfaceAdded("eth1", C, 9 * SECOND))
    host.feed(AddressAdded(ip("172.20.0.5"), "eth1", 24))
    for dst in (VIP, ip("172.20.0.9")):
        host.feed(Outgoing(Udp(ME, dst, 64, 1, 9, b"x"), dst))
    assert set(host.machine.states) == {("eth0", VIP), ("eth1", ip("172.20.0.9"))}
    assert set(host.timers) == {("eth0 192.168.1.219", "retransmit"), ("eth1 172.20.0.9", "retransmit")}
    host.feed(LinkChanged("eth1", False))
    assert set(host.machine.states) == {("eth0", VIP)}
    assert host.machine.caches["eth1"].reachable_time == 9 * SECOND


def test_any_interface_answers_for_any_address_of_the_host():
    host = Host()
    host.feed(AddressAdded(VIP, "lo", 32))
    assert host.request(B, target=VIP, sender=THIRD)
    host.feed(AddressRemoved(VIP))
    assert not host.request(B, target=VIP, sender=THIRD)


def test_events_for_an_interface_that_is_not_there_do_nothing():
    stack = HostStack(PROFILES["linux"])
    packet = Udp(ME, VIP, 64, 1, 9, b"x")
    for event in (Outgoing(packet, VIP), Outgoing(packet, VIP, 0, "eth9"), LinkChanged("eth9", False)):
        assert stack.handle(event, 0) == []
    assert stack.handle(TimerFired(("eth9 192.168.1.219", "delay")), 0) == []


def test_losing_the_last_address_loses_the_routes_out_of_the_interface_too():
    host = Host()
    host.feed(RouteSet(ip("10.0.0.0"), 8, "eth0"))
    host.into(S.PERMANENT, A)
    host.feed(AddressRemoved(ME))
    assert host.machine.book.route(ip("10.1.1.1")) is None
    assert host.known is S.NONE


def test_an_interface_is_added_once():
    host = Host().into(S.REACHABLE)
    host.feed(InterfaceAdded("eth0", C))
    assert host.seen == (S.REACHABLE, A)
    assert host.machine.caches["eth0"].mac == ME_MAC


# --- the timer wheel ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hz", "delay", "late"),
    [
        (250, 100 * MS, 4 * MS),
        (250, 260 * MS, 32 * MS),
        (250, SECOND, 32 * MS),
        (250, 5 * SECOND, 256 * MS),
        (250, 16_400 * MS, 2048 * MS),
        (250, 130 * SECOND, 16_384 * MS),
        (1000, 50 * MS, MS),
        (1000, 300 * MS, 8 * MS),
        (1000, SECOND, 64 * MS),
        (1000, 5 * SECOND, 512 * MS),
        (1000, 60 * SECOND, 4096 * MS),
        (100, 0, 10 * MS),
    ],
)
def test_how_late_a_kernel_timer_can_be(hz, delay, late):
    """BEHAVIOUR 1.1, and the tables of levels in kernel/time/timer.c."""
    assert granularity(delay, hz) == late


@given(st.sampled_from([100, 250, 1000]), st.integers(0, 10**15))
def test_a_longer_delay_is_no_less_late_and_never_more_than_an_eighth(hz, delay):
    late = granularity(delay, hz)
    assert late <= granularity(delay + SECOND, hz)
    assert late <= max(SECOND // hz, delay // 7)
