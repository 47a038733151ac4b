"""What was seen of a trial, in the fields of a recorded row: seconds after time 0.

The definitions are those of ``fields`` in experiments.json; lists are cut as the recorded ones are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from statistics import fmean, median
from typing import Any

from vipsim.units import MS, SECOND, s
from vipsim.validate.daemons.client import gaps_of, runs_of
from vipsim.validate.daemons.course import Conducted, Course
from vipsim.validate.daemons.look import Look, rounded

FRAMES_FROM, REPLIES_FROM = -4.0, -0.05
"""The lists of a failover begin there (``window``), in s after time 0."""
COARSE_GAP = 25 * MS
"""Longest distance of two replies that is no gap, in loss and watch rows."""
LIMITS = {
    "adverts_old": 40,
    "adverts_new": 30,
    "garps_old": 60,
    "garps": 60,
    "gaps": 12,
    "owners": 40,
    "garp_answered_by_old": 20,
    "adverts_n3": 30,
    "garps_n3": 30,
    "episode_s": 200,
}
"""How long the recorded lists may be."""
STEADY_GARPS, STARTUP_OWNERS, STARTUP_ADVERTS, WATCH_ADVERTS = 80, 20, 14, 80
COPIED = ("exp", "daemon", "version", "params", "fault", "trial", "setup", "load1", "theory_mdi_s")
"""What the recorded row says of itself."""


def row_of(course: Course, conducted: Conducted, suffix: str, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """The simulated row of one stage, with the keys of the recorded one."""
    head = {key: recorded[key] for key in COPIED if key in recorded}
    head["_reachable_ms"] = conducted.reachable_ms
    seen = conducted.seen.get(suffix)
    if seen is None:
        return {**head, "_unmet": conducted.unmet or f"there is no stage {suffix!r}"}
    kind = course.experiment.kind
    return {**head, **_cut(KINDS[kind](Look(course, conducted, seen), recorded), kind)}


def _cut(fields: dict[str, Any], kind: str) -> dict[str, Any]:
    """Cut the lists as the laboratory did, and say so."""
    cut: dict[str, Any] = {}
    limits = dict(LIMITS)
    if kind == "steady":
        limits["garps"] = STEADY_GARPS
    if kind == "startup":
        limits["owners"] = STARTUP_OWNERS
    for name, limit in limits.items():
        found = fields.get(name)
        if isinstance(found, list) and len(found) >= limit:
            last = found[limit - 1]
            complete = last[0] if isinstance(last, list) else last
            cut[name] = {"limit": limit, "total": len(found), "complete_until_s": complete}
            fields[name] = found[:limit]
    fields["cut"] = cut
    return fields


def failover(look: Look, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a failover and of a recovery."""
    stage = look.course.experiment.stage(look.seen.suffix)
    assert stage is not None
    found = look.pair(stage.old, stage.new, s(-FRAMES_FROM), s(-REPLIES_FROM))
    found["switched"] = look.seen.switched
    found["garp_answered_by_old"] = look.times(look.journal.answered[stage.old], 0)
    for other in look.journal.nodes:
        if other not in (stage.old, stage.new):
            found[f"adverts_{other}"] = look.adverts(other, 0)
            found[f"garps_{other}"] = look.times(look.journal.announced[other], 0)
    if look.seen.suffix:
        after = [time for time, _ in found["adverts_old"] if time > 0]
        found["old_master_last_advert_s"] = after[-1] if after else None
        first = look.conducted.seen.get("")
        if first is not None:
            found["since_fault_s"] = rounded((look.seen.begin - first.begin) / SECOND)
        found["advert_age_s"] = {node: look.age(node) for node in look.journal.nodes}
    if "stagger_s" in recorded:
        found["stagger_s"] = recorded["stagger_s"]
    return found


def startup(look: Look, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a cold start."""
    stage = look.course.experiment.stage(look.seen.suffix)
    assert stage is not None
    found = look.pair(stage.old, stage.new, 0, 0)
    adverts = {node: look.adverts(node, 0) for node in sorted(look.journal.nodes)}
    found |= look.first(adverts, STARTUP_ADVERTS)
    found["detect_s"] = found["first_advert_s"]
    found["mdi_s"] = None
    first = look.garp_delay(found["garps"], found["adverts_new"])
    found["garp_delay_s"] = first
    found["launch_s"] = rounded((look.conducted.launched - look.seen.begin) / SECOND)
    found["outage_s"] = found["owners"][0][1] if found["owners"] else None
    return found


def watch(look: Look, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a start that is watched for long."""
    replies = look.replies()
    runs = runs_of(replies, look.seen.begin, look.seen.end)
    gaps = gaps_of(replies, look.seen.begin, look.seen.end, COARSE_GAP)
    adverts = {node: look.adverts(node, 0) for node in sorted(look.journal.nodes)}
    found = look.first(adverts, WATCH_ADVERTS)
    found["garps_by_node"] = {
        node: look.times(look.journal.announced[node], 0) for node in sorted(look.journal.nodes)
    }
    found["owners"] = [look.run(run) for run in runs]
    found["outage_s"] = found["owners"][0][1] if runs else None
    found["gaps"] = [[look.at(a), look.at(b), x, y] for a, b, x, y in gaps]
    found["n_gaps"] = len(gaps)
    found["outage_total_s"] = rounded(sum(b - a for a, b, *_ in gaps) / SECOND)
    found["seconds"] = rounded((look.seen.end - look.seen.begin) / SECOND)
    found["start_s"] = recorded.get("start_s")
    if look.conducted.refusals is not None:
        found["refused"] = look.conducted.refusals.told(look.journal.states, look.journal.nodes)
    found["window"] = {"frames_from_s": 0, "replies_from_s": 0, "to_s_at_least": look.at(look.seen.end)}
    return found


def loss(look: Look, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Counts of a run with random loss."""
    old, new = (node.name for node in look.course.experiment.nodes[:2])
    begin, end = look.seen.begin, look.seen.end
    runs = runs_of(look.replies(), begin, end)
    gaps = [(b - a) / SECOND for a, b, *_ in gaps_of(look.replies(), begin, end, COARSE_GAP)]
    sent = {node: look.adverts(node, 0) for node in (old, new)}
    heard = look.delivered(new, old, 0)
    episodes = _episodes([time for time, _ in sent[new]], [time for time, _ in heard])
    seconds = (end - begin) / SECOND
    found = {
        "seconds": rounded(seconds),
        f"{old}_sent": len(sent[old]),
        f"{old}_delivered": len(heard),
        f"{new}_sent": len(sent[new]),
        "false_failovers": len(episodes),
        "rate_per_s": rounded(len(episodes) / seconds),
        "episode_s": [rounded(b - a) for a, b in episodes],
        "owner_changes": max(0, len(runs) - 1),
        f"client_on_{new}_s": rounded(sum(run.last - run.first for run in runs if run.node == new) / SECOND),
        "client_gaps": len(gaps),
        "client_gap_total_s": rounded(sum(gaps)),
        "client_gap_max_s": rounded(max(gaps, default=0.0)),
    }
    for node in (old, new):
        found[f"garps_{node}"] = len(look.times(look.journal.announced[node], 0))
    return found


def steady(look: Look, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of an undisturbed master."""
    node = look.course.experiment.nodes[0].name
    times = [time for time, _ in look.adverts(node, 0)]
    spacings = sorted(b - a for a, b in pairwise(times))
    first = times[0] if times else 0.0
    found = {
        "seconds": rounded((look.seen.end - look.seen.begin) / SECOND),
        "adverts": len(times),
        "first_advert_s": times[0] if times else None,
        "garps": [rounded(time - first) for time in look.times(look.journal.announced[node], 0)],
    }
    if spacings:
        found |= {
            "spacing_min": rounded(spacings[0]),
            "spacing_median": rounded(median(spacings)),
            "spacing_p99": rounded(spacings[int(0.99 * len(spacings))]),
            "spacing_max": rounded(spacings[-1]),
            "spacing_mean": rounded(fmean(spacings)),
        }
    return found


def _episodes(sent: Iterable[float], heard: list[float]) -> list[tuple[float, float]]:
    """From an advert of the backup to the next advert of the master that it hears, one after the other."""
    found: list[tuple[float, float]] = []
    for time in sent:
        if found and time < found[-1][1]:
            continue
        number = bisect_right(heard, time)
        if number < len(heard):
            found.append((time, heard[number]))
    return found


KINDS: dict[str, Callable[[Look, Mapping[str, Any]], dict[str, Any]]] = {
    "failover": failover,
    "startup": startup,
    "watch": watch,
    "loss": loss,
    "steady": steady,
}
"""How a row of each kind is told."""
