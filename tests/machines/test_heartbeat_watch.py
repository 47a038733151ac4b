"""The watches of a heartbeat pair, each alone: what they ask, what they count, what they say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.machines.test_heartbeat import VIP, settings
from vipsim.errors import ScenarioError
from vipsim.machines.contract import TimerTable
from vipsim.machines.heartbeat.rules import Sign
from vipsim.machines.heartbeat.watch import NO_ANSWER, NOBODY, SILENCE, WATCHES, Watch
from vipsim.machines.vocabulary import CancelTimer, Send, SendPacket, SetTimer
from vipsim.units import s
from vipsim.wire.heartbeat import Kind, Message

ALIVE = Message(Kind.ALIVE, 0, 1)
PROBE, ANSWER, SILENT = ("pair", "probe"), ("pair", "answer"), ("pair", "silence")


def watch(mode: str, **given: Any) -> Watch:
    return WATCHES[mode](settings(mode=mode, **given), TimerTable("pair"))


def test_every_mode_that_settings_allow_has_its_watch():
    assert [watch(mode).asks for mode in WATCHES] == [True, False]
    with pytest.raises(ScenarioError, match="mode is " + " or ".join(WATCHES)):
        settings(mode="third")


def test_pull_asks_the_network_too_until_an_owner_is_seen():
    pull = watch("pull")
    question, late, arp, again = pull.begin(0)
    assert isinstance(question, SendPacket)
    assert (late, again) == (SetTimer(ANSWER, s(1)), SetTimer(PROBE, s(1)))
    assert isinstance(arp, Send) and arp.frame.packet.target_ip == VIP
    assert pull.hear(Sign.ANSWER, 5) == []  # alive, but who has the address?
    assert pull.see_owner() == [CancelTimer(ANSWER)]
    assert [type(action) for action in pull.go_on("probe", s(1))] == [SendPacket, SetTimer, SetTimer]
    assert pull.hear(Sign.ANSWER, s(1) + 5) == [CancelTimer(ANSWER)]


@pytest.mark.parametrize("seen, verdict", [(True, NO_ANSWER), (False, NOBODY)])
def test_pull_gives_its_verdict_once_and_counts_on(seen, verdict):
    pull = watch("pull", dead_count=2)
    pull.begin(0)
    if seen:
        pull.see_owner()
    assert [pull.judge("answer")[1] for _ in range(4)] == ["", verdict, "", ""]
    assert pull.missed == 4


def test_pull_counts_a_late_answer_once_whichever_timer_fires_first():
    pull = watch("pull")
    pull.begin(0)
    assert pull.judge("probe") == ([CancelTimer(ANSWER)], "")
    pull.go_on("probe", s(1))
    assert pull.missed == 1
    pull.go_on("beat", s(2))
    assert pull.missed == 2


def test_push_waits_from_the_last_word_and_asks_nothing():
    push = watch("push")
    assert push.begin(0) == [SetTimer(SILENT, s(3))]
    assert push.hear(ALIVE, s(2)) == [SetTimer(SILENT, s(5))]
    assert push.resume(s(1), s(2)) == [SetTimer(SILENT, s(4))]
    assert push.hear(Sign.ANSWER, s(2)) == push.see_owner() == push.go_on("beat", s(2)) == []
    assert push.judge("silence") == ([], SILENCE)
    assert push.judge("") == ([], "")
    assert push.missed == 0
