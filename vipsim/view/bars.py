"""Bars, the words in them, and silences: what the lanes of timeline and caches are made of.

A lane is a row of axes whose y grows downward; a place in it is its (top, height).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vipsim.trace import Trace
from vipsim.units import SECOND, Time
from vipsim.view import palette, style
from vipsim.view.lanes import Shelf, Window, silence_text, widest
from vipsim.view.mpl import Axes, Line2D, Patch
from vipsim.view.palette import Look

FEW_SILENCES = 6
"""Of more silences of one client only those are labelled that last a fifth of the longest."""
Span = tuple[float, float]
"""(from, to) in seconds."""


def bar(ax: Axes, spans: Sequence[Span], place: Span, look: Look, gid: str) -> None:
    """Draw bars of one look, side by side, at (top, height)."""
    bars = ax.broken_barh([(low, high - low) for low, high in spans], place, gid=gid)
    bars.set(facecolor=look.color, edgecolor=edge(look), hatch=look.hatch or None, linewidth=1.2, zorder=3)


def swatch(look: Look, label: str) -> Patch:
    """Return the entry of a look in a legend."""
    return Patch(facecolor=look.color, hatch=look.hatch, edgecolor=edge(look), linewidth=1.2, label=label)


def edge(look: Look) -> str:
    """Edge of a bar: a silence keeps its own color, since a short one is nothing but its edge."""
    if look.line:
        return look.line
    return palette.GRAY if look.hatch else palette.BLACK


def word(ax: Axes, x: float, y: float, text: str, look: Look, gid: str = "length") -> None:
    """Write into a bar."""
    board = {"facecolor": look.color, "edgecolor": "none", "pad": 1.0}
    style.write(ax, x, y, text, ha="center", va="center", color=look.ink, bbox=board, zorder=6, gid=gid)


def room_for(text: str, span: Span, scale: float) -> bool:
    """Whether a word fits into a bar; `scale` is in seconds per inch."""
    return style.text_inches(text) + 0.16 < (span[1] - span[0]) / scale


def announcements(
    ax: Axes, times: Sequence[Time], y: float, node: str, unheard: Collection[tuple[str, Time]]
) -> dict[str, Line2D]:
    """Draw the announcements of a node, at these ns: hollow where nobody heard one; returns the legend."""
    heard = [time / SECOND for time in times if (node, time) not in unheard]
    lost = [time / SECOND for time in times if (node, time) in unheard]
    legend = {}
    if heard:
        legend["announcement"] = diamonds(ax, heard, y, f"announcements:{node}")
    if lost:
        line = legend["unheard"] = diamonds(ax, lost, y, f"unheard:{node}")
        line.set(markerfacecolor=palette.WHITE, markeredgewidth=1.8, label="announcement nobody heard")
    return legend


def diamonds(ax: Axes, times: Sequence[float], y: float, gid: str) -> Line2D:
    """Draw announcements, at these seconds; the line is their entry in a legend too."""
    (line,) = ax.plot(times, [y] * len(times), linestyle="none", zorder=7)
    line.set(marker="D", markersize=9, color=palette.ANNOUNCEMENT.color, markeredgecolor=palette.BLACK)
    line.set(label="announcement (gratuitous ARP)", gid=gid, clip_on=False)
    return line


def fault_times(trace: Trace) -> list[float]:
    """Return where vertical lines stand, in seconds: no word should stand across one."""
    return [record.time / SECOND for record in trace.select("fault")]


def silences(
    ax: Axes,
    closed: Sequence[tuple[Time, Time | None]],
    place: Span,
    part: Window,
    end: Time,
    scale: float,
    cuts: Sequence[float],
    gid: str,
    who: str = "",
) -> bool:
    """Draw silences with their lengths; returns whether any was in the window.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    closed : sequence of (last, first)
        Last answer before and first after each silence in ns; None: it outlasted the run.
    place : (top, height)
        In the lanes' unit.
    part : Window
        What is shown.
    end : Time
        When the run ended, in ns.
    scale : float
        Seconds per inch.
    cuts : sequence of float
        Where vertical lines stand, in seconds.
    gid : str
        Of the bars.
    who : str
        Written before each length.
    """
    lengths = [(last, end if first is None else first, first is None) for last, first in closed]
    spans = [span for last, stop, _ in lengths if (span := part.clip(last, stop))]
    if not spans:
        return False
    bar(ax, spans, place, palette.SILENCE, gid)
    shelf = Shelf()
    longest = max(stop - last for last, stop, _ in lengths)
    for last, stop, is_open in sorted(lengths, key=lambda silence: silence[0] - silence[1]):
        span = part.clip(last, stop)
        if span and (len(closed) <= FEW_SILENCES or 5 * (stop - last) >= longest):
            text = f"{who} {silence_text(stop - last, is_open)}".strip()
            _length(ax, span, place[0] + place[1] / 2, text, scale, part, shelf, cuts)
    return True


def _length(
    ax: Axes,
    span: Span,
    y: float,
    text: str,
    scale: float,
    part: Window,
    shelf: Shelf,
    cuts: Sequence[float],
) -> None:
    """Write the length of a silence into its bar or beside it, if there is room."""
    width = (style.text_inches(text) + 0.16) * scale
    low, high = span
    if width < high - low:
        if shelf.put(low, high):
            piece = widest(low, high, cuts)
            low, high = piece if width < piece[1] - piece[0] else (low, high)
            word(ax, (low + high) / 2, y, text, palette.SILENCE)
    elif high + width <= part.end / SECOND:
        if shelf.put(low, high + width):
            _beside(ax, high + 0.08 * scale, y, text, "left")
    elif low - width >= part.start / SECOND and shelf.put(low - width, high):
        _beside(ax, low - 0.08 * scale, y, text, "right")


def _beside(ax: Axes, x: float, y: float, text: str, side: str) -> None:
    board = {"facecolor": palette.WHITE, "edgecolor": "none", "pad": 1.0}
    style.write(ax, x, y, text, ha=side, va="center", bbox=board, zorder=6, gid="length")
