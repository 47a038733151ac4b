"""``vipsim course``: what it lists, what it copies and keeps, and the table of a class."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim
from tests.teach.test_class_marks import LINE, write
from vipsim.resources import notebook_names
from vipsim.teach.exercises import exercises


def test_list_names_every_lab(vipsim: Vipsim) -> None:
    done = vipsim("course", "list")
    assert (done.code, done.err) == (0, "")
    assert [name for name in notebook_names() if name not in done.out] == []


@pytest.mark.parametrize("name", ["05-rank-the-outages", "05", "05-rank-the-outages.ipynb"])
def test_list_tells_the_questions_of_a_lab(vipsim: Vipsim, name: str) -> None:
    done = vipsim("course", "list", name)
    assert done.code == 0
    said = " ".join(done.out.split())
    for one in exercises().values():
        assert (" ".join(one.question.split()) in said) == one.id.startswith("05.")


def test_a_lab_that_is_not_there(vipsim: Vipsim) -> None:
    done = vipsim("course", "list", "05-rank-the-outage")
    assert done.code == 2 and "did you mean 05-rank-the-outages?" in done.err


def test_copy_then_copy_again_keeps_what_was_changed(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("course", "copy", "ann")
    assert (done.code, done.err) == (0, "")
    assert "written: ann/01-virtual-ip.ipynb\n" in done.out
    again = vipsim("course", "copy", "ann")
    assert (again.code, again.err) == (0, "") and "were there already, unchanged" in again.out
    (tmp_path / "ann" / "02-arp-caches.ipynb").write_text("mine")
    kept = vipsim("course", "copy", "ann")
    assert kept.code == 2
    assert kept.err.startswith("vipsim: kept: ann/02-arp-caches.ipynb: it was changed here")
    assert "--force" in kept.err
    assert (tmp_path / "ann" / "02-arp-caches.ipynb").read_text() == "mine"
    assert vipsim("course", "copy", "ann", "--force").code == 0
    assert (tmp_path / "ann" / "02-arp-caches.ipynb").read_text() != "mine"


def test_marks_of_a_class(vipsim: Vipsim, tmp_path: Path) -> None:
    write(tmp_path / "in" / "ann" / "vipsim-results.jsonl", {"verdict": "right", "points": 2})
    write(tmp_path / "in" / "Łucja\x1b[31m" / "vipsim-results.jsonl", {}, "damaged")
    done = vipsim("course", "marks", "in")
    assert done.code == 0
    rows = [line.split() for line in done.out.splitlines()]
    assert rows[0] == ["student", "solved", "points", "tries", "last"]
    assert rows[1][:9] == ["ann", "1", "of", "7", "2", "of", "14", "1", LINE["time"]]
    assert rows[2][0].startswith("Łucja?") and "\x1b" not in done.out + done.err
    assert "vipsim-results.jsonl:2: this is no JSON: this line is left out" in done.err

    assert "all exercises of the labs begun: 05; nobody began 01, 02, 03" in done.out
    assert "not solved yet" not in done.out and "--open" in done.out


def test_marks_of_a_class_list_what_is_open(vipsim: Vipsim, tmp_path: Path) -> None:
    write(tmp_path / "in" / "ann" / "vipsim-results.jsonl", {"verdict": "right", "points": 2})
    write(tmp_path / "in" / "bob" / "vipsim-results.jsonl", {"verdict": "near", "points": 1})
    said = " ".join(vipsim("course", "marks", "in", "--open").out.split())
    lab = [id for id in exercises() if id.startswith("05.")]
    others = [id for id in lab if id != "05.tcp"]
    assert f"ann: not solved yet: {', '.join(others)} bob:" in said
    half = [f"{id} (half)" if id == "05.tcp" else id for id in lab]
    assert said.endswith(f"bob: not solved yet: {', '.join(half)}")


def test_marks_of_one_student_list_what_is_open(vipsim: Vipsim, tmp_path: Path) -> None:
    lab = [id for id in exercises() if id.startswith("05.")]
    file = write(tmp_path / "ann" / "r.jsonl", {"verdict": "right", "points": 2})
    assert "05.way-back" in vipsim("course", "marks", "ann/r.jsonl").out
    write(file, *({"id": id, "verdict": "right", "points": 1, "of": 2} for id in lab))
    assert vipsim("course", "marks", "ann/r.jsonl").out.endswith("ann: all solved\n")


def test_marks_as_json(vipsim: Vipsim, tmp_path: Path) -> None:
    write(tmp_path / "ann" / "r.jsonl", {"verdict": "near", "points": 1})
    document = json.loads(vipsim("course", "marks", "ann/r.jsonl", "--json").out)
    (student,) = document["students"]
    assert (student["name"], student["solved"], student["points"], student["tries"]) == ("ann", 0, 1, 1)
    assert document["labs"] == ["05"] and "05.tcp" in student["open"] and "05.hang" in student["open"]
    assert student["exercises"][0]["id"] == "05.tcp" and document["damaged"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["marks", "nowhere.jsonl"], "nowhere.jsonl: No such file"),
        (["marks", "."], "there is no vipsim-results.jsonl in this folder"),
        (["marks"], "required: FILE|DIR"),
        (["marks", "a\0b"], "not a file's name"),
        (["copy"], "required: DIR"),
        (["copy", ""], "not a folder's name"),
        (["copy", "x", "y"], "one word too many"),
        (["copy", "x", "--solution"], "there is no option '--solution' (did you mean --solutions?)"),
        (["lst"], "invalid choice: 'lst'"),
        ([], "required: list|copy|marks"),
    ],
)
def test_bad_words(vipsim: Vipsim, words: list[str], said: str) -> None:
    done = vipsim("course", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
