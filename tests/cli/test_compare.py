"""``vipsim compare``: its arms, its files, and Ctrl-C."""

import io
import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim
from vipsim.cli.compare import split_values
from vipsim.cli.progress import Bar

QUICK = ["--quiet-time", "60s"]
TWO = ["compare", "database-pair", "--set", "vrrp.advert_interval=1s,2s", *QUICK]


def test_a_row_per_arm(vipsim: Vipsim) -> None:
    done = vipsim(*TWO, "--seeds", 5)
    assert (done.code, done.err) == (0, "")
    table, legend = done.out.split("\n\n")
    head, *rows = table.splitlines()
    assert head.startswith("arm")
    assert [row.split()[0] for row in rows] == ["vrrp.advert_interval=1s", "vrrp.advert_interval=2s"]
    assert len(legend.splitlines()) <= 4
    for word in ("blackout:", "[low, high]", "to the first", "seen in"):
        assert word in legend


def test_every_combination_is_an_arm(vipsim: Vipsim) -> None:
    words = ["--set", "vrrp.version=3", "--set", "vrrp.advert_interval=1s,100ms", "--seeds", 2]
    rows = vipsim("compare", "database-pair", *words, *QUICK).out.split("\n\n")[0].splitlines()[1:]
    assert [row.rpartition("ms")[0] == "" or "version=3" in row for row in rows] == [True, True]


def test_files_and_the_document(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim(*TWO, "--seeds", "3..7", "--csv", "c.csv", "--cdf", "c.svg", "--json")
    document = json.loads(done.out)
    assert (document["seeds"], document["interrupted"]) == ("3..7", False)
    assert len(document["table"]["rows"]) == 2
    assert document["closed_forms"]["vrrp.advert_interval=1s"].startswith("uniform from 2.609375s")
    assert sorted(os.listdir(tmp_path)) == ["c.csv", "c.svg"]
    assert "vrrp.advert_interval=2s" in (tmp_path / "c.csv").read_text()
    assert "written: c.csv\nwritten: c.svg\n" in done.err
    assert "to the first: " in done.err


def test_ctrl_c_keeps_what_is_finished(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(Bar):
        def __call__(self, done: int, total: int, left: float) -> None:
            if done >= total // 2:
                raise KeyboardInterrupt

    monkeypatch.setattr("vipsim.cli.compare.Bar", Impatient)
    done = vipsim(*TWO, "--seeds", 20, "--csv", "c.csv")
    assert done.code == 130
    assert "interrupted after " in done.out
    seeds = done.out.split("go on with --seeds ")[1].split()[0]
    first, last = seeds.split("..")
    assert 2 < int(first) < 20
    assert last == "20"
    assert f",{int(first) - 1}," in Path("c.csv").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "vrrp.advert_interval=1s,3"], "3 has no unit"),
        (["--set", "vrrp.advert_interval=1s", "--set", "vrrp.advert_interval=2s"], "given twice"),
        (["--seeds", "0"], "0 seeds"),
        (["--seeds", "x"], "'x' are no seeds"),
        (["--seeds", "9..3"], "the smaller one comes first"),
        (["--loss", "5"], "write 5%"),
        (["--quiet-time", "10"], "10 has no unit"),
        (["--cdf", "c.gif"], "--cdf c.gif: end the name in .png or .svg or .pdf"),
        (["--csv", "no/x.csv"], "there is no folder no"),
    ],
)
def test_bad_input(vipsim: Vipsim, words: list[str], said: str) -> None:
    done = vipsim("compare", "database-pair", "--seeds", 3, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1s", ["1s"]),
        ("1s,2s , 3s", ["1s", "2s", "3s"]),
        ("[a,b],[c]", ["[a,b]", "[c]"]),
        ("{a: 1, b: 2},x", ["{a: 1, b: 2}", "x"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ("]],a", ["]]", "a"]),
        ("", [""]),
    ],
)
def test_values_are_cut_at_their_commas(text: str, values: list[str]) -> None:
    assert split_values(text) == values


# --- the bar -------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_says_how_far_and_how_long() -> None:
    screen, now = Terminal(), iter([0.0, 0.01, 0.5, 0.6])
    bar = Bar(screen, lambda: next(now))
    bar(1, 4, 90.2)
    bar(2, 4, 61.0)  # a moment later: not drawn
    bar(3, 4, 30.5)
    bar(4, 4, 0.0)
    bar.clear()
    lines = screen.getvalue().split("\r")
    assert lines[1].rstrip() == "[" + "#" * 7 + "." * 23 + "] 1/4, 91 s left"
    assert [line.rstrip()[-16:] for line in lines[2:4]] == [
        "] 3/4, 31 s left",
        "]] 4/4, 0 s left".replace("]]", "#]"),
    ]
    assert lines[-1] == ""
    assert lines[-2].strip() == ""


def test_no_bar_without_a_terminal() -> None:
    file = io.StringIO()
    bar = Bar(file)
    bar(1, 2, 3.0)
    bar.clear()
    assert file.getvalue() == ""
