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
    "link": {"iface": str, "up": bool},
    "service": {"service": str, "act": str},
    "gap": {"client": str, "last": int, "first": (int, type(None)), "lost": int},
    "answered": {"client": str, "by": str},
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
    return result


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
