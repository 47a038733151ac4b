"""``vipsim validate``: hold simulated hosts, switches, clients and daemons against recordings."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, TextIO

from vipsim.cli import failures, options

if TYPE_CHECKING:
    from vipsim.validate import Report

_NOTES = """\
neighbor: a row is one JSON object in one line: a case (what was done to a host or a switch, and what it
did) or a time course (a client's traffic through a takeover). Rows that are not modelled (IPv6) are left
out and counted with their reason. A row that cannot be read is complained about; the others still run.

daemons: a row is what was observed of one trial with real keepalived, ucarp or FRR; experiments.json beside
the file gives their configurations. Each trial is conducted again (at least 8 times, --runs times where its
outcome is random), and each experiment is judged: the size of detection and master-down times, the laws
of blackout and first answer, outcomes, frames, counts; all at 1 % for the whole file (docs/fidelity.md).

Exit code 0: every row or experiment agrees; 1: one differs; 2: a row or file could not be read.

examples:
  vipsim validate neighbor cases.jsonl timecourses.jsonl
  vipsim validate neighbor cases.jsonl --only 'v4.locktime*'
  vipsim validate neighbor cases.jsonl --json
  vipsim validate daemons truth.jsonl --workers 2
  vipsim validate daemons truth.jsonl --only 'ka2-isolate*' --seed 2 --json
"""
_ONLY_DAEMONS = ("seed", "runs", "workers")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``validate``."""
    parser = subparsers.add_parser(
        "validate",
        help="hold the model against recordings of real kernels and daemons",
        description="Replay recorded cases, time courses and failovers and report where the model differs.",
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what",
        choices=["neighbor", "daemons"],
        help="ARP caches, owners, switches, time courses; or failovers of daemons",
    )
    parser.add_argument("files", nargs="+", metavar="FILE.jsonl", help="rows as they were recorded")
    parser.add_argument(
        "--json", action="store_true", help="end in one line of JSON; all else goes to stderr"
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="PATTERN",
        help="only rows whose id or family, or whose experiment, this means, as v4.locktime*",
    )
    parser.add_argument(
        "--runs",
        type=_count,
        metavar="N",
        help="daemons: runs of a trial whose outcome is random (default 200)",
    )
    parser.add_argument(
        "--seed",
        type=options.seed,
        metavar="N",
        help="daemons: everything random follows from it (default 1)",
    )
    parser.add_argument("--workers", type=_count, metavar="N", help="daemons: processes (default 1)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim validate``."""
    from pathlib import Path

    from vipsim.errors import VipsimError

    for name in args.files:
        if "\0" in name or not name:
            raise VipsimError(f"{name!r}: this is not a file's name: name a file of rows")
    if args.what == "daemons":
        from vipsim.cli.validate_daemons import validate

        return validate(args)
    from vipsim.validate import validate_files

    for name in _ONLY_DAEMONS:
        if getattr(args, name) is not None:
            raise VipsimError(f"--{name}: nothing is random in validate neighbor: leave it out")
    report = validate_files([Path(name) for name in args.files], args.only)
    _tell(report, sys.stderr if args.json else sys.stdout)
    if args.json:
        import json

        print(json.dumps(report.as_data()))
    if report.unreadable:
        return failures.BAD_INPUT
    return failures.CHECK_FAILED if report.failed else failures.FINE


def _count(text: str) -> int:
    """Read a whole number from 1."""
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text)):
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r} is not a number of them: write 1 or more, such as 200"
        )
    return int(text)


def _tell(report: Report, says: TextIO) -> None:
    """Print the report in words; rows that could not be read are complaints and go to stderr."""
    for failure in report.failures:
        print(failures.printable(str(failure)), file=says)
    _tell_of_more(report.failed - len(report.failures), "rows differ", says)
    says.flush()
    for bad in report.complaints:
        print(f"vipsim: {failures.printable(str(bad))}", file=sys.stderr)
    _tell_of_more(report.unreadable - len(report.complaints), "rows could not be read", sys.stderr)
    print(f"checked {report.checked}, failed {report.failed}, skipped {report.skipped}", end="", file=says)
    print(f", unreadable {report.unreadable}" if report.unreadable else "", file=says)
    for reason, count in report.reasons.most_common():
        print(f"  skipped {count}: {failures.printable(reason)}", file=says)
    for family, count in report.failed_families.most_common(20):
        whole = report.families[family]
        print(f"  failed {count} of {whole}: {failures.printable(family)}", file=says)


def _tell_of_more(count: int, what: str, says: TextIO) -> None:
    if count > 0:
        print(f"and {count} more {what}", file=says)
