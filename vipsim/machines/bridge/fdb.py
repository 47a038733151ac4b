"""The forwarding database of a switch: behind which port an address is (Linux net/bridge/br_fdb.c).

The last frame wins, and an entry that nobody refreshed for the hold time is forgotten. An entry may be
set by hand: a static one does not age and outlives the carrier of its port, yet it moves as any other;
only a sticky one stays.

Entries die when the table is swept. The next sweep is set for the moment at which the first of them can
be too old, so ageing is exact; only when the hold time becomes shorter meanwhile (a topology change of
the spanning tree) does it matter when Linux, which sweeps an empty table too, does so.
"""

from __future__ import annotations

from enum import Enum

from vipsim.machines.bridge.words import FdbSet, FdbState
from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.vocabulary import Action, Changed
from vipsim.units import MS, Time
from vipsim.wire.addresses import Mac

_U, _L, _S = FdbState.UNKNOWN, FdbState.LEARNED, FdbState.STATIC
FDB_TRANSITIONS: frozenset[tuple[Enum, Enum]] = frozenset(
    {(_U, _L), (_L, _L), (_L, _U), (_U, _S), (_S, _S), (_S, _U), (_L, _S), (_S, _L)}
)
AGE = "age"
FIRST_SWEEP = 100 * MS
"""After the switch is set up (``br_stp_enable_bridge``: HZ / 10)."""
SWEEP_SPACING = 10 * MS
"""Least time between two sweeps of the table (``br_fdb_cleanup``)."""


class FdbEntry:
    """Where an address is: its port, and the time of the last frame from it (ns)."""

    __slots__ = ("port", "seen", "static", "sticky")

    def __init__(self, port: str, seen: Time, static: bool = False, sticky: bool = False) -> None:
        self.port = port
        self.seen = seen
        self.static = static
        self.sticky = sticky

    @property
    def state(self) -> FdbState:
        """LEARNED or STATIC."""
        return FdbState.STATIC if self.static else FdbState.LEARNED


class Fdb:
    """The table and its sweeps.

    `hold` is how long an entry lives after the last frame from its address (ns); `always`: sweep an
    empty table too.
    """

    __slots__ = ("always", "entries", "hold", "sweeps")

    def __init__(self, hold: Time, always: bool) -> None:
        self.hold = hold
        self.always = always
        self.entries: dict[Mac, FdbEntry] = {}
        self.sweeps = TimerTable("fdb")

    def learn(self, mac: Mac, port: str, now: Time) -> list[Action]:
        """Take note of a frame from `mac` at `port` (``br_fdb_update``); a hold time of 0 learns nothing."""
        if not self.hold:
            return []
        entry = self.entries.get(mac)
        if entry is None:
            self.entries[mac] = FdbEntry(port, now)
            return [changed(FDB_TRANSITIONS, mac, _U, _L, "heard", (None, port)), *self.watch(now)]
        entry.seen = now  # also of a sticky entry that is heard elsewhere
        if entry.sticky or entry.port == port:
            return []
        old, entry.port = entry.port, port
        return [changed(FDB_TRANSITIONS, mac, entry.state, entry.state, "moved", (old, port))]

    def set(self, event: FdbSet, port: str, now: Time) -> list[Action]:
        """Set the entry of `event` by hand, at the port whose own name is `port`."""
        old = self.entries.get(event.mac)
        wanted = (port, event.static, event.sticky)
        if old is not None and (old.port, old.static, old.sticky) == wanted:
            return []
        new = self.entries[event.mac] = FdbEntry(port, now, event.static, event.sticky)
        before, was = (_U, None) if old is None else (old.state, old.port)
        put = changed(FDB_TRANSITIONS, event.mac, before, new.state, "set", (was, port))
        return [put, *self.watch(now)]

    def flush(self, why: str, port: str | None = None, static: bool = False) -> list[Action]:
        """Forget what is learned, at `port` or anywhere, and the `static` entries too if asked to."""
        gone = [
            mac
            for mac, entry in self.entries.items()
            if port in (None, entry.port) and (static or not entry.static)
        ]
        actions: list[Action] = [self._forget(mac, why) for mac in gone]
        return actions if self.always or self._any_ages() else [*actions, *self.sweeps.cancel_all()]

    def sweep(self, now: Time) -> list[Action]:
        """Forget what is too old, and sweep again when the next entry may be (``br_fdb_cleanup``)."""
        ends = {mac: entry.seen + self.hold for mac, entry in self.entries.items() if not entry.static}
        actions: list[Action] = [self._forget(mac, "aged out") for mac, end in ends.items() if end <= now]
        later = [end for end in ends.values() if end > now]
        if self.always:
            later.append(now + self.hold)
        if not later:
            return [*actions, *self.sweeps.cancel_all()]  # the next entry to come sets a sweep
        return [*actions, self.sweeps.set(AGE, max(min(later), now + SWEEP_SPACING), now)]

    def watch(self, now: Time) -> list[Action]:
        """Have a sweep set if there may be something to sweep."""
        if self.sweeps.is_set(AGE):
            return []
        if self.always:
            return [self.sweeps.set(AGE, now + FIRST_SWEEP, now)]
        return [self.sweeps.set(AGE, now + self.hold, now)] if self._any_ages() else []

    def _any_ages(self) -> bool:
        return any(not entry.static for entry in self.entries.values())

    def _forget(self, mac: Mac, why: str) -> Changed:
        entry = self.entries.pop(mac)
        return changed(FDB_TRANSITIONS, mac, entry.state, _U, why, (entry.port, None))
