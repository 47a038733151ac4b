"""Every machine that the contract suite judges: one entry each.

To register a machine add an `Entry` to `ENTRIES`: how to make one, and hypothesis strategies for the
events that its driver may bring. Say with `is_protocol` whether it is a failover protocol, which owns
virtual addresses and can be stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

from hypothesis import strategies as st

from vipsim.machines.bridge import Bridge
from vipsim.machines.bridge.words import (
    BridgeRules,
    FdbSet,
    PortAdded,
    PortOptions,
    PortRemoved,
    PortSet,
    RulesSet,
)
from vipsim.machines.carp import PROFILES as CARP_PROFILES
from vipsim.machines.carp import CarpMachine, CarpSettings
from vipsim.machines.carp.advert import advert_frame
from vipsim.machines.heartbeat import HeartbeatMachine, HeartbeatSettings
from vipsim.machines.host.stack import HostStack
from vipsim.machines.neighbor import PROFILES as NEIGHBOR_PROFILES
from vipsim.machines.neighbor import NeighborCache, NeighborState
from vipsim.machines.postgresql import DatabaseServer
from vipsim.machines.postgresql.words import (
    LINK,
    Connected,
    Crashed,
    DatabaseAction,
    DatabaseSettings,
    Disconnected,
    Heard,
    Notified,
    Role,
)
from vipsim.machines.postgresql.words import Kind as DatabaseKind
from vipsim.machines.postgresql.words import Message as DatabaseMessage
from vipsim.machines.tcp import TcpConnection
from vipsim.machines.tcp.words import (
    Aborted,
    Closed,
    Opened,
    TcpAction,
    TcpEnds,
    TcpSettings,
    Unreachable,
    Written,
    plus,
)
from vipsim.machines.vocabulary import (
    Action,
    AddressAdded,
    AddressRemoved,
    AdminChanged,
    Changed,
    Confirmed,
    Drawn,
    EntriesFlushed,
    EntrySet,
    Event,
    InterfaceAdded,
    LinkChanged,
    MacChanged,
    Outgoing,
    Received,
    Reloaded,
    RivalHeard,
    RouteSet,
    ScriptDone,
    Settled,
    Started,
    State,
    Stopped,
    Synced,
    SysctlSet,
    TimerName,
    VipFailed,
    VipReady,
)
from vipsim.machines.vrrp import PROFILES, VrrpMachine, VrrpSettings
from vipsim.machines.vrrp.keywords import Keywords, TrackInterface, TrackScript
from vipsim.machines.vrrp.sync import SyncSettings
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, VRRP_GROUP, IPv4, Mac, multicast_mac, virtual_mac
from vipsim.wire.frames import Arp, ArpOp, Echo, IcmpKind, Other, Tcp, TcpFlag, Udp, Vrrp, framed
from vipsim.wire.heartbeat import PORT, Kind, Message, encode

VIPS = tuple(map(IPv4.parse, ("192.168.1.219", "192.168.1.220")))
OWN, PEER, THIRD = map(IPv4.parse, ("192.168.1.218", "192.168.1.217", "192.168.1.10"))
MACS = tuple(map(Mac.parse, ("00:21:5A:DB:7F:C2", "00:21:5A:DB:68:E8", "00:21:5A:DB:00:99")))
OWN_MAC, PEER_MAC, _ = MACS
BROADCAST_IP = IPv4.parse("192.168.1.255")


@dataclass(frozen=True)
class Entry:
    """A machine under the contract."""

    name: str
    make: Callable[[], Any]
    events: st.SearchStrategy[Event]
    """What a driver may bring, in any order; `TimerFired` is added by the suite."""
    owns_timer: Callable[[TimerName], bool]
    is_protocol: bool = False
    key_of: Callable[[Changed], Any] = lambda change: change.key
    """Which of the machine's `states` a change is about."""
    actions: tuple[type, ...] = get_args(Action)
    """What it may ask for."""
    keeps_address: bool = False
    """A protocol that leaves its address behind when stopped: FRR; ucarp, unless it is told otherwise."""


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
    st.builds(ScriptDone, st.sampled_from(["check", "other"]), st.booleans()),
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
    if settings.keywords is not None:
        peers, auth = settings.keywords.unicast_peer, settings.keywords.auth_data
        good = replace(good, dst=OWN if peers else VRRP_GROUP, auth_type=int(any(auth)), auth_data=auth)
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
    changed = [{}, {"priority": 90}, {"vips": settings.vips[:1]}, {"vips": settings.vips[::-1]}]
    reloads = st.builds(
        Reloaded,
        st.sampled_from([replace(settings, **change) for change in changed]),
        st.sampled_from([(), ("bond0",)]),
    )
    told = st.one_of(
        st.builds(Synced, st.just("vrrp 52"), st.sampled_from(State), st.booleans(), st.booleans()),
        st.just(RivalHeard()),
    )
    more = [reloads] if settings.profile.reloads else []
    more += [told] if settings.sync is not None else []
    return Entry(
        name,
        lambda: VrrpMachine(settings),
        st.one_of(life, heard, *more),
        lambda timer: timer[0] == "vrrp 51",
        is_protocol=True,
        keeps_address=settings.profile.leaves_address,
    )


# --- CARP -------------------------------------------------------------------------------------


def carp(name: str, profile: str, **given: Any) -> Entry:
    """A member, and adverts of every kind: signed by friends, by strangers, faster, slower, and of VRRP."""
    rules = CARP_PROFILES[profile]
    vips = tuple((vip, 24) for vip in (VIPS[:1] if rules.scripts else VIPS))
    common = {"name": "carp 51", "vhid": 51, "vips": vips, "iface": "bond0", "profile": rules}
    settings = CarpSettings(address=OWN, mac=OWN_MAC, **common, **{"advskew": 100, **given})

    def said(address: IPv4, password: str, advbase: int, advskew: int, counter: int, vhid: int) -> Any:
        theirs = replace(settings, address=address, password=password, demotion=0, vhid=vhid)
        return advert_frame(theirs, counter, advbase, advskew).packet

    adverts = st.builds(
        said,
        st.sampled_from([PEER, PEER, OWN, THIRD]),
        st.sampled_from(["vipsim", "vipsim", "vipsim", "other"]),
        st.sampled_from([1, 1, 2, 4, 255]),
        st.sampled_from([0, 99, 100, 101, 255]),
        st.sampled_from([0, 2**64 - 1]),
        st.sampled_from([51, 51, 52]),
    )
    spoilt = st.builds(replace, adverts, ttl=st.sampled_from([254, 255]), checksum=st.sampled_from([None, 7]))
    demoted = st.builds(replace, adverts, demotion=st.sampled_from([0, 1, 255]))
    strange = st.just(Vrrp(PEER, VRRP_GROUP, 255, 2, 51, 100, 1, VIPS))
    packets = st.one_of(adverts, adverts, spoilt, demoted, strange, others, arps)
    heard = received(packets, multicast_mac(VRRP_GROUP))
    set_down = st.builds(AdminChanged, ifaces, st.booleans())
    return Entry(
        name,
        lambda: CarpMachine(settings),
        st.one_of(life, heard, heard, set_down),
        lambda timer: timer[0] == "carp 51",
        is_protocol=True,
        keeps_address=rules.scripts and not settings.shutdown,
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


def neighbor_events(name: str) -> st.SearchStrategy[Event]:
    """What may come to a cache or a host: ARP of every kind, datagrams, and what people do to interfaces."""
    packets = st.builds(
        Echo, addresses, addresses, st.just(64), st.booleans(), st.integers(0, 9), st.integers(0, 9)
    )
    hops = st.sampled_from([PEER, THIRD, VIPS[0], BROADCAST_IP, VRRP_GROUP])
    for_us = received(arps, OWN_MAC)
    answers = st.builds(Arp, st.just(ArpOp.REPLY), macs, st.sampled_from([PEER, THIRD]), macs, st.just(OWN))
    sysctls = [
        ("arp_ignore", 8),
        ("arp_accept", 1),
        ("locktime", 0),
        ("mcast_solicit", 0),
        ("ucast_solicit", 0),
    ]
    sysctls += [
        ("ucast_solicit", 0),
        ("base_reachable_time_ms", 10),
        ("delay_first_probe_time", 0),
        ("gc_thresh1", 1),
    ]
    common = [
        received(st.one_of(arps, arps, others)),
        for_us,
        received(answers, OWN_MAC),
        st.builds(Outgoing, packets, hops),
        st.builds(Outgoing, packets, hops),
        st.builds(AddressAdded, st.sampled_from([OWN, VIPS[0]]), st.just("bond0"), st.sampled_from([24, 32])),
        st.builds(AddressRemoved, st.sampled_from([OWN, VIPS[0]])),
        links,
        st.builds(AdminChanged, ifaces, st.booleans()),
        st.builds(Confirmed, hops),
    ]
    if name.startswith("linux"):
        common += [
            st.builds(MacChanged, ifaces, macs),
            st.builds(EntrySet, ifaces, hops, st.one_of(st.none(), macs), st.sampled_from(NeighborState)),
            st.builds(EntriesFlushed, ifaces),
            st.builds(Drawn, st.tuples(ifaces, st.just("reachable_time")), st.integers(0, 45 * SECOND)),
            st.sampled_from([SysctlSet(key, value) for key, value in sysctls]),
        ]
    return st.one_of(common)


def owns_neighbor_timer(timer: TimerName) -> bool:
    iface, _, who = timer[0].partition(" ")
    whats = ("retransmit", "expire", "reachable", "delay") if who != "table" else ("collect",)
    return iface in ("bond0", "eth9") and timer[1] in whats and (who == "table" or bool(IPv4.parse(who)))


def neighbor(name: str) -> Entry:
    profile = NEIGHBOR_PROFILES[name]
    return Entry(
        f"neighbor-{name}",
        lambda: NeighborCache("bond0", OWN_MAC, profile),
        neighbor_events(name),
        owns_neighbor_timer,
    )


def stack(name: str) -> Entry:
    """A host with two interfaces and one address to begin with."""

    def make() -> HostStack:
        made = HostStack(NEIGHBOR_PROFILES[name])
        for iface, mac in (("bond0", OWN_MAC), ("eth9", MACS[2])):
            made.handle(InterfaceAdded(iface, mac, 20 * SECOND), 0)
        made.handle(AddressAdded(OWN, "bond0", 24), 0)
        return made

    routes = st.builds(RouteSet, addresses, st.sampled_from([0, 24]), ifaces, st.one_of(st.none(), addresses))
    events = st.one_of(neighbor_events(name), neighbor_events(name), routes)
    return Entry(
        f"stack-{name}",
        make,
        events,
        owns_neighbor_timer,
        key_of=lambda change: (change.detail[2], change.key),
    )


def bridge(name: str, rules: BridgeRules) -> Entry:
    addresses = st.sampled_from([BROADCAST, NO_MAC, Mac(0x0180C2000001), Mac(0x0180C2000002), *MACS])
    ports = st.sampled_from(["p1", "p2", "p3"])
    options = st.builds(PortOptions, *[st.booleans()] * 6)
    heard = st.builds(Received, st.builds(framed, addresses, addresses, others), ports)
    events = st.one_of(
        heard,
        heard,
        st.builds(LinkChanged, ports, st.booleans()),
        st.builds(PortAdded, ports, options, st.booleans(), st.booleans()),
        st.builds(PortAdded, ports),
        st.builds(PortRemoved, ports),
        st.builds(PortSet, ports, options),
        st.builds(FdbSet, addresses, ports, st.booleans(), st.booleans()),
        st.builds(
            RulesSet,
            st.builds(BridgeRules, st.sampled_from([0, SECOND, 2 * SECOND]), st.booleans(), st.just(SECOND)),
        ),
        st.just(Started()),
    )
    names = {("fdb", "age"), ("stp", "topology_change")}
    names |= {(f"port p{number}", "forward_delay") for number in (1, 2, 3)}
    return Entry(name, lambda: Bridge(rules), events, names.__contains__)


# --- TCP --------------------------------------------------------------------------------------


def tcp(name: str, connected: bool = False, **given: Any) -> Entry:
    """One connection, whichever side it becomes; the segments come close to its numbers at 2**32."""
    iss = 2**32 - 2
    ends = TcpEnds(OWN, 40000, PEER, 5432)
    numbers = st.builds(plus, st.just(iss), st.sampled_from([-1, 0, 1, 1, 1, 2, 3, 5, 9, 40_000]))
    their = st.builds(plus, st.just(7), st.sampled_from([0, 0, 0, 1, 1, 2, 3, 6, 65_600, -1]))
    flags = [TcpFlag.SYN, TcpFlag.SYN | TcpFlag.ACK, TcpFlag.FIN | TcpFlag.ACK, TcpFlag.RST]
    flags += [TcpFlag.RST | TcpFlag.ACK, *[TcpFlag.ACK] * 6]
    segments = st.builds(
        Tcp,
        st.sampled_from([*[PEER] * 9, THIRD]),
        st.just(OWN),
        st.just(64),
        st.sampled_from([*[5432] * 9, 9]),
        st.just(40000),
        their,
        numbers,
        st.sampled_from(flags),
        st.sampled_from([b"", b"", b"a", b"bcd"]),
        st.sampled_from([65_535, 0, 2]),
    )
    events = st.one_of(
        received(st.one_of(segments, segments, segments, segments, others), OWN_MAC),
        received(segments, OWN_MAC),
        st.just(Opened()),
        st.builds(Written, st.sampled_from([b"x", b"xyz", bytes(4000)])),
        st.sampled_from([Opened(), Opened(), Closed(), Aborted()]),
        st.builds(Unreachable, st.sampled_from(IcmpKind), numbers),
    )
    answer = Tcp(PEER, OWN, 64, 5432, 40000, 6, plus(iss, 1), TcpFlag.SYN | TcpFlag.ACK)

    def make() -> TcpConnection:
        machine = TcpConnection(ends, iss, TcpSettings(**given))
        if connected:
            machine.handle(Opened(), 0)
            machine.handle(Received(framed(OWN_MAC, PEER_MAC, answer), "bond0"), 0)
        return machine

    return Entry(
        f"tcp-{name}",
        make,
        events,
        lambda timer: timer[0] == ends.part,
        actions=get_args(TcpAction),
    )


# --- a database server ------------------------------------------------------------------------


def postgresql(name: str, role: Role, **given: Any) -> Entry:
    """One server of a pair: clients and a standby that say what they like, on channels that come and go."""
    settings = DatabaseSettings("database", 1, role, promotion_time=SECOND, **given)
    numbers = st.integers(0, 5)
    said = st.lists(
        st.builds(
            DatabaseMessage, st.sampled_from(DatabaseKind), numbers, st.integers(1, 2), numbers, numbers
        ),
        min_size=1,
        max_size=4,
    ).map(lambda messages: b"".join(message.octets for message in messages))
    channels = st.integers(LINK, 3)
    events = st.one_of(
        st.sampled_from([Started(), Started(), Stopped(), Crashed()]),
        st.builds(Notified, st.sampled_from(State)),
        st.builds(Connected, channels),
        st.builds(Connected, channels),
        st.builds(Heard, channels, said),
        st.builds(Heard, channels, said),
        st.builds(Heard, channels, st.binary(max_size=40)),
        st.builds(Disconnected, channels),
    )

    def make() -> DatabaseServer:
        machine = DatabaseServer(settings)
        machine.handle(Started(), 0)
        return machine

    return Entry(
        f"postgresql-{name}",
        make,
        events,
        lambda timer: timer[0] == "database",
        actions=get_args(DatabaseAction),
    )


KEEPALIVED = PROFILES["keepalived"]
V3 = {"version": 3, "advert_interval": 10 * MS}
ENTRIES = [
    vrrp("vrrp2"),
    vrrp("vrrp2-nopreempt", preempt=False),
    vrrp("vrrp2-owner", priority=255),
    vrrp("vrrp3-rfc5798", profile=PROFILES["rfc5798"], **V3),
    vrrp("vrrp3-rfc9568", profile=PROFILES["rfc9568"], **V3),
    vrrp("keepalived2", profile=KEEPALIVED),
    vrrp("keepalived2-owner", profile=KEEPALIVED, priority=255),
    vrrp("keepalived2-synced", profile=KEEPALIVED, sync=SyncSettings("gateway", ("vrrp 52",))),
    vrrp(
        "keepalived2-tracking",
        profile=KEEPALIVED,
        keywords=Keywords(
            preempt_delay=2 * SECOND,
            higher_prio_send_advert=True,
            vrrp_garp_interval=100 * MS,
            garp_master_refresh=SECOND,
            auth_type="PASS",
            auth_pass="secret",
            track_interface=(TrackInterface("eth9"),),
            track_script=(TrackScript("check", weight=-60, rise=2, fall=2),),
        ),
    ),
    vrrp(
        "keepalived3-unicast",
        profile=KEEPALIVED,
        preempt=False,
        keywords=Keywords(
            unicast_peer=(PEER, THIRD),
            vrrp_startup_delay=SECOND,
            lower_prio_no_advert=True,
            track_interface=(TrackInterface("eth9", weight=20, reverse=True),),
            track_script=(TrackScript("check", init_fail=True),),
        ),
        **V3,
    ),
    vrrp("frr3", profile=PROFILES["frr"], virtual_mac=virtual_mac(51), **V3),
    vrrp("frr2-owner", profile=PROFILES["frr"], virtual_mac=virtual_mac(51), priority=255),
    carp("ucarp", "ucarp"),
    carp("ucarp-fast", "ucarp", advskew=0, ratio=2, preempt=True, shutdown=True, neutral=True),
    carp("ucarp-any-link", "ucarp", ignore_carrier=True, shutdown=True),
    carp("carp-freebsd", "freebsd", demotion=200, preempt=True),
    carp("carp-openbsd", "openbsd", demotion=1, preempt=True),
    heartbeat("pull-standby", "standby", "pull"),
    heartbeat("pull-primary", "primary", "pull", failback="automatic"),
    heartbeat("pull-standby-service", "standby", "pull", probe=5432, failback="automatic"),
    heartbeat("push-standby", "standby", "push", failback="automatic"),
    heartbeat("push-primary", "primary", "push"),
    heartbeat("pull-standby-manual", "standby", "pull", takeover="manual", dead_count=1),
    *map(neighbor, NEIGHBOR_PROFILES),
    stack("linux"),
    stack("linux-arp-accept"),
    stack("cisco-ios"),
    bridge("bridge", BridgeRules(2 * SECOND)),
    bridge("bridge-stp", BridgeRules(2 * SECOND, stp=True, forward_delay=SECOND, max_age=SECOND)),
    tcp("linux"),
    tcp("linux-connected", connected=True),
    tcp(
        "cautious",
        hz=250,
        syn_profile="linux-old",
        nodelay=False,
        user_timeout=SECOND,
        keepalive=(SECOND, 100 * MS, 2),
    ),
    postgresql("primary", Role.PRIMARY),
    postgresql("primary-synchronous", Role.PRIMARY, synchronous=True),
    postgresql("primary-stubborn", Role.PRIMARY, demotes=False, replication_lag=0),
    postgresql("standby", Role.STANDBY),
]
