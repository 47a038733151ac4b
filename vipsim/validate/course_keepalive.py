"""Reading how a course's client keeps its connection alive: TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT.

The oracle does not say how a row writes them, so every plain spelling is read: the silence alone, a list
in the order of the words above, or an object whose names say what is meant.
"""

from __future__ import annotations

import re
from typing import Any

from vipsim.units import MS, SECOND, US, Time
from vipsim.validate.fields import Fields, shown

INTERVAL, IDLE, PROBES, ON = "interval", "idle", "probes", "on"
_ORDER = (IDLE, INTERVAL, PROBES)
"""What the values of a list mean."""
_WORDS = (
    (INTERVAL, ("int", "period", "every", "between", "gap")),
    (IDLE, ("idle", "time", "after", "first", "silence", "start")),
    (PROBES, ("probe", "count", "cnt", "tries", "max")),
    (ON, ("on", "enable", "keepalive")),
)
"""Parts of names; the first that fits counts: ``first_probe_after_s`` is a time, ``probe_interval_s`` too."""
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|sec|seconds|min)?\s*")
_UNITS = {"us": US, "ms": MS, "min": 60 * SECOND}
_MOST_PROBES = 255


def read_keepalive(tcp: Fields) -> tuple[Time, Time, int] | None:
    """Return (silence before the first probe, interval, probes); None: it is off.

    What the row leaves out is what the sysctls say.
    """
    value = tcp.data.get("keepalive")
    if value is None or value is False or value == 0:
        return None
    given = _named(tcp, value)
    if given.get(ON) in (False, 0):
        return None
    fields = Fields(
        {
            IDLE: (tcp.number("tcp_keepalive_time", 7200), SECOND),
            INTERVAL: (tcp.number("tcp_keepalive_intvl", 75), SECOND),
            PROBES: (tcp.count("tcp_keepalive_probes", default=9), SECOND),
            **given,
        },
        tcp.at("keepalive"),
    )
    return _time(fields, IDLE), _time(fields, INTERVAL), _count(fields)


def _named(tcp: Fields, value: Any) -> dict[str, Any]:
    """Return what `value` says, by our names, each with the unit that its name says."""
    if value is True:
        return {}
    if isinstance(value, str):
        value = re.split("[,;/]", value)
    if not isinstance(value, list | dict):
        value = [value]
    if isinstance(value, list):
        if len(value) > len(_ORDER):
            tcp.wrong("keepalive", f"{shown(value)} is too long", "write [silence, interval, probes]")
        return {name: (one, SECOND) for name, one in zip(_ORDER, value, strict=False)}
    found: dict[str, Any] = {}
    for name, one in value.items():
        meant = next((ours for ours, parts in _WORDS if any(part in name.lower() for part in parts)), None)
        if meant is None:
            tcp.wrong(f"keepalive.{name}", "it is not known", "write idle_s, interval_s and probes")
        if one is not None:
            unit = next((unit for end, unit in _UNITS.items() if name.lower().endswith(f"_{end}")), SECOND)
            found[meant] = one if meant == ON else (one, unit)
    return found


def _time(fields: Fields, name: str) -> Time:
    value: Any
    unit: Time
    value, unit = fields.data[name]
    if isinstance(value, str) and (said := _DURATION.fullmatch(value)):
        value, unit = float(said[1]), _UNITS.get(said[2], SECOND if said[2] else unit)
    number = Fields({name: value}, fields.place).number(name)
    if not 0.01 * SECOND <= number * unit < 10**6 * SECOND:
        fields.wrong(name, f"{shown(value)} is out of range", "write 0.01 s to a million")
    return round(number * unit)


def _count(fields: Fields) -> int:
    value, _ = fields.data[PROBES]
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value) if len(value) < 10 else _MOST_PROBES + 1
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Fields({PROBES: value}, fields.place).count(PROBES, 1, _MOST_PROBES)
