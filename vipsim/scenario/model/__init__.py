"""What is to be run, as frozen data."""

from __future__ import annotations

from vipsim.scenario.model.carp import CarpGroup, CarpMember
from vipsim.scenario.model.clients import (
    Client,
    DnsOptions,
    PoolOptions,
    TcpOptions,
)
from vipsim.scenario.model.nodes import (
    Database,
    End,
    Host,
    Iface,
    Link,
    Node,
    Service,
    StaticEntry,
    Switch,
    SwitchPortOptions,
    Vip,
)
from vipsim.scenario.model.scenario import (
    After,
    At,
    Fault,
    FaultWord,
    Group,
    HeartbeatGroup,
    HeartbeatMember,
    Scenario,
    Start,
    VrrpGroup,
    VrrpMember,
)
from vipsim.scenario.model.sync import SyncGroup

__all__ = [
    "After",
    "At",
    "CarpGroup",
    "CarpMember",
    "Client",
    "Database",
    "DnsOptions",
    "End",
    "Fault",
    "FaultWord",
    "Group",
    "HeartbeatGroup",
    "HeartbeatMember",
    "Host",
    "Iface",
    "Link",
    "Node",
    "PoolOptions",
    "Scenario",
    "Service",
    "Start",
    "StaticEntry",
    "Switch",
    "SwitchPortOptions",
    "SyncGroup",
    "TcpOptions",
    "Vip",
    "VrrpGroup",
    "VrrpMember",
]
