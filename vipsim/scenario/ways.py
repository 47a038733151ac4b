"""Who reaches whom over the cables, switches and routers of a scenario."""

from __future__ import annotations

from vipsim.errors import AddressError
from vipsim.scenario.check.groups import members_of
from vipsim.scenario.model import Host, Scenario
from vipsim.wire.addresses import IPv4


class Ways:
    """Who reaches whom, perhaps with one switch or router (`closed`) or one link (`cut`) missing.

    An area is what one broadcast reaches: switches that are joined, with everything linked to them, or a
    cable between two hosts. Two nodes meet in an area that they share, or over routers: a packet for
    another area goes to the sender's gateway (each member that may own it, if it is a VIP), and on from there
    by that one's own areas or gateway. Switches have neither, and reach what their area holds.
    """

    def __init__(self, scenario: Scenario, *, closed: str = "", cut: int = -1) -> None:
        self._ends = _ends(scenario, closed, cut)
        self.areas: dict[str, set[str]] = {node.name: set() for node in scenario.nodes}
        for (node, _), area in self._ends.items():
            self.areas[node].add(area)
        self._hosts = {host.name: host for host in scenario.hosts if host.name != closed}
        self._gateways = {name: self._next(scenario, host) for name, host in self._hosts.items()}

    def _next(self, scenario: Scenario, host: Host) -> tuple[str, ...]:
        """The hosts that may own a host's gateway, of those that route."""
        if not host.gateway:
            return ()
        vips = {str(vip.address): vip.name for vip in scenario.vips}
        name = host.gateway if host.gateway in vips.values() else vips.get(host.gateway, "")
        owners = {m.node for group in scenario.groups if name in group.vips for m in members_of(group)}
        if not name:
            try:
                address = IPv4.parse(host.gateway)
            except AddressError:
                return ()
            owners = {one.name for one in scenario.hosts if any(i.address == address for i in one.ifaces)}
        return tuple(one.name for one in scenario.hosts if one.name in owners and one.forwarding)

    def join(self, one: str, two: str) -> bool:
        """True if packets get from one node to the other, and answers back."""
        return one == two or (self._leads(one, two) and self._leads(two, one))

    def meet(self, one: tuple[str, str], two: tuple[str, str]) -> bool:
        """True if a broadcast of one interface (host, name) is heard at the other; routers pass none on."""
        return one == two or (one in self._ends and self._ends[one] == self._ends.get(two))

    def _leads(self, source: str, destination: str) -> bool:
        passed: set[str] = set()
        ahead = [source]
        while ahead:
            here = ahead.pop()
            if not self.areas[here].isdisjoint(self.areas[destination]):
                return True
            passed.add(here)
            ahead += [
                gateway
                for gateway in self._gateways.get(here, ())
                if gateway not in passed
                and gateway in self._hosts
                and not self.areas[here].isdisjoint(self.areas[gateway])
            ]
        return False


def _ends(scenario: Scenario, closed: str, cut: int) -> dict[tuple[str, str], str]:
    """By (node, interface or port) the area that it is in; a switch is in its own without any port."""
    switches = {switch.name: switch.name for switch in scenario.switches if switch.name != closed}
    links = [
        link
        for index, link in enumerate(scenario.links)
        if index != cut and closed not in (link.a.node, link.b.node)
    ]

    def area(name: str) -> str:
        while switches[name] != name:
            switches[name] = switches[switches[name]]
            name = switches[name]
        return name

    for link in links:
        if link.a.node in switches and link.b.node in switches:
            switches[area(link.a.node)] = area(link.b.node)
    ends = {(name, ""): area(name) for name in switches}
    for link in links:
        shared = next((area(end.node) for end in (link.a, link.b) if end.node in switches), str(link.a))
        ends[link.a.node, link.a.port] = ends[link.b.node, link.b.port] = shared
    return ends
