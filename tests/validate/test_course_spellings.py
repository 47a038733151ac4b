"""What a course may say in more than one way, and what is compared of it besides its frames and states."""

import pytest

from tests.validate.rows import COURSES, changed, judged, recorded, row_of
from vipsim.units import MS, SECOND
from vipsim.validate.course_compare import compare_courses
from vipsim.validate.course_events import Happened
from vipsim.validate.course_keepalive import read_keepalive
from vipsim.validate.fields import Fields

SYSCTLS = {"tcp_keepalive_time": 7200, "tcp_keepalive_intvl": 75, "tcp_keepalive_probes": 9}


def wrong_of(folder, row, change):
    """What is said of a row with a change: nothing if it agrees."""
    report = judged(folder, changed(row, change))
    assert (report.checked, report.unreadable) == (1, 0), report.complaints
    return [difference for failure in report.failures for difference in failure.differences]


# --- keepalive -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (None, None),
        (False, None),
        (0, None),
        ({"on": False, "idle_s": 5}, None),
        (True, (7200, 75, 9)),
        ({"on": True}, (7200, 75, 9)),
        (5, (5, 75, 9)),
        (0.5, (0.5, 75, 9)),
        ("5 s", (5, 75, 9)),
        ("500ms", (0.5, 75, 9)),
        ("5,1,3", (5, 1, 3)),
        ([5, 1, 3], (5, 1, 3)),
        ([5], (5, 75, 9)),
        ({"idle_s": 5, "interval_s": 1, "count": 3}, (5, 1, 3)),
        ({"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3}, (5, 1, 3)),
        ({"time": 5, "intvl": 1, "probes": 3}, (5, 1, 3)),
        ({"after_s": 5, "period_s": 1, "probes": 3.0}, (5, 1, 3)),
        ({"first_probe_after_s": 5, "probe_interval_s": 1, "probe_count": "3"}, (5, 1, 3)),
        ({"tcp_keepalive_time": 5, "tcp_keepalive_intvl": 1, "tcp_keepalive_probes": 3}, (5, 1, 3)),
        ({"first_ms": 500, "every_ms": 100, "probes": None}, (0.5, 0.1, 9)),
        ({"idle": "2 min", "interval": "1 s"}, (120, 1, 9)),
    ],
)
def test_a_keepalive_in_any_spelling(said, meant):
    found = read_keepalive(Fields({"keepalive": said, **SYSCTLS}))
    wanted = None if meant is None else (round(meant[0] * SECOND), round(meant[1] * SECOND), meant[2])
    assert found == wanted


def test_what_is_left_out_is_what_the_sysctls_say():
    fields = Fields({"keepalive": {"intvl_ms": 20}, **SYSCTLS, "tcp_keepalive_time": 60})
    assert read_keepalive(fields) == (60 * SECOND, 20 * MS, 9)


def test_the_spelling_makes_no_difference_to_a_course_and_the_value_does(shared_data, tmp_path):
    course = row_of(shared_data / COURSES, "garp.tcp_new.gap3")  # idle for 2 s after it is connected

    def kept(value):
        return lambda row: row["setup"]["tcp"].update(keepalive=value)

    probed = wrong_of(tmp_path, course, kept([1, 1, 3]))
    assert probed
    assert wrong_of(tmp_path, course, kept({"after": "1 s", "period_ms": 1000, "count": 3})) == probed
    assert wrong_of(tmp_path, course, kept({"time_s": 7200})) == []


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 9])
def test_any_number_of_linear_time_outs(shared_data, tmp_path, number):
    course = row_of(shared_data / COURSES, "absent.tcp_new")
    found = wrong_of(tmp_path, course, lambda row: row["setup"]["tcp"].update(tcp_syn_linear_timeouts=number))
    assert not any("broke" in one for one in found)
    if number == course["setup"]["tcp"]["tcp_syn_linear_timeouts"]:
        assert found == []


# --- what ends a course --------------------------------------------------------------------------------


def other_end(row):
    row["setup"]["stop"]["done_when"] = ["the tea is ready"]


def test_a_course_that_ends_with_something_unknown_is_compared_until_then(shared_data, tmp_path):
    course = row_of(shared_data / COURSES, "silent.reduced.1")
    assert wrong_of(tmp_path, course, other_end) == []

    def later(row):
        other_end(row)
        row["events"][-1]["t"] += 0.2

    assert wrong_of(tmp_path, course, later)


def test_one_that_nothing_ended_runs_until_its_limit(shared_data, tmp_path):
    course = row_of(shared_data / COURSES, "unresolved.udp.slow")
    assert course["summary"].get("recovered_s") is None
    assert wrong_of(tmp_path, course, other_end) == []


def test_a_known_end_that_comes_too_early_is_a_difference(shared_data, tmp_path):
    course = row_of(shared_data / COURSES, "silent.reduced.1")

    def change(row):
        row["setup"]["stop"]["done_when"].append("the tea is ready")
        row["summary"]["recovered_s"] += 5

    assert any("recovered_s" in one for one in wrong_of(tmp_path, course, change))


# --- what is compared ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count"), [("silent.reduced.1", "sent"), ("silent.icmp", "replies"), ("silent.icmp", "sent")]
)
@pytest.mark.parametrize(("more", "agrees"), [(1, True), (-1, True), (2, False), (-2, False)])
def test_the_numbers_of_datagrams_may_be_one_off(shared_data, tmp_path, name, count, more, agrees):
    course = row_of(shared_data / COURSES, name)
    found = wrong_of(
        tmp_path, course, lambda row: row["summary"].update({count: row["summary"][count] + more})
    )
    assert [one.partition(":")[0] for one in found] == ([] if agrees else [f"summary.{count}"])


def test_an_announcement_has_its_time(shared_data, tmp_path):
    course = next(row for row in recorded(shared_data / COURSES) if row["id"].startswith("garp."))

    def without(row):
        row["events"] = [event for event in row["events"] if event["ev"] != "announce"]

    def moved(row):
        for event in row["events"]:
            event["t"] += 0.2 if event["ev"] == "announce" else 0
        row["events"].sort(key=lambda event: event["t"])

    for change in (without, moved):
        assert any("announcement of B" in one for one in wrong_of(tmp_path, course, change))


@pytest.mark.parametrize(
    ("measured", "agrees"), [([3.0], True), ([3.04], True), ([3.1], False), ([], False), ([3.0, 4.0], False)]
)
@pytest.mark.parametrize("what", ["B_takes_address", "announce"])
def test_what_b_does_has_its_time_and_number(what, measured, agrees):
    seen = [Happened(round(at * SECOND), what) for at in measured]
    assert (compare_courses(seen, [Happened(3 * SECOND, what)], 10 * SECOND) == []) is agrees


def test_a_frame_that_is_sent_three_times_is_one_announcement(shared_data, tmp_path):
    course = next(row for row in recorded(shared_data / COURSES) if row["id"].startswith("garp."))

    def thrice(row):
        said = next(event for event in row["events"] if event["ev"] == "announce")
        row["events"] += [said | {"t": said["t"] + 0.01}, said | {"t": said["t"] + 0.02}]
        row["events"].sort(key=lambda event: event["t"])

    assert wrong_of(tmp_path, course, thrice) == []
