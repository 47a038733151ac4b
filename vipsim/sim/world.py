"""What all parts of one simulated run share: clock, random streams, recorder, and who watches.

`World.note` is the only way into the trace. Fault scripts wait there for what others do
(``after: {advert: n1}``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vipsim.machines.vocabulary import Action, Event
from vipsim.sim.engine import Environment
from vipsim.sim.streams import Streams
from vipsim.trace.recorder import Recorder
from vipsim.units import Time

if TYPE_CHECKING:
    from vipsim.sim.daemon.processors import Processor
    from vipsim.sim.link import Direction

Tap = Callable[[str, str, Time, Event, list[Action]], object]
"""Called with (node, machine, now, event, actions) after each call of a daemon's machine."""
Watcher = Callable[[str, dict[str, Any]], object]
"""Called with (node, data) of each record of one kind."""


class World:
    """The shared parts of one run."""

    __slots__ = (
        "directions",
        "dropped",
        "env",
        "launching",
        "processors",
        "record",
        "recorder",
        "streams",
        "tap",
        "watchers",
    )

    def __init__(
        self, env: Environment, recorder: Recorder, streams: Streams, tap: Tap | None = None
    ) -> None:
        self.env = env
        self.recorder = recorder
        self.record = recorder.record
        self.streams = streams
        self.tap = tap
        self.watchers: dict[str, list[Watcher]] = {}
        self.directions: list[Direction] = []
        self.launching: list[Callable[[], object]] = []
        """Processes that are starting now: each is told when another one begins to."""
        self.processors: tuple[Processor, ...] = ()
        """What all daemons run on if they share one machine; by default each node is one of its own."""
        self.dropped = 0
        """Frames that reached somebody who was not there."""

    def note(self, kind: str, node: str, data: dict[str, Any], cause: int = 0) -> int:
        """Record what happened now and tell whoever waits for it; returns the record's id."""
        number = self.record(self.env._now, kind, node, data, cause)
        if kind in self.watchers:
            for watcher in list(self.watchers[kind]):
                watcher(node, data)
        return number

    def drop(self, reason: str) -> str:
        """Count a frame that nobody took, and return `reason` for its record."""
        self.dropped += 1
        return reason
