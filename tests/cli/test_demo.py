"""``vipsim demo``: what it prints, what it leaves, and that it needs no pictures to be a demo."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim
from vipsim.cli.demo import NAMES
from vipsim.errors import MissingExtra
from vipsim.teach import performing
from vipsim.teach.demos import DEMOS
from vipsim.trace.jsonl import read_trace

FILES = [
    "capture.pcapng", "cdf.png", "ladder.png", "phases.png", "replay.html", "timeline.png", "topology.png",
    "trace.jsonl",
]  # fmt: skip


@pytest.fixture(autouse=True)
def few_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performing.perform, "__defaults__", (10,))


def test_the_command_knows_the_demos() -> None:
    assert tuple(DEMOS) == NAMES


def test_without_a_name_it_is_the_crash_and_lists_all(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("demo")
    assert (done.code, done.err) == (0, "")
    assert sorted(os.listdir(tmp_path / "vipsim-demo")) == FILES
    assert "failover of pair from db1 to db2, fault crash:db1 at 5.000 s" in done.out
    numbers = vipsim("run", "database-pair-heartbeat").out.strip()
    assert numbers in done.out
    beside = re.search(r"beside it, database-pair, same seed: crash:db1, detection (\d\.\d{3}) s", done.out)
    assert beside
    assert 2.609 <= float(beside[1]) <= 3.610
    assert "in vipsim-demo:" in done.out
    for name in FILES:
        assert f"\n  {name} " in done.out
    assert len(NAMES) == 8
    for name in NAMES:
        assert f"\n  vipsim demo {name} " in done.out
    trace = read_trace(tmp_path / "vipsim-demo" / "trace.jsonl")
    assert (trace.name, trace.seed) == ("database-pair-heartbeat", 1)


def test_the_cache_before_and_after(vipsim: Vipsim) -> None:
    said = vipsim("demo", "crash", "--out", "here").out
    assert "at   4s  (192.168.1.219) at 00:21:5A:DB:68:E8 [ether] on bond0" in said
    assert "at  20s  (192.168.1.219) at 00:21:5A:DB:7F:C2 [ether] on bond0" in said
    assert "the demos:" not in said


def test_the_list_says_how_long_and_what_to_ask_and_runs_nothing(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("demo", "--list")
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    for demo in DEMOS.values():
        assert f"vipsim demo {demo.name} {demo.minutes} min {demo.line} ask first: {demo.predict}" in text
    assert not (tmp_path / "vipsim-demo").exists()


def test_what_to_predict_comes_before_the_numbers_and_what_it_comes_to_after(vipsim: Vipsim) -> None:
    said = " ".join(vipsim("demo", "tcp-backoff", "--seed", 2).out.split())
    demo = DEMOS["tcp-backoff"]
    places = [
        said.index(text)
        for text in (
            demo.predict,
            "all silences",
            "this run has seed 2",
            demo.watch[0].text,
            demo.outcome,
            demo.vary,
        )
    ]
    assert places == sorted(places)


def test_a_demo_without_a_curve_draws_the_rest(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("demo", "two-writers")
    assert (done.code, done.err) == (0, "")
    assert "over the seeds" not in done.out
    assert sorted(os.listdir(tmp_path / "vipsim-demo")) == [name for name in FILES if name != "cdf.png"]


def test_planned_work_beside_the_crash(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("demo", "maintenance", "--out", "a/b", "--seed", 4)
    assert done.code == 0
    assert sorted(os.listdir(tmp_path / "a" / "b")) == FILES
    assert "switchover of vrrp 51 from db1 to db2, fault stop:db1" in done.out
    assert "failback of vrrp 51 from db2 to db1" in done.out
    assert "constant 609.375ms: skew" in done.out
    assert "uniform from 2.609375s to 3.609375s" in done.out


def test_a_lost_announcement_is_told_for_each_client(vipsim: Vipsim) -> None:
    done = vipsim("demo", "lost-announcement")
    assert done.code == 0
    table = done.out.split("over the seeds")[1].splitlines()
    rows = {line.split()[0]: line for line in table if line.startswith("app")}
    assert list(rows) == ["app1", "app2", "app3"]
    assert "> 7" in rows["app1"]
    assert "> " not in rows["app2"] + rows["app3"]


def test_without_matplotlib_all_but_the_pictures_comes(
    vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import vipsim as package

    def refuse(extra: str, module: str) -> None:
        raise MissingExtra(f'{module} is not installed: pip install "vipsim[{extra}]"')

    for name in [name for name in sys.modules if name.startswith("vipsim.view")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(package, "view", raising=False)
    monkeypatch.setattr("vipsim._extras.require", refuse)
    done = vipsim("demo")
    assert (done.code, done.err) == (0, "")
    assert 'no pictures: matplotlib is not installed: pip install "vipsim[plot]"\n' in done.out
    assert sorted(os.listdir(tmp_path / "vipsim-demo")) == ["capture.pcapng", "replay.html", "trace.jsonl"]
    assert "uniform from 3s to 4s" in done.out


def test_one_file_that_fails_takes_no_other_with_it(vipsim: Vipsim, tmp_path: Path) -> None:
    (tmp_path / "vipsim-demo" / "timeline.png").mkdir(parents=True)
    done = vipsim("demo", "crash")
    assert done.code == 2
    assert "timeline.png: this is a folder" in done.err
    assert sorted(os.listdir(tmp_path / "vipsim-demo")) == FILES


def test_a_file_is_not_a_folder(vipsim: Vipsim, tmp_path: Path) -> None:
    (tmp_path / "vipsim-demo").write_text("x")
    done = vipsim("demo")
    assert (done.code, done.out) == (2, "")
    assert "this is not a folder" in done.err
