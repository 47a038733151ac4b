"""What a command is given to work on: a scenario, or the keepalived.conf files of its nodes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vipsim.cli.failures import printable
from vipsim.cli.options import changed, find_scenario, read_changed
from vipsim.errors import ScenarioError, VipsimError

if TYPE_CHECKING:
    from vipsim.scenario.keepalived import KeepalivedConfig
    from vipsim.scenario.keepalived.network import Imported
    from vipsim.scenario.model import Scenario
    from vipsim.units import Time

MAX_FILES = 50
"""More nodes than any virtual router has."""


def add_keepalived(parser: argparse.ArgumentParser) -> None:
    """Add ``--keepalived`` and ``--report``."""
    group = parser.add_argument_group("keepalived.conf instead of a scenario")
    group.add_argument(
        "--keepalived",
        nargs="+",
        metavar="CONF",
        help="the keepalived.conf of each node; a.conf is that of node a",
    )
    group.add_argument("--report", action="store_true", help="list what becomes of every statement")


def read_configs(paths: Sequence[str]) -> dict[str, KeepalivedConfig]:
    """Read the configurations of some nodes, which are called as their files are.

    Raises
    ------
    ScenarioError
        With every error of every file.
    """
    from vipsim.scenario.keepalived import read_keepalived
    from vipsim.scenario.keepalived.names import node_names

    if len(paths) > MAX_FILES:
        raise VipsimError(f"{len(paths)} files: at most {MAX_FILES} nodes are simulated together")
    found, problems = {}, []
    for path in paths:
        _refuse_scenario(path)
    for node, path in zip(node_names(paths), paths, strict=True):
        try:
            found[node] = read_keepalived(Path(path), node=node)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _refuse_scenario(path: str) -> None:
    from vipsim.resources import scenario_names

    if Path(path).exists() and Path(path).suffix not in (".yaml", ".yml"):
        return
    if Path(path).suffix in (".yaml", ".yml") or path in scenario_names():
        raise VipsimError(
            f"{path}: this is a scenario, no keepalived.conf\n"
            f"    vipsim conf {path} --out FOLDER writes its nodes as such files"
        )


class Given:
    """The scenario of a command line.

    Raises
    ------
    VipsimError
        If none is named, or two are.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self._files: list[str] = list(args.keepalived or ())
        if bool(self._files) == (args.scenario is not None):
            raise VipsimError(
                "a scenario and --keepalived: which of them is to run? leave one out"
                if self._files
                else "what is to run? write FILE|NAME of a scenario, or --keepalived a.conf b.conf"
            )
        if args.scenario is not None and args.scenario.endswith(".conf"):
            raise VipsimError(
                f"{args.scenario}: this is no scenario; "
                f"if it is a keepalived.conf: --keepalived {args.scenario}"
            )
        self.paths = [Path(path) for path in self._files] or [find_scenario(args.scenario)]
        self.imported: Imported | None = None

    def read(self, settings: Sequence[str], faults: Sequence[str]) -> Scenario:
        """Read the scenario, change its settings, and add faults."""
        if not self._files:
            return read_changed(self.paths[0], settings, faults)
        from vipsim.scenario.keepalived.network import from_keepalived

        self.imported = from_keepalived(read_configs(self._files), until=_latest(faults))
        return changed(self.imported.scenario, settings, faults)

    def tell(self, says: TextIO, full: bool = False) -> None:
        """Say what became of the configurations; nothing of a scenario."""
        if self.imported is None:
            return
        from vipsim.scenario.keepalived import report_text
        from vipsim.scenario.keepalived.summary import summary

        print(printable(summary(self.imported, full=full)), file=says)
        self._warn(says)
        if full:
            for _, config in self.imported.configs:
                print(printable(report_text(config)), file=says)

    def _warn(self, says: TextIO) -> None:
        """Say which statements are ignored though they bear on the numbers."""
        from vipsim.study.predict.support import support_of

        assert self.imported is not None
        told: dict[str, list[str]] = {}
        for remark in support_of(config for _, config in self.imported.configs).ignored:
            if remark.bearing is not None:
                told.setdefault(remark.bearing.why, []).append(f"{remark.keyword} ({remark.place})")
        for why, statements in told.items():
            print(printable(f"not in the numbers: {', '.join(statements)}: {why}"), file=says)
        if told:
            print(file=says)


def _latest(faults: Sequence[str]) -> Time:
    """When the last of some faults happens, in ns; what cannot be read is refused when it is added."""
    from vipsim.scenario.faults import parse_fault

    latest = 0
    for text in faults:
        try:
            latest = max(latest, getattr(parse_fault(text).when, "latest", 0))
        except VipsimError:
            continue
    return latest
