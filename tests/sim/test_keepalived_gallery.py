"""The gallery's scenarios of keepalived: what goes wrong in each, by its cause, and that its fix mends it."""

from functools import cache
from itertools import pairwise

import pytest

from vipsim import Level, read_scenario, run
from vipsim.resources import scenario_path
from vipsim.trace import Trace
from vipsim.units import MS, SECOND, Time

SKEW = {priority: SECOND * (256 - priority) // 256 for priority in (90, 100, 150)}
MASTER_DOWN = 3 * SECOND
DELAY, PROBE = 5 * SECOND, 3 * SECOND
"""What a Linux client does with an entry that it doubts (BEHAVIOUR section 1.1)."""
PROBES = 10 * MS
WIRE = 2 * MS
REFUSED = "refused"


@cache
def played(name: str, seed: int = 1, *changes: tuple[str, str]) -> Trace:
    scenario = read_scenario(scenario_path(name))
    for path, value in changes:
        scenario = scenario.with_setting(path, value)
    return run(scenario, seed=seed, level=Level.PROTOCOL)


def silences(trace: Trace, client: str = "app1") -> list[Time]:
    """How long each silence was; one that is open at the end counts to the end."""
    found = trace.metrics.clients[client].silences
    return [(trace.duration if first is None else first) - last for last, first in found]


def states(trace: Trace, node: str) -> list[tuple[Time, str]]:
    return [(one.time, one.data["new"]) for one in trace.select("state", node) if one.time]


def became(trace: Trace, node: str, state: str = "MASTER") -> list[Time]:
    return [time for time, new in states(trace, node) if new == state]


def adverts(trace: Trace, node: str, begin: Time = 0, end: Time = 1 << 62) -> list[Time]:
    return [one.time for one in trace.select("advert", node) if begin <= one.time < end]


def owners(trace: Trace, client: str = "app1") -> list[str]:
    return [one.data["by"] for one in trace.select("answered") if one.data["client"] == client]


def resets(trace: Trace, client: str = "session") -> list[Time]:
    return [
        one.time
        for one in trace.select("session")
        if one.data["client"] == client and one.data["error"] == "ECONNRESET"
    ]


def refusals(trace: Trace, node: str) -> list[str]:
    texts = [one.data["text"] for one in trace.select("note", node)]
    return [text for text in texts if REFUSED in text]


# --- silent-survivor -----------------------------------------------------------------------------------


class TestSilentSurvivor:
    NAME = "silent-survivor"
    HEAL = 5 * SECOND + 6900 * MS

    def test_the_first_advert_after_the_heal_is_the_winners_and_nobody_announces(self):
        trace = played(self.NAME)
        (taken,), (given,) = became(trace, "db2"), became(trace, "db2", "BACKUP")
        assert given == pytest.approx(adverts(trace, "db1", self.HEAL)[0], abs=WIRE)
        assert not [one for one in trace.select("announce", "db1")]
        crash, heal = silences(trace)
        assert crash == pytest.approx(taken - 5 * SECOND, abs=2 * PROBES)
        # the entry has been in doubt since the client first used it after db2's announcement
        assert heal == pytest.approx(taken + DELAY + PROBE - given, abs=2 * PROBES)

    @pytest.mark.parametrize("seed", range(12))
    def test_the_phase_decides(self, seed):
        trace = played(self.NAME, seed)
        first = {node: adverts(trace, node, self.HEAL)[:1] for node in ("db1", "db2")}
        speaks = bool(first["db2"]) and first["db2"] < first["db1"]
        assert bool(trace.select("announce", "db1")) == speaks
        assert len(silences(trace)) == (1 if speaks else 2)

    def test_without_an_answer_to_the_lower_priority_every_phase_is_silent(self):
        keyword = ("vrrp.keepalived.garp_lower_prio_repeat", "0")
        assert len(silences(played(self.NAME, 3))) == 1
        assert len(silences(played(self.NAME, 3, keyword))) == 2

    def test_a_refresh_bounds_it_and_a_last_word_ends_it(self):
        _, heal = silences(played(self.NAME, 1, ("vrrp.keepalived.garp_master_refresh", "2s")))
        assert heal <= 2 * SECOND + 2 * PROBES
        assert len(silences(played(self.NAME, 1, ("vrrp.keepalived.higher_prio_send_advert", "true")))) == 1


# --- equal-backups -------------------------------------------------------------------------------------


class TestEqualBackups:
    NAME = "equal-backups"
    SEEDS = range(12)

    def test_now_and_then_the_loser_announces_last_and_the_second_burst_repairs_it(self):
        long = []
        for seed in self.SEEDS:
            trace = played(self.NAME, seed)
            total = sum(silences(trace))
            if total > 5 * SECOND:
                long.append(seed)
                (loser,) = became(trace, "db3")
                assert became(trace, "db2")
                assert abs(became(trace, "db2")[0] - loser) < 50 * MS
                assert total <= 5 * SECOND + MASTER_DOWN + SKEW[100] + 50 * MS
        assert 0 < len(long) < len(self.SEEDS) / 2 + 2
        assert 5 in long

    def test_ten_less_for_one_of_them_is_enough(self):
        for seed in self.SEEDS:
            trace = played(self.NAME, seed, ("vrrp.members.db3.priority", "90"))
            assert sum(silences(trace)) < MASTER_DOWN + SKEW[100] + 50 * MS
            assert not became(trace, "db3")


# --- files that differ ---------------------------------------------------------------------------------


class TestMuteSecondMaster:
    NAME = "mute-second-master"

    def test_it_hears_nobody_says_one_word_and_its_death_is_noticed_by_nobody(self):
        trace = played(self.NAME)
        (taken,) = became(trace, "db2")
        assert taken == 5 * SECOND + 2 * MASTER_DOWN + SKEW[100]
        assert len(adverts(trace, "db2")) == 1
        assert "interval" in refusals(trace, "db2")[0]
        assert owners(trace) == ["db1", "db2", "db1"]
        assert not states(trace, "db1")
        (dead,) = silences(trace)
        assert dead > DELAY + PROBE
        assert trace.metrics.dual_master == 25 * SECOND - taken

    def test_with_one_interval_nothing_happens_at_all(self):
        trace = played(self.NAME, 1, ("vrrp.members.db2.keepalived.advert_int", "1s"))
        assert not silences(trace) and owners(trace) == ["db1"] and not became(trace, "db2")

    def test_a_master_that_ignores_what_it_rejects_is_not_mute(self):
        trace = played(self.NAME, 1, ("vrrp.keepalived.lower_prio_no_advert", "true"))
        (taken,) = became(trace, "db2")
        assert len(adverts(trace, "db2")) == (25 * SECOND - taken) // (2 * SECOND) + 1


@pytest.mark.parametrize(
    ("name", "reason", "same"),
    [
        ("rolling-password-change", "another password", "auth_pass=old"),
        (
            "rolling-address-list",
            "another address list",
            "vips=service,second virtual_ipaddress_excluded=second",
        ),
    ],
)
def test_files_that_change_one_after_the_other_make_two_masters_in_between(name, reason, same):
    trace = played(name)
    (taken,), (given,) = became(trace, "db2"), became(trace, "db2", "BACKUP")
    heard = 5 * SECOND  # as it begins to reload, db1 sends one more advert as it was
    assert taken == pytest.approx(heard + MASTER_DOWN + SKEW[100], abs=20 * MS)
    assert given == pytest.approx(25 * SECOND, abs=50 * MS)
    assert trace.metrics.dual_master == pytest.approx(given - taken, abs=MS)
    assert any(reason in text for text in refusals(trace, "db2"))
    assert owners(trace) == ["db1", "db2", "db1"]
    # Two masters send an advert a second each; here each rejected one puts the other's off, so that only one
    # is on the cable in a second, or two if both wake up before they hear the other.
    end = 25 * SECOND - 10 * MS  # db2's own reload sends one, too
    both = sorted(adverts(trace, "db1", taken, end) + adverts(trace, "db2", taken, end))
    turns = [later - before for before, later in pairwise(both) if later - before > 5 * MS]
    assert turns and all(990 * MS < turn < 1020 * MS for turn in turns)
    agreed = played(name, 1, ("faults.*.value", same))
    assert not became(agreed, "db2") and owners(agreed) == ["db1"] and not refusals(agreed, "db2")


def test_a_session_breaks_at_each_move_of_a_rolling_change():
    assert len(resets(played("rolling-password-change"))) == 2


class TestVridClash:
    NAME = "vrid-clash"

    def test_the_slower_cluster_s_master_is_kept_silent_by_the_faster_one(self):
        trace = played(self.NAME)
        taken = became(trace, "web2")
        spacing = 3 * MASTER_DOWN + SKEW[100]
        assert len(taken) == (60 * SECOND - taken[0]) // spacing + 1
        assert all(after - before - spacing < WIRE for before, after in pairwise(taken))
        # web1 speaks only to tell web2 off
        assert all(min(abs(one - other) for other in taken) < WIRE for one in adverts(trace, "web1", SECOND))
        assert not states(trace, "db1") and not became(trace, "db2")
        assert any("another address list" in text for text in refusals(trace, "web1"))

    def test_another_router_id_is_peace(self):
        trace = played(self.NAME, 1, ("groups.1.vrrp.vrid", "52"))
        assert not became(trace, "web2") and not refusals(trace, "web1")
        assert len(adverts(trace, "web1")) == 20


class TestOneWayAdverts:
    NAME = "one-way-adverts"

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_two_masters_for_good_and_a_session_that_breaks_twice(self, seed):
        trace = played(self.NAME, seed)
        (taken,) = became(trace, "db2")
        assert not became(trace, "db2", "BACKUP") and not states(trace, "db1")
        assert trace.metrics.dual_master == trace.duration - taken
        assert silences(trace) == []
        there, back = resets(trace)
        assert 0 < there - taken < 150 * MS
        assert 0 < back - there <= SECOND + 150 * MS
        assert owners(trace)[:3] == ["db1", "db2", "db1"]
        # db1 answers each of db2's adverts with one of its own
        assert all(
            any(0 < one - heard < 60 * MS for one in adverts(trace, "db1"))
            for heard in adverts(trace, "db2", 0, trace.duration - SECOND)
        )

    def test_without_the_filter_nothing_happens(self):
        trace = played(self.NAME, 1, ("faults.0.value", "advert 0%"))
        assert not became(trace, "db2") and not resets(trace)


# --- returns -------------------------------------------------------------------------------------------


class TestStpReturn:
    NAME = "stp-return"
    OPEN = 20 * SECOND + 2 * 15 * SECOND

    def test_the_return_costs_more_than_the_failure(self):
        trace = played(self.NAME)
        failure, back = silences(trace)
        assert failure < MASTER_DOWN + SKEW[100]
        assert back > DELAY + PROBE
        (again,) = became(trace, "db1")
        assert again == 20 * SECOND + MASTER_DOWN + SKEW[150]
        (given,) = became(trace, "db2", "BACKUP")
        assert self.OPEN < given < self.OPEN + SECOND
        announced = {one.time for one in trace.select("announce", "db1")}
        assert announced == {again, again + 5 * SECOND}  # both before the port is open
        assert trace.metrics.dual_master == pytest.approx(given - again, abs=WIRE)

    @pytest.mark.parametrize(
        "fix", [("nodes.sw1.ports.p1.edge", "true"), ("vrrp.keepalived.vrrp_startup_delay", "35s")]
    )
    def test_an_edge_port_or_a_daemon_that_waits(self, fix):
        trace = played(self.NAME, 1, fix)
        assert len(silences(trace)) == 1
        assert trace.metrics.dual_master < WIRE

    def test_a_refresh_bounds_it(self):
        _, back = silences(played(self.NAME, 1, ("vrrp.keepalived.garp_master_refresh", "10s")))
        assert back < 10 * SECOND + 200 * MS

    def test_the_other_order_is_free(self):
        assert len(silences(played(self.NAME, 3))) == 1


class TestFlappingLink:
    NAME = "flapping-link"

    def test_every_return_costs_the_next_outage(self):
        trace = played(self.NAME)
        assert len(silences(trace)) == 5
        returns = became(trace, "db1")
        assert returns == [(12 + 10 * n) * SECOND + MASTER_DOWN + SKEW[150] for n in range(5)]

    @pytest.mark.parametrize(
        "fix", [("vrrp.keepalived.preempt_delay", "20s"), ("vrrp.members.db1.preempt", "false")]
    )
    def test_who_waits_with_the_return_has_one_outage(self, fix):
        trace = played(self.NAME, 1, fix)
        assert len(silences(trace)) == 1 and not became(trace, "db1")


class TestNopreemptIgnored:
    NAME = "nopreempt-ignored"

    def test_the_repaired_machine_takes_it_back(self):
        trace = played(self.NAME)
        assert became(trace, "db1") == [20 * SECOND + MASTER_DOWN + SKEW[150]]
        assert len(resets(trace)) == 2

    def test_with_state_backup_it_does_not(self):
        trace = played(self.NAME, 1, ("vrrp.members.db1.keepalived.state", "BACKUP"))
        assert not became(trace, "db1") and len(resets(trace)) == 1


class TestFrozenSnapshot:
    NAME = "frozen-snapshot"

    @pytest.mark.parametrize("seed", range(1, 6))
    def test_the_thaw_costs_more_than_the_freeze(self, seed):
        trace = played(self.NAME, seed)
        frozen, thawed = silences(trace)
        (taken,), (given,) = became(trace, "db2"), became(trace, "db2", "BACKUP")
        assert given == pytest.approx(14500 * MS, abs=WIRE)
        assert thawed == pytest.approx(taken + DELAY + PROBE - given, abs=3 * PROBES)
        assert thawed > frozen

    def test_tolerance_trades_one_silence_for_the_other(self):
        trace = played(self.NAME, 1, ("vrrp.keepalived.down_timer_adverts", "5"))
        (pause,) = silences(trace)
        assert pause == pytest.approx(4500 * MS, abs=2 * PROBES)
        assert not became(trace, "db2")

    def test_a_last_word_leaves_the_freeze_only(self):
        trace = played(self.NAME, 1, ("vrrp.keepalived.higher_prio_send_advert", "true"))
        (pause,) = silences(trace)
        assert pause < MASTER_DOWN + SKEW[100]


class TestHalfARouter:
    NAME = "half-a-router"
    TOGETHER = ("sync_groups", "{gateways: {groups: [inside, outside]}}")

    @staticmethod
    def owned(trace: Trace, node: str) -> set[str]:
        """Virtual addresses that the node owns at the end."""
        found = {one.data["vip"]: one.data["act"] for one in trace.select("vip", node)}
        return {str(vip) for vip, act in found.items() if act == "acquire"}

    def test_one_side_moves_and_packets_vanish(self):
        trace = played(self.NAME)
        assert self.owned(trace, "r1") == {"192.168.1.1"}
        assert self.owned(trace, "r2") == {"10.0.0.1"}
        assert trace.metrics.clients["app1"].censored

    def test_together_both_move_when_the_outside_is_missed(self):
        trace = played(self.NAME, 1, self.TOGETHER)
        assert self.owned(trace, "r1") == set()
        assert self.owned(trace, "r2") == {"192.168.1.1", "10.0.0.1"}
        outside = [one.time for one in trace.select("advert", "r1") if one.data["iface"] == "eth1"]
        assert set(became(trace, "r2")) == {outside[-1] + MASTER_DOWN + SKEW[100] + 101_024}
        (silence,) = silences(trace)
        assert silence < MASTER_DOWN + SKEW[100]

    def test_together_a_fault_on_each_router_leaves_nobody(self):
        down = "[{link_down: r1.eth1, at: 5s}, {link_down: r2.eth1, at: 15s}]"
        trace = played(self.NAME, 1, self.TOGETHER, ("faults", down))
        assert self.owned(trace, "r1") == self.owned(trace, "r2") == set()
        assert trace.metrics.clients["app1"].censored


# --- checks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["weights-do-not-cross", "nopreempt-weights"])
def test_a_check_that_moves_nothing(name):
    trace = played(name)
    assert trace.metrics.clients["app1"].censored
    assert not states(trace, "db1") and not states(trace, "db2")
    assert trace.select("advert", "db1")[-1].data["priority"] == {"w": 130, "n": 90}[name[0]]


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("weights-do-not-cross", "vrrp.members.db1.keepalived.track_script.chk.weight", "-60"),
        ("nopreempt-weights", "vrrp.members.db2.preempt", "true"),
    ],
)
def test_a_weight_below_the_peer_takes_the_whole_timer(name, path, value):
    trace = played(name, 1, (path, value))
    (taken,) = became(trace, "db2")
    good = [one.time for one in trace.select("advert", "db1") if one.data["priority"] == 150]
    assert taken == pytest.approx(good[-1] + MASTER_DOWN + SKEW[100], abs=WIRE)
    (silence,) = silences(trace)
    assert silence == pytest.approx(taken - 5 * SECOND, abs=2 * PROBES)


@pytest.mark.parametrize("name", ["weights-do-not-cross", "nopreempt-weights"])
def test_a_check_without_a_weight_says_goodbye(name):
    trace = played(name, 1, ("vrrp.members.db1.keepalived.track_script.chk.weight", "0"))
    (fault,), (taken,) = became(trace, "db1", "FAULT"), became(trace, "db2")
    assert taken == pytest.approx(fault + SKEW[100], abs=WIRE)
    assert 5 * SECOND < fault <= 6 * SECOND  # the check runs once a second
