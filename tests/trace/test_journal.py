"""A run in keepalived's words: the lines that the real program wrote for the same story, and their causes.

Expected lines were recorded from keepalived 2.2.7 in network namespaces (``-n -l -D``); its times are those
of that host, so only order and wording are compared with them. `tests/live/test_journal.py` does it afresh.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

import vipsim as vs
from vipsim.scenario.data import from_data, to_data
from vipsim.scenario.model import Scenario
from vipsim.trace.journal import Line, journal, journal_text

VIPS = {"service": "192.168.1.219/24", "second": "192.168.1.220/24"}
ADDRESSES = {"n1": "192.168.1.217/24", "n2": "192.168.1.218/24", "c1": "192.168.1.10/24"}


def keepalived(*faults: str, duration: str = "20s", start: str = "cold", **group: Any) -> Scenario:
    """The pair of the recordings: n1 with priority 150, n2 with 100."""
    members = {
        "n1": {"iface": "eth0", "priority": 150, **group.pop("n1", {})},
        "n2": {"iface": "eth0", "priority": 100, **group.pop("n2", {})},
    }
    data = {
        "name": "pair",
        "duration": duration,
        "start": start,
        "nodes": {
            **{name: {"interfaces": {"eth0": {"address": text}}} for name, text in ADDRESSES.items()},
            "sw": {"kind": "switch"},
        },
        "links": [{"ends": [f"{name}.eth0", "sw"]} for name in ADDRESSES],
        "vips": {name: VIPS[name] for name in group.get("vips", ["service"])},
        "groups": [
            {
                "vrrp": {
                    "vrid": 51,
                    "vips": ["service"],
                    "version": 2,
                    "advert_interval": "1s",
                    "profile": "keepalived",
                    "members": members,
                    **group,
                }
            }
        ],
        "clients": {"c1": {"node": "c1", "target": "service", "interval": "100ms"}},
    }
    return from_data(data).with_faults(*faults)


def lines(scenario: Scenario, seed: int = 1) -> list[Line]:
    return journal(vs.run(scenario, seed=seed))


def logged(scenario: Scenario, node: str, since: float = 0, detail: bool = True) -> list[str]:
    """What a node's keepalived logs from a time (s) on, the single announcements left out."""
    return [
        line.text
        for line in lines(scenario)
        if line.node == node
        and line.logged
        and (detail or not line.detail)
        and line.time >= since * vs.units.SECOND
        and not line.text.startswith("Sending")
    ]


TAKEOVER = [
    "(VI_51) Receive advertisement timeout",
    "(VI_51) Entering MASTER STATE",
    "(VI_51) setting VIPs.",
    "(VI_51) Sending/queueing gratuitous ARPs on eth0 for 192.168.1.219",
]
BURST = TAKEOVER[-1]
YIELD = [
    "(VI_51) Master received advert from 192.168.1.217 with higher priority 150, ours 100",
    "(VI_51) Entering BACKUP STATE",
    "(VI_51) removing VIPs.",
]
START = ["(VI_51) removing VIPs.", "(VI_51) Entering BACKUP STATE (init)"]
DISCARD = "(VI_51) received lower priority (100) advert from 192.168.1.218 - discarding"


def test_a_cold_start_reads_as_the_real_one() -> None:
    pair = keepalived(duration="10s")
    assert logged(pair, "n1") == [*START, *TAKEOVER, BURST]
    assert logged(pair, "n2") == START


def test_a_burst_is_five_announcements_after_one_line_that_queues_them() -> None:
    texts = [line.text for line in lines(keepalived(duration="5s")) if "ratuitous" in line.text]
    assert texts == [BURST, *["Sending gratuitous ARP on eth0 for 192.168.1.219"] * 5]


def test_a_stop_in_order_says_goodbye() -> None:
    pair = keepalived("stop:n1@6s", duration="8s")
    assert logged(pair, "n1", since=6) == ["Stopping", "(VI_51) sent 0 priority", "(VI_51) removing VIPs."]
    assert logged(pair, "n2", since=6) == ["(VI_51) Backup received priority 0 advertisement", *TAKEOVER]


def test_carrier_lost_and_back() -> None:
    """Recorded: link down at 5 s, up at 9.5 s; three adverts are discarded, then n1 preempts."""
    pair = keepalived("link_down:n1.eth0@5s", "link_up:n1.eth0@9.5s", duration="14s")
    assert logged(pair, "n1", since=5) == [
        "Netlink reports eth0 down",
        "(VI_51) Entering FAULT STATE",
        "(VI_51) sent 0 priority",
        "(VI_51) removing VIPs.",
        "Netlink reports eth0 up",
        "(VI_51) Entering BACKUP STATE",
        *[DISCARD] * 3,
        *TAKEOVER,
    ]
    assert logged(pair, "n2", since=5) == [*TAKEOVER, *YIELD]


def test_the_end_of_a_cut_when_the_winner_hears_the_loser_first() -> None:
    """Recorded: isolated at 5.5 s, healed at 12 s, n2's advert comes first: a new election is forced."""
    pair = keepalived("isolate:n1@5.5s", "heal:n1@12s", duration="13s")
    assert logged(pair, "n1", since=12) == [
        "(VI_51) Received advert from 192.168.1.218 with lower priority 100, ours 150, forcing new election",
        BURST,
    ]
    assert logged(pair, "n2", since=12) == YIELD


def test_the_silent_survivor_logs_nothing_at_all() -> None:
    pair = keepalived("isolate:n1@5.5s", "heal:n1@12.2s", duration="13s")
    assert logged(pair, "n1", since=12) == []
    assert logged(pair, "n2", since=12) == YIELD


def test_without_details_only_states_and_complaints_are_left() -> None:
    pair = keepalived("link_down:n1.eth0@5s", "link_up:n1.eth0@9.5s", duration="14s")
    assert logged(pair, "n1", detail=False) == [
        "(VI_51) Entering BACKUP STATE (init)",
        "(VI_51) Entering MASTER STATE",
        "Netlink reports eth0 down",
        "(VI_51) Entering FAULT STATE",
        "Netlink reports eth0 up",
        "(VI_51) Entering BACKUP STATE",
        *[DISCARD] * 3,
        "(VI_51) Entering MASTER STATE",
    ]


def test_a_mismatch_of_intervals_reads_as_the_real_one() -> None:
    """Recorded, every line: the 2 s node complains each second, becomes master, and both complain."""
    pair = keepalived(duration="10s", n2={"keepalived": {"advert_int": "2s"}})
    complaint = "(VI_51) advertisement interval mismatch mine=2 sec rcv'd=1 sec"
    assert logged(pair, "n2") == [*START, *[complaint] * 4, *TAKEOVER, *[complaint] * 3]
    assert logged(pair, "n1") == [
        *START,
        *TAKEOVER,
        "(VI_51) advertisement interval mismatch mine=1 sec rcv'd=2 sec",
        BURST,
    ]


@pytest.mark.parametrize(
    ("n1", "n2", "says"),
    [
        ({"version": 3}, {}, "wrong version. Received 3 and expect 2"),
        (
            {"keepalived": {"auth_type": "PASS", "auth_pass": "a1"}},
            {"keepalived": {"auth_type": "PASS", "auth_pass": "b2"}},
            "received an invalid passwd!",
        ),
        ({}, {"keepalived": {"auth_type": "PASS", "auth_pass": "b2"}}, "received a 0 auth, expecting 1!"),
    ],
)
def test_what_is_not_heard_is_named_in_keepalived_s_words(
    n1: dict[str, Any], n2: dict[str, Any], says: str
) -> None:
    assert f"(VI_51) {says}" in logged(keepalived(duration="6s", n1=n1, n2=n2), "n2")


def test_version_3_tells_whose_interval_counts() -> None:
    """Recorded: the backup learns 1 s, and goes back to its own 2 s as master."""
    pair = keepalived("stop:n1@6s", duration="8s", version=3, n2={"keepalived": {"advert_int": "2s"}})
    assert logged(pair, "n2") == [
        *START,
        "(VI_51) advertisement interval updated from 2000ms to 1000ms by master",
        "(VI_51) Backup received priority 0 advertisement",
        *TAKEOVER[:2],
        "(VI_51) changing advert interval from 1000ms to locally configured 2000ms",
        *TAKEOVER[2:],
    ]


def test_a_process_that_was_stopped_tells_how_late_its_timer_is() -> None:
    pair = keepalived("hang:n1@5s", "cont:n1@10.3s", duration="11s")
    told = logged(pair, "n1", since=10)
    assert re.fullmatch(r"A thread timer expired 4\.8\d{5} seconds ago", told[0])
    election = "with lower priority 100, ours 150, forcing new election"
    assert told[1:3] == [f"(VI_51) Received advert from 192.168.1.218 {election}", BURST]


def test_adverts_wait_for_a_process_that_is_stopped() -> None:
    """Those that change nothing, too: n1 discards them when it goes on, not when they come."""
    faults = ("link_down:n1.eth0@4s", "link_up:n1.eth0@9s", "hang:n1@9.8s", "cont:n1@11.9s")
    told = [line for line in lines(keepalived(*faults, duration="13s")) if line.text == DISCARD]
    times = [line.time / vs.units.SECOND for line in told]
    assert times[0] < 9.8 and times[1] == times[2] == 11.9 and len(times) == 4
    assert "and waited" in told[1].cause and "and waited" not in told[0].cause


def test_preempt_delay_starts_at_the_first_lower_advert() -> None:
    """Recorded: delay 3 s; nothing is discarded while it runs, three adverts are after it."""
    pair = keepalived(
        "link_down:n1.eth0@4.5s",
        "link_up:n1.eth0@9s",
        duration="17s",
        n1={"keepalived": {"preempt_delay": "3s"}},
    )
    assert logged(pair, "n1", since=9) == [
        "Netlink reports eth0 up",
        "(VI_51) Entering BACKUP STATE",
        "(VI_51) start preempt delay (3.000000)",
        *[DISCARD] * 3,
        *TAKEOVER,
    ]


@pytest.mark.parametrize("kind", ["fault", "weight"])
def test_a_tracked_script_reads_as_the_real_one(kind: str) -> None:
    """Recorded with interval 1: the file that it tests is gone at 5 s, back at 9 s (weight: 10 s)."""
    script = {} if kind == "fault" else {"weight": -60}
    back = "9s" if kind == "fault" else "10s"
    pair = keepalived(
        "script_fail:n1.chk@5s",
        f"script_ok:n1.chk@{back}",
        duration="14s",
        start="settled",
        n1={"keepalived": {"track_script": {"chk": script}}},
    )
    fails = ["Script `chk` now returning 1", "VRRP_Script(chk) failed (exited with status 1)"]
    works = ["Script `chk` now returning 0", "VRRP_Script(chk) succeeded"]
    told = logged(pair, "n1")
    if kind == "fault":
        down = ["(VI_51) Entering FAULT STATE", "(VI_51) sent 0 priority", "(VI_51) removing VIPs."]
        up = ["(VI_51) Entering BACKUP STATE"]
    else:
        down = [
            "(VI_51) Changing effective priority from 150 to 90",
            "(VI_51) Master received advert from 192.168.1.218 with higher priority 100, ours 90",
            "(VI_51) Entering BACKUP STATE",
            "(VI_51) removing VIPs.",
        ]
        up = ["(VI_51) Changing effective priority from 90 to 150"]
    assert told == [*fails, *down, *works, *up, *[DISCARD] * 3, *TAKEOVER]
    goodbyes = ["(VI_51) Backup received priority 0 advertisement"] * 2
    lower = ["(VI_51) received lower priority (90) advert from 192.168.1.217 - discarding"] * 3
    assert logged(pair, "n2")[:4] == [*(goodbyes if kind == "fault" else lower), *TAKEOVER][:4]


def test_rise_and_fall_are_counted() -> None:
    """Recorded with fall 2: the first failure is told, the second one counts."""
    script = {"weight": -60, "fall": 2, "rise": 2}
    pair = keepalived(
        "script_fail:n1.chk@5s", start="settled", n1={"keepalived": {"track_script": {"chk": script}}}
    )
    told = [line for line in lines(pair) if "chk" in line.text]
    first, second = (line for line in told if line.program)
    assert first.text == "Script `chk` now returning 1" and second.text.startswith("VRRP_Script(chk) failed")
    assert second.time - first.time == vs.units.SECOND


def test_half_killed_daemons_say_what_the_other_half_knows() -> None:
    """Recorded: the parent tells of its child; without a parent the child leaves in silence about it."""
    child = logged(keepalived("kill_child:n1@5s", start="settled", duration="6s"), "n1")
    assert child == ["VRRP child process(..) died: Respawning", *START]
    parent = logged(keepalived("kill_parent:n1@5s", start="settled", duration="6s"), "n1")
    assert parent == ["(VI_51) sent 0 priority", "(VI_51) removing VIPs."]


def test_a_reload_changes_what_is_heard() -> None:
    """Recorded: n1 reads a file with another address; n2 rejects it, becomes master, and n1 rejects n2."""
    one = {"vips": ["service"]}
    reload = "reload:n1:vips=service,second@5.3s"
    pair = keepalived(reload, duration="11s", vips=["service", "second"], n1=one, n2=one)
    told = logged(pair, "n1", since=5.2)
    assert told[:4] == ["Reloading ...", "Reloading", "(VI_51) setting VIPs.", "Reload complete"]
    assert "(VI_51) received an unexpected ip number count 1, expected 2!" in told
    refused = "(VI_51) received an unexpected ip number count 2, expected 1!"
    assert logged(pair, "n2", since=5.2)[:8] == [*[refused] * 4, *TAKEOVER]


def test_a_sync_group_tells_whose_state_the_others_take() -> None:
    """Recorded with two instances in group G, every line: the link is down at 5.2 s and up at 10 s."""
    data = to_data(keepalived(duration="16s", start="settled", vips=["service", "second"]))
    first = data["groups"][0]["vrrp"]
    second = {**first, "vrid": 52, "vips": ["second"]}
    data["groups"] = [{"vrrp": {**first, "vips": ["service"]}}, {"vrrp": second}]
    data["sync_groups"] = {"G": {"groups": [51, 52]}}
    pair = from_data(data).with_faults("link_down:n1.eth0@5.2s", "link_up:n1.eth0@10s")
    told = logged(pair, "n1")
    assert told[:7] == [
        "Netlink reports eth0 down",
        "(VI_51) Entering FAULT STATE",
        "(VI_51) sent 0 priority",
        "(VI_51) removing VIPs.",
        "VRRP_Group(G) Syncing instances to FAULT state",
        "(VI_52) Entering FAULT STATE",
        "(VI_52) removing VIPs.",
    ]
    assert "VRRP_Group(G) Syncing instances to BACKUP state" in told
    master = told.index("VRRP_Group(G) Syncing instances to MASTER state")
    assert "Entering MASTER STATE" in told[master + 1] and "timeout" not in "".join(told[master:])
    other = logged(pair, "n2")
    assert sum("Receive advertisement timeout" in text for text in other) in (1, 2)
    assert sum("Syncing instances" in text for text in other) == 2


# --- causes ----------------------------------------------------------------------------------


def cause(scenario: Scenario, node: str, text: str) -> str:
    return next(line.cause for line in lines(scenario) if line.node == node and text in line.text)


def test_a_timeout_names_its_timer_who_set_it_and_the_fault() -> None:
    pair = keepalived("crash:n1@5s", start="settled").with_(phase=0.25)
    told = cause(pair, "n2", "Receive advertisement timeout")
    assert "master-down timer of 3.609375 s ran out" in told
    assert "set at 4.75" in told and "by the advert of n1 (priority 150)" in told
    assert told.endswith("behind it: fault crash:n1")


def test_a_skew_is_set_by_the_goodbye() -> None:
    told = cause(keepalived("stop:n1@6s"), "n2", "Receive advertisement timeout")
    assert "master-down timer of 0.609375 s" in told and "its goodbye" in told


def test_the_second_burst_is_five_seconds_old() -> None:
    bursts = [line for line in lines(keepalived(duration="10s")) if line.text == BURST]
    assert "next burst of 5.000000 s ran out" in bursts[1].cause
    assert "by becoming MASTER" in bursts[1].cause


def test_an_advert_that_waited_says_since_when() -> None:
    told = cause(keepalived("hang:n1@5s", "cont:n1@10.3s", duration="11s"), "n1", "forcing new election")
    assert "sent on becoming MASTER, which came at 8.0" in told and "waited" in told


def test_every_line_of_a_daemon_but_those_of_adverts_and_faults_has_a_cause() -> None:
    trace = vs.run(keepalived("hang:n1@5s", "cont:n1@10.3s", "stop:n2@15s"), seed=3)
    assert [line.text for line in journal(trace) if line.program and not line.cause] == []


# --- the text --------------------------------------------------------------------------------


def test_the_text_has_time_node_process_message_and_the_cause_once() -> None:
    text = journal_text(lines(keepalived("crash:n1@5s", start="settled")), nodes=["n2"])
    shown = text.splitlines()
    assert shown[0].split() == ["5.000000", "---", "fault", "crash", "on", "n1", "---"]
    assert re.fullmatch(
        r" +7\.\d{6}  n2  Keepalived_vrrp\[\.\.\]: \(VI_51\) Receive advertisement timeout", shown[1]
    )
    assert shown[2].lstrip().startswith("<- its master-down timer")
    assert text.count("behind it") == 1
    assert "Sending gratuitous ARP on eth0 for 192.168.1.219  (5 times)" in text
    assert " n1 " not in text.replace("on n1 ", "").replace("of n1 ", "")


def test_silent_wake_ups_are_in_brackets() -> None:
    told = lines(keepalived(start="settled", duration="3s"))
    assert "[(VI_51) sends an advert, priority 150]" in journal_text(told, silent=True)
    assert "sends an advert" not in journal_text(told)


def test_causes_are_kept_in_a_width_without_losing_a_word_and_log_lines_are_not() -> None:
    told = lines(keepalived("crash:n1@5s", start="settled"))
    whole, narrow = journal_text(told), journal_text(told, width=70)
    assert narrow.split() == whole.split() and len(narrow.splitlines()) > len(whole.splitlines())
    assert [line for line in whole.splitlines() if "Keepalived" in line] == [
        line for line in narrow.splitlines() if "Keepalived" in line
    ]
    assert all(len(line) <= 70 for line in narrow.splitlines() if "Keepalived" not in line)


def test_a_part_of_a_run_is_told() -> None:
    trace = vs.run(keepalived("crash:n1@5s", start="settled"), seed=1)
    took = journal_text(journal(trace), start=trace.failovers[0].takeover_at, nodes=["n2"], width=110)
    assert "fault crash" not in took.splitlines()[0] and "Receive advertisement timeout" in took
    assert vs.explain(trace, ["n2"], start="5.5s") == took
    assert vs.explain(trace, start="1s", end="4s") == ""


def test_a_trace_without_frames_is_told_as_far_as_it_goes() -> None:
    pair = keepalived("crash:n1@5s", start="settled")
    told = journal(vs.run(pair, seed=1, level=vs.Level.PROTOCOL))
    assert [line.text for line in told if line.node == "n2" and line.logged][:2] == TAKEOVER[:2]


def test_daemons_that_are_not_keepalived_are_told_in_plain_words() -> None:
    told = lines(vs.pair("heartbeat", faults=[vs.crash("db1", at="5s")]))
    decision = next(line for line in told if line.text.startswith("BACKUP -> MASTER"))
    assert decision.program == "pair" and "behind it: fault crash:db1" in decision.cause


def test_a_header_that_somebody_edited_breaks_nothing() -> None:
    trace = vs.run(keepalived(duration="5s"), seed=1)
    group = {"members": {"n1": None, "n2": 7}, "profile": "keepalived"}
    nodes = {"n1": {"interfaces": {"eth0": {"address": "nowhere"}}}, "n2": 3}
    for broken in (None, [], {"groups": [{"vrrp": group}], "nodes": nodes}):
        trace.header["scenario"] = broken
        journal(trace, clients=True)
