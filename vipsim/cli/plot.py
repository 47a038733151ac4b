"""``vipsim plot``: a picture (or a page) of a trace, or of a scenario that is run for it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vipsim.cli.options import (
    add_changes,
    add_seed,
    add_seeds,
    find_scenario,
    read_changed,
    trace_file,
)
from vipsim.cli.output import PICTURES, Outputs
from vipsim.cli.pages import SUFFIXES, part_between, resolved
from vipsim.errors import VipsimError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vipsim.scenario.model import Scenario
    from vipsim.trace.trace import Trace

_TAKES = {
    "timeline": ("start", "end"),
    "ladder": ("start", "end", "nodes", "kinds"),
    "caches": ("start", "end", "vip", "nodes"),
    "phases": (),
    "topology": (),
    "cdf": (),
    "replay": ("start", "end"),
}
"""By kind which of `_OPTIONS` it takes."""
_OPTIONS = {"start": "--from", "end": "--to", "vip": "--vip", "nodes": "--nodes", "kinds": "--kinds"}
KINDS = {
    "timeline": "states, ownership, adverts and silences over time",
    "ladder": "frames between hosts around the failover",
    "caches": "who believes what about the virtual address: neighbor caches and switches",
    "phases": "the parts of each client's blackout",
    "topology": "who is cabled to whom",
    "cdf": "how long it takes over many seeds, with the closed form",
    "replay": "no picture but a page: the run to step through in a browser",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``plot``."""
    parser = subparsers.add_parser(
        "plot",
        help="draw a trace or a scenario",
        description="Draw a trace that vipsim run --trace wrote, or a scenario, which is run for it.",
        epilog="kinds:\n" + "\n".join(f"  {kind:<10} {says}" for kind, says in KINDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source", metavar="TRACE|SCENARIO", help="a trace, a scenario file or a shipped scenario"
    )
    parser.add_argument("--kind", choices=tuple(KINDS), default="timeline", help="what to draw")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a .png, .svg or .pdf, a .html of replay (default NAME-KIND.png, or .html, in this folder)",
    )
    add_seed(parser)
    add_seeds(parser, default="200")
    parser.add_argument(
        "--from",
        dest="start",
        metavar="TIME",
        help="timeline, ladder, caches, replay: begin at, for example 4.5s",
    )
    parser.add_argument("--to", dest="end", metavar="TIME", help="timeline, ladder, caches, replay: end at")
    parser.add_argument("--vip", metavar="NAME", help="caches: which virtual address, by name or address")
    parser.add_argument(
        "--nodes", metavar="A,B", help="ladder, caches: which hosts (caches: and switches), in this order"
    )
    parser.add_argument("--kinds", metavar="A,B", help="ladder: which kinds of frames, such as advert,garp")
    add_changes(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim plot``.

    Raises
    ------
    VipsimError
        For bad input, or without matplotlib (which a page does not need).
    """
    _refuse_unused(args)
    of_a_trace = trace_file(args, args.source)
    source = of_a_trace or find_scenario(args.source)
    outputs = Outputs(reads=[source])
    if args.kind == "replay":
        _write_page(args, source, bool(of_a_trace), outputs)
    else:
        _write_picture(args, source, bool(of_a_trace), outputs)
    outputs.tell(sys.stdout)
    return outputs.code


def _refuse_unused(args: argparse.Namespace) -> None:
    """Refuse options that this kind does not take: they would be ignored."""
    for name, option in _OPTIONS.items():
        if getattr(args, name) is not None and name not in _TAKES[args.kind]:
            takes = " and ".join(kind for kind, names in _TAKES.items() if name in names)
            raise VipsimError(f"{option} is for --kind {takes}, not for {args.kind}: leave it out")


def _write_picture(args: argparse.Namespace, source: Path, is_trace: bool, outputs: Outputs) -> None:
    from vipsim import view

    name = args.output if args.output is not None else f"{_stem(source)}-{args.kind}.png"
    if Path(name).suffix.lower() in SUFFIXES:
        raise VipsimError(
            f"-o {name}: the name of a picture ends in {' or '.join(PICTURES)}; a page is --kind replay"
        )
    target = outputs.claim("-o", name, PICTURES)
    draw = _from_trace(args, source) if is_trace else _from_scenario(args, source)
    picture = draw()
    outputs.write(target, lambda path: view.save(picture, path))


def _write_page(args: argparse.Namespace, source: Path, is_trace: bool, outputs: Outputs) -> None:
    from vipsim.trace.jsonl import read_trace
    from vipsim.view.replay import write_replay
    from vipsim.worlds import run as run_world

    name = args.output if args.output is not None else f"{_stem(source)}-replay.html"
    target = outputs.claim("-o", name, SUFFIXES)
    part = part_between(args.start, args.end)
    if is_trace:
        trace = read_trace(source)
        window = resolved(part, trace.duration, "--from, --to")
    else:
        scenario = read_changed(source, args.settings, args.faults)
        window = resolved(part, scenario.duration, "--from, --to")
        trace = run_world(scenario, args.seed)
    outputs.write(target, lambda path: write_replay(trace, path, window, window_words=_part_words))


def _part_words(low: str, high: str) -> str:
    return f"--from {low} --to {high}"


def _stem(source: Path) -> str:
    """Return a file's name without what says its kind: ``t`` of ``runs/t.jsonl.gz``."""
    name = source.name
    for suffix in (".gz", ".jsonl", ".yaml", ".yml"):
        name = name.removesuffix(suffix)
    return name or "vipsim"


def _from_trace(args: argparse.Namespace, path: Path) -> Callable[[], Axes]:
    from vipsim import view
    from vipsim.trace.jsonl import read_trace

    trace = read_trace(path)
    if args.kind in ("topology", "cdf"):
        from vipsim.scenario.data import from_data

        scenario = from_data(trace.header.get("scenario"))
        return lambda: view.plot_topology(scenario) if args.kind == "topology" else _cdf(args, scenario)
    return lambda: _of_one_run(args, trace)


def _from_scenario(args: argparse.Namespace, path: Path) -> Callable[[], Axes]:
    from vipsim import view
    from vipsim.worlds import run as run_world

    scenario = read_changed(path, args.settings, args.faults)
    if args.kind == "topology":
        return lambda: view.plot_topology(scenario)
    if args.kind == "cdf":
        return lambda: _cdf(args, scenario)
    return lambda: _of_one_run(args, run_world(scenario, args.seed))


def _of_one_run(args: argparse.Namespace, trace: Trace) -> Axes:
    from vipsim import view

    nodes, kinds = _words("--nodes", args.nodes), _words("--kinds", args.kinds)
    if args.kind == "phases":
        return view.plot_phases(trace)
    if args.kind == "caches":
        return view.plot_caches(trace, args.vip, nodes, around=(args.start, args.end))
    if args.kind == "timeline":
        return view.plot_timeline(trace, start=args.start, end=args.end)
    return view.plot_ladder(trace, start=args.start, end=args.end, nodes=nodes, kinds=kinds)


def _words(option: str, text: str | None) -> list[str] | None:
    """Words with commas between them; None: the option was not given."""
    if text is None:
        return None
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise VipsimError(f"{option} {text!r} names nothing: write names with commas between them")
    return words


def _cdf(args: argparse.Namespace, scenario: Scenario) -> Axes:
    from vipsim.study import parse_seeds
    from vipsim.teach.curves import convergence_curve, draw_curves

    seeds: Sequence[int] = parse_seeds(args.seeds)
    return draw_curves([convergence_curve(scenario, seeds)], "convergence", seeds)
