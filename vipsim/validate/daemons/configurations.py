"""What each node of an experiment runs, as parts in failover groups: read from the daemons' own files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vipsim.errors import ScenarioError
from vipsim.scenario.data_parts import keywords_data
from vipsim.scenario.keepalived import KeepalivedConfig, read_keepalived
from vipsim.scenario.keepalived.scenario import members
from vipsim.scenario.ucarp import read_ucarp
from vipsim.units import SECOND, Time, format_duration
from vipsim.validate.daemons.experiments import NodeSetup, Unsupported

COMPANIONS = frozenset({"zebra"})
"""Processes beside the daemon that only serve it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A node's part in one virtual router."""

    protocol: str
    """``vrrp`` or ``carp``."""
    number: int
    """VRID or VHID."""
    vips: tuple[str, ...]
    """Addresses with prefix."""
    member: dict[str, Any]
    """The node's own settings."""
    profile: str
    version: int = 0
    virtual_mac: bool = False
    interval: Time = SECOND
    peers: tuple[str, ...] = ()
    """Unicast peers."""
    excluded: tuple[str, ...] = ()
    """Addresses with prefix that move along, but are in no advert."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one node is configured to."""

    daemon: str
    parts: tuple[Part, ...]
    scripts: dict[str, str] = field(default_factory=dict)
    """Names of the scripts that look for a file, by that file."""


def configuration_of(node: NodeSetup, vip: str) -> Configuration:
    """Read the configuration of `node`; `vip` is the laboratory's address with its prefix.

    Raises
    ------
    Unsupported
        If it is of a daemon, or says something, that has no place in a scenario.
    """
    runs = [run for run in node.run if run["daemon"] not in COMPANIONS]
    if len(runs) != 1:
        raise Unsupported(f"{node.name} runs {len(runs)} failover daemons")
    match runs[0]["daemon"]:
        case "keepalived":
            return _keepalived(node, _file_after(node, runs[0]["argv"], "-f"))
        case "vrrpd":
            part = _frr(_file_after(node, runs[0]["argv"], "-f"), vip)
            return Configuration("frr", (part,))
        case "ucarp":
            return Configuration("ucarp", (_ucarp(node, runs[0]["argv"], vip),))
        case other:
            raise Unsupported(f"{node.name} runs {other}, which is not known here")


def _file_after(node: NodeSetup, argv: list[str], option: str) -> str:
    if option not in argv[:-1] or (path := argv[argv.index(option) + 1]) not in node.files:
        raise Unsupported(f"the configuration file of {node.name} is not there")
    return node.files[path]


# --- keepalived ----------------------------------------------------------------------------


def _keepalived(node: NodeSetup, text: str) -> Configuration:
    try:
        config = read_keepalived(text, node=node.name)
    except ScenarioError as error:
        raise Unsupported(f"{node.name}: keepalived.conf: {str(error).splitlines()[0]}") from error
    if any(len(group.members) > 1 for group in config.groups):
        raise Unsupported(f"{node.name} has a vrrp_sync_group that holds several instances together")
    found = [
        Part(
            protocol="vrrp",
            number=part.vrid,
            vips=tuple(f"{address}/{prefix}" for address, prefix in part.vips),
            member={
                "iface": part.iface,
                "priority": part.priority,
                "preempt": part.preempt,
                "keepalived": keywords_data(part.keepalived),
            },
            profile="keepalived",
            version=part.version,
            virtual_mac=part.virtual_mac,
            interval=dict(part.keepalived)["advert_int"],
            peers=tuple(map(str, part.peers)),
            excluded=tuple(f"{address}/{prefix}" for address, prefix in part.excluded),
        )
        for part in members(config, node.name)
    ]
    return Configuration("keepalived", tuple(found), dict(_looked_for(config)))


def _looked_for(config: KeepalivedConfig) -> Iterable[tuple[str, str]]:
    """Files whose being there is what a script finds good, with its name."""
    for script in config.scripts:
        match script.command:
            case (command, "-e" | "-f", path) if command.rpartition("/")[2] in ("test", "["):
                yield path, script.name


# --- FRR -----------------------------------------------------------------------------------

_LINE = re.compile(r"vrrp (?P<vrid>\d+) (?P<word>[a-z-]+)(?: (?P<value>\S+))?")
_KNOWN = {"version", "priority", "advertisement-interval", "ip", "preempt"}


def _frr(text: str, vip: str) -> Part:
    """Read vrrpd.conf: one virtual router on one interface; its interval is in ms."""
    iface, vrid = "", 0
    found: dict[str, str] = {}
    preempt = True
    for line in map(str.strip, text.splitlines()):
        if line.startswith("interface "):
            iface = line.split()[1]
        elif line.startswith("no vrrp ") and line.endswith(" preempt"):
            preempt = False
        elif match := _LINE.fullmatch(line):
            vrid = int(match["vrid"])
            found[match["word"]] = match["value"] or ""
        elif line and not line.startswith(("hostname", "!", "log")):
            raise Unsupported(f"vrrpd.conf says {line[:60]!r}")
    if extra := set(found) - _KNOWN:
        raise Unsupported(f"vrrpd.conf says {', '.join(sorted(extra))}")
    if not iface or not vrid or "ip" not in found:
        raise Unsupported("vrrpd.conf has no virtual router with an address")
    interval = int(found.get("advertisement-interval", 1000)) * SECOND // 1000
    return Part(
        protocol="vrrp",
        number=vrid,
        vips=(f"{found['ip']}/{vip.partition('/')[2]}",),
        member={"iface": iface, "priority": int(found.get("priority", 100)), "preempt": preempt},
        profile="frr",
        version=int(found.get("version", 3)),
        virtual_mac=True,
        interval=interval,
    )


# --- ucarp ---------------------------------------------------------------------------------

_SCRIPT = re.compile(r"#!/bin/sh\n(?:exec )?ip addr (add|del) ([0-9.]+)(/\d+)? dev (\S+)\n?")


def _ucarp(node: NodeSetup, argv: list[str], vip: str) -> Part:
    """Read a command line; its scripts must do to the address what ucarp means them to."""
    try:
        told = read_ucarp(argv, node.files)
    except ScenarioError as error:
        raise Unsupported(f"{node.name}: {error}") from error
    for verb, path in (("add", told.up_script), ("del", told.down_script)):
        match = _SCRIPT.fullmatch(node.files.get(path, ""))
        if match is None or (match[1], match[2], match[4]) != (verb, str(told.vip), told.iface):
            raise Unsupported(f"{node.name}: {path or 'no script'} does not simply {verb} the address")
    return Part(
        protocol="carp",
        number=told.vhid,
        vips=(f"{told.vip}/{vip.partition('/')[2]}",),
        member=told.member() | {"password": told.password},
        profile="ucarp",
    )


# --- together ------------------------------------------------------------------------------


def groups_of(
    configurations: dict[str, Configuration], addresses: dict[str, str]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Join the nodes' parts: the VIPs by name, and the groups of a scenario.

    Parameters
    ----------
    configurations : dict
        By node.
    addresses : dict
        Names of nodes by their addresses: unicast peers are nodes in a scenario.
    """
    routers: dict[tuple[str, int], dict[str, Part]] = {}
    for node, configuration in configurations.items():
        for part in configuration.parts:
            parts = routers.setdefault((part.protocol, part.number), {})
            if node in parts:
                raise Unsupported(f"{node} has two parts with the number {part.number}")
            parts[node] = part
    if not routers:
        raise Unsupported("nobody has a virtual router")
    vips: dict[str, str] = {}
    for parts in routers.values():
        for part in parts.values():
            for vip in (*part.vips, *part.excluded):
                vips.setdefault(vip, f"vip{len(vips)}" if vips else "service")
    groups = [
        {protocol: _group(number, parts, vips, addresses)} for (protocol, number), parts in routers.items()
    ]
    return {name: vip for vip, name in vips.items()}, groups


def _group(
    number: int, parts: dict[str, Part], names: dict[str, str], addresses: dict[str, str]
) -> dict[str, Any]:
    first = next(iter(parts.values()))
    together = list(
        dict.fromkeys(names[vip] for part in parts.values() for vip in (*part.vips, *part.excluded))
    )
    if first.protocol == "carp":
        members = {node: part.member for node, part in parts.items()}
        return {"vhid": number, "vips": together, "profile": first.profile, "members": members}
    group: dict[str, Any] = {
        "vrid": number,
        "vips": together,
        "version": first.version,
        "virtual_mac": first.virtual_mac,
        "profile": first.profile,
        "advert_interval": format_duration(first.interval),
        "members": {},
    }
    for node, part in parts.items():
        member = dict(part.member)
        own = [names[vip] for vip in (*part.vips, *part.excluded)]
        if own != together:
            member["vips"] = own
        for key in ("version", "virtual_mac", "profile"):
            if getattr(part, key) != getattr(first, key):
                member[key] = getattr(part, key)
        if part.peers:
            if unknown := [peer for peer in part.peers if peer not in addresses]:
                raise Unsupported(f"{node} has the peer {unknown[0]}, which is no node")
            peers = [addresses[peer] for peer in part.peers]
            member["keepalived"] = {**member.get("keepalived", {}), "unicast_peer": peers}
        if part.excluded:
            excluded = [names[vip] for vip in part.excluded]
            member["keepalived"] = {
                **member.get("keepalived", {}),
                "virtual_ipaddress_excluded": excluded,
            }
        group["members"][node] = member
    return group
