"""A keepalived configuration as frozen data: what stands in the file, and what the daemon makes of it.

Every value is a `Setting`: the value in force, the value written (None: nothing was), where it stands, and
why the two differ. Times are in ns. The defaults are those of keepalived 2.2.7.

>>> instance = VrrpInstance("VI_1", virtual_router_id=given(51), priority=given(150))
>>> instance.priority.value, instance.advert_int.value, instance.advert_int.configured
(150, 1000000000, None)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from vipsim.scenario.keepalived.config_parts import (
    Address,
    BfdInstance,
    GarpGroup,
    InterfaceDelay,
    Interval,
    Linkbeat,
    Peer,
    Statement,
    Track,
)
from vipsim.scenario.keepalived.forms import Ip
from vipsim.scenario.keepalived.places import Place, Warned
from vipsim.units import SECOND, Time
from vipsim.wire.addresses import VRRP_GROUP, IPv4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One value."""

    value: T
    """In force."""
    configured: T | None = None
    """As written, or what keepalived takes for a word that it cannot read; None: nothing is written."""
    place: Place | None = None
    why: str = ""
    """Where the value in force comes from if not from this place, or why it is another one."""

    @property
    def is_default(self) -> bool:
        """True if nothing in the file speaks of it."""
        return self.configured is None and self.place is None

    def now(self, value: T, why: str) -> Setting[T]:
        """The same setting with another value in force."""
        return replace(self, value=value, why=why)


def given(value: T, place: Place | None = None) -> Setting[T]:
    """A value as it is written."""
    return Setting(value, value, place)


_ON: Setting[bool] = Setting(True)
_OFF: Setting[bool] = Setting(False)
_NONE: Setting[str] = Setting("")
_NOWHERE: Setting[Ip | None] = Setting(None)


@dataclass(frozen=True, slots=True)
class GlobalDefs:
    """What holds for all instances of a node (global_defs and the statements outside of blocks)."""

    router_id: Setting[str] = _NONE
    default_interface: Setting[str] = Setting("eth0")
    dynamic_interfaces: Setting[bool] = _OFF
    linkbeat_use_polling: Setting[bool] = _OFF
    vrrp_version: Setting[int] = Setting(2)
    vrrp_strict: Setting[bool] = _OFF
    vrrp_startup_delay: Setting[Time] = Setting(0)
    vrrp_down_timer_adverts: Setting[int] = Setting(3)
    vrrp_mcast_group4: Setting[Ip | None] = Setting(VRRP_GROUP)
    vrrp_check_unicast_src: Setting[bool] = _OFF
    vrrp_skip_check_adv_addr: Setting[bool] = _OFF
    vrrp_lower_prio_no_advert: Setting[bool] = _OFF
    vrrp_higher_prio_send_advert: Setting[bool] = _OFF
    vrrp_garp_master_delay: Setting[Time] = Setting(5 * SECOND)
    vrrp_garp_master_repeat: Setting[int] = Setting(5)
    vrrp_garp_master_refresh: Setting[Time] = Setting(0)
    vrrp_garp_master_refresh_repeat: Setting[int] = Setting(1)
    vrrp_garp_lower_prio_delay: Setting[Time] = Setting(5 * SECOND)
    vrrp_garp_lower_prio_repeat: Setting[int] = Setting(5)
    vrrp_garp_interval: Setting[Time] = Setting(0)
    """Between two gratuitous ARPs on an interface."""
    vrrp_min_garp: Setting[bool] = _OFF
    vrrp_garp_extra_if: Setting[Interval] = Setting(Interval(0))


@dataclass(frozen=True, slots=True)
class VrrpInstance:
    """A vrrp_instance. A field is named as its keyword, unless it says otherwise."""

    name: str
    place: Place | None = None
    state: Setting[str] = Setting("BACKUP")
    interface: Setting[str] = _NONE
    virtual_router_id: Setting[int] = Setting(0)
    priority: Setting[int] = Setting(100)
    version: Setting[int] = Setting(2)
    advert_int: Setting[Time] = Setting(SECOND)
    down_timer_adverts: Setting[int] = Setting(3)
    preempt: Setting[bool] = _ON
    """nopreempt: False."""
    preempt_delay: Setting[Time] = Setting(0)
    strict_mode: Setting[bool] = _OFF
    accept: Setting[bool] = _ON
    """no_accept: False."""
    lower_prio_no_advert: Setting[bool] = _OFF
    higher_prio_send_advert: Setting[bool] = _OFF
    skip_check_adv_addr: Setting[bool] = _OFF
    # Announcements.
    garp_master_delay: Setting[Time] = Setting(5 * SECOND)
    garp_master_repeat: Setting[int] = Setting(5)
    garp_master_refresh: Setting[Time] = Setting(0)
    garp_master_refresh_repeat: Setting[int] = Setting(1)
    garp_lower_prio_delay: Setting[Time] = Setting(5 * SECOND)
    garp_lower_prio_repeat: Setting[int] = Setting(5)
    garp_extra_if: Setting[Interval] = Setting(Interval(0))
    # Addresses.
    virtual_ipaddress: tuple[Address, ...] = ()
    """In the adverts. Of the instance's address family, at most 254."""
    virtual_ipaddress_excluded: tuple[Address, ...] = ()
    other_family: tuple[Address, ...] = ()
    """Written among the first ones, but of another family: keepalived ignores them."""
    virtual_routes: tuple[str, ...] = ()
    """As written."""
    virtual_rules: tuple[str, ...] = ()
    """As written."""
    promote_secondaries: Setting[bool] = _OFF
    native_ipv6: Setting[bool] = _OFF
    # Transport.
    source: Setting[Ip | None] = _NOWHERE
    """mcast_src_ip or unicast_src_ip; None: the first address of the interface."""
    unicast: bool = False
    """Adverts go to the peers, not to the group."""
    unicast_peer: tuple[Peer, ...] = ()
    unicast_ttl: Setting[int] = Setting(255)
    unicast_fault_no_peer: Setting[bool] = _OFF
    check_unicast_src: Setting[bool] = _OFF
    mcast_dst_ip: Setting[Ip | None] = Setting(VRRP_GROUP)
    use_vmac: Setting[bool] = _OFF
    vmac: tuple[str, ...] = ()
    """What follows use_vmac: interface name and MAC address."""
    vmac_xmit_base: Setting[bool] = _OFF
    use_vmac_addr: Setting[bool] = _OFF
    use_ipvlan: Setting[bool] = _OFF
    ipvlan: tuple[str, ...] = ()
    """What follows use_ipvlan."""
    auth_type: Setting[str] = _NONE
    """PASS, AH or nothing."""
    auth_pass: Setting[str] = _NONE
    """The daemon compares eight letters."""
    # Tracking.
    dont_track_primary: Setting[bool] = _OFF
    track_src_ip: Setting[bool] = _OFF
    linkbeat_use_polling: Setting[bool] = _OFF
    track_interface: tuple[Track, ...] = ()
    track_script: tuple[Track, ...] = ()
    track_file: tuple[Track, ...] = ()
    track_process: tuple[Track, ...] = ()
    track_bfd: tuple[Track, ...] = ()
    sync_group: str = ""
    """Name of the vrrp_sync_group that it is in."""

    @property
    def ipv6(self) -> bool:
        """True if its adverts are IPv6: the family of its first address, peer or source."""
        first = [one.address for one in self.virtual_ipaddress] + [one.address for one in self.unicast_peer]
        first += [self.source.value] if self.source.value is not None else []
        return not isinstance(first[0], IPv4) if first else self.native_ipv6.value


@dataclass(frozen=True, slots=True)
class SyncGroup:
    """A vrrp_sync_group."""

    name: str
    place: Place | None = None
    members: tuple[str, ...] = ()
    """Instances that exist, each in one group."""
    sync_group_tracking_weight: Setting[bool] = _OFF
    track_interface: tuple[Track, ...] = ()
    track_script: tuple[Track, ...] = ()
    track_file: tuple[Track, ...] = ()
    track_process: tuple[Track, ...] = ()
    track_bfd: tuple[Track, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A vrrp_script."""

    name: str
    place: Place | None = None
    command: tuple[str, ...] = ()
    interval: Setting[Time] = Setting(SECOND)
    timeout: Setting[Time] = Setting(0)
    """0: the interval."""
    weight: Setting[int] = Setting(0)
    """0: FAULT when it fails."""
    reverse: bool = False
    rise: Setting[int] = Setting(1)
    fall: Setting[int] = Setting(1)
    init_fail: Setting[bool] = _OFF


@dataclass(frozen=True, slots=True)
class TrackFile:
    """A track_file (vrrp_track_file)."""

    name: str
    place: Place | None = None
    file: str = ""
    weight: Setting[int] = Setting(1)
    """Times the number in the file."""
    reverse: bool = False
    init_file: tuple[str, ...] | None = None
    """Words behind init_file; None: it is not written."""


@dataclass(frozen=True, slots=True)
class TrackProcess:
    """A vrrp_track_process."""

    name: str
    place: Place | None = None
    process: tuple[str, ...] = ()
    weight: Setting[int] = Setting(0)
    """The manual says 1; the program has 0: FAULT without its quorum."""
    reverse: bool = False
    quorum: Setting[int] = Setting(1)
    quorum_max: Setting[int | None] = Setting(None)
    fork_delay: Setting[Time] = Setting(0)
    terminate_delay: Setting[Time] = Setting(0)


@dataclass(frozen=True, slots=True)
class KeepalivedConfig:
    """The configuration of one node."""

    globals: GlobalDefs = GlobalDefs()
    instances: tuple[VrrpInstance, ...] = ()
    groups: tuple[SyncGroup, ...] = ()
    scripts: tuple[Script, ...] = ()
    track_files: tuple[TrackFile, ...] = ()
    track_processes: tuple[TrackProcess, ...] = ()
    bfd_instances: tuple[BfdInstance, ...] = ()
    garp_groups: tuple[GarpGroup, ...] = ()
    interface_up_down_delays: tuple[InterfaceDelay, ...] = ()
    linkbeat_interfaces: tuple[Linkbeat, ...] = ()
    static_ipaddress: tuple[Address, ...] = ()
    report: tuple[Statement, ...] = ()
    """Every statement, in the order in which they were read."""
    warnings: tuple[Warned, ...] = ()
    node: str = ""
    files: tuple[str, ...] = ()
    """All that were read, the first one first."""
