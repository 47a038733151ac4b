"""Sync groups: two sides of a pair of routers, held together by keepalived (knowledge 2.1, 2.4)."""

from __future__ import annotations

from typing import Any

import pytest

import vipsim as vs
from vipsim.errors import ScenarioError
from vipsim.scenario.data import digest, from_data, to_data
from vipsim.units import SECOND

AT = 12
DOWN = 3.609375
SYNC = {"gateway": {"groups": [51, 52]}}


def scenario(*faults: dict[str, Any], **changes: Any) -> Any:
    """r1 and r2 have an inside (vrid 51) and an outside (vrid 52), each a switch of its own."""
    nodes: dict[str, Any] = {
        name: {
            "interfaces": {
                "eth0": {"address": f"192.168.1.{last}/24"},
                "eth1": {"address": f"10.0.0.{last}/24"},
            }
        }
        for name, last in (("r1", 217), ("r2", 218))
    }
    own: dict[str, Any] = changes.pop("own", {})
    groups = [
        {
            "vrrp": {
                "vrid": vrid,
                "vips": [vip],
                "profile": "keepalived",
                "members": {
                    "r1": {"iface": iface, "priority": 150, **own.get((vrid, "r1"), {})},
                    "r2": {"iface": iface, "priority": 100, **own.get((vrid, "r2"), {})},
                },
            }
        }
        for vrid, vip, iface in ((51, "inside", "eth0"), (52, "outside", "eth1"))
    ]
    data: dict[str, Any] = {
        "name": "synced",
        "duration": "40s",
        "phase": 0.5,
        "nodes": {
            **nodes,
            "c1": {"interfaces": {"eth0": {"address": "192.168.1.10/24"}}},
            "sw": {"kind": "switch"},
            "out": {"kind": "switch"},
        },
        "links": [
            *({"ends": [f"{name}.eth0", "sw"], "delay": "10us"} for name in ("r1", "r2", "c1")),
            *({"ends": [f"{name}.eth1", "out"], "delay": "10us"} for name in ("r1", "r2")),
        ],
        "vips": {"inside": "192.168.1.219/24", "outside": "10.0.0.219/24"},
        "groups": groups,
        "sync_groups": SYNC,
        "clients": {"c1": {"target": "inside", "interval": "20ms"}},
        "faults": list(faults),
    }
    return from_data({**data, **changes})


def states(trace: Any, node: str) -> list[tuple[str, str, float]]:
    """(virtual router, new state, seconds after the fault) of a node, without where it began."""
    return [
        (record.data["machine"][-2:], record.data["new"], round(record.time / SECOND - AT, 3))
        for record in trace.select("state", node)
        if record.data["why"] != "settled"
    ]


def goodbyes(trace: Any, node: str) -> list[tuple[str, str]]:
    return [
        (record.data["machine"][-2:], record.data["iface"])
        for record in trace.select("advert", node)
        if record.data["priority"] == 0
    ]


def test_one_fault_is_a_fault_of_all_and_the_other_side_says_goodbye():
    """r1 loses eth1: 52 cannot say anything, 51 says goodbye; r2 takes over only when 52's own time is up.

    Until then nobody has the inside address: it was given up, and r2's 51 only wants to be master.
    """
    trace = vs.run(scenario({"link_down": "r1.eth1", "at": f"{AT}s"}), seed=1)
    assert states(trace, "r1") == [("52", "FAULT", 0.0), ("51", "FAULT", 0.0)]
    assert goodbyes(trace, "r1") == [("51", "eth0")]
    taken = round(DOWN - 0.5, 3)
    assert states(trace, "r2") == [("52", "MASTER", taken), ("51", "MASTER", taken)]
    assert taken - 0.1 < trace.metrics.clients["c1"].longest / SECOND < taken + 0.1
    assert not trace.violations


def test_without_the_group_the_other_side_stays():
    trace = vs.run(scenario({"link_down": "r1.eth1", "at": f"{AT}s"}, sync_groups={}), seed=1)
    assert states(trace, "r1") == [("52", "FAULT", 0.0)]
    assert not trace.metrics.clients["c1"].silences


def test_they_come_back_together_as_backups_and_preempt_together():
    faults = [{"link_down": "r1.eth1", "at": f"{AT - 6}s"}, {"link_up": "r1.eth1", "at": f"{AT}s"}]
    trace = vs.run(scenario(*faults), seed=1)
    back = [one for one in states(trace, "r1") if one[2] >= 0]
    assert back[:2] == [("52", "BACKUP", 0.0), ("51", "BACKUP", 0.0)]
    assert {(router, new) for router, new, _ in back[2:]} == {("51", "MASTER"), ("52", "MASTER")}
    assert {at for _, _, at in back[2:]} == {3.414}
    assert [new for _, new, at in states(trace, "r2") if at >= 3] == ["BACKUP", "BACKUP"]


def test_one_that_hears_a_better_master_backs_all():
    """Only the outside is cut: r2 becomes master there alone? No: it wants to, and r1's inside holds it."""
    faults = [{"drop": "out>r2", "value": "advert", "at": f"{AT}s"}, {"heal": "out>r2", "at": f"{AT + 9}s"}]
    trace = vs.run(scenario(*faults), seed=1)
    assert states(trace, "r2") == []
    apart = vs.run(scenario(*faults, sync_groups={}), seed=1)
    assert [one[:2] for one in states(apart, "r2")] == [("52", "MASTER"), ("52", "BACKUP")]


def test_a_crash_is_taken_over_when_the_last_time_is_up():
    trace = vs.run(scenario({"crash": "r1", "at": f"{AT}s"}, own={(52, "r2"): {"priority": 50}}), seed=1)
    late = round(3 + 206 / 256 - 0.5, 3)
    assert sorted(states(trace, "r2")) == [("51", "MASTER", late), ("52", "MASTER", late)]


def test_a_step_down_takes_the_others_along():
    """After a split of one side r2 is master of all; what it hears on one side ends it on both."""
    faults = [{"isolate": "r1", "at": f"{AT}s"}, {"heal": "r1", "at": f"{AT + 8}s"}]
    trace = vs.run(scenario(*faults), seed=1)
    masters = [one for one in states(trace, "r2") if one[1] == "MASTER"]
    backups = [one for one in states(trace, "r2") if one[1] == "BACKUP"]
    assert len(masters) == len(backups) == 2
    assert backups[0][2] == backups[1][2]
    assert not trace.violations


def test_the_announcements_to_a_rival_are_for_all_and_the_advert_for_one():
    faults = [{"drop": "out>r1", "value": "advert", "at": "3s"}]
    faults += [
        {"drop": "out>r2", "value": "advert", "at": "3s"},
        {"drop": "sw>r2", "value": "advert", "at": "3s"},
    ]
    trace = vs.run(scenario(*faults), seed=1)
    rival = next(record for record in trace.select("advert", "r2"))
    begin = rival.time
    soon = [
        record.data["iface"]
        for record in trace.select("announce", "r1")
        if begin <= record.time < begin + SECOND // 10
    ]
    assert soon.count("eth0") == soon.count("eth1") == 5


def test_a_cold_start_of_owners_that_do_not_all_want_to_is_as_backup():
    owners = {(51, "r1"): {"priority": 255}, (52, "r1"): {"priority": 255}}
    first = min(
        at
        for _, new, at in states(vs.run(scenario(start="cold", own=owners), seed=1), "r1")
        if new == "MASTER"
    )
    assert first == -AT
    owners[52, "r1"] = {"priority": 255, "keepalived": {"state": "BACKUP"}}
    trace = vs.run(scenario(start="cold", own=owners), seed=1)
    assert {at for _, new, at in states(trace, "r1") if new == "MASTER"} == {round(3 + 1 / 256 - AT, 3)}


def test_weights_of_members_do_not_count_unless_the_group_says_so():
    """Without the word an interface's weight becomes a FAULT (keepalived 2.2.7, measured)."""
    tracks = {(51, "r1"): {"keepalived": {"track_interface": {"eth1": {"weight": -60}}}}}
    fault = {"link_down": "r1.eth1", "at": f"{AT}s"}
    weighed = {"gateway": {"groups": [51, 52], "sync_group_tracking_weight": True}}
    own = {**tracks, (52, "r1"): {"keepalived": {"dont_track_primary": True}}}
    plain = vs.run(scenario(fault, own=own), seed=1)
    assert ("51", "FAULT", 0.0) in states(plain, "r1")
    counted = vs.run(scenario(fault, own=own, sync_groups=weighed), seed=1)
    assert ("51", "FAULT", 0.0) not in states(counted, "r1")
    assert {
        r.data["priority"]
        for r in counted.select("advert", "r1")
        if r.time > 13 * SECOND and r.data["iface"] == "eth0"
    } == {90}


def test_stop_says_goodbye_for_all_and_hands_over_at_once():
    trace = vs.run(scenario({"stop": "r1", "at": f"{AT}s"}), seed=1)
    assert goodbyes(trace, "r1") == [("51", "eth0"), ("52", "eth1")]
    assert {at for _, _, at in states(trace, "r2")} == {0.609}


def test_a_slow_host_does_it_as_well():
    data = to_data(scenario({"link_down": "r1.eth1", "at": f"{AT}s"}))
    for name in ("r1", "r2"):
        data["nodes"][name]["lateness"] = "busy"
    trace = vs.run(from_data(data), seed=1)
    assert [one[:2] for one in states(trace, "r1")] == [("52", "FAULT"), ("51", "FAULT")]
    assert {one[:2] for one in states(trace, "r2")} == {("52", "MASTER"), ("51", "MASTER")}


def test_there_and_back_and_a_scenario_without_one_is_the_same_as_before():
    made = scenario()
    assert from_data(to_data(made)) == made
    assert "sync_groups" not in to_data(scenario(sync_groups={}))
    assert digest(made) != digest(scenario(sync_groups={}))


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"sync_groups": {"g": {"groups": [51, 53]}}}, "no virtual router 'vrrp 53'"),
        ({"sync_groups": {"g": {"groups": [51, 51]}}}, "needs no sync group"),
        ({"sync_groups": {"g": {"groups": [51, 52], "nodes": ["c1"]}}}, "c1 is no member of vrrp 51"),
        ({"sync_groups": {**SYNC, "h": {"groups": [52, 51]}}}, "is in the sync group gateway already"),
        ({"own": {(52, "r2"): {"priority": 200}}}, "r1 and r2 lead them"),
        ({"own": {(52, "r2"): {"profile": "rfc3768"}}}, "is not keepalived's on r2"),
    ],
)
def test_what_is_refused(changes, message):
    with pytest.raises(ScenarioError, match=message) as error:
        scenario(**changes)
    assert all(problem.where[0] == "sync_groups" and problem.hint for problem in error.value.problems)
