"""Virtual addresses of a host: taken and given up by its daemon, kept by its kernel."""

from __future__ import annotations

from vipsim.machines.vocabulary import AcquireVip
from vipsim.sim.kernel import Kernel
from vipsim.sim.virtual_mac import home, silence
from vipsim.wire.addresses import IPv4


def acquire_vip(kernel: Kernel, wanted: AcquireVip, cause: int) -> None:
    """Add a virtual address, or let one speak that stands there; nothing if it is in use already.

    Without `accept` a firewall drops what comes for it; questions by ARP are answered.
    """
    vip = wanted.vip
    if vip in kernel.vips:
        return
    nic = kernel.vips[vip] = home(kernel, vip, kernel.nics[wanted.iface], wanted.lladdr)
    if vip not in kernel.standing:
        kernel.add_address(vip, nic, wanted.prefix)
    if not wanted.accept:
        del kernel.addresses[vip]
    data = {"vip": vip, "iface": nic.name, "act": "acquire", "lladdr": nic.mac}
    kernel.world.note("vip", kernel.name, data, cause)


def release_vip(kernel: Kernel, vip: IPv4, cause: int) -> None:
    """Remove a virtual address, or silence one that stands there; nothing if it is not in use."""
    nic = kernel.vips.pop(vip, None)
    if nic is None:
        return
    if vip in kernel.standing:
        silence(nic)
    else:
        kernel.addresses.setdefault(vip, nic)
        kernel.remove_address(vip, cause)
    data = {"vip": vip, "iface": nic.name, "act": "release", "lladdr": nic.mac}
    kernel.world.note("vip", kernel.name, data, cause)
