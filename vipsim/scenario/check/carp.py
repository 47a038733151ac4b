"""The checker's part for CARP groups."""

from __future__ import annotations

from vipsim.errors import ScenarioError
from vipsim.machines.carp.rules import PROFILES, CarpSettings
from vipsim.scenario.check.findings import Findings, Where, judged_by
from vipsim.scenario.fields import nearest, shown
from vipsim.scenario.model import CarpGroup, CarpMember
from vipsim.wire.addresses import NO_IP, NO_MAC

_OPTIONS = ("advbase", "advskew", "ratio", "preempt", "shutdown", "neutral", "ignore_carrier", "demotion")


def check_carp(findings: Findings, group: CarpGroup, where: Where) -> None:
    """Whether each member's options can be sent, and fit the profile."""
    if not 1 <= group.vhid <= 255:
        findings.add((*where, "vhid"), f"the vhid {group.vhid} is out of range", "allowed: 1 to 255")
    if not group.members:
        findings.add((*where, "members"), f"{group.name} has no members", "name at least one")
    if group.profile not in PROFILES:
        findings.add(
            (*where, "profile"),
            f"no CARP profile is called {shown(group.profile)}",
            nearest(group.profile, sorted(PROFILES)),
        )
        return
    if PROFILES[group.profile].scripts and len(group.vips) > 1:
        findings.add((*where, "vips"), "ucarp has one address", "make a group, with its own vhid, for each")
    for member in group.members:
        place = (*where, "members", member.node)
        if error := judged_by(_settings, group, member):
            findings.refused(place, error)
        if member.started is not None and member.started < 0:
            findings.add((*place, "started"), "a daemon is launched at 0s or later")


def _settings(group: CarpGroup, member: CarpMember) -> CarpSettings:
    """What the member's machine is told, with addresses that say nothing."""
    if not 1 <= group.vhid <= 255:
        return _settings_of(1, group, member)
    return _settings_of(group.vhid, group, member)


def _settings_of(vhid: int, group: CarpGroup, member: CarpMember) -> CarpSettings:
    try:
        return CarpSettings(
            group.name,
            vhid,
            ((NO_IP, 32),),
            member.iface,
            NO_IP,
            NO_MAC,
            **{option: getattr(member, option) for option in _OPTIONS},
            password=member.password or group.password,
            profile=PROFILES[group.profile],
        )
    except ScenarioError as error:
        # The group's name is in the place already.
        raise ScenarioError(str(error).removeprefix(f"{group.name}: ")) from None
