"""Rows ``sw-``: those of the shared oracle, and one for each thing that its README says a bridge does."""

import json
from copy import deepcopy

import pytest

from tests.conftest import missing, shared_folder
from vipsim.errors import VipsimError
from vipsim.validate.fields import RowError, SkipRow
from vipsim.validate.switch_cases import replay_switch

A, B, C = (f"02:00:00:00:00:0{digit}" for digit in "abc")
ALL = "ff:ff:ff:ff:ff:ff"
PORTS = ["s1", "s2", "s3", "s4"]
BRIDGE = {
    "ageing_s": 300.0,
    "stp": False,
    "forward_delay_s": 15.0,
    "hello_s": 2.0,
    "max_age_s": 20.0,
    "mcast_snooping": True,
    "mcast_querier": False,
    "vlan_filtering": False,
    "group_fwd_mask": 0,
    "no_linklocal_learn": False,
    "bridge_nf_call_iptables": 1,
}


def octets(src, dst, *, checksum="f673"):
    """A datagram in hexadecimal; its right header checksum is f673."""
    header = f"4500001c000000004011{checksum}c0a80132c0a801db0001000900080000"
    return (dst + src).replace(":", "") + "0800" + header.ljust(92, "0")


def put(t, port, src, dst=ALL, **given):
    hexa = octets(src, dst, **given)
    return {"t_ms": t, "op": "frame", "port": port, "frame": {"eth": {"dst": dst, "src": src}, "hex": hexa}}


def probe(t, *, dst=A, into="result.unicast_from_s4_delivered_to", src=C):
    return put(t, "s4", src, dst) | {"into": into, "watch_ms": 60, "watched_on": ["s1", "s2", "s3"]}


def do(t, op, **given):
    return {"t_ms": t, "op": op, **given}


def look(t, mac=A, into="result.fdb"):
    return do(t, "read_fdb", mac=mac, into=into)


def row(*actions, bridge=None, ports=None, **result):
    """A row whose actions are these; `out` is where the probe came out."""
    if "out" in result:
        result["unicast_from_s4_delivered_to"] = result.pop("out")
    return {
        "id": "sw-test",
        "bridge": BRIDGE | (bridge or {}),
        "ports": {name: {"learning": True, "flood": True, "isolated": False} for name in ports or PORTS},
        "actions": list(actions),
        "result": result,
        "initial": {"fdb": None},
    }


LEARNED = put(0, "s1", A)
STATIC = do(0, "fdb_replace", mac=A, port="s1", static=True, sticky=False)
STICKY = do(0, "fdb_replace", mac=A, port="s1", static=False, sticky=True)
STP = {"stp": True, "forward_delay_s": 2.0}
OTHERS = ["s1", "s2", "s3"]

ROWS = {
    "port down flushes": row(
        LEARNED, do(20, "port_down", port="s1"), look(500), probe(500), fdb=None, out=["s2", "s3"]
    ),
    "carrier loss flushes": row(
        LEARNED, do(20, "carrier_down", port="s1"), look(500), probe(500), fdb=None, out=["s2", "s3"]
    ),
    "carrier back: nothing until the host speaks": row(
        LEARNED,
        do(20, "carrier_down", port="s1"),
        do(500, "carrier_up", port="s1"),
        look(900),
        probe(900),
        fdb=None,
        out=OTHERS,
    ),
    "a removed port takes its entries": row(
        LEARNED, do(20, "port_removed", port="s1"), look(90), probe(90), fdb=None, out=["s2", "s3"]
    ),
    "a removed port takes its static entries": row(
        STATIC, do(20, "port_removed", port="s1"), look(90), probe(90), fdb=None, out=["s2", "s3"]
    ),
    "a static entry outlives the carrier, and swallows": row(
        STATIC, do(20, "carrier_down", port="s1"), look(90), probe(90), fdb="s1/static", out=[]
    ),
    "a static entry does not age": row(STATIC, look(9000), bridge={"ageing_s": 2.0}, fdb="s1/static"),
    "a dynamic sticky entry ages": row(STICKY, look(2300), bridge={"ageing_s": 2.0}, fdb=None),
    "a sticky entry is refreshed from elsewhere": row(
        STICKY, put(1000, "s3", A), look(2300), probe(2300), bridge={"ageing_s": 2.0}, fdb="s1", out=["s1"]
    ),
    "a learned entry can be made static": row(LEARNED, STATIC | {"t_ms": 9}, look(20), fdb="s1/static"),
    "flood off": row(do(0, "port_set", port="s2", flood=False), probe(20), out=["s1", "s3"]),
    "flood off does not matter for what is known": row(
        do(0, "port_set", port="s1", flood=False), LEARNED, probe(20), out=["s1"]
    ),
    "flood off spares no broadcast": row(
        do(0, "port_set", port="s2", flood=False), probe(20, dst=ALL), out=OTHERS
    ),
    "isolated, known": row(
        LEARNED,
        do(9, "port_set", port="s1", isolated=True),
        do(9, "port_set", port="s4", isolated=True),
        probe(20),
        out=[],
    ),
    "learning off keeps what was learned": row(
        LEARNED, do(9, "port_set", port="s1", learning=False), look(20), probe(20), fdb="s1", out=["s1"]
    ),
    "a wrong header checksum is dropped before learning": row(
        put(0, "s1", A, checksum="0000"), look(20), fdb=None
    ),
    "without br_netfilter it is learned": row(
        put(0, "s1", A, checksum="0000"), look(20), bridge={"bridge_nf_call_iptables": 0}, fdb="s1"
    ),
    "without br_netfilter, switched off later": row(
        do(0, "sysctl", key="net.bridge.bridge-nf-call-iptables", value=0),
        put(0, "s1", A, checksum="0000"),
        look(20),
        fdb="s1",
    ),
    "a reserved group teaches": row(put(0, "s1", A, "01:80:c2:00:00:0e"), look(20), fdb="s1"),
    "a reserved group teaches though its header is broken": row(
        put(0, "s1", A, "01:80:c2:00:00:0e", checksum="0000"), look(20), fdb="s1"
    ),
    "a pause frame does not teach": row(put(0, "s1", A, "01:80:c2:00:00:01"), look(20), fdb=None),
    "no_linklocal_learn": row(
        put(0, "s1", A, "01:80:c2:00:00:0e"), look(20), bridge={"no_linklocal_learn": True}, fdb=None
    ),
    "a reserved group is not forwarded": row(probe(0, dst="01:80:c2:00:00:02"), out=[]),
    "group_fwd_mask": row(probe(0, dst="01:80:c2:00:00:0e"), bridge={"group_fwd_mask": "16384"}, out=OTHERS),
    "the group of spanning tree, on": row(
        probe(4500, dst="01:80:c2:00:00:00"), bridge={"stp": True, "forward_delay_s": 2.0}, out=[]
    ),
    "multicast source": row(put(0, "s1", "01:00:5e:00:00:12"), look(20, "01:00:5e:00:00:12"), fdb=None),
    "zero source": row(put(0, "s1", "00:00:00:00:00:00"), look(20, "00:00:00:00:00:00"), fdb=None),
    "nothing from a bad source is forwarded": row(probe(0, dst=ALL, src="00:00:00:00:00:00"), out=[]),
    "ageing 0 learns nothing": row(LEARNED, look(5), probe(9), bridge={"ageing_s": 0}, fdb=None, out=OTHERS),
    "ageing time set later": row(
        LEARNED, do(1500, "sysctl", key="ageing_time", value=100), look(1600), fdb=None
    ),
    "long ageing": row(LEARNED, look(299_000), fdb="s1"),
    "long ageing, over": row(LEARNED, look(301_000), fdb=None),
    "while listening nothing is learned": row(put(0, "s1", A), look(20), bridge=STP, fdb=None),
    "while learning it is learned and not forwarded": row(
        put(2000, "s1", A), look(2100), probe(2100), bridge=STP, fdb="s1", out=[]
    ),
    "forwarding after two delays": row(put(4100, "s1", A), probe(4200), bridge=STP, out=["s1"]),
    "a port without spanning tree forwards at once": row(
        do(0, "port_added", port="s5"),
        do(0, "read_port_state", port="s5", into="result.state"),
        state="forwarding",
    ),
    "states of a port that comes up": row(
        do(0, "port_added", port="s5"),
        do(0, "poll_port_state", port="s5", every_ms=50, for_ms=6500, into="result.states"),
        bridge=STP,
        states=[
            {"t": 0.0, "state": "listening"},
            {"t": 2.03, "state": "learning"},
            {"t": 4.06, "state": "forwarding"},
        ],
    ),
    "spanning tree limits a short forward delay": row(
        do(0, "port_added", port="s5"),
        do(0, "poll_port_state", port="s5", every_ms=50, for_ms=6500, into="result.states"),
        bridge={"stp": True, "forward_delay_s": 0},
        states=[
            {"t": 0.0, "state": "listening"},
            {"t": 2.01, "state": "learning"},
            {"t": 4.06, "state": "forwarding"},
        ],
    ),
    "and a long one, also when it is switched on later": row(
        do(0, "sysctl", key="forward_delay", value=9000),
        do(0, "sysctl", key="stp_state", value=1),
        do(0, "read_bridge_settings", into="result.defaults"),
        defaults={"ageing_time": 30000, "forward_delay": 3000},
    ),
    "without spanning tree it may be short": row(
        do(0, "sysctl", key="forward_delay", value=0),
        do(0, "read_bridge_settings", into="result.defaults"),
        defaults={"ageing_time": 30000, "forward_delay": 0},
    ),
    "with spanning tree an impossible one is refused": row(
        do(0, "sysctl", key="stp_state", value=1),
        do(0, "sysctl", key="forward_delay", value=100),
        do(0, "read_bridge_settings", into="result.defaults"),
        defaults={"ageing_time": 30000, "forward_delay": 1500},
    ),
    "settings of a new bridge": row(
        do(0, "read_bridge_settings", into="result.defaults"),
        defaults={"ageing_time": 30000, "stp_state": 0, "forward_delay_s": 15.0, "group_fwd_mask": "0"},
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_a_bridge_does(name):
    assert replay_switch(ROWS[name]) == []


@pytest.mark.parametrize("name", ROWS)
def test_another_result_would_be_a_difference(name):
    """A judge that finds everything right would be no judge."""
    wrong = deepcopy(ROWS[name])
    for key, value in wrong["result"].items():
        other = ["s2", "s4"] if key.startswith("unicast") else "s9"
        if key == "states":
            other = [*value[:2], {"t": 5.0, "state": "forwarding"}]
        if key == "defaults":
            other = value | {"ageing_time": 100}
        wrong["result"][key] = other
    assert len(replay_switch(wrong)) == len(wrong["result"])


def test_every_shared_row():
    path = shared_folder() / "oracle" / "cases.jsonl"
    if not path.is_file():
        missing(f"no recorded cases at {path}")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    switches = [one for one in rows if one["id"].startswith("sw-")]
    assert switches
    assert {one["id"]: found for one in switches if (found := replay_switch(one))} == {}


def test_settings_of_ports_that_no_action_makes_are_there_from_the_start():
    given = row(probe(20), out=["s1", "s3"])
    given["ports"]["s2"]["flood"] = False
    assert replay_switch(given) == []
    given = row(look(20), fdb="s1/static")
    given["static_entries"] = [{"mac": A, "port": "s1", "static": True, "sticky": False}]
    assert replay_switch(given) == []


def broken(change):
    made = deepcopy(row(LEARNED, look(20), fdb="s1"))
    change(made)
    return made


def action(number, **given):
    return lambda made: made["actions"][number].update(given)


def first(one):
    return lambda made: made["actions"].insert(0, one)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (action(0, op="dance"), "actions[0].op"),
        (action(0, port="s9"), "actions[0].port"),
        (action(0, port=4), "actions[0].port"),
        (action(0, t_ms="soon"), "actions[0].t_ms"),
        (action(0, t_ms=1e12), "actions[0].t_ms"),
        (action(0, frame={"hex": "zz"}), "actions[0].frame.hex"),
        (action(0, frame={"hex": "0200"}), "actions[0].frame.hex"),
        (action(0, frame={}), "actions[0].frame.eth"),
        (action(1, mac="nobody"), "actions[1].mac"),
        (action(1, into="result.nothing"), "actions[1].into"),
        (action(1, into="nowhere.fdb"), "nowhere"),
        (action(0, op="wait", ms=-1), "actions[0].ms"),
        (first(do(0, "port_set", port="s1", hairpin=True)), "actions[0].hairpin"),
        (action(0, op="sysctl", key="colour", value=1), "actions[0].key"),
        (action(0, op="sysctl", key="ageing_time", value="red"), "actions[0].ageing_time"),
        (lambda made: made["bridge"].update(colour=1), "bridge.colour"),
        (lambda made: made["bridge"].update(ageing_s="long"), "bridge.ageing_s"),
        (lambda made: made.pop("bridge"), "bridge"),
        (lambda made: made.pop("ports"), "ports"),
        (lambda made: made.pop("actions"), "actions"),
        (lambda made: made.update(actions=[7]), "actions[0]"),
    ],
)
def test_a_malformed_row_is_refused_with_its_place(change, place):
    with pytest.raises(RowError) as caught:
        replay_switch(broken(change))
    assert caught.value.place == place
    assert caught.value.reason and caught.value.fix


@pytest.mark.parametrize("setting", ["vlan_filtering", "mcast_querier"])
def test_what_is_not_modelled_is_said(setting):
    with pytest.raises(SkipRow, match=setting):
        replay_switch(broken(lambda made: made["bridge"].update({setting: True})))
    assert issubclass(SkipRow, VipsimError)


def test_a_port_that_was_taken_out_cannot_be_set():
    with pytest.raises(RowError, match="taken out"):
        replay_switch(
            row(
                do(0, "port_removed", port="s1"), do(1, "port_set", port="s1", flood=False), look(2), fdb=None
            )
        )
