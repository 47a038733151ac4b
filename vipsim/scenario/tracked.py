"""What ``node.name`` means where something tracked is meant: a script, an interface, a file or a process."""

from __future__ import annotations

from vipsim.machines.vrrp.keywords import TRACKS, Track, TrackScript
from vipsim.scenario.fields import Refusal, nearest, shown
from vipsim.scenario.model import Host, Scenario, VrrpGroup
from vipsim.scenario.targets import host_of


def tracks_of(scenario: Scenario, node: str) -> list[Track]:
    """Return what the daemon of `node` tracks, each thing once."""
    found: dict[tuple[str, str], Track] = {}
    for group in scenario.groups:
        if not isinstance(group, VrrpGroup):
            continue
        for member in group.members:
            if member.node == node:
                written = dict(group.keepalived) | dict(member.keepalived)
                for kind in TRACKS:
                    for track in written.get(kind, ()):
                        found.setdefault((kind, track.name), track)
    return list(found.values())


def tracked_of(scenario: Scenario, target: str, *, scripts: bool = False) -> tuple[Host, Track]:
    """Return the host and what of its daemon ``node.name`` means: one of its scripts, or anything else."""
    node, _, wanted = target.partition(".")
    host = host_of(scenario, node)
    known = [track for track in tracks_of(scenario, node) if isinstance(track, TrackScript) == scripts]
    for track in known:
        if track.name == wanted:
            return host, track
    what = "script" if scripts else "interface, file or process"
    names = [f"{node}.{track.name}" for track in known]
    if not names:
        key = "track_script" if scripts else "track_interface, track_file or track_process"
        raise Refusal(f"the daemon of {node} tracks no {what}", f"name it under keepalived: {key}")
    raise Refusal(f"{node} tracks no {what} {shown(wanted)}", nearest(target, names))
