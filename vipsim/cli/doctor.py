"""``vipsim doctor``: what is installed and possible here; or, with a file, what is weak in a scenario."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from vipsim.cli import failures
from vipsim.cli.options import add_changes, find_scenario, read_changed

CORE = ("networkx", "pydantic", "ruamel.yaml", "simpy")
"""Distributions that vipsim always needs."""
EXTRAS = {
    "plot": ("matplotlib", "numpy"),
    "packets": ("scapy",),
    "live": ("pyroute2",),
    "notebooks": ("ipywidgets", "jupyterlab"),
}
"""Distributions by the extra that brings them, as pyproject.toml has it."""
_PURPOSE = {
    "plot": "pictures",
    "packets": "scapy packets of a trace, forged packets",
    "live": "addresses and frames on real interfaces (Linux)",
    "notebooks": "the course in Jupyter",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``doctor``."""
    parser = subparsers.add_parser(
        "doctor",
        help="what is installed here; with a file: what is weak in that scenario",
        description="Say what is installed and possible here, or with a scenario what its network and "
        "settings would suffer from. Weak points are findings, not errors: the exit code is 0.",
    )
    parser.add_argument("scenario", metavar="FILE|NAME", nargs="?", help="a scenario to examine")
    add_changes(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim doctor``: 0, or 1 if a part that vipsim cannot do without is missing."""
    if args.scenario is None:
        print("\n".join(_installed()))
        return failures.CHECK_FAILED if any(_version(name) is None for name in CORE) else failures.FINE
    from vipsim.scenario.doctor import doctor

    scenario = read_changed(find_scenario(args.scenario), args.settings, args.faults)
    found = doctor(scenario)
    print(f"{scenario.name}: {len(found)} finding{'' if len(found) == 1 else 's'}")
    for finding in found:
        print(f"\n{finding.kind}: {finding.subject}\n  {finding.message}\n  {finding.advice}")
    return failures.FINE


# --- what is installed ---------------------------------------------------------------------


def _installed() -> Iterator[str]:
    import platform

    from vipsim import __version__
    from vipsim.resources import scenario_names

    system = f"{platform.system()} {platform.release()}"
    yield f"vipsim {__version__}, Python {platform.python_version()}, {system}"
    yield f"scenarios: {', '.join(scenario_names()) or 'none found'}"
    yield "\nneeded"
    for name in CORE:
        yield _line(name, _version(name) or "MISSING: pip install vipsim")
    for extra, names in EXTRAS.items():
        yield f'\nextra "{extra}": {_PURPOSE[extra]}'
        if extra == "live" and not sys.platform.startswith("linux"):
            yield _line("pyroute2", "not for this system")
            continue
        for name in names:
            yield _line(name, _version(name) or f'missing: pip install "vipsim[{extra}]"')
    yield "\nthis machine"
    yield from _machine()


def _line(name: str, text: str) -> str:
    return f"  {name:<12} {text}"


def _version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _machine() -> Iterator[str]:
    import os
    import shutil

    search = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    for program, purpose in (
        ("tshark", "reads captures in the terminal"),
        ("ip", "builds the lab's network"),
    ):
        yield _line(program, shutil.which(program, path=search) or f"not found ({purpose})")
    yield _line("namespaces", _namespaces(shutil.which("unshare", path=search)))


def _namespaces(unshare: str | None) -> str:
    """Whether this process may build network namespaces: tried on one that is gone at once."""
    if not sys.platform.startswith("linux"):
        return "need Linux"
    if unshare is None:
        return "not known: the program unshare is not found"
    ways: tuple[tuple[list[str], str], ...] = (
        ([], "yes, as this user"),
        (["--user", "--map-root-user"], "yes, in a user namespace"),
    )
    for options, answer in ways:
        if _succeeds([unshare, *options, "--net", "true"]):
            return answer
    return "no: this kernel or user may not make them"


def _succeeds(command: list[str]) -> bool:
    import subprocess

    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
