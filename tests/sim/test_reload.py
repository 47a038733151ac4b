"""The fault ``reload``: a rolling change of the configuration, as it was measured and as it is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

import vipsim as vs
from vipsim.errors import ScenarioError
from vipsim.scenario.data import from_data
from vipsim.units import SECOND

AT = 12


def scenario(*faults: dict[str, Any], lateness: str = "none", **changes: Any) -> Any:
    hosts = (("n1", 217), ("n2", 218), ("c1", 10))
    nodes: dict[str, Any] = {
        name: {"interfaces": {"eth0": {"address": f"192.168.1.{last}/24"}}, "lateness": lateness}
        for name, last in hosts
    }
    members = {
        "n1": {"priority": 150, "vips": ["service"], **changes.pop("n1", {})},
        "n2": {"priority": 100, "vips": ["service"], **changes.pop("n2", {})},
    }
    group = {"vrid": 51, "vips": ["service", "second"], "version": 3, "profile": "keepalived"}
    data: dict[str, Any] = {
        "name": "reload",
        "duration": "40s",
        "phase": 0.01,
        "nodes": nodes | {"sw": {"kind": "switch"}},
        "links": [{"ends": [f"{name}.eth0", "sw"], "delay": "10us"} for name, _ in hosts],
        "vips": {"service": "192.168.1.219/24", "second": "192.168.1.220/24"},
        "groups": [{"vrrp": {**group, **changes.pop("group", {}), "members": members}}],
        "clients": {"c1": {"target": "service", "interval": "20ms"}},
        "faults": list(faults),
    }
    return from_data({**data, **changes})


def times(trace: Any, kind: str, node: str) -> list[float]:
    return [
        record.time / SECOND - AT
        for record in trace.select(kind, node)
        if record.time >= (AT + 0.01) * SECOND
    ]


BOTH = "vips=service,second"
ROLLING = (
    {"reload": "n1", "value": BOTH, "at": f"{AT}s"},
    {"reload": "n2", "value": BOTH, "at": f"{AT + 20}s"},
)


@pytest.mark.parametrize(("seed", "phase"), [(1, 0.01), (2, 0.01), (3, 0.4), (4, 0.8)])
def test_the_rolling_change_of_the_address_list(seed, phase):
    """knowledge/keepalived.md section 1: n2 is master 3.611 s after n1's reload; its announcements at 3.6 and
    8.6 s take the clients; of two masters that reject each other one is mute; n2's own reload ends it.

    At whatever phase: the last advert that n2 accepts is the one that n1 sends as it begins to reload.
    """
    trace = vs.run(scenario(*ROLLING, lateness="idle", phase=phase), seed=seed)
    masters = [
        (record.node, record.data["new"], record.time / SECOND - AT) for record in trace.select("state")
    ]
    (taken,) = (at for node, new, at in masters if (node, new) == ("n2", "MASTER"))
    assert taken == pytest.approx(3.611, abs=0.005)
    garps = [at for at in times(trace, "announce", "n2") if at < 19]
    assert len(garps) == 10
    assert garps[0] == pytest.approx(3.61, abs=0.02) and garps[5] == pytest.approx(8.61, abs=0.04)
    answering = [(record.data["by"], record.time / SECOND - AT) for record in trace.select("answered")]
    assert answering[-2][0] == "n2" and answering[-2][1] == pytest.approx(3.62, abs=0.05)
    # One advert a second between them (two when both wake up before they hear the other), where two masters
    # that hear each other would send two.
    both = sorted(at for node in ("n1", "n2") for at in times(trace, "advert", node) if 3.7 < at < 19.9)
    gaps = [later - at for at, later in pairwise(both) if later - at > 0.005]
    assert len(gaps) == 15 and all(0.99 < gap < 1.02 for gap in gaps)
    assert [(node, new) for node, new, at in masters if at > 19] == [("n2", "BACKUP")]
    assert {
        record.data["vip"] for record in trace.select("vip", "n1") if record.data["act"] == "acquire"
    } == {vip for vip in map(type(record_vip(trace)).parse, ("192.168.1.219", "192.168.1.220"))}
    assert not trace.violations


def record_vip(trace: Any) -> Any:
    return next(iter(trace.select("vip"))).data["vip"]


def test_a_reload_without_a_change_is_harmless():
    faults = [{"reload": "n1", "at": f"{AT}.3s"}, {"reload": "n2", "at": f"{AT + 2}s"}]
    trace = vs.run(scenario(*faults, phase=0.3), seed=1)
    assert not trace.failovers and not trace.metrics.clients["c1"].silences
    assert [round(at, 4) for at in times(trace, "advert", "n1")[:4]] == [0.3, 0.3, 1.3, 2.3]
    assert [record.data["act"] for record in trace.select("daemon", "n1")] == ["start", "reload"]


def test_with_a_lower_priority_the_master_is_preempted():
    """keepalived stays MASTER; the backup takes over a master-down time after the last higher advert, which
    is the one that it sends before it reads the file (recorded: reload at 5.8086 s, takeover at 9.4183 s)."""
    trace = vs.run(scenario({"reload": "n1", "value": "priority=90", "at": f"{AT}.5s"}, phase=0.5), seed=1)
    assert [(one.old, one.new) for one in trace.failovers] == [("n1", "n2")]
    assert times(trace, "advert", "n2")[0] == pytest.approx(0.5 + 3.609, abs=0.01)
    assert not trace.metrics.clients["c1"].silences


def test_the_file_stays_as_it_is_for_the_next_start():
    faults = [
        {"reload": "n1", "value": "priority=90", "at": "5s"},
        {"reload": "n1", "value": "garp_master_repeat=2", "at": "6s"},
        {"kill": "n2", "at": "10s"},
        {"restart": "n1", "at": f"{AT}s"},
    ]
    trace = vs.run(scenario(*faults), seed=1)
    assert {
        record.data["priority"] for record in trace.select("advert", "n1") if record.time > 13 * SECOND
    } == {90}
    assert len([at for at in times(trace, "announce", "n1") if at < 4.5]) == 2


def test_a_frozen_daemon_reads_it_when_it_goes_on():
    faults = [
        {"hang": "n2", "at": "5s"},
        {"reload": "n2", "value": "priority=120", "at": "6s"},
        {"cont": "n2", "at": "7s"},
        {"stop": "n1", "at": f"{AT}s"},
    ]
    trace = vs.run(scenario(*faults), seed=1)
    assert {record.data["priority"] for record in trace.select("advert", "n2")} == {120}


@pytest.mark.parametrize(
    "fault, message",
    [
        ({"reload": "n1", "value": "priority=300"}, "1 to 255"),
        ({"reload": "n1", "value": "priority"}, "is no setting"),
        ({"reload": "n1", "value": "prioritty=3"}, "priority|unknown|no key"),
        ({"reload": "n1", "value": "vips=third"}, "third"),
        ({"reload": "n1", "value": "52.priority=90"}, "no virtual router '52'"),
        ({"reload": "c1", "value": "priority=90"}, "runs no failover daemon"),
        ({"reload": "n1", "for": "2s"}, "no way back"),
    ],
)
def test_what_is_refused(fault, message):
    with pytest.raises(ScenarioError, match=message) as error:
        scenario({**fault, "at": f"{AT}s"})
    assert error.value.problems[0].where[:2] == ("faults", 0)
    assert all(problem.message for problem in error.value.problems)


def test_only_keepalived_reloads():
    with pytest.raises(ScenarioError, match="nothing on n1 reads its configuration again"):
        scenario({"reload": "n1", "at": "5s"}, group={"profile": "rfc5798"})


def test_two_that_are_right_alone_and_wrong_together_are_a_note():
    faults = [
        {"reload": "n1", "value": "auth_type=PASS auth_pass=secret", "at": "5s"},
        {"reload": "n1", "value": "version=3", "at": "6s"},
    ]
    trace = vs.run(scenario(*faults, group={"version": 2}), seed=1)
    notes = [record.data["text"] for record in trace.select("note", "n1")]
    assert any("the new configuration is refused" in text for text in notes)
