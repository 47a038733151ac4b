"""``vipsim course``: the labs, copies of them for students, and the marks of a class."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from vipsim.cli import failures
from vipsim.cli.output import shown
from vipsim.cli.parser import did_you_mean
from vipsim.errors import VipsimError

if TYPE_CHECKING:
    from vipsim.teach.class_marks import ClassMarks


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``course``."""
    parser = subparsers.add_parser(
        "course",
        help="the labs: list them, copy them for students, marks of a class",
        description="The labs are notebooks with exercises that are marked when a student runs their checks.",
    )
    acts = parser.add_subparsers(dest="act", metavar="list|copy|marks", required=True)
    listed = acts.add_parser("list", help="the labs; with a name: its exercises and their questions")
    listed.add_argument("lab", nargs="?", metavar="LAB", help="such as 01-virtual-ip, or 01")
    copied = acts.add_parser("copy", help="copy the notebooks and their scenarios into a folder of one's own")
    copied.add_argument("folder", metavar="DIR", help="where to; it is made if need be")
    copied.add_argument("--solutions", action="store_true", help="with the solutions: for teachers")
    copied.add_argument("--nbgrader", action="store_true", help="laid out as nbgrader wants its source")
    copied.add_argument("--force", action="store_true", help="also over files that were changed there")
    marks = acts.add_parser("marks", help="a table of result lines: solved, points, tries")
    marks.add_argument(
        "files",
        nargs="+",
        metavar="FILE|DIR",
        help="vipsim-results.jsonl of a student, or a folder with such files in it",
    )
    marks.add_argument(
        "--open",
        action="store_true",
        help="list what each student has not solved yet (of a single student it is always listed)",
    )
    marks.add_argument("--json", action="store_true", help="print one JSON document, each exercise by itself")
    for act, function in ((listed, _list), (copied, _copy), (marks, _marks)):
        act.set_defaults(run=function)


# --- list ----------------------------------------------------------------------------------------


def _list(args: argparse.Namespace) -> int:
    from vipsim.stats import Table
    from vipsim.teach.course import Lab, labs

    found = labs()
    if args.lab is not None:
        _print_lab(_chosen(args.lab, {lab.name: lab for lab in found}))
        return failures.FINE

    def row(lab: Lab) -> dict[str, Any]:
        return {
            "lab": lab.name,
            "title": lab.title,
            "exercises": len(lab.exercises),
            "points": lab.points,
        }

    print(Table.from_rows([row(lab) for lab in found]).to_text())
    print("\nvipsim course list LAB tells its questions, vipsim course copy DIR makes a copy")
    return failures.FINE


def _chosen(name: str, labs: dict[str, Any]) -> Any:
    stem = name.removesuffix(".ipynb")
    for known, lab in labs.items():
        if stem in (known, known.partition("-")[0]):
            return lab
    raise VipsimError(f"there is no lab {name[:60]!r}{did_you_mean(stem, labs)}\n    labs: {', '.join(labs)}")


def _print_lab(lab: Any) -> None:
    import textwrap

    print(f"{lab.name}: {lab.title}")
    for one in lab.exercises:
        print(f"\n{one.id}  ({one.points} point{'s' * (one.points != 1)}; {one.form.says})")
        print(textwrap.fill(one.question, 96, initial_indent="    ", subsequent_indent="    "))
    if not lab.exercises:
        print("\nno marked exercises")


# --- copy ----------------------------------------------------------------------------------------


def _copy(args: argparse.Namespace) -> int:
    from vipsim.teach.course import copy_course

    done = copy_course(args.folder, solutions=args.solutions, force=args.force, nbgrader=args.nbgrader)
    for path in done.written:
        print(f"written: {shown(done.folder / path)}")
    if done.same:
        print(f"{len(done.same)} files were there already, unchanged")
    if not done.kept:
        return failures.FINE
    for path in done.kept:
        print(
            f"vipsim: kept: {failures.printable(str(shown(done.folder / path)))}: it was changed here",
            file=sys.stderr,
        )
    print("    --force writes over what was changed", file=sys.stderr)
    return failures.BAD_INPUT


# --- marks ---------------------------------------------------------------------------------------


def _marks(args: argparse.Namespace) -> int:
    from vipsim.teach.class_marks import class_marks

    found = class_marks(args.files)
    for damage in found.damages:
        print(f"vipsim: {failures.printable(str(damage))}", file=sys.stderr)
    is_all_damaged = bool(found.damages) and not any(student.exercises for student in found.students)
    if is_all_damaged:
        print("vipsim: no line could be read: hand the files in again", file=sys.stderr)
    if args.json:
        print(json.dumps(_document(found), indent=2))
    else:
        _print_table(found)
        _print_open(found, every=args.open or len(found.students) == 1)
    return failures.CHECK_FAILED if is_all_damaged else failures.FINE


def _print_table(found: ClassMarks) -> None:
    from vipsim.stats import Table

    rows: list[dict[str, Any]] = [
        {
            "student": failures.printable(student.name)[:60],
            "solved": f"{student.solved} of {found.exercises}",
            "points": f"{student.points:g} of {found.points:g}",
            "tries": student.tries,
            "last": max((one.time for one in student.exercises), default="-"),
        }
        for student in found.students
    ]
    print(failures.printable(Table.from_rows(rows).to_text()))


def _print_open(found: ClassMarks, every: bool) -> None:
    """Say of which labs the table counts, and what each student has not solved."""
    import textwrap

    others = f"; nobody began {', '.join(found.untouched)}" if found.untouched else ""
    print(f"\nCounted are all exercises of the labs begun: {', '.join(found.touched) or 'none'}{others}")
    if not every:
        print("vipsim course marks --open lists what each student has not solved")
        return
    for student in found.students:
        half = {one.id for one in student.exercises if one.verdict != "right" and one.points}
        told = [f"{id} (half)" if id in half else id for id in found.open(student)]
        line = f"{student.name[:60]}: {'not solved yet: ' + ', '.join(told) if told else 'all solved'}"
        print(textwrap.fill(failures.printable(line), 96, subsequent_indent="    ", break_on_hyphens=False))


def _document(found: ClassMarks) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "exercises": found.exercises,
        "points": found.points,
        "labs": list(found.touched),
        "students": [
            {
                "name": student.name,
                "file": str(student.path),
                "solved": student.solved,
                "points": student.points,
                "tries": student.tries,
                "open": list(found.open(student)),
                "exercises": [asdict(one) for one in student.exercises],
            }
            for student in found.students
        ],
        "damaged": [str(damage) for damage in found.damages],
    }
