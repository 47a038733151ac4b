"""Exercises of ``02-arp-caches.ipynb``."""

from __future__ import annotations

from vipsim.teach.answers import Choice, Count, Share
from vipsim.teach.durations import Duration
from vipsim.teach.exercises import measure02 as m
from vipsim.teach.exercises.exercise import Exercise, Near, Truth
from vipsim.units import MS, SECOND, s

UDP = "that is for UDP, whose answers tell a cache nothing"

EXERCISES = (
    Exercise(
        id="02.ping-probes",
        question="As in this section, but app1 pings (client_probe='ping') ten times a second, every ping is "
        "answered, 60 s long. How often does its entry for .219 enter the state PROBE?",
        form=Count(),
        points=2,
        seed=21,
        truth=lambda seed: Truth(m.probes("ping", seed)),
        near=(
            Near("udp", lambda: m.probes("database", 21), UDP),
            Near("quick-udp", lambda: 60 // (15 + 5), UDP),
            Near("slow-udp", lambda: 60 // (45 + 5) + 1, UDP),
        ),
        why="Each answered ping tells the kernel that the neighbor is there, so nobody need ask.",
        hint="What does the kernel learn from an answered ping that it does not learn from UDP?",
    ),
    Exercise(
        id="02.newcomer-state",
        question="A host app2 has never sent anything and has no entry for .219. It hears the announcement "
        "of db2. What is in its cache afterwards?",
        form=Choice(("no entry", "STALE", "REACHABLE", "INCOMPLETE")),
        points=2,
        seed=22,
        truth=m.newcomer,
        near=(
            Near(
                "changed",
                lambda: "STALE",
                "so it is where there was an entry to change",
            ),
        ),
        why="An announcement changes entries that are there; Linux makes no new one from it (arp_accept).",
        hint="Would you fill your address book with everybody who shouts his name in the street?",
    ),
    Exercise(
        id="02.longest-silence",
        question="The announcement is lost; app1 pings. On app1 base_reachable_time is 60 s instead of 30 s. "
        "What is the longest silence that can happen? (to a second)",
        form=Duration(SECOND, is_long=True),
        points=3,
        seed=1000,
        truth=m.longest,
        near=(
            Near("no-delay", lambda: s(m.BASE) * 3 // 2 + m.PROBE, "you forgot DELAY", half=True),
            Near(
                "no-probe",
                lambda: s(m.BASE) * 3 // 2 + m.DELAY,
                "you forgot the three questions of PROBE",
                half=True,
            ),
            Near(
                "base-only",
                lambda: s(m.BASE) + m.DELAY + m.PROBE,
                "R is drawn around the base, it is not the base",
                half=True,
            ),
            Near("shortest", lambda: s(m.BASE) // 2 + m.DELAY + m.PROBE, "that is the shortest", half=True),
            Near("default", lambda: s(45) + m.DELAY + m.PROBE, "that is for the base time of the text above"),
        ),
        why="The largest R is one and a half of the base time; DELAY and PROBE come on top.",
        hint="Which states does the entry go through, and how long does each last at most?",
    ),
    Exercise(
        id="02.silent-share",
        question="Many silent take-overs as in this section. What share of the clients is back within 30 s "
        "of their last answer?",
        form=Share(),
        points=3,
        seed=2000,
        truth=m.within_30,
        near=(
            Near(
                "no-probe", lambda: (30 - 5 - 15) / 30, "you forgot the three questions of PROBE", half=True
            ),
            Near("no-delay", lambda: (30 - 3 - 15) / 30, "you forgot DELAY", half=True),
            Near(
                "r-only", lambda: (30 - 15) / 30, "that is the share of R; the checks of the entry follow it"
            ),
        ),
        why="R must be over early enough for DELAY and PROBE to fit in, and R is uniform.",
        hint="Which values of R allow it, and which part of all values are they?",
    ),
    Exercise(
        id="02.tcp-return",
        question="As in this section, but advert_interval is 4 s (phase 0.25, priority 100, version 2). How "
        "long is the client tcp silent after the crash? (to 0.1 s)",
        form=Duration(100 * MS),
        points=3,
        seed=25,
        truth=m.tcp_return,
        near=(
            Near(
                "address",
                lambda: m.BACK,
                "that is when the address is back; TCP does not look then",
                half=True,
            ),
            Near("one-early", lambda: m.GRID[m.NEXT - 1], "nobody has the address at that retransmission"),
            Near(
                "one-late",
                lambda: m.GRID[m.NEXT + 1],
                "an earlier retransmission finds the address already",
            ),
            Near("pause", lambda: m.PAUSES[m.NEXT], "that is a pause; asked was their sum", half=True),
        ),
        why="TCP looks at the points of its own grid only; it is the first one at which the address is back.",
        hint="When is the address back? Which point of the grid comes next?",
    ),
    Exercise(
        id="02.newcomer-patience",
        question="newcomer now arrives 0.7 s after the crash. How long after the crash may the address come "
        "back at the latest, so that newcomer gets no error? (to 0.1 s)",
        form=Duration(100 * MS),
        points=2,
        seed=26,
        truth=m.patience,
        near=(
            Near(
                "since-arrival", lambda: s(3), "that is the time from its arrival; asked was from the crash"
            ),
            Near("text", lambda: s("3.1"), "that is for the arrival in the text above"),
            Near("last-question", lambda: s("2.7"), "the last question is waited for, too", half=True),
        ),
        why="From its arrival newcomer asks three times and waits a second for each answer, then gives up.",
        hint="Three questions: when is each asked, and when is the last one given up?",
    ),
    Exercise(
        id="02.lock-who",
        question="As in this section, but locktime is half a second on young and 6 s on old (sysctl 50 "
        "and 600). Who of them is cut off for more than 10 s?",
        form=Choice(("nobody", "young", "old", "young and old")),
        points=2,
        seed=27,
        truth=m.locked,
        near=(
            Near(
                "as-above",
                lambda: "young",
                "so it is with a lock of one second on both; here each has its own",
            ),
        ),
        why="Whoever's entry is younger than the own lock ignores the packet; each has a lock of its own.",
        hint="Compare for each of them the age of its entry with the length of its lock.",
    ),
    Exercise(
        id="02.switch-ageing",
        question="As in this section, but sw1 forgets after 90 s (ageing_time). At which time of the run is "
        "app1 answered again? (to a second)",
        form=Duration(SECOND, is_long=True),
        points=2,
        seed=28,
        truth=m.ageing,
        near=(
            Near(
                "since-crash",
                lambda: m.AGEING,
                "that is how long it lasts; asked was the time of the run",
            ),
            Near("text", lambda: s(5 + 300), "that is for the switch of the text above"),
            Near(
                "takeover",
                lambda: s(5 + 3) + 156 * SECOND // 256,
                "that is when db2 takes over; who tells sw1?",
            ),
            Near(
                "added",
                lambda: m.AGEING + s(5 + 3) + 156 * SECOND // 256,
                "the clock of the switch runs during the detection, too",
                half=True,
            ),
        ),
        why="The switch forgets the port when it has heard nothing from the address for its ageing time.",
        hint="Whose clock ends this outage, and when did it start to run?",
    ),
    Exercise(
        id="02.stp-owners",
        question="As in this section, but forward_delay is 10 s. For how long do two machines have the "
        "address? (to 0.1 s)",
        form=Duration(100 * MS),
        points=3,
        seed=29,
        truth=m.two_owners,
        near=(
            Near(
                "closed", lambda: 2 * m.FORWARD, "so long is the port closed; db1 is not master all that time"
            ),
            Near(
                "opens",
                lambda: m.BOOTED + 2 * m.FORWARD - m.MASTER,
                "so long until the port opens; db2 gives in when it hears an advert",
                half=True,
            ),
            Near(
                "once",
                lambda: m.heard_at(m.BOOTED + m.FORWARD),
                "the port waits twice: it listens, then it learns",
                half=True,
            ),
            Near("text", lambda: m.heard_at(m.BOOTED + s(30)), "that is for the switch of the text above"),
        ),
        why="It begins when db1 makes itself master and ends at its first advert that passes the open port.",
        hint="When does db1 become master? When does its port open? What comes through first, and when?",
    ),
)
