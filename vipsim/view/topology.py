"""A scenario's topology: who is cabled to whom, with names, addresses and who may own a virtual one."""

from __future__ import annotations

from vipsim.scenario.model import Group, Link, Scenario
from vipsim.view import palette, style
from vipsim.view.layout import Box, Plan, cable_text, candidates, common_cable, plan
from vipsim.view.mpl import Axes, FancyArrowPatch, FancyBboxPatch

VIP_ROOM = 0.85
"""Inches above the hosts for the virtual addresses."""
BUS = 0.13
"""Inches between the lines of two groups."""
COLORS = (palette.ORANGE, palette.PURPLE, palette.SKY, palette.YELLOW)
"""Colors of groups, in order."""


def plot_topology(scenario: Scenario, ax: Axes | None = None) -> Axes:
    """Plot nodes and links of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What to draw. Hosts show their addresses and their part in each group; a virtual address
        hangs over the hosts that may own it. Cables that differ from most are labelled.
    ax : Axes, optional
        Where to draw; default: a new figure, as wide as it needs to be.

    Returns
    -------
    Axes
        In inches of the picture, without ticks. Each node is a patch whose gid is ``node:NAME``, each
        link a line with the gid ``link:END-END``, each group a patch ``vip:GROUP``.
    """
    placed = plan(scenario, style.text_inches)
    height = placed.height + (VIP_ROOM + BUS * len(scenario.groups) if scenario.groups else 0.0)
    is_new = ax is None
    ax = style.axes_or_new(ax, height=height + 0.6, width=placed.width + 0.2)
    scale = 1.0 if is_new else min(1.0, style.axes_inches(ax) / placed.width, style.axes_height(ax) / height)
    common = common_cable(scenario.links)
    cables: dict[frozenset[str], int] = {}
    for link in scenario.links:
        pair = frozenset((link.a.node, link.b.node))
        cables[pair] = number = cables.get(pair, -1) + 1
        label = "" if cable_text(link) == common else cable_text(link)
        _draw_link(ax, placed, link, label, scale, BUS * ((number + 1) // 2) * (-1) ** number)
    members = {node for group in scenario.groups for node in candidates(group)}
    for box in placed.boxes.values():
        _draw_box(ax, box, box.name in members, scale)
    _draw_vips(ax, scenario, placed, scale)
    title = f"{scenario.name} (every link {common})" if common else scenario.name
    if any(cable_text(link) != common for link in scenario.links):
        title = f"{scenario.name} (links {common} unless written)"
    style.frame_axes(ax, title, grid="")
    ax.set_xlim(0, placed.width)
    ax.set_ylim(0, height)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def _draw_box(ax: Axes, box: Box, is_member: bool, scale: float) -> None:
    """A host with its lines, or a switch as a bar with its name."""
    color = "#4D4D4D" if box.side == 0 else palette.STATES["BACKUP"].color if is_member else palette.WHITE
    patch = FancyBboxPatch(
        (box.x - box.width / 2, box.y - box.height / 2),
        box.width,
        box.height,
        boxstyle="round,pad=0,rounding_size=0.08",
        facecolor=color,
        edgecolor=palette.BLACK,
        linewidth=1.6,
        zorder=3,
        gid=f"node:{box.name}",
    )
    ax.add_patch(patch)
    how = {"ha": "center", "va": "center", "zorder": 4}
    if box.side == 0:
        style.write(
            ax, box.x, box.y, box.name, palette.TEXT * scale, color=palette.WHITE, weight="bold", **how
        )
        return
    step = box.height / (len(box.lines) + 1.9)
    y = box.y + box.height / 2 - 0.95 * step
    name = palette.plain(box.name, 20)
    style.write(ax, box.x, y, name, palette.TEXT * scale, weight="bold", **how)
    for number, line in enumerate(box.lines, start=1):
        style.write(ax, box.x, y - (number + 0.1) * step, line, palette.SMALL * scale, **how)


def _draw_link(ax: Axes, placed: Plan, link: Link, label: str, scale: float, shift: float) -> None:
    """A straight cable where the layout leaves room for one, else an arc; `shift` parts parallel ones."""
    a, b = placed.boxes[link.a.node], placed.boxes[link.b.node]
    gid = f"link:{link.a}-{link.b}"
    if a.side == 0:
        a, b = b, a
    if a.side and not b.side:
        foot = a.x + shift
        x = min(max(foot, b.x - b.width / 2 + 0.1), b.x + b.width / 2 - 0.1)
        _draw_line(ax, foot, a.edge(b.y), x, b.edge(a.y), gid)
        place = (foot, a.edge(b.y) - a.side * 0.22)
    else:
        left, right = sorted((a, b), key=lambda box: box.x)
        if left.y == right.y and not _between(placed, left, right):
            y = left.y + shift
            _draw_line(ax, left.x + left.width / 2, y, right.x - right.width / 2, y, gid)
            place = ((left.x + left.width / 2 + right.x - right.width / 2) / 2, left.y + 0.22)
        else:
            place = _draw_arc(ax, left, right, gid)
    if label:
        board = {"facecolor": palette.WHITE, "edgecolor": "none", "pad": 1.5}
        style.write(ax, *place, label, palette.SMALL * scale, ha="center", va="center", bbox=board, zorder=5)


def _draw_line(ax: Axes, x0: float, y0: float, x1: float, y1: float, gid: str) -> None:
    ax.plot([x0, x1], [y0, y1], color=palette.BLACK, linewidth=palette.THICK, solid_capstyle="butt", gid=gid)


def _draw_arc(ax: Axes, left: Box, right: Box, gid: str) -> tuple[float, float]:
    """A bow over what stands between two boxes; returns where its label belongs."""
    y0, y1 = left.y + left.height / 2, right.y + right.height / 2
    patch = FancyArrowPatch(
        (left.x, y0),
        (right.x, y1),
        connectionstyle=f"arc3,rad={-0.9 / max(1.0, right.x - left.x)}",
        arrowstyle="-",
        color=palette.BLACK,
        linewidth=palette.THICK,
        shrinkA=0,
        shrinkB=0,
        gid=gid,
    )
    ax.add_patch(patch)
    return (left.x + right.x) / 2, max(y0, y1) + 0.42


def _between(placed: Plan, left: Box, right: Box) -> bool:
    return any(b.y == left.y and left.x < b.x < right.x for b in placed.boxes.values())


def _draw_vips(ax: Axes, scenario: Scenario, placed: Plan, scale: float) -> None:
    """Each group's virtual addresses in a box above, with lines to the hosts that may own them."""
    spots = {group.name: _spot(placed, group) for group in scenario.groups}
    widths = {group.name: style.text_inches(_vip_text(scenario, group)) + 0.4 for group in scenario.groups}
    _spread(spots, widths, placed.width)
    for number, group in enumerate(scenario.groups):
        color = COLORS[number % len(COLORS)]
        x, width = spots[group.name], widths[group.name]
        bus = placed.top + 0.22 + BUS * number
        low = placed.top + 0.3 + BUS * len(scenario.groups)
        for node in candidates(group):
            box = placed.boxes[node]
            foot = box.x + BUS * (number - (len(scenario.groups) - 1) / 2)
            ax.plot(
                [foot, foot, x, x],
                [box.y + box.height / 2, bus, bus, low],
                color=color,
                linewidth=palette.THICK,
                linestyle=(0, (3, 1.5)),
                zorder=2,
                gid=f"candidate:{group.name}:{node}",
            )
        patch = FancyBboxPatch(
            (x - width / 2, low),
            width,
            0.42,
            boxstyle="round,pad=0,rounding_size=0.2",
            facecolor=color,
            edgecolor=palette.BLACK,
            linewidth=1.6,
            zorder=3,
            gid=f"vip:{group.name}",
        )
        ax.add_patch(patch)
        text = _vip_text(scenario, group)
        style.write(ax, x, low + 0.2, text, palette.SMALL * scale, ha="center", va="center", zorder=4)


def _vip_text(scenario: Scenario, group: Group) -> str:
    """``VIP service 192.168.1.219/24``; of more than two addresses the first and how many more."""
    vips = [vip for vip in scenario.vips if vip.name in group.vips]
    shown = [f"{vip.name} {vip.address}/{vip.prefix}" for vip in vips[: 2 if len(vips) < 3 else 1]]
    more = f" and {len(vips) - len(shown)} more" if len(vips) > len(shown) else ""
    return palette.plain(f"VIP {', '.join(shown)}{more} ({group.name})", 70)


def _spot(placed: Plan, group: Group) -> float:
    xs = [placed.boxes[node].x for node in candidates(group)]
    return sum(xs) / len(xs)


def _spread(spots: dict[str, float], widths: dict[str, float], width: float) -> None:
    """Push boxes apart, left to right, so that none covers another, and keep them in the picture."""
    edge = 0.1
    order = sorted(spots, key=lambda name: spots[name])
    for name in order:
        spots[name] = max(spots[name], edge + widths[name] / 2)
        edge = spots[name] + widths[name] / 2 + 0.25
    edge = width - 0.1
    for name in reversed(order):
        spots[name] = min(spots[name], edge - widths[name] / 2)
        edge = spots[name] - widths[name] / 2 - 0.25
