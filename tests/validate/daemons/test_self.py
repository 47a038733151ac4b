"""The model held against itself: its own rows, given as recorded ones, pass."""

import json
import shutil

import pytest

from tests.validate.daemons.rows import FEW, experiments, recorded
from vipsim.validate.daemons.examine import examine
from vipsim.validate.daemons.trials import simulate, trials

MEASURED = ("stall_ms", "fault_call_ms", "client_reachable_ms", "lab_id", "stagger_s")


def here(call, jobs):
    for number, job in enumerate(jobs):
        yield number, call(job)


@pytest.mark.parametrize("seed", [1, 2])
def test_simulated_rows_pass_as_recorded_ones(tmp_path, seed):
    shutil.copy(FEW / "experiments.json", tmp_path)
    rows = []
    for trial in trials(recorded(), experiments()):
        if trial.experiment.kind == "loss":
            continue  # minutes of simulated time each
        for name, (row,) in simulate(trial, [10_000 + seed]).items():
            measured = trial.rows[name.partition(":")[2]]
            rows.append(row | {key: measured[key] for key in MEASURED if key in measured})
    path = tmp_path / "truth.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = examine([path], here, "", runs=40, seed=seed)
    assert not report.complaints
    assert not report.failed, "\n".join(report.lines())
    assert not report.judgment.is_pooled_off
