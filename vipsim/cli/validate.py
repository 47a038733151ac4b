"""``vipsim validate``: hold the simulated host, switch and clients against recordings of real kernels."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, TextIO

from vipsim.cli import failures

if TYPE_CHECKING:
    from vipsim.validate import Report

_NOTES = """\
A row is one JSON object in one line: a case (what was done to a host or a switch, and what it did) or a
time course (a client's traffic through a takeover). Rows that are not modelled (IPv6) are left out and
counted with their reason. A row that cannot be read is complained about; the others still run.

Exit code 0: every row agrees; 1: a row differs; 2: a row or file could not be read.

examples:
  vipsim validate neighbor cases.jsonl timecourses.jsonl
  vipsim validate neighbor cases.jsonl --only 'v4.locktime*'
  vipsim validate neighbor cases.jsonl --json
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``validate``."""
    parser = subparsers.add_parser(
        "validate",
        help="hold the model against recordings of real kernels",
        description="Replay recorded cases and time courses and report where the model differs.",
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["neighbor"], help="ARP caches, owners, switches, time courses")
    parser.add_argument("files", nargs="+", metavar="FILE.jsonl", help="rows of the oracle's format")
    parser.add_argument(
        "--json", action="store_true", help="end in one line of JSON; all else goes to stderr"
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="PATTERN",
        help="only rows whose id or family this means, as v4.locktime*",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim validate``."""
    from pathlib import Path

    from vipsim.errors import VipsimError
    from vipsim.validate import validate_files

    for name in args.files:
        if "\0" in name or not name:
            raise VipsimError(f"{name!r}: this is not a file's name: name a file of rows")
    report = validate_files([Path(name) for name in args.files], args.only)
    _tell(report, sys.stderr if args.json else sys.stdout)
    if args.json:
        import json

        print(json.dumps(report.as_data()))
    if report.unreadable:
        return failures.BAD_INPUT
    return failures.CHECK_FAILED if report.failed else failures.FINE


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
