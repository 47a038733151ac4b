"""When a master announces its addresses: the bursts at takeover, after 5 s, on advert ticks, and to rivals.

The plan is data (`vipsim.machines.vrrp.keywords`). An RFC announces each address when the kernel has it;
keepalived waits for all of them and then goes through the list several times. A second burst that was planned
stays planned when the router steps down: it is sent if the addresses are there again by then, and dropped
otherwise (keepalived 2.2.7: the timer belongs to the instance, not to its state).
"""

from __future__ import annotations

from bisect import insort

from vipsim.machines.contract import TimerTable
from vipsim.machines.vocabulary import Action, Announce
from vipsim.machines.vrrp.keywords import Keywords
from vipsim.machines.vrrp.rules import VrrpSettings
from vipsim.units import Time
from vipsim.wire.addresses import IPv4

BURST = "announce"
"""Timer of the next planned burst."""
PACE = "announce next"
"""Timer of the next announcement that waits for ``vrrp_garp_interval``."""


class Announcer:
    """The announcement plan of one router; its two timers are in the router's own table."""

    def __init__(self, settings: VrrpSettings, keywords: Keywords, timers: TimerTable) -> None:
        self.settings = settings
        self._keywords = keywords
        self._timers = timers
        self._vips: tuple[IPv4, ...] = tuple(vip for vip, _ in settings.vips)
        self._unconfirmed: set[IPv4] = set()
        """Addresses taken over that the kernel has not confirmed yet."""
        self._planned: list[tuple[Time, int]] = []
        """Bursts to come: when (ns), and how many announcements per address."""
        self._waiting: dict[IPv4, None] = {}
        """Addresses whose next announcement waits for the interface's turn."""
        self._free_at: dict[str, Time] = {}
        """When an interface may carry its next announcement, in ns."""
        self._refresh_at: Time | None = None
        self._once = False
        """The burst at confirmation has no second one: it follows a reload, not a takeover."""

    # --- the life of a mastership -----------------------------------------------------------

    def begin(self) -> None:
        """The addresses were asked for: announce them when they are there."""
        self._unconfirmed = set(self._vips)
        self._once = False

    def resume(self, now: Time, age: Time) -> None:
        """Be a master of long standing whose last advert, and refresh, was `age` ns ago."""
        if self._keywords.garp_master_refresh:
            self._refresh_at = now - age + self._keywords.garp_master_refresh

    def reloaded(self, added: list[IPv4], now: Time) -> None:
        """Go on after a reload: when the kernel has the addresses `added`, announce all of them once."""
        self._unconfirmed = set(added)
        self._once = True
        if self._keywords.garp_master_refresh:
            self._refresh_at = now

    def stop(self) -> list[Action]:
        """The addresses are given up: nothing waits for a turn, planned bursts stay planned."""
        self._unconfirmed.clear()
        self._waiting.clear()
        self._refresh_at = None
        return [*self._timers.cancel(PACE)]

    def forget(self) -> list[Action]:
        """The daemon ends."""
        self._planned.clear()
        self._free_at.clear()
        return [*self._timers.cancel(BURST)]

    # --- bursts -----------------------------------------------------------------------------

    def confirmed(self, vip: IPv4, now: Time) -> list[Action]:
        """The kernel has `vip`: announce it, or all of them when it is the last."""
        if vip not in self._unconfirmed:
            return []
        self._unconfirmed.discard(vip)
        keywords = self._keywords
        if not self.settings.profile.announces_together:
            return [self._announce(vip)] * keywords.garp_master_repeat
        if self._unconfirmed:
            return []
        if keywords.garp_master_refresh:
            self._refresh_at = now + keywords.garp_master_refresh
        actions = self._burst(keywords.garp_master_repeat, now)
        if self._once:
            return actions
        return actions + self._plan(keywords.garp_master_delay, keywords.garp_master_repeat, now)

    def lower_heard(self, now: Time) -> list[Action]:
        """A rival with a lower priority is there: pull back the clients that it has taken."""
        repeat = self._keywords.lower_prio_repeat
        if not repeat:
            return []
        return self._burst(repeat, now) + self._plan(self._keywords.lower_prio_delay, repeat, now)

    def advert_sent(self, now: Time) -> list[Action]:
        """The advert timer fired: refresh if it is time (2.2.7 looks at it here and nowhere else)."""
        if self._refresh_at is None or now < self._refresh_at:
            return []
        self._refresh_at = now + self._keywords.garp_master_refresh
        return self._burst(self._keywords.garp_master_refresh_repeat, now)

    def fired(self, what: str, now: Time, owns: bool) -> list[Action]:
        """One of the two timers fired (other names do nothing); `owns`: the addresses are set."""
        if what == PACE:
            return self._next_turn(now)
        if what != BURST:
            return []
        actions: list[Action] = []
        while self._planned and self._planned[0][0] <= now:
            _, repeat = self._planned.pop(0)
            actions += self._burst(repeat, now) if owns else []
        if self._planned:
            actions.append(self._timers.set(BURST, self._planned[0][0], now))
        return actions

    def _plan(self, delay: Time, repeat: int, now: Time) -> list[Action]:
        if not delay:
            return []
        at = now + delay
        is_next = not self._planned or at < self._planned[0][0]
        insort(self._planned, (at, repeat))
        return [self._timers.set(BURST, at, now)] if is_next else []

    # --- single announcements ---------------------------------------------------------------

    def _burst(self, repeat: int, now: Time) -> list[Action]:
        """Announce every address `repeat` times, or as often as the interval between two allows.

        With ``vrrp_garp_interval`` an address is either waiting for its turn or not: what is asked for while
        it waits is lost. So a burst of 5 for one address is 2 announcements (truth/NOTES 5).
        """
        if not self._keywords.vrrp_garp_interval:
            return [self._announce(vip) for _ in range(repeat) for vip in self._vips]
        actions: list[Action] = []
        for vip in self._vips * repeat:
            if self._free_at.get(self.settings.home(vip)[0], now) > now:
                self._waiting[vip] = None
            else:
                actions.append(self._take_turn(vip, now))
        return actions + self._wait(now)

    def _next_turn(self, now: Time) -> list[Action]:
        actions: list[Action] = []
        for vip in self._vips:
            if vip in self._waiting and self._free_at[self.settings.home(vip)[0]] <= now:
                del self._waiting[vip]
                actions.append(self._take_turn(vip, now))
        return actions + self._wait(now)

    def _take_turn(self, vip: IPv4, now: Time) -> Action:
        self._free_at[self.settings.home(vip)[0]] = now + self._keywords.vrrp_garp_interval
        return self._announce(vip)

    def _wait(self, now: Time) -> list[Action]:
        if not self._waiting:
            return []
        turns = [self._free_at[self.settings.home(vip)[0]] for vip in self._waiting]
        return [self._timers.set(PACE, min(turns), now)]

    def _announce(self, vip: IPv4) -> Action:
        iface, mac = self.settings.home(vip)
        return Announce(vip, iface, mac, self.settings.profile.announcement_form)
