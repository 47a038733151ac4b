"""Frames of the document: every message with its octets, and its way over the cables as a shared route."""

from __future__ import annotations

from collections.abc import Mapping

from vipsim.trace import Trace
from vipsim.units import SECOND
from vipsim.view.exchange import KINDS, Message
from vipsim.view.lanes import Window
from vipsim.view.replay.places import Places
from vipsim.view.replay.shared import Shared
from vipsim.view.replay.why import Why
from vipsim.view.words import describe
from vipsim.view.work import Work

Route = tuple[tuple[int, int, int, int, int], ...]
"""(link, direction, begin and end after the frame's time in ns, outcome) of each hop."""

PLAIN_OUTCOMES = ("delivered", "in_flight", "lost")
"""Outcomes with a number of their own; others follow."""


class Flights:
    """Columns of the frames, and what they share."""

    def __init__(self, places: Places, texts: Shared[str]) -> None:
        self._places = places
        self.texts = texts
        self.octets: Shared[bytes] = Shared()
        self.routes: Shared[Route] = Shared()
        self.outcomes: Shared[str] = Shared()
        for outcome in PLAIN_OUTCOMES:
            self.outcomes.number(outcome)

    def route(self, message: Message) -> Route:
        """Return the way of a message over the cables."""
        return tuple(
            (
                *self._places.way(hop.src, hop.dst),
                hop.sent - message.time,
                hop.arrival - message.time,
                self.outcomes.number(hop.outcome),
            )
            for hop in message.hops
        )

    def columns(
        self, trace: Trace, told: list[Message], whys: list[Why], inside: list[int]
    ) -> dict[str, list[int]]:
        """Return the columns of the messages `inside`; `whys` are the reasons of all that were `told`."""
        work, node = Work(trace, Window(0, trace.duration)), self._places.node
        is_work = [work.part_of(message) is not None for message in told]
        numbers = {number: place for place, number in enumerate(inside)}
        shown = [told[number] for number in inside]
        return {
            "time": [message.time for message in shown],
            "src": [node(message.src) for message in shown],
            "to": [node(message.addressee) for message in shown],
            "kind": [KINDS.index(message.kind) for message in shown],
            "text": [self.texts.number(describe(message.frame.packet)) for message in shown],
            "bytes": [self.octets.number(message.octets) for message in shown],
            "route": [self.routes.number(self.route(message)) for message in shown],
            "why": [self.texts.number(_told(whys[number], told, number, numbers)) for number in inside],
            "of": [numbers.get(whys[number].of, -1) for number in inside],
            "cause": [message.frame.cause for message in shown],
            "probe": [int(is_work[number]) for number in inside],
        }


def _told(why: Why, told: list[Message], number: int, inside: Mapping[int, int]) -> str:
    """The text of a reason; it is filled in where it speaks of a frame before the window."""
    if why.of < 0 or why.of in inside:
        return why.text
    of = told[why.of].time
    since = told[number].time - of
    return why.text.replace("{of}", f"{of / SECOND:.6f} s").replace("{since}", f"{since / SECOND:.6f} s")
