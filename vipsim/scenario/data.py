"""A scenario as plain data, and back: the shape of the YAML file and of a trace's header.

`to_data` writes every field (canonical: what was left to a default is there), `from_data` reads plain
data by the rules of the file format. Only `from_data` loads pydantic.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from vipsim.errors import Problem, ScenarioError
from vipsim.machines.vrrp.profiles import default_profile
from vipsim.scenario.data_parts import Plain, carp_data, keywords_data, more_of_client, node_data
from vipsim.scenario.fields import format_percent, format_range
from vipsim.scenario.model import (
    After,
    CarpGroup,
    Client,
    Fault,
    Group,
    Link,
    Scenario,
    SyncGroup,
    VrrpGroup,
    VrrpMember,
)
from vipsim.units import format_duration, format_rate


def to_data(scenario: Scenario, *, resolved: bool = True) -> Plain:
    """Return the scenario as the plain data of its YAML file.

    Parameters
    ----------
    scenario : Scenario
        What to write.
    resolved : bool
        True: every field is written. False: values that follow from another one (a heartbeat's
        timeout, a VRRP version's profile, a client's start) are left out, so that they follow it again.

    Returns
    -------
    dict
        Strings, ints, floats, bools, lists and dicts; durations and rates are text with units.
    """
    data: Plain = {
        "name": scenario.name,
        "description": scenario.description,
        "duration": format_duration(scenario.duration),
        "start": scenario.start.value,
    }
    if scenario.phase is not None:
        data["phase"] = scenario.phase
    data["nodes"] = {node.name: node_data(node) for node in scenario.nodes}
    data["links"] = [{"ends": [str(link.a), str(link.b)], **link_data(link)} for link in scenario.links]
    data["vips"] = {vip.name: f"{vip.address}/{vip.prefix}" for vip in scenario.vips}
    data["groups"] = [group_data(group, resolved=resolved) for group in scenario.groups]
    if scenario.sync_groups:
        data["sync_groups"] = {one.name: sync_group_data(one) for one in scenario.sync_groups}
    data["clients"] = {client.name: client_data(client, resolved=resolved) for client in scenario.clients}
    data["faults"] = [fault_data(fault) for fault in scenario.faults]
    return data


def link_data(link: Link) -> Plain:
    """Plain data of a link, without its ends."""
    return {
        "rate": "unlimited" if link.rate is None else format_rate(link.rate),
        "delay": format_duration(link.delay),
        "jitter": format_duration(link.jitter),
        "loss": format_percent(link.loss),
    }


def group_data(group: Group, *, resolved: bool = True) -> Plain:
    """Plain data of a failover group."""
    if isinstance(group, VrrpGroup):
        vrrp: Plain = {
            **({"name": group.title} if group.title else {}),
            "vrid": group.vrid,
            "vips": list(group.vips),
            "version": group.version,
            "advert_interval": format_duration(group.advert_interval),
            "profile": group.profile,
            "virtual_mac": group.virtual_mac,
        }
        if group.keepalived or group.profile == "keepalived":
            vrrp["keepalived"] = keywords_data(group.keepalived)
        vrrp["members"] = {member.node: _member_data(member) for member in group.members}
        if not resolved and group.profile == default_profile(group.version):
            del vrrp["profile"]
        return {"vrrp": vrrp}
    if isinstance(group, CarpGroup):
        return {"carp": carp_data(group)}
    data: Plain = {
        "name": group.name,
        "vips": list(group.vips),
        "mode": group.mode,
        "interval": format_duration(group.interval),
        "dead_count": group.dead_count,
        "timeout": format_duration(group.silence),
        "probe": group.probe,
        "primary": f"{group.primary.node}.{group.primary.iface}",
        "standby": f"{group.standby.node}.{group.standby.iface}",
        "takeover": group.takeover,
        "failback": group.failback,
    }
    if not resolved and group.timeout is None:
        del data["timeout"]
    return {"heartbeat": data}


def _member_data(member: VrrpMember) -> Plain:
    data: Plain = {"iface": member.iface, "priority": member.priority, "preempt": member.preempt}
    if member.profile:
        data["profile"] = member.profile
    if member.keepalived:
        data["keepalived"] = keywords_data(member.keepalived)
    if member.vips:
        data["vips"] = list(member.vips)
    if member.version is not None:
        data["version"] = member.version
    if member.virtual_mac is not None:
        data["virtual_mac"] = member.virtual_mac
    return data


def sync_group_data(group: SyncGroup) -> Plain:
    """Plain data of a sync group, without its name."""
    vrids = [name.removeprefix("vrrp ") for name in group.groups]
    data: Plain = {
        "groups": [int(one) if one.isdigit() else one for one in vrids],
        "sync_group_tracking_weight": group.sync_group_tracking_weight,
    }
    if group.nodes:
        data["nodes"] = list(group.nodes)
    return data


def client_data(client: Client, *, resolved: bool = True) -> Plain:
    """Plain data of a client, without its name."""
    data: Plain = {
        "node": client.node,
        "target": client.target,
        "probe": client.probe,
        "over": client.over,
        "interval": format_duration(client.interval),
        "start": format_range(*client.start),
        "measured": client.measured,
        **more_of_client(client),
    }
    if not resolved and client.start == (0, client.interval):
        del data["start"]
    return data


def fault_data(fault: Fault) -> Plain:
    """Plain data of a fault."""
    data: Plain = {fault.word.value: fault.target}
    when = fault.when
    if isinstance(when, After):
        data["after"] = {
            when.event: when.node,
            "plus": format_duration(when.plus),
            "since": format_duration(when.since),
        }
    else:
        data["at"] = format_range(when.earliest, when.latest)
    if fault.value:
        data["value"] = fault.value
    if fault.duration is not None:
        data["for"] = format_duration(fault.duration)
    if fault.every is not None:
        data["every"] = format_duration(fault.every)
    return data


def from_data(data: Any) -> Scenario:
    """Read a scenario from plain data; the inverse of `to_data`.

    Raises
    ------
    ScenarioError
        With every problem of shape and sense, each with its place in the data.
    """
    from vipsim.scenario.judge import judge

    scenario, problems = judge(data)
    if problems or scenario is None:
        raise ScenarioError(problems or [Problem("there is no scenario")])
    return scenario


def digest(scenario: Scenario) -> str:
    """Hash of what a scenario means (sha256, hexadecimal); its description does not count."""
    data = to_data(scenario)
    del data["description"]
    text = json.dumps(data, sort_keys=False, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
