"""An interface with a virtual MAC on top of another: a Linux macvlan, as keepalived's ``use_vmac`` makes it.

keepalived writes sysctls with it, and they matter: the interface below must not answer for the address with
its own MAC; the one above must take packets that come from an address of its own, so that a stale owner
answers even the announcement of its successor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.vocabulary import SysctlSet
from vipsim.sim.nic import Nic
from vipsim.wire.addresses import Mac

if TYPE_CHECKING:
    from vipsim.sim.kernel import Kernel

ABOVE = {"arp_ignore": 1, "accept_local": 1, "rp_filter": 0}
"""Sysctls of the interface with the virtual MAC."""
BELOW = {"arp_ignore": 1, "arp_filter": 1}
"""Sysctls of the interface below it."""


def virtual_nic(kernel: Kernel, below: Nic, lladdr: Mac) -> Nic:
    """Return the interface with the virtual MAC `lladdr` on `below`; it stays when its address goes."""
    if lladdr in below.above:
        return below.above[lladdr]
    name = f"vrrp.{lladdr & 0xFF}"
    if name in kernel.nics:  # the same router on another interface of this host
        name += f".{below.name}"
    nic = kernel.nics[name] = below.above[lladdr] = Nic(kernel, name, lladdr, below)
    nic.out, nic.carrier, nic.deaf = below.out, below.carrier, below.deaf
    kernel.install(nic)
    for iface, settings in ((name, ABOVE), (below.name, BELOW)):
        for key, value in settings.items():
            kernel.tell(SysctlSet(key, value, iface))
    kernel.reachable.draw(nic)
    return nic
