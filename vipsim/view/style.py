"""The look of every picture, in one place: axes, legends, and saving.

The colors and sizes are `vipsim.view.palette`'s. Nothing here touches matplotlib's global state: figures are
made by hand, without pyplot. Names come from scenario files, so they are never read as mathematics (``$``).
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from vipsim.errors import VipsimError
from vipsim.files import written_whole
from vipsim.view.mpl import Artist, Axes, Figure, FigureCanvasAgg, FontProperties, TextPath, matplotlib
from vipsim.view.palette import DPI, HEIGHT, SMALL, TEXT, TITLE, WHITE, WIDTH, plain


class PictureAxes(Axes):
    """Axes that a notebook shows as their figure."""

    def _repr_html_(self) -> str:
        return to_html(self)


class Picture(Figure):
    """A figure that a notebook shows as an image."""

    def _repr_html_(self) -> str:
        return to_html(self)


def axes_or_new(ax: Axes | None, height: float = HEIGHT, width: float = WIDTH) -> Axes:
    """Return `ax`, or the axes of a new figure of this size in inches."""
    if ax is not None:
        return ax
    figure = Picture(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot(axes_class=PictureAxes)


def frame_axes(ax: Axes, title: str, xlabel: str = "", ylabel: str = "", grid: str = "x") -> None:
    """Give axes their title, labels and quiet frame; `grid` is ``x``, ``y``, ``both`` or empty."""
    write_title(ax, title)
    ax.set_xlabel(plain(xlabel, 110), fontsize=TEXT, parse_math=False)
    ax.set_ylabel(plain(ylabel, 60), fontsize=TEXT, parse_math=False)
    ax.tick_params(labelsize=TEXT, width=1.2)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_axisbelow(True)
    if grid in ("x", "y", "both"):
        ax.grid(True, axis=grid, color="#D5D5D5", linewidth=0.8)  # type: ignore[arg-type]


def write_title(ax: Axes, title: str) -> None:
    """Give axes their title, or another one."""
    ax.set_title(plain(title, 110), fontsize=TITLE, loc="left", pad=10, parse_math=False)


def write(ax: Axes, x: float, y: float, text: str, size: float = SMALL, **how: Any) -> Any:
    """Write plain text at data coordinates; `how` goes to matplotlib's Text."""
    return ax.text(x, y, plain(text), fontsize=size, parse_math=False, **how)


def legend_below(ax: Axes, handles: Sequence[Artist], columns: int) -> None:
    """Put the legend under the axes, where no data can be; it replaces an earlier one."""
    labels = [plain(str(handle.get_label())) for handle in handles]
    room = float(ax.figure.get_size_inches()[0]) if isinstance(ax.figure, Figure) else axes_inches(ax)
    while columns > 1 and _legend_inches(labels, columns) > room:
        columns -= 1
    how: dict[str, Any] = {"ncols": columns, "fontsize": SMALL, "frameon": False, "handlelength": 2.6}
    figure = ax.figure
    if isinstance(figure, Picture) and len(figure.axes) == 1:
        for old in list(figure.legends):
            old.remove()
        legend = figure.legend(handles, labels, loc="outside lower center", **how)
    else:
        legend = ax.legend(
            handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.62 / axes_height(ax)), **how
        )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _legend_inches(labels: Sequence[str], columns: int) -> float:
    """Width of a legend that fills its columns one after the other, as matplotlib does."""
    rows, longer = divmod(len(labels), columns)
    sizes = [rows + 1] * longer + [rows] * (columns - longer)
    starts = [sum(sizes[:index]) for index in range(columns)]
    texts = [labels[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    return sum(max(map(text_inches, column), default=0.0) + 1.0 for column in texts)


def text_inches(text: str, size: float = SMALL) -> float:
    """Width of a text in inches, measured in the font that will draw it."""
    if not text.strip():
        return 0.0
    path = TextPath((0, 0), plain(text).replace("$", "S"), size=size, prop=FontProperties())
    return float(path.get_extents().width) / 72


def axes_inches(ax: Axes) -> float:
    """About how wide the axes are, in inches, before a layout has settled it (never too much)."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return float(ax.get_position().width * figure.get_size_inches()[0])


def axes_height(ax: Axes) -> float:
    """About how high the axes are, in inches."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return float(ax.get_position().height * figure.get_size_inches()[1])


def save(picture: Figure | Axes, path: str | os.PathLike[str]) -> Path:
    """Write a picture as the file's suffix says: .svg, .png or .pdf; it appears whole or not at all.

    Parameters
    ----------
    picture : Figure or Axes
        What a plot function returned.
    path : str or PathLike
        Where to write; an existing file is replaced.

    Raises
    ------
    VipsimError
        If the suffix is none of these, or the file cannot be written.
    """
    target = Path(path)
    form = target.suffix.lower().removeprefix(".")
    if form not in ("svg", "png", "pdf"):
        raise VipsimError(f"{target.name}: a picture is written as .svg, .png or .pdf")
    content = render(picture, form)
    try:
        with written_whole(target) as file:
            file.write(content)
    except OSError as error:
        raise VipsimError(f"cannot write {target}: {error.strerror or error}") from None
    return target


def to_svg(picture: Figure | Axes) -> str:
    """Return a picture as the text of an SVG file."""
    return render(picture, "svg").decode("utf-8")


def to_html(picture: Figure | Axes, words: str = "") -> str:
    """Return a picture as an HTML image, which shrinks with its page and in which no script runs.

    Parameters
    ----------
    picture : Figure or Axes
        What a plot function returned.
    words : str
        For who cannot see it; default: the titles of its axes.
    """
    axes = picture.axes if isinstance(picture, Figure) else [picture]
    words = words or "; ".join(title for ax in axes if (title := ax.get_title(loc="left")))
    data = base64.b64encode(to_svg(picture).encode("utf-8")).decode("ascii")
    alt = escape(plain(words, 300))
    return f'<img alt="{alt}" style="max-width: 100%" src="data:image/svg+xml;base64,{data}">'


def render(picture: Figure | Axes, form: str) -> bytes:
    """Return the bytes of a picture; the same picture gives the same bytes.

    Parameters
    ----------
    picture : Figure or Axes
        What a plot function returned.
    form : str
        ``svg``, ``png`` or ``pdf``.
    """
    figure = picture.get_figure(root=True) if isinstance(picture, Axes) else picture
    assert figure is not None
    dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[form]
    # Ids in an SVG are random unless salted; letters become paths, so that every viewer shows the same.
    with matplotlib.rc_context({"svg.hashsalt": "vipsim", "svg.fonttype": "path"}), io.BytesIO() as file:
        figure.savefig(file, format=form, facecolor=WHITE, metadata=dated)
        return file.getvalue()
