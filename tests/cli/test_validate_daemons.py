"""``vipsim validate daemons``: a verdict for each experiment, exit codes, and a line of JSON at the end."""

import json
import shutil

import pytest

from tests.validate.daemons.rows import FEW, recorded
from tests.validate.rows import changed


@pytest.fixture
def truth(tmp_path):
    """Write a file of rows beside the experiments."""

    def write(*rows, name="some.jsonl"):
        shutil.copy(FEW / "experiments.json", tmp_path)
        path = tmp_path / name
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def rows_of(*names):
    return [row for row in recorded() if row["exp"] in names]


def later(row):
    row["detect_s"] += 0.1


def test_the_recorded_rows_agree(vipsim, truth):
    done = vipsim("validate", "daemons", truth(*rows_of("ka2-kill9", "ka2-linkdown")), "--runs", 20)
    assert (done.code, done.err) == (0, "")
    assert [line.split()[:2] for line in done.out.splitlines()[:2]] == [
        ["ok", "ka2-kill9"],
        ["ok", "ka2-linkdown"],
    ]
    assert "checked 2, failed 0, skipped 0" in done.out


def test_rows_that_differ_fail_their_experiment_only(vipsim, truth):
    rows = [changed(row, later) for row in rows_of("ka2-kill9")] + rows_of("ka2-linkdown")
    done = vipsim("validate", "daemons", truth(*rows), "--runs", 20, "--json")
    assert done.code == 1
    assert done.out.count("\n") == 1
    said = json.loads(done.out)
    assert (said["checked"], said["failed"], said["skipped"]) == (2, 1, 0)
    assert said["failed_experiments"] == ["ka2-kill9"]
    reason = said["experiments"]["ka2-kill9"]["reasons"][0]
    assert reason.startswith("detect_s: median +")
    assert 95 < float(reason.split("+")[1].split()[0]) < 105
    assert set(said["experiments"]["ka2-linkdown"]["p"]) > {"blackout", "first answer", "frames"}
    assert "off    ka2-kill9" in done.err


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "some.jsonl:1: this is not JSON"),
        ('{"exp": "ka2-kill9", "trial": 0}', "row ka2-kill9 trial 0: setup.kind: the field is missing"),
        ('{"exp": "mine", "trial": 0, "setup": {"kind": "failover"}}', "there is no experiment 'mine'"),
        ('{"exp": "ka2-kill9", "trial": 0, "setup": {"kind": "failover"}}', "the trial cannot be conducted"),
        (
            json.dumps(changed(rows_of("ka2-kill9")[0], lambda row: row.update(detect_s="soon"))),
            "detect_s: 'soon'",
        ),
        (
            json.dumps(changed(rows_of("ka2-kill9")[0], lambda row: row.update(adverts_new=[[1]]))),
            "adverts_new: ",
        ),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_judged(vipsim, truth, bad, said):
    done = vipsim("validate", "daemons", truth(bad, *rows_of("ka2-linkdown")), "--runs", 8)
    assert done.code == 2
    assert said in done.err
    assert "checked 1, failed 0, skipped 0, unreadable rows 1" in done.out


def test_a_file_without_rows_or_with_none_that_is_meant_is_not_passed(vipsim, truth):
    assert vipsim("validate", "daemons", truth("")).code == 2
    done = vipsim("validate", "daemons", truth(*rows_of("ka2-linkdown")), "--only", "ka9*")
    assert done.code == 2
    assert "no experiment is meant by 'ka9*'" in done.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one["client_sysctl"].update({"net.ipv4.conf.all.foo": 1}), "no sysctl is called"),
        (lambda one: one["fault"]["steps"][0].update(ns="zz"), "no namespace 'zz'"),
        (lambda one: one["fault"].update(steps=[{"ns": "n1", "command": "reboot -f"}]), "'reboot -f'"),
        (lambda one: one["observed"].update(new="n7"), "'n7', which is none of its nodes"),
        (lambda one: one.update(ipv6=True), "IPv6"),
    ],
)
def test_an_experiment_that_cannot_be_conducted_is_skipped_and_alone_is_not_passed(
    vipsim, truth, change, said
):
    path = truth(*rows_of("ka2-kill9", "ka2-linkdown"))
    beside = path.with_name("experiments.json")
    experiments = json.loads(beside.read_text())
    change(experiments["experiments"]["ka2-kill9"])
    beside.write_text(json.dumps(experiments))
    done = vipsim("validate", "daemons", path, "--runs", 8)
    assert (done.code, done.err) == (0, "")
    assert "checked 1, failed 0, skipped 1" in done.out
    assert said in next(line for line in done.out.splitlines() if line.startswith("skip   ka2-kill9"))
    alone = vipsim("validate", "daemons", path, "--only", "ka2-kill9", "--json")
    assert alone.code == 2
    assert json.loads(alone.out)["checked"] == 0
    assert "nothing was judged" in alone.err


def test_the_experiments_must_stand_beside_the_rows(vipsim, tmp_path):
    (tmp_path / "alone.jsonl").write_text(json.dumps(rows_of("ka2-linkdown")[0]))
    done = vipsim("validate", "daemons", tmp_path / "alone.jsonl")
    assert done.code == 2
    assert "experiments.json" in done.err


def test_the_report_depends_on_the_seed_alone(vipsim, truth):
    path = truth(*rows_of("ka2-kill9", "ka2-isolate", "ka2-isolate:recover"))
    alone = vipsim("validate", "daemons", path, "--runs", 10, "--seed", 3, "--json")
    together = vipsim("validate", "daemons", path, "--runs", 10, "--seed", 3, "--json", "--workers", 2)
    assert json.loads(alone.out) == json.loads(together.out)


def test_options_of_daemons_are_not_for_neighbor(vipsim, truth):
    done = vipsim("validate", "neighbor", truth("{}"), "--runs", 5)
    assert done.code == 2
    assert "--runs" in done.err
    assert vipsim("validate", "daemons", truth("{}"), "--runs", 0).code == 2
