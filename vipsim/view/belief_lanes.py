"""The lanes of `plot_caches`: owners, hosts and switches, in the color of the node that is believed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from vipsim.trace import Trace
from vipsim.units import SECOND, Time
from vipsim.view import bars, palette
from vipsim.view.beliefs import FLOODED, Belief
from vipsim.view.heard import unheard
from vipsim.view.lanes import Window, widest
from vipsim.view.mpl import Artist, Axes
from vipsim.view.palette import Look
from vipsim.wire.addresses import IPv4

Silences = Mapping[str, Sequence[tuple[Time, Time | None]]]
"""By client: last answer before and first after each silence, in ns."""

BAR, STRIP, GAP = 0.42, 0.3, 0.24
"""Heights of a bar and of a client's silences below it, and the room below both; 1 is a timeline's lane."""
HEADROOM = 0.34
"""Room for the diamonds above the owner's bar."""
MOST_STRIPS = 3
"""Clients of one host whose silences are shown, those with the longest; ports of a switch likewise."""
HATCHES = {
    "REACHABLE": "",
    "PERMANENT": "++",
    "NOARP": "--",
    "STALE": "",
    "DELAY": ".",
    "PROBE": "///",
    "INCOMPLETE": ".",
    "FAILED": "xxx",
}
"""Of each state of a neighbor entry, from sure to lost. Dots are few: an SVG spells each of them out."""
_SURE = ("REACHABLE", "PERMANENT", "NOARP")
"""States in full color; the others are pale: there the kernel is about to ask, or should."""
VISIBLE = 0.02
"""Inches: what is narrower is drawn but not explained in the legend."""
_FLOOD = Look(palette.WHITE, "---", palette.BLACK, palette.GRAY)
_SHUT = Look(palette.PALE, "|||", palette.BLACK, palette.GRAY)
_NOBODY = Look(palette.WHITE, "\\\\\\", palette.BLACK, palette.GRAY)
_NEUTRAL = Look(palette.GRAY, "", palette.WHITE, palette.GRAY)
"""Stands in the legend for the color of any node."""
_OWNERS = (
    Look(palette.BLUE, "", palette.WHITE),
    Look(palette.ORANGE),
    Look(palette.GREEN, "", palette.WHITE),
    Look(palette.PURPLE),
    Look(palette.SKY),
    Look(palette.GRAY, "", palette.WHITE),
)
"""Looks of the nodes that are believed in, by turns; vermillion is for silence, yellow for announcements."""


@dataclass(slots=True)
class Sheet:
    """Where lanes are drawn, and what the legend has so far."""

    ax: Axes
    trace: Trace
    part: Window
    scale: float
    """Seconds per inch."""
    believed: Sequence[str]
    """Nodes that are believed in, in the order of their colors."""
    cuts: Sequence[float]
    """Where faults stand, in seconds."""
    legend: dict[str, Artist] = field(default_factory=dict)

    def color(self, who: str) -> Look:
        """Look of a sure belief in `who`."""
        look = _OWNERS[self.believed.index(who) % len(_OWNERS)] if who in self.believed else _OWNERS[-1]
        return Look(look.color, "", look.ink, look.color)

    def explain(self, key: str, span: bars.Span, look: Look, label: str = "") -> None:
        """Put a look into the legend if the bar at `span` is wide enough to be seen."""
        if key not in self.legend and span[1] - span[0] >= VISIBLE * self.scale:
            self.legend[key] = bars.swatch(look, label or key)

    def handles(self) -> list[Artist]:
        """Entries of the legend: nodes, states, marks."""
        order = [*self.believed, *HATCHES, "no entry", FLOODED, "shut", "nobody"]
        order += ["announcement", "unheard", "silence"]
        known = {key: self.legend[key] for key in order if key in self.legend}
        return list((known | self.legend).values())

    def bar(self, span: bars.Span, place: bars.Span, look: Look, gid: str, words: Sequence[str]) -> None:
        """A bar with the first of `words` that finds room in it."""
        bars.bar(self.ax, [span], place, look, gid)
        low, high = widest(*span, self.cuts)
        text = next((text for text in words if bars.room_for(text, (low, high), self.scale)), None)
        if text is not None:
            bars.word(self.ax, (low + high) / 2, place[0] + place[1] / 2, text, look, "who")


def state_look(color: Look, state: str) -> Look:
    """How a belief looks in that state; `color` is that of its node."""
    hatch = HATCHES.get(state, "oo")
    if state in _SURE:
        return Look(color.color, hatch, color.ink, palette.WHITE if hatch else color.line)
    return Look(palette.tint(color.color, 0.3), hatch, palette.BLACK, color.color)


def draw_owners(sheet: Sheet, top: float, vip: IPv4) -> None:
    """Who owned the address: several at once share the height; announcements go through all lanes below."""
    y = top + HEADROOM
    owners = sheet.trace.owners().get(str(vip), [])
    edges = sorted({0, sheet.trace.duration, *(time for start, end, _ in owners for time in (start, end))})
    runs: dict[tuple[str, int, int], list[tuple[Time, Time]]] = {}
    for low, high in pairwise(edges):
        here = [node for start, end, node in owners if start <= low and high <= end]
        here.sort(key=lambda node: sheet.believed.index(node))
        for row, node in enumerate(here or [""]):
            run = runs.setdefault((node, row, max(1, len(here))), [])
            if run and run[-1][1] == low:
                run[-1] = (run[-1][0], high)
            else:
                run.append((low, high))
    for (node, row, rows), spans in runs.items():
        look, key = (sheet.color(node), node) if node else (_NOBODY, "nobody")
        for low, high in spans:
            if span := sheet.part.clip(low, high):
                place = (y + row * BAR / rows, BAR / rows)
                words = [f"{node} owns it", node] if node else ["nobody owns it", "nobody"]
                gid = f"owner:{node}" if node else "nobody"
                sheet.bar(span, place, look, gid, words if rows <= 2 else [])
                sheet.explain(key, span, look, node or "nobody owns it")
    _draw_announcements(sheet, vip, top + HEADROOM / 2 - 0.04)


def _draw_announcements(sheet: Sheet, vip: IPv4, y: float) -> None:
    """Diamonds, and a thin line down through the lanes: it shows which of them changed, and which did not."""
    announced: dict[str, list[Time]] = {}
    for record in sheet.trace.select("announce"):
        if record.data["vip"] == vip and record.time in sheet.part:
            announced.setdefault(record.node, []).append(record.time)
    lost = unheard(sheet.trace) if announced else set()
    for node, times in announced.items():
        for key, line in bars.announcements(sheet.ax, times, y, node, lost).items():
            sheet.legend.setdefault(key, line)
        xs, bottom = [time / SECOND for time in times], sheet.ax.get_ylim()[0]
        sheet.ax.vlines(xs, y, bottom, colors=palette.GRAY, linewidth=1.0, linestyles=":", zorder=4)


def draw_host(sheet: Sheet, top: float, host: str, beliefs: Sequence[Belief], silences: Silences) -> None:
    """What a host's cache said, and below it the silences of its clients."""
    _draw_emptiness(sheet, top + BAR / 2, beliefs)
    for belief in beliefs:
        if span := sheet.part.clip(belief.start, belief.end):
            gid = f"belief:{host}:{belief.who}:{belief.state}"
            if belief.who:
                color = sheet.color(belief.who)
                look, words = state_look(color, belief.state), [f"{belief.who} {belief.state}", belief.who]
                sheet.explain(belief.who, span, color)
                sheet.explain(belief.state, span, state_look(_NEUTRAL, belief.state))
            else:
                look, words = (
                    Look(palette.WHITE, HATCHES.get(belief.state, "oo"), line=palette.GRAY),
                    [belief.state],
                )
                sheet.explain(belief.state, span, look)
            sheet.bar(span, (top, BAR), look, gid, words)
    for row, (client, spans) in enumerate(_shown(silences).items()):
        place = (top + BAR + 0.04 + row * STRIP, STRIP - 0.04)
        who = client if len(silences) > 1 else ""
        where = (place, sheet.part, sheet.trace.duration, sheet.scale, sheet.cuts)
        if bars.silences(sheet.ax, spans, *where, f"silence:{client}", who):
            sheet.legend.setdefault("silence", bars.swatch(palette.SILENCE, "client is not answered"))


def _draw_emptiness(sheet: Sheet, y: float, beliefs: Sequence[Belief]) -> None:
    """A thin line through the whole lane; it shows where there is no entry."""
    ends = [sheet.part.start / SECOND, sheet.part.end / SECOND]
    (line,) = sheet.ax.plot(ends, [y, y], color=palette.GRAY, linewidth=1.2, zorder=1, label="no entry")
    edges = [0, *(time for belief in beliefs for time in (belief.start, belief.end)), sheet.trace.duration]
    holes = [sheet.part.clip(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True)]
    if any(hole and hole[1] - hole[0] >= VISIBLE * sheet.scale for hole in holes):
        sheet.legend.setdefault("no entry", line)


def _shown(silences: Silences) -> Silences:
    worst = sorted(silences, key=lambda client: -sum((b or 1 << 62) - a for a, b in silences[client]))
    return {client: silences[client] for client in silences if client in worst[:MOST_STRIPS]}


def host_height(silences: Silences) -> float:
    """Height of the lane of a host with these clients."""
    return BAR + GAP + STRIP * min(len(silences), MOST_STRIPS)


def draw_switch(
    sheet: Sheet, top: float, switch: str, beliefs: Sequence[Belief], ports: Mapping[str, Sequence[Belief]]
) -> None:
    """Where a switch would have sent the hosts' frames, and which ports forwarded nothing."""
    for belief in beliefs:
        place = (top + belief.row * BAR / belief.rows, BAR / belief.rows)
        if span := sheet.part.clip(belief.start, belief.end):
            if belief.who:
                look, key, gid = sheet.color(belief.who), belief.who, f"port:{switch}:{belief.who}"
                words = [f"{belief.state} to {belief.who}", belief.who]
            elif belief.state == FLOODED:
                look, key, gid = _FLOOD, FLOODED, f"flooded:{switch}"
                words = ["out of all ports", FLOODED]
            else:  # this switch knows the way, one behind it does not
                look, key, gid = _FLOOD, FLOODED, f"port:{switch}:{belief.state}"
                words = [f"{belief.state}, which floods", belief.state]
            sheet.bar(span, place, look, gid, words if belief.rows <= 2 else [])
            sheet.explain(key, span, look, "" if belief.who else "unknown to a switch: to all")
    for row, (port, states) in enumerate([*ports.items()][:MOST_STRIPS]):
        place = (top + BAR + 0.04 + row * STRIP, STRIP - 0.04)
        for state in states:
            if span := sheet.part.clip(state.start, state.end):
                gid = f"shut:{switch}:{port}:{state.state}"
                sheet.bar(span, place, _SHUT, gid, [f"{port} {state.state}", port])
                sheet.explain("shut", span, _SHUT, "port forwards nothing")


def switch_height(ports: Mapping[str, Sequence[Belief]]) -> float:
    """Height of the lane of a switch of which these ports forwarded nothing for a while."""
    return BAR + GAP + STRIP * min(len(ports), MOST_STRIPS)
