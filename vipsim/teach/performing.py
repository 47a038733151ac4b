"""Perform a demo: its scenario once, told in numbers, then over many seeds.

Pictures, a capture and the trace are left in a folder. What cannot be written is said and takes nothing else
with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from vipsim.errors import MissingExtra
from vipsim.teach.demo import SEED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vipsim.scenario.model import Scenario
    from vipsim.teach.curves import Curve
    from vipsim.teach.demo import Demo
    from vipsim.trace.trace import Trace

SEEDS = 200
"""At most so many runs behind each curve."""
REPLAY = "replay.html"
"""What the page is called in the folder of every demo."""
LINE = 100
"""Characters of a line of told text."""

Say = Callable[[str], object]
"""Takes a line of text."""
Write = Callable[[Path, Callable[[Path], object]], object]
"""Writes one output by calling the function with its path; complains by itself, never raises."""


def perform(demo: Demo, folder: Path, seed: int, say: Say, write: Write, seeds: int = SEEDS) -> None:
    """Run a demo: tell its numbers and write its files into `folder`, which exists.

    Parameters
    ----------
    demo : Demo
        Which one.
    folder : Path
        Where the files go.
    seed : int
        Of the run that is told.
    say, write : callable
        See `Say` and `Write`.
    seeds : int
        At most so many runs behind each curve (seeds 1 to `seeds`); a demo may want fewer, or no curve.
    """
    from vipsim.teach.curves import summary
    from vipsim.trace.capture import write_pcapng
    from vipsim.trace.formatting import report
    from vipsim.trace.jsonl import write_trace
    from vipsim.worlds import run

    scenario = shipped(demo)
    say(f"{demo.name}: {demo.line}\n\n{_wrapped(f'predict first: {demo.predict}')}\n")
    trace = run(scenario, seed)
    # Before all else: a class looks at it while the rest is being made.
    write(folder / REPLAY, page_writer(demo, trace))
    say(report(trace))
    for client in demo.watched:
        say(_caches(trace, client))
    say(_told(demo, seed))
    write(folder / "trace.jsonl", lambda path: write_trace(trace, path))
    write(folder / "capture.pcapng", lambda path: write_pcapng(trace, path))
    if demo.against:
        say(f"\nbeside it, {_short(run(_shipped(demo.against), seed))}")
    chosen = range(1, min(seeds, demo.seeds) + 1)
    curves = _curves(demo, scenario, chosen) if chosen else []
    if curves:
        say(f"\nover the seeds 1 to {len(chosen)}, {_CURVES[demo.curve]}:\n{summary(curves).to_text()}")
    _draw(demo, scenario, trace, curves, chosen, folder, say, write)


def page_writer(demo: Demo, trace: Trace) -> Callable[[Path], Path]:
    """Return what writes a demo's replay page: called by the demo, with its question."""
    from vipsim.view.replay import write_replay

    heading = demo.name if demo.name == trace.name else f"{demo.name}: {trace.name}"
    return lambda path: write_replay(trace, path, heading=heading, question=demo.predict)


def shipped(demo: Demo) -> Scenario:
    """Return the scenario of a demo."""
    return _shipped(demo.scenario)


def _shipped(name: str) -> Scenario:
    from vipsim.resources import scenario_path
    from vipsim.scenario.reader import read_scenario

    return read_scenario(scenario_path(name))


# --- in words ------------------------------------------------------------------------------


def _told(demo: Demo, seed: int) -> str:
    """What to watch for, what it comes to, and what to try next."""
    from vipsim.units import parse_duration, seconds

    lines = [
        f"\nwatch for (the times of seed {SEED}{'' if seed == SEED else f'; this run has seed {seed}'}):"
    ]
    lines += [f"  {seconds(parse_duration(one.at)):>9}  {one.text}" for one in demo.watch]
    return "\n".join([*lines, "", _wrapped(f"what it comes to: {demo.outcome}"), "", f"to try: {demo.vary}"])


def _wrapped(text: str) -> str:
    return "\n  ".join(wrap(text, LINE))


def _caches(trace: Trace, client: str) -> str:
    """What a client believes about the virtual address before the fault, after each takeover, at the end."""
    from vipsim.trace.formatting import arp_lines
    from vipsim.units import SECOND, format_duration

    first = min((record.time for record in trace.select("fault")), default=trace.duration)
    takeovers = [(failover.takeover_at // SECOND + 1) * SECOND for failover in trace.failovers]
    moments = {max(0, first // SECOND - 1) * SECOND, *takeovers, trace.duration}
    lines = [f"\nneighbor cache of {client}, before and after:"]
    for at in sorted(at for at in moments if at <= trace.duration):
        for line in arp_lines(trace, client, at):
            if any(line.startswith(f"({vip})") for vip in trace.vips):
                lines.append(f"  at {format_duration(at):>4}  {line}")
    return "\n".join(lines)


def _short(trace: Trace) -> str:
    """Return a run's first failover in one line."""
    from vipsim.trace.formatting import blackout_text
    from vipsim.units import seconds

    for failover in trace.failovers:
        felt = ", ".join(f"{name} silent {blackout_text(one)}" for name, one in failover.clients.items())
        found = "-" if failover.detection is None else seconds(failover.detection)
        return f"{trace.name}, same seed: {failover.fault}, detection {found}, {felt}"
    return f"{trace.name}, same seed: no failover"


# --- over many seeds, and in pictures --------------------------------------------------------


_CURVES = {
    "convergence": "from the fault until all clients are answered",
    "blackout": "blackout of each client",
    "silence": "all silence of each client",
}
"""What is drawn over the seeds, by `Demo.curve`."""


def _curves(demo: Demo, scenario: Scenario, seeds: Sequence[int]) -> list[Curve]:
    from vipsim.teach.curves import client_curves, convergence_curve

    chosen = scenario.with_(phase=None) if demo.any_phase else scenario
    if demo.curve != "convergence":
        return list(client_curves(chosen, seeds, whole_run=demo.curve == "silence"))
    others = [_shipped(demo.against)] if demo.against else []
    return [convergence_curve(one, seeds) for one in (chosen, *others)]


def _draw(
    demo: Demo,
    scenario: Scenario,
    trace: Trace,
    curves: Sequence[Curve],
    seeds: Sequence[int],
    folder: Path,
    say: Say,
    write: Write,
) -> None:
    """Write the pictures; without matplotlib one line says how to get them."""
    from vipsim.teach.curves import draw_curves

    try:
        import vipsim.view.mpl  # noqa: F401  a missing matplotlib is told once, not for each picture
        from vipsim import view
    except MissingExtra as error:
        say(f"\nno pictures: {error}")
        return
    pictures: dict[str, Callable[[], Axes]] = {
        "timeline": lambda: view.plot_timeline(trace),
        "ladder": lambda: view.plot_ladder(trace),
        "topology": lambda: view.plot_topology(scenario),
        "phases": lambda: view.plot_phases(trace),
    }
    if curves:
        pictures["cdf"] = lambda: draw_curves(curves, demo.curve, seeds)
    for name, draw in pictures.items():
        write(folder / f"{name}.png", lambda path, draw=draw: view.save(draw(), path))  # type: ignore[misc]
