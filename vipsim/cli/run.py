"""``vipsim run``: what happens, once, for one seed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vipsim.cli import failures
from vipsim.cli.given import Given, add_keepalived
from vipsim.cli.narration import narrate, pace
from vipsim.cli.options import add_changes, add_scenario, add_seed
from vipsim.cli.output import Outputs
from vipsim.cli.pages import SUFFIXES, Part, Window, read_part, resolved
from vipsim.cli.parser import did_you_mean
from vipsim.errors import VipsimError

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario
    from vipsim.trace.records import Level
    from vipsim.trace.trace import Trace
    from vipsim.units import Time

Moment = tuple[str, "Time"]
"""A host, and when to look at its neighbor cache."""

_LEVELS = ("summary", "protocol", "frames")

_EXAMPLES = """\
examples:
  vipsim run database-pair --arp app1@4s --arp app1@20s
  vipsim run database-pair --set vrrp.advert_interval=2s --seed 7 --json
  vipsim run my.yaml --fault crash:db1@5s --pcapng out.pcapng --check
  vipsim run database-pair --set 'faults=[]' --fault stop:db1@8s   (only this fault)
  vipsim run maintenance --pace 10x
  vipsim run split --replay split.html --window 4s..8s
  vipsim run --keepalived a.conf b.conf --fault crash:a@5s   (the nodes are called a and b)
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``run``."""
    parser = subparsers.add_parser(
        "run",
        help="run a scenario once: what happens for this seed?",
        description="Run a scenario once and print its numbers.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_scenario(parser, optional=True)
    add_keepalived(parser)
    add_seed(parser)
    add_changes(parser)
    parser.add_argument("--world", choices=("sim",), default="sim", help="where it runs (default sim)")
    parser.add_argument(
        "--level", choices=_LEVELS, default="frames", help="how much the trace keeps (default frames)"
    )
    show = parser.add_argument_group("what is shown")
    show.add_argument(
        "--arp",
        action="append",
        default=[],
        metavar="NODE@TIME",
        help="print a host's neighbor cache at a time, for example app1@4s; may be repeated",
    )
    show.add_argument("--json", action="store_true", help="end in one JSON document; all else goes to stderr")
    show.add_argument("--check", action="store_true", help="exit 1 if the run did what no correct run does")
    show.add_argument("--pace", type=pace, metavar="1x", help="tell the run in real time (10x: faster)")
    files = parser.add_argument_group("files")
    files.add_argument("--trace", metavar="FILE", help="write the trace as JSON lines (.gz: compressed)")
    files.add_argument("--pcapng", metavar="FILE", help="write a capture for Wireshark")
    files.add_argument("--replay", metavar="FILE", help="write a page to step through the run in a browser")
    files.add_argument(
        "--window", metavar="FROM..TO", help="--replay: only this part of the run, for example 4s..10s"
    )
    files.add_argument("--csv", metavar="FILE", help="write a row per failover and client")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim run``.

    Raises
    ------
    VipsimError
        For bad input, before anything runs.
    """
    from vipsim.trace.records import Level
    from vipsim.worlds import run as run_world

    given = Given(args)
    outputs = Outputs(reads=given.paths)
    files = {
        option: outputs.claim(f"--{option}", getattr(args, option)) for option in ("trace", "pcapng", "csv")
    }
    files["replay"] = outputs.claim("--replay", args.replay, SUFFIXES)
    part = _part(args)
    level = Level[args.level.upper()]
    _check_level(args, level)
    scenario = given.read(args.settings, args.faults)
    window = resolved(part, scenario.duration, "--window")
    moments = [_moment(text, scenario) for text in args.arp]
    trace = run_world(scenario, args.seed, args.world, level)
    says = sys.stderr if args.json else sys.stdout
    given.tell(says, args.report)
    # Files first: what is printed may go to a reader that leaves early.
    _write(trace, outputs, files, window)
    stopped = _tell(trace, args, moments, says)
    outputs.tell(says, before="\n")
    code = _check(trace, says) if args.check else failures.FINE
    if args.json:
        _print_document(trace)
    if stopped:
        return failures.INTERRUPTED
    return max(outputs.code, code)


def _part(args: argparse.Namespace) -> Part | None:
    """Return the part of the run that goes into the page."""
    if args.window is not None and args.replay is None:
        raise VipsimError("--window is the part of the run for the page of --replay FILE: give that, too")
    return read_part("--window", args.window)


def _check_level(args: argparse.Namespace, level: Level) -> None:
    """Refuse what the trace of this level could not answer."""
    wanted = {"--arp": args.arp, "--check": args.check, "--pace": args.pace, "--trace": args.trace}
    least = {option: "protocol" for option, given in wanted.items() if given}
    least |= {f"--{name}": "frames" for name in ("pcapng", "replay") if getattr(args, name)}
    for option, name in least.items():
        if _LEVELS.index(name) > level:
            raise VipsimError(f"{option} needs --level {name}: at level {args.level} nothing of it is kept")


def _moment(text: str, scenario: Scenario) -> Moment:
    """Read ``NODE@TIME``."""
    from vipsim.units import format_duration, parse_duration

    node, at, time = text.rpartition("@")
    hosts = [host.name for host in scenario.hosts]
    if not at or not node:
        raise VipsimError(f"--arp {text[:60]!r}: write NODE@TIME, for example app1@4s")
    if node not in hosts:
        raise VipsimError(
            f"--arp {text[:60]}: there is no host {node[:40]!r}{did_you_mean(node, hosts)}\n"
            f"    hosts: {', '.join(hosts[:30])}"
        )
    try:
        moment = parse_duration(time)
    except VipsimError as error:
        raise VipsimError(f"--arp {text[:60]}: {error}") from None
    if moment > scenario.duration:
        raise VipsimError(f"--arp {text[:60]}: the run ends at {format_duration(scenario.duration)}")
    return node, moment


def _tell(trace: Trace, args: argparse.Namespace, moments: list[Moment], says: TextIO) -> bool:
    """Print the story, the numbers and the caches; True if the story was stopped by Ctrl-C.

    The run is complete before its story begins, so stopping the story loses nothing.
    """
    from vipsim.trace.formatting import report

    stopped = False
    if args.pace:
        try:
            narrate(trace, args.pace, lambda line: print(line, file=says, flush=True))
        except KeyboardInterrupt:
            stopped = True
            print("\nstopped telling; the run itself is complete:", file=says)
        print(file=says)
    if not args.json:
        print(report(trace))
    _print_notes(trace, says)
    for node, at in moments:
        _print_cache(trace, node, at, says)
    return stopped


def _print_notes(trace: Trace, says: TextIO) -> None:
    """What somebody had to say, each once: a person has to decide, a fault never happened."""
    from vipsim.trace.records import Level
    from vipsim.units import seconds

    if trace.level < Level.PROTOCOL:
        return
    said: dict[tuple[str, str], list[Time]] = {}
    for record in trace.select("note"):
        said.setdefault((record.node, str(record.data["text"])), []).append(record.time)
    if said:
        print("\nnotes:", file=says)
    for (node, text), times in said.items():
        again = f" (and {len(times) - 1} times more)" if len(times) > 1 else ""
        print(f"  {seconds(times[0])}  {f'{node}: ' if node else ''}{text}{again}", file=says)


def _print_cache(trace: Trace, node: str, at: Time, says: TextIO) -> None:
    from vipsim.trace.formatting import arp_lines
    from vipsim.units import format_duration

    print(f"\nneighbor cache of {node} at {format_duration(at)}:", file=says)
    print("\n".join(arp_lines(trace, node, at)) or "(empty)", file=says)


def _write(trace: Trace, outputs: Outputs, files: dict[str, Path | None], window: Window | None) -> None:
    from vipsim.cli.rows import failover_table
    from vipsim.trace.capture import write_pcapng
    from vipsim.trace.jsonl import write_trace

    outputs.write(files["trace"], lambda path: write_trace(trace, path))
    outputs.write(files["pcapng"], lambda path: write_pcapng(trace, path))
    outputs.write(files["csv"], lambda path: failover_table(trace).to_csv(path))
    if files["replay"] is not None:
        from vipsim.view.replay import write_replay

        outputs.write(
            files["replay"],
            lambda path: write_replay(
                trace, path, window, window_words=lambda low, high: f"--window {low}..{high}"
            ),
        )


def _print_document(trace: Trace) -> None:
    import json

    print(json.dumps(trace.to_json_document(), indent=2))


def _check(trace: Trace, says: TextIO) -> int:
    found = trace.violations
    if not found:
        but = ", but of a wrong configuration (MISCONFIGURED)" if trace.misconfigured else ""
        print(f"\ncheck: nothing that a correct run does not do{but}", file=says)
        return failures.FINE
    print(f"\ncheck: {len(found)} violation{'s' if len(found) > 1 else ''}", file=says)
    for violation in found:
        print(f"  {violation}", file=says)
    return failures.CHECK_FAILED
