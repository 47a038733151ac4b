"""CARP in a scenario: one virtual host, and each node's part in it."""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.units import Time


@dataclass(frozen=True, slots=True)
class CarpMember:
    """A node's part in a CARP group; the words are ucarp's (`vipsim.machines.carp.CarpSettings`)."""

    node: str
    iface: str
    advbase: int = 1
    """Whole seconds between two adverts."""
    advskew: int = 0
    """256ths of a second more: who has the shortest period should have the address."""
    ratio: int = 3
    preempt: bool = False
    shutdown: bool = False
    neutral: bool = False
    ignore_carrier: bool = False
    demotion: int = 0
    password: str = ""
    """Empty: the group's."""
    started: Time | None = None
    """When the daemon was launched, in ns after the first one: with ``start: cold`` after time zero. It
    fixes how late a member hears (truth/NOTES 18); None: at zero (cold), or drawn (settled)."""


@dataclass(frozen=True, slots=True)
class CarpGroup:
    """One virtual host."""

    vhid: int
    vips: tuple[str, ...]
    members: tuple[CarpMember, ...]
    profile: str = "ucarp"
    """Name of the implementation (`vipsim.machines.carp.PROFILES`)."""
    password: str = "vipsim"

    @property
    def name(self) -> str:
        """How records and timers call it."""
        return f"carp {self.vhid}"
