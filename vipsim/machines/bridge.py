"""The learning switch: which port a MAC address was last heard on (IEEE 802.1D section 7).

Learned from the source of any frame; the last frame wins; an entry that nobody refreshed for the
ageing time is forgotten, and frames for an unknown address are flooded. The frame path reads
`entries` in place and refreshes `seen`; only what changes the table goes through `handle`.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.contract import changed
from vipsim.machines.vocabulary import (
    Action,
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Received,
    SetTimer,
    TimerFired,
)
from vipsim.units import SECOND, Time
from vipsim.wire.addresses import Mac


class FdbState(Enum):
    """Whether the forwarding database knows an address."""

    UNKNOWN = "UNKNOWN"
    LEARNED = "LEARNED"


class FdbEntry:
    """Where an address was last heard: port and time (ns)."""

    __slots__ = ("port", "seen")

    def __init__(self, port: str, seen: Time) -> None:
        self.port = port
        self.seen = seen


class Bridge:
    """The forwarding database of one switch; a `Machine` with one state per address."""

    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = frozenset(
        {
            (FdbState.UNKNOWN, FdbState.LEARNED),
            (FdbState.LEARNED, FdbState.LEARNED),
            (FdbState.LEARNED, FdbState.UNKNOWN),
        }
    )
    AGE: ClassVar[tuple[str, str]] = ("fdb", "age")

    def __init__(self, ageing_time: Time = 300 * SECOND) -> None:
        self.ageing_time = ageing_time
        self.entries: dict[Mac, FdbEntry] = {}

    @property
    def states(self) -> dict[Mac, FdbState]:
        """State of every known address."""
        return dict.fromkeys(self.entries, FdbState.LEARNED)

    def port_for(self, mac: Mac, now: Time) -> str | None:
        """The port out of which a frame for `mac` goes; None: flood it (pure)."""
        entry = self.entries.get(mac)
        return entry.port if entry is not None and now - entry.seen < self.ageing_time else None

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Learn from a received frame, age, or forget the addresses of a port that lost its carrier."""
        match event:
            case Received(frame=frame, iface=port):
                return self._learn(frame.src, port, now)
            case TimerFired(name=self.AGE):
                return self._age(now)
            case LinkChanged(iface=port, up=False):
                gone = [mac for mac, entry in self.entries.items() if entry.port == port]
                return [*(self._forget(mac, "port down") for mac in gone), *self._rest()]
            case _:
                return []

    def _learn(self, mac: Mac, port: str, now: Time) -> list[Action]:
        if mac.is_group:  # no station has a group address: such a source teaches nothing
            return []
        entry = self.entries.get(mac)
        if entry is None:
            first = not self.entries
            self.entries[mac] = FdbEntry(port, now)
            learned = changed(
                self.transitions, mac, FdbState.UNKNOWN, FdbState.LEARNED, "heard", (None, port)
            )
            return [learned, SetTimer(self.AGE, now + self.ageing_time)] if first else [learned]
        old, entry.port, entry.seen = entry.port, port, now
        if old == port:
            return []
        return [changed(self.transitions, mac, FdbState.LEARNED, FdbState.LEARNED, "moved", (old, port))]

    def _age(self, now: Time) -> list[Action]:
        """Entries only get younger, so the timer set for the oldest one is never too late for another."""
        old = [mac for mac, entry in self.entries.items() if now - entry.seen >= self.ageing_time]
        actions: list[Action] = [self._forget(mac, "aged out") for mac in old]
        if self.entries:
            oldest = min(entry.seen for entry in self.entries.values())
            actions.append(SetTimer(self.AGE, oldest + self.ageing_time))
        return actions

    def _rest(self) -> list[Action]:
        return [] if self.entries else [CancelTimer(self.AGE)]

    def _forget(self, mac: Mac, why: str) -> Changed:
        old = self.entries.pop(mac).port
        return changed(self.transitions, mac, FdbState.LEARNED, FdbState.UNKNOWN, why, (old, None))
