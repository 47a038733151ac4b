"""The checker's part for clients."""

from __future__ import annotations

from vipsim.scenario.check.findings import Findings, Where, on_link
from vipsim.scenario.check.groups import members_of
from vipsim.scenario.check.options import check_client_options
from vipsim.scenario.fields import NAME, nearest, shown
from vipsim.scenario.model import Client, Host
from vipsim.units import format_duration


def check_clients(findings: Findings) -> None:
    """Clients sit on hosts and probe what exists and can be reached on the link."""
    names: set[str] = set()
    for client in findings.scenario.clients:
        where: Where = ("clients", client.name)
        if not NAME.fullmatch(client.name):
            findings.add(where, f"{shown(client.name)} is no name for a client", "letters, digits, - and _")
        if client.name in names:
            findings.add(where, f"two clients are called {client.name}", "rename one")
        names.add(client.name)
        if client.interval <= 0:
            findings.add((*where, "interval"), "the interval must be more than 0s")
        if client.start[0] < 0 or client.start[1] < client.start[0]:
            findings.add((*where, "start"), "the start is a range of times from 0s on")
        elif client.start[1] > findings.scenario.duration:
            findings.add(
                (*where, "start"),
                f"{client.name} may start after the end of the run",
                f"allowed: up to {format_duration(findings.scenario.duration)}; default: within one interval",
            )
        host = findings.known_host((*where, "node"), client.node)
        _check_target(findings, client, host, where)
        check_client_options(findings, client, where)


def _check_target(findings: Findings, client: Client, host: Host | None, where: Where) -> None:
    scenario = findings.scenario
    vip = next((vip for vip in scenario.vips if vip.name == client.target), None)
    target = findings.host(client.target)
    if vip is None and target is None:
        if not findings.excused(client.target, "nodes") and not findings.excused(client.target, "vips"):
            known = [vip.name for vip in scenario.vips] + [one.name for one in scenario.hosts]
            findings.add(
                (*where, "target"),
                f"there is no VIP or host {shown(client.target)}",
                nearest(client.target, known),
            )
        return
    if host is not None and target is host:
        findings.add((*where, "target"), f"{client.name} probes its own host", "name another host or a VIP")
    address = None if vip is None or findings.damage.gone("vips", vip.name) else vip.address
    if target is not None and target.ifaces and not findings.has_lost_address(target.name):
        address = target.ifaces[0].address
    if (
        host is not None
        and host.ifaces
        and not findings.has_lost_address(host.name)
        and address is not None
        and not host.gateway
        and not any(on_link(one, address) for one in host.ifaces)
    ):
        findings.add(
            (*where, "target"),
            f"{client.node} has no interface in the subnet of {address}",
            "give it an address in that subnet, or a gateway: that leads there",
        )
    offering = [target] if target is not None else _owners(findings, client.target)
    if client.probe == "ping" or not offering:
        return
    if any(findings.damage.gone("nodes", one.name, "services") for one in offering):
        return
    ports = {service.port for one in offering for service in one.services if service.name == client.probe}
    if not ports:
        offered = ["ping", *(service.name for one in offering for service in one.services)]
        findings.add(
            (*where, "probe"),
            f"no host behind {client.target} has a service {shown(client.probe)}",
            nearest(client.probe, offered),
        )
    elif len(ports) > 1 and not any(
        findings.damage.gone("nodes", one.name, "services", client.probe) for one in offering
    ):
        findings.add(
            (*where, "probe"),
            f"{client.probe} has several ports behind {client.target}: {', '.join(map(str, sorted(ports)))}",
            "give it one port on all hosts",
        )


def _owners(findings: Findings, vip: str) -> list[Host]:
    """Hosts that may own a VIP; none if there may be others, so that nothing is concluded."""
    if findings.doubts & {"members", "moved"}:
        return []
    members = (m for group in findings.scenario.groups if vip in group.vips for m in members_of(group))
    hosts = (findings.host(member.node) for member in members)
    return [host for host in hosts if host is not None]
