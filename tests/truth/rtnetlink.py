"""What a kernel tells of its addresses and routes, each message with the time at which it was read."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

NEWADDR, DELADDR, NEWROUTE, DELROUTE = 20, 21, 24, 25
LOCAL_TABLE = 255
_GROUPS = 0x10 | 0x40
"""RTMGRP_IPV4_IFADDR and RTMGRP_IPV4_ROUTE."""
_ALIGN = 4


@dataclass(frozen=True)
class News:
    """One message."""

    time: int
    """When it was read, in ns since the epoch."""
    kind: int
    table: int
    """Of a route; 0 of an address."""


def listen() -> socket.socket:
    """Return a socket that hears of IPv4 addresses and routes in the namespace of this thread."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    netlink.bind((0, _GROUPS))
    netlink.setblocking(False)
    return netlink


def news(netlink: socket.socket, until: float) -> Iterator[News]:
    """Yield what comes until a time of the monotonic clock, looking all the time: waking up would be late."""
    while time.monotonic() < until:
        try:
            data = netlink.recv(65_536)
        except BlockingIOError:
            continue
        now = time.time_ns()
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            yield News(now, kind, data[20] if kind in (NEWROUTE, DELROUTE) else 0)
            data = data[(length + _ALIGN - 1) & -_ALIGN :]
