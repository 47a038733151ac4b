"""``vipsim validate``: counts, reasons, exit codes, and a line of JSON at the end."""

import json

import pytest

from tests.validate.rows import CASES, COURSES, changed, recorded, row_of


@pytest.fixture
def rows(shared_data, tmp_path):
    """Write rows to a file; the rows are changed ones of a case that agrees."""

    def write(*changes):
        row = row_of(shared_data / CASES, "v4.seq.two_answers")
        lines = [
            change if isinstance(change, str) else json.dumps(changed(row, change)) for change in changes
        ]
        path = tmp_path / "some.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def good(row):
    row["note"] = "as it was"


def wrong(row):
    row["after_use"]["state"] = "FAILED"


def of_ipv6(row):
    row["ip_version"] = 6


def unknown_op(row):
    row["actions"][0]["op"] = "neigh_paint"


def test_all_recorded_rows_at_once(vipsim, shared_data):
    done = vipsim("validate", "neighbor", shared_data / CASES, shared_data / COURSES)
    assert (done.code, done.err) == (0, "")
    of_ipv4 = sum(1 for name in (CASES, COURSES) for _ in recorded(shared_data / name))
    assert f"checked {of_ipv4}, failed 0, skipped " in done.out
    assert "IPv6 is not modelled" in done.out


@pytest.mark.parametrize(
    ("changes", "code", "counts"),
    [
        ([good, of_ipv6], 0, (1, 0, 1, 0)),
        ([good, wrong], 1, (2, 1, 0, 0)),
        ([wrong, unknown_op, good], 2, (2, 1, 0, 1)),
        (["{", good], 2, (1, 0, 0, 1)),
        ([], 2, (0, 0, 0, 1)),
    ],
)
def test_exit_code_and_the_line_of_json(vipsim, rows, changes, code, counts):
    done = vipsim("validate", "neighbor", rows(*changes), "--json")
    assert done.code == code
    assert done.out.count("\n") == 1
    said = json.loads(done.out)
    assert tuple(said[name] for name in ("checked", "failed", "skipped", "unreadable")) == counts


def test_a_difference_is_told_with_field_expected_and_got(vipsim, rows):
    done = vipsim("validate", "neighbor", rows(good, wrong))
    assert "some.jsonl:2: " in done.out
    assert "after_use.state: expected FAILED, got REACHABLE" in done.out


def test_a_bad_row_is_told_with_its_number_and_the_fix_and_the_others_run(vipsim, rows):
    done = vipsim("validate", "neighbor", rows(good, unknown_op, good))
    assert done.code == 2
    assert "some.jsonl:2: row " in done.err
    assert "actions[0].op: there is no op 'neigh_paint' for a host" in done.err
    assert "use one of addr_add" in done.err
    assert "checked 2, failed 0, skipped 0, unreadable 1" in done.out


def test_only_some_rows(vipsim, shared_data):
    done = vipsim("validate", "neighbor", shared_data / CASES, "--only", "v4.arp_ignore*", "--json")
    wanted = [row for row in recorded(shared_data / CASES) if row["family"].startswith("v4.arp_ignore")]
    said = json.loads(done.out)
    assert (said["checked"], said["failed"], said["skipped"]) == (len(wanted), 0, 0)
    one = vipsim("validate", "neighbor", shared_data / CASES, "--only", wanted[0]["id"], "--json")
    assert json.loads(one.out)["checked"] == 1


@pytest.mark.parametrize(
    "words", [["neighbor", "absent.jsonl"], ["neighbor", "."], ["weather", "x"], ["neighbor"]]
)
def test_a_file_that_is_not_there_or_a_wrong_word(vipsim, words):
    done = vipsim("validate", *words)
    assert done.code == 2
    assert done.err.startswith("vipsim: ")
