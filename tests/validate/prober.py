"""What the recordings can resolve, measured on themselves: ``python -m tests.validate.prober [truth.jsonl]``.

The figures behind `vipsim.validate.judge.noise`: how long after the announcement that moves the client its
first answer was noted, and how much an advert's spacing exceeds its interval.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

from tests.conftest import shared_folder

QUANTILES = (0.01, 0.05, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)


def main(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    answers = [(late, row) for row in rows if (late := answer_after_announcement(row)) is not None]
    show("first answer after the announcement", sorted(late for late, _ in answers))
    show(
        "the same where no probe stalled for 6 ms",
        sorted(late for late, row in answers if row["stall_ms"] < 6),
    )
    show("advert after its interval", sorted(late for row in rows for late in lateness_of_adverts(row)))


PROBES = 0.002
"""Seconds between two probes in the measured part."""


def answer_after_announcement(row):
    """How long the first announcement took to move the client (s); None where something else moves it."""
    is_failover = row["setup"].get("kind") == "failover" and ":" not in row["exp"]
    if (
        not is_failover
        or row["daemon"] != "keepalived"
        or "vmac" in row["exp"]
        or not row.get("garps")
        or row.get("first_reply_new_s") is None
    ):
        return None
    late = row["first_reply_new_s"] - row["garps"][0]
    return late if 0 <= late < 1 else None  # later: another announcement, or a lost one


def lateness_of_adverts(row):
    """How much later than its interval each advert of an undisturbed new master came (s)."""
    if row["setup"].get("kind") != "failover" or ":" in row["exp"] or row["daemon"] != "keepalived":
        return
    given = row["params"]["n2"]
    interval = given.get("advert_int", 1)
    if given.get("version", 2) == 2:
        interval = max(1, int(interval + 0.5))
    times = [time for time, _ in row["adverts_new"]]
    for before, after in pairwise(times):
        if 0 <= after - before - interval < interval:
            yield after - before - interval


def show(what, values):
    if not values:
        print(f"{what}: not in these rows")
        return
    quantiles = ", ".join(f"{100 * q:g} % {1000 * values[int(q * len(values))]:.2f}" for q in QUANTILES)
    late = sum(value > PROBES for value in values) / len(values)
    mean = 1000 * sum(values) / len(values)
    print(f"{what}: {len(values)} times, ms: {quantiles}, mean {mean:.2f}; {100 * late:.0f} % above 2 ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shared_folder() / "truth" / "truth.jsonl")
