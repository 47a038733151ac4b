"""The rows of a ladder: messages and what happened on hosts, the clients' work gathered between them.

Of many probes in a row only three things matter: whom they were addressed to (a client sends where its
neighbor cache says, dead or not), how many there were, and how many were answered. The same goes for the
segments of TCP connections and for datagrams that nobody answers. Background polls go to other addresses;
they are left out and only counted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from vipsim.trace import Trace
from vipsim.units import Time, seconds
from vipsim.view.exchange import Mark, Message, marks
from vipsim.view.lanes import Window
from vipsim.view.work import ONE_WAY, PROBE, TCP, Part, Work

_NOUNS = {PROBE: ("probe", "answer"), TCP: ("TCP segment", "acknowledged"), ONE_WAY: ("datagram", "arrived")}
"""By the way in which a client asks: what it sends, and what became of it."""


@dataclass(slots=True)
class Probes:
    """What measured clients sent to one host in one way, with nothing else between."""

    time: Time
    last: Time
    target: str
    """Host to whose MAC the frames were addressed; the MAC itself if it is nobody's."""
    nodes: set[str] = field(default_factory=set)
    """The clients' hosts."""
    served: set[str] = field(default_factory=set)
    """Those of them that got an answer."""
    asked: int = 0
    answered: int = 0
    way: str = PROBE

    @property
    def unanswered(self) -> int:
        """How many of these probes no answer ever came back to."""
        return max(0, self.asked - self.answered)

    @property
    def text(self) -> str:
        """``until 5.103 s: 110 probes to db1, 98 answers (✗ 12 unanswered)``, or ``✗ 0 answers``."""
        sent, back = _NOUNS[self.way]
        probes = f"{self.asked} {sent}{'' if self.asked == 1 else 's'}"
        plural = "s" if self.way == PROBE and self.answered != 1 else ""
        answers = f"{'' if self.answered else '✗ '}{self.answered} {back}{plural}"
        lost = "lost" if self.way == ONE_WAY else "unanswered"
        some = f" (✗ {self.unanswered} {lost})" if self.answered and self.unanswered else ""
        return f"until {seconds(self.last)}: {probes} to {self.target}, {answers}{some}"


Row = Message | Mark | Probes


def rows(
    trace: Trace, part: Window, told: list[Message], nodes: Collection[str], kinds: Collection[str]
) -> tuple[list[Row], int]:
    """Everything between these nodes in the window, in order, and how many polls were left out.

    `told` is what `messages` returned for this window.
    """
    work = Work(trace, part)
    said = [message for message in told if message.kind in kinds and _is_between(message, nodes)]
    events: list[Message | Mark] = sorted([*marks(trace, part, nodes), *said], key=lambda row: row.time)
    result: list[Row] = []
    gathered: dict[tuple[str, str], Probes] = {}
    polls = 0
    for event in events:
        last = result[-1] if result else None
        found = work.part_of(event) if isinstance(event, Message) else None
        if isinstance(event, Message) and found is not None:
            if found.is_poll:
                polls += found.is_question
            elif (row := _gather(event, found, gathered)) is not None:
                result.append(row)
        elif isinstance(event, Mark) and isinstance(last, Mark) and _is_same_moment(event, last):
            last.text, last.state = f"{last.text}, {event.text}", event.state or last.state
            last.is_fault = last.is_fault or event.is_fault
        else:
            gathered.clear()
            result.append(event)
    return result, polls


def _is_between(message: Message, nodes: Collection[str]) -> bool:
    """Whether a message was sent by one of the nodes, and to one of them (or got lost on the way)."""
    ends = [*message.arrived, *(node for node, _ in message.missed)]
    return message.src in nodes and any(node is None or node in nodes for node in ends)


def _is_same_moment(one: Mark, other: Mark) -> bool:
    return one.time == other.time and one.node == other.node


def _gather(message: Message, found: Part, gathered: dict[tuple[str, str], Probes]) -> Probes | None:
    """Count a piece of work where it belongs; return the row if that is a new one."""
    if not found.counts:
        return None
    target = (message.addressee or str(message.frame.dst)) if found.is_question else message.src
    row = gathered.get((target, found.way))
    is_new = row is None
    if row is None:
        row = Probes(message.time, message.time, target, way=found.way)
        gathered[target, found.way] = row
    row.last = message.time
    row.nodes.add(found.client)
    row.asked += found.is_question
    if found.is_answered:
        row.answered += 1
        row.served.add(found.client)
    return row if is_new else None
