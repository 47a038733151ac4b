"""What a fault or a recovery did in the laboratory, step by step, as acts on a simulated network.

A step is read for what it does, never for the name of the fault: a signal to some processes of a daemon, an
interface set up or down, the state of a bridge's port, rules that drop adverts, a file that a script wants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vipsim.machines.vocabulary import AcquireVip
from vipsim.scenario.model import At, Fault, FaultWord
from vipsim.sim.acts import Order
from vipsim.sim.faults import ACTS
from vipsim.sim.network import Network
from vipsim.sim.rules import DropRule
from vipsim.sim.streams import Losses
from vipsim.sim.vips import acquire_vip, release_vip
from vipsim.validate.daemons.configurations import COMPANIONS
from vipsim.validate.daemons.experiments import Step, Unsupported
from vipsim.validate.daemons.lab import CLIENT, SWITCH, Lab
from vipsim.wire.addresses import IPv4

Act = Callable[[Network, int], None]
"""Does one step to a network, under the record `cause`."""

NFT = "nft"
"""Target of the rules that nft made: they end together."""
W = FaultWord

SIGNALS: dict[tuple[str, frozenset[str]], FaultWord | None] = {
    ("SIGKILL", frozenset({"children", "parent"})): W.KILL,
    ("SIGKILL", frozenset({"parent"})): W.KILL_PARENT,
    ("SIGKILL", frozenset({"children"})): W.KILL_CHILD,
    ("SIGHUP", frozenset({"parent"})): W.RELOAD,
    ("SIGHUP", frozenset({"children", "parent"})): W.RELOAD,
    ("SIGTERM", frozenset({"parent"})): W.STOP,
    ("SIGTERM", frozenset({"children", "parent"})): W.STOP,
    ("SIGSTOP", frozenset({"children", "parent"})): W.HANG,
    ("SIGSTOP", frozenset({"children"})): W.HANG,
    ("SIGSTOP", frozenset({"parent"})): None,
    ("SIGCONT", frozenset({"children", "parent"})): W.CONT,
    ("SIGCONT", frozenset({"children"})): W.CONT,
    ("SIGCONT", frozenset({"parent"})): None,
}
"""What a signal to these processes is; None: nobody notices, the children do the work."""
_LINK = re.compile(r"ip link set (?:dev )?(\S+) (up|down)")
_ADDRESS = re.compile(r"ip addr (add|del|replace) ([0-9.]+)/(\d+)(?: brd \+)? dev (\S+)")
_BRIDGE = re.compile(r"bridge link set dev p-(\S+) state (\d)")
_FILE = re.compile(r"(rm|touch) (?:-f )?(DIR/\S+)")
_CHAIN = re.compile(
    r"table bridge \w+ \{ chain \w+ \{ type filter hook forward priority 0; (?P<rules>.*) \}; \}", re.DOTALL
)
_RULE = re.compile(
    r"(?:iifname \"p-(?P<iif>\w+)\" )?(?:oifname \"p-(?P<oif>\w+)\" )?ip protocol 112 "
    r"(?:numgen random mod (?P<of>\d+) < (?P<below>\d+) )?drop"
)
_BLOCKED, _FORWARDING = {"0", "4"}, "3"
"""States of a bridge's port: disabled and blocking let nothing pass."""


def acts_of(steps: Sequence[Step], lab: Lab) -> list[Act]:
    """Read `steps`, in order.

    Raises
    ------
    Unsupported
        If one of them cannot be done to a simulated network.
    """
    return [act for step in steps for act in _acts(step, lab)]


def _acts(step: Step, lab: Lab) -> list[Act]:
    where = step.get("ns")
    if where is not None and where not in (SWITCH, CLIENT, *lab.nodes):
        raise Unsupported(f"there is no namespace {str(where)[:40]!r} in the laboratory")
    if "signal" in step:
        return _signal(step)
    if "wait_for_exit_of" in step:
        return []
    if "command" not in step:
        raise Unsupported(f"a step is neither command nor signal: {', '.join(sorted(step))}")
    if "argv" in step:
        return [] if step["daemon"] in COMPANIONS else [_word(W.RESTART, step["ns"])]
    return _command(step["command"].strip(), step, lab)


def _signal(step: Step) -> list[Act]:
    if step["daemon"] in COMPANIONS:
        return []
    key = (step["signal"], frozenset(step["to"]))
    if key not in SIGNALS:
        raise Unsupported(
            f"{key[0]} to the {' and '.join(sorted(key[1]))} of {step['daemon']} is not modelled"
        )
    word = SIGNALS[key]
    return [] if word is None else [_word(word, step["ns"])]


def _command(command: str, step: Step, lab: Lab) -> list[Act]:
    node = step["ns"]
    if match := _LINK.fullmatch(command):
        return [_link(node, match[1], match[2] == "up")]
    if match := _BRIDGE.fullmatch(command):
        if match[2] in _BLOCKED:
            return [_word(W.ISOLATE, match[1])]
        if match[2] == _FORWARDING:
            return [_word(W.HEAL, match[1])]
    if match := _ADDRESS.fullmatch(command):
        return [_address(node, match[1], match[2], lab.vip)]
    if match := _FILE.fullmatch(command):
        return [_file(match[2], match[1] == "touch", lab)]
    if command == "nft flush ruleset":
        return [_flush]
    if command.startswith("nft -f -"):
        return _rules(step.get("stdin", ""))
    raise Unsupported(f"the step {command[:80]!r} is not known here")


def _word(word: FaultWord, target: str, value: str = "") -> Act:
    """What a fault word of a scenario does."""

    def act(network: Network, cause: int) -> None:
        ACTS[word](network, Order(Fault(word, target, At(0, 0), value), 0, cause))

    return act


def _link(node: str, name: str, up: bool) -> Act:
    if node == SWITCH:
        return _word(W.PORT_UP if up else W.PORT_DOWN, f"{name.removeprefix('p-')}.eth0")
    return _word(W.LINK_UP if up else W.LINK_DOWN, f"{node}.{name}")


def _address(node: str, verb: str, address: str, vip: str) -> Act:
    """An address is taken from a node's kernel, or given to it; its own one is there already."""

    def act(network: Network, cause: int) -> None:
        kernel = network.kernels[node]
        if verb == "del":
            release_vip(kernel, IPv4.parse(address), cause)
        elif address == vip:
            acquire_vip(kernel, AcquireVip(IPv4.parse(address), 32, "eth0"), cause)

    return act


def _file(path: str, there: bool, lab: Lab) -> Act:
    for node, configuration in lab.nodes.items():
        if path in configuration.scripts:
            word = W.SCRIPT_OK if there else W.SCRIPT_FAIL
            return _word(word, f"{node}.{configuration.scripts[path]}")
    raise Unsupported(f"nothing is known to look for the file {path}")


# --- rules that drop adverts ---------------------------------------------------------------


def _rules(text: str) -> list[Act]:
    """The rules of one nft table in the forward hook: each copy of a frame is judged on its way out."""
    chain = _CHAIN.fullmatch(text.strip())
    lines = [line.strip() for line in chain["rules"].split(";") if line.strip()] if chain else []
    found = [_RULE.fullmatch(line) for line in lines]
    if not found or None in found:
        raise Unsupported(f"the rules {text.strip()[:80]!r} are not known here")
    return [_rule(match) for match in found if match is not None]


def _rule(match: re.Match[str]) -> Act:
    source, target = match["iif"], match["oif"]
    probability = int(match["below"]) / int(match["of"]) if match["of"] else 1.0

    def act(network: Network, cause: int) -> None:
        macs = frozenset(mac for mac, node in network.plan.names.items() if node == source)
        only_two = len(network.daemons) == 2
        for node in network.daemons:
            if node == source or (target and node != target):
                continue
            for direction in network.directions_of(f"{SWITCH}>{node}"):
                stream = network.world.streams.get("drop", direction.src, direction.dst)
                losses = Losses(probability, stream) if probability < 1 else None
                # With two nodes all that comes to one is from the other, whatever MAC it carries.
                senders = macs if source and not only_two else None
                rule = DropRule(0, NFT, "rule of nft", frozenset({"advert"}), senders, losses)
                direction.rules += (rule,)
                direction.refresh()

    return act


def _flush(network: Network, cause: int) -> None:
    for direction in network.world.directions:
        direction.rules = tuple(rule for rule in direction.rules if rule.target != NFT)
        direction.refresh()
