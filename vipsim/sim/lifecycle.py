"""What happens to a host as a whole: its carriers change, it halts, goes on, or boots afresh."""

from __future__ import annotations

from vipsim.machines.host.stack import HostStack
from vipsim.machines.vocabulary import LinkChanged
from vipsim.sim.kernel import HOST_DOWN, NO_CARRIER, Kernel
from vipsim.sim.virtual_mac import stand


def set_carrier(kernel: Kernel, iface: str, up: bool, cause: int) -> None:
    """Follow the carrier of `iface`: its loss empties the neighbor cache; daemons are told."""
    nic = kernel.nics[iface]
    if nic.carrier == up:
        return
    number = kernel.world.note("link", kernel.name, {"iface": iface, "up": up}, cause)
    for one in (nic, *nic.above.values()):
        one.carrier = up
        kernel.tell(LinkChanged(one.name, up), number)
    deafen(kernel)
    for hook in kernel.hooks:
        hook(iface, up, number)


def halt(kernel: Kernel, state: str, cause: int) -> None:
    """Stop doing anything: `HOST_DOWN` loses everything, `HOST_FROZEN` keeps it for `resume`."""
    if kernel.state == HOST_DOWN:
        return  # what is down stays down
    for vip, nic in kernel.vips.items() if kernel.state is None else ():
        data = {"vip": vip, "iface": nic.name, "act": "lost", "lladdr": nic.mac}
        kernel.world.note("vip", kernel.name, data, cause)
    kernel.state = state
    kernel.timers.paused = True
    deafen(kernel)


def resume(kernel: Kernel, cause: int) -> None:
    """Go on after `HOST_FROZEN`, with everything as it was."""
    kernel.state = None
    for vip, nic in kernel.vips.items():
        data = {"vip": vip, "iface": nic.name, "act": "regained", "lladdr": nic.mac}
        kernel.world.note("vip", kernel.name, data, cause)
    deafen(kernel)
    kernel.timers.paused = False
    kernel.timers.run_due()


def boot(kernel: Kernel) -> None:
    """Start afresh: own addresses only, caches and sockets empty, no timer."""
    kernel.timers.clear()
    kernel.timers.paused = False
    if kernel.sockets is not None:
        kernel.sockets.crash()
    kernel.timer_users.clear()
    if kernel.forwarder is not None:
        kernel.forwarder.forget()
    for nic in kernel.nics.values():
        for entry in nic.entries.values():
            entry.target = entry.relay = None  # flows that hold it must ask the new cache
        nic.above.clear()
    moved = {**kernel.vips, **kernel.standing}
    own = [(address, nic) for address, nic in kernel.addresses.items() if address not in moved]
    standing = list(kernel.standing.items())
    kernel.vips.clear()
    kernel.standing.clear()
    kernel.addresses.clear()
    kernel.stack = HostStack(kernel.profile)
    kernel.nics = {name: nic for name, nic in kernel.nics.items() if nic.below is nic}
    kernel.state = None
    for nic in kernel.nics.values():
        kernel.install(nic)
    for address, nic in own:
        kernel.add_address(address, nic, kernel.prefixes[address])
    if kernel.gateway is not None:
        kernel.set_gateway(kernel.gateway)
    for vip, nic in standing:
        stand(kernel, vip, kernel.prefixes[vip], nic.below.name, nic.mac)
    kernel.reachable.draw_again()
    deafen(kernel)


def deafen(kernel: Kernel) -> None:
    """Write down at each interface why it hears nothing, if so."""
    for nic in kernel.nics.values():
        nic.deaf = kernel.state if kernel.state is not None else None if nic.carrier else NO_CARRIER
