"""From a scenario's groups to the machines that run them, for the simulator and for real.

Names are looked up here and nowhere else: a group names nodes, interfaces, VIPs and services, a
machine's settings hold addresses and ports.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vipsim.errors import ScenarioError
from vipsim.machines.carp import CarpMachine, CarpSettings
from vipsim.machines.carp import rules as carp
from vipsim.machines.heartbeat import HeartbeatMachine
from vipsim.machines.heartbeat.rules import HeartbeatSettings
from vipsim.machines.vrrp import VrrpMachine
from vipsim.machines.vrrp.keywords import Keywords
from vipsim.machines.vrrp.profiles import profile_named
from vipsim.machines.vrrp.rules import VrrpSettings
from vipsim.scenario.model import (
    CarpGroup,
    Group,
    HeartbeatGroup,
    Host,
    Iface,
    Scenario,
    VrrpGroup,
    VrrpMember,
)
from vipsim.scenario.sync import sync_group_of, sync_settings, without_weights
from vipsim.units import Time
from vipsim.wire.addresses import IPv4, Mac, virtual_mac

Settings = VrrpSettings | CarpSettings | HeartbeatSettings
FailoverMachine = VrrpMachine | CarpMachine | HeartbeatMachine


Standing = tuple[str, IPv4, int, str, Mac]
"""Node, virtual address and its prefix, interface below, and the virtual MAC."""
Maker = Callable[[], tuple[FailoverMachine, ...]]
"""Makes the machines of one daemon process afresh, for each time that it is launched."""


def daemons(scenario: Scenario) -> tuple[tuple[str, Maker], ...]:
    """Node and maker of machines for every host with a part in a group, in the scenario's order.

    Names are resolved here, once: a maker only makes.
    """
    found: list[tuple[str, Maker]] = []
    for host in scenario.hosts:
        parts = [settings_for(scenario, g, host.name) for g in scenario.groups if host.name in members(g)]
        if parts:
            found.append((host.name, partial(_machines, tuple(parts))))
    return tuple(found)


def members(group: Group) -> tuple[str, ...]:
    """Names of the nodes that take part in `group`, in its order."""
    if isinstance(group, VrrpGroup | CarpGroup):
        return tuple(member.node for member in group.members)
    return group.primary.node, group.standby.node


def machine_for(scenario: Scenario, group: Group, node_name: str) -> FailoverMachine:
    """Return a fresh machine that plays the part of `node_name` in `group`.

    Raises
    ------
    ScenarioError
        If a name leads nowhere, or the protocol cannot carry a value.
    """
    return _machine(settings_for(scenario, group, node_name))


def settings_for(scenario: Scenario, group: Group, node_name: str) -> Settings:
    """Resolve the part of `node_name` in `group`."""
    if isinstance(group, VrrpGroup):
        return vrrp_settings(scenario, group, node_name)
    if isinstance(group, CarpGroup):
        return carp_settings(scenario, group, node_name)
    return heartbeat_settings(scenario, group, node_name)


def _machine(settings: Settings) -> FailoverMachine:
    match settings:
        case VrrpSettings():
            return VrrpMachine(settings)
        case CarpSettings():
            return CarpMachine(settings)
        case HeartbeatSettings():
            return HeartbeatMachine(settings)


def _machines(parts: tuple[Settings, ...]) -> tuple[FailoverMachine, ...]:
    return tuple(map(_machine, parts))


def vrrp_settings(scenario: Scenario, group: VrrpGroup, node_name: str) -> VrrpSettings:
    """Resolve the part of `node_name` in a VRRP group."""
    for member in group.members:
        if member.node == node_name:
            break
    else:
        raise ScenarioError(f"{group.name} has no member {node_name}")
    iface = _iface(scenario, node_name, member.iface)
    profile = profile_named(group.profile_of(member))
    return VrrpSettings(
        name=group.name,
        vrid=group.vrid,
        priority=member.priority,
        vips=_vips(scenario, group, member),
        iface=iface.name,
        address=iface.address,
        mac=iface.mac,
        version=group.version_of(member),
        advert_interval=advert_interval(group, member),
        preempt=member.preempt,
        profile=profile,
        virtual_mac=virtual_mac(group.vrid) if group.virtual_mac_of(member) or profile.standing else None,
        homes=_homes(scenario, group, member, iface),
        keywords=keywords_for(scenario, group, member) if profile.has_keywords else None,
        sync=sync_settings(scenario, group, node_name),
    )


def standing(scenario: Scenario) -> tuple[Standing, ...]:
    """Addresses that are in a kernel from the start, whether or not it may speak for them (FRR)."""
    found: list[Standing] = []
    for group in (one for one in scenario.groups if isinstance(one, VrrpGroup)):
        for member in group.members:
            settings = vrrp_settings(scenario, group, member.node)
            if settings.profile.standing and settings.virtual_mac is not None:
                found += [
                    (member.node, vip, prefix, settings.home(vip)[0], settings.virtual_mac)
                    for vip, prefix in settings.vips
                ]
    return tuple(found)


def advert_interval(group: VrrpGroup, member: VrrpMember) -> Time:
    """The interval (ns) that `member` is configured to."""
    if not profile_named(group.profile_of(member)).has_keywords:
        return group.advert_interval
    written = dict(group.keepalived) | dict(member.keepalived)
    interval: Time = written.get("advert_int", group.advert_interval)
    return interval


def keywords_for(scenario: Scenario, group: VrrpGroup, member: VrrpMember) -> Keywords:
    """Resolve keepalived's keywords for a member: its own ones win over the group's."""
    written = dict(group.keepalived) | dict(member.keepalived)
    written.pop("advert_int", None)
    if "unicast_peer" in written:
        written["unicast_peer"] = tuple(
            _peer(scenario, group, member, node) for node in written["unicast_peer"] if node != member.node
        )
    if "virtual_ipaddress_excluded" in written:
        known = {vip.name: vip.address for vip in scenario.vips}
        written["virtual_ipaddress_excluded"] = tuple(
            known[name] for name in written["virtual_ipaddress_excluded"]
        )
    sync = sync_group_of(scenario, group, member.node)
    if sync is not None and not sync.sync_group_tracking_weight:
        written |= without_weights(written)
    return Keywords(**written)


def _peer(scenario: Scenario, group: VrrpGroup, member: VrrpMember, node: str) -> IPv4:
    """Address of a unicast peer: of its interface in the group, else of that in the member's subnet."""
    for other in group.members:
        if other.node == node:
            return _iface(scenario, node, other.iface).address
    own = _iface(scenario, member.node, member.iface)
    ifaces = _host(scenario, node).ifaces
    return next((iface for iface in ifaces if own.holds(iface.address)), ifaces[0]).address


def _homes(
    scenario: Scenario, group: VrrpGroup, member: VrrpMember, iface: Iface
) -> dict[IPv4, tuple[str, Mac]]:
    """Interface and MAC of those VIPs that are in the subnet of another interface of the member.

    A pair of routers moves the gateway addresses of both its sides at once.
    """
    found: dict[IPv4, tuple[str, Mac]] = {}
    for vip, _ in _vips(scenario, group, member):
        others = (one for one in _host(scenario, member.node).ifaces if one.holds(vip))
        if not iface.holds(vip) and (other := next(others, None)) is not None:
            found[vip] = (other.name, other.mac)
    return found


def carp_settings(scenario: Scenario, group: CarpGroup, node_name: str) -> CarpSettings:
    """Resolve the part of `node_name` in a CARP group."""
    for member in group.members:
        if member.node == node_name:
            break
    else:
        raise ScenarioError(f"{group.name} has no member {node_name}")
    iface = _iface(scenario, node_name, member.iface)
    return CarpSettings(
        name=group.name,
        vhid=group.vhid,
        vips=_vips(scenario, group),
        iface=iface.name,
        address=iface.address,
        mac=iface.mac,
        advbase=member.advbase,
        advskew=member.advskew,
        ratio=member.ratio,
        preempt=member.preempt,
        shutdown=member.shutdown,
        neutral=member.neutral,
        ignore_carrier=member.ignore_carrier,
        demotion=member.demotion,
        password=member.password or group.password,
        profile=carp.profile_named(group.profile),
    )


def heartbeat_settings(scenario: Scenario, group: HeartbeatGroup, node_name: str) -> HeartbeatSettings:
    """Resolve the part of `node_name` in a heartbeat pair."""
    if node_name not in members(group):
        raise ScenarioError(f"{group.name} has no member {node_name}")
    is_primary = node_name == group.primary.node
    own, other = (group.primary, group.standby) if is_primary else (group.standby, group.primary)
    iface = _iface(scenario, own.node, own.iface)
    return HeartbeatSettings(
        name=group.name,
        role="primary" if is_primary else "standby",
        vips=_vips(scenario, group),
        iface=iface.name,
        address=iface.address,
        mac=iface.mac,
        peer=_iface(scenario, other.node, other.iface).address,
        mode=group.mode,
        interval=group.interval,
        dead_count=group.dead_count,
        timeout=resolved_timeout(group),
        probe=None if group.probe == "host" else _port(scenario, other.node, group.probe),
        takeover=group.takeover,
        failback=group.failback,
    )


def resolved_timeout(group: HeartbeatGroup) -> Time:
    """The timeout of a pair in ns: by default one interval (pull), or `dead_count` of them (push)."""
    if group.timeout is not None:
        return group.timeout
    return group.interval if group.mode == "pull" else group.dead_count * group.interval


def _host(scenario: Scenario, name: str) -> Host:
    for host in scenario.hosts:
        if host.name == name:
            return host
    raise ScenarioError(f"no host is called {name}")


def _iface(scenario: Scenario, node_name: str, iface_name: str) -> Iface:
    for iface in _host(scenario, node_name).ifaces:
        if iface.name == iface_name:
            return iface
    raise ScenarioError(f"{node_name} has no interface {iface_name}")


def _vips(scenario: Scenario, group: Group, member: VrrpMember | None = None) -> tuple[tuple[IPv4, int], ...]:
    known = {vip.name: (vip.address, vip.prefix) for vip in scenario.vips}
    names = group.vips_of(member) if isinstance(group, VrrpGroup) and member is not None else group.vips
    for name in names:
        if name not in known:
            raise ScenarioError(f"{group.name}: no VIP is called {name}")
    return tuple(known[name] for name in names)


def _port(scenario: Scenario, node_name: str, service_name: str) -> int:
    for service in _host(scenario, node_name).services:
        if service.name == service_name:
            return service.port
    raise ScenarioError(f"{node_name} has no service {service_name} to probe")
