"""The kernel context of a host: interfaces, addresses, neighbor caches, and who gets which packet.

A kernel lives apart from the daemons on it: killing a daemon leaves its kernel, and the VIP, behind.
What ARP does is decided by `vipsim.machines.host.stack.HostStack`; this is its driver. The frame path is in
`vipsim.sim.nic`; what it does not settle itself comes to `Kernel.demux`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vipsim.machines.host.stack import HostStack
from vipsim.machines.neighbor import NeighborProfile
from vipsim.machines.vocabulary import (
    Action,
    AddressAdded,
    AddressRemoved,
    CancelTimer,
    Changed,
    Event,
    InterfaceAdded,
    Outgoing,
    Received,
    RouteSet,
    Send,
    SetTimer,
    TimerFired,
    TimerName,
    Undeliverable,
)
from vipsim.sim.delivery import deliver, tell_sender
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.forwarding import Forwarder
from vipsim.sim.nic import Nic
from vipsim.sim.reachable import ReachableTimes
from vipsim.sim.timers import TimerTable, lateness_of
from vipsim.sim.world import World
from vipsim.wire.addresses import NO_IP, IPv4, Mac, multicast_mac
from vipsim.wire.frames import Arp, Frame, IcmpKind, IpPacket, Other, framed

if TYPE_CHECKING:
    from vipsim.sim.tcp import TcpSockets

Handler = Callable[[Frame, str], object]
"""Takes a frame and the name of the interface on which it came."""

HOST_DOWN = "host is down"
HOST_FROZEN = "host is frozen"
NO_CARRIER = "no carrier"
NOT_ACCEPTED = "the virtual address is not answered for (no_accept)"


class Kernel:
    """The kernel of host `name`."""

    __slots__ = (
        "addresses", "flows", "forwarder", "gateway", "hooks", "hz", "loop_key", "name", "nics", "number",
        "ports", "prefixes", "profile", "reachable", "sockets", "stack", "standing", "state", "taps",
        "timer_users", "timers", "vips", "world",
    )  # fmt: skip

    def __init__(self, world: World, name: str, number: int, profile: NeighborProfile, hz: int = 0) -> None:
        self.world = world
        self.name = name
        self.number = number
        self.profile = profile
        self.state: str | None = None
        """None: running; else why it does nothing (`HOST_DOWN`, `HOST_FROZEN`)."""
        self.stack = HostStack(profile)
        self.nics: dict[str, Nic] = {}
        self.addresses: dict[IPv4, Nic] = {}
        self.prefixes: dict[IPv4, int] = {}
        """Of the addresses that are there from the start."""
        self.gateway: IPv4 | None = None
        self.vips: dict[IPv4, Nic] = {}
        """The virtual ones among `addresses` that are in use."""
        self.standing: dict[IPv4, Nic] = {}
        """Virtual addresses that are there from the start, in use or not."""
        self.flows: dict[int, Handler] = {}
        """Who waits for echo replies, by their identifier."""
        self.ports: dict[int, Handler] = {}
        """Who has which UDP port."""
        self.sockets: TcpSockets | None = None
        self.forwarder: Forwarder | None = None
        """Who passes on packets for others; None: they are dropped."""
        self.taps: dict[type, list[Handler]] = {}
        """Daemons that hear every packet of a class."""
        self.hooks: list[Callable[[str, bool, int], object]] = []
        """Daemons to be told (interface, up, cause) when a carrier changes."""
        self.hz = hz
        """Ticks per second of its timers; 0: they are exact."""
        late = lateness_of(world.streams, name, hz) if hz else None
        self.timers = TimerTable(world.env, tie_key(Tie.TIMER, number), self._timer, late)
        self.timer_users: dict[str, Callable[[TimerName, int], object]] = {}
        """Whose timer it is, by its part; all others are the neighbor caches'."""
        self.loop_key = tie_key(Tie.FRAME, (1 << 24) + number)
        self.reachable = ReachableTimes(self)

    # --- set-up ----------------------------------------------------------------------------

    def add_nic(self, name: str, mac: Mac, address: IPv4, prefix: int) -> Nic:
        """Make interface `name` with its own address."""
        nic = self.nics[name] = Nic(self, name, mac)
        self.install(nic)
        self.prefixes[address] = prefix
        self.add_address(address, nic, prefix)
        return nic

    def install(self, nic: Nic) -> None:
        """Make `nic` known to the stack, with a cache of its own."""
        self.tell(InterfaceAdded(nic.name, nic.mac))
        nic.use(self.stack.caches[nic.name])

    def set_gateway(self, gateway: IPv4) -> None:
        """Reach what is not on a link through `gateway`."""
        self.gateway = gateway
        route = self.stack.book.route(gateway)
        if route is not None:
            self.tell(RouteSet(NO_IP, 0, route.iface, gateway))

    def add_address(self, address: IPv4, nic: Nic, prefix: int = 32) -> None:
        """Own `address` on `nic`: answer for it from now on."""
        self.addresses[address] = nic
        self.tell(AddressAdded(address, nic.name, prefix))

    def remove_address(self, address: IPv4, cause: int = 0) -> None:
        """Own `address` no more."""
        nic = self.addresses.pop(address, None)
        if nic is not None:
            self.tell(AddressRemoved(address, nic.name), cause)
            for other in [one for one in self.addresses if one not in self.stack.book.local]:
                del self.addresses[other]  # a secondary address leaves with its primary one

    # --- sending ---------------------------------------------------------------------------

    def route(self, address: IPv4) -> Nic | None:
        """Return the interface by which packets for `address` leave, its own for ours; None: no route."""
        found = self.stack.book.route(address)
        if found is None:
            return None
        return self.nics.get(found.iface) or self.addresses.get(address)

    def next_hop(self, address: IPv4) -> IPv4:
        """Return who on the link gets a packet for `address` first."""
        found = self.stack.book.route(address)
        return address if found is None or found.via is None else found.via

    def source_towards(self, address: IPv4) -> IPv4 | None:
        """Return the address from which a packet of ours to `address` comes; None without a route."""
        return None if self.route(address) is None else self.stack.book.preferred(address)

    def send_packet(self, packet: IpPacket, cause: int = 0, confirm: bool = False) -> None:
        """Send `packet`: loop it back, put it out, or let it wait for its neighbor's address.

        With `confirm` the sender knows that the neighbor is alive (an answer came).
        """
        if self.state is not None or packet.src not in self.addresses:
            return  # nothing leaves from an address that is not ours: the route lookup fails
        if packet.dst in self.addresses:
            self.loop_key += 1
            nic = self.addresses[packet.dst]
            self.world.env.call_at(
                self.world.env._now, self.loop_key, nic.receive, framed(nic.mac, nic.mac, packet, cause)
            )
        elif packet.dst.is_multicast:
            nic = self.route(packet.dst) or next(iter(self.nics.values()))
            nic.out.send(framed(multicast_mac(packet.dst), nic.mac, packet, cause))
        else:
            self.output(packet, cause, confirm)

    def output(self, packet: IpPacket, cause: int, confirm: bool = False) -> Nic | None:
        """Put `packet` on the way to its next hop; returns the interface, None without a route."""
        route = self.stack.book.route(packet.dst)
        if route is None:
            return None
        nic = self.nics.get(route.iface)
        if nic is None:
            return None  # an own address behind a firewall
        next_hop = packet.dst if route.via is None else route.via
        entry = nic.entries.get(next_hop)
        if entry is not None:
            now = self.world.env._now
            if confirm:
                entry.confirmed = now
            target = entry.target
            if target is None and entry.relay is not None:
                target, entry.used = entry.relay, now
            if target is not None:
                nic.out.send(framed(target, nic.mac, packet, cause))
                return nic
        self.feed(nic, Outgoing(packet, next_hop, cause, nic.name), cause)
        return nic

    # --- receiving -------------------------------------------------------------------------

    def demux(self, frame: Frame, nic: Nic) -> str | None:
        """Give a frame that is for this host to whoever wants it; returns why a firewall dropped it."""
        packet = frame.packet
        kind = type(packet)
        dropped = None
        if kind is Arp:
            if nic.cache.cares(packet):  # type: ignore[arg-type]
                self.feed(nic, Received(frame, nic.name), frame.cause)
        elif kind is not Other:
            if packet.dst in self.addresses:  # type: ignore[union-attr]
                deliver(self, frame, packet, nic)  # type: ignore[arg-type]
            elif packet.dst in self.vips:  # type: ignore[union-attr]
                dropped = self.world.drop(NOT_ACCEPTED)
            elif self.forwarder is not None and not frame.dst.is_group:
                dropped = self.forwarder.take(frame, packet, nic)  # type: ignore[arg-type]
        for tap in self.taps.get(kind, ()):
            tap(frame, nic.name)
        return dropped

    @property
    def tcp(self) -> TcpSockets:
        """The host's TCP, made when first needed."""
        if self.sockets is None:
            from vipsim.sim.tcp import TcpSockets

            self.sockets = TcpSockets(self)
        return self.sockets

    # --- the neighbor caches ---------------------------------------------------------------

    def feed(self, nic: Nic, event: Event, cause: int) -> None:
        """Give `event` to the neighbor cache of `nic` and carry out what it asks."""
        if self.state is None:
            now = self.world.env._now
            if now >= self.reachable.redraw_at:
                self.reachable.redraw(now)
            self._apply(nic.cache.handle(event, now), cause)

    def tell(self, event: Event, cause: int = 0) -> None:
        """Tell the stack what happened to the host, and carry out what it asks."""
        self._apply(self.stack.handle(event, self.world.env._now), cause)

    def _apply(self, actions: list[Action], cause: int) -> None:
        for action in actions:
            match action:
                case Send(frame=frame, iface=iface):
                    if not frame.cause:
                        frame.cause = cause
                    self.nics[iface].out.send(frame)
                case SetTimer(name=name, at=at):
                    self.timers.set(name, at, cause)
                case CancelTimer(name=name):
                    self.timers.cancel(name)
                case Changed(key=ip, detail=(old_lladdr, lladdr, iface)):
                    data = {
                        "ip": ip,
                        "old": action.old.value,
                        "new": action.new.value,
                        "old_lladdr": old_lladdr,
                        "lladdr": lladdr,
                        "iface": iface,
                        "why": action.why,
                    }
                    number = self.world.note("neighbor", self.name, data, cause)
                    cause = cause or number  # a client's own probe has no record, what it changed has
                case Undeliverable(packet=packet):
                    self._undeliverable(packet, cause)

    def _undeliverable(self, packet: IpPacket, cause: int) -> None:
        """A packet waited in vain for its neighbor (RFC 1122 section 3.3.1.1: host unreachable)."""
        if packet.src in self.addresses:
            tell_sender(self, packet, IcmpKind.HOST_UNREACHABLE, cause)
        elif self.forwarder is not None:
            self.forwarder.report(packet, IcmpKind.HOST_UNREACHABLE, cause)

    def _timer(self, name: TimerName, cause: int) -> None:
        number = self.world.note("timer", self.name, {"part": name[0], "name": name[1]}, cause)
        user = self.timer_users.get(name[0])
        if user is not None:
            user(name, number)
        else:
            self.feed(self.nics[name[0].split(" ", 1)[0]], TimerFired(name), number)
