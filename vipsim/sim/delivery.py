"""Who on a host gets a packet for one of its addresses: a socket, or nobody, and then its sender is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.wire.codec import quoted
from vipsim.wire.frames import Frame, IcmpError, IcmpKind, IpPacket, Tcp, Udp

if TYPE_CHECKING:
    from vipsim.sim.kernel import Kernel
    from vipsim.sim.nic import Nic


def deliver(kernel: Kernel, frame: Frame, packet: IpPacket, nic: Nic) -> None:
    """Give a packet for one of the addresses of `kernel` to its socket."""
    if type(packet) is Udp:
        port = kernel.ports.get(packet.dport)
        if port is not None:
            port(frame, nic.name)
        elif Udp not in kernel.taps and not frame.dst.is_group:
            error = IcmpError(packet.dst, packet.src, 64, IcmpKind.PORT_UNREACHABLE, packet)
            kernel.send_packet(quoted(error), frame.cause)
    elif type(packet) is Tcp:
        kernel.tcp.receive(frame, nic.name)
    elif type(packet) is IcmpError and packet.kind is not IcmpKind.REDIRECT:
        tell_sender(kernel, packet.about, packet.kind, frame.cause)


def tell_sender(kernel: Kernel, packet: IpPacket, kind: IcmpKind, cause: int) -> None:
    """Report what became of a packet of ours; UDP and ping of plain programs never hear of it."""
    if type(packet) is Tcp and kernel.sockets is not None:
        kernel.sockets.unreachable(packet, kind, cause)
