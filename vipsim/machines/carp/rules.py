"""CARP's rules as data: what a profile does, what a member is told, and the two formulas.

No document defines CARP. A *profile* is what one implementation does: `ucarp`, a daemon of Linux that puts
its address at the interface's own MAC, and the kernels of FreeBSD and OpenBSD, which use a virtual one.
"""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.errors import ScenarioError
from vipsim.machines.habits import PLAIN, Habits
from vipsim.units import SECOND, US, Time
from vipsim.wire.addresses import IPv4, Mac, virtual_mac

__all__ = ["PROFILES", "CaptureBuffer", "CarpProfile", "CarpSettings"]

ADVERT_TTL = 255
"""An advert with another TTL crossed a router: it is not from this link."""
MOST_SKEW = 240
"""Skew of a node that is demoted (``CARP_MAXSKEW`` in FreeBSD's ``ip_carp.h``)."""
LAST_WORD = (255, 255)
"""advbase and advskew of an advert that says goodbye: nobody is slower."""
CARP_MAC = Mac(0x00_00_5E_00_00_00)
"""ucarp's adverts come from this address with the vhid in its last octet (truth/NOTES 19)."""


@dataclass(frozen=True, slots=True)
class CaptureBuffer:
    """Frames reach the process in blocks that the kernel closes at fixed times, not one by one.

    libpcap's ring (TPACKET_V3, time-out 1000 ms) is closed every `retire` from when it was made, so that a
    frame is heard 0 to `retire` late; how late, hangs on the two start times (truth/NOTES 18).
    """

    retire: Time
    """Period in which blocks are closed, in ns."""
    lead: Time
    """How long before the daemon's first wait the ring is made, in ns: after it the filter is set and the
    down script runs (`python -m tests.truth.capture` measures it)."""


@dataclass(frozen=True, slots=True)
class CarpProfile:
    """What one implementation does."""

    name: str
    tie: str
    """Who yields between two masters of equal period: ``address``, the one with the higher address, read as
    x86 does (the last octet counts most); ``hearer``, who hears the other; ``demotion``, the same unless the
    other is demoted more."""
    deadline_on_ticks: bool = False
    """The deadline is looked at only when a wait of one own period ends, or something is heard."""
    hearing: CaptureBuffer | None = None
    """How adverts are heard late; None: at once."""
    habits: Habits = PLAIN
    """How the program goes about its work."""
    announces_first: bool = False
    """At takeover: address, announcement, advert; otherwise the advert is first."""
    second_announcement: int = 0
    """Adverts from the first one to the second announcement; 0: there is none."""
    reasserts: bool = False
    """A master that hears a worse one announces at once, and again `second_announcement` adverts later."""
    last_advert: bool = False
    """A master that yields sends one more advert, so that the winner hears of it and announces."""
    demotion: str = ""
    """What a demotion does: ``skew`` adds to the skew, up to 240; ``field`` is compared first."""
    goodbye: bool = False
    """A master that ends in order advertises the longest period there is."""
    scripts: bool = False
    """The address is a script's: at the start the down script runs (unless `CarpSettings.neutral`), and at
    the end only with `CarpSettings.shutdown`."""
    carrier_sleep: Time = 0
    """The carrier is looked at between two waits; without one the daemon gives up the address and sleeps
    for this long (ns). 0: its loss is seen at once."""
    virtual_mac: bool = False
    """The address lives at 00:00:5e:00:01:VHID, and adverts come from there."""
    free_ratio: bool = False
    """The dead ratio is configured; otherwise it is 3."""
    announcement_form: str = "garp-request"
    """As in `vipsim.machines.vocabulary.Announce`."""


PROFILES: dict[str, CarpProfile] = {
    # ucarp 1.5.2 as Debian ships it: truth/NOTES 17 to 20; knowledge/keepalived.md sections 1 and 2.7.
    "ucarp": CarpProfile(
        "ucarp",
        tie="address",
        deadline_on_ticks=True,
        hearing=CaptureBuffer(retire=SECOND, lead=17_500 * US),
        habits=Habits(waits_in_poll=True, is_small=True),
        announces_first=True,
        second_announcement=2,
        reasserts=True,
        last_advert=True,
        scripts=True,
        carrier_sleep=10 * SECOND,
        free_ratio=True,
        announcement_form="garp-request-own",
    ),
    # FreeBSD 10 and later, sys/netinet/ip_carp.c: "the hearer steps down on equality".
    "freebsd": CarpProfile("freebsd", tie="hearer", demotion="skew", virtual_mac=True),
    # OpenBSD, sys/netinet/ip_carp.c: demotion counts before the period.
    "openbsd": CarpProfile(
        "openbsd", tie="demotion", second_announcement=2, demotion="field", goodbye=True, virtual_mac=True
    ),
}
"""Known profiles by name."""


def profile_named(name: str) -> CarpProfile:
    """Return the profile called `name`, or refuse with the names that exist."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(sorted(PROFILES))
        raise ScenarioError(f"no CARP profile is called {name!r}: use one of {known}") from None


def period(advbase: int, advskew: int) -> Time:
    """Return the time between two adverts in ns: `advbase` seconds and `advskew` 256ths of one.

    >>> period(1, 100)
    1390625000
    """
    return advbase * SECOND + advskew * SECOND // 256


def dead_time(advbase: int, advskew: int, ratio: int = 3) -> Time:
    """Return how long a backup waits for an advert, in ns; the skew is not multiplied.

    >>> dead_time(1, 100)
    3390625000
    """
    return period(ratio * advbase, advskew)


def takeover_time(advbase: int, advskew: int, ratio: int = 3) -> Time:
    """Return when a daemon that looks once a period sees that its deadline has passed (truth/NOTES 17), ns.

    >>> takeover_time(1, 100)
    4171875000
    """
    tick = period(advbase, advskew)
    return -(-dead_time(advbase, advskew, ratio) // tick) * tick


@dataclass(frozen=True, slots=True)
class CarpSettings:
    """One node's part in a virtual host; refused with `ScenarioError` if it cannot be sent."""

    name: str
    """How timers and records call it, for example ``carp 51``."""
    vhid: int
    vips: tuple[tuple[IPv4, int], ...]
    """Virtual addresses with their prefix lengths."""
    iface: str
    address: IPv4
    """Source of adverts."""
    mac: Mac
    advbase: int = 1
    advskew: int = 0
    ratio: int = 3
    """Intervals of silence before the skew (ucarp's ``-r``)."""
    preempt: bool = False
    """Take the address at the first slower advert heard (``-P``; ``net.inet.carp.preempt``)."""
    shutdown: bool = False
    """SIGTERM runs the down script (``-z``); otherwise the address stays."""
    neutral: bool = False
    """The down script does not run at the start (``-n``): an address that was left stays."""
    ignore_carrier: bool = False
    """The carrier is not looked at (``-S``)."""
    demotion: int = 0
    password: str = "vipsim"
    profile: CarpProfile = PROFILES["ucarp"]

    def __post_init__(self) -> None:
        """Refuse what an advert cannot carry, and what the profile does not know."""
        ranges = {
            "vhid": (self.vhid, 1, 255),
            "advbase": (self.advbase, 0, 255),
            "advskew": (self.advskew, 0, 255 if self.profile.free_ratio else 254),
            "ratio": (self.ratio, 1, 1000),
            "demotion": (self.demotion, 0, 255),
            "number of vips": (len(self.vips), 1, 1 if self.profile.scripts else 255),
        }
        for what, (value, least, most) in ranges.items():
            if not least <= value <= most:
                allowed = f"{least} to {most}" if least < most else str(least)
                raise ScenarioError(f"{self.name}: {what} must be {allowed}, not {value}")
        if self.advbase == self.advskew == 0:
            raise ScenarioError(f"{self.name}: advbase and advskew are both 0: there must be a period")
        if (self.advbase, self.advskew) == LAST_WORD:
            raise ScenarioError(f"{self.name}: advbase 255 with advskew 255 means goodbye: use less")
        if not self.password or len(self.password.encode()) > 19:
            raise ScenarioError(f"{self.name}: the password must have 1 to 19 octets")
        self._check_profile()

    def _check_profile(self) -> None:
        name = self.profile.name
        if self.ratio != 3 and not self.profile.free_ratio:
            raise ScenarioError(f"{self.name}: profile {name} has a fixed ratio of 3: leave ratio out")
        if self.demotion and not self.profile.demotion:
            raise ScenarioError(f"{self.name}: profile {name} has no demotion: use freebsd or openbsd")
        for option in ("shutdown", "neutral", "ignore_carrier"):
            if getattr(self, option) and not self.profile.scripts:
                raise ScenarioError(f"{self.name}: {option} is an option of ucarp, not of {name}")

    @property
    def skew(self) -> int:
        """The skew in force: with FreeBSD a demotion adds to it."""
        if self.profile.demotion != "skew":
            return self.advskew
        return min(self.advskew + self.demotion, MOST_SKEW) if self.demotion else self.advskew

    @property
    def period(self) -> Time:
        """Time between two adverts, in ns."""
        return period(self.advbase, self.skew)

    @property
    def dead_time(self) -> Time:
        """How long this node waits for an advert, in ns."""
        return dead_time(self.advbase, self.advskew, self.ratio)

    @property
    def virtual_mac(self) -> Mac | None:
        """Where the addresses live; None: at the interface's own MAC."""
        return virtual_mac(self.vhid) if self.profile.virtual_mac else None

    @property
    def advert_mac(self) -> Mac:
        """Where adverts come from."""
        return self.virtual_mac or Mac(CARP_MAC | self.vhid)
