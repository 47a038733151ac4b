"""Labels of vertical lines: a flag at the top of each, so high that no label stands across another line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vipsim.trace import Trace
from vipsim.units import SECOND, Time, seconds
from vipsim.view import palette, style
from vipsim.view.lanes import Window
from vipsim.view.mpl import Axes
from vipsim.view.words import fault_text

MOST_FLAGS = 40
"""Lines that get a label; a fault that repeats may make hundreds."""
MOST_ROWS = 14
FLAG_ROW, FLAG_STEP = 0.3, 0.3
"""Where the lowest of the labels stands, in lanes from the top one, and how much higher each next row is."""


@dataclass(slots=True)
class Flag:
    """The label of one line. Its line ends in its row, so lines may pass below it, never through it."""

    x: float
    text: str
    width: float
    to_left: bool = False
    row: int | None = None
    """Counted upward from 0; None if the label found no room."""

    @property
    def low(self) -> float:
        """Left end of the label."""
        return self.x - self.width if self.to_left else self.x

    @property
    def high(self) -> float:
        """Right end of the label."""
        return self.x if self.to_left else self.x + self.width

    @property
    def height(self) -> float:
        """Where the label stands, or would stand; y grows downward."""
        return FLAG_ROW - FLAG_STEP * (self.row or 0)

    def covers(self, x: float) -> bool:
        """Whether a line at `x` would go through the label if it were high enough."""
        return self.low < x < self.high


def fault_flags(trace: Trace, part: Window, scale: float) -> list[Flag]:
    """A flag per fault, and per step of a database's promotion, in the window; `scale`: seconds per inch."""
    found = [(record.time, fault_text(record)) for record in trace.select("fault")]
    found = sorted([*found, *database_steps(trace)], key=lambda item: item[0])
    items = [(time / SECOND, f"{text} ({seconds(time)})") for time, text in found if time in part]
    return raise_flags(items, part.start / SECOND, part.end / SECOND, scale)


def database_steps(trace: Trace) -> list[tuple[Time, str]]:
    """When (ns) each promoted database was told, accepted writes (read-only till then), and had a commit."""
    return [
        (time, text)
        for database in trace.metrics.databases.values()
        for one in database.promotions
        for time, text in (
            (one.asked_at, f"{one.server}: told to promote, read-only"),
            (one.primary_at, f"{one.server}: accepts writes"),
            (one.first_commit_at, f"{one.server}: first commit"),
        )
        if time is not None
    ]


def draw_flags(ax: Axes, flags: Sequence[Flag], bottom: float, gap: float) -> None:
    """A line per fault through all lanes down to `bottom`, as high as its label needs it."""
    for flag in flags:
        y = flag.height
        pole = [bottom, 0.5 if flag.row is None else y - 0.13]
        dashes = {"linewidth": 1.8, "linestyle": (0, (4, 2)), "zorder": 5, "gid": "fault"}
        ax.plot([flag.x, flag.x], pole, color=palette.BLACK, **dashes)  # type: ignore[arg-type]
        if flag.row is not None:
            x, side = (flag.x - gap, "right") if flag.to_left else (flag.x + gap, "left")
            style.write(ax, x, y, flag.text, ha=side, va="center", zorder=6, gid="fault-label")


def raise_flags(items: Sequence[tuple[float, str]], start: float, end: float, scale: float) -> list[Flag]:
    """Place the labels of lines.

    Parameters
    ----------
    items : sequence of (x, text)
        Lines in order.
    start, end : float
        Ends of the axis.
    scale : float
        Units of the axis per inch.
    """
    flags = [_flag(x, text, start, end, scale) for x, text in items]
    shown = flags[:MOST_FLAGS]
    _choose_sides(shown, start, end)
    for flag in shown:
        _place(flag, shown, set())
    for flag in shown:
        if flag.row is not None and flag.row >= MOST_ROWS:
            flag.row = None
    return flags


def _flag(x: float, text: str, start: float, end: float, scale: float) -> Flag:
    """A flag whose text is short enough for the longer side of its line."""
    limit = 70
    while True:
        short = palette.plain(text, limit)
        width = (style.text_inches(short) + 0.2) * scale
        if width <= max(x - start, end - x) or limit <= 20:
            return Flag(x, short, width)
        limit = min(limit, len(short)) - 3


def _choose_sides(flags: Sequence[Flag], start: float, end: float) -> None:
    """To the right where there is room, and where no flag that must go left would meet it head on."""
    for flag in sorted(flags, key=lambda flag: -flag.x):
        meets = any(other.to_left and other.covers(flag.x) and flag.covers(other.x) for other in flags)
        flag.to_left = (flag.high > end or meets) and flag.x - flag.width >= start


def _place(flag: Flag, flags: Sequence[Flag], waiting: set[int]) -> None:
    """Give a flag the lowest row that is above all lines that its label covers, and free."""
    if flag.row is not None or id(flag) in waiting:
        return
    waiting.add(id(flag))
    below = [other for other in flags if flag.covers(other.x)]
    for other in below:
        _place(other, flags, waiting)
    row = max((other.row + 1 for other in below if other.row is not None), default=0)
    beside = [other for other in flags if other.low < flag.high and flag.low < other.high]
    taken = {other.row for other in beside}
    while row in taken:
        row += 1
    flag.row = row
