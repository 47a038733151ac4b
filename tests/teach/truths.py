"""The exercises' answers worked out another way: on paper, or by looking at a run from outside.

A new exercise gets a line here; the tests in test_exercises.py then hold it to the rules by themselves.
"""

from collections.abc import Callable
from typing import Any

import vipsim as vs
from vipsim.resources import scenario_path
from vipsim.units import ms, s


def learned_when(seed: int) -> int:
    """The moment at which the printed cache line of app1 changes, by bisection to a millisecond."""
    trace = vs.run(vs.read_scenario(scenario_path("database-pair-heartbeat")), seed=seed)
    low, high = s(5), s(20)
    while high - low > ms(1):
        middle = (low + high) // 2
        if "DB:7F:C2" in vs.arp_lines(trace, "app1", middle)[0]:
            high = middle
        else:
            low = middle
    return high


PAPER: dict[str, Any] = {
    "01.detection-earliest": s("1.0"),
    "01.detection-latest": s("1.2"),
    "01.vrrp-takeover": s(10) - s("0.4") + s(3) + s(56) // 256,
    "01.mechanisms-order": ("push", "pull", "vrrp"),
    "01.learned-when": learned_when(5),
    "01.crash-median": s(6) + s(156) // 256 - s(1),
    "01.goodbye": s(206) // 256,
    "01.lost-part": "repair",
    "01.hung-owner": "db1",
    "02.ping-probes": 0,
    "02.newcomer-state": "no entry",
    "02.longest-silence": s(90 + 5 + 3),
    "02.silent-share": (30 - 8 - 15) / (45 - 15),
    "02.tcp-return": ms(200 + 400 + 800 + 1600 + 3200 + 6400),
    "02.newcomer-patience": s("0.7") + s(3),
    "02.lock-who": "old",
    "02.switch-ageing": s(5 + 90),
    "02.stp-owners": s(17),
    "03.master-down": s(3) + s(256 - 80) // 256,
    "03.silence-middle": s("2.5") + s(256 - 80) // 256,
    "03.first-line": "the advert",
    "03.return": s(20 + 3) + s(256 - 200) // 256,
    "03.delay": "between",
    "03.silent-share": 1 - (256 - 75) / 256,
    "03.refresh": s(7 - 1),
    "05.goodbye": s(256 - 180) // 256,
    "05.two-masters": s(17) + s("0.359375") - s("8.359375"),
    "05.hang": "db2",
    "05.one-trial": 3.4 - 2 - 156 / 256,
    "05.tcp": ms(200 + 400 + 800 + 1600),
    "05.way-back": "freeze",
}
"""Of exercises with a truth."""


def takeover(priority: float, phase: float) -> float:
    return 3 + (256 - priority) / 256 - phase


def beats(interval: str, dead_count: int) -> Any:
    return vs.pair("heartbeat", mode="push", interval=interval, dead_count=dead_count)


Make = Callable[[], Any]
RUN: dict[str, dict[str, list[Make]]] = {
    "01.takeover-function": {
        "right": [
            lambda: takeover,
            lambda: lambda priority, phase: f"{takeover(priority, phase)} s",
            lambda: lambda priority, phase: s(takeover(priority, phase)),
        ],
        "near": [
            lambda: lambda priority, phase: 3 - phase,
            lambda: lambda priority, phase: 3 + (256 - priority) / 256,
            lambda: lambda priority, phase: 3 + (256 - priority) / 256 + phase,
            lambda: lambda priority, phase: 3 + priority / 256 - phase,
        ],
        "wrong": [
            lambda: lambda priority, phase: 3.0,
            lambda: lambda priority, phase: priority / 256 + phase,
        ],
        "absurd": [
            lambda: lambda priority, phase: None,
            lambda: lambda priority: 3,
            lambda: lambda priority, phase: 1 / 0,
            lambda: lambda priority, phase: -phase,
            lambda: takeover(100, 0.5),
            lambda: print,
            lambda: int,
        ],
    },
    "05.rank": {
        "right": [
            lambda: ["hang", "stop", "crash", "freeze", "isolate", "link_down"],
            lambda: "hang, stop, link_down, isolate, freeze, crash",
            lambda: "hang < stop < crash = link-down = isolate = freeze",
            lambda: "hang, stop, crash, link down, isolate, freeze",
        ],
        "near": [
            lambda: ["stop", "hang", "crash", "freeze", "isolate", "link_down"],
        ],
        "slip": [lambda: ["crash", "freeze", "isolate", "link_down", "stop", "hang"]],
        "wrong": [lambda: ["crash", "stop", "freeze", "hang", "isolate", "link_down"]],
        "absurd": [lambda: ["hang", "stop", "crash"], lambda: ["hang"] * 6, lambda: "hang, crsh"],
    },
    "01.timers": {
        "right": [lambda: beats("100ms", 8), lambda: beats("50ms", 12)],
        "near": [
            lambda: beats("20ms", 25),
        ],
        "slip": [
            lambda: beats("250ms", 3),
            lambda: beats("100ms", 12),
            lambda: vs.pair("vrrp", version=3, advert_interval="200ms"),
        ],
        "wrong": [lambda: beats("1500ms", 2)],
        "absurd": [
            lambda: vs.read_scenario(scenario_path("vrid-clash")),
            lambda: vs.read_scenario(scenario_path("default-gateway")),
            lambda: "tuned",
        ],
    },
}
"""Of exercises that are judged by running the answer: samples by verdict. A slip is a near miss
without points."""
