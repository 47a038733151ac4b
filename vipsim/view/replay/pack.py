"""A document made small for the page that carries it: `core/unpack.js` in the page gives all of it back.

Most frames of a run differ from an earlier one by a counter and a checksum. So times are told as steps, and
octets by *forms*: a frame with holes, and what stands in the holes as steps from the last frame of that form.
A checksum that covers the holes is not told: the form holds the sum of all the rest, and a sum in ones'
complement goes on from there (RFC 1624).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from vipsim.view.replay.layouts import Stack
from vipsim.view.replay.shared import Shared

Holes = tuple[tuple[int, int], ...]
"""(octet offset, octets) of each, 2 or 4 octets at an even offset."""

_COUNTERS = {"tcp": ((4, 4), (8, 4)), "icmp-echo": ((6, 2),), "udp": ()}
"""By the last header of a stack: its fields that count, from its beginning."""
_CHECKSUMS = {"tcp": 16, "icmp-echo": 2, "udp": 6}
_LENGTHS = {"tcp": 20, "icmp-echo": 8, "udp": 8}
_LONGEST = 64
"""Octets of a payload whose last four are taken for a counter."""
_ONES = 0xFFFF


def packed_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page carries of a document."""
    frames = document["frames"]
    octets = [bytes.fromhex(text) for text in document["bytes"]]
    stacks = [document["stacks"][number] for number in document["layout_of"]]
    return {
        **document,
        "packed": 1,
        "frames": {
            **frames,
            "time": steps(frames["time"]),
            "bytes": steps(frames["bytes"]),
            "of": [number - of if of >= 0 else 0 for number, of in enumerate(frames["of"])],
        },
        "bytes": packed_octets(octets, stacks),
    }


def steps(values: Sequence[int]) -> list[int]:
    """Return the first value, and by how much each goes beyond the one before."""
    return [after - before for before, after in pairwise([0, *values])]


def packed_octets(octets: Sequence[bytes], stacks: Sequence[Stack]) -> dict[str, Any]:
    """Return octets as ``forms`` (hex, holes, place of the checksum or -1), ``form`` of each, ``steps``."""
    forms: Shared[tuple[str, Holes, int]] = Shared()
    before: dict[int, Sequence[int]] = {}
    numbers: list[int] = []
    changes: list[int] = []
    for data, stack in zip(octets, stacks, strict=True):
        form, values = _form(data, stack)
        number = forms.number(form)
        last = before.get(number, (0,) * len(values))
        numbers.append(number)
        changes += [value - old for value, old in zip(values, last, strict=True)]
        before[number] = values
    return {"forms": forms.things, "form": numbers, "steps": changes}


def _form(data: bytes, stack: Stack) -> tuple[tuple[str, Holes, int], list[int]]:
    """Return the form of a frame and what stands in its holes."""
    holes, checksum_at = _holes(data, stack)
    if not holes:
        return (data.hex(), (), -1), []
    values = [int.from_bytes(data[at : at + size], "big") for at, size in holes]
    base = bytearray(data)
    for at, size in holes:
        base[at : at + size] = bytes(size)
    total = sum((value >> 16) + (value & _ONES) for value in values)
    told = int.from_bytes(data[checksum_at : checksum_at + 2], "big")
    rest = (_ONES - told - total) % _ONES
    if _checksum(rest, total) != told:
        return (data.hex(), (), -1), []  # a sum of nothing, which has two spellings
    base[checksum_at : checksum_at + 2] = rest.to_bytes(2, "big")
    return (base.hex(), holes, checksum_at), values


def _checksum(rest: int, total: int) -> int:
    """Return the checksum where all but the holes sum up to `rest` and the holes to `total`."""
    return _ONES - ((rest + total) % _ONES or _ONES)


def _holes(data: bytes, stack: Stack) -> tuple[Holes, int]:
    """Return where a frame counts, and where the checksum over it stands."""
    key, at = stack[-1] if len(stack) == 3 else ("", 0)
    if key not in _COUNTERS:
        return (), -1
    holes = [(at + offset, size) for offset, size in _COUNTERS[key]]
    begin = at + (_LENGTHS[key] if key != "tcp" else (data[at + 12] >> 4) * 4)
    end = stack[1][1] + int.from_bytes(data[stack[1][1] + 2 : stack[1][1] + 4], "big")
    size = min(4, end - begin)
    is_counter = key != "icmp-echo" and size in (2, 4) and end - begin <= _LONGEST
    if is_counter and end % 2 == 0 and end <= len(data):
        holes.append((end - size, size))
    return tuple(holes), at + _CHECKSUMS[key]
