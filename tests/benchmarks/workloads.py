"""The reference workloads as scenarios of the product's own classes.

W1 is one failover seen by N clients; W2 is many runs of W1 with one client. Every rule in which the
reference differs from the product's default is data: a neighbor profile and a VRRP profile.
"""

from __future__ import annotations

from unittest.mock import patch

from vipsim.machines.neighbor import PROFILES as NEIGHBOR_PROFILES
from vipsim.machines.neighbor import NeighborProfile
from vipsim.machines.vrrp.profiles import PROFILES as VRRP_PROFILES
from vipsim.machines.vrrp.profiles import VrrpProfile
from vipsim.scenario.model import (
    At,
    Client,
    End,
    Fault,
    FaultWord,
    Host,
    Iface,
    Link,
    Scenario,
    Switch,
    Vip,
    VrrpGroup,
    VrrpMember,
)
from vipsim.sim.plan import Plan, compile_scenario
from vipsim.units import MS, SECOND, US
from vipsim.wire.addresses import IPv4, Mac

NEIGHBOR = "reference"
VRRP = "reference"

# "A request for another address is ignored, except that a gratuitous request refreshes an entry that exists."
NEIGHBOR_RULES = NeighborProfile(NEIGHBOR, updates_from="gratuitous")
# "Send one advert and 5 gratuitous ARP requests back to back at once."
VRRP_RULES = VrrpProfile(VRRP, (2,), announcements=5)

ROUTER_MACS = (Mac(0x02000000000A), Mac(0x02000000000B))
FAST_LINKS_FROM = 500
"""Number of clients from which the routers' links run at 1 Gb/s."""


def plan(clients: int, neighbor: str = NEIGHBOR, vrrp: str = VRRP) -> Plan:
    """W1 made ready to run; its profiles are known to the product only while it is compiled.

    `neighbor` is the profile of every host's cache: the reference's own, or ``linux``; `vrrp` that of the
    routers: the reference's own, or such as ``keepalived``.
    """
    with (
        patch.dict(NEIGHBOR_PROFILES, {NEIGHBOR: NEIGHBOR_RULES}),
        patch.dict(VRRP_PROFILES, {VRRP: VRRP_RULES}),
    ):
        return compile_scenario(w1(clients, neighbor, vrrp))


def w1(clients: int, neighbor: str = NEIGHBOR, vrrp: str = VRRP) -> Scenario:
    """One failover: A dies silently between 5 and 6 s, `clients` ping every 10 ms, the run ends at 12 s."""
    base = IPv4.parse("10.0.0.0")
    routers = tuple(
        Host(name, (Iface("eth0", mac, IPv4(base + 2 + n), 16),), neighbor=neighbor)
        for n, (name, mac) in enumerate(zip("AB", ROUTER_MACS, strict=True))
    )
    pingers = tuple(
        Host(f"c{n}", (Iface("eth0", Mac(0x020000010000 + n), IPv4(base + 256 + n), 16),), neighbor=neighbor)
        for n in range(clients)
    )
    rate = 1_000_000_000 if clients >= FAST_LINKS_FROM else 100_000_000
    links = tuple(
        Link(End(host.name, "eth0"), End("sw", f"p{n}"), rate if host in routers else 100_000_000, 50 * US)
        for n, host in enumerate((*routers, *pingers), 1)
    )
    members = (VrrpMember("A", "eth0", 150), VrrpMember("B", "eth0", 100))
    return Scenario(
        name=f"W1-{clients}",
        duration=12 * SECOND,
        nodes=(*routers, *pingers, Switch("sw")),
        links=links,
        vips=(Vip("vip", IPv4(base + 1), 16),),
        groups=(VrrpGroup(1, ("vip",), members, profile=vrrp),),
        clients=tuple(
            Client(host.name, host.name, "vip", interval=10 * MS, start=(SECOND, SECOND + 10 * MS))
            for host in pingers
        ),
        faults=(Fault(FaultWord.CRASH, "A", At(5 * SECOND, 6 * SECOND)),),
        phase=0.0,
    )
