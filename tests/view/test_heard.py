"""An announcement that nobody heard looks different from one that somebody did."""

import pytest
from matplotlib.axes import Axes

from tests.view import drawn, runs
from vipsim.resources import scenario_path
from vipsim.scenario.reader import read_scenario
from vipsim.trace import Level, Trace
from vipsim.units import MS, SECOND
from vipsim.view import plot_caches, plot_ladder, plot_timeline
from vipsim.view.heard import unheard
from vipsim.view.style import to_svg
from vipsim.wire.frames import gratuitous_request
from vipsim.worlds import run as play


def announced(fates: tuple[str, ...], level: Level = Level.FRAMES) -> Trace:
    """db2 announces at 8 s: a copy to db1 and one to app1, with these fates."""
    run = runs.Run(runs.crash_run(1).header, level)
    run.header["scenario"]["nodes"]["sw1"] = {"kind": "switch"}
    data = {"vip": runs.VIP, "iface": "bond0"}
    run.note(SECOND, "state", "db2", machine="vrrp 51", old="BACKUP", new="MASTER", why="")
    run.note(8 * SECOND, "vip", "db2", act="acquire", lladdr=runs.MACS["db2"], **data)
    run.note(8 * SECOND, "announce", "db2", form="garp-request", lladdr=runs.MACS["db2"], **data)
    run.send("db2", 8 * SECOND, gratuitous_request(runs.VIP, runs.MACS["db2"]), ["db1", "app1"])
    for number, fate in enumerate(fates, start=1):
        run.frames[number] = (*run.frames[number][:4], fate)
    return run.finish(10 * SECOND)


@pytest.mark.parametrize(
    ("fates", "nobody"),
    [
        (("delivered", "delivered"), False),
        (("dropped: host is down", "delivered"), False),
        (("dropped: host is down", "lost"), True),
    ],
)
@pytest.mark.parametrize("plot", [plot_caches, plot_timeline])
def test_the_diamond_is_hollow_when_every_copy_was_lost(
    plot: object, fates: tuple[str, ...], nobody: bool
) -> None:
    trace = announced(fates)
    assert unheard(trace) == ({("db2", 8 * SECOND)} if nobody else set())
    ax: Axes = plot(trace)  # type: ignore[operator]
    assert bool(drawn.by_gid(ax, "unheard:db2")) is nobody
    assert bool(drawn.by_gid(ax, "announcements:db2")) is not nobody


@pytest.mark.parametrize("nobody", [True, False])
def test_so_is_the_ladder_s_dot(nobody: bool) -> None:
    fates = ("lost", "lost" if nobody else "delivered")
    ax = plot_ladder(announced(fates), start=7900 * MS, end=8100 * MS, nodes=["db1", "db2", "app1"])
    (dot,) = drawn.by_gid(ax, "sent:garp")
    assert (dot.get_markerfacecolor() != dot.get_color()) is nobody


def test_without_frames_nothing_is_known() -> None:
    assert unheard(announced((), Level.PROTOCOL)) == set()


def test_the_caches_name_the_other_addresses() -> None:
    trace = announced(())
    assert "--vip" not in plot_caches(trace).get_xlabel()
    trace.header["scenario"]["vips"]["spare"] = "192.168.1.220/24"
    assert "(also: --vip spare)" in plot_caches(trace).get_xlabel()
    assert "--vip" not in plot_caches(trace, "service").get_xlabel()


def test_a_picture_of_the_caches_is_small() -> None:
    trace = play(read_scenario(scenario_path("silent-takeover")), 1)
    assert len(to_svg(plot_caches(trace))) < 250_000


def test_the_steps_of_a_database_s_promotion_have_flags() -> None:
    trace = play(read_scenario(scenario_path("postgresql-pair")), 1)
    (database,) = trace.metrics.databases.values()
    (promotion,) = database.promotions
    for plot in (plot_timeline, plot_caches):
        ax = plot(trace)  # type: ignore[operator]
        words = " | ".join(drawn.words(ax, "fault-label"))
        for text in ("told to promote, read-only", "accepts writes", "first commit"):
            assert f"db2: {text} (" in words
        lines = [line.get_xdata()[0] for line in drawn.by_gid(ax, "fault")]
        steps = (promotion.asked_at, promotion.primary_at, promotion.first_commit_at)
        assert all(step is not None and step / SECOND in lines for step in steps)
