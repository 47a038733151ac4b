"""Predictions beside what must come out: closed forms, recorded shares, and who ends as master."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trace.test_journal import keepalived
from vipsim.errors import VipsimError
from vipsim.scenario.keepalived import read_keepalived
from vipsim.scenario.keepalived.network import from_keepalived
from vipsim.scenario.model import At, Scenario
from vipsim.stats import Censored, Uniform, ks_pvalue, ks_statistic, laws
from vipsim.study import predict
from vipsim.study.predict import PlannedFault, Prediction, parse_fault_words, support_of
from vipsim.study.predict.clients import with_usual_clients
from vipsim.study.predict.faults import planned
from vipsim.study.predict.outcomes import Outcome
from vipsim.study.predict.survivor import expected_silence
from vipsim.units import MS, SECOND

CONF = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    advert_int 1
    virtual_ipaddress {
        192.168.1.219/24
    }
    EXTRA
}
"""


def files(extra: str = "", glob: str = "") -> dict[str, Any]:
    """The configurations of a pair, a with priority 150 and b with 100."""
    return {
        node: read_keepalived(
            (glob + CONF.replace("PRIORITY", priority).replace("EXTRA", extra)).encode(), name=f"{node}.conf"
        )
        for node, priority in (("a", "150"), ("b", "100"))
    }


def of_files(extra: str = "", glob: str = "", **more: Any) -> Prediction:
    configs = files(extra, glob)
    scenario = with_usual_clients(from_keepalived(configs).scenario)
    return predict(scenario, support=support_of(configs.values()), **more)


def pair(**group: Any) -> Scenario:
    """The recorded pair with a client that pings every 20 ms."""
    return keepalived(start="settled", **group).with_setting("clients.c1.interval", "20ms")


def outcomes(scenario: Scenario, fault: str, seeds: int = 60) -> list[Outcome]:
    return list(predict(scenario, fault, seeds).outcomes[fault])


# --- closed forms ----------------------------------------------------------------------------


def test_a_crash_follows_the_closed_form() -> None:
    """Version 2, 1 s, priority 100: 3.609 s - U(0, 1 s), seen through pings 20 ms apart."""
    found = [one.blackout["c1"] for one in outcomes(pair(), "crash", 200)]
    law = laws.vrrp_detection(100, "1s", version=2)
    assert (law.low, law.high) == (2_609_375_000, 3_609_375_000)
    assert all(law.low <= one <= law.high + 40 * MS for one in found)
    # The last answer is up to a probe spacing older than the crash, the first one up to one later.
    seen = Uniform(law.low + 20 * MS, law.high + 20 * MS)
    assert ks_pvalue(ks_statistic(found, seen), len(found)) > 1e-3
    prediction = predict(pair(), "crash", 200)["crash"]
    assert prediction.blackout["c1"].p50.value == pytest.approx(3.129 * SECOND, abs=0.12 * SECOND)


def test_a_stop_takes_the_skew() -> None:
    found = predict(pair(), "stop", 20)["stop"]
    assert found.blackout["c1"].worst == pytest.approx(0.609 * SECOND, abs=45 * MS)
    assert found.masters == {"vrrp 51": {"n2": 20}}


@pytest.mark.parametrize(
    ("n2", "formula"), [(100, 0.390625), (200, 0.78125), (50, 0.1953125)], ids=["100", "200", "50"]
)
def test_the_chance_of_a_silent_survivor_is_as_recorded(n2: int, formula: float) -> None:
    """NOTES 1: 1 - frac(master_down / advert_int), measured 41 of 86, 14 of 18, 3 of 18."""
    scenario = pair(n1={"priority": 220}, n2={"priority": n2})
    assert expected_silence(scenario) == pytest.approx(formula)
    found = predict(scenario, "isolate:6s", 150)["isolate"].silent
    assert found is not None and found.met == 150 and found.expected == pytest.approx(formula)
    # 99.9 % of a binomial: within 3.3 standard deviations.
    assert abs(found.silent / 150 - formula) < 3.3 * (formula * (1 - formula) / 150) ** 0.5


def test_a_silent_survivor_costs_what_a_client_s_cache_takes() -> None:
    """NOTES 1: 21 to 44 s (one over 50 s) when the entry had become REACHABLE again, else under a second."""
    found = predict(pair(), "isolate:15s", 40)["isolate"]
    assert found.silent is not None
    assert found.silent.cost["c1"].p50.value > 15 * SECOND  # type: ignore[operator]
    assert found.silent.otherwise["c1"].worst < SECOND  # type: ignore[operator]
    assert found.after["c1"].felt.value == pytest.approx(found.silent.silent / 40, abs=0.05)


def test_a_refresh_bounds_it_and_a_last_word_prevents_it() -> None:
    """NOTES 1: garp_master_refresh 2 cuts the black hole to at most 2 s."""
    refresh = predict(pair(keepalived={"garp_master_refresh": "2s"}), "isolate:15s", 30)["isolate"]
    assert refresh.after["c1"].worst <= 2.1 * SECOND  # type: ignore[operator]
    last = predict(pair(keepalived={"higher_prio_send_advert": True}), "isolate:15s", 30)["isolate"]
    assert last.silent is not None and last.silent.silent == 0
    mute = predict(pair(keepalived={"garp_lower_prio_repeat": 0}), "isolate:6s", 30)["isolate"]
    assert mute.silent is not None and mute.silent.silent == 30 and mute.silent.expected == 1


def test_losses_bring_false_failovers_at_the_closed_form_s_rate() -> None:
    false = predict(pair(), "loss:10%", 10)["loss"].false_failovers
    assert false is not None and false.expected is not None
    lost = 1 - 0.9 * 0.9
    assert false.expected == pytest.approx((1 - lost) * lost**3 * 86_400)
    assert abs(false.seen - false.expected * false.observed / (86_400 * SECOND)) < 4 * false.seen**0.5
    assert false.per_day.low < false.per_day.value < false.per_day.high  # type: ignore[operator]


def test_a_cut_ends_at_any_phase_and_a_hang_when_it_is_said() -> None:
    """Else the phase at which a cut begins would be that at which it ends."""
    cut, hang = (planned(pair(), parse_fault_words(text)[0], "n1") for text in ("isolate:6s", "hang:6s"))
    assert [fault.when for fault in cut.faults] == [At(5 * SECOND, 5 * SECOND), At(11 * SECOND, 12 * SECOND)]
    assert [fault.when for fault in hang.faults] == [At(5 * SECOND, 5 * SECOND), At(11 * SECOND, 11 * SECOND)]


# --- who ends as master ----------------------------------------------------------------------


def test_a_master_that_comes_back_preempts_unless_it_may_not() -> None:
    assert predict(pair(), "crash:10s", 5)["crash"].masters == {"vrrp 51": {"n1": 5}}
    stays = pair(n1={"preempt": False})
    assert predict(stays, "crash:10s", 5)["crash"].masters == {"vrrp 51": {"n2": 5}}


def test_a_delay_is_waited_for() -> None:
    slow = pair(n1={"keepalived": {"preempt_delay": "20s"}})
    assert predict(slow, "stop:5s", 5)["stop"].masters == {"vrrp 51": {"n1": 5}}


def test_a_hang_longer_than_the_master_down_time_makes_two_masters_and_no_silence() -> None:
    found = predict(pair(), "hang:4s", 20)["hang:4s"]
    assert found.blackout["c1"].felt.value == 0 and found.masters == {"vrrp 51": {"n1": 20}}
    assert 0 < found.dual_master.worst < 1.5 * SECOND  # type: ignore[operator]
    short = predict(pair(), "hang:2s", 20)["hang"]
    assert short.dual_master.worst == 0 and short.silent is None


def test_two_that_do_not_hear_each_other_are_both_master_in_the_end() -> None:
    deaf = pair(n2={"keepalived": {"auth_type": "PASS", "auth_pass": "b2"}})
    found = predict(deaf, "hang:1s", 3)["hang"]
    assert found.masters == {"vrrp 51": {"n1 and n2": 3}}


def test_a_node_can_be_named() -> None:
    found = predict(pair(), "crash:n2", 3)["crash:n2"]
    assert found.node == "n2" and found.masters == {"vrrp 51": {"n1": 3}}
    assert found.blackout["c1"].felt.value == 0


@pytest.mark.parametrize("word", ["power", "kill", "link_down", "port_down", "partition", "oneway", "freeze"])
def test_every_word_runs_and_ends(word: str) -> None:
    found = predict(pair(), f"{word}:8s", 2)[word]
    assert found.masters == {"vrrp 51": {"n1": 2}} and found.after


# --- clients ---------------------------------------------------------------------------------


def test_files_are_asked_in_four_ways() -> None:
    found = of_files(faults="crash", seeds=10)["crash"]
    assert list(found.blackout) == ["ping", "udp", "tcp", "connect"]
    times = {kind: spread.p50.value for kind, spread in found.blackout.items()}
    # TCP asks again ever more rarely, so its silence ends later than a ping's.
    assert times["tcp"] >= times["ping"] > 2.6 * SECOND  # type: ignore[operator]


def test_a_scenario_keeps_its_own_clients() -> None:
    assert list(predict(pair(), "stop", 1)["stop"].blackout) == ["c1"]


def test_what_does_not_recover_is_censored() -> None:
    deaf = pair().with_setting("nodes.c1.neighbor", "rfc826-60s").with_setting("clients.c1.interval", "500ms")
    faults = predict(deaf.with_faults("drop:sw>c1:garp@1s"), "crash", 2)["crash"]
    assert not isinstance(faults.blackout["c1"].worst, Censored)  # its own faults are left out
    frozen = deaf.with_setting("nodes.c1.neighbor", "linux-drop-garp")
    assert isinstance(predict(frozen, "power", 2)["power"].blackout["c1"].worst, Censored)


# --- keywords --------------------------------------------------------------------------------


def test_the_report_opens_with_keywords_and_marks_what_an_ignored_one_bears_on() -> None:
    found = of_files("notify_master /bin/true", faults="stop", seeds=2)
    text = found.to_text()
    assert text.index("modelled: ") < text.index("ignored:") < text.index("measured: keepalived 2.2.7")
    assert "2.3.4 and later" in text
    document = found.to_data()
    blackout = document["faults"][0]["blackout"]
    assert blackout["ping"]["unsupported"] == []
    assert "notify_master" in blackout["tcp"]["unsupported"][0]
    assert document["faults"][0]["masters"]["unsupported"] == []  # it moves no address
    rows = {line.split()[0]: line for line in text.splitlines() if line.strip().startswith(("udp ", "tcp "))}
    assert "*" in rows["tcp"] and "* unsupported: notify_master" in text
    ping = next(line for line in text.splitlines() if " ping " in line)
    assert "*" not in ping


def test_mail_bears_on_nothing() -> None:
    found = of_files("smtp_alert", glob="global_defs {\n    router_id x\n}\n", faults="stop", seeds=1)
    assert "*" not in found.to_text() and "smtp_alert" in found.to_text()
    assert [one["keyword"] for one in found.to_data()["keywords"]["approximated"]] == ["router_id"]


def test_a_buffer_bears_on_a_hang_only() -> None:
    found = of_files("kernel_rx_buf_size 100000", faults="stop,hang", seeds=1)
    by_fault = {one["word"]: one["blackout"]["ping"]["unsupported"] for one in found.to_data()["faults"]}
    assert by_fault["stop"] == [] and "kernel_rx_buf_size" in by_fault["hang"][0]


# --- form ------------------------------------------------------------------------------------


def test_the_result_is_the_same_whoever_works() -> None:
    one, two = (predict(pair(), "crash,isolate:5s", 6, workers=workers) for workers in (1, 2))
    assert one.to_data() == two.to_data()


def test_the_document_is_json_with_times_in_ns_and_censored_ones_as_text() -> None:
    document = predict(pair(), "crash,isolate:6s,loss:5%", 3).to_data()
    assert json.loads(json.dumps(document)) == document
    crash, isolate, loss = document["faults"]
    assert isinstance(crash["blackout"]["c1"]["p50"]["value"], int) and crash["return"] == {}
    assert set(isolate["silent"]) >= {"met", "silent", "share", "expected", "cost", "otherwise"}
    assert loss["node"] is None and loss["false_failovers"]["observed"] >= 40_000 * SECOND


def test_sentences_stand_by_themselves() -> None:
    text = predict(pair(), "crash,hang:4s,isolate:10s", 10).to_text()
    _, *sentences = text.split("\n- ")
    assert sentences[0].startswith("When n1 dies without a word:\n  C1 (a ping) is without an answer for ")
    assert "n2 ends as master in all 10 runs" in sentences[0] and "two masters" not in sentences[0]
    assert "notices nothing" in sentences[1] and "two masters for" in sentences[1]
    assert "the closed form gives 39 %" in " ".join(sentences[2].split()) or "announced" not in sentences[2]
    assert all(len(line) <= 100 for one in sentences for line in one.splitlines())


def test_a_connection_that_is_reset_is_told_though_nobody_waited() -> None:
    found = of_files(faults="hang:4s,crash", seeds=5)
    assert not found["hang"].blackout["tcp"].felt.value and found["hang"].broken["tcp"].value == 1
    assert set(found["crash"].broken) == {"tcp"} and found["crash"].broken["tcp"].value == 1
    told = " ".join(found.to_text().split())
    assert "An established TCP connection waits for nothing that is seen, but its connection breaks" in told
    assert "established TCP connection and" not in told
    assert found.to_data()["faults"][0]["broken"]["tcp"]["value"] == 1


def of_two(change: tuple[str, str]) -> Prediction:
    """A pair of which b's file has something otherwise."""
    text = CONF.replace("EXTRA", "authentication {\nauth_type PASS\nauth_pass one\n}")
    configs = {
        "a": read_keepalived(text.replace("PRIORITY", "150").encode(), name="a.conf"),
        "b": read_keepalived(text.replace("PRIORITY", "100").replace(*change).encode(), name="b.conf"),
    }
    return predict(with_usual_clients(from_keepalived(configs).scenario), "crash", 3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("auth_pass one", "auth_pass two"), "VI_1 differs in auth_pass"),
        (("virtual_router_id 51", "virtual_router_id 52"), "virtual_router_id 52) both move 192.168.1.219"),
    ],
)
def test_a_pair_that_does_not_work_together_has_no_clean_bill(change: tuple[str, str], says: str) -> None:
    found = of_two(change)
    text = found.to_text()
    assert text.split("\n\n")[1].startswith("MISCONFIGURED ") and says in text.split("\n\n")[1]
    assert "This is no failover as intended" in text and "! misconfigured" in text
    assert all("!" in line for line in text.splitlines() if line.split()[:1] == ["udp"])
    assert set(found["crash"].blackout) == {"ping", "udp", "tcp", "connect"}
    (told,) = found.to_data()["misconfigured"]
    assert says in told


def test_a_pair_that_agrees_is_not_called_misconfigured() -> None:
    found = of_two(("nothing", ""))
    assert found.misconfigured == () and "!" not in found.to_text()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("crash", PlannedFault("crash")),
        ("crash:60s", PlannedFault("crash", length=60 * SECOND)),
        ("hang", PlannedFault("hang", length=4 * SECOND)),
        ("isolate:b:3s", PlannedFault("isolate", "b", 3 * SECOND)),
        ("loss", PlannedFault("loss", share="5%")),
        ("loss:0.5%", PlannedFault("loss", share="0.5%")),
    ],
)
def test_faults_are_read(text: str, fault: PlannedFault) -> None:
    assert parse_fault_words(text) == (fault,)
    assert parse_fault_words(str(fault)) == (fault,)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: parse_fault_words("crush"), "did you mean crash?"),
        (lambda: parse_fault_words(","), "no fault is given"),
        (lambda: parse_fault_words("hang:5"), "no unit"),
        (lambda: parse_fault_words("hang:0s"), "more than 0 s"),
        (lambda: predict(pair(), "crash:n9", 1), "use one of n1, n2"),
        (lambda: predict(pair(), "loss:200%", 1), "200%"),
        (lambda: predict(pair().with_(clients=()), "crash", 1), "no client is measured"),
        (lambda: predict(pair().with_(groups=(), vips=(), clients=()), "crash", 1), "no failover group"),
        (lambda: predict(pair(), "crash", 0), "0 seeds"),
    ],
)
def test_what_cannot_be_is_named(call: Callable[[], object], says: str) -> None:
    with pytest.raises(VipsimError, match=says.replace("?", r"\?")):
        call()


def test_an_unknown_fault_has_no_prediction() -> None:
    with pytest.raises(KeyError, match="crash"):
        predict(pair(), "crash", 1)["stop"]


def test_shipped_samples_can_be_predicted(shared_data: Path) -> None:
    """The test data's own pair file, against itself as a backup."""
    text = (Path(__file__).parents[1] / "data/keepalived/pair-a.conf").read_text()
    configs = {
        "a": read_keepalived(text.encode(), name="a.conf"),
        "b": read_keepalived(text.replace("priority 150", "priority 100").encode(), name="b.conf"),
    }
    scenario = with_usual_clients(from_keepalived(configs).scenario)
    found = predict(scenario, "stop", 2, support=support_of(configs.values()))
    assert found["stop"].masters == {"VI_WEB": {"b": 2}}
