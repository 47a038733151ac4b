"""CARP groups in scenarios: read, written, changed by path, judged."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vipsim.errors import ScenarioError
from vipsim.machines.carp import CarpMachine
from vipsim.resources import scenario_path
from vipsim.scenario.assemble import carp_settings, machine_for
from vipsim.scenario.check import check
from vipsim.scenario.data import digest, from_data, to_data
from vipsim.scenario.doctor import doctor
from vipsim.scenario.model import CarpGroup, CarpMember
from vipsim.scenario.paths import set_path, set_paths
from vipsim.scenario.reader import read_scenario
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import IPv4, virtual_mac

PAIR = read_scenario(scenario_path("ucarp-pair"))
GROUP = PAIR.groups[0]
assert isinstance(GROUP, CarpGroup)
octets = st.integers(0, 255)


@st.composite
def members(draw: st.DrawFn, node: str) -> CarpMember:
    return CarpMember(
        node,
        "bond0",
        advbase=draw(st.integers(1, 254)),
        advskew=draw(octets),
        ratio=draw(st.integers(1, 9)),
        preempt=draw(st.booleans()),
        shutdown=draw(st.booleans()),
        neutral=draw(st.booleans()),
        ignore_carrier=draw(st.booleans()),
        password=draw(st.sampled_from(["", "own"])),
        started=draw(st.none() | st.integers(0, SECOND)),
    )


@given(members("db1"), members("db2"), st.integers(1, 255), st.sampled_from(["vipsim", "x"]))
def test_there_and_back(one, other, vhid, password):
    group = CarpGroup(vhid, ("service",), (one, other), password=password)
    scenario = PAIR.with_(groups=(group,))
    assert from_data(to_data(scenario)) == scenario
    assert digest(from_data(to_data(scenario))) == digest(scenario)
    assert from_data(to_data(scenario, resolved=False)) == scenario


def test_defaults_are_ucarps():
    assert (GROUP.profile, GROUP.name) == ("ucarp", "carp 51")
    assert GROUP.members[1] == CarpMember("db2", "bond0", advskew=100)


def test_a_machine_is_told_what_the_scenario_says():
    changed = set_paths(PAIR, {"carp.members.db2.ratio": "5", "carp.members.db2.password": "own"})
    settings = carp_settings(changed, changed.groups[0], "db2")
    assert (settings.ratio, settings.password, str(settings.address)) == (5, "own", "192.168.1.218")
    assert carp_settings(changed, changed.groups[0], "db1").password == "vipsim"
    machine = machine_for(changed, changed.groups[0], "db2")
    assert isinstance(machine, CarpMachine)
    assert machine.part == "carp 51"
    kernel = set_path(PAIR, "carp.profile", "freebsd")
    assert carp_settings(kernel, kernel.groups[0], "db1").virtual_mac == virtual_mac(51)


def test_settings_by_path():
    changed = set_path(PAIR, "carp.members.*.advbase", "2")
    assert [member.advbase for member in changed.groups[0].members] == [2, 2]
    assert set_path(PAIR, "carp.members.db2.started", "300ms").groups[0].members[1].started == 300 * MS
    with pytest.raises(ScenarioError, match="no vrrp group"):
        set_path(PAIR, "vrrp.vrid", "3")
    with pytest.raises(ScenarioError, match="advskew"):
        set_path(PAIR, "carp.members.db1.skew", "3")


def problems(**changes: object) -> list[str]:
    return [problem.message for problem in check(replace(PAIR, groups=(replace(GROUP, **changes),)))]


def member(**changes: object) -> dict[str, object]:
    return {"members": (GROUP.members[0], replace(GROUP.members[1], **changes))}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vhid": 0}, "the vhid 0 is out of range"),
        ({"profile": "linux"}, "no CARP profile is called 'linux'"),
        ({"members": ()}, "carp 51 has no members"),
        ({"password": "x" * 20}, "the password must have 1 to 19 octets"),
        (member(advbase=0, advskew=0), "advbase and advskew are both 0"),
        (member(advbase=999), "advbase must be 0 to 255, not 999"),
        (member(demotion=3), "profile ucarp has no demotion"),
        (member(started=-1), "a daemon is launched at 0s or later"),
        (member(iface="eth7"), "eth7"),
        ({"profile": "freebsd", **member(shutdown=True)}, "shutdown is an option of ucarp"),
        ({"profile": "openbsd", **member(ratio=4)}, "fixed ratio of 3"),
    ],
)
def test_what_is_wrong_is_found(changes, message):
    assert any(message in problem for problem in problems(**changes)), problems(**changes)


def test_ucarp_has_one_address():
    other = replace(PAIR.vips[0], name="other", address=IPv4.parse("192.168.1.220"))
    vips, group = (*PAIR.vips, other), replace(GROUP, vips=("service", "other"))
    found = check(replace(PAIR, vips=vips, groups=(group,)))
    assert [one.message for one in found] == ["ucarp has one address"]
    kernel = replace(group, profile="openbsd")
    assert check(replace(PAIR, vips=vips, groups=(kernel,))) == []


def test_the_doctor_sees_equal_members():
    equal = PAIR.with_(groups=(replace(GROUP, members=tuple(replace(m, advskew=0) for m in GROUP.members)),))
    assert "equal-priorities" in {finding.kind for finding in doctor(equal)}
    assert "equal-priorities" not in {finding.kind for finding in doctor(PAIR)}
