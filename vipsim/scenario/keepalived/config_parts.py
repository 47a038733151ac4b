"""The small parts of a configuration: addresses, peers, what is tracked, and the report's lines."""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.scenario.keepalived.forms import Interval, Ip
from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.places import Place
from vipsim.units import Time

__all__ = [
    "Address",
    "BfdInstance",
    "GarpGroup",
    "InterfaceDelay",
    "Interval",
    "Linkbeat",
    "Peer",
    "Statement",
    "Track",
]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the file and what becomes of it."""

    place: Place
    block: str
    """The block it stands in, such as ``vrrp_instance VI_1``; empty: none."""
    keyword: str
    text: str
    """As it was read, after substitution."""
    standing: Standing
    note: str = ""
    """How it is approximated, why it is ignored, or which keyword is near."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address that a node sets, with its prefix."""

    address: Ip
    prefix: int = 32
    dev: str = ""
    """Empty: the interface of the instance."""
    options: tuple[str, ...] = ()
    """Further words, such as ``scope link``: nothing is made of them, but they are written again."""
    no_track: bool = False
    """Its loss goes unnoticed."""
    use_vmac: bool = False
    place: Place | None = None
    prefix_written: bool = True
    """False: the prefix is the one that keepalived takes if there is none."""

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix}"


@dataclass(frozen=True, slots=True)
class Peer:
    """A unicast peer, and the time to live that its adverts may have."""

    address: Ip
    min_ttl: int | None = None
    max_ttl: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """Something that an instance or group watches."""

    name: str
    weight: int = 0
    """In force; 0: FAULT when it is down."""
    reverse: bool = False
    place: Place | None = None
    configured: int | None = None
    """As written here; None: the weight is that of what is tracked."""
    reverse_written: str = ""
    """``reverse`` or ``noreverse`` as written."""
    why: str = ""
    """Why the weight in force is another one."""
    ignored: bool = False
    """keepalived drops it: the reason is in `why`."""


@dataclass(frozen=True, slots=True)
class BfdInstance:
    """A bfd_instance. Times in ns."""

    name: str
    place: Place | None = None
    neighbor_ip: Ip | None = None
    source_ip: Ip | None = None
    min_rx: Time = 10_000_000
    min_tx: Time = 10_000_000
    multiplier: int = 5
    weight: int = 0
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class GarpGroup:
    """A garp_group: interfaces that share the gap between two announcements."""

    garp_interval: Time = 0
    interfaces: tuple[str, ...] = ()
    together: bool = False
    """True: one gap for all of them (interfaces); False: one for each (interface)."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class InterfaceDelay:
    """How long a change of carrier must last until it counts. Times in ns, in force."""

    interface: str
    down: Time
    up: Time = 0
    """The manual says: as `down` if it is not written; the program takes 0."""
    place: Place | None = None
    configured: tuple[Time, Time | None] = (0, None)
    """Down and up as written."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Linkbeat:
    """An interface whose carrier is asked for instead of being told."""

    interface: str
    kind: str = "MII"
    place: Place | None = None
