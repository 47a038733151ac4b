"""What the exercises of ``02-arp-caches.ipynb`` measure."""

from __future__ import annotations

from vipsim.scenario import faults
from vipsim.scenario.builders import pair
from vipsim.scenario.model import Scenario
from vipsim.teach.exercises.exercise import Truth
from vipsim.teach.exercises.measuring import asked_to, blackout, share_of, shipped
from vipsim.trace.records import Level
from vipsim.units import MS, SECOND, Time, s
from vipsim.worlds import run, run_many

DELAY, PROBE = s(5), s(3)
"""Waiting for good news, then three questions a second apart."""
SPACING = 100 * MS
"""Of the probes of clients whose silence is measured: nothing shorter can be seen."""

# --- section 1: how an entry grows old ------------------------------------------------------------


def probes(client_probe: str, seed: int) -> int:
    """How often an entry is checked in a quiet minute."""
    calm = pair(duration="60s", client_probe=client_probe, client_interval=SPACING, poll=None)
    changes = run(calm, seed, level=Level.PROTOCOL).select("neighbor", "app1")
    return sum(record.data["new"] == "PROBE" for record in changes)


# --- section 2: the announcement is heard ---------------------------------------------------------


def newcomer(seed: int) -> Truth:
    """What is in the cache of a host that never sent anything, after an announcement."""
    two = pair(clients=2, poll=None, faults=[faults.crash("db1", at="5s")])
    silent = two.with_(clients=tuple(one for one in two.clients if one.node == "app1"))
    changes = run(silent, seed, level=Level.PROTOCOL).select("neighbor", "app2")
    return Truth(changes[-1].data["new"] if changes else "no entry")


# --- sections 3 and 4: nobody tells ------------------------------------------------------------------

BASE = 60
"""base_reachable_time of the exercise, in s; R is drawn from half of it to one and a half of it."""


def unheard(duration: str) -> Scenario:
    """A pair whose announcement nobody hears."""
    quiet = [faults.crash("db1", at="5s"), faults.drop("db2>sw1", "garp", at="0s")]
    return pair(poll=None, client_interval=SPACING, duration=duration, faults=quiet)


def blackouts(scenario: Scenario, first: int, count: int) -> list[Time]:
    """How long app1 is silent, of each run."""
    runs = run_many(scenario, range(first, first + count), Level.SUMMARY)
    return [one.metrics.clients["app1"].blackout for one in runs]


def longest(seed: int) -> Truth:
    """The longest silence that can happen with a slow cache."""
    slow = unheard("120s").with_setting("nodes.app1.sysctls", f"{{base_reachable_time_ms: {BASE}000}}")
    count = 200
    # Of 200 uniform draws the largest is within 2.5 % of the range of the end, but for one case in 150.
    reach = BASE * SECOND // 40
    return Truth(max(blackouts(slow, seed, count)) + reach // 2, reach // 2 + SPACING)


def within_30(seed: int) -> Truth:
    """Share of the clients that are back in time."""
    silences = blackouts(unheard("60s"), seed, 400)
    return share_of(sum(silence <= s(30) for silence in silences), len(silences))


# --- section 5: TCP's own clock -------------------------------------------------------------------


def tcp_return(seed: int) -> Truth:
    """How long TCP is silent with a slow pair."""
    slow = shipped("tcp-backoff-grid").with_setting("vrrp.advert_interval", "4s")
    return Truth(blackout(slow.with_setting("duration", "40s"), "tcp", seed), asked_to(SPACING))


PAUSES = [s("0.2") * 2**step for step in range(7)]
GRID = [sum(PAUSES[: step + 1]) for step in range(7)]
BACK = 3 * s(4) + 156 * SECOND // 256 - s(1)
"""When the address is back: the last advert was a quarter of an interval old."""
NEXT = next(step for step, point in enumerate(GRID) if point > BACK)

# --- section 6: who comes while nobody is there -----------------------------------------------------


def patience(seed: int) -> Truth:
    """When a newcomer's first attempt fails."""
    slow = shipped("new-connections-in-the-gap").with_setting("vrrp.advert_interval", "4s")
    trace = run(slow.with_setting("clients.newcomer.start", "5700ms"), seed, level=Level.PROTOCOL)
    failed = [record.time for record in trace.select("session") if record.data["event"] == "failed"]
    return Truth(failed[0] - s(5), asked_to(SPACING))


# --- section 7: the lock ----------------------------------------------------------------------------


def locked(seed: int) -> Truth:
    """Who is cut off by the own lock."""
    lock = shipped("lock-time").with_setting("nodes.young.sysctls", "{locktime: 50}")
    clients = run(
        lock.with_setting("nodes.old.sysctls", "{locktime: 600}"), seed, level=Level.SUMMARY
    ).metrics.clients
    slow = [name for name in ("young", "old") if clients[name].blackout > s(10)]
    return Truth(" and ".join(slow) or "nobody")


# --- sections 9 and 10: switches ----------------------------------------------------------------------

AGEING = s(90)
FORWARD = s(10)


def ageing(seed: int) -> Truth:
    """When app1 is answered again, as a time of the run."""
    port = shipped("dead-port-virtual-mac").with_setting("nodes.sw1.ageing_time", "90s")
    # The switch last heard the address up to one advert before the power went: the phase is not known.
    quick = run(port.with_setting("duration", "150s"), seed, level=Level.SUMMARY)
    _, answered = quick.metrics.clients["app1"].silences[0]
    if answered is None:
        raise RuntimeError("nobody answered app1 again")
    return Truth(answered, s(1) + SPACING)


def two_owners(seed: int) -> Truth:
    """For how long two machines have the address."""
    closed = shipped("stp-at-boot").with_setting("nodes.sw1.forward_delay", "10s")
    return Truth(run(closed, seed, level=Level.SUMMARY).metrics.dual_owner, asked_to(100 * MS))


BOOTED = s(10)
MASTER = BOOTED + s(3) + 106 * SECOND // 256
"""When db1 makes itself master: after its own master-down time."""


def heard_at(opens: Time) -> Time:
    """First advert of db1 at or after the time at which its port opens, less the time it became master."""
    return -((MASTER - opens) // SECOND) * SECOND
