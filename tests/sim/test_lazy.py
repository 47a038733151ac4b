"""A lazy client does not send what it can foresee, and nothing but the work shows it."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vipsim as vs
from tests.scenario.strategies import some_faults
from vipsim.resources import scenario_names, scenario_path
from vipsim.scenario import faults
from vipsim.scenario.data import from_data, to_data
from vipsim.sim.rules import DropRule
from vipsim.sim.simulation import Simulation
from vipsim.sim.streams import Losses
from vipsim.units import MS, SECOND, US
from vipsim.wire.addresses import Mac
from vipsim.wire.codec import encode
from vipsim.wire.frames import Other, framed

DB2 = Mac.parse("00:21:5A:DB:7F:C2")
CLIENT = vs.pair().hosts[2].ifaces[0].mac


def with_lazy(scenario, lazy):
    """The scenario with every client that can be lazy set so, or not."""
    clients = (replace(one, lazy=lazy and one.over == "udp") for one in scenario.clients)
    return replace(scenario, clients=tuple(clients))


def run(scenario, seed):
    """Everything that a run leaves behind, and the number of its events."""
    simulation = Simulation(scenario, seed, vs.Level.PROTOCOL)
    trace = simulation.run()
    counts = dict(trace.counts)
    events = counts.pop("events")
    network = simulation.network
    return {
        "records": trace.records,
        "metrics": replace(trace.metrics, events=0),
        "counts": counts,
        "heard": [simulation.heard(client.name) for client in scenario.clients],
        "ears": [
            (c.ear.sent, c.ear.last, c.ear.last_seq, c.ear.answered_by, c.ear.count) for c in network.clients
        ],
        "neighbors": {
            (host, nic.name, ip): [
                nic.cache.unresolved,
                *((name, getattr(entry, name)) for name in type(entry).__slots__),
            ]
            for host, kernel in network.kernels.items()
            for nic in kernel.nics.values()
            for ip, entry in nic.entries.items()
        },
        "switches": {
            (switch.name, mac): (entry.port, entry.seen)
            for switch in network.switches.values()
            for mac, entry in switch.bridge.entries.items()
        },
        "cables": {
            (one.src, one.dst): (one.sent, one.busy, one.last_arrival, one.lost, one.dropped)
            for one in simulation.world.directions
        },
    }, events


def assert_equal_runs(scenario, seed):
    """The lazy run is the dense one; returns how many times fewer events it took."""
    dense, many = run(with_lazy(scenario, False), seed)
    lazy, few = run(with_lazy(scenario, True), seed)
    for part, wanted in dense.items():
        assert lazy[part] == wanted, part
    return many / few


QUICK = {"base_reachable_time_ms": 2000, "delay_first_probe_time": 1}
"""So that a client's neighbor entry goes through every state in a few seconds."""


@st.composite
def small_networks(draw):
    """A pair, one or two clients, and what happens to them; mostly cables without chance."""
    protocol = draw(st.sampled_from(["vrrp", "vrrp", "heartbeat"]))
    scenario = vs.pair(
        protocol,
        clients=draw(st.sampled_from([1, 1, 1, 2])),
        client_probe=draw(st.sampled_from(["ping", "database"])),
        client_interval=draw(st.sampled_from([2 * MS, 10 * MS, 33 * MS])),
        poll=draw(st.sampled_from([None, None, "1s"])),
        neighbor=draw(st.sampled_from(["linux", "linux", "rfc826-60s", "linux-drop-garp"])),
        rate=draw(st.sampled_from([None, "1Gbps", "1Gbps", "1.5Mbps"])),
        delay=draw(st.sampled_from([0, 50 * US, 50 * US, 300 * US])),
        jitter=draw(st.sampled_from([0, 0, 0, 0, MS])),
        loss=draw(st.sampled_from(["0%", "0%", "0%", "0%", "1%"])),
        start=draw(st.sampled_from(["settled", "cold"])),
        duration="22s",
        faults=draw(st.lists(some_faults(), max_size=3)),
    )
    if draw(st.booleans()) and scenario.hosts[0].neighbor.startswith("linux"):
        quick = tuple(QUICK.items())
        nodes = (replace(n, sysctls=quick) if n in scenario.hosts else n for n in scenario.nodes)
        scenario = replace(scenario, nodes=tuple(nodes))
    if draw(st.booleans()):
        ageing = draw(st.sampled_from([SECOND, 3 * SECOND]))
        nodes = (replace(n, ageing_time=ageing) if n in scenario.switches else n for n in scenario.nodes)
        scenario = replace(scenario, nodes=tuple(nodes))
    if draw(st.booleans()):
        confirm = draw(st.booleans())
        scenario = replace(scenario, clients=tuple(replace(c, confirm=confirm) for c in scenario.clients))
    return scenario


@settings(max_examples=max(40, settings().max_examples // 10))
@given(small_networks(), st.integers(0, 1000))
def test_lazy_and_dense_runs_are_equal(scenario, seed):
    assert_equal_runs(scenario, seed)


@pytest.mark.parametrize("name", scenario_names())
def test_the_gallery_is_the_same_with_lazy_clients(name):
    scenario = vs.read_scenario(scenario_path(name))
    for seed in (1, 2):
        assert_equal_runs(scenario, seed)


FAULTS = ["kill", "crash", "stop", "hang", "isolate", "power", "link_down", "port_down", "freeze"]


@pytest.mark.parametrize("word", FAULTS)
def test_almost_nothing_is_sent_before_during_and_after_an_outage(word):
    asks = {"client_probe": "database", "client_interval": "2ms", "poll": None}
    assert assert_equal_runs(vs.pair(**asks, duration="12s", faults=[f"{word}:db1@5s"]), 1) > 50


TROUBLE = {
    "a service hangs": ["service_hang:db1.database@3s"],
    "frames are lost": ["drop:db1:all 30%@3s"],
    "frames of others are lost": ["drop:db1:advert 30%@3s"],
    "frames become late, and are not any more": [faults.delay("app1", "30ms", at="3s", duration="2s")],
    "frames are late by chance": [faults.jitter("db1", "3ms", at="3s", duration="4s")],
    "the client has no link": [faults.link_down("app1.bond0", at="3s", duration="2s")],
    "the client stands still": [faults.freeze("app1", at="3s", duration="2s")],
    "somebody speaks for the client while nobody answers": [
        "isolate:db1@2s",
        faults.inject("db2", encode(framed(DB2, CLIENT, Other(0x88B5, b""))), at="3s"),
    ],
    "somebody speaks for the client": [
        faults.inject("db2", encode(framed(DB2, CLIENT, Other(0x88B5, b""))), at="3s")
    ],
}


@pytest.mark.parametrize("probe", ["ping", "database"])
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_what_a_probe_may_meet(trouble, probe):
    scenario = vs.pair(client_probe=probe, client_interval="5ms", poll=None, duration="12s", faults=trouble)
    assert_equal_runs(scenario, 1)


def test_a_port_that_learns_first():
    trouble = TROUBLE["the client has no link"] + ["port_down:db1.bond0@8s", "port_up:db1.bond0@9s"]
    scenario = vs.pair(client_interval="5ms", poll=None, duration="25s", faults=trouble)
    nodes = (replace(n, forward_delay=3 * SECOND) if n in scenario.switches else n for n in scenario.nodes)
    assert assert_equal_runs(replace(scenario, nodes=tuple(nodes)), 1) > 5


def test_a_port_that_does_not_learn():
    data = to_data(vs.pair(client_interval="5ms", poll=None, duration="8s"))
    place = next(link["ends"] for link in data["links"] if "app1.bond0" in link["ends"])[1].partition(".")[2]
    data["nodes"]["sw1"] |= {
        "ports": {place: {"learning": False}},
        "static": {str(CLIENT): {"port": place, "sticky": False}},
    }
    assert_equal_runs(from_data(data), 1)


def test_a_cable_that_is_busy_with_what_it_drops():
    cut = faults.isolate("app1", at="3s", duration="2s")
    scenario = vs.pair(client_interval="5ms", poll=None, duration="12s", rate="100kbps", faults=[cut])
    assert_equal_runs(scenario, 1)


@pytest.mark.parametrize("neighbor", ["linux", "rfc826"])
@pytest.mark.parametrize("confirm", [True, False])
@pytest.mark.parametrize("word", ["kill", "crash", "hang"])
@pytest.mark.parametrize("end", ["6s", "14s"])
def test_the_first_answer_of_another_is_heard_and_the_first_lost_probe_is_sent(word, confirm, neighbor, end):
    hangs = faults.service_hang("db1", "database", at="5s", duration="2s")
    asks = {"client_probe": "database", "client_interval": "5ms", "poll": "1s", "neighbor": neighbor}
    scenario = vs.pair(**asks, duration=end, faults=[hangs if word == "hang" else f"{word}:db1@5s"])
    clients = tuple(replace(one, confirm=confirm) for one in scenario.clients)
    assert assert_equal_runs(replace(scenario, clients=clients), 1) > 10


class TestACable:
    """What `Direction.foresee` knows, and what it does not."""

    NOW = 5 * SECOND

    @pytest.fixture
    def cable(self):
        simulation = Simulation(vs.pair(duration="3s"), 1, vs.Level.PROTOCOL)
        return simulation.network.directions_of("app1>sw1")[0]

    @pytest.fixture
    def frame(self):
        return framed(DB2, CLIENT, Other(0x88B5, b""))

    def test_a_clean_one(self, cable, frame):
        assert cable.foresee(frame, self.NOW) == (self.NOW + 512, self.NOW + 512 + 50 * US, False)

    def test_one_that_is_still_busy(self, cable, frame):
        cable.busy = self.NOW + 1
        assert cable.foresee(frame, self.NOW) is None

    def test_one_on_which_frames_were_late(self, cable, frame):
        cable.slow, cable.last_arrival = True, self.NOW + 51 * US
        assert cable.foresee(frame, self.NOW) is None
        cable.last_arrival = self.NOW
        assert cable.foresee(frame, self.NOW) == (self.NOW + 512, self.NOW + 512 + 50 * US, False)

    def test_one_without_a_carrier(self, cable, frame):
        cable.carrier = False
        cable.refresh()
        assert cable.foresee(frame, self.NOW)[2]

    def test_chance(self, cable, frame):
        for field, value in (("jitter", US), ("losses", Losses(0.5, Random(1)))):
            before = getattr(cable, field)
            setattr(cable, field, value)
            cable.refresh()
            assert cable.foresee(frame, self.NOW) is None
            setattr(cable, field, before)

    def test_rules(self, cable, frame):
        others, chance, all_of_them = (
            DropRule(0, "", "", kinds=frozenset({"advert"}), losses=Losses(0.5, Random(1))),
            DropRule(0, "", "", losses=Losses(0.5, Random(1))),
            DropRule(0, "", ""),
        )
        for rules, wanted in (((others,), False), ((others, all_of_them), True), ((others, chance), None)):
            cable.rules = rules
            cable.refresh()
            found = cable.foresee(frame, self.NOW)
            assert (found and found[2]) == wanted


def test_with_frames_every_probe_is_sent():
    scenario = with_lazy(vs.pair(duration="3s"), True)
    trace = vs.run(scenario, seed=1)
    assert trace.frames == vs.run(with_lazy(scenario, False), seed=1).frames
    assert trace.counts["frames_sent"] == len(trace.frames)


def test_who_answered_when_and_how_often():
    scenario = vs.pair(client_interval="10ms", faults=["crash:db1@5s"], duration="12s", poll=None)
    heard = {}
    for lazy in (False, True):
        simulation = Simulation(with_lazy(scenario, lazy), 3, vs.Level.SUMMARY)
        simulation.run()
        heard[lazy] = simulation.heard("app1")
    assert heard[True] == heard[False]
    before, after = heard[True].owners
    (silence,) = heard[True].silences
    assert (before.by, after.by) == ("db1", "db2")
    assert (before.last, after.first) == (silence.last, silence.first)
    assert before.count + silence.lost + after.count == heard[True].sent
    assert round((before.last - before.first) / (10 * MS)) + 1 == before.count
    with pytest.raises(vs.VipsimError, match="no client is called 'app9': there is app1"):
        simulation.heard("app9")
