"""The command line as a person has it: words in; exit code, standard output and standard error out."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from vipsim.cli import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Vipsim = Callable[..., Done]


@pytest.fixture
def vipsim(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Vipsim:
    """Call ``main`` in an empty folder; no way of ending may show a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIPSIM_DEBUG", raising=False)

    def call(*words: object) -> Done:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Done(code, said.out, said.err)

    return call


def start(*words: str, folder: Path, **more: object) -> subprocess.Popen[str]:
    """Start ``python -m vipsim`` as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    environment.pop("VIPSIM_DEBUG", None)
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "vipsim", *words],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
        cwd=folder,
        env=environment,
        encoding="utf-8",
    )
