"""The checker's part for faults: what each acts on exists, its time is in the run, its value fits."""

from __future__ import annotations

from collections.abc import Container

from vipsim.errors import DecodeError, ScenarioError, VipsimError
from vipsim.machines.vrrp.keywords import TrackFile, TrackInterface, TrackProcess
from vipsim.machines.vrrp.profiles import PROFILES
from vipsim.scenario import targets
from vipsim.scenario.check.findings import Findings, Where
from vipsim.scenario.check.groups import members_of
from vipsim.scenario.fields import Refusal, shown
from vipsim.scenario.model import After, Fault, FaultWord, Scenario, VrrpGroup, VrrpMember
from vipsim.scenario.reload import problem_of, reloaded
from vipsim.scenario.targets import EVERYTHING, HEALED
from vipsim.scenario.tracked import tracked_of
from vipsim.units import format_duration, parse_duration
from vipsim.wire.codec import decode

EVENTS = ("advert", "announce", "master", "backup", "fault")
MAX_REPETITIONS = 1_000_000
MIN_FRAME_BYTES, MAX_FRAME_BYTES = 14, 9018

PARENT_WORDS = frozenset({FaultWord.KILL_PARENT, FaultWord.KILL_CHILD})
DAEMON_WORDS = PARENT_WORDS | {
    FaultWord.KILL,
    FaultWord.STOP,
    FaultWord.HANG,
    FaultWord.RELOAD,
    FaultWord.RESTART,
    FaultWord.CONT,
}
_HOST_WORDS = DAEMON_WORDS | {
    FaultWord.CRASH,
    FaultWord.POWER,
    FaultWord.FREEZE,
    FaultWord.ISOLATE,
    FaultWord.REBOOT,
    FaultWord.THAW,
}
_LINK_WORDS = frozenset(
    {
        FaultWord.LINK_DOWN,
        FaultWord.LINK_UP,
        FaultWord.PORT_DOWN,
        FaultWord.PORT_UP,
        FaultWord.DROP,
        FaultWord.DELAY,
        FaultWord.JITTER,
    }
)
_SCRIPT_WORDS = frozenset({FaultWord.SCRIPT_FAIL, FaultWord.SCRIPT_OK})
_TRACK_WORDS = frozenset({FaultWord.TRACK_DOWN, FaultWord.TRACK_UP})
_SERVICE_WORDS = frozenset({FaultWord.SERVICE_STOP, FaultWord.SERVICE_HANG, FaultWord.SERVICE_START})
WAYS_BACK = frozenset(
    {
        FaultWord.RESTART,
        FaultWord.REBOOT,
        FaultWord.CONT,
        FaultWord.THAW,
        FaultWord.LINK_UP,
        FaultWord.PORT_UP,
        FaultWord.HEAL,
        FaultWord.SERVICE_START,
        FaultWord.SCRIPT_OK,
        FaultWord.TRACK_UP,
    }
)
_ONCE = WAYS_BACK | {FaultWord.INJECT, FaultWord.RELOAD, FaultWord.KILL_CHILD}
"""What nothing ends."""
_VALUED = frozenset(
    {
        FaultWord.DROP,
        FaultWord.DELAY,
        FaultWord.JITTER,
        FaultWord.INJECT,
        FaultWord.SCRIPT_FAIL,
        FaultWord.TRACK_DOWN,
    }
)


def check_faults(findings: Findings) -> None:
    """Judge every fault."""
    known = _Known(findings)
    for index, fault in enumerate(findings.scenario.faults):
        where: Where = ("faults", index)
        _check_target(findings, fault, where, known)
        if not findings.damage.gone(*where, "word"):
            try:
                _check_value(findings.scenario, fault)
            except VipsimError as error:
                findings.refused((*where, "value"), error)
        _check_time(findings, fault, where)
    if not findings.problems and not findings.damage.lost:
        _check_reloads(findings)


def _check_reloads(findings: Findings) -> None:
    """Whether each daemon would take its new configuration, in a scenario in which all else is right."""
    for index, fault in enumerate(findings.scenario.faults):
        if fault.word is FaultWord.RELOAD:
            try:
                reloaded(findings.scenario, fault.target, [fault.value])
            except ScenarioError as error:
                findings.refused(("faults", index, "value"), problem_of(error))


class _Known:
    """What is worked out once for all faults."""

    def __init__(self, findings: Findings) -> None:
        scenario, gone = findings.scenario, findings.damage.gone
        self.daemons = {member.node for group in scenario.groups for member in members_of(group)}
        self.healable = {fault.target for fault in scenario.faults if fault.word in HEALED} | {EVERYTHING}
        self.is_part = any(
            gone("faults", index, "word") or gone("faults", index, fault.word.value)
            for index, fault in enumerate(scenario.faults)
        )
        """A fault that may be what is healed could not be read."""


def _check_target(findings: Findings, fault: Fault, where: Where, known: _Known) -> None:
    if _is_unclear(findings, fault, known):
        return
    try:
        _resolve(findings.scenario, fault, known)
    except Refusal as error:
        findings.refused((*where, fault.word.value), error)


def _is_unclear(findings: Findings, fault: Fault, known: _Known) -> bool:
    """True if what the target needs was malformed, or is missing by another error."""
    names, damage, nodes = _names(fault.target), findings.damage, findings.nodes
    is_cable = _is_cable(fault.target, nodes)
    if names & damage.names or (not is_cable and _is_cable(fault.target, {*nodes, *damage.names})):
        return True
    unknown = names - set(nodes) and not is_cable
    if unknown and "nodes" in damage.sections | findings.doubts:
        return True
    if fault.word in DAEMON_WORDS:
        return not unknown and fault.target not in known.daemons and "members" in findings.doubts
    if fault.word is FaultWord.HEAL:
        return known.is_part
    host = findings.host(fault.target.partition(".")[0])
    if host is not None and fault.word not in _HOST_WORDS:
        part = "services" if fault.word in _SERVICE_WORDS else "interfaces"
        if damage.gone("nodes", host.name, part) or (part == "interfaces" and not host.ifaces):
            return True
    return fault.word in _LINK_WORDS and not unknown and "links" in findings.doubts


def _is_cable(target: str, nodes: Container[str]) -> bool:
    """True for ``a-b`` between two nodes: names may have a - themselves."""
    return any(
        letter == "-" and target[:index] in nodes and target[index + 1 :] in nodes
        for index, letter in enumerate(target[:200])
    )


def _names(target: str) -> set[str]:
    """Names of nodes in a target, without their ports and services."""
    for sign in "|,>":
        target = target.replace(sign, " ")
    return {word.partition(".")[0] for word in target.split()}


def _resolve(scenario: Scenario, fault: Fault, known: _Known) -> None:
    """Raise if the target means nothing."""
    word, target = fault.word, fault.target
    if word in _HOST_WORDS:
        targets.host_of(scenario, target)
        if word in DAEMON_WORDS and target not in known.daemons:
            raise Refusal(f"{target} runs no failover daemon", f"{word.value} acts on members of a group")
        if word in PARENT_WORDS:
            _check_parent(scenario, target, word)
    elif word in _SCRIPT_WORDS | _TRACK_WORDS:
        tracked_of(scenario, target, scripts=word in _SCRIPT_WORDS)
    elif word in (FaultWord.LINK_DOWN, FaultWord.LINK_UP):
        targets.host_ends(scenario, target)
    elif word in (FaultWord.PORT_DOWN, FaultWord.PORT_UP):
        targets.switch_ends(scenario, target)
    elif word in (FaultWord.PARTITION, FaultWord.ONEWAY):
        targets.partition_groups(scenario, target)
    elif word in (FaultWord.DROP, FaultWord.DELAY, FaultWord.JITTER):
        targets.directions(scenario, target)
    elif word in _SERVICE_WORDS:
        targets.service_of(scenario, target)
    elif word is FaultWord.INJECT:
        targets.iface_of(scenario, target)
    elif target not in known.healable:
        words = ", ".join(sorted(word.value for word in HEALED))
        hint = f"the target of one of {words}, or all"
        raise Refusal(f"nothing is done to {shown(target)} that heal could end", hint)


def _check_parent(scenario: Scenario, node: str, word: FaultWord) -> None:
    """Only a daemon that is two processes has a parent to kill (truth/NOTES 2)."""
    for group in scenario.groups:
        for member in members_of(group):
            if member.node == node and isinstance(group, VrrpGroup) and isinstance(member, VrrpMember):
                profile = PROFILES.get(group.profile_of(member))
                if profile is None or profile.habits.has_parent:
                    return
    raise Refusal(
        f"{word.value}: the daemon of {node} is one process", f"write kill: {node}, or profile: keepalived"
    )


def _check_number(scenario: Scenario, fault: Fault) -> None:
    """The value of a file is needed; the number of processes that are left may be left out."""
    try:
        known = tracked_of(scenario, fault.target)[1]
    except Refusal:
        return  # said already
    value = fault.value
    if isinstance(known, TrackInterface) and value:
        raise Refusal("the carrier of an interface takes no value", "leave it out")
    if isinstance(known, TrackFile) and not value:
        raise Refusal("what does the file say?", "write the number as value:")
    sign, digits = value[:1], value.removeprefix("-")
    if value and not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise Refusal(f"{shown(value)} is no whole number", "such as 0, 10 or -20")
    if sign == "-" and isinstance(known, TrackProcess):
        raise Refusal(f"{value} processes", "a number from 0 on")


def _check_value(scenario: Scenario, fault: Fault) -> None:
    word, value = fault.word, fault.value
    if word is FaultWord.RELOAD:
        return  # it is judged with the scenario around it
    if word not in _VALUED:
        if value:
            raise Refusal(f"{word.value} takes no value", "leave it out")
    elif word is FaultWord.DROP:
        targets.parse_drop(value)
    elif word is FaultWord.INJECT:
        _check_bytes(value)
    elif word is FaultWord.SCRIPT_FAIL:
        if value not in ("", "fail", "hang"):
            raise Refusal(f"{shown(value)} is no end of a script", "leave it out, or write hang")
    elif word is FaultWord.TRACK_DOWN:
        _check_number(scenario, fault)
    else:
        try:
            known = parse_duration(value)
        except VipsimError as error:
            raise Refusal(f"{word.value} needs a duration: {error}") from None
        if known > 3600 * 1_000_000_000:
            raise Refusal(f"{value} is out of range", "allowed: 0s to 3600s")


def _check_bytes(value: str) -> None:
    try:
        content = bytes.fromhex(value)
    except ValueError:
        raise Refusal(f"{shown(value)} is not bytes in hexadecimal", "two digits each octet") from None
    size = len(content)
    if not MIN_FRAME_BYTES <= size <= MAX_FRAME_BYTES:
        raise Refusal(
            f"a frame of {size} octets", f"allowed: {MIN_FRAME_BYTES} to {MAX_FRAME_BYTES}, without FCS"
        )
    try:
        decode(content)
    except DecodeError as error:
        raise Refusal(f"no frame that a cable carries: {error}", "build it with scapy") from None


def _check_time(findings: Findings, fault: Fault, where: Where) -> None:
    duration = findings.scenario.duration
    allowed = f"allowed: 0s to {format_duration(duration)}"
    when = fault.when
    if isinstance(when, After):
        place = (*where, "after")
        if when.event not in EVENTS:
            findings.add(place, f"{shown(when.event)} is no event", f"one of {', '.join(EVENTS)}")
        findings.known_host((*place, when.event), when.node)
        if when.plus < 0:
            findings.add((*place, "plus"), "it cannot act before the event", "allowed: from 0s on")
        if not 0 <= when.since <= duration:
            findings.add((*place, "since"), f"{format_duration(when.since)} is outside the run", allowed)
    elif not 0 <= when.earliest <= when.latest <= duration:
        late = format_duration(when.latest)
        findings.add((*where, "at"), f"the fault at {late} is outside the run", allowed)
    if fault.duration is not None:
        if fault.duration <= 0:
            findings.add((*where, "for"), "it must last more than 0s")
        if fault.word in _ONCE:
            findings.add((*where, "for"), f"{fault.word.value} has no way back", "leave for: out")
    if fault.every is not None:
        if findings.damage.gone("duration"):
            return
        if fault.every <= 0 or duration // fault.every > MAX_REPETITIONS:
            findings.add((*where, "every"), "that is too often", f"allowed: at most {MAX_REPETITIONS} times")
        elif fault.duration is not None and fault.duration >= fault.every:
            findings.add((*where, "every"), "it begins again before it ended", "make every: longer than for:")
