"""An interface of a host: the frame path.

A client's ping and its answer cross a host here without leaving this file; everything else goes to
`vipsim.sim.kernel.Kernel.demux`. The neighbor cache is read in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.neighbor import NeighborCache, NeighborProfile
from vipsim.sim.link import Direction
from vipsim.wire.addresses import BROADCAST, GROUP_BIT, Mac
from vipsim.wire.frames import Arp, Echo, Frame

if TYPE_CHECKING:
    from vipsim.sim.kernel import Kernel


class Nic:
    """An interface of a host."""

    __slots__ = (
        "addresses", "cache", "carrier", "deaf", "entries", "flows", "kernel", "mac", "name", "out", "own",
    )  # fmt: skip

    def __init__(self, kernel: Kernel, name: str, mac: Mac, profile: NeighborProfile) -> None:
        self.kernel = kernel
        self.name = name
        self.mac = mac
        self.carrier = True
        self.deaf: str | None = None
        """Why nothing is received now; None: all is well."""
        self.out: Direction
        self.addresses = kernel.addresses
        self.flows = kernel.flows
        self.use(NeighborCache(name, mac, profile))

    def use(self, cache: NeighborCache) -> None:
        """Take `cache` as the neighbor cache; the frame path reads it in place."""
        self.cache = cache
        self.entries = cache.entries
        self.own = cache.addresses

    def receive(self, frame: Frame) -> str | None:
        """Take a frame whose last bit has arrived; returns the reason if nobody is there to take it."""
        if self.deaf is not None:
            return self.kernel.world.drop(self.deaf)
        dst = frame.dst
        packet = frame.packet
        # addresses are mostly the same objects everywhere: `is` spares comparing numbers
        if dst is self.mac or (dst is not BROADCAST and dst == self.mac):
            if type(packet) is not Echo:
                self.kernel.demux(frame, self)
            elif packet.is_reply:
                handler = self.flows.get(packet.ident)
                if handler is not None:
                    handler(frame, self.name)
            elif packet.dst in self.addresses:
                self._answer(frame, packet)
        elif (dst is BROADCAST or dst & GROUP_BIT) and (
            # most broadcasts are ARP requests for somebody else
            type(packet) is not Arp or self.cache.cares(packet) or Arp in self.kernel.taps
        ):
            self.kernel.demux(frame, self)
        return None

    def _answer(self, frame: Frame, packet: Echo) -> None:
        """Answer a ping at once."""
        reply = Echo(packet.dst, packet.src, 64, True, packet.ident, packet.seq, packet.data_length)
        entry = self.entries.get(packet.src)
        if entry is not None and entry.target is not None:
            self.out.send(Frame(entry.target, self.mac, reply, frame.size, frame.cause))
        else:
            self.kernel.send_packet(reply, frame.cause)
