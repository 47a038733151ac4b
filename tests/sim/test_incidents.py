"""Four incidents of the gallery by their cause: an address that is silent, early, left behind, twice."""

import pytest

from tests.sim.test_keepalived_gallery import (
    MASTER_DOWN,
    PROBES,
    SKEW,
    WIRE,
    adverts,
    became,
    owners,
    played,
    resets,
    silences,
)
from vipsim import read_scenario, run
from vipsim.resources import scenario_path
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Arp, ArpOp

VIP = IPv4.parse("192.168.1.219")
STOPPED = ("faults.0", "{stop: db1, at: 5s}")


class TestStrictNoAnswer:
    NAME = "strict-no-answer"

    def test_it_is_announced_and_moves_and_never_answers(self):
        trace = played(self.NAME)
        assert trace.metrics.clients["app1"].never
        (taken,) = became(trace, "db2")
        assert [one.data["act"] for one in trace.select("vip", "db2")] == ["acquire"]
        assert trace.select("announce", "db2")[0].time - taken < WIRE
        before, after = (
            dict((ip, mac) for ip, mac, _ in trace.arp_table("app1", at)) for at in ("4s", "20s")
        )
        assert (str(before[VIP]), str(after[VIP])) == ("00:21:5A:DB:68:E8", "00:21:5A:DB:7F:C2")

    @pytest.mark.parametrize(
        "fix",
        [
            [("vrrp.keepalived.vrrp_strict", "false")],
            [("vrrp.version", "3"), ("vrrp.keepalived.accept", "true")],
        ],
    )
    def test_who_accepts_is_silent_for_the_failover_only(self, fix):
        (silence,) = silences(played(self.NAME, 1, *fix))
        assert silence < MASTER_DOWN + SKEW[100] + 2 * PROBES

    def test_version_2_does_not_know_accept_in_strict_mode(self):
        assert played(self.NAME, 1, ("vrrp.keepalived.accept", "true")).metrics.clients["app1"].never


class TestPreemptDelay:
    NAME = "preempt-delay"
    BOOT, READY, DELAY = 20 * SECOND, 32 * SECOND, 5 * SECOND

    @pytest.mark.parametrize("seed", range(1, 6))
    def test_it_counts_from_the_first_advert_that_is_heard(self, seed):
        trace = played(self.NAME, seed)
        heard = adverts(trace, "db2", self.BOOT)
        end = heard[0] + self.DELAY
        last = max(time for time in heard if time < end - WIRE)
        (again,) = became(trace, "db1")
        assert again == pytest.approx(last + MASTER_DOWN + SKEW[150], abs=WIRE)
        assert self.BOOT + self.DELAY < again < self.READY

    def test_too_early_costs_what_the_database_still_needs(self):
        trace = played(self.NAME)
        _, back = silences(trace)
        assert back == pytest.approx(self.READY - became(trace, "db1")[0], abs=2 * PROBES)

    def test_a_delay_as_long_as_the_recovery_costs_nothing(self):
        trace = played(self.NAME, 1, ("vrrp.keepalived.preempt_delay", "12s"))
        assert became(trace, "db1")[0] > self.READY and len(silences(trace)) == 1

    def test_where_nobody_is_heard_nothing_is_delayed(self):
        lonely = "[{power: db1, at: 5s}, {power: db2, at: 15s}, {reboot: db1, at: 20s}]"
        trace = played(self.NAME, 1, ("vrrp.keepalived.preempt_delay", "12s"), ("faults", lonely))
        assert became(trace, "db1") == [self.BOOT + MASTER_DOWN + SKEW[150]]


class TestKilledDaemon:
    NAME = "killed-daemon"

    @pytest.mark.parametrize("seed", range(1, 6))
    def test_two_own_it_and_only_a_newcomer_notices(self, seed):
        trace = played(self.NAME, seed)
        (taken,) = became(trace, "db2")
        assert not [one for one in trace.select("vip", "db1") if one.time]
        assert trace.metrics.dual_owner == trace.duration - taken
        assert silences(trace) == [] and owners(trace) == ["db1", "db2"]
        assert trace.metrics.clients["newcomer"].never

    def test_the_newcomer_believes_the_nearer_one_although_both_answer(self):
        trace = played(self.NAME)
        at = {ip: str(mac) for ip, mac, _ in trace.arp_table("newcomer", "60s")}
        assert at[VIP] == "00:21:5A:DB:68:E8"
        full = run(read_scenario(scenario_path(self.NAME)), seed=1)
        replies = [
            (frame.src, str(frame.frame.src))
            for frame in full.frames
            if isinstance(frame.frame.packet, Arp)
            and frame.frame.packet.op is ArpOp.REPLY
            and frame.frame.packet.sender_ip == VIP
            and frame.sent > 20 * SECOND
            and frame.dst == "newcomer.bond0"
        ]
        assert [mac for _, mac in replies][:2] == ["00:21:5A:DB:68:E8", "00:21:5A:DB:7F:C2"]

    def test_an_orderly_end_leaves_one(self):
        trace = played(self.NAME, 1, STOPPED)
        assert trace.metrics.dual_owner == 0 and silences(trace, "newcomer") == []

    @pytest.mark.parametrize("at, cost", [("6s", True), ("11s", False)])
    def test_a_new_daemon_removes_what_it_finds(self, at, cost):
        again = (
            f"[{{kill: db1, at: 5s}}, {{service_stop: db1.database, at: 12s}}, {{restart: db1, at: {at}}}]"
        )
        trace = played(self.NAME, 1, ("faults", again))
        assert silences(trace, "newcomer") == [] and bool(silences(trace)) == cost


class TestFrrBackupAnswers:
    NAME = "frr-backup-answers"
    DOWN, UP = 5 * SECOND, 6 * SECOND

    @pytest.mark.parametrize("seed", range(1, 6))
    def test_a_backup_answers_and_nobody_fails_over(self, seed):
        trace = played(self.NAME, seed)
        assert not became(trace, "db2") and not trace.failovers
        by = [(one.time, one.data["by"]) for one in trace.select("answered") if one.data["client"] == "app1"]
        first = next(time for time, who in by if who == "db2")
        assert 0 <= first - self.DOWN < 2 * PROBES
        # from the carrier's return to the master's next advert both answer; then it is the master alone
        advert = next(time for time in adverts(trace, "db1", self.UP))
        assert by[-1][1] == "db1" and by[-1][0] <= advert + 2 * PROBES
        assert all(self.DOWN < time < advert + 100 * MS for time in resets(trace))

    def test_the_session_is_reset_over_and_over_while_both_get_every_frame(self):
        assert len(resets(played(self.NAME))) > 100

    def test_a_port_that_nothing_unknown_reaches_keeps_the_backup_quiet(self):
        trace = played(self.NAME, 1, ("nodes.sw1.ports", "{p2: {flood: false}}"))
        assert owners(trace) == ["db1"] and resets(trace) == []
        (silence,) = silences(trace)
        assert silence == pytest.approx(self.UP - self.DOWN, abs=2 * PROBES)

    def test_a_backup_without_the_address_waits_for_its_turn(self):
        trace = played(self.NAME, 1, ("vrrp.profile", "keepalived"), ("vrrp.virtual_mac", "true"))
        (taken,) = became(trace, "db2")
        assert owners(trace)[:2] == ["db1", "db2"]
        (silence,) = silences(trace)
        assert silence == pytest.approx(taken - self.DOWN, abs=2 * PROBES)
