"""How late the recorded hosts were: the tables of `vipsim.scenario.model.lateness`, measured again.

``python -m tests.truth.lateness`` prints them, and how far each one is from what the module has.

Every table pools all rows of keepalived under a load (`load1` 1 or more: busy; below: idle), whatever the
experiment. A step that is not seen alone is what makes the sum with the others come out as recorded.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from statistics import correlation
from typing import Any

from vipsim.scenario.model.lateness import LATENESS, LEVELS, Spread
from vipsim.units import US

SHARED = os.environ.get("VIPSIM_SHARED")
TRUTH = Path(SHARED or Path(__file__).parents[1] / "data") / "truth" / "truth.jsonl"
Row = dict[str, Any]

SILENCES = ("kill9", "isolate", "power", "link_down", "port_down", "stop")
"""Faults after which the new master hears nobody."""
PREEMPTED = ("link_down+link_up", "port_down+port_up", "power+reboot", "track_if+track_if")
"""Ways back whose node takes over when its own timer ends."""
SAMPLES, ROUNDS = 20_000, 60
GRID_BEGIN, GRID_RATIO, GRID_SIZE = 100.0, 1.07, 110
"""Lengths (us) that a step which is not seen alone may have: up to 160 ms."""
INNER = (0.001, *LEVELS[1:-1], 0.999)
"""`LEVELS`, but with the ends of what has a share worth speaking of."""
BURST_ENDS = 0.1
"""Announcements further apart (s) are of two bursts."""
NEAR = 0.02
"""An advert within this (s) of an announcement may have waited for the burst."""


def keepalived_rows(busy: bool) -> list[Row]:
    """The rows of keepalived under one load."""
    rows = map(json.loads, TRUTH.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["daemon"] == "keepalived" and (row["load1"] >= 1) == busy]


def interval(row: Row, node: str) -> float:
    """The interval in force of a node, in s (truth/NOTES 3)."""
    given = row["params"][node]
    wanted = given.get("advert_int", 1)
    return max(1, round(wanted)) if given.get("version", 2) == 2 else wanted


def wakes(row: Row) -> Iterator[float]:
    """Interval by interval, how late an undisturbed master's advert was."""
    if row["fault"] not in SILENCES:
        return
    times = [time for time, _ in row["adverts_new"]]
    for before, after in list(pairwise(times))[1:]:
        if not any(before - NEAR < garp < after + NEAR for garp in row["garps"]):
            yield after - before - interval(row, "n2")


def detections(row: Row) -> Iterator[float]:
    """How late the first advert of a new master was."""
    if row["fault"] in SILENCES and row["mdi_s"] and row["last_old_prio"]:
        yield row["mdi_s"] - row["theory_mdi_s"]


def is_takeover(row: Row) -> bool:
    """Whether the row's new node became master when its timer ended."""
    return bool(row.get("garps")) and '"vmac"' not in json.dumps(row["params"]) and (
        row["fault"] in (*SILENCES, "term", "split", "oneway", *PREEMPTED)
    )  # fmt: skip


def addresses(row: Row) -> Iterator[float]:
    """Time from a new master's advert to its first announcement."""
    if is_takeover(row) and row["garp_delay_s"] is not None:
        yield row["garp_delay_s"]


def bursts(row: Row) -> list[list[float]]:
    """The announcements of a row, burst by burst."""
    found: list[list[float]] = []
    for time in row["garps"]:
        if found and time - found[-1][-1] < BURST_ENDS:
            found[-1].append(time)
        else:
            found.append([time])
    return found


def frames(row: Row) -> Iterator[float]:
    """Times between two announcements of a burst at a takeover."""
    if is_takeover(row) and "interval" not in row["exp"]:
        yield from (after - before for burst in bursts(row)[:2] for before, after in pairwise(burst))


def launches(row: Row) -> Iterator[float]:
    """Time from the start of a daemon, alone, to its first advert, without what the protocol waits."""
    if row["fault"] == "power+reboot" and row["detect_s"] is not None:
        yield row["detect_s"] - patience(row, "n1")
    lead = row["setup"].get("lead", 0)
    if row["fault"] == "startup" and lead:
        yield row["adverts"]["n2"][0][0] - patience(row, "n2")
        yield row["adverts"]["n1"][0][0] - patience(row, "n1") - lead


def crowded_launches(row: Row) -> Iterator[float]:
    """The same where both nodes' daemons start at once."""
    if row["fault"] != "startup" or row["setup"].get("lead"):
        return
    if row["params"]["n1"]["priority"] == 255:
        yield row["adverts"]["n1"][0][0]
    elif row["masters_seen"] == ["n1"]:
        yield row["adverts"]["n1"][0][0] - patience(row, "n1")


def patience(row: Row, node: str) -> float:
    """How long a node waits for a master (s), which is at its own interval (truth/NOTES 3)."""
    given = row["params"][node]
    part = (256 - given["priority"]) / 256
    return interval(row, node) * 3 + (part if given.get("version", 2) == 2 else part * interval(row, node))


def respawns(row: Row) -> Iterator[float]:
    """Time from the death of the child to the first thing the new one does: the address is removed.

    Seen by the client, whose probes are 2 ms apart: the middle between the last answer and the next probe.
    """
    if row["fault"] == "kill9_child" and row["gaps"]:
        yield row["gaps"][0][0] + 0.001


def second_bursts(row: Row) -> Iterator[float]:
    """How late the second burst was, counted from the end of the first."""
    found = bursts(row) if row["fault"] in SILENCES else []
    if len(found) > 1 and len(found[0]) == 5 and 4.9 < found[1][0] - found[0][-1] < 5.5:
        yield found[1][0] - found[0][-1] - 5


# --- tables --------------------------------------------------------------------------------


def pooled(rows: list[Row], of: Callable[[Row], Iterator[float]]) -> list[int]:
    """Every value of `of`, in whole us, sorted."""
    return sorted(max(1, round(value * 1e6)) for row in rows for value in of(row))


def quantiles(values: list[int]) -> list[int]:
    """The values at `LEVELS`."""
    last = len(values) - 1
    return [values[round(level * last)] for level in LEVELS]


def remainder(total: list[int], known: list[Spread]) -> list[int]:
    """Quantiles (us) of a step that with the `known` ones adds up to the recorded `total`.

    Shares of a grid of lengths are found by expectation maximization: how likely is each recorded time, if
    the step takes so long and the known ones what they take.
    """
    random = Random(4)
    others = sorted(sum(spread.at(random.random()) for spread in known) / US for _ in range(SAMPLES))
    lengths = [GRID_BEGIN * GRID_RATIO**number for number in range(GRID_SIZE)]

    def likely(time: float, length: float) -> float:
        near = max(15.0, 0.05 * time)  # recorded to 10 us
        rest = time - length
        return (bisect_right(others, rest + near) - bisect_left(others, rest - near)) / near

    chances = [[likely(time, length) + 1e-9 for length in lengths] for time in total]
    shares = [1.0 / GRID_SIZE] * GRID_SIZE
    for _ in range(ROUNDS):
        sums = [0.0] * GRID_SIZE
        for row in chances:
            weighted = [share * chance for share, chance in zip(shares, row, strict=True)]
            whole = sum(weighted)
            sums = [one + part / whole for one, part in zip(sums, weighted, strict=True)]
        shares = [one / len(total) for one in sums]
    reached = list(accumulate(shares))
    return [round(lengths[min(bisect_left(reached, level), GRID_SIZE - 1)]) for level in INNER]


def tables(busy: bool) -> dict[str, tuple[int, list[int]]]:
    """Name of each step: number of values, and its quantiles in us."""
    rows = keepalived_rows(busy)
    wake, detection = pooled(rows, wakes), pooled(rows, detections)
    woken = Spread(tuple(one * US for one in quantiles(wake)))
    takeover = remainder(detection, [woken, woken])
    work = Spread(tuple(one * US for one in takeover))
    address, frame, launch, crowded = (
        pooled(rows, of) for of in (addresses, frames, launches, crowded_launches)
    )
    respawn = pooled([*keepalived_rows(True), *keepalived_rows(False)], respawns)  # all rows there are
    return {
        "wake": (len(wake), quantiles(wake)),
        "takeover": (len(detection), takeover),
        "address": (len(address), quantiles(address)),
        "frame": (len(frame), quantiles(frame)),
        "launch": (len(launch), remainder(launch, [woken, work])),
        "launch_crowded": (len(crowded), remainder(crowded, [woken, work])),
        "respawn": (len(respawn), quantiles(respawn)),
    }


def together(busy: bool) -> float:
    """Root of the rank correlation of `address` with the mean `frame` of the first burst."""
    pairs = [
        (delay, burst[-1] - burst[0])
        for row in keepalived_rows(busy)
        for delay in addresses(row)
        if len(burst := bursts(row)[0]) == 5
    ]
    ranks = [{value: rank for rank, value in enumerate(sorted(one))} for one in zip(*pairs, strict=True)]
    return correlation(*([rank[pair[side]] for pair in pairs] for side, rank in enumerate(ranks))) ** 0.5


def main() -> None:
    """Print the tables beside those of the module."""
    for name, busy in (("idle", False), ("busy", True)):
        known = LATENESS.get(name)
        print(f"{name}: together {together(busy):.2f}")
        for step, (number, found) in tables(busy).items():
            print(f"  {step:14s} n={number:<5d} {', '.join(map(str, found))}")
            if known is not None:
                print(f"  {'':14s} module  {', '.join(str(q // US) for q in getattr(known, step).quantiles)}")
        late = quantiles(pooled(keepalived_rows(busy), second_bursts))
        print(f"  {'(second burst)':17s} {', '.join(map(str, late))}")


if __name__ == "__main__":
    main()
