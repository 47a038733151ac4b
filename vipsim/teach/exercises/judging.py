"""Answers that are judged by running them: a function is called, a scenario's daemons are put to the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vipsim.errors import ScenarioError
from vipsim.scenario.faults import crash, drop
from vipsim.scenario.model import Fault, Scenario
from vipsim.teach.durations import Duration
from vipsim.teach.exercises.exercise import Judged
from vipsim.teach.reading import Unreadable
from vipsim.trace.records import Level
from vipsim.trace.trace import Trace
from vipsim.units import SECOND, Time, s
from vipsim.worlds import run_many

Arguments = tuple[Any, ...]


def judge_function(
    function: Callable[..., Any],
    truth: Callable[..., Time],
    cases: Sequence[Arguments],
    tolerance: Time,
    near: Sequence[tuple[Callable[..., Time], str]],
    hint: str,
) -> Judged:
    """Call a student's function that returns a time, for several arguments.

    Parameters
    ----------
    function : callable
        The student's.
    truth : callable
        What a simulation gives for the same arguments, in ns.
    cases : sequence of tuple
        The arguments of each call.
    tolerance : int
        How far each may be off, in ns.
    near : sequence of (callable, str)
        Functions of usual misconceptions, and what is said of them.
    hint : str
        What is said if it is none of them.
    """
    given = []
    for case in cases:
        try:
            answer = function(*case)
        except (Exception, SystemExit) as error:
            return Judged("absurd", f"the function fails with {type(error).__name__}: call it yourself first")
        if answer is None:
            return Judged("absurd", "the function returns nothing: is there a return in it?")
        try:
            given.append(Duration().read(answer))
        except Unreadable as error:
            return Judged("absurd", f"of what the function returns: {error}")

    def agrees(other: Callable[..., Time]) -> bool:
        pairs = zip(given, cases, strict=True)
        return all(abs(value - other(*case)) <= tolerance for value, case in pairs)

    if agrees(truth):
        return Judged("right", "")
    if len(set(given)) == 1:
        return Judged("wrong", "it returns the same for all arguments: which of them does it use?")
    for other, words in near:
        if agrees(other):
            return Judged("near", words, half=True)
    return Judged("wrong", hint)


# --- timers chosen for a bad cable ------------------------------------------------------------------

LIMIT = s(1)
"""What the blackout of the client must stay below."""
SEEDS = 50
CALM = s(30)
MOST_MESSAGES = 25
"""Messages of the protocol a second."""
LOST = "10%"


def judge_timers(answer: Scenario, seed: int, on: Scenario) -> Judged:
    """Put the daemons of a scenario on a network with a bad cable and see whether they suit.

    Only the group of the answer counts: network, faults and clients are those of `on`. First `SEEDS` crashes
    of db1, then as many quiet stretches of `CALM`.
    """
    if len(answer.groups) != 1:
        return Judged("absurd", "one group was asked, of db1 and db2: start from the pair of this section")
    try:
        pair = on.with_(groups=answer.groups, phase=None).without_faults().with_faults(_bad_cable())
        crashes = pair.with_(duration=s(10)).with_faults(crash("db1", at="5s"))
        seeds = range(seed, seed + SEEDS)
        worst = max(_silence(trace) for trace in run_many(crashes, seeds, Level.SUMMARY))
        calm = list(run_many(pair.with_(duration=CALM, clients=()), seeds, Level.SUMMARY))
    except ScenarioError:
        return Judged("absurd", "its group does not fit the pair db1, db2 with the address .219")
    # A fault explains a takeover, and the cable is one: so every takeover counts here, not the false ones.
    is_quick, is_calm = worst < LIMIT, not any(trace.failovers for trace in calm)
    messages = sum(trace.metrics.adverts for trace in calm) * SECOND / (CALM * len(calm))
    if is_quick and is_calm and messages <= MOST_MESSAGES:
        return Judged("right", "")
    if is_quick and is_calm:
        return Judged("near", "it is quick and calm, but it speaks more often than is allowed", half=True)
    if is_quick:
        return Judged("near", "it is quick, but somebody takes over although nobody has failed")
    if is_calm:
        return Judged("near", "nobody takes over without need, but in some crash the client waits too long")
    return Judged("wrong", "it is neither quick nor calm: how many messages in a row may be lost?")


def _bad_cable() -> Fault:
    # From 2 s on: before, the daemons have to find each other by ARP, which is another story.
    return drop("db1>sw1", LOST, at="2s")


def _silence(trace: Trace) -> Time:
    return max((client.longest for client in trace.metrics.clients.values()), default=0)
