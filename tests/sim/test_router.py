"""Routers: a gateway address that moves, packets passed on, errors told, connections known or not."""

from pathlib import Path

import pytest

import vipsim as vs
from vipsim.scenario.reader import read_scenario_text
from vipsim.units import MS, SECOND
from vipsim.wire.frames import Echo, IcmpError, IcmpKind

SCENARIOS = Path(__file__).parents[2] / "scenarios"
GATEWAY = vs.read_scenario(SCENARIOS / "default-gateway.yaml")


def gateway(**settings):
    scenario = GATEWAY
    for path, value in settings.items():
        scenario = scenario.with_setting(path.replace("__", "."), value)
    return scenario


def errors(trace, kind):
    return [f for f in trace.frames if isinstance(f.frame.packet, IcmpError) and f.frame.packet.kind is kind]


def test_both_gateway_addresses_move_together() -> None:
    trace = vs.run(GATEWAY, seed=3)
    taken = [r for r in trace.select("vip", "r2") if r.data["act"] == "acquire"]
    assert [(str(r.data["vip"]), r.data["iface"]) for r in taken] == [
        ("192.168.1.1", "eth0"),
        ("10.0.0.1", "eth1"),
    ]
    announced = [r for r in trace.select("announce", "r2")]
    assert {(str(r.data["vip"]), r.data["iface"]) for r in announced} == {
        ("192.168.1.1", "eth0"),
        ("10.0.0.1", "eth1"),
    }
    failover = trace.failovers[0]
    assert 2.6 * SECOND < failover.clients["ping"].blackout < 3.7 * SECOND
    assert not trace.violations


def test_a_router_takes_one_from_the_time_to_live() -> None:
    trace = vs.run(GATEWAY, seed=3)
    hops = {
        (f.src, f.frame.packet.ttl)
        for f in trace.frames
        if isinstance(f.frame.packet, Echo) and f.sent < SECOND and not f.src.startswith("sw")
    }
    assert hops == {("app1.eth0", 64), ("r1.eth1", 63), ("db1.eth0", 64), ("r1.eth0", 63)}


@pytest.mark.parametrize(("tracking", "survives"), [("shared", True), ("own", False), ("", True)])
def test_a_connection_survives_where_the_new_router_knows_it(tracking, survives) -> None:
    nodes = {name: {"nodes__" + name + "__conntrack": tracking} for name in ("r1", "r2")}
    scenario = gateway(**nodes["r1"], **nodes["r2"]) if tracking else _without_tracking()
    trace = vs.run(scenario, seed=3)
    assert 2.6 * SECOND < trace.metrics.clients["ping"].longest < 3.7 * SECOND
    assert trace.metrics.clients["session"].censored is not survives
    dropped = [f for f in trace.frames if f.outcome == "dropped: not a known connection"]
    assert bool(dropped) is not survives
    assert not trace.violations


def _without_tracking():
    from dataclasses import replace

    nodes = tuple(replace(n, conntrack="") if getattr(n, "conntrack", "") else n for n in GATEWAY.nodes)
    return GATEWAY.with_(nodes=nodes)


def soft(forwarding):
    """db1 gives the address away in order, nobody announces it to the client."""
    pair = vs.pair(faults=["stop:db1@5s", "drop:app1:garp@4s"], poll=None)
    return vs.run(pair.with_setting("nodes.db1.forwarding", forwarding), seed=1)


def test_an_old_owner_that_forwards_costs_nothing_but_the_handover() -> None:
    """BEHAVIOUR section 2: A relays to B, and B's own ARP request, from the VIP, repairs the client."""
    trace = soft(True)
    assert trace.metrics.clients["app1"].longest < 700 * MS
    repaired = [r for r in trace.select("neighbor", "app1") if r.time > 5 * SECOND]
    first = next(r for r in repaired if r.data["why"] == "asked us" and str(r.data["ip"]).endswith("219"))
    assert str(first.data["lladdr"]) == "00:21:5A:DB:7F:C2"
    assert errors(trace, IcmpKind.REDIRECT)


def test_an_old_owner_that_does_not_forward_is_a_black_hole_until_the_entry_is_old() -> None:
    """R + 5 s + 3 s, R at least 15 s: longer than the 15 s that are left of the run."""
    trace = soft(False)
    assert trace.metrics.clients["app1"].censored
    assert not errors(trace, IcmpKind.REDIRECT)


def test_a_packet_that_has_gone_too_far_is_dropped_and_its_sender_told() -> None:
    """Two routers that send to each other what neither has: the time to live ends it."""
    text = """
name: circle
duration: 2s
nodes:
  app1: {interfaces: {eth0: {address: 192.168.1.10/24}}, gateway: 192.168.1.2}
  r1:
    kind: router
    interfaces: {eth0: {address: 192.168.1.2/24}, eth1: {address: 10.0.0.2/24}}
    gateway: 10.0.0.3
  r2: {kind: router, interfaces: {eth1: {address: 10.0.0.3/24}}, gateway: 10.0.0.2}
  db1: {interfaces: {eth0: {address: 172.16.0.9/24}}}
  sw1: {kind: switch}
  sw2: {kind: switch}
  sw3: {kind: switch}
links:
  - {ends: [app1, sw1]}
  - {ends: [r1.eth0, sw1]}
  - {ends: [r1.eth1, sw2]}
  - {ends: [r2, sw2]}
  - {ends: [db1, sw3]}
clients:
  ping: {node: app1, target: db1, interval: 500ms}
"""
    trace = vs.run(read_scenario_text(text), seed=1)
    exceeded = errors(trace, IcmpKind.TTL_EXCEEDED)
    assert {f.dst for f in exceeded} >= {"app1.eth0"}
    lowest = min(f.frame.packet.ttl for f in trace.frames if isinstance(f.frame.packet, Echo))
    assert lowest == 1
