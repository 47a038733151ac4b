"""The checker's part for heartbeat pairs."""

from __future__ import annotations

from vipsim.scenario.check.findings import Findings, Where
from vipsim.scenario.fields import NAME, nearest, shown
from vipsim.scenario.model import HeartbeatGroup, Service
from vipsim.units import format_duration
from vipsim.wire.heartbeat import PORT

_WORDS = {
    "mode": ("pull", "push"),
    "takeover": ("automatic", "manual"),
    "failback": ("automatic", "manual"),
}


def check_heartbeat(findings: Findings, group: HeartbeatGroup, where: Where) -> None:
    """Words, timers and what is probed."""
    if not NAME.fullmatch(group.name):
        findings.add(
            (*where, "name"), f"{shown(group.name)} is no name for a group", "letters, digits, - and _"
        )
    for key, words in _WORDS.items():
        value = getattr(group, key)
        if value not in words:
            findings.add(
                (*where, key), f"{shown(value)} is not one of {', '.join(words)}", nearest(value, words)
            )
    if group.interval <= 0:
        findings.add((*where, "interval"), "the interval must be more than 0s")
    if group.dead_count < 1:
        findings.add(
            (*where, "dead_count"), f"the dead count {group.dead_count} is out of range", "at least 1"
        )
    if not any(findings.damage.gone(*where, key) for key in ("mode", "interval", "dead_count", "timeout")):
        _check_silence(findings, group, where)
    if group.probe == "host" or findings.damage.gone(*where, "mode"):
        return
    if group.mode == "push":
        findings.add(
            (*where, "probe"), "in push nobody asks, so nothing is probed", "leave probe out, or mode: pull"
        )
        return
    for member in (group.primary, group.standby):
        host = findings.host(member.node)
        if host is not None and Service(group.probe, PORT) in host.services:
            findings.add(
                (*where, "probe"), f"port {PORT} is the heartbeat's own", "give the service another port"
            )
        if findings.damage.gone("nodes", member.node, "services"):
            continue
        if host is not None and group.probe not in [service.name for service in host.services]:
            findings.add(
                (*where, "probe"),
                f"{member.node} has no service {shown(group.probe)}",
                nearest(group.probe, ["host", *(service.name for service in host.services)]),
            )


def _check_silence(findings: Findings, group: HeartbeatGroup, where: Where) -> None:
    silence, interval = group.silence, group.interval
    shown_silence, shown_interval = format_duration(silence), format_duration(interval)
    if silence <= 0:
        findings.add((*where, "timeout"), "the timeout must be more than 0s")
    elif group.mode == "pull" and silence > interval:
        findings.add(
            (*where, "timeout"),
            f"an answer may take {shown_silence}, but the next question comes after {shown_interval}",
            f"allowed: at most the interval, {shown_interval}",
        )
    elif group.mode == "push" and silence <= interval:
        findings.add(
            (*where, "timeout"),
            f"a silence of {shown_silence} would be called dead between two messages {shown_interval} apart",
            f"allowed: more than the interval, {shown_interval}; by default dead_count of them, so 2 or more",
        )
