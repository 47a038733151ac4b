"""The checker's part for what only some hosts, switches and clients have: sysctls, routes, TCP, databases."""

from __future__ import annotations

from vipsim.errors import VipsimError
from vipsim.machines.neighbor import PROFILES
from vipsim.machines.neighbor.profile import sysctl_named
from vipsim.scenario.check.findings import Findings, Where, judged_by, on_link
from vipsim.scenario.check.groups import members_of
from vipsim.scenario.fields import nearest, shown
from vipsim.scenario.model import Client, Host, Scenario, Service, Switch
from vipsim.units import SECOND
from vipsim.wire.addresses import IPv4

_TICKS = (0, 100, 250, 300, 1000)
_LINUX_ONLY = frozenset(
    {
        "base_reachable_time", "delay_first_probe_time", "retrans_time", "ucast_solicit", "mcast_solicit",
        "mcast_resolicit", "app_solicit", "locktime", "gc_stale_time", "gc_thresh1", "unres_qlen_bytes",
        "arp_accept", "arp_announce", "arp_evict_nocarrier",
    }
)  # fmt: skip
"""Fields of a profile that only the neighbor cache of Linux obeys; what ARP itself obeys holds for all."""


def check_host_options(findings: Findings, host: Host, where: Where) -> None:
    """Sysctls that exist, a gateway on the link, connection tracking where packets pass through."""
    if host.neighbor in PROFILES and host.sysctls:
        refused = judged_by(PROFILES[host.neighbor].with_sysctls, dict(host.sysctls))
        if refused is not None:
            findings.refused((*where, "sysctls"), refused)
        else:
            _check_sysctls(findings, host, (*where, "sysctls"))
    if host.hz not in _TICKS:
        findings.add((*where, "hz"), f"no kernel has HZ={host.hz}", "allowed: 0, 100, 250, 300, 1000")
    if host.conntrack and not host.forwarding:
        findings.add(
            (*where, "conntrack"), f"{host.name} passes nothing on", "kind: router, or forwarding: true"
        )
    if host.gateway:
        _check_gateway(findings, host, (*where, "gateway"))
    for service in host.services:
        if service.database is not None:
            _check_database(findings, host, service, (*where, "services", service.name))


def _check_sysctls(findings: Findings, host: Host, where: Where) -> None:
    """A setting that changes nothing is a mistake: the profile ignores it, or another sets the same."""
    plain = PROFILES[host.neighbor].rules != "linux"
    fields: dict[str, str] = {}
    for key, _ in host.sysctls:
        field = sysctl_named(key).field
        if plain and field in _LINUX_ONLY:
            findings.add(
                (*where, key),
                f"{host.neighbor} does not obey {key}: its neighbor cache is not Linux's",
                "neighbor: linux, or leave it out",
            )
        elif field in fields:
            findings.add((*where, key), f"{fields[field]} and {key} set the same", "write one of them")
        fields[field] = key


def gateway_address(scenario: Scenario, host: Host) -> IPv4 | None:
    """Return the address of a host's default gateway; None: it has none, or it means nothing."""
    for vip in scenario.vips:
        if vip.name == host.gateway:
            return vip.address
    try:
        return IPv4.parse(host.gateway) if host.gateway else None
    except VipsimError:
        return None


def _check_gateway(findings: Findings, host: Host, where: Where) -> None:
    address = gateway_address(findings.scenario, host)
    if address is None:
        if not findings.excused(host.gateway, "vips"):
            known = [vip.name for vip in findings.scenario.vips]
            hint = nearest(host.gateway, known) or "write an address, such as 192.168.1.1"
            findings.add(where, f"{shown(host.gateway)} is neither an address nor a VIP", hint)
    elif not findings.has_lost_address(host.name) and not any(on_link(i, address) for i in host.ifaces):
        findings.add(
            where, f"{host.name} has no interface in the subnet of {address}", "a gateway is on the link"
        )


def _check_database(findings: Findings, host: Host, service: Service, where: Where) -> None:
    """A replicated database has one peer, and one of the two is the primary at the start."""
    if findings.doubts & {"nodes", "members"}:
        return
    groups = [g for g in findings.scenario.groups if host.name in {m.node for m in members_of(g)}]
    nodes = dict.fromkeys(member.node for group in groups for member in members_of(group))
    peers = [
        (other, one)
        for other in map(findings.host, nodes)
        if other is not None and other is not host
        for one in other.services
        if one.name == service.name and one.database is not None
    ]
    if len(peers) != 1:
        findings.add(
            where,
            f"the database {service.name} of {host.name} has {len(peers)} peers in its group",
            "it replicates between two hosts of one group, each with postgresql: under the same name",
        )
        return
    assert service.database is not None
    database = peers[0][1].database
    if database is not None and database.role == service.database.role:
        findings.add(
            (*where, "postgresql", "role"),
            f"{host.name} and {peers[0][0].name} are both {service.database.role} at the start",
            "write role: primary on one of them",
        )


def check_switch(findings: Findings, switch: Switch, where: Where) -> None:
    """Ageing, spanning tree, ports that have a cable, entries of one station each."""
    if switch.ageing_time <= 0:
        findings.add((*where, "ageing_time"), "the ageing time must be more than 0s")
    if switch.forward_delay is not None and not 2 * SECOND <= switch.forward_delay <= 30 * SECOND:
        findings.add((*where, "forward_delay"), "the forward delay must be 2s to 30s", "forward_delay: 15s")
    known = {
        end.port for link in findings.scenario.links for end in (link.a, link.b) if end.node == switch.name
    }
    written: list[tuple[str, Where]] = [(port.name, ("ports", port.name)) for port in switch.ports]
    written += [(entry.port, ("static", str(entry.mac), "port")) for entry in switch.static]
    for name, place in written:
        if name not in known and not findings.damage.touches("links"):
            findings.add(
                (*where, *place), f"no link ends at {switch.name}.{name}", nearest(name, sorted(known))
            )
    for entry in switch.static:
        if entry.mac.is_group or not entry.mac:
            findings.add(
                (*where, "static"),
                "a static entry is for the MAC of one station",
                "02:00:00:00:00:0a: {port: p1}",
            )


def check_client_options(findings: Findings, client: Client, where: Where) -> None:
    """Options fit the way in which a client asks, if that is known."""
    if findings.damage.gone(*where, "over"):
        return
    if client.probe == "ping" and client.over != "udp":
        findings.add(
            (*where, "over"), f"a ping does not go over {client.over}", "name a service: probe: database"
        )
    elif client.over == "database" and not _is_database(findings.scenario, client):
        findings.add(
            (*where, "over"),
            f"{client.probe} is no database behind {client.target}",
            "write postgresql: under the service of both hosts",
        )
    for key, default in (("tcp", ("tcp", "connect", "database")), ("dns", ("dns",)), ("pool", ("database",))):
        options = getattr(client, key)
        if options != type(options)() and client.over not in default:
            findings.add(
                (*where, key), f"{key}: says nothing to over: {client.over}", f"over: {' or '.join(default)}"
            )
    if client.lazy and client.over != "udp":
        findings.add(
            (*where, "lazy"), f"over: {client.over} cannot be lazy", "lazy: is for ping and over: udp"
        )
    if client.pool.backoff > client.pool.backoff_limit:
        findings.add((*where, "pool", "backoff"), "the first pause is longer than the longest")


def _is_database(scenario: Scenario, client: Client) -> bool:
    behind = {m.node for group in scenario.groups if client.target in group.vips for m in members_of(group)}
    return any(
        service.name == client.probe and service.database is not None
        for host in scenario.hosts
        if host.name == client.target or host.name in behind
        for service in host.services
    )
