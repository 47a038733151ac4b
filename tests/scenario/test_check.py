"""What only Python can build: the checker finds it too, and never falls over it."""

from dataclasses import replace

import pytest

from vipsim.errors import ScenarioError
from vipsim.scenario.builders import pair
from vipsim.scenario.check import check, checked
from vipsim.scenario.faults import crash, delay, drop, fault, heal, kill
from vipsim.scenario.model import (
    After,
    At,
    Client,
    End,
    Fault,
    FaultWord,
    Host,
    Link,
    Scenario,
    Service,
    Switch,
    Vip,
    VrrpGroup,
)
from vipsim.units import SECOND

BASE = pair()
DB1, DB2, APP1 = BASE.hosts
GROUP = BASE.groups[0]
assert isinstance(GROUP, VrrpGroup)
PULL = pair("heartbeat").groups[0]


def found(**changes: object) -> list[str]:
    return [problem.message for problem in check(replace(BASE, **changes))]


def with_host(host: Host) -> dict[str, object]:
    return {"nodes": tuple(host if node.name == host.name else node for node in BASE.nodes)}


def with_iface(**changes: object) -> dict[str, object]:
    return with_host(replace(APP1, ifaces=(replace(APP1.ifaces[0], **changes),)))


def with_link(**changes: object) -> dict[str, object]:
    return {"links": (replace(BASE.links[0], **changes), *BASE.links[1:])}


def with_client(**changes: object) -> dict[str, object]:
    return {"clients": (replace(BASE.clients[0], **changes),)}


def test_the_base_is_fine() -> None:
    assert check(BASE) == []
    assert checked(BASE) is BASE


def with_tree(forward_delay: int) -> dict[str, object]:
    return {"nodes": (*BASE.nodes, Switch("sw2", forward_delay=forward_delay))}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration": 0}, "0s is out of range"),
        ({"duration": 11 * 365 * 86400 * SECOND}, "346896000s is out of range"),
        ({"phase": -0.1}, "-0.1 is no phase"),
        ({"nodes": (), "links": (), "groups": (), "vips": (), "clients": ()}, "there are no nodes"),
        ({"nodes": (*BASE.nodes, Switch("sw1"))}, "two nodes are called sw1"),
        ({"nodes": (*BASE.nodes, Switch("sw 2"))}, "'sw 2' is no name for a node"),
        ({"nodes": (*BASE.nodes, Switch("sw2", 0))}, "the ageing time must be more than 0s"),
        (with_tree(SECOND), "the forward delay must be 2s to 30s"),
        (with_tree(31 * SECOND), "the forward delay must be 2s to 30s"),
        ({"nodes": BASE.nodes * 2000}, "8000 nodes are too many"),
        (with_iface(name="x y"), "'x y' is no interface name"),
        (with_iface(prefix=99), "/99 leaves no room for two hosts"),
        (with_host(replace(APP1, ifaces=APP1.ifaces * 2)), "two interfaces of app1 are called bond0"),
        (with_host(replace(APP1, services=(Service("x", 0),))), "the port 0 is out of range"),
        (with_link(rate=0), "the rate must be more than 0bps"),
        (with_link(delay=-1), "delay and jitter cannot be negative"),
        (with_link(loss=1.5), "the loss 1.5 is out of range"),
        (with_link(b=End("sw1", "a b")), "'a b' is no port name"),
        ({"vips": (Vip("a.b", BASE.vips[0].address),)}, "'a.b' is no name for a VIP"),
        ({"vips": BASE.vips * 2}, "two VIPs are called service"),
        ({"vips": (replace(BASE.vips[0], prefix=40),)}, "/40 is no prefix length"),
        ({"groups": (replace(GROUP, vrid=0),)}, "the vrid 0 is out of range"),
        ({"groups": (replace(GROUP, vips=()),)}, "vrrp 51 moves no VIP"),
        ({"groups": (replace(GROUP, members=()),)}, "vrrp 51 has no members"),
        ({"groups": (replace(GROUP, version=4),)}, "VRRP has no version 4"),
        ({"groups": (replace(GROUP, members=GROUP.members[:1] * 2),)}, "db1 is a member twice"),
        ({"groups": (replace(PULL, interval=0),)}, "the interval must be more than 0s"),
        ({"groups": (replace(PULL, dead_count=0),)}, "the dead count 0 is out of range"),
        ({"groups": (replace(PULL, timeout=-1),)}, "the timeout must be more than 0s"),
        ({"groups": (replace(PULL, name="a b"),)}, "'a b' is no name for a group"),
        (with_client(name="a b"), "'a b' is no name for a client"),
        (with_client(interval=0), "the interval must be more than 0s"),
        (with_client(start=(5, 4)), "the start is a range of times from 0s on"),
        ({"clients": BASE.clients[:1] * 2}, "two clients are called app1"),
        ({"faults": (Fault(FaultWord.CRASH, "db1", At(5, 4)),)}, "the fault at 4ns is outside the run"),
        ({"faults": (Fault(FaultWord.CRASH, "db1", At(-5, 4)),)}, "the fault at 4ns is outside the run"),
        ({"faults": (crash("db1", after=After("crash", "db1")),)}, "'crash' is no event"),
        ({"faults": (crash("db1", after=After("fault", "db1", -1)),)}, "it cannot act before the event"),
        ({"faults": (kill("db1", at=0, duration=0),)}, "it must last more than 0s"),
        ({"faults": (kill("db1", at=0, every=0),)}, "that is too often"),
        ({"faults": (delay("db1", "4000s", at=0),)}, "4000s is out of range"),
        ({"faults": (drop("db1-", at=0),)}, "there is no node 'db1-'"),
        ({"faults": (heal("db1", at=0),)}, "nothing is done to 'db1' that heal could end"),
        ({"faults": (fault("inject", "db1", at=0),)}, "a frame of 0 octets"),
    ],
)
def test_found(changes: dict[str, object], message: str) -> None:
    assert message in found(**changes)


def test_a_service_with_two_ports_cannot_be_probed() -> None:
    changes = with_host(replace(DB1, services=(Service("database", 1),)))
    assert found(**changes, **with_client(probe="database")) == [
        "database has several ports behind service: 1, 5432"
    ]


def test_the_heartbeats_own_port_cannot_be_probed() -> None:
    hosts = [replace(host, services=(Service("database", 694),)) for host in (DB1, DB2)]
    nodes = (*hosts, *BASE.nodes[2:])
    messages = found(nodes=nodes, groups=(replace(PULL, probe="database"),))
    assert messages == ["port 694 is the heartbeat's own"] * 2


def test_a_loop_of_three_switches_is_refused_and_a_tree_is_not() -> None:
    switches = tuple(Switch(f"s{number}") for number in range(3))
    tree = (Link(End("s0", "a"), End("s1", "a")), Link(End("s1", "b"), End("s2", "a")))
    loop = Link(End("s2", "b"), End("s0", "b"))
    network = Scenario("tree", SECOND, switches, tree)
    assert check(network) == []
    (problem,) = check(replace(network, links=(*tree, loop)))
    assert problem.where == ("links", 2)
    assert "closes a loop" in problem.message


def test_a_host_with_two_interfaces_at_one_switch_is_no_loop() -> None:
    second = replace(
        APP1.ifaces[0], name="bond1", mac=type(DB1.ifaces[0].mac)(2), address=BASE.vips[0].address
    )
    second = replace(second, address=type(second.address)(int(second.address) + 1))
    changes = with_host(replace(APP1, ifaces=(*APP1.ifaces, second)))
    assert found(**changes, links=(*BASE.links, Link(End("app1", "bond1"), End("sw1", "p9")))) == []


def test_not_more_problems_than_anybody_reads() -> None:
    clients = tuple(Client(f"c{number}", "nobody", "service") for number in range(1000))
    assert len(found(clients=clients)) == 200


def test_the_error_carries_its_problems_and_survives_pickling() -> None:
    import pickle

    with pytest.raises(ScenarioError) as refusal:
        pair(faults=["crash:db9@5s", "kill:app1@5s"])
    again = pickle.loads(pickle.dumps(refusal.value))
    assert [problem.message for problem in again.problems] == [
        "there is no node 'db9'",
        "app1 runs no failover daemon",
    ]
    assert str(again) == str(refusal.value)
    assert str(again).split("\n")[0] == "faults.0.crash: there is no node 'db9'"
