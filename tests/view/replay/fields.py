"""Reads frames by the layouts of the replay page, as its script does: a second reader, for tests."""

from vipsim.view.replay.layouts import LAYOUTS, stack_of

Place = tuple[str, int]
"""Key of a header and its octet offset."""


def bits_of(data: bytes, at: int, length: int) -> int:
    """Return the number in `length` bits that begin at bit `at`."""
    whole = int.from_bytes(data, "big")
    return whole >> (len(data) * 8 - at - length) & ((1 << length) - 1)


def fields_of(data: bytes) -> dict[Place, dict[str, int]]:
    """Return every field of every header of a frame as a number."""
    return {
        (key, at): {name: bits_of(data, at * 8 + offset, length) for name, offset, length, _ in LAYOUTS[key]}
        for key, at in stack_of(data)
    }


def headers_of(data: bytes) -> dict[str, dict[str, int]]:
    """Return the fields by header; of a header that comes twice the first one."""
    found: dict[str, dict[str, int]] = {}
    for (key, _), values in fields_of(data).items():
        found.setdefault(key, values)
    return found
