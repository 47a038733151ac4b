"""The course: which labs there are, and a student's own copy of them.

A copy holds the notebooks, the scenario files that they speak of (to be changed), and a page of how to
begin. It never holds a solution unless the teacher asks for them, and what a student has changed is kept.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vipsim.errors import VipsimError
from vipsim.files import written_whole
from vipsim.resources import notebook_names, notebook_path, scenario_names, scenario_path
from vipsim.teach.exercises import MODULES, Exercise, exercises

SOLUTIONS = "solutions"
"""Folder of the notebooks with answers, beside the others."""
README = "README.md"
NBGRADER_CONFIG = "nbgrader_config.py"

_STUDENTS = """\
# Virtual IP: the labs

Each notebook asks before it tells. Say what a cell will answer, then run it. Where a cell says
`answer = ...`, write your answer over the dots, run it, and run the cell below, which marks it.

    jupyter lab                 # opens the notebooks of this folder
    vipsim course marks .       # your points so far

Both come with vipsim, which is installed once, from its own folder (ask your teacher for it):

    python -m pip install -c constraints.txt ".[all]"

The notebooks:

{labs}
{gaps}
`scenarios/` holds the scenarios that they speak of, for you to change. Run one of them here:

    vipsim run scenarios/{scenario}.yaml

Your marks stand in `vipsim-results.jsonl`, one line for each time that you ran a check: hand it in with
your notebooks. A wrong answer costs nothing but a line.
"""

_CONFIG = """\
# For nbgrader, beside the folder `source`. The notebooks hold no solutions, so there is nothing to clear.
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "vipsim"
c.ClearSolutions.enabled = False
"""


@dataclass(frozen=True, slots=True)
class Lab:
    """One notebook of the course."""

    name: str
    """``01-virtual-ip``."""
    title: str
    exercises: tuple[Exercise, ...]

    @property
    def points(self) -> int:
        """Points that can be had in it."""
        return sum(one.points for one in self.exercises)


@dataclass(frozen=True, slots=True)
class Copied:
    """What `copy_course` did, as paths below the folder."""

    folder: Path
    written: tuple[Path, ...]
    same: tuple[Path, ...]
    """Were there already, to the letter."""
    kept: tuple[Path, ...]
    """Were there and differ: left as they are."""


def labs() -> list[Lab]:
    """Return the notebooks of the course, in order."""
    found = []
    for name in notebook_names():
        book = json.loads(notebook_path(name).read_text(encoding="utf-8"))
        first = "".join(book["cells"][0]["source"]).partition("\n")[0].lstrip("# ").strip()
        number = name.partition("-")[0]
        own = tuple(one for one in exercises().values() if one.id.partition(".")[0] == number)
        found.append(Lab(name, first, own if name in MODULES else ()))
    return found


def copy_course(
    folder: str | os.PathLike[str],
    *,
    solutions: bool = False,
    force: bool = False,
    nbgrader: bool = False,
) -> Copied:
    """Copy the course into a folder, which is made if need be.

    Parameters
    ----------
    folder : path
        Where to.
    solutions : bool
        With the notebooks that have the answers in them, in a folder of their own: for teachers.
    force : bool
        Also over files that differ from those of the course.
    nbgrader : bool
        As nbgrader has it: ``source/LAB/LAB.ipynb``, and a configuration beside it.

    Raises
    ------
    VipsimError
        If the folder is none, or may not be written to.
    OSError
        If a file cannot be written.
    """
    target = _folder(folder)
    written, same, kept = [], [], []
    for place, content in _files(solutions, nbgrader):
        path = target / place
        if path.is_dir():
            raise VipsimError(f"{path}: this is a folder: a file of the course has this name")
        if path.exists():
            if path.read_bytes() == content:
                same.append(place)
                continue
            if not force:
                kept.append(place)
                continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            file.write(content)
        written.append(place)
    return Copied(target, tuple(written), tuple(same), tuple(kept))


def _folder(folder: str | os.PathLike[str]) -> Path:
    text = os.fspath(folder)
    if not text or "\0" in text:
        raise VipsimError(f"{text!r}: this is not a folder's name")
    target = Path(text)
    if target.exists() and not target.is_dir():
        raise VipsimError(f"{target}: this is not a folder: name one, or one to be made")
    target.mkdir(parents=True, exist_ok=True)
    if not os.access(target, os.W_OK):
        raise VipsimError(f"{target}: Permission denied: use a folder that you may write to")
    return target


def _files(solutions: bool, nbgrader: bool) -> Iterator[tuple[Path, bytes]]:
    """Files of a copy: where below the folder, and what is in them."""
    named: set[str] = set()
    for name in notebook_names():
        content = notebook_path(name).read_bytes()
        named |= _scenarios_in(content.decode("utf-8"))
        yield (Path("source", name, f"{name}.ipynb") if nbgrader else Path(f"{name}.ipynb")), content
    if solutions:
        for path in sorted((notebook_path(notebook_names()[0]).parent / SOLUTIONS).glob("*.ipynb")):
            yield Path(SOLUTIONS, path.name), path.read_bytes()
    if nbgrader:
        yield Path(NBGRADER_CONFIG), _CONFIG.encode()
        return
    for name in sorted(named):
        yield Path("scenarios", f"{name}.yaml"), scenario_path(name).read_bytes()
    for path in sorted((scenario_path(min(named)).parent / "keepalived").glob("*.conf")):
        yield Path("scenarios", "keepalived", path.name), path.read_bytes()
    lines = [f"- `{lab.name}.ipynb`: {lab.title}{_worth(lab)}" for lab in labs()]
    yield (
        Path(README),
        _STUDENTS.format(labs="\n".join(lines), gaps=_gaps(), scenario="database-pair").encode(),
    )


def _gaps() -> str:
    """A sentence about the numbers that no notebook has, so that nobody looks for a lost one."""
    numbers = {int(name.partition("-")[0]) for name in notebook_names()}
    missing = [f"{number:02}" for number in range(1, max(numbers)) if number not in numbers]
    if not missing:
        return ""
    return f"\nThese are all the labs that there are: there is no lab {' or '.join(missing)}.\n"


def _worth(lab: Lab) -> str:
    return f" ({len(lab.exercises)} exercises, {lab.points} points)" if lab.exercises else ""


def _scenarios_in(notebook: str) -> set[str]:
    """Shipped scenarios that a notebook names."""
    known = set(scenario_names())
    return known & (set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", notebook)) | {"database-pair"})
