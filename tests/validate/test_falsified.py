"""A recording with something false in it does not agree: the comparison can tell."""

import pytest

from tests.validate.rows import CASES, COURSES, changed, judged, recorded, row_of

WRONG = "02:00:00:00:00:77"


def test_a_false_state_mac_or_frame_fails_in_every_case(shared_data, tmp_path):
    false = []
    for row in recorded(shared_data / CASES):
        for name in ("result", "after_use"):
            reading = row.get(name, {})
            if "state" in reading:
                other = "STALE" if reading["state"] != "STALE" else "REACHABLE"
                false.append(changed(row, lambda r, n=name, o=other: r[n].update(state=o)))
                false.append(changed(row, lambda r, n=name: r[n].update(lladdr=WRONG)))
            if reading.get("sent"):
                false.append(changed(row, lambda r, n=name: r[n]["sent"].pop()))
                false.append(changed(row, lambda r, n=name: r[n]["sent"][0]["eth"].update(dst=WRONG)))
            if "delivered" in reading:
                false += [
                    changed(row, lambda r, n=name, k=key: r[n].update({k: 7}))
                    for key in ("accepted_by_socket", "delivered", "last", "in_order")
                ]
    report = judged(tmp_path, *false)
    assert len(false) > 150
    assert (report.checked, report.failed) == (len(false), len(false))


def first(row, name, **wanted):
    return next(
        event
        for event in row["events"]
        if event["ev"] == name and all(event[key] == value for key, value in wanted.items())
    )


def shift_recovery(row):
    row["summary"]["recovered_s"] += 3


def shift_everything(row):
    shift_recovery(row)
    for event in row["events"]:
        event["t"] += 3 if event["t"] > 0.05 else 0


def send_elsewhere(row):
    row["events"][[event["ev"] for event in row["events"]].index("data_dst")]["mac"] = WRONG


def add_a_state(row):
    last = next(event for event in reversed(row["events"]) if event["ev"] == "state")
    row["events"].append({**last, "t": last["t"] + 0.3, "state": "NOARP"})


def lose_an_arp(row):
    row["events"].remove(first(row, "arp_out"))


def delay_a_probe(row):
    last = next(event for event in reversed(row["events"]) if event["ev"] == "arp_out")
    last["t"] = round(last["t"] + 0.3, 3)
    row["events"].sort(key=lambda event: event["t"])


def give_b_fewer(row):
    row["summary"]["got_by_B"] -= 5


FALSE = [
    shift_recovery,
    shift_everything,
    send_elsewhere,
    add_a_state,
    lose_an_arp,
    delay_a_probe,
    give_b_fewer,
]


@pytest.mark.parametrize("change", FALSE, ids=lambda change: change.__name__)
def test_a_false_course_fails(shared_data, tmp_path, change):
    report = judged(tmp_path, changed(row_of(shared_data / COURSES, "silent.reduced.1"), change))
    assert (report.checked, report.failed, report.unreadable) == (1, 1, 0), report.complaints


@pytest.mark.parametrize(
    ("name", "value"),
    [("delay_first_probe_time", 3), ("ucast_solicit", 3), ("retrans_time_ms", 400), ("mcast_solicit", 0)],
)
def test_a_course_under_other_settings_fails(shared_data, tmp_path, name, value):
    row = changed(
        row_of(shared_data / COURSES, "silent.reduced.1"),
        lambda row: row["setup"]["client_neigh"].update({name: value}),
    )
    assert judged(tmp_path, row).failed == 1


def test_another_error_of_the_client_fails(shared_data, tmp_path):
    row = row_of(shared_data / COURSES, "garp.tcp_stream.gap0.5")
    assert judged(tmp_path, row).failed == 0
    other = changed(row, lambda row: first(row, "client_error").update(error="ETIMEDOUT"))
    late = changed(row, lambda row: first(row, "client_error").update(t=1.5))
    late["events"].sort(key=lambda event: event["t"])
    assert judged(tmp_path, other, late).failed == 2


def test_differences_are_told_in_words(shared_data, tmp_path):
    row = row_of(shared_data / CASES, "v4.seq.two_answers")
    row["after_use"]["lladdr"] = WRONG
    failure = judged(tmp_path, row).failures[0]
    assert failure.line == 1
    assert failure.differences[0].startswith(f"after_use.lladdr: expected {WRONG}, got 02:")
