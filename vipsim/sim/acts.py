"""What each fault word does to the network, one function a word (the table is in `vipsim.sim.faults`).

Faults overlap: a machine may be frozen and then lose power, a cable may be down at both ends. So what
is down stays down until its own way back, and the end of one fault ends only what it began.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vipsim.errors import ScenarioError
from vipsim.machines.vrrp.keywords import TrackInterface
from vipsim.scenario.fields import message_of
from vipsim.scenario.model import Fault, FaultWord
from vipsim.scenario.reload import problem_of
from vipsim.scenario.targets import cut_edges, host_of, iface_of, separated_pairs, service_of
from vipsim.scenario.tracked import tracked_of
from vipsim.sim.kernel import HOST_DOWN, HOST_FROZEN
from vipsim.sim.lifecycle import boot, halt, resume
from vipsim.sim.link import Direction
from vipsim.sim.network import Network
from vipsim.sim.rules import DropRule, Slowdown, drop_rule, is_healed
from vipsim.units import parse_duration
from vipsim.wire.codec import decode
from vipsim.wire.frames import Frame


@dataclass(frozen=True, slots=True)
class Order:
    """One carrying out of a fault: which it is in the scenario, and the record that all follows from."""

    fault: Fault
    number: int
    cause: int

    @property
    def target(self) -> str:
        """What it acts on."""
        return self.fault.target


Act = Callable[[Network, Order], None]


# --- processes and hosts -------------------------------------------------------------------


def crash(net: Network, order: Order) -> None:
    """Daemon gone, kernel silent, the carrier of its port stays up."""
    if order.target in net.daemons:
        net.daemons[order.target].kill(order.cause)
    halt(net.kernels[order.target], HOST_DOWN, order.cause)
    for process in net.services[order.target].values():
        process.crash(order.cause)


def power(net: Network, order: Order) -> None:
    """Like a crash, and the carrier is lost."""
    crash(net, order)
    for number in net.links_of(order.target):
        net.cut(number, f"power of {order.target}", order.cause)


def reboot(net: Network, order: Order) -> None:
    """The host comes up afresh: its end of the cables, kernel, services, daemon."""
    name, kernel = order.target, net.kernels[order.target]
    if kernel.state is None:
        crash(net, order)
    boot(kernel)
    for number in net.links_of(name):
        net.mend(number, f"power of {name}", order.cause)
        net.mend(number, f"link at {name}", order.cause)
    for process in net.services[name].values():
        process.boot(order.cause)
    if name in net.daemons:
        net.daemons[name].start(order.cause)
    for client in net.clients_on(name):
        client.restart()


def kill(net: Network, order: Order) -> None:
    """The daemon is gone without goodbye; its kernel answers on, the VIP stays."""
    net.daemons[order.target].kill(order.cause)


def kill_parent(net: Network, order: Order) -> None:
    """The daemon's parent is gone: the child ends in order."""
    net.daemons[order.target].kill_parent(order.cause)


def kill_child(net: Network, order: Order) -> None:
    """The daemon's child is gone: the parent starts another one."""
    net.daemons[order.target].kill_child(order.cause)


def stop(net: Network, order: Order) -> None:
    """The daemon ends in order: goodbye, release."""
    net.daemons[order.target].stop(order.cause)


def restart(net: Network, order: Order) -> None:
    """The daemon is launched again (ended in order first, if it runs), unless its host is down."""
    if net.kernels[order.target].state is None:
        net.daemons[order.target].stop(order.cause)
        net.daemons[order.target].start(order.cause)


def reload(net: Network, order: Order) -> None:
    """The daemon reads its configuration again; the file stays as it is from now on."""
    node = order.target
    values = net.files[node] = (*net.files.get(node, ()), order.fault.value)
    try:
        settings = net.plan.reloaded(node, values)
    except ScenarioError as error:  # each reload alone is right
        net.files[node] = values[:-1]
        text = f"the new configuration is refused: {message_of(problem_of(error))}"
        net.world.note("note", node, {"machine": "", "text": text}, order.cause)
    else:
        net.daemons[node].reload(settings, order.cause)


def hang(net: Network, order: Order) -> None:
    """The daemon is frozen; its kernel answers on."""
    net.daemons[order.target].pause("hang", order.cause)


def cont(net: Network, order: Order) -> None:
    """The daemon goes on."""
    net.daemons[order.target].resume("hang", order.cause)


def freeze(net: Network, order: Order) -> None:
    """Daemon and kernel are frozen, as when a hypervisor pauses the machine."""
    kernel = net.kernels[order.target]
    if kernel.state is None:
        if order.target in net.daemons:
            net.daemons[order.target].pause("freeze", order.cause)
        halt(kernel, HOST_FROZEN, order.cause)
        for process in net.services[order.target].values():
            process.freeze(order.cause)


def thaw(net: Network, order: Order) -> None:
    """The frozen machine goes on where it stopped; one that is down stays down."""
    kernel = net.kernels[order.target]
    if kernel.state == HOST_FROZEN:
        resume(kernel, order.cause)
        if order.target in net.daemons:
            net.daemons[order.target].resume("freeze", order.cause)
        for process in net.services[order.target].values():
            process.thaw(order.cause)


# --- links ---------------------------------------------------------------------------------


def link(up: bool) -> Act:
    """The host's end of the links goes up or down; both ends see the carrier."""

    def act(net: Network, order: Order) -> None:
        node, _, name = order.target.partition(".")
        host = host_of(net.plan.scenario, node)
        _end(net, order, f"link at {host.name}", up)
        if not up and host.name in net.daemons:
            for iface in host.ifaces:
                if name in ("", iface.name):
                    net.daemons[host.name].set_down(iface.name, order.cause)

    return act


def port(up: bool) -> Act:
    """The switch's end of the links goes up or down; both ends see the carrier."""

    def act(net: Network, order: Order) -> None:
        _end(net, order, "port", up)

    return act


def _end(net: Network, order: Order, reason: str, up: bool) -> None:
    for number in net.links_of(order.target):
        if up:
            net.mend(number, reason, order.cause)
        else:
            net.cut(number, reason, order.cause)


def _drop_on(direction: Direction, rule: DropRule) -> None:
    direction.rules += (rule,)
    direction.refresh()


def isolate(net: Network, order: Order) -> None:
    """All frames of the node's links are dropped, both ways; the carrier stays."""
    for direction in net.directions_of(order.target):
        _drop_on(direction, DropRule(order.number, order.target, "fault isolate"))


def separate(net: Network, order: Order) -> None:
    """Frames between the groups are dropped, on the links that are cut and where hosts would get them."""
    scenario, word = net.plan.scenario, order.fault.word
    one_way = word is FaultWord.ONEWAY
    reason = f"fault {word.value}"
    for number, a_to_b in cut_edges(scenario, order.target, oneway=one_way):
        _drop_on(net.cables[number][0 if a_to_b else 1], DropRule(order.number, order.target, reason))
    unheard: dict[str, set[str]] = {}
    for sender, receiver in sorted(separated_pairs(scenario, order.target, oneway=one_way)):
        unheard.setdefault(receiver, set()).add(sender)
    for receiver, senders in unheard.items():
        ifaces = [iface for host in scenario.hosts if host.name in senders for iface in host.ifaces]
        macs, addresses = frozenset(one.mac for one in ifaces), frozenset(one.address for one in ifaces)
        for direction in net.into(receiver):
            rule = DropRule(order.number, order.target, reason, senders=macs, addresses=addresses)
            _drop_on(direction, rule)


def drop(net: Network, order: Order) -> None:
    """Frames of a kind are dropped on the given directions, each with the given probability."""
    for direction in net.directions_of(order.target):
        key = (direction.src, direction.dst)
        rule = drop_rule(order.number, order.target, order.fault.value, net.world.streams, *key)
        _drop_on(direction, rule)


def delay(net: Network, order: Order) -> None:
    """Every frame takes longer by `value`."""
    _slow_down(net, order, Slowdown(order.number, order.target, delay=parse_duration(order.fault.value)))


def jitter(net: Network, order: Order) -> None:
    """Every frame takes longer by a time drawn from [0, `value`]."""
    _slow_down(net, order, Slowdown(order.number, order.target, jitter=parse_duration(order.fault.value)))


def _slow_down(net: Network, order: Order, slowdown: Slowdown) -> None:
    for direction in net.directions_of(order.target):
        direction.slowdowns += (slowdown,)
        direction.refresh()


def heal(net: Network, order: Order) -> None:
    """Remove the rules and slowdowns of the faults with this target, or (`all`) of every one."""
    _remove(net, lambda rule: is_healed(rule, order.target))


def lift(net: Network, number: int) -> None:
    """Remove what fault `number` did to frames, and nothing else: its duration is over."""
    _remove(net, lambda rule: rule.number == number)


def _remove(net: Network, ends: Callable[[DropRule | Slowdown], bool]) -> None:
    for direction in net.world.directions:
        direction.rules = tuple(rule for rule in direction.rules if not ends(rule))
        direction.slowdowns = tuple(rule for rule in direction.slowdowns if not ends(rule))
        direction.refresh()


# --- services, what is tracked, and forged frames ------------------------------------------


def service(running: bool, act_name: str) -> Act:
    """The service stops, hangs or starts; daemon and kernel do not care."""

    def act(net: Network, order: Order) -> None:
        host, wanted = service_of(net.plan.scenario, order.target)
        net.services[host.name][wanted.name].set_running(running, act_name, order.cause)

    return act


def script(outcome: str) -> Act:
    """A tracked script has another outcome from its next run on; `value` may say which."""

    def act(net: Network, order: Order) -> None:
        host, track = tracked_of(net.plan.scenario, order.target, scripts=True)
        net.daemons[host.name].watching.set_script(track.name, order.fault.value or outcome)

    return act


def track(up: bool) -> Act:
    """Something else that is tracked goes bad, or is as it was."""

    def act(net: Network, order: Order) -> None:
        host, known = tracked_of(net.plan.scenario, order.target)
        if isinstance(known, TrackInterface):
            _end(net, order, f"link at {host.name}", up)
        else:
            value = None if up else int(order.fault.value or "0")
            net.daemons[host.name].watching.set_value(known.name, value, order.cause)

    return act


def inject(net: Network, order: Order) -> None:
    """Put the given bytes on the cable from the node's interface, as a forger there would."""
    host, iface = iface_of(net.plan.scenario, order.target)
    frame = decode(bytes.fromhex(order.fault.value))
    forged = Frame(frame.dst, frame.src, frame.packet, frame.size, order.cause)
    net.kernels[host.name].nics[iface.name].out.send(forged)
