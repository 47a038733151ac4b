"""What the campaigns against the text readers share: ranges of numbered inputs, workers, the longest reading.

A campaign brings the functions that make its inputs and read them; every input follows from its number.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial

STEP = 250
"""Inputs of one piece of work."""
NOISE_EVERY = 4
"""Each input with a number that this divides is noise, the others are mutants."""


@dataclass(frozen=True)
class Campaign:
    """One reader under fire; the functions stand in a module, so that worker processes find them."""

    read: Callable[[bytes], object]
    """Reads an input; None: refused in words. Anything that it raises ends the campaign."""
    mutants: Callable[[int], bytes]
    noise: Callable[[int], bytes]
    hostile: Callable[[], Mapping[str, bytes]]
    """Texts of the full size, by name."""


def chunk(campaign: Campaign, first: int, last: int) -> tuple[int, float, int]:
    """Try the inputs of a range; returns how many were accepted, the longest reading in CPU s, and whose."""
    accepted, longest, slowest = 0, 0.0, first
    for number in range(first, last):
        make = campaign.mutants if number % NOISE_EVERY else campaign.noise
        content = make(number)
        begun = time.process_time()
        try:
            accepted += campaign.read(content) is not None
        except BaseException as error:
            raise AssertionError(f"input {number}: {type(error).__name__}: {error}") from error
        taken = time.process_time() - begun
        if taken > longest:
            longest, slowest = taken, number
    return accepted, longest, slowest


def main(description: str | None, campaign: Campaign) -> None:
    """Run the inputs that the command line asks for, and print one line."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-hostile", action="store_true", help="leave out the texts of full size")
    given = parser.parse_args()
    last = given.first + given.inputs
    begins = range(given.first, last, STEP)
    ends = [min(first + STEP, last) for first in begins]
    accepted, longest, slowest = 0, 0.0, given.first
    with ProcessPoolExecutor(given.workers) as pool:
        for done, found in enumerate(pool.map(partial(chunk, campaign), begins, ends), 1):
            accepted += found[0]
            longest, slowest = max((longest, slowest), found[1:])
            if done % 40 == 0:
                print(f"{done * STEP} inputs, {accepted} accepted", file=sys.stderr, flush=True)
    print(
        f"{date.today()}: {given.inputs} inputs, {accepted} accepted, the rest refused in words, "
        f"longest {longest:.2f} CPU s (input {slowest})"
    )
    for name, content in {} if given.no_hostile else campaign.hostile().items():
        begun = time.process_time()
        campaign.read(content)
        print(f"hostile: {name}: {time.process_time() - begun:.1f} CPU s")
