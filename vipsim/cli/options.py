"""Options that several commands share: how they are spelled and how they are read."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vipsim.cli.failures import printable
from vipsim.cli.parser import did_you_mean
from vipsim.errors import VipsimError

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario

_NUMBER = re.compile(r"[0-9]{1,18}")
_YAML = (".yaml", ".yml")

# --- declaring them ------------------------------------------------------------------------


def add_scenario(
    parser: argparse.ArgumentParser,
    what: str = "a scenario: a YAML file, or a shipped one",
    *,
    optional: bool = False,
) -> None:
    """Add the positional argument that names a scenario."""
    parser.add_argument(
        "scenario",
        metavar="FILE|NAME",
        nargs="?" if optional else None,
        help=f"{what} such as database-pair",
    )


def add_changes(parser: argparse.ArgumentParser) -> None:
    """Add ``--set`` and ``--fault``."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="settings",
        help="change a setting, for example vrrp.advert_interval=2s; may be repeated",
    )
    # Here settings are changed first, so that the scenario's faults can be put aside for others.
    add_faults(parser, " (to replace those: --set 'faults=[]')")


def add_faults(parser: argparse.ArgumentParser, instead: str = "") -> None:
    """Add ``--fault``; `instead` says how the scenario's own faults are left out."""
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND:NODE[:VALUE]@TIME",
        dest="faults",
        help=f"a fault added to the scenario's own{instead}, for example crash:db1@5s; may be repeated. "
        "The way back is one, too: crash:db1@5s, then reboot:db1@12s (alone: a boot in no time)",
    )


def add_seed(parser: argparse.ArgumentParser, default: int = 1) -> None:
    """Add ``--seed``."""
    parser.add_argument(
        "--seed",
        type=seed,
        default=default,
        metavar="N",
        help=f"everything random follows from it (default {default})",
    )


def add_seeds(parser: argparse.ArgumentParser, default: str) -> None:
    """Add ``--seeds``; `vipsim.study.parse_seeds` reads it when the command runs."""
    parser.add_argument(
        "--seeds",
        default=default,
        metavar="N|A..B",
        help=f"200 (the seeds 1 to 200) or 201..400 (default {default})",
    )


# --- reading them --------------------------------------------------------------------------


def seed(text: str) -> int:
    """Read a seed: a whole number from 0."""
    if not _NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r} is not a seed: write a whole number from 0, such as 7"
        )
    return int(text)


def split_setting(text: str) -> tuple[str, str]:
    """Read ``PATH=VALUE``."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise VipsimError(f"--set {text[:80]!r}: write PATH=VALUE, for example --set vrrp.advert_interval=2s")
    return path.strip(), value


def find_scenario(name: str) -> Path:
    """Return the path of a scenario: a file, or else a shipped one by its name.

    Raises
    ------
    VipsimError
        If a bare name is neither; a path that leads nowhere is left to the reader to complain about.
    """
    from vipsim.resources import scenario_names, scenario_path

    path = Path(name)
    stem = name.removesuffix(".yaml")
    known = scenario_names()
    if path.suffix == ".conf":
        raise VipsimError(
            f"{name}: this is no scenario\n    if it is a keepalived.conf: vipsim run --keepalived {name}; "
            "explain, predict and lint take it, too"
        )
    if path.is_file():
        return path
    if stem in known:
        return scenario_path(stem)
    if path.name == name and path.suffix not in _YAML and not path.exists():
        raise VipsimError(
            f"{name!r} is neither a file nor a shipped scenario{did_you_mean(name, known)}\n"
            f"    shipped: {', '.join(known) or 'none'}"
        )
    if not path.exists() and path.stem in known:
        raise VipsimError(f"{name}: there is no such file\n    the shipped one is called {path.stem}")
    return path


def read_changed(path: Path, settings: Sequence[str], faults: Sequence[str]) -> Scenario:
    """Read a scenario, change its settings, and add faults.

    Raises
    ------
    VipsimError
        Naming everything that is wrong.
    """
    from vipsim.scenario.reader import read_scenario

    return changed(read_scenario(path), settings, faults)


def changed(scenario: Scenario, settings: Sequence[str], faults: Sequence[str]) -> Scenario:
    """Change settings of a scenario, and add faults."""
    from vipsim.scenario.paths import set_paths

    changes: dict[str, object] = {}
    for text in settings:
        setting, value = split_setting(text)
        if setting in changes:
            raise VipsimError(f"--set {setting} is given twice: one run has one value for it")
        changes[setting] = value
    if changes:
        scenario = set_paths(scenario, changes)
    if faults:
        scenario = scenario.with_faults(*faults)
        _note_timeless(faults)
    return scenario


def _note_timeless(faults: Sequence[str]) -> None:
    """Say which faults act at once, since nobody said when."""
    timeless = [text.strip() for text in faults if "@" not in text]
    if timeless:
        named = ", ".join(f"--fault {printable(text[:60])}" for text in timeless)
        example = printable(timeless[0][:60])
        says = "has no time and acts" if len(timeless) == 1 else "have no time and act"
        print(f"vipsim: note: {named} {says} at 0 s: write {example}@5s for another", file=sys.stderr)


def trace_file(args: argparse.Namespace, source: str) -> Path | None:
    """Return the source if it is a trace: by its name, or else by its first letters."""
    path = Path(source)
    if path.suffix in (".yaml", ".yml") or not path.is_file():
        return None
    if path.suffix not in (".jsonl", ".gz"):
        with path.open("rb") as file:
            start = file.read(4)
        if start == b"\n\r\r\n":
            raise VipsimError(f"{path}: this is a capture: a trace is what vipsim run --trace wrote")
        if start[:2] not in (b'{"', b"\x1f\x8b"):
            return None
    if args.settings or args.faults:
        raise VipsimError("--set and --fault are for a scenario: a trace is what has happened already")
    return path
