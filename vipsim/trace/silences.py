"""What the measured clients felt: their silences, and which failover each belongs to.

The client of a world emits a ``gap`` record when it is answered again after a silence longer than its
probe spacing, and for a silence still open when the run ends. Which of them belongs to a failover: the
longest (of equals the first) that overlaps the time from the fault to the first announcement, plus one
probe spacing, and did not begin before the fault. So single losses long after the fault, and a silence
of long before, count for the client, not for the failover.

A client that was never answered before has no last answer: its first silence counts from its first probe,
and belongs to every failover within it, however long before the fault it began. It noticed something all
the same, so it must not read as a blackout of 0.

The client's last answer is older than the fault by up to one probe spacing; by more only if probes were
late or lost just then, for which `SLACK` more are allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vipsim.trace.facts import Facts
from vipsim.trace.outcome import OPEN_AT_LEAST, ClientOutage, ClientSummary, Failover
from vipsim.trace.takeovers import Takeover
from vipsim.units import Time

Silence = tuple[Time, Time | None]

SLACK = 2
"""Probe spacings: a silence that began one and this many before a fault may still be its work."""


class Silences:
    """Keeps the silences of every measured client."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._silences: dict[str, list[Silence]] = {client: [] for client in facts.clients}
        self._lost: dict[str, int] = {}
        self._answered: set[str] = set()
        self._mute: dict[str, Silence] = {}
        """By client the silence before its first answer: open, or one that a first ``answered`` ends."""

    def on_gap(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``gap``."""
        client = data["client"]
        silence: Silence = (data["last"], data["first"])
        self._silences.setdefault(client, []).append(silence)
        if silence[1] is None and client not in self._answered and len(self._silences[client]) == 1:
            self._mute[client] = silence
        self._lost[client] = self._lost.get(client, 0) + (data.get("lost") or 0)

    def on_answered(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``answered``: the first one follows the silence that it ends."""
        client = data["client"]
        silences = self._silences.get(client, [])
        if client not in self._answered and silences and silences[0][1] == time:
            self._mute[client] = silences[0]
        self._answered.add(client)

    def summaries(self, end: Time, failovers: Iterable[Failover]) -> dict[str, ClientSummary]:
        """Sum up each client over a run that ended at `end` (ns) with these failovers."""
        out = {name for failover in failovers for name, found in failover.clients.items() if found.censored}
        result: dict[str, ClientSummary] = {}
        for client in sorted(self._silences):
            silences, spacing = self._silences[client], self._spacing(client)
            lengths = [_length(silence, end) for silence in silences]
            open_since = [last for last, first in silences if first is None]
            goes_on = client in out or any(end - last >= OPEN_AT_LEAST * spacing for last in open_since)
            longest = max(lengths, default=0)
            result[client] = ClientSummary(
                resolution=spacing,
                silences=tuple(silences),
                blackout=sum(lengths),
                longest=longest,
                censored=goes_on,
                longest_censored=goes_on and any(end - last == longest for last in open_since),
                lost=self._lost.get(client, 0),
                never=self._is_never_answered(client),
            )
        return result

    def _spacing(self, client: str) -> Time:
        facts = self._facts.clients.get(client)
        return facts.interval if facts else 0

    def complete(self, takeover: Takeover, end: Time) -> Failover:
        """Turn a takeover into a failover with its parts and its clients."""
        detected, owned, announced = _in_order(takeover)
        settled = max(takeover.at, detected or 0, owned or 0, announced or 0)
        clients = {
            client: self._outage(client, takeover.begin, settled, end)
            for client in sorted(self._silences)
            if self._facts.concerns(takeover.machine, client)
        }
        silent = [outage for outage in clients.values() if outage.last is not None]
        back = [outage.first for outage in silent if outage.first is not None]
        return Failover(
            kind=takeover.kind,
            machine=takeover.machine,
            fault=takeover.fault,
            fault_at=takeover.begin,
            old=takeover.old,
            new=takeover.new,
            why=takeover.why,
            takeover_at=takeover.at,
            detection=_minus(detected, takeover.begin),
            election=_minus(owned, detected),
            announcement=_minus(announced, owned),
            repair=max(0, min(back) - announced) if back and announced is not None else None,
            convergence=max(back) - takeover.begin if back and len(back) == len(silent) else None,
            false=takeover.false,
            needless=takeover.needless,
            clients=clients,
        )

    def _is_never_answered(self, client: str) -> bool:
        mute = self._mute.get(client)
        return mute is not None and mute[1] is None

    def _outage(self, client: str, begin: Time, settled: Time, end: Time) -> ClientOutage:
        spacing = self._spacing(client)
        mute = self._mute.get(client)
        if mute is not None and (mute[1] is None or mute[0] <= begin < mute[1]):
            return ClientOutage(_length(mute, end), mute[1] is None, *mute, never=True)
        earliest = begin - (1 + SLACK) * spacing if spacing else 0
        until = settled + spacing
        found: Silence | None = None
        for silence in self._silences[client]:
            last, first = silence
            overlaps = earliest <= last <= until and (first is None or first > begin)
            if overlaps and (found is None or _length(silence, end) > _length(found, end)):
                found = silence
        if found is None:
            return ClientOutage()
        return ClientOutage(_length(found, end), found[1] is None, *found)


def _length(silence: Silence, end: Time) -> Time:
    last, first = silence
    return (end if first is None else first) - last


def _in_order(takeover: Takeover) -> tuple[Time | None, Time | None, Time | None]:
    """Times of detection, ownership, announcement: none before the one before it, None cuts off the rest."""
    detected = takeover.detected
    owned = None if detected is None or takeover.owned is None else max(takeover.owned, detected)
    announced = None if owned is None or takeover.announced is None else max(takeover.announced, owned)
    return detected, owned, announced


def _minus(later: Time | None, earlier: Time | None) -> Time | None:
    return None if later is None or earlier is None else later - earlier
