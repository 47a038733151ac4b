"""The chapters: every step down is one, no effect stands before its cause, faults are sentences."""

from functools import cache

import pytest

import vipsim as vs
from vipsim.teach.demos import DEMOS
from vipsim.teach.performing import shipped
from vipsim.trace import Record
from vipsim.units import SECOND
from vipsim.view.replay import replay_document
from vipsim.view.replay.headlines import headlines


@cache
def run_of(name: str) -> vs.Trace:
    return vs.run(shipped(DEMOS[name]), seed=1)


@cache
def told(name: str) -> list[tuple[float, str]]:
    return [(one["time"] / SECOND, one["text"]) for one in replay_document(run_of(name))["chapters"]]


def text_at(name: str, time: float) -> str:
    return next(text for at, text in told(name) if abs(at - time) < 0.001)


@pytest.mark.parametrize("name", DEMOS)
def test_every_step_down_and_every_loss_of_an_address_is_a_chapter(name: str) -> None:
    trace, times = run_of(name), [time for time, _ in told(name)]
    downs = [r for r in trace.select("state") if r.data["old"] == "MASTER" and r.data["new"] != "MASTER"]
    losses = [r for r in trace.select("vip") if r.data["act"] in ("release", "lost")]
    assert {record.time / SECOND for record in [*downs, *losses]} <= set(times)


def test_the_silent_step_down_comes_with_the_silence_that_it_causes() -> None:
    text = text_at("silent-survivor", 12.113)
    assert text.startswith("db2 steps down in silence; db2 gives the address up")
    assert text.endswith("app1 is not answered from here on")
    assert not any(12.0 < time < 12.112 for time, _ in told("silent-survivor"))


def test_a_handover_is_told_when_there_is_one_owner_again() -> None:
    text = text_at("maintenance", 15.4142)
    assert "db1 becomes MASTER (failback)" in text and "one owner again" in text
    time = next(time for time, told_text in told("maintenance") if told_text == text)
    (vip,) = run_of("maintenance").owners()
    owners = run_of("maintenance").owners()[vip]
    assert [node for low, high, node in owners if low <= time * SECOND < high] == ["db1"]


def test_a_return_of_answers_says_what_brought_it() -> None:
    assert text_at("lost-announcement", 60.035).endswith("app2's old entry ran out, and it asked again")
    assert "asked everybody" in text_at("silent-survivor", 15.731)
    assert text_at("crash", 8.121) == "app1 is answered again after 3.130 s"


def test_a_second_master_is_no_failover() -> None:
    assert text_at("stp-at-boot", 13.414).startswith("db1 becomes MASTER though db2 is alive and MASTER")
    assert text_at("two-writers", 8.722) == "db2 takes writes, and so does db1"


@pytest.mark.parametrize(
    "word, target, value, phase, said",
    [
        ("power", "db1", "", "begin", "db1 loses power"),
        ("crash", "db1", "", "begin", "db1 crashes"),
        ("isolate", "db1", "", "end", "the cable of db1 is mended"),
        ("drop", "sw1>app1", "garp", "begin", "announcements to app1 are dropped"),
        ("drop", "sw1>app1", "garp", "end", "announcements to app1 pass again"),
        ("drop", "db1", "advert 30%", "begin", "30% of the adverts from and to db1 are dropped"),
        ("delay", "a-b", "5ms", "begin", "frames between a and b are late by 5ms"),
        ("stop", "db1", "", "begin", "db1's daemon is stopped in order"),
        ("unheard", "of", "", "begin", "unheard of"),
    ],
)
def test_faults_are_sentences(word: str, target: str, value: str, phase: str, said: str) -> None:
    data = {"word": word, "target": target, "value": value, "phase": phase}
    assert headlines([Record(1, 0, "fault", "", data)], switches={"sw1"}) == [said]
