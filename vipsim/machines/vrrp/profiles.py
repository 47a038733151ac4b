"""The rules of a document or a daemon beyond the packet format, as data.

The machine in `vipsim.machines.vrrp` reads a profile and contains no document's name.
"""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.errors import ScenarioError
from vipsim.machines.habits import PLAIN, Habits
from vipsim.units import MS, NS, Time


@dataclass(frozen=True, slots=True)
class VrrpProfile:
    """The rules of one document or daemon, beyond the packet format."""

    name: str
    versions: tuple[int, ...]
    """Versions that it speaks; the first is its default."""
    answers_lower_priority: bool = False
    """A master that hears a lower priority sends an advert at once, instead of nothing."""
    drops_other_lists: bool = False
    """An advert with other addresses than our own is dropped, unless its sender is the owner."""
    checksum_pseudo_header: bool = True
    """Version 3: the checksum covers the IPv4 pseudo-header."""
    announcements: int = 1
    """Gratuitous ARPs for each address at takeover."""
    owner_starts: str = "at once"
    """Priority 255 at the start: ``at once``, ``by state`` (keepalived's keyword may tell it to wait), or
    ``as backup`` like everybody else."""
    owner_listens: bool = False
    """Priority 255 hears adverts too."""
    owners_list_counts: bool = False
    """With `drops_other_lists`: the owner's own list is not exempt."""
    any_packet_restarts: bool = False
    """A master starts its advert timer anew at every packet of its vrid, even at one that it rejects, unless
    ``lower_prio_no_advert`` is set."""
    fault_goodbyes: int = 0
    """Adverts with priority 0 of a master whose tracked interface or script fails."""
    skew_tick: Time = NS
    """The skew is truncated to this (ns)."""
    rounds_intervals: bool = False
    """Version 2: the interval is rounded to whole seconds, at least one, instead of refused."""
    announces_together: bool = False
    """Nothing is announced before the kernel has all addresses; then the list is gone through in rounds."""
    announcement_form: str = "garp-request"
    """As in `vipsim.machines.vocabulary.Announce`."""
    notes_refusals: bool = False
    """A rejected advert is logged, each reason once."""
    has_keywords: bool = False
    """It is configured by `Keywords`."""
    reloads: bool = False
    """It can be told other settings while it runs (SIGHUP)."""
    minds_carrier: bool = True
    """Without a carrier it is in FAULT; otherwise it goes on, and a takeover is told of when it is back."""
    standing: bool = False
    """The addresses are in the kernel from the start, on an interface with the virtual MAC that may receive
    at any time and may speak only while the router is MASTER (Linux: protodown)."""
    leaves_address: bool = False
    """When it ends in order, its addresses stay in use."""
    owner_yields: bool = False
    """Priority 255 goes down to 254 when it hears another 255."""
    habits: Habits = PLAIN
    """How its program works."""


FF = "garp-request-ff"
"""Announcement whose target hardware address is ff:ff:ff:ff:ff:ff (truth/NOTES 5, 21)."""

PROFILES: dict[str, VrrpProfile] = {
    # Section 7.1: another list "MUST" be dropped. Section 6.4.3: a lower priority is discarded.
    "rfc3768": VrrpProfile("rfc3768", (2,), drops_other_lists=True),
    # Section 7.1: another list is only logged. Section 5.2.8: checksum with pseudo-header.
    "rfc5798": VrrpProfile("rfc5798", (3,)),
    # Section 6.4.3: a lower priority is answered. Section 5.2.8: no pseudo-header over IPv4.
    "rfc9568": VrrpProfile("rfc9568", (3,), answers_lower_priority=True, checksum_pseudo_header=False),
    # keepalived 2.2.7: knowledge/keepalived.md sections 1 and 2.1, truth/NOTES 1 to 9, 16, 24.
    "keepalived": VrrpProfile(
        "keepalived",
        (2, 3),
        answers_lower_priority=True,
        drops_other_lists=True,
        announcements=5,
        owner_starts="by state",
        owner_listens=True,
        owner_yields=True,
        owners_list_counts=True,
        any_packet_restarts=True,
        fault_goodbyes=2,
        rounds_intervals=True,
        announces_together=True,
        announcement_form=FF,
        notes_refusals=True,
        has_keywords=True,
        habits=Habits(has_parent=True),
        reloads=True,
    ),
    # FRR 8.4 vrrpd: truth/NOTES 21 to 23. Its source: an owner takes over at its start and hears adverts;
    # the loss of a carrier changes no state (`frr3-portdown-a1:recover`: the master had never stopped).
    # Nobody takes the macvlan down when the daemon ends (`frr3-term-a1`).
    "frr": VrrpProfile(
        "frr",
        (3, 2),
        owner_listens=True,
        skew_tick=10 * MS,
        announcement_form=FF,
        notes_refusals=True,
        minds_carrier=False,
        standing=True,
        leaves_address=True,
        habits=Habits(logs_steps=False, waits_in_poll=True),
    ),
}
"""Known profiles by name."""


def profile_named(name: str) -> VrrpProfile:
    """Return the profile called `name`, or refuse with the names that exist."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(sorted(PROFILES))
        raise ScenarioError(f"no VRRP profile is called {name!r}: use one of {known}") from None


def default_profile(version: int) -> str:
    """Name of the profile that a version has when none is given: the youngest RFC for it."""
    return "rfc3768" if version == 2 else "rfc9568"
