"""Every machine that the contract suite judges: one entry each.

To register a machine add an `Entry` to `ENTRIES`: how to make one, and hypothesis strategies for the
events that its driver may bring. Say with `is_protocol` whether it is a failover protocol, which owns
virtual addresses and can be stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from vipsim.machines.bridge import Bridge
from vipsim.machines.heartbeat import HeartbeatMachine, HeartbeatSettings
from vipsim.machines.neighbor import PROFILES as NEIGHBOR_PROFILES
from vipsim.machines.neighbor import NeighborCache
from vipsim.machines.vocabulary import (
    AddressAdded,
    AddressRemoved,
    Event,
    LinkChanged,
    Outgoing,
    Received,
    Settled,
    Started,
    State,
    Stopped,
    TimerName,
    VipFailed,
    VipReady,
)
from vipsim.machines.vrrp import PROFILES, VrrpMachine, VrrpSettings
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import BROADCAST, NO_IP, VRRP_GROUP, IPv4, Mac, multicast_mac
from vipsim.wire.frames import Arp, ArpOp, Echo, Other, Udp, Vrrp, framed
from vipsim.wire.heartbeat import PORT, Kind, Message, encode

VIPS = tuple(map(IPv4.parse, ("192.168.1.219", "192.168.1.220")))
OWN, PEER, THIRD = map(IPv4.parse, ("192.168.1.218", "192.168.1.217", "192.168.1.10"))
MACS = tuple(map(Mac.parse, ("00:21:5A:DB:7F:C2", "00:21:5A:DB:68:E8", "00:21:5A:DB:00:99")))
OWN_MAC, PEER_MAC, _ = MACS


@dataclass(frozen=True)
class Entry:
    """A machine under the contract."""

    name: str
    make: Callable[[], Any]
    events: st.SearchStrategy[Event]
    """What a driver may bring, in any order; `TimerFired` is added by the suite."""
    owns_timer: Callable[[TimerName], bool]
    is_protocol: bool = False


# --- strategies that several machines share ----------------------------------------------------

ifaces = st.sampled_from(["bond0", "bond0", "bond0", "eth9"])
links = st.builds(LinkChanged, ifaces, st.booleans())
addresses = st.sampled_from([*VIPS, OWN, PEER, THIRD, NO_IP])
macs = st.sampled_from(MACS)
arps = st.builds(Arp, st.sampled_from(ArpOp), macs, addresses, macs, addresses)
others = st.builds(Other, st.integers(0x0600, 0xFFFF), st.binary(max_size=4))
life = st.one_of(
    st.builds(Started, st.sampled_from([(), ("bond0",), ("eth9",)])),
    st.builds(Settled, st.sampled_from(State), st.integers(0, 3 * SECOND)),
    st.just(Stopped()),
    st.builds(VipReady, st.sampled_from([*VIPS, THIRD])),
    st.builds(VipFailed, st.sampled_from([*VIPS, THIRD]), st.just("no permission")),
    links,
)


def received(packets: st.SearchStrategy[Any], dst: Mac = BROADCAST) -> st.SearchStrategy[Event]:
    return st.builds(Received, st.builds(framed, st.just(dst), macs, packets), ifaces)


# --- VRRP -------------------------------------------------------------------------------------


def vrrp(name: str, **given: Any) -> Entry:
    settings = VrrpSettings(
        name="vrrp 51",
        vrid=51,
        vips=tuple((vip, 24) for vip in VIPS),
        iface="bond0",
        address=OWN,
        mac=OWN_MAC,
        **{"priority": 100, **given},
    )
    good = Vrrp(PEER, VRRP_GROUP, 255, settings.version, 51, 100, 1, VIPS)
    good = replace(good, pseudo_header=settings.profile.checksum_pseudo_header)
    mostly_good = st.fixed_dictionaries(
        {"priority": st.sampled_from([0, 1, 99, 100, 101, 255]), "src": st.sampled_from([PEER, OWN, THIRD])},
        optional={
            "ttl": st.sampled_from([254, 255]),
            "version": st.sampled_from([2, 3]),
            "vrid": st.sampled_from([51, 52]),
            "interval": st.sampled_from([0, 1, 2, 100, 4095]),
            "vips": st.sampled_from([VIPS, VIPS[::-1], VIPS[:1], ()]),
            "auth_type": st.sampled_from([0, 1]),
            "checksum": st.sampled_from([None, 7]),
        },
    )
    adverts = mostly_good.map(lambda fields: replace(good, **fields))
    heard = received(st.one_of(adverts, adverts, adverts, others, arps), multicast_mac(VRRP_GROUP))
    return Entry(
        name,
        lambda: VrrpMachine(settings),
        st.one_of(life, heard),
        lambda timer: timer[0] == "vrrp 51",
        is_protocol=True,
    )


# --- heartbeat --------------------------------------------------------------------------------


def heartbeat(name: str, role: str, mode: str, **given: Any) -> Entry:
    settings = HeartbeatSettings(
        name="pair",
        role=role,
        vips=tuple((vip, 24) for vip in VIPS),
        iface="bond0",
        address=OWN,
        mac=OWN_MAC,
        peer=PEER,
        mode=mode,
        timeout=3 * SECOND if mode == "push" else 700 * MS,
        **given,
    )
    messages = st.builds(
        encode,
        st.builds(Message, st.sampled_from(Kind), st.sampled_from([settings.pair, 1]), st.integers(0, 9)),
    )
    datagrams = st.builds(
        Udp,
        st.sampled_from([PEER, PEER, THIRD]),
        st.sampled_from([OWN, OWN, VIPS[0]]),
        st.just(64),
        st.sampled_from([PORT, 5432]),
        st.sampled_from([PORT, PORT, 9]),
        st.one_of(messages, messages, messages, st.binary(max_size=20)),
    )
    echoes = st.builds(
        Echo,
        st.sampled_from([PEER, THIRD]),
        st.just(OWN),
        st.just(64),
        st.booleans(),
        st.sampled_from([settings.ident, 1]),
        st.integers(0, 3),
    )
    return Entry(
        name,
        lambda: HeartbeatMachine(settings),
        st.one_of(life, received(st.one_of(datagrams, datagrams, echoes, arps, others), OWN_MAC)),
        lambda timer: timer[0] == "pair",
        is_protocol=True,
    )


# --- neighbor cache and switch ----------------------------------------------------------------


def neighbor(name: str) -> Entry:
    packets = st.builds(
        Echo, addresses, addresses, st.just(64), st.booleans(), st.integers(0, 9), st.integers(0, 9)
    )
    events = st.one_of(
        received(st.one_of(arps, arps, others)),
        st.builds(Outgoing, packets, st.sampled_from([PEER, THIRD, VIPS[0]])),
        st.builds(AddressAdded, st.sampled_from([OWN, VIPS[0]])),
        st.builds(AddressRemoved, st.sampled_from([OWN, VIPS[0]])),
        links,
    )
    return Entry(
        f"neighbor-{name}",
        lambda: NeighborCache("bond0", OWN_MAC, NEIGHBOR_PROFILES[name]),
        events,
        lambda timer: timer[1] in ("retransmit", "expire") and bool(IPv4.parse(timer[0])),
    )


def bridge() -> Entry:
    frames = st.builds(
        framed, st.sampled_from([BROADCAST, *MACS]), st.sampled_from([BROADCAST, *MACS]), others
    )
    ports = st.sampled_from(["p1", "p2", "p3"])
    events = st.one_of(st.builds(Received, frames, ports), st.builds(LinkChanged, ports, st.booleans()))
    return Entry("bridge", lambda: Bridge(2 * SECOND), events, lambda timer: timer[0] == "fdb")


V3 = {"version": 3, "advert_interval": 10 * MS}
ENTRIES = [
    vrrp("vrrp2"),
    vrrp("vrrp2-nopreempt", preempt=False),
    vrrp("vrrp2-owner", priority=255),
    vrrp("vrrp3-rfc5798", profile=PROFILES["rfc5798"], **V3),
    vrrp("vrrp3-rfc9568", profile=PROFILES["rfc9568"], **V3),
    heartbeat("pull-standby", "standby", "pull"),
    heartbeat("pull-primary", "primary", "pull", failback="automatic"),
    heartbeat("pull-standby-service", "standby", "pull", probe=5432, failback="automatic"),
    heartbeat("push-standby", "standby", "push", failback="automatic"),
    heartbeat("push-primary", "primary", "push"),
    heartbeat("pull-standby-manual", "standby", "pull", takeover="manual", dead_count=1),
    *map(neighbor, NEIGHBOR_PROFILES),
    bridge(),
]
