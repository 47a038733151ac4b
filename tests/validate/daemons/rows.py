"""A few recorded trials with their experiments, and the simulated rows beside them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from vipsim.validate.daemons.experiments import Experiment, read_experiments
from vipsim.validate.daemons.trials import Trial, simulate, trials

FEW = Path(__file__).parents[2] / "data" / "truth" / "few"


@cache
def experiments() -> dict[str, Experiment]:
    return read_experiments(FEW / "experiments.json")


@cache
def recorded() -> list[dict[str, Any]]:
    lines = (FEW / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def trials_of(name: str) -> list[Trial]:
    return [one for one in trials(recorded(), experiments()) if one.experiment.id == name]


@cache
def beside(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each recorded row of that name, and its simulated one."""
    plain, _, suffix = name.partition(":")
    return [(one.rows[suffix], simulate(one, [7])[name][0]) for one in trials_of(plain)]
