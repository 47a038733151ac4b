"""Records as plain JSON values: the canonical form that the digest covers and that files hold.

Times are integers of nanoseconds, addresses their usual text. Numbers in seconds, where a document for
scripts wants them, are JSON numbers whose text is the exact decimal.
"""

from __future__ import annotations

import json
from decimal import Decimal
from enum import Enum
from typing import Any

from vipsim.trace.records import Record
from vipsim.units import SECOND, Time
from vipsim.wire.addresses import IPv4, Mac

_SCALARS = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """`value` with addresses and enumeration members as text, tuples as lists."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is Mac or kind is IPv4:
        return str(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return value


def plain_record(record: Record) -> dict[str, Any]:
    """One record as a JSON object."""
    return {
        "id": record.id,
        "time": record.time,
        "kind": record.kind,
        "node": record.node,
        "cause": record.cause,
        "data": plain(record.data),
    }


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical(value: Any) -> str:
    """`value` as JSON text that is the same everywhere: keys sorted, no spaces, ASCII only."""
    return _encoder.encode(value)


_keeper = json.JSONEncoder(sort_keys=False, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def in_order(value: Any) -> str:
    """`value` as JSON text like `canonical`, but keys stay in their order: a scenario's nodes have one."""
    return _keeper.encode(value)


def seconds_number(value: Time | None) -> int | float | None:
    """Seconds as a number whose JSON text is exact: an int when whole, None when it did not happen.

    >>> seconds_number(3_609_375_000), seconds_number(5_000_000_000), seconds_number(None)
    (3.609375, 5, None)
    >>> json.dumps(seconds_number(1))
    '1e-09'

    `json` writes the shortest digits that give the same float back. A decimal of at most 15 digits is its own
    shortest text, so this holds below 10^15 ns (11 days); beyond, only the integer of ns is exact.
    """
    if value is None:
        return None
    whole, rest = divmod(value, SECOND)
    return whole if not rest else float(Decimal(value).scaleb(-9))
