"""What nbgrader (0.9, metadata schema 3) has to know of a cell that asks and of one that marks.

An answer is written in a cell of its own, which the student changes. The check stands alone in the next
cell, which nbgrader locks and restores; its value is a `vipsim.teach.Mark`, whose plain text is the number of
points.
"""

from __future__ import annotations

from typing import Any

from vipsim.teach.exercises import exercises

SCHEMA = 3
"""nbgrader/nbgraderformat/v3.json."""


def grade_id(id: str) -> str:
    """Name of an exercise as nbgrader takes it: letters, digits, ``-`` and ``_``.

    >>> grade_id("01.detection-earliest")
    '01-detection-earliest'
    """
    return id.replace(".", "-")


def answer_metadata(id: str) -> dict[str, Any]:
    """Metadata of the cell in which the answer of an exercise is written."""
    return _cell(f"{grade_id(id)}-answer", grade=False, locked=False, solution=True)


def check_metadata(id: str) -> dict[str, Any]:
    """Metadata of the cell that checks the answer of an exercise and is worth its points."""
    cell = _cell(grade_id(id), grade=True, locked=True, solution=False)
    cell["nbgrader"]["points"] = exercises()[id].points
    return cell


def _cell(name: str, *, grade: bool, locked: bool, solution: bool) -> dict[str, Any]:
    return {
        "nbgrader": {
            "schema_version": SCHEMA,
            "grade": grade,
            "locked": locked,
            "solution": solution,
            "task": False,
            "grade_id": name,
            "cell_type": "code",
        }
    }
