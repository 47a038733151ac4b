"""Nodes of a scenario become files that the real keepalived takes, and that mean the same when read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

import vipsim as vs
from tests.scenario.keepalived.daemon import judge
from tests.scenario.keepalived.test_network import instance
from vipsim.errors import ScenarioError
from vipsim.machines.vrrp.keywords import Keywords
from vipsim.machines.vrrp.rules import VrrpSettings
from vipsim.resources import scenario_names, scenario_path
from vipsim.scenario.assemble import vrrp_settings
from vipsim.scenario.data import from_data, to_data
from vipsim.scenario.keepalived import read_keepalived
from vipsim.scenario.keepalived.files import instance_name, node_names_of, write_node
from vipsim.scenario.keepalived.lint import lint
from vipsim.scenario.keepalived.network import from_keepalived
from vipsim.scenario.model import Scenario, VrrpGroup
from vipsim.wire.addresses import NO_MAC

GALLERY = [
    (name, node) for name in scenario_names() for node in node_names_of(vs.read_scenario(scenario_path(name)))
]


@pytest.mark.parametrize(("name", "node"), GALLERY)
def test_keepalived_takes_the_nodes_of_the_gallery(name: str, node: str, tmp_path: Path) -> None:
    path = tmp_path / f"{node}.conf"
    text = write_node(vs.read_scenario(scenario_path(name)), node)
    # The scenario's interfaces are not those of this machine: with this word they need not be there.
    path.write_text(text.replace("global_defs {", "global_defs {\n    dynamic_interfaces"))
    verdict = judge(path)
    # A scenario whose point is this mistake keeps it, and the daemon says what it makes of it.
    mistaken = "nopreempt will not work with initial state MASTER" in verdict.said
    assert mistaken == ((name, node) == ("nopreempt-ignored", "db1"))
    assert (verdict.code, verdict.unknown) == (5 if mistaken else 0, set()), verdict.said


def test_a_mistake_of_a_scenario_is_written_and_found_again() -> None:
    text = write_node(vs.read_scenario(scenario_path("nopreempt-ignored")), "db1")
    assert "    state MASTER\n" in text
    assert "    nopreempt\n" in text
    assert "nopreempt-master" in [one.rule for one in lint({"db1": read_keepalived(text, node="db1")})]


def there_and_back(scenario: Scenario) -> Scenario:
    """The scenario of the files of a scenario's nodes."""
    texts = {node: write_node(scenario, node) for node in node_names_of(scenario)}
    return from_keepalived({node: read_keepalived(text, node=node) for node, text in texts.items()}).scenario


def meant(scenario: Scenario) -> dict[tuple[str, str], VrrpSettings]:
    """What each router runs with, without names and MAC addresses, which no file tells."""
    found = {}
    for group in scenario.groups:
        assert isinstance(group, VrrpGroup)
        for member in group.members:
            one = vrrp_settings(scenario, group, member.node)
            homes = {vip: (one.home(vip)[0], NO_MAC) for vip, _ in one.vips if one.home(vip)[0] != one.iface}
            found[member.node, instance_name(group)] = replace(
                one,
                name="",
                # nopreempt does nothing with state MASTER
                preempt=one.preempt or one.keywords_in_force().state == "MASTER",
                mac=NO_MAC,
                homes=homes,
                keywords=_meant(one),
            )
    return found


def _meant(one: VrrpSettings) -> Keywords:
    words = one.keywords_in_force()
    checks = words.check_unicast_src and bool(words.unicast_peer)
    # Ways to say the same: bursts, a state that only priority 255 heeds, limits that nobody looks at.
    return replace(
        words,
        accept=words.accepts(one.version, one.priority),
        min_ttl=words.min_ttl if checks else 0,
        max_ttl=words.max_ttl if checks else 255,
        vrrp_min_garp=False,
        state=words.state if one.priority == 255 else "",
        auth_pass=words.auth_pass[:8],
        garp_lower_prio_repeat=words.lower_prio_repeat,
        garp_lower_prio_delay=words.lower_prio_delay,
    )


@pytest.mark.parametrize("name", sorted({name for name, _ in GALLERY}))
def test_the_gallery_comes_back(name: str) -> None:
    scenario = vs.read_scenario(scenario_path(name))
    groups = [group for group in scenario.groups if isinstance(group, VrrpGroup)]
    if any(group.profile != "keepalived" for group in groups):
        scenario = scenario.with_setting("vrrp.profile", "keepalived")
    if len(groups) == len(scenario.groups):
        assert meant(there_and_back(scenario)) == meant(scenario)


SECONDS = st.integers(0, 100).map(lambda number: f"{number}s")
TRACK = {"weight": st.integers(-253, 253), "reverse": st.booleans()}
SCRIPT = {
    **TRACK,
    "rise": st.integers(1, 9),
    "fall": st.integers(1, 9),
    "init_fail": st.booleans(),
    "interval": st.integers(1, 9).map(lambda number: f"{number}s"),
    "timeout": st.integers(0, 9).map(lambda number: f"{number}s"),
}
PROCESS = {
    **TRACK,
    "quorum": st.integers(1, 9),
    "quorum_max": st.integers(9, 20),
    "delay": st.sampled_from(["250ms", "2s"]),
}
KEYWORDS: dict[str, st.SearchStrategy[Any]] = {
    "down_timer_adverts": st.integers(1, 100),
    "preempt_delay": SECONDS,
    "higher_prio_send_advert": st.booleans(),
    "lower_prio_no_advert": st.booleans(),
    "garp_master_repeat": st.integers(1, 50),
    "garp_master_delay": SECONDS,
    "garp_master_refresh": SECONDS,
    "garp_master_refresh_repeat": st.integers(1, 50),
    "garp_lower_prio_repeat": st.integers(0, 50),
    "garp_lower_prio_delay": SECONDS,
    "vrrp_garp_interval": st.sampled_from(["0s", "1ms", "250ms", "3s"]),
    "vrrp_min_garp": st.booleans(),
    "vrrp_startup_delay": st.sampled_from(["0s", "1500ms", "40s"]),
    "skip_check_adv_addr": st.booleans(),
    "accept": st.booleans(),
    "min_ttl": st.integers(1, 9),
    "max_ttl": st.integers(9, 255),
    "check_unicast_src": st.booleans(),
    "vmac_xmit_base": st.booleans(),
    "unicast_peer": st.just(["db1", "db2"]),
    "dont_track_primary": st.booleans(),
    "virtual_ipaddress_excluded": st.sampled_from([[], ["extra"]]),
    "track_interface": st.fixed_dictionaries(
        {}, optional={"eth1": st.fixed_dictionaries({}, optional=TRACK)}
    ),
    "track_file": st.fixed_dictionaries(
        {}, optional={"load": st.fixed_dictionaries({}, optional={**TRACK, "value": st.integers(-999, 999)})}
    ),
    "track_process": st.fixed_dictionaries(
        {}, optional={"haproxy": st.fixed_dictionaries({}, optional=PROCESS)}
    ),
    "track_script": st.fixed_dictionaries(
        {}, optional={name: st.fixed_dictionaries({}, optional=SCRIPT) for name in ("chk", "other-1")}
    ),
}


def told(version: int, interval: str, words: dict[str, Any], members: list[dict[str, Any]]) -> Scenario:
    """The pair, with keywords of the group and settings of its members."""
    data = to_data(vs.pair(version=version, advert_interval=interval, poll=None))
    data["vips"]["extra"] = "192.168.1.220/24"
    for number, node in enumerate(("db1", "db2")):
        ifaces = data["nodes"][node]["interfaces"]
        ifaces["eth1"] = {"address": f"10.9.9.{number + 1}/24"}
        data["links"].append({"ends": [f"{node}.eth1", "sw2"]})
    data["nodes"]["sw2"] = {"kind": "switch"}
    vrrp = data["groups"][0]["vrrp"]
    vrrp |= {"profile": "keepalived", "vips": ["service", "extra"], "keepalived": words}
    for member, more in zip(vrrp["members"].values(), members, strict=True):
        member |= more
    return from_data(data)


member = st.fixed_dictionaries(
    {"priority": st.integers(1, 254)},
    optional={"preempt": st.booleans(), "virtual_mac": st.booleans(), "vips": st.just(["service"])},
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@drawn(
    st.sampled_from([(2, "1s"), (2, "255s"), (3, "10ms"), (3, "1s"), (3, "40950ms")]),
    st.fixed_dictionaries({}, optional=KEYWORDS),
    st.lists(member, min_size=2, max_size=2),
)
def test_keywords_come_back(
    timing: tuple[int, str], words: dict[str, Any], members: list[dict[str, Any]]
) -> None:
    if "unicast_peer" not in words:
        words.pop("check_unicast_src", None)
    else:
        words.pop("vmac_xmit_base", None)  # keepalived sets it then, where it does nothing
    if words.get("virtual_ipaddress_excluded") and any("vips" in one for one in members):
        del words["virtual_ipaddress_excluded"]
    if any(one.get("preempt") is False for one in members):
        words.pop("preempt_delay", None)  # keepalived ignores it then, and it does nothing here
    try:
        scenario = told(*timing, words, members)
    except ScenarioError as error:
        pytest.fail(str(error))
    assert meant(there_and_back(scenario)) == meant(scenario)


@pytest.mark.parametrize("kind", ["PASS", "AH"])
def test_authentication_comes_back(kind: str) -> None:
    scenario = told(2, "1s", {"auth_type": kind, "auth_pass": "s3cret and more"}, [{}, {}])
    assert meant(there_and_back(scenario)) == meant(scenario)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("words", [{}, {"accept": True}, {"accept": False}, {"garp_lower_prio_repeat": 3}])
def test_strict_mode_comes_back(version: int, words: dict[str, Any]) -> None:
    scenario = told(version, "1s", {"vrrp_strict": True, **words}, [{}, {}])
    assert meant(there_and_back(scenario)) == meant(scenario)


def test_what_keepalived_cannot_be_told_is_refused() -> None:
    scenario = told(2, "1s", {"garp_master_delay": "1500ms"}, [{}, {}])
    with pytest.raises(
        ScenarioError, match=r"db1: garp_master_delay 1.5s of vrrp 51: keepalived makes 5s of it"
    ):
        write_node(scenario, "db1")


def test_a_node_without_vrrp_is_refused() -> None:
    with pytest.raises(
        ScenarioError, match="app1 has no part in a VRRP group: nodes that have one: db1, db2"
    ):
        write_node(vs.pair(), "app1")


def test_sync_groups_come_back() -> None:
    sync = "vrrp_sync_group G {\ngroup {\nV1\nV2\n}\n}\n"
    files = {}
    for node, own, priority in (("a", 1, 150), ("b", 2, 100)):
        source = f"mcast_src_ip 10.0.0.{own}"
        one = instance(source, name="V1", vips="10.0.0.91/24", priority=priority)
        two = instance(source, name="V2", vips="10.0.0.92/24", priority=priority, virtual_router_id=52)
        files[node] = one + two + sync
    scenario = from_keepalived(
        {node: read_keepalived(file, node=node) for node, file in files.items()}
    ).scenario
    again = there_and_back(scenario)
    assert again.sync_groups == scenario.sync_groups != ()
    assert meant(again) == meant(scenario)
