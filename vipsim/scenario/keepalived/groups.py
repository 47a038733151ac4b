"""Parts of several nodes joined to virtual routers, with what is the same in all said once.

Members that disagree stay different: that is what one wants to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vipsim.machines.vrrp.keywords import TRACKS
from vipsim.scenario.fields import NAME
from vipsim.scenario.keepalived.names import plain_name
from vipsim.scenario.keepalived.scenario import Part
from vipsim.scenario.model import VrrpGroup, VrrpMember
from vipsim.wire.addresses import IPv4

Cluster = tuple[Part, ...]
"""The parts of one virtual router, at most one of each node."""


def joined(parts: Iterable[Part]) -> list[Cluster]:
    """Return the parts by virtual router, in the order in which each is met first.

    Instances of different nodes belong together if they have one vrid, and an address or their name in
    common; what has nothing but the vrid in common is another service on it. Where several fit, most in
    common wins, then the name of the interface.
    """
    found: list[list[Part]] = []
    for part in parts:
        fitting = [
            cluster
            for cluster in found
            if cluster[0].vrid == part.vrid
            and all(one.node != part.node for one in cluster)
            and _likeness(cluster, part) > 1
        ]
        if fitting:
            max(fitting, key=lambda one: _likeness(one, part)).append(part)
        else:
            found.append([part])
    return [tuple(cluster) for cluster in found]


def _likeness(cluster: Sequence[Part], part: Part) -> int:
    same = (
        any(set(addresses_of(one)) & set(addresses_of(part)) for one in cluster),
        any(one.instance == part.instance for one in cluster),
        any(one.iface == part.iface for one in cluster),
    )
    return 4 * same[0] + 2 * same[1] + same[2]


def addresses_of(part: Part) -> tuple[IPv4, ...]:
    """All addresses that a part moves, those of its adverts first."""
    return tuple(address for address, _ in (*part.vips, *part.excluded))


def titles(clusters: Sequence[Cluster]) -> list[str]:
    """A name for each virtual router: that of its instances, where they agree and nobody else has it."""
    names = [{part.instance for part in cluster} for cluster in clusters]
    wanted = [next(iter(one)) if len(one) == 1 else "" for one in names]
    found: list[str] = []
    for cluster, name in zip(clusters, wanted, strict=True):
        if not NAME.fullmatch(name) or wanted.count(name) > 1:
            alone = sum(other[0].vrid == cluster[0].vrid for other in clusters) == 1
            known = f"{name[:30]}-{cluster[0].vrid}" if NAME.fullmatch(name) else ""
            name = known if alone else f"vrid-{cluster[0].vrid}-{cluster[0].iface}"
            name = (
                name if not name or (NAME.fullmatch(name) and name not in found) else f"vr-{len(found) + 1}"
            )
        found.append(name)
    return found


def virtual_router(
    cluster: Cluster,
    vips: Mapping[IPv4, str],
    nodes: Callable[[Part, IPv4], str],
    title: str = "",
    iface: Callable[[str], str] = str,
) -> VrrpGroup:
    """Return the group of a scenario that some parts make.

    Parameters
    ----------
    cluster : tuple of Part
        As `joined` gives them.
    vips : mapping
        Names of the virtual addresses.
    nodes : callable
        Gives the node that a part means with a peer's address; empty: it is left out.
    title : str
        Name of the group; empty: ``vrrp VRID``.
    iface : callable
        Gives the scenario's name of an interface.
    """
    first = cluster[0]
    listed = dict.fromkeys(address for part in cluster for address in addresses_of(part))
    written = [_written(part, vips, nodes, iface) for part in cluster]
    interval = written[0].pop("advert_int")
    for other in written[1:]:
        if other["advert_int"] == interval:
            del other["advert_int"]
    common = {
        name: value
        for name, value in written[0].items()
        if all(name in other and other[name] == value for other in written)
    }
    return VrrpGroup(
        vrid=first.vrid,
        vips=tuple(vips[address] for address in listed),
        members=tuple(
            VrrpMember(
                node=part.node,
                iface=iface(part.iface),
                priority=part.priority,
                preempt=part.preempt,
                keepalived=tuple(sorted((k, v) for k, v in own.items() if k not in common)),
                vips=()
                if addresses_of(part) == tuple(listed)
                else tuple(vips[one] for one in addresses_of(part)),
                version=None if part.version == first.version else part.version,
                virtual_mac=None if part.virtual_mac == first.virtual_mac else part.virtual_mac,
            )
            for part, own in zip(cluster, written, strict=True)
        ),
        version=first.version,
        advert_interval=interval,
        profile="keepalived",
        virtual_mac=first.virtual_mac,
        keepalived=tuple(sorted(common.items())),
        title=title,
    )


def _written(
    part: Part, vips: Mapping[IPv4, str], nodes: Callable[[Part, IPv4], str], iface: Callable[[str], str]
) -> dict[str, Any]:
    found = dict(part.keepalived)
    for name in TRACKS:
        plain = iface if name == "track_interface" else plain_name
        if name in found:
            found[name] = tuple(replace(track, name=plain(track.name)) for track in found[name])
    if part.peers:
        named = dict.fromkeys(nodes(part, peer) for peer in part.peers)
        found["unicast_peer"] = tuple(name for name in named if name)
    if part.excluded:
        found["virtual_ipaddress_excluded"] = tuple(vips[address] for address, _ in part.excluded)
    return found
