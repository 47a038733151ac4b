"""The three demos: a crash, planned work, and an announcement that is lost.

Each runs a shipped scenario once, tells its numbers, then runs it over many seeds, and leaves pictures, a
capture and the trace in a folder. What cannot be written is said and takes nothing else with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vipsim.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vipsim.scenario.model import Scenario
    from vipsim.teach.curves import Curve
    from vipsim.trace.trace import Trace

SEEDS = 200
"""Runs behind each curve."""

Say = Callable[[str], object]
"""Takes a line of text."""
Write = Callable[[Path, Callable[[Path], object]], object]
"""Writes one output by calling the function with its path; complains by itself, never raises."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo."""

    name: str
    line: str
    """What it shows, in one line."""
    scenario: str
    """Name of the shipped scenario."""
    watched: tuple[str, ...]
    """Clients whose neighbor caches are shown."""
    against: str = ""
    """Name of the shipped scenario to compare with."""
    by_client: bool = False
    """The curves are the clients' blackouts, not the convergence of scenarios."""


DEMOS = {
    demo.name: demo
    for demo in (
        Demo(
            "crash",
            "the active machine crashes; the standby misses its answers, takes the address, tells it by ARP",
            "database-pair-heartbeat",
            ("app1",),
            against="database-pair",
        ),
        Demo(
            "maintenance",
            "planned work: the address is handed over in order and comes back; beside it the crash",
            "maintenance",
            ("app1",),
            against="database-pair",
        ),
        Demo(
            "lost-announcement",
            "the announcement is lost on the way to two of three clients: what their caches make of it",
            "lost-announcement",
            ("app1", "app2", "app3"),
            by_client=True,
        ),
    )
}
"""By name, the first one is the document's own story."""


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
        Runs behind each curve (seeds 1 to `seeds`).
    """
    from vipsim.teach.curves import summary
    from vipsim.trace.capture import write_pcapng
    from vipsim.trace.formatting import report
    from vipsim.trace.jsonl import write_trace
    from vipsim.worlds import run

    scenario = _shipped(demo.scenario)
    say(f"{demo.name}: {demo.line}\n")
    trace = run(scenario, seed)
    say(report(trace))
    for client in demo.watched:
        say(_caches(trace, client))
    write(folder / "trace.jsonl", lambda path: write_trace(trace, path))
    write(folder / "capture.pcapng", lambda path: write_pcapng(trace, path))
    if demo.against:
        say(f"\nbeside it, {_short(run(_shipped(demo.against), seed))}")
    chosen = range(1, seeds + 1)
    what = "blackout of each client" if demo.by_client else "from the fault until all clients are answered"
    say(f"\nover the seeds 1 to {seeds}, {what}:")
    curves = _curves(demo, scenario, chosen)
    say(summary(curves).to_text())
    _draw(demo, scenario, trace, curves, chosen, folder, say, write)


def _shipped(name: str) -> Scenario:
    from vipsim.resources import scenario_path
    from vipsim.scenario.reader import read_scenario

    return read_scenario(scenario_path(name))


# --- in words ------------------------------------------------------------------------------


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


def _curves(demo: Demo, scenario: Scenario, seeds: Sequence[int]) -> list[Curve]:
    from vipsim.teach.curves import client_curves, convergence_curve

    if demo.by_client:
        return list(client_curves(scenario, seeds))
    others = [_shipped(demo.against)] if demo.against else []
    return [convergence_curve(one, seeds) for one in (scenario, *others)]


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
        from vipsim import view
    except MissingExtra as error:
        say(f"\nno pictures: {error}")
        return
    quantity = "blackout" if demo.by_client else "convergence"
    pictures: dict[str, Callable[[], Axes]] = {
        "timeline": lambda: view.plot_timeline(trace),
        "ladder": lambda: view.plot_ladder(trace),
        "topology": lambda: view.plot_topology(scenario),
        "phases": lambda: view.plot_phases(trace),
        "cdf": lambda: draw_curves(curves, quantity, seeds),
    }
    for name, draw in pictures.items():
        write(folder / f"{name}.png", lambda path, draw=draw: view.save(draw(), path))  # type: ignore[misc]
