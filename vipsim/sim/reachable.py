"""The reachable times of a host's interfaces: drawn when the host comes up, and again every five minutes.

Linux draws R for all interfaces of the machine at once (BEHAVIOUR section 1.1). R is looked at when an entry
becomes REACHABLE and when its timer fires, so it is enough to draw before the next event of a cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.machines.vocabulary import Drawn
from vipsim.sim.nic import Nic
from vipsim.units import NEVER, SECOND, Time

if TYPE_CHECKING:
    from vipsim.sim.kernel import Kernel

REDRAW: Time = 300 * SECOND
"""How often the kernel draws anew."""


class ReachableTimes:
    """When the reachable times of `kernel` are drawn next, and the drawing."""

    __slots__ = ("kernel", "redraw_at")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.redraw_at: Time
        self.draw_again()

    def draw_again(self) -> None:
        """Draw before the next event: the host has just come up."""
        self.redraw_at = 0 if self.kernel.profile.rules == "linux" else NEVER

    def redraw(self, now: Time) -> None:
        """Draw the reachable time of every interface; the first time, also when the next draw is due."""
        random = self.kernel.world.streams.get("reachable", self.kernel.name)
        self.redraw_at = now + (REDRAW if self.redraw_at else random.randint(1, REDRAW))
        for nic in self.kernel.nics.values():
            self.draw(nic)

    def draw(self, nic: Nic) -> None:
        """Draw the reachable time of one interface: uniform from half to one and a half of its base."""
        base = nic.cache.profile.base_reachable_time
        if self.kernel.profile.rules == "linux" and base:
            random = self.kernel.world.streams.get("reachable", self.kernel.name)
            self.kernel.tell(Drawn((nic.name, "reachable_time"), random.randrange(base) + base // 2))
