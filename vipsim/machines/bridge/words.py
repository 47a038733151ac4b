"""What a switch can be told, and how it and its ports can be set.

The words and defaults are those of a Linux bridge; where a rule has a name there (``BR_FLOOD``), the
docstring says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vipsim.units import SECOND, Time
from vipsim.wire.addresses import Mac


class FdbState(Enum):
    """What the forwarding database holds of an address."""

    UNKNOWN = "UNKNOWN"
    LEARNED = "LEARNED"
    """Heard, or set as a dynamic entry: it ages."""
    STATIC = "STATIC"
    """Set by hand: it does not age and survives the loss of its port's carrier, but it moves."""


class PortState(Enum):
    """States of a port (IEEE 802.1D-1998 section 8.4).

    *Blocking* is missing: a port rests there only where switches form a loop, and such a network is
    refused before it runs. On its way up every port of a tree passes through it in no time.
    """

    NONE = "NONE"
    """No such port."""
    DISABLED = "DISABLED"
    """No carrier, or set down."""
    LISTENING = "LISTENING"
    """Neither forwards nor learns: time for a loop to be found."""
    LEARNING = "LEARNING"
    """Learns, does not forward yet."""
    FORWARDING = "FORWARDING"


@dataclass(frozen=True, slots=True)
class PortOptions:
    """How one port is set."""

    edge: bool = False
    """A host is behind it, never a switch: it forwards at once (IEEE 802.1D-2004 section 17.3)."""
    isolated: bool = False
    """It does not reach other isolated ports (``BR_ISOLATED``)."""
    learning: bool = True
    """Sources are learned (``BR_LEARNING``)."""
    flood: bool = True
    """Unicast to an unknown address leaves by it (``BR_FLOOD``)."""
    multicast_flood: bool = True
    """Multicast leaves by it (``BR_MCAST_FLOOD``)."""
    broadcast_flood: bool = True
    """Broadcast leaves by it (``BR_BCAST_FLOOD``)."""


@dataclass(frozen=True, slots=True)
class BridgeRules:
    """How the switch is set; times in ns."""

    ageing_time: Time = 300 * SECOND
    """A learned entry lives so long after the last frame from its address; 0: nothing is learned."""
    stp: bool = False
    """Spanning tree: a port that comes up listens, then learns, for `forward_delay` each."""
    forward_delay: Time = 15 * SECOND
    max_age: Time = 20 * SECOND
    """With `forward_delay`, how long a topology change lasts (``br_topology_change_detection``)."""
    forward_mask: int = 0
    """Bit n: frames to the reserved group 01:80:C2:00:00:0n are forwarded (``group_fwd_mask``)."""
    link_local_learning: bool = True
    """Sources of frames to a reserved group are learned (off: ``no_linklocal_learn``)."""


@dataclass(frozen=True, slots=True)
class PortAdded:
    """The switch has a new port; `settled`: it has been up for longer than spanning tree takes."""

    port: str
    options: PortOptions = PortOptions()
    up: bool = True
    settled: bool = False


@dataclass(frozen=True, slots=True)
class PortRemoved:
    """The port is taken out of the switch, and every entry of it, static ones too."""

    port: str


@dataclass(frozen=True, slots=True)
class PortSet:
    """The port is set otherwise."""

    port: str
    options: PortOptions


@dataclass(frozen=True, slots=True)
class FdbSet:
    """An entry is set by hand: `static` or dynamic; a `sticky` one does not move to another port."""

    mac: Mac
    port: str
    static: bool = True
    sticky: bool = False


@dataclass(frozen=True, slots=True)
class RulesSet:
    """The switch is set otherwise."""

    rules: BridgeRules


BridgeEvent = PortAdded | PortRemoved | PortSet | FdbSet | RulesSet
"""Events that only a switch knows, beside those of `vipsim.machines.vocabulary`."""
