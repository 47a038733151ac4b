"""What of a configuration is IPv6, and so has no part in a simulation: listed, not lost in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.config_parts import Statement
from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.places import Place
from vipsim.wire.addresses import IPv4

NOT_SIMULATED = "IPv6 is not simulated"
_OTHER_FAMILY = "of another family than the first address: keepalived ignores it"


def without_ipv6(report: Sequence[Statement], config: KeepalivedConfig) -> Iterator[Statement]:
    """The statements of a configuration, in the order of the file, those on IPv6 as ignored."""
    six = {one.place: one.name for one in config.instances if one.ipv6 and one.place}
    names = set(six.values())
    lines = dict(_lines(config))
    inside = ""
    for one in report:
        if not one.block:
            inside = six.get(one.place, "")
        note = lines.get(one.place, "") if "address" in one.keyword else ""
        if inside:
            note = f"{inside} has IPv6 addresses: {NOT_SIMULATED}"
        elif one.keyword == "group" and names & set(one.text.split()):
            gone = ", ".join(name for name in one.text.split() if name in names)
            note = f"the group goes without {gone}: {NOT_SIMULATED}"
        if note and one.standing is not Standing.UNKNOWN:
            one = replace(one, standing=Standing.IGNORED, note=note)
        yield one


def _lines(config: KeepalivedConfig) -> Iterator[tuple[Place, str]]:
    """Places of single addresses that have no part in the simulation, and why."""
    for one in config.instances:
        for vip in one.virtual_ipaddress_excluded:
            if vip.place and not isinstance(vip.address, IPv4):
                yield vip.place, f"{vip.address}: {NOT_SIMULATED}"
        for vip in one.other_family:
            if vip.place:
                yield vip.place, f"{vip.address} is {_OTHER_FAMILY}"
    for vip in config.static_ipaddress:
        if vip.place and not isinstance(vip.address, IPv4):
            yield vip.place, f"{vip.address}: {NOT_SIMULATED}"


def ipv6_notes(configs: Iterable[tuple[str, KeepalivedConfig]]) -> list[str]:
    """What a simulation of some configurations leaves out because it is IPv6, in a few words."""
    instances: dict[str, list[str]] = {}
    groups: dict[str, dict[str, None]] = {}
    excluded: dict[str, list[str]] = {}
    for node, config in configs:
        for one in config.instances:
            if one.ipv6:
                instances.setdefault(one.name, []).append(node)
                if one.sync_group:
                    groups.setdefault(one.sync_group, {})[one.name] = None
            elif any(not isinstance(vip.address, IPv4) for vip in one.virtual_ipaddress_excluded):
                excluded.setdefault(one.name, []).append(node)
    notes = []
    if instances:
        notes.append(f"{NOT_SIMULATED}: left out is {_of(instances)}")
    notes += [
        f"the sync group {group} goes without {', '.join(names)}: "
        "what makes an IPv6 member fail does not move the others"
        for group, names in groups.items()
    ]
    if excluded:
        notes.append(f"{NOT_SIMULATED}: left out are the IPv6 addresses excluded from {_of(excluded)}")
    return notes


def _of(found: dict[str, list[str]]) -> str:
    told = [f"{name} of {', '.join(nodes)}" for name, nodes in list(found.items())[:6]]
    more = f" and {len(found) - 6} more" if len(found) > 6 else ""
    return "; ".join(told) + more
