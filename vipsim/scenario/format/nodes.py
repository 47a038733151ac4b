"""Nodes and links of a scenario file, as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from vipsim.scenario import kinds
from vipsim.scenario.format.values import (
    Flag,
    MacText,
    Name,
    Part,
    Percent,
    PortName,
    Positive,
    Prefixed,
    Short,
    absent,
)
from vipsim.units import SECOND, Time


class IfaceFile(Part):
    """An interface of a host."""

    mac: MacText = absent(text="default: 02:00 and the address's four octets")
    address: Prefixed


Port = Annotated[int, kinds.whole(1, 65535)]


class DatabaseFile(Part):
    """A database of a replicated pair; the peer offers a service of the same name."""

    role: Annotated[str, kinds.choice("primary", "standby")] = absent("standby", "at the start")
    synchronous: Flag = absent(False, "a commit waits for the standby")
    replication_lag: Annotated[Time, kinds.time(0)] = absent("10ms", "how late the standby has a row")
    promotion_time: Annotated[Time, kinds.time(0)] = absent("1s", "from the notify to the first write")
    demotes: Flag = absent(True, "the notify of BACKUP or FAULT ends writing")


class ServiceFile(Part):
    """A service with more to say than its port."""

    port: Port
    postgresql: DatabaseFile = absent()


AnyService = Annotated[
    Annotated[ServiceFile, Tag("service")] | Annotated[Port, Tag("port")],
    Discriminator(lambda v: "service" if isinstance(v, dict) else "port"),
]


class HostFile(Part):
    """A machine with a kernel, perhaps a failover daemon, perhaps services; a router forwards."""

    kind: Annotated[str, kinds.choice("host", "router", "switch")] = absent("host")
    interfaces: dict[PortName, IfaceFile]
    services: dict[Name, AnyService] = absent({}, "service name: port, or a mapping with its port")
    neighbor: Annotated[str, kinds.text(60)] = absent("linux", "profile of the neighbor cache")
    sysctls: dict[Annotated[str, kinds.text(60)], Annotated[int, kinds.whole(0, 2**31 - 1)]] = absent(
        {}, "the kernel's names and units, such as arp_accept: 1"
    )
    hz: Annotated[int, kinds.whole(0, 1000)] = absent(0, "100, 250, 1000: kernel timers are late as with it")
    forwarding: Flag = absent(text="packets for others are passed on; default: true of a router")
    gateway: Short = absent("", "default route: an address, or the name of a VIP")
    conntrack: Annotated[str, kinds.choice("own", "shared")] = absent(
        text="of a router: TCP connections that it has not seen begin are dropped"
    )
    lateness: Annotated[str, kinds.choice("none", "idle", "busy")] = absent(
        "none", "how late its processes are, as measured on a host with this load"
    )


class PortFile(Part):
    """How one port of a switch differs from the others."""

    edge: Flag = absent(False, "spanning tree: it forwards at once")
    isolated: Flag = absent(False, "it talks only with ports that are not")
    learning: Flag = absent(True)
    flood: Flag = absent(True, "frames for unknown addresses go there")


class StaticFile(Part):
    """An entry that somebody wrote into a switch's table."""

    port: PortName
    sticky: Flag = absent(False, "it stays when the address is heard elsewhere")


class SwitchFile(Part):
    """A learning switch."""

    kind: Annotated[Literal["switch"], kinds.Parsed(lambda value: value, {"const": "switch"})]
    ageing_time: Positive = absent("300s")
    forward_delay: Positive = absent(text="with spanning tree: a port forwards after twice this")
    ports: dict[PortName, PortFile] = absent({})
    static: dict[Annotated[str, kinds.text(17)], StaticFile] = absent({}, "MAC address: its port")


NodeFile = Annotated[
    Annotated[HostFile, Tag("host")] | Annotated[SwitchFile, Tag("switch")],
    Discriminator(lambda v: "switch" if isinstance(v, dict) and v.get("kind") == "switch" else "host"),
]


class LinkFile(Part):
    """A cable between two ends, each ``node.iface`` (or ``node``)."""

    ends: Annotated[list[Short], Field(min_length=2, max_length=2)]
    rate: Annotated[int, kinds.rate()] = absent("1Gbps", "bits per second each way")
    delay: Annotated[Time, kinds.time(0, 3600 * SECOND)] = absent("50us", "propagation time")
    jitter: Annotated[Time, kinds.time(0, 3600 * SECOND)] = absent(
        "0s", "extra delay, uniform from 0 to this"
    )
    loss: Percent = absent("0%", "probability that a frame is lost, each direction")
