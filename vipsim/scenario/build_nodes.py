"""From the file format's nodes to the frozen data of `vipsim.scenario.model.nodes`.

It never refuses: what contradicts itself is for `vipsim.scenario.check` to find.
"""

from __future__ import annotations

from vipsim.errors import VipsimError
from vipsim.scenario.fields import mac_for
from vipsim.scenario.format.nodes import AnyService, HostFile, IfaceFile, ServiceFile, SwitchFile
from vipsim.scenario.format.values import given
from vipsim.scenario.model.nodes import (
    Database,
    Host,
    Iface,
    Node,
    Service,
    StaticEntry,
    Switch,
    SwitchPortOptions,
)
from vipsim.wire.addresses import NO_MAC, Mac


def build_node(name: str, file: HostFile | SwitchFile) -> Node:
    """Make the node that a file describes."""
    return _switch(name, file) if isinstance(file, SwitchFile) else _host(name, file)


def _host(name: str, file: HostFile) -> Host:
    written = given(file, "neighbor", "hz", "gateway", "conntrack", "lateness")
    written["forwarding"] = (
        file.forwarding if "forwarding" in file.model_fields_set else file.kind == "router"
    )
    return Host(
        name,
        tuple(_iface(iface, part) for iface, part in file.interfaces.items()),
        tuple(_service(service, part) for service, part in (file.services or {}).items()),
        sysctls=tuple(sorted((file.sysctls or {}).items())),
        **written,
    )


def _iface(name: str, file: IfaceFile) -> Iface:
    mac = file.mac if "mac" in file.model_fields_set else mac_for(file.address[0])
    return Iface(name, mac, *file.address)


def _service(name: str, file: AnyService) -> Service:
    if not isinstance(file, ServiceFile):
        return Service(name, file)
    if "postgresql" not in file.model_fields_set:
        return Service(name, file.port)
    keys = ("role", "synchronous", "replication_lag", "promotion_time", "demotes")
    return Service(name, file.port, Database(**given(file.postgresql, *keys)))


def _switch(name: str, file: SwitchFile) -> Switch:
    ports = tuple(
        SwitchPortOptions(port, **given(part, "edge", "isolated", "learning", "flood"))
        for port, part in (file.ports or {}).items()
    )
    static = tuple(
        StaticEntry(_mac(mac), part.port, **given(part, "sticky"))
        for mac, part in (file.static or {}).items()
    )
    return Switch(name, ports=ports, static=static, **given(file, "ageing_time", "forward_delay"))


def _mac(text: str) -> Mac:
    """Read the key of a static entry; one that cannot be read becomes no MAC, which the check refuses."""
    try:
        return Mac.parse(text)
    except VipsimError:
        return NO_MAC
