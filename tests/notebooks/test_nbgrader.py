"""nbgrader itself reads our cells: its validator, its generate_assignment and its autograde."""

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from vipsim.teach import copy_course
from vipsim.teach.exercises import exercises
from vipsim.teach.grading import answer_metadata, check_metadata, grade_id

ROOT = Path(__file__).resolve().parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

# What a student wrote over the dots, and the points that nbgrader has to find.
CASES: dict[str, tuple[str, float]] = {
    "01.goodbye": ('answer = "804.7 ms"', 2),
    "01.vrrp-takeover": ('answer = "12.6 s"', 1.5),
    "01.lost-part": ("answer = ...", 0),
    "01.hung-owner": ('answer = "nobody"', 0),
    "01.detection-latest": ("answer = [float('nan')]", 0),
    "01.detection-earliest": ("del answer", 0),
    "01.takeover-function": (
        "import sys\ndef answer(priority, phase):\n    print('noise', file=sys.stderr)\n"
        "    return 3 + (256 - priority) / 256 - phase",
        4,
    ),
    "02.ping-probes": ("answer = 0", 2),
    "02.newcomer-state": ("answer = this is no Python", 0),
}


def notebook(answers: dict[str, str]) -> Any:
    cells = [new_code_cell("from vipsim.teach import check")]
    for id, answer in answers.items():
        cells.append(new_code_cell(answer, metadata=answer_metadata(id)))
        cells.append(new_code_cell(f'check("{id}", answer)', metadata=check_metadata(id)))
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def nbgrader(folder: Path, *words: str) -> None:
    """Run one of nbgrader's commands in a course folder, away from this person's settings."""
    own = {
        name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    # nbgrader calls alembic by its bare name.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    environment = {**os.environ, **own, "PATH": path, "PYTHONPATH": str(ROOT), "VIPSIM_RESULTS": "off"}
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in BOOKS])
def test_its_validator_takes_our_notebooks(path: Path) -> None:
    from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

    MetadataValidatorV3().validate_nb(nbformat.read(path, as_version=4))


@pytest.mark.slow
def test_it_hands_out_runs_and_marks_a_notebook(tmp_path: Path) -> None:
    from nbgrader.utils import determine_grade

    copy_course(tmp_path, nbgrader=True)
    source = tmp_path / "source" / "lab" / "lab.ipynb"
    source.parent.mkdir()
    nbformat.write(notebook(dict.fromkeys(CASES, "answer = ...")), source)
    nbgrader(tmp_path, "generate_assignment", "lab", "--create")
    given = nbformat.read(tmp_path / "release" / "lab" / "lab.ipynb", as_version=4)
    assert [cell.source for cell in given.cells if cell.metadata.get("nbgrader", {}).get("solution")] == [
        "answer = ..."
    ] * len(CASES)

    written = {answer_metadata(id)["nbgrader"]["grade_id"]: answer for id, (answer, _) in CASES.items()}
    for cell in given.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("solution"):
            cell.source = written[meta["grade_id"]]
        elif meta.get("grade"):
            cell.source = "check('01.goodbye', '804.7 ms')  # a student's own check, which nbgrader restores"
    handed_in = tmp_path / "submitted" / "ann" / "lab" / "lab.ipynb"
    handed_in.parent.mkdir(parents=True)
    nbformat.write(given, handed_in)
    nbgrader(tmp_path, "autograde", "lab", "--create")

    marked = nbformat.read(tmp_path / "autograded" / "ann" / "lab" / "lab.ipynb", as_version=4)
    grades = {
        cell.metadata.nbgrader["grade_id"]: determine_grade(cell)
        for cell in marked.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert grades == {grade_id(id): (points, exercises()[id].points) for id, (_, points) in CASES.items()}
    nbgrader(tmp_path, "export")
    (row,) = csv.DictReader((tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines())
    assert (row["student_id"], float(row["score"])) == ("ann", sum(points for _, points in CASES.values()))
    assert float(row["max_score"]) == sum(exercises()[id].points for id in CASES)
