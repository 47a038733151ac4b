"""Plain data of nodes, and of what only some clients have.

What concerns few (sysctls, spanning tree, options of TCP, ...) is written where it differs from the default.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from vipsim.scenario.model import (
    CarpGroup,
    CarpMember,
    Client,
    Database,
    DnsOptions,
    Host,
    Node,
    PoolOptions,
    Service,
    Switch,
    SwitchPortOptions,
    TcpOptions,
)
from vipsim.units import Time, format_duration

Plain = dict[str, Any]

_TIMES = {"user_timeout", "keepalive", "keepalive_interval", "timeout", "statement_timeout", "backoff",
          "backoff_limit", "replication_lag", "promotion_time", "advert_int", "preempt_delay",
          "garp_master_delay", "garp_master_refresh", "garp_lower_prio_delay", "vrrp_garp_interval",
          "vrrp_startup_delay", "started", "interval", "delay"}  # fmt: skip


def node_data(node: Node) -> Plain:
    """Plain data of a node, without its name."""
    return _switch(node) if isinstance(node, Switch) else _host(node)


def _host(host: Host) -> Plain:
    data: Plain = {
        "kind": "router" if host.forwarding else "host",
        "interfaces": {
            iface.name: {"mac": str(iface.mac), "address": f"{iface.address}/{iface.prefix}"}
            for iface in host.ifaces
        },
        "services": {service.name: _service(service) for service in host.services},
        "neighbor": host.neighbor,
    }
    if host.sysctls:
        data["sysctls"] = dict(host.sysctls)
    if host.hz:
        data["hz"] = host.hz
    if host.gateway:
        data["gateway"] = host.gateway
    if host.conntrack:
        data["conntrack"] = host.conntrack
    if host.lateness != "none":
        data["lateness"] = host.lateness
    return data


def _service(service: Service) -> Any:
    if service.database is None:
        return service.port
    database = service.database
    written = {name: _plain(name, getattr(database, name)) for name in _names(Database)}
    return {"port": service.port, "postgresql": written}


def _switch(switch: Switch) -> Plain:
    data: Plain = {"kind": "switch", "ageing_time": format_duration(switch.ageing_time)}
    if switch.forward_delay is not None:
        data["forward_delay"] = format_duration(switch.forward_delay)
    if switch.ports:
        plain = SwitchPortOptions("")
        data["ports"] = {port.name: _differing(port, plain) for port in switch.ports}
    if switch.static:
        data["static"] = {
            str(entry.mac): {"port": entry.port, "sticky": entry.sticky} for entry in switch.static
        }
    return data


OPTIONS_OF = {"tcp": ("tcp",), "connect": ("tcp",), "dns": ("dns",), "database": ("tcp", "pool")}
"""Which options belong to a way of asking: those are written out, so that ``--set`` finds them."""


def more_of_client(client: Client) -> Plain:
    """The options that a client has, and what it sets up otherwise than the default."""
    data: Plain = {}
    if client.confirm != (client.probe == "ping"):
        data["confirm"] = client.confirm
    if client.lazy:
        data["lazy"] = True
    defaults = {"tcp": TcpOptions(), "dns": DnsOptions(), "pool": PoolOptions()}
    for key, default in defaults.items():
        options = getattr(client, key)
        if key in OPTIONS_OF.get(client.over, ()):
            data[key] = {name: _plain(name, getattr(options, name)) for name in _names(type(options))}
        elif differing := _differing(options, default):
            data[key] = differing
    return data


def carp_data(group: CarpGroup) -> Plain:
    """Plain data of a CARP group; of a member's options the timers, and what differs."""
    return {
        "vhid": group.vhid,
        "vips": list(group.vips),
        "profile": group.profile,
        "password": group.password,
        "members": {member.node: _carp_member(member) for member in group.members},
    }


def _carp_member(member: CarpMember) -> Plain:
    plain = CarpMember("", "")
    always = {name: getattr(member, name) for name in ("iface", "advbase", "advskew", "ratio", "preempt")}
    differing = _differing(member, plain)
    return always | {name: value for name, value in differing.items() if name not in ("node", *always)}


def keywords_data(written: tuple[tuple[str, Any], ...]) -> Plain:
    """Plain data of keepalived's keywords that somebody wrote."""
    return {name: _keyword(name, value) for name, value in written}


def _keyword(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        if all(isinstance(one, str) for one in value):
            return list(value)
        return {one.name: _differing(one, type(one)("")) for one in value}
    return _plain(name, value)


def _differing(value: Any, default: Any) -> Plain:
    return {
        name: _plain(name, getattr(value, name))
        for name in _names(type(value))
        if name != "name" and getattr(value, name) != getattr(default, name)
    }


def _names(kind: Any) -> list[str]:
    return [field.name for field in fields(kind)]


def _plain(name: str, value: Time | bool | str) -> Any:
    return format_duration(value) if name in _TIMES and isinstance(value, int) else value
