"""The files of several nodes, laid beside each other: who is in which virtual router, with which times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from vipsim.machines.vrrp.keywords import Keywords
from vipsim.machines.vrrp.rules import master_down_interval, skew_time
from vipsim.scenario.keepalived.config import KeepalivedConfig, Setting, VrrpInstance
from vipsim.scenario.keepalived.forms import Ip
from vipsim.scenario.keepalived.groups import joined
from vipsim.scenario.keepalived.places import Place
from vipsim.scenario.keepalived.scenario import Part, keywords, part
from vipsim.units import Time


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What no keepalived.conf tells; None: not known."""

    stp: Time | None = None
    """Forward delay of the spanning tree at the nodes' ports, in ns; 0: edge ports, or none runs."""
    router_cache: Time | None = None
    """How long the slowest router or client keeps an ARP entry that nobody corrects, in ns."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One node's instance in a virtual router."""

    node: str
    config: KeepalivedConfig
    instance: VrrpInstance
    part: Part

    @property
    def place(self) -> Place:
        """Where the instance stands."""
        return self.part.place

    def at(self, setting: Setting[Any]) -> Place:
        """Where a value comes from: its own line, or the instance's."""
        return setting.place or self.place

    @property
    def interval(self) -> Time:
        """In force, in ns."""
        return self.instance.advert_int.value

    @property
    def priority(self) -> int:
        """The base, in force."""
        return self.instance.priority.value

    @property
    def skew(self) -> Time:
        """In ns."""
        return skew_time(self.instance.version.value, self.priority, self.interval)

    @property
    def down(self) -> Time:
        """How long it waits for an advert until it takes over, in ns."""
        return self.down_at(self.priority)

    def down_at(self, priority: int) -> Time:
        """The same with another effective priority."""
        missed = self.instance.down_timer_adverts.value
        return master_down_interval(self.instance.version.value, priority, self.interval, missed)

    @property
    def listed(self) -> frozenset[Ip]:
        """The addresses in its adverts."""
        return frozenset(one.address for one in self.instance.virtual_ipaddress)

    @property
    def moved(self) -> frozenset[Ip]:
        """All addresses that it moves."""
        return self.listed | {one.address for one in self.instance.virtual_ipaddress_excluded}

    @property
    def keywords(self) -> Keywords:
        """As the machine has them."""
        written = dict(keywords(self.config, self.instance))
        del written["advert_int"]
        return Keywords(**written)

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.node

    @property
    def has_dead_ends(self) -> bool:
        """Whether the same VIP has another MAC on each node, so that clients must be told."""
        return not self.instance.use_vmac.value


Router = tuple[Seat, ...]
"""The seats of a virtual router, at most one of each node."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that the rules look at."""

    configs: tuple[tuple[str, KeepalivedConfig], ...]
    routers: tuple[Router, ...]
    around: Surroundings = Surroundings()

    @property
    def seats(self) -> Iterator[Seat]:
        """All of them."""
        return (seat for router in self.routers for seat in router)

    @property
    def pairs(self) -> Iterator[tuple[Seat, Seat]]:
        """Every two seats of one virtual router, the one that leads first."""
        for router in self.routers:
            yield from combinations(ranked(router), 2)


def ranked(router: Router) -> list[Seat]:
    """The seats by priority; between equals in the order of the files."""
    return sorted(router, key=lambda seat: -seat.priority)


def case_of(configs: Mapping[str, KeepalivedConfig], around: Surroundings | None = None) -> Case:
    """Lay configurations beside each other, IPv4 and IPv6 apart."""
    seats = [
        Seat(node, config, one, part(config, one, node))
        for node, config in configs.items()
        for one in config.instances
    ]
    routers: list[Router] = []
    for family in (False, True):
        found = {id(seat.part): seat for seat in seats if seat.instance.ipv6 is family}
        routers += [
            tuple(found[id(one)] for one in cluster)
            for cluster in joined(seat.part for seat in found.values())
        ]
    return Case(tuple(configs.items()), tuple(routers), around or Surroundings())
