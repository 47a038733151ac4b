"""docs/keepalived.md shows what its commands print, and names every rule of lint."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from vipsim.cli import main
from vipsim.scenario.keepalived.lint import RULES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/keepalived.md").read_text("utf-8")
BLOCKS = [
    [line.removeprefix("    ") for line in block.strip("\n").split("\n")]
    for block in re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", PAGE, re.MULTILINE)
]
SHOWN = [
    (block[0].removeprefix("$ vipsim "), block[1:]) for block in BLOCKS if block[0].startswith("$ vipsim ")
]


@pytest.mark.parametrize(("command", "lines"), SHOWN, ids=[command for command, _ in SHOWN])
def test_a_command_prints_what_is_shown(
    command: str, lines: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "scenarios/keepalived")
    assert main(shlex.split(command)) in (0, 1)
    printed = capsys.readouterr().out
    for part in "\n".join(lines).split("...\n" if "..." in lines else "\0"):
        assert part.removesuffix("...").strip("\n") in printed


def test_enough_is_shown() -> None:
    assert len(SHOWN) >= 3


@pytest.mark.parametrize("rule", [*RULES, "said-by-keepalived"])
def test_every_rule_is_named(rule: str) -> None:
    assert f"`{rule}`" in PAGE
