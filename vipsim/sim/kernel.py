"""The kernel context of a host: interfaces, addresses, neighbor caches, and who gets which packet.

A kernel lives apart from the daemons on it: killing a daemon leaves its kernel, and the VIP, behind.
The frame path is in `vipsim.sim.nic`; what it does not settle itself comes to `Kernel.demux`.
"""

from __future__ import annotations

from collections.abc import Callable

from vipsim.machines.neighbor import NeighborCache, NeighborProfile
from vipsim.machines.vocabulary import (
    Action,
    AddressAdded,
    AddressRemoved,
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Outgoing,
    Received,
    Send,
    SetTimer,
    TimerFired,
    TimerName,
)
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.nic import Nic
from vipsim.sim.timers import TimerTable
from vipsim.sim.world import World
from vipsim.wire.addresses import IPv4, Mac, multicast_mac
from vipsim.wire.frames import Arp, Frame, IpPacket, Other, OtherIp, Udp, framed

Handler = Callable[[Frame, str], object]
"""Takes a frame and the name of the interface on which it came."""

HOST_DOWN = "host is down"
HOST_FROZEN = "host is frozen"
NO_CARRIER = "no carrier"


class Kernel:
    """The kernel of host `name`."""

    __slots__ = (
        "addresses", "flows", "hooks", "loop_key", "name", "nics", "number", "ports",
        "profile", "state", "subnets", "taps", "timers", "vips", "world",
    )  # fmt: skip

    def __init__(self, world: World, name: str, number: int, profile: NeighborProfile) -> None:
        self.world = world
        self.name = name
        self.number = number
        self.profile = profile
        self.state: str | None = None
        """None: running; else why it does nothing (`HOST_DOWN`, `HOST_FROZEN`)."""
        self.nics: dict[str, Nic] = {}
        self.subnets: list[tuple[int, int, Nic]] = []
        """(mask, network, interface) of the connected routes."""
        self.addresses: dict[IPv4, Nic] = {}
        self.vips: dict[IPv4, Nic] = {}
        """The virtual ones among `addresses`."""
        self.flows: dict[int, Handler] = {}
        """Who waits for echo replies, by their identifier."""
        self.ports: dict[int, Handler] = {}
        """Who has which UDP port."""
        self.taps: dict[type, list[Handler]] = {}
        """Daemons that hear every packet of a class."""
        self.hooks: list[Callable[[str, bool, int], object]] = []
        """Daemons to be told (interface, up, cause) when a carrier changes."""
        self.timers = TimerTable(world.env, tie_key(Tie.TIMER, number), self._timer)
        self.loop_key = tie_key(Tie.FRAME, (1 << 24) + number)

    # --- set-up ----------------------------------------------------------------------------

    def add_nic(self, name: str, mac: Mac, address: IPv4, prefix: int) -> Nic:
        """Make interface `name` with its own address."""
        nic = self.nics[name] = Nic(self, name, mac, self.profile)
        mask = (0xFFFFFFFF << (32 - prefix)) & 0xFFFFFFFF
        self.subnets.append((mask, address & mask, nic))
        self.add_address(address, nic)
        return nic

    def add_address(self, address: IPv4, nic: Nic) -> None:
        """Own `address` on `nic`: answer for it from now on."""
        self.addresses[address] = nic
        nic.cache.handle(AddressAdded(address), self.world.env._now)

    def remove_address(self, address: IPv4) -> None:
        """Own `address` no more."""
        nic = self.addresses.pop(address, None)
        if nic is not None:
            nic.cache.handle(AddressRemoved(address), self.world.env._now)

    def acquire_vip(self, vip: IPv4, iface: str, cause: int) -> bool:
        """Add a virtual address; False if it is there already."""
        if vip in self.vips:
            return False
        nic = self.nics[iface]
        self.vips[vip] = nic
        self.add_address(vip, nic)
        self.world.note(
            "vip", self.name, {"vip": vip, "iface": iface, "act": "acquire", "lladdr": nic.mac}, cause
        )
        return True

    def release_vip(self, vip: IPv4, cause: int, act: str = "release") -> None:
        """Remove a virtual address."""
        nic = self.vips.pop(vip, None)
        if nic is not None:
            self.remove_address(vip)
            self.world.note(
                "vip", self.name, {"vip": vip, "iface": nic.name, "act": act, "lladdr": nic.mac}, cause
            )

    # --- sending ---------------------------------------------------------------------------

    def route(self, address: IPv4) -> Nic | None:
        """Return the interface whose subnet holds `address`; None: no route."""
        for mask, network, nic in self.subnets:
            if address & mask == network:
                return nic
        return None

    def send_packet(self, packet: IpPacket, cause: int = 0) -> None:
        """Send `packet`: loop it back, put it out, or let it wait for its neighbor's address."""
        if self.state is not None:
            return
        if packet.dst in self.addresses:
            self.loop_key += 1
            nic = self.addresses[packet.dst]
            self.world.env.call_at(
                self.world.env._now, self.loop_key, nic.receive, framed(nic.mac, nic.mac, packet, cause)
            )
            return
        nic_out = self.route(packet.dst)
        if packet.dst.is_multicast:
            nic_out = nic_out or next(iter(self.nics.values()))
            nic_out.out.send(framed(multicast_mac(packet.dst), nic_out.mac, packet, cause))
        elif nic_out is not None:
            self.feed(nic_out, Outgoing(packet, packet.dst, cause), cause)

    # --- receiving -------------------------------------------------------------------------

    def demux(self, frame: Frame, nic: Nic) -> None:
        """Give a frame that is for this host to whoever wants it."""
        packet = frame.packet
        kind = type(packet)
        if kind is Arp:
            if nic.cache.cares(packet):  # type: ignore[arg-type]
                self.feed(nic, Received(frame, nic.name), frame.cause)
        elif kind is Udp:
            if packet.dst in self.addresses:  # type: ignore[union-attr]
                port = self.ports.get(packet.dport)  # type: ignore[union-attr]
                if port is not None:
                    port(frame, nic.name)
        elif kind is Other or kind is OtherIp:
            return
        for tap in self.taps.get(kind, ()):
            tap(frame, nic.name)

    def feed(self, nic: Nic, event: Event, cause: int) -> None:
        """Give `event` to the neighbor cache of `nic` and carry out what it asks."""
        if self.state is None:
            self._apply(nic, nic.cache.handle(event, self.world.env._now), cause)

    def _apply(self, nic: Nic, actions: list[Action], cause: int) -> None:
        for action in actions:
            match action:
                case Send(frame=frame):
                    if not frame.cause:
                        frame.cause = cause
                    nic.out.send(frame)
                case SetTimer(name=(part, name), at=at):
                    self.timers.set((f"{nic.name} {part}", name), at, cause)
                case CancelTimer(name=(part, name)):
                    self.timers.cancel((f"{nic.name} {part}", name))
                case Changed(key=ip, detail=(old_lladdr, lladdr)):
                    data = {
                        "ip": ip,
                        "old": action.old.value,
                        "new": action.new.value,
                        "old_lladdr": old_lladdr,
                        "lladdr": lladdr,
                        "iface": nic.name,
                        "why": action.why,
                    }
                    self.world.note("neighbor", self.name, data, cause)

    def _timer(self, name: TimerName, cause: int) -> None:
        iface, part = name[0].split(" ", 1)
        number = self.world.note("timer", self.name, {"part": name[0], "name": name[1]}, cause)
        self.feed(self.nics[iface], TimerFired((part, name[1])), number)

    # --- what happens to a whole host ------------------------------------------------------

    def set_carrier(self, iface: str, up: bool, cause: int) -> None:
        """Follow the carrier of `iface`: its loss empties the neighbor cache; daemons are told."""
        nic = self.nics[iface]
        if nic.carrier == up:
            return
        nic.carrier = up
        self._deafen()
        number = self.world.note("link", self.name, {"iface": iface, "up": up}, cause)
        self.feed(nic, LinkChanged(iface, up), number)
        for hook in self.hooks:
            hook(iface, up, number)

    def halt(self, state: str, cause: int) -> None:
        """Stop doing anything: `HOST_DOWN` loses everything, `HOST_FROZEN` keeps it for `resume`."""
        if self.state == HOST_DOWN:
            return  # what is down stays down
        for vip, nic in self.vips.items() if self.state is None else ():
            self.world.note(
                "vip", self.name, {"vip": vip, "iface": nic.name, "act": "lost", "lladdr": nic.mac}, cause
            )
        self.state = state
        self.timers.paused = True
        self._deafen()

    def resume(self, cause: int) -> None:
        """Go on after `HOST_FROZEN`, with everything as it was."""
        self.state = None
        for vip, nic in self.vips.items():
            data = {"vip": vip, "iface": nic.name, "act": "regained", "lladdr": nic.mac}
            self.world.note("vip", self.name, data, cause)
        self._deafen()
        self.timers.paused = False
        self.timers.run_due()

    def boot(self) -> None:
        """Start afresh: own addresses only, caches empty, no timer."""
        self.timers.clear()
        self.timers.paused = False
        for vip in list(self.vips):
            del self.vips[vip]
            self.remove_address(vip)
        for nic in self.nics.values():
            own = list(nic.own)
            for entry in nic.entries.values():
                entry.target = None  # flows that hold it must ask the new cache
            nic.use(NeighborCache(nic.name, nic.mac, self.profile))
            for address in own:
                nic.cache.handle(AddressAdded(address), self.world.env._now)
        self.state = None
        self._deafen()

    def _deafen(self) -> None:
        for nic in self.nics.values():
            nic.deaf = self.state if self.state is not None else None if nic.carrier else NO_CARRIER
