"""Reads pictures back as data: what stands where, by the gids that the plots document."""

from collections.abc import Iterator
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from vipsim.view import palette


def by_gid(ax: Axes, gid: str) -> list[Any]:
    """Artists of the axes with this gid, in the order in which they were drawn."""
    return [artist for artist in ax.get_children() if artist.get_gid() == gid]


def spans(ax: Axes, gid: str) -> list[tuple[float, float]]:
    """(from, to) in seconds of all bars with this gid, ascending."""
    boxes = [path.get_extents() for bars in by_gid(ax, gid) for path in bars.get_paths()]
    return sorted((round(box.x0, 9), round(box.x1, 9)) for box in boxes)


def seconds(time: int) -> float:
    return time / 1_000_000_000


def words(ax: Axes, gid: str | None = None) -> list[str]:
    """Texts in the axes, of one gid or all."""
    return [text.get_text() for text in ax.texts if gid is None or text.get_gid() == gid]


def legend_words(ax: Axes) -> list[str]:
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    legends = [*figure.legends, *([ax.get_legend()] if ax.get_legend() else [])]
    return [text.get_text() for legend in legends if legend for text in legend.get_texts()]


def lane_words(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def all_texts(artist: Artist) -> Iterator[Text]:
    """Return every text of a figure that shows something."""
    for found in artist.findobj(Text):
        if isinstance(found, Text) and found.get_text().strip() and found.get_visible():
            yield found


def assert_readable(ax: Axes) -> None:
    """No text is smaller than the smallest size, and none covers another or leaves the picture."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    texts = [text for text in all_texts(figure) if not _is_unused_tick(ax, text)]
    assert min(text.get_fontsize() for text in texts) >= palette.SMALL
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    for word, box in boxes:
        assert box.x0 > -1 and box.x1 < figure.bbox.width + 1, f"{word!r} leaves the picture"
        assert box.y0 > -1 and box.y1 < figure.bbox.height + 1, f"{word!r} leaves the picture"
    for index, (word, box) in enumerate(boxes):
        for other, other_box in boxes[:index]:
            wide = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
            high = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
            assert wide <= 1 or high <= 2, f"{word!r} covers {other!r}"


def _is_unused_tick(ax: Axes, text: Text) -> bool:
    """Ticks beyond the limits exist but are not drawn."""
    for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
        for tick in axis.get_major_ticks():
            if text in (tick.label1, tick.label2):
                return not ax.axison or not low <= tick.get_loc() <= high
    return not ax.axison and text in (ax.xaxis.label, ax.yaxis.label)
