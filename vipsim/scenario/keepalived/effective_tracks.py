"""Which weights count: those of owners and of members of a sync group mostly do not (measured, 2.2.7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vipsim.scenario.keepalived.config import KeepalivedConfig, Setting, SyncGroup, VrrpInstance
from vipsim.scenario.keepalived.config_parts import Track
from vipsim.scenario.keepalived.places import Findings, Place

KINDS = ("track_interface", "track_script", "track_file", "track_process", "track_bfd")
OWNER = 255


def followed(config: KeepalivedConfig, findings: Findings) -> KeepalivedConfig:
    """Join instances with their sync groups and give every track the weight in force."""
    known = {one.name: one for one in config.instances}
    groups, taken = _groups(config, known, findings)
    instances = []
    for one in config.instances:
        group = taken.get(one.name)
        one = replace(one, sync_group=group.name if group else "")
        one = _state(one, group, known)
        instances.append(_instance(one, group, config, findings))
    owners = {one.name for one in instances if one.priority.value == OWNER}
    return replace(
        config,
        instances=tuple(instances),
        groups=tuple(_group(group, owners, config, findings) for group in groups),
    )


def _groups(
    config: KeepalivedConfig, known: dict[str, VrrpInstance], findings: Findings
) -> tuple[list[SyncGroup], dict[str, SyncGroup]]:
    """Groups with members that exist, and whose member an instance is."""
    groups: list[SyncGroup] = []
    taken: dict[str, SyncGroup] = {}
    for group in config.groups:
        place = group.place or Place(group.name, 1)
        members = []
        for name in group.members:
            if name not in known:
                findings.warn(place, f"({group.name}) there is no instance {name}: it is left out")
            elif name in taken:
                findings.warn(
                    place, f"({group.name}) {name} is in the group {taken[name].name} already: left out"
                )
            else:
                members.append(name)
        group = replace(group, members=tuple(members))
        if members:
            groups.append(group)
            taken |= dict.fromkeys(members, group)
        else:
            findings.warn(place, f"({group.name}) the sync group has no member: it is removed")
    return groups, taken


def _state(one: VrrpInstance, group: SyncGroup | None, known: dict[str, VrrpInstance]) -> VrrpInstance:
    """A group starts as MASTER only if all its members want to."""
    if group is None or one.state.value == "BACKUP":
        return one
    if all(known[name].state.value == "MASTER" for name in group.members):
        return one
    why = f"a member of the sync group {group.name} starts as BACKUP, so all do"
    return replace(one, state=one.state.now("BACKUP", why))


def _instance(
    one: VrrpInstance, group: SyncGroup | None, config: KeepalivedConfig, findings: Findings
) -> VrrpInstance:
    reason = ""
    if one.priority.value == OWNER:
        reason = "the address owner (255) has no weights"
    elif group is not None and not group.sync_group_tracking_weight.value:
        reason = f"a member of the sync group {group.name} has no weights"
    changes: dict[str, Any] = {}
    for kind in KINDS:
        found = []
        for track in getattr(one, kind):
            if kind == "track_interface" and track.name == one.interface.value:
                findings.warn(
                    track.place or Place(one.name, 1),
                    f"({one.name}) track_interface {track.name} is ignored: it is the own interface",
                    harmless=track.configured in (None, 0) and not track.reverse,
                    fix="leave it out: keepalived watches the own interface anyway",
                )
                track = replace(track, ignored=True, why="the own interface is watched anyway")
            track = _weighted(kind, track, config, findings, one.name)
            found.append(_restrained(kind, track, reason, one.name, findings) if reason else track)
        changes[kind] = tuple(found)
    return replace(one, **changes)


def _weighted(kind: str, track: Track, config: KeepalivedConfig, findings: Findings, owner: str) -> Track:
    """Fill in weight and direction from what is tracked."""
    if kind == "track_interface":
        return track
    tables: dict[str, tuple[Any, ...]] = {
        "track_script": config.scripts,
        "track_file": config.track_files,
        "track_process": config.track_processes,
        "track_bfd": config.bfd_instances,
    }
    target = next((one for one in tables[kind] if one.name == track.name), None)
    if target is None:
        why = f"there is no {kind.removeprefix('track_')} {track.name}"
        findings.warn(
            track.place or Place(owner, 1),
            f"({owner}) {why}: ignored",
            fix=f"mend the name, or define {track.name}: nothing watches it now",
        )
        return replace(track, ignored=True, why=why)
    weight = target.weight.value if isinstance(target.weight, Setting) else target.weight
    return replace(
        track,
        weight=weight if track.configured is None else track.configured,
        reverse=target.reverse if not track.reverse_written else track.reverse,
    )


def _restrained(kind: str, track: Track, reason: str, owner: str, findings: Findings) -> Track:
    """Apply the rule for owners and members; a process keeps its weight."""
    if track.ignored or not track.weight or kind == "track_process":
        return track
    place = track.place or Place(owner, 1)
    if kind == "track_interface" or (kind == "track_file" and track.configured is None):
        findings.warn(place, f"({owner}) {track.name}: {reason}: its loss is a FAULT instead")
        return replace(track, weight=0, why=reason)
    findings.warn(place, f"({owner}) {track.name} is not watched: {reason}")
    return replace(track, ignored=True, why=reason)


def _group(group: SyncGroup, owners: set[str], config: KeepalivedConfig, findings: Findings) -> SyncGroup:
    owned = any(name in owners for name in group.members)
    changes: dict[str, Any] = {}
    for kind in KINDS:
        found = []
        for track in getattr(group, kind):
            track = _weighted(kind, track, config, findings, group.name)
            if owned and track.weight and not track.ignored:
                why = "a member has priority 255: the weight is cleared"
                findings.warn(track.place or Place(group.name, 1), f"({group.name}) {track.name}: {why}")
                track = replace(track, weight=0, why=why)
            found.append(track)
        changes[kind] = tuple(found)
    return replace(group, **changes)
