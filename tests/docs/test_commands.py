"""Every command that a scenario's header or the README tells a reader to paste works.

It is parsed, its settings and faults are applied to its scenario, and what it draws must exist there. Nothing
is simulated: whether the outcome is what the text says is judged beside each scenario's own tests.
"""

import argparse
import itertools
import re
import shlex
from pathlib import Path

import pytest

from vipsim.cli import parser
from vipsim.cli.compare import split_values
from vipsim.cli.given import read_configs
from vipsim.cli.options import find_scenario, read_changed, split_setting
from vipsim.errors import VipsimError
from vipsim.scenario.keepalived.lint import lint
from vipsim.study import parse_seeds

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
MENTION = re.compile(
    r"\bvipsim (?:demo|run|lint|conf|compare|explain|predict|plot|validate|course|vip|doctor|schema)\b"
)


def header(path: Path) -> str:
    lines = itertools.takewhile(lambda line: line.startswith("#"), path.read_text("utf-8").splitlines())
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)


def lines(text: str) -> list[str]:
    """Return the commands that have a line of their own."""
    return re.findall(r"^ {4}(?:\$ )?(vipsim .+)$", text, re.MULTILINE)


def commands(text: str) -> list[str]:
    """Return these and what stands in backquotes."""
    return lines(text) + [" ".join(inline.split()) for inline in re.findall(r"`(vipsim [^`]*)`", text)]


PASTED = [(path.stem, command) for path in SCENARIOS for command in commands(header(path))]
README = [("README", line) for line in lines((ROOT / "README.md").read_text("utf-8"))]


def try_on(command: str) -> argparse.Namespace:
    """Do all of a command but the simulation."""
    program, *words = shlex.split(command, comments=True)
    assert program == "vipsim"
    args = parser(words[0]).parse_args(words)
    for confs in (getattr(args, "keepalived", None), args.files if words[0] == "lint" else None):
        assert not confs or lint(read_configs(confs)) is not None
    name = getattr(args, "source", None) or getattr(args, "scenario", None)
    if name is None or name.endswith(".jsonl"):
        return args
    path = find_scenario(name)
    settings = getattr(args, "settings", [])
    arms = [tuple(settings)]
    if words[0] == "compare":
        assert parse_seeds(args.seeds)
        values = [(path, split_values(many)) for path, many in map(split_setting, settings)]
        arms = list(itertools.product(*([f"{path}={one}" for one in many] for path, many in values)))
    for arm in arms:
        scenario = read_changed(path, arm, getattr(args, "faults", []))
        assert getattr(args, "vip", None) in (None, *(vip.name for vip in scenario.vips))
    return args


@pytest.mark.parametrize(("place", "command"), PASTED + README)
def test_it_works_when_pasted(place: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    try_on(command)


@pytest.mark.parametrize(("place", "command"), PASTED)
def test_a_header_s_command_is_about_its_own_scenario(place: str, command: str) -> None:
    assert shlex.split(command)[2] == place


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_no_command_of_a_header_hides_from_these_tests(path: Path) -> None:
    mentioned = MENTION.findall(" ".join(header(path).split()))
    assert len(mentioned) == len(commands(header(path)))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_header_names_nothing_that_the_repository_does_not_have(path: Path) -> None:
    assert "BEHAVIOUR" not in header(path) and "oracle" not in header(path)
    named = re.findall(r"\b(?:docs/)?[a-z-]+\.(?:md|yaml)\b", header(path))
    assert [name for name in named if not ((path.parent / name).exists() or (ROOT / name).exists())] == []


def test_enough_is_found() -> None:
    assert len({place for place, _ in PASTED}) >= 9 and len(PASTED) >= 18
    assert len(README) >= 12


@pytest.mark.parametrize(
    "wrong",
    [
        "vipsim compare default-gateway --set nodes.*.conntrack=own,shared",
        "vipsim run default-gateway --fault crash:nobody@1s",
        "vipsim run database-pair --set vrrp.advert=1s",
        "vipsim run nowhere",
    ],
)
def test_a_command_that_does_not_work_is_noticed(wrong: str) -> None:
    with pytest.raises(VipsimError):
        try_on(wrong)
