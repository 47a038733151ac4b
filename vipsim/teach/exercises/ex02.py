"""Exercises of ``02-arp-caches.ipynb``."""

from __future__ import annotations

from vipsim.scenario import faults
from vipsim.scenario.builders import pair
from vipsim.scenario.model import Scenario
from vipsim.teach.answers import Choice, Count, Share
from vipsim.teach.durations import Duration
from vipsim.teach.exercises.exercise import Exercise, Near, Truth
from vipsim.teach.exercises.measuring import asked_to, blackout, share_of, shipped
from vipsim.trace.records import Level
from vipsim.units import MS, SECOND, Time, s
from vipsim.worlds import run, run_many

DELAY, PROBE = s(5), s(3)
"""Waiting for good news, then three questions a second apart."""
SPACING = 100 * MS
"""Of the probes of clients whose silence is measured: nothing shorter can be seen."""

# --- section 1: how an entry grows old ------------------------------------------------------------


def _probes(client_probe: str, seed: int) -> int:
    calm = pair(duration="60s", client_probe=client_probe, client_interval=SPACING, poll=None)
    changes = run(calm, seed, level=Level.PROTOCOL).select("neighbor", "app1")
    return sum(record.data["new"] == "PROBE" for record in changes)


_UDP = "that is for UDP, whose answers tell a cache nothing"

# --- section 2: the announcement is heard ---------------------------------------------------------


def _newcomer(seed: int) -> Truth:
    two = pair(clients=2, poll=None, faults=[faults.crash("db1", at="5s")])
    silent = two.with_(clients=tuple(one for one in two.clients if one.node == "app1"))
    changes = run(silent, seed, level=Level.PROTOCOL).select("neighbor", "app2")
    return Truth(changes[-1].data["new"] if changes else "no entry")


# --- sections 3 and 4: nobody tells ------------------------------------------------------------------

_BASE = 60
"""base_reachable_time of the exercise, in s; R is drawn from half of it to one and a half of it."""


def _unheard(duration: str) -> Scenario:
    quiet = [faults.crash("db1", at="5s"), faults.drop("db2>sw1", "garp", at="0s")]
    return pair(poll=None, client_interval=SPACING, duration=duration, faults=quiet)


def _silences(scenario: Scenario, first: int, count: int) -> list[Time]:
    runs = run_many(scenario, range(first, first + count), Level.SUMMARY)
    return [one.metrics.clients["app1"].blackout for one in runs]


def _longest(seed: int) -> Truth:
    slow = _unheard("120s").with_setting("nodes.app1.sysctls", f"{{base_reachable_time_ms: {_BASE}000}}")
    count = 200
    # Of 200 uniform draws the largest is within 2.5 % of the range of the end, but for one case in 150.
    reach = _BASE * SECOND // 40
    return Truth(max(_silences(slow, seed, count)) + reach // 2, reach // 2 + SPACING)


def _within_30(seed: int) -> Truth:
    silences = _silences(_unheard("60s"), seed, 400)
    return share_of(sum(silence <= s(30) for silence in silences), len(silences))


# --- section 5: TCP's own clock -------------------------------------------------------------------


def _tcp_return(seed: int) -> Truth:
    slow = shipped("tcp-backoff-grid").with_setting("vrrp.advert_interval", "4s")
    return Truth(blackout(slow.with_setting("duration", "40s"), "tcp", seed), asked_to(SPACING))


_PAUSES = [s("0.2") * 2**step for step in range(7)]
_GRID = [sum(_PAUSES[: step + 1]) for step in range(7)]
_BACK = 3 * s(4) + 156 * SECOND // 256 - s(1)
"""When the address is back: the last advert was a quarter of an interval old."""
_NEXT = next(step for step, point in enumerate(_GRID) if point > _BACK)

# --- section 6: who comes while nobody is there -----------------------------------------------------


def _patience(seed: int) -> Truth:
    slow = shipped("new-connections-in-the-gap").with_setting("vrrp.advert_interval", "4s")
    trace = run(slow.with_setting("clients.newcomer.start", "5700ms"), seed, level=Level.PROTOCOL)
    failed = [record.time for record in trace.select("session") if record.data["event"] == "failed"]
    return Truth(failed[0] - s(5), asked_to(SPACING))


# --- section 7: the lock ----------------------------------------------------------------------------


def _locked(seed: int) -> Truth:
    lock = shipped("lock-time").with_setting("nodes.young.sysctls", "{locktime: 50}")
    clients = run(
        lock.with_setting("nodes.old.sysctls", "{locktime: 600}"), seed, level=Level.SUMMARY
    ).metrics.clients
    slow = [name for name in ("young", "old") if clients[name].blackout > s(10)]
    return Truth(" and ".join(slow) or "nobody")


# --- sections 9 and 10: switches ----------------------------------------------------------------------

_AGEING = s(90)
_FORWARD = s(10)


def _ageing(seed: int) -> Truth:
    port = shipped("dead-port-virtual-mac").with_setting("nodes.sw1.ageing_time", "90s")
    # The switch last heard the address up to one advert before the power went: the phase is not known.
    quick = run(port.with_setting("duration", "150s"), seed, level=Level.SUMMARY)
    _, answered = quick.metrics.clients["app1"].silences[0]
    if answered is None:
        raise RuntimeError("nobody answered app1 again")
    return Truth(answered, s(1) + SPACING)


def _two_owners(seed: int) -> Truth:
    closed = shipped("stp-at-boot").with_setting("nodes.sw1.forward_delay", "10s")
    return Truth(run(closed, seed, level=Level.SUMMARY).metrics.dual_owner, asked_to(100 * MS))


_BOOTED = s(10)
_MASTER = _BOOTED + s(3) + 106 * SECOND // 256
"""When db1 makes itself master: after its own master-down time."""


def _heard_at(opens: Time) -> Time:
    """First advert of db1 at or after the time at which its port opens, less the time it became master."""
    return -((_MASTER - opens) // SECOND) * SECOND


EXERCISES = (
    Exercise(
        id="02.ping-probes",
        question="As in this section, but app1 pings (client_probe='ping') ten times a second, every ping is "
        "answered, 60 s long. How often does its entry for .219 enter the state PROBE?",
        form=Count(),
        points=2,
        seed=21,
        truth=lambda seed: Truth(_probes("ping", seed)),
        near=(
            Near("udp", lambda: _probes("database", 21), _UDP),
            Near("quick-udp", lambda: 60 // (15 + 5), _UDP),
            Near("slow-udp", lambda: 60 // (45 + 5) + 1, _UDP),
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
        truth=_newcomer,
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
        truth=_longest,
        near=(
            Near("no-delay", lambda: s(_BASE) * 3 // 2 + PROBE, "you forgot DELAY", half=True),
            Near(
                "no-probe",
                lambda: s(_BASE) * 3 // 2 + DELAY,
                "you forgot the three questions of PROBE",
                half=True,
            ),
            Near(
                "base-only",
                lambda: s(_BASE) + DELAY + PROBE,
                "R is drawn around the base, it is not the base",
                half=True,
            ),
            Near("shortest", lambda: s(_BASE) // 2 + DELAY + PROBE, "that is the shortest", half=True),
            Near("default", lambda: s(45) + DELAY + PROBE, "that is for the base time of the text above"),
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
        truth=_within_30,
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
        truth=_tcp_return,
        near=(
            Near(
                "address",
                lambda: _BACK,
                "that is when the address is back; TCP does not look then",
                half=True,
            ),
            Near("one-early", lambda: _GRID[_NEXT - 1], "nobody has the address at that retransmission"),
            Near("one-late", lambda: _GRID[_NEXT + 1], "an earlier retransmission finds the address already"),
            Near("pause", lambda: _PAUSES[_NEXT], "that is a pause; asked was their sum", half=True),
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
        truth=_patience,
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
        truth=_locked,
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
        truth=_ageing,
        near=(
            Near(
                "since-crash",
                lambda: _AGEING,
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
                lambda: _AGEING + s(5 + 3) + 156 * SECOND // 256,
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
        truth=_two_owners,
        near=(
            Near(
                "closed", lambda: 2 * _FORWARD, "so long is the port closed; db1 is not master all that time"
            ),
            Near(
                "opens",
                lambda: _BOOTED + 2 * _FORWARD - _MASTER,
                "so long until the port opens; db2 gives in when it hears an advert",
                half=True,
            ),
            Near(
                "once",
                lambda: _heard_at(_BOOTED + _FORWARD),
                "the port waits twice: it listens, then it learns",
                half=True,
            ),
            Near("text", lambda: _heard_at(_BOOTED + s(30)), "that is for the switch of the text above"),
        ),
        why="It begins when db1 makes itself master and ends at its first advert that passes the open port.",
        hint="When does db1 become master? When does its port open? What comes through first, and when?",
    ),
)
