"""Faults: one meaning a word, as a table from the word to what is done to the network.

Each fault of the scenario is a small story (a SimPy process): wait until its time, act, wait for its
duration, take it back, perhaps repeat. `ACTS` is DESIGN's table, and `WAY_BACK` what ends a fault that
has a duration.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from vipsim.scenario.model import After, At, Fault, FaultWord
from vipsim.sim import acts
from vipsim.sim.network import Network
from vipsim.units import format_duration

W = FaultWord

ACTS: dict[FaultWord, acts.Act] = {
    W.CRASH: acts.crash,
    W.POWER: acts.power,
    W.KILL: acts.kill,
    W.KILL_PARENT: acts.kill_parent,
    W.KILL_CHILD: acts.kill_child,
    W.STOP: acts.stop,
    W.HANG: acts.hang,
    W.FREEZE: acts.freeze,
    W.LINK_DOWN: acts.link(False),
    W.PORT_DOWN: acts.port(False),
    W.ISOLATE: acts.isolate,
    W.PARTITION: acts.separate,
    W.ONEWAY: acts.separate,
    W.DROP: acts.drop,
    W.DELAY: acts.delay,
    W.JITTER: acts.jitter,
    W.SERVICE_STOP: acts.service(False, "stop"),
    W.SERVICE_HANG: acts.service(False, "hang"),
    W.SCRIPT_FAIL: acts.script("fail"),
    W.TRACK_DOWN: acts.track(False),
    W.INJECT: acts.inject,
    W.RELOAD: acts.reload,
    W.RESTART: acts.restart,
    W.REBOOT: acts.reboot,
    W.CONT: acts.cont,
    W.THAW: acts.thaw,
    W.LINK_UP: acts.link(True),
    W.PORT_UP: acts.port(True),
    W.HEAL: acts.heal,
    W.SERVICE_START: acts.service(True, "start"),
    W.SCRIPT_OK: acts.script("ok"),
    W.TRACK_UP: acts.track(True),
}

WAY_BACK: dict[FaultWord, FaultWord] = {
    W.CRASH: W.REBOOT,
    W.POWER: W.REBOOT,
    W.KILL: W.RESTART,
    W.KILL_PARENT: W.RESTART,
    W.STOP: W.RESTART,
    W.HANG: W.CONT,
    W.FREEZE: W.THAW,
    W.LINK_DOWN: W.LINK_UP,
    W.PORT_DOWN: W.PORT_UP,
    W.ISOLATE: W.HEAL,
    W.PARTITION: W.HEAL,
    W.ONEWAY: W.HEAL,
    W.DROP: W.HEAL,
    W.DELAY: W.HEAL,
    W.JITTER: W.HEAL,
    W.SERVICE_STOP: W.SERVICE_START,
    W.SERVICE_HANG: W.SERVICE_START,
    W.SCRIPT_FAIL: W.SCRIPT_OK,
    W.TRACK_DOWN: W.TRACK_UP,
}


# --- when ----------------------------------------------------------------------------------


def tell(net: Network, fault: Fault, number: int, met: set[int]) -> Generator[Any, Any, None]:
    """The story of fault `number`, a SimPy process; when what it waits for happens, `met` gets the number."""
    env = net.world.env
    yield from _wait(net, fault, number, met)
    while True:
        begun = env.now
        _act(net, fault, number, fault.word)
        if fault.duration is not None and fault.word in WAY_BACK:
            yield env.timeout(fault.duration)
            _act(net, fault, number, WAY_BACK[fault.word], "end")
        if fault.every is None:
            return
        yield env.timeout(int(max(0, begun + fault.every - env.now)))


def _wait(net: Network, fault: Fault, number: int, met: set[int]) -> Generator[Any, Any, None]:
    env = net.world.env
    key = (fault.word.value, fault.target, str(number))
    match fault.when:
        case At(earliest=low, latest=high):
            yield env.timeout(net.world.streams.between(low, high, "fault", *key))
        case After(since=since) as after:
            yield env.timeout(since)
            yield _happens(net, after)
            met.add(number)
            yield env.timeout(after.plus)


def _happens(net: Network, after: After) -> Any:
    """Return an event that succeeds at the first record that `after` speaks of."""
    kind = {"master": "state", "backup": "state"}.get(after.event, after.event)
    wanted = after.event.upper() if kind == "state" else None
    happened = net.world.env.event()
    watchers = net.world.watchers.setdefault(kind, [])

    def watch(node: str, data: dict[str, Any]) -> None:
        if node == after.node and (wanted is None or data["new"] == wanted):
            watchers.remove(watch)
            happened.succeed()

    watchers.append(watch)
    return happened


def never_happened(fault: Fault) -> str:
    """Say of a fault whose event did not happen why nothing was done; nothing of one that waits for none."""
    if not isinstance(fault.when, After):
        return ""
    after = fault.when
    since = f" since {format_duration(after.since)}" if after.since else ""
    name = f"{fault.word.value}:{fault.target}"
    return f"fault {name}: never happened, because no {after.event} of {after.node}{since}"


def _act(net: Network, fault: Fault, number: int, word: FaultWord, phase: str = "begin") -> None:
    data = {"word": fault.word.value, "target": fault.target, "value": fault.value, "phase": phase}
    cause = net.world.note("fault", fault.target, data)
    if phase == "end" and word is W.HEAL:
        acts.lift(net, number)  # of two faults with one target only this one is over
    else:
        ACTS[word](net, acts.Order(fault, number, cause))
