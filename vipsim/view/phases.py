"""Where the time of a blackout went: stacked bars of detection, election, announcement and repair.

Silences that belong to no failover have no such parts; they stand below, so that nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vipsim.errors import VipsimError
from vipsim.trace import Trace
from vipsim.trace.outcome import Failover, parts
from vipsim.units import SECOND, Time
from vipsim.view import palette, style
from vipsim.view.cdf import seeds_text
from vipsim.view.lanes import by_number, clients_in_order, silence_text
from vipsim.view.mpl import Axes, Patch

ROW_INCHES = 0.55
MOST_ROWS = 40
"""Bars in one picture."""
APART = "not part of a failover"


@dataclass(frozen=True, slots=True)
class _Bar:
    """One client's silence, in parts from left to right."""

    label: str
    pieces: tuple[tuple[str, Time], ...]
    """Name of the phase (or `APART`) and length in ns."""
    text: str
    """Written at its end."""

    @property
    def length(self) -> Time:
        return sum(length for _, length in self.pieces)


def plot_phases(data: Trace | Failover | Iterable[Trace | Failover], ax: Axes | None = None) -> Axes:
    """Plot the parts of each client's blackout, one bar per failover and client.

    Of a whole trace, a client's silences that belong to no failover have a bar of their own.

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
        (``> 15.003 s`` if the client did not recover). The parts are what `vipsim.trace.parts` says, and
        the bars have the gids ``phase:NAME``; what belongs to no failover has ``apart``.

    Raises
    ------
    VipsimError
        If there is no failover with a measured client, and no other silence.
    """
    items = [data] if isinstance(data, (Trace, Failover)) else list(data)
    traces = [item for item in items if isinstance(item, Trace)]
    rows = _rows(items)
    if not rows:
        raise VipsimError("no phases to plot: no failover with a measured client, and no other silence")
    shown = rows[:MOST_ROWS]
    ax = style.axes_or_new(ax, height=max(4.2, 2.2 + ROW_INCHES * len(shown)))
    longest = max(bar.length for bar in shown) / SECOND
    room = style.axes_inches(ax)
    widest = max(style.text_inches(bar.text, palette.TEXT) for bar in shown)
    scale = (longest or 1.0) / max(room / 4, room - 0.3 - widest)
    ax.set_xlim(0, scale * room)
    for lane, bar in enumerate(shown):
        _draw_bar(ax, lane, bar, scale)
    names = list(dict.fromkeys(trace.name for trace in traces))
    title = "Parts of the blackouts"
    if names:
        title += f": {', '.join(names[:3])}, n = {len(traces)}, {seeds_text([t.seed for t in traces])}"
    if len(rows) > len(shown):
        title += f" (the first {len(shown)} of {len(rows)} bars)"
    style.frame_axes(ax, title, "silence of the client [s]")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    labels = [palette.plain_lines(bar.label) for bar in shown]
    ax.set_yticks(range(len(shown)), labels=labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    used = {name for bar in shown for name, _ in bar.pieces}
    looks = palette.PHASES | ({APART: palette.APART} if APART in used else {})
    handles = [
        Patch(facecolor=look.color, hatch=look.hatch, edgecolor=palette.BLACK, label=_in_words(name))
        for name, look in looks.items()
    ]
    style.legend_below(ax, handles, columns=len(handles))
    return ax


def has_phases(trace: Trace) -> bool:
    """Whether there is anything to plot."""
    return bool(_rows([trace]))


def _in_words(name: str) -> str:
    return "before the fault" if name == "before" else name


def _rows(items: Sequence[Trace | Failover]) -> list[_Bar]:
    """A bar for each failover and client, then those of other silences; labels say only what differs."""
    many = sum(isinstance(item, Trace) for item in items) > 1
    failovers = [f for item in items for f in (item.failovers if isinstance(item, Trace) else (item,))]
    causes = {_cause(failover) for failover in failovers if failover.clients}
    found: list[_Bar] = []
    for item in items:
        run = f"seed {item.seed}, " if isinstance(item, Trace) and many else ""
        for failover in item.failovers if isinstance(item, Trace) else (item,):
            why = f"\n{_cause(failover)}" if len(causes) > 1 else ""
            clients = failover.clients
            order = clients_in_order(item, clients) if isinstance(item, Trace) else by_number(clients)
            found += [_bar(f"{run}{client}{why}", failover, client) for client in order]
        if isinstance(item, Trace):
            found += _apart(item, run)
    return found


def _bar(label: str, failover: Failover, client: str) -> _Bar:
    outage = failover.clients[client]
    text = "no silence" if outage.last is None else silence_text(outage.blackout, outage.censored)
    return _Bar(label, tuple(parts(failover, client).items()), text)


def _apart(trace: Trace, run: str) -> list[_Bar]:
    """A bar per client whose silences are not all part of a failover; several stand side by side."""
    found: list[_Bar] = []
    for client in clients_in_order(trace, trace.metrics.clients):
        known = [failover.clients.get(client) for failover in trace.failovers]
        told = {(outage.last, outage.first) for outage in known if outage is not None}
        rest = [pair for pair in trace.metrics.clients[client].silences if pair not in told]
        ends = [(last, trace.duration if first is None else first) for last, first in rest]
        if rest:
            pieces = tuple((APART, end - last) for last, end in ends)
            text = silence_text(sum(length for _, length in pieces), rest[-1][1] is None)
            text += f" in {len(rest)} silences" if len(rest) > 1 else ""
            found.append(_Bar(f"{run}{client}\n{APART}", pieces, text))
    return found


def _cause(failover: Failover) -> str:
    """``failover (crash:db1)`` or ``failback``."""
    return failover.kind if failover.fault == "-" else f"{failover.kind} ({failover.fault})"


def _draw_bar(ax: Axes, lane: int, bar: _Bar, scale: float) -> None:
    """The parts side by side, each with its length where there is room, and their sum at the end."""
    begin: Time = 0
    for name, length in bar.pieces:
        look = palette.APART if name == APART else palette.PHASES[name]
        left, width = begin / SECOND, length / SECOND
        ax.barh(
            lane,
            width,
            left=left,
            height=0.62,
            color=look.color,
            hatch=look.hatch,
            edgecolor=palette.BLACK,
            linewidth=0.8 if length else 0.0,
            gid="apart" if name == APART else f"phase:{name}",
        )
        text = f"{length / SECOND:.3f}"
        if len(bar.pieces) > 1 and style.text_inches(text) + 0.16 < width / scale:
            board = {"facecolor": look.color, "edgecolor": "none", "pad": 1.0}
            written = style.write(ax, left + width / 2, lane, text, color=look.ink, bbox=board)
            written.set(ha="center", va="center", gid=f"length:{name}")
        begin += length
    style.write(ax, begin / SECOND + 0.08 * scale, lane, bar.text, palette.TEXT, va="center", gid="blackout")
