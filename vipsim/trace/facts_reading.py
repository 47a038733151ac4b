"""The facts of a scenario from the plain data in a trace's header.

The header comes from a run or from a file that anybody may have edited, so nothing here trusts its
shape: what is missing or strange is left out, and the metrics fall back to what the records say.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Network, ip_interface
from typing import Any

from vipsim.errors import UnitError
from vipsim.trace.agreement import disagreement, rivals, unheard
from vipsim.trace.facts import DAEMON, HOST, LEAST_GRACE, ClientFacts, Facts
from vipsim.units import SECOND, Time, parse_duration

LEAVING = frozenset({"frr", "ucarp"})
"""Profiles of daemons whose end in order takes no address away (truth/NOTES 20, 21)."""


def read_facts(header: Mapping[str, Any]) -> Facts:
    """Read the facts from a trace's header, as far as they are there."""
    scenario = _mapping(header.get("scenario"))
    addresses = {
        str(name): str(address).partition("/")[0] for name, address in _mapping(scenario.get("vips")).items()
    }
    machines: dict[str, frozenset[str]] = {}
    heartbeats: set[str] = set()
    watched: dict[str, str] = {}
    members: dict[str, Mapping[str, str]] = {}
    leaving: dict[str, frozenset[str]] = {}
    disagreeing: dict[str, tuple[str, ...]] = {}
    priorities: dict[str, Mapping[str, int]] = {}
    deaf: dict[str, frozenset[tuple[str, str]]] = {}
    routers: list[tuple[str, Mapping[str, Any], frozenset[str]]] = []
    intervals: dict[str, Time] = {}
    grace = LEAST_GRACE
    for group in _sequence(scenario.get("groups")):
        for kind, body in _mapping(group).items():
            facts = _mapping(body)
            number = facts.get("vhid") if kind == "carp" else facts.get("vrid")
            name = str(facts.get("name") or f"{'carp' if kind == 'carp' else 'vrrp'} {number}")
            machines[name] = frozenset(
                addresses.get(str(vip), str(vip)) for vip in _sequence(facts.get("vips"))
            )
            members[name] = _read_members(facts)
            leaving[name] = _read_leaving(facts)
            if kind == "vrrp":
                priorities[name] = _read_priorities(facts)
                routers.append((name, facts, machines[name]))
                if differing := disagreement(facts):
                    disagreeing[name], deaf[name] = differing, unheard(facts)
            if kind == "heartbeat":
                heartbeats.add(name)
                watched[name] = _read_watched(facts)
            intervals[name] = _read_interval(facts)
            grace = max(grace, _longest_detection(facts))
    nodes = _mapping(scenario.get("nodes"))
    switches = frozenset(str(name) for name, node in nodes.items() if _mapping(node).get("kind") == "switch")
    return Facts(
        machines=machines,
        heartbeats=frozenset(heartbeats),
        clients=_read_clients(scenario, addresses),
        hosts=frozenset(map(str, nodes)) - switches,
        switches=switches,
        peers=_read_peers(_sequence(scenario.get("links"))),
        vips=frozenset(addresses.values()),
        watched=watched,
        asking=frozenset(name for name, what in watched.items() if what != DAEMON),
        members=members,
        leaving=leaving,
        disagreeing=disagreeing,
        priorities=priorities,
        unheard=deaf,
        rivals=rivals(routers),
        intervals=intervals,
        grace=grace,
    )


def _read_interval(group: Mapping[str, Any]) -> Time:
    """Interval of a group's periodic messages, in ns; of CARP's the shortest of a member."""
    periods = [period for period, _ in _carp_times(group)]
    return min(periods, default=_time(group.get("advert_interval")) or _time(group.get("interval")))


def _carp_times(group: Mapping[str, Any]) -> list[tuple[Time, Time]]:
    """Of each member of a CARP group its period, and the longest silence until it takes over (ns)."""
    found = []
    for member in _mapping(group.get("members")).values():
        facts = [_mapping(member).get(key) for key in ("advbase", "advskew", "ratio")]
        base, skew, ratio = (one if isinstance(one, int) else 0 for one in facts)
        if base or skew:
            period = base * SECOND + skew * SECOND // 256
            # A daemon looks once a period, and hears up to a second late.
            found.append((period, (ratio + 1) * period + SECOND))
    return found


def _longest_detection(group: Mapping[str, Any]) -> Time:
    """How long the slowest member may take to notice, in ns."""
    if carps := _carp_times(group):
        return max(silence for _, silence in carps)
    dead_count = group.get("dead_count")
    beats = dead_count if isinstance(dead_count, int) else 3
    silence = beats * _time(group.get("interval")) + _time(group.get("timeout"))
    return max(4 * _time(group.get("advert_interval")), silence)


def _read_watched(heartbeat: Mapping[str, Any]) -> str:
    """What the standby of a heartbeat watches."""
    if heartbeat.get("mode") == "push":
        return DAEMON
    probe = heartbeat.get("probe", "host")
    return HOST if probe == "host" else str(probe)


def _read_members(group: Mapping[str, Any]) -> dict[str, str]:
    """The interface of each member: of VRRP's by name, of a heartbeat's two as ``node.iface``."""
    found = {
        str(node): f"{node}.{_mapping(body).get('iface')}"
        for node, body in _mapping(group.get("members")).items()
        if _mapping(body).get("iface")
    }
    for end in (group.get("primary"), group.get("standby")):
        if isinstance(end, str) and "." in end:
            found[end.partition(".")[0]] = end
    return found


def _read_priorities(group: Mapping[str, Any]) -> dict[str, int]:
    found = {
        str(node): _mapping(body).get("priority") for node, body in _mapping(group.get("members")).items()
    }
    return {node: value for node, value in found.items() if isinstance(value, int)}


def _read_leaving(group: Mapping[str, Any]) -> frozenset[str]:
    """The members whose profile leaves the addresses behind, unless an option says otherwise (ucarp's -z)."""
    profile = group.get("profile")
    return frozenset(
        str(node)
        for node, body in _mapping(group.get("members")).items()
        if _mapping(body).get("profile", profile) in LEAVING and not _mapping(body).get("shutdown")
    )


def _read_clients(scenario: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, ClientFacts]:
    nodes = _mapping(scenario.get("nodes"))
    found: dict[str, ClientFacts] = {}
    for name, body in _mapping(scenario.get("clients")).items():
        facts = _mapping(body)
        if facts.get("measured", True):
            target = str(facts.get("target"))
            ends = (_mapping(nodes.get(str(facts.get("node", name)))), _mapping(nodes.get(target)))
            ways = {target} if target in addresses else set()
            if not _share_a_link(*ends):
                ways |= {str(end.get("gateway")) for end in ends}
            vips = frozenset(addresses[way] for way in ways if way in addresses)
            found[str(name)] = ClientFacts(_time(facts.get("interval")), vips)
    return found


def _share_a_link(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two hosts have interfaces in one subnet, so that no gateway is between them."""
    return bool(_subnets(one) & _subnets(other))


def _subnets(node: Mapping[str, Any]) -> set[IPv4Network]:
    found = set()
    for iface in _mapping(node.get("interfaces")).values():
        with suppress(ValueError):
            found.add(ip_interface(str(_mapping(iface).get("address"))).network)
    return {network for network in found if isinstance(network, IPv4Network)}


def _read_peers(links: list[Any]) -> dict[str, str]:
    peers: dict[str, str] = {}
    for link in links:
        ends = _sequence(_mapping(link).get("ends"))
        if len(ends) == 2:
            peers[str(ends[0])], peers[str(ends[1])] = str(ends[1]), str(ends[0])
    return peers


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _time(value: Any) -> Time:
    """A duration in ns from text or a number of ns; 0 if it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return parse_duration(value) if isinstance(value, str) else 0
    except UnitError:
        return 0
