"""How a client's host reaches what the client asks."""

from __future__ import annotations

from vipsim.sim.kernel import Kernel
from vipsim.sim.nic import Nic
from vipsim.wire.addresses import IPv4, Mac


def way_to(kernel: Kernel, dst: IPv4) -> tuple[IPv4, Nic]:
    """Return the address from which `kernel` asks `dst`, and the interface by which it does."""
    src, nic = kernel.source_towards(dst), kernel.route(dst)
    assert src is not None and nic is not None, "a client reaches its target: the scenario's check saw to it"
    return src, nic


def mac_behind(kernel: Kernel, dst: IPv4) -> Mac | None:
    """Return the MAC to which packets for `dst` go now, as far as the host knows one."""
    nic = kernel.route(dst)
    entry = nic.entries.get(kernel.next_hop(dst)) if nic is not None else None
    return entry.lladdr if entry is not None else None
