"""The words that every machine and every driver share: events in, actions out.

A protocol is a pure machine: ``handle(event, now) -> list[Action]``. It knows no clock, socket,
random source, logger or SimPy. The simulator (`vipsim.sim`) and the live adapter
(`vipsim.live`) are two drivers of the same object; each delivers events and carries out
actions, and keeps the timers that the machine names.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol

from vipsim.machines.vocabulary.protocol import (
    AcquireVip,
    Announce,
    CancelTimer,
    Changed,
    Counted,
    LinkChanged,
    Note,
    Received,
    ReleaseVip,
    Reloaded,
    RivalHeard,
    ScriptDone,
    Send,
    SendPacket,
    SetTimer,
    Settled,
    Started,
    State,
    Stopped,
    Synced,
    Tell,
    TimerFired,
    TimerName,
    VipFailed,
    VipReady,
)
from vipsim.machines.vocabulary.stack import (
    AddressAdded,
    AddressRemoved,
    AdminChanged,
    Confirmed,
    Drawn,
    EntriesFlushed,
    EntrySet,
    InterfaceAdded,
    MacChanged,
    Outgoing,
    RouteSet,
    SysctlSet,
    Undeliverable,
)
from vipsim.units import Time

__all__ = [
    "AcquireVip",
    "Action",
    "AddressAdded",
    "AddressRemoved",
    "AdminChanged",
    "Announce",
    "CancelTimer",
    "Changed",
    "Counted",
    "Confirmed",
    "Drawn",
    "EntriesFlushed",
    "EntrySet",
    "Event",
    "InterfaceAdded",
    "LinkChanged",
    "MacChanged",
    "Machine",
    "Note",
    "Outgoing",
    "Received",
    "ReleaseVip",
    "Reloaded",
    "RivalHeard",
    "RouteSet",
    "ScriptDone",
    "Send",
    "SendPacket",
    "SetTimer",
    "Settled",
    "Started",
    "State",
    "Stopped",
    "Synced",
    "SysctlSet",
    "Tell",
    "TimerFired",
    "TimerName",
    "Undeliverable",
    "VipFailed",
    "VipReady",
]

Event = (
    Started
    | Settled
    | Stopped
    | Reloaded
    | Received
    | TimerFired
    | LinkChanged
    | ScriptDone
    | Counted
    | Synced
    | RivalHeard
    | VipReady
    | VipFailed
    | AddressAdded
    | AddressRemoved
    | Outgoing
    | Confirmed
    | Drawn
    | InterfaceAdded
    | RouteSet
    | AdminChanged
    | MacChanged
    | SysctlSet
    | EntrySet
    | EntriesFlushed
)

Action = (
    Send
    | SendPacket
    | SetTimer
    | CancelTimer
    | AcquireVip
    | ReleaseVip
    | Announce
    | Changed
    | Note
    | Tell
    | Undeliverable
)


class Machine(Protocol):
    """A pure protocol machine; `tests/contract` is the suite that each one passes."""

    @property
    def states(self) -> Mapping[Any, Enum]:
        """The present states: one entry for a protocol, many for a cache."""

    @property
    def transitions(self) -> frozenset[tuple[Enum, Enum]]:
        """Allowed (old, new) pairs: checked at run time, drawn in the docs."""

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event at time `now` (ns) and return what is to be done, in order."""
