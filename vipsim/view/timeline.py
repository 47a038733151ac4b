"""A run over time: who was what, who owned the virtual address, what the clients felt.

One lane per daemon (state bar with the word in it, a strip while its kernel owns an address, ticks
for adverts, diamonds for announcements) and one per measured client (its silences, with their length).
Faults are vertical lines through all lanes.
"""

from __future__ import annotations

from vipsim.trace import Trace
from vipsim.units import SECOND, Time, format_duration
from vipsim.view import bars, palette, style
from vipsim.view.flags import draw_flags, fault_flags
from vipsim.view.heard import unheard
from vipsim.view.lanes import Window, clients_in_order, in_scenario_order, silence_text, widest, window
from vipsim.view.mpl import Artist, Axes, Line2D
from vipsim.view.palette import Look
from vipsim.view.pieces import pieces

MOST_CLIENTS = 12
"""Clients shown; of more, those with the longest blackouts."""
LANE_INCHES = 0.8
DIAMOND, BAR, STRIP, TICKS = -0.34, (-0.26, 0.34), (0.09, 0.12), (0.26, 0.42)
"""Where in a lane: the diamonds, (top, height) of bar and strip, (top, bottom) of ticks; y grows downward."""
LEGEND = (
    *palette.STATES,
    "frozen",
    "owner",
    "advert",
    "probe",
    "announcement",
    "unheard",
    "answered",
    "silence",
)
"""Order of the legend; states that are no words of vipsim come after these."""


def plot_timeline(
    trace: Trace, ax: Axes | None = None, *, start: Time | str | None = None, end: Time | str | None = None
) -> Axes:
    """Plot states, ownership, adverts, announcements, faults and silences of one run.

    Parameters
    ----------
    trace : Trace
        Of level ``protocol`` or ``frames``.
    ax : Axes, optional
        Where to draw; default: a new figure, as high as it needs to be.
    start, end : Time or str, optional
        Part of the run, in ns or as text such as ``"4.5s"``; default: all of it.

    Returns
    -------
    Axes
        Time in seconds to the right, a lane per daemon and measured client. Artists have gids:
        ``state:NODE:MACHINE:STATE`` (and ``:frozen``), ``owner:NODE:VIP``, ``adverts:NODE:MACHINE``,
        ``announcements:NODE`` (``unheard:NODE`` where every copy was lost), ``silence:CLIENT``, ``fault``.

    Raises
    ------
    VipsimError
        If the trace keeps no records, or nothing of it lies in the window.
    """
    part = window(trace, start, end)
    states = trace.states()
    nodes = in_scenario_order(trace, {node for node, _ in states})
    daemons = sorted(states, key=lambda key: (nodes.index(key[0]), key[1]))
    clients, hidden = _shown_clients(trace)
    count = 1 + len(daemons) + len(clients)
    scale = _scale(part, ax)
    flags = fault_flags(trace, part, scale)
    top = min([-0.5, *(flag.height - 0.2 for flag in flags)])
    ax = style.axes_or_new(ax, height=max(4.5, 2.0 + LANE_INCHES * (count - 0.5 - top)))
    legend: dict[str, Artist] = {}
    ax.set_xlim(part.start / SECOND, part.end / SECOND)
    ax.set_ylim(count - 0.45, top)
    labels = ["faults"]
    draw_flags(ax, flags, count - 0.45, 0.07 * scale)
    for lane, (node, machine) in enumerate(daemons, start=1):
        labels.append(node if sum(n == node for n, _ in daemons) == 1 else f"{node}\n{machine}")
        _draw_daemon(ax, trace, part, lane, node, machine, scale, legend)
    for lane, client in enumerate(clients, start=1 + len(daemons)):
        labels.append(_draw_client(ax, trace, part, lane, client, scale, legend))
    note = f"   ({hidden} more clients, none with a longer blackout)" if hidden else ""
    if bare := sum(flag.row is None for flag in flags):
        note += f"   ({bare} faults without a label)"
    title = f"{trace.name}: {format_duration(trace.duration)}, seed {trace.seed} ({trace.world})"
    style.frame_axes(ax, title, f"time since the start of the run [s]{note}")
    ax.set_yticks(range(count), labels=[palette.plain_lines(label) for label in labels], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    known = {key: legend[key] for key in LEGEND if key in legend}
    style.legend_below(ax, list((known | legend).values()), columns=6)
    return ax


def _shown_clients(trace: Trace) -> tuple[list[str], int]:
    """Measured clients in order, at most `MOST_CLIENTS`, and how many are left out."""
    clients = trace.metrics.clients
    worst = sorted(clients, key=lambda name: -clients[name].blackout)[:MOST_CLIENTS]
    return [name for name in clients_in_order(trace, clients) if name in worst], len(clients) - len(worst)


def _scale(part: Window, ax: Axes | None) -> float:
    """Seconds per inch."""
    inches = palette.WIDTH * 0.775 if ax is None else style.axes_inches(ax)
    return (part.end - part.start) / SECOND / inches


def _draw_daemon(
    ax: Axes,
    trace: Trace,
    part: Window,
    lane: int,
    node: str,
    machine: str,
    scale: float,
    legend: dict[str, Artist],
) -> None:
    """State bar, ownership strip, ticks and diamonds of one daemon."""
    cuts = bars.fault_times(trace)
    for begin, end, state, is_frozen in pieces(trace, node, machine):
        if span := part.clip(begin, end):
            look = palette.STATES.get(state, Look(palette.WHITE, "oo"))
            legend.setdefault(state, bars.swatch(look, state))
            word, gid = state, f"state:{node}:{machine}:{state}"
            if is_frozen:
                look, word = Look(look.color, palette.FROZEN, look.ink), f"{state}, frozen"
                legend.setdefault("frozen", bars.swatch(Look(palette.WHITE, palette.FROZEN), "frozen"))
            bars.bar(ax, [span], (lane + BAR[0], BAR[1]), look, gid + (":frozen" if is_frozen else ""))
            low, high = widest(*span, cuts)
            if bars.room_for(word, (low, high), scale):
                bars.word(ax, (low + high) / 2, lane + BAR[0] + BAR[1] / 2, word, look)
    for vip, owners in trace.owners().items():
        for begin, end, owner in owners:
            if owner == node and (span := part.clip(begin, end)):
                bars.bar(ax, [span], (lane + STRIP[0], STRIP[1]), palette.OWNER, f"owner:{node}:{vip}")
                legend.setdefault("owner", bars.swatch(palette.OWNER, "kernel owns the VIP"))
    _draw_messages(ax, trace, part, lane, node, machine, legend)


def _draw_messages(
    ax: Axes, trace: Trace, part: Window, lane: int, node: str, machine: str, legend: dict[str, Artist]
) -> None:
    """Ticks for what a daemon says regularly, diamonds for what its host announces."""
    adverts = [r for r in trace.select("advert", node) if r.data["machine"] == machine and r.time in part]
    if adverts:
        xs = [record.time / SECOND for record in adverts]
        gid = f"adverts:{node}:{machine}"
        ax.vlines(xs, lane + TICKS[0], lane + TICKS[1], colors=palette.BLACK, linewidth=1.6, gid=gid)
        is_probe = adverts[0].data.get("form") == "probe"
        label = "probe of the heartbeat" if is_probe else "advert"
        tick = Line2D([], [], color=palette.BLACK, linestyle="none", label=label)
        tick.set(marker="|", markersize=12, markeredgewidth=2)
        legend.setdefault("probe" if is_probe else "advert", tick)
    if times := [record.time for record in trace.select("announce", node) if record.time in part]:
        for key, line in bars.announcements(ax, times, lane + DIAMOND, node, unheard(trace)).items():
            legend.setdefault(key, line)


def _draw_client(
    ax: Axes, trace: Trace, part: Window, lane: int, client: str, scale: float, legend: dict[str, Artist]
) -> str:
    """Silences of a client with their lengths; returns the lane's label."""
    summary = trace.metrics.clients[client]
    ends = [part.start / SECOND, part.end / SECOND]
    ax.plot(ends, [lane, lane], color=palette.GREEN, linewidth=palette.THICK, zorder=1)
    legend.setdefault(
        "answered", Line2D([], [], color=palette.GREEN, linewidth=palette.THICK, label="answered")
    )
    cuts = bars.fault_times(trace)
    place = (lane - 0.2, 0.4)
    if bars.silences(ax, summary.silences, place, part, trace.duration, scale, cuts, f"silence:{client}"):
        legend.setdefault("silence", bars.swatch(palette.SILENCE, "silence"))
    if len(summary.silences) < 2:
        return client
    total = silence_text(summary.blackout, summary.censored)
    return f"{client}\n{len(summary.silences)} silences\n{total}"
