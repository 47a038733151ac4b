"""Plain data in, a scenario and every problem out: first the shape (pydantic), then the sense (check).

A value that is malformed gets a stand-in (`vipsim.scenario.mend`) and all the rest is judged all the
same, so that one reading shows every error; what merely follows from one is not reported.
"""

from __future__ import annotations

from typing import Any

from vipsim.errors import Problem
from vipsim.scenario.build import build
from vipsim.scenario.check import check
from vipsim.scenario.fields import shown
from vipsim.scenario.mend import mend
from vipsim.scenario.model import Scenario


def judge(data: Any) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario (None if its shape is wrong) and all its problems, in data order."""
    if not isinstance(data, dict):
        what = "the file is empty" if data is None else f"a scenario is a mapping, not {shown(data)}"
        return None, [Problem(what, "begin with: name, duration, nodes, links")]
    mended = mend(data)
    if mended.file is None:
        return None, mended.problems
    scenario = build(mended.file)
    problems = mended.problems + check(scenario, mended.damage)
    return (None if mended.problems else scenario), problems
