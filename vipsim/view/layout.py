"""Where the nodes of a topology stand: switches are bars in the middle, hosts hang above and below.

::

           +- VIP -+
        +--+       +--+
      [db1]         [db2]          who may own a virtual address: above
        |             |
     ====== sw1 =========== sw2 ===
        |        |           |
     [app1]      |        [app3]   everybody else: below, a second row staggered by
              [app2]               half a column, so that every cable runs straight

Everything is in inches; texts are measured as whoever draws them says, so boxes cannot overlap. The order
comes from the scenario alone: the same scenario gives the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vipsim.scenario.model import CarpMember, Host, Link, Scenario
from vipsim.units import format_duration, format_rate
from vipsim.view.palette import WIDTH, plain

Measure = Callable[[str], float]
"""Width of a small text in inches."""

GAP = 0.4
"""Inches between two boxes of a row: a cable of the second row runs through the middle of it."""
PAD = 0.13
LINE = 0.225
"""Inches of one line of text."""
CABLE = 0.75
"""Inches from a box to what is next above or below it."""
BAR = 0.42
"""Inches: height of a switch."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node in the picture; `x` and `y` are its center in inches."""

    name: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    side: int
    """1 above the switches, -1 below, 0 a switch."""

    def edge(self, toward: float) -> float:
        """Return the y of the upper or lower edge, whichever is nearer to `toward`."""
        return self.y + self.height / 2 * (1 if toward > self.y else -1)


@dataclass(frozen=True, slots=True)
class Plan:
    """All boxes, and the size of the picture in inches."""

    boxes: dict[str, Box]
    width: float
    height: float
    top: float
    """Upper edge of the highest host: virtual addresses stand above it."""


@dataclass(slots=True)
class _Column:
    """What hangs on one switch (or on none), left to right."""

    switch: str | None
    above: list[str]
    below: list[str]
    cells: float = 1.0

    def hosts(self, side: int) -> list[str]:
        """Those above (1) or below (-1)."""
        return self.above if side > 0 else self.below


def plan(scenario: Scenario, measure: Measure) -> Plan:
    """Place every node of a scenario, in boxes that are wide enough for their texts."""
    texts = {host.name: host_lines(scenario, host) for host in scenario.hosts}
    sizes = {name: _size(lines, measure) for name, lines in texts.items()}
    cell = max([width for width, _ in sizes.values()], default=1.6) + GAP
    columns = _columns(scenario)
    rows = {side: _rows([len(c.hosts(side)) for c in columns], cell) for side in (1, -1)}
    for column in columns:
        column.cells = max(1.0, *(_extent(len(column.hosts(side)), rows[side]) for side in rows))
    total = sum(column.cells for column in columns) * cell
    width = max(WIDTH, total)
    left = (width - total) / 2
    boxes: dict[str, Box] = {}
    for column in columns:
        center, span = left + column.cells * cell / 2, column.cells * cell
        if column.switch is not None:
            boxes[column.switch] = Box(column.switch, (), center, 0.0, span - GAP, BAR, 0)
        for side in rows:
            names = column.hosts(side)
            start = center - _extent(len(names), rows[side]) * cell / 2
            boxes |= _hang(names, side, rows[side], start, cell, texts, sizes)
        left += span
    return _framed(boxes, width)


def _rows(counts: Sequence[int], cell: float) -> int:
    """One row if it fits on a slide, else two."""
    return 1 if sum(max(1, count) for count in counts) * cell <= WIDTH else 2


def _extent(count: int, rows: int) -> float:
    """Width in cells of so many boxes, the second row half a cell to the right of the first."""
    return float(count) if rows == 1 or count < 2 else (count + 1) / 2


def host_lines(scenario: Scenario, host: Host) -> tuple[str, ...]:
    """Lines under a host's name: addresses, services, part in a group, work as a client."""
    lines = []
    for iface in host.ifaces[:3]:
        name = f"{iface.name} " if len(host.ifaces) > 1 else ""
        lines += [f"{name}{iface.address}/{iface.prefix}", str(iface.mac)]
    if len(host.ifaces) > 3:
        lines.append(f"and {len(host.ifaces) - 3} more")
    lines += [f"{service.name} :{service.port}" for service in host.services[:2]]
    lines += [role for group in scenario.groups[:3] if (role := _role(group, host.name))]
    for word, is_measured in (("client of", True), ("polls", False)):
        mine = [c for c in scenario.clients if c.node == host.name and c.measured == is_measured]
        if targets := dict.fromkeys(client.target for client in mine):
            lines.append(f"{word} {', '.join(targets)}")
    return tuple(plain(line, 28) for line in lines)


def common_cable(links: Sequence[Link]) -> str:
    """Return what most links have in common, as text (the first of equals)."""
    texts = [cable_text(link) for link in links]
    return max(dict.fromkeys(texts), key=texts.count, default="")


def cable_text(link: Link) -> str:
    """A link's properties with their units: ``1Gbps, 50us, loss 1%``."""
    parts = [format_rate(link.rate) if link.rate else "", format_duration(link.delay)]
    parts.append(f"jitter {format_duration(link.jitter)}" if link.jitter else "")
    parts.append(f"loss {link.loss * 100:g}%" if link.loss else "")
    return ", ".join(part for part in parts if part)


def _role(group: object, node: str) -> str:
    for member in getattr(group, "members", ()):
        if member.node == node:
            if isinstance(member, CarpMember):
                return f"every {member.advbase} s + {member.advskew}/256"
            return f"priority {member.priority}"
    for role in ("primary", "standby"):
        member = getattr(group, role, None)
        if member is not None and member.node == node:
            return role
    return ""


def candidates(group: object) -> tuple[str, ...]:
    """Nodes that may own a group's virtual addresses, in order."""
    members = getattr(group, "members", None)
    if members is None:
        members = (group.primary, group.standby)  # type: ignore[attr-defined]
    return tuple(dict.fromkeys(member.node for member in members))


def _size(lines: Sequence[str], measure: Measure) -> tuple[float, float]:
    """Width and height in inches of a box with a name and these lines."""
    width = max([measure(line) for line in lines], default=0.0)
    return max(width + 2 * PAD, 1.2), LINE * (len(lines) + 1.2) + 2 * PAD * 0.8


def _columns(scenario: Scenario) -> list[_Column]:
    """Switches in the order of a walk along their links, each with its hosts."""
    switches = [switch.name for switch in scenario.switches]
    neighbors: dict[str, dict[str, None]] = {node.name: {} for node in scenario.nodes}
    for link in scenario.links:
        neighbors[link.a.node][link.b.node] = neighbors[link.b.node][link.a.node] = None
    order = _walk(switches, neighbors)
    columns = {name: _Column(name, [], []) for name in order}
    loose = _Column(None, [], [])
    members = {node for group in scenario.groups for node in candidates(group)}
    hosts = [host.name for host in scenario.hosts]
    if not members:
        members = set(hosts[: len(hosts) // 2])
    places = {}
    for host in hosts:
        homes = [order.index(name) for name in neighbors[host] if name in columns]
        places[host] = sum(homes) / len(homes) if homes else -1.0
    for host in sorted(hosts, key=lambda name: places[name]):
        column = columns[order[int(places[host])]] if places[host] >= 0 else loose
        (column.above if host in members or column is loose else column.below).append(host)
    return [*columns.values(), *([loose] if loose.above else [])]


def _walk(switches: list[str], neighbors: Mapping[str, Mapping[str, None]]) -> list[str]:
    """Return all switches so that linked ones stand side by side: chains from an end, in depth first."""
    linked = {name: sorted(other for other in neighbors[name] if other in switches) for name in switches}
    order: dict[str, None] = {}
    for start in sorted(switches, key=lambda name: (len(linked[name]) > 1, switches.index(name))):
        ways = [iter((start,))]
        while ways:
            name = next(ways[-1], None)
            if name is None:
                ways.pop()
            elif name not in order:
                order[name] = None
                ways.append(iter(linked[name]))
    return [*order]


def _hang(
    names: Sequence[str],
    sign: int,
    rows: int,
    start: float,
    cell: float,
    texts: dict[str, tuple[str, ...]],
    sizes: dict[str, tuple[float, float]],
) -> dict[str, Box]:
    """Boxes of one side of a switch, in one row or in two that are staggered."""
    heights = [max([sizes[name][1] for name in names[row::rows]], default=0.0) for row in range(rows)]
    boxes = {}
    for index, name in enumerate(names):
        row = index % rows
        x = start + (index // rows + 0.5 + row / 2) * cell
        y = BAR / 2 + CABLE + sum(height + CABLE for height in heights[:row]) + heights[row] / 2
        boxes[name] = Box(name, texts[name], x, sign * y, cell - GAP, sizes[name][1], sign)
    return boxes


def _framed(boxes: dict[str, Box], width: float) -> Plan:
    """Move all boxes up so that the lowest one stands on the picture's lower edge."""
    low = min([box.y - box.height / 2 for box in boxes.values()], default=0.0) - 0.2
    high = max([box.y + box.height / 2 for box in boxes.values()], default=1.0)
    moved = {name: Box(name, b.lines, b.x, b.y - low, b.width, b.height, b.side) for name, b in boxes.items()}
    return Plan(moved, width, high - low + 0.2, high - low)
