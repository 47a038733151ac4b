"""``vipsim plot``: every kind, from a trace and from a scenario."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim
from vipsim.cli.plot import KINDS
from vipsim.errors import MissingExtra


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "replay"])
def test_every_kind_from_a_scenario_and_from_its_trace(vipsim: Vipsim, tmp_path: Path, kind: str) -> None:
    assert vipsim("run", "database-pair", "--seed", 2, "--trace", "t.jsonl").code == 0
    words = ["--kind", kind, "--seeds", 5]
    done = vipsim("plot", "database-pair", "--seed", 2, *words, "-o", "s.svg")
    assert (done.code, done.out, done.err) == (0, "written: s.svg\n", "")
    assert vipsim("plot", "t.jsonl", *words, "-o", "t.svg").code == 0
    # The picture of a run and the picture of its trace are the same bytes.
    assert (tmp_path / "s.svg").read_bytes() == (tmp_path / "t.svg").read_bytes()


def test_a_png(vipsim: Vipsim, tmp_path: Path) -> None:
    assert vipsim("plot", "database-pair", "-o", "x.png", "--from", "4s", "--to", "9s").code == 0
    assert (tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG"


def test_without_a_name_the_picture_is_named_after_its_source(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("plot", "database-pair")
    assert (done.code, done.out, done.err) == (0, "written: database-pair-timeline.png\n", "")
    assert (tmp_path / "database-pair-timeline.png").read_bytes()[:4] == b"\x89PNG"
    (tmp_path / "runs").mkdir()
    vipsim("run", "database-pair", "--trace", "runs/t.jsonl.gz")
    done = vipsim("plot", "runs/t.jsonl.gz", "--kind", "phases")
    assert (done.code, done.out) == (0, "written: t-phases.png\n")
    assert (tmp_path / "t-phases.png").is_file()


def test_a_trace_is_known_by_its_content_too(vipsim: Vipsim, tmp_path: Path) -> None:
    vipsim("run", "database-pair", "--trace", "t.jsonl.gz", "--pcapng", "c.pcapng")
    (tmp_path / "t.jsonl.gz").rename(tmp_path / "trace.gz")
    assert vipsim("plot", "trace.gz", "--kind", "phases", "-o", "x.svg").code == 0
    done = vipsim("plot", "c.pcapng", "-o", "y.svg")
    assert done.code == 2
    assert "this is a capture" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.jsonl", "-o", "x.png"], "missing.jsonl"),
        (["database-pair", "-o", "x"], "end the name in .png"),
        (["database-pair", "-o", "no/x.png"], "there is no folder no"),
        (["database-pair", "-o", "x.png", "--kind", "pie"], "invalid choice: 'pie'"),
        (["database-pair", "-o", "x.png", "--from", "5"], "5 has no unit"),
        (["database-pair", "-o", "x.png", "--kind", "cdf", "--seeds", "0"], "0 seeds"),
        (
            ["database-pair", "-o", "x.png", "--set", "faults=[]", "--kind", "cdf", "--seeds", "2"],
            "no convergence",
        ),
        (
            ["database-pair", "-o", "x.png", "--kind", "caches", "--vip", "web"],
            "use one of service (192.168.",
        ),
        (["broken.jsonl", "-o", "x.png"], "broken.jsonl:1: "),
        (["broken.jsonl", "-o", "broken.jsonl"], "end the name in"),
        (["broken.jsonl", "-o", "x.png", "--set", "a=b"], "--set and --fault are for a scenario"),
    ],
)
def test_bad_input(vipsim: Vipsim, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "broken.jsonl").write_text('{"vipsim_trace"')
    done = vipsim("plot", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert os.listdir(tmp_path) == ["broken.jsonl"]


def test_without_matplotlib_one_line_says_so(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    import vipsim as package

    def refuse(extra: str, module: str) -> None:
        raise MissingExtra(f'{module} is not installed: pip install "vipsim[{extra}]"')

    for name in [name for name in sys.modules if name.startswith("vipsim.view")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(package, "view", raising=False)
    monkeypatch.setattr("vipsim._extras.require", refuse)
    done = vipsim("plot", "database-pair", "-o", "x.png")
    assert (done.code, done.err) == (2, 'vipsim: matplotlib is not installed: pip install "vipsim[plot]"\n')


@pytest.mark.parametrize(
    ("kind", "words", "says"),
    [
        ("replay", ["--vip", "a"], "--vip is for --kind caches, not for replay"),
        ("timeline", ["--kinds", "garp"], "--kinds is for --kind ladder, not for timeline"),
        ("topology", ["--from", "4s"], "--from is for --kind timeline and ladder and caches and replay"),
    ],
)
def test_options_of_other_kinds_are_refused(vipsim: Vipsim, kind: str, words: list[str], says: str) -> None:
    done = vipsim("plot", "database-pair", "--kind", kind, *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
