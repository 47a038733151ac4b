"""What a received ARP packet is to a Linux host (BEHAVIOUR 1.3; source: net/ipv4/arp.c, arp_process).

Each rule is a function of its own, so that a reader can check it and a mutation can break it. The order
of the tests is in `vipsim.machines.neighbor.linux`.
"""

from __future__ import annotations

from vipsim.machines.host.book import HOST, LIMITED_BROADCAST, LINK, AddressBook, Kind, is_loopback
from vipsim.machines.neighbor.entry import NeighborState
from vipsim.machines.neighbor.profile import NeighborProfile
from vipsim.wire.addresses import NO_IP, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Frame


def is_for_us(frame: Frame, mac: Mac) -> bool:
    """Whether the frame was sent to our MAC or to a group."""
    return frame.dst == mac or frame.dst.is_group


def is_sane(packet: Arp, profile: NeighborProfile) -> bool:
    """Whether the target may be asked for: no multicast and no loopback address."""
    target = packet.target_ip
    return not target.is_multicast and (profile.route_localnet > 0 or not is_loopback(target))


def is_dropped(packet: Arp, profile: NeighborProfile) -> bool:
    """Whether drop_gratuitous_arp hides the packet; it wins over arp_accept."""
    return profile.drop_gratuitous_arp > 0 and packet.sender_ip == packet.target_ip


def is_probe(packet: Arp) -> bool:
    """Whether the sender does not say who it is (RFC 5227 section 1.1): such a packet teaches nothing."""
    return packet.sender_ip == NO_IP


def has_valid_source(packet: Arp, profile: NeighborProfile, book: AddressBook, iface: str) -> bool:
    """Whether the route check lets a request from this sender in (fib_validate_source).

    One whose sender is an address of ours is refused: no answer, no defense. Of 0/8 only 0.0.0.0 is no
    host's address (ipv4_is_zeronet since Linux 5.3).
    """
    sender = packet.sender_ip
    if sender.is_multicast or sender in (LIMITED_BROADCAST, NO_IP):
        return False
    if is_loopback(sender) and not profile.route_localnet:
        return False
    if sender in book.local and not profile.accept_local:
        return False
    if not profile.rp_filter:
        return True
    back = book.route(sender)
    return (
        back is not None
        and book.kind(sender) is not Kind.BROADCAST
        and (profile.rp_filter > 1 or back.iface == iface)
    )


def asks_for_us(packet: Arp, book: AddressBook) -> bool:
    """Whether it is a request for an address of this host, on whichever interface that is."""
    return packet.op is ArpOp.REQUEST and packet.target_ip in book.local


def is_ignored(packet: Arp, profile: NeighborProfile, book: AddressBook, iface: str) -> bool:
    """Whether arp_ignore forbids to answer."""
    match profile.arp_ignore:
        case 1:
            return not book.confirms(iface, NO_IP, packet.target_ip, HOST)
        case 2:
            return not book.confirms(iface, packet.sender_ip, packet.target_ip, HOST)
        case 3:
            return not book.confirms(None, NO_IP, packet.target_ip, LINK)
        case 8:
            return True
        case _:
            return False


def is_filtered(packet: Arp, profile: NeighborProfile, book: AddressBook, iface: str) -> bool:
    """Whether arp_filter forbids to answer: the way back to the sender leaves by another interface."""
    if not profile.arp_filter:
        return False
    back = book.route(packet.sender_ip)
    return back is None or back.iface != iface


def is_gratuitous(packet: Arp, book: AddressBook) -> bool:
    """Whether the packet counts as an announcement, which no locktime stops.

    A request may have any target MAC; a reply must repeat the sender's. The address must be no own and no
    broadcast one.
    """
    if packet.sender_ip != packet.target_ip:
        return False
    if packet.op is ArpOp.REPLY and packet.target_mac != packet.sender_mac:
        return False
    return book.kind(packet.sender_ip) is Kind.UNICAST


def is_accepted(sender: IPv4, profile: NeighborProfile, book: AddressBook, iface: str) -> bool:
    """Whether arp_accept lets `sender` make an entry: 1 always, 2 from a subnet of the interface."""
    if profile.arp_accept == 2:
        return book.confirms(iface, sender, NO_IP, LINK)
    return profile.arp_accept == 1


def may_create(packet: Arp, profile: NeighborProfile, book: AddressBook, iface: str) -> bool:
    """Whether the packet makes an entry for a sender that we did not ask: gratuitous, or a reply."""
    if not is_accepted(packet.sender_ip, profile, book, iface):
        return False
    if is_gratuitous(packet, book):
        return True
    return packet.op is ArpOp.REPLY and book.kind(packet.sender_ip) is Kind.UNICAST


def asked_state(packet: Arp, dst: Mac, mac: Mac) -> NeighborState:
    """The state that the packet speaks for: only a reply to our own MAC proves reachability."""
    if packet.op is ArpOp.REPLY and dst == mac:
        return NeighborState.REACHABLE
    return NeighborState.STALE
