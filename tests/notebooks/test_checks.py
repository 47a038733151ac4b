"""The checks in the notebooks: each exercise has its two cells, as nbgrader reads them."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from vipsim.resources import notebook_names
from vipsim.teach.exercises import exercises
from vipsim.teach.grading import answer_metadata, check_metadata, grade_id

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
BOOKS = [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("*.ipynb"))]
KEYS = {"schema_version", "grade", "locked", "solution", "task", "grade_id", "cell_type"}


def marked(path: Path) -> list[dict[str, Any]]:
    """Cells with metadata of nbgrader."""
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["metadata"]]


def checked(cell: dict[str, Any]) -> str:
    """Id of the exercise that a cell checks: the cell is this one call and nothing else."""
    (statement,) = ast.parse("".join(cell["source"])).body
    assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    call = statement.value
    assert ast.unparse(call.func) == "check" and len(call.args) == 2 and not call.keywords
    assert isinstance(call.args[0], ast.Constant)
    return str(call.args[0].value)


@pytest.mark.parametrize("path", BOOKS)
def test_nbgrader_s_keys_and_no_others(path: Path) -> None:
    for cell in marked(path):
        meta = cell["metadata"]["nbgrader"]
        assert set(meta) == KEYS | ({"points"} if meta["grade"] else set()), cell["id"]


@pytest.mark.parametrize("path", BOOKS)
def test_a_check_stands_alone_and_its_answer_before_it(path: Path) -> None:
    known = {grade_id(id): id for id in exercises()}
    cells = marked(path)
    for before, cell in zip([None, *cells], cells, strict=False):
        meta = cell["metadata"]["nbgrader"]
        if not meta["grade"]:
            continue
        id = checked(cell)
        assert cell["metadata"] == check_metadata(id)
        assert known[meta["grade_id"]] == id
        assert before is not None and before["metadata"] == answer_metadata(id)
        assert "= ..." in "".join(before["source"])


@pytest.mark.parametrize("path", BOOKS)
def test_answers_and_checks_come_in_pairs(path: Path) -> None:
    flags = [cell["metadata"]["nbgrader"]["grade"] for cell in marked(path)]
    assert flags == [False, True] * (len(flags) // 2)


def said(text: str) -> str:
    """Words of a text without its typography."""
    return " ".join(text.replace("`", "").split())


@pytest.mark.parametrize("path", BOOKS)
def test_the_question_stands_above_its_answer(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for number, cell in enumerate(cells):
        if cell["metadata"] and cell["metadata"]["nbgrader"]["grade"]:
            question, answer = cells[number - 2 : number]
            assert question["cell_type"] == "markdown" and answer["metadata"]
            exercise = exercises()[checked(cell)]
            assert said(exercise.question) in said("".join(question["source"])), cell["id"]
            # The form of the answer, with all words that are possible, stands in the question's cell.
            assert "".join(question["source"]).endswith(f"\n\n*Answer:* {exercise.form.says}.")


def test_every_exercise_is_asked_once_in_its_notebook() -> None:
    asked = {
        path.stem: [checked(cell) for cell in marked(path) if cell["metadata"]["nbgrader"]["grade"]]
        for path in sorted(FOLDER.glob("*.ipynb"))
    }
    assert asked == {name: [id for id in asked[name] if id.startswith(name[:2])] for name in sorted(asked)}
    assert sorted(id for ids in asked.values() for id in ids) == sorted(exercises())
    assert all(len(ids) >= 5 for ids in asked.values())


# --- the solutions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", BOOKS)
def test_the_solutions_answer_every_question_and_insist_on_right(path: Path) -> None:
    solutions = json.loads((FOLDER / "solutions" / path.name).read_text(encoding="utf-8"))["cells"]
    text = {cell["id"]: "".join(cell["source"]) for cell in solutions}
    for cell in marked(path):
        if not cell["metadata"]["nbgrader"]["grade"]:
            continue
        id = checked(cell)
        name = id.split(".")[1]
        assert text[f"{name}-ask"].startswith(f"## {id}\n")
        assert said(exercises()[id].question) in said(text[f"{name}-ask"])
        assert "answer = " in text[f"{name}-answer"] and "..." not in text[f"{name}-answer"]
        assert text[f"{name}-check"].startswith(
            f'mark = check("{id}", answer)\nassert mark.verdict == "right"'
        )
        assert len(text[f"{name}-why"].split()) > 15
    assert text["variations"].startswith("## What the variations show")
    assert text["questions"].startswith("## The questions at the end")


def test_solutions_are_no_notebooks_of_the_course() -> None:
    assert {path.name for path in (FOLDER / "solutions").glob("*")} == {
        path.name for path in FOLDER.glob("*.ipynb")
    }
    assert not any("solution" in name for name in notebook_names())
