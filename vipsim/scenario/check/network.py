"""The checker's part for nodes, links and addresses."""

from __future__ import annotations

from ipaddress import IPv4Address

from vipsim.machines.neighbor import PROFILES
from vipsim.scenario.check.findings import Findings, Where, is_subnet_itself, network_of
from vipsim.scenario.check.options import check_host_options, check_switch
from vipsim.scenario.fields import NAME, PORT_NAME, nearest, shown
from vipsim.scenario.model import End, Host, Iface, Switch
from vipsim.scenario.model.lateness import LATENESS
from vipsim.wire.addresses import IPv4, Mac

_RESERVED = ("all",)
LOOPBACK = "lo"
_RESERVED_SERVICES = ("ping", "host")


def check_nodes(findings: Findings) -> None:
    """Names, addresses and services of the nodes."""
    macs: dict[Mac, str] = {}
    addresses: dict[IPv4, str] = {}
    seen: set[str] = set()
    for node in findings.scenario.nodes:
        where: Where = ("nodes", node.name)
        if not NAME.fullmatch(node.name) or node.name in _RESERVED:
            findings.add(
                where, f"{shown(node.name)} is no name for a node", "letters, digits, - and _; not all"
            )
            findings.doubts.add("nodes")
        if node.name in seen:
            findings.add(where, f"two nodes are called {node.name}", "rename one")
        seen.add(node.name)
        if isinstance(node, Switch):
            check_switch(findings, node, where)
            continue
        _check_host(findings, node, where)
        for iface in node.ifaces:
            place = (*where, "interfaces", iface.name)
            end = f"{node.name}.{iface.name}"
            if iface.mac in macs and not findings.damage.gone(*place, "mac"):
                findings.add(
                    (*place, "mac"),
                    f"{end} has the MAC {iface.mac} of {macs[iface.mac]}",
                    "each interface its own",
                )
            if iface.address in addresses:
                findings.add(
                    (*place, "address"),
                    f"{end} has the address {iface.address} of {addresses[iface.address]}",
                    "each interface its own",
                )
            macs.setdefault(iface.mac, end)
            addresses.setdefault(iface.address, end)


def _check_host(findings: Findings, host: Host, where: Where) -> None:
    if not host.ifaces and not findings.damage.touches(*where, "interfaces"):
        findings.add((*where, "interfaces"), f"{host.name} has no interface", "write at least one")
    names = [iface.name for iface in host.ifaces]
    for name in {name: None for name in names if names.count(name) > 1}:
        findings.add((*where, "interfaces", name), f"two interfaces of {host.name} are called {name}")
    for iface in host.ifaces:
        _check_iface(findings, iface, (*where, "interfaces", iface.name))
    if host.neighbor not in PROFILES:
        findings.add(
            (*where, "neighbor"),
            f"no neighbor profile is called {shown(host.neighbor)}",
            nearest(host.neighbor, sorted(PROFILES)),
        )
    if host.lateness not in LATENESS:
        findings.add(
            (*where, "lateness"),
            f"no load of a host is called {shown(host.lateness)}",
            f"one of {', '.join(LATENESS)}",
        )
    check_host_options(findings, host, where)
    ports: dict[int, str] = {}
    for service in host.services:
        place = (*where, "services", service.name)
        if service.name in _RESERVED_SERVICES:
            findings.add(place, f"{service.name} is a word of its own, not a service", "use another name")
        if not 1 <= service.port <= 65535:
            findings.add(place, f"the port {service.port} is out of range", "allowed: 1 to 65535")
        if findings.damage.gone(*place):
            continue
        if service.port in ports:
            findings.add(
                place, f"{service.name} has the port of {ports[service.port]}", "each service its own"
            )
        ports.setdefault(service.port, service.name)


def _check_iface(findings: Findings, iface: Iface, where: Where) -> None:
    if not PORT_NAME.fullmatch(iface.name):
        findings.add(
            where, f"{shown(iface.name)} is no interface name", "at most 15 letters, digits, . - and _"
        )
    if iface.name == LOOPBACK:
        findings.add(where, f"{LOOPBACK} is the loopback interface: no cable ends there", "such as eth0")
    if iface.mac.is_group or not iface.mac:
        findings.add(
            (*where, "mac"), f"{iface.mac} is no address of one interface", "the first octet is even"
        )
    if not 1 <= iface.prefix <= 30:
        findings.add(
            (*where, "address"), f"/{iface.prefix} leaves no room for two hosts", "allowed: /1 to /30"
        )
        return
    reason = _unfit(iface.address)
    if is_subnet_itself(iface, iface.address):
        reason = f"is the network or broadcast address of {network_of(iface)}"
    if reason:
        findings.add((*where, "address"), f"{iface.address} {reason}", "use a host's address")


def _unfit(address: IPv4) -> str:
    known = IPv4Address(int(address))
    if known.is_multicast:
        return "is a multicast address"
    if known.is_loopback:
        return "is a loopback address"
    return "is reserved" if int(address) >> 28 == 15 or int(address) >> 24 == 0 else ""


def check_links(findings: Findings) -> None:
    """Each link joins two ends that exist, each interface has one link, switches form no loop."""
    used: dict[End, int] = {}
    unclear: set[str] = set()  # hosts with an end that could not be found; "" may be any of them
    if findings.damage.gone("links"):
        unclear.add("")
    for index, link in enumerate(findings.scenario.links):
        where: Where = ("links", index)
        for side, end in enumerate((link.a, link.b)):
            if not _check_end(findings, end, (*where, "ends", side), used, index):
                unclear.add(end.node if end.node in findings.nodes else "")
        if link.a.node == link.b.node and link.a.node in findings.nodes:
            findings.add(where, f"the link joins {link.a.node} to itself", "join two nodes")
        if link.rate is not None and link.rate <= 0:
            findings.add((*where, "rate"), "the rate must be more than 0bps")
        if link.delay < 0 or link.jitter < 0:
            findings.add(where, "delay and jitter cannot be negative")
        if not 0 <= link.loss <= 1:
            findings.add((*where, "loss"), f"the loss {link.loss} is out of range", "allowed: 0% to 100%")
    if unclear:
        findings.doubts.add("links")
    for host in findings.scenario.hosts:
        for iface in host.ifaces:
            if End(host.name, iface.name) not in used and not unclear & {"", host.name}:
                findings.add(
                    ("nodes", host.name, "interfaces", iface.name),
                    f"{host.name}.{iface.name} has no link",
                    f"write one under links: ends: [{host.name}.{iface.name}, ...]",
                )
    _check_loops(findings)


def _check_end(findings: Findings, end: End, where: Where, used: dict[End, int], index: int) -> bool:
    """True if it is clear which end is meant."""
    node = findings.nodes.get(end.node)
    if node is None:
        if not findings.excused(end.node, "nodes"):
            findings.add(where, f"there is no node {shown(end.node)}", nearest(end.node, findings.nodes))
        return False
    if isinstance(node, Host):
        if findings.iface(where, end.node, end.port) is None:
            return False
    elif not PORT_NAME.fullmatch(end.port):
        findings.add(where, f"{shown(end.port)} is no port name", "such as p1")
        return False
    if end in used:
        findings.add(where, f"{end} has a link already, links.{used[end]}", "an end takes one link")
        return False
    used[end] = index
    return True


def _check_loops(findings: Findings) -> None:
    """Refuse a second way between two switches: without a spanning tree a broadcast would never end."""
    leader = {switch.name: switch.name for switch in findings.scenario.switches}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for index, link in enumerate(findings.scenario.links):
        if link.a.node not in leader or link.b.node not in leader or link.a.node == link.b.node:
            continue
        one, two = find(link.a.node), find(link.b.node)
        if one == two:
            findings.add(
                ("links", index),
                f"{link.a.node} and {link.b.node} are joined already: this link closes a loop of switches",
                "there is no spanning tree here, a broadcast would circle for ever: leave the link out",
            )
        leader[one] = two


def check_vips(findings: Findings) -> None:
    """Virtual addresses are nobody's own, in one group, and in a subnet of its members."""
    scenario = findings.scenario
    owners = {iface.address: f"{host.name}.{iface.name}" for host in scenario.hosts for iface in host.ifaces}
    taken: dict[IPv4, str] = {}
    names: set[str] = set()
    for vip in scenario.vips:
        where: Where = ("vips", vip.name)
        if not NAME.fullmatch(vip.name):
            findings.add(where, f"{shown(vip.name)} is no name for a VIP", "letters, digits, - and _")
            findings.doubts.add("vips")
        if vip.name in findings.nodes:
            findings.add(
                where, f"{vip.name} is a node as well as a VIP", "rename one: clients name their target"
            )
        if vip.name in names:
            findings.add(where, f"two VIPs are called {vip.name}", "rename one")
        names.add(vip.name)
        if vip.address in owners:
            findings.add(
                where,
                f"the VIP {vip.address} is the own address of {owners[vip.address]}",
                "a VIP moves, so it is an address of its own",
            )
        if vip.address in taken:
            findings.add(where, f"{vip.name} has the address of the VIP {taken[vip.address]}")
        taken.setdefault(vip.address, vip.name)
        if not 1 <= vip.prefix <= 32:
            findings.add(where, f"/{vip.prefix} is no prefix length", "allowed: /1 to /32")
        if reason := _unfit(vip.address):
            findings.add(where, f"{vip.address} {reason}", "use a host's address")
