"""Each rule finds what breaks it and lets everything else pass."""

import pytest

from tests.trace.stories import HEADER, HOME, VIP, S, advert, crash, daemon, fault, play, settled, state, vip
from vipsim.trace import Level, Recorder
from vipsim.trace.records import Record
from vipsim.trace.trace import Trace
from vipsim.wire.frames import gratuitous_request


def rules(trace):
    return [violation.rule for violation in trace.violations]


def test_a_crash_violates_nothing():
    assert play(crash()).violations == []


# --- one owner -----------------------------------------------------------------------------


def test_two_owners_in_a_whole_network_are_a_violation():
    (violation,) = play([*settled(), vip(2 * S, "db2", "acquire")]).violations
    assert (violation.id, violation.rule, violation.time, violation.record) == (1, "one-owner", 20 * S, 4)
    assert "db1 and db2" in violation.text and "192.168.1.219" in violation.text


@pytest.mark.parametrize("word", ["kill", "hang", "isolate", "partition", "drop", "link_down"])
def test_two_owners_are_none_while_a_fault_is_open(word):
    assert play([*settled(), fault(S, word, "db1"), vip(2 * S, "db2", "acquire")]).violations == []


def test_a_crash_elsewhere_excuses_nothing():
    assert rules(play([*settled(), fault(S, "crash", "db3"), vip(2 * S, "db2", "acquire")])) == ["one-owner"]


def test_a_healed_network_has_the_grace_to_settle():
    story = [
        *settled(),
        fault(S, "isolate", "db1"),
        vip(2 * S, "db2", "acquire"),
        fault(10 * S, "heal", "db1"),
    ]
    assert rules(play(story, end=15 * S)) == ["one-owner"]
    assert play(story, end=15 * S - 1).violations == []


def test_a_handover_at_the_end_of_the_run_is_no_violation():
    assert play([*settled(), vip(19 * S, "db2", "acquire")]).violations == []


# --- goodbye -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "goodbye", [advert(5 * S, "db1", 0), advert(5 * S, "db1", None, form="bye"), daemon(5 * S, "db1", "stop")]
)
def test_goodbye_means_release_within_the_instant(goodbye):
    leaving = [state(5 * S, "db1", "INIT", old="MASTER")]
    release = vip(5 * S, "db1", "release")
    assert play([*settled(), goodbye, *leaving, release]).violations == []
    assert play([*settled(), goodbye, release, *leaving]).violations == []
    assert rules(play([*settled(), goodbye, *leaving])) == ["goodbye-means-release"]
    late = vip(5 * S + 1, "db1", "release")
    assert rules(play([*settled(), goodbye, *leaving, late])) == ["goodbye-means-release"]


def test_who_is_master_again_within_the_instant_may_keep_the_address():
    again = [state(5 * S, "db1", "BACKUP", old="MASTER"), state(5 * S, "db1", "MASTER")]
    assert play([*settled(), advert(5 * S, "db1", 0), *again]).violations == []


def test_a_real_kernel_may_take_a_moment():
    header = {**HEADER, "world": "lab"}
    story = [*settled(), advert(5 * S, "db1", 0), state(5 * S, "db1", "INIT", old="MASTER")]
    assert play([*story, vip(5 * S + 100_000_000, "db1", "release")], header=header).violations == []
    assert rules(play([*story, vip(5 * S + 100_000_001, "db1", "release")], header=header)) == [
        "goodbye-means-release"
    ]


def test_the_goodbye_of_one_group_says_nothing_of_another():
    scenario = {
        **HEADER["scenario"],
        "groups": [{"vrrp": {"vrid": 51, "vips": ["service"]}}, {"vrrp": {"vrid": 52, "vips": []}}],
    }
    header = {**HEADER, "scenario": scenario}
    story = [*settled(), advert(5 * S, "db1", 0, machine="vrrp 52")]
    assert play(story, header=header).violations == []


# --- causes --------------------------------------------------------------------------------


def caused(*records):
    return Trace(HEADER, Level.PROTOCOL, S, records)


def timer(number, cause, part="vrrp 51"):
    return Record(number, 0, "timer", "db2", {"part": part, "name": "master_down"}, cause)


def test_every_wake_up_has_an_earlier_cause():
    first = Record(1, 0, "run", "", {"phase": "begin"})
    assert caused(first, timer(2, 1)).violations == []
    assert rules(caused(first, timer(2, 0))) == ["wake-up-has-cause"]
    assert rules(caused(first, timer(2, 2))) == ["wake-up-has-cause"]
    assert rules(caused(first, timer(2, 9))) == ["wake-up-has-cause"]
    assert rules(caused(first, Record(2, 0, "vip", "db1", {"vip": VIP, "act": "acquire"}, 3))) == [
        "wake-up-has-cause"
    ]


def test_the_timer_of_a_cache_may_be_the_doing_of_a_probe():
    assert caused(timer(1, 0, "bond0 192.168.1.219")).violations == []


# --- frames --------------------------------------------------------------------------------

COUNTS = {
    "frames_sent": 4,
    "frames_delivered": 1,
    "frames_lost": 1,
    "frames_dropped": 1,
    "frames_in_flight": 1,
}


def framed_run(outcomes, counts):
    recorder = Recorder(HEADER, Level.FRAMES)
    for outcome in outcomes:
        recorder.frame("a.x", "b.y", 0, 1, gratuitous_request(VIP, HOME["db1"])).outcome = outcome
    return recorder.finish(S, counts)


def test_frames_are_conserved():
    outcomes = ["delivered", "lost", "dropped: no carrier", "in_flight"]
    assert framed_run(outcomes, COUNTS).violations == []
    assert rules(framed_run(outcomes, {**COUNTS, "frames_sent": 5})) == ["frames-conserved"]
    swapped = ["delivered", "lost", "dropped: no carrier", "delivered"]
    assert rules(framed_run(swapped, COUNTS)) == ["frames-conserved"] * 2
    assert rules(framed_run([*outcomes, "eaten"], COUNTS)) == ["frames-conserved"]
