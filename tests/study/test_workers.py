"""Who does the work changes nothing, and whatever is in the way of workers is said in one sentence."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import vipsim as vs
from vipsim.study import SAMPLE_UNITS, sample
from vipsim.study.executors import run_jobs

SCENARIO = vs.pair(faults=[vs.crash("db1", at="5s")], client_interval="100ms", poll=None, duration="14s")
SETTINGS = {"vrrp.advert_interval": ["1s", "2s"]}


def quick(seeds=12, **more):
    return vs.compare(SCENARIO, SETTINGS, seeds, quiet_time="1000s", **more)


def serialized(found):
    return json.dumps([found.table.to_data(), found.to_text(), list(found.finished_seeds)]).encode()


def run_script(tmp_path, text, *, args=()):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(text))
    environment = {**os.environ, "PYTHONPATH": str(Path(vs.__file__).parents[1])}
    return subprocess.run(
        [sys.executable, str(script), *args],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=environment,
    )


SETUP = """
    import vipsim as vs
    scenario = vs.pair(faults=["crash:db1@5s"], client_interval="100ms", duration="14s")
    def study(workers, **more):
        return vs.compare(scenario, {"vrrp.advert_interval": ["1s", "2s"]}, 6,
                          quiet_time="100s", workers=workers, **more)
"""


# --- the same bytes ----------------------------------------------------------------------------


def test_rows_are_the_same_bytes_for_one_and_two_workers(capfd):
    assert serialized(quick(loss="5%")) == serialized(quick(loss="5%", workers=2))
    assert capfd.readouterr().err == ""


def test_a_sample_is_in_the_order_of_its_seeds():
    rows = sample(SCENARIO, [9, 3, 5], workers=2)
    assert [row["seed"] for row in rows] == [9, 3, 5] and rows == sample(SCENARIO, [9, 3, 5])
    alone = vs.run(SCENARIO, 3).failovers[0]
    assert rows[1]["detection"] == alone.detection and rows[1]["convergence"] == alone.convergence
    assert vs.Table.from_rows(rows, units=SAMPLE_UNITS).label("blackout") == "blackout [s]"


# --- interruption ------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_comparison_keeps_what_all_arms_finished(workers):
    calls = []

    def interrupt(done, total, left):
        calls.append((done, total, left))
        if done >= 25:
            raise KeyboardInterrupt

    seeds = range(100, 120)
    found = quick(seeds, workers=workers, progress=interrupt)
    assert found.interrupted and len(found.finished_seeds) < 20
    # of two workers one may still be busy with the first seeds, and what is kept has no hole
    assert found.finished_seeds or workers == 2
    assert found.finished_seeds + found.unfinished_seeds == tuple(seeds)
    assert found.to_text().endswith(f"go on with --seeds {found.unfinished_seeds[0]}..119")
    whole = quick(seeds)
    for arm, values in found.samples.items():
        assert values == whole.samples[arm][: len(found.finished_seeds)]
    assert all(row["n"] == len(found.finished_seeds) for row in found.table)
    assert len(set(found.table.column("observed"))) == 1
    assert calls[0][1] == 2 * 20 + 2 * 10 and all(left >= 0 for _, _, left in calls)


def test_interrupted_before_anything_was_finished():
    def interrupt(*_):
        raise KeyboardInterrupt

    found = quick(progress=interrupt)
    assert found.finished_seeds == () and found.table.column("n") == (0, 0)
    assert "interrupted after 0 of 12 seeds; go on with --seeds 1..12" in str(found)


def test_progress_ends_with_everything_done():
    calls = []
    quick(3, progress=lambda *call: calls.append(call))
    assert [done for done, _, _ in calls] == list(range(1, len(calls) + 1))
    assert calls[-1][0] == calls[-1][1] and calls[-1][2] == 0


# --- scripts -----------------------------------------------------------------------------------


def test_a_guarded_script_has_its_workers(tmp_path):
    result = run_script(
        tmp_path,
        SETUP
        + """
    if __name__ == "__main__":
        print(study(1).table == study(2).table)
    """,
    )
    assert (result.stdout, result.stderr, result.returncode) == ("True\n", "", 0)


def test_a_script_without_a_guard_is_served_serially_and_told_once(tmp_path):
    result = run_script(
        tmp_path,
        SETUP
        + """
    print("begin")
    print(study(2).table == study(1).table)
    """,
    )
    assert (result.stdout, result.returncode) == ("begin\nTrue\n", 0)  # nothing ran a second time
    assert len(result.stderr.splitlines()) == 1 and "__main__" in result.stderr


def test_a_script_whose_guard_comes_too_late_multiplies_nothing(tmp_path):
    # The first call is outside the guard: each worker that imports the script ends there.
    result = run_script(
        tmp_path,
        SETUP
        + """
    first = study(1)
    print("after the first")
    if __name__ == "__main__":
        print(study(2).table == first.table)
    """,
    )
    assert (result.stdout, result.returncode) == ("after the first\nTrue\n", 0)
    assert len(result.stderr.splitlines()) == 1 and "__main__" in result.stderr


def test_a_lambda_is_served_serially_and_told_once(capfd):
    found = quick(4, workers=2, measure=lambda trace: trace.failovers[0].detection)
    assert len(found.finished_seeds) == 4
    error = capfd.readouterr().err
    assert len(error.splitlines()) == 1 and "lambda" in error


def test_a_function_typed_at_a_prompt_is_served_serially_and_told_once(tmp_path):
    code = textwrap.dedent(SETUP) + textwrap.dedent("""
    def detection(trace):
        return trace.failovers[0].detection
    print(study(2, measure=detection).quantity, study(2).table == study(1).table)
    """)
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(vs.__file__).parents[1])},
    )  # fmt: skip
    assert (result.stdout, result.returncode) == ("detection True\n", 0)
    assert len(result.stderr.splitlines()) == 1 and "notebook" in result.stderr


def test_a_script_from_standard_input_is_served_serially_and_told_once():
    code = textwrap.dedent(SETUP) + "print(study(2).table == study(1).table)\n"
    result = subprocess.run(
        [sys.executable, "-"], input=code, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(vs.__file__).parents[1])},
    )  # fmt: skip
    assert (result.stdout, result.returncode) == ("True\n", 0)
    assert len(result.stderr.splitlines()) == 1 and "standard input" in result.stderr


# --- a worker that dies ------------------------------------------------------------------------


def square_or_die(job):
    parent, number = job
    if number == 5 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return number * number


def test_the_death_of_a_worker_costs_no_row(capfd):
    jobs = [(os.getpid(), number) for number in range(12)]
    results = list(run_jobs(square_or_die, jobs, workers=2))
    assert sorted(results) == [(number, number * number) for number in range(12)]
    error = capfd.readouterr().err
    assert len(error.splitlines()) == 1 and "process" in error


def fail_at_three(job):
    if job == 3:
        raise ValueError("three")
    return job


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_job_is_the_callers(workers):
    with pytest.raises(ValueError, match="three"):
        list(run_jobs(fail_at_three, range(6), workers))
