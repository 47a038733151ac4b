"""The parts of every blackout sum to it, within one probe spacing, for every shipped scenario.

The blackout is measured here from the frames that reached the client; the parts are what the
metrics say.
"""

from itertools import pairwise
from pathlib import Path

import pytest

import vipsim as vs
from vipsim.trace.outcome import parts
from vipsim.wire.frames import Echo, Udp

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def answers(trace, client, scenario):
    """Times at which the address that a client asks answered it, in ns."""
    kind = Echo if client.probe == "ping" else Udp
    known = {host.name: host.ifaces[0].address for host in scenario.hosts}
    known |= {vip.name: vip.address for vip in scenario.vips}
    return [
        frame.arrival
        for frame in trace.frames
        if frame.dst.startswith(f"{client.node}.")
        and frame.outcome == "delivered"
        and isinstance(frame.frame.packet, kind)
        and frame.frame.packet.src == known[client.target]
    ]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_parts_sum_to_the_blackout(path):
    scenario = vs.read_scenario(path)
    # of those that ask over a connection the frames alone do not tell what was answered
    clients = {c.name: c for c in scenario.clients if c.measured and c.over == "udp"}
    for trace in vs.run_many(scenario, (1, 2), level=vs.Level.FRAMES):
        heard = {name: answers(trace, client, scenario) for name, client in clients.items()}
        for failover in trace.failovers:
            for name, outage in failover.clients.items():
                if outage.last is None or name not in clients:
                    continue
                gaps = [later - last for last, later in pairwise(heard[name]) if last == outage.last]
                felt = gaps[0] if gaps else trace.duration - outage.last
                found = parts(failover, name)
                assert min(found.values()) >= 0
                assert abs(sum(found.values()) - felt) <= clients[name].interval
                assert outage.censored == (not gaps)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_failovers_own_parts_sum_to_the_first_clients_blackout(path):
    scenario = vs.read_scenario(path)
    spacing = {client.name: client.interval for client in scenario.clients}
    for trace in vs.run_many(scenario, range(1, 6), level=vs.Level.SUMMARY):
        for failover in trace.metrics.failovers:
            back = {name: o for name, o in failover.clients.items() if o.first is not None}
            if not back:
                continue
            name, outage = min(back.items(), key=lambda item: item[1].first)
            before = failover.fault_at - outage.last
            own = (failover.detection, failover.election, failover.announcement, failover.repair)
            assert abs(before + sum(own) - outage.blackout) <= spacing[name], f"seed {trace.seed}"


def test_there_are_scenarios():
    assert {"database-pair", "database-pair-heartbeat"} <= {path.stem for path in SCENARIOS}
