"""Runs of the simulator, judged from outside: every shipped scenario, at every level, through a file."""

import pytest

from vipsim import Level, read_scenario, run
from vipsim.resources import scenario_names, scenario_path
from vipsim.trace import parts
from vipsim.trace.jsonl import read_trace, write_trace
from vipsim.trace.metrics import measure


@pytest.mark.parametrize("name", scenario_names())
def test_shipped_scenarios(tmp_path, name):
    scenario = read_scenario(scenario_path(name))
    trace = run(scenario, seed=2, level=Level.FRAMES)
    assert trace.violations == []

    lean, bare = run(scenario, seed=2, level=Level.PROTOCOL), run(scenario, seed=2, level=Level.SUMMARY)
    assert trace.metrics == lean.metrics == bare.metrics
    assert trace.digest == lean.digest
    assert measure(lean.header, lean.records, lean.duration, lean.counts) == trace.metrics

    write_trace(trace, tmp_path / "run.jsonl.gz")
    again = read_trace(tmp_path / "run.jsonl.gz")
    assert (again.digest, again.metrics, again.records) == (trace.digest, trace.metrics, trace.records)

    for failover in trace.failovers:
        for client, outage in failover.clients.items():
            found = parts(failover, client)
            assert min(found.values()) >= 0
            assert sum(found.values()) == outage.blackout
            # What was silent before the fault is the spacing of the probes, unless nobody ever answered.
            summary = trace.metrics.clients[client]
            assert found["before"] <= summary.resolution or summary.never
