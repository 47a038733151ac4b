"""Which interfaces of which nodes are on one LAN, as far as configurations tell.

The files name interfaces and addresses, not cables: interfaces are on one LAN if they serve one virtual
router or one virtual address, and otherwise if they have one name on different nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vipsim.scenario.keepalived.groups import Cluster, addresses_of
from vipsim.scenario.keepalived.scenario import Part
from vipsim.wire.addresses import IPv4

Port = tuple[str, str]
"""A node and its interface."""


def home_of(part: Part, address: IPv4) -> str:
    """The interface on which a part sets an address."""
    return dict(part.elsewhere).get(address, part.iface)


def tracked_by(part: Part) -> tuple[str, ...]:
    """Other interfaces whose carrier a part watches."""
    return tuple(track.name for track in dict(part.keepalived).get("track_interface", ()))


def lans_of(clusters: Sequence[Cluster], more: Iterable[Port] = ()) -> list[tuple[Port, ...]]:
    """Return the LANs, each with its interfaces, in the order in which they are met."""
    leader: dict[Port, Port] = {}

    def find(port: Port) -> Port:
        leader.setdefault(port, port)
        while leader[port] != port:
            port = leader[port]
        return port

    def join(one: Port, two: Port) -> None:
        first, second = find(one), find(two)
        leader[second] = first

    homes: dict[IPv4, Port] = {}
    for cluster in clusters:
        for part in cluster:
            join((cluster[0].node, cluster[0].iface), (part.node, part.iface))
    for part in (one for cluster in clusters for one in cluster):
        for address in addresses_of(part):
            port = (part.node, home_of(part, address))
            join(homes.setdefault(address, port), port)
    for part in (one for cluster in clusters for one in cluster):
        for name in tracked_by(part):
            find((part.node, name))
    for port in more:
        find(port)
    _join_namesakes(list(leader), find, join)
    lans: dict[Port, list[Port]] = {}
    for port in leader:
        lans.setdefault(find(port), []).append(port)
    return [tuple(lan) for lan in lans.values()]


def _join_namesakes(ports: list[Port], find: object, join: object) -> None:
    """Join what has one name, unless a node would then have two interfaces on a LAN."""
    assert callable(find) and callable(join)
    for position, port in enumerate(ports):
        for other in ports[:position]:
            if other[1] != port[1] or find(other) == find(port):
                continue
            nodes = [one[0] for one in ports if find(one) in (find(other), find(port))]
            if len(set(nodes)) == len(nodes):
                join(other, port)
