"""A wrong configuration is told as such, and a broken model still as a violation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import vipsim as vs
from tests.sim.test_reload import BOTH, scenario
from tests.trace.stories import HEADER, S, fault, play, settled, vip
from vipsim.trace.agreement import disagreement
from vipsim.trace.formatting import report


def trace_of(group: dict[str, Any], n1: dict[str, Any], n2: dict[str, Any], *faults: dict[str, Any]) -> Any:
    return vs.run(scenario(*faults, group=group, n1=n1, n2=n2, start="cold"), seed=1)


MISMATCHES = [
    ({"version": 2}, {}, {"keepalived": {"advert_int": "2s"}}, "advert_int"),
    ({"version": 2}, {"keepalived": {"auth_type": "PASS", "auth_pass": "one"}}, {}, "auth_type, auth_pass"),
    ({}, {"vips": ["service", "second"]}, {}, "vips"),
    ({}, {"version": 2}, {}, "version"),
    ({}, {"profile": "rfc9568"}, {}, "profile"),
    ({}, {"keepalived": {"unicast_peer": ["n2"]}}, {}, "unicast_peer"),
]


@pytest.mark.parametrize("group, n1, n2, names", MISMATCHES, ids=[names for *_, names in MISMATCHES])
def test_two_masters_that_were_told_different_things(group, n1, n2, names):
    trace = trace_of(group, n1, n2)
    assert trace.violations == []
    assert trace.misconfigured
    for found in trace.misconfigured:
        assert found.rule == "misconfigured" and f"vrrp 51 differs in {names}" in found.text
        assert "n1 and n2" in found.text
    assert trace.to_json_document()["misconfigured"] == [found.text for found in trace.misconfigured]
    assert "MISCONFIGURED n1 and n2" in report(trace)


@pytest.mark.parametrize(
    "group, n1, n2",
    [
        ({}, {}, {}),
        ({}, {"profile": "frr"}, {}),
        ({}, {"keepalived": {"advert_int": "2s"}}, {}),
        ({"version": 2}, {"keepalived": {"advert_int": "1s"}}, {}),
    ],
)
def test_members_that_hear_each_other(group, n1, n2):
    trace = trace_of(group, n1, n2)
    assert trace.violations == [] and trace.misconfigured == []


def test_a_reload_of_one_list_only():
    trace = vs.run(scenario({"reload": "n1", "value": BOTH, "at": "12s"}), seed=1)
    assert trace.violations == []
    (found,) = trace.misconfigured
    assert "n1 was told vips=service,second" in found.text


def test_what_two_masters_of_one_mind_do_is_still_a_violation():
    trace = play([*settled(), vip(2 * S, "db2", "acquire")])
    assert [found.rule for found in trace.violations] == ["one-owner"]
    assert trace.misconfigured == []


def test_an_open_fault_excuses_both():
    trace = play([*settled(), fault(S, "isolate", "db1"), vip(2 * S, "db2", "acquire")])
    assert trace.violations == trace.misconfigured == []


def pair_of(**changes: Any) -> Any:
    """Two groups of one member each that move one address, as two files with different router ids do."""
    made = scenario(start="settled")
    (group,) = made.groups
    alone = tuple(replace(group, members=(member,), title="") for member in group.members)
    return made.with_(groups=(alone[0], replace(alone[1], **changes)))


def test_one_address_of_two_virtual_routers():
    trace = vs.run(pair_of(vrid=52), seed=1)
    assert trace.violations == []
    found = trace.misconfigured[0]
    assert "n1 and n2 all answer for" in found.text
    assert "vrrp 51 (n1, virtual_router_id 51) and vrrp 52 (n2, virtual_router_id 52) both move" in found.text


THREE = {"n1": ["n2"], "n2": ["n1"], "n3": ["n1", "n2"]}
"""Unicast peers of which two have forgotten the third."""


def test_peer_lists_that_leave_a_member_out():
    names = disagreement({"members": {n: {"keepalived": {"unicast_peer": p}} for n, p in THREE.items()}})
    assert names == ("unicast_peer",)
    whole = {"n1": ["n2", "n3"], "n2": ["n1", "n3"], "n3": ["n1", "n2"]}
    assert not disagreement({"members": {n: {"keepalived": {"unicast_peer": p}} for n, p in whole.items()}})


def test_a_password_means_nothing_in_version_3():
    members = {"n1": {"keepalived": {"auth_pass": "one"}}, "n2": {}}
    assert disagreement({"version": 2, "members": members}) == ("auth_pass",)
    assert disagreement({"version": 3, "members": members}) == ()


STRANGE = [{}, {"members": 3}, {"members": {"n1": 4, "n2": None}}, {"members": {"n1": {"vips": 7}}}]


@pytest.mark.parametrize("strange", STRANGE)
def test_a_header_that_somebody_edited(strange):
    assert isinstance(disagreement(strange), tuple)
    assert HEADER
