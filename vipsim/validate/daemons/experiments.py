"""What a laboratory wrote of its experiments (``experiments.json``): daemons, switch, faults, observers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vipsim.errors import VipsimError

Step = Mapping[str, Any]
"""A command or a signal, as ``faults.steps`` writes it."""


class Unsupported(VipsimError):
    """An experiment that cannot be conducted here; the message says what is missing."""


class ExperimentsError(VipsimError):
    """A file of experiments that cannot be read."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Something that is done in a trial, and whom the row of it observes."""

    suffix: str
    """Empty for the first one; ``recover``, ``second``, ...: the part of the row's name behind the colon."""
    steps: tuple[Step, ...]
    old: str = ""
    """Node whose adverts are the row's `adverts_old`."""
    new: str = ""
    ends_on: str = ""
    """Node that must answer the client before a recovery counts as seen; empty: `new`."""


@dataclass(frozen=True, slots=True)
class NodeSetup:
    """A node of the laboratory."""

    name: str
    address: str
    mac: str
    before_start: tuple[Step, ...]
    run: tuple[Mapping[str, Any], ...]
    """Daemon and argv of each process, in order."""
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment, as far as a replay needs it."""

    id: str
    kind: str
    daemon: str
    nodes: tuple[NodeSetup, ...]
    start_order: tuple[str, ...]
    start_gap_s: Mapping[str, Any]
    switch: Mapping[str, Any]
    client_sysctl: Mapping[str, int]
    stages: tuple[Stage, ...]
    client: Mapping[str, str]
    """Address and MAC."""
    vip: str
    ipv6: bool = False

    def stage(self, suffix: str) -> Stage | None:
        """The stage of that name."""
        return next((stage for stage in self.stages if stage.suffix == suffix), None)


def read_experiments(path: Path) -> dict[str, Experiment]:
    """Read a file of experiments, by their ids.

    Raises
    ------
    ExperimentsError
        If it cannot be read; the message names the experiment and the field.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise ExperimentsError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ExperimentsError(f"{path}: no JSON: {str(error)[:200]}") from None
    found: dict[str, Experiment] = {}
    for name, given in _mapping(path, "experiments", _mapping(path, "", document).get("experiments")).items():
        try:
            found[name] = _experiment(name, given, document["topology"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)[:200]
            raise ExperimentsError(f"{path}: experiments.{name}: {reason}") from None
    return found


def _mapping(path: Path, place: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ExperimentsError(f"{path}: {place or 'the file'} is no object with names")
    return value


def _experiment(name: str, given: Mapping[str, Any], topology: Mapping[str, Any]) -> Experiment:
    client = topology["client"]
    return Experiment(
        id=name,
        kind=given["kind"],
        daemon=given["daemon"],
        nodes=tuple(_node(key, node) for key, node in given["nodes"].items()),
        start_order=tuple(given["start_order"]),
        start_gap_s=dict(given.get("start_gap_s") or {}),
        switch=dict(given.get("switch") or {}),
        client_sysctl=dict(given.get("client_sysctl") or {}),
        stages=tuple(_stages(given)),
        client={"address": client["address"], "mac": client["mac"]},
        vip=topology["vip"],
        ipv6=bool(given.get("ipv6")),
    )


def _node(name: str, given: Mapping[str, Any]) -> NodeSetup:
    return NodeSetup(
        name=name,
        address=given["address"],
        mac=given["mac"],
        before_start=tuple(given.get("before_start") or ()),
        run=tuple(given["run"]),
        files=dict(given.get("files") or {}),
    )


def _stages(given: Mapping[str, Any]) -> list[Stage]:
    """The fault, and whatever else is done and observed (``recovery``, ``observed_recovery``)."""
    found = [_stage("", given["fault"], given.get("observed") or {})]
    for key, observed in given.items():
        word = key.removeprefix("observed_")
        if word != key and word in given:
            suffix = observed["row"].partition(":")[2] or word
            found.append(_stage(suffix, given[word], observed))
    return found


def _stage(suffix: str, done: Mapping[str, Any], observed: Mapping[str, Any]) -> Stage:
    return Stage(
        suffix=suffix,
        steps=tuple(done.get("steps") or ()),
        old=observed.get("old", ""),
        new=observed.get("new", ""),
        ends_on=observed.get("client_must_end_on", ""),
    )
