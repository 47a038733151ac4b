"""The bars are the parts of each blackout, to the nanosecond, and their sum is the number at their end."""

from dataclasses import replace

import pytest

from tests.view import drawn, runs
from vipsim.errors import VipsimError
from vipsim.trace.outcome import PARTS, ClientOutage, parts
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


def named(*names: str) -> runs.Run:
    """A quiet run of clients with these names."""
    header = runs.crash_run(0).header
    header["scenario"]["clients"] = {
        name: {"node": name, "target": "service", "interval": "10ms", "measured": True} for name in names
    }
    return runs.Run(header)


def test_silences_of_no_failover_have_bars_of_their_own() -> None:
    trace = runs.crash_run(2)
    run = runs.Run(trace.header)
    for record in trace.records:
        run.note(record.time, record.kind, record.node, **record.data)
    for last, first in ((12 * SECOND, 13 * SECOND), (14 * SECOND, None)):
        run.note(first or 20 * SECOND, "gap", "app2", client="app2", last=last, first=first, lost=1)
    ax = plot_phases(run.finish(20 * SECOND))
    assert drawn.lane_words(ax) == ["app1", "app2", "app2\nnot part of a failover"]
    bars = [(bar.get_x(), bar.get_width(), bar.get_y() + 0.31) for bar in drawn.by_gid(ax, "apart")]
    assert bars == [pytest.approx((0, 1, 2)), pytest.approx((1, 6, 2))]
    assert drawn.words(ax, "blackout")[2] == "> 7.000 s in 2 silences"
    assert drawn.legend_words(ax)[-1] == "not part of a failover"
    drawn.assert_readable(ax)


def test_a_run_without_failover_shows_its_silences() -> None:
    run = named("app1")
    run.note(20 * SECOND, "gap", "app1", client="app1", last=5_000_000_900, first=None, lost=1)
    ax = plot_phases(run.finish(20 * SECOND))
    assert drawn.words(ax, "blackout") == ["> 14.999 s"]
    drawn.assert_readable(ax)


def test_clients_stand_in_the_order_of_the_scenario() -> None:
    run = named("carol", "alice", "bob")
    for name in ("bob", "carol", "alice"):
        run.note(2 * SECOND, "gap", name, client=name, last=SECOND, first=2 * SECOND, lost=1)
    labels = drawn.lane_words(plot_phases(run.finish(20 * SECOND)))
    assert [label.partition("\n")[0] for label in labels] == ["carol", "alice", "bob"]


def test_clients_of_a_bare_failover_stand_by_name_and_number() -> None:
    names = ("bob", "app10", "carol", "alice", "app2")
    failover = replace(
        runs.crash_run(1).failovers[0], clients={name: ClientOutage(9, False, 1, 10) for name in names}
    )
    assert drawn.lane_words(plot_phases(failover)) == ["alice", "app2", "app10", "bob", "carol"]
