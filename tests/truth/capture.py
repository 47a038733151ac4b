"""What the recordings of ucarp say of its start: the tables behind its capture ring.

``python -m tests.truth.capture`` prints them: how long before its first wait the ring is made
(`vipsim.machines.carp.rules.CaptureBuffer.lead`), and how long a program of one process takes to start
(`vipsim.scenario.model.lateness.Lateness.launch_small`; few rows, and no difference by load).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from statistics import median, quantiles

from tests.truth.lateness import TRUTH, Row
from vipsim.scenario.model.lateness import LEVELS

SKEW = 100 / 256
POLLS = 3
"""Waits of a backup of ratio 3 until it sees that the deadline has passed."""


def slept(whole_ms: int) -> float:
    """How long poll(2) sleeps (s): the kernel adds up to 0.1 %, and mostly all of it."""
    return whole_ms * 1.001 / 1000


def ucarp_rows(*experiments: str) -> list[Row]:
    """The rows of some experiments of ucarp."""
    rows = map(json.loads, TRUTH.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["exp"] in experiments]


def works(adverts: list[list[float]], period: float) -> Iterator[float]:
    """How long the takeover took: the second advert is planned from its beginning, the first one ends it."""
    if len(adverts) > 1:
        yield max(0.0, period - (adverts[1][0] - adverts[0][0]))


def launches() -> list[float]:
    """From the launch of n1 to its first wait (s): its first advert without waits and work."""
    found = []
    for row in ucarp_rows("ucarp-start-0-100"):
        (work,) = works(row["adverts"]["n1"], 1.0)
        found.append(row["adverts"]["n1"][0][0] - work - POLLS * slept(1000))
    return sorted(found)


def leads() -> list[float]:
    """How long before its first wait n2's ring was made (s), if both daemons were launched alike."""
    rows = ucarp_rows("ucarp-kill9", "ucarp-kill9-randstart")
    work = median(one for row in rows for one in works(row["adverts_new"], slept(1390)))
    found = []
    for row in rows:
        late = row["mdi_s"] - POLLS * slept(1390) - work
        stagger = row.get("stagger_s", row["setup"].get("stagger"))
        # n1's adverts come whole seconds after the waits that its own first one took.
        lead = (stagger - late - POLLS * (slept(1000) - 1)) % 1
        found.append(lead if lead < 0.5 else lead - 1)
    return sorted(found)


def main() -> None:
    """Print both tables."""
    lead, launch = leads(), launches()
    print(f"lead     n {len(lead)}, median {median(lead) * 1000:.1f} ms, ", end="")
    print("quartiles", ", ".join(f"{one * 1000:.1f}" for one in quantiles(lead, n=4)))
    levels = (launch[round(level * (len(launch) - 1))] for level in LEVELS)
    print(f"launch   n {len(launch)},", ", ".join(str(round(one * 1e6)) for one in levels), "us")


if __name__ == "__main__":
    main()
