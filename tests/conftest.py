"""What every test may lean on: recorded data, tools that may be missing, and how hypothesis searches.

A test that needs a tool or a right calls ``require_tool`` or ``require_root_and_namespaces`` (import them
from ``tests.conftest``). On a person's machine the test is then skipped with the reason; under CI=true
it fails, so that CI can never be green because something was not there.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).resolve().parent

# Before anything imports matplotlib: tests draw without a screen.
os.environ.setdefault("MPLBACKEND", "Agg")
# Checks of exercises leave no result lines in the checkout.
os.environ.setdefault("VIPSIM_RESULTS", "off")

# "ci" repeats itself: the same examples in every run, and no deadline on a busy machine.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", deadline=None)
settings.register_profile("deep", deadline=None, max_examples=20_000)


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


# Loaded here, so that the option --hypothesis-profile still has the last word.
settings.load_profile("ci" if is_ci() else "dev")


def shared_folder() -> Path:
    """The folder of recordings: VIPSIM_SHARED, or else the small copies in tests/data."""
    named = os.environ.get("VIPSIM_SHARED")
    return Path(named).resolve() if named else HERE / "data"


def pytest_report_header(config: pytest.Config) -> str:
    named = (
        "VIPSIM_SHARED" if os.environ.get("VIPSIM_SHARED") else "tests/data; VIPSIM_SHARED names a larger set"
    )
    return f"recordings: {shared_folder()} ({named})"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the network tests on one worker: they measure real time on few cores."""
    for item in items:
        if item.get_closest_marker("network") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("network"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the recorded truth; a test asks in it for the file that it needs."""
    folder = shared_folder()
    if not folder.is_dir():
        missing(f"no folder of recordings at {folder}")
    return folder


def missing(reason: str) -> NoReturn:
    """Skip, or fail where nothing may be missing."""
    if is_ci():
        pytest.fail(f"{reason} (a failure because CI=true)", pytrace=False)
    pytest.skip(reason)


def require_tool(name: str) -> str:
    """Return the path of a program, or skip (fail in CI)."""
    path = shutil.which(
        name, path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/sbin"
    )
    if path is None:
        missing(f"the program {name} is not installed")
    return path


def require_root_and_namespaces() -> None:
    """Skip (fail in CI) unless this process can build network namespaces."""
    reason = _why_no_namespaces()
    if reason:
        missing(reason)


@cache
def _why_no_namespaces() -> str:
    if not sys.platform.startswith("linux"):
        return "network namespaces need Linux"
    if os.geteuid() != 0:
        return "building network namespaces needs root"
    if not (shutil.which("unshare") and shutil.which("ip")):
        return "building network namespaces needs the programs unshare and ip"
    # A namespace of its own with a veth pair in it: gone with the process, nothing outside is touched.
    trial = ["unshare", "--net", "ip", "link", "add", "vipsim0", "type", "veth", "peer", "name", "vipsim1"]
    done = subprocess.run(trial, capture_output=True, text=True, timeout=30, check=False)
    return "" if done.returncode == 0 else f"this kernel refuses network namespaces: {done.stderr.strip()}"
