"""What a file of experiments may say: all that is read, and what is refused with its reason."""

from __future__ import annotations

import json

import pytest

from tests.validate.daemons.rows import FEW
from tests.validate.daemons.variants import configured, document, done, replaced, row, signal, variant
from vipsim.errors import VipsimError
from vipsim.validate.daemons.experiments import ExperimentsError, Unsupported, read_experiments
from vipsim.validate.daemons.trials import Trial, simulate


def test_an_experiment_tells_its_nodes_and_its_stages():
    found = read_experiments(FEW / "experiments.json")["ka2-isolate"]
    assert [node.name for node in found.nodes] == ["n1", "n2"]
    assert [(stage.suffix, stage.old, stage.new) for stage in found.stages] == [
        ("", "n1", "n2"),
        ("recover", "n2", "n1"),
    ]
    assert found.stages[1].ends_on == "n1"


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(ExperimentsError, match="No such file"):
        read_experiments(tmp_path / "experiments.json")


@pytest.mark.parametrize(
    "text, reason",
    [
        (b"\xff\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "the file is no object"),
        (b"{}", "experiments is no object"),
        (b'{"experiments": {"a": {}}}', "experiments.a: 'topology' is missing|experiments.a"),
        (b'{"experiments": {"a": []}, "topology": {}}', "experiments.a"),
        (b'{"experiments": {"a": {"nodes": 3}}, "topology": {"client": {}}}', "experiments.a"),
    ],
    ids=["bytes", "deep", "list", "empty", "nothing", "array", "number"],
)
def test_a_file_that_cannot_be_read_names_the_place(tmp_path, text, reason):
    path = tmp_path / "experiments.json"
    path.write_bytes(text)
    with pytest.raises(ExperimentsError, match=reason):
        read_experiments(path)


def test_every_key_of_an_experiment_that_is_missing_is_named(tmp_path):
    for key in ("nodes", "kind", "daemon", "start_order", "fault"):
        given = document()
        del given["experiments"]["ka2-kill9"][key]
        path = tmp_path / "experiments.json"
        path.write_text(json.dumps(given), encoding="utf-8")
        with pytest.raises(ExperimentsError, match=f"ka2-kill9: '{key}' is missing"):
            read_experiments(path)


def refused(experiment):
    with pytest.raises(Unsupported) as error:
        simulate(Trial(experiment, 0, {"": row(experiment.id)}), [1])
    assert isinstance(error.value, VipsimError)
    return str(error.value)


@pytest.mark.parametrize(
    "change, reason",
    [
        (done({"ns": "sw", "command": "tc qdisc add dev p-n1 root netem loss 5%"}), "tc qdisc"),
        (done({"ns": "sw", "command": "bridge link set dev p-n1 state 2"}), "state 2"),
        (done({"ns": "sw", "command": "nft -f -", "stdin": "table ip x { }"}), "table ip x"),
        (done({"ns": None, "command": "rm DIR/unknown.ok"}), "DIR/unknown.ok"),
        (done(signal("SIGUSR1", "n1")), "SIGUSR1"),
        (done({"ns": "n1", "wish": "rain"}), "ns, wish"),
        (lambda entry: entry.update(ipv6={"vip": "2001:db8::1"}), "IPv6"),
        (lambda entry: entry["nodes"]["n1"]["run"][0].update(daemon="pacemaker"), "pacemaker"),
        (lambda entry: entry["nodes"]["n1"].update(run=[]), "0 failover daemons"),
        (lambda entry: entry["nodes"]["n1"].update(files={}), "configuration file of n1"),
        (
            lambda entry: entry["nodes"]["n1"].update(before_start=[{"command": "modprobe bonding"}]),
            "modprobe bonding",
        ),
        (replaced("n1", "virtual_router_id 51", "virtual_router_id 52 }"), "keepalived.conf"),
        (lambda entry: entry.update(kind="dance"), "dance"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_has_no_place_in_a_simulated_network_is_refused_with_its_reason(tmp_path, change, reason):
    assert reason in refused(variant(tmp_path, "ka2-kill9", change))


def test_a_keyword_that_is_unknown_is_not_fatal(tmp_path):
    experiment = variant(tmp_path, "ka2-kill9", configured("fast_recovery"))
    (found,) = simulate(Trial(experiment, 0, {"": row("ka2-kill9")}), [1])["ka2-kill9"]
    assert found["switched"]


def test_a_trial_that_cannot_come_about_says_what_did_not(tmp_path):
    """n1 is never launched: the old master is waited for in vain."""
    experiment = variant(tmp_path, "ka2-kill9", lambda entry: entry["start_order"].remove("n1"))
    (found,) = simulate(Trial(experiment, 0, {"": row("ka2-kill9")}), [1])["ka2-kill9"]
    assert found["_unmet"] == "n1 never answered the client"
    assert "detect_s" not in found
