"""VRRP's adverts: how a router writes one, which ones it listens to, and what interval it hears in one.

Section 7 of the RFCs. An advert that fails a check is discarded before `vipsim.machines.vrrp` sees it,
where only its priority, its sender and its interval matter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from vipsim.machines.vrrp.rules import ADVERT_TTL, OWNER, VERSIONS, VrrpSettings
from vipsim.units import Time
from vipsim.wire.addresses import VRRP_GROUP, IPv4, multicast_mac
from vipsim.wire.checksum import vrrp_checksum_fits
from vipsim.wire.frames import Frame, Packet, Vrrp, framed


def advert_frame(settings: VrrpSettings, priority: int) -> Frame:
    """RFC 3768 sections 5.1 and 7.2: an advert, as the router with these settings sends it."""
    packet = Vrrp(
        settings.address,
        VRRP_GROUP,
        ADVERT_TTL,
        settings.version,
        settings.vrid,
        priority,
        _ticks(settings),
        _addresses(settings),
    )
    if not settings.profile.checksum_pseudo_header:
        packet = replace(packet, pseudo_header=False)
    source = settings.virtual_mac or settings.mac  # RFC 9568 section 5.1.1.1
    return framed(multicast_mac(VRRP_GROUP), source, packet)


def is_for_us(packet: Packet, settings: VrrpSettings) -> TypeGuard[Vrrp]:
    """RFC 3768 section 7.1, RFC 9568 section 7.1: whether this is an advert that we listen to."""
    if not isinstance(packet, Vrrp) or packet.vrid != settings.vrid:
        return False
    if packet.ttl != ADVERT_TTL or packet.version != settings.version:
        return False
    if not vrrp_checksum_fits(packet, settings.profile.checksum_pseudo_header):
        return False
    if settings.priority == OWNER:
        return False  # "the local router is not the IP address owner"
    if packet.auth_type != 0:
        return False  # we have no authentication configured
    if packet.src == settings.address:
        return False  # not in the RFCs: our own advert, reflected by a switch
    return _list_fits(packet, settings) and _interval_fits(packet, settings)


def _list_fits(packet: Vrrp, settings: VrrpSettings) -> bool:
    # RFC 3768 section 7.1: another list MUST be dropped, unless the owner sent it. The order is free.
    if not settings.profile.drops_other_lists or packet.priority == OWNER:
        return True
    return sorted(packet.vips) == sorted(_addresses(settings))


def _interval_fits(packet: Vrrp, settings: VrrpSettings) -> bool:
    # RFC 3768 section 7.1: another interval than ours is a misconfiguration: discard.
    return VERSIONS[settings.version].learns_interval or packet.interval == _ticks(settings)


def interval_heard(advert: Vrrp, settings: VrrpSettings) -> Time | None:
    """RFC 9568 section 6.4.2: the master's interval in ns, or None if this version keeps to its own."""
    rules = VERSIONS[settings.version]
    # An interval of 0 would make us master within the same instant, again and again.
    return advert.interval * rules.tick if rules.learns_interval and advert.interval > 0 else None


def _ticks(settings: VrrpSettings) -> int:
    return settings.advert_interval // VERSIONS[settings.version].tick


def _addresses(settings: VrrpSettings) -> tuple[IPv4, ...]:
    return tuple(address for address, _ in settings.vips)
