"""What the exercises of ``01-virtual-ip.ipynb`` measure, and what usual misconceptions would give."""

from __future__ import annotations

from collections.abc import Callable

from vipsim.scenario import faults
from vipsim.scenario.builders import pair
from vipsim.scenario.model import Scenario
from vipsim.stats import laws
from vipsim.teach.exercises.exercise import Judged, Truth
from vipsim.teach.exercises.judging import judge_function, judge_timers
from vipsim.teach.exercises.measuring import FRAME, asked_to, detection, median_of, shipped
from vipsim.trace.records import Level
from vipsim.units import MS, SECOND, Time, s
from vipsim.worlds import run, run_many

# --- section 1: the law of asking --------------------------------------------------------------

ASKS = {"interval": "200ms", "dead_count": 5, "duration": "8s"}
STEPS = 20


def asked(seed: int) -> list[Time]:
    """Detection times of a pair that asks often, the crash meeting every phase."""
    crash = [faults.crash("db1", at="5s")]
    phases = [(step + 0.5) / STEPS for step in range(STEPS)]
    return [detection(pair("heartbeat", phase=phase, faults=crash, **ASKS), seed) for phase in phases]  # type: ignore[arg-type]


PHASE_STEP = 200 * MS // STEPS
"""What two neighboring phases differ by: the extremes are found to half of it."""


def earliest(seed: int) -> Truth:
    """The shortest detection: between the phases tried and the extreme lies half a step."""
    return Truth(min(asked(seed)) - PHASE_STEP // 2, PHASE_STEP // 2 + FRAME)


def latest(seed: int) -> Truth:
    """The longest detection, likewise."""
    return Truth(max(asked(seed)) + PHASE_STEP // 2, PHASE_STEP // 2 + FRAME)


ASK_LAW = laws.heartbeat_pull_detection("200ms", 5)
ASK_QUESTION = (
    "The standby asks every 200 ms, waits 200 ms for each answer, and 5 answers missing in a row mean: "
    "failed. How long after the crash does db2 call db1 dead, at the {}? (to 10 ms)"
)
OTHER_PAIR = "that is for asking once a second, as in the text above; here it asks more often"

# --- section 5: VRRP ---------------------------------------------------------------------------

BACKUP = 200
PHASE = 0.4
CRASH = s(10)


def takeover(seed: int) -> Truth:
    """When the backup takes over, as a time of the run."""
    scenario = pair("vrrp", priorities=(250, BACKUP), phase=PHASE, faults=[faults.crash("db1", at=CRASH)])
    return Truth(run(scenario, seed, level=Level.SUMMARY).failovers[0].takeover_at, asked_to(MS))


LAST = CRASH - s(PHASE)
SKEW = laws.vrrp_skew(BACKUP, "1s", 2)

# --- section 6: three mechanisms -----------------------------------------------------------------


def order(seed: int) -> Truth:
    """Three mechanisms, the quickest first."""
    same = {"phase": 0.25, "faults": [faults.crash("db1", at="5s")]}
    pairs = {
        "pull": pair("heartbeat", timeout="100ms", **same),  # type: ignore[arg-type]
        "push": pair("heartbeat", mode="push", **same),  # type: ignore[arg-type]
        "vrrp": pair("vrrp", **same),  # type: ignore[arg-type]
    }
    times = {name: detection(one, seed) for name, one in pairs.items()}
    return Truth(tuple(sorted(times, key=lambda name: times[name])))


# --- section 3: the moment at which the client learns ------------------------------------------------

LEARN_SEED = 5


def learned(seed: int) -> Truth:
    """When app1's entry for the address changes to db2."""
    changes = run(shipped("database-pair-heartbeat"), seed, level=Level.PROTOCOL).select("neighbor", "app1")
    entry = [one for one in changes if str(one.data["ip"]) == "192.168.1.219"]
    new = next(one for one in entry if str(one.data["lladdr"]).upper() == "00:21:5A:DB:7F:C2")
    return Truth(new.time, asked_to(MS))


# --- section 5, as a function ----------------------------------------------------------------------------

CASES = ((100, 0.25), (254, 0.5), (1, 0.0625), (200, 0.75))


def after(priority: int, phase: float) -> Time:
    """From the crash to the takeover by a backup of this priority, simulated."""
    master = 255 if priority == 254 else 254
    crash = [faults.crash("db1", at="5s")]
    return detection(pair("vrrp", priorities=(master, priority), phase=phase, faults=crash), 14)


def no_skew(priority: int, phase: float) -> Time:
    """As if there were no skew."""
    return s(3) - s(phase)


def no_phase(priority: int, phase: float) -> Time:
    """As if the last advert left with the crash."""
    return laws.vrrp_master_down(priority, "1s", 2)


def phase_added(priority: int, phase: float) -> Time:
    """As if the last advert left after the crash."""
    return laws.vrrp_master_down(priority, "1s", 2) + s(phase)


def skew_reversed(priority: int, phase: float) -> Time:
    """As if a high priority waited longest."""
    return s(3) + priority * SECOND // 256 - s(phase)


def judge_takeover(function: Callable[..., object], seed: int) -> Judged:
    """Hold a student's function against simulated takeovers."""
    near = (
        (no_skew, "you forgot the skew"),
        (no_phase, "the last advert left before the crash: the phase is its age"),
        (phase_added, "the phase shortens the wait: it was over before the crash"),
        (skew_reversed, "the higher the priority, the shorter the skew"),
    )
    return judge_function(function, after, CASES, asked_to(MS), near, "Which of the two numbers counts how?")


# --- section 7: many crashes -------------------------------------------------------------------------------


def median(seed: int) -> Truth:
    """The median detection of many crashes."""
    slow = pair(
        "vrrp", advert_interval="2s", client_interval="100ms", duration="15s", faults=["crash:db1@6s"]
    )
    found = [one.failovers[0].detection for one in run_many(slow, range(seed, seed + 200), Level.SUMMARY)]
    return median_of([time for time in found if time is not None], 10 * MS)


SLOW = laws.vrrp_detection(100, "2s", 2)

# --- sections 8 to 10 ---------------------------------------------------------------------------------------

WEAK = 50


def goodbye(seed: int) -> Truth:
    """From an orderly stop to the takeover."""
    planned = pair("vrrp", priorities=(150, WEAK), faults=[faults.stop("db1", at="5s")])
    return Truth(detection(planned, seed), asked_to(MS))


def longer_part(seed: int) -> Truth:
    """Which part of the blackout grows when the announcement is lost."""
    crash = faults.crash("db1", at="5s")
    lost = faults.drop("sw1>app1", "garp", at="5s", duration="50s")
    runs = [
        run(pair("vrrp", faults=chosen, duration="70s"), seed, level=Level.SUMMARY).failovers[0]
        for chosen in ([crash], [crash, lost])
    ]
    parts = ("detection", "election", "announcement", "repair")
    return Truth(max(parts, key=lambda part: (getattr(runs[1], part) or 0) - (getattr(runs[0], part) or 0)))


def hung(seed: int) -> Truth:
    """Who owns the address at the end, if the database only hangs."""
    trace = run(pair("vrrp", faults=["service_hang:db1.database@5s"]), seed, level=Level.PROTOCOL)
    owners = {node for _, to, node in trace.owners()["192.168.1.219"] if to == trace.duration}
    return Truth("both" if len(owners) > 1 else owners.pop() if owners else "nobody")


# --- section 11: timers for a bad cable ---------------------------------------------------------------


def judge_tuned(answer: Scenario, seed: int) -> Judged:
    """Put a student's timers on the bad cable."""
    return judge_timers(answer, seed, pair("heartbeat", poll=None))
