"""The checker's part for failover groups."""

from __future__ import annotations

from vipsim.machines.vrrp.profiles import PROFILES
from vipsim.machines.vrrp.rules import check_interval
from vipsim.scenario.check.carp import check_carp
from vipsim.scenario.check.findings import Findings, Where, is_subnet_itself, judged_by, network_of, on_link
from vipsim.scenario.check.heartbeat import check_heartbeat
from vipsim.scenario.check.keepalived import check_keepalived
from vipsim.scenario.fields import nearest, shown
from vipsim.scenario.model import (
    CarpGroup,
    CarpMember,
    Group,
    HeartbeatGroup,
    HeartbeatMember,
    Iface,
    Vip,
    VrrpGroup,
    VrrpMember,
)

Member = VrrpMember | CarpMember | HeartbeatMember


def members_of(group: Group) -> tuple[Member, ...]:
    """The members of any group, in order."""
    return (group.primary, group.standby) if isinstance(group, HeartbeatGroup) else group.members


def _kind_of(group: Group) -> tuple[str, str]:
    """Key of the group in the file, and the key in it that names it."""
    match group:
        case VrrpGroup():
            return "vrrp", "name" if group.title else "vrid"
        case CarpGroup():
            return "carp", "vhid"
        case HeartbeatGroup():
            return "heartbeat", "name"


def check_groups(findings: Findings) -> None:
    """Members, addresses and timers of each group; each VIP in exactly one."""
    vips = {vip.name: vip for vip in findings.scenario.vips}
    names: dict[str, int] = {}
    used: dict[tuple[int, str, str], str] = {}
    group_of: dict[str, str] = {}
    for index, group in enumerate(findings.scenario.groups):
        kind, key = _kind_of(group)
        where: Where = ("groups", index, kind)
        if not findings.damage.gone(*where, key):
            if group.name in names:
                findings.add((*where, key), f"two groups are called {group.name}", "each its own")
            names.setdefault(group.name, index)
        _note_doubts(findings, group, where)
        if isinstance(group, VrrpGroup):
            _check_vrrp(findings, group, where)
            _check_clash(findings, group, where, used)
        elif isinstance(group, CarpGroup):
            check_carp(findings, group, where)
        else:
            check_heartbeat(findings, group, where)
        ifaces = _member_ifaces(findings, group, where)
        _check_group_vips(findings, group, where, vips, group_of, ifaces)
    if findings.damage.gone("groups"):
        findings.doubts |= {"members", "moved"}
    for name in vips:
        if name not in group_of and "moved" not in findings.doubts:
            findings.add(("vips", name), f"no group moves the VIP {name}", f"write vips: [{name}] in a group")


def _note_doubts(findings: Findings, group: Group, where: Where) -> None:
    """Note that a group may have members or VIPs that could not be read."""
    if findings.damage.gone(*where, "members") or any(
        findings.damage.gone(*where, *role) or findings.host(member.node) is None
        for role, member in _roles(group)
    ):
        findings.doubts.add("members")
    known = {vip.name for vip in findings.scenario.vips}
    if findings.damage.touches(*where, "vips") or not known.issuperset(group.vips):
        findings.doubts.add("moved")


def _title(findings: Findings, group: Group, where: Where) -> str:
    """What a message calls a group."""
    _, key = _kind_of(group)
    return "its group" if findings.damage.gone(*where, key) else group.name


def _member_ifaces(findings: Findings, group: Group, where: Where) -> list[Iface]:
    found = []
    seen: set[str] = set()
    for role, member in _roles(group):
        place = (*where, *role)
        iface = findings.iface(place, member.node, member.iface)
        unknown = findings.damage.gone(*place, "iface") or findings.has_lost_address(member.node)
        if iface is not None and not unknown:
            found.append(iface)
        if member.node in seen and member.node not in findings.damage.names:
            findings.add(place, f"{member.node} is a member twice", "each node once")
        seen.add(member.node)
    return found


def _roles(group: Group) -> list[tuple[Where, Member]]:
    if not isinstance(group, HeartbeatGroup):
        return [(("members", member.node), member) for member in group.members]
    return [(("primary",), group.primary), (("standby",), group.standby)]


def _check_group_vips(
    findings: Findings,
    group: Group,
    where: Where,
    vips: dict[str, Vip],
    group_of: dict[str, str],
    ifaces: list[Iface],
) -> None:
    if not group.vips:
        findings.add((*where, "vips"), f"{_title(findings, group, where)} moves no VIP", "name at least one")
    for position, name in enumerate(group.vips):
        place = (*where, "vips", position)
        if name not in vips:
            if not findings.excused(name, "vips"):
                findings.add(place, f"there is no VIP {shown(name)}", nearest(name, vips))
            continue
        if name in group_of and not _may_quarrel(group, findings.scenario.groups, name):
            findings.add(place, f"the VIP {name} is in {group_of[name]} already", "one group moves it")
        group_of.setdefault(name, _title(findings, group, where))
        if any(is_subnet_itself(iface, vips[name].address) for iface in ifaces):
            findings.add(
                ("vips", name),
                f"the VIP {vips[name].address} is the network or broadcast address of its subnet",
                "use a host's address",
            )
        elsewhere = [
            one for member in members_of(group) for one in getattr(findings.host(member.node), "ifaces", ())
        ]
        # keepalived sets any address; with it comes a route to its own subnet, where its clients are.
        has_subnet = _has_keywords(group) and vips[name].prefix <= 30
        if (
            not has_subnet
            and len(ifaces) == len(members_of(group))
            and not any(on_link(iface, vips[name].address) for iface in (*ifaces, *elsewhere))
        ):
            subnets = ", ".join(dict.fromkeys(str(network_of(iface)) for iface in ifaces[:20]))
            findings.add(
                ("vips", name),
                f"the VIP {vips[name].address} is outside every subnet of {_title(findings, group, where)}",
                f"allowed: an address in {subnets}",
            )


def _has_keywords(group: Group) -> bool:
    profile = PROFILES.get(group.profile) if isinstance(group, VrrpGroup) else None
    return profile is not None and profile.has_keywords


def _may_quarrel(group: Group, groups: tuple[Group, ...], vip: str) -> bool:
    """Whether two files that disagree on the vrid make two groups, on different nodes, for one VIP."""
    others = [one for one in groups if one is not group and vip in one.vips]
    nodes = {member.node for member in members_of(group)}
    return _has_keywords(group) and all(
        _has_keywords(one) and nodes.isdisjoint(member.node for member in members_of(one)) for one in others
    )


def _check_vrrp(findings: Findings, group: VrrpGroup, where: Where) -> None:
    if not 1 <= group.vrid <= 255:
        findings.add((*where, "vrid"), f"the vrid {group.vrid} is out of range", "allowed: 1 to 255")
    if not group.members:
        title = _title(findings, group, where)
        findings.add((*where, "members"), f"{title} has no members", "name at least one")
    if len(group.vips) > 255:
        findings.add((*where, "vips"), "an advert carries at most 255 addresses", "make two groups")
    if group.version not in (2, 3):
        findings.add((*where, "version"), f"VRRP has no version {group.version}", "allowed: 2 and 3")
    elif findings.damage.gone(*where, "version"):
        return _check_priorities(findings, group, where)  # the rest depends on the version
    elif error := judged_by(
        check_interval, group.version, group.advert_interval, PROFILES.get(group.profile)
    ):
        findings.refused((*where, "advert_interval"), error)
    _check_profile(findings, group.profile, group.version, (*where, "profile"))
    check_keepalived(findings, group, where)
    _check_priorities(findings, group, where)
    _check_differences(findings, group, where)


def _check_profile(findings: Findings, name: str, version: int, place: Where) -> None:
    profile = PROFILES.get(name)
    if profile is None:
        findings.add(place, f"no VRRP profile is called {shown(name)}", nearest(name, sorted(PROFILES)))
    elif version not in profile.versions:
        fits = ", ".join(sorted(name for name, rules in PROFILES.items() if version in rules.versions))
        findings.add(
            place,
            f"profile {profile.name} does not speak version {version}",
            f"use one of {fits}, or leave it out" if fits else "",
        )


def _check_differences(findings: Findings, group: VrrpGroup, where: Where) -> None:
    """What a member has otherwise than its group."""
    for member in group.members:
        place = (*where, "members", member.node)
        version, profile = group.version_of(member), PROFILES.get(group.profile_of(member))
        if member.profile:
            _check_profile(findings, member.profile, version, (*place, "profile"))
        if member.virtual_mac is False and profile is not None and profile.standing:
            findings.add(
                (*place, "virtual_mac"), "FRR has its addresses at the virtual MAC only", "leave it out"
            )
        for position, name in enumerate(member.vips):
            if name not in group.vips and not findings.excused(name, "vips"):
                findings.add(
                    (*place, "vips", position),
                    f"{shown(name)} is no VIP of {_title(findings, group, where)}",
                    nearest(name, group.vips),
                )
        if version == group.version or profile is None:
            continue
        if version not in profile.versions:
            findings.add(
                (*place, "version"),
                f"profile {profile.name} does not speak version {version}",
                "leave it out",
            )
        elif error := judged_by(check_interval, version, group.advert_interval, profile):
            findings.refused((*place, "version"), error)


def _check_clash(
    findings: Findings, group: VrrpGroup, where: Where, used: dict[tuple[int, str, str], str]
) -> None:
    """One interface has a vrid once; on two nodes the same one is a mistake that can be simulated."""
    for member in group.members:
        key = (group.vrid, member.node, member.iface)
        other = used.setdefault(key, group.name)
        if other != group.name:
            findings.add(
                (*where, "members", member.node),
                f"vrid {group.vrid} is used by {other} on {member.node} {member.iface} already",
                "give one of them another vrid",
            )


def _check_priorities(findings: Findings, group: VrrpGroup, where: Where) -> None:
    for member in group.members:
        if not 1 <= member.priority <= 255:
            findings.add(
                (*where, "members", member.node, "priority"),
                f"the priority {member.priority} is out of range",
                "allowed: 1 to 255",
            )
