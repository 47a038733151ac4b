"""``vipsim predict``: what a pair of keepalived.conf files, or a scenario, will do when something breaks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vipsim.cli import failures
from vipsim.cli.given import read_configs
from vipsim.cli.options import add_seeds, changed, find_scenario, read_changed
from vipsim.cli.output import Outputs, write_text
from vipsim.cli.progress import Bar
from vipsim.errors import VipsimError

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario
    from vipsim.study.predict import Support

_NOTES = """\
Faults hit the master of the first group, or the node that you name: crash:b, hang:b:10s. Words: crash, power,
kill, kill_parent, stop (with a length, such as crash:60s, the node comes back); isolate, link_down,
port_down, partition, oneway, script_fail (15 s unless a length is given; link_down:a.eth0 and
script_fail:a.check name an interface or a vrrp_script); hang, freeze (4 s); loss:5% (every link loses
so many frames).

Every fault is run once per seed: the five default faults with 200 seeds take minutes, --seeds 20 a tenth of
that, --workers 2 half. On a terminal a bar tells how long it still takes.

examples:
  vipsim predict a.conf b.conf
  vipsim predict a.conf b.conf --fault crash,isolate:30s --seeds 400 --workers 2 --json
  vipsim predict database-pair --set vrrp.profile=keepalived --fault crash
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``predict``."""
    parser = subparsers.add_parser(
        "predict",
        help="what will my keepalived.conf pair do when something breaks?",
        description="Say of each fault how long clients are without an answer, and who ends as master.",
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="CONF|SCENARIO",
        help="the keepalived.conf of each node; or one scenario file, or a shipped scenario",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="settings",
        help="change a setting of the scenario, for example vrrp.profile=keepalived; may be repeated",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        dest="faults",
        metavar="WORD[:NODE][:LENGTH],...",
        help="what breaks (default crash,stop,isolate,hang:4s,loss:5%%); may be repeated",
    )
    add_seeds(parser, default="200")
    parser.add_argument("--workers", type=_workers, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument(
        "--json", action="store_true", help="end in one JSON document; all else goes to stderr"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report to a file, too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim predict``.

    Raises
    ------
    VipsimError
        For bad input, before anything runs.
    """
    from vipsim.study import parse_seeds
    from vipsim.study.predict import DEFAULT_FAULTS, parse_fault_words, predict

    faults = parse_fault_words(args.faults or DEFAULT_FAULTS)
    seeds = parse_seeds(args.seeds)
    outputs = Outputs(reads=[source for source in args.sources if Path(source).is_file()])
    target = outputs.claim("-o", args.output)
    scenario, support, notes = _read(args.sources, args.settings)
    bar = Bar()
    try:
        found = predict(
            scenario, faults, seeds, workers=args.workers, support=support, notes=notes, progress=bar
        )
    finally:
        bar.clear()
    text = found.to_text()
    outputs.write(target, lambda path: write_text(path, text + "\n"))
    says = sys.stderr if args.json else sys.stdout
    print(text, file=says)
    outputs.tell(says, before="\n")
    if args.json:
        import json

        print(json.dumps(found.to_data(), indent=2))
    return max(failures.FINE, outputs.code)


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of processes: write 1 or more")
    return int(text)


def _read(sources: Sequence[str], settings: Sequence[str]) -> tuple[Scenario, Support | None, Sequence[str]]:
    """The scenario, what became of the statements of its files, and what was assumed."""
    if len(sources) == 1 and not _is_configuration(sources[0]):
        return read_changed(find_scenario(sources[0]), settings, ()), None, ()
    from vipsim.scenario.keepalived.network import from_keepalived
    from vipsim.study.predict.clients import with_usual_clients
    from vipsim.study.predict.support import support_of

    if len(sources) == 1:
        raise VipsimError(f"{sources[0]}: one file is one node: name the files of its peers, too")
    imported = from_keepalived(read_configs(sources))
    scenario = changed(with_usual_clients(imported.scenario), settings, ())
    return scenario, support_of(config for _, config in imported.configs), imported.notes


def _is_configuration(name: str) -> bool:
    path = Path(name)
    if path.suffix in (".conf", ".cfg"):
        return True
    if path.suffix in (".yaml", ".yml") or not path.is_file():
        return False
    with path.open("rb") as file:
        return b"vrrp_instance" in file.read(2**20)
