"""The notebooks as files: short cells, no outputs, nothing of one machine. CI runs them with nbmake."""

import ast
import json
import re
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import vipsim as vs
from vipsim import resources

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
BOOKS = [pytest.param(path, id=path.stem) for path in PATHS]
SOLUTIONS = [
    pytest.param(path, id=f"solutions-{path.stem}") for path in sorted(FOLDER.glob("solutions/*.ipynb"))
]

ABSOLUTE = re.compile(r"""["'(=\s](?:/[a-z]+/|~/|[A-Za-z]:\\|file:)""")
LEFTOVERS = re.compile(r"\b(?:TODO|FIXME|XXX)\b")


def read(path: Path) -> dict[str, Any]:
    book: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return book


def sources(path: Path, kind: str | None = None) -> dict[str, str]:
    """Text of the cells of a kind, by id."""
    cells = [cell for cell in read(path)["cells"] if kind in (None, cell["cell_type"])]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def lines(code: str) -> int:
    return sum(1 for line in code.splitlines() if line.strip())


def calls(path: Path) -> list[ast.Call]:
    trees = [ast.parse(code) for code in sources(path, "code").values()]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_the_first_notebook_is_shipped() -> None:
    assert "01-virtual-ip" in resources.notebook_names()
    assert resources.notebook_path("01-virtual-ip").name in {path.name for path in PATHS}


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_code_cells_are_short(path: Path) -> None:
    counts = {name: lines(code) for name, code in sources(path, "code").items()}
    assert median(counts.values()) <= 3
    assert {name: count for name, count in counts.items() if not 1 <= count <= 10} == {}


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_cells_have_ids_that_are_unique(path: Path) -> None:
    names = [cell.get("id", "") for cell in read(path)["cells"]]
    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name)] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_it_is_committed_without_outputs_and_without_its_author_s_machine(path: Path) -> None:
    book = read(path)
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in book["cells"]:
        # Nothing but what nbgrader needs, which tests/notebooks/test_checks.py judges.
        assert set(cell["metadata"]) <= {"nbgrader"}, cell["id"]
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None, cell["id"]


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_it_names_no_absolute_path_and_leaves_nothing_to_do(path: Path) -> None:
    found = {name: text for name, text in sources(path).items() if ABSOLUTE.search(text)}
    assert found == {}
    assert {name for name, text in sources(path).items() if LEFTOVERS.search(text)} == set()


@pytest.mark.parametrize("text", ['open("/tmp/x")', "see ~/x", 'Path("C:\\\\x")'])
def test_the_path_pattern_sees_paths(text: str) -> None:
    assert ABSOLUTE.search(text)


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_it_uses_public_names_only(path: Path) -> None:
    used = {name for text in sources(path).values() for name in re.findall(r"\bvs\.([a-z_A-Z]+)", text)}
    assert used - set(vs.__all__) == set()


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_its_scenarios_are_shipped(path: Path) -> None:
    named = set(re.findall(r'(?:shipped|scenario_path)\("([^"]*)"', "\n".join(sources(path).values())))
    assert named and named <= set(resources.scenario_names())


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_every_run_says_its_seed(path: Path) -> None:
    runs = [call for call in calls(path) if ast.unparse(call.func) in ("vs.run", "vs.Simulation")]
    assert runs
    assert [ast.unparse(run) for run in runs if "seed" not in {word.arg for word in run.keywords}] == []


@pytest.mark.parametrize("path", BOOKS)
def test_every_section_has_code_and_ends_with_a_variation(path: Path) -> None:
    sections: list[list[dict[str, Any]]] = []
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "markdown" and cell["source"][0].startswith("## "):
            sections.append([])
        if sections:
            sections[-1].append(cell)
    *numbered, questions = sections
    assert questions[0]["source"][0].strip() == "## Questions"
    for number, section in enumerate(numbered, 1):
        title = section[0]["source"][0]
        assert title.startswith(f"## {number}. ")
        assert any(cell["cell_type"] == "code" for cell in section), title
        assert "**Vary.**" in "".join(section[-1]["source"]), title


def variations() -> list[tuple[str, str, str]]:
    """(scenario, method, arguments) of every change that a section of notebook 2 proposes in words."""
    found, scenario = [], ""
    for cell in read(FOLDER / "02-arp-caches.ipynb")["cells"]:
        text = "".join(cell["source"])
        named = re.search(r'(?:shipped|scenario_path)\("([a-z-]+)"', text)
        if text.startswith("## "):
            scenario = ""
        if named:
            scenario = named[1]
        if cell["cell_type"] == "markdown" and scenario:
            calls_of_it = re.findall(r"\.(with_setting|with_faults)\(([^)]*)\)", text)
            found += [(scenario, name, arguments) for name, arguments in calls_of_it]
    return found


@pytest.mark.parametrize(("scenario", "name", "arguments"), variations())
def test_what_a_section_proposes_to_vary_is_accepted(scenario: str, name: str, arguments: str) -> None:
    read_in = vs.read_scenario(resources.scenario_path(scenario))
    words = ast.literal_eval(f"({arguments},)")
    assert getattr(read_in, name)(*words) != read_in


def test_several_variations_are_found() -> None:
    assert {name for name, _, _ in variations()} >= {
        "lock-time",
        "dead-port-virtual-mac",
        "stp-at-boot",
        "four-hour-router",
        "old-owner-forwarding",
        "tcp-backoff-grid",
    }


def keepalived_settings() -> list[str]:
    """Arguments of every with_setting of notebook 3, in its code and in what it proposes to vary."""
    text = "\n".join(sources(FOLDER / "03-keepalived.ipynb").values())
    return sorted(set(re.findall(r"\.with_setting\((\"[^)]*\")\)", text)))


@pytest.mark.parametrize("arguments", keepalived_settings())
def test_every_setting_of_the_third_notebook_is_accepted(arguments: str) -> None:
    pair = vs.read_scenario(resources.scenario_path("database-pair"))
    words = ast.literal_eval(f"({arguments},)")
    if words[0] != "vrrp.profile":
        pair = pair.with_setting("vrrp.profile", "keepalived")
    assert pair.with_setting(*words) != pair


def test_several_of_them_are_found() -> None:
    assert len(keepalived_settings()) >= 6


def proposed_pairs() -> list[str]:
    """Every pair that the words of notebook 3 propose, as the expression that a student pastes."""
    text = "\n".join(sources(FOLDER / "03-keepalived.ipynb", "markdown").values())
    return sorted(set(re.findall(r"`(pair(?:\.with_setting\([^)]*\))+)`", text)))


@pytest.mark.parametrize("expression", proposed_pairs())
def test_a_proposed_pair_still_has_a_failover_from_db1_to_db2(expression: str) -> None:
    pair = vs.read_scenario(resources.scenario_path("database-pair")).with_(faults=())
    changed = eval(expression, {"pair": pair.with_setting("vrrp.profile", "keepalived")})
    trace = vs.run(changed.with_faults("crash:db1@5s"), seed=1, level=vs.Level.PROTOCOL)
    assert [(one.kind, one.new) for one in trace.failovers] == [("failover", "db2")]


def test_the_better_backup_of_section_8_is_silent_in_four_of_five_cuts() -> None:
    better = next(one for one in proposed_pairs() if '"200"' in one)
    pair = vs.read_scenario(resources.scenario_path("database-pair")).with_(faults=())
    changed = eval(better, {"pair": pair.with_setting("vrrp.profile", "keepalived")})
    share = vs.predict(changed, "isolate:15s", seeds=60)["isolate"].silent.share
    assert share.low < 0.8 < share.high


@pytest.mark.parametrize("path", BOOKS + SOLUTIONS)
def test_no_text_is_cut_by_characters(path: Path) -> None:
    cut = re.compile(r"\[\s*(?:-?\d{3,}\s*:|:\s*-?\d{3,})")
    assert {name for name, code in sources(path, "code").items() if cut.search(code)} == set()


def test_the_third_notebook_shows_files_looks_them_through_and_runs_them() -> None:
    book = sources(FOLDER / "03-keepalived.ipynb")
    code = "\n".join(sources(FOLDER / "03-keepalived.ipynb", "code").values())
    assert {"read_keepalived", "lint", "from_keepalived"} <= set(re.findall(r"vs\.([a-z_]+)", code))
    assert "vipsim lint a.conf b.conf" in book["files-why"] and "vipsim run --keepalived" in book["files-why"]


class Shown:
    """Stands for IPython's `display`: keeps what it was given."""

    def __init__(self) -> None:
        self.things: list[object] = []

    def __call__(self, thing: object, display_id: bool = False) -> None:
        self.things.append(thing)


def test_without_widgets_the_slider_s_cell_shows_the_picture_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    shown = Shown()
    code = sources(FOLDER / "01-virtual-ip.ipynb", "code")["slider-show"]
    exec(code, {"display": shown, "redraw": lambda interval: f"picture of {interval}"})
    assert shown.things == ["picture of 1s"]
    assert len(capsys.readouterr().out.splitlines()) == 1
