"""The shipped scripts: short, on the public API only, and they leave a table and a picture behind."""

import ast
import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

import vipsim as vs

FOLDER = Path(__file__).parents[2] / "scenarios"
SCRIPTS = sorted(FOLDER.glob("compare_*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_is_at_most_forty_lines_of_public_names(script):
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    nodes = list(ast.walk(ast.parse(text)))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    assert plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom)} == {
        "pathlib",
        "vipsim",
    }
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    used = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "vs"}
    assert used <= set(vs.__all__)


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_runs_by_plain_python(script, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent), "MPLBACKEND": "Agg"}
    result = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=tmp_path,
        env=environment,
    )
    assert (result.returncode, result.stderr) == (0, "")
    with (tmp_path / "out" / f"{script.stem}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 and {row["n"] for row in rows} == {"200"}
    assert all(row["arm"] in result.stdout for row in rows)
    assert (tmp_path / "out" / f"{script.stem}.png").read_bytes().startswith(b"\x89PNG")


def test_there_are_both():
    assert [script.stem for script in SCRIPTS] == ["compare_mechanisms", "compare_timers"]
