"""Sets of whole numbers that are mostly in a row, as few pairs of first and last (both included)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Ranges = Sequence[Sequence[int]]
"""Sorted pairs that neither overlap nor touch."""


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Return `numbers` as pairs.

    >>> ranges([3, 1, 2, 7, 9, 8])
    [[1, 3], [7, 9]]
    """
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def count(pairs: Ranges) -> int:
    """Return how many numbers there are.

    >>> count([[1, 3], [7, 9]])
    6
    """
    return sum(last - first + 1 for first, last in pairs)


def without(pairs: Ranges, others: Ranges) -> list[list[int]]:
    """Return the numbers of `pairs` that are not in `others`.

    >>> without([[1, 9]], [[0, 2], [5, 5], [9, 20]])
    [[3, 4], [6, 8]]
    """
    found: list[list[int]] = []
    for first, last in pairs:
        at = first
        for low, high in others:
            if high < at or low > last:
                continue
            if low > at:
                found.append([at, low - 1])
            at = high + 1
        if at <= last:
            found.append([at, last])
    return found
