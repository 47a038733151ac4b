"""Prints what a few machines do over a minute: `test_purity` compares it between processes."""

from __future__ import annotations

from tests.contract.entries import ENTRIES
from vipsim.machines.vocabulary import (
    LinkChanged,
    SetTimer,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipReady,
)
from vipsim.units import MS, SECOND


def main() -> None:
    for entry in ENTRIES:
        if not entry.is_protocol:
            continue
        machine = entry.make()
        lives = [
            Settled(State.MASTER, 5 * MS),
            LinkChanged("bond0", False),
            LinkChanged("bond0", True),
            Stopped(),
        ]
        story = [*lives, Started(), *(VipReady(vip) for vip in machine.vips)]
        for number, event in enumerate(story):
            now = number * SECOND
            actions = machine.handle(event, now)
            print(entry.name, now, actions)
            for action in actions:
                if isinstance(action, SetTimer):
                    print(entry.name, action.at, machine.handle(TimerFired(action.name), action.at))


if __name__ == "__main__":
    main()
