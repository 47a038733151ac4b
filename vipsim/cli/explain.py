"""``vipsim explain``: why did that happen, in the daemon's own words."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from vipsim.cli import failures
from vipsim.cli.given import Given, add_keepalived
from vipsim.cli.options import add_changes, add_seed, trace_file
from vipsim.cli.parser import did_you_mean
from vipsim.errors import VipsimError
from vipsim.units import SECOND

if TYPE_CHECKING:
    from vipsim.trace.journal import Line
    from vipsim.trace.trace import Trace
    from vipsim.units import Time

_NOTES = """\
keepalived's lines are those of 2.2.7 as --log-detail (-D) shows them; --terse leaves out what only -D brings.
Below the first line of each wake-up stands what caused it: the timer that ran out, when it was set and by
whom, the frame that came, the fault. Causes are wrapped, log lines are not.
To lay beside a real journal: journalctl -u keepalived -o short-precise

examples:
  vipsim explain database-pair --set vrrp.profile=keepalived
  vipsim explain split --set vrrp.profile=keepalived --seed 3 --node db2
  vipsim explain --keepalived a.conf b.conf --fault stop:a@5s
  vipsim run my.yaml --trace out.jsonl; vipsim explain out.jsonl --silent
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``explain``."""
    parser = subparsers.add_parser(
        "explain",
        help="why did that happen, in the daemon's own words?",
        description="Tell a run in its daemons' log words, with the cause of every wake-up.",
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "scenario",
        nargs="?",
        metavar="SCENARIO|TRACE",
        help="a scenario file, a shipped scenario, or a trace that vipsim run --trace wrote",
    )
    add_seed(parser)
    add_changes(parser)
    add_keepalived(parser)
    show = parser.add_argument_group("what is shown")
    show.add_argument(
        "--node", action="append", default=[], metavar="NAME", help="only its lines; may be repeated"
    )
    show.add_argument("--terse", action="store_true", help="only what keepalived logs without -D")
    show.add_argument("--silent", action="store_true", help="also what is done without a word, in brackets")
    show.add_argument("--clients", action="store_true", help="also who answers clients, and their silences")
    show.add_argument("--from", dest="start", metavar="TIME", help="begin at, for example 4.5s")
    show.add_argument("--to", dest="end", metavar="TIME", help="end at")
    show.add_argument("--json", action="store_true", help="end in one JSON document; all else goes to stderr")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim explain``.

    Raises
    ------
    VipsimError
        For bad input.
    """
    from vipsim.trace.journal import journal

    start, end = _window(args)
    trace = _trace(args, sys.stderr if args.json else sys.stdout)
    _check_nodes(args.node, trace)
    if start >= trace.duration:
        raise VipsimError(f"--from {args.start}: the run ends at {trace.duration / SECOND:g} s")
    lines = [
        line
        for line in journal(trace, clients=args.clients)
        if start <= line.time and (end is None or line.time <= end)
    ]
    nodes = [*args.node, *(trace.metrics.clients if args.clients else ())] if args.node else None
    if args.json:
        _print_document(trace, [line.to_data() for line in lines if nodes is None or line.node in nodes])
        return failures.FINE
    print(_head(trace))
    print(_told(lines, args, nodes) or _nothing(args, trace))
    return failures.FINE


def _window(args: argparse.Namespace) -> tuple[Time, Time | None]:
    from vipsim.units import parse_duration

    times: dict[str, Time | None] = {}
    for option, text in (("--from", args.start), ("--to", args.end)):
        try:
            times[option] = None if text is None else parse_duration(text)
        except VipsimError as error:
            raise VipsimError(f"{option} {text[:40]}: {error}") from None
    start, end = times["--from"] or 0, times["--to"]
    if end is not None and end <= start:
        raise VipsimError(
            f"--to {args.end[:40]}: this is not after {args.start or '0s'}: nothing lies between"
        )
    return start, end


def _told(lines: Sequence[Line], args: argparse.Namespace, nodes: Sequence[str] | None) -> str:
    from vipsim.trace.journal import WIDTH, journal_text

    # A pipe or a file has no width of its own; on a terminal lines wider than it would be cut anywhere.
    width = min(WIDTH, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDTH
    return journal_text(lines, detail=not args.terse, silent=args.silent, nodes=nodes, width=width)


def _nothing(args: argparse.Namespace, trace: Trace) -> str:
    """Why no line is shown, and what would show some."""
    options = (("--node", args.node), ("--terse", args.terse), ("--from", args.start), ("--to", args.end))
    narrowed = [option for option, given in options if given]
    daemons = _daemons(trace)
    lines = [
        f"nothing to tell: no daemon logs a word in these {trace.duration / SECOND:g} s, and nothing breaks"
    ]
    if narrowed:
        lines = [f"nothing to tell with {' and '.join(narrowed)}; without, there may be more"]
    if daemons and not trace.select("fault"):
        lines.append(
            f"for a story add a fault: --fault crash:{daemons[0]}@5s (to a trace: when vipsim run makes it)"
        )
    if daemons and not args.silent:
        lines.append("--silent shows what they do without a word: adverts sent, and heard in time")
    return "\n    ".join(lines)


def _trace(args: argparse.Namespace, says: TextIO) -> Trace:
    from vipsim.trace.jsonl import read_trace
    from vipsim.trace.records import Level
    from vipsim.worlds import run as run_world

    path = None if args.scenario is None or args.keepalived else trace_file(args, args.scenario)
    if path is None:
        given = Given(args)
        scenario = given.read(args.settings, args.faults)
        given.tell(says, args.report)
        return run_world(scenario, args.seed)
    trace = read_trace(path)
    if trace.level < Level.PROTOCOL:
        raise VipsimError(f"{path}: this trace keeps no records: run again with --level frames --trace")
    return trace


def _check_nodes(names: list[str], trace: Trace) -> None:
    known = _daemons(trace)
    for name in names:
        if name not in known:
            raise VipsimError(
                f"--node {name[:60]}: no daemon runs there{did_you_mean(name, known)}\n"
                f"    daemons: {', '.join(known[:30]) or 'none'}"
            )


def _daemons(trace: Trace) -> list[str]:
    return list(dict.fromkeys(record.node for record in trace.select("daemon")))


def _head(trace: Trace) -> str:
    from vipsim.trace.journal.instances import KEEPALIVED, read_instances
    from vipsim.trace.records import Level

    profiles = dict.fromkeys(one.profile for one in read_instances(trace.header).values())
    lines = [f"{trace.name}, seed {trace.seed}: <- is the cause of the lines above it"]
    if not profiles:
        lines.append("in plain words: there is no VRRP group, and keepalived has words for no other")
    elif KEEPALIVED not in profiles:
        lines.append(
            f"profile {', '.join(profiles)}: in plain words; for keepalived's: --set vrrp.profile=keepalived"
        )
    if trace.level < Level.FRAMES:
        lines.append("no frames in this trace: adverts that changed nothing are not told")
    return "\n".join(lines) + "\n"


def _print_document(trace: Trace, lines: list[dict[str, object]]) -> None:
    import json

    document = {"scenario": trace.name, "seed": trace.seed, "duration": trace.duration, "lines": lines}
    json.dump(document, sys.stdout, indent=2)
    print()
