"""The chapters of the story: its moments in words, in order, and never an effect before its cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vipsim.trace import Failover, Record, Trace
from vipsim.units import MS, SECOND, Time, seconds
from vipsim.view.lanes import Window, scenario_nodes
from vipsim.view.replay.headlines import headlines
from vipsim.view.replay.places import Places

MOST_SILENCES = 8
"""How many silences of no failover become chapters, the longest first."""
HANDOVER = 10 * MS
"""A master that hears the new one lets go within this: both together are one handover."""
_NEAR = SECOND
"""An announcement so near to a step down is part of it."""

Moment = tuple[Time, str]


def chapters(trace: Trace, part: Window, places: Places) -> list[dict[str, Any]]:
    """Return the moments of the story, in order; what happened at one time is one chapter.

    Parameters
    ----------
    trace : Trace
        The run.
    part : Window
        Moments within it are told.
    places : Places
        Whose clients are where.
    """
    handovers = _handovers(trace)
    moments = [*_of_faults(trace), *_of_ports(trace)]
    for failover in trace.failovers:
        moments += _of_failover(trace, failover, handovers)
    taken_back = {(time, node) for _, time, node in handovers.values()}
    moments += [one for one in _of_losses(trace) if (one[0], one[1].partition(" ")[0]) not in taken_back]
    moments += _of_writers(trace)
    moments += _of_silences(trace, places, sorted({time for time, _ in moments}))
    found: dict[Time, dict[str, None]] = {}
    for time, text in moments:
        if time in part:
            found.setdefault(time, {})[text] = None
    return [{"time": time, "text": "; ".join(found[time])} for time in sorted(found)]


def _of_faults(trace: Trace) -> Iterator[Moment]:
    switches = {name for name, node in scenario_nodes(trace).items() if node.get("kind") == "switch"}
    together: dict[Time, list[Record]] = {}
    for record in trace.select("fault"):
        together.setdefault(record.time, []).append(record)
    for time, records in together.items():
        # What a machine does is the news; what the network does beside it comes after.
        ordered = sorted(records, key=lambda record: record.data.get("word") in ("drop", "delay", "jitter"))
        yield from ((time, text) for text in headlines(ordered, switches))


def _of_ports(trace: Trace) -> Iterator[Moment]:
    for record in trace.select("port"):
        if record.time > 0 and record.data.get("new") == "FORWARDING":
            yield record.time, f"{record.node}'s port {record.data.get('port')} forwards"


# --- who is master, and who has the address --------------------------------------------------


def _handovers(trace: Trace) -> dict[int, tuple[Time, Time, str]]:
    """Return, by number of a failover whose old master lets go at once: taken when, let go when, by whom."""
    found = {}
    for number, failover in enumerate(trace.failovers):
        for record in trace.select("vip"):
            wait = record.time - failover.takeover_at
            is_old = record.node == failover.old and record.data["act"] == "release"
            if is_old and 0 < wait <= HANDOVER:
                found[number] = failover.takeover_at, record.time, record.node
    return found


def _of_failover(
    trace: Trace, failover: Failover, handovers: dict[int, tuple[Time, Time, str]]
) -> Iterator[Moment]:
    new, old = failover.new, failover.old
    number = trace.failovers.index(failover)
    if number in handovers:
        _, time, _ = handovers[number]
        yield time, f"{new} becomes MASTER ({failover.kind})"
        yield time, f"{new} takes the address, announces it"
        yield time, f"{old} lets go when it hears so: one owner again"
    else:
        # The trace calls it a failover, too; but nothing had failed: there are two masters now.
        is_wrong = failover.false and failover.needless
        yield (
            failover.takeover_at,
            f"{new} becomes MASTER "
            + (f"though {old} is alive and MASTER" if is_wrong else f"({failover.kind})"),
        )
        if failover.owned_at is not None:
            yield failover.owned_at, f"{new} takes the address"
        if failover.announced_at is not None:
            yield failover.announced_at, f"{new} announces the address"
    for client, outage in failover.clients.items():
        if outage.first is not None and outage.last is not None:
            yield outage.first, _answered(trace, client, outage.last, outage.first)


def _of_losses(trace: Trace) -> Iterator[Moment]:
    """Yield every step down of a master and every loss of an address that no fault of that moment tells."""
    faults = {(record.time, record.node) for record in trace.select("fault")}
    told = {record.time for record in trace.select("announce")}
    goodbyes = {
        (record.time, record.node) for record in trace.select("advert") if record.data.get("priority") == 0
    }
    for record in trace.select():
        if (
            record.kind == "state"
            and record.data.get("old") == "MASTER"
            and record.data.get("new") != "MASTER"
        ):
            is_silent = (record.time, record.node) not in goodbyes
            alone = is_silent and not any(abs(time - record.time) <= _NEAR for time in told)
            said = " in silence" if alone else "" if is_silent else " and says goodbye"
            yield record.time, f"{record.node} steps down{said}"
        elif record.kind == "vip" and record.data["act"] == "release":
            yield record.time, f"{record.node} gives the address up"
        elif (
            record.kind == "vip" and record.data["act"] == "lost" and (record.time, record.node) not in faults
        ):
            yield record.time, f"{record.node} answers for the address no more"


def _of_writers(trace: Trace) -> Iterator[Moment]:
    open_ones: set[str] = set()
    for record in trace.select("writer"):
        if record.data.get("act") == "end":
            open_ones.discard(record.node)
            yield record.time, f"{record.node} takes no writes any more"
            continue
        others = sorted(open_ones - {record.node})
        open_ones.add(record.node)
        if record.time > 0:
            yield (
                record.time,
                f"{record.node} takes writes" + (f", and so does {others[0]}" if others else ""),
            )
    for record in trace.select("note"):
        text = str(record.data.get("text", "")).removeprefix(f"{record.data.get('machine')}: ")
        if text.startswith("forgets"):
            yield record.time, f"{record.node} {text}"


# --- silences --------------------------------------------------------------------------------


def _of_silences(trace: Trace, places: Places, causes: list[Time]) -> Iterator[Moment]:
    """Yield the beginning and end of the longest silences that belong to no failover.

    A client's last answer comes before what silences it: the beginning is told where the first question
    without an answer may have its cause.
    """
    felt = {(name, felt.last) for failover in trace.failovers for name, felt in failover.clients.items()}
    apart = [
        (name, last, first)
        for name, summary in trace.metrics.clients.items()
        for last, first in summary.silences
        if (name, last) not in felt
    ]
    apart.sort(key=lambda silence: (silence[1] - (silence[2] or trace.duration), silence))
    intervals = {client.name: client.interval for client in places.scenario.clients}
    for name, last, first in apart[:MOST_SILENCES]:
        late = last + 2 * intervals.get(name, 0)
        cause = next((time for time in causes if last <= time <= late), None)
        if cause is None:
            yield last, f"{name} has its last answer for now"
        else:
            yield cause, f"{name} is not answered from here on"
        if first is not None:
            yield first, _answered(trace, name, last, first)


def _answered(trace: Trace, client: str, last: Time, first: Time) -> str:
    """The return of a client's answers: how long it was silent, and what brought them back."""
    text = f"{client} is answered again after {seconds(first - last)}"
    answer = next(
        (one for one in trace.select("answered") if one.time == first and one.data.get("client") == client),
        None,
    )
    why = "" if answer is None else _repaired(trace, answer.node, last, first)
    return f"{text}: {why}" if why else text


def _repaired(trace: Trace, host: str, last: Time, first: Time) -> str:
    """What became of a client's entry for the address while it was silent; nothing if it had none."""
    entries = (
        record
        for record in trace.select("neighbor")
        if record.node == host and last < record.time <= first and str(record.data["ip"]) in trace.vips
    )
    return _last_of(entries, host)


def _last_of(entries: Iterable[Record], host: str) -> str:
    found = ""
    for record in entries:
        why, new = record.data.get("why"), record.data.get("new")
        if why == "too old":
            found = f"{host}'s old entry ran out, and it asked again"
        elif why == "no answer" and new == "FAILED":
            found = f"{host}'s old entry led nowhere, and it asked everybody"
    return found
