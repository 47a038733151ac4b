"""Exercises of ``01-virtual-ip.ipynb``."""

from __future__ import annotations

from vipsim.scenario import faults
from vipsim.scenario.builders import pair
from vipsim.scenario.model import Scenario
from vipsim.stats import laws
from vipsim.teach.answers import Duration, Order
from vipsim.teach.exercises.exercise import Exercise, Near, Truth
from vipsim.trace.records import Level
from vipsim.units import MS, Time, s
from vipsim.worlds import run

HALF_MS = MS // 2
"""Half of the last digit where an answer is asked to a millisecond."""
FRAME = MS // 5
"""A frame's way through two cables and a switch takes less: what is told and what is heard differ by it."""


def detection(scenario: Scenario, seed: int) -> Time:
    """From the fault to the decision, in the first failover of one run."""
    found = run(scenario, seed, level=Level.SUMMARY).failovers[0].detection
    assert found is not None
    return found


# --- section 1: the law of asking --------------------------------------------------------------

_ASKS = {"interval": "200ms", "dead_count": 5, "duration": "8s"}
_STEPS = 20


def _asked(seed: int) -> list[Time]:
    """Detection times of a pair that asks often, the crash meeting every phase."""
    crash = [faults.crash("db1", at="5s")]
    phases = [(step + 0.5) / _STEPS for step in range(_STEPS)]
    return [detection(pair("heartbeat", phase=phase, faults=crash, **_ASKS), seed) for phase in phases]  # type: ignore[arg-type]


_PHASE_STEP = 200 * MS // _STEPS
"""What two neighboring phases differ by: the extremes are found to half of it."""


def _earliest(seed: int) -> Truth:
    return Truth(min(_asked(seed)) - _PHASE_STEP // 2, _PHASE_STEP // 2 + FRAME)


def _latest(seed: int) -> Truth:
    return Truth(max(_asked(seed)) + _PHASE_STEP // 2, _PHASE_STEP // 2 + FRAME)


_ASK_LAW = laws.heartbeat_pull_detection("200ms", 5)
_ASK_QUESTION = (
    "The standby asks every 200 ms, waits 200 ms for each answer, and 5 answers missing in a row mean: "
    "failed. How long after the crash does db2 call db1 dead, at the {}? (to 10 ms)"
)
_OTHER_PAIR = "that is for asking once a second, as in the text above; here it asks more often"

# --- section 5: VRRP ---------------------------------------------------------------------------

_BACKUP = 200
_PHASE = 0.4
_CRASH = s(10)


def _takeover(seed: int) -> Truth:
    scenario = pair("vrrp", priorities=(250, _BACKUP), phase=_PHASE, faults=[faults.crash("db1", at=_CRASH)])
    return Truth(run(scenario, seed, level=Level.SUMMARY).failovers[0].takeover_at, HALF_MS + FRAME)


_LAST = _CRASH - s(_PHASE)
_SKEW = laws.vrrp_skew(_BACKUP, "1s", 2)

# --- section 6: three mechanisms -----------------------------------------------------------------


def _order(seed: int) -> Truth:
    same = {"phase": 0.25, "faults": [faults.crash("db1", at="5s")]}
    pairs = {
        "pull": pair("heartbeat", timeout="100ms", **same),  # type: ignore[arg-type]
        "push": pair("heartbeat", mode="push", **same),  # type: ignore[arg-type]
        "vrrp": pair("vrrp", **same),  # type: ignore[arg-type]
    }
    times = {name: detection(one, seed) for name, one in pairs.items()}
    return Truth(tuple(sorted(times, key=lambda name: times[name])))


EXERCISES = (
    Exercise(
        id="01.detection-earliest",
        question=_ASK_QUESTION.format("earliest"),
        form=Duration(),
        points=2,
        seed=11,
        truth=_earliest,
        near=(
            Near("latest", lambda: _ASK_LAW.high, "that is the latest: the last question was just answered"),
            Near(
                "no-wait",
                lambda: _ASK_LAW.low - 200 * MS,
                "the last question has to be waited for, too",
            ),
            Near("other-pair", lambda: s(3), _OTHER_PAIR),
        ),
        why="The crash came just before a question: all of them are in vain, and the last is waited for.",
        hint="Draw the questions on a line, put the crash just before one of them, and count.",
    ),
    Exercise(
        id="01.detection-latest",
        question=_ASK_QUESTION.format("latest"),
        form=Duration(),
        points=2,
        seed=11,
        truth=_latest,
        near=(
            Near("earliest", lambda: _ASK_LAW.low, "that is the earliest: the crash just before a question"),
            Near("phase-twice", lambda: _ASK_LAW.high + 200 * MS, "you counted the phase twice"),
            Near("other-pair", lambda: s(4), _OTHER_PAIR),
        ),
        why="A question was answered just before the crash, so a whole interval passes before one fails.",
        hint="Draw the questions on a line, put the crash just behind one of them, and count.",
    ),
    Exercise(
        id="01.vrrp-takeover",
        question="Under VRRP db1 crashes at 10 s of the run, with phase=0.4; the backup db2 has priority "
        "200. At which time of the run does db2 take over? (to a millisecond)",
        form=Duration(),
        points=3,
        seed=12,
        truth=_takeover,
        near=(
            Near("no-skew", lambda: _LAST + s(3), "you forgot the skew"),
            Near("from-crash", lambda: _CRASH + s(3) + _SKEW, "the last advert left before the crash"),
            Near(
                "phase-added",
                lambda: 2 * _CRASH - _LAST + s(3) + _SKEW,
                "the phase is the age of the last advert, it lies before the crash",
            ),
            Near(
                "since-crash",
                lambda: _LAST - _CRASH + s(3) + _SKEW,
                "that is the time from the crash; asked was the time of the run",
            ),
            Near(
                "since-advert",
                lambda: s(3) + _SKEW,
                "that is the time from the last advert; asked was the time of the run",
            ),
            Near(
                "skew-reversed",
                lambda: _LAST + s(3) + _BACKUP * s(1) // 256,
                "the higher the priority, the shorter the skew",
            ),
            Near(
                "master-s-skew",
                lambda: _LAST + s(3) + laws.vrrp_skew(250, "1s", 2),
                "each waits for a skew of its own priority",
            ),
            Near(
                "text-s-skew",
                lambda: _LAST + s(3) + laws.vrrp_skew(100, "1s", 2),
                "that is the skew of the text above; this backup has another priority",
            ),
        ),
        why="The last advert left before the crash, by the phase; from it on three intervals and the skew.",
        hint="When did the last advert leave? What does a backup wait for after it?",
    ),
    Exercise(
        id="01.mechanisms-order",
        question="All as in this section, but pull waits only 100 ms for an answer (timeout='100ms'). Which "
        "of pull, push, vrrp detects the crash first, second, last?",
        form=Order(("pull", "push", "vrrp"), "the quickest first"),
        points=2,
        seed=13,
        truth=_order,
        near=(
            Near(
                "as-above",
                lambda: ("push", "vrrp", "pull"),
                "that is the order for waiting a whole interval for each answer",
            ),
            Near("slowest-first", lambda: ("vrrp", "pull", "push"), "the quickest comes first in the list"),
        ),
        why="Pull is behind push by the time it waits for an answer, VRRP by the skew, and that is longer.",
        hint="What does each of them wait for, beyond the messages that are missing?",
    ),
)
