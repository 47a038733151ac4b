"""From a trace to the lines of its journal."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from vipsim.trace.facts_reading import read_facts
from vipsim.trace.formatting import fault_words, told
from vipsim.trace.journal.causes import Causes
from vipsim.trace.journal.heard import Reading, readings
from vipsim.trace.journal.instances import KEEPALIVED, Instance, read_instances, read_vips
from vipsim.trace.journal.keepalived import Keepalived
from vipsim.trace.journal.lines import WORLD, Line
from vipsim.trace.journal.priorities import Coming, coming_adverts
from vipsim.trace.records import Record
from vipsim.trace.trace import Trace

_OF_DAEMONS = frozenset({"daemon", "state", "vip", "advert", "announce", "note", "timer", "link"})
_KERNEL = "kernel"


def journal(trace: Trace, clients: bool = False) -> list[Line]:
    """Tell a run in its daemons' log words.

    Parameters
    ----------
    trace : Trace
        Of level ``frames`` for everything; of level ``protocol`` the lines about adverts that changed nothing
        are missing.
    clients : bool
        Tell also when clients are without an answer, and by whom they are answered.

    Returns
    -------
    list of Line
        In order of time.
    """
    instances = read_instances(trace.header)
    ours = {key: one for key, one in instances.items() if one.profile == KEEPALIVED}
    read = readings(trace, instances)
    causes = Causes(trace, read)
    daemons = _daemons(ours, coming_adverts(trace.select("advert")), read_vips(trace.header))
    heard = [one for one in read if one.instance.node in daemons]
    machines = read_facts(trace.header).machines
    lines: list[Line] = []
    for thing in _in_order(trace.select(), heard):
        if isinstance(thing, Reading):
            lines += daemons[thing.instance.node].read(thing, causes)
        elif thing.kind == "fault":
            text = f"--- fault {fault_words(thing.data)} ---"
            lines.append(Line(thing.time, "", WORLD, text, record=thing.id))
            hit = daemons.get(str(thing.data["target"]).partition(".")[0])
            lines += hit.fault(thing) if hit is not None else []
        elif thing.kind in ("gap", "answered"):
            lines += [Line(thing.time, thing.data["client"], WORLD, told(thing))] if clients else []
        elif thing.kind in _OF_DAEMONS and thing.node in daemons:
            lines += daemons[thing.node].tell(thing, causes)
        elif thing.kind in _OF_DAEMONS:
            lines += _plain(thing, machines, causes)
    return lines


def causes_of(trace: Trace) -> Causes:
    """Return who answers why, for the records of a trace of level ``frames``."""
    return Causes(trace, readings(trace, read_instances(trace.header)))


def _daemons(
    instances: Mapping[tuple[str, str], Instance],
    coming: Mapping[str, Mapping[str, Coming]],
    vips: Mapping[str, str],
) -> dict[str, Keepalived]:
    by_node: dict[str, list[Instance]] = {}
    for one in instances.values():
        by_node.setdefault(one.node, []).append(one)
    return {node: Keepalived(node, ones, coming.get(node, {}), vips) for node, ones in by_node.items()}


def _in_order(records: list[Record], read: list[Reading]) -> Iterator[Record | Reading]:
    """Merge what happened with what was read: an advert is read before what it causes is done."""
    placed: list[tuple[int, float, int, Record | Reading]] = [
        *((record.time, float(record.id), 0, record) for record in records),
        *((one.time, one.after, number, one) for number, one in enumerate(read)),
    ]
    return (thing for *_, thing in sorted(placed, key=lambda item: item[:3]))


def _plain(record: Record, machines: Container[str], causes: Causes) -> Iterator[Line]:
    """A line of a daemon whose own log words are not known, or of a kernel."""
    if record.kind == "timer":
        if record.data["part"] in machines:
            name = str(record.data["part"])
            because = causes.timer(record)
            yield Line(record.time, record.node, name, "wakes up", because, logged=False, record=record.id)
        return
    machine = str(record.data.get("machine") or "")
    name = _KERNEL if record.kind in ("link", "vip") else machine or "daemon"
    words = told(record).removeprefix(f"{machine} ")
    logged = record.kind != "advert"
    yield Line(record.time, record.node, name, words, causes.why(record), logged=logged, record=record.id)
