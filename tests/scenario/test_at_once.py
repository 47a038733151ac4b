"""Every mistake is reported at once, and nothing that merely follows from one."""

import pytest

from tests.scenario.test_rejected import BASE, Case, cases
from vipsim.errors import ScenarioError
from vipsim.scenario.builders import pair
from vipsim.scenario.paths import set_path
from vipsim.scenario.reader import read_scenario_text

PAIR = """
name: web
duration: 20s
nodes:
  web1: {interfaces: {eth0: {address: 10.0.0.1/24}}, services: {web: 80}}
  web2: {interfaces: {eth0: {address: 10.0.0.2/24}}, services: {web: 80}}
  user: {interfaces: {eth0: {address: 10.0.0.9/24}}}
  sw1: {kind: switch}
links:
  - {ends: [web1, sw1], loss: 1%}
  - {ends: [web2, sw1]}
  - {ends: [user, sw1]}
vips: {site: 10.0.0.100/24}
groups:
  - vrrp: {vrid: 7, vips: [site], members: {web1: {priority: 150}, web2: {priority: 100}}}
clients:
  user: {target: site, probe: web}
faults:
  - {kill: web1, at: 5s, for: 2s}
  - {drop: sw1>user, value: garp, at: 5s}
  - {heal: sw1>user, at: 9s}
"""


def messages(text: str) -> list[str]:
    try:
        read_scenario_text(text)
    except ScenarioError as refusal:
        return [problem.message for problem in refusal.problems]
    return []


def changed(*changes: tuple[str, str]) -> list[str]:
    text = PAIR
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return messages(text)


def test_the_pair_is_fine() -> None:
    assert changed() == []


def test_five_mistakes_are_five_problems() -> None:
    assert changed(
        ("10.0.0.1/24", "10.0.0.1"),
        ("loss: 1%", "loss: 1"),
        ("priority: 100", "priority: 300"),
        ("probe: web", "probe: webb"),
        ("at: 9s", "at: 90"),
    ) == [
        "10.0.0.1 has no prefix length",
        "1 has no unit: write 1%",
        "300 is out of range",
        "no host behind site has a service 'webb'",
        "90 has no unit: write 90s or 90ms",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("vrid: 7, ", "vrid: 0, ", "0 is out of range"),
        ("vrid: 7, ", "vrid: 7, foo: 1, ", "unknown key 'foo'"),
        ("vrid: 7, ", "", "vrid is missing"),
        ("vips: [site], ", "vip: [site], ", "unknown key 'vip'"),
        ("vips: [site], ", "vips: [7], ", "7 is no name"),
        ("members: ", "membrs: ", "unknown key 'membrs'"),
        ("{web1: {priority: 150}", "{web1: {}", "priority is missing"),
        ("{web1: {priority: 150}", "{web1: 150", "expected a mapping, found 150"),
        ("{web1: {priority: 150}", "{wbe1: {priority: 150}", "there is no node 'wbe1'"),
        ("- vrrp: ", "- vrpp: ", "unknown key 'vrpp'"),
        ("groups:", "grops:", "unknown key 'grops'"),
        ("vips: {site: 10.0.0.100/24}", "vips: {site: 10.0.0.100}", "10.0.0.100 has no prefix length"),
        ("web1: {interfaces: ", "web1: {interface: ", "unknown key 'interface'"),
        ("web1: {interfaces: {eth0: {address: 10.0.0.1/24}}, services: {web: 80}}", "web1: 7",
         "expected a mapping, found 7"),
        ("{ends: [web1, sw1], loss: 1%}", "{end: [web1, sw1]}", "unknown key 'end'"),
        ("ends: [web1, sw1]", "ends: [web1, sw9]", "there is no node 'sw9'"),
        ("links:", "lnks:", "unknown key 'lnks'"),
        ("{kind: switch}", "{kin: switch}", "unknown key 'kin'"),
        ("drop: sw1>user", "dropp: sw1>user", "unknown key 'dropp'"),
        ("target: site, ", "targt: site, ", "unknown key 'targt'"),
        ("value: garp", "valeu: garp", "unknown key 'valeu'"),
        ("  user: {target", "  usr: {target", "node is missing"),
        ("duration: 20s", "duration: 20", "20 has no unit: write 20s or 20ms"),
        ("at: 5s, for: 2s", "att: 5s, for: 2s", "unknown key 'att'"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem(old: str, new: str, message: str) -> None:
    assert changed((old, new)) == [message]


def test_a_fault_is_judged_although_its_group_is_not_readable() -> None:
    assert changed(("vrid: 7", "vrid: 0"), ("kill: web1", "kill: user")) == [
        "0 is out of range",
        "user runs no failover daemon",
    ]


ALONE = cases()
NOT_BESIDE = {"a group of two mechanisms"}
"""What the one mechanism of a group is cannot be said while the other has errors."""


def beside(case: Case, old: str, new: str) -> str | None:
    """The case's change and another one, if they are not about the same words."""
    first, second = BASE.index(case.old), BASE.index(old)
    if first < second + len(old) and second < first + len(case.old):
        return None
    text = case.text
    return text.replace(old, new) if text.count(old) == 1 else None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("priority: 150", "priority: 256", "256 is out of range"),
        ("loss: 1%", "loss: 0.01", "0.01 has no unit: write 0.01%"),
        ("1Gbps", "fast", "'fast' is not a rate: write a number and a unit, such as 100Mbps or 1Gbps"),
    ],
)
def test_another_mistake_elsewhere_neither_hides_one_nor_adds_one(old: str, new: str, message: str) -> None:
    tried = 0
    for case in ALONE:
        text = beside(case, old, new)
        alone = messages(case.text)
        unreadable = any(word in str(alone) for word in ("YAML", "not allowed", "tab cannot", "second doc"))
        if text is None or unreadable or case.name in NOT_BESIDE:
            continue
        tried += 1
        assert sorted(messages(text)) == sorted([*alone, message]), case.name
    assert tried > 80


def test_a_setting_of_many_places_is_one_mistake() -> None:
    with pytest.raises(ScenarioError) as refusal:
        set_path(pair(clients=2, faults=["kill:db1@5s"]), "links.*.foo", "1")
    assert len(refusal.value.problems) == 1
    with pytest.raises(ScenarioError) as refusal:
        set_path(pair(faults=["kill:db1@5s"], client_probe="database"), "vrrp.foo", "1")
    assert [problem.message for problem in refusal.value.problems] == [
        "unknown key 'foo' (set: vrrp.foo='1')"
    ]
