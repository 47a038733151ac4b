"""The marks of a class: the best of each exercise, tries, names, and files that are damaged."""

import json
from pathlib import Path
from typing import Any

import pytest

from vipsim.errors import VipsimError
from vipsim.teach import class_marks
from vipsim.teach.class_marks import names_of
from vipsim.teach.exercises import exercises

LINE: dict[str, Any] = {
    "id": "05.tcp", "verdict": "wrong", "answer": "1 s", "points": 0, "of": 2, "tries": 1, "seed": 1,
    "version": "0.1.0", "time": "2026-03-01T09:30:00Z",
}  # fmt: skip


def write(path: Path, *lines: dict[str, Any] | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps({**LINE, **line}) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def test_the_best_line_counts_and_tries_end_with_the_right_one(tmp_path: Path) -> None:
    file = write(
        tmp_path / "ann" / "vipsim-results.jsonl",
        {"verdict": "open", "answer": "Ellipsis"},
        {"verdict": "wrong", "answer": "1 s"},
        {"verdict": "wrong", "answer": "1 s"},
        {"verdict": "near", "answer": "2 s", "points": 1},
        {"verdict": "right", "answer": "3 s", "points": 2, "time": "2026-03-02T00:00:00Z"},
        {"verdict": "wrong", "answer": "4 s"},
        {"id": "05.hang", "verdict": "near", "answer": "db1", "points": 0.5, "of": 1},
    )
    (student,) = class_marks([file]).students
    assert (student.name, student.solved, student.points, student.tries) == ("ann", 1, 2.5, 4)
    tcp, hang = student.exercises
    assert (tcp.verdict, tcp.points, tcp.tries, tcp.time) == ("right", 2, 3, "2026-03-02T00:00:00Z")
    assert (hang.verdict, hang.points, hang.of, hang.tries) == ("near", 0.5, 1, 1)


def test_what_was_to_be_had_is_that_of_the_labs_worked_on(tmp_path: Path) -> None:
    found = class_marks([write(tmp_path / "ann" / "x.jsonl", {}, {"id": "77.new", "of": 4})])
    lab = [one for one in exercises().values() if one.id.startswith("05.")]
    assert (found.exercises, found.points) == (len(lab) + 1, sum(one.points for one in lab) + 4)


def test_a_folder_gives_all_its_files_once(tmp_path: Path) -> None:
    for name in ("bob", "ann"):
        write(tmp_path / "handed-in" / name / "05" / "vipsim-results.jsonl", {})
    twice = [tmp_path / "handed-in", tmp_path / "handed-in" / "bob" / "05" / "vipsim-results.jsonl"]
    assert [one.name for one in class_marks(twice).students] == ["ann", "bob"]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["x/ann/r.jsonl"], ["ann"]),
        (["x/ann/r.jsonl", "x/bob/r.jsonl"], ["ann", "bob"]),
        (["x/ann/05/r.jsonl", "x/bob/05/r.jsonl"], ["ann", "bob"]),
        (["x/ann/01/r.jsonl", "x/ann/02/r.jsonl", "x/bob/01/r.jsonl"], ["ann/01", "ann/02", "bob/01"]),
        (["x/ann.jsonl", "x/bob.jsonl"], ["ann", "bob"]),
        (["x/r.jsonl", "x/ann/r.jsonl"], ["x", "x/ann"]),
    ],
)
def test_names_are_where_the_folders_differ(files: list[str], names: list[str]) -> None:
    assert names_of([Path(name) for name in files]) == names


@pytest.mark.parametrize(
    "broken",
    [
        "no json", "[]", "7", "{}", '{"id": "05.tcp"', "[" * 100_000, '{"id": 1e999}', "\ufeff{}",
        json.dumps({**LINE, "points": 99}), json.dumps({**LINE, "points": -1}),
        json.dumps({**LINE, "of": "2"}),
        json.dumps({**LINE, "points": float("nan")}), json.dumps({**LINE, "verdict": "perfect"}),
        json.dumps({**LINE, "tries": True}), json.dumps({**LINE, "id": ["05.tcp"]}),
    ],
)  # fmt: skip
def test_a_damaged_line_is_told_with_its_number_and_the_rest_counts(tmp_path: Path, broken: str) -> None:
    file = write(tmp_path / "r.jsonl", {}, "", broken, {"verdict": "right", "points": 2})
    found = class_marks([file])
    (damage,) = found.damages
    assert str(damage).startswith(f"{file}:3: ") and str(damage).endswith("this line is left out")
    assert found.students[0].points == 2


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", {})
    file.write_bytes(file.read_bytes() + b"\xff\xfe\x00\n\x80")
    assert [damage.line for damage in class_marks([file]).damages] == [2, 3]


def test_a_folder_without_results(tmp_path: Path) -> None:
    with pytest.raises(VipsimError, match=r"no vipsim-results\.jsonl in this folder"):
        class_marks([tmp_path])


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "huge.jsonl").open("wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(VipsimError, match="no file of results"):
        class_marks([tmp_path / "huge.jsonl"])
