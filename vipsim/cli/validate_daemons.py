"""``vipsim validate daemons``: hold simulated daemons against recorded failovers of real ones."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vipsim.cli import failures
from vipsim.cli.progress import Bar

if TYPE_CHECKING:
    from vipsim.validate.daemons.examine import Found, Job, Workers
    from vipsim.validate.daemons.report import Report

RUNS = 200
SEED = 1
SHOWN = 20
"""Unreadable rows that are told one by one."""


def validate(args: argparse.Namespace) -> int:
    """Carry out ``vipsim validate daemons``."""
    from vipsim.validate.daemons.examine import examine

    bar = Bar()
    runs = RUNS if args.runs is None else args.runs
    seed = SEED if args.seed is None else args.seed
    report = examine(
        [Path(name) for name in args.files], _workers(args.workers or 1, bar), args.only, runs, seed
    )
    bar.clear()
    _tell(report, args.json)
    if report.stopped:
        return failures.INTERRUPTED
    if report.complaints:
        return failures.BAD_INPUT
    if not report.checked:
        print("vipsim: nothing was judged: no experiment of these files can be conducted", file=sys.stderr)
        return failures.BAD_INPUT
    return failures.CHECK_FAILED if report.is_off else failures.FINE


def _workers(count: int, bar: Bar) -> Workers[Job, Found]:
    """Several processes, or this one; the bar tells how far they are."""

    def run(call, jobs: Sequence[Job]) -> Generator[tuple[int, Found], None, None]:  # type: ignore[no-untyped-def]
        from vipsim.study.executors import run_jobs

        begin = time.monotonic()
        for done, found in enumerate(run_jobs(call, jobs, count), 1):
            bar(done, len(jobs), (time.monotonic() - begin) / done * (len(jobs) - done))
            yield found

    return run


def _tell(report: Report, as_json: bool) -> None:
    """Print the report in words; with `as_json` to stderr, and one line of JSON to stdout."""
    says = sys.stderr if as_json else sys.stdout
    for line in report.lines():
        print(failures.printable(line), file=says)
    says.flush()
    for bad in report.complaints[:SHOWN]:
        print(f"vipsim: {failures.printable(str(bad))}", file=sys.stderr)
    if len(report.complaints) > SHOWN:
        print(f"and {len(report.complaints) - SHOWN} more rows could not be read", file=sys.stderr)
    if as_json:
        import json

        print(json.dumps(report.as_data()))
