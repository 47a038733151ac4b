"""pyproject.toml keeps the promises of the README: small core, pinned, every extra known."""

import ast
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import vipsim

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def distribution_name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def test_the_core_is_four_packages() -> None:
    assert {distribution_name(r) for r in PROJECT["dependencies"]} == {
        "networkx",
        "pydantic",
        "ruamel-yaml",
        "simpy",
    }


def test_every_dependency_is_pinned() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {distribution_name(line) for line in text.splitlines() if "==" in line}
    wanted = [*PROJECT["dependencies"], *(r for extra in EXTRAS.values() for r in extra)]
    assert {distribution_name(r) for r in wanted} - {"vipsim"} <= pinned


def test_all_takes_in_every_extra_for_users() -> None:
    (everything,) = EXTRAS["all"]
    named = re.fullmatch(r"vipsim\[(.*)\]", everything)
    assert named
    assert set(named.group(1).split(",")) == set(EXTRAS) - {"all", "dev"}


def test_linux_only_dependencies_carry_a_marker() -> None:
    assert all("sys_platform == 'linux'" in requirement for requirement in EXTRAS["live"])


def calls_of_require() -> list[tuple[str, str]]:
    calls = []
    for path in sorted((ROOT / "vipsim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "require"
            ):
                continue
            if node.args and isinstance(node.args[0], ast.Constant):
                calls.append((f"{path.relative_to(ROOT)}:{node.lineno}", str(node.args[0].value)))
    return calls


def test_every_extra_asked_for_in_the_code_exists() -> None:
    assert [(place, extra) for place, extra in calls_of_require() if extra not in EXTRAS] == []


def test_the_installed_version_is_the_one_the_package_says() -> None:
    try:
        installed = metadata.version("vipsim")
    except metadata.PackageNotFoundError:
        pytest.skip("vipsim runs from a folder, not installed")
    assert installed == vipsim.__version__
