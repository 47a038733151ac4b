"""The distribution of a time over many runs, with the closed form over it.

The steps are `vipsim.stats.ecdf`: exact where drawn solid. Runs whose end was not seen (censored)
keep the curve below 1; beyond the first of them the curve is only a lower bound and is drawn thin.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from vipsim.errors import VipsimError
from vipsim.stats import Censored, Column, Duration, Ecdf, Law, Table, ecdf
from vipsim.units import SECOND, Time
from vipsim.view import palette, style
from vipsim.view.lanes import silence_text
from vipsim.view.mpl import Axes, FuncFormatter, LogLocator, NullFormatter

GRID = 200
"""Points at which a law is drawn between the bounds of its support."""
WIDE = 10
"""Times that differ by more than this factor stand on a logarithmic axis."""


def plot_cdf(
    sample: Sequence[Duration] | Table,
    law: Law | None = None,
    ax: Axes | None = None,
    *,
    label: str = "",
    column: str = "convergence",
    seeds: Iterable[int] | str | None = None,
    title: str = "",
) -> Axes:
    """Plot the share of runs that were over by a time; call it again with its axes to add a curve.

    Parameters
    ----------
    sample : sequence of Duration, or Table
        Times in ns, or `Censored`; or a table with the column `column` (cells that are None, where
        nothing was measured, are left out and said in the label).
    law : Law, optional
        The closed form to draw over it.
    ax : Axes, optional
        Where to draw; default: a new figure.
    label : str
        What these runs are, for the legend; n, the seeds and the censored runs are added to it.
    column : str
        Column of the table, and name of the quantity on the axis.
    seeds : iterable of int, or str, optional
        Seeds of the runs, for the label. Default: the table's column ``seed``.
    title : str
        Default: the quantity; with axes that have a title already, that one stays.

    Returns
    -------
    Axes
        Times in seconds to the right (logarithmic if they differ by more than a factor of `WIDE`), share of
        the runs upward.

    Raises
    ------
    VipsimError
        If there is no column of times of that name, or nothing was measured.
    """
    values, missing = _measured(sample, column)
    if seeds is None and isinstance(sample, Table) and "seed" in sample.names:
        seeds = [seed for seed in sample.column("seed") if isinstance(seed, int)]
    is_new = ax is None
    ax = style.axes_or_new(ax)
    curve = ecdf(values)
    _draw_steps(ax, curve, values, _label(label, values, missing, seeds))
    if law is not None:
        _draw_law(ax, law)
    quantity = column.replace("_", " ")
    if is_new or not ax.get_xlabel():
        style.frame_axes(
            ax, title or f"Distribution of {quantity}", f"{quantity} [s]", "share of runs", grid="both"
        )
        ax.set_ylim(-0.02, 1.04)
    elif title:
        style.write_title(ax, title)
    _scale_axis(ax)
    style.legend_below(ax, [line for line in ax.lines if line.get_gid() in ("steps", "law")], columns=1)
    return ax


def seeds_text(seeds: Iterable[int] | str | None) -> str:
    """Seeds in short: ``seed 7``, ``seeds 0..99``, ``seeds 0..3, 7, 9..12``; a text stays as it is."""
    if seeds is None or isinstance(seeds, str):
        return seeds or ""
    numbers = sorted(set(seeds))
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(low) if low == high else f"{low}..{high}" for low, high in runs]
    if len(shown) > 4:
        shown = [*shown[:3], "…", shown[-1]]
    return ("seeds " if len(numbers) > 1 else "seed ") + ", ".join(shown) if shown else ""


def _measured(sample: Sequence[Duration] | Table, column: str) -> tuple[list[Duration], int]:
    """Times of the sample, and how many cells had none."""
    cells: Sequence[Duration | None] = sample if not isinstance(sample, Table) else _times(sample, column)
    values = [cell for cell in cells if cell is not None]
    if not values:
        raise VipsimError(f"there is no {column} to plot: none of the {len(cells)} rows has a time in it")
    return values, len(cells) - len(values)


def _times(table: Table, column: str) -> tuple[Duration | None, ...]:
    times = [name for name in table.names if Column(name, table.unit(name)).is_time]
    if column not in times:
        known = ", ".join(times) or "none"
        raise VipsimError(f"the table has no column of times called {column!r}; it has {known}")
    return table.column(column)


def _label(label: str, values: Sequence[Duration], missing: int, seeds: Iterable[int] | str | None) -> str:
    parts = [f"n = {len(values)}"]
    if text := seeds_text(seeds):
        parts.append(text)
    if horizons := sorted(value.after for value in values if isinstance(value, Censored)):
        shown = dict.fromkeys(silence_text(horizon, True) for horizon in (horizons[0], horizons[-1]))
        parts.append(f"{len(horizons)} censored ({' to '.join(shown)})")
    if missing:
        parts.append(f"{missing} without a value")
    return (f"{label}: " if label else "") + ", ".join(parts)


def _draw_steps(ax: Axes, curve: Ecdf, values: Sequence[Duration], label: str) -> None:
    """The steps, solid up to the horizon; from there to the longest censored run thin."""
    number = sum(1 for line in ax.lines if line.get_gid() == "steps")
    color = palette.CURVES[number % len(palette.CURVES)]
    dashes = palette.DASHES[number % len(palette.DASHES)]
    last = max([*curve.times, *(value.after for value in values if isinstance(value, Censored))])
    points = [(time, share) for time, share in zip(curve.times, curve.fractions, strict=True)]
    exact = [p for p in points if curve.horizon is None or p[0] <= curve.horizon]
    end = last if curve.horizon is None else curve.horizon
    start = min(end, curve.times[0]) if curve.times else 0
    xs, ys = _seconds([start, *(t for t, _ in exact), end]), [0.0, *(s for _, s in exact), curve.at(end)]
    (line,) = ax.plot(
        xs, ys, drawstyle="steps-post", color=color, linestyle=dashes, linewidth=palette.THICK, label=label
    )
    line.set_gid("steps")
    if last > end:
        bound = [p for p in points if p[0] > end]
        xs, ys = _seconds([end, *(t for t, _ in bound), last]), [s for _, s in bound]
        shares = [curve.at(end), *ys, curve.at(last)]
        (thin,) = ax.plot(xs, shares, drawstyle="steps-post", color=color, linestyle=":", linewidth=1.6)
        thin.set_gid("bound")
    if curve.horizon is not None:
        ax.plot([last / SECOND], [curve.at(last)], marker=">", markersize=11, color=color, linestyle="none")


def _draw_law(ax: Axes, law: Law) -> None:
    """The closed form: a jump at the lower bound of its support (if any), then its CDF."""
    low, high = law.support
    grid = sorted({low + (high - low) * i // GRID for i in range(GRID + 1)})
    times: list[Time] = [low, *grid]
    shares = [law.cdf_below(low), *(law.cdf(t) for t in grid)]
    number = sum(1 for line in ax.lines if line.get_gid() == "law")
    ax.plot(
        _seconds(times),
        shares,
        color=palette.BLACK,
        linestyle=palette.DASHES[(1 + number) % len(palette.DASHES)],
        linewidth=palette.THICK - 0.7,
        label=f"closed form: {_rounded(law.describe())}",
        zorder=3,
        gid="law",
    )


def _rounded(text: str) -> str:
    """A law's words with at most three digits after the point: ``2.609s`` for ``2.609375s``."""
    return re.sub(r"\d+\.\d{4,}(?=[mu]?s\b)", lambda found: f"{float(found.group()):.3f}", text)


def _scale_axis(ax: Axes) -> None:
    """A logarithmic axis if the times of all samples lie far apart; 0 has no place on one."""
    times: list[float] = []
    for line in ax.lines:
        if line.get_gid() in ("steps", "bound"):
            points = [(float(x), float(share)) for x, share in line.get_xydata().tolist()]  # type: ignore[union-attr]
            times += [x for x, share in points if share > 0] + [points[-1][0]]
    is_wide = min(times) > 0 and max(times) > WIDE * min(times)
    if not is_wide:
        ax.set_xscale("linear")
        return
    ax.set_xscale("log")
    decades = math.log10(max(times) / min(times))
    subs = (1, 2, 3, 4, 5, 7) if decades < 2 else (1, 2, 5) if decades < 3 else (1,)
    ax.xaxis.set_major_locator(LogLocator(subs=subs, numticks=30))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.xaxis.set_minor_locator(LogLocator(subs=range(1, 10), numticks=30))
    ax.xaxis.set_minor_formatter(NullFormatter())
    label = ax.get_xlabel()
    if label.endswith("[s]"):
        ax.set_xlabel(f"{label}, logarithmic", fontsize=palette.TEXT, parse_math=False)


def _seconds(times: Iterable[Time]) -> list[float]:
    return [time / SECOND for time in times]


__all__ = ["plot_cdf", "seeds_text"]
