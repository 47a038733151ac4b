"""What the data of each kind of record holds, so that a file can be trusted once it was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vipsim.errors import AddressError
from vipsim.wire.addresses import IPv4, Mac

LARGEST = 2**63 - 1
"""Largest integer that a file may hold."""

ADDRESSES: dict[str, Callable[[str], IPv4 | Mac]] = {
    "vip": IPv4.parse,
    "ip": IPv4.parse,
    "lladdr": Mac.parse,
    "old_lladdr": Mac.parse,
    "mac": Mac.parse,
}
"""Keys whose values are addresses, and how to read them. ``to`` of an advert may be an address or a name."""

REQUIRED: dict[str, Mapping[str, type | tuple[type, ...]]] = {
    "fault": {"word": str, "target": str, "phase": str},
    "daemon": {"act": str},
    "state": {"machine": str, "old": str, "new": str},
    "vip": {"vip": IPv4, "act": str},
    "advert": {"machine": str, "form": str},
    "announce": {"vip": IPv4},
    "timer": {"part": str, "name": str},
    "neighbor": {"ip": IPv4, "iface": str, "lladdr": (Mac, type(None))},
    "fdb": {"mac": Mac},
    "port": {"port": str, "old": str, "new": str},
    "link": {"iface": str, "up": bool},
    "service": {"service": str, "act": str},
    "gap": {"client": str, "last": int, "first": (int, type(None)), "lost": int},
    "answered": {"client": str, "by": str},
    "session": {"client": str, "event": str, "error": str, "took": int},
    "database": {"database": str, "old": str, "new": str, "timeline": int},
    "writer": {"database": str, "act": str, "synchronous": bool},
    "commit": {"client": str, "database": str, "server": str, "timeline": int},
    "acknowledged": {"client": str, "database": str, "rows": list},
    "stored": {"database": str, "role": str, "timeline": int, "rows": dict},
}
"""Per kind the keys that questions about a trace rely on, with their types. Other kinds and keys are free."""


def restore(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's `data` with addresses as their own types again.

    Raises
    ------
    ValueError
        Saying in a few words what is wrong with which key.
    """
    result = {key: _restored(key, value) for key, value in data.items()}
    for key, wanted in REQUIRED.get(kind, {}).items():
        if key not in result:
            raise ValueError(f"{kind} has no {key}")
        if not isinstance(result[key], wanted) or (isinstance(result[key], bool) and wanted is not bool):
            raise ValueError(f"{key} of {kind} is {str(result[key])[:40]!r}")
    rows = result.get("rows") if kind in ("acknowledged", "stored") else None
    for pairs in rows.values() if isinstance(rows, dict) else [rows or []]:
        if not _are_ranges(pairs):
            raise ValueError(f"rows of {kind} are no pairs of first and last")
    return result


def _are_ranges(pairs: Any) -> bool:
    """Whether `pairs` is what `vipsim.trace.ranges` reads: pairs of whole numbers in ascending order."""
    before = -1
    for pair in pairs if isinstance(pairs, list) else [None]:
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(one) is int for one in pair)):
            return False
        if not before < pair[0] <= pair[1] <= LARGEST:
            return False
        before = pair[1]
    return True


def _restored(key: str, value: Any) -> Any:
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"{key} is too large")
    if not isinstance(value, str):
        return value
    if key == "to":
        try:
            return IPv4.parse(value)
        except AddressError:
            return value
    parse = ADDRESSES.get(key)
    return value if parse is None else parse(value)
