"""A model with one rule wrong must fail: the judge sees what a machine does, not what it was told to do."""

import pytest

from tests.validate.daemons.rows import FEW
from vipsim.machines.vrrp import router
from vipsim.machines.vrrp.announcer import Announcer
from vipsim.validate.daemons.examine import examine

FILES = [FEW / "truth.jsonl"]


def here(call, jobs):
    """Do every job in this process, where the machine was altered."""
    for number, job in enumerate(jobs):
        yield number, call(job)


def judged(only="ka2-*", runs=60):
    report = examine(FILES, here, only, runs, seed=1)
    assert not report.complaints
    assert not report.skipped
    return {verdict.exp: verdict for verdict in report.judgment.verdicts}


def off(verdicts):
    return {exp for exp, verdict in verdicts.items() if verdict.is_off}


@pytest.mark.parametrize("only", ["ka2-kill9", "ka2-mismatch-int", "ka2-isolate*"])
def test_nothing_planted_nothing_found(only):
    assert off(judged(only)) == set()


def test_skew_removed(monkeypatch):
    monkeypatch.setattr(
        router, "master_down_interval", lambda version, priority, interval, missed, tick: 3 * interval
    )
    verdicts = judged("ka2-kill9")
    assert off(verdicts) == {"ka2-kill9"}
    assert verdicts["ka2-kill9"].reasons[0].startswith(("detect_s: median +60", "detect_s: median +61"))


def test_second_burst_dropped(monkeypatch):
    monkeypatch.setattr(Announcer, "_plan", lambda self, delay, repeat, now: [])
    verdicts = judged("ka2-mismatch-int")
    assert off(verdicts) == {"ka2-mismatch-int"}
    assert any(
        "garps of n1: 10 recorded, 5 simulated" in reason for reason in verdicts["ka2-mismatch-int"].reasons
    )


def test_answer_to_a_lower_priority_dropped(monkeypatch):
    monkeypatch.setattr(Announcer, "lower_heard", lambda self, now: [])
    verdict = judged("ka2-oneway:recover")["ka2-oneway:recover"]
    assert any("recorded, 0 simulated" in reason for reason in verdict.reasons)
