"""The frame: start-up, help, and what a person sees of anything that goes wrong."""

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import vipsim
from tests.cli.conftest import ROOT, Vipsim, start
from vipsim import cli
from vipsim.cli import main

HEAVY = ["IPython", "matplotlib", "networkx", "numpy", "pydantic", "ruamel", "scapy", "simpy"]
PAIR = ROOT / "scenarios" / "database-pair.yaml"


def test_version(vipsim: Vipsim) -> None:
    done = vipsim("--version")
    assert (done.code, done.out, done.err) == (0, f"vipsim {sys.modules['vipsim'].__version__}\n", "")


def test_help_names_every_command(vipsim: Vipsim) -> None:
    done = vipsim("--help")
    assert done.code == 0
    assert [name for name in cli.COMMANDS if f"\n    {name} " not in done.out] == []


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_help_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    assert cli.parser(name).format_help() == cli.parser().format_help()


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(vipsim: Vipsim, name: str) -> None:
    done = vipsim(name, "--help")
    assert done.code == 0
    assert done.out.startswith(f"usage: vipsim {name}")


def test_without_a_command_it_helps_and_fails(vipsim: Vipsim) -> None:
    done = vipsim()
    assert (done.code, done.out) == (2, "")
    assert "usage: vipsim" in done.err


def test_no_parser_loads_anything_heavy() -> None:
    code = f"import sys, vipsim.cli as c; [c.parser(n) for n in c.COMMANDS]; " \
           f"print([m for m in {HEAVY} if m in sys.modules])"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- bad words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu"], "there is no command 'rnu' (did you mean run?)"),
        (["walk"], "there is no command 'walk'"),
        (["--verison"], "there is no option '--verison' (did you mean --version?)"),
        (["run"], "FILE|NAME"),
        (["run", "database-pair", "--sed", "3"], "there is no option '--sed' (did you mean --seed?)"),
        (["run", "database-pair", "--see", "3"], "there is no option '--see'"),
        (["run", "database-pair", "--seeds=3"], "there is no option '--seeds'"),
        (["run", "database-pair", "again"], "one word too many: 'again'"),
        (["run", "database-pair", "--seed", "x"], "'x' is not a seed"),
        (["run", "database-pair", "--seed", "-1"], "'-1' is not a seed"),
        (["run", "database-pair", "--seed", "1.5"], "'1.5' is not a seed"),
        (["run", "database-pair", "--seed", "9" * 5000], "is not a seed"),
        (["run", "database-pair", "--pace", "1"], "'1' is not a pace: write 1x"),
        (["run", "database-pair", "--pace", "0x"], "'0x' is not a pace"),
        (["run", "database-pair", "--level", "all"], "invalid choice: 'all'"),
        (["demo", "crsh"], "there is no demo 'crsh' (did you mean crash?)"),
        (["plot", "database-pair", "-o"], "-o"),
        (["compare", "database-pair", "--workers", "0"], "'0' is not a number of processes"),
        (["vip", "ad"], "invalid choice: 'ad'"),
    ],
)
def test_bad_words(vipsim: Vipsim, words: list[str], said: str) -> None:
    done = vipsim(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("vipsim: ")
    assert said in done.err
    assert len(done.err) < 500


def test_what_is_said_cannot_harm_a_terminal(vipsim: Vipsim) -> None:
    for words in (["\x1b[31mrun"], ["run", "\x1b]0;x\x07"], ["run", "a\udcff"], ["run", "a\0b"]):
        done = vipsim(*words)
        assert done.code == 2
        assert "\x1b" not in done.err
        assert "\x07" not in done.err


# --- errors of every kind ------------------------------------------------------------------


def raising(error: BaseException):
    def run(*_: object, **__: object) -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyError("x"), 70, "this is a bug in vipsim, please report it with the command line: KeyError: 'x'"),
        (RecursionError("deep"), 70, "VIPSIM_DEBUG=1"),
        (MemoryError(), 2, "the memory is used up"),
        (KeyboardInterrupt(), 130, "stopped by Ctrl-C"),
        (ModuleNotFoundError("No", name="simpy"), 2, "vipsim: simpy is not installed: pip install vipsim\n"),
        (ModuleNotFoundError("No", name="vipsim.view.x"), 70, "a bug in vipsim"),
        (ModuleNotFoundError("No", name="winreg"), 70, "a bug in vipsim"),
        (OSError(errno.ENOSPC, "No space", "out.jsonl"), 2, "out.jsonl: No space: free some space"),
        (PermissionError(errno.EACCES, "Denied", "x"), 2, "x: Denied: use another place"),
        (OSError("odd"), 2, "odd"),
    ],
)
def test_errors_become_one_message(
    vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    monkeypatch.setattr("vipsim.worlds.run", raising(error))
    done = vipsim("run", "database-pair")
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("vipsim: ")
    assert said in done.err


@pytest.mark.parametrize("name", ["networkx", "pydantic", "ruamel.yaml", "simpy"])
def test_without_a_part_that_it_needs_it_names_the_part(name: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules[{name!r}] = None; from vipsim.cli import main; sys.exit(main())"
    words = ["doctor" if name == "networkx" else "run", str(PAIR)]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    said = f"vipsim: {name} is not installed: pip install vipsim\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("vipsim.worlds.run", raising(KeyError("x")))
    monkeypatch.setenv("VIPSIM_DEBUG", "1")
    assert main(["run", "database-pair"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("a closed pipe has another name elsewhere")
    process = start("run", str(PAIR), "--pace", "1000x", "--trace", "t.jsonl", folder=tmp_path)
    assert process.stdout is not None
    process.stdout.close()
    with process:
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 141
    assert (tmp_path / "t.jsonl").stat().st_size > 1000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        process = start("run", str(PAIR), "--json", folder=tmp_path, stdout=full)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.startswith("vipsim: ")
    assert "No space left on device: free some space" in said
    assert said.count("\n") == 1


def test_the_module_and_the_function_are_the_same_program(tmp_path: Path) -> None:
    process = start("--version", folder=tmp_path)
    assert process.communicate(timeout=60) == (f"vipsim {vipsim.__version__}\n", "")
    assert process.returncode == 0


# --- SIGTERM -------------------------------------------------------------------------------

TERMINATING = """
import os, signal, sys, time
import vipsim.trace.jsonl, vipsim.study.compare
from vipsim.cli import main

def terminate(*_):
    # Twice, as timeout(1) does.
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

def half(trace, file):
    file.write(b"half a trace")
    file.flush()
    terminate()

vipsim.trace.jsonl._write_lines = half
if "--cdf" in sys.argv:
    import vipsim.cli.progress
    vipsim.cli.progress.Bar.__call__ = lambda bar, done, *_: terminate() if done == 25 else None
    sys.argv.remove("--cdf")
code = main()
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
sys.exit(code)
"""


def terminated(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", TERMINATING, *words], cwd=folder, capture_output=True, text=True, timeout=60,
        check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


posix = pytest.mark.skipif(os.name != "posix", reason="os.kill ends a process at once elsewhere")


@posix
def test_sigterm_leaves_no_half_written_file(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("old")
    done = terminated(tmp_path, "run", str(PAIR), "--trace", "t.jsonl")
    said = "vipsim: stopped by SIGTERM; files that were not finished are not there\n"
    assert (done.returncode, done.stdout, done.stderr) == (143, "", said)
    assert os.listdir(tmp_path) == ["t.jsonl"]
    assert (tmp_path / "t.jsonl").read_text() == "old"


@posix
def test_sigterm_keeps_what_a_comparison_has_finished(tmp_path: Path) -> None:
    words = ["compare", "database-pair", "--set", "vrrp.advert_interval=1s,2s", "--csv", "f.csv"]
    done = terminated(tmp_path, *words, "--quiet-time", "100s", "--cdf")
    assert (done.returncode, done.stderr) == (143, "")
    assert "go on with --seeds" in done.stdout
    assert os.listdir(tmp_path) == ["f.csv"]


def test_who_has_a_handler_of_sigterm_keeps_it(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch) -> None:
    during: list[object] = []
    monkeypatch.setattr("vipsim.worlds.run", lambda *_: during.append(signal.getsignal(signal.SIGTERM)))
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        vipsim("run", "database-pair")
        assert (during, signal.getsignal(signal.SIGTERM)) == ([signal.SIG_IGN], signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_another_thread_has_no_say_in_signals() -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["schema"])))
    thread.start()
    thread.join(60)
    assert codes == [0]
