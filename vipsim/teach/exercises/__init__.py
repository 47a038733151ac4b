"""The exercises, one module a notebook: ``ex01`` belongs to ``01-virtual-ip.ipynb``.

How one is written
------------------
A module has a tuple ``EXERCISES``. An exercise is data (`vipsim.teach.exercises.exercise.Exercise`)::

    Exercise(
        id="01.goodbye",
        question="db1 is stopped in order ... After which time does db2 take over? (to a millisecond)",
        form=Duration(MS),               # of vipsim.teach.durations; the others are in vipsim.teach.answers
        points=2,
        truth=_goodbye,                  # (seed) -> Truth(value, tolerance), from a fresh simulation
        near=(Near("waits", lambda: laws.vrrp_master_down(50, "1s", 2), "nobody waits", half=True),),
        why="The goodbye says that nobody need be missed: what is left is the skew.",
        hint="What does an advert of priority zero say to a backup?",
    )

Rules, held by tests/teach/test_exercises.py for each exercise by itself:

- ``truth`` simulates. The tolerance comes from what is measured: half of the last digit that is asked plus
  the way of a frame, a probe spacing, the exact interval of a median. Never a bare percentage.
- The question's numbers differ from those whose answer the notebook prints.
- No text (question apart) holds the solution's digits, a direction ("too long") or a distance.
- Words of a near miss complete "half right: ..." or "not yet: ...". It earns half of the points
  (``half=True``) only if a real piece of reasoning is in it: never a number that stands in the question or on
  the page above it, never a word of a choice.
- A near miss is further from the truth than the tolerance, and further from the other ones.
- A closed form of the truth stands in tests/teach/truths.py, worked out another way.

`vipsim.teach.exercises.measuring` measures: one run, many seeds, a median, a share. An answer that must be
run has ``judge`` in place of ``truth``: (what was answered, seed) -> Judged, see
`vipsim.teach.exercises.judging`; the machinery bounds its time (`vipsim.teach.bounded`).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from vipsim.teach.exercises.exercise import Exercise, Judged, Near, Truth

__all__ = ["Exercise", "Judged", "MODULES", "Near", "Truth", "exercises"]

MODULES = {
    "01-virtual-ip": "ex01",
    "02-arp-caches": "ex02",
    "03-keepalived": "ex03",
    "05-rank-the-outages": "ex05",
}
"""Module of each notebook that has exercises."""


@cache
def exercises() -> dict[str, Exercise]:
    """All exercises by id, in the order of the notebooks."""
    found: dict[str, Exercise] = {}
    for module in MODULES.values():
        for one in import_module(f"vipsim.teach.exercises.{module}").EXERCISES:
            if one.id in found:
                raise ValueError(f"two exercises are called {one.id}")
            found[one.id] = one
    return found
