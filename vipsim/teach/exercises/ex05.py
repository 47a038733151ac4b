"""Exercises of ``05-rank-the-outages.ipynb``: six ways to lose a machine, ranked by what a client notices."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

from vipsim.scenario.model import Scenario
from vipsim.teach.answers import Choice, Order, Share
from vipsim.teach.durations import Duration
from vipsim.teach.exercises.exercise import Exercise, Judged, Near, Truth
from vipsim.teach.exercises.keepalived import (
    FAULT_AT,
    PROBES,
    TO_A_MS,
    TO_A_TENTH,
    keepalived_pair,
    lag,
    master_down,
    phases,
    silences,
    struck,
)
from vipsim.trace.records import Level
from vipsim.units import MS, SECOND, Time
from vipsim.worlds import run_many

WORDS = ("crash", "freeze", "hang", "isolate", "link_down", "stop")
"""The six faults, by letter."""
BACKUP = 180
"""Priority of db2 in the question about a goodbye; db1 has 254."""
CUT = 12 * SECOND
"""How long the cut lasts in the question about two masters; the notebook has 7 s."""
BOAST = 17 * SECOND // 5
"""What a tester wants to write down; the notebook asks for less than 3 s."""
CRASHES = 50
"""Phases that stand for all crashes: a share is known to one of them."""
TCP_PHASE = 0.75
"""Phase in the question about TCP; the notebook has 0.25."""
GRID = [SECOND // 5 * ((1 << n) - 1) for n in range(1, 8)]
"""When TCP sends again: after 0.2 s, and each pause is twice the one before."""


# --- sections 1 and 2: the order -----------------------------------------------------------------


def _outages(seed: int) -> dict[str, Time]:
    pair = keepalived_pair()
    return {word: sum(silences(struck(pair, word, seed))) for word in WORDS}


def _judge_order(order: tuple[str, ...], seed: int) -> Judged:
    """Words with equal outages may stand in any order: one answers the same ping as the other."""
    outages = _outages(seed)
    if _rises(order, outages):
        return Judged("right", "")
    if _rises(order[::-1], outages):
        return Judged("near", "the shortest outage comes first in the list")
    for word in order:
        if _rises(tuple(one for one in order if one != word), outages):
            return Judged(
                "near",
                "a single word is out of place: ask of each who answers a ping, and who speaks",
                half=True,
            )
    return Judged("wrong", "for each word: who can still answer a ping, and what does db2 hear of it?")


def _rises(order: tuple[str, ...], outages: dict[str, Time]) -> bool:
    times = [outages[word] for word in order]
    return all(before <= after + 2 * PROBES for before, after in pairwise(times))


# --- sections 3 to 5: goodbye, cut, pause ----------------------------------------------------------


def _goodbye(seed: int) -> Truth:
    trace = struck(keepalived_pair(BACKUP, 254), "stop", seed)
    return Truth(trace.failovers[0].takeover_at - FAULT_AT, TO_A_MS)


def _two_masters(seed: int) -> Truth:
    trace = struck(keepalived_pair(duration="20s"), "isolate", seed, lasts=CUT)
    return Truth(trace.metrics.dual_master, TO_A_TENTH)


def _served(seed: int) -> Truth:
    trace = struck(keepalived_pair(duration="15s"), "hang", seed)
    answers = trace.select("answered", "app1")
    return Truth(str(answers[-1].data["by"]) if answers else "nobody")


# --- section 6: one trial ---------------------------------------------------------------------------


@cache
def _sampled() -> float:
    """What the hundred crashes of the notebook give: a share that differs from the law by chance."""
    crash = keepalived_pair(duration="12s").with_faults("crash:db1@5s")
    runs = run_many(crash, range(1, 101), Level.SUMMARY)
    return sum(one.metrics.clients["app1"].blackout < BOAST for one in runs) / 100


def _boasts(seed: int) -> Truth:
    pair = keepalived_pair(duration="10s")
    found = [silences(struck(pair, "crash", seed, phase=phase))[0] for phase in phases(CRASHES)]
    return Truth(sum(silence < BOAST for silence in found) / CRASHES, 0.025 + 0.5 / CRASHES)


# --- section 7: TCP ---------------------------------------------------------------------------------


def _tcp_pair() -> Scenario:
    asks = keepalived_pair().with_setting("clients.app1.probe", "database")
    return asks.with_setting("clients.app1.over", "tcp")


def _tcp(seed: int) -> Truth:
    return Truth(silences(struck(_tcp_pair(), "crash", seed, phase=TCP_PHASE))[0], TO_A_TENTH)


def _takeover_after_crash() -> Time:
    return master_down(100) - round(TCP_PHASE * SECOND)


def _before_takeover() -> Time:
    return max(point for point in GRID if point < _takeover_after_crash())


# --- section 8: the way back ------------------------------------------------------------------------


def _second_silence(seed: int) -> Truth:
    pair = keepalived_pair(duration="70s")
    later: dict[str, Time] = {}
    for word in WORDS:
        later[word] = max(silences(struck(pair, word, seed, lasts=15 * SECOND))[1:], default=0)
    return Truth(max(later, key=lambda word: later[word]))


def _same(word: str) -> Callable[[], str]:
    return lambda: word


_ANNOUNCED = "here db1 begins as BACKUP; what does a daemon do that becomes MASTER?"
_NOT_AT_ONCE = "there are not two masters from the first moment of the cut"
_ADVERT = master_down(100) - round(3.25 * SECOND)
"""By how much the adverts of db2 come behind whole seconds."""

EXERCISES = (
    Exercise(
        id="05.rank",
        question="app1 pings the address a hundred times a second, and the fault lasts until the run is "
        "over. Put the six words in the order of the outage that app1 sees, the shortest first; which of "
        "two equal ones comes first does not matter.",
        form=Order(WORDS, "the shortest outage first"),
        points=3,
        judge=_judge_order,
        why="Nobody misses a daemon whose kernel answers, a goodbye leaves the skew to wait for, and of "
        "all the others db2 notices the same: nothing.",
    ),
    Exercise(
        id="05.goodbye",
        question=f"db1 has priority 254, db2 has {BACKUP}, and keepalived of db1 is stopped. How long after "
        "the stop is db2 master? (to a millisecond)",
        form=Duration(),
        points=2,
        truth=_goodbye,
        near=(
            Near(
                "missed adverts",
                lambda: master_down(BACKUP),
                "who heard a goodbye need not miss adverts",
                half=True,
            ),
            Near(
                "the leaver's skew",
                lambda: lag(254),
                "whose skew: of the one that leaves, or that comes?",
                half=True,
            ),
            Near(
                "priority for skew",
                lambda: BACKUP * SECOND // 256,
                "the skew is what the priority lacks of the highest one, not the priority itself",
                half=True,
            ),
            Near("the notebook's", lambda: lag(100), "that is the skew of db2 as it was measured above"),
            Near("at once", lambda: 0, "there might be several backups: what keeps them apart?"),
        ),
        why="Priority 0 says that nobody need be missed; what is left is the skew, which keeps backups "
        "apart.",
        hint="What does an advert of priority 0 spare the backup, and what not?",
    ),
    Exercise(
        id="05.two-masters",
        question="isolate cuts db1 off at 5 s, for 12 s. db1 sends its adverts at .75 of each second, db2 "
        "becomes master at 8.359 s. How long are both masters? (to a tenth of a second)",
        form=Duration(100 * MS),
        points=2,
        truth=_two_masters,
        near=(
            Near("the cut", lambda: CUT, _NOT_AT_ONCE),
            Near("from the cut", lambda: CUT + _ADVERT, _NOT_AT_ONCE, half=True),
            Near(
                "the end",
                lambda: FAULT_AT + CUT + _ADVERT,
                "asked was how long it lasts, not when it ends",
                half=True,
            ),
            Near(
                "to the heal",
                lambda: CUT + round(0.25 * SECOND) - master_down(100),
                "how do they learn that the cut is over?",
                half=True,
            ),
            Near(
                "the other's advert",
                lambda: CUT + SECOND - master_down(100),
                "is there no advert that comes before the one you thought of?",
                half=True,
            ),
        ),
        why="It begins with the takeover and ends with the first advert that gets through; two masters "
        "learn of each other by nothing else.",
        hint="When does it begin: with the cut? When does one of the two learn of the other?",
    ),
    Exercise(
        id="05.hang",
        question="The daemon of db1 hangs at 5 s. At 15 s it still does: who answers the pings of app1 to "
        ".219?",
        form=Choice(("db1", "db2", "both", "nobody")),
        points=1,
        truth=_served,
        near=(
            Near("db1", lambda: "db1", "its kernel would answer, but is it asked?"),
            Near("both", lambda: "both", "both kernels would answer, but a ping goes to a single MAC"),
            Near("nobody", lambda: "nobody", "is it the daemon that answers a ping, or the kernel?"),
        ),
        why="db2 announced itself, and a client believes whoever spoke last; that db1 would answer, too, "
        "nobody asks.",
        hint="Who spoke last of the address, and what does app1's ARP cache do with it?",
    ),
    Exercise(
        id="05.one-trial",
        question="A tester lets db1 crash once and writes down the silence of a ping. With which chance is "
        "it shorter than 3.4 s, by the law? (to a twentieth)",
        form=Share(),
        points=2,
        truth=_boasts,
        near=(
            Near("the other", lambda: 1 - _chance(BOAST), "that is the chance of the opposite", half=True),
            Near(
                "from zero",
                lambda: BOAST / master_down(100),
                "a silence cannot be as short as you like: what is the shortest?",
                half=True,
            ),
            Near("the notebook's", lambda: _chance(3 * SECOND), "that is the chance of another limit"),
            Near(
                "the sample",
                _sampled,
                "that is one sample of a hundred crashes; what does the law say?",
                half=True,
            ),
        ),
        why="All silences from the shortest to the longest are equally likely, one interval in all.",
        hint="What are the shortest and the longest silence, and how likely is what lies between?",
    ),
    Exercise(
        id="05.tcp",
        question="db1 crashes when its last advert is three quarters of an interval old (phase 0.75). How "
        "long is the silence of a client that asks over one TCP connection? (to a tenth of a second)",
        form=Duration(100 * MS),
        points=2,
        truth=_tcp,
        near=(
            Near(
                "the takeover", _takeover_after_crash, "the address is back then; who tells TCP?", half=True
            ),
            Near("the point before", _before_takeover, "at that point nobody has the address yet"),
            Near("the notebook's", lambda: GRID[4], "that is for the phase of the sections above"),
        ),
        why="TCP is back with the first retransmission after the takeover, and an announcement wakes it not.",
        hint="How long does the takeover last with this phase? When does TCP send again after that?",
    ),
    Exercise(
        id="05.way-back",
        question="Now each fault ends after 15 s, at 20 s of the run (phase 0.25), and db1 is well again. "
        "After which of the six words has app1 a second silence?",
        form=Choice(WORDS),
        points=2,
        truth=_second_silence,
        near=(
            Near(
                "isolate", lambda: "isolate", "that depends on who speaks first; who is it with this phase?"
            ),
            *(Near(word, _same(word), _ANNOUNCED) for word in ("crash", "link_down", "stop")),
            Near(
                "hang",
                lambda: "hang",
                "what does the daemon of db1 find in its inbox, before it speaks itself?",
            ),
        ),
        why="Who slept and wakes as master sends its overdue advert first; the other steps down without a "
        "word, and nobody announces anything.",
        hint="Who is master when the fault ends, who speaks first, and who has a reason to announce the "
        "address?",
    ),
)


def _chance(limit: Time) -> float:
    """Chance that a crash is noticed in less than a time: even between the shortest and the longest."""
    return (limit - master_down(100, 2)) / SECOND
