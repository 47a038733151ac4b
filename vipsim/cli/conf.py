"""``vipsim conf``: the nodes of a scenario as keepalived.conf files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vipsim.cli.options import add_scenario, find_scenario, read_changed
from vipsim.cli.output import Outputs, write_text
from vipsim.cli.parser import did_you_mean
from vipsim.errors import VipsimError

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario

_EXAMPLES = """\
examples:
  vipsim conf database-pair --node db1
  vipsim conf database-pair --set vrrp.profile=keepalived --set vrrp.advert_interval=2s --out .
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``conf``."""
    parser = subparsers.add_parser(
        "conf",
        help="write a scenario's nodes as keepalived.conf files",
        description="Write the VRRP nodes of a scenario as files that keepalived 2.2.7 accepts.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_scenario(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="settings",
        help="change a setting, for example vrrp.advert_interval=2s; may be repeated",
    )
    parser.add_argument("--node", metavar="NODE", help="this one only")
    parser.add_argument("--out", metavar="FOLDER", help="write NODE.conf files there, not to the screen")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim conf``."""
    from vipsim.scenario.keepalived.files import write_node

    path = find_scenario(args.scenario)
    scenario = read_changed(path, args.settings, ())
    texts = {node: write_node(scenario, node) for node in _wanted(scenario, args.node)}
    outputs = Outputs(reads=[path])
    targets = {}
    if args.out is not None:
        folder = Path(args.out)
        if not folder.is_dir():
            raise VipsimError(f"--out {args.out}: there is no such folder: make it first")
        targets = {node: outputs.claim("--out", str(folder / f"{node}.conf")) for node in texts}
    _note_profiles(scenario)
    for node, text in texts.items():
        if node in targets:
            outputs.write(targets[node], lambda target, text=text: write_text(target, text))  # type: ignore[misc]
        else:
            print(f"# {node}.conf\n{text}", end="\n" if len(texts) > 1 else "")
    outputs.tell(sys.stdout)
    return outputs.code


def _wanted(scenario: Scenario, node: str | None) -> list[str]:
    from vipsim.scenario.keepalived.files import node_names_of

    known = node_names_of(scenario)
    if not known:
        raise VipsimError(f"{scenario.name} has no VRRP group: there is nothing to write for keepalived")
    if node is None:
        return known
    if node not in known:
        raise VipsimError(
            f"--node {node[:40]}: it has no part in a VRRP group{did_you_mean(node, known)}\n"
            f"    nodes: {', '.join(known[:30])}"
        )
    return [node]


def _note_profiles(scenario: Scenario) -> None:
    """Say where keepalived does other things than the scenario's own rules."""
    for group in scenario.groups:
        profile = getattr(group, "profile", "keepalived")
        if profile != "keepalived":
            print(
                f"vipsim: note: {group.name} has the rules of {profile}; keepalived announces and answers "
                "otherwise: profile: keepalived simulates that",
                file=sys.stderr,
            )
