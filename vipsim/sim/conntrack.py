"""Connection tracking of a gateway: TCP segments of connections that it did not see begin are dropped.

As a firewall that accepts new connections by their SYN and everything of known ones (Linux: nf_conntrack
with ``nf_conntrack_tcp_loose`` = 0 and a rule that drops INVALID). A pair may share what it knows, as
conntrackd does; then the one that takes over knows the connections of the other.
"""

from __future__ import annotations

from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import IpPacket, Tcp, TcpFlag

Flow = tuple[IPv4, int, IPv4, int]
"""Both ends of a connection; the lower one first."""


class Conntrack:
    """The table of one gateway, or of several that share it."""

    __slots__ = ("flows", "shared")

    def __init__(self, shared: bool = False) -> None:
        self.shared = shared
        self.flows: set[Flow] = set()

    def lets_through(self, packet: IpPacket) -> bool:
        """Whether a gateway with this table passes `packet` on; a SYN makes its connection known."""
        if type(packet) is not Tcp:
            return True
        flow = flow_of(packet)
        if packet.flags & TcpFlag.SYN and not packet.flags & TcpFlag.ACK:
            self.flows.add(flow)
        elif flow not in self.flows:
            return False
        if packet.flags & TcpFlag.RST:
            self.flows.discard(flow)
        return True

    def forget(self) -> None:
        """The gateway boots; what it shares it gets back from the other."""
        if not self.shared:
            self.flows.clear()


def flow_of(segment: Tcp) -> Flow:
    """Return the connection of a segment, the same for both directions."""
    one, two = (segment.src, segment.sport), (segment.dst, segment.dport)
    return (*one, *two) if one <= two else (*two, *one)
