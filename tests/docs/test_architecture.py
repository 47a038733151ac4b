"""The documents name things that exist, their examples run, and pages made from code are current."""

import importlib
import re
import shlex
from pathlib import Path

import pytest

import vipsim as vs
from tests.docs.machines import page
from vipsim.cli import parser
from vipsim.scenario.reader import read_scenario_text
from vipsim.sim.faults import ACTS, WAY_BACK

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
TABLE = ARCHITECTURE.split("## What was asked for")[1].split("\n## ")[0]
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
    for line in TABLE.splitlines()
    if line.startswith("| ") and "---" not in line
][1:]


def test_the_table_has_every_sentence():
    assert len(ROWS) >= 20
    assert all(len(row) == 4 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_command_module_and_test_of_each_row_exist(row):
    _, command, module, test = (cell.strip("`") for cell in row)
    words = shlex.split(command)
    assert words[0] == "vipsim"
    parser(words[1]).parse_args(words[1:])  # leaves with SystemExit if it does not parse
    importlib.import_module(module)
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text()
    assert not name or f"def {name}(" in text


def test_every_command_stands_in_the_tables_of_questions():
    table = ARCHITECTURE.split("## One table of questions")[1].split("\n## ")[0]
    known = {
        path.stem.partition("_")[0]
        for path in (ROOT / "vipsim/cli").glob("*.py")
        if "def add_parser" in path.read_text()
    }
    assert len(known) >= 12
    assert set(re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE)) == known
    readme = (ROOT / "README.md").read_text().split("## Commands")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `vipsim ([a-z]+)", readme, re.MULTILINE)) == known


def test_every_fault_word_stands_in_the_table_with_its_way_back():
    table = ARCHITECTURE.split("## Faults")[1]
    for word in ACTS:
        assert f"`{word.value}`" in table
    for word, back in WAY_BACK.items():
        line = next(line for line in table.splitlines() if line.startswith("|") and f"`{word.value}`" in line)
        assert line.rstrip(" |").endswith(f"`{back.value}`")


def test_every_module_named_in_the_documents_exists():
    named = set(re.findall(r"`(vipsim(?:\.[a-z_]+)+)`", ARCHITECTURE))
    assert len(named) > 20
    for name in sorted(named):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            module, _, attribute = name.rpartition(".")
            assert hasattr(importlib.import_module(module), attribute), name


def test_the_rooms_of_the_simulator_are_all_named():
    rooms = {path.stem for path in (ROOT / "vipsim/sim").glob("*.py")} - {"__init__", "simulation", "world"}
    rooms |= {path.parent.name for path in (ROOT / "vipsim/sim").glob("*/__init__.py")}
    assert rooms == set(re.findall(r"`vipsim\.sim\.([a-z_]+)` \|", ARCHITECTURE))


def test_the_page_of_machines_is_current():
    assert (ROOT / "docs/machines.md").read_text() == page()


def test_the_top_level_is_as_asked():
    for name in ("pyproject.toml", "README.md", "vipsim", "notebooks", "scenarios", "tests"):
        assert (ROOT / name).exists()


@pytest.mark.parametrize(
    "page_name", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_links_between_pages_lead_somewhere(page_name):
    text = (ROOT / page_name).read_text()
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page_name).parent / target).exists(), target


def test_commands_of_the_readme_parse():
    text = (ROOT / "README.md").read_text()
    lines = re.findall(r"^ {4}(?:\$ )?vipsim (.+)$", text, re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        words = shlex.split(line, comments=True)
        parser(words[0]).parse_args(words)


def test_the_examples_of_the_scenario_format_are_read_and_run():
    whole, *groups = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/scenarios.md").read_text(), re.DOTALL)
    others = [re.sub(r"groups:.*?\n\n(?=clients)", one + "\n", whole, flags=re.DOTALL) for one in groups]
    assert len(others) == 2  # a heartbeat, and CARP
    for text in (whole, *others):
        trace = vs.run(read_scenario_text(text), seed=1, level=vs.Level.PROTOCOL)
        assert [failover.new for failover in trace.failovers] == ["db2"]
