"""keepalived's keywords as data: what a configuration file may say beyond the RFCs.

Names and defaults are keepalived 2.2.7's (keepalived.conf(5)). Those of ``global_defs``, such as
``vrrp_garp_interval``, count here for one virtual router, as they do for a daemon that has one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vipsim.errors import ScenarioError
from vipsim.units import SECOND, Time
from vipsim.wire.addresses import IPv4
from vipsim.wire.codec_vrrp import ah_stand_in

OWNER = 255
"""Priority of the router that has the virtual address as its own (RFC 3768 section 5.3.4)."""
MOST_WEIGHT = 253
"""Largest change of the priority by one tracked thing (keepalived.conf(5), ``track_interface``)."""

MOST_PRODUCT = 254
"""Largest change by a file; one of -254 is a FAULT (keepalived.conf(5), ``track_file``)."""


@dataclass(frozen=True, slots=True)
class TrackInterface:
    """``track_interface``: what the carrier of another interface does to this router."""

    name: str
    weight: int = 0
    """0: its loss is a FAULT. Positive: added while it is up; negative: added while it is down."""
    reverse: bool = False
    """The weight counts the other way round."""


@dataclass(frozen=True, slots=True)
class TrackScript:
    """``vrrp_script`` and ``track_script``: what the result of a check does to this router."""

    name: str
    weight: int = 0
    """As in `TrackInterface`."""
    reverse: bool = False
    rise: int = 1
    """Successes in a row that make it good."""
    fall: int = 1
    """Failures in a row that make it bad."""
    init_fail: bool = False
    """It counts as bad until it has succeeded."""
    interval: Time = SECOND
    """From the start of one check to that of the next, in ns."""
    timeout: Time = 0
    """A check that runs longer has failed, in ns; 0: as `interval`."""


@dataclass(frozen=True, slots=True)
class TrackFile:
    """``track_file``: a number in a file, times `weight`, is added to the priority."""

    name: str
    weight: int = 1
    """0: a number other than 0 is a FAULT, and so is a product of -254 or less."""
    reverse: bool = False
    """The product counts with the other sign."""
    value: int = 0
    """What the file says at the start."""


@dataclass(frozen=True, slots=True)
class TrackProcess:
    """``vrrp_track_process``: how many processes of a kind run."""

    name: str
    weight: int = 1
    """As in `TrackInterface`."""
    reverse: bool = False
    quorum: int = 1
    """So many make it good."""
    quorum_max: int = 0
    """More than these make it bad; 0: there is no such bound."""
    delay: Time = 0
    """How long a change must last before it counts, in ns."""

    def is_good(self, value: int) -> bool:
        """Whether `value` processes are right."""
        return self.quorum <= value and (not self.quorum_max or value <= self.quorum_max)


Track = TrackInterface | TrackScript | TrackFile | TrackProcess
TRACKS: dict[str, type[Track]] = {
    "track_interface": TrackInterface,
    "track_script": TrackScript,
    "track_file": TrackFile,
    "track_process": TrackProcess,
}
"""What can be tracked, by keyword."""


@dataclass(frozen=True, slots=True)
class Keywords:
    """The keywords of one router, each with keepalived's default; times in ns."""

    state: str = ""
    """``MASTER`` or ``BACKUP``: a hint for the start, which only priority 255 heeds."""
    down_timer_adverts: int = 3
    """Adverts that must be missed before the skew."""
    preempt_delay: Time = 0
    """Lower adverts are accepted for so long, counted from the first one."""
    higher_prio_send_advert: bool = False
    """A master that yields to a higher priority sends one more advert, which makes the winner announce."""
    lower_prio_no_advert: bool = False
    """A master does not answer a lower priority with an advert."""
    garp_master_repeat: int = 5
    """Announcements per address in a burst."""
    garp_master_delay: Time = 5 * SECOND
    """From the burst at takeover to the second one; 0: there is none."""
    garp_master_refresh: Time = 0
    """Period of the bursts of a standing master, looked at when it sends an advert; 0: none."""
    garp_master_refresh_repeat: int = 1
    garp_lower_prio_repeat: int | None = None
    """Announcements after a lower priority was heard; None: as `garp_master_repeat`."""
    garp_lower_prio_delay: Time | None = None
    """To the second burst of that case; None: as `garp_master_delay`."""
    vrrp_garp_interval: Time = 0
    """Least time between two announcements on an interface."""
    vrrp_min_garp: bool = False
    """One announcement, and no second burst."""
    vrrp_startup_delay: Time = 0
    """After the start of the daemon nobody becomes master for so long."""
    vrrp_strict: bool = False
    """Nothing that the RFC does not know."""
    accept: bool | None = None
    """A master answers on its addresses; None: unless ``vrrp_strict`` forbids it (see `accepts`)."""
    auth_type: str = ""
    """``PASS`` or ``AH``, in version 2 only."""
    auth_pass: str = ""
    """At most 8 characters count."""
    unicast_peer: tuple[IPv4, ...] = ()
    """Adverts go to these addresses, and not to the group."""
    dont_track_primary: bool = False
    """The carrier of the router's own interface does not matter."""
    track_interface: tuple[TrackInterface, ...] = ()
    track_script: tuple[TrackScript, ...] = ()
    track_file: tuple[TrackFile, ...] = ()
    track_process: tuple[TrackProcess, ...] = ()
    virtual_ipaddress_excluded: tuple[IPv4, ...] = ()
    """Those of the virtual addresses that are in no advert."""
    skip_check_adv_addr: bool = False
    """The list of addresses is not compared in adverts of the router whose advert was the last one."""
    check_unicast_src: bool = False
    """An advert is heard from a unicast peer only."""
    min_ttl: int = 0
    """With ``check_unicast_src``: adverts of peers must have come with at least this time to live."""
    max_ttl: int = 255
    unicast_ttl: int = 255
    """Time to live of adverts to unicast peers, which nobody checks."""
    vmac_xmit_base: bool = False
    """Adverts come from the interface's own MAC address, also with a virtual one."""

    @property
    def auth_data(self) -> bytes:
        """The password as an advert carries it (RFC 2338 section 5.3.10).

        With ``AH`` it stands for the digest in the header before it, which this model leaves out.
        """
        password = self.auth_pass.encode()[:8].ljust(8, b"\0")
        return ah_stand_in(password) if self.auth_type == "AH" else password

    def accepts(self, version: int, priority: int) -> bool:
        """Whether a master answers on its addresses: an owner always, strict mode not, in version 2 never.

        keepalived 2.2.7 resets ``accept`` in strict mode with version 2 (measured).
        """
        if priority == OWNER:
            return True
        if self.accept is None or (self.vrrp_strict and version == 2):
            return not self.vrrp_strict
        return self.accept

    @property
    def lower_prio_repeat(self) -> int:
        """Announcements after a lower priority was heard."""
        given = self.garp_lower_prio_repeat
        return self.garp_master_repeat if given is None else given

    @property
    def lower_prio_delay(self) -> Time:
        """From them to the second burst, in ns; 0: there is none."""
        given = self.garp_lower_prio_delay
        return self.garp_master_delay if given is None else given

    def in_force(self) -> Keywords:
        """Return what these keywords amount to, once the ones that rule others are applied.

        ``vrrp_min_garp`` and ``vrrp_strict`` (knowledge from keepalived.conf(5)); `state` MASTER clears
        ``preempt_delay``.
        """
        found = self
        if self.vrrp_min_garp:
            found = replace(
                found,
                garp_master_repeat=1,
                garp_master_delay=0,
                garp_lower_prio_repeat=min(1, self.lower_prio_repeat),
                garp_lower_prio_delay=0,
            )
        if self.vrrp_strict:
            found = replace(
                found,
                down_timer_adverts=3,
                higher_prio_send_advert=False,
                lower_prio_no_advert=True,
                garp_lower_prio_repeat=0,
                garp_lower_prio_delay=0,
            )
        if self.state == "MASTER":
            found = replace(found, preempt_delay=0)
        return found


def check_keywords(keywords: Keywords, version: int, priority: int) -> None:
    """Refuse keywords that keepalived refuses, or that cannot be together, naming the way out."""
    if keywords.state not in ("", "MASTER", "BACKUP"):
        raise ScenarioError(f"state {keywords.state!r}: use MASTER or BACKUP")
    if not 1 <= keywords.down_timer_adverts <= 100:
        raise ScenarioError(f"down_timer_adverts {keywords.down_timer_adverts}: allowed are 1 to 100")
    if not 0 <= keywords.preempt_delay <= 1000 * SECOND:
        raise ScenarioError("preempt_delay: allowed are 0s to 1000s")
    if keywords.auth_type not in ("", "PASS", "AH"):
        raise ScenarioError(f"auth_type {keywords.auth_type!r}: use PASS or AH")
    if not 0 <= keywords.min_ttl <= keywords.max_ttl <= 255:
        raise ScenarioError("min_ttl and max_ttl: allowed are 0 to 255, the least first")
    if bool(keywords.auth_type) != bool(keywords.auth_pass):
        raise ScenarioError("auth_type and auth_pass: write both or none")
    if keywords.auth_type and version != 2:
        raise ScenarioError("auth_type: version 3 has no authentication: use version: 2")
    tracks: list[Track] = [*keywords.track_interface, *keywords.track_script, *keywords.track_process]
    for track in tracks:
        if abs(track.weight) > MOST_WEIGHT:
            raise ScenarioError(f"weight {track.weight} of {track.name}: allowed are -253 to 253")
    for file in keywords.track_file:
        if abs(file.weight) > MOST_PRODUCT:
            raise ScenarioError(f"weight {file.weight} of {file.name}: allowed are -254 to 254")
    for process in keywords.track_process:
        if process.quorum_max and process.quorum_max < process.quorum:
            raise ScenarioError(f"quorum_max of {process.name}: at least its quorum, or 0 for none")
    for script in keywords.track_script:
        if script.rise < 1 or script.fall < 1:
            raise ScenarioError(f"rise and fall of {script.name}: at least 1")
    if keywords.vrrp_strict:
        _check_strict(keywords, priority)


def _check_strict(keywords: Keywords, priority: int) -> None:
    """Refuse what strict mode refuses; unicast peers it takes (measured: two such nodes hear each other)."""
    refused = {
        "auth_type": bool(keywords.auth_type),
        "preempt_delay": bool(keywords.preempt_delay),
        "state MASTER with a priority below 255": keywords.state == "MASTER" and priority != OWNER,
    }
    for what, is_given in refused.items():
        if is_given:
            raise ScenarioError(f"vrrp_strict refuses {what}: leave one of them out")
