"""keepalived's keywords in a scenario: read, written, checked, and handed to the machine."""

from __future__ import annotations

from typing import Any

import pytest

import vipsim as vs
from vipsim.errors import ScenarioError
from vipsim.machines.vrrp.keywords import Keywords, TrackInterface
from vipsim.scenario.assemble import settings_for
from vipsim.scenario.data import from_data, to_data
from vipsim.units import MS, s
from vipsim.wire.addresses import IPv4


def data(group: dict[str, Any] | None = None, db1: dict[str, Any] | None = None, **more: Any) -> Any:
    found = to_data(vs.pair(version=more.pop("version", 2)))
    vrrp = found["groups"][0]["vrrp"]
    vrrp |= {"profile": "keepalived", **more}
    if group is not None:
        vrrp["keepalived"] = group
    if db1 is not None:
        vrrp["members"]["db1"]["keepalived"] = db1
    return found


def keywords(scenario: Any, node: str) -> Any:
    return settings_for(scenario, scenario.groups[0], node)


def test_a_members_keywords_win_over_the_groups():
    made = from_data(
        data(
            {"garp_master_repeat": 3, "garp_master_delay": "1s", "unicast_peer": ["db1", "db2"]},
            {"garp_master_repeat": 4, "advert_int": "2s", "track_interface": {"bond0": {"weight": -10}}},
        )
    )
    one, two = keywords(made, "db1"), keywords(made, "db2")
    assert one.keywords == Keywords(
        garp_master_repeat=4,
        garp_master_delay=s(1),
        unicast_peer=(IPv4.parse("192.168.1.218"),),
        track_interface=(TrackInterface("bond0", -10),),
    )
    assert (one.interval, two.interval) == (s(2), s(1))
    assert two.keywords.garp_master_repeat == 3
    assert two.keywords.unicast_peer == (IPv4.parse("192.168.1.217"),)


def test_what_is_written_comes_back_and_nothing_else():
    written = {
        "state": "MASTER",
        "preempt_delay": "5s",
        "vrrp_garp_interval": "100ms",
        "unicast_peer": ["db2"],
    }
    tracked = {
        "track_interface": {"bond0": {}},
        "track_script": {"chk": {"weight": -60, "fall": 3, "interval": "2s", "timeout": "1s"}, "plain": {}},
        "lower_prio_no_advert": True,
    }
    made = from_data(data(tracked, written))
    vrrp = to_data(made)["groups"][0]["vrrp"]
    assert vrrp["keepalived"] == tracked
    assert vrrp["members"]["db1"]["keepalived"] == written
    assert "keepalived" not in vrrp["members"]["db2"]
    assert from_data(to_data(made)) == made
    assert "keepalived" not in to_data(vs.pair())["groups"][0]["vrrp"]


def test_a_keyword_can_be_set_from_outside():
    made = from_data(data()).with_setting("vrrp.keepalived.garp_master_delay", "250ms")
    assert keywords(made, "db2").keywords.garp_master_delay == 250 * MS


def test_version_2_takes_a_fraction_and_rounds_it():
    made = from_data(data(advert_interval="300ms"))
    assert keywords(made, "db1").interval == s(1)
    with pytest.raises(ScenarioError, match="whole seconds"):
        from_data(data(advert_interval="300ms", profile="rfc3768"))


@pytest.mark.parametrize(
    "group, db1, message",
    [
        ({"unicast_peer": ["db9"]}, None, "there is no node 'db9'"),
        (None, {"unicast_peer": ["db1"]}, "db1 has no unicast peer but itself"),
        (None, {"track_interface": {"bond9": {}}}, "db1 has no interface 'bond9'"),
        ({"vrrp_strict": True}, {"state": "MASTER"}, "vrrp_strict refuses state MASTER"),
        ({"auth_type": "PASS"}, None, "write both or none"),
        ({"garp_master_repeet": 1}, None, "garp_master_repeat"),
        (None, {"advert_int": "300s"}, "whole seconds 1s to 255s"),
        ({"state": "FAULT"}, None, "not one of MASTER, BACKUP"),
    ],
)
def test_what_is_refused(group, db1, message):
    with pytest.raises(ScenarioError) as failed:
        from_data(data(group, db1))
    assert message in str(failed.value)


def test_keywords_need_the_profile():
    with pytest.raises(ScenarioError, match="profile rfc3768 knows no keywords of keepalived"):
        from_data(data({"vrrp_min_garp": True}, profile="rfc3768"))


def test_frr_reads_no_keywords():
    made = from_data(data(profile="frr", version=3))
    assert keywords(made, "db1").keywords is None


def test_members_may_disagree():
    plain = data()
    plain["vips"]["other"] = "192.168.1.220/24"
    vrrp = plain["groups"][0]["vrrp"]
    vrrp |= {"name": "web", "vips": ["service", "other"]}
    vrrp["members"]["db2"] |= {"vips": ["other"], "version": 3, "virtual_mac": True}
    made = from_data(plain)
    assert from_data(to_data(made)) == made
    one, two = keywords(made, "db1"), keywords(made, "db2")
    assert (one.name, two.name) == ("web", "web")
    assert (one.version, two.version) == (2, 3)
    assert (one.virtual_mac, str(two.virtual_mac)) == (None, "00:00:5E:00:01:33")
    assert [str(vip) for vip, _ in one.vips] == ["192.168.1.219", "192.168.1.220"]
    assert [str(vip) for vip, _ in two.vips] == ["192.168.1.220"]


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ({"vips": ["othr"]}, "'othr' is no VIP of vrrp 51"),
        ({"version": 4}, "4"),
        ({"version": 3, "keepalived": {"auth_type": "PASS", "auth_pass": "x"}}, "version 3 has no auth"),
    ],
)
def test_a_members_own_settings_are_judged(member: dict[str, Any], says: str):
    plain = data()
    plain["groups"][0]["vrrp"]["members"]["db2"] |= member
    with pytest.raises(ScenarioError, match=says):
        from_data(plain)


def test_a_vrid_is_used_once_on_an_interface():
    plain = data()
    second = {"vrrp": {**plain["groups"][0]["vrrp"], "name": "second", "vips": ["other"]}}
    plain["vips"]["other"] = "192.168.1.220/24"
    plain["groups"].append(second)
    with pytest.raises(ScenarioError, match="vrid 51 is used by vrrp 51 on db1 bond0 already"):
        from_data(plain)
