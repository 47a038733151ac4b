"""Every recorded row is what the model does: the neighbor, owner, event and switch cases and the courses."""

import json

from tests.validate.rows import CASES, COURSES, recorded
from vipsim.validate import validate_files
from vipsim.validate.rows import IPV6


def numbers(path):
    whole = len(path.read_text(encoding="utf-8").splitlines())
    return whole, sum(1 for _ in recorded(path))


def test_every_case_agrees(shared_data):
    path = shared_data / CASES
    whole, of_ipv4 = numbers(path)
    report = validate_files([path])
    assert [str(failure) for failure in report.failures] == []
    assert (report.checked, report.failed, report.unreadable) == (of_ipv4, 0, 0)
    assert report.reasons == {IPV6: whole - of_ipv4}
    assert report.checked > 60


def test_every_kind_of_case_is_among_them(shared_data):
    families = {row["family"].rsplit(".", 1)[0].split(".")[0:2][-1] for row in recorded(shared_data / CASES)}
    assert {"owner", "evict", "notify", "seq", "locktime"} <= families
    ops = {action["op"] for row in recorded(shared_data / CASES) for action in row["actions"]}
    assert {
        "send_udp_burst",
        "mac_change",
        "carrier_down",
        "neigh_set",
        "fdb_replace",
        "read_delivered",
    } <= ops


def test_every_course_agrees(shared_data):
    path = shared_data / COURSES
    whole, of_ipv4 = numbers(path)
    report = validate_files([path])
    assert [str(failure) for failure in report.failures] == []
    assert (report.checked, report.failed, report.unreadable) == (of_ipv4, 0, 0)
    assert report.reasons == {IPV6: whole - of_ipv4}
    assert report.checked >= 8


def test_a_file_may_mix_cases_and_courses(shared_data, tmp_path):
    rows = [next(recorded(shared_data / name)) for name in (COURSES, CASES)]
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = validate_files([path, path])
    assert (report.checked, report.failed, report.skipped) == (4, 0, 0)


def test_another_family_with_the_same_ops_runs(shared_data, tmp_path):
    row = next(recorded(shared_data / CASES)) | {"family": "lab.something_new", "id": "new-1"}
    path = tmp_path / "new.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    report = validate_files([path])
    assert (report.checked, report.failed) == (1, 0)
    assert report.families == {"lab.something_new": 1}
