"""The ladder of a shipped scenario shows its story: healthy work is folded, fault and takeover are there."""

import pytest
from matplotlib.axes import Axes

from tests.view import drawn
from vipsim.resources import scenario_path
from vipsim.scenario.reader import read_scenario
from vipsim.trace import Trace
from vipsim.view import plot_ladder
from vipsim.view.ladder import MOST_ROWS
from vipsim.worlds import run


def played(name: str) -> Trace:
    return run(read_scenario(scenario_path(name)), 1)


STORIES = [
    "default-gateway",
    "new-connections-in-the-gap",
    "postgresql-pair",
    "silent-takeover",
    "stp-at-boot",
    "tcp-backoff-grid",
]


@pytest.mark.parametrize("name", STORIES)
def test_the_default_ladder_reaches_the_takeover(name: str) -> None:
    trace = played(name)
    ax = plot_ladder(trace)
    marks = drawn.words(ax, "mark")
    first = trace.failovers[0]
    assert any(first.fault.replace(":", " ") in mark for mark in marks)
    assert any(f"{first.new}: MASTER" in mark for mark in marks)
    assert len(drawn.lane_words(ax)) <= MOST_ROWS
    assert "more rows" not in ax.get_xlabel()


def rows_of(ax: Axes) -> list[str]:
    return [text.partition(": ")[2] for text in drawn.words(ax, "probes-text")]


def test_a_healthy_one_way_client_is_not_unanswered() -> None:
    trace = played("silent-takeover")
    texts = rows_of(plot_ladder(trace, end="5s", start="4s"))
    assert "9 datagrams to db1, 9 arrived" in texts
    assert "9 TCP segments to db1, 9 acknowledged" in texts
    assert not [text for text in texts if "✗" in text]
    after = rows_of(plot_ladder(trace, start="5s", end="7s"))
    assert after and all("✗ 0" in text for text in after)


def test_one_probe_that_crosses_a_router_is_one_exchange() -> None:
    texts = rows_of(plot_ladder(played("default-gateway"), start="4.2s", end="4.9s"))
    assert "70 probes to r1, 70 answers" in texts
    segments = [text.split() for text in texts if "TCP" in text]
    assert [words[1:5] + words[6:] for words in segments] == [
        ["TCP", "segments", "to", "r1,", "acknowledged"]
    ]
    assert segments[0][0] == segments[0][5]
    assert len(texts) == 2


def test_without_a_failover_the_first_fault_is_shown() -> None:
    ax = plot_ladder(played("service-stop"))
    assert any("service_stop db1" in mark for mark in drawn.words(ax, "mark"))
