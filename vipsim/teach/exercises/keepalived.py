"""What notebooks 3 and 5 measure on: the document's pair under keepalived's rules, with other numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vipsim.teach.exercises.measuring import asked_to
from vipsim.units import MS, SECOND, Time

if TYPE_CHECKING:
    from vipsim.scenario.model import Scenario
    from vipsim.trace.trace import Trace

FAULT_AT = 5 * SECOND
PROBES = 10 * MS
"""Between two pings of app1: a silence is known to this."""
TO_A_MS = asked_to(MS)
"""Tolerance of a time that is asked to a millisecond."""
TO_A_TENTH = SECOND // 20 + PROBES
"""Tolerance of a silence that is asked to a tenth of a second: half a tenth, and the probe spacing."""


def keepalived_pair(backup: int = 100, master: int = 150, duration: str = "15s") -> Scenario:
    """Return the pair, db1 of priority `master` and db2 of priority `backup`; app1 pings."""
    from vipsim.scenario.builders import pair

    made = pair(priorities=(master, backup), poll=None, duration=duration, client_interval=PROBES)
    return made.with_setting("vrrp.profile", "keepalived")


def phases(number: int) -> list[float]:
    """Return phases that stand for all: the middles of equal parts of an interval."""
    return [(part + 0.5) / number for part in range(number)]


def struck(
    scenario: Scenario, word: str, seed: int, *, phase: float = 0.25, lasts: Time | None = None
) -> Trace:
    """Return a run in which a fault hits db1 at 5 s, and ends after `lasts` if that is given."""
    from vipsim.scenario.faults import fault
    from vipsim.trace.records import Level
    from vipsim.worlds import run

    blow = fault(word, "db1", at=FAULT_AT, duration=lasts)
    return run(scenario.with_(phase=phase).with_faults(blow), seed=seed, level=Level.PROTOCOL)


def silences(trace: Trace, client: str = "app1") -> list[Time]:
    """Return how long each silence of a client was, in ns; one that outlasts the run counts until its end."""
    found = trace.metrics.clients[client].silences
    return [(trace.duration if first is None else first) - last for last, first in found]


def lag(priority: int) -> Time:
    """Return what the master-down time of a backup has over whole intervals of a second, in ns: its skew."""
    return (256 - priority) * SECOND // 256


def master_down(priority: int, missed: int = 3) -> Time:
    """Return after how long without an advert (one a second) a backup of this priority takes over, in ns."""
    return missed * SECOND + lag(priority)
