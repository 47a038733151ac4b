"""Reading what a time course is about: each field is checked, nothing is guessed."""

from __future__ import annotations

from dataclasses import replace

from vipsim.machines.neighbor.profile import SYSCTLS
from vipsim.units import MS, SECOND, Time
from vipsim.validate.course_happenings import read_failure, read_moment, read_span, read_takeover, read_tcp
from vipsim.validate.course_model import CLIENT, NEW, OLD, Node, Sending, Setup
from vipsim.validate.fields import Fields, SkipRow, shown
from vipsim.validate.sysctls import IDLE
from vipsim.wire.addresses import IPv4

SHORTEST_PERIOD: Time = 2 * MS
MOST_DATAGRAMS = 20_000

DONE = {
    "first datagram received by B": "datagram_at_b",
    "first reply received while the client's last datagram went to B's MAC": "reply_from_b",
    "send or receive error of the client": "error",
    "end of file at the client": "eof",
    "connected": "connected",
    "connection error": "error",
}
"""What ends a course, in the oracle's words and in ours."""
OTHER = "other"
"""Something else that ends a course: when it came is known from the recording only."""
SERVERS = ("count", "echo", "the kernel answers the echo requests")
SOCKETS = ("udp", "raw icmp", "tcp")


def read_setup(row: Fields) -> Setup:
    """Return the setup of a course.

    Raises
    ------
    RowError
        If a field is missing, mistyped or impossible.
    SkipRow
        If it asks for what is not modelled.
    """
    setup = row.obj("setup")
    vip, prefix = _vip(setup)
    send, stop, tcp = setup.obj("send"), setup.obj("stop"), setup.obj("tcp")
    failure, failed_at = read_failure(setup)
    takeover, announcements, arp_notify = read_takeover(setup)
    found = Setup(
        nodes=_nodes(setup.obj("nodes")),
        vip=vip,
        vip_prefix=prefix,
        owners=_owners(setup),
        reachable_time=setup.count("reachable_time_ms", 1, 10**7) * MS,
        reachable_time_end=setup.count("reachable_time_ms_end", 1, 10**7) * MS,
        neigh=_sysctls(setup.obj("client_neigh"), settles=True),
        conf=_sysctls(setup.obj("client_conf"), settles=False),
        arp_notify=arp_notify,
        sending=_sending(send),
        connection=read_moment(setup.obj("connection"), "opened_s") if setup.has("connection") else None,
        connection_blocks=not _opened_by(setup).startswith("non-blocking"),
        nodelay=send.flag("nodelay", True),
        server_port=send.count("dport", 1, 65_535, default=5005),
        priming=_priming(setup, vip),
        server=_server(setup),
        failure=failure,
        failure_at=failed_at,
        takeover=takeover,
        announcements=announcements,
        tcp=read_tcp(tcp),
        begin=-read_span(setup, "warm"),
        limit=read_span(stop, "limit_s"),
        hold=read_span(stop, "hold_after_s"),
        ageing_time=_bridge(setup),
        has_failure=setup.has("failure"),
        done_when=_done_when(stop),
    )
    if any(vip == address for node in found.nodes.values() for address, _ in node.addresses):
        setup.wrong("vip_prefix", f"{vip} is a node's own address", "write one that can move")
    return replace(found, begin=min(_times(found)))


def _times(setup: Setup) -> list[Time]:
    """Every time at which something is begun."""
    times = [setup.begin, setup.failure_at, setup.limit]
    times += [said.at for said in setup.announcements]
    times += [time for time in (setup.connection, setup.takeover) if time is not None]
    if setup.priming is not None:
        times.append(setup.priming[0])
    if setup.sending is not None:
        times += setup.sending.due()[:1]
    return times


def _vip(setup: Fields) -> tuple[IPv4, int]:
    vip = setup.net("vip_prefix")
    if vip is None:
        setup.wrong("vip_prefix", "it is not an IPv4 address", "write 192.168.1.219/32")
    _check_ordinary(setup, "vip_prefix", vip[0])
    return vip


def _check_ordinary(fields: Fields, name: str, address: IPv4) -> None:
    """Refuse what no host has: nothing, loopback, groups and broadcasts."""
    if address.is_multicast or address >> 24 in (0, 127) or address == 0xFFFFFFFF:
        fields.wrong(name, f"{address} is no address of a host", "write such as 192.168.1.219")


def _owners(setup: Fields) -> tuple[str, ...]:
    owners = tuple(setup.texts("vip_owners_at_start"))
    for owner in owners:
        if owner not in (OLD, NEW):
            setup.wrong("vip_owners_at_start", f"{shown(owner)} is no owner", "use A and B")
    return owners


def _server(setup: Fields) -> str:
    server = setup.obj("server").text("does", "echo") if setup.has("server") else ""
    if server and server not in SERVERS:
        setup.wrong("server.does", f"{shown(server)} is not known", f"use one of {', '.join(SERVERS)}")
    return server


def _nodes(nodes: Fields) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for name in (CLIENT, OLD, NEW):
        node = nodes.obj(name)
        addresses = node.nets("addresses")
        if not addresses:
            node.wrong("addresses", "there is no IPv4 address", "write 192.168.1.10/24")
        for address, _ in addresses:
            _check_ordinary(node, "addresses", address)
        found[name] = Node(node.name("dev"), node.name("switch_port"), node.mac("mac"), tuple(addresses))
        if node.name("dev") == "lo":
            node.wrong("dev", "lo is not on a cable", "write the name of an interface")
        if node.mac("mac").is_group:
            node.wrong("mac", "a group address is nobody's", "write an address of one host")
    if len({node.mac for node in found.values()}) < len(found):
        nodes.wrong("", "two nodes have the same MAC", "write one for each")
    if len({address for node in found.values() for address, _ in node.addresses}) < len(found):
        nodes.wrong("", "two nodes have the same address", "write one for each")
    if len({node.port for node in found.values()}) < len(found):
        nodes.wrong("", "two nodes are at the same switch port", "write one for each")
    return found


def _opened_by(setup: Fields) -> str:
    if not setup.has("connection"):
        return ""
    return setup.obj("connection").text("opened_by", "blocking connect")


def _bridge(setup: Fields) -> Time:
    bridge = setup.obj("bridge")
    if bridge.flag("stp", False) or bridge.text("port_state", "forwarding") != "forwarding":
        raise SkipRow("courses with spanning tree are not modelled")
    return read_span(bridge, "ageing_s", 300.0)


def _sysctls(group: Fields, settles: bool) -> dict[str, int]:
    """Sysctls of the client that the model obeys; of two names of one thing (`unres_qlen`) the finer."""
    found: dict[str, int] = {}
    for name in group.data:
        value = group.count(name)
        if name in SYSCTLS:
            if name not in ("unres_qlen", "retrans_time", "base_reachable_time"):
                found[name] = value
        elif name not in IDLE:
            known = ", ".join(sorted({*SYSCTLS, *IDLE}))
            group.wrong(name, f"there is no sysctl {shown(name)}", f"use one of {known}")
    if settles and "base_reachable_time_ms" not in found:
        group.wrong("base_reachable_time_ms", "the field is missing", "write 30000, Linux's default")
    return found


def _sending(send: Fields) -> Sending | None:
    socket = send.text("socket")
    if socket not in SOCKETS:
        send.wrong("socket", f"there is no socket {shown(socket)}", f"use one of {', '.join(SOCKETS)}")
    windows: list[tuple[Time, Time]] = []
    for number, window in enumerate(send.raw("windows_s", list)):
        pair = Fields({"from": None, "to": None}, f"{send.at('windows_s')}[{number}]")
        if not isinstance(window, list) or len(window) != 2:
            pair.wrong("", f"{shown(window)} is no window", "write [from, to] in s")
        pair.data.update({"from": window[0], "to": window[1]})
        windows.append((read_moment(pair, "from"), read_moment(pair, "to")))
    if not windows:
        return None
    period, first = read_span(send, "period_s"), read_moment(send, "first_s")
    if period < SHORTEST_PERIOD:
        send.wrong("period_s", "it is too short", f"write at least {SHORTEST_PERIOD / SECOND} s")
    if sum(max(0, end - begin) for begin, end in windows) // period > MOST_DATAGRAMS:
        send.wrong("windows_s", f"more than {MOST_DATAGRAMS} datagrams are due in them", "write shorter ones")
    payload = send.data.get("payload_bytes", send.data.get("icmp_bytes", 4))
    if not isinstance(payload, int) or isinstance(payload, bool) or not 0 <= payload <= 1400:
        send.wrong("payload_bytes", f"{shown(payload)} is no size of a datagram", "write 0 to 1400")
    confirms = send.has("msg_confirm") and send.data["msg_confirm"] is not False
    dport = send.count("dport", 1, 65_535, default=5005)
    return Sending(socket, period, first, tuple(windows), payload, dport, confirms)


def _priming(setup: Fields, vip: IPv4) -> tuple[Time, int, int] | None:
    if not setup.has("priming"):
        return None
    priming = setup.obj("priming")
    if priming.ip("dst") != vip:
        raise SkipRow("priming of another address than the virtual one is not modelled")
    return (
        read_moment(priming, "t_s"),
        priming.count("dport", 1, 65_535),
        priming.count("payload_bytes", 0, 1400),
    )


def _done_when(stop: Fields) -> frozenset[str]:
    return frozenset(DONE.get(text, OTHER) for text in stop.texts("done_when"))
