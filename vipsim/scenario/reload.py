"""What a daemon is told by its new configuration file: the value of the fault ``reload``.

The value is a list of settings, ``priority=90 vips=service,second garp_master_delay=1s``: keys of a member
(`priority`, `preempt`, `vips`, `version`) or keywords of keepalived.conf. A node with several virtual routers
says which one is meant: ``51.priority=90``. Without a value the file is read again and says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vipsim.errors import ScenarioError
from vipsim.machines.vrrp.profiles import PROFILES
from vipsim.machines.vrrp.rules import VrrpSettings
from vipsim.scenario.assemble import vrrp_settings
from vipsim.scenario.data import from_data, to_data
from vipsim.scenario.fields import Refusal, nearest, shown
from vipsim.scenario.model import Scenario, VrrpGroup

MEMBER_KEYS = ("priority", "preempt", "vips", "version")
LISTS = ("vips", "unicast_peer", "virtual_ipaddress_excluded")


def reloaded(scenario: Scenario, node: str, values: Sequence[str]) -> dict[str, VrrpSettings]:
    """Return what each virtual router of `node` runs with after reloads with these values, by its name.

    Raises
    ------
    ScenarioError
        If nothing on the node can be reloaded, or the daemon would refuse the new settings.
    """
    numbers = [number for number, group in enumerate(scenario.groups) if _reloads(group, node)]
    if not numbers:
        raise Refusal(
            f"nothing on {node} reads its configuration again", "members with profile: keepalived do"
        )
    data = to_data(replace(scenario, faults=()), resolved=False)
    for value in values:
        for setting in value.split():
            _put(data, scenario, numbers, node, setting)
    changed = from_data(data)
    groups = [
        group for group in (changed.groups[number] for number in numbers) if isinstance(group, VrrpGroup)
    ]
    return {group.name: vrrp_settings(changed, group, node) for group in groups}


def _reloads(group: object, node: str) -> bool:
    if not isinstance(group, VrrpGroup):
        return False
    own = (member for member in group.members if member.node == node)
    return any(PROFILES[group.profile_of(member)].reloads for member in own)


def _put(data: dict[str, Any], scenario: Scenario, numbers: list[int], node: str, setting: str) -> None:
    path, sign, text = setting.partition("=")
    place, dot, key = path.rpartition(".")
    if not sign or not key:
        raise Refusal(f"{shown(setting)} is no setting", "write key=value, such as priority=90")
    names = {number: _names(scenario, number) for number in numbers}
    meant = [number for number in numbers if not dot or place in names[number]]
    if not meant:
        known = [name for number in numbers for name in names[number]]
        raise Refusal(f"{node} has no virtual router {shown(place)}", nearest(place, known))
    if key == "vips" and len(meant) > 1:
        raise Refusal(f"{node} has several virtual routers", f"say whose: {names[meant[0]][0]}.{setting}")
    for number in meant:
        member = data["groups"][number]["vrrp"]["members"][node]
        home = member if key in MEMBER_KEYS else member.setdefault("keepalived", {})
        home[key] = text.split(",") if key in LISTS else _plain(text)


def _names(scenario: Scenario, number: int) -> list[str]:
    group = scenario.groups[number]
    assert isinstance(group, VrrpGroup)
    return [str(group.vrid), *([group.title] if group.title else [])]


def _plain(text: str) -> object:
    """A number or a truth value as the file format has it; everything else is text."""
    words: dict[str, object] = {"true": True, "false": False}
    return words.get(text, int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text)


def problem_of(error: ScenarioError) -> Refusal:
    """What a new configuration is refused for, in one sentence."""
    if isinstance(error, Refusal):
        return error
    first = error.problems[0]
    place = ".".join(str(part) for part in first.where if part not in ("groups", "vrrp", "members"))
    return Refusal(f"after it {place}: {first.message}", first.hint)
