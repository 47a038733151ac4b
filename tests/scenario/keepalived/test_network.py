"""Files of several nodes become a scenario: who is joined, who has which address, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import vipsim as vs
from vipsim.errors import ScenarioError
from vipsim.scenario.assemble import settings_for
from vipsim.scenario.data import from_data, to_data
from vipsim.scenario.faults import parse_fault
from vipsim.scenario.keepalived import read_keepalived
from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.names import node_names
from vipsim.scenario.keepalived.network import Imported, from_keepalived
from vipsim.units import s


def instance(more: str = "", vips: str = "192.168.1.219/24", **given: Any) -> str:
    """An instance's text."""
    words = {"interface": "eth0", "virtual_router_id": 51, "priority": 100} | given
    name = words.pop("name", "VI_1")
    lines = [f"{key} {value}" for key, value in words.items()] + [more]
    inner = "\n".join(vips.split(","))
    return f"vrrp_instance {name} {{\n" + "\n".join(lines) + f"\nvirtual_ipaddress {{\n{inner}\n}}\n}}\n"


def imported(*faults: str, **texts: str) -> Imported:
    """What the files a, b, ... become."""
    configs = {node: read_keepalived(text, node=node, name=f"{node}.conf") for node, text in texts.items()}
    made = from_keepalived(
        configs, until=max((parse_fault(fault).when.latest for fault in faults), default=0)
    )
    return replace(made, scenario=made.scenario.with_faults(*faults))


def address(made: Imported, node: str, iface: str = "eth0") -> str:
    """Address and prefix of an interface."""
    host = next(host for host in made.scenario.hosts if host.name == node)
    found = next(one for one in host.ifaces if one.name == iface)
    return f"{found.address}/{found.prefix}"


def blackout(made: Imported, fault: str) -> int:
    """The one silence of the client, in ns."""
    [failover] = vs.run(made.scenario.with_faults(fault), seed=1).failovers
    return max(outage.blackout for outage in failover.clients.values())


def test_a_pair_of_files_is_a_pair_of_nodes() -> None:
    made = imported("crash:a@5s", a=instance(priority=150), b=instance())
    scenario = made.scenario
    assert [host.name for host in scenario.hosts] == ["a", "b", "client"]
    [group] = scenario.groups
    assert (group.name, group.vrid, group.version) == ("VI_1", 51, 2)
    assert [(one.node, one.iface, one.priority) for one in group.members] == [
        ("a", "eth0", 150),
        ("b", "eth0", 100),
    ]
    assert [(one.name, str(one.address)) for one in scenario.vips] == [("vip", "192.168.1.219")]
    assert from_data(to_data(scenario)) == scenario
    [failover] = vs.run(scenario, seed=1).failovers
    assert (failover.old, failover.new) == ("a", "b")


def test_ipv6_is_left_out_aloud() -> None:
    group = "vrrp_sync_group G {\ngroup {\nVI_1\nSIX\n}\n}\n"
    six = instance(name="SIX", virtual_router_id=52, vips="fe80::1/64")
    more = "virtual_ipaddress_excluded {\n2001:db8::9/64\n}"
    made = imported(a=group + six + instance(more, priority=150), b=instance())
    assert [one.name for one in made.scenario.groups] == ["VI_1"]
    notes = "\n".join(made.notes)
    assert "IPv6 is not simulated: left out is SIX of a\n" in notes
    assert "sync group G goes without SIX" in notes
    assert "IPv6 addresses excluded from VI_1 of a" in notes
    report = dict(made.configs)["a"].report
    ignored = {(one.keyword, one.text.split()[-1]) for one in report if one.standing is Standing.IGNORED}
    assert {("vrrp_instance", "SIX"), ("group", "SIX"), ("virtual_ipaddress", "fe80::1/64")} <= ignored
    assert ("virtual_ipaddress_excluded", "2001:db8::9/64") in ignored
    assert ("virtual_router_id", "52") in ignored
    assert ("virtual_router_id", "51") not in ignored


def test_ipv4_files_have_no_word_on_ipv6() -> None:
    made = imported(a=instance(priority=150), b=instance())
    assert "IPv6" not in "".join(made.notes)
    assert all(one.standing is not Standing.IGNORED for one in dict(made.configs)["a"].report)


def test_what_the_files_say_of_addresses_is_kept() -> None:
    made = imported(
        a=instance("unicast_peer {\n192.168.1.218\n}"),
        b=instance("unicast_src_ip 192.168.1.218\nunicast_peer {\n192.168.1.217\n}"),
        c=instance(name="OTHER", virtual_router_id=52, vips="192.168.1.220/24")
        + "static_ipaddress {\n192.168.1.10/24 dev eth0\n}\n",
    )
    assert [address(made, node) for node in "abc"] == [
        "192.168.1.217/24",
        "192.168.1.218/24",
        "192.168.1.10/24",
    ]
    assert made.notes == ()


def test_the_rest_is_invented_in_the_subnet_of_the_vip_and_said() -> None:
    made = imported(a=instance(vips="10.1.2.3/16"), b=instance(vips="10.1.2.3/16"))
    assert address(made, "a") == "10.1.0.1/16"
    assert address(made, "client") == "10.1.255.254/16"
    assert made.notes == (
        "no file tells the address of a.eth0 10.1.0.1, b.eth0 10.1.0.2: invented; between equal priorities "
        "the "
        "higher one wins, so write mcast_src_ip",
    )
    assert imported(a=instance()).notes == ("no file tells the address of a.eth0 192.168.1.1: invented",)


def test_members_that_disagree_stay_different() -> None:
    made = imported(
        a=instance("advert_int 1\nauthentication {\nauth_type PASS\nauth_pass one\n}", priority=150),
        b=instance("advert_int 2\nuse_vmac\nversion 3", vips="192.168.1.219/24,192.168.1.220/24"),
    )
    group = made.scenario.groups[0]
    a, b = (settings_for(made.scenario, group, node) for node in "ab")
    assert (a.advert_interval, b.advert_interval) == (s(1), s(2))
    assert (a.version, b.version) == (2, 3)
    assert (a.keywords.auth_pass, b.keywords.auth_pass) == ("one", "")
    assert (a.virtual_mac is None, b.virtual_mac is None) == (True, False)
    assert (len(a.vips), len(b.vips)) == (1, 2)


def test_a_mismatch_shows_in_the_run() -> None:
    made = imported(a=instance("advert_int 1", priority=150), b=instance("advert_int 2"))
    trace = vs.run(made.scenario, seed=1)
    assert vs.run(imported(a=instance(priority=150), b=instance()).scenario, seed=1).metrics.dual_master == 0
    assert trace.metrics.dual_master > s(5)


def test_interfaces_and_instances_find_each_other() -> None:
    """Two instances on two interfaces, whose names differ between the nodes."""
    one = instance(name="IN", vips="10.0.0.1/24") + instance(
        name="OUT", interface="eth1", virtual_router_id=52, vips="192.0.2.1/24"
    )
    two = instance(name="IN", interface="ens1", vips="10.0.0.1/24") + instance(
        name="OUT", interface="ens2", virtual_router_id=52, vips="192.0.2.1/24"
    )
    made = imported(a=one, b=two)
    assert [group.name for group in made.scenario.groups] == ["IN", "OUT"]
    assert address(made, "b", "ens2") == "192.0.2.3/24"
    ends = {str(link.a): link.b.node for link in made.scenario.links}
    assert ends["a.eth0"] == ends["b.ens1"] == ends["client.eth0"] == "sw1"
    assert ends["a.eth1"] == ends["b.ens2"] == ends["client-2.eth0"] == "sw2"


def test_one_vrid_on_two_interfaces_makes_two_routers() -> None:
    text = instance(name="IN", vips="10.0.0.1/24") + instance(
        name="OUT", interface="eth1", vips="192.0.2.1/24"
    )
    made = imported(a=text, b=text)
    assert [(group.name, group.vrid) for group in made.scenario.groups] == [("IN", 51), ("OUT", 51)]


def test_two_vrids_for_one_address_are_two_masters() -> None:
    made = imported(a=instance(priority=150), b=instance(virtual_router_id=52))
    assert [group.vrid for group in made.scenario.groups] == [51, 52]
    assert vs.run(made.scenario, seed=1).metrics.dual_owner > s(5)


def test_an_instance_that_only_one_file_has() -> None:
    made = imported(
        a=instance() + instance(name="ALONE", virtual_router_id=9, vips="192.168.1.9/24"), b=instance()
    )
    assert [len(group.members) for group in made.scenario.groups] == [2, 1]


def test_addresses_that_move_without_being_advertised() -> None:
    more = "virtual_ipaddress_excluded {\n192.168.1.221/24\n}"
    made = imported("crash:a@5s", a=instance(more, priority=150), b=instance(more))
    group = made.scenario.groups[0]
    settings = settings_for(made.scenario, group, "a")
    assert [str(vip) for vip in settings.keywords.virtual_ipaddress_excluded] == ["192.168.1.221"]
    trace = vs.run(made.scenario, seed=1)
    sent = {str(vip) for one in trace.select("frame") for vip in getattr(one.data.get("packet"), "vips", ())}
    assert sent <= {"192.168.1.219"}
    assert len(trace.failovers) == 1
    assert trace.metrics.dual_master == 0


def test_a_peer_without_a_file_is_a_host_without_keepalived() -> None:
    more = "unicast_src_ip 192.168.1.{}\nunicast_peer {{\n192.168.1.217\n192.168.1.218\n192.168.1.3\n}}"
    made = imported(a=instance(more.format(217)), b=instance(more.format(218)))
    assert address(made, "peer1") == "192.168.1.3/24"
    assert dict(made.scenario.groups[0].keepalived)["unicast_peer"] == ("a", "b", "peer1")
    assert any("no file is of the peer 192.168.1.3" in note for note in made.notes)


def test_an_address_on_another_interface() -> None:
    made = imported(
        a=instance(interface="eth1", vips="192.0.2.1/24 dev eth0"),
        b=instance(interface="eth1", vips="192.0.2.1/24 dev eth0", priority=50),
    )
    assert address(made, "a", "eth0") == "192.0.2.2/24"
    trace = vs.run(made.scenario.with_faults("crash:a@5s"), seed=1)
    assert [failover.new for failover in trace.failovers] == ["b"]
    assert s(2) < blackout(made, "crash:a@5s") < s(4)


@pytest.mark.parametrize("vip", ["203.0.113.5/32", "203.0.113.5", "203.0.113.5/24"])
def test_an_address_outside_of_the_nodes_subnet_has_clients(vip: str) -> None:
    made = imported(
        a=instance("mcast_src_ip 10.0.0.1", vips=vip, priority=150),
        b=instance("mcast_src_ip 10.0.0.2", vips=vip),
    )
    assert address(made, "a").startswith("10.0.0.1/")
    assert s(2) < blackout(made, "crash:a@5s") < s(4)


def test_peers_in_different_subnets_get_other_addresses_in_their_order() -> None:
    made = imported(
        a=instance("unicast_src_ip 192.168.1.5\nunicast_peer {\n10.0.0.5\n}", vips="10.9.9.9/24"),
        b=instance("unicast_src_ip 10.0.0.5\nunicast_peer {\n192.168.1.5\n}", vips="10.9.9.9/24"),
    )
    assert [address(made, node) for node in "ab"] == ["10.9.9.2/24", "10.9.9.1/24"]
    assert made.scenario.groups[0].members[0].keepalived == (("unicast_peer", ("b",)),)


def test_the_run_is_long_enough() -> None:
    short = imported(a=instance(), b=instance()).scenario.duration
    assert short == s(20)
    late = imported("crash:a@100s", a=instance("advert_int 10"), b=instance("advert_int 10"))
    assert late.scenario.duration > s(140)


def refused(**texts: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        imported(**texts)
    return str(caught.value)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"a": "global_defs {\n}\n"}, "a.conf:1:1: there is no vrrp_instance with IPv4 addresses"),
        ({"a": instance(vips="fe80::1/64")}, "a.conf:1:1: there is no vrrp_instance with IPv4"),
        (
            {"a": instance("mcast_src_ip 192.168.1.2"), "b": instance("mcast_src_ip 192.168.1.2")},
            "b.conf:1:1: (VI_1) b.eth0 has the address 192.168.1.2 of a.eth0",
        ),
        ({"a": instance(vips="224.0.0.9/24")}, "a.conf:1:1: (VI_1) 224.0.0.9 is a multicast address"),
        ({"a": instance(interface="lo")}, "a.conf:1:1: (VI_1) keepalived cannot use the loopback"),
        ({"a": instance(vips="10.0.0.0/24")}, "a.conf:1:1: (VI_1) the VIP 10.0.0.0 is the network"),
    ],
)
def test_what_cannot_be_simulated_is_refused_at_its_line(texts: dict[str, str], says: str) -> None:
    assert says in refused(**texts)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a.conf", "dir/b.conf"], ["a", "b"]),
        (["n1/keepalived.conf", "n2/keepalived.conf"], ["n1", "n2"]),
        (["keepalived.conf", "keepalived.conf.bak"], ["keepalived", "keepalived-conf-bak"]),
        (["x/n1/k.conf", "y/n1/k.conf"], ["k", "k-2"]),
        (["1.conf", "ä.conf", "all.conf"], ["n-1", "node", "all-2"]),
    ],
)
def test_names_of_nodes(paths: list[str], names: list[str]) -> None:
    assert node_names(paths) == names


def test_files_called_like_what_is_invented() -> None:
    made = imported(client=instance(), vip=instance(priority=50), sw1=instance(priority=20))
    assert {"client", "vip", "sw1", "client-2", "sw1-2"} == {node.name for node in made.scenario.nodes}
    assert made.scenario.vips[0].name == "vip-2"


def test_names_that_no_scenario_knows_are_made_plain() -> None:
    script = "vrrp_script chk.web {\nscript /bin/true\n}\n"
    text = script + instance("track_script {\nchk.web\n}\ntrack_interface {\nveth@if7 weight 5\n}", name="V1")
    made = imported(a=text)
    keywords = dict(made.scenario.groups[0].keepalived)
    assert [track.name for track in keywords["track_script"]] == ["chk-web"]
    assert [track.name for track in keywords["track_interface"]] == ["veth-if7"]
    assert address(made, "a", "veth-if7")


def test_what_the_format_cannot_carry_is_refused_at_its_line() -> None:
    assert "a.conf:1:1: (VI_1)" in refused(a=instance("garp_master_repeat 2000000"))


def test_a_peer_that_is_no_peer_is_not_heard() -> None:
    text = "unicast_src_ip 192.168.1.{}\nunicast_peer {{\n192.168.1.{}\n}}\n{}"
    a = instance(text.format(1, 2, ""), priority=150)
    deaf = imported(a=a, b=instance(text.format(2, 3, "check_unicast_src")))
    fine = imported(a=a, b=instance(text.format(2, 3, "")))
    assert vs.run(deaf.scenario, seed=1).metrics.dual_master > s(5)
    assert vs.run(fine.scenario, seed=1).metrics.dual_master == 0


def test_adverts_may_come_from_the_own_mac_of_an_interface() -> None:
    made = imported(a=instance("use_vmac"), b=instance("use_vmac\nvmac_xmit_base", priority=50))
    trace = vs.run(made.scenario.with_faults("crash:a@5s"), seed=1)
    sources = {str(one.frame.src) for one in trace.frames if type(one.frame.packet).__name__ == "Vrrp"}
    assert sources == {"00:00:5E:00:01:33", "02:00:C0:A8:01:02"}


def two(priorities: tuple[int, int], group: str = "") -> str:
    """A file with two instances."""
    return (
        instance(name="IN", vips="10.0.0.1/24", priority=priorities[0])
        + instance(
            name="OUT", interface="eth1", virtual_router_id=52, vips="192.0.2.1/24", priority=priorities[1]
        )
        + group
    )


SYNC = "vrrp_sync_group BOTH {\ngroup {\nIN\nOUT\n}\n}\n"


def test_a_sync_group_moves_its_members_together() -> None:
    loose = imported(a=two((150, 150)), b=two((100, 100))).scenario
    tied = imported(a=two((150, 150), SYNC), b=two((100, 100), SYNC)).scenario
    [sync] = tied.sync_groups
    assert (sync.name, sync.groups, sync.nodes) == ("BOTH", ("IN", "OUT"), ("a", "b"))
    moved = [
        {one.machine for one in vs.run(made.with_faults("link_down:a.eth1@5s"), seed=1).failovers}
        for made in (loose, tied)
    ]
    assert moved == [{"OUT"}, {"IN", "OUT"}]


def test_a_sync_group_of_one_file_only() -> None:
    made = imported(a=two((150, 150), SYNC), b=two((100, 100)))
    assert made.scenario.sync_groups[0].nodes == ("a",)


def test_without_a_common_leader_the_run_begins_with_the_daemons() -> None:
    made = imported(a=two((150, 100), SYNC), b=two((100, 150), SYNC))
    assert made.scenario.start.value == "cold"
    assert "who is master of BOTH" in made.notes[-1]
    assert vs.run(made.scenario, seed=1).failovers is not None


def test_what_is_said_of_the_loopback_interface_changes_nothing() -> None:
    more = "track_interface {\nlo weight 5\n}"
    vips = "192.168.1.219/24,192.168.1.220/32 dev lo"
    made = imported(a=instance(more, vips=vips, priority=150), b=instance(more, vips=vips))
    assert [iface.name for host in made.scenario.hosts for iface in host.ifaces] == ["eth0"] * 3
    assert vs.run(made.scenario.with_faults("crash:a@5s"), seed=1).failovers[0].new == "b"


def test_strict_mode_takes_unicast_peers() -> None:
    """keepalived -t says nothing against it."""
    text = "strict_mode\nunicast_src_ip 10.0.0.{}\nunicast_peer {{\n10.0.0.{}\n}}"
    made = imported(a=instance(text.format(1, 2), priority=150), b=instance(text.format(2, 1)))
    assert vs.run(made.scenario, seed=1).metrics.dual_master == 0


def test_two_multicast_groups_are_said_to_be_one_here() -> None:
    made = imported(
        a=instance("mcast_src_ip 10.0.0.1"), b=instance("mcast_src_ip 10.0.0.2\nmcast_dst_ip 224.0.0.100")
    )
    assert "uses the groups 224.0.0.18 and 224.0.0.100" in made.notes[0]
