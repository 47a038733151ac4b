"""Raw sockets of one daemon: whole frames in and out by interface, IP packets out by route.

Linux only. Opening them needs CAP_NET_RAW.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType

from vipsim.errors import VipsimError
from vipsim.live.driver import Arrival
from vipsim.wire.addresses import VRRP_GROUP, IPv4, Mac, multicast_mac
from vipsim.wire.codec import encode
from vipsim.wire.frames import EtherType, IpProto, gratuitous_request

HEARTBEAT_PORT = 694
BATCH = 64
"""At most this many frames are taken before the timers get their turn."""

_ETH_P_ALL = 0x0003
_SOL_PACKET = 263
_SO_ATTACH_FILTER = 26
_PACKET_ADD_MEMBERSHIP = 1
_PACKET_MR_MULTICAST = 0
_PACKET_AUXDATA = 8
_PACKET_IGNORE_OUTGOING = 23
_CSUM_NOT_READY = 1 << 3
_AUXDATA_SPACE = 64
_MAX_FRAME = 65536

# Classic BPF: ARP, and IPv4 with VRRP (112), ICMP (1) or UDP (17). The rest never wakes us.
_FILTER = (
    (0x28, 0, 0, 12),  # load the Ethernet type
    (0x15, 5, 0, EtherType.ARP),  # equal: accept
    (0x15, 0, 5, EtherType.IPV4),  # other: refuse
    (0x30, 0, 0, 23),  # load the IP protocol
    (0x15, 2, 0, IpProto.VRRP),
    (0x15, 1, 0, IpProto.ICMP),
    (0x15, 0, 1, IpProto.UDP),
    (0x06, 0, 0, 0xFFFFFFFF),  # accept all octets
    (0x06, 0, 0, 0),  # refuse
)


class PacketPort:
    """The `Port` of the driver on real interfaces.

    Frames that this host sends itself, or that are for another host, are not received. A frame that
    the kernel refuses to send (the link is down, the queue is full) is counted, as a cable would lose it.

    Parameters
    ----------
    ifaces : iterable of str
        Interfaces to open.

    Attributes
    ----------
    counts : Counter
        ``sent`` and ``unsent`` frames and packets.
    """

    def __init__(self, ifaces: Iterable[str]) -> None:
        self.counts: Counter[str] = Counter()
        self._frames: dict[str, socket.socket] = {}
        self._sinks: list[socket.socket] = []
        try:
            for iface in ifaces:
                with explained(f"open packet sockets on {iface}"):
                    self._frames[iface] = _frame_socket(iface)
            with explained(f"open the raw IP socket and UDP port {HEARTBEAT_PORT}"):
                # The kernel writes checksum and identification, and finds the neighbor.
                self._packets = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
                self._sinks.append(self._packets)
                self._sinks.append(_udp_sink(HEARTBEAT_PORT))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> PacketPort:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every socket; a second time does nothing."""
        for one in (*self._frames.values(), *self._sinks):
            one.close()

    @property
    def waitable(self) -> tuple[socket.socket, ...]:
        """The sockets that become readable when `receive` has something."""
        return tuple(self._frames.values())

    def mac(self, iface: str) -> Mac:
        """The interface's own Ethernet address."""
        return _mac_of(self._frames[iface])

    def send_frame(self, iface: str, data: bytes) -> None:
        """Put one Ethernet frame on the cable of `iface`."""
        with self._counted():
            self._frames[iface].send(data)

    def send_packet(self, dst: IPv4, data: bytes) -> None:
        """Hand one IP packet to the kernel: it routes, and resolves the neighbor."""
        with self._counted():
            self._packets.sendto(data, (str(dst), 0))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self.counts["unsent"] += 1
        else:
            self.counts["sent"] += 1

    def receive(self) -> Iterator[Arrival]:
        """Take up to `BATCH` waiting frames of each interface, in order of arrival."""
        for iface, one in self._frames.items():
            for _ in range(BATCH):
                try:
                    data, extra, _, (_, _, packet_type, *_) = one.recvmsg(_MAX_FRAME, _AUXDATA_SPACE)
                except BlockingIOError:
                    break
                except OSError:  # the link went down: netlink tells the machine
                    continue
                if packet_type != socket.PACKET_OTHERHOST:
                    yield Arrival(iface, data, _is_offloaded(extra))


def announce(iface: str, vip: IPv4) -> Mac:
    """Send one gratuitous ARP request: `vip` is at the interface's own MAC, which is returned.

    Raises
    ------
    VipsimError
        If the interface is not there or down, or the right to send is missing.
    """
    with explained(f"announce {vip} on {iface}"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as one:
        one.bind((iface, 0))
        mac = _mac_of(one)
        one.send(encode(gratuitous_request(vip, mac)))
    return mac


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn the kernel's refusal into one sentence with what helps."""
    try:
        yield
    except PermissionError as error:
        raise VipsimError(f"not permitted to {doing}: this needs root, or CAP_NET_RAW") from error
    except OSError as error:
        raise VipsimError(f"cannot {doing}: {error.strerror}") from error


def _is_offloaded(extra: list[tuple[int, int, bytes]]) -> bool:
    """Tell from the kernel's auxiliary data whether the UDP checksum was never finished (veth)."""
    for level, kind, data in extra:
        if level == _SOL_PACKET and kind == _PACKET_AUXDATA:
            return bool(int.from_bytes(data[:4], sys.byteorder) & _CSUM_NOT_READY)
    return False


def _mac_of(bound: socket.socket) -> Mac:
    return Mac(int.from_bytes(bound.getsockname()[4][:6], "big"))


def _frame_socket(iface: str) -> socket.socket:
    """One non-blocking packet socket: filtered before it is bound, so nothing else is ever queued."""
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in _FILTER))
        one.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(_FILTER), ctypes.addressof(program))
        )
        one.bind((iface, _ETH_P_ALL))
        group = multicast_mac(VRRP_GROUP).packed
        membership = struct.pack(
            "iHH8s", socket.if_nametoindex(iface), _PACKET_MR_MULTICAST, len(group), group
        )
        one.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, membership)
        one.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        one.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        one.setblocking(False)
    except BaseException:
        one.close()
        raise
    return one


def _udp_sink(port: int) -> socket.socket:
    """Own a UDP port that is read by packet socket, or the kernel would answer "port unreachable".

    It is never read: a receive buffer of the smallest size fills up, and the rest is dropped.
    """
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
        one.bind(("", port))
    except BaseException:
        one.close()
        raise
    return one
