"""A prediction for people: what it rests on, two tables, and sentences to paste in a change request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING

from vipsim.stats import Column, Row, Table
from vipsim.study.predict.clients import kind_of
from vipsim.study.predict.sentences import sentences
from vipsim.study.predict.spread import Spread, interval_text, share_text, time_text
from vipsim.study.predict.support import DIFFERENCES, MEASURED, Remark
from vipsim.study.seeds import seeds_text

if TYPE_CHECKING:
    from vipsim.study.predict.prediction import FaultPrediction, Prediction

WIDTH = 100
"""Characters of a line of prose."""
MOST_LINES = 12
"""Lines of one list of keywords."""
_LEGEND = """\
blackout: of each run the longest silence of the client that began before the fault was over; on return: that
began when it was over (- : it does not end), and in how many of the runs there was one.
[low, high]: 95 % interval, - for a limit that so few runs do not give; > 15: not over when the run ended.
broken: in how many of the runs an established connection was lost and had to be opened anew.
All times are in s."""


def prediction_text(found: Prediction) -> str:
    """Return the whole report."""
    parts = [
        f"{found.scenario.name}: {len(found.seeds)} runs of each fault (seeds {seeds_text(found.seeds)})",
        "\n".join(f"MISCONFIGURED {text}" for text in found.misconfigured),
        "\n".join(_basis(found)),
        client_table(found).to_text() + "\n" + "\n".join(_legend(found)),
        node_table(found).to_text(),
        "\n".join(_wrapped(sentence) for sentence in sentences(found)),
    ]
    return "\n\n".join(part for part in parts if part)


def _wrapped(sentence: str) -> str:
    """Sentences on one fault for a narrow page: the first line with a dash, the others below it."""
    head, *others = sentence.split("\n")
    lines = wrap(head, WIDTH, initial_indent="- ", subsequent_indent="  ")
    for other in others:
        lines += wrap(other, WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


# --- what it rests on ------------------------------------------------------------------------


def _basis(found: Prediction) -> Iterator[str]:
    support = found.support
    if support.files:
        yield f"modelled: {', '.join(support.modelled) or 'nothing'}"
        yield from _remarks("approximated", support.approximated)
        yield from _remarks("ignored", support.ignored)
        yield from _remarks("unknown to keepalived itself", support.unknown)
    profiles = dict.fromkeys(getattr(group, "profile", "heartbeat") for group in found.scenario.groups)
    if "keepalived" in profiles:
        yield f"measured: keepalived {MEASURED}. Known differences of other versions:"
        for version, what in DIFFERENCES:
            yield f"  {version}: {what}"
    else:
        yield f"rules: {', '.join(profiles)} (for keepalived's: --set vrrp.profile=keepalived)"
    for note in found.notes:
        yield f"note: {note}"


def _remarks(head: str, remarks: tuple[Remark, ...]) -> Iterator[str]:
    if not remarks:
        return
    yield f"{head}:"
    for remark in remarks[:MOST_LINES]:
        bears = f" (bears on {', '.join(remark.bearing.numbers)})" if remark.bearing else ""
        yield f"  {remark.keyword}: {remark.note or 'as a whole'}{bears}"
    if len(remarks) > MOST_LINES:
        yield f"  ... and {len(remarks) - MOST_LINES} more"


def _legend(found: Prediction) -> list[str]:
    lines = [_LEGEND]
    resolutions = {client.interval for client in found.scenario.clients if client.measured}
    lines.append(
        "A client asks every "
        + ", ".join(f"{time_text(one, 3)} s" for one in sorted(resolutions))
        + ": nothing shorter than that is seen."
    )
    if found.misconfigured:
        lines.append("! misconfigured (see the first lines): so it goes as the files are, not as it should.")
    marked = _unsupported(found)
    lines += [
        f"* unsupported: {remark.keyword} ({remark.place}): {remark.bearing.why}"
        for remark in marked
        if remark.bearing is not None
    ]
    return lines


def _unsupported(found: Prediction) -> tuple[Remark, ...]:
    words = {one.fault.word for one in found.faults}
    return tuple(
        remark
        for remark in found.support.ignored
        if remark.bearing is not None and (not remark.bearing.faults or words & set(remark.bearing.faults))
    )


# --- tables ----------------------------------------------------------------------------------


def client_table(found: Prediction) -> Table:
    """A row per fault and client; ``*`` marks what an ignored keyword bears on."""
    kinds = {client.name: kind_of(client) for client in found.scenario.clients}
    rows: list[Row] = []
    for one in found.faults:
        for name, blackout in one.blackout.items():
            rows.append(
                {
                    "fault": _fault_text(one),
                    "client": name,
                    **_cells(found, one, "blackout", blackout, kinds[name]),
                    **_return_cells(found, one, one.after.get(name), kinds[name]),
                    "broken": share_text(one.broken[name]) if name in one.broken else "-",
                }
            )
    return _table(rows)


def _cells(found: Prediction, one: FaultPrediction, number: str, spread: Spread, kind: str) -> Row:
    mark = _mark(found, one, number, kind != "ping")
    return {
        "blackout p50": interval_text(spread.p50) + mark,
        "p95": interval_text(spread.p95) + mark,
        "worst": time_text(spread.worst) + mark,
    }


def _mark(found: Prediction, one: FaultPrediction, number: str, asks_service: bool = False) -> str:
    """``!`` where nodes do not work together, ``*`` where an ignored statement bears on the number."""
    ignored = "*" if found.support.bearing(number, one.fault.word, asks_service) else ""
    return ("!" if found.misconfigured else "") + ignored


def _return_cells(found: Prediction, one: FaultPrediction, spread: Spread | None, kind: str) -> Row:
    if spread is None:
        return {"on return: felt": "-", "p95 then": "-", "worst then": "-"}
    mark = _mark(found, one, "return", kind != "ping")
    return {
        "on return: felt": share_text(spread.felt) + mark,
        "p95 then": interval_text(spread.p95) + mark,
        "worst then": time_text(spread.worst) + mark,
    }


def node_table(found: Prediction) -> Table:
    """A row per fault and group: who ends as master, two masters, two owners, the silent survivor."""
    rows: list[Row] = []
    for one in found.faults:
        for group, ends in one.masters.items():
            named = {"group": group} if len(one.masters) > 1 else {}
            rows.append({"fault": _fault_text(one), **named, **_node_cells(found, one, ends)})
    return _table(rows)


def _node_cells(found: Prediction, one: FaultPrediction, ends: Mapping[str, int]) -> Row:
    masters = ", ".join(f"{who} {100 * runs / one.n:.0f} %" for who, runs in ends.items())
    silent = one.silent
    return {
        "ends as master": masters + _mark(found, one, "masters"),
        "two masters p50 (worst)": _usual_and_worst(one.dual_master),
        "two owners p50 (worst)": _usual_and_worst(one.dual_owner),
        "silent survivor": "-"
        if silent is None
        else share_text(silent.share)
        + (f", expected {100 * silent.expected:.0f} %" if silent.expected is not None else "")
        + _mark(found, one, "silent"),
        "false failovers a day": _false_text(one, _mark(found, one, "false failovers")),
    }


def _usual_and_worst(spread: Spread) -> str:
    return f"{time_text(spread.p50.value)} ({time_text(spread.worst)})"


def _false_text(one: FaultPrediction, mark: str) -> str:
    false = one.false_failovers
    if false is None or false.per_day.value is None:
        return "-"
    low, high = false.per_day.low or 0, false.per_day.high or 0
    text = f"{false.per_day.value:.3g} [{low:.3g}, {high:.3g}]{mark}"
    return text if false.expected is None else f"{text}, expected {false.expected:.3g}"


def _fault_text(one: FaultPrediction) -> str:
    text = str(one.fault)
    return text if one.fault.is_loss or one.fault.node else f"{text} ({one.node})"


def _table(rows: list[Row]) -> Table:
    """A table as text, in which a fault stands once."""
    shown: list[Row] = []
    before = None
    for row in rows:
        shown.append(row | ({"fault": ""} if row["fault"] == before else {}))
        before = row["fault"]
    return Table(tuple(Column(name) for name in rows[0]), tuple(tuple(row.values()) for row in shown))
