"""``vipsim compare``: which settings are better, on the same seeds, and at what price."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from vipsim.cli import failures
from vipsim.cli.options import add_faults, add_scenario, add_seeds, find_scenario, read_changed, split_setting
from vipsim.cli.output import PICTURES, Outputs
from vipsim.cli.progress import Bar
from vipsim.errors import VipsimError

if TYPE_CHECKING:
    from pathlib import Path

    from vipsim.study import Comparison

_NOTES = """\
Every combination of the values is an arm; the first one is what the others are compared with.
A value with commas of its own stands in brackets: --set groups.0.vrrp.vips=[a,b],[b,a]

Ctrl-C keeps the seeds that every arm has finished, prints and writes them, says how to go on
(--seeds 400..1000) and ends with exit code 130.

examples:
  vipsim compare database-pair --set vrrp.advert_interval=1s,2s,3s --seeds 200
  vipsim compare database-pair --set vrrp.version=3 --set vrrp.advert_interval=1s,100ms
  vipsim compare database-pair-heartbeat --set heartbeat.dead_count=2,3,5 --loss 1% --csv out.csv
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``compare``."""
    parser = subparsers.add_parser(
        "compare",
        help="which of these settings is better, and at what price?",
        description="Compare settings on the same seeds: blackouts, false failovers, adverts.",
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_scenario(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="PATH=V1,V2",
        help="the values to compare, for example vrrp.advert_interval=1s,2s; may be repeated",
    )
    add_faults(parser)
    add_seeds(parser, default="100")
    parser.add_argument("--loss", metavar="1%", help="let every link lose frames with this probability")
    parser.add_argument("--quiet-time", metavar="TIME", help="length of the fault-free run, for example 10h")
    parser.add_argument("--workers", type=_workers, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument(
        "--json", action="store_true", help="end in one JSON document; all else goes to stderr"
    )
    parser.add_argument("--csv", metavar="FILE", help="write every number of each arm")
    parser.add_argument("--cdf", metavar="FILE", help="draw the distributions (.png, .svg, .pdf)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim compare``.

    Raises
    ------
    VipsimError
        For bad input, before anything runs.
    """
    from vipsim.study import compare, parse_seeds
    from vipsim.study.report import legend

    path = find_scenario(args.scenario)
    outputs = Outputs(reads=[path])
    csv = outputs.claim("--csv", args.csv)
    cdf = outputs.claim("--cdf", args.cdf, PICTURES)
    settings = _settings(args.settings)
    seeds = parse_seeds(args.seeds)
    if cdf is not None:
        import vipsim.view.mpl  # noqa: F401  a missing matplotlib is better said now than after the work
    scenario = read_changed(path, (), args.faults)
    bar = Bar()
    try:
        found = compare(
            scenario,
            settings,
            seeds,
            loss=args.loss,
            workers=args.workers,
            progress=bar,
            quiet_time=args.quiet_time,
        )
    finally:
        bar.clear()
    outputs.write(csv, lambda target: found.table.to_csv(target))
    outputs.write(cdf, lambda target: _draw(found, target))
    says = sys.stderr if args.json else sys.stdout
    print(f"{found.to_text()}\n\n{legend(found.table)}", file=says)
    outputs.tell(says, before="\n")
    if args.json:
        _print_document(scenario.name, found)
    return failures.INTERRUPTED if found.interrupted else outputs.code


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of processes: write 1 or more")
    return int(text)


# --- reading the settings ------------------------------------------------------------------


def _settings(texts: list[str]) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for text in texts:
        path, values = split_setting(text)
        if path in settings:
            raise VipsimError(f"--set {path} is given twice: write --set {path}=V1,V2")
        settings[path] = split_values(values)
    return settings


def split_values(text: str) -> list[str]:
    """Cut a list of values at its commas, but not within brackets, braces or double quotes.

    >>> split_values("1s,300ms"), split_values("[a,b],[c]")
    (['1s', '300ms'], ['[a,b]', '[c]'])
    """
    values, depth, quoted = [""], 0, False
    for letter in text:
        if letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth <= 0 and not quoted:
            values.append("")
        else:
            values[-1] += letter
    return [value.strip() for value in values]


# --- showing what was found ----------------------------------------------------------------


def _draw(found: Comparison, target: Path) -> None:
    from vipsim import view

    ax = None
    for arm, times in found.samples.items():
        ax = view.plot_cdf(
            times, found.laws.get(arm), ax, label=arm, column=found.quantity, seeds=found.finished_seeds
        )
    if ax is not None:
        view.save(ax, target)


def _print_document(name: str, found: Comparison) -> None:
    import json

    from vipsim.study.seeds import seeds_text

    document = {
        "scenario": name,
        "quantity": found.quantity,
        "seeds": seeds_text(found.finished_seeds) if found.finished_seeds else "",
        "unfinished_seeds": seeds_text(found.unfinished_seeds) if found.unfinished_seeds else "",
        "interrupted": found.interrupted,
        "table": found.table.to_data(),
        "closed_forms": {arm: law.describe() for arm, law in found.laws.items()},
    }
    print(json.dumps(document, indent=2))
