"""The questions that a trace answers, its digest, its document and its words."""

import hashlib
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.trace.stories import (
    HEADER,
    HOME,
    MS,
    VIP,
    S,
    advert,
    crash,
    daemon,
    fault,
    gap,
    play,
    settled,
    state,
    takeover,
    vip,
)
from vipsim.errors import TraceError
from vipsim.trace import Level, Recorder
from vipsim.trace.formatting import arp_lines, blackout_text, narrate, report, sentence
from vipsim.trace.plain import seconds_number
from vipsim.trace.records import Record
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import gratuitous_request

ROOT = Path(__file__).resolve().parents[2]


def neighbor(at, ip, lladdr, new="REACHABLE", node="app1"):
    data = {"ip": ip, "old": "NONE", "new": new, "old_lladdr": None, "lladdr": lladdr, "iface": "bond0"}
    return at, "neighbor", node, data


def cache():
    first, second = IPv4.parse("192.168.1.217"), IPv4.parse("192.168.1.218")
    return [
        neighbor(0, VIP, None, "INCOMPLETE"),
        neighbor(1, VIP, HOME["db1"]),
        neighbor(2, second, HOME["db2"]),
        neighbor(3, first, HOME["db1"]),
        neighbor(4, VIP, HOME["db2"], node="other"),
        neighbor(8 * S, VIP, HOME["db2"]),
        neighbor(9 * S, first, None, "FAILED"),
    ]


def test_the_neighbor_cache_prints_as_the_document_has_it_the_virtual_address_first():
    trace = play(cache())
    assert arp_lines(trace, "app1", "4s") == [
        "(192.168.1.219) at 00:21:5A:DB:68:E8 [ether] on bond0",
        "(192.168.1.217) at 00:21:5A:DB:68:E8 [ether] on bond0",
        "(192.168.1.218) at 00:21:5A:DB:7F:C2 [ether] on bond0",
    ]
    assert arp_lines(trace, "app1", 20 * S) == [
        "(192.168.1.219) at 00:21:5A:DB:7F:C2 [ether] on bond0",
        "(192.168.1.218) at 00:21:5A:DB:7F:C2 [ether] on bond0",
    ]


def test_the_cache_counts_what_happened_at_that_instant_and_a_reboot_empties_it():
    trace = play([*cache(), fault(10 * S, "reboot", "app1")])
    assert trace.arp_table("app1", 0) == []
    assert trace.arp_table("app1", 1) == [(VIP, HOME["db1"], "bond0")]
    assert trace.arp_table("app1", 10 * S) == []


def test_states_stop_where_the_daemon_dies():
    story = [
        *settled(),
        daemon(5 * S, "db1", "stop"),
        state(5 * S, "db1", "INIT", "stopped", old="MASTER"),
        state(6 * S, "db2", "MASTER"),
        daemon(9 * S, "db1", "start"),
        state(9 * S, "db1", "BACKUP", "started", old="INIT"),
    ]
    assert play(story).states() == {
        ("db1", "vrrp 51"): [(0, 5 * S, "MASTER"), (9 * S, 20 * S, "BACKUP")],
        ("db2", "vrrp 51"): [(0, 6 * S, "BACKUP"), (6 * S, 20 * S, "MASTER")],
    }


def test_a_state_before_the_first_change_is_known_by_it():
    assert play([state(3 * S, "db1", "BACKUP", old="INIT")]).states() == {
        ("db1", "vrrp 51"): [(0, 3 * S, "INIT"), (3 * S, 20 * S, "BACKUP")]
    }


def test_owners():
    assert play(crash()).owners() == {"192.168.1.219": [(0, 5 * S, "db1"), (8 * S + 100 * MS, 20 * S, "db2")]}


def test_select():
    trace = play(crash())
    assert [record.node for record in trace.select("vip")] == ["db1", "db1", "db2"]
    assert [record.kind for record in trace.select(node="db2")] == [
        "state",
        "state",
        "advert",
        "vip",
        "announce",
    ]
    assert trace.select("vip", "db2")[0].data["vip"] == VIP


def test_a_summary_has_numbers_and_refuses_questions():
    trace = play(crash(), Level.SUMMARY)
    assert trace.failovers[0].detection == 3 * S
    for question in (lambda: trace.digest, lambda: trace.violations, trace.states, trace.select):
        with pytest.raises(TraceError, match="level protocol"):
            question()
    document = trace.to_json_document()
    assert document["digest"] is None and document["violations"] is None
    assert "VIOLATION" not in report(trace)


# --- digest --------------------------------------------------------------------------------

DIGEST = """
import json
from tests.trace.stories import crash, play
trace = play(crash())
print(trace.digest, json.dumps(trace.to_json_document()))
"""


def test_the_digest_is_the_same_in_every_process():
    printed = set()
    for seed in ("0", "1", "4711"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], env=env, capture_output=True, text=True, check=True, cwd=ROOT
        )
        printed.add(done.stdout)
    (line,) = printed
    # A change of this value is a change of the format: raise FORMAT_VERSION with it.
    assert line.split()[0] == "3308a203b4908df79412907280ccccca3d4601d91fdb5260a2301fda60eeece2"


def test_the_digest_covers_the_canonical_lines():
    line = (
        '{"cause":0,"data":{"act":"lost","iface":"bond0","lladdr":"00:21:5A:DB:68:E8","vip":"192.168.1.219"},'
        '"id":1,"kind":"vip","node":"db1","time":5000000000}\n'
    )
    assert play([vip(5 * S, "db1", "lost")]).digest == hashlib.sha256(line.encode()).hexdigest()


def test_the_digest_sees_every_difference_and_no_order_of_keys():
    plain = play(crash())
    story = crash()
    at, kind, node, data = story[5]
    turned = [*story[:5], (at, kind, node, dict(reversed(data.items()))), *story[6:]]
    assert play(turned).digest == plain.digest
    later = [*story[:5], (at + 1, kind, node, data), *story[6:]]
    assert play(later).digest != plain.digest
    assert play(story[:-1]).digest != plain.digest


def test_frames_do_not_change_the_digest():
    def run(level):
        recorder = Recorder(HEADER, level)
        for at, kind, node, data in crash():
            number = recorder.record(at, kind, node, data)
            if level is Level.FRAMES:
                frame = gratuitous_request(VIP, HOME["db2"])
                frame.cause = number
                noted = recorder.frame("db2.bond0", "sw1.p2", at, at + 1, frame)
                assert (noted.cause, noted.outcome) == (number, "in_flight")
        return recorder.finish(20 * S, {})

    assert run(Level.FRAMES).digest == run(Level.PROTOCOL).digest
    assert len(run(Level.FRAMES).frames) == len(crash())


# --- document ------------------------------------------------------------------------------


def test_the_document_of_a_crash():
    document = json.loads(
        json.dumps(play(crash(), counts={"events": 9, "frames_sent": 0}).to_json_document())
    )
    assert (document["scenario"], document["seed"]) == ("database-pair", 7)
    assert len(document["digest"]) == 64
    (failover,) = document["failovers"]
    expected = {
        "fault": "crash:db1",
        "fault_at_s": 5,
        "detection_s": 3,
        "election_s": 0.1,
        "announcement_s": 0.05,
        "repair_s": 0.006,
        "convergence_s": 3.156,
        "convergence_ns": 3_156_000_000,
    }
    assert {key: failover[key] for key in expected} == expected
    assert failover["clients"]["app1"]["blackout_s"] == 3.16
    assert failover["clients"]["app1"]["censored"] is False
    assert sum(failover["clients"]["app1"]["parts_ns"].values()) == failover["clients"]["app1"]["blackout_ns"]
    assert (document["dual_master_s"], document["dual_owner_s"]) == (0, 0)
    assert (document["false_failovers"], document["events"], document["frames"]) == (0, 9, 0)
    assert document["violations"] == []


def test_what_did_not_happen_is_null():
    document = play([*crash()[:-4], gap(5 * S, None)]).to_json_document()
    (failover,) = document["failovers"]
    assert failover["detection_s"] is None and failover["convergence_s"] is None
    assert failover["clients"]["app1"] == {
        "blackout_s": 15,
        "blackout_ns": 15 * S,
        "censored": True,
        "parts_ns": {"before": 0, "detection": 15 * S, "election": 0, "announcement": 0, "repair": 0},
    }


@pytest.mark.parametrize(
    "value", [0, 1, 10, 3_609_375_000, 2_609_000_001, 999_999_999_999_999, 123_456_789, -5, S]
)
def test_seconds_are_exact_decimals(value):
    text = json.dumps(seconds_number(value))
    assert Decimal(text) == Decimal(value).scaleb(-9)


# --- words ---------------------------------------------------------------------------------


def test_the_report_names_every_part_and_the_censored_client():
    text = report(play(crash()))
    assert "failover of vrrp 51 from db1 to db2, fault crash:db1 at 5.000 s" in text
    for line in (
        "detection      3.000 s",
        "election       0.100 s",
        "announcement   0.050 s",
        "app1           3.160 s",
    ):
        assert line in text
    assert "> 15 s" in report(play([*crash()[:-1], gap(5 * S - 7, None)]))
    assert "no failover" in report(play(settled()))


def test_a_short_censored_blackout_is_not_more_than_it_was():
    (failover,) = play([*crash()[:-1], gap(5 * S, None, 5 * S)], end=5 * S + 250 * MS).failovers
    assert blackout_text(failover.clients["app1"]) == "> 0.250 s"


def test_the_longest_silence_is_censored_only_if_it_is_the_open_one():
    open_end, short = gap(5 * S, None), gap(2 * S, 3 * S)
    text = report(play([*settled(), short, open_end]))
    assert "app1            > 16 s in 2, longest > 15.000 s" in text
    text = report(play([*settled(), gap(2 * S, 12 * S), gap(19 * S, None)]))
    assert "app1            > 11 s in 2, longest 10.000 s" in text
    assert "longest 1.000 s" in report(play([*settled(), short]))


def test_the_report_counts_messages_and_not_adverts_alone():
    story = [*settled("pair"), advert(S, "db2", None, "pair", "probe"), advert(2 * S, "db2", None, "pair")]
    trace = play(story)
    assert "messages of the protocol 2" in report(trace)
    assert trace.to_json_document()["adverts"] == 2


@pytest.mark.parametrize(
    ("silence", "end"),
    [
        ([], "no client noticed"),
        ([gap(13 * S, 13 * S + 20 * MS)], "app1 silent 0.020 s"),
        ([gap(13 * S, None)], "app1 silent > 7 s"),
    ],
)
def test_a_failback_is_one_line(silence, end):
    story = [*crash(), fault(10 * S, "reboot", "db1"), *takeover(13 * S, "db1", "preempt"), *silence]
    lines = report(play(story)).splitlines()
    at = lines.index(f"failback of vrrp 51 from db2 to db1 at 13.000 s (preempt): {end}")
    assert (lines[at - 1], lines[at + 1]) == ("", "")


def test_wake_ups_are_told_only_if_wanted():
    timer = (8 * S, "timer", "db2", {"part": "vrrp 51", "name": "master_down"})
    trace = play([*settled(), timer])
    assert len(trace.records) == len(list(narrate(trace, wake_ups=True))) == len(list(narrate(trace))) + 1
    assert not any("wakes up" in line for line in narrate(trace))


def test_a_client_is_told_when_it_misses_its_first_answer():
    lines = list(narrate(play([*crash()[:-1], gap(4996 * MS, None)])))
    missed = lines.index("   5.006 s  app1: no answer")  # a probe spacing after the last one
    assert lines[missed - 1].startswith("   5.000 s") and lines[missed + 1].startswith("   8.000 s")
    assert lines[-1] == "  20.000 s  app1: no answer since 4.996 s, and the run ends"


def test_the_story_has_a_sentence_for_every_record():
    trace = play([*crash(), *[(20 * S, k, n, d) for _, k, n, d in cache()]])
    lines = list(narrate(trace, wake_ups=True))
    assert len(lines) == len(trace.records) + 1  # and when the client missed its first answer
    assert "   5.000 s  db1: fault crash on db1" in lines
    assert "   8.000 s  db2: vrrp 51 BACKUP -> MASTER (master_down)" in lines
    assert "   8.150 s  db2: announces 192.168.1.219 at 00:21:5A:DB:7F:C2" in lines
    assert "   8.156 s  app1: answered again after 3.160 s (3 probes lost)" in lines


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Record(1, 0, "run", "", {"phase": "begin"}), "the run begins"),
        (
            Record(1, 0, "timer", "db2", {"part": "vrrp 51", "name": "master_down"}),
            "db2: wakes up: master_down of vrrp 51",
        ),
        (Record(1, 0, "fdb", "sw1", {"mac": HOME["db1"], "old_port": "p1", "port": "p2"}), "(was p1)"),
        (Record(1, 0, "fdb", "sw1", {"mac": HOME["db1"], "old_port": "p1", "port": None}), "forgets 00:21"),
        (Record(1, 0, "link", "db1", {"iface": "bond0", "up": False}), "bond0 is down"),
        (Record(1, 0, "service", "db1", {"service": "database", "act": "hang"}), "service database: hang"),
        (Record(1, 0, "answered", "app1", {"client": "app1", "by": "db2"}), "app1: answered by db2"),
        (Record(1, 0, "my-own", "x", {"a": 1}), "x: a 1"),
    ],
)
def test_sentences(record, words):
    assert words in sentence(record)


def test_a_note_is_told_in_its_own_words():
    note = Record(1, 0, "note", "db2", {"machine": "pair", "text": "a person decides"})
    assert sentence(note).endswith("db2: a person decides")
