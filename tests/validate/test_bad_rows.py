"""A row that cannot be interpreted: its line, the place in it, reason and fix; the other rows still run."""

import pytest

from tests.validate.rows import CASES, COURSES, changed, judged, row_of
from vipsim.validate.rows import LONGEST_LINE


def put(*path):
    """A change: the last of `path` is put at the place that the others name."""
    *names, last, value = path

    def change(row):
        for name in names:
            row = row[name]
        if value is None:
            del row[last]
        else:
            row[last] = value

    return change


BAD_CASES = [
    (put("actions", 0, "op", "neigh_paint"), "actions[0].op", "no op 'neigh_paint'"),
    (put("actions", 0, "op", "port_down"), "actions[0].op", "no op 'port_down' for a host"),
    (put("actions", 2, "state", "SLEEPY"), "actions[2].state", "no state 'SLEEPY'"),
    (put("actions", 1, "dst", "192.168.1.300"), "actions[1].dst", "not an IPv4 address"),
    (put("actions", 1, "dst", 5), "actions[1].dst", "not a text"),
    (put("actions", 4, "frame", "eth", "src", "02:00"), "actions[4].frame.eth.src", "not a MAC address"),
    (put("actions", 4, "frame", "arp", "op", "2"), "actions[4].frame.arp.op", "not a whole number"),
    (put("actions", 4, "frame", "arp", None), "actions[4].frame.eth.type", "no packet for type 0x0806"),
    (put("actions", 4, "port", "h7"), "actions[4].port", "no interface 'h7'"),
    (put("actions", 3, "ms", -1), "actions[3].ms", "less than nothing"),
    (put("actions", 3, "ms", 1e14), "actions[3].ms", "too far away"),
    (put("actions", 3, "ms", 10**400), "actions[3].ms", "out of range"),
    (put("actions", 3, "t_ms", -(10**400)), "actions[3].t_ms", "out of range"),
    (put("interfaces", "h0", "addresses", ["10.0.0.1/8"] * 2000), "interfaces", "too many"),
    (put("actions", 3, "t_ms", "soon"), "actions[3].t_ms", "not a number"),
    (put("actions", {}), "actions", "not a list"),
    (put("actions", []), "actions", "nothing is read"),
    (put("interfaces", None), "interfaces", "missing"),
    (put("interfaces", "h0", "addresses", ["192.168.1.10/64"]), "interfaces.h0.addresses[0]", "prefix"),
    (put("host", "mac", "02:00:00:00:00:77"), "host.mac", "no interface has this MAC"),
    (put("result", None), "result", "missing"),
    (put("result", "state", "ASLEEP"), "result.state", "no state 'ASLEEP'"),
    (put("result", "sent", None), "result.sent", "missing"),
    (put("ip_version", 5), "ip_version", "no IP version 5"),
]


@pytest.fixture
def case(shared_data):
    """A reply for the host, after one datagram: flush, send, wait_state, wait, frame, observe, read."""
    return row_of(shared_data / CASES, "v4.seq.two_answers")


@pytest.mark.parametrize(
    ("change", "place", "reason"), BAD_CASES, ids=[bad[1] + " " + bad[2] for bad in BAD_CASES]
)
def test_a_bad_case(case, tmp_path, change, place, reason):
    report = judged(tmp_path, case, changed(case, change), case)
    assert (report.checked, report.failed, report.unreadable) == (2, 0, 1), report.failures
    bad = report.complaints[0]
    assert (bad.line, bad.id, bad.place) == (2, case["id"], place)
    assert reason in bad.reason
    assert bad.fix
    assert f"rows.jsonl:2: row {case['id']}: {place}: " in str(bad)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("net.ipv4.conf.h0.arp_ignroe", 1, "no sysctl 'arp_ignroe'"),
        ("net.ipv4.conf.eth7.arp_ignore", 1, "no interface 'eth7'"),
        ("kernel.panic", 1, "no sysctl of IPv4"),
        ("net.ipv4.conf.h0.arp_ignore", -1, "less than nothing"),
        ("net.ipv4.conf.h0.arp_ignore", "1", "not a whole number"),
    ],
)
def test_a_bad_sysctl(case, tmp_path, key, value, reason):
    action = {"t_ms": -1500, "op": "sysctl", "ns": "host", "key": key, "value": value}
    bad = changed(case, lambda row: row["actions"].insert(0, action))
    report = judged(tmp_path, bad, case)
    assert (report.checked, report.failed, report.unreadable) == (1, 0, 1)
    assert reason in report.complaints[0].reason


def test_a_sysctl_that_is_not_modelled_is_skipped_with_its_reason(case, tmp_path):
    action = {"t_ms": -1500, "op": "sysctl", "ns": "host", "key": "net.ipv4.conf.h0.proxy_arp", "value": 1}
    report = judged(tmp_path, changed(case, lambda row: row["actions"].insert(0, action)))
    assert (report.checked, report.skipped, report.unreadable) == (0, 1, 0)
    assert list(report.reasons) == ["the sysctl proxy_arp is not modelled"]


BAD_COURSES = [
    (put("setup", "send", "socket", "sctp"), "setup.send.socket", "no socket 'sctp'"),
    (put("setup", "send", "period_s", 0), "setup.send.period_s", "too short"),
    (put("setup", "send", "windows_s", [[0]]), "setup.send.windows_s[0]", "no window"),
    (put("setup", "nodes", "B", None), "setup.nodes.B", "missing"),
    (put("setup", "nodes", "B", "mac", "ff:ff:ff:ff:ff:ff"), "setup.nodes.B.mac", "group"),
    (put("setup", "vip_prefix", "224.0.0.1/32"), "setup.vip_prefix", "no address of a host"),
    (put("setup", "vip_prefix", "192.168.1.2/32"), "setup.vip_prefix", "own address"),
    (put("setup", "client_neigh", "ucast_solitic", 1), "setup.client_neigh.ucast_solitic", "no sysctl"),
    (put("setup", "failure", "A", "on fire"), "setup.failure.A", "'on fire' is not known"),
    (put("setup", "failure", None), "setup.failure", "missing"),
    (put("setup", "stop", "limit_s", 10**400), "setup.stop.limit_s", "out of range"),
    (put("setup", "stop", "done_when", "tea"), "setup.stop.done_when", "not a list"),
    (put("setup", "tcp", "keepalive", "soon"), "setup.tcp.keepalive.idle", "not a number"),
    (put("setup", "tcp", "keepalive", [1, 2, 3, 4]), "setup.tcp.keepalive", "too long"),
    (put("setup", "tcp", "keepalive", {"beat": 5}), "setup.tcp.keepalive.beat", "not known"),
    (put("setup", "tcp", "keepalive", {"idle": 10**400}), "setup.tcp.keepalive.idle", "out of range"),
    (put("setup", "tcp", "keepalive", {"idle": 5, "probes": 0}), "setup.tcp.keepalive.probes", "of range"),
    (put("setup", "reachable_time_ms", 0), "setup.reachable_time_ms", "out of range"),
    (put("events", 0, "ev", "sneeze"), "events[0].ev", "no event 'sneeze'"),
    (put("events", 0, "state", "SLEEPY"), "events[0].state", "no state 'SLEEPY'"),
    (put("events", 0, "t", "now"), "events[0].t", "not a number"),
    (put("events", 0, "t", 900), "events", "comes after"),
    (put("summary", None), "summary", "missing"),
]


@pytest.mark.parametrize(("change", "place", "reason"), BAD_COURSES, ids=[bad[1] for bad in BAD_COURSES])
def test_a_bad_course(shared_data, tmp_path, change, place, reason):
    course = row_of(shared_data / COURSES, "silent.reduced.1")
    report = judged(tmp_path, changed(course, change), course)
    assert (report.checked, report.failed, report.unreadable) == (1, 0, 1), report.failures
    assert (report.complaints[0].line, report.complaints[0].place) == (1, place)
    assert reason in report.complaints[0].reason


def test_a_course_whose_reachable_time_was_drawn_again_is_skipped(shared_data, tmp_path):
    course = row_of(shared_data / COURSES, "silent.reduced.1")
    report = judged(tmp_path, changed(course, lambda row: row["setup"].update(reachable_time_ms_end=1)))
    assert list(report.reasons) == ["the reachable time was drawn again during the course"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b'{"id": "\xff"}', "not UTF-8"),
        (b"[1, 2]", "not an object"),
        (b'{"id": "a", "actions": NaN}', "beyond reason"),
        (b'{"id": ' + b"9" * 5000 + b"}", "beyond reason"),
        (b"[" * 100_000, "beyond reason"),
        (b'{"id": "a"}', "neither a case nor a time course"),
        (b'{"actions": []}', "missing"),
        (b'{"id": "", "actions": []}', "empty"),
        (b'"' + b"x" * (LONGEST_LINE + 10) + b'"', "longer than"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_bad_line(case, tmp_path, line, reason):
    report = judged(tmp_path, case, line, b"", case)
    assert (report.checked, report.failed, report.unreadable) == (2, 0, 1)
    assert report.complaints[0].line == 2
    assert reason in report.complaints[0].reason


def test_many_bad_rows_make_a_short_report(case, tmp_path):
    wrong = changed(case, lambda row: row["result"].update(state="FAILED"))
    report = judged(tmp_path, *["{"] * 300, *[wrong] * 300)
    assert (report.unreadable, report.failed) == (300, 300)
    assert len(report.complaints) < 50
    assert len(report.failures) < 50


def test_a_switch_that_forgets_before_it_learns(shared_data, tmp_path):
    row = row_of(shared_data / CASES, "switch.move.data")
    report = judged(tmp_path, row, changed(row, put("bridge", "ageing_s", -300.0)), row)
    assert (report.checked, report.failed, report.unreadable) == (2, 0, 1), report.failures


def test_a_switch_whose_actions_are_infinitely_far_away(shared_data, tmp_path):
    row = row_of(shared_data / CASES, "switch.move.data")
    report = judged(tmp_path, row, changed(row, put("actions", 0, "t_ms", 10**400)))
    assert (report.checked, report.failed, report.unreadable) == (1, 0, 1)
    assert report.complaints[0].place == "actions[0].t_ms"


def test_a_file_without_a_row_is_complained_about(case, tmp_path):
    empty = judged(tmp_path)
    assert (empty.checked, empty.unreadable) == (0, 1)
    assert "there is no row in the file" in str(empty.complaints[0])
    nobody = judged(tmp_path, case, only="weather")
    assert (nobody.checked, nobody.unreadable) == (0, 1)
    assert "no row is meant by 'weather'" in str(nobody.complaints[0])
    assert judged(tmp_path, case, only=case["id"]).unreadable == 0


BURST = {
    "t_ms": -1500, "op": "send_udp_burst", "src": None, "dst": "192.168.1.77", "dport": 9, "count": 20_000,
    "payload_bytes": 4, "sockets": 20_000, "socket_buffer_bytes": 212_992,
}  # fmt: skip


def test_more_work_than_a_row_may_ask_for_is_refused_with_the_reason(case, tmp_path):
    much = changed(case, lambda row: row.update(actions=[BURST] * 200 + row["actions"]))
    report = judged(tmp_path, much, case)
    assert (report.checked, report.failed, report.unreadable) == (1, 0, 1)
    assert (report.complaints[0].place, "more than" in report.complaints[0].reason) == ("actions", True)


def poll(every, duration):
    name = "result.states"
    return {
        "t_ms": 0,
        "op": "poll_port_state",
        "port": "s5",
        "every_ms": every,
        "for_ms": duration,
        "into": name,
    }


@pytest.mark.parametrize("polls", [[poll(0, 0)], [poll(1, 60_000)] * 3, [poll(1, 200_000)]])
def test_too_many_looks_at_a_port_are_refused(shared_data, tmp_path, polls):
    row = row_of(shared_data / CASES, "switch.stp.port_up")
    much = changed(row, lambda row: row.update(actions=[row["actions"][0], *polls]))
    report = judged(tmp_path, much, row)
    assert (report.checked, report.failed, report.unreadable) == (1, 0, 1)
    assert "readings" in report.complaints[0].reason


def test_too_many_frames_at_a_switch_are_refused(shared_data, tmp_path):
    row = row_of(shared_data / CASES, "switch.move.data")
    ports = {f"p{number}": row["ports"]["s1"] for number in range(500)}
    first = row["actions"][0]
    much = changed(row, lambda row: row.update(actions=[first] * 5000, ports=ports | row["ports"]))
    report = judged(tmp_path, much, row)
    assert (report.checked, report.failed, report.unreadable) == (1, 0, 1)
    assert "frames would come out" in report.complaints[0].reason
