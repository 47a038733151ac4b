"""The recorder: the one door through which a world tells what happened.

It is on the hot path of every run (about 80 records in 4 ms), so `Recorder.record` does three
things only: it numbers the event, hands it to the reducers that care about its kind, and keeps
it if the level says so. At level ``summary`` nothing is kept and the metrics are complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vipsim.trace.facts import Facts
from vipsim.trace.metrics import Reducers
from vipsim.trace.records import FrameRecord, Level, Record
from vipsim.trace.trace import Trace
from vipsim.units import Time
from vipsim.wire.frames import Frame


class Recorder:
    """Takes the records of one run, in the order in which they happen.

    Parameters
    ----------
    header : dict
        What the run is: see `vipsim.trace.trace.Trace.header`. The recorder adds ``format`` and ``level``.
    level : Level
        How much is kept.
    facts : Facts, optional
        What `read_facts` reads from the header, where it is known already.
    """

    def __init__(
        self, header: Mapping[str, Any], level: Level = Level.FRAMES, facts: Facts | None = None
    ) -> None:
        self.level = level
        self.header = dict(header)
        self.last_id = 0
        self._reducers = Reducers(self.header, facts)
        self._handlers = self._reducers.handlers
        self._keeps = level >= Level.PROTOCOL
        self._records: list[Record] = []
        self._frames: list[FrameRecord] = []

    def record(
        self, time: Time, kind: str, node: str, data: dict[str, Any] | None = None, cause: int = 0
    ) -> int:
        """Note one event and return its id (1, 2, ... at every level).

        Parameters
        ----------
        time : int
            When, in ns; never before the record before it.
        kind, node, data
            See `vipsim.trace.records.Record`; `data` now belongs to the recorder.
        cause : int
            Id of the record that made this one happen, 0 if nothing did.
        """
        self.last_id = number = self.last_id + 1
        if data is None:
            data = {}
        handlers = self._handlers.get(kind)
        if handlers is not None:
            for handle in handlers:
                handle(time, node, data)
        if self._keeps:
            self._records.append(Record(number, time, kind, node, data, cause))
        return number

    def frame(self, src: str, dst: str, sent: Time, arrival: Time, frame: Frame) -> FrameRecord:
        """Note one frame in one direction of one link; the world sets its `outcome` later."""
        noted = FrameRecord(len(self._frames) + 1, src, dst, sent, arrival, frame)
        self._frames.append(noted)
        return noted

    def finish(self, time: Time, counts: Mapping[str, int]) -> Trace:
        """End the run at `time` (ns) and return its trace.

        `counts` holds ``events``, ``frames_sent``, ``frames_delivered``, ``frames_lost``,
        ``frames_dropped`` and ``frames_in_flight``.
        """
        counted = dict(counts)
        return Trace(
            header=self.header,
            level=self.level,
            end=time,
            records=self._records,
            frames=self._frames,
            counts=counted,
            metrics=self._reducers.finish(time, counted),
        )
