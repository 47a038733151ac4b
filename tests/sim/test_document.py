"""The source document, sentence by sentence, in the simulator."""

from dataclasses import replace

import pytest

import vipsim as vs
from vipsim.resources import scenario_path
from vipsim.scenario.model import Service
from vipsim.trace.formatting import arp_lines
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Echo

DB1, DB2 = Mac.parse("00:21:5A:DB:68:E8"), Mac.parse("00:21:5A:DB:7F:C2")
VIP = IPv4.parse("192.168.1.219")
FIRST, SECOND = IPv4.parse("192.168.1.217"), IPv4.parse("192.168.1.218")
MECHANISMS = ["database-pair", "database-pair-heartbeat"]


@pytest.fixture(scope="module", params=MECHANISMS)
def trace(request):
    return vs.run(vs.read_scenario(scenario_path(request.param)), seed=5)


def test_the_cache_of_app1_reads_as_in_the_document(trace):
    before = {
        "(192.168.1.219) at 00:21:5A:DB:68:E8 [ether] on bond0",
        "(192.168.1.217) at 00:21:5A:DB:68:E8 [ether] on bond0",
        "(192.168.1.218) at 00:21:5A:DB:7F:C2 [ether] on bond0",
    }
    after = {line.replace("219) at 00:21:5A:DB:68:E8", "219) at 00:21:5A:DB:7F:C2") for line in before}
    assert set(arp_lines(trace, "app1", "4s")) == before
    assert set(arp_lines(trace, "app1", "20s")) == after
    assert len(arp_lines(trace, "app1", "20s")) == 3


def replies(trace, sender, since, until):
    """Addresses from which `sender`'s machine answered pings in a time (s)."""
    return {
        frame.frame.packet.src
        for frame in trace.frames
        if frame.frame.src == sender
        and isinstance(frame.frame.packet, Echo)
        and frame.frame.packet.is_reply
        and since * 10**9 <= frame.sent < until * 10**9
    }


def test_217_answers_on_both_its_addresses_before_and_218_on_both_after(trace):
    assert replies(trace, DB1, 0, 5) == {FIRST, VIP}
    assert VIP not in replies(trace, DB2, 0, 5)
    assert replies(trace, DB1, 5, 20) == set()
    assert replies(trace, DB2, 10, 20) == {SECOND, VIP}


def test_the_network_is_told_by_a_gratuitous_arp_request(trace):
    announced = [
        frame
        for frame in trace.frames
        if isinstance(frame.frame.packet, Arp)
        and frame.frame.packet.is_gratuitous
        and frame.src == "db2.bond0"
    ]
    assert announced
    arp = announced[0].frame.packet
    assert (arp.op, arp.sender_ip, arp.sender_mac) == (ArpOp.REQUEST, VIP, DB2)
    assert announced[0].frame.dst.is_group


def test_from_the_announcement_on_no_frame_for_the_vip_leaves_the_switch_toward_217(trace):
    announced = trace.failovers[0].announced_at
    pings = [f for f in trace.frames if f.dst == "db1.bond0" and isinstance(f.frame.packet, Echo)]
    for_vip = [frame for frame in pings if frame.frame.packet.dst == VIP]
    arrives = trace.failovers[0].announced_at + 200_000  # two hops of the announcement and of a late probe
    assert any(frame.sent < announced for frame in for_vip)
    assert not [frame for frame in for_vip if frame.sent > arrives]


def test_clients_come_back_and_nobody_else_notices_anything(trace):
    outage = trace.failovers[0].clients["app1"]
    assert not outage.censored
    assert trace.metrics.false_failovers == 0
    assert trace.violations == []


def test_maintenance_hands_over_in_order_and_gives_back():
    """A stop costs the skew, 0.609 s at priority 100; a crash of the same machine 2.609 to 3.609 s."""
    maintenance = vs.read_scenario(scenario_path("maintenance"))
    crash = vs.read_scenario(scenario_path("database-pair"))
    for seed in range(20):
        handed_over, given_back = vs.run(maintenance, seed=seed, level=vs.Level.PROTOCOL).failovers
        assert (handed_over.kind, handed_over.new) == ("switchover", "db2")
        # the goodbye travels two cables and a switch: 2 x (50 us + 64 octets at 1 Gb/s)
        assert handed_over.detection == 609_375_000 + 2 * (50_000 + 512)
        assert (given_back.kind, given_back.new) == ("failback", "db1")
        assert given_back.clients["app1"].blackout <= 20_000_000
        died = vs.run(crash, seed=seed, level=vs.Level.PROTOCOL).failovers[0]
        assert 2_609_375_000 <= died.detection <= 3_609_375_000 + 2 * (50_000 + 512)
        assert died.clients["app1"].blackout > handed_over.clients["app1"].blackout


def test_a_service_that_nobody_checks_stays_dead_and_one_that_is_checked_moves():
    unchecked = vs.run(vs.read_scenario(scenario_path("service-stop")), seed=1)
    assert unchecked.failovers == ()
    assert any(client.censored for client in unchecked.metrics.clients.values())
    checked = vs.run(vs.read_scenario(scenario_path("service-checked")), seed=1)
    assert [failover.new for failover in checked.failovers] == ["db2"]
    assert not any(client.censored for client in checked.metrics.clients.values())
    assert checked.violations == []


def test_a_service_of_the_same_name_elsewhere_may_have_another_port():
    scenario = vs.pair(client_probe="database", poll=None)
    app1 = replace(scenario.hosts[2], services=(Service("database", 9999),))
    with_both = scenario.with_(nodes=(*scenario.hosts[:2], app1, *scenario.switches))
    client = vs.run(with_both, seed=1).metrics.clients["app1"]
    assert client.silences == ()
