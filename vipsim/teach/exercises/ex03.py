"""Exercises of ``03-keepalived.ipynb``: timers, preemption, and the survivor that tells nobody."""

from __future__ import annotations

from statistics import median

from vipsim.teach.answers import Choice, Share
from vipsim.teach.durations import Duration
from vipsim.teach.exercises.exercise import Exercise, Near, Truth
from vipsim.teach.exercises.keepalived import (
    FAULT_AT,
    TO_A_MS,
    TO_A_TENTH,
    keepalived_pair,
    lag,
    master_down,
    phases,
    silences,
    struck,
)
from vipsim.units import MS, SECOND, Time

WORSE = 80
"""Priority of db2 in the questions about timers; the notebook measures with 100."""
BETTER = 200
"""Priority of db1 in the question about its return; the notebook has 150."""
CUT_BACKUP = 75
"""Priority of db2 in the question about cuts."""
REFRESH = 7
"""Seconds between two refreshes in the question; the notebook has 2."""
CUTS = 25
"""Phases that stand for all cuts: a share is known to one of them."""


def _master_down(seed: int) -> Truth:
    trace = struck(keepalived_pair(WORSE), "crash", seed)
    first, last = trace.select("advert", "db2")[0].time, trace.select("advert", "db1")[-1].time
    return Truth(first - last, TO_A_MS)


def _middle(seed: int) -> Truth:
    pair = keepalived_pair(WORSE)
    found = [silences(struck(pair, "crash", seed, phase=phase))[0] for phase in phases(15)]
    return Truth(round(median(found)), TO_A_TENTH)


def _first_line(seed: int) -> Truth:
    trace = struck(keepalived_pair(), "crash", seed)
    ids = {
        "the advert": trace.select("advert", "db2")[0].id,
        "the address": next(one.id for one in trace.select("vip", "db2") if one.time > FAULT_AT),
        "the announcement": trace.select("announce", "db2")[0].id,
    }
    return Truth(min(ids, key=lambda name: ids[name]))


def _return(seed: int) -> Truth:
    trace = struck(keepalived_pair(master=BETTER, duration="30s"), "crash", seed, lasts=15 * SECOND)
    return Truth(trace.failovers[1].takeover_at, TO_A_MS)


DELAYS = ("delay", "both", "between", "never")
"""When db1 may be master: after the delay, after it and a whole master-down time, between the two, never."""


def _delay(seed: int) -> Truth:
    setting = "groups.0.vrrp.members.db1.keepalived"
    pair = keepalived_pair(duration="25s").with_setting(setting, "{preempt_delay: 5s}")
    lasts, delay = 7 * SECOND, 5 * SECOND
    waits = []
    for phase in phases(5):
        back = struck(pair, "link_down", seed, phase=phase, lasts=lasts).failovers[1:]
        if not back:
            return Truth(DELAYS[3])
        waits.append(back[0].takeover_at - FAULT_AT - lasts)
    if max(waits) - min(waits) > SECOND // 2:
        return Truth(DELAYS[2])
    return Truth(DELAYS[0] if max(waits) < delay + master_down(150) // 2 else DELAYS[1])


def _silent_share(seed: int) -> Truth:
    pair = keepalived_pair(CUT_BACKUP, duration="25s")
    cuts = [struck(pair, "isolate", seed, phase=phase, lasts=15 * SECOND) for phase in phases(CUTS)]
    silent = sum(len(silences(trace)) > 1 for trace in cuts)
    return Truth(silent / CUTS, 1 / CUTS)


def _refresh(seed: int) -> Truth:
    pair = keepalived_pair(duration="40s")
    pair = pair.with_setting("groups.0.vrrp.keepalived", f"{{garp_master_refresh: {REFRESH}s}}")
    worst: Time = 0
    for whole in range(REFRESH):  # the cut ends before any of the adverts between two refreshes
        trace = struck(pair, "isolate", seed, phase=0.8, lasts=(15 + whole) * SECOND)
        worst = max(worst, *silences(trace)[1:], 0)
    return Truth(worst, SECOND // 2)


EXERCISES = (
    Exercise(
        id="03.master-down",
        question=f"db2 has priority {WORSE} and hears an advert every second, and then no more. How long "
        "after the last advert does it take over? (to a millisecond)",
        form=Duration(),
        points=2,
        truth=_master_down,
        near=(
            Near("no skew", lambda: 3 * SECOND, "you forgot the skew"),
            Near("the master's skew", lambda: master_down(150), "whose priority makes the skew?", half=True),
            Near(
                "priority for skew",
                lambda: 3 * SECOND + WORSE * SECOND // 256,
                "the skew is what the priority lacks of the highest one, not the priority itself",
                half=True,
            ),
            Near("one more", lambda: master_down(WORSE, 4), "how many adverts must be missed?", half=True),
            Near("one less", lambda: master_down(WORSE, 2), "how many adverts must be missed?", half=True),
            Near(
                "the notebook's",
                lambda: master_down(100),
                "that is db2 with the file's priority; the question gives it another",
            ),
        ),
        why="A backup waits for three adverts and its own skew, counted from the last advert that it heard.",
        hint="Look up master-down time and skew in the table at the top; which priority is meant?",
    ),
    Exercise(
        id="03.silence-middle",
        question=f"db2 has priority {WORSE}, db1 crashes, and app1 measures its silence; this is done very "
        "often. Which silence is in the middle: half of them are shorter? (to a tenth of a second)",
        form=Duration(100 * MS),
        points=2,
        truth=_middle,
        near=(
            Near("longest", lambda: master_down(WORSE), "that is the longest one; where is the phase?"),
            Near("shortest", lambda: master_down(WORSE, 2), "that is the shortest one", half=True),
            Near("no skew", lambda: 5 * SECOND // 2, "you forgot the skew", half=True),
        ),
        why="The age of the last advert at the crash is anything up to an interval, so half an interval in "
        "the middle, and so much less is left of the master-down time.",
        hint="How old is the last advert when the crash comes: at least, at most, and in the middle?",
    ),
    Exercise(
        id="03.first-line",
        question="What does db2 do first when it becomes master: send its advert, take the address, or "
        "announce it?",
        form=Choice(("the advert", "the address", "the announcement")),
        points=1,
        truth=_first_line,
        why="Peers are told first, then the kernel gets the address, and only who has it announces it.",
        hint="Whom does a new master have to convince first: peers, its kernel, or clients?",
    ),
    Exercise(
        id="03.return",
        question=f"db1, now with priority {BETTER}, crashes at 5 s and has booted at 20 s. At which time of "
        "the run is it master again? (to a millisecond)",
        form=Duration(),
        points=2,
        truth=_return,
        near=(
            Near("at once", lambda: 20 * SECOND, "it begins as BACKUP, and nobody goes for it"),
            Near(
                "only the skew",
                lambda: 20 * SECOND + lag(BETTER),
                "the skew alone is the answer to a goodbye, and db2 says none",
                half=True,
            ),
            Near("no skew", lambda: 23 * SECOND, "you forgot the skew", half=True),
            Near(
                "the other's skew",
                lambda: 20 * SECOND + master_down(100),
                "whose master-down time is it?",
                half=True,
            ),
            Near(
                "the file's",
                lambda: 20 * SECOND + master_down(150),
                "that is db1 with the file's priority; the question gives it another",
                half=True,
            ),
            Near("since boot", lambda: master_down(BETTER), "the time of the run was asked", half=True),
        ),
        why="It begins as BACKUP, throws away adverts of a lower priority, and lets its own master-down "
        "timer run.",
        hint="In which state does a daemon begin, and what does it do with adverts of a lower priority?",
    ),
    Exercise(
        id="03.delay",
        question="db1 has preempt_delay 5, and its link was down. Counted from the moment when the link is "
        "back: when is db1 master? After the delay, after both the delay and a whole master-down time, "
        "somewhere between the two, by chance, or never?",
        form=Choice(DELAYS),
        points=1,
        truth=_delay,
        why="The delay begins with the first lower advert, and adverts during it restart the master-down "
        "timer: what is left of that depends on when they come.",
        hint="Does the delay begin with the link or with an advert? And what runs after it?",
    ),
    Exercise(
        id="03.silent-share",
        question=f"db2 has priority {CUT_BACKUP}. Which share of cuts ends with a silent survivor? (to a "
        "twentieth)",
        form=Share(),
        points=2,
        truth=_silent_share,
        near=(
            Near(
                "the lucky",
                lambda: lag(CUT_BACKUP) / SECOND,
                "that is the share of the lucky ones",
                half=True,
            ),
            Near("a coin", lambda: 0.5, "not a coin; how far behind the other's do db2's adverts go out?"),
            Near(
                "the notebook's",
                lambda: 1 - lag(100) / SECOND,
                "that is db2 with the file's priority; the question gives it another",
            ),
        ),
        why="Whoever speaks first after the cut decides, and the skew says how far one lags the other.",
        hint="By which part of a second do the adverts of db2 come after those of db1?",
    ),
    Exercise(
        id="03.refresh",
        question=f"The file says garp_master_refresh {REFRESH}. How long is the longest silence of app1 "
        "after a cut has healed? (to a second)",
        form=Duration(SECOND),
        points=2,
        truth=_refresh,
        near=(
            Near(
                "the refresh",
                lambda: REFRESH * SECOND,
                "with what does a refresh go out, and at what does the loser step down?",
            ),
            Near("an advert", lambda: SECOND, "does every advert bring a refresh along?"),
        ),
        why="The silence begins with an advert of the winner, and the refresh goes out with a later one.",
        hint="The loser steps down at an advert of the winner. Which adverts have a refresh with them?",
    ),
)
