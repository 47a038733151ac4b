"""Who is better: the rules by which a router accepts a master or takes the address from it."""

from __future__ import annotations

from vipsim.machines.vrrp.keywords import Keywords
from vipsim.machines.vrrp.rules import VrrpSettings
from vipsim.units import Time
from vipsim.wire.frames import Vrrp


def is_better(advert: Vrrp, settings: VrrpSettings, priority: int) -> str:
    """RFC 3768 section 6.4.3: why a master of `priority` yields to the sender; empty if it does not.

    Between equals the higher primary address wins.
    """
    if advert.priority > priority:
        return "higher priority heard"
    if advert.priority == priority and advert.src > settings.address:
        return "higher address heard"
    return ""


class Preemption:
    """Whether a backup accepts a master with a lower priority, and from when on it does not."""

    def __init__(self, settings: VrrpSettings, keywords: Keywords) -> None:
        # keepalived.conf(5): nopreempt works with the initial state BACKUP only.
        self._wanted = settings.preempt or keywords.state == "MASTER"
        self._delay = keywords.preempt_delay
        self._until: Time | None = None
        """End of the delay that is running, in ns."""

    def reset(self) -> None:
        """Forget a delay that is running."""
        self._until = None

    def accepts(self, advert: int, own: int, now: Time) -> bool:
        """Whether an advert of this priority is our master's.

        The delay of ``preempt_delay`` starts at the first lower advert, and a higher one stops it (keepalived
        2.2.7; truth/NOTES 7).
        """
        if advert >= own:
            self._until = None
            return True
        if not self._wanted:
            return True
        if not self._delay:
            return False
        if self._until is None:
            self._until = now + self._delay
        return self._until > now
