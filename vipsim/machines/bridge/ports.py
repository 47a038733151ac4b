"""One port of a switch: from link up to forwarding (IEEE 802.1D-1998 sections 8.4 and 8.5.5.4).

Without spanning tree, and at an edge port, a port forwards as soon as it has a carrier. With it the
port listens and then learns, for `forward_delay` each: what a host says in that time is lost. That is
all that spanning tree does to a port where switches form a tree, because every port there is the root
port or a designated one (``br_port_state_selection``).
"""

from __future__ import annotations

from enum import Enum

from vipsim.machines.bridge.words import BridgeRules, PortOptions, PortState
from vipsim.machines.contract import TimerTable, changed
from vipsim.machines.vocabulary import Action, TimerName
from vipsim.units import Time

_S = PortState
PORT_TRANSITIONS: frozenset[tuple[Enum, Enum]] = frozenset(
    {
        # link up
        (_S.NONE, _S.LISTENING),
        (_S.NONE, _S.FORWARDING),
        (_S.NONE, _S.DISABLED),
        (_S.DISABLED, _S.LISTENING),
        (_S.DISABLED, _S.FORWARDING),
        # forward delay, twice
        (_S.LISTENING, _S.LEARNING),
        (_S.LEARNING, _S.FORWARDING),
        # the switch starts; the port may be an edge port by now
        (_S.FORWARDING, _S.LISTENING),
        (_S.LEARNING, _S.LISTENING),
        (_S.LISTENING, _S.FORWARDING),
        # link down, port removed
        (_S.LISTENING, _S.DISABLED),
        (_S.LEARNING, _S.DISABLED),
        (_S.FORWARDING, _S.DISABLED),
        (_S.DISABLED, _S.NONE),
        (_S.LISTENING, _S.NONE),
        (_S.LEARNING, _S.NONE),
        (_S.FORWARDING, _S.NONE),
    }
)
LEARNS = (PortState.LEARNING, PortState.FORWARDING)
FORWARD_DELAY = "forward_delay"


class Port:
    """A port of the switch, by name."""

    __slots__ = ("name", "options", "state", "timers")

    def __init__(self, name: str, options: PortOptions) -> None:
        self.name = name
        self.options = options
        self.state = PortState.NONE
        self.timers = TimerTable(f"port {name}")

    def bring_up(self, rules: BridgeRules, now: Time, why: str) -> list[Action]:
        """Begin to come up: listen first, or forward at once."""
        if rules.stp and rules.forward_delay and not self.options.edge:
            deadline = self.timers.set(FORWARD_DELAY, now + rules.forward_delay, now)
            return [*self.go(PortState.LISTENING, why), deadline]
        return [*self.go(PortState.FORWARDING, why), *self.timers.cancel_all()]

    def shut(self, state: PortState, why: str) -> list[Action]:
        """Leave for DISABLED or NONE: the timer is gone with the link."""
        return [*self.go(state, why), *self.timers.cancel_all()]

    def fire(self, name: TimerName, rules: BridgeRules, now: Time) -> list[Action]:
        """Take the next step up when the forward delay is over."""
        if self.timers.due(name, now) != FORWARD_DELAY:
            return []
        if self.state is PortState.LISTENING:
            again = self.timers.set(FORWARD_DELAY, now + rules.forward_delay, now)
            return [*self.go(PortState.LEARNING, "forward delay"), again]
        return self.go(PortState.FORWARDING, "forward delay")

    def go(self, state: PortState, why: str) -> list[Action]:
        """Change to `state`; nothing to tell if it is there already."""
        old, self.state = self.state, state
        return [] if old is state else [changed(PORT_TRANSITIONS, self.name, old, state, why)]
