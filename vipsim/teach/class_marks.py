"""The marks of a class: result lines of several students, one row each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vipsim.errors import VipsimError
from vipsim.teach.exercises import exercises
from vipsim.teach.results import FILE, Damage, Result, read_results


@dataclass(frozen=True, slots=True)
class Solved:
    """How one student did in one exercise: the best of all tries counts."""

    id: str
    verdict: str
    points: float
    of: float
    tries: int
    """Different answers up to the first right one, or all if there is none."""
    time: str
    """Of the line that counts."""


@dataclass(frozen=True, slots=True)
class Student:
    """All marks of one file."""

    name: str
    path: Path
    exercises: tuple[Solved, ...]

    @property
    def solved(self) -> int:
        """Exercises answered rightly."""
        return sum(one.verdict == "right" for one in self.exercises)

    @property
    def points(self) -> float:
        """Points in all."""
        return sum(one.points for one in self.exercises)

    @property
    def tries(self) -> int:
        """Different answers in all."""
        return sum(one.tries for one in self.exercises)


@dataclass(frozen=True, slots=True)
class ClassMarks:
    """A class."""

    students: tuple[Student, ...]
    there: dict[str, float]
    """Points of each exercise of the labs that anybody of the class worked on, by id."""
    damages: tuple[Damage, ...]
    """Lines that could not be read and were left out."""

    @property
    def exercises(self) -> int:
        """How many there are in those labs."""
        return len(self.there)

    @property
    def points(self) -> float:
        """To be had in them."""
        return sum(self.there.values())

    @property
    def touched(self) -> tuple[str, ...]:
        """Numbers of the labs that anybody worked on, such as ``01``."""
        return tuple(sorted({_lab(id) for id in self.there}))

    @property
    def untouched(self) -> tuple[str, ...]:
        """Numbers of the other labs."""
        return tuple(sorted({_lab(id) for id in exercises()} - set(self.touched)))

    def open(self, student: Student) -> tuple[str, ...]:
        """Exercises of those labs that a student has not answered rightly, in the order of the labs."""
        right = {one.id for one in student.exercises if one.verdict == "right"}
        return tuple(id for id in self.there if id not in right)


def class_marks(paths: Iterable[str | os.PathLike[str]]) -> ClassMarks:
    """Read the result lines of a class.

    Parameters
    ----------
    paths : iterable of path
        Files of result lines; of a folder, every ``vipsim-results.jsonl`` in it. A student is called like the
        folder of the file.

    Raises
    ------
    VipsimError
        If there is no file, or one is no file of results.
    OSError
        If one cannot be read.
    """
    files = _files(paths)
    students, damages = [], []
    for path, name in zip(files, names_of(files), strict=True):
        results, broken = read_results(path)
        damages += broken
        students.append(Student(name, path, tuple(_best(results))))
    there = _there({one.id: one.of for student in students for one in student.exercises})
    return ClassMarks(tuple(students), there, tuple(damages))


def _files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    found: dict[Path, Path] = {}
    for given in paths:
        path = Path(given)
        if "\0" in str(path):
            raise VipsimError(f"{str(path)!r}: this is not a file's name")
        inside = sorted(path.rglob(FILE)) if path.is_dir() else [path]
        if not inside:
            raise VipsimError(f"{path}: there is no {FILE} in this folder: run a check of a notebook first")
        for one in inside:
            found.setdefault(one.resolve(), one)
    return list(found.values())


def names_of(files: Sequence[Path]) -> list[str]:
    """Name students by the folders of their files: the part in which the folders differ.

    >>> names_of([Path("handed-in/ann/lab/x.jsonl"), Path("handed-in/bob/lab/x.jsonl")])
    ['ann', 'bob']
    """
    folders = [path.resolve().parent.parts for path in files]
    if len(set(folders)) < len(files):  # several files in one folder: then the files are named like students
        return [path.stem for path in files] if len(folders) > 1 else [folders[0][-1]]
    if len(files) == 1:
        return [folders[0][-1] or str(files[0])]
    while len({parts[0] for parts in folders}) == 1 and min(map(len, folders)) > 1:
        folders = [parts[1:] for parts in folders]
    while len({parts[-1] for parts in folders}) == 1 and min(map(len, folders)) > 1:
        folders = [parts[:-1] for parts in folders]
    return ["/".join(parts) for parts in folders]


def _best(results: Sequence[Result]) -> Iterable[Solved]:
    for id in dict.fromkeys(one.id for one in results):
        lines = [one for one in results if one.id == id]
        best = max(lines, key=lambda one: (one.verdict == "right", one.points, one.verdict == "near"))
        until = lines.index(best) + 1 if best.verdict == "right" else len(lines)
        tries = {one.answer for one in lines[:until] if one.verdict != "open"}
        yield Solved(id, best.verdict, best.points, best.of, len(tries), best.time)


def _there(seen: dict[str, float]) -> dict[str, float]:
    """Points of every exercise of the labs that were worked on; of one not known here, what its line says."""
    labs = {_lab(id) for id in seen}
    known: dict[str, float] = {id: one.points for id, one in exercises().items() if _lab(id) in labs}
    return known | {id: points for id, points in seen.items() if id not in known}


def _lab(id: str) -> str:
    return id.partition(".")[0]
