"""The doors to the replay page: which file, which part of the run, and the browser that shows it."""

import os
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

import vipsim as vs
from tests.cli.conftest import ROOT, Vipsim
from vipsim.resources import scenario_path
from vipsim.teach.performing import perform

SCENARIO = "database-pair-heartbeat"
PAGE = Path("vipsim-demo", "replay.html")


def is_page(path: Path) -> bool:
    text = path.read_text("utf-8")
    return (
        text.lower().startswith("<!doctype html>")
        and text.rstrip().endswith("</html>")
        and "vipsim-data" in text
    )


def test_run_writes_the_page_beside_all_else(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("run", SCENARIO, "--seed", 3, "--replay", "out.html", "--trace", "out.jsonl")
    assert (done.code, done.err) == (0, "")
    assert "written: out.html\n" in done.out
    assert is_page(tmp_path / "out.html")
    told = vipsim("run", SCENARIO, "--seed", 3).out
    assert told.strip() in done.out


def test_every_door_writes_the_same_page(vipsim: Vipsim, tmp_path: Path) -> None:
    vipsim("run", SCENARIO, "--replay", "run.html", "--trace", "t.jsonl")
    assert vipsim("plot", SCENARIO, "--kind", "replay").out == f"written: {SCENARIO}-replay.html\n"
    assert vipsim("plot", "t.jsonl", "--kind", "replay", "-o", "plot.htm").out == "written: plot.htm\n"
    vs.write_replay(vs.run(vs.read_scenario(scenario_path(SCENARIO)), seed=1), tmp_path / "api.html")
    pages = [tmp_path / name for name in ("run.html", f"{SCENARIO}-replay.html", "plot.htm", "api.html")]
    assert len({page.read_bytes() for page in pages}) == 1


def test_a_part_of_the_run(vipsim: Vipsim, tmp_path: Path) -> None:
    assert vipsim("run", SCENARIO, "--replay", "run.html", "--window", "4s..10s").code == 0
    done = vipsim("plot", SCENARIO, "--kind", "replay", "-o", "plot.html", "--from", "4s", "--to", "10s")
    assert done.code == 0
    whole = vipsim("run", SCENARIO, "--replay", "whole.html")
    assert whole.code == 0
    part = (tmp_path / "run.html").read_bytes()
    assert part == (tmp_path / "plot.html").read_bytes()
    assert len(part) < len((tmp_path / "whole.html").read_bytes())


@pytest.mark.parametrize("window", ["4s..", "..10s", "4s..10s", " 4s .. 10s ", "0..20s", "4s..1h"])
def test_windows_that_are_understood(vipsim: Vipsim, tmp_path: Path, window: str) -> None:
    assert vipsim("run", SCENARIO, "--replay", "out.html", "--window", window).code == 0
    assert is_page(tmp_path / "out.html")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--replay", "out.txt"], "--replay out.txt: end the name in .html"),
        (["--replay", "out"], "end the name in .html"),
        (["--replay", ""], "this is not a file's name"),
        (["--replay", "nowhere/out.html"], "there is no folder nowhere: make it first"),
        (["--replay", "a-folder.html"], "this is a folder: name a file in it"),
        (["--replay", "x.html", "--trace", "x.html"], "already: use another name"),
        (["--window", "4s..10s"], "--window is the part of the run for the page of --replay FILE"),
        (["--replay", "out.html", "--window", "4s"], "write FROM..TO, for example --window 4s..10s"),
        (["--replay", "out.html", "--window", ".."], "write FROM..TO"),
        (["--replay", "out.html", "--window", ""], "write FROM..TO"),
        (["--replay", "out.html", "--window", "4..10"], "4 has no unit: write 4s or 4ms"),
        (["--replay", "out.html", "--window", "4s..soon"], "'soon' is not a duration"),
        (["--replay", "out.html", "--window=-4s..5s"], "not a duration"),
        (["--replay", "out.html", "--window", "30s..40s"], "the run ends at 20s, before 30s: begin earlier"),
        (["--replay", "out.html", "--window", "20s.."], "the run ends at 20s, before 20s: begin earlier"),
        (["--replay", "out.html", "--window", "9s..5s"], "from 9s to 5s is no time at all"),
        (["--replay", "out.html", "--window", "5s..5s"], "from 5s to 5s is no time at all"),
        (["--replay", "out.html", "--level", "protocol"], "--replay needs --level frames"),
    ],
)
def test_run_says_what_is_wrong_before_anything_runs(
    vipsim: Vipsim, tmp_path: Path, words: list[str], says: str
) -> None:
    (tmp_path / "a-folder.html").mkdir()
    done = vipsim("run", SCENARIO, *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert os.listdir(tmp_path) == ["a-folder.html"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--kind", "replay", "-o", "out.png"], "-o out.png: end the name in .html"),
        (["--kind", "ladder", "-o", "out.html"], "a page is --kind replay"),
        (
            ["--kind", "replay", "--from", "60s"],
            "--from, --to: the run ends at 20s, before 60s: begin earlier",
        ),
        (["--kind", "replay", "--from", "9s", "--to", "5s"], "from 9s to 5s is no time at all"),
        (["--kind", "replay", "--from", "9"], "--from 9: 9 has no unit"),
    ],
)
def test_plot_says_what_is_wrong(vipsim: Vipsim, tmp_path: Path, words: list[str], says: str) -> None:
    for source in (SCENARIO, "t.jsonl"):
        vipsim("run", SCENARIO, "--trace", "t.jsonl")
        done = vipsim("plot", source, *words)
        assert (done.code, done.out) == (2, "")
        assert says in done.err
        assert os.listdir(tmp_path) == ["t.jsonl"]


def test_a_trace_without_frames_is_refused(vipsim: Vipsim, tmp_path: Path) -> None:
    vipsim("run", SCENARIO, "--level", "protocol", "--trace", "t.jsonl")
    done = vipsim("plot", "t.jsonl", "--kind", "replay")
    assert done.code == 2
    assert "frames" in done.err
    assert os.listdir(tmp_path) == ["t.jsonl"]


def test_a_page_needs_no_library_that_draws(tmp_path: Path) -> None:
    words = ["plot", SCENARIO, "--kind", "replay", "-o", "out.html"]
    heavy = "{'matplotlib', 'numpy', 'scapy', 'IPython'}"
    script = f"import sys; from vipsim.cli import main; main({words}); print({heavy} & set(sys.modules))"
    assert python(tmp_path, script) == "written: out.html\nset()\n"


def python(folder: Path, script: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


# --- the demo, and the browser -----------------------------------------------------------------


@pytest.fixture
def demo(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """Return what ``vipsim demo crash --open`` says in this environment."""
    monkeypatch.setattr(perform, "__defaults__", (5,))
    # What `webbrowser` found out about the machine before.
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})

    def call(**environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        done = vipsim("demo", "crash", "--open")
        assert (done.code, done.err) == (0, "")
        assert is_page(tmp_path / PAGE)
        assert (tmp_path / "vipsim-demo" / "timeline.png").exists()
        return done.out

    return call


def stand_in(folder: Path, ends_with: int = 0) -> tuple[str, Path]:
    """Make a program that notes what it is asked to show and what is in the demo's folder by then."""
    seen, script = folder / "seen", folder / "browser"
    script.write_text(
        f'#!/bin/sh\nls "{folder}/vipsim-demo" >"{seen}"\necho "$1" >>"{seen}"\nexit {ends_with}\n', "utf-8"
    )
    script.chmod(0o755)
    return str(script), seen


needs_sh = pytest.mark.skipif(shutil.which("sh") is None, reason="a browser's stand-in is a shell script")


@needs_sh
def test_the_demo_opens_its_page_before_it_draws(demo: Callable[..., str], tmp_path: Path) -> None:
    browser, seen = stand_in(tmp_path)
    out = demo(BROWSER=f"{browser} %s")
    assert f"opening {PAGE} in the browser\n" in out.partition("failover of pair")[0]
    *files, address = seen.read_text("utf-8").splitlines()
    assert address == (tmp_path / PAGE).as_uri()
    assert "replay.html" in files
    assert not [name for name in files if name.endswith(".png")]


@needs_sh
def test_a_browser_that_does_not_start_is_told(demo: Callable[..., str], tmp_path: Path) -> None:
    browser, _ = stand_in(tmp_path, ends_with=3)
    out = demo(BROWSER=f"{browser} %s")
    assert out.endswith(f"the browser did not start: open {PAGE} in one yourself\n")


def test_a_browser_that_is_not_there_is_told(demo: Callable[..., str], tmp_path: Path) -> None:
    out = demo(BROWSER=f"{tmp_path / 'nothing'} %s")
    assert "the browser did not start: open" in out


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")
def test_without_a_display_the_path_is_told(demo: Callable[..., str], tmp_path: Path) -> None:
    out = demo(BROWSER="", DISPLAY="", WAYLAND_DISPLAY="", TERM="xterm")
    assert f"no display here: open {PAGE} in a browser yourself\n" in out


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a browser")
@pytest.mark.parametrize(
    ("program", "says"),
    [(None, "no browser found here: open "), ("w3m", "only w3m found here, which runs no scripts: open ")],
)
def test_without_a_browser_the_path_is_told(
    demo: Callable[..., str], tmp_path: Path, program: str | None, says: str
) -> None:
    (tmp_path / "bin").mkdir()
    if program:
        only = tmp_path / "bin" / program
        only.write_text("#!/bin/sh\necho taken over\n", "utf-8")
        only.chmod(0o755)
    out = demo(BROWSER="", DISPLAY=":99", TERM="xterm", PATH=str(tmp_path / "bin"))
    assert says in out
    assert "taken over" not in out


def test_nothing_that_draws_is_loaded_before_the_page_is_shown(tmp_path: Path) -> None:
    heavy = "{'matplotlib', 'numpy', 'scapy', 'IPython'}"
    script = f"""
import os, sys
from vipsim.cli import main
from vipsim.cli.pages import Opening
def show(opening, page):
    print(page.stat().st_size > 0, {heavy} & set(sys.modules), flush=True)
    os._exit(0)
Opening.show = show
main(["demo", "crash", "--open"])"""
    assert python(tmp_path, script).endswith("True set()\n")


@needs_sh
def test_the_list_of_all_pages_is_opened_too(
    vipsim: Vipsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, seen = stand_in(tmp_path)
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    assert vipsim("demo", "--all", "--open", "--out", "vipsim-demo").code == 0
    assert seen.read_text("utf-8").splitlines()[-1] == (tmp_path / "vipsim-demo" / "index.html").as_uri()


def test_without_open_nothing_is_opened(
    vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: pytest.fail("a browser was asked for"))
    monkeypatch.setattr(perform, "__defaults__", (5,))
    done = vipsim("demo", "crash")
    assert done.code == 0
    assert "\n  replay.html " in done.out
    assert is_page(tmp_path / "vipsim-demo" / "replay.html")


def test_a_name_behind_a_loop_of_links_is_refused(vipsim: Vipsim, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = vipsim("run", SCENARIO, "--replay", "loop/x.html")
    assert (done.code, done.out) == (2, "")


def test_a_record_of_no_node_of_the_scenario_is_told(vipsim: Vipsim, tmp_path: Path) -> None:
    assert vipsim("run", SCENARIO, "--trace", "t.jsonl").code == 0
    text = (tmp_path / "t.jsonl").read_text()
    (tmp_path / "t.jsonl").write_text(text.replace('"node":"db1"', '"node":"nobody"', 1))
    done = vipsim("plot", "t.jsonl", "--kind", "replay", "-o", "x.html")
    assert done.code == 2
    assert "of 'nobody', no node of its scenario" in done.err
    assert not (tmp_path / "x.html").exists()
