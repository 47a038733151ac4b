"""Which closed form an arm must follow, if any.

The forms of `vipsim.stats` hold for one group whose settled master dies once, on a network that loses
nothing and delays all alike. They are about the detection; a client's blackout is longer by at most its
probe spacing and the way of an answer.
"""

from __future__ import annotations

from vipsim.scenario.assemble import vrrp_settings
from vipsim.scenario.model import (
    At,
    CarpGroup,
    FaultWord,
    HeartbeatGroup,
    Scenario,
    Start,
    VrrpGroup,
    VrrpMember,
)
from vipsim.stats import (
    FalseFailovers,
    Law,
    false_failover_rate,
    heartbeat_pull_detection,
    heartbeat_push_detection,
    vrrp_detection,
    vrrp_goodbye,
)
from vipsim.units import SECOND, Time
from vipsim.wire.frames import MIN_FRAME

W = FaultWord
_MACHINE_DIES = frozenset({W.CRASH, W.POWER})


def detection_law(scenario: Scenario) -> Law | None:
    """Return the closed form of the detection time over the seeds; None where none applies."""
    if len(scenario.groups) != 1 or len(scenario.faults) != 1 or not _is_ideal(scenario):
        return None
    group, fault = scenario.groups[0], scenario.faults[0]
    settled = scenario.start is Start.SETTLED and scenario.phase is None
    if not settled or not isinstance(fault.when, At) or fault.duration or fault.every:
        return None
    if isinstance(group, HeartbeatGroup):
        dies = fault.word in _MACHINE_DIES and fault.target == group.primary.node
        if not dies or group.takeover != "automatic":
            return None
        way = _noticeable(path_delay(scenario, group.primary.node, group.standby.node), group.interval)
        if group.mode == "pull":
            return heartbeat_pull_detection(group.interval, group.dead_count, group.silence, way)
        return heartbeat_push_detection(group.interval, dead_time=group.silence, path_delay=way)
    if isinstance(group, CarpGroup):
        return None  # a daemon that looks once a period, and hears late, follows no law of its phase alone
    members = _by_rank(scenario, group)
    if fault.target != members[0].node or len(members) < 2 or _is_different(scenario, group):
        return None
    backup = vrrp_settings(scenario, group, members[1].node)
    interval, tick = vrrp_settings(scenario, group, members[0].node).interval, backup.profile.skew_tick
    way = _noticeable(path_delay(scenario, members[0].node, members[1].node), interval)
    if fault.word in _MACHINE_DIES:
        missed = backup.keywords_in_force().down_timer_adverts
        return vrrp_detection(backup.priority, interval, backup.version, way, missed=missed, tick=tick)
    if fault.word is W.STOP:
        return vrrp_goodbye(backup.priority, interval, backup.version, way, tick=tick)
    return None


def _is_different(scenario: Scenario, group: VrrpGroup) -> bool:
    """Whether the members' settings, or what they track, make a takeover another story."""
    routers = [vrrp_settings(scenario, group, member.node) for member in group.members]
    tracks = any(one.keywords_in_force().track_interface for one in routers)
    checksums = {one.profile.checksum_pseudo_header for one in routers if one.version == 3}
    heard = {(one.version, one.vips, one.interval if one.version == 2 else 0) for one in routers}
    return tracks or len(checksums) > 1 or len(heard) > 1 or any(one.sync is not None for one in routers)


def expected_false_failovers(scenario: Scenario) -> FalseFailovers | None:
    """Return the closed form of false failovers by loss; None where none applies.

    For a pair whose members hang on one and the same switch, by links that all lose alike.
    """
    losses = {link.loss for link in scenario.links}
    loss = next(iter(losses), 0.0)
    if len(scenario.groups) != 1 or len(losses) != 1 or not 0 < loss < 1 or len(scenario.switches) != 1:
        return None
    if any(link.jitter for link in scenario.links):
        return None
    group = scenario.groups[0]
    one_way = 1 - (1 - loss) ** 2
    if isinstance(group, VrrpGroup):
        if len(group.members) != 2:
            return None
        backup = vrrp_settings(scenario, group, _by_rank(scenario, group)[1].node)
        if _is_different(scenario, group):
            return None
        return false_failover_rate(one_way, backup.interval, backup.keywords_in_force().down_timer_adverts)
    if isinstance(group, CarpGroup) or group.takeover != "automatic":
        return None
    if group.mode == "pull":
        return false_failover_rate(1 - (1 - one_way) ** 2, group.interval, group.dead_count)
    return false_failover_rate(one_way, group.interval, group.silence // group.interval)


def _noticeable(way: Time, interval: Time) -> Time:
    """Leave out a way that no picture shows, under a thousandth of the interval: the textbook does too."""
    return way if 1000 * way >= interval else 0


def path_delay(scenario: Scenario, source: str, destination: str) -> Time:
    """How long a smallest frame takes from host to host over idle cables, in ns; 0 if no way leads there.

    Switches form a tree (the scenario's check sees to it), so there is one way at most.
    """
    reached = {source: 0}
    waiting = [source]
    while waiting:
        node = waiting.pop()
        for link in scenario.links:
            for near, far in ((link.a.node, link.b.node), (link.b.node, link.a.node)):
                if near == node and far not in reached:
                    sending = 8 * MIN_FRAME * SECOND // link.rate if link.rate else 0
                    reached[far] = reached[node] + link.delay + sending
                    waiting.append(far)
    return reached.get(destination, 0)


def _is_ideal(scenario: Scenario) -> bool:
    steady = all(host.lateness == "none" for host in scenario.hosts)
    return steady and not any(link.loss or link.jitter for link in scenario.links)


def _by_rank(scenario: Scenario, group: VrrpGroup) -> list[VrrpMember]:
    """Return the members, the best first; the larger address decides a tie."""
    addresses = {(host.name, iface.name): iface.address for host in scenario.hosts for iface in host.ifaces}
    return sorted(group.members, key=lambda m: (m.priority, addresses[m.node, m.iface]), reverse=True)
