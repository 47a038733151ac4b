"""Exercises of ``01-virtual-ip.ipynb``."""

from __future__ import annotations

from vipsim.stats import laws
from vipsim.teach.answers import Choice, Function, Order, ScenarioAnswer
from vipsim.teach.durations import Duration
from vipsim.teach.exercises import measure01 as m
from vipsim.teach.exercises.exercise import Exercise, Near
from vipsim.units import MS, SECOND, s

EXERCISES = (
    Exercise(
        id="01.detection-earliest",
        question=m.ASK_QUESTION.format("earliest"),
        form=Duration(10 * MS),
        points=2,
        seed=11,
        truth=m.earliest,
        near=(
            Near(
                "latest",
                lambda: m.ASK_LAW.high,
                "that is the latest: the last question was just answered",
                half=True,
            ),
            Near(
                "no-wait",
                lambda: m.ASK_LAW.low - 200 * MS,
                "the last question has to be waited for, too",
                half=True,
            ),
            Near("other-pair", lambda: s(3), m.OTHER_PAIR),
        ),
        why="The crash came just before a question: all of them are in vain, and the last is waited for.",
        hint="Draw the questions on a line, put the crash just before one of them, and count.",
    ),
    Exercise(
        id="01.detection-latest",
        question=m.ASK_QUESTION.format("latest"),
        form=Duration(10 * MS),
        points=2,
        seed=11,
        truth=m.latest,
        near=(
            Near("earliest", lambda: m.ASK_LAW.low, "that is the earliest: the crash just before a question"),
            Near("phase-twice", lambda: m.ASK_LAW.high + 200 * MS, "you counted the phase twice", half=True),
            Near("other-pair", lambda: s(4), m.OTHER_PAIR),
        ),
        why="A question was answered just before the crash, so a whole interval passes before one fails.",
        hint="Draw the questions on a line, put the crash just behind one of them, and count.",
    ),
    Exercise(
        id="01.learned-when",
        question="Run the scenario of section 1 with seed=5. At which time of the run does app1's entry "
        "for .219 change to the MAC of db2? (to a millisecond)",
        form=Duration(),
        points=2,
        seed=m.LEARN_SEED,
        truth=m.learned,
        near=(
            Near("crash", lambda: s(5), "that is when db1 crashed; app1 did not notice then"),
            Near(
                "since-crash",
                lambda: m.learned(m.LEARN_SEED).value - s(5),
                "that is the time from the crash; asked was the time of the run",
                half=True,
            ),
            Near("seed-1", lambda: m.learned(1).value, "that is the run of the text above; asked was seed=5"),
        ),
        why="The entry changes when the announcement arrives, at once after the decision of db2.",
        hint="vs.arp_lines(trace, 'app1', at) before and after; which frame changes the line, and when "
        "was it sent?",
    ),
    Exercise(
        id="01.vrrp-takeover",
        question="Under VRRP db1 crashes at 10 s of the run, with phase=0.4; the backup db2 has priority "
        "200. At which time of the run does db2 take over? (to a millisecond)",
        form=Duration(),
        points=3,
        seed=12,
        truth=m.takeover,
        near=(
            Near("no-skew", lambda: m.LAST + s(3), "you forgot the skew", half=True),
            Near(
                "from-crash",
                lambda: m.CRASH + s(3) + m.SKEW,
                "the last advert left before the crash",
                half=True,
            ),
            Near(
                "phase-added",
                lambda: 2 * m.CRASH - m.LAST + s(3) + m.SKEW,
                "the phase is the age of the last advert, it lies before the crash",
                half=True,
            ),
            Near(
                "since-crash",
                lambda: m.LAST - m.CRASH + s(3) + m.SKEW,
                "that is the time from the crash; asked was the time of the run",
                half=True,
            ),
            Near(
                "since-advert",
                lambda: s(3) + m.SKEW,
                "that is the time from the last advert; asked was the time of the run",
                half=True,
            ),
            Near(
                "skew-reversed",
                lambda: m.LAST + s(3) + m.BACKUP * s(1) // 256,
                "the higher the priority, the shorter the skew",
                half=True,
            ),
            Near(
                "master-s-skew",
                lambda: m.LAST + s(3) + laws.vrrp_skew(250, "1s", 2),
                "each waits for a skew of its own priority",
                half=True,
            ),
            Near(
                "text-s-skew",
                lambda: m.LAST + s(3) + laws.vrrp_skew(100, "1s", 2),
                "that is the skew of the text above; this backup has another priority",
                half=True,
            ),
        ),
        why="The last advert left before the crash, by the phase; from it on three intervals and the skew.",
        hint="When did the last advert leave? What does a backup wait for after it?",
    ),
    Exercise(
        id="01.takeover-function",
        question="Write a function takeover(priority, phase) that returns the seconds from the crash of the "
        "master to the takeover by a backup of this priority: VRRP version 2, an advert every second.",
        form=Function("takeover(priority, phase)"),
        points=4,
        seed=14,
        judge=m.judge_takeover,
        why="Three intervals and the skew from the last advert on, and that one was as old as the phase "
        "says.",
    ),
    Exercise(
        id="01.mechanisms-order",
        question="All as in this section, but pull waits only 100 ms for an answer (timeout='100ms'). Which "
        "of pull, push, vrrp detects the crash first, second, last?",
        form=Order(("pull", "push", "vrrp"), "the quickest first"),
        points=2,
        seed=13,
        truth=m.order,
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
    Exercise(
        id="01.crash-median",
        question="Two hundred crashes as in this section, but with an advert every 2 s (version 2, "
        "priority 100). What is the median of the detection times? (to 0.1 s; it is a sample)",
        form=Duration(100 * MS),
        points=3,
        seed=300,
        truth=m.median,
        near=(
            Near(
                "longest",
                lambda: m.SLOW.high,
                "that is the longest; asked was the one in the middle",
                half=True,
            ),
            Near(
                "shortest",
                lambda: m.SLOW.low,
                "that is the shortest; asked was the one in the middle",
                half=True,
            ),
            Near("no-skew", lambda: m.SLOW.mean - laws.vrrp_skew(100, "2s", 2), "you forgot the skew"),
            Near(
                "text",
                lambda: laws.vrrp_detection(100, "1s", 2).mean,
                "that is for the interval of the text above",
            ),
            Near(
                "half-second",
                lambda: m.SLOW.high - s("0.5"),
                "the phase runs over the whole interval, and that is longer here",
                half=True,
            ),
        ),
        why="The phase is uniform, so the middle lies half an interval before the longest time.",
        hint="Which is the longest time, which the shortest, and how are the others spread between them?",
    ),
    Exercise(
        id="01.goodbye",
        question="db1 is stopped in order; the backup db2 has priority 50 (version 2). After which time "
        "does db2 take over? (to a millisecond)",
        form=Duration(),
        points=2,
        seed=15,
        truth=m.goodbye,
        near=(
            Near(
                "waits",
                lambda: laws.vrrp_master_down(m.WEAK, "1s", 2),
                "nobody waits for three adverts after a goodbye",
                half=True,
            ),
            Near(
                "reversed",
                lambda: m.WEAK * SECOND // 256,
                "the higher the priority, the shorter the skew",
                half=True,
            ),
            Near(
                "master-s-skew",
                lambda: laws.vrrp_skew(150, "1s", 2),
                "each waits for the skew of its own priority",
                half=True,
            ),
            Near("text", lambda: laws.vrrp_skew(100, "1s", 2), "that is the backup of the text above"),
        ),
        why="The goodbye has priority zero and says that nothing need be missed: what is left is the skew.",
        hint="What does an advert of priority zero say to a backup, and what does it wait for then?",
    ),
    Exercise(
        id="01.lost-part",
        question="The announcement is lost on its way to app1. Which part of the blackout of app1 grows: "
        "detection, election, announcement or repair?",
        form=Choice(("detection", "election", "announcement", "repair")),
        points=1,
        seed=16,
        truth=m.longer_part,
        near=(
            Near(
                "announcement",
                lambda: "announcement",
                "that part ends when the announcement is sent, and sent it was",
            ),
        ),
        why="Everything went well at db2; what is left is the client, which has to find out by itself.",
        hint="Who did his work in time here, and who did not hear of it?",
    ),
    Exercise(
        id="01.hung-owner",
        question="VRRP, and nobody checks the database. At 5 s the database of db1 hangs: it takes "
        "questions and answers none. Who has .219 at 20 s?",
        form=Choice(("db1", "db2", "both", "nobody")),
        points=1,
        seed=17,
        truth=m.hung,
        near=(
            Near(
                "db2",
                lambda: "db2",
                "so it would be if somebody looked at the database; what does VRRP look at?",
            ),
        ),
        why="The daemon lives and sends its adverts, and nothing else is asked about the machine.",
        hint="Which message would db2 have to miss?",
    ),
    Exercise(
        id="01.timers",
        question="The cable of db1 loses a tenth of what db1 sends. Give a pair (a scenario) whose client"
        " is silent for less than 1 s after a crash of db1, in each of 50 seeds, in which nobody takes "
        "over in 30 quiet seconds, in each of 50 seeds, and whose daemons send at most 25 messages a "
        "second. check puts your daemons on the bad cable. (VRRP by the RFC waits for three adverts.)",
        form=ScenarioAnswer(),
        points=4,
        seed=500,
        judge=m.judge_tuned,
        why="Many small chances in a row: short intervals let several messages be lost before anybody "
        "decides.",
    ),
)
