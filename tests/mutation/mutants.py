"""The rules of the neighbor cache, each broken in one way."""

from __future__ import annotations

from tests.mutation import broken
from tests.mutation.breaking import Mutant, after, always, before, instead, moves, settings
from vipsim.machines.host import arp
from vipsim.machines.host.book import AddressBook
from vipsim.machines.host.stack import HostStack
from vipsim.machines.neighbor import NeighborCache
from vipsim.machines.neighbor import interface as neighbor_interface
from vipsim.machines.neighbor import linux as neighbor_linux
from vipsim.machines.neighbor import queue as neighbor_queue
from vipsim.machines.neighbor import rules as neighbor_rules
from vipsim.machines.neighbor.entry import NeighborState as S
from vipsim.validate.bench import Bench
from vipsim.wire.frames import ArpOp

rules, linux = neighbor_rules, neighbor_linux

PACKETS = (
    Mutant("hears frames for other hosts", arp, "is_for_us", always(True)),
    Mutant("hears no group frames", arp, "is_for_us", broken.deaf_to_groups),
    Mutant("drop_gratuitous_arp does nothing", arp, "is_dropped", always(False)),
    Mutant("drop_gratuitous_arp drops requests only", arp, "is_dropped", broken.only(ArpOp.REQUEST)),
    Mutant("drop_gratuitous_arp drops replies only", arp, "is_dropped", broken.only(ArpOp.REPLY)),
    Mutant("a probe is like any request", arp, "is_probe", always(False)),
    Mutant("a probe is not answered", linux, "received", broken.deaf_to_probes),
    Mutant("one who has our address is answered", arp, "has_valid_source", always(True)),
    Mutant("multicast senders are answered", arp, "has_valid_source", broken.lets_in("224.0.0.5")),
    Mutant("loopback senders are answered", arp, "has_valid_source", broken.lets_in("127.0.0.9")),
    Mutant("the limited broadcast is answered", arp, "has_valid_source", broken.lets_in("255.255.255.255")),
    Mutant("senders in 0/8 are martians", arp, "has_valid_source", broken.refuses_zeronet),
    Mutant("rp_filter does nothing", arp, "has_valid_source", settings(rp_filter=lambda profile: 0)),
    Mutant("rp_filter 1 is 2", arp, "has_valid_source", instead("rp_filter", 1, 2)),
    Mutant("rp_filter 2 is 1", arp, "has_valid_source", instead("rp_filter", 2, 1)),
    Mutant("rp_filter 2 is 0", arp, "has_valid_source", instead("rp_filter", 2, 0)),
    Mutant("requests are answered by nobody", arp, "asks_for_us", always(False)),
    Mutant("arp_ignore 1 is 0", arp, "is_ignored", instead("arp_ignore", 1, 0)),
    Mutant("arp_ignore 1 is 2", arp, "is_ignored", instead("arp_ignore", 1, 2)),
    Mutant("arp_ignore 2 is 1", arp, "is_ignored", instead("arp_ignore", 2, 1)),
    Mutant("arp_ignore 3 is 1", arp, "is_ignored", instead("arp_ignore", 3, 1)),
    Mutant("arp_ignore 4 is 8", arp, "is_ignored", instead("arp_ignore", 4, 8)),
    Mutant("arp_ignore 8 is 0", arp, "is_ignored", instead("arp_ignore", 8, 0)),
    Mutant("arp_filter does nothing", arp, "is_filtered", always(False)),
    Mutant("arp_filter is on", arp, "is_filtered", settings(arp_filter=lambda profile: 1)),
    Mutant("one who asks us obeys the locktime", linux, "update", broken.locked_request),
    Mutant("one who asks us is not learned", linux, "learn_from_request", always([])),
    Mutant("a reply uses the entry", linux, "reply", after(broken.use)),
    Mutant("a request is answered to everybody", linux, "reply", after(broken.to_everybody)),
    Mutant("no packet is gratuitous", arp, "is_gratuitous", always(False)),
    Mutant("a gratuitous request obeys the locktime", arp, "is_gratuitous", broken.only(ArpOp.REPLY)),
    Mutant("a gratuitous reply obeys the locktime", arp, "is_gratuitous", broken.only(ArpOp.REQUEST)),
    Mutant("a gratuitous reply may have any target MAC", arp, "is_gratuitous", broken.any_target_mac),
    Mutant("arp_accept does nothing", arp, "is_accepted", always(False)),
    Mutant("arp_accept is on", arp, "is_accepted", always(True)),
    Mutant("arp_accept 2 is 1", arp, "is_accepted", broken.two_is_one),
    Mutant("arp_accept takes any request", arp, "may_create", broken.creates_always),
    Mutant("arp_accept takes gratuitous packets only", arp, "may_create", broken.creates_if_gratuitous),
    Mutant("arp_accept takes replies only", arp, "may_create", broken.only(ArpOp.REPLY)),
    Mutant("a reply to everybody proves reachability", arp, "asked_state", broken.any_reply_proves),
    Mutant("a request proves reachability", arp, "asked_state", broken.requests_prove),
    Mutant("a reply proves nothing", arp, "asked_state", always(S.STALE)),
    Mutant("the frame's source is learned, not ARP's sender", linux, "learn", broken.learn_frame_source),
    Mutant("packets for others teach nothing", linux, "learn", always([])),
)
"""What a received packet does (BEHAVIOUR 1.3)."""

UPDATES = (
    Mutant("no locktime", rules, "is_locked", always(False)),
    Mutant("an endless locktime", rules, "is_locked", always(True)),
    Mutant("a locktime of 0.9 s", rules, "is_locked", settings(locktime=lambda one: one.locktime * 9 // 10)),
    Mutant("a locktime of 1.1 s", rules, "is_locked", settings(locktime=lambda one: one.locktime * 11 // 10)),
    Mutant("a refresh restarts the locktime", linux, "update", before(broken.restart_lock)),
    Mutant("packets change PERMANENT and NOARP", rules, "is_fixed", always(False)),
    Mutant("a packet without news makes STALE", rules, "keeps_state", always(False)),
    Mutant("an unknown neighbor obeys the locktime", rules, "may_replace", broken.obeys_lock),
    Mutant("another MAC is never believed", rules, "may_replace", broken.first_for_ever),
    Mutant("a new MAC counts as proved", rules, "long_ago", broken.now),
    Mutant("a reply that is locked out proves nothing", linux, "update", broken.silent_when_locked),
    Mutant("what waits is lost when the answer comes", linux, "enter", before(broken.drop_waiting)),
    Mutant("what waits goes out backwards", linux, "enter", before(broken.reverse_waiting)),
)
"""What becomes of the entry (the table of BEHAVIOUR 1.3)."""

CHART = (
    Mutant("a datagram leaves STALE alone", NeighborCache, "become", moves(S.STALE, S.DELAY, S.STALE)),
    Mutant("an unknown neighbor is asked for though it may not", rules, "can_solicit", always(True)),
    Mutant("the first requests go to no MAC", rules, "first_probe", always(0)),
    Mutant("one solicitation fewer", rules, "most_probes", after(lambda result, *given: result - 1)),
    Mutant("one solicitation more", rules, "most_probes", after(lambda result, *given: result + 1)),
    Mutant("app_solicit does nothing", rules, "form_of_probe", settings(app_solicit=lambda one: 0)),
    Mutant("PROBE asks everybody", rules, "form_of_probe", always("broadcast")),
    Mutant("mcast_resolicit does nothing", rules, "most_probes", settings(mcast_resolicit=lambda one: 0)),
    Mutant("solicitations twice as far apart", rules, "spacing", after(lambda result, *given: 2 * result)),
    Mutant("timers may be as short as they like", rules, "SHORTEST", lambda right: 0),
    Mutant("no timer is shorter than 20 ms", rules, "SHORTEST", lambda right: 2 * right),
    Mutant("the collector takes nothing", rules, "may_be_collected", always(False)),
    Mutant("the collector does not ask for how long", rules, "may_be_collected", always(True)),
    Mutant(
        "the collector wants twice gc_stale_time",
        rules,
        "may_be_collected",
        settings(gc_stale_time=lambda one: 2 * one.gc_stale_time),
    ),
    Mutant("R is never over", rules, "is_still_reachable", always(True)),
    Mutant("R is over at once", rules, "is_still_reachable", always(False)),
    Mutant("nobody uses the slow path", rules, "was_used_lately", always(False)),
    Mutant("somebody always uses the slow path", rules, "was_used_lately", always(True)),
    Mutant("an answered probe is no use", rules, "last_use", broken.as_it_was),
    Mutant("DELAY looks at no proof", rules, "was_confirmed_lately", always(False)),
    Mutant("DELAY needs no proof", rules, "was_confirmed_lately", always(True)),
)
"""What datagrams and timers do (BEHAVIOUR 1.2)."""

SENDERS = (
    Mutant("arp_announce 0 is 2", AddressBook, "source", broken.announce(0, 2)),
    Mutant("arp_announce 1 is 0", AddressBook, "source", broken.announce(1, 0)),
    Mutant("arp_announce 3 is 2", AddressBook, "source", broken.announce(3, 2)),
    Mutant("the subnet of the destination chooses the source", AddressBook, "_look_up", broken.near_source),
    Mutant("any subnet of the host shares an address", AddressBook, "on_link", always(True)),
    Mutant("requests have no datagram's source", linux, "solicit", broken.without_datagram),
)
"""Who asks (arp_announce)."""

QUEUE = (
    Mutant("the youngest datagram is dropped", linux, "enqueue", broken.drop_newest),
    Mutant("no head comes from a pool", neighbor_queue, "head_size", broken.exact_head),
    Mutant("large heads are not rounded up", neighbor_queue, "head_size", broken.unrounded_head),
    Mutant("datagrams take no memory", neighbor_queue, "truesize", always(0)),
)
"""What waits."""

INTERFACES = (
    Mutant("carrier loss removes PERMANENT", rules, "survives_carrier_loss", broken.permanent_too),
    Mutant("carrier loss removes nothing", rules, "survives_carrier_loss", always(True)),
    Mutant("arp_evict_nocarrier 0 does nothing", rules, "survives_carrier_loss", broken.permanent_only),
    Mutant("PERMANENT outlives interface, MAC and addresses", NeighborCache, "flush", broken.keep_permanent),
    Mutant("interface down and a new MAC remove nothing", NeighborCache, "flush", always([])),
    Mutant("without addresses all entries stay", NeighborCache, "addresses_lost", always([])),
    Mutant("frames leave without carrier", Bench, "_transmit", broken.through_the_air),
    Mutant("routes keep their place", AddressBook, "_make_table", broken.by_interface),
    Mutant("arp_notify does nothing", neighbor_interface, "announcements", always([])),
    Mutant("arp_notify is on", neighbor_interface, "announcements", broken.notify_always),
    Mutant("arp_notify announces a new address", HostStack, "handle", after(broken.announce_address)),
    Mutant("arp_notify announces the carrier", NeighborCache, "_interface", after(broken.announce_carrier)),
)
"""What happens to interfaces (BEHAVIOUR 1.2, 1.4)."""

MUTANTS = (*PACKETS, *UPDATES, *CHART, *SENDERS, *QUEUE, *INTERFACES)
