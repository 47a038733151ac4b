"""Virtual addresses of a host: taken and given up by its daemon, kept by its kernel."""

from __future__ import annotations

from vipsim.machines.vocabulary import AcquireVip
from vipsim.sim.kernel import Kernel
from vipsim.sim.nic import Nic
from vipsim.sim.virtual_mac import home, silence
from vipsim.units import US, Time
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Arp, ArpOp, Frame, framed

REMOVAL: Time = 25 * US
"""Linux forgets that an address is its own some time before it forgets the route to it (source:
__inet_del_ifa). In between it takes an announcement of the address for a stranger's question and answers it.
Measured on heals of an idle host (truth/README, ``ka2-isolate-quiet:recover``): 3 of 8 losers answered one of
five announcements that were 20 to 60 us apart; and directly, by the kernel's own messages on another machine:
24 us in the median of 200 removals, 13 us at p5 and 86 us at p95 (``python -m tests.truth.removal``)."""


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


def linger(kernel: Kernel, vip: IPv4, nic: Nic) -> None:
    """Answer announcements of `vip`, which has just left `nic`, until its route is gone, too."""

    def answer(frame: Frame, iface: str) -> None:
        asked = frame.packet
        if iface != nic.name:
            return
        if isinstance(asked, Arp) and asked.op is ArpOp.REQUEST and asked.sender_ip == asked.target_ip == vip:
            reply = Arp(ArpOp.REPLY, nic.mac, vip, asked.sender_mac, vip)
            nic.out.send(framed(asked.sender_mac, nic.mac, reply, frame.cause))

    def end(_: object) -> None:
        kept = [tap for tap in kernel.taps.pop(Arp, ()) if tap is not answer]
        if kept:
            kernel.taps[Arp] = kept

    kernel.taps.setdefault(Arp, []).append(answer)
    kernel.loop_key += 1
    kernel.world.env.call_at(kernel.world.env._now + REMOVAL, kernel.loop_key, end)
