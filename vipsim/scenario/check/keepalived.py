"""The checker's part for keepalived's keywords."""

from __future__ import annotations

from typing import Any

from vipsim.machines.vrrp.keywords import Keywords, check_keywords
from vipsim.machines.vrrp.profiles import PROFILES
from vipsim.machines.vrrp.rules import check_interval
from vipsim.scenario.check.findings import Findings, Where, judged_by
from vipsim.scenario.fields import nearest, shown
from vipsim.scenario.model import VrrpGroup, VrrpMember


def check_keepalived(findings: Findings, group: VrrpGroup, where: Where) -> None:
    """Whether the keywords fit the profile, each other, and the nodes that they name."""
    if any(name not in PROFILES for name in (group.profile, *map(group.profile_of, group.members))):
        return
    readers = [one for one in group.members if PROFILES[group.profile_of(one)].has_keywords]
    mine = group.profile if not readers else readers[0].profile or group.profile
    places: list[tuple[Where, tuple[tuple[str, Any], ...], str]] = [
        ((*where, "keepalived"), group.keepalived, mine)
    ]
    places += [
        ((*where, "members", one.node, "keepalived"), one.keepalived, group.profile_of(one))
        for one in group.members
    ]
    for place, written, name in places:
        if written and not PROFILES[name].has_keywords:
            findings.add(
                place, f"profile {name} knows no keywords of keepalived", "write profile: keepalived"
            )
            return
        _check_peers(findings, group, place, dict(written))
    for member in readers:
        _check_member(findings, group, where, member)


def _check_peers(findings: Findings, group: VrrpGroup, place: Where, written: dict[str, Any]) -> None:
    for position, node in enumerate(written.get("unicast_peer", ())):
        findings.known_host((*place, "unicast_peer", position), node)
    for position, name in enumerate(written.get("virtual_ipaddress_excluded", ())):
        if name not in group.vips and not findings.excused(name, "vips"):
            findings.add(
                (*place, "virtual_ipaddress_excluded", position),
                f"{shown(name)} is no VIP of {group.name}",
                nearest(name, group.vips),
            )


def _check_member(findings: Findings, group: VrrpGroup, where: Where, member: VrrpMember) -> None:
    written = dict(group.keepalived) | dict(member.keepalived)
    place = (*where, "members", member.node, "keepalived") if member.keepalived else (*where, "keepalived")
    interval = written.pop("advert_int", group.advert_interval)
    profile = PROFILES[group.profile_of(member)]
    version = group.version_of(member)
    if error := judged_by(check_interval, version, interval, profile):
        if interval != group.advert_interval:
            findings.refused((*place, "advert_int"), error)
        return
    peers = written.pop("unicast_peer", ())
    written.pop("virtual_ipaddress_excluded", None)
    keywords = Keywords(**written)
    if error := judged_by(check_keywords, keywords, version, member.priority):
        findings.refused(place, error)
    if peers and set(peers) <= {member.node}:
        findings.add(place, f"{member.node} has no unicast peer but itself", "name the other members")
    host = findings.host(member.node)
    known = [iface.name for iface in host.ifaces] if host is not None else []
    for track in keywords.track_interface:
        if known and track.name not in known and not findings.damage.gone("nodes", member.node, "interfaces"):
            findings.add(
                (*place, "track_interface", track.name),
                f"{member.node} has no interface {shown(track.name)}",
                nearest(track.name, known),
            )
