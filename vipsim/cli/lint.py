"""``vipsim lint``: what will bite in some keepalived.conf files, how long it takes, and what helps."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vipsim.cli import failures
from vipsim.errors import ScenarioError, VipsimError

if TYPE_CHECKING:
    from vipsim.scenario.keepalived.lint import Finding

_EXAMPLES = """\
examples:
  vipsim lint a.conf b.conf
  vipsim lint a.conf b.conf --stp 15s --router-cache 4h
  vipsim lint /etc/keepalived/keepalived.conf --json

Exit code: 0 nothing but hints, 1 an error or a warning, 2 a file that keepalived would not run.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``lint``."""
    parser = subparsers.add_parser(
        "lint",
        help="what in these keepalived.conf files will bite?",
        description="Look for what will bite in the keepalived.conf files of the nodes of a LAN: "
        "each finding says what will happen, how long it takes, and what helps.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", metavar="CONF", help="the keepalived.conf of each node")
    around = parser.add_argument_group("what no file tells")
    around.add_argument(
        "--stp",
        metavar="TIME",
        help="forward delay of the spanning tree at the nodes' ports, usually 15s; 0s: edge ports",
    )
    around.add_argument(
        "--router-cache",
        metavar="TIME",
        help="how long the slowest router keeps an ARP entry that nobody corrects: 4h (Cisco), 20min (NX-OS)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim lint``."""
    from vipsim.cli.given import read_configs
    from vipsim.scenario.keepalived.lint import Level, Surroundings, lint

    around = Surroundings(_time("--stp", args.stp), _time("--router-cache", args.router_cache))
    try:
        found = lint(read_configs(args.files), around)
    except ScenarioError as error:
        found = _of_broken(args.files)
        if args.json:
            _print_document(found)
        elif others := [one for one in found if one.rule != "does-not-run"]:
            # What ends keepalived is complained of below, with the line itself.
            _print(others, len(args.files), whole=False)
        raise error from None
    if args.json:
        _print_document(found)
    else:
        _print(found, len(args.files))
    grave = any(finding.level is not Level.HINT for finding in found)
    return failures.CHECK_FAILED if grave else failures.FINE


def _of_broken(files: list[str]) -> list[Finding]:
    """What is wrong with the files that keepalived would not run, each for itself."""
    from pathlib import Path

    from vipsim.scenario.keepalived import read_keepalived
    from vipsim.scenario.keepalived.lint import lint_broken
    from vipsim.scenario.keepalived.names import node_names
    from vipsim.scenario.keepalived.reader import NotRunnable

    found = []
    for node, path in zip(node_names(files), files, strict=True):
        try:
            read_keepalived(Path(path), node=node)
        except NotRunnable as error:
            found += lint_broken(error.problems, error.config)
    return found


def _time(option: str, text: str | None) -> int | None:
    from vipsim.units import parse_duration

    if text is None:
        return None
    try:
        return parse_duration(text)
    except VipsimError as error:
        raise VipsimError(f"{option} {text[:40]}: {error}") from None


def _print(found: list[Finding], files: int, *, whole: bool = True) -> None:
    from vipsim.scenario.keepalived.lint import Level

    for finding in found:
        print(f"{finding}\n")
    if not whole:
        return
    counts = [(sum(one.level is level for one in found), level.value) for level in Level]
    said = ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for count, name in counts)
    print(f"{files} file{'s' if files != 1 else ''}: {said}")
    if files == 1:
        print("one file: what two of them disagree on was not looked for")


def _print_document(found: list[Finding]) -> None:
    import json

    from vipsim.scenario.keepalived.lint import Level

    counts = {level.value: sum(one.level is level for one in found) for level in Level}
    print(json.dumps({"counts": counts, "findings": [finding.to_data() for finding in found]}, indent=2))
