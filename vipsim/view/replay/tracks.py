"""What was so over a time: lanes of states, owners, caches and tables, outages with their parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from vipsim.trace import Failover, Trace, parts
from vipsim.units import Time
from vipsim.view.lanes import Window, clients_in_order, in_scenario_order
from vipsim.view.pieces import pieces
from vipsim.view.replay.places import Places

Span = list[Any]
"""[from, to, what]: times in ns."""


def lanes(trace: Trace, part: Window, places: Places) -> list[dict[str, Any]]:
    """Return all lanes: daemons, owners, databases, clients."""
    found = [*_daemons(trace, part, places), *_owners(trace, part, places)]
    found += [*_databases(trace, part, places), *_clients(trace, part, places)]
    return found


def _lane(kind: str, label: str, node: int, spans: Iterable[Span], part: Window) -> dict[str, Any]:
    return {"kind": kind, "label": label, "node": node, "spans": _joined(_clipped(spans, part))}


def _clipped(spans: Iterable[Span], part: Window) -> Iterator[Span]:
    for begin, end, what in spans:
        low, high = max(begin, part.start), min(end, part.end)
        if low < high:
            yield [low, high, what]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order of time; neighbors that say the same are one."""
    found: list[Span] = []
    for begin, end, what in sorted(spans, key=lambda span: span[0]):
        if found and found[-1][1] == begin and found[-1][2] == what:
            found[-1][1] = end
        else:
            found.append([begin, end, what])
    return found


def _daemons(trace: Trace, part: Window, places: Places) -> Iterator[dict[str, Any]]:
    states = trace.states()
    nodes = in_scenario_order(trace, {node for node, _ in states})
    for node, machine in sorted(states, key=lambda key: (nodes.index(key[0]), key[1])):
        spans = [
            [low, high, f"frozen: {state}" if is_still else state]
            for low, high, state, is_still in pieces(trace, node, machine)
        ]
        yield _lane("daemon", f"{node} {machine}", places.node(node), spans, part)


def _owners(trace: Trace, part: Window, places: Places) -> Iterator[dict[str, Any]]:
    for vip, intervals in trace.owners().items():
        for node in in_scenario_order(trace, {node for _, _, node in intervals}):
            spans = [[low, high, f"owns {vip}"] for low, high, owner in intervals if owner == node]
            yield _lane("owner", f"{node} {vip}", places.node(node), spans, part)


def _databases(trace: Trace, part: Window, places: Places) -> Iterator[dict[str, Any]]:
    changes: dict[tuple[str, str], Span] = {}
    for record in trace.select("database"):
        key = (record.node, str(record.data["database"]))
        spans = changes.setdefault(key, [[0, 0, str(record.data["old"])]])
        spans[-1][1] = record.time
        spans.append([record.time, trace.duration, str(record.data["new"])])
    for (node, name), spans in changes.items():
        yield _lane("database", f"{node} {name}", places.node(node), spans, part)


def _clients(trace: Trace, part: Window, places: Places) -> Iterator[dict[str, Any]]:
    homes = {client.name: client.node for client in places.scenario.clients}
    summaries = trace.metrics.clients
    for client in clients_in_order(trace, summaries):
        silences = [
            (last, trace.duration if first is None else first) for last, first in summaries[client].silences
        ]
        edges = [0, *(time for silence in silences for time in silence), trace.duration]
        words = ["answered", "silent"] * (len(silences) + 1)
        spans = [[low, high, word] for (low, high), word in zip(pairwise(edges), words, strict=False)]
        yield _lane("client", client, places.node(homes.get(client)), spans, part)


def owners(trace: Trace, part: Window, places: Places) -> list[dict[str, Any]]:
    """Return whose kernel answers for each virtual address, and when; several may at once."""
    return [
        {
            "vip": vip,
            "spans": list(_clipped(([a, b, places.node(node)] for a, b, node in intervals), part)),
        }
        for vip, intervals in trace.owners().items()
    ]


# --- caches and tables -----------------------------------------------------------------------


def tables(trace: Trace, part: Window, places: Places) -> dict[str, Any]:
    """Return neighbor caches and forwarding tables as changes; what was before the window is its first."""
    neighbors: dict[tuple[str, str, str], list[Span]] = {}
    fdb: dict[tuple[str, str], list[Span]] = {}
    for record in trace.select():
        if record.time > part.end:
            break
        data = record.data
        if record.kind == "neighbor":
            mac = data.get("lladdr")
            entry = neighbors.setdefault((record.node, str(data.get("iface", "")), str(data["ip"])), [])
            _change(entry, part, record.time, str(data.get("new", "")), None if mac is None else str(mac))
        elif record.kind == "fdb":
            _change(fdb.setdefault((record.node, str(data["mac"])), []), part, record.time, data.get("port"))
        elif record.kind == "fault" and data["word"] == "reboot":
            # As `Trace.arp_table` has it: a host that boots knows nobody.
            for (node, _, _), entry in neighbors.items():
                if node == data["target"]:
                    _change(entry, part, record.time, "NONE", None)
    return {
        "neighbors": [
            {"node": places.node(node), "iface": iface, "ip": ip, "changes": changes}
            for (node, iface, ip), changes in neighbors.items()
        ],
        "fdb": [
            {"node": places.node(node), "mac": mac, "changes": changes}
            for (node, mac), changes in fdb.items()
        ],
    }


def _change(entry: list[Span], part: Window, time: Time, *what: Any) -> None:
    """Note a change; of those up to the window's start only the last one counts."""
    if time <= part.start:
        entry.clear()
    elif entry and entry[-1][0] == time:
        entry.pop()
    entry.append([max(time, part.start), *what])


# --- outages ---------------------------------------------------------------------------------


def outages(trace: Trace, part: Window, places: Places) -> list[dict[str, Any]]:
    """Return every silence of a measured client that reaches into the window, whole."""
    homes = {client.name: client.node for client in places.scenario.clients}
    lost = {(r.data["client"], r.data["last"]): r.data.get("lost") or 0 for r in trace.select("gap")}
    found = []
    summaries = trace.metrics.clients
    for client in clients_in_order(trace, summaries):
        for last, first in summaries[client].silences:
            if last > part.end or (first is not None and first < part.start):
                continue
            number = _failover_of(trace, client, last, first)
            found.append(
                {
                    "client": client,
                    "node": places.node(homes.get(client)),
                    "from": last,
                    "to": first,
                    "lost": lost.get((client, last), 0),
                    "failover": number,
                    "parts": [] if number is None else _parts(trace.failovers[number], client, last),
                }
            )
    return found


def _failover_of(trace: Trace, client: str, last: Time, first: Time | None) -> int | None:
    """Return the number of the first failover that this silence belongs to."""
    for number, failover in enumerate(trace.failovers):
        felt = failover.clients.get(client)
        if felt is not None and felt.last == last and felt.first == first:
            return number
    return None


def _parts(failover: Failover, client: str, since: Time) -> list[Span]:
    found = []
    for name, length in parts(failover, client).items():
        found.append([name, since, since + length])
        since += length
    return found
