"""Pictures of simulated runs: readable, and their numbers are the metrics."""

from functools import cache

import pytest

from tests.view import drawn
from vipsim.scenario.builders import pair
from vipsim.scenario.model import Scenario
from vipsim.stats import vrrp_detection
from vipsim.trace import Level, Trace
from vipsim.trace.outcome import PARTS, parts
from vipsim.view import (
    plot_caches,
    plot_cdf,
    plot_ladder,
    plot_phases,
    plot_timeline,
    plot_topology,
    scenario_html,
    trace_html,
)
from vipsim.worlds import run, run_many

SCENARIOS: dict[str, Scenario] = {
    "vrrp crash and failback": pair(clients=2, faults=["crash:db1@5s", "reboot:db1@12s"]),
    "heartbeat pull": pair("heartbeat", mode="pull", faults=["crash:db1@5s"]),
    "heartbeat push, maintenance": pair(
        "heartbeat", mode="push", clients=5, faults=["stop:db1@5s", "restart:db1@9s"]
    ),
    "split brain, censored client": pair(faults=["drop:db1:advert@3s", "heal@12s", "hang:db2@15s"]),
    "lossy": pair(clients=3, loss="1%", faults=["crash:db1@5s"]),
}


@cache
def simulated(name: str) -> Trace:
    return run(SCENARIOS[name], seed=0)


@pytest.mark.parametrize("name", SCENARIOS)
def test_timeline(name: str) -> None:
    trace = simulated(name)
    ax = plot_timeline(trace)
    for client, summary in trace.metrics.clients.items():
        ends = [(last, trace.duration if first is None else first) for last, first in summary.silences]
        expected = [(drawn.seconds(last), drawn.seconds(first)) for last, first in ends]
        assert drawn.spans(ax, f"silence:{client}") == expected
    for (node, machine), intervals in trace.states().items():
        masters = [(a, b) for a, b, state in intervals if state == "MASTER"]
        gid = f"state:{node}:{machine}:MASTER"
        shown = [*drawn.spans(ax, gid), *drawn.spans(ax, f"{gid}:frozen")]
        assert sum(b - a for a, b in shown) == pytest.approx(drawn.seconds(sum(b - a for a, b in masters)))
    drawn.assert_readable(ax)


@pytest.mark.parametrize("name", SCENARIOS)
def test_phases_sum_to_the_blackouts(name: str) -> None:
    trace = simulated(name)
    ax = plot_phases(trace)
    rows = [(failover, client) for failover in trace.failovers for client in failover.clients]
    for part in PARTS:
        widths = [bar.get_width() for bar in drawn.by_gid(ax, f"phase:{part}")]
        assert widths == pytest.approx([drawn.seconds(parts(f, c)[part]) for f, c in rows])
    drawn.assert_readable(ax)


@pytest.mark.parametrize("name", SCENARIOS)
def test_ladder_has_every_announcement_of_its_window(name: str) -> None:
    trace = simulated(name)
    ax = plot_ladder(trace, start="0s", end="20s", kinds=["garp"])
    assert len(drawn.words(ax, "label")) == len(trace.select("announce"))
    drawn.assert_readable(plot_ladder(trace))


@pytest.mark.parametrize("name", SCENARIOS)
def test_caches_show_at_every_moment_what_the_arp_table_says(name: str) -> None:
    trace = simulated(name)
    ax = plot_caches(trace)
    macs = {str(host.ifaces[0].mac): host.name for host in SCENARIOS[name].hosts}
    for at in range(250_000_000, trace.duration, 500_000_000):
        for client in trace.metrics.clients:
            table = {str(ip): macs[str(mac)] for ip, mac, _ in trace.arp_table(client, at)}
            shown = [
                node
                for node in ("db1", "db2")
                for artist in ax.get_children()
                if str(artist.get_gid()).startswith(f"belief:{client}:{node}:")
                and any(a <= drawn.seconds(at) < b for a, b in drawn.spans(ax, str(artist.get_gid())))
            ]
            assert shown[:1] == [table["192.168.1.219"]] and len({*shown}) == 1
    drawn.assert_readable(ax)


@pytest.mark.parametrize("name", SCENARIOS)
def test_topology_and_displays(name: str) -> None:
    drawn.assert_readable(plot_topology(SCENARIOS[name]))
    assert "crash" in scenario_html(SCENARIOS[name]) or "crash" not in name
    assert "<img" in trace_html(simulated(name))


def test_convergence_over_seeds_lies_along_the_closed_form() -> None:
    scenario = pair(faults=["crash:db1@5s"], client_interval="100ms", poll=None)
    traces = list(run_many(scenario, range(40), level=Level.SUMMARY))
    times = [trace.failovers[0].detection for trace in traces]
    ax = plot_cdf([time for time in times if time is not None], vrrp_detection(100, "1s", 2), seeds=range(40))
    (steps,), (law,) = drawn.by_gid(ax, "steps"), drawn.by_gid(ax, "law")
    assert list(steps.get_xdata())[1:-1] == [
        drawn.seconds(time) for time in sorted(times) if time is not None
    ]
    assert steps.get_xdata()[0] >= law.get_xdata()[0]
    assert steps.get_xdata()[-1] <= law.get_xdata()[-1] + 0.001
    assert drawn.legend_words(ax)[0] == "n = 40, seeds 0..39"
