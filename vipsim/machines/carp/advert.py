"""CARP's adverts: how a node signs and writes one, which ones it listens to, and who is better.

Nobody judges the counter in an advert: it starts at zero here, and each node goes on from the one that it
heard.
"""

from __future__ import annotations

from enum import Enum

from vipsim.machines.carp.rules import ADVERT_TTL, LAST_WORD, CarpSettings, period
from vipsim.units import Time
from vipsim.wire.addresses import VRRP_GROUP, IPv4, multicast_mac
from vipsim.wire.codec_carp import carp_digest
from vipsim.wire.frames import Carp, Frame, Packet, framed


def digest_of(settings: CarpSettings, counter: int) -> bytes:
    """Return the signature of an advert of this virtual host with this counter."""
    addresses = tuple(vip for vip, _ in settings.vips)
    return carp_digest(settings.password.encode(), settings.vhid, addresses, counter)


def advert_frame(settings: CarpSettings, counter: int, advbase: int, advskew: int) -> Frame:
    """Return the frame of an advert to the group."""
    demotion = settings.demotion if settings.profile.demotion == "field" else 0
    digest = digest_of(settings, counter)
    packet = Carp(
        settings.address,
        VRRP_GROUP,
        ADVERT_TTL,
        settings.vhid,
        advskew,
        advbase,
        counter,
        digest,
        demotion,
    )
    return framed(multicast_mac(VRRP_GROUP), settings.advert_mac, packet)


def reaches(packet: Packet, settings: CarpSettings) -> bool:
    """Whether a packet gets to the process at all: protocol 112 of somebody else."""
    return getattr(packet, "src", settings.address) != settings.address


def refusal(packet: Carp, settings: CarpSettings) -> str:
    """Why a node does not listen to an advert of its vhid; empty if it does."""
    if packet.ttl != ADVERT_TTL:
        return f"TTL {packet.ttl}"
    if packet.dst != VRRP_GROUP:
        return f"destination {packet.dst}"
    if packet.checksum is not None:
        return "wrong checksum"
    if packet.digest != digest_of(settings, packet.counter):
        return "another password or address list"
    return ""


class Verdict(Enum):
    """What a master makes of an advert that it hears."""

    BETTER = "faster advert heard"
    """The sender is the better master."""
    WORSE = "slower advert heard"
    """The sender is the worse master."""


def judged_by_master(advert: Carp, settings: CarpSettings) -> Verdict:
    """Whether a master yields to the sender (BETTER), or tells its own mind again (WORSE)."""
    own, heard = settings.period, period(advert.advbase, advert.advskew)
    match settings.profile.tie:
        case "address":
            own_rank, their_rank = (own, _as_x86_reads(settings.address)), (heard, _as_x86_reads(advert.src))
            return Verdict.BETTER if their_rank < own_rank else Verdict.WORSE
        case "demotion" if advert.demotion != settings.demotion:
            return Verdict.BETTER if advert.demotion < settings.demotion else Verdict.WORSE
        case _:
            return Verdict.BETTER if heard <= own else Verdict.WORSE


def judged_by_backup(advert: Carp, settings: CarpSettings) -> str:
    """Why a backup takes the address at once from the sender; empty: it is our master."""
    own, heard = settings.period, period(advert.advbase, advert.advskew)
    counts = settings.profile.tie == "demotion"
    if settings.preempt and own < heard and not (counts and advert.demotion < settings.demotion):
        return "preempt"
    if counts and advert.demotion > settings.demotion:
        return "master demoted"
    if (advert.advbase, advert.advskew) == LAST_WORD:
        return "goodbye"
    if settings.dead_time < heard:
        return "master would time out"
    return ""


def outranks(one: CarpSettings, other: CarpSettings) -> bool:
    """Whether `one` stays master where both have been: by period, then as the tie is broken."""
    return rank(one) < rank(other)


def rank(settings: CarpSettings) -> tuple[int, Time, int]:
    """Return what the nodes of a group are ordered by when all is well; the least is master."""
    demotion = settings.demotion if settings.profile.tie == "demotion" else 0
    return demotion, settings.period, _as_x86_reads(settings.address)


def _as_x86_reads(address: IPv4) -> int:
    # ucarp compares the address as it lies in memory: on a little-endian machine the last octet counts most.
    return int.from_bytes(address.packed, "little")
