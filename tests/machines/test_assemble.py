"""A scenario's groups become settings and machines; names that lead nowhere are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vipsim.errors import ScenarioError
from vipsim.machines.heartbeat import HeartbeatMachine
from vipsim.machines.vrrp import PROFILES, VrrpMachine
from vipsim.scenario.assemble import daemons, machine_for, members, resolved_timeout
from vipsim.scenario.model import (
    End,
    HeartbeatGroup,
    HeartbeatMember,
    Host,
    Iface,
    Link,
    Scenario,
    Service,
    Switch,
    Vip,
    VrrpGroup,
    VrrpMember,
)
from vipsim.units import MS, s
from vipsim.wire.addresses import IPv4, Mac

VIP = IPv4.parse("192.168.1.219")
VRRP = VrrpGroup(
    51, ("service",), (VrrpMember("db1", "bond0", 150), VrrpMember("db2", "bond0", 100, preempt=False))
)
PAIR = HeartbeatGroup("pair", ("service",), HeartbeatMember("db1", "bond0"), HeartbeatMember("db2", "bond0"))


def host(name: str, last: int) -> Host:
    iface = Iface("bond0", Mac(0x0021_5ADB_0000 + last), IPv4.parse(f"192.168.1.{last}"))
    return Host(name, (iface,), (Service("database", 5432),))


def scenario(*groups: Any) -> Scenario:
    hosts = host("app1", 10), host("db1", 217), host("db2", 218)
    return Scenario(
        name="test",
        duration=s(20),
        nodes=(*hosts, Switch("sw1")),
        links=tuple(Link(End(one.name, "bond0"), End("sw1", f"p{n}")) for n, one in enumerate(hosts, 1)),
        vips=(Vip("service", VIP, 24),),
        groups=groups,
    )


def test_a_vrrp_group_becomes_one_machine_per_member():
    made = scenario(VRRP)
    machine = machine_for(made, VRRP, "db2")
    assert isinstance(machine, VrrpMachine)
    settings = machine.settings
    assert (settings.name, settings.vrid, settings.priority, settings.preempt) == ("vrrp 51", 51, 100, False)
    assert (str(settings.address), settings.iface, settings.vips) == ("192.168.1.218", "bond0", ((VIP, 24),))
    assert settings.profile is PROFILES["rfc3768"]
    assert machine.part == "vrrp 51"


@pytest.mark.parametrize("node, role, peer", [("db1", "primary", 218), ("db2", "standby", 217)])
def test_a_heartbeat_pair_becomes_two_machines_that_know_each_other(node, role, peer):
    machine = machine_for(scenario(PAIR), PAIR, node)
    assert isinstance(machine, HeartbeatMachine)
    assert (machine.settings.role, str(machine.settings.peer)) == (role, f"192.168.1.{peer}")
    assert machine.settings.probe is None


@pytest.mark.parametrize(
    "given, timeout",
    [
        ({}, s(1)),
        ({"interval": 200 * MS}, 200 * MS),
        ({"timeout": 300 * MS}, 300 * MS),
        ({"mode": "push"}, s(3)),
        ({"mode": "push", "interval": 200 * MS, "dead_count": 5}, s(1)),
        ({"mode": "push", "timeout": s(2)}, s(2)),
    ],
)
def test_the_timeout_has_a_default_for_each_mode(given, timeout):
    group = replace(PAIR, **given)
    assert resolved_timeout(group) == timeout
    assert machine_for(scenario(group), group, "db1").settings.timeout == timeout


def test_the_probe_is_the_port_of_the_service():
    group = replace(PAIR, probe="database")
    assert machine_for(scenario(group), group, "db2").settings.probe == 5432


def test_daemons_are_made_afresh_each_time_and_in_the_scenarios_order():
    second = replace(VRRP, vrid=52, members=VRRP.members[:1])
    made = daemons(scenario(VRRP, second))
    assert [name for name, _ in made] == ["db1", "db2"]
    make = dict(made)["db1"]
    assert [machine.part for machine in make()] == ["vrrp 51", "vrrp 52"]
    assert make()[0] is not make()[0]
    assert members(PAIR) == members(VRRP) == ("db1", "db2")


@pytest.mark.parametrize(
    "group, node, reason",
    [
        (VRRP, "app1", "vrrp 51 has no member app1"),
        (PAIR, "app1", "pair has no member app1"),
        (replace(VRRP, vips=("other",)), "db1", "vrrp 51: no VIP is called other"),
        (replace(PAIR, probe="mail"), "db1", "db2 has no service mail to probe"),
        (replace(VRRP, members=(VrrpMember("db1", "eth9", 1),)), "db1", "db1 has no interface eth9"),
        (replace(VRRP, members=(VrrpMember("db9", "bond0", 1),)), "db9", "no host is called db9"),
        (replace(VRRP, profile="cisco"), "db1", "no VRRP profile is called 'cisco'"),
        (replace(VRRP, advert_interval=300 * MS), "db1", "use version: 3"),
        (replace(PAIR, timeout=s(2)), "db1", "longer than the interval"),
    ],
)
def test_what_leads_nowhere_is_refused(group, node, reason):
    with pytest.raises(ScenarioError, match=reason):
        machine_for(scenario(group), group, node)
