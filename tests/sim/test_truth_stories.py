"""Simulated failovers beside recorded ones: the same configuration, fault and phase, and what was then sent.

A row's own prediction must be near it: half of an experiment's rows within 10 ms (the host's lateness is 1 to
3 ms), each within what a stall of the busy recording host explains (truth/README: below 60 ms).
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Any

import pytest

import vipsim as vs
from tests.sim.truth import AT, rows, scenario
from vipsim.units import SECOND
from vipsim.wire.addresses import BROADCAST
from vipsim.wire.frames import Arp, ArpOp

NEAR, STALL = 0.010, 0.060
LONGEST = 30
"""Adverts of a new master that a row lists."""

FAILOVERS = [
    "ka2-kill9",
    "ka2-kill9-a0.3",
    "ka2-kill9-a3",
    "ka3-kill9-a0.1",
    "ka3-kill9-a0.01",
    "ka3-mixed-int",
    "ka3-skew-p50",
    "ka2-skew-p254",
    "ka2-isolate",
    "ka2-linkdown",
    "ka2-term",
    "ka2-stop",
    "ka2-split",
    "ka2-unicast-kill9",
    "ka2-garp-delay1",
    "ka2-garp-repeat1",
    "ka2-garp-delay0",
    "ka2-garp-refresh2",
    "ka2-trackif",
    "frr3-kill9-a1",
    "frr3-term-a1",
    "frr2-kill9-a1",
]


def sent(trace: Any, kind: str, node: str, begin: float = AT) -> list[tuple[float, Any]]:
    """What a node sent, at times relative to the fault."""
    return [
        (record.time / SECOND - begin, record.data.get("priority"))
        for record in trace.select(kind)
        if record.node == node and record.time >= begin * SECOND
    ]


def times(pairs: list[Any]) -> list[float]:
    return [pair[0] if isinstance(pair, list | tuple) else pair for pair in pairs]


def beside(simulated: list[float], recorded: list[float], end: float) -> list[float]:
    """Lateness of each recorded time; both lists are cut where neither has anything near the end."""
    end -= 2 * STALL
    while any(abs(time - end) < STALL for time in (*simulated, *recorded)):
        end -= STALL / 2
    simulated = [time for time in simulated if time < end]
    recorded = [time for time in recorded if 0 <= time < end]
    assert len(recorded) == len(simulated), (recorded, simulated)
    return [late - exact for exact, late in zip(simulated, recorded, strict=True)]


def spacings(simulated: list[float], recorded: list[float], end: float) -> list[float]:
    """How much longer each recorded interval is; NOTES 12: 0.1 to 0.25 ms, so counts may differ."""
    simulated = [time for time in simulated if time < end]
    is_cut = len(recorded) >= LONGEST
    assert len(recorded) - 1 <= len(simulated)
    assert is_cut or len(simulated) <= len(recorded) * 1.05 + 1
    mine, theirs = ([b - a for a, b in pairwise(one)] for one in (simulated, recorded))
    return [late - exact for exact, late in zip(mine, theirs, strict=False)] or [0.0]


def check(lateness: list[float], near: float = NEAR) -> None:
    assert lateness
    assert abs(median(lateness)) < near, sorted(lateness)
    assert max(map(abs, lateness)) < STALL, sorted(lateness)


@pytest.mark.parametrize("experiment", FAILOVERS)
def test_a_recorded_failover(experiment):
    detections, garps, adverts = [], [], []
    for row in rows(experiment)[:5]:
        trace = vs.run(scenario(row), seed=1)
        end = row["window"]["to_s_at_least"]
        said = sent(trace, "advert", "n2")
        detections.append(row["detect_s"] - said[0][0])
        adverts += spacings(times(said), times(row["adverts_new"]), end)
        garps += beside(times(sent(trace, "announce", "n2")), row["garps"], end)
        assert {priority for _, priority in said} == {priority for _, priority in row["adverts_new"]}
        if row.get("last_old_prio") == 0:
            goodbyes = [time for time, priority in sent(trace, "advert", "n1") if priority == 0]
            assert len(goodbyes) == sum(priority == 0 for _, priority in row["adverts_old"])
        assert {form(frame) for frame in announcements(trace)} == {row["garp_form"]}
    check(detections)
    check(adverts, near=0.001)
    check(garps)


def announcements(trace: Any) -> list[Any]:
    """Announcements that the switch sent on after the fault, as n2 made them."""
    return [
        frame.frame
        for frame in trace.frames
        if frame.src.startswith("n2")
        and frame.sent > AT * SECOND
        and isinstance(frame.frame.packet, Arp)
        and frame.frame.packet.is_gratuitous
    ]


def form(frame: Any) -> str:
    packet = frame.packet
    assert packet.op is ArpOp.REQUEST and frame.dst == BROADCAST
    return f"op{packet.op.value} tha={packet.target_mac} src={frame.src}".lower()


def test_one_way_loss_is_a_stable_pair_of_masters():
    """`ka2-oneway`: each advert of n2 is answered by an advert and five announcements, and five 5 s later."""
    lateness = []
    for row in rows("ka2-oneway")[:3]:
        trace = vs.run(scenario(row), seed=1)
        end = row["window"]["to_s_at_least"]
        lateness += beside(times(sent(trace, "announce", "n2")), row["garps"], end)
        answers = [time for time in times(sent(trace, "announce", "n1")) if time < 8.3]
        assert len(answers) == sum(time < 8.3 for time in row["garps_old"])
        assert {priority for _, priority in sent(trace, "advert", "n1")} == {150}
    check(lateness)


@pytest.mark.parametrize(
    "experiment, back, down", [("ka2-linkdown", "link_up", "eth0"), ("ka2-trackif", "link_up", "eth1")]
)
def test_a_node_that_comes_back_waits_and_preempts(experiment, back, down):
    """NOTES 7: 3.42 s after the carrier, whatever the other one's phase."""
    lateness = []
    for row in rows(f"{experiment}:recover")[:5]:
        faults = [
            {"link_down": f"n1.{down}", "at": f"{AT - 8}s"},
            {back: f"n1.{down}", "at": f"{AT}s"},
        ]
        row = {**row, "fault": "", "phase_s": 0.5}
        trace = vs.run(scenario(row, *faults), seed=1)
        said = sent(trace, "advert", "n1")
        lateness.append(row["detect_s"] - said[0][0])
        assert said[0][1] == 150
    check(lateness)


def test_note_24_the_mute_second_master():
    """One advert of n2, n1's next one an interval later, both nodes' bursts, and n2 is mute."""
    for row in rows("ka2-mismatch-int")[:5]:
        late = row["start_s"]["n2"]
        faults = [{"kill": "n2", "at": "0s"}, {"restart": "n2", "at": f"{late}s"}]
        trace = vs.run(scenario(row, *faults, start="cold"), seed=1)
        of = {node: times(sent(trace, "advert", node, 0)) for node in ("n1", "n2")}
        recorded = {node: times(row["adverts"][node]) for node in ("n1", "n2")}
        (only,), (also,) = of["n2"], recorded["n2"]
        assert 0 < also - only < 0.1  # the start of the process
        following = [min(time for time in one["n1"] if time > one["n2"][0]) for one in (of, recorded)]
        check([(following[1] - also) - (following[0] - only)])
        for node in ("n1", "n2"):
            said, heard = times(sent(trace, "announce", node, 0)), row["garps_by_node"][node]
            assert len(said) == len(heard) == 10
            check([(b - heard[0]) - (a - said[0]) for a, b in zip(said, heard, strict=True)])


@pytest.mark.parametrize("experiment, at", [("ka2-start-owner255", 0.0), ("ka2-start-MB", 3.4140625)])
def test_note_4_a_cold_start(experiment, at):
    for row in rows(experiment)[:5]:
        trace = vs.run(scenario(row, start="cold"), seed=1)
        first = sent(trace, "advert", "n1", 0)[0][0]
        assert first == pytest.approx(at)
        assert 0 < row["first_advert_s"] - first < 0.1  # the start of the process


def test_note_1_the_heal_is_silent_unless_the_winner_hears_the_loser_first():
    """`ka2-isolate-quiet`: given the ages of both masters' adverts each row comes out as recorded."""
    found = []
    for row in rows("ka2-isolate-quiet:recover"):
        ages = row["advert_age_s"]
        # n2 became master by n1's phase at the fault; the lag of its adverts is what the ages tell.
        wait = row["since_fault_s"]
        phase = (ages["n1"] - wait) % 1
        faults = [{"isolate": "n1", "at": f"{AT}s"}, {"heal": "n1", "at": f"{AT + wait:.6f}s"}]
        row = {**row, "fault": "", "phase_s": phase}
        trace = vs.run(scenario(row, *faults), seed=1)
        begin = AT + wait
        said = [time for time in times(sent(trace, "announce", "n1", begin)) if time < 2]
        recorded = [time for time in row["garps"] if 0 <= time < 2]
        found.append((len(said), len(recorded)))
    assert all(mine == theirs for mine, theirs in found), found
    assert {mine for mine, _ in found} == {0, 5}
