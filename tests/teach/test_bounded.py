"""The limit of time for what students hand in."""

import sys
import threading
import time

import pytest

from vipsim.teach.bounded import TooLong, within


def test_it_returns_what_the_call_returns() -> None:
    assert within(60, lambda: 7) == 7
    assert within(60, lambda: None) is None


def test_it_raises_what_the_call_raises() -> None:
    with pytest.raises(KeyError, match="x"):
        within(60, lambda: {}["x"])


def test_leaving_is_an_error_of_the_call() -> None:
    with pytest.raises(RuntimeError, match="SystemExit"):
        within(60, sys.exit)


def test_a_loop_is_ended_and_leaves_no_thread() -> None:
    def loop() -> None:
        while True:
            time.sleep(0.001)

    with pytest.raises(TooLong):
        within(0.1, loop)
    assert [one.name for one in threading.enumerate() if one.name == "vipsim-check"] == []


def test_one_that_cannot_be_ended_is_left_behind() -> None:
    go = threading.Event()
    with pytest.raises(TooLong):
        within(0.05, lambda: go.wait(60))
    go.set()
