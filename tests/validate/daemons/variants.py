"""Experiments like the recorded ones, but with something else in them: as those that were held back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.validate.daemons.rows import FEW
from vipsim.validate.daemons.experiments import Experiment, read_experiments

Change = Callable[[dict[str, Any]], object]


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FEW / "experiments.json").read_text(encoding="utf-8"))
    return found


def variant(folder: Path, base: str, *changes: Change) -> Experiment:
    """The experiment `base` after `changes` of its entry in experiments.json."""
    given = document()
    entry = copy.deepcopy(given["experiments"][base])
    for change in changes:
        change(entry)
    given["experiments"] = {base: entry}
    path = folder / "experiments.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    return read_experiments(path)[base]


def configured(line: str, block: str = "vrrp_instance VI_1", nodes: str = "n1 n2") -> Change:
    """One more line in a block of keepalived.conf."""

    def change(entry: dict[str, Any]) -> None:
        for node in nodes.split():
            files = entry["nodes"][node]["files"]
            name = f"DIR/{node}.conf"
            files[name] = files[name].replace(f"{block} {{\n", f"{block} {{\n  {line}\n")

    return change


def replaced(node: str, old: str, new: str) -> Change:
    """Another word in keepalived.conf."""

    def change(entry: dict[str, Any]) -> None:
        files = entry["nodes"][node]["files"]
        assert old in files[f"DIR/{node}.conf"]
        files[f"DIR/{node}.conf"] = files[f"DIR/{node}.conf"].replace(old, new)

    return change


def done(*steps: dict[str, Any], key: str = "fault") -> Change:
    """Other steps of the fault, or of the recovery."""

    def change(entry: dict[str, Any]) -> None:
        entry[key] = {"name": "another", "node": None, "steps": list(steps)}
        entry.setdefault(
            "observed_recovery",
            {"old": "n2", "new": "n1", "row": f"{entry['id']}:recover", "client_must_end_on": "n1"},
        )

    return change


def signal(name: str, node: str, *to: str) -> dict[str, Any]:
    return {"ns": node, "signal": name, "daemon": "keepalived", "to": list(to or ("children", "parent"))}


def row(base: str, suffix: str = "", **given: Any) -> dict[str, Any]:
    """A row as measured, for a trial of a variant; `given` may change its setup."""
    setup = {
        "kind": "failover",
        "settle": 1.2,
        "after": 0.6,
        "hold": [1.5, 2.5],
        "limit": 8.6,
        "recover_limit": 60,
        "recover_after": 0.6,
    }
    setup |= {key: given.pop(key) for key in list(given) if key in (*setup, "fixed", "stp")}
    name = f"{base}:{suffix}" if suffix else base
    return {"exp": name, "trial": 0, "setup": setup, "load1": 0.1, "phase_s": 0.4, **given}
