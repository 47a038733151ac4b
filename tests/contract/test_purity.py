"""Machines are pure: what their modules may import and call, and that no hash order leaks out."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import vipsim.machines.contract

FOLDER = Path(vipsim.machines.contract.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
STANDARD = {
    *("__future__", "bisect", "collections", "collections.abc", "copy", "dataclasses", "enum", "functools"),
    *("heapq", "itertools", "math", "operator", "struct", "typing", "zlib"),
}
OWN = ("vipsim.errors", "vipsim.units", "vipsim.wire", "vipsim.machines")
FORBIDDEN_CALLS = {
    "print",
    "open",
    "input",
    "eval",
    "exec",
    "__import__",
    "id",
    "hash",
    "breakpoint",
    "globals",
}


def imported(tree: ast.AST) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            names.append(node.module or "")
    return names


def is_allowed(name: str) -> bool:
    return name in STANDARD or any(name == own or name.startswith(own + ".") for own in OWN)


def test_there_are_machines_to_judge():
    rooms = {"heartbeat", "vrrp", "neighbor", "bridge", "host", "tcp"}
    assert rooms <= {path.parent.name for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_machine_imports_no_clock_no_chance_and_no_world(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [name for name in imported(tree) if not is_allowed(name)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_machine_calls_nothing_that_reaches_out(path):
    calls = [
        node.func
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    assert [call.id for call in calls if isinstance(call, ast.Name) and call.id in FORBIDDEN_CALLS] == []


@pytest.mark.parametrize(
    "word", ["time", "random", "socket", "logging", "simpy", "vipsim.trace", "vipsim.sim", "os"]
)
def test_the_judge_sees_what_is_forbidden(word):
    assert imported(ast.parse(f"import {word}")) == [word]
    assert not is_allowed(word)


def test_no_hash_order_reaches_the_actions():
    """The same story in two processes with different hash seeds, to the byte."""
    stories = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "tests.contract.story"]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
        stories.append(done.stdout)
    assert stories[0].count("Changed") > 10
    assert stories[0] == stories[1]
