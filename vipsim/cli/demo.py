"""``vipsim demo``: a first look, and seven more."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from textwrap import wrap

from vipsim.cli.options import add_seed
from vipsim.cli.output import Outputs, shown
from vipsim.cli.pages import Opening
from vipsim.cli.parser import did_you_mean
from vipsim.errors import VipsimError

NAMES = (
    "crash", "maintenance", "lost-announcement", "silent-survivor", "stp-at-boot", "default-gateway",
    "tcp-backoff", "two-writers",
)  # fmt: skip
FOLDER, PAGES = "vipsim-demo", "vipsim-pages"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``demo``."""
    parser = subparsers.add_parser(
        "demo",
        help="a first look: a failover with numbers, pictures and a capture",
        description="Run a demo: print its numbers and write pictures, a capture and the trace. "
        "Without a name it is the crash, and all are listed at the end.",
    )
    parser.add_argument("name", nargs="?", type=_name, metavar="NAME", help=f"one of {', '.join(NAMES)}")
    parser.add_argument(
        "--list",
        action="store_true",
        help="only list the demos: minutes of class time, and what to ask first",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="write the replay pages of all demos and an index.html that lists them, for a stick",
    )
    parser.add_argument(
        "--out", metavar="DIR", help=f"folder for the files (default {FOLDER}, with --all {PAGES})"
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help="first show the page in the browser (it is written in any case); with --all, the list of them",
    )
    add_seed(parser)
    parser.set_defaults(run=run)


def _name(text: str) -> str:
    if text not in NAMES:
        hint = did_you_mean(text, NAMES) or f": there are {', '.join(NAMES)}"
        raise argparse.ArgumentTypeError(f"there is no demo {text[:40]!r}{hint}")
    return text


def _folder(name: str) -> Path:
    folder = Path(name)
    if "\0" in name or (folder.exists() and not folder.is_dir()):
        raise VipsimError(f"--out {name!r}: this is not a folder: name one, or one to be made")
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise VipsimError(f"--out {name}: Permission denied: use a folder that you may write to")
    return folder.resolve()


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim demo``."""
    from vipsim.teach.demo import SEED
    from vipsim.teach.demos import DEMOS
    from vipsim.teach.performing import REPLAY, perform
    from vipsim.teach.stick import INDEX, write_stick

    if args.list:
        print(_listed(full=True))
        return 0
    if args.all and (args.name or args.seed != SEED):
        extra = f"the demo's name {args.name}" if args.name else f"--seed {args.seed}"
        raise VipsimError(f"--all writes every demo as it is told, with seed {SEED}: leave {extra} out")
    folder = _folder(args.out or (PAGES if args.all else FOLDER))
    outputs = Outputs()
    opening = Opening(lambda line: print(line, flush=True))

    def write(path: Path, writer: Callable[[Path], object]) -> None:
        before = len(outputs.written)
        try:
            outputs.write(outputs.claim("--out", str(path)), writer)
        except VipsimError as error:
            outputs.failed(error)
        if args.open and path.name == (INDEX if args.all else REPLAY) and len(outputs.written) > before:
            opening.show(path)

    def say(line: str) -> None:
        print(line, flush=True)

    if args.all:
        write_stick(folder, say, write)
        print(f"\nin {shown(folder)}: {len(outputs.written)} pages; open {INDEX} in a browser")
        opening.settle()
        return outputs.code
    perform(DEMOS[args.name or NAMES[0]], folder, args.seed, say, write)
    if outputs.written:
        print(f"\nin {shown(folder)}:")
        for path in outputs.written:
            print(f"  {path.name:<15} {_WHAT.get(path.name, '')}")
    if args.name is None:
        print(f"\nthe demos (vipsim demo --list tells more):\n{_listed()}")
    opening.settle()
    return outputs.code


def _listed(full: bool = False) -> str:
    from vipsim.teach.demos import DEMOS

    lines = []
    for demo in DEMOS.values():
        lines.append(f"  vipsim demo {demo.name:<18} {demo.minutes} min  {demo.line}")
        if full:
            lines += [f"{'':39}{line}" for line in wrap(f"ask first: {demo.predict}", 90)]
    return "\n".join(lines)


_WHAT = {
    "replay.html": "the run to step through, in any browser (--open shows it at once)",
    "timeline.png": "who was what, who owned the address, what the clients felt",
    "ladder.png": "the frames of the takeover, one arrow each",
    "topology.png": "who is cabled to whom",
    "phases.png": "where the time of the blackout went",
    "cdf.png": "how long it takes over many seeds, with the closed form",
    "capture.pcapng": "for Wireshark",
    "trace.jsonl": "everything that happened; vipsim plot draws it",
}
