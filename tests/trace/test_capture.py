"""From a trace to a capture: a small failover written out by hand."""

import subprocess

import pytest

from tests.conftest import require_tool
from tests.wire.samples import APP, APP_MAC, DB1, DB1_MAC, DB2, DB2_MAC, GROUP_MAC, VIP
from vipsim.errors import TraceError
from vipsim.trace.capture import address_names, captured, choose_interfaces, write_pcapng
from vipsim.trace.outcome import Failover, Metrics
from vipsim.trace.pcapng import CapturedFrame
from vipsim.trace.records import FrameRecord, Level, Record
from vipsim.trace.trace import Trace
from vipsim.units import MS, SECOND, US
from vipsim.wire.addresses import VRRP_GROUP, IPv4
from vipsim.wire.frames import Arp, ArpOp, Echo, Udp, Vrrp, framed, gratuitous_request

SCENARIO = {
    "nodes": {
        "db1": {"interfaces": {"bond0": {"mac": str(DB1_MAC), "address": f"{DB1}/24"}}},
        "db2": {
            "kind": "host",
            "interfaces": {
                "bond0": {"mac": str(DB2_MAC), "address": f"{DB2}/24"},
                "eth1": {"mac": "02:00:00:00:00:99", "address": "10.0.0.2/24"},
            },
        },
        "app1": {"interfaces": {"bond0": {"mac": str(APP_MAC), "address": f"{APP}/24"}}},
        "sw1": {"kind": "switch"},
    },
    "vips": {"service": f"{VIP}/24"},
    "groups": [{"vrrp": {"vrid": 51, "vips": ["service"]}}],
    "clients": {"probe": {"node": "app1", "target": "service", "interval": "10ms"}},
}
OTHER_VIP = IPv4.parse("10.0.0.9")
FAULT_AT = 5 * SECOND
ADVERT_AT, ANNOUNCE_AT, ANSWER_AT = 8 * SECOND, 8 * SECOND + MS, 8 * SECOND + 5 * MS


def advert_of_db2(cause):
    return framed(GROUP_MAC, DB2_MAC, Vrrp(DB2, VRRP_GROUP, 255, 2, 51, 100, 1, (VIP,)), cause)


def echo(is_reply, cause=0):
    if is_reply:
        return framed(APP_MAC, DB2_MAC, Echo(VIP, APP, 64, True, 1, 1), cause)
    return framed(DB1_MAC, APP_MAC, Echo(APP, VIP, 64, False, 1, 1), cause)


RECORDS = [
    Record(1, FAULT_AT, "fault", "db1", {"word": "crash", "target": "db1"}),
    Record(2, ADVERT_AT, "advert", "db2", {"machine": "vrrp 52", "form": "vrrp", "priority": 1}),
    Record(3, ADVERT_AT, "advert", "db2", {"machine": "vrrp 51", "form": "vrrp", "priority": 100}),
    Record(4, ANNOUNCE_AT, "announce", "db2", {"vip": OTHER_VIP, "form": "garp-request"}),
    Record(5, ANNOUNCE_AT, "announce", "db2", {"vip": VIP, "form": "garp-request"}),
    Record(6, ANNOUNCE_AT, "announce", "db2", {"vip": VIP, "form": "garp-request"}),
    Record(
        7, ANSWER_AT, "gap", "app1", {"client": "probe", "last": 4 * SECOND, "first": ANSWER_AT, "lost": 400}
    ),
    Record(8, 9 * SECOND, "advert", "db2", {"machine": "vrrp 51", "form": "vrrp", "priority": 100}),
    Record(
        9, 20 * SECOND, "gap", "app1", {"client": "other", "last": 4 * SECOND, "first": None, "lost": 1600}
    ),
]
D = "delivered"
FRAMES = [
    FrameRecord(1, "app1.bond0", "sw1.p3", 4 * SECOND, 4 * SECOND + US, echo(False), D),
    FrameRecord(2, "sw1.p1", "db1.bond0", 4 * SECOND + US, 4 * SECOND + 2 * US, echo(False), D),
    FrameRecord(3, "app1.bond0", "sw1.p3", 5 * SECOND, 5 * SECOND + US, echo(False), "lost"),
    FrameRecord(4, "sw1.p1", "db1.bond0", 6 * SECOND, 6 * SECOND + US, echo(False), "dropped: silent host"),
    FrameRecord(5, "db2.bond0", "sw1.p2", ADVERT_AT, ADVERT_AT + US, advert_of_db2(3), D),
    FrameRecord(6, "sw1.p3", "app1.bond0", ADVERT_AT + US, ADVERT_AT + 2 * US, advert_of_db2(3), D),
    FrameRecord(7, "db2.bond0", "sw1.p2", ADVERT_AT, ADVERT_AT + US, advert_of_db2(2), D),
    FrameRecord(8, "db2.bond0", "sw1.p2", ANNOUNCE_AT, ANNOUNCE_AT + US, gratuitous_request(VIP, DB2_MAC), D),
    FrameRecord(9, "db2.bond0", "sw1.p2", ANNOUNCE_AT, ANNOUNCE_AT + US, gratuitous_request(VIP, DB2_MAC), D),
    # somebody answers the announcement: same cause, another frame
    FrameRecord(
        10,
        "app1.bond0",
        "sw1.p3",
        ANNOUNCE_AT,
        ANNOUNCE_AT + US,
        framed(DB2_MAC, APP_MAC, Arp(ArpOp.REPLY, APP_MAC, VIP, DB2_MAC, DB2), cause=5),
        D,
    ),
    FrameRecord(11, "sw1.p3", "app1.bond0", ANSWER_AT - US, ANSWER_AT, echo(True), D),
    FrameRecord(12, "sw1.p3", "app1.bond0", ANSWER_AT - US, ANSWER_AT, advert_of_db2(0), D),
    FrameRecord(13, "db2.bond0", "sw1.p2", 9 * SECOND, 9 * SECOND + US, advert_of_db2(8), "in_flight"),
    FrameRecord(
        14, "db2.eth1", "sw1.p4", 9 * SECOND, 9 * SECOND + US, gratuitous_request(OTHER_VIP, DB2_MAC), D
    ),
]
FRAMES[7].frame.cause, FRAMES[8].frame.cause, FRAMES[13].frame.cause = 5, 6, 4
TAKES_OVER = "failover: db2 takes over, 3.000 s after crash:db1"
ANNOUNCES = "failover: db2 first announces 192.168.1.219, 3.001 s after crash:db1"
ANSWERS = "first answer to probe after 4.005 s of silence"
FAILOVER = Failover(
    "failover", "vrrp 51", "crash:db1", FAULT_AT, "db1", "db2", "", ADVERT_AT, ADVERT_AT - FAULT_AT, 0, MS
)


def make_trace(failovers=(FAILOVER,), level=Level.FRAMES):
    header = {"name": "by-hand", "seed": 7, "scenario": SCENARIO}
    return Trace(header, level, 20 * SECOND, RECORDS, FRAMES, {}, Metrics(failovers=failovers))


def sight(number, iface, inbound, comment=""):
    record = FRAMES[number - 1]
    return CapturedFrame(record.arrival if inbound else record.sent, iface, record.frame, inbound, comment)


def test_every_host_sees_what_it_sends_and_what_reaches_it():
    assert captured(make_trace()) == [
        sight(1, "app1.bond0", False),
        sight(2, "db1.bond0", True),
        sight(3, "app1.bond0", False, "lost"),
        sight(5, "db2.bond0", False, TAKES_OVER),
        sight(7, "db2.bond0", False),
        sight(6, "app1.bond0", True, TAKES_OVER),
        sight(8, "db2.bond0", False, ANNOUNCES),
        sight(9, "db2.bond0", False),
        sight(10, "app1.bond0", False),
        sight(11, "app1.bond0", True, ANSWERS),
        sight(12, "app1.bond0", True),
        sight(13, "db2.bond0", False),
        sight(14, "db2.eth1", False),
    ]


def test_one_interface():
    seen = captured(make_trace(), ["db1.bond0"])
    assert seen == [sight(2, "db1.bond0", True)]


def test_answers_of_a_service_end_silences_too():
    answer = framed(APP_MAC, DB2_MAC, Udp(VIP, APP, 64, 5432, 40000, b""))
    trace = make_trace()
    trace.frames = [FrameRecord(1, "sw1.p3", "app1.bond0", ANSWER_AT - US, ANSWER_AT, answer, D)]
    assert [frame.comment for frame in captured(trace)] == [ANSWERS]


def test_takeover_without_a_fault():
    alone = Failover("failover", "vrrp 51", "-", ADVERT_AT, "db1", "db2", "", ADVERT_AT, 0, 0, MS)
    comments = [frame.comment for frame in captured(make_trace((alone,))) if frame.comment]
    assert comments[1:4] == ["failover: db2 takes over"] * 2 + ["failover: db2 first announces 192.168.1.219"]


def test_takeover_that_was_not_detected_has_no_comment():
    nothing = Failover("failover", "vrrp 51", "crash:db1", FAULT_AT, "db1", "db2", "", ADVERT_AT)
    comments = {frame.comment for frame in captured(make_trace((nothing,)))}
    assert comments == {"", "lost", ANSWERS}


def test_interfaces_and_names():
    trace = make_trace()
    names = ["db1.bond0", "db2.bond0", "db2.eth1", "app1.bond0"]
    assert [interface.name for interface in choose_interfaces(trace)] == names
    assert [interface.name for interface in choose_interfaces(trace, ["app1.bond0", "db1.bond0"])] == [
        "db1.bond0",
        "app1.bond0",
    ]
    assert choose_interfaces(trace)[0].mac == DB1_MAC
    assert address_names(trace.header) == {
        DB1: "db1",
        DB2: "db2",
        IPv4.parse("10.0.0.2"): "db2.eth1",
        APP: "app1",
        VIP: "service",
    }


def test_header_without_a_scenario_captures_nothing():
    trace = Trace({"scenario": {"nodes": {"a": 3, "b": {"interfaces": []}}}}, Level.FRAMES, 0, [], FRAMES)
    assert captured(trace) == []
    assert address_names({"scenario": None}) == {}


def test_refusals(tmp_path):
    with pytest.raises(TraceError, match="sw1.p1 is not an interface of a host: there are db1.bond0"):
        write_pcapng(make_trace(), tmp_path / "x.pcapng", ["sw1.p1"])
    with pytest.raises(TraceError, match="no frames"):
        write_pcapng(make_trace(level=Level.PROTOCOL), tmp_path / "x.pcapng")
    assert list(tmp_path.iterdir()) == []


def test_wireshark_tells_the_story(tmp_path):
    path = tmp_path / "run.pcapng"
    write_pcapng(make_trace(), path)
    command = [require_tool("tshark"), "-r", str(path), "-Y", "frame.comment", "-T", "fields"]
    for field in ("frame.time_epoch", "frame.interface_name", "frame.comment"):
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines() == [
        "5.000000000\tapp1.bond0\tlost",
        f"8.000000000\tdb2.bond0\t{TAKES_OVER}",
        f"8.000002000\tapp1.bond0\t{TAKES_OVER}",
        f"8.001000000\tdb2.bond0\t{ANNOUNCES}",
        f"8.005000000\tapp1.bond0\t{ANSWERS}",
    ]


def test_the_interfaces_of_routers_are_there_as_well():
    nodes = {"r1": {"kind": "router", "interfaces": {"eth0": {"mac": str(DB1_MAC), "address": f"{DB1}/24"}}}}
    trace = Trace({"scenario": {"nodes": {**nodes, "sw1": {"kind": "switch"}}}}, Level.FRAMES, SECOND)
    assert [interface.name for interface in choose_interfaces(trace)] == ["r1.eth0"]
