"""Passing packets on: what a router does, and an old owner of an address on which ip_forward is set.

Linux sends a packet for somebody else on its way if it may forward, tells the sender of a better way
(an ICMP redirect) if it leaves by the interface on which it came, and lets a stateful firewall drop
TCP segments of connections that it did not see begin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vipsim.sim.conntrack import Conntrack
from vipsim.units import SECOND, Time
from vipsim.wire.addresses import NO_IP, IPv4
from vipsim.wire.codec import quoted
from vipsim.wire.frames import Frame, IcmpError, IcmpKind, IpPacket

if TYPE_CHECKING:
    from vipsim.sim.kernel import Kernel
    from vipsim.sim.nic import Nic

ERROR_INTERVAL: Time = SECOND
"""At most one ICMP error of a kind to one receiver in this time (Linux: icmp_ratelimit, 1000 ms)."""


class Forwarder:
    """The forwarding of one host."""

    __slots__ = ("_told", "conntrack", "kernel")

    def __init__(self, kernel: Kernel, conntrack: Conntrack | None) -> None:
        self.kernel = kernel
        self.conntrack = conntrack
        """None: every packet is passed on."""
        self._told: dict[tuple[IcmpKind, IPv4], Time] = {}

    def forget(self) -> None:
        """The host boots: what it knew of connections is gone."""
        self._told.clear()
        if self.conntrack is not None:
            self.conntrack.forget()

    def take(self, frame: Frame, packet: IpPacket, nic: Nic) -> str | None:
        """Pass on a packet that came on `nic` for somebody else (RFC 1812 section 5.2); returns why not."""
        if packet.ttl <= 1:
            self.report(packet, IcmpKind.TTL_EXCEEDED, frame.cause)
            return None
        if self.conntrack is not None and not self.conntrack.lets_through(packet):
            return self.kernel.world.drop("not a known connection")
        out = self.kernel.output(with_ttl(packet, packet.ttl - 1), frame.cause)
        if out is None:
            self.report(packet, IcmpKind.HOST_UNREACHABLE, frame.cause)
        elif out is nic.below:
            self.report(packet, IcmpKind.REDIRECT, frame.cause, self.kernel.next_hop(packet.dst))
        return None

    def report(self, packet: IpPacket, kind: IcmpKind, cause: int, gateway: IPv4 | None = None) -> None:
        """Tell the sender of `packet` what became of it; never about an error (RFC 1122 section 3.2.2)."""
        if type(packet) is IcmpError:
            return
        now = self.kernel.world.env._now
        key = (kind, packet.src)
        if now - self._told.get(key, -ERROR_INTERVAL) < ERROR_INTERVAL:
            return
        self._told[key] = now
        source = self.kernel.source_towards(packet.src)
        if source is not None:
            error = IcmpError(source, packet.src, 64, kind, packet, gateway or NO_IP)
            self.kernel.send_packet(quoted(error), cause)


def with_ttl(packet: IpPacket, ttl: int) -> IpPacket:
    """Return the packet with another time to live; the one that came may still be flooding elsewhere."""
    return replace(packet, ttl=ttl)
