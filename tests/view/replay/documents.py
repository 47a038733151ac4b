"""Runs of shipped scenarios and their documents, and how a document is read at a time: for tests."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import vipsim as vs
from vipsim.resources import scenario_path
from vipsim.trace import Trace
from vipsim.view.replay import replay_document

Document = dict[str, Any]


@lru_cache(maxsize=4)
def shown(name: str, seed: int = 1) -> tuple[Trace, Document]:
    """Return a run of a shipped scenario and its whole document."""
    trace = vs.run(vs.read_scenario(scenario_path(name)), seed=seed)
    return trace, replay_document(trace)


def at(changes: Sequence[Sequence[Any]], time: int) -> list[Any] | None:
    """Return what the last change at or before a time says; None before the first one."""
    found = None
    for change in changes:
        if change[0] <= time:
            found = list(change[1:])
    return found


def frames(document: Document) -> Iterator[dict[str, Any]]:
    """Yield the frames of a document with everything that they point at."""
    columns = document["frames"]
    for values in zip(*columns.values(), strict=True):
        frame = dict(zip(columns, values, strict=True))
        yield frame | {
            "kind": document["kinds"][frame["kind"]],
            "text": document["texts"][frame["text"]],
            "why": document["texts"][frame["why"]],
            "octets": bytes.fromhex(document["bytes"][frame["bytes"]]),
            "route": document["routes"][frame["route"]],
        }


def records(document: Document) -> Iterator[dict[str, Any]]:
    """Yield the records of a document with their texts."""
    columns = document["records"]
    for values in zip(*columns.values(), strict=True):
        record = dict(zip(columns, values, strict=True))
        yield record | {"text": document["texts"][record["text"]], "why": document["texts"][record["why"]]}


def arp_at(document: Document, node: str, time: int) -> list[tuple[str, str, str]]:
    """Return a host's resolved neighbors at a time as (ip, mac, iface)."""
    number = [one["name"] for one in document["nodes"]].index(node)
    found = []
    for entry in document["tables"]["neighbors"]:
        if entry["node"] == number:
            now = at(entry["changes"], time)
            if now is not None and now[1] is not None:
                found.append((entry["ip"], now[1], entry["iface"]))
    return sorted(found)
