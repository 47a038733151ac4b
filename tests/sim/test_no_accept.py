"""no_accept: a master whose address answers ARP and nothing else; authentication; unicast peers."""

from __future__ import annotations

import pytest

import vipsim as vs
from tests.machines.bench import only
from tests.machines.test_keepalived import DB1, advert, backup, deadline, master, settings
from tests.sim.test_reload import AT, scenario
from vipsim.errors import ScenarioError
from vipsim.machines.vocabulary import AcquireVip, Note, Started, TimerFired
from vipsim.machines.vrrp import VrrpMachine
from vipsim.machines.vrrp.keywords import Keywords
from vipsim.scenario.keepalived import read_keepalived
from vipsim.scenario.keepalived.files import write_node
from vipsim.scenario.keepalived.scenario import members
from vipsim.units import SECOND, s
from vipsim.wire.frames import Arp, ArpOp


def accepts(priority, **words):
    machine = VrrpMachine(settings(priority, **words))
    taken = only(AcquireVip, machine.handle(Started(), 0))
    taken = taken or only(AcquireVip, machine.handle(TimerFired(("vrrp 51", "master_down")), s(9)))
    return taken[0].accept


@pytest.mark.parametrize(
    "priority, words, answered",
    [
        (150, {}, True),
        (150, {"accept": False}, False),
        (150, {"vrrp_strict": True}, False),
        (150, {"vrrp_strict": True, "accept": True}, False),
        (150, {"vrrp_strict": True, "accept": True, "version": 3}, True),
        (255, {"vrrp_strict": True}, True),
        (255, {"accept": False}, True),
    ],
)
def test_who_answers(priority, words, answered):
    """keepalived.conf(5): accept is the default, but not in strict mode; the owner answers always."""
    assert accepts(priority, **words) is answered


def test_a_client_learns_the_mac_and_is_never_answered():
    trace = vs.run(scenario(group={"keepalived": {"accept": False}}), seed=1)
    assert trace.metrics.clients["c1"].never
    told = [
        frame
        for frame in trace.frames
        if isinstance(frame.frame.packet, Arp)
        and frame.frame.packet.op is ArpOp.REPLY
        and frame.src == "n1.eth0"
    ]
    assert told
    assert any("no_accept" in frame.outcome for frame in trace.frames)
    assert not trace.violations


def test_the_address_moves_all_the_same_and_a_client_on_the_owner_gets_nothing():
    client = {"n1": {"target": "service", "interval": "100ms"}}
    faults = ({"crash": "n1", "at": f"{AT}s"}, {"stop": "n2", "at": f"{AT + 10}s"})
    trace = vs.run(scenario(*faults, group={"keepalived": {"accept": False}}, clients=client), seed=1)
    assert [record.data["act"] for record in trace.select("vip", "n2")] == ["acquire", "release"]
    assert trace.metrics.clients["n1"].never and not trace.violations


# --- authentication -------------------------------------------------------------------------------

WORD = {"auth_type": "AH", "auth_pass": "secret"}


def test_with_ah_both_must_have_the_same_word():
    made = backup(**WORD)
    made.hear(advert(150, **WORD), s(1))
    assert deadline(made) == s("4.609375")
    (note,) = made.hear(advert(150, auth_type="AH", auth_pass="other"), s(2))
    assert isinstance(note, Note) and "another password" in note.text


@pytest.mark.parametrize("theirs", [{}, {"auth_type": "PASS", "auth_pass": "secret"}])
def test_ah_is_another_protocol_and_restarts_nobodys_timer(theirs):
    made = master(**WORD)
    assert made.hear(advert(255, **theirs), s("0.5")) == []
    assert deadline(made, "advert") == s(1)
    plain = master(**theirs)
    assert plain.hear(advert(255, **WORD), s("0.5")) == []
    assert deadline(plain, "advert") == s(1)


def test_ah_in_a_scenario_is_two_masters_that_were_told_different_things():
    trace = vs.run(
        scenario(group={"version": 2}, n1={"keepalived": WORD}, start="cold", duration="20s"), seed=1
    )
    assert [found.rule for found in trace.misconfigured] == ["misconfigured"]
    # Neither is mute: what another protocol carries comes to no socket of theirs.
    for node in ("n1", "n2"):
        assert len([r for r in trace.select("advert", node) if r.time > 5 * SECOND]) == 15


# --- unicast ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ttl, heard", [(253, False), (254, True), (255, True)])
def test_the_time_to_live_of_a_peer(ttl, heard):
    made = backup(unicast_peer=(DB1,), check_unicast_src=True, min_ttl=254)
    made.hear(advert(150, packet={"ttl": ttl, "dst": made.machine.settings.address}), s(1))
    assert (deadline(made) == s("4.609375")) is heard


def test_least_and_most_are_in_order():
    with pytest.raises(ScenarioError, match="min_ttl and max_ttl"):
        settings(100, min_ttl=20, max_ttl=10)


# --- configuration files ---------------------------------------------------------------------------

PEERS = {"unicast_peer": ["n1", "n2"], "check_unicast_src": True}


@pytest.mark.parametrize(
    "words, group, written",
    [
        ({"accept": False}, {}, {"no_accept"}),
        ({}, {}, set()),
        ({"vrrp_strict": True}, {}, set()),
        ({"vrrp_strict": True, "accept": True}, {}, {"accept"}),
        ({**PEERS, "min_ttl": 254}, {}, {"192.168.1.218 min_ttl 254"}),
        ({**PEERS, "min_ttl": 250, "max_ttl": 254}, {}, {"192.168.1.218 min_ttl 250 max_ttl 254"}),
        (WORD, {"version": 2}, {"auth_type AH"}),
    ],
)
def test_there_and_back_by_a_configuration_file(words, group, written):
    text = write_node(scenario(group={**group, "keepalived": words}), "n1")
    lines = {line.strip() for line in text.splitlines()}
    assert {line for line in lines if "accept" in line or "_ttl" in line or line == "auth_type AH"} == written
    (part,) = members(read_keepalived(text), "n1")
    made = Keywords(**{name: value for name, value in part.keepalived if name != "advert_int"})
    asked = scenario(group={**group, "keepalived": words}).groups[0].keepalived
    for name in ("auth_type", "min_ttl", "max_ttl"):
        assert getattr(made, name) == dict(asked).get(name, getattr(Keywords(), name))
    assert made.accepts(part.version, 150) == Keywords(
        **{name: value for name, value in asked if name in ("accept", "vrrp_strict")}
    ).accepts(part.version, 150)
