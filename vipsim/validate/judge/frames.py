"""Adverts and announcements of a row against those of one run: number, order, form and spacing.

Both are lists of times, cut at a limit and at the end of the observation. The n-th of one must lie where the
n-th of the other does, within what the recording can tell; what only one of them has must lie beyond the
end of the other's knowledge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vipsim.validate.judge.noise import DRIFT_S
from vipsim.validate.judge.readings import observed_until

ADVERTS = ("adverts_old", "adverts_new", "adverts_n3")
ANNOUNCEMENTS = ("garps", "garps_old", "garps_n3", "garp_answered_by_old")
WAKING_S = 1.0
"""What a daemon sends so soon after SIGCONT answers what was queued: one more or less (truth/README)."""
BURST = 5
"""Announcements that go with one advert at most (keepalived's vrrp_garp_master_repeat)."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frames:
    """Times at which frames of one kind were sent, in order."""

    times: tuple[float, ...]
    until: float
    """Seconds: complete up to here."""


def frames(row: Row) -> dict[str, Frames]:
    """Every list of frames of a row; adverts of different priorities are different lists."""
    end, cut = observed_until(row), row.get("cut") or {}

    def until(name: str) -> float:
        limit = (cut.get(name) or {}).get("complete_until_s")
        return end if limit is None else min(end, float(limit))

    found: dict[str, Frames] = {}
    adverts = {name: row[name] for name in ADVERTS if name in row}
    if isinstance(
        row.get("adverts"), dict
    ):  # start-up and watch rows: adverts_old and _new say the same again
        adverts = {f"adverts.{node}": times for node, times in row["adverts"].items()}
    for name, sent in adverts.items():
        for priority in dict.fromkeys(value for _, value in sent):
            times = tuple(float(time) for time, value in sent if value == priority)
            found[f"{name} of priority {priority}"] = Frames(times, until(name))
    announced = {name: row[name] for name in ANNOUNCEMENTS if row.get(name) is not None}
    announced |= {f"garps of {node}": times for node, times in (row.get("garps_by_node") or {}).items()}
    for name, times in announced.items():
        found[name] = Frames(tuple(map(float, times)), until(name))
    return found


def differences(row: Row, run: Row, blur: float) -> Iterator[str]:
    """Say in words what in the frames of `row` this run does not have.

    Parameters
    ----------
    row, run : dict
        The recorded row and the simulated one.
    blur : float
        Seconds that a recorded time may be off.
    """
    ours, theirs = frames(row), frames(run)
    ends = observed_until(row), observed_until(run)
    waking = str(row.get("fault", "")).endswith("cont")
    for name in dict.fromkeys([*ours, *theirs]):
        if name == "garp_answered_by_old" and name not in row:
            continue  # not recorded in the earlier runs
        a, b = ours.get(name, Frames((), ends[0])), theirs.get(name, Frames((), ends[1]))
        if waking:
            a, b = _evened(a, b, 1 if name.startswith("adverts") else BURST)
        said = _compare(a, b, blur)
        if said:
            yield f"{name}: {said}"
    for field in ("garp_form", "last_old_prio"):
        if (
            field in row
            and field in run
            and row[field] != run[field]
            and None not in (row[field], run[field])
        ):
            yield f"{field}: recorded {row[field]}, simulated {run[field]}"
    recorded, simulated = row.get("garp_delay_s"), run.get("garp_delay_s")
    if recorded is not None and simulated is not None and (recorded < 0) != (simulated < 0):
        order = "before" if recorded < 0 else "after"
        yield f"the first announcement comes {order} the advert in the recording only"


def _compare(a: Frames, b: Frames, blur: float) -> str:
    """What differs between a recorded and a simulated list; nothing if they agree."""
    begin = _common_begin(a.times, b.times, blur)
    until = min(a.until, b.until)
    recorded, simulated = ([t for t in one.times if t >= begin] for one in (a, b))
    for number, (x, y) in enumerate(zip(recorded, simulated, strict=False)):
        tolerance = blur + DRIFT_S * number
        if min(x, y) > until - tolerance:
            return ""
        if abs(x - y) > tolerance:
            return f"number {number + 1} at {x:.3f} s, simulated {y:.3f} s"
    common = min(len(recorded), len(simulated))
    more = (recorded if len(recorded) > common else simulated)[common:]
    if not more or more[0] > until - blur - DRIFT_S * common:
        return ""
    if len(recorded) > common:
        return f"{len(recorded)} recorded, {common} simulated: one more at {more[0]:.3f} s"
    return f"{common} recorded, {len(simulated)} simulated: one more at {more[0]:.3f} s"


def _common_begin(a: tuple[float, ...], b: tuple[float, ...], blur: float) -> float:
    """From when on both lists tell: before time 0 a run need not have the history of the recording."""
    if not a or not b or a[0] >= 0 or b[0] >= 0:
        return 0.0 if (a and a[0] < 0) or (b and b[0] < 0) else -math.inf
    return max(a[0], b[0]) - blur


def _evened(a: Frames, b: Frames, most: int) -> tuple[Frames, Frames]:
    """Take up to `most` frames from the first second of the list that has more of them there."""
    counts = [sum(0 <= t < WAKING_S for t in one.times) for one in (a, b)]
    extra = min(most, abs(counts[0] - counts[1]))
    if counts[0] > counts[1]:
        return _without(a, extra), b
    return a, _without(b, extra)


def _without(frames: Frames, extra: int) -> Frames:
    """Leave out the last `extra` frames of the first second."""
    kept = list(frames.times)
    for place in [n for n, t in enumerate(kept) if 0 <= t < WAKING_S][::-1][:extra]:
        del kept[place]
    return Frames(tuple(kept), frames.until)
