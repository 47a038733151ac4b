"""The bars are the parts of each blackout, to the nanosecond, and their sum is the number at their end."""

import pytest

from tests.view import drawn, runs
from vipsim.errors import VipsimError
from vipsim.trace.outcome import PARTS, parts
from vipsim.units import SECOND
from vipsim.view import plot_phases

RUNS = [
    pytest.param({"clients": 1}, id="one client"),
    pytest.param({"clients": 5, "censored": ("app3",)}, id="five, one censored"),
    pytest.param({"clients": 2, "failback": True}, id="crash and failback"),
]


@pytest.mark.parametrize("how", RUNS)
def test_bars_are_the_parts(how: dict[str, object]) -> None:
    trace = runs.crash_run(**how)  # type: ignore[arg-type]
    ax = plot_phases(trace)
    rows = [(failover, client) for failover in trace.failovers for client in failover.clients]
    for name in PARTS:
        widths = [bar.get_width() for bar in drawn.by_gid(ax, f"phase:{name}")]
        assert widths == pytest.approx([drawn.seconds(parts(f, c)[name]) for f, c in rows])
    ends = [bar.get_x() + bar.get_width() for bar in drawn.by_gid(ax, f"phase:{PARTS[-1]}")]
    assert ends == pytest.approx([drawn.seconds(f.clients[c].blackout) for f, c in rows])
    totals = [float(word.removeprefix("> ").removesuffix(" s")) for word in drawn.words(ax, "blackout")]
    assert totals == pytest.approx(ends, abs=0.0005)
    drawn.assert_readable(ax)


def test_labels_carry_unit_n_and_seeds() -> None:
    ax = plot_phases([runs.crash_run(seed=seed) for seed in (7, 8, 9)])
    assert ax.get_xlabel() == "silence of the client [s]"
    assert "n = 3, seeds 7..9" in ax.get_title(loc="left")
    assert drawn.lane_words(ax) == ["seed 7, app1", "seed 8, app1", "seed 9, app1"]
    assert drawn.legend_words(ax) == ["before the fault", *PARTS[1:]]


def test_a_censored_client_reads_as_longer_than() -> None:
    ax = plot_phases(runs.crash_run(5, censored=("app3",)))
    assert drawn.words(ax, "blackout")[2] == "> 15.003 s"


def test_failovers_are_told_apart_and_who_noticed_nothing_says_so() -> None:
    trace = runs.crash_run(1, failback=True)
    ax = plot_phases(trace.failovers)
    assert drawn.lane_words(ax) == ["app1\nfailover (crash:db1)", "app1\nfailback"]
    run = runs.Run(trace.header)
    for record in trace.records:
        if record.kind != "gap":
            run.note(record.time, record.kind, record.node, **record.data)
    silent = plot_phases(run.finish(20 * SECOND).failovers[0])
    assert drawn.words(silent, "blackout") == ["no silence"]


def test_clients_stand_in_the_order_of_their_numbers() -> None:
    ax = plot_phases(runs.crash_run(12))
    assert drawn.lane_words(ax) == [f"app{number}" for number in range(1, 13)]


def test_of_many_bars_the_first_are_shown_and_the_rest_is_said() -> None:
    ax = plot_phases([runs.crash_run(5, seed=seed) for seed in range(10)])
    assert len(drawn.lane_words(ax)) == 40
    assert "the first 40 of 50 bars" in ax.get_title(loc="left")


def test_nothing_to_plot_is_refused() -> None:
    with pytest.raises(VipsimError, match="no failover with a measured client"):
        plot_phases([])
    with pytest.raises(VipsimError, match="no failover with a measured client"):
        plot_phases(runs.Run({}).finish(SECOND))
