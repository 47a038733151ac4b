"""Experiments that are not among the recorded ones come out as truth/NOTES says."""

from __future__ import annotations

import pytest

from tests.validate.daemons.variants import configured, done, replaced, row, signal, variant
from vipsim.validate.daemons.trials import Trial, simulate

UP = {"ns": "n1", "command": "ip link set eth0 up"}
HEAL = {"ns": "sw", "command": "bridge link set dev p-n1 state 3", "bridge_port_state": "forwarding"}
SEEDS = range(1, 5)


def runs(experiment, *rows, suffix=""):
    """The simulated rows of one trial."""
    by_suffix = {one["exp"].partition(":")[2]: one for one in rows}
    found = simulate(Trial(experiment, 0, by_suffix), SEEDS)
    name = f"{experiment.id}:{suffix}" if suffix else experiment.id
    assert not any("_unmet" in one for one in found[name])
    return found[name]


def test_note_5_a_garp_interval_leaves_two_announcements_of_a_burst(tmp_path):
    experiment = variant(tmp_path, "ka2-kill9", configured("vrrp_garp_interval 0.1", "global_defs"))
    for one in runs(experiment, row("ka2-kill9", after=5.6)):
        assert one["garp_n"] == 4
        assert one["garps"][1] - one["garps"][0] == pytest.approx(0.1, abs=0.02)


def test_note_7_a_preempt_delay_ends_before_the_last_accepted_adverts_timer(tmp_path):
    """7.6 to 8.9 s after the link is back."""
    experiment = variant(
        tmp_path,
        "ka2-linkdown",
        replaced("n1", "state MASTER", "state BACKUP"),
        configured("preempt_delay 5", nodes="n1"),
    )
    for phase in (0.1, 0.5, 0.9):
        back = row("ka2-linkdown", "recover", phase_s=phase)
        for one in runs(experiment, row("ka2-linkdown"), back, suffix="recover"):
            assert 7.4 < one["detect_s"] < 8.9
            assert one["outage_s"] < 0.06


def test_note_8_a_backup_that_was_stopped_reads_before_its_timer_fires(tmp_path):
    experiment = variant(
        tmp_path,
        "ka2-isolate",
        done(signal("SIGSTOP", "n2")),
        done(signal("SIGCONT", "n2"), key="recovery"),
    )
    stopped = row("ka2-isolate", fixed=6)
    for one in runs(experiment, stopped, row("ka2-isolate", "recover", phase_s=None), suffix="recover"):
        assert one["adverts_old"] == one["garps_old"] == []
        assert [run[0] for run in one["owners"]] == ["n1"]


@pytest.mark.parametrize("priority, silent_below", [(200, 0.78), (50, 0.20)])
def test_note_1_the_share_of_silent_heals_follows_from_the_priority(tmp_path, priority, silent_below):
    """Within that share of an interval after an advert of n2 the next one is n1's, and n2 yields unheard."""
    experiment = variant(
        tmp_path,
        "ka2-isolate",
        replaced("n1", "priority 150", "priority 250"),
        replaced("n2", "priority 100", f"priority {priority}"),
    )
    for phase, garps in ((silent_below - 0.05, 0), (silent_below + 0.05, 5)):
        back = row("ka2-isolate", "recover", phase_s=phase)
        for one in runs(experiment, row("ka2-isolate"), back, suffix="recover"):
            assert one["garp_n"] == garps
            assert (one["outage_s"] > 3) == (garps == 0)


@pytest.mark.parametrize("delay, bursts", [(4, 1), (15, 2)])
def test_note_13_announcements_behind_a_blocked_port_are_lost(tmp_path, delay, bursts):
    """n1 is master 3.42 s after the carrier; the port forwards after two delays."""
    experiment = variant(
        tmp_path,
        "ka2-linkdown",
        lambda entry: entry["switch"].update(stp=True, forward_delay_s=delay),
    )
    rows = row("ka2-linkdown", stp=delay), row("ka2-linkdown", "recover", stp=delay)
    for one in runs(experiment, *rows, suffix="recover"):
        assert one["detect_s"] == pytest.approx(3.42, abs=0.05)
        lost = [time for time in one["garps"] if time < 2 * delay]
        assert len(lost) == 5 * bursts
        assert one["old_master_last_advert_s"] > 2 * delay - 1.1
        assert [run[0] for run in one["owners"]] == ["n2", "n1"]
        if delay == 4:
            assert one["outage_s"] < 0.06


def test_note_2_a_parent_that_dies_alone_lets_its_child_say_goodbye(tmp_path):
    experiment = variant(tmp_path, "ka2-kill9", done(signal("SIGKILL", "n1", "parent")))
    for one in runs(experiment, row("ka2-kill9")):
        assert one["last_old_prio"] == 0
        assert one["detect_s"] == pytest.approx(0.61, abs=0.03)


def test_a_plain_reload_changes_nothing(tmp_path):
    experiment = variant(tmp_path, "ka2-kill9", done(signal("SIGHUP", "n1", "parent")))
    for one in runs(experiment, row("ka2-kill9", fixed=4)):
        assert not one["switched"]
        assert one["adverts_new"] == []


def test_rules_that_name_a_port_drop_what_came_in_there(tmp_path):
    """n1's adverts get lost, n2's do not: two masters (NOTES 9); the rule may name either end."""
    rule = (
        "table bridge f {{ chain c {{ type filter hook forward priority 0; {} ip protocol 112 drop; }}; }}\n"
    )
    found = []
    for where in ('iifname "p-n1"', 'oifname "p-n2"'):
        step = {"ns": "sw", "command": "nft -f -", "stdin": rule.format(where)}
        experiment = variant(tmp_path, "ka2-isolate", done(step))
        found.append(runs(experiment, row("ka2-isolate", after=3)))
    assert found[0] == found[1]
    for one in found[0]:
        assert one["detect_s"] == pytest.approx(3.209, abs=0.03)
        assert len(one["garps_old"]) > 5
        assert one["last_old_advert_s"] == pytest.approx(-0.4, abs=0.001)


def test_a_third_stage_is_conducted_too(tmp_path):
    """A file may hold more than fault and recovery: ``second`` and ``observed_second``."""

    def second(entry):
        entry["second"] = {"name": "kill9", "node": "n1", "steps": [signal("SIGKILL", "n1")]}
        entry["observed_second"] = {"old": "n1", "new": "n2", "row": "ka2-isolate:second"}

    experiment = variant(tmp_path, "ka2-isolate", second)
    rows = row("ka2-isolate"), row("ka2-isolate", "recover"), row("ka2-isolate", "second", phase_s=0.25)
    for one in runs(experiment, *rows, suffix="second"):
        assert one["detect_s"] == pytest.approx(3.609 - 0.25, abs=0.03)
        assert one["switched"]


def test_an_address_that_is_in_no_advert_moves_along_and_is_not_counted(tmp_path):
    block = "virtual_ipaddress_excluded {\n    192.168.1.220/24 dev eth0\n  }"
    experiment = variant(tmp_path, "ka2-kill9", configured(block))
    for one in runs(experiment, row("ka2-kill9", after=5.6)):
        assert one["switched"]
        assert one["garp_n"] == 10
