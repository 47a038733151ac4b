"""Faults: one meaning a word, as a table from the word to what is done to the network.

Each fault of the scenario is a small story (a SimPy process): wait until its time, act, wait for its
duration, take it back, perhaps repeat. `ACTS` is DESIGN's table, and `WAY_BACK` what ends a fault that
has a duration.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from vipsim.scenario.model import After, At, Fault, FaultWord
from vipsim.scenario.targets import EVERYTHING, iface_of, separated_pairs, service_of
from vipsim.sim.kernel import HOST_DOWN, HOST_FROZEN
from vipsim.sim.link import Direction
from vipsim.sim.network import Network
from vipsim.sim.rules import DropRule, drop_rule
from vipsim.units import parse_duration
from vipsim.wire.codec import decode
from vipsim.wire.frames import Frame

W = FaultWord
Act = Callable[[Network, Fault, int], None]
"""Does it to the network; the number is the fault record's id, cause of all that follows."""


# --- processes and hosts -------------------------------------------------------------------


def _crash(net: Network, fault: Fault, cause: int) -> None:
    """Daemon gone, kernel silent, the carrier of its port stays up."""
    if fault.target in net.daemons:
        net.daemons[fault.target].kill(cause)
    net.kernels[fault.target].halt(HOST_DOWN, cause)


def _power(net: Network, fault: Fault, cause: int) -> None:
    """Like a crash, and the carrier is lost."""
    _crash(net, fault, cause)
    for number in net.links_of(fault.target):
        net.set_carrier(number, False, cause)


def _reboot(net: Network, fault: Fault, cause: int) -> None:
    """The host comes up afresh: carrier, kernel, services, daemon."""
    kernel = net.kernels[fault.target]
    if kernel.state is None:
        _crash(net, fault, cause)
    kernel.boot()
    for number in net.links_of(fault.target):
        net.set_carrier(number, True, cause)
    for service in net.services[fault.target].values():
        if not service.running:
            service.set_running(True, "start", cause)
    if fault.target in net.daemons:
        net.daemons[fault.target].start(cause)


def _kill(net: Network, fault: Fault, cause: int) -> None:
    """The daemon is gone without goodbye; its kernel answers on, the VIP stays."""
    net.daemons[fault.target].kill(cause)


def _stop(net: Network, fault: Fault, cause: int) -> None:
    """The daemon ends in order: goodbye, release."""
    net.daemons[fault.target].stop(cause)


def _restart(net: Network, fault: Fault, cause: int) -> None:
    """The daemon is launched again (ended in order first, if it runs)."""
    net.daemons[fault.target].stop(cause)
    net.daemons[fault.target].start(cause)


def _hang(net: Network, fault: Fault, cause: int) -> None:
    """The daemon is frozen; its kernel answers on."""
    net.daemons[fault.target].pause(cause)


def _cont(net: Network, fault: Fault, cause: int) -> None:
    """The daemon goes on."""
    net.daemons[fault.target].resume(cause)


def _freeze(net: Network, fault: Fault, cause: int) -> None:
    """Daemon and kernel are frozen, as when a hypervisor pauses the machine."""
    if fault.target in net.daemons:
        net.daemons[fault.target].pause(cause)
    net.kernels[fault.target].halt(HOST_FROZEN, cause)


def _thaw(net: Network, fault: Fault, cause: int) -> None:
    """The frozen machine goes on where it stopped."""
    if net.kernels[fault.target].state == HOST_FROZEN:
        net.kernels[fault.target].resume(cause)
    if fault.target in net.daemons:
        net.daemons[fault.target].resume(cause)


# --- links ---------------------------------------------------------------------------------


def _carrier(up: bool) -> Act:
    def act(net: Network, fault: Fault, cause: int) -> None:
        for number in net.links_of(fault.target):
            net.set_carrier(number, up, cause)

    act.__doc__ = f"The links {'gain' if up else 'lose'} their carrier; both ends see it."
    return act


def _add_rule(direction: Direction, rule: DropRule) -> None:
    direction.rules += (rule,)
    direction.refresh()


def _isolate(net: Network, fault: Fault, cause: int) -> None:
    """All frames of the node's links are dropped, both ways; the carrier stays."""
    for direction in net.directions_of(fault.target):
        _add_rule(direction, DropRule(fault.target, "fault isolate"))


def _separate(net: Network, fault: Fault, cause: int) -> None:
    """Frames between hosts of different groups are dropped where they would reach their receiver."""
    unheard: dict[str, set[str]] = {}
    pairs = separated_pairs(net.plan.scenario, fault.target, oneway=fault.word is W.ONEWAY)
    for sender, receiver in sorted(pairs):
        unheard.setdefault(receiver, set()).add(sender)
    for receiver, senders in unheard.items():
        macs = frozenset(mac for mac, node in net.plan.names.items() if node in senders)
        for direction in net.into(receiver):
            _add_rule(direction, DropRule(fault.target, f"fault {fault.word.value}", senders=macs))


def _drop(net: Network, fault: Fault, cause: int) -> None:
    """Frames of a kind are dropped on the given directions, each with the given probability."""
    for direction in net.directions_of(fault.target):
        streams = net.world.streams
        _add_rule(direction, drop_rule(fault.target, fault.value, streams, direction.src, direction.dst))


def _heal(net: Network, fault: Fault, cause: int) -> None:
    """Remove the rules and delays of the faults with this target, or (`all`) of every one."""
    for number, cable in enumerate(net.cables):
        for direction in cable:
            direction.rules = tuple(rule for rule in direction.rules if not rule.ends_with(fault.target))
            if fault.target in (EVERYTHING, direction.slowed_by):
                direction.extra_delay, direction.jitter = 0, net.plan.links[number][4]
                direction.slowed_by = ""
            direction.refresh()


def _delay(net: Network, fault: Fault, cause: int) -> None:
    """Every frame takes longer by `value`."""
    for direction in net.directions_of(fault.target):
        direction.extra_delay, direction.slowed_by = parse_duration(fault.value), fault.target
        direction.refresh()


def _jitter(net: Network, fault: Fault, cause: int) -> None:
    """Every frame takes longer by a time drawn from [0, `value`]."""
    for direction in net.directions_of(fault.target):
        direction.jitter, direction.slowed_by = parse_duration(fault.value), fault.target
        direction.streams = net.world.streams
        direction.refresh()


# --- services and forged frames ------------------------------------------------------------


def _service(running: bool, act_name: str) -> Act:
    def act(net: Network, fault: Fault, cause: int) -> None:
        host, service = service_of(net.plan.scenario, fault.target)
        net.services[host.name][service.name].set_running(running, act_name, cause)

    return act


def _inject(net: Network, fault: Fault, cause: int) -> None:
    """Put the given bytes on the cable from the node's interface, as a forger there would."""
    host, iface = iface_of(net.plan.scenario, fault.target)
    frame = decode(bytes.fromhex(fault.value))
    net.kernels[host.name].nics[iface.name].out.send(
        Frame(frame.dst, frame.src, frame.packet, frame.size, cause)
    )


ACTS: dict[FaultWord, Act] = {
    W.CRASH: _crash,
    W.POWER: _power,
    W.KILL: _kill,
    W.STOP: _stop,
    W.HANG: _hang,
    W.FREEZE: _freeze,
    W.LINK_DOWN: _carrier(False),
    W.PORT_DOWN: _carrier(False),
    W.ISOLATE: _isolate,
    W.PARTITION: _separate,
    W.ONEWAY: _separate,
    W.DROP: _drop,
    W.DELAY: _delay,
    W.JITTER: _jitter,
    W.SERVICE_STOP: _service(False, "stop"),
    W.SERVICE_HANG: _service(False, "hang"),
    W.INJECT: _inject,
    W.RESTART: _restart,
    W.REBOOT: _reboot,
    W.CONT: _cont,
    W.THAW: _thaw,
    W.LINK_UP: _carrier(True),
    W.PORT_UP: _carrier(True),
    W.HEAL: _heal,
    W.SERVICE_START: _service(True, "start"),
}

WAY_BACK: dict[FaultWord, FaultWord] = {
    W.CRASH: W.REBOOT,
    W.POWER: W.REBOOT,
    W.KILL: W.RESTART,
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
}


# --- when ----------------------------------------------------------------------------------


def tell(net: Network, fault: Fault, number: int) -> Generator[Any, Any, None]:
    """The story of fault `number`: a SimPy process."""
    env = net.world.env
    yield from _wait(net, fault, number)
    while True:
        begun = env.now
        _act(net, fault, fault.word, "begin")
        if fault.duration is not None and fault.word in WAY_BACK:
            yield env.timeout(fault.duration)
            _act(net, fault, WAY_BACK[fault.word], "end")
        if fault.every is None:
            return
        yield env.timeout(int(max(0, begun + fault.every - env.now)))


def _wait(net: Network, fault: Fault, number: int) -> Generator[Any, Any, None]:
    env = net.world.env
    key = (fault.word.value, fault.target, str(number))
    match fault.when:
        case At(earliest=low, latest=high):
            yield env.timeout(net.world.streams.between(low, high, "fault", *key))
        case After(since=since) as after:
            yield env.timeout(since)
            yield _happens(net, after)
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


def _act(net: Network, fault: Fault, word: FaultWord, phase: str) -> None:
    data = {"word": fault.word.value, "target": fault.target, "value": fault.value, "phase": phase}
    cause = net.world.note("fault", fault.target, data)
    ACTS[word](net, fault, cause)
