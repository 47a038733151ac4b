"""VRRP's rules as data: what a version can carry, what a profile does, and the two formulas.

A *version* is a packet format: 2 (RFC 3768) or 3 (RFC 5798, RFC 9568). A *profile* is the set of
rules that a document, or a daemon, adds to it; the machine in `vipsim.machines.vrrp` reads it and
contains no document's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vipsim.errors import ScenarioError
from vipsim.machines.habits import PLAIN, Habits
from vipsim.machines.vocabulary import AcquireVip
from vipsim.machines.vrrp.keywords import OWNER, Keywords, check_keywords
from vipsim.units import MS, NS, SECOND, Time, format_duration
from vipsim.wire.addresses import IPv4, Mac

__all__ = ["GOODBYE", "OWNER", "PROFILES", "VERSIONS", "VrrpProfile", "VrrpSettings", "VrrpVersion"]

GOODBYE = 0
"""Priority in the last advert of a master that ends in order (RFC 3768 section 5.3.4)."""
ADVERT_TTL = 255
"""An advert with another TTL crossed a router: it is not from this link (RFC 3768 section 5.2.3)."""
MISSED_ADVERTS = 3
"""Intervals of silence before the skew (RFC 3768 section 6.1)."""


@dataclass(frozen=True, slots=True)
class VrrpVersion:
    """What a packet format can carry."""

    number: int
    tick: Time
    """Unit of the interval in the packet, in ns."""
    most_ticks: int
    """Largest interval, in ticks."""
    learns_interval: bool
    """A backup takes the interval that it hears; otherwise another one than its own is an error."""

    @property
    def range(self) -> str:
        """The intervals that fit, as text for people."""
        least, most = format_duration(self.tick), format_duration(self.tick * self.most_ticks)
        if self.tick == SECOND:
            return f"whole seconds {least} to {most}"
        return f"{least} to {most} in steps of {least}"


VERSIONS: dict[int, VrrpVersion] = {
    2: VrrpVersion(2, SECOND, 255, learns_interval=False),  # RFC 3768 section 5.3.7: eight bits of seconds
    3: VrrpVersion(3, 10 * MS, 4095, learns_interval=True),  # RFC 5798 section 5.2.7: twelve bits of 10 ms
}


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


def interval_in_force(profile: VrrpProfile, version: int, advert_interval: Time) -> Time:
    """Return the interval (ns) that a router runs at when it is configured to `advert_interval`.

    keepalived 2.2.7 rounds it in version 2 (truth/NOTES 3: 0.1 and 0.3 both run at 1 s).

    >>> interval_in_force(PROFILES["keepalived"], 2, 300 * MS)
    1000000000
    """
    if version != 2 or not profile.rounds_intervals or advert_interval <= 0:
        return advert_interval
    return max(1, (advert_interval + SECOND // 2) // SECOND) * SECOND


def keywords_of(profile: VrrpProfile) -> Keywords:
    """Return the keywords that a router of `profile` runs with when none is written."""
    if profile.has_keywords:
        return Keywords(garp_master_repeat=profile.announcements)
    return Keywords(
        dont_track_primary=not profile.minds_carrier,
        lower_prio_no_advert=not profile.answers_lower_priority,
        garp_master_repeat=profile.announcements,
        garp_master_delay=0,
        garp_lower_prio_repeat=0,
    )


def check_interval(version: int, advert_interval: Time, profile: VrrpProfile | None = None) -> None:
    """Refuse an interval (ns) that the version cannot carry, naming the way out."""
    rules = VERSIONS.get(version)
    if rules is None:
        raise ScenarioError(f"VRRP has version: 2 and version: 3, not {version}")
    if profile is not None:
        advert_interval = interval_in_force(profile, version, advert_interval)
    ticks, rest = divmod(advert_interval, rules.tick)
    if not rest and 1 <= ticks <= rules.most_ticks:
        return
    message = f"advert_interval {format_duration(advert_interval)}: version {version} carries {rules.range}"
    other = VERSIONS[3]
    if version == 2:
        message += f": use version: 3 ({other.range})"
    raise ScenarioError(message)


def skew_time(version: int, priority: int, interval: Time, tick: Time = NS) -> Time:
    """How much longer a lower priority waits, in ns, so that the highest one is first.

    Version 2: (256 - priority) / 256 seconds whatever the interval (RFC 3768 section 6.1).
    Version 3: that fraction of the master's `interval` (RFC 9568 section 6.1). It is truncated to `tick`.

    >>> skew_time(2, 100, SECOND)
    609375000
    """
    return (256 - priority) * (SECOND if version == 2 else interval) // 256 // tick * tick


def master_down_interval(
    version: int, priority: int, interval: Time, missed: int = MISSED_ADVERTS, tick: Time = NS
) -> Time:
    """How long a backup waits for an advert, in ns (RFC 3768 section 6.1).

    RFC 9568 calls it Active_Down_Interval; keepalived lets `missed` adverts be another number than 3.

    >>> master_down_interval(2, 100, SECOND)
    3609375000
    """
    return missed * interval + skew_time(version, priority, interval, tick)


@dataclass(frozen=True, slots=True)
class VrrpSettings:
    """One router's part in a virtual router; refused with `ScenarioError` if it cannot be sent."""

    name: str
    """How timers and records call it, for example ``vrrp 51``."""
    vrid: int
    priority: int
    vips: tuple[tuple[IPv4, int], ...]
    """Virtual addresses with their prefix lengths."""
    iface: str
    address: IPv4
    """Primary address of the interface: source of adverts, and what decides between equals."""
    mac: Mac
    version: int = 2
    advert_interval: Time = SECOND
    """In ns."""
    preempt: bool = True
    """Take the address from a master with a lower priority."""
    profile: VrrpProfile = PROFILES["rfc3768"]
    virtual_mac: Mac | None = None
    """Where the addresses live, and what adverts come from (RFC 9568 section 7.3); None: at `mac`."""
    homes: Mapping[IPv4, tuple[str, Mac]] = field(default_factory=dict)
    """Interface and MAC of those `vips` that live on another interface than `iface`."""
    keywords: Keywords | None = None
    """What a daemon with keywords was told; None: its defaults."""

    def __post_init__(self) -> None:
        """Refuse what an advert cannot carry."""
        check_interval(self.version, self.advert_interval, self.profile)
        if self.keywords is not None:
            check_keywords(self.keywords, self.version, self.priority)
        if self.version not in self.profile.versions:
            fits = ", ".join(name for name in sorted(PROFILES) if self.version in PROFILES[name].versions)
            raise ScenarioError(
                f"profile {self.profile.name} does not speak version {self.version}: use one of {fits}"
            )
        # RFC 3768 section 5.3: each of them has eight bits, and 0 has a meaning of its own or none.
        bytes_sent = {"vrid": self.vrid, "priority": self.priority, "number of vips": len(self.vips)}
        for what, value in bytes_sent.items():
            if not 1 <= value <= 255:
                raise ScenarioError(f"{self.name}: {what} must be 1 to 255, not {value}")

    @property
    def interval(self) -> Time:
        """The router's own interval in force, in ns."""
        return interval_in_force(self.profile, self.version, self.advert_interval)

    def keywords_in_force(self) -> Keywords:
        """Return the keywords as they count: given or by default, with those applied that rule others."""
        given = keywords_of(self.profile) if self.keywords is None else self.keywords
        return given.in_force()

    def acquisition(self, listed: tuple[IPv4, int]) -> AcquireVip:
        """Return what to ask of the kernel for one of `vips`."""
        return AcquireVip(*listed, self.home(listed[0])[0], self.virtual_mac)

    def home(self, vip: IPv4) -> tuple[str, Mac]:
        """Return the interface on which `vip` lives, and the MAC that is announced for it."""
        iface, mac = self.homes.get(vip, (self.iface, self.mac))
        return iface, self.virtual_mac or mac
