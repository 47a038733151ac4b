"""A prediction in sentences that stand by themselves, for a change request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from vipsim.stats import Censored, Duration, Estimate
from vipsim.study.predict.clients import MEANING, kind_of
from vipsim.study.predict.faults import LOSS_RUN
from vipsim.study.predict.spread import Spread, time_text
from vipsim.units import SECOND, format_duration

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
    "link_down": "the link of {node} goes down",
    "port_down": "the switch port of {node} goes down",
}


def sentences(found: Prediction) -> Iterator[str]:
    """A few sentences for each fault."""
    kinds = {client.name: kind_of(client) for client in found.scenario.clients}
    for one in found.faults:
        yield " ".join(_about_loss(one, kinds) if one.fault.is_loss else _about(one, kinds))


def _about(one: FaultPrediction, kinds: Mapping[str, str]) -> Iterator[str]:
    lasts = f" for {format_duration(one.fault.length)}" if one.fault.length is not None else ""
    happens = _HAPPENS[one.fault.word].format(node=one.node)
    yield f"When {happens}{lasts}, {_felt(one.blackout, kinds)}."
    yield _masters(one)
    if one.after:
        yield from _return(one, kinds)


def _felt(spreads: Mapping[str, Spread], kinds: Mapping[str, str]) -> str:
    """Who is silent for how long; those that notice nothing last."""
    told: list[str] = []
    calm: list[str] = []
    for name, spread in spreads.items():
        what = MEANING[kinds[name]]
        who = what if name == kinds[name] else f"{name} ({what})"
        if not spread.felt.value:
            calm.append(who)
            continue
        verb = "" if told else "is without an answer for "
        told.append(
            f"{who} {verb}{_time(spread.p50)} in the median and {_time(spread.p95)} at the 95th percentile"
        )
    if calm:
        told.append(f"{' and '.join(calm)} {'notice' if len(calm) > 1 else 'notices'} nothing")
    return "; ".join(told)


def _masters(one: FaultPrediction) -> str:
    told = []
    for group, ends in one.masters.items():
        where = f" of {group}" if len(one.masters) > 1 else ""
        if len(ends) == 1:
            told.append(f"{next(iter(ends))} ends as master{where} in all {one.n} runs")
        else:
            parts = ", ".join(f"{who} in {runs}" for who, runs in ends.items())
            told.append(f"of {one.n} runs there end as master{where} {parts}")
    dual = one.dual_master
    both = ""
    if dual.felt.value:
        both = f", with two masters for {_time(dual.p50)} in the median (worst {time_text(dual.worst)} s)"
    return f"In the end {' and '.join(told)}{both}."


def _return(one: FaultPrediction, kinds: Mapping[str, str]) -> Iterator[str]:
    felt = {name: spread for name, spread in one.after.items() if spread.felt.value}
    if not felt:
        yield "The return is not noticed by any client."
        return
    name, worst = max(felt.items(), key=lambda item: _key(item[1].worst))
    yield (
        f"When it is over, {MEANING[kinds[name]]} is silent again in {_percent(worst.felt)} of the runs, "
        f"for up to {time_text(worst.worst)} s."
    )
    silent = one.silent
    if silent is not None and silent.silent and name in silent.cost:
        form = silent.expected
        expected = "" if form is None else f"; the closed form gives {100 * form:.0f} %"
        yield (
            f"In {_percent(silent.share)} of the runs in which two masters met, the one that stayed "
            f"announced nothing{expected}: that costs {_time(silent.cost[name].p50)} in the median; "
            "garp_master_refresh bounds it."
        )


def _about_loss(one: FaultPrediction, kinds: Mapping[str, str]) -> Iterator[str]:
    minute, felt = format_duration(LOSS_RUN), _felt(one.blackout, kinds)
    yield f"When every link loses {one.fault.share} of the frames: as longest silence in {minute}, {felt}."
    false = one.false_failovers
    if false is not None and false.per_day.value is not None:
        low, high = false.per_day.low or 0, false.per_day.high or 0
        expected = "" if false.expected is None else f"; the closed form gives {false.expected:.3g}"
        yield (
            f"A backup takes over from a master that is well {false.per_day.value:.3g} times a day "
            f"(95 % interval {low:.3g} to {high:.3g}{expected})."
        )


def _time(estimate: Estimate[Duration]) -> str:
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
