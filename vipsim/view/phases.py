"""Where the time of a blackout went: stacked bars of detection, election, announcement and repair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from vipsim.errors import VipsimError
from vipsim.trace import Trace
from vipsim.trace.outcome import Failover, parts
from vipsim.units import SECOND, Time, seconds
from vipsim.view import style
from vipsim.view.cdf import seeds_text
from vipsim.view.lanes import by_number

ROW_INCHES = 0.55
MOST_ROWS = 40
"""Bars in one picture."""


def plot_phases(data: Trace | Failover | Iterable[Trace | Failover], ax: Axes | None = None) -> Axes:
    """Plot the parts of each client's blackout, one bar per failover and client.

    Parameters
    ----------
    data : Trace, Failover, or several of them
        Whose blackouts to show. Clients that noticed nothing say so.
    ax : Axes, optional
        Where to draw; default: a new figure, as high as it needs to be.

    Returns
    -------
    Axes
        Seconds of silence to the right, a bar per client; the number at its end is the blackout
        (``> 15 s`` if the client did not recover). The parts are what `vipsim.trace.parts` says, and
        the bars have the gids ``phase:NAME``.

    Raises
    ------
    VipsimError
        If there is no failover with a measured client.
    """
    items = [data] if isinstance(data, (Trace, Failover)) else list(data)
    traces = [item for item in items if isinstance(item, Trace)]
    rows = _rows(items)
    if not rows:
        raise VipsimError("no phases to plot: there is no failover with a measured client")
    shown = rows[:MOST_ROWS]
    ax = style.axes_or_new(ax, height=max(4.2, 2.2 + ROW_INCHES * len(shown)))
    longest = max(failover.clients[client].blackout for _, failover, client in shown) / SECOND
    room = style.axes_inches(ax)
    scale = (longest or 1.0) / max(room / 4, room - 0.2 - style.text_inches("> 10.000 s", style.TEXT))
    ax.set_xlim(0, scale * room)
    for lane, (_, failover, client) in enumerate(shown):
        _draw_bar(ax, lane, failover, client, scale)
    names = list(dict.fromkeys(trace.name for trace in traces))
    title = "Parts of the blackouts"
    if names:
        title += f": {', '.join(names[:3])}, n = {len(traces)}, {seeds_text([t.seed for t in traces])}"
    if len(rows) > len(shown):
        title += f" (the first {len(shown)} of {len(rows)} bars)"
    style.frame_axes(ax, title, "silence of the client [s]")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    labels = [style.plain_lines(label) for label, _, _ in shown]
    ax.set_yticks(range(len(shown)), labels=labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    handles = [
        Patch(facecolor=look.color, hatch=look.hatch, edgecolor=style.BLACK, label=_in_words(name))
        for name, look in style.PHASES.items()
    ]
    style.legend_below(ax, handles, columns=len(handles))
    return ax


def _in_words(name: str) -> str:
    return "before the fault" if name == "before" else name


def _rows(items: Sequence[Trace | Failover]) -> list[tuple[str, Failover, str]]:
    """A label, a failover and a client for each bar; labels say only what differs."""
    many = sum(isinstance(item, Trace) for item in items) > 1
    found: list[tuple[str, Failover, str]] = []
    for item in items:
        run = f"seed {item.seed}, " if isinstance(item, Trace) and many else ""
        for failover in item.failovers if isinstance(item, Trace) else (item,):
            found += [(run, failover, client) for client in by_number(failover.clients)]
    causes = {_cause(failover) for _, failover, _ in found}
    return [
        (f"{run}{client}" + (f"\n{_cause(failover)}" if len(causes) > 1 else ""), failover, client)
        for run, failover, client in found
    ]


def _cause(failover: Failover) -> str:
    """``failover (crash:db1)`` or ``failback``."""
    return failover.kind if failover.fault == "-" else f"{failover.kind} ({failover.fault})"


def _draw_bar(ax: Axes, lane: int, failover: Failover, client: str, scale: float) -> None:
    """The parts side by side, each with its length where there is room, and their sum at the end."""
    outage = failover.clients[client]
    begin: Time = 0
    for name, length in parts(failover, client).items():
        look = style.PHASES[name]
        left, width = begin / SECOND, length / SECOND
        ax.barh(
            lane,
            width,
            left=left,
            height=0.62,
            color=look.color,
            hatch=look.hatch,
            edgecolor=style.BLACK,
            linewidth=0.8 if length else 0.0,
            gid=f"phase:{name}",
        )
        text = f"{length / SECOND:.3f}"
        if style.text_inches(text) + 0.16 < width / scale:
            board = {"facecolor": look.color, "edgecolor": "none", "pad": 1.0}
            written = style.write(ax, left + width / 2, lane, text, color=look.ink, bbox=board)
            written.set(ha="center", va="center", gid=f"length:{name}")
        begin += length
    total = ("> " if outage.censored else "") + seconds(outage.blackout)
    if outage.last is None:
        total = "no silence"
    style.write(ax, begin / SECOND + 0.08 * scale, lane, total, style.TEXT, va="center", gid="blackout")
