"""Which interfaces gain and lose their carrier, told when it happens.

The kernel's netlink message is only the doorbell: what changed is read afterwards, so a message
that was lost (the socket's queue is finite) can delay the news but never make it wrong.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType

_RTMGRP_LINK = 1


class LinkWatch:
    """Watches the carriers of some interfaces.

    Parameters
    ----------
    ifaces : iterable of str
        Interfaces to watch.
    read : callable
        Returns {name: has a carrier} of the interfaces that exist (`Netlink.carriers`).
    """

    def __init__(self, ifaces: Iterable[str], read: Callable[[], Mapping[str, bool]]) -> None:
        self._read = read
        # Listening begins before the first reading: a change between the two rings.
        self.waitable = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.waitable.bind((0, _RTMGRP_LINK))
        self.waitable.setblocking(False)
        there = read()
        self._up = {iface: there.get(iface, False) for iface in ifaces}

    def __enter__(self) -> LinkWatch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.waitable.close()

    @property
    def down(self) -> tuple[str, ...]:
        """The watched interfaces without a carrier, as of the last reading."""
        return tuple(iface for iface, up in self._up.items() if not up)

    def changes(self) -> list[tuple[str, bool]]:
        """(interface, has a carrier now) of each that changed since the last reading."""
        while True:
            try:
                self.waitable.recv(65536)
            except BlockingIOError:
                break
            except OSError:  # the queue overflowed (ENOBUFS): the reading below makes up for it
                continue
        there = self._read()
        now = {iface: there.get(iface, False) for iface in self._up}
        changed = [(iface, up) for iface, up in now.items() if up != self._up[iface]]
        self._up = now
        return changed
