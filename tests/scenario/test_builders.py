"""Scenarios and faults in Python, and the command line's way of saying them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.strategies import some_faults
from vipsim.errors import ScenarioError, VipsimError
from vipsim.scenario import faults
from vipsim.scenario.builders import pair
from vipsim.scenario.data import fault_data
from vipsim.scenario.faults import crash, drop, fault, heal, inject, parse_fault, service_stop
from vipsim.scenario.fields import format_percent, parse_percent
from vipsim.scenario.model import After, At, Fault, FaultWord, HeartbeatGroup, VrrpGroup
from vipsim.scenario.paths import set_path, set_paths
from vipsim.units import MS, SECOND


def test_many_clients_have_addresses_of_their_own() -> None:
    scenario = pair(clients=1000)
    addresses = {iface.address for host in scenario.hosts for iface in host.ifaces}
    macs = {iface.mac for host in scenario.hosts for iface in host.ifaces}
    assert len(addresses) == len(macs) == 1002
    assert len([client for client in scenario.clients if client.measured]) == 1000


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"mechanism": "carp"}, "no mechanism"),
        ({"advert_interval": "300ms"}, "version: 3"),
        ({"advert_interval": 0.3}, "is not a duration"),
        ({"priorities": (300, 100)}, "out of range"),
        ({"priorities": (100,)}, "priorities for two machines"),
        ({"mechanism": "heartbeat", "timeout": "2s"}, "next question"),
        ({"mechanism": "heartbeat", "probe": "web"}, "no service"),
        ({"neighbor": "linus"}, "did you mean linux"),
        ({"clients": -1}, "clients"),
        ({"loss": "1"}, "no percentage"),
        ({"start": "warm"}, "is no start"),
        ({"faults": [crash("db9", at="5s")]}, "no node 'db9'"),
        ({"faults": ["crash:db1@50s"]}, "outside the run"),
        ({"phase": 1.0}, "no phase"),
        ({"duration": "4000d"}, "out of range"),
        ({"name": "../x"}, "no scenario name"),
    ],
)
def test_the_builder_refuses_what_the_reader_refuses(settings: dict[str, object], words: str) -> None:
    with pytest.raises(VipsimError, match=words):
        pair(**settings)


def test_fault_times() -> None:
    assert crash("db1", at="5s").when == At(5 * SECOND, 5 * SECOND)
    assert crash("db1", at="5s..6s").when == At(5 * SECOND, 6 * SECOND)
    assert crash("db1", at=5 * SECOND).when == crash("db1", at=At(5 * SECOND, 5 * SECOND)).when
    after = crash("db1", after={"advert": "db1", "plus": "0.3s", "since": "4s"})
    assert after.when == After("advert", "db1", 300 * MS, 4 * SECOND)
    assert crash("db1", after=After("advert", "db1")).when == After("advert", "db1")
    repeated = crash("db1", at="5s", duration="2s", every="10s")
    assert (repeated.duration, repeated.every) == (2 * SECOND, 10 * SECOND)


@pytest.mark.parametrize(
    "bad", [{}, {"at": "5s", "after": {"advert": "db1"}}, {"at": "5"}, {"at": "6s..5s"}, {"after": {}}]
)
def test_a_fault_needs_one_good_time(bad: dict[str, object]) -> None:
    with pytest.raises(VipsimError):
        crash("db1", **bad)


@pytest.mark.parametrize("word", [word.value for word in FaultWord])
def test_every_word_has_a_function_that_says_what_it_does(word: str) -> None:
    make = getattr(faults, word)
    assert make.__name__ == word
    assert make.__doc__
    made = make("db1", b"x" * 14, at="1s") if word == "inject" else make("db1", at="1s")
    assert made.word.value == word


def test_inject_takes_whatever_has_bytes() -> None:
    class Packet:
        def __bytes__(self) -> bytes:
            return b"\xff" * 14

    assert inject("app1", Packet(), at="1s").value == "ff" * 14
    assert inject("app1", b"\xff" * 14, at="1s") == inject("app1", Packet(), at="1s")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("crash:db1@5s", crash("db1", at="5s")),
        ("crash:db1@5s..6s", crash("db1", at="5s..6s")),
        (" crash : db1 @ 5s ", crash("db1", at="5s")),
        ("crash:db1", crash("db1", at="0s")),
        ("link_down:db1.bond0@1s", faults.link_down("db1.bond0", at="1s")),
        ("drop:sw1>app1:garp 30%@5s", drop("sw1>app1", "garp 30%", at="5s")),
        ("partition:db1|db2,app1@5s", faults.partition("db1|db2,app1", at="5s")),
        ("service_stop:db1:database@5s", service_stop("db1", "database", at="5s")),
        ("service_stop:db1.database@5s", service_stop("db1", "database", at="5s")),
        ("delay:db1:20ms@5s", faults.delay("db1", "20ms", at="5s")),
        ("heal@9s", heal(at="9s")),
        ("heal:db1|db2@9s", heal("db1|db2", at="9s")),
    ],
)
def test_parse_fault(text: str, expected: Fault) -> None:
    assert parse_fault(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("crush:db1@5s", "did you mean crash"),
        ("crash:db1@5", "has no unit: write 5s"),
        ("crash@5s", "says not what it acts on"),
        ("", "is no fault"),
        ("@5s", "is no fault"),
        ("crash:db1@6s..5s", "ends before it begins"),
    ],
)
def test_parse_fault_refuses(text: str, words: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        parse_fault(text)
    assert words in f"{refusal.value} {getattr(refusal.value, 'hint', '')}"


@given(st.text(max_size=40))
def test_parse_fault_reads_or_refuses(text: str) -> None:
    with suppress(ScenarioError):
        assert isinstance(parse_fault(text), Fault)


@given(some_faults())
def test_faults_as_data(made: Fault) -> None:
    data = fault_data(made)
    assert data[made.word.value] == made.target
    assert fault(made.word, made.target, at="1s").word is made.word


def test_scenarios_are_changed_by_copies() -> None:
    base = pair()
    more = base.with_faults("crash:db1@5s", heal(at="9s"))
    assert base.faults == ()
    assert [one.word for one in more.faults] == [FaultWord.CRASH, FaultWord.HEAL]
    assert more.without_faults() == base
    assert base.with_(duration=30 * SECOND).duration == 30 * SECOND
    with pytest.raises(ScenarioError, match="outside the run"):
        more.with_(duration=SECOND)
    with pytest.raises(ScenarioError, match="no node"):
        base.with_faults("crash:db7@5s")


def test_settings_by_path() -> None:
    vrrp = pair(faults=["crash:db1@5s"])
    version3 = set_paths(vrrp, {"vrrp.version": 3, "vrrp.advert_interval": "300ms"})
    group = version3.groups[0]
    assert isinstance(group, VrrpGroup)
    assert (group.version, group.advert_interval, group.profile) == (3, 300 * MS, "rfc9568")
    assert [link.loss for link in set_path(vrrp, "links.*.loss", "1%").links] == [0.01] * 3
    assert set_path(vrrp, "faults.0.at", "6s..7s").faults[0].when == At(6 * SECOND, 7 * SECOND)
    assert set_path(vrrp, "phase", "0.25").phase == 0.25
    members = set_path(vrrp, "vrrp.members.*.preempt", "false").groups[0].members
    assert [member.preempt for member in members] == [False, False]
    assert vrrp.with_setting("duration", "30s").duration == 30 * SECOND


def test_a_heartbeats_timeout_follows_its_interval_unless_it_was_set() -> None:
    def silence(**settings: object) -> int:
        group = set_path(pair("heartbeat", **settings), "heartbeat.interval", "300ms").groups[0]
        assert isinstance(group, HeartbeatGroup)
        return group.silence

    assert silence() == 300 * MS
    assert silence(mode="push") == 900 * MS
    assert silence(timeout="200ms") == 200 * MS
    with pytest.raises(ScenarioError, match="next question"):
        silence(timeout="900ms")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("vrrp.advert_intervall", "2s", "did you mean advert_interval"),
        ("vrpp.advert_interval", "2s", "did you mean vrrp.advert_interval"),
        ("heartbeat.interval", "2s", "no heartbeat group"),
        ("nodes.db3.neighbor", "linux", "did you mean nodes.db2.neighbor"),
        ("links.9.loss", "1%", "leads nowhere"),
        ("links.*.lost", "1%", "did you mean loss"),
        ("vrrp", "1", "whole group"),
        ("", "1", "unknown key"),
        ("vrrp.advert_interval", "2", "has no unit"),
        ("vrrp.advert_interval", "300ms", "version: 3"),
        ("vrrp.vips", "[", "is no YAML"),
        ("faults.*.at", "5s", "leads nowhere"),
    ],
)
def test_settings_that_lead_nowhere(path: str, value: str, words: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        set_path(pair(), path, value)
    hints = " ".join(problem.hint for problem in refusal.value.problems)
    assert words in f"{refusal.value} {hints} {getattr(refusal.value, 'hint', '')}"


@given(st.floats(0, 1))
def test_percent_round_trip(probability: float) -> None:
    assert parse_percent(format_percent(probability)) == probability


def test_what_would_fail_only_at_run_time_is_refused_before() -> None:
    with pytest.raises(ScenarioError, match="more than the interval, 1s"):
        pair("heartbeat", mode="push", dead_count=1)
    with pytest.raises(ScenarioError, match="is no frame"):
        faults.inject("app1", "zz", at="1s")  # type: ignore[arg-type]
    torn = bytes(12) + b"\x08\x06" + bytes(4)
    with pytest.raises(ScenarioError, match="no frame that a cable carries: octet 18"):
        pair(faults=[faults.inject("app1", torn, at="1s")])
    for address in ("192.168.1.0/24", "192.168.1.255/24"):
        with pytest.raises(ScenarioError, match="network or broadcast address"):
            pair().with_setting("vips.service", address)
