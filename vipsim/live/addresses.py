"""The kernel's interfaces and IPv4 addresses, by netlink.

`Netlink` reads and changes those of the network namespace in which it was made; `HeldAddresses`
is the `vipsim.live.driver.Addresses` of a daemon: what it acquired is released when it ends,
however it ends.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from types import TracebackType
from typing import Any

from vipsim._extras import require
from vipsim.errors import VipsimError
from vipsim.machines.vocabulary import AcquireVip, VipFailed, VipReady
from vipsim.wire.addresses import IPv4

_AF_INET = 2
_IFA_F_SECONDARY = 0x01
_IFF_RUNNING = 0x40


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """An IPv4 address that the kernel owns."""

    iface: str
    address: IPv4
    prefix: int
    label: str
    is_secondary: bool

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix}"


class Netlink:
    """Interfaces and IPv4 addresses of this network namespace; close it, or use it in ``with``.

    Raises
    ------
    MissingExtra
        If pyroute2 is not installed.
    VipsimError
        If this is not Linux.
    """

    def __init__(self) -> None:
        if not sys.platform.startswith("linux"):
            raise VipsimError("only Linux's addresses can be read and changed: --dry-run prints the commands")
        pyroute2 = require("live", "pyroute2")
        self._kernel = pyroute2.IPRoute()
        self._refused: type[Exception] = pyroute2.NetlinkError

    def __enter__(self) -> Netlink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the netlink socket."""
        self._kernel.close()

    def carriers(self) -> dict[str, bool]:
        """Every interface, by name: whether it is up and has a carrier."""
        return {
            link.get_attr("IFLA_IFNAME"): bool(link["flags"] & _IFF_RUNNING)
            for link in self._kernel.get_links()
        }

    def addresses(self, iface: str | None = None) -> list[InterfaceAddress]:
        """The IPv4 addresses of one interface, or of all, as the kernel orders them."""
        names = dict(socket.if_nameindex())
        wanted = None if iface is None else _index(iface)
        return [
            InterfaceAddress(
                names.get(found["index"], "?"),
                IPv4.parse(found.get_attr("IFA_LOCAL") or found.get_attr("IFA_ADDRESS")),
                found["prefixlen"],
                found.get_attr("IFA_LABEL") or "",
                bool(found["flags"] & _IFA_F_SECONDARY),
            )
            for found in self._kernel.get_addr(family=_AF_INET)
            if wanted in (None, found["index"])
        ]

    def add(self, address: IPv4, prefix: int, iface: str, label: str | None = None) -> None:
        """Give `iface` the address.

        Raises
        ------
        VipsimError
            If it has it already, there is no such interface, or the right is missing.
        """
        index = _index(iface)
        options: dict[str, Any] = {"label": label} if label else {}
        with self._explained(f"add {address}/{prefix} to {iface}", iface, address):
            self._kernel.addr(
                "add", index=index, address=str(address), prefixlen=prefix, family=_AF_INET, **options
            )

    def remove(self, address: IPv4, prefix: int, iface: str, label: str | None = None) -> None:
        """Take the address from `iface`; the prefix, and a label, must be those that it was added with.

        Raises
        ------
        VipsimError
            If it does not have it, or under another label; if there is no such interface, or the right
            is missing.
        """
        index = _index(iface)
        options: dict[str, Any] = {"label": label} if label else {}
        with self._explained(f"remove {address}/{prefix} from {iface}", iface, address, prefix, label):
            self._kernel.addr(
                "del", index=index, address=str(address), prefixlen=prefix, family=_AF_INET, **options
            )

    @contextmanager
    def _explained(
        self, doing: str, iface: str, address: IPv4, prefix: int | None = None, label: str | None = None
    ) -> Iterator[None]:
        """Turn the kernel's error number into a sentence."""
        try:
            yield
        except self._refused as error:
            match getattr(error, "code", None):
                case errno.EPERM | errno.EACCES:
                    reason = "not permitted: this needs root, or CAP_NET_ADMIN"
                case errno.EEXIST:
                    reason = f"{iface} has it already"
                case errno.EADDRNOTAVAIL:
                    has = self.addresses(iface)
                    same = [one for one in has if one.address == address]
                    reason = f"{iface} has {', '.join(map(str, same or has)) or 'no IPv4 address'}"
                    labels = [one.label for one in same if one.prefix == prefix]
                    if label and labels:
                        reason = f"its label is {labels[0]}, not {label}"
                case errno.ENODEV:
                    reason = f"{iface} is gone"
                case _:
                    reason = str(error)
            raise VipsimError(f"cannot {doing}: {reason}") from error


def _index(iface: str) -> int:
    try:
        return socket.if_nametoindex(iface)
    except OSError:
        names = [name for _, name in socket.if_nameindex()]
    near = get_close_matches(iface, names, n=3, cutoff=0.5)
    there = f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(names)}"
    raise VipsimError(f"no such device: {iface}; {there}")


class HeldAddresses:
    """The virtual addresses that one daemon holds on `ifaces`; leaving ``with`` releases what is left."""

    def __init__(self, netlink: Netlink, ifaces: Iterable[str]) -> None:
        self._netlink = netlink
        self._ifaces = tuple(ifaces)
        self._held: set[IPv4] = set()

    def __enter__(self) -> HeldAddresses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for vip in sorted(self._held):
            self.release(vip)

    def acquire(self, wanted: AcquireVip) -> VipReady | VipFailed:
        """Make the kernel own a virtual address; one that it has already is taken as ours."""
        if wanted.lladdr is not None:
            return VipFailed(wanted.vip, "a virtual MAC needs an interface of its own (macvlan)")
        try:
            self._netlink.add(wanted.vip, wanted.prefix, wanted.iface)
        except VipsimError as error:
            if not self._has(wanted):
                return VipFailed(wanted.vip, str(error))
        self._held.add(wanted.vip)
        return VipReady(wanted.vip)

    def _has(self, wanted: AcquireVip) -> bool:
        there = self._there(wanted.vip)
        return any(one.iface == wanted.iface and one.prefix == wanted.prefix for one in there)

    def _there(self, vip: IPv4) -> list[InterfaceAddress]:
        """Where the kernel has the address: from us, or left by a daemon that was killed."""
        return [one for one in self._netlink.addresses() if one.address == vip and one.iface in self._ifaces]

    def release(self, vip: IPv4) -> None:
        """Take it away, whoever added it; what is gone already is released."""
        self._held.discard(vip)
        for one in self._there(vip):
            with suppress(VipsimError):
                self._netlink.remove(vip, one.prefix, one.iface)
