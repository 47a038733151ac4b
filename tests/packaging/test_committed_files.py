"""Nothing in the repository points at one machine or one package registry."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import missing

ROOT = Path(__file__).resolve().parents[2]

# Put together from pieces, so that this file does not match itself.
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pypi", "python", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs"),
            ("deb", "debian", "org"),
            ("security", "debian", "org"),
            ("anaconda", "org"),
        )
    )
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.\-/])/(?:"
    + "|".join(("wo" + "rk", "fa" + "rm", "ro" + "ot", "ho" + "me", "Us" + "ers"))
    + r")/[A-Za-z.]"
)


def committed_files() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        missing(f"not a git checkout: {error}")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in committed_files():
        text = path.read_bytes()
        if b"\0" in text[:8192]:
            continue
        for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def test_no_file_names_a_package_registry() -> None:
    assert lines_matching(REGISTRIES) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_matching(MACHINE_PATHS) == []


@pytest.mark.parametrize("text", ["see /wo" + "rk/main", "in /ro" + "ot/.cache", '"/ho' + 'me/ann/x"'])
def test_the_path_pattern_sees_paths(text: str) -> None:
    assert MACHINE_PATHS.search(text)


@pytest.mark.parametrize(
    "text", ["docs/home/index", "a/work/b", "https://example.org/home/x", "/usr/sbin/ip"]
)
def test_the_path_pattern_leaves_others_alone(text: str) -> None:
    assert not MACHINE_PATHS.search(text)


def test_the_pins_are_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*", line)] == []
