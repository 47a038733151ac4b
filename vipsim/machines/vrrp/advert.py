"""VRRP's adverts: how a router writes one, which ones it listens to, and what interval it hears in one.

Section 7 of the RFCs. An advert that fails a check is discarded before `vipsim.machines.vrrp` sees it,
where only its priority, its sender and its interval matter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from vipsim.machines.vocabulary import Action, Note, Send, SendPacket
from vipsim.machines.vrrp.keywords import Keywords
from vipsim.machines.vrrp.rules import ADVERT_TTL, OWNER, VERSIONS, VrrpSettings
from vipsim.units import Time
from vipsim.wire.addresses import VRRP_GROUP, IPv4, multicast_mac
from vipsim.wire.checksum import vrrp_checksum_fits
from vipsim.wire.frames import Packet, Vrrp, framed

AUTH_TYPES = {"": 0, "PASS": 1, "AH": 2}
"""Authentication types by keepalived's names (RFC 2338 section 5.3.6)."""


def advert_packets(settings: VrrpSettings, keywords: Keywords, priority: int) -> list[Vrrp]:
    """RFC 3768 section 5.1: the advert, once for the group or once for each unicast peer."""
    packet = Vrrp(
        settings.address,
        VRRP_GROUP,
        ADVERT_TTL,
        settings.version,
        settings.vrid,
        priority,
        _ticks(settings),
        _addresses(settings, keywords),
        AUTH_TYPES[keywords.auth_type],
        keywords.auth_data,
    )
    if not settings.profile.checksum_pseudo_header:
        packet = replace(packet, pseudo_header=False)
    ttl = keywords.unicast_ttl
    return [replace(packet, dst=peer, ttl=ttl) for peer in keywords.unicast_peer] or [packet]


def advert_actions(settings: VrrpSettings, keywords: Keywords, priority: int) -> list[Action]:
    """RFC 3768 sections 5.1 and 7.2: what a router with these settings does to send an advert."""
    packets = advert_packets(settings, keywords, priority)
    if keywords.unicast_peer:
        return [SendPacket(packet) for packet in packets]
    # RFC 9568 section 5.1.1.1: from the virtual MAC address, if there is one.
    source = settings.mac if keywords.vmac_xmit_base else settings.virtual_mac or settings.mac
    return [Send(framed(multicast_mac(VRRP_GROUP), source, packets[0]), settings.iface)]


def is_addressed(packet: Packet, settings: VrrpSettings, keywords: Keywords) -> TypeGuard[Vrrp]:
    """Whether this is a VRRP packet of our vrid that our socket gets, from somebody else.

    keepalived binds a unicast instance to its own address and others to the group: neither hears the other.
    """
    if not isinstance(packet, Vrrp) or packet.vrid != settings.vrid:
        return False
    if packet.src == settings.address:
        return False  # not in the RFCs: our own advert, reflected by a switch
    if (packet.auth_type == AUTH_TYPES["AH"]) != (keywords.auth_type == "AH"):
        return False  # with an authentication header it is another protocol of IP, and another socket
    return not settings.profile.has_keywords or (packet.dst == VRRP_GROUP) == (not keywords.unicast_peer)


class Ear:
    """What one router hears, and what it has said about what it would not hear."""

    def __init__(self, settings: VrrpSettings, keywords: Keywords) -> None:
        self.settings = settings
        self._keywords = keywords
        self._refused: set[str] = set()
        """Reasons for which adverts were rejected, each noted once."""
        self._last: IPv4 | None = None
        """Whose advert was accepted last."""

    def forget(self) -> None:
        """Be as at the start of the daemon."""
        self._refused.clear()
        self._last = None

    def gets(self, packet: Packet) -> bool:
        """Whether the packet comes to this router at all, acceptable or not."""
        return is_addressed(packet, self.settings, self._keywords)

    def hear(self, packet: Packet, priority: int, *, trusts: bool = False) -> Vrrp | list[Action]:
        """Return the advert if it is for us and acceptable; else what is to be said about it.

        With ``skip_check_adv_addr`` a backup `trusts` the list of who was heard last; a master never does.
        """
        if not is_addressed(packet, self.settings, self._keywords):
            return []
        skips = self._keywords.skip_check_adv_addr
        why = refusal(
            packet, self.settings, self._keywords, priority, skips and trusts and packet.src == self._last
        )
        if not why:
            self._last = packet.src if skips else None
            return packet
        if not self.settings.profile.notes_refusals or why in self._refused:
            return []
        self._refused.add(why)
        return [Note(f"advert of {packet.src} refused: {why}")]


def refusal(
    packet: Vrrp, settings: VrrpSettings, keywords: Keywords, priority: int, known: bool = False
) -> str:
    """RFC 3768 section 7.1, RFC 9568 section 7.1: why we do not listen to an advert; empty if we do.

    `priority` is our own one; `known`: the list of addresses of this sender was compared before. The order
    of the checks is keepalived's.
    """
    if packet.version != settings.version:
        return f"version {packet.version}, ours {settings.version}"
    if packet.ttl != ADVERT_TTL and not keywords.unicast_peer:
        return f"TTL {packet.ttl}"
    if not vrrp_checksum_fits(packet, settings.profile.checksum_pseudo_header):
        return "wrong checksum"
    if priority == OWNER and not settings.profile.owner_listens:
        return "we are the owner"  # "the local router is not the IP address owner"
    if packet.auth_type != AUTH_TYPES[keywords.auth_type]:
        return f"authentication type {packet.auth_type}"
    if keywords.auth_type and packet.auth_data != keywords.auth_data:
        return "another password"
    if keywords.check_unicast_src and keywords.unicast_peer:
        if packet.src not in keywords.unicast_peer:
            return "no unicast peer"
        if not keywords.min_ttl <= packet.ttl <= keywords.max_ttl:
            return f"TTL {packet.ttl}"
    if not known and not _list_fits(packet, settings, keywords):
        return "another address list"
    if not _interval_fits(packet, settings):
        return f"interval {packet.interval}, ours {_ticks(settings)}"
    return ""


def _list_fits(packet: Vrrp, settings: VrrpSettings, keywords: Keywords) -> bool:
    # RFC 3768 section 7.1: another list MUST be dropped, unless the owner sent it. The order is free.
    profile = settings.profile
    if not profile.drops_other_lists or (packet.priority == OWNER and not profile.owners_list_counts):
        return True
    return sorted(packet.vips) == sorted(_addresses(settings, keywords))


def _interval_fits(packet: Vrrp, settings: VrrpSettings) -> bool:
    # RFC 3768 section 7.1: another interval than ours is a misconfiguration: discard.
    return VERSIONS[settings.version].learns_interval or packet.interval == _ticks(settings)


def interval_heard(advert: Vrrp, settings: VrrpSettings) -> Time | None:
    """RFC 9568 section 6.4.2: the master's interval in ns, or None if this version keeps to its own."""
    rules = VERSIONS[settings.version]
    # An interval of 0 would make us master within the same instant, again and again.
    return advert.interval * rules.tick if rules.learns_interval and advert.interval > 0 else None


def _ticks(settings: VrrpSettings) -> int:
    return settings.interval // VERSIONS[settings.version].tick


def _addresses(settings: VrrpSettings, keywords: Keywords) -> tuple[IPv4, ...]:
    excluded = keywords.virtual_ipaddress_excluded
    return tuple(address for address, _ in settings.vips if address not in excluded)
