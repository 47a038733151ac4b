"""`check` from outside: what it shows, what it writes, and what it says of a call that is wrong."""

import contextlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import vipsim as vs
from vipsim.errors import VipsimError
from vipsim.teach import check, marks
from vipsim.teach.exercises import exercises

RIGHT = "12.819 s"
ID = "01.vrrp-takeover"


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mine.jsonl"
    monkeypatch.setenv("VIPSIM_RESULTS", str(path))
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


# --- what it shows ---------------------------------------------------------------------------------------


def test_it_prints_its_words() -> None:
    mark = check(ID, "12.6 s")
    assert str(mark) == repr(mark) == "half right (1.5 of 3 points): you forgot the skew"
    assert float(mark) == 1.5


@pytest.mark.parametrize(("answer", "points"), [(RIGHT, "3"), ("12.6 s", "1.5"), ("1 s", "0"), (..., "0")])
def test_a_notebook_shows_words_and_nbgrader_reads_points(answer: Any, points: str) -> None:
    shown, _ = InteractiveShell.instance().display_formatter.format(check(ID, answer))
    assert shown["text/plain"] == points
    assert "<strong>" in shown["text/html"] and "points" in shown["text/html"]


def test_markup_is_text() -> None:
    shown = check("<script>alert(1)</script>", 1)._repr_mimebundle_()["text/html"]
    assert "<script" not in shown and "&lt;script&gt;" in shown


# --- the result line -------------------------------------------------------------------------------------


def test_a_line_for_each_check_and_different_answers_are_counted(results: Path) -> None:
    for answer in (..., "12.6 s", "12.6 s", -1, RIGHT):
        check(ID, answer)
    found = lines(results)
    assert [(one["verdict"], one["tries"]) for one in found] == [
        ("open", 0),
        ("near", 1),
        ("near", 1),
        ("absurd", 2),
        ("right", 3),
    ]
    assert [one["points"] for one in found] == [0, 1.5, 1.5, 0, 3]
    assert {one["of"] for one in found} == {3} and {one["id"] for one in found} == {ID}
    assert found[-1]["answer"] == RIGHT and found[-1]["version"] == vs.__version__
    assert found[-1]["seed"] == exercises()[ID].seed
    assert time.strptime(found[-1]["time"], "%Y-%m-%dT%H:%M:%SZ")
    assert check(ID, "12.6 s").tries == 3


def test_different_scenarios_and_functions_are_different_answers(results: Path) -> None:
    for start in (3, 3, 4):
        exec(f"def takeover(priority, phase):\n    return {start}", space := {})
        check("01.takeover-function", space["takeover"])
    for count in (8, 8, 9):
        check("01.timers", vs.pair("heartbeat", mode="push", interval="1s", dead_count=count))
    assert [one["tries"] for one in lines(results)] == [1, 1, 2] * 2
    assert re.fullmatch(r"a scenario \([0-9a-f]{8}\)", lines(results)[-1]["answer"])


def test_without_the_variable_it_lies_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIPSIM_RESULTS")
    monkeypatch.chdir(tmp_path)
    check(ID, 1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["vipsim-results.jsonl"]


def test_answers_in_any_alphabet_and_length_make_one_line(results: Path) -> None:
    for answer in ("три", "a\nb\r\u2028c", "x" * 100_000, 10**6000, object(), [["a"]], "\ud800"):
        check(ID, answer)
    found = lines(results)
    assert len(found) == 7 and max(len(one["answer"]) for one in found) <= 80


@pytest.mark.parametrize("place", ["missing/folder/x.jsonl", "."])
def test_what_cannot_be_written_is_said_and_the_mark_holds(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIPSIM_RESULTS", str(tmp_path / place))
    mark = check(ID, RIGHT)
    assert (mark.verdict, mark.points) == ("right", 3)
    assert "could not be written" in mark.note and "VIPSIM_RESULTS" in str(mark)
    assert capsys.readouterr().err == ""  # nbgrader gives nothing for a cell that writes there


def test_a_damaged_file_is_no_reason_to_lose_a_line(results: Path) -> None:
    results.write_bytes(b'{"id": 3}\nnot json\n\xff\xfe\n{"half": ')
    assert check(ID, RIGHT).note == ""
    assert json.loads(results.read_bytes().splitlines()[-1])["verdict"] == "right"


def test_two_writers_do_not_mix_their_lines(results: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: check(ID, number / 7), range(40)))
    assert len(lines(results)) == 40


# --- a call that is wrong in itself ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id", ["01.vrrp-takover", "vrrp-takeover", "", "9" * 9999, "\u202e\0", 7, None, [], {}]
)
def test_an_unknown_id_names_those_there_are(id: Any, results: Path) -> None:
    mark = check(id, 3)
    assert (mark.verdict, mark.points, mark.of) == ("absurd", 0, 0)
    same = [known for known in exercises() if isinstance(id, str) and known[:3] == id[:3]]
    assert all(known in mark.words for known in same or exercises())
    assert not results.exists()


def test_did_you_mean() -> None:
    assert "did you mean 01.vrrp-takeover?" in check("01.vrrp-takover", 3).words


def test_without_words_it_says_how() -> None:
    assert 'check("ID", answer)' in check().words


def test_a_failure_of_vipsim_is_no_fault_of_the_student(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "measured", lambda id: (_ for _ in ()).throw(VipsimError("no such file")))
    mark = check(ID, RIGHT)
    assert (mark.verdict, mark.points) == ("open", 0)
    assert "not your fault" in mark.words and "no such file" in mark.words
    monkeypatch.setattr(marks, "measured", lambda id: 1 / 0)
    assert "bug of vipsim (ZeroDivisionError)" in check(ID, RIGHT).words
    monkeypatch.setenv("VIPSIM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        check(ID, RIGHT)


# --- answers that run ---------------------------------------------------------------------------------


def spin(priority: float, phase: float) -> float:
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.001)


def shout(priority: float, phase: float) -> float:
    import sys
    import warnings

    print("out")
    print("err", file=sys.stderr)
    warnings.warn("careful", stacklevel=1)
    return 3 + (256 - priority) / 256 - phase


def leave(priority: float, phase: float) -> float:
    raise SystemExit(3)


def test_a_function_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 0.3)
    mark = check("01.takeover-function", spin)
    assert mark.verdict == "wrong" and "0.3 s" in mark.words


def test_a_scenario_that_takes_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 0.3)
    busy = vs.pair("heartbeat", mode="push", interval="20us", dead_count=10)
    mark = check("01.timers", busy)
    assert mark.verdict == "wrong" and "0.3 s" in mark.words


def test_what_a_function_says_stays_inside(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("01.takeover-function", shout).verdict == "right"
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_function_that_leaves_does_not_end_the_notebook() -> None:
    mark = check("01.takeover-function", leave)
    assert mark.verdict == "absurd" and "SystemExit" in mark.words
