"""Closed forms against the standards' numbers and against exchanges stepped through by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as judge

from vipsim.stats import (
    Uniform,
    heartbeat_pull_detection,
    heartbeat_push_detection,
    ks_pvalue,
    ks_statistic,
    vrrp_detection,
    vrrp_goodbye,
    vrrp_interval,
    vrrp_master_down,
    vrrp_skew,
)
from vipsim.units import SECOND, ms, s

PRIORITIES = st.integers(1, 254)
CENTISECONDS = st.integers(1, 4095).map(lambda n: n * ms(10))


def test_the_source_documents_pair() -> None:
    assert vrrp_skew(100, s(1), 2) == 609_375_000
    assert vrrp_skew(100, s(1), 3) == 609_375_000
    assert vrrp_master_down(100, s(1), 2) == 3_609_375_000
    assert vrrp_detection(100, "1s", 2).support == (2_609_375_000, 3_609_375_000)
    assert vrrp_detection(100, "1s", 2).mean == 3_109_375_000
    assert vrrp_goodbye(100, "1s", 2).support == (609_375_000, 609_375_000)


def test_only_version_3_scales_the_skew_with_the_interval() -> None:
    assert vrrp_skew(100, s(3), 2) == vrrp_skew(100, s(1), 2) == 609_375_000
    assert vrrp_skew(100, s(3), 3) == 3 * 609_375_000
    assert vrrp_skew(100, ms(100), 3) == 60_937_500
    assert vrrp_master_down(100, s(3), 2) == 9_609_375_000


def test_keepalived_counts_whole_seconds_in_version_2() -> None:
    """truth/NOTES 3: 0.1 and 0.3 both run at 1 s."""
    runs = {"0.1s": s(1), "0.3s": s(1), "1.4s": s(1), "1.5s": s(2), "3s": s(3)}
    assert {text: vrrp_interval(text, 2) for text in runs} == runs
    assert vrrp_interval("0.3s", 3) == ms(300)


def test_frr_cuts_the_skew_to_hundredths() -> None:
    """truth/NOTES 21: 3.60 s, and 0.36 s at 0.1 s."""
    assert vrrp_master_down(100, "1s", 3, tick="10ms") == ms(3600)
    assert vrrp_master_down(100, "0.1s", 3, tick="10ms") == ms(360)
    assert vrrp_goodbye(100, "1s", 3, tick="10ms").support == (ms(600), ms(600))


def test_down_timer_adverts() -> None:
    assert vrrp_master_down(100, "1s", 2, missed=5) == 5_609_375_000
    assert vrrp_detection(100, "1s", 2, missed=5).support == (4_609_375_000, 5_609_375_000)
    assert "5 advert_interval" in vrrp_detection(100, "1s", 2, missed=5).describe()
    with pytest.raises(ValueError, match="missed must be at least 1"):
        vrrp_master_down(100, "1s", 2, missed=0)


@given(PRIORITIES, CENTISECONDS)
def test_skew_is_the_exact_rational_cut_to_ns(priority: int, interval: int) -> None:
    exact = Fraction(256 - priority, 256)
    assert vrrp_skew(priority, interval, 2) == exact * SECOND
    assert 0 <= exact * interval - vrrp_skew(priority, interval, 3) < 1


def test_a_skew_of_half_a_ns_is_cut() -> None:
    assert Fraction(1, 256) * ms(10) == Fraction(78_125, 2)
    assert vrrp_skew(255, ms(10), 3) == 39_062


def detect_vrrp(crash: int, interval: int, master_down: int, delay: int) -> int:
    """From crash to takeover, adverts at 0, interval, 2 interval, ... while the master lives."""
    expiry, sent = master_down, 0
    while sent <= crash:
        expiry = sent + delay + master_down
        sent += interval
    return expiry - crash


def detect_pull(crash: int, interval: int, count: int, timeout: int, delay: int) -> int:
    """From crash to decision, probes at 0, interval, ...; one that arrives after the crash is missed."""
    missed, sent = 0, 0
    while True:
        missed = missed + 1 if sent + delay > crash else 0
        if missed == count:
            return sent + timeout - crash
        sent += interval


@given(
    priority=PRIORITIES,
    interval=st.integers(1, 400).map(lambda n: n * ms(10)),
    version=st.sampled_from([2, 3]),
    delay=st.integers(0, ms(9)),
    data=st.data(),
)
def test_vrrp_detection_is_what_stepping_through_gives(
    priority: int, interval: int, version: int, delay: int, data: st.DataObject
) -> None:
    law = vrrp_detection(priority, interval, version, delay)
    down = vrrp_master_down(priority, interval, version)
    phase = data.draw(st.integers(0, interval - 1))
    detection = detect_vrrp(5 * interval + phase, interval, down, delay)
    assert law.low < detection <= law.high
    assert detection == law.high - phase


@given(
    interval=st.integers(2, 400).map(lambda n: n * ms(10)),
    count=st.integers(1, 6),
    delay=st.integers(0, ms(9)),
    data=st.data(),
)
def test_pull_detection_is_what_stepping_through_gives(
    interval: int, count: int, delay: int, data: st.DataObject
) -> None:
    timeout = data.draw(st.integers(2 * delay + 1, interval))
    phase = data.draw(st.integers(0, interval - 1))
    law = heartbeat_pull_detection(interval, count, timeout, delay)
    detection = detect_pull(5 * interval + phase, interval, count, timeout, delay)
    assert law.low <= detection <= law.high
    earliest = detect_pull(6 * interval + delay - 1, interval, count, timeout, delay)
    latest = detect_pull(6 * interval + delay, interval, count, timeout, delay)
    assert (law.low + 1, law.high) == (earliest, latest)


def test_pull_and_push_bounds() -> None:
    assert heartbeat_pull_detection("1s", 3).support == (s(3), s(4))
    assert heartbeat_pull_detection("1s", 3, "300ms").support == (s(2.3), s(3.3))
    assert heartbeat_pull_detection(ms(200), 1, ms(50)).support == (ms(50), ms(250))
    assert heartbeat_push_detection("1s").support == (s(2), s(3))
    assert heartbeat_push_detection("1s", 5).support == (s(4), s(5))
    assert heartbeat_push_detection("500ms", dead_time="1.2s").support == (ms(700), ms(1200))


@given(
    interval=st.integers(1, 400).map(lambda n: n * ms(10)),
    count=st.integers(1, 6),
    delay=st.integers(0, ms(9)),
    data=st.data(),
)
def test_push_detection_is_a_timer_that_beats_restart(
    interval: int, count: int, delay: int, data: st.DataObject
) -> None:
    phase = data.draw(st.integers(0, interval - 1))
    law = heartbeat_push_detection(interval, count, path_delay=delay)
    assert law.high - phase == detect_vrrp(7 * interval + phase, interval, count * interval, delay)
    assert law.high - law.low == interval


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**12), st.integers(-(10**12), 3 * 10**12))
def test_uniform_agrees_with_scipys(low: int, width: int, t: int) -> None:
    law = Uniform(low, low + width)
    assert law.cdf(t) == pytest.approx(float(judge.uniform.cdf(t, low, width)), abs=1e-9)
    assert law.cdf_below(t) == law.cdf(t)
    assert abs(2 * law.mean - (2 * low + width)) <= 1


@given(st.integers(0, 10**12), st.integers(1, 10**6), st.floats(0, 1))
def test_uniform_quantile_is_the_first_ns_whose_cdf_reaches_q(low: int, width: int, q: float) -> None:
    law = Uniform(low, low + width)
    exact = Fraction(str(q))
    t = law.quantile(q)
    assert Fraction(t - low, width) >= exact
    assert t == low or Fraction(t - 1 - low, width) < exact


def test_a_constant_is_a_step() -> None:
    law = vrrp_goodbye(100, "1s", 3)
    skew = 609_375_000
    assert (law.cdf(skew - 1), law.cdf_below(skew), law.cdf(skew)) == (0.0, 0.0, 1.0)
    assert law.quantile(0.01) == law.quantile(0.99) == law.mean == skew
    assert ks_statistic([skew] * 5, law) == 0.0
    assert ks_statistic([skew] * 4 + [skew + 1], law) == pytest.approx(0.2)


def test_laws_describe_themselves_with_formula_and_numbers() -> None:
    text = vrrp_detection(100, "1s", 2).describe()
    assert "2.609375s to 3.609375s" in text
    assert "(256 - priority)/256 s - phase" in text
    assert "path_delay" not in text and "path_delay" in vrrp_detection(100, "1s", 2, "1ms").describe()
    assert vrrp_goodbye(100, "1s", 3).describe() == "constant 609.375ms: skew"


@pytest.mark.parametrize(
    ("law", "at_a_quarter"),
    [
        (heartbeat_pull_detection("1s", 3), 3.75),
        (heartbeat_push_detection("1s", 3), 2.75),
        (vrrp_detection(100, "1s", 2), 3.359375),
    ],
)
def test_phase_is_the_age_of_the_last_message_in_every_formula(law: Uniform, at_a_quarter: float) -> None:
    """What the text says for an age of one interval and of none are the bounds."""
    words = {"(256 - priority)/256 s": "156/256", "(dead_count - 1) interval": "2", "3 advert_interval": "3"}
    words |= {"dead_time": "3", "timeout": "1", "interval": "1"}
    formula = law.formula
    for word, number in words.items():
        formula = formula.replace(word, number)
    values = [s(eval(formula, {"phase": phase})) for phase in (1, 0.25, 0)]
    assert values == [law.low, s(at_a_quarter), law.high]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vrrp_skew(0, s(1), 2), "1 to 255"),
        (lambda: vrrp_skew(256, s(1), 2), "1 to 255"),
        (lambda: vrrp_skew(100, 0, 2), "advert_interval must be more than 0"),
        (lambda: vrrp_skew(100, s(1), 4), "version 2 and version 3"),
        (lambda: vrrp_skew(100, "1", 3), "1s"),
        (lambda: heartbeat_pull_detection("1s", 0), "dead_count"),
        (lambda: heartbeat_pull_detection("1s", 3, "2s"), "must not exceed interval"),
        (lambda: heartbeat_push_detection("1s", dead_time="900ms"), "at least one interval"),
        (lambda: Uniform(2, 1), "cannot run"),
        (lambda: Uniform(1, 2).quantile(1.5), "between 0 and 1"),
        (lambda: ks_statistic([], Uniform(1, 2)), "empty"),
        (lambda: ks_pvalue(0.5, 0), "empty"),
    ],
)
def test_what_makes_no_sense_is_refused(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
