"""The CDF is the empirical one of the table, the closed form is the law's, and the labels say how many."""

import random

import pytest

from tests.view import drawn
from vipsim.errors import VipsimError
from vipsim.stats import Censored, Duration, Table, Uniform, ecdf, vrrp_detection, vrrp_goodbye
from vipsim.units import SECOND
from vipsim.view import plot_cdf
from vipsim.view.cdf import seeds_text

LAW = vrrp_detection(100, "1s", 2)


def sample(n: int = 100) -> list[int]:
    stream = random.Random(5)
    return [stream.randrange(*LAW.support) for _ in range(n)]


def table(values: list[object], start: int = 0) -> Table:
    rows = [{"seed": start + index, "convergence": value} for index, value in enumerate(values)]
    return Table.from_rows(rows, units={"convergence": "s"})  # type: ignore[arg-type]


def test_steps_are_the_ecdf_of_the_table() -> None:
    values = sample()
    ax = plot_cdf(table(list(values)))
    (line,) = drawn.by_gid(ax, "steps")
    curve = ecdf(values)
    assert line.get_drawstyle() == "steps-post"
    assert list(line.get_xdata())[1:-1] == [drawn.seconds(time) for time in curve.times]
    assert list(line.get_ydata())[1:-1] == list(curve.fractions)
    assert (line.get_ydata()[0], line.get_ydata()[-1]) == (0.0, 1.0)


def test_labels_carry_unit_n_and_seeds() -> None:
    ax = plot_cdf(table(list(sample(20)), start=400), label="VRRP")
    assert ax.get_xlabel() == "convergence [s]"
    assert ax.get_ylabel() == "share of runs"
    assert drawn.legend_words(ax) == ["VRRP: n = 20, seeds 400..419"]


def test_the_law_lies_over_it_from_0_to_1() -> None:
    ax = plot_cdf(sample(), LAW)
    (line,) = drawn.by_gid(ax, "law")
    for x, y in zip(line.get_xdata()[1:], line.get_ydata()[1:], strict=True):
        assert y == pytest.approx(LAW.cdf(round(x * SECOND)), abs=1e-9)
    assert (line.get_ydata()[0], line.get_ydata()[-1]) == (0.0, 1.0)
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == (2.609375, 3.609375)
    (words,) = [word for word in drawn.legend_words(ax) if word.startswith("closed form")]
    assert words.startswith("closed form: uniform from 2.609s to 3.609s: 3 advert_interval")


def test_a_constant_law_is_one_jump() -> None:
    ax = plot_cdf([609_375_000] * 3, vrrp_goodbye(100, "1s", 2))
    (line,) = drawn.by_gid(ax, "law")
    assert list(line.get_xdata()) == [0.609375, 0.609375]
    assert list(line.get_ydata()) == [0.0, 1.0]


def test_censored_runs_keep_the_curve_below_1_and_are_said() -> None:
    values = [2 * SECOND, 3 * SECOND, Censored(15 * SECOND), Censored(15 * SECOND)]
    ax = plot_cdf(values, label="lost announcement", seeds=range(4))
    (line,) = drawn.by_gid(ax, "steps")
    assert list(line.get_ydata()) == [0.0, 0.25, 0.5, 0.5]
    assert list(line.get_xdata()) == [2.0, 2.0, 3.0, 15.0]
    assert drawn.legend_words(ax) == ["lost announcement: n = 4, seeds 0..3, 2 censored (> 15.000 s)"]


def test_beyond_the_first_censored_run_the_curve_is_only_a_bound() -> None:
    values = [SECOND, 4 * SECOND, Censored(3 * SECOND), Censored(5 * SECOND)]
    ax = plot_cdf(values)
    (line,), (bound,) = drawn.by_gid(ax, "steps"), drawn.by_gid(ax, "bound")
    assert list(line.get_xdata())[-1] == 3.0
    assert list(bound.get_xdata()) == [3.0, 4.0, 5.0]
    assert list(bound.get_ydata()) == [0.25, 0.5, 0.5]
    assert "2 censored (> 3.000 s to > 5.000 s)" in drawn.legend_words(ax)[0]


def test_nobody_recovered() -> None:
    ax = plot_cdf([Censored(15 * SECOND)], seeds=[7])
    (line,) = drawn.by_gid(ax, "steps")
    assert list(line.get_xdata()) == [0.0, 15.0]
    assert list(line.get_ydata()) == [0.0, 0.0]
    assert drawn.legend_words(ax) == ["n = 1, seed 7, 1 censored (> 15.000 s)"]
    drawn.assert_readable(ax)


def test_a_censored_time_in_the_legend_is_never_more_than_was_seen() -> None:
    ax = plot_cdf([Censored(69_999_993_729), Censored(70_019_874_882)])
    assert drawn.legend_words(ax) == ["n = 2, 2 censored (> 69.999 s to > 70.019 s)"]


def test_times_far_apart_stand_on_a_logarithmic_axis_with_plain_numbers() -> None:
    ax = plot_cdf(sample(), LAW)
    assert (ax.get_xscale(), ax.get_xlabel()) == ("linear", "convergence [s]")
    plot_cdf([55 * SECOND, Censored(70 * SECOND)], ax=ax)
    assert (ax.get_xscale(), ax.get_xlabel()) == ("log", "convergence [s], logarithmic")
    drawn.assert_readable(ax)
    low, high = ax.get_xlim()
    ticks = [label.get_text() for label in ax.get_xticklabels() if low <= label.get_position()[0] <= high]
    assert ticks == ["3", "4", "5", "7", "10", "20", "30", "40", "50", "70"]
    assert [round(x, 3) for x in drawn.by_gid(ax, "steps")[1].get_xdata()] == [55.0, 55.0, 70.0]


@pytest.mark.parametrize("values", [[SECOND, 10 * SECOND], [0, SECOND, 60 * SECOND], [Censored(9 * SECOND)]])
def test_times_near_each_other_or_zero_stand_on_a_linear_axis(values: list[Duration]) -> None:
    ax = plot_cdf(values)
    assert (ax.get_xscale(), ax.get_xlabel()) == ("linear", "convergence [s]")


def test_of_many_decades_only_powers_of_ten_are_written() -> None:
    ax = plot_cdf([SECOND // 1000, 90 * SECOND])
    drawn.assert_readable(ax)
    shown = {label.get_text() for label in ax.get_xticklabels()}
    assert {"0.001", "0.01", "0.1", "1", "10"} <= shown
    assert "2" not in shown


def test_curves_share_axes_and_differ_in_color_and_dashes() -> None:
    ax = plot_cdf(sample(), LAW, label="VRRP")
    assert plot_cdf(sample(30), ax=ax, label="pull") is ax
    one, two = drawn.by_gid(ax, "steps")
    assert one.get_color() != two.get_color()
    assert one.get_linestyle() != two.get_linestyle()
    assert [word.partition(":")[0] for word in drawn.legend_words(ax)] == ["VRRP", "closed form", "pull"]
    drawn.assert_readable(ax)


def test_a_title_given_with_axes_is_the_new_title_and_none_keeps_the_old_one() -> None:
    ax = plot_cdf([SECOND, 2 * SECOND], title="first")
    plot_cdf([SECOND, 3 * SECOND], None, ax)
    assert ax.get_title(loc="left") == "first"
    plot_cdf([SECOND, 3 * SECOND], None, ax, title="both")
    assert (ax.get_title(loc="left"), ax.get_title()) == ("both", "")


def test_another_column_and_cells_without_a_value() -> None:
    rows = [{"seed": 1, "blackout": 5 * SECOND}, {"seed": 2, "blackout": None}]
    ax = plot_cdf(Table.from_rows(rows, units={"blackout": "ms"}), column="blackout")
    assert ax.get_xlabel() == "blackout [s]"
    assert drawn.legend_words(ax) == ["n = 1, seeds 1..2, 1 without a value"]


def test_what_cannot_be_plotted_is_refused() -> None:
    with pytest.raises(VipsimError, match="no column of times called 'seed'; it has convergence"):
        plot_cdf(table([1]), column="seed")
    with pytest.raises(VipsimError, match="none of the 1 rows has a time"):
        plot_cdf(table([None]))
    with pytest.raises(VipsimError, match="none of the 0 rows"):
        plot_cdf([])


@pytest.mark.parametrize(
    ("seeds", "text"),
    [
        (None, ""),
        ([], ""),
        ("seeds of the night", "seeds of the night"),
        ([3], "seed 3"),
        (range(100), "seeds 0..99"),
        ([4, 1, 2, 9], "seeds 1..2, 4, 9"),
        (range(0, 40, 2), "seeds 0, 2, 4, …, 38"),
    ],
)
def test_seeds_in_short(seeds: object, text: str) -> None:
    assert seeds_text(seeds) == text  # type: ignore[arg-type]


def test_any_law_will_do() -> None:
    ax = plot_cdf([1, 2], Uniform(0, 10))
    assert len(drawn.by_gid(ax, "law")) == 1
