"""A measured course against the model's: states, frames, destinations and recovery, within the rig's reading.

Chance is not compared: the model's timers took the lateness that the recording shows, as far as their
grid lets them (`vipsim.validate.course_guide`). What remains is how late the harness noted things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vipsim.units import SECOND, Time
from vipsim.validate.course_events import Happened
from vipsim.validate.course_guide import READING

TOLERANCE: Time = READING
"""A measured time may lie so far from the model's: the harness polled each 8 to 30 ms, datagrams leave
up to 10 ms late."""
UNSEEN: Time = READING
"""A state that lasts no longer may be missing in the recording: nobody looked in time."""

STREAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ARP sent by the client", ("arp_out",)),
    ("ARP heard by the client", ("arp_in",)),
    ("destination of the data", ("data_dst",)),
    ("first datagram at B", ("first_datagram_at_B",)),
    ("first reply from B", ("first_reply_from_B",)),
    ("taking of the address", ("B_takes_address",)),
    ("error of the client", ("client_error",)),
    ("connection begun", ("connect_started",)),
    ("connection made", ("connected",)),
    ("connection accepted", ("accept",)),
    ("ICMP heard by the client", ("icmp_in",)),
    ("segments of the client", ("tcp_out",)),
    ("segments for the client", ("tcp_in",)),
)
"""What is compared in order, each kind on its own."""


def compare_courses(measured: Sequence[Happened], model: Sequence[Happened], end: Time) -> list[str]:
    """Return the differences between two courses that were watched until `end` (ns from t_zero)."""
    found = list(_states(_of(measured, "state"), _of(model, "state"), end))
    for title, names in STREAMS:
        found += _stream(title, _of(measured, *names), _of(model, *names), end)
    said, ours = (_bursts(_of(events, "announce")) for events in (measured, model))
    return found + list(_stream("announcement of B", said, ours, end))


def _bursts(events: list[Happened]) -> list[Happened]:
    """Events that do not follow another at once: a frame that is sent three times is one announcement."""
    return [
        event
        for number, event in enumerate(events)
        if not number or event.at - events[number - 1].at > TOLERANCE
    ]


def _of(events: Iterable[Happened], *names: str) -> list[Happened]:
    return [event for event in events if event.what in names]


def _is_near(measured: Time, model: Time) -> bool:
    return -TOLERANCE <= measured - model <= TOLERANCE


# --- states ------------------------------------------------------------------------------------


def _states(measured: list[Happened], model: list[Happened], end: Time) -> Iterable[str]:
    """Each measured state is one of the model's, in order; those between may only be too short to see.

    Where a short one was missed, the state before and after it may be the same: it is noted once.
    """
    ends = [event.at for event in model[1:]] + [end]
    place = 0
    last: tuple[object, ...] = ()
    for seen in measured:
        found = _next(model, place, seen)
        for number in range(place, len(model) if found is None else found):
            if not _is_unseen(model[number], ends[number]) and model[number].detail != last:
                yield f"state: expected {seen}, got {model[number]}"
                return
        if found is None:
            yield f"state: expected {seen}, got nothing more"
            return
        place, last = found + 1, seen.detail
    for number in range(place, len(model)):
        is_new = not _is_unseen(model[number], ends[number]) and model[number].detail != last
        if is_new and model[number].at < end - UNSEEN:
            yield f"state: expected nothing more, got {model[number]}"
            return


def _is_unseen(event: Happened, until: Time) -> bool:
    return until - event.at <= UNSEEN or event.detail[0] == "none"


def _next(model: list[Happened], place: int, seen: Happened) -> int | None:
    """Return the number of the model's next state, from `place` on, that is the one `seen`."""
    for number in range(place, len(model)):
        if model[number].detail == seen.detail and _is_near(seen.at, model[number].at):
            return number
    return None


# --- everything else ---------------------------------------------------------------------------


def _stream(title: str, measured: list[Happened], model: list[Happened], end: Time) -> Iterable[str]:
    """Both must have the same, in the same order, each at its time; the very end may be cut off."""
    shared = min(len(measured), len(model))
    for seen, made in zip(measured, model, strict=False):
        if seen.detail != made.detail or not _is_near(seen.at, made.at):
            yield f"{title}: expected {seen}, got {made}"
            return
    for seen in measured[shared : shared + 1]:
        if seen.at < end - TOLERANCE:
            yield f"{title}: expected {seen}, got nothing more"
    for made in model[shared : shared + 1]:
        if made.at < end - TOLERANCE:
            yield f"{title}: expected nothing more, got {made}"


def compare_recovery(name: str, measured: Time | None, model: Time | None) -> list[str]:
    """Compare the moment at which the course was over."""
    if measured is None or model is None:
        same = measured is None and model is None
    else:
        same = _is_near(measured, model)
    return [] if same else [f"{name}: expected {_said(measured)}, got {_said(model)}"]


def _said(time: Time | None) -> str:
    return "never" if time is None else f"{time / SECOND:.3f} s"


def compare_counts(name: str, measured: int, model: int) -> list[str]:
    """Compare how many datagrams were sent or got; the end of a course may fall before or after the last."""
    return [] if abs(measured - model) <= 1 else [f"{name}: expected {measured}, got {model}"]
