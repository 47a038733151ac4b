"""A virtual MAC: the clients' caches may stay as they are, the switch must learn, and a stale owner answers.

The recording (real keepalived with ``use_vmac``, its daemon killed on a node that lives on) is the judge of
the order of ARP frames: who asks, from which MAC, and who answers the new master's announcement.
"""

from itertools import groupby
from pathlib import Path

import pytest
from scapy.layers.l2 import ARP, Ether
from scapy.utils import rdpcap

import vipsim as vs
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import IPv4, virtual_mac
from vipsim.wire.frames import Arp, ArpOp

VIP = IPv4.parse("192.168.1.219")
CLIENT = IPv4.parse("192.168.1.101")
VMAC = virtual_mac(51)
SCENARIOS = Path(__file__).parents[2] / "scenarios"


def run(*faults, **settings):
    return vs.run(
        vs.pair(faults=faults, poll=None, **settings).with_setting("vrrp.virtual_mac", True), seed=1
    )


def ports(trace):
    """Where the switch believes the virtual MAC to be, in order."""
    return [(r.time, r.data["port"]) for r in trace.select("fdb") if r.data["mac"] == VMAC]


def story(packets):
    """ARP frames without their repetitions, each in words; roles instead of addresses."""
    lines = [f"{'asks' if op == 1 else 'tells'} {what} from the {who} MAC" for op, what, who in packets]
    return [line for line, _ in groupby(lines)]


def simulated(trace):
    """ARP frames as the servers put them on their cables."""
    for frame in trace.frames:
        packet = frame.frame.packet
        if isinstance(packet, Arp) and frame.src.startswith("db"):
            yield packet.op, named(packet), "virtual" if frame.frame.src == VMAC else "own"


def named(packet):
    if packet.sender_ip == packet.target_ip:
        return "its address"
    return "the client" if packet.target_ip == CLIENT and packet.op is ArpOp.REQUEST else "another"


def recorded(path):
    for frame in rdpcap(str(path)):
        if ARP in frame and frame[ARP].psrc == str(VIP):
            arp = frame[ARP]
            what = "its address" if arp.pdst == arp.psrc else "the client"
            yield arp.op, what, "virtual" if frame[Ether].src == str(VMAC).lower() else "own"


def test_the_clients_keep_their_entry_and_the_switch_learns_from_the_announcement() -> None:
    trace = run("crash:db1@5s")
    moves = [port for _, port in ports(trace)]
    assert moves[:2] == ["p1", "p2"]
    took = next(r.time for r in trace.select("vip", "db2") if r.data["act"] == "acquire")
    moved = next(time for time, port in ports(trace) if port == "p2")
    assert took <= moved < took + MS
    assert trace.metrics.clients["app1"].longest < 4 * SECOND


def test_a_killed_daemon_leaves_a_kernel_that_pulls_the_address_back() -> None:
    trace = run("kill:db1@5s")
    took = next(r.time for r in trace.select("vip", "db2") if r.data["act"] == "acquire")
    around = [port for time, port in ports(trace) if took <= time < took + 2 * SECOND]
    assert around == ["p2", "p1", "p2"], "announcement, the stale owner's answer, the second advert"
    assert trace.metrics.clients["app1"].longest == 0
    moved = [r.time for r in trace.select("answered") if r.data["by"] == "db2"]
    assert took + SECOND <= moved[0] <= took + SECOND + 20 * MS


def test_the_order_of_arp_frames_is_that_of_the_recording(shared_data) -> None:
    path = shared_data / "truth/pcap/ka2-vmac-kill9.pcap"
    trace = run("kill:db1@5s", start="cold", duration="20s")
    measured = story(recorded(path))
    # the recording's client starts before the master does, and ends two seconds after the second advert
    assert measured == [
        "asks its address from the virtual MAC",
        "asks the client from the own MAC",
        *["asks its address from the virtual MAC", "tells its address from the virtual MAC"] * 5,
        "asks the client from the own MAC",
    ]
    told = story(simulated(trace))
    takeover = told.index("tells its address from the virtual MAC")
    assert told[takeover - 1 : takeover + 2] == [
        "asks its address from the virtual MAC",
        "tells its address from the virtual MAC",
        "asks the client from the own MAC",
    ]
    assert told[:2] == measured[:2]


def test_the_interface_below_does_not_answer_for_the_address() -> None:
    trace = run("crash:db1@5s")
    replies = {
        frame.frame.src
        for frame in trace.frames
        if isinstance(frame.frame.packet, Arp)
        and frame.frame.packet.op is ArpOp.REPLY
        and frame.frame.packet.sender_ip == VIP
    }
    assert replies == {VMAC}


@pytest.mark.parametrize("fault", ["crash:db1@5s", "stop:db1@5s", "kill:db1@5s"])
def test_nothing_is_violated(fault) -> None:
    assert not run(fault).violations


def test_the_virtual_mac_is_one_on_each_side_of_a_router() -> None:
    scenario = vs.read_scenario(SCENARIOS / "default-gateway.yaml").with_setting("vrrp.virtual_mac", True)
    well = vs.run(scenario.without_faults(), seed=1)
    assert {name: client.longest for name, client in well.metrics.clients.items()} == {
        "ping": 0,
        "session": 0,
    }
    broken = vs.run(scenario, seed=1)
    assert 2 * SECOND < broken.metrics.clients["ping"].longest < 4 * SECOND
    taken = [r.data["iface"] for r in broken.select("vip", "r2") if r.data["act"] == "acquire"]
    assert taken == ["vrrp.51", "vrrp.51.eth1"]


def test_a_client_on_the_owner_itself_is_served() -> None:
    scenario = vs.pair(poll=None, faults=["crash:db1@5s"])
    for over in ("tcp", "connect", "udp"):
        client = {"node": "db2", "target": "service", "probe": "database", "over": over, "interval": "100ms"}
        trace = vs.run(scenario.with_setting("clients.own", client), seed=1)
        assert not trace.metrics.clients["own"].censored, over
        assert not trace.violations
