r"""Read a scenario file: every error at once, each with its line, a caret and what would do.

>>> read_scenario_text("name: x\nduration: 20\nnodes: {sw1: {kind: switch}}\n")
Traceback (most recent call last):
    ...
vipsim.errors.ScenarioError: <text>:2:11: 20 has no unit: write 20s or 20ms
    duration: 20
              ^
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from vipsim.errors import Problem, ScenarioError
from vipsim.scenario.check.findings import MAX_PROBLEMS
from vipsim.scenario.model import Scenario
from vipsim.scenario.tree import MAX_BYTES, Tree, grow

_FORBIDDEN = (0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)
"""Line ends that only some count, a byte order mark inside, and no characters."""


def read_scenario(source: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a YAML file, or from YAML text.

    Parameters
    ----------
    source : path or str
        A path; a str with a line end in it is taken as the text itself.

    Raises
    ------
    ScenarioError
        With every problem, sorted by position; also if the file cannot be read.
    """
    if isinstance(source, str) and ("\n" in source or source.lstrip().startswith("{")):
        return read_scenario_text(source)
    path = os.fspath(source)
    return read_scenario_text(_decoded(_bytes_of(path), path), path)


def read_scenario_text(text: str, path: str = "<text>") -> Scenario:
    """Read a scenario from YAML text; `path` is what errors call it."""
    if len(text) > MAX_BYTES:
        raise ScenarioError([_too_large(path)])
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    found = _unprintable(lines)
    scenario = None
    if not found:
        tree = grow(text)
        found = tree.problems
        if not found or tree.data is not None:
            scenario, meant = _judged(tree)
            seen = {(problem.line, problem.column) for problem in found}
            found = found + [one for one in meant if (one.line, one.column) not in seen]
    if found:
        found = sorted(found, key=lambda problem: (problem.line, problem.column))
        raise ScenarioError([_placed(problem, path, lines) for problem in found[:MAX_PROBLEMS]])
    assert scenario is not None
    return scenario


def _judged(tree: Tree) -> tuple[Scenario | None, list[Problem]]:
    from vipsim.scenario.judge import judge

    scenario, problems = judge(tree.data)
    placed = []
    for problem in problems:
        line, column = tree.place(problem.where, key=problem.message.startswith("unknown key"))
        placed.append(replace(problem, line=line, column=column))
    return scenario, placed


def _placed(problem: Problem, path: str, lines: list[str]) -> Problem:
    source = lines[problem.line - 1] if 0 < problem.line <= len(lines) else ""
    return replace(problem, path=_printable(path), source=source.rstrip())


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _bytes_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = _similar_file(path)
        raise ScenarioError([Problem(f"{_printable(path)}: there is no such file", hint)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(f"{_printable(path)}: cannot be read: {reason}") from None


def _similar_file(path: str) -> str:
    from vipsim.scenario.fields import nearest

    wanted = Path(path)
    try:
        names = sorted(entry.name for entry in wanted.parent.iterdir() if entry.suffix in (".yaml", ".yml"))
    except OSError:
        return ""
    return nearest(wanted.name, names[:1000])


def _decoded(content: bytes, path: str) -> str:
    if len(content) > MAX_BYTES:
        raise ScenarioError([_too_large(path)])
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00")):
        raise ScenarioError(
            [Problem("this is not UTF-8 but UTF-16 or binary", "save it as UTF-8", _printable(path), 1, 1)]
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"the byte 0x{content[error.start]:02X} is not UTF-8"
        raise ScenarioError([Problem(message, "save it as UTF-8", _printable(path), line, column)]) from None


def _too_large(path: str) -> Problem:
    return Problem("the file is too large", f"allowed: {MAX_BYTES} bytes", _printable(path), 1, 1)


def _unprintable(lines: list[str]) -> list[Problem]:
    """Control characters, which YAML forbids; at most a few, a binary file has many."""
    problems = []
    for number, line in enumerate(lines, 1):
        if line.isprintable():
            continue
        for column, letter in enumerate(line, 1):
            code = ord(letter)
            allowed = code >= 0xA0 or 0x20 <= code < 0x7F or letter == "\t"
            if not allowed or 0xD800 <= code <= 0xDFFF or code in _FORBIDDEN:
                name = "NUL" if not code else f"character U+{code:04X}"
                problems.append(Problem(f"the {name} is not allowed", line=number, column=column))
                break
        if len(problems) >= 20:
            break
    return problems
