"""VRRP's rules as data: what a version can carry, what one router is told, and the two formulas.

A *version* is a packet format: 2 (RFC 3768) or 3 (RFC 5798, RFC 9568). A *profile* is the set of
rules that a document, or a daemon, adds to it (`vipsim.machines.vrrp.profiles`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vipsim.errors import ScenarioError
from vipsim.machines.vocabulary import AcquireVip
from vipsim.machines.vrrp.keywords import OWNER, Keywords, check_keywords
from vipsim.machines.vrrp.profiles import PROFILES, VrrpProfile
from vipsim.machines.vrrp.sync import SyncSettings
from vipsim.units import MS, NS, SECOND, Time, format_duration
from vipsim.wire.addresses import IPv4, Mac

__all__ = ["GOODBYE", "OWNER", "VERSIONS", "VrrpSettings", "VrrpVersion"]

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
    sync: SyncSettings | None = None
    """The routers of the same daemon with which this one goes together."""

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
        accepts = self.keywords is None or self.keywords.accepts(self.version, self.priority)
        return AcquireVip(*listed, self.home(listed[0])[0], self.virtual_mac, accepts)

    def home(self, vip: IPv4) -> tuple[str, Mac]:
        """Return the interface on which `vip` lives, and the MAC that is announced for it."""
        iface, mac = self.homes.get(vip, (self.iface, self.mac))
        return iface, self.virtual_mac or mac
