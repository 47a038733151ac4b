"""A driver that believes nothing: it checks each answer of a machine against the contract."""

from __future__ import annotations

from copy import deepcopy
from enum import Enum
from typing import Any

from tests.contract.entries import Entry
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    CancelTimer,
    Changed,
    Event,
    ReleaseVip,
    SetTimer,
    TimerFired,
    TimerName,
)
from vipsim.units import Time
from vipsim.wire.addresses import IPv4

ABSENT = ("NONE", "UNKNOWN")
"""Names of the states that stand for "there is no entry"."""


class Judge:
    """Drives one machine and raises AssertionError when it breaks its promises."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.machine: Any = entry.make()
        self.now: Time = 0
        self.timers: dict[TimerName, Time] = {}
        self.ever_set: dict[TimerName, None] = {}
        self.owned: dict[IPv4, None] = {}
        self.states: dict[Any, Enum] = dict(self.machine.states)

    def feed(self, event: Event) -> list[Action]:
        before = repr(event)
        actions = self.machine.handle(event, self.now)
        assert repr(event) == before, "the event was changed"
        assert type(actions) is list
        for action in actions:
            assert isinstance(action, self.entry.actions), action
            self._note(action)
        assert dict(self.machine.states) == {k: v for k, v in self.states.items() if v.value not in ABSENT}
        return actions

    def _note(self, action: Action) -> None:
        match action:
            case SetTimer(name=name, at=at):
                assert type(at) is int and at >= self.now, f"timer {name} lies in the past"
                assert self.entry.owns_timer(name), f"timer {name} is somebody else's"
                self.timers[name] = at
                self.ever_set[name] = None
            case CancelTimer(name=name):
                assert self.entry.owns_timer(name)
                self.timers.pop(name, None)
            case AcquireVip(vip=vip):
                self.owned[vip] = None
            case ReleaseVip(vip=vip):
                self.owned.pop(vip, None)
            case Changed(old=old, new=new, why=why):
                key = self.entry.key_of(action)
                assert (old, new) in self.machine.transitions, f"{old} to {new} is not declared"
                if old.value in ABSENT:
                    assert key not in self.states or self.states[key].value in ABSENT
                else:
                    assert self.states[key] is old
                assert why
                self.states[key] = new

    def fire(self) -> list[Action]:
        """Let the earliest timer fire, at its time or (a late driver) now."""
        if not self.timers:
            return []
        name = min(self.timers, key=lambda one: (self.timers[one], one))
        self.now = max(self.now, self.timers.pop(name))
        return self.feed(TimerFired(name))

    def stale(self) -> list[TimerName]:
        """Timers that were set once and are not now."""
        return [name for name in self.ever_set if name not in self.timers]

    def snapshot(self) -> Any:
        """A deep copy of everything that the machine remembers."""
        return deepcopy(self.machine)


def memory(value: Any) -> Any:
    """Everything that a machine remembers, comparable; its settings aside."""
    if isinstance(value, dict):
        return [(repr(key), memory(one)) for key, one in value.items()]
    if isinstance(value, Enum):
        return value
    if hasattr(value, "__dict__"):
        return {name: memory(one) for name, one in vars(value).items() if name != "settings"}
    slots = getattr(type(value), "__slots__", ())
    if slots and type(value).__module__.startswith("vipsim.machines"):
        return [memory(getattr(value, name)) for name in slots if name != "__weakref__"]
    return sorted(map(repr, value)) if isinstance(value, set) else repr(value)
