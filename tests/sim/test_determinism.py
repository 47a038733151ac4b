"""The same scenario and seed give the same run: in every process, at every level, beside other code."""

import os
import subprocess
import sys

import pytest

import vipsim as vs
from vipsim.resources import scenario_names, scenario_path
from vipsim.sim.simulation import Simulation

DIGESTS = """
import vipsim as vs
from vipsim.resources import scenario_names, scenario_path
for name in scenario_names():
    for seed in (0, 7):
        trace = vs.run(vs.read_scenario(scenario_path(name)), seed=seed, level=vs.Level.PROTOCOL)
        print(name, seed, trace.digest)
"""


def test_digests_are_equal_over_processes_and_hash_seeds():
    outputs = set()
    for hash_seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    lines = outputs.pop().split("\n")
    assert len(lines) == 2 * len(scenario_names()) + 1


@pytest.mark.parametrize("name", scenario_names())
def test_levels_agree_on_records_and_numbers(name):
    scenario = vs.read_scenario(scenario_path(name))
    frames, protocol, summary = (vs.run(scenario, seed=3, level=level) for level in reversed(vs.Level))
    assert frames.digest == protocol.digest
    assert frames.counts == protocol.counts == summary.counts
    assert frames.metrics == protocol.metrics == summary.metrics
    outcomes = [frame.outcome for frame in frames.frames]
    assert outcomes.count("delivered") == frames.counts["frames_delivered"]
    assert outcomes.count("in_flight") == frames.counts["frames_in_flight"]
    assert sum(outcome.startswith("dropped") for outcome in outcomes) == frames.counts["frames_dropped"]


def test_another_seed_gives_another_run():
    scenario = vs.pair(faults=["crash:db1@5s"])
    assert len({vs.run(scenario, seed=seed).digest for seed in range(20)}) == 20


def test_a_students_generator_runs_beside_the_model_without_changing_it():
    scenario = vs.pair(faults=["crash:db1@5s"])
    alone = vs.run(scenario, seed=1)
    simulation = Simulation(scenario, seed=1)
    seen = []

    def student(env):
        while True:
            yield env.sleep("10ms")
            seen.append((env.now, simulation.state("db2").value))

    simulation.env.process(student(simulation.env))
    trace = simulation.run()
    assert trace.digest == alone.digest
    assert [frame.arrival for frame in trace.frames] == [frame.arrival for frame in alone.frames]
    assert len(seen) == 1999
    assert (seen[0][1], seen[-1][1]) == ("BACKUP", "MASTER")
    assert trace.counts["events"] > alone.counts["events"]
    assert simulation.state("db1") is None  # crashed
    with pytest.raises(vs.VipsimError, match="there is one on db1, db2"):
        simulation.state("app1")


def test_run_many_compiles_once_and_equals_single_runs():
    scenario = vs.pair(faults=["crash:db1@5s"])
    many = [trace.digest for trace in vs.run_many(scenario, range(5))]
    assert many == [vs.run(scenario, seed=seed).digest for seed in range(5)]


def test_settings_are_compared_at_the_same_phase():
    """The crash meets the same fraction of the interval, whatever the interval is."""
    fractions = set()
    for interval in ("1s", "2s", "3s"):
        scenario = vs.pair(advert_interval=interval, faults=["crash:db1@5s"])
        trace = vs.run(scenario, seed=11, level=vs.Level.PROTOCOL)
        last = max(r.time for r in trace.select("advert", "db1"))
        fractions.add(round((5 * 10**9 - last) / vs.units.parse_duration(interval), 6))
    assert len(fractions) == 1


@pytest.mark.parametrize("seed", [1.5, 1.0, "x", "1", None, True, b"1", (1,)])
def test_a_seed_is_an_int(seed):
    for begin in (vs.run, vs.Simulation, lambda scenario, seed: list(vs.run_many(scenario, [seed]))):
        with pytest.raises(vs.VipsimError, match="the seed .* is refused: give a whole number") as refused:
            begin(vs.pair(), seed)
        assert repr(seed) in str(refused.value)
