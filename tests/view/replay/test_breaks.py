"""What was broken while: from the records of faults to spans on nodes and links."""

from __future__ import annotations

from typing import Any

import pytest

import vipsim as vs
from vipsim.scenario.model import Fault
from vipsim.units import SECOND
from vipsim.view.replay import replay_document

DB1 = ("db1.bond0 sw1.p1", -1)


def told(*faults: Fault | str, window: tuple[str, str] | None = None) -> list[Any]:
    """Breaks of a run of 15 s with these faults: (from and to in s, text, nodes, links and ways)."""
    trace = vs.run(vs.pair(clients=2, faults=faults).with_(duration=15 * SECOND), seed=1)
    document = replay_document(trace, window)
    nodes, links = document["nodes"], document["links"]
    return [
        (
            one["from"] / SECOND,
            one["to"] / SECOND,
            one["text"],
            [nodes[number]["name"] for number in one["nodes"]],
            [(f"{links[number]['a_end']} {links[number]['b_end']}", way) for number, way in one["links"]],
        )
        for one in document["breaks"]
    ]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (["crash:db1@5s"], (5, 15, "down", ["db1"], [])),
        (["crash:db1@5s", "reboot:db1@9s"], (5, 9, "down", ["db1"], [])),
        (["power:db1@5s", "crash:db2@6s", "reboot:db1@9s", "reboot:db2@9s"], (5, 9, "down", ["db1"], [])),
        (["freeze:db1@5s", "thaw:db1@7s"], (5, 7, "frozen", ["db1"], [])),
        (["link_down:db1.bond0@5s", "link_up:db1@6s"], (5, 6, "link down", [], [DB1])),
        (["port_down:sw1.p1@5s", "port_up:sw1.p1@6s"], (5, 6, "port down", [], [DB1])),
        (["isolate:db1@5s", "heal:all@8s"], (5, 8, "isolate", [], [DB1])),
        (["isolate:db1@5s", "isolate:db2@6s", "heal:db2@8s"], (5, 15, "isolate", [], [DB1])),
        (["partition:db1|db2,app1,app2@5s", "heal:db1|db2,app1,app2@7s"], (5, 7, "partition", [], [DB1])),
        (["drop:sw1>db1:advert@5s"], (5, 15, "drop advert", [], [("db1.bond0 sw1.p1", 1)])),
        (["drop:db1>sw1:garp 50%@5s"], (5, 15, "drop garp 50%", [], [("db1.bond0 sw1.p1", 0)])),
        (["delay:db1-sw1:5ms@5s"], (5, 15, "delay 5ms", [], [DB1])),
    ],
)
def test_a_fault_lasts_until_what_takes_it_back(faults: list[str], expected: object) -> None:
    assert told(*faults)[0] == expected


def test_a_duration_ends_only_its_own_fault() -> None:
    found = told(vs.drop("sw1>db1", "garp", at="5s", duration="2s"), "drop:sw1>db1:advert@5s")
    assert [(begin, end, text) for begin, end, text, _, _ in found] == [
        (5, 7, "drop garp"),
        (5, 15, "drop advert"),
    ]


def test_a_fault_that_repeats_is_told_each_time() -> None:
    found = told(vs.link_down("db1", at="2s", duration="1s", every="4s"))
    assert [(begin, end) for begin, end, *_ in found] == [(2, 3), (6, 7), (10, 11), (14, 15)]


def test_faults_of_daemons_break_no_machine_and_no_cable() -> None:
    assert told("stop:db1@5s", "restart:db1@8s", "kill:db2@9s") == []


def test_a_window_has_what_reaches_into_it_whole() -> None:
    faults = ["freeze:db1@2s", "thaw:db1@3s", "isolate:db2@5s", "heal:db2@9s"]
    assert [(begin, end) for begin, end, *_ in told(*faults, window=("6s", "8s"))] == [(5, 9)]
