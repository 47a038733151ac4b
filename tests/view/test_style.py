"""Saving is atomic and repeatable, nothing global is touched, text is drawn as text."""

import base64
import sys
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

from tests.view import drawn, runs
from vipsim.errors import VipsimError
from vipsim.view import (
    palette,
    plot_caches,
    plot_cdf,
    plot_ladder,
    plot_phases,
    plot_timeline,
    plot_topology,
    save,
    style,
    to_svg,
)

HEADS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.mark.parametrize("form", HEADS)
def test_save_writes_what_the_suffix_says_and_leaves_nothing_else(form: str, tmp_path: Path) -> None:
    ax = plot_cdf([1, 2, 3])
    path = save(ax, tmp_path / f"picture.{form.upper()}")
    assert path.read_bytes().startswith(HEADS[form])
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    assert save(figure, path).read_bytes() == style.render(ax, form)
    assert [found.name for found in tmp_path.iterdir()] == [f"picture.{form.upper()}"]


def test_save_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    ax = plot_cdf([1])
    with pytest.raises(VipsimError, match=r"picture\.bmp: a picture is written as \.svg, \.png or \.pdf"):
        save(ax, tmp_path / "picture.bmp")
    with pytest.raises(VipsimError, match="cannot write"):
        save(ax, tmp_path / "nowhere" / "picture.svg")
    (tmp_path / "taken.svg").mkdir()
    with pytest.raises(VipsimError, match="cannot write"):
        save(ax, tmp_path / "taken.svg")
    assert [found.name for found in tmp_path.iterdir()] == ["taken.svg"]


def test_plots_leave_no_global_state() -> None:
    before = dict(matplotlib.rcParams)
    trace = runs.crash_run(2)
    for ax in (
        plot_timeline(trace),
        plot_phases(trace),
        plot_ladder(trace),
        plot_caches(trace),
        plot_cdf([1]),
    ):
        to_svg(ax)
    to_svg(plot_topology(runs.lan()))
    assert dict(matplotlib.rcParams) == before
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_plots_draw_into_given_axes_and_return_them() -> None:
    trace = runs.crash_run(2)
    figure = Figure(figsize=(16, 20))
    axes = figure.subplots(6)
    assert plot_timeline(trace, axes[0]) is axes[0]
    assert plot_phases(trace, axes[1]) is axes[1]
    assert plot_ladder(trace, axes[2]) is axes[2]
    assert plot_cdf([1, 2], ax=axes[3]) is axes[3]
    assert plot_topology(runs.lan(), axes[4]) is axes[4]
    assert plot_caches(trace, ax=axes[5]) is axes[5]
    assert figure.legends == []
    figure.canvas.draw()


def test_new_axes_show_themselves_in_a_notebook() -> None:
    ax = plot_cdf([1, 2], title="a <b> & c")
    shown = ax._repr_html_()  # type: ignore[attr-defined]
    assert shown == ax.figure._repr_html_()  # type: ignore[attr-defined]
    assert shown.startswith('<img alt="a &lt;b&gt; &amp; c" style="max-width: 100%"')
    data = shown.partition("data:image/svg+xml;base64,")[2].partition('"')[0]
    assert base64.b64decode(data).decode("utf-8") == to_svg(ax)


def test_pictures_are_equal_bytes_whenever_they_are_made() -> None:
    assert to_svg(plot_timeline(runs.crash_run(2))) == to_svg(plot_timeline(runs.crash_run(2)))


def test_hostile_text_becomes_plain_and_the_svg_stays_xml() -> None:
    import xml.etree.ElementTree as tree

    name = "$x_{ <script>--> \x00\n\u202e & \"'"
    ax = plot_timeline(runs.crash_run(name=name))
    tree.fromstring(to_svg(ax))
    assert "\n" not in ax.get_title(loc="left")
    drawn.assert_readable(ax)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\nb", "a?b"), ("_hidden", " _hidden"), ("x" * 300, "x" * 199 + "…"), ("db1", "db1")],
)
def test_plain(text: str, shown: str) -> None:
    assert palette.plain(text) == shown


def luminance(color: str) -> float:
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "look", [*palette.STATES.values(), *palette.PHASES.values(), palette.OWNER, palette.SILENCE]
)
def test_labels_stand_out_from_their_bars(look: palette.Look) -> None:
    pair = sorted((luminance(look.color), luminance(look.ink)))
    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 3


@pytest.mark.parametrize("looks", [palette.STATES, palette.PHASES])
def test_without_color_areas_differ_by_hatch_or_lightness(looks: dict[str, palette.Look]) -> None:
    known = list(looks.values())
    for index, one in enumerate(known):
        for other in known[:index]:
            assert one.hatch != other.hatch or abs(luminance(one.color) - luminance(other.color)) > 0.1
