"""What one node's configuration says, as a scenario says it: a part in a virtual router for each instance.

The reader's values *in force* count: a version 2 interval is rounded already, strict mode has set what it
sets. `vipsim.scenario.keepalived.groups` joins the parts of several nodes.

>>> from vipsim.scenario.keepalived import read_keepalived
>>> text = '''vrrp_instance VI_1 {
...     interface eth0
...     virtual_router_id 51
...     priority 150
...     nopreempt
...     garp_master_refresh 60
...     virtual_ipaddress {
...         192.168.1.219/24
...     }
... }
... '''
>>> [part] = members(read_keepalived(text), "n1")
>>> part.vrid, part.priority, part.preempt
(51, 150, False)
>>> part.keepalived
(('advert_int', 1000000000), ('garp_master_refresh', 60000000000))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from vipsim.machines.vrrp.keywords import (
    MOST_PRODUCT,
    MOST_WEIGHT,
    Keywords,
    TrackFile,
    TrackInterface,
    TrackProcess,
    TrackScript,
)
from vipsim.scenario.keepalived.config import KeepalivedConfig, VrrpInstance
from vipsim.scenario.keepalived.config_parts import Address, Track
from vipsim.scenario.keepalived.forms import Ip
from vipsim.scenario.keepalived.places import Place
from vipsim.scenario.model.scenario import Written
from vipsim.wire.addresses import IPv4

LOOPBACK = "lo"
"""An interface that no cable ends at: it never fails, and what is set on it is answered on the others."""


@dataclass(frozen=True, slots=True)
class Part:
    """A vrrp_instance of a node, as data of a scenario."""

    node: str
    instance: str
    """Name of the vrrp_instance."""
    place: Place
    """Where it stands."""
    iface: str
    vrid: int
    version: int
    vips: tuple[tuple[IPv4, int], ...]
    """Addresses in its adverts, with their prefixes."""
    excluded: tuple[tuple[IPv4, int], ...]
    """Addresses that move with them but are in no advert (virtual_ipaddress_excluded)."""
    elsewhere: tuple[tuple[IPv4, str], ...]
    """Addresses that live on another interface than `iface`, and which (``dev``)."""
    virtual_mac: bool
    priority: int
    preempt: bool
    source: IPv4 | None
    """Where its adverts come from; None: the first address of the interface."""
    peers: tuple[IPv4, ...]
    """Unicast peers; none: the multicast group."""
    group: Ip | None
    """Multicast group of its adverts, without `peers`."""
    sync_group: str
    """Name of the vrrp_sync_group that it is in."""
    keepalived: Written
    """Keywords in force that differ from their defaults, and always ``advert_int``; times in ns. As in a
    scenario's ``keepalived:``, but for ``unicast_peer``, since only a scenario names the nodes of `peers`."""


def members(config: KeepalivedConfig, node: str = "") -> tuple[Part, ...]:
    """Return the IPv4 instances of a configuration, in the file's order, as parts of `node`."""
    return tuple(part(config, one, node or config.node) for one in config.instances if not one.ipv6)


def part(config: KeepalivedConfig, one: VrrpInstance, node: str) -> Part:
    """Return one instance as a part of `node`."""
    source = one.source.value
    iface = one.interface.value or config.globals.default_interface.value
    moved = (*one.virtual_ipaddress, *one.virtual_ipaddress_excluded)
    return Part(
        node=node,
        instance=one.name,
        place=one.place or Place(node, 1),
        iface=iface,
        vrid=one.virtual_router_id.value,
        version=one.version.value,
        vips=_ipv4(one.virtual_ipaddress),
        excluded=_ipv4(one.virtual_ipaddress_excluded),
        elsewhere=tuple(
            (vip.address, vip.dev)
            for vip in moved
            if isinstance(vip.address, IPv4) and vip.dev not in ("", iface, LOOPBACK)
        ),
        virtual_mac=one.use_vmac.value,
        priority=one.priority.value,
        preempt=one.preempt.value,
        source=source if isinstance(source, IPv4) else None,
        peers=tuple(peer.address for peer in one.unicast_peer if isinstance(peer.address, IPv4)),
        group=one.mcast_dst_ip.value,
        sync_group=one.sync_group,
        keepalived=keywords(config, one),
    )


def _ipv4(addresses: tuple[Address, ...]) -> tuple[tuple[IPv4, int], ...]:
    return tuple((one.address, one.prefix) for one in addresses if isinstance(one.address, IPv4))


def keywords(config: KeepalivedConfig, one: VrrpInstance) -> Written:
    """Return an instance's keywords in force that differ from their defaults, and ``advert_int``."""
    found: dict[str, Any] = {"advert_int": one.advert_int.value}
    given = dict(_given(config, one))
    for name in sorted(given):
        if given[name] != getattr(Keywords(), name):
            found[name] = given[name]
    # Absent, these two follow the master's own burst; keepalived takes them from global_defs.
    amount = Keywords(**{name: value for name, value in found.items() if name != "advert_int"})
    for name, in_force in (
        ("garp_lower_prio_repeat", amount.lower_prio_repeat),
        ("garp_lower_prio_delay", amount.lower_prio_delay),
    ):
        value = getattr(one, name).value
        if value != in_force:
            found[name] = value
    return tuple(sorted(found.items()))


_SAME = (
    "down_timer_adverts",
    "preempt_delay",
    "higher_prio_send_advert",
    "lower_prio_no_advert",
    "garp_master_repeat",
    "garp_master_delay",
    "garp_master_refresh",
    "garp_master_refresh_repeat",
    "dont_track_primary",
    "skip_check_adv_addr",
    "check_unicast_src",
    "unicast_ttl",
)
"""Keywords of an instance that a scenario calls by the same name and means in the same way."""


def _given(config: KeepalivedConfig, one: VrrpInstance) -> Iterator[tuple[str, Any]]:
    for name in _SAME:
        yield name, getattr(one, name).value
    # Unicast leaves from the interface itself anyway, and keepalived sets it then.
    yield "vmac_xmit_base", one.vmac_xmit_base.value and not one.unicast_peer
    if not one.state.is_default or one.state.value == "MASTER":
        yield "state", one.state.value
    yield "vrrp_strict", one.strict_mode.value
    if one.accept.value == one.strict_mode.value:  # else it follows from strict mode
        yield "accept", one.accept.value
    ttls = [peer for peer in one.unicast_peer if peer.min_ttl is not None or peer.max_ttl is not None]
    if ttls:
        yield "min_ttl", min(peer.min_ttl or 0 for peer in one.unicast_peer)
        yield "max_ttl", max(255 if peer.max_ttl is None else peer.max_ttl for peer in one.unicast_peer)
    if one.auth_type.value:
        yield "auth_type", one.auth_type.value
        yield "auth_pass", one.auth_pass.value
    yield "vrrp_startup_delay", config.globals.vrrp_startup_delay.value
    yield "vrrp_garp_interval", garp_interval(config, one)
    for kind, resolve in _TRACKED.items():
        yield kind, tuple(resolve(config, track) for track in tracks_of(config, one, kind))


def garp_interval(config: KeepalivedConfig, one: VrrpInstance) -> int:
    """Least time between two announcements on an instance's interface, in ns (garp_group, or the general)."""
    for group in config.garp_groups:
        if one.interface.value in group.interfaces:
            return group.garp_interval
    return config.globals.vrrp_garp_interval.value


def tracks_of(config: KeepalivedConfig, one: VrrpInstance, kind: str) -> Iterator[Track]:
    """What an instance watches, by itself or as a member of its sync group, each once."""
    group = next((group for group in config.groups if group.name == one.sync_group), None)
    found: dict[str, Track] = {}
    for owner in (one, *([group] if group is not None else [])):
        for track in getattr(owner, kind):
            if not track.ignored and (kind, track.name) != ("track_interface", LOOPBACK):
                found.setdefault(track.name, track)
    yield from found.values()


def _interface(config: KeepalivedConfig, track: Track) -> TrackInterface:
    return TrackInterface(track.name, track.weight, track.reverse)


def _script(config: KeepalivedConfig, track: Track) -> TrackScript:
    script = next(script for script in config.scripts if script.name == track.name)
    return TrackScript(
        track.name,
        track.weight,
        track.reverse,
        script.rise.value,
        script.fall.value,
        script.init_fail.value,
        script.interval.value,
        script.timeout.value,
    )


def _file(config: KeepalivedConfig, track: Track) -> TrackFile:
    file = next(file for file in config.track_files if file.name == track.name)
    words = [word for word in file.init_file or () if _NUMBER.fullmatch(word)]
    # A product beyond these makes no difference: the priority is held within 1 to 254.
    weight = max(-MOST_PRODUCT, min(MOST_PRODUCT, track.weight))
    value = max(-(2**31), min(2**31 - 1, int(words[0]))) if words else 0
    return TrackFile(track.name, weight, track.reverse, value)


def _process(config: KeepalivedConfig, track: Track) -> TrackProcess:
    process = next(process for process in config.track_processes if process.name == track.name)
    return TrackProcess(
        track.name,
        max(-MOST_WEIGHT, min(MOST_WEIGHT, track.weight)),
        track.reverse,
        process.quorum.value,
        process.quorum_max.value or 0,
        process.terminate_delay.value,
    )


_NUMBER = re.compile(r"[-+]?[0-9]{1,12}")
_TRACKED: dict[str, Callable[[KeepalivedConfig, Track], Any]] = {
    "track_interface": _interface,
    "track_script": _script,
    "track_file": _file,
    "track_process": _process,
}
"""What a scenario can track, and how it is told."""
