"""One observation of a run, looked at in seconds after its time 0."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

from vipsim.units import MS, SECOND, Time
from vipsim.validate.daemons.client import Replies, Run, gaps_of, runs_of
from vipsim.validate.daemons.course import Conducted, Course, Seen
from vipsim.validate.daemons.journal import Journal
from vipsim.wire.addresses import Mac
from vipsim.wire.announcement import target_of

GAP = 10 * MS
"""Longest distance of two replies that is no gap."""
SILENT = 0.25
"""A silence at the end counts if it is longer than this (s), and than every gap."""


def rounded(value: float | None) -> float | None:
    """As many digits as the recordings have: 10 us."""
    return None if value is None else round(value, 5)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen between time 0 and the end of one observation."""

    course: Course
    conducted: Conducted
    seen: Seen

    @property
    def journal(self) -> Journal:
        """What was seen."""
        return self.conducted.journal

    # --- a pair of nodes -------------------------------------------------------------------

    def pair(self, old: str, new: str, frames: Time, replies: Time) -> dict[str, Any]:
        """What is told of the old and the new master: frames from so long before time 0, and replies."""
        found = self.frames(old, new, frames)
        begin, end = self.seen.begin, self.seen.end
        runs = runs_of(self.replies(), begin - replies, end)
        gaps = gaps_of(self.replies(), begin - replies, end, GAP)
        longest = max((b - a for a, b, *_ in gaps), default=0) / SECOND
        silence = (end - runs[-1].last) / SECOND if runs else 0.0
        found["censored"] = silence > max(longest, SILENT)
        found["outage_s"] = rounded(silence if found["censored"] else longest)
        found["outage_total_s"] = rounded(sum(b - a for a, b, *_ in gaps) / SECOND)
        found["gaps"] = [[self.at(a), self.at(b), x, y] for a, b, x, y in gaps]
        found["n_gaps"] = len(gaps)
        found["owners"] = [self.run(run) for run in runs]
        after = runs_of(self.replies(), begin + 1, end)
        found["first_reply_new_s"] = next((self.at(run.first) for run in after if run.node == new), None)
        found["window"] = {
            "frames_from_s": -frames / SECOND,
            "replies_from_s": -replies / SECOND,
            "to_s_at_least": self.at(end),
        }
        return found

    def frames(self, old: str, new: str, since: Time) -> dict[str, Any]:
        """What is told of the frames of both."""
        journal = self.journal
        adverts_new = self.adverts(new, 0)
        detected = adverts_new[0][0] if adverts_new else None
        garps = self.times(journal.announced[new], 0)
        heard = self.delivered(new, old, since)
        last = next((one for one in reversed(heard) if detected is None or one[0] <= detected), None)
        if detected is None:
            last = heard[-1] if heard else None
        return {
            "phase_s": self.age(old, since) if since else None,
            "detect_s": detected,
            "last_old_advert_s": last[0] if last else None,
            "last_old_prio": last[1] if last else None,
            "mdi_s": rounded(detected - last[0]) if last and detected is not None else None,
            "adverts_old": self.adverts(old, since),
            "adverts_new": adverts_new,
            "garps": garps,
            "garp_n": len(garps),
            "garp_form": self.form(new),
            "garp_delay_s": self.garp_delay(garps, adverts_new),
            "garps_old": self.times(journal.announced[old], 0),
        }

    def garp_delay(self, garps: list[float], adverts: list[list[Any]]) -> float | None:
        """First announcement minus first advert."""
        return rounded(garps[0] - adverts[0][0]) if garps and adverts else None

    def form(self, node: str) -> str | None:
        """Operation, target hardware address and Ethernet source of the first announcement."""
        times = self.journal.announced[node]
        number = bisect_right(times, self.seen.begin)
        if number >= len(times) or times[number] > self.seen.end:
            return None
        form, _, source = self.journal.forms[node][number].partition(" ")
        target = str(target_of(form, Mac.parse(source))).lower()
        return f"op1 tha={target} src={source.lower()}"

    def first(self, adverts: dict[str, list[list[Any]]], limit: int) -> dict[str, Any]:
        """Adverts of each node, who sent any, and when the first one was sent."""
        firsts = [sent[0][0] for sent in adverts.values() if sent]
        return {
            "adverts": {node: sent[:limit] for node, sent in adverts.items()},
            "masters_seen": [node for node, sent in adverts.items() if sent],
            "first_advert_s": min(firsts, default=None),
        }

    # --- lists -----------------------------------------------------------------------------

    def at(self, time: Time) -> float:
        """A time of the run, relative to time 0."""
        return round((time - self.seen.begin) / SECOND, 5)

    def run(self, run: Run) -> list[Any]:
        """A run of answers as a row has it."""
        return [run.node, self.at(run.first), self.at(run.last), run.count]

    def replies(self) -> Replies:
        """What the client heard in the whole run."""
        journal = self.journal
        interval = self.course.plan.clients[0].client.interval
        return Replies(journal.owners, journal.silences, interval, self.conducted.last_answer)

    def times(self, times: list[Time], since: Time) -> list[float]:
        """Those of the observation, from `since` (ns) before time 0."""
        low = bisect_left(times, self.seen.begin - since)
        return [self.at(time) for time in times[low : bisect_right(times, self.seen.end)]]

    def adverts(self, node: str, since: Time) -> list[list[Any]]:
        """Time and priority of each advert that `node` sent, from `since` (ns) before time 0."""
        low, high = self.seen.begin - since, self.seen.end
        return [[self.at(time), prio] for time, prio in self.journal.adverts[node] if low <= time <= high]

    def delivered(self, at: str, sender: str, since: Time) -> list[list[Any]]:
        """Adverts of `sender` that the switch gave to node `at`."""
        own = {node.address.partition("/")[0]: node.name for node in self.course.experiment.nodes}
        low, high = self.seen.begin - since, self.seen.end
        return [
            [self.at(time), priority]
            for time, priority, source in self.journal.delivered[at]
            if low <= time <= high and own.get(source) == sender
        ]

    def age(self, node: str, within: Time = 10 * SECOND) -> float | None:
        """From the last advert of `node` to time 0."""
        times = [time for time, _ in self.journal.adverts[node] if time <= self.seen.begin]
        if not times or self.seen.begin - times[-1] > within:
            return None
        return rounded((self.seen.begin - times[-1]) / SECOND)
