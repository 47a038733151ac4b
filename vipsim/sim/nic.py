"""An interface of a host: the frame path.

A client's ping and its answer cross a host here without leaving this file; everything else goes to
`vipsim.sim.kernel.Kernel.demux`. The neighbor cache is read in place.

A virtual interface (`Nic.above`) has a MAC and a cache of its own and shares the cable of the one below,
as a Linux macvlan does: keepalived's ``use_vmac`` makes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vipsim.machines.neighbor import NeighborCache
from vipsim.wire.addresses import BROADCAST, GROUP_BIT, Mac
from vipsim.wire.frames import Arp, Echo, Frame

if TYPE_CHECKING:
    from vipsim.sim.kernel import Kernel


class Outlet(Protocol):
    """What an interface sends into."""

    def send(self, frame: Frame) -> None:
        """Take a frame that leaves the host."""


class Nic:
    """An interface of a host."""

    __slots__ = (
        "above", "addresses", "below", "cache", "carrier", "deaf", "entries", "env", "flows", "kernel",
        "mac", "name", "out",
    )  # fmt: skip

    def __init__(self, kernel: Kernel, name: str, mac: Mac, below: Nic | None = None) -> None:
        self.kernel = kernel
        self.env = kernel.world.env
        self.name = name
        self.mac = mac
        self.below = below if below is not None else self
        """The interface whose subnet route answers take: a virtual address brings no route of its own."""
        self.above: dict[Mac, Nic] = {}
        """Virtual interfaces on this one, by MAC."""
        self.carrier = True
        self.deaf: str | None = None
        """Why nothing is received now; None: all is well."""
        self.out: Outlet
        """Where frames leave: the cable, unless the interface may not speak."""
        self.addresses = kernel.addresses
        self.flows = kernel.flows
        self.cache: NeighborCache

    def use(self, cache: NeighborCache) -> None:
        """Take `cache` as the neighbor cache; the frame path reads it in place."""
        self.cache = cache
        self.entries = cache.entries

    def receive(self, frame: Frame) -> str | None:
        """Take a frame whose last bit has arrived; returns the reason if nobody is there to take it."""
        if self.deaf is not None:
            return self.kernel.world.drop(self.deaf)
        dst = frame.dst
        packet = frame.packet
        # addresses are mostly the same objects everywhere: `is` spares comparing numbers
        if dst is self.mac or (dst is not BROADCAST and dst == self.mac):
            if type(packet) is not Echo or packet.dst not in self.addresses:
                return self.kernel.demux(frame, self)
            if packet.is_reply:
                handler = self.flows.get(packet.ident)
                if handler is not None:
                    handler(frame, self.name)
            else:
                self._answer(frame, packet)
        elif dst is BROADCAST or dst & GROUP_BIT:
            # most broadcasts are ARP requests for somebody else
            if type(packet) is not Arp or self.cache.cares(packet) or Arp in self.kernel.taps:
                self.kernel.demux(frame, self)
            for virtual in self.above.values():
                virtual.receive(frame)
        elif dst in self.above:
            return self.above[dst].receive(frame)
        return None

    def _answer(self, frame: Frame, packet: Echo) -> None:
        """Answer a ping at once."""
        reply = Echo(packet.dst, packet.src, 64, True, packet.ident, packet.seq, packet.data_length)
        way = self.below
        entry = way.entries.get(packet.src)
        target = None
        if entry is not None:
            target = entry.target
            if target is None and entry.relay is not None:
                target, entry.used = entry.relay, self.env._now
        if target is not None:
            way.out.send(Frame(target, way.mac, reply, frame.size, frame.cause))
        else:
            self.kernel.send_packet(reply, frame.cause)
