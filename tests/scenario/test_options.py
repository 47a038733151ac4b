"""Settings that would change nothing are refused; one mistake is one error."""

import pytest

from vipsim.errors import ScenarioError
from vipsim.resources import scenario_path
from vipsim.scenario.reader import read_scenario_text

BASE = scenario_path("database-pair").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new, 1)


def refused(host: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_scenario_text(changed("  app1:\n", "  app1:\n" + host))
    return str(caught.value)


@pytest.mark.parametrize("profile", ["rfc826", "cisco-ios"])
@pytest.mark.parametrize(
    "key", ["base_reachable_time_ms", "locktime", "arp_accept", "net.ipv4.neigh.all.gc_thresh1"]
)
def test_a_sysctl_that_the_profile_does_not_obey(profile: str, key: str) -> None:
    text = refused(f"    neighbor: {profile}\n    sysctls: {{{key}: 1}}\n")
    assert f"{profile} does not obey {key}" in text
    assert "neighbor: linux" in text


@pytest.mark.parametrize("sysctls", ["arp_ignore: 1", "rp_filter: 2", "drop_gratuitous_arp: 1"])
def test_what_arp_itself_obeys_holds_for_every_profile(sysctls: str) -> None:
    read_scenario_text(changed("  app1:\n", f"  app1:\n    neighbor: rfc826\n    sysctls: {{{sysctls}}}\n"))


def test_two_names_for_one_setting() -> None:
    text = refused("    sysctls: {base_reachable_time: 5000, base_reachable_time_ms: 5000}\n")
    assert "base_reachable_time and base_reachable_time_ms set the same" in text
    assert "write one of them" in text


def test_an_unknown_way_to_ask_is_one_error() -> None:
    clients = BASE[BASE.index("clients:") :]
    line = next(one for one in clients.splitlines() if one.strip().startswith("app1:"))
    new = "  app1: {node: app1, target: service, probe: database, over: TCP, tcp: {user_timeout: 5s}}"
    with pytest.raises(ScenarioError) as caught:
        read_scenario_text(BASE.replace(line, new, 1))
    assert str(caught.value).count("<text>:") == 1
    assert "did you mean tcp?" in str(caught.value)


@pytest.mark.parametrize("way", ["oneway", "tcp", "connect", "dns"])
def test_only_a_question_and_its_answer_can_be_lazy(way: str) -> None:
    old = "probe: ping, interval: 10ms}"
    asks = f"probe: database, over: {way}, interval: 10ms, lazy: true}}"
    with pytest.raises(ScenarioError, match=f"over: {way} cannot be lazy"):
        read_scenario_text(changed(old, asks))
    for lazy in (asks.replace(f"over: {way}, ", ""), old.replace("}", ", lazy: true}")):
        assert read_scenario_text(changed(old, lazy)).clients[0].lazy
