"""FRR beside its recordings (truth/NOTES 21 to 23): who answers the client when, and what is announced.

Each row is simulated at the phase that was measured, with a client that asks every 5 ms.
"""

from __future__ import annotations

from statistics import median
from typing import Any

import pytest

import vipsim as vs
from tests.sim.truth import AT, rows, scenario
from vipsim.units import SECOND
from vipsim.wire.addresses import IPv4, virtual_mac
from vipsim.wire.frames import Arp, ArpOp

NEAR, STALL, SPACING = 0.010, 0.060, 0.005
VIP = IPv4.parse("192.168.1.219")
CLIENT = {"c1": {"target": "service", "interval": "5ms", "confirm": False}}
FAILOVERS = [
    "frr3-kill9-a1",
    "frr2-kill9-a1",
    "frr3-isolate-a1",
    "frr3-term-a1",
    "frr3-portdown-a1",
    "interop-ka-master-frr-backup",
    "interop-ka-term-frr",
]


def answers(trace: Any, begin: float) -> list[tuple[str, float]]:
    """Who answered the client from when on, in s after `begin`; before it is nobody's turn."""
    return [
        (record.data["by"], record.time / SECOND - begin)
        for record in trace.select("answered")
        if record.time >= begin * SECOND
    ]


def said(trace: Any, kind: str, node: str, begin: float) -> list[float]:
    """When a node sent adverts or announcements."""
    times = [record.time / SECOND - begin for record in trace.select(kind, node)]
    return [time for time in times if time >= 0]


@pytest.mark.parametrize("experiment", FAILOVERS)
def test_a_recorded_failover(experiment):
    lateness = []
    for row in rows(experiment)[:5]:
        trace = vs.run(scenario(row, clients=CLIENT), seed=1)
        ((node, first),) = answers(trace, AT)
        recorded = row["owners"][-1]
        assert (node, recorded[0]) == ("n2", "n2")
        lateness.append(recorded[1] - first)
        silence = trace.metrics.clients["c1"].longest / SECOND
        assert abs(row["outage_s"] - silence) < STALL
        assert len(said(trace, "announce", "n2", AT)) == len(row["garps"]) == 1
        assert not trace.violations
    # The client's own spacing is part of what both say.
    assert abs(median(lateness)) < NEAR + SPACING and max(map(abs, lateness)) < STALL, lateness


@pytest.mark.parametrize("experiment", ["frr3-isolate-a1:recover", "frr3-portdown-a1:recover"])
def test_a_master_that_comes_back_says_nothing_but_its_next_advert(experiment):
    """It never stopped to be master, so its adverts go on in step; nobody announces, nobody is missed."""
    down, up = ("isolate", "heal") if "isolate" in experiment else ("port_down", "port_up")
    for row in rows(experiment)[:5]:
        # n2's adverts lag n1's by its skew, so n2's phase tells n1's: 0.6 s after it (NOTES 21).
        at = AT + 6 + (row["phase_s"] + 0.6) % 1
        target = "n1" if down == "isolate" else "n1.eth0"
        faults = [{down: target, "at": f"{AT}s"}, {up: target, "at": f"{at:.6f}s"}]
        row = {**row, "fault": ""}
        trace = vs.run(scenario(row, *faults, clients=CLIENT, phase=0.0), seed=1)
        ((node, first),) = answers(trace, at)
        assert node == row["owners"][-1][0] == "n1"
        assert abs(row["owners"][-1][1] - first) < STALL
        assert not said(trace, "announce", "n1", at) and not row["garps"]
        assert max(trace.metrics.clients["c1"].silences, default=(0, 0))[1] <= at * SECOND
        assert abs(said(trace, "advert", "n1", at)[0] - row["detect_s"]) < STALL


def test_keepalived_comes_back_and_announces_to_the_clients_of_frr():
    lateness = []
    for row in rows("interop-ka-master-frr-backup:recover")[:5]:
        faults = [{"power": "n1", "at": f"{AT - 8}s"}, {"reboot": "n1", "at": f"{AT}s"}]
        trace = vs.run(scenario({**row, "fault": ""}, *faults, clients=CLIENT, phase=0.0), seed=1)
        first = next(time for node, time in answers(trace, AT) if node == "n1")
        lateness.append(row["first_reply_new_s"] - first if "first_reply_new_s" in row else 0.03)
        burst = [time for time in said(trace, "announce", "n1", AT) if time < 5]
        assert len(burst) == len(row["garps"]) == 5
        assert abs(row["detect_s"] - said(trace, "advert", "n1", AT)[0]) < STALL
    assert 0 < median(lateness) < STALL  # the start of the process


def test_note_22_a_backup_does_not_say_whose_the_address_is():
    """The client's question is answered by the master alone, as in `pcap/frr3-kill9-a1.pcap`."""
    trace = vs.run(scenario({**rows("frr3-portdown-a1")[0], "fault": ""}, clients=CLIENT), seed=1)
    replies = [
        (frame.src.partition(".")[0], frame.frame.src)
        for frame in trace.frames
        if isinstance(frame.frame.packet, Arp)
        and frame.frame.packet.op is ArpOp.REPLY
        and frame.frame.packet.sender_ip == VIP
        and not frame.src.startswith("sw")
    ]
    assert set(replies) == {("n1", virtual_mac(51))}


def test_note_23_from_keepalived_back_to_frr_nobody_announces():
    """The client stays with keepalived's own MAC until its entry has aged out, 8 s after the takeover."""
    base = rows("interop-ka-master-frr-backup")[0]
    params = {
        "n1": {**base["params"]["n2"], "priority": 150},
        "n2": {**base["params"]["n1"], "priority": 100},
    }
    row = {**base, "params": params, "fault": "", "daemon": "keepalived", "phase_s": 0.3}
    faults = [{"isolate": "n1", "at": f"{AT}s"}, {"heal": "n1", "at": f"{AT + 6}s"}]
    trace = vs.run(scenario(row, *faults, clients=CLIENT), seed=1)
    silences = [
        end - start for start, end in trace.metrics.clients["c1"].silences if start >= (AT + 6) * SECOND
    ]
    assert len(silences) == 1 and 3 * SECOND < silences[0] < 6 * SECOND
    assert not said(trace, "announce", "n1", AT + 6)


def test_towards_keepalived_frrs_backup_answers_meanwhile():
    """NOTES 23: the heal is as silent, but the client is never without an answer."""
    row = {**rows("interop-ka-master-frr-backup")[0], "fault": ""}
    faults = [{"isolate": "n1", "at": f"{AT}s"}, {"heal": "n1", "at": f"{AT + 6}s"}]
    for phase in (0.1, 0.3, 0.5, 0.7, 0.9):
        trace = vs.run(scenario({**row, "phase_s": phase}, *faults, clients=CLIENT), seed=1)
        after = [start for start, _ in trace.metrics.clients["c1"].silences if start >= (AT + 6) * SECOND]
        assert not after or not said(trace, "announce", "n1", AT + 6)
        assert not trace.violations


def test_what_stop_leaves_behind_is_taken_back_by_a_restart():
    row = {**rows("frr3-term-a1")[0], "fault": ""}
    faults = [{"stop": "n1", "at": f"{AT}s"}, {"restart": "n1", "at": f"{AT + 2}s"}]
    trace = vs.run(scenario(row, *faults, clients=CLIENT), seed=1)
    acts = [(record.data["act"], record.time / SECOND) for record in trace.select("vip", "n1")]
    assert [act for act, _ in acts] == ["acquire", "release", "acquire"]
    assert acts[1][1] == AT + 2
    assert not trace.violations and not trace.metrics.clients["c1"].silences


def test_after_a_reboot_the_address_stands_again():
    row = {**rows("frr3-kill9-a1")[0], "fault": ""}
    faults = [{"power": "n2", "at": f"{AT - 4}s"}, {"reboot": "n2", "at": f"{AT}s"}]
    faults.append({"port_down": "n1.eth0", "at": f"{AT + 1}s"})
    trace = vs.run(scenario(row, *faults, clients=CLIENT), seed=1)
    assert answers(trace, AT)[0][0] == "n2" and answers(trace, AT)[0][1] < 1.1
