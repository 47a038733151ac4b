"""A ladder of frames: a lane per host, time running down, an arrow per frame.

Rows follow each other in order of time but not to scale, since what matters is microseconds apart in
the middle of seconds of silence; the time stands at the left of each row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from vipsim.errors import VipsimError
from vipsim.trace import Level, Trace
from vipsim.units import MS, SECOND, Time, format_duration, seconds
from vipsim.view import palette, style
from vipsim.view.exchange import KINDS, Mark, Message, messages
from vipsim.view.lanes import Window, in_scenario_order, scenario_nodes, window
from vipsim.view.mpl import Axes, FancyArrowPatch
from vipsim.view.rows import Probes, Row, rows
from vipsim.view.words import describe

MOST_ROWS = 60
MOST_LANES = 10
"""Hosts shown unless they are named: those with a daemon first."""
ROW_INCHES = 0.44
AROUND: Time = 1500 * MS
"""How much is shown before the first fault and after its announcement, in ns."""
COLORS = {
    "advert": palette.BLUE,
    "garp": palette.VERMILLION,
    "arp-request": palette.PURPLE,
    "arp-reply": palette.PURPLE,
    "arp-probe": palette.PURPLE,
}


def plot_ladder(
    trace: Trace,
    ax: Axes | None = None,
    start: Time | str | None = None,
    end: Time | str | None = None,
    nodes: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
) -> Axes:
    """Plot the frames between hosts, with faults and changes of state between them.

    Parameters
    ----------
    trace : Trace
        Of level ``frames``.
    ax : Axes, optional
        Where to draw; default: a new figure, as high as it needs to be.
    start, end : Time or str, optional
        Part of the run, in ns or as text such as ``"4.5s"``. Default: around the first failover,
        or else fault.
    nodes : iterable of str, optional
        Hosts to show, left to right. Default: those that sent or received, in the scenario's order; of more
        than `MOST_LANES` those with a daemon and the first of the others.
    kinds : iterable of str, optional
        Kinds of frames to show, such as ``advert`` and ``garp``. Default: all; what measured clients send
        (probes, TCP segments, one-way datagrams) is gathered into one row per host that it was addressed
        to, while nothing else happens, and background polls are only counted.

    Returns
    -------
    Axes
        Lanes at 0, 1, ...; rows downward at 0, 1, ... Arrows have the gid ``frame:KIND``, lost copies
        ``lost:KIND``, rows of probes ``probes`` (an arrow ``probes-answered`` or a line ``probes-lost`` from
        the client to the host that was asked) and what happened on a host ``mark``.

    Raises
    ------
    VipsimError
        If the trace keeps no frames, or a node or kind is not known.
    """
    if trace.level < Level.FRAMES:
        raise VipsimError(
            f"this trace was recorded at level {trace.level.name.lower()} and keeps no frames: "
            "run it again at level frames"
        )
    part = _window(trace, start, end)
    told = messages(trace, part)
    lanes = _lanes(trace, part, told, nodes)
    wanted = _kinds(kinds)
    found, polls = rows(trace, part, told, lanes, wanted)
    shown = found[:MOST_ROWS]
    ax = style.axes_or_new(ax, height=1.5 + ROW_INCHES * max(6, len(shown) + 1))
    _draw_lanes(ax, lanes, len(shown))
    for y, row in enumerate(shown):
        _draw_row(ax, y, row, lanes)
    hosts = sum(body.get("kind") != "switch" for body in scenario_nodes(trace).values())
    few = f" ({len(lanes)} of {hosts} hosts)" if len(lanes) < hosts else ""
    span = f"{seconds(part.start)} to {seconds(part.end)}"
    style.frame_axes(ax, f"{trace.name}: frames from {span}, seed {trace.seed}{few}", grid="")
    _write_times(ax, shown)
    note = "at the left: time of the run [s], not to scale"
    if len(found) > len(shown):
        note += f"; {len(found) - len(shown)} more rows: choose --from and --to, --nodes or --kinds"
    if polls:
        note += f"; {polls} background polls left out"
    ax.set_xlabel(note, fontsize=palette.TEXT)
    return ax


def _window(trace: Trace, start: Time | str | None, end: Time | str | None) -> Window:
    """Return what was asked for, else what surrounds the first failover or fault, else the first seconds."""
    if start is None and end is None:
        if not trace.failovers:
            begin = max(0, next((record.time for record in trace.select("fault")), AROUND) - AROUND)
            return window(trace, begin, min(trace.duration, begin + 2 * AROUND))
        first = trace.failovers[0]
        after = first.announced_at or first.takeover_at
        return window(trace, first.fault_at - AROUND, after + AROUND)
    return window(trace, start, end)


def _lanes(trace: Trace, part: Window, told: list[Message], nodes: Iterable[str] | None) -> list[str]:
    known = scenario_nodes(trace)
    hosts = {name for name, body in known.items() if body.get("kind") != "switch"}
    if nodes is None:
        daemons = {record.node for record in trace.select("state")}
        busy = {node for message in told for node in (message.src, *message.arrived)} | daemons
        if not busy:
            raise VipsimError(
                f"no host sent a frame from {format_duration(part.start)} to {format_duration(part.end)}"
            )
        order = in_scenario_order(trace, busy)
        chosen = sorted(order, key=lambda name: name not in daemons)[:MOST_LANES]
        return [name for name in order if name in chosen]
    lanes = list(dict.fromkeys([nodes] if isinstance(nodes, str) else nodes))
    if unknown := [name for name in lanes if name not in hosts]:
        raise VipsimError(f"no host is called {', '.join(unknown)}; there are {', '.join(sorted(hosts))}")
    if not lanes:
        raise VipsimError("a ladder needs at least one host")
    return lanes


def _kinds(kinds: Iterable[str] | None) -> Collection[str]:
    if kinds is None:
        return KINDS
    wanted = [kinds] if isinstance(kinds, str) else list(kinds)
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise VipsimError(f"no kind of frame is called {', '.join(unknown)}; there are {', '.join(KINDS)}")
    return wanted


def _draw_lanes(ax: Axes, lanes: Sequence[str], count: int) -> None:
    ax.set_xlim(-0.4, len(lanes) - 0.6)
    ax.set_ylim(max(6, count) - 0.4, -0.9)
    for x in range(len(lanes)):
        ax.axvline(x, color=palette.GRAY, linewidth=1.6, zorder=1)
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(lanes)), labels=[palette.plain(name, 20) for name in lanes], parse_math=False)
    for label in ax.get_xticklabels():
        label.set(fontweight="bold")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _write_times(ax: Axes, shown: Sequence[Row]) -> None:
    """The time of each row at its left, to the microsecond."""
    ax.set_yticks(range(len(shown)), labels=[f"{row.time / SECOND:.6f}" for row in shown])
    ax.tick_params(axis="both", length=0, labelsize=palette.SMALL)
    ax.tick_params(axis="x", labelsize=palette.TEXT)


def _draw_row(ax: Axes, y: int, row: Row, lanes: Sequence[str]) -> None:
    match row:
        case Message():
            _draw_message(ax, y, row, lanes)
        case Probes():
            _draw_probes(ax, y, row, lanes)
        case Mark():
            _draw_mark(ax, y, row, lanes)


def _draw_message(ax: Axes, y: int, message: Message, lanes: Sequence[str]) -> None:
    """Arrows to all hosts that got it, crosses where it was lost, one label."""
    x, color = lanes.index(message.src), COLORS.get(message.kind, palette.BLACK)
    reached = [lanes.index(node) for node in message.arrived if node in lanes]
    lost = [
        (None if node is None else lanes.index(node), why)
        for node, why in message.missed
        if _is_in(node, lanes)
    ]
    for target in reached:
        _arrow(ax, x, target, y, color, f"frame:{message.kind}")
    fill = (
        palette.WHITE if message.kind == "garp" and not message.arrived else color
    )  # hollow: nobody heard it
    dot = {"marker": "o", "markersize": 9, "markerfacecolor": fill, "markeredgewidth": 2}
    ax.plot([x], [y], color=color, linestyle="none", zorder=4, gid=f"sent:{message.kind}", **dot)  # type: ignore[arg-type]
    ends: list[float] = list(reached)
    for spot, _ in lost:
        end = _aside(x, lanes) if spot is None else spot
        _lost(ax, x, end, y, f"lost:{message.kind}")
        ends.append(end)
    text = describe(message.frame.packet)
    if lost:
        text += f" ({', '.join(dict.fromkeys(_loss(node, why) for node, why in message.missed))})"
    _label(ax, x, ends, y, text, len(lanes))


def _aside(x: int, lanes: Sequence[str]) -> float:
    """Where a frame ends that reached nobody: between two lanes, on the side where there are more."""
    return x + (0.5 if x + 1 < len(lanes) else -0.5)


def _lost(ax: Axes, x: float, end: float, y: float, gid: str) -> None:
    """A dotted line with a cross at its end."""
    ax.plot([x, end], [y, y], color=palette.GRAY, linewidth=2.0, linestyle=":", zorder=2, gid=gid)
    mark = {"marker": "x", "markersize": 10, "markeredgewidth": 3, "color": palette.BLACK}
    ax.plot([end], [y], linestyle="none", zorder=5, **mark)  # type: ignore[arg-type]


def _loss(node: str | None, outcome: str) -> str:
    """``✗ db1: host is down``, or only why if it was lost before a host could be named."""
    why = outcome.removeprefix("dropped: ")
    return f"✗ {why}" if node is None else f"✗ {node}: {why}"


def _is_in(node: str | None, lanes: Sequence[str]) -> bool:
    return node is None or node in lanes


def _label(ax: Axes, x: int, ends: Sequence[float], y: int, text: str, count: int) -> None:
    """Write over the longer side of the arrows, shifted so that it stays inside the picture."""
    far = max(ends, key=lambda end: abs(end - x), default=float(x))
    scale = (count - 0.2) / style.axes_inches(ax)
    half = style.text_inches(text) / 2 * scale
    center = min(max((x + far) / 2, -0.38 + half), count - 0.62 - half)
    board = {"facecolor": palette.WHITE, "edgecolor": "none", "pad": 0.6}
    style.write(ax, center, y - 0.14, text, ha="center", va="bottom", bbox=board, zorder=4, gid="label")


def _arrow(ax: Axes, x0: float, x1: float, y: float, color: str, gid: str) -> None:
    patch = FancyArrowPatch(
        (x0, y),
        (x1, y),
        arrowstyle="-|>",
        mutation_scale=18,
        linewidth=palette.THICK,
        color=color,
        shrinkA=0,
        shrinkB=1,
        zorder=3,
        gid=gid,
    )
    ax.add_patch(patch)


def _draw_probes(ax: Axes, y: int, probes: Probes, lanes: Sequence[str]) -> None:
    """A pale band from the clients to the host that they asked; an arrow, or a cross if none was answered."""
    spots = {lanes.index(node): node for node in probes.nodes if node in lanes} or {0: ""}
    end = float(lanes.index(probes.target)) if probes.target in lanes else _aside(min(spots), lanes)
    low, high = min(*spots, end), max(*spots, end)
    ax.barh(y, high - low, left=low, height=0.74, color=palette.PALE, zorder=2, gid="probes")
    under = y + 0.25
    for x, node in spots.items():
        ax.plot([x], [under], marker="o", markersize=7, color=palette.GRAY, linestyle="none", zorder=4)
        if node in probes.served:
            _arrow(ax, x, end, under, palette.GRAY, "probes-answered")
        else:
            _lost(ax, x, end, under, "probes-lost")
    scale = (len(lanes) - 0.2) / style.axes_inches(ax)
    half = style.text_inches(probes.text) / 2 * scale
    center = min(max((low + high) / 2, -0.38 + half), len(lanes) - 0.62 - half)
    board = {"facecolor": palette.PALE, "edgecolor": "none", "pad": 0.8}
    written = style.write(ax, center, y - 0.1, probes.text, ha="center", va="center", bbox=board)
    written.set(zorder=4, gid="probes-text")


def _draw_mark(ax: Axes, y: int, mark: Mark, lanes: Sequence[str]) -> None:
    """A box on the host's lane; a line through all lanes shows what hit no single one of them."""
    look = palette.STATES.get(mark.state, palette.OWNER if not mark.state else palette.STATES["INIT"])
    fill, ink = (palette.BLACK, palette.WHITE) if mark.is_fault else (look.color, look.ink)
    board = {"facecolor": fill, "edgecolor": palette.BLACK, "boxstyle": "round,pad=0.25"}
    scale = (len(lanes) - 0.2) / style.axes_inches(ax)
    text = mark.text if mark.is_fault else f"{mark.node}: {mark.text}"
    half = (style.text_inches(text) / 2 + 0.1) * scale
    lane = _lane_of(mark.node, lanes)
    if lane is None:
        ax.plot([0, len(lanes) - 1], [y, y], color=palette.BLACK, linewidth=1.8, zorder=5, gid="mark-line")
        lane = (len(lanes) - 1) / 2
    center = min(max(lane, -0.38 + half), len(lanes) - 0.62 - half)
    style.write(ax, center, y, text, ha="center", va="center", color=ink, bbox=board, zorder=6, gid="mark")


def _lane_of(target: str, lanes: Sequence[str]) -> float | None:
    """Lane of a node or of a fault's target: the host's, of a direction ``a>b`` the receiver's.

    Of a link ``a-b`` between two hosts it is the middle, and between a host and a switch the host's.
    """
    source, _, receiver = target.partition(">")
    for name in (target, receiver.strip(), source.strip(), target.partition(".")[0]):
        if name in lanes:
            return float(lanes.index(name))
    cuts = [index for index, letter in enumerate(target) if letter == "-"]  # names may have a - themselves
    for cut in cuts if "," not in target and "|" not in target else ():
        ends = [lanes.index(name) for name in (target[:cut], target[cut + 1 :]) if name in lanes]
        if ends:
            return sum(ends) / len(ends)
    return None
