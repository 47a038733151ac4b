"""Sync groups: virtual routers of one daemon that are masters together or not at all (``vrrp_sync_group``).

Each router stays a machine of its own; it tells the others of its group when it changes state, when it wants
to be master, and when something that it tracks is bad (`Tell`, `Synced`). keepalived 2.2.7 (source:
vrrp_sync.c, vrrp_scheduler.c):

- A backup whose time runs out takes over only if all others are masters or want to be; else it waits a whole
  master-down time again, and wants to be master until it hears an advert that it accepts.
- One that becomes master takes all others with it, and so does one that steps down.
- A fault of one is a fault of all; the others say goodbye once. They come back together, as backups.
- The announcements to a rival are made for all; the advert is sent by the one that heard it.
- The group begins as BACKUP unless every member is an owner that may be master at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.machines.vocabulary import Action, RivalHeard, State, Synced, Tell

Standing = tuple[State, bool, bool]
"""State, whether it wants to be MASTER, and whether something that it tracks is bad."""


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """A router's part in a sync group."""

    name: str
    others: tuple[str, ...]
    """The other routers of the group, as timers and records call them."""
    starts: bool = False
    """Every member is an owner that may take over at its start."""


class Party:
    """What one router knows of the others in its group; without a group nothing holds it."""

    def __init__(self, sync: SyncSettings | None) -> None:
        self._others = sync.others if sync is not None else ()
        self._known: dict[str, Standing] = {}

    @property
    def may_take(self) -> bool:
        """Whether nobody in the group prefers to wait."""
        standings = [self._known.get(part, (State.INIT, False, False)) for part in self._others]
        return all(state is State.MASTER or wants for state, wants, _ in standings)

    @property
    def fault(self) -> str:
        """Why the group is in FAULT, in words; empty: no other router says so."""
        return next((f"fault of {part}" for part, (_, _, faulty) in self._known.items() if faulty), "")

    def take(self, event: Synced) -> State | None:
        """Take what another router says; returns the state in which it was."""
        was = self._known.get(event.part)
        self._known[event.part] = (event.state, event.wants, event.faulty)
        return was[0] if was is not None else None

    def tell(self, part: str, standing: Standing) -> list[Action]:
        """Tell the others how `part` stands now."""
        return [Tell(other, Synced(part, *standing)) for other in self._others]

    def rival(self) -> list[Action]:
        """Let the others pull back their clients, too."""
        return [Tell(other, RivalHeard()) for other in self._others]
