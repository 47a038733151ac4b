"""The eight demos: what each says to watch for happens then, and it comes to what it says."""

import shlex
from functools import cache

import pytest

from vipsim import Level, run
from vipsim.cli import parser
from vipsim.cli.options import find_scenario, read_changed
from vipsim.teach.demo import SEED, Demo
from vipsim.teach.demos import DEMOS
from vipsim.trace import Trace
from vipsim.trace.formatting import blackout_text, report
from vipsim.trace.outcome import ClientOutage
from vipsim.units import MS, parse_duration

each = pytest.mark.parametrize("demo", DEMOS.values(), ids=lambda demo: demo.name)


@cache
def played(scenario: str, *settings: str) -> Trace:
    return run(read_changed(find_scenario(scenario), settings, ()), SEED, level=Level.PROTOCOL)


def silent(trace: Trace) -> dict[str, str]:
    clients = trace.metrics.clients.items()
    return {name: blackout_text(ClientOutage(one.blackout, one.censored)) for name, one in clients}


@each
def test_what_there_is_to_watch_happens_at_its_time(demo: Demo) -> None:
    trace = played(demo.scenario)
    times = [parse_duration(one.at) for one in demo.watch]
    assert times == sorted(times)
    for moment, time in zip(demo.watch, times, strict=True):
        near = [one.time for one in trace.select(moment.kind, moment.node) if abs(one.time - time) < MS]
        assert near, f"{moment.at}: no {moment.kind} at {moment.node}"


@each
def test_every_measured_client_is_silent_as_long_as_it_says(demo: Demo) -> None:
    assert silent(played(demo.scenario)) == demo.silent


@each
def test_the_report_says_the_rest(demo: Demo) -> None:
    text = report(played(demo.scenario))
    assert [line for line in demo.says if line not in text] == []


@each
def test_what_there_is_to_try_changes_the_outcome(demo: Demo) -> None:
    program, command, *words = shlex.split(demo.vary)
    assert (program, command, words[0]) == ("vipsim", "run", demo.scenario)
    args = parser(command).parse_args([command, *words])
    assert args.settings
    assert silent(played(demo.scenario, *args.settings)) != demo.silent


@each
def test_it_is_told_in_a_sentence_and_fits_a_lesson(demo: Demo) -> None:
    assert 3 <= demo.minutes <= 8
    assert len(demo.line) <= 110 and not demo.line.endswith(".")
    assert "?" in demo.predict
    assert 4 <= len(demo.watch) <= 6


def test_they_are_eight_and_fill_a_lesson() -> None:
    assert len(DEMOS) == 8
    assert sum(demo.minutes for demo in DEMOS.values()) <= 45
