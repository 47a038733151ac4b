"""Recorded failovers of real daemons as scenarios: each row's configuration, its fault, and its phase."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from vipsim.scenario.data import from_data
from vipsim.scenario.model import Scenario

SMALL = Path(__file__).parents[1] / "data"
TRUTH = Path(os.environ.get("VIPSIM_SHARED") or SMALL) / "truth" / "truth.jsonl"
"""All rows, or the small copy (the first ones of some experiments, without the fields of the client)."""
AT = 12
"""When the fault acts, in s: everything that began at the start has settled."""
FAULTS: dict[str, list[dict[str, Any]]] = {
    "kill9": [{"kill": "n1"}],
    "power": [{"power": "n1"}],
    "term": [{"stop": "n1"}],
    "stop": [{"hang": "n1"}],
    "isolate": [{"isolate": "n1"}],
    "link_down": [{"link_down": "n1.eth0"}],
    "port_down": [{"port_down": "n1.eth0"}],
    "split": [{"drop": "n1", "value": "advert"}],
    "oneway": [{"drop": "sw>n2", "value": "advert"}],
    "kill9_parent": [{"kill_parent": "n1"}],
    "kill9_child": [{"kill_child": "n1"}],
    "track_if": [{"link_down": "n1.eth1"}],
}
KNOWN = ("state", "advert_int", "track_interface")
SECONDS = ("garp_master_delay", "garp_master_refresh", "vrrp_garp_interval", "preempt_delay")


@cache
def rows(experiment: str) -> list[dict[str, Any]]:
    """Every row of an experiment."""
    lines = TRUTH.read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["exp"] == experiment]


def scenario(row: dict[str, Any], *more: dict[str, Any], **changes: Any) -> Scenario:
    """The row's experiment, with its fault at `AT` at the phase that was measured."""
    params = {name: given for name, given in row["params"].items() if name.startswith("n")}
    frr = row["daemon"] == "frr"
    version = int(params["n1"].get("version", 3 if frr else 2))
    daemons = {name: given.get("daemon", row["daemon"]) for name, given in params.items()}
    members = {name: member(given, daemons[name] == "frr") for name, given in params.items()}
    for name, daemon in daemons.items():
        if daemon != row["daemon"]:
            members[name]["profile"] = daemon
    interval = (
        max(1, round(params["n1"].get("advert_int", 1)))
        if version == 2
        else (params["n1"].get("advert_int", 1))
    )
    group = {
        "vrid": 51,
        "vips": ["service"],
        "version": version,
        "profile": "frr" if frr else "keepalived",
        "members": members,
    }
    if frr:
        group["advert_interval"] = f"{params['n1'].get('advert_int', 1)}s"
    if "unicast" in params["n1"]:
        group["keepalived"] = {"unicast_peer": list(members)}
    data: dict[str, Any] = {
        "name": row["exp"].replace(":", " "),
        "duration": "40s",
        "nodes": {name: node(name) for name in (*members, "c1")} | {"sw": {"kind": "switch"}},
        "links": [{"ends": [f"{name}.eth0", "sw"], "delay": "10us"} for name in (*members, "c1")]
        + [{"ends": ["n1.eth1", "sw"]}],
        "vips": {"service": "192.168.1.219/24"},
        "groups": [{"vrrp": group}],
        "clients": {"c1": {"target": "service", "interval": "20ms"}},
        "faults": [*({**fault, "at": f"{AT}s"} for fault in FAULTS.get(row["fault"], ())), *more],
    }
    if row.get("phase_s") is not None:
        data["phase"] = row["phase_s"] / interval % 1
    return from_data({**data, **changes})


def member(given: dict[str, Any], frr: bool) -> dict[str, Any]:
    """A member with the keywords of its recorded configuration."""
    found: dict[str, Any] = {"iface": "eth0", "priority": given["priority"]}
    words: dict[str, Any] = {name: given[name] for name in KNOWN if name in given}
    if "advert_int" in words:
        words["advert_int"] = f"{words['advert_int']}s"
    if "track_interface" in words:
        words["track_interface"] = {words["track_interface"]: {}}
    if "track_script" in given:
        interval = f"{given['track_script']['interval']}s"
        words["track_script"] = {"chk": {**given["track_script"], "interval": interval}}
    for line in (*given.get("extra", ()), *given.get("global", ())):
        name, _, value = line.partition(" ")
        if name == "nopreempt":
            found["preempt"] = False
        else:
            name = name.removeprefix("vrrp_") if "lower_prio" in name else name
            words[name] = f"{value}s" if name in SECONDS else int(value)
    return found if frr or not words else {**found, "keepalived": words}


def node(name: str) -> dict[str, Any]:
    """A host of the laboratory; n1 has a second interface."""
    last, mac = {"n1": (217, "01"), "n2": (218, "02"), "n3": (216, "03"), "c1": (10, "11")}[name]
    ifaces = {"eth0": {"address": f"192.168.1.{last}/24", "mac": f"02:00:00:00:00:{mac}"}}
    if name == "n1":
        ifaces["eth1"] = {"address": "10.9.9.1/24"}
    return {"interfaces": ifaces}
