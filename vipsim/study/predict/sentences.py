"""A prediction in sentences that stand by themselves, for a change request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vipsim.scenario.model import Group, VrrpGroup
from vipsim.stats import Censored, Duration, Estimate
from vipsim.study.predict.clients import MEANING, kind_of
from vipsim.study.predict.faults import LOSS_RUN
from vipsim.study.predict.spread import time_text
from vipsim.units import SECOND, Time, format_duration

if TYPE_CHECKING:
    from vipsim.study.predict.prediction import FaultPrediction, Prediction

_HAPPENS = {
    "crash": "{node} dies without a word",
    "power": "{node} loses its power",
    "kill": "keepalived on {node} is killed and the host lives on",
    "kill_parent": "the parent process of keepalived on {node} is killed",
    "stop": "keepalived on {node} is stopped in order",
    "isolate": "{node} is cut off while its link stays up",
    "partition": "{node} and the other nodes no longer reach each other",
    "oneway": "nobody hears {node}, which hears everybody",
    "hang": "keepalived on {node} hangs",
    "freeze": "{node} freezes as a whole",
    "link_down": "the link{part} of {node} goes down",
    "port_down": "the switch port of {node}{part} goes down",
    "script_fail": "the check{part} of {node} fails",
}


def sentences(found: Prediction) -> Iterator[str]:
    """A few sentences for each fault, a line each."""
    asked = {
        client.name: _Asked(kind_of(client), client.interval)
        for client in found.scenario.clients
        if client.measured
    }
    refreshed = any("garp_master_refresh" in _words(group) for group in found.scenario.groups)
    for one in found.faults:
        told = list(_about_loss(one, asked) if one.fault.is_loss else _about(one, asked, refreshed))
        if found.misconfigured:
            told.insert(1, f"This is no failover as intended, for {'; '.join(found.misconfigured)}.")
        yield "\n".join(told)


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str
    spacing: Time
    """In ns: nothing shorter is seen."""

    def who(self, name: str) -> str:
        what = MEANING[self.kind]
        return what if name == self.kind else f"{name} ({what})"


def _words(group: Group) -> set[str]:
    """The keywords of keepalived that are set in a group."""
    if not isinstance(group, VrrpGroup):
        return set()
    written = (group.keepalived, *(member.keepalived for member in group.members))
    return {word for words in written for word, value in words if value}


def _about(one: FaultPrediction, asked: Mapping[str, _Asked], refreshed: bool) -> Iterator[str]:
    lasts = f" for {format_duration(one.fault.length)}" if one.fault.length is not None else ""
    node, _, part = one.node.partition(".")
    happens = _HAPPENS[one.fault.word].format(node=node, part=f" {part}" if part else "")
    yield f"When {happens}{lasts}:"
    yield from _felt(one, asked)
    yield from _masters(one)
    if one.after:
        yield from _return(one, asked, refreshed)


def _felt(one: FaultPrediction, asked: Mapping[str, _Asked]) -> Iterator[str]:
    """Who is silent for how long; those that notice nothing last."""
    calm: list[str] = []
    for name, spread in one.blackout.items():
        who = asked[name].who(name)
        broken = one.broken.get(name)
        lost = f"its connection breaks in {_percent(broken)} of the runs" if broken and broken.value else ""
        if spread.felt.value:
            median, late = (_time(value, asked[name].spacing) for value in (spread.p50, spread.p95))
            silent = f"is without an answer for {median} in the median, {late} at the 95th percentile"
            yield _sentence(f"{who} {silent}{f'; {lost}' if lost else ''}")
        elif lost:
            yield _sentence(f"{who} waits for nothing that is seen, but {lost}")
        else:
            calm.append(who)
    if calm:
        yield _sentence(f"{' and '.join(calm)} {'notice' if len(calm) > 1 else 'notices'} nothing")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _masters(one: FaultPrediction) -> Iterator[str]:
    told = []
    for group, ends in one.masters.items():
        where = f" of {group}" if len(one.masters) > 1 else ""
        if len(ends) == 1:
            told.append(f"{next(iter(ends))} ends as master{where} in all {one.n} runs")
        else:
            parts = ", ".join(f"{who} in {runs}" for who, runs in ends.items())
            told.append(f"of {one.n} runs there end as master{where} {parts}")
    yield f"In the end {' and '.join(told)}."
    dual = one.dual_master
    if time_text(dual.worst) not in ("-", "0.00"):
        worst = time_text(dual.worst)
        yield f"There are two masters for {_time(dual.p50)} in the median, at worst {worst} s."


def _return(one: FaultPrediction, asked: Mapping[str, _Asked], refreshed: bool) -> Iterator[str]:
    felt = {name: spread for name, spread in one.after.items() if spread.felt.value}
    if not felt:
        yield "When it is over, no client waits for an answer again."
        return
    name, worst = max(felt.items(), key=lambda item: _key(item[1].worst))
    yield (
        f"When it is over, {asked[name].who(name)} is silent again in {_percent(worst.felt)} of the runs, "
        f"for up to {time_text(worst.worst)} s."
    )
    silent = one.silent
    if silent is not None and silent.silent and name in silent.cost:
        form = silent.expected
        expected = "" if form is None else f"; the closed form gives {100 * form:.0f} %"
        yield (
            f"In {_percent(silent.share)} of the runs in which two masters met, the one that stayed "
            f"announced nothing{expected}: that costs {_time(silent.cost[name].p50)} in the median; "
            f"{'a shorter ' if refreshed else ''}garp_master_refresh bounds it."
        )


def _about_loss(one: FaultPrediction, asked: Mapping[str, _Asked]) -> Iterator[str]:
    minute = format_duration(LOSS_RUN)
    yield f"When every link loses {one.fault.share} of the frames (of {minute} the longest silence):"
    yield from _felt(one, asked)
    false = one.false_failovers
    if false is not None and false.per_day.value is not None:
        low, high = false.per_day.low or 0, false.per_day.high or 0
        expected = "" if false.expected is None else f"; the closed form gives {false.expected:.3g}"
        yield (
            f"A backup takes over from a master that is well {false.per_day.value:.3g} times a day "
            f"(95 % interval {low:.3g} to {high:.3g}{expected})."
        )


def _time(estimate: Estimate[Duration], spacing: Time = 0) -> str:
    """``3.10 s (3.05 to 3.15 s)``; `spacing`: of a client's probes, in ns, less than which is not seen."""
    if spacing and estimate.value == 0:
        return f"less than {spacing / SECOND:g} s"
    if isinstance(estimate.value, Censored):
        return f"more than {time_text(estimate.value)[2:]} s"
    value, low, high = (time_text(one) for one in (estimate.value, estimate.low, estimate.high))
    if value == low == high or (low == high == "-"):
        return f"{value} s"
    if high == "-":
        return f"{value} s ({low} s or more)"
    return f"{value} s ({low} to {high} s)"


def _percent(share: Estimate[float]) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "an unknown share"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f} %)"


def _key(value: Duration | None) -> float:
    if isinstance(value, Censored):
        return value.after + SECOND
    return value or 0
