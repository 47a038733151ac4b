"""An interface with a virtual MAC on top of another: a Linux macvlan.

keepalived's ``use_vmac`` makes one at the first takeover, and writes sysctls with it that matter: the
interface below must not answer for the address with its own MAC; the one above must take packets that come
from an address of its own, so that a stale owner answers even the announcement of its successor.

FRR finds one that somebody made, with the address on it, and only lets it speak or not (protodown). An
interface that may not speak still receives, and what is not ARP is answered by way of the interface below
(truth/NOTES 22): so a backup answers whoever reaches it, and says nothing of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vipsim.machines.vocabulary import SysctlSet
from vipsim.sim.nic import Nic
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import Frame

if TYPE_CHECKING:
    from vipsim.sim.kernel import Kernel

ABOVE = {"arp_ignore": 1, "accept_local": 1, "rp_filter": 0}
"""Sysctls that keepalived writes for the interface with the virtual MAC."""
BELOW = {"arp_ignore": 1, "arp_filter": 1}
"""Sysctls that it writes for the interface below it."""
STANDING = {"arp_ignore": 1, "arp_announce": 2, "rp_filter": 0}
"""Sysctls that FRR's manual asks for, here for every interface, as on the recorded hosts."""


class _Nowhere:
    """The cable of an interface that may not speak: nothing leaves."""

    def send(self, frame: Frame) -> None:
        """Forget the frame."""


NOWHERE = _Nowhere()


def home(kernel: Kernel, vip: IPv4, below: Nic, lladdr: Mac | None) -> Nic:
    """Return the interface on which `vip` is used: `below`, or the one with the MAC `lladdr` on it.

    keepalived's is made when first asked for, and stays when its address goes; FRR's may speak from now on.
    """
    if vip in kernel.standing:
        nic = kernel.standing[vip]
        nic.out = below.out
        return nic
    if lladdr is None or lladdr == below.mac:
        return below
    return below.above.get(lladdr) or _make(kernel, below, lladdr, "vrrp.", (ABOVE, BELOW))


def stand(kernel: Kernel, vip: IPv4, prefix: int, iface: str, lladdr: Mac) -> Nic:
    """Have `vip` on FRR's interface with the MAC `lladdr` on `iface` from now on; it may not speak yet."""
    below = kernel.nics[iface]
    for key, value in STANDING.items():
        kernel.tell(SysctlSet(f"net.ipv4.conf.all.{key}", value))
    nic = below.above.get(lladdr) or _make(kernel, below, lladdr, "vrrp4-", (STANDING, STANDING))
    silence(nic)
    kernel.standing[vip] = nic
    kernel.prefixes[vip] = prefix
    kernel.add_address(vip, nic, prefix)
    return nic


def silence(nic: Nic) -> None:
    """Let the interface not speak."""
    nic.out = NOWHERE


def _make(
    kernel: Kernel, below: Nic, lladdr: Mac, prefix: str, sysctls: tuple[Mapping[str, int], Mapping[str, int]]
) -> Nic:
    name = f"{prefix}{lladdr & 0xFF}"
    if name in kernel.nics:  # the same router on another interface of this host
        name += f".{below.name}"
    nic = kernel.nics[name] = below.above[lladdr] = Nic(kernel, name, lladdr, below)
    nic.out, nic.carrier, nic.deaf = below.out, below.carrier, below.deaf
    kernel.install(nic)
    for iface, settings in zip((name, below.name), sysctls, strict=True):
        for key, value in settings.items():
            kernel.tell(SysctlSet(key, value, iface))
    kernel.reachable.draw(nic)
    return nic
