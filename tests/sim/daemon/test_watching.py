"""Scripts, files and processes that keepalived tracks (NOTES 6 and 7)."""

import pytest

import vipsim as vs
from tests.sim.daemon.loads import AT, loaded, sent
from tests.sim.truth import rows, scenario
from vipsim.errors import ScenarioError
from vipsim.scenario.data import from_data, to_data
from vipsim.units import SECOND

NEAR = 0.010


def pair(faults, load="none", **tracked):
    """n1 (150) tracks something, n2 (100) does not; n1's last advert is 0.3 s old at the fault."""
    row = {**rows("ka2-kill9")[0], "fault": "", "phase_s": 0.3}
    data = to_data(scenario(row))
    data["groups"][0]["vrrp"]["members"]["n1"]["keepalived"] |= tracked
    data["faults"] = faults
    return loaded(from_data(data), load)


def runs_of(made, seed, script="chk"):
    """Times (s) at which the script of n1 runs."""
    trace = vs.run(made, seed=seed)
    return [r.time / SECOND for r in trace.select("timer", "n1") if r.data["part"] == f"script {script}"]


def priorities(trace, node, begin):
    return [
        (r.time / SECOND - begin, r.data["priority"])
        for r in trace.select("advert", node)
        if r.time >= begin * SECOND
    ]


def put(row, seed, until, *before):
    """The row's scenario with its fault put so that the next run of the script is `until` later."""
    calm = {**row, "fault": ""}
    first = next(time for time in runs_of(scenario(calm, *before), seed) if time > AT)
    return first - until


@pytest.mark.parametrize("experiment", ["ka2-trackscript", "ka2-trackscript-w60"])
def test_a_recorded_failure_of_a_script(experiment):
    """What n1 says, and when n2 takes over, given when the script ran (which the goodbye tells)."""
    for row in rows(experiment)[:6]:
        goodbyes = [time for time, priority in row["adverts_old"] if priority == 0]
        until = goodbyes[0] if goodbyes else 0.4  # of the weighted one any run before the next advert will do
        at = put(row, 1, until)
        fault = {"script_fail": "n1.chk", "at": f"{at:.6f}s"}
        trace = vs.run(scenario({**row, "fault": ""}, fault), seed=1)
        # the next advert of the master, relative to the fault, is what the phase says
        recorded = [(time, priority) for time, priority in row["adverts_old"] if time > 0]
        simulated = priorities(trace, "n1", at)
        assert [priority for _, priority in simulated][: len(recorded)] == [one for _, one in recorded]
        for (mine, _), (theirs, _) in zip(simulated, recorded, strict=False):
            assert mine == pytest.approx(theirs, abs=NEAR)
        assert sent(trace, "advert", "n2", at)[0] == pytest.approx(row["detect_s"], abs=NEAR)


def test_a_recorded_recovery_of_a_script():
    """`ka2-trackscript:recover`: FAULT to BACKUP at the script's next run, master 3.41 s after it."""
    for row in rows("ka2-trackscript:recover")[:5]:
        until = row["detect_s"] - 3.4140625
        failed = {"script_fail": "n1.chk", "at": f"{AT - 8}s"}
        at = put(row, 1, until, failed)
        trace = vs.run(
            scenario({**row, "fault": ""}, failed, {"script_ok": "n1.chk", "at": f"{at:.6f}s"}), seed=1
        )
        assert [r.data["new"] for r in trace.select("state", "n1")][-3:] == ["FAULT", "BACKUP", "MASTER"]
        assert sent(trace, "advert", "n1", at)[0] == pytest.approx(row["detect_s"], abs=NEAR)


def test_the_detection_of_a_failed_script_is_spread_over_its_interval():
    """`ka2-trackscript`: goodbye 0 to 1 s after the failure, whatever the phase of the adverts."""
    made = pair([{"script_fail": "n1.chk", "at": "12s"}], track_script={"chk": {"interval": "1s"}})
    found = sorted(sent(vs.run(made, seed=seed), "advert", "n2")[0] - 0.609375 for seed in range(40))
    assert 0 <= found[0] < 0.15
    assert 0.85 < found[-1] <= 1
    assert 0.3 < found[20] < 0.7


def test_rise_and_fall_count_runs():
    chk = {"chk": {"interval": "500ms", "fall": 3, "rise": 2, "weight": -40}}
    faults = [{"script_fail": "n1.chk", "at": "10s", "for": "5s"}]
    trace = vs.run(pair(faults, track_script=chk), seed=3)
    said = priorities(trace, "n1", 10)
    bad = [time for time, priority in said if priority == 110]
    assert 1 < bad[0] < 1.5 + 1 + NEAR  # the third run is 1.0 to 1.5 s later, and it is said with an advert
    assert 5.5 < next(time for time, priority in said if priority == 150 and time > bad[0]) < 7 + NEAR


def test_a_run_that_ends_in_time_resets_the_count():
    chk = {"chk": {"interval": "1s", "fall": 2}}
    faults = [{"script_fail": "n1.chk", "at": f"{at}s", "for": "900ms"} for at in (10, 12, 14, 16)]
    trace = vs.run(pair(faults, track_script=chk), seed=3)
    assert not sent(trace, "advert", "n2")


@pytest.mark.parametrize("timeout, late", [({}, 1.0), ({"timeout": "300ms"}, 0.3), ({"timeout": "3s"}, 3.0)])
def test_a_script_that_hangs_fails_when_its_timeout_ends(timeout, late):
    chk = {"chk": {"interval": "1s", **timeout}}
    at = next(time for time in runs_of(pair([], track_script=chk), 2) if time > 12)
    faults = [{"script_fail": "n1.chk", "value": "hang", "at": f"{at - 0.1:.6f}s"}]
    trace = vs.run(pair(faults, track_script=chk), seed=2)
    (time, _), *_ = [one for one in priorities(trace, "n1", at) if one[1] == 0]
    assert time == pytest.approx(late, abs=1e-6)


def test_the_script_runs_at_once_when_the_daemon_starts():
    chk = {"chk": {"interval": "10s"}}
    faults = [
        {"kill": "n1", "at": "10s"},
        {"script_fail": "n1.chk", "at": "11s"},
        {"restart": "n1", "at": "12.5s"},
    ]
    trace = vs.run(pair(faults, track_script=chk), seed=3)
    assert [(r.time, r.data["new"]) for r in trace.select("state", "n1")][-1] == (12.5 * SECOND, "FAULT")


def test_a_stopped_daemon_runs_no_script_and_one_that_goes_on_runs_it_once():
    chk = {"chk": {"interval": "1s", "weight": 10}}
    faults = [{"hang": "n2", "at": "10.2s", "for": "5s"}]
    data = to_data(pair(faults))
    data["groups"][0]["vrrp"]["members"]["n2"]["keepalived"] |= {"track_script": chk}
    trace = vs.run(from_data(data), seed=3)
    times = [r.time / SECOND for r in trace.select("timer", "n2") if r.data["part"] == "script chk"]
    assert not [time for time in times if 10.2 < time < 15.2]
    assert len([time for time in times if 15.2 <= time < 16.2]) == 1


@pytest.mark.parametrize("load", ["none", "busy"])
def test_a_file_with_a_weight_moves_the_master(load):
    faults = [{"track_down": "n1.load", "value": "12", "at": "12s", "for": "8s"}]
    made = pair(faults, load, track_file={"load": {"weight": -10}})
    trace = vs.run(made, seed=1)
    assert {priority for time, priority in priorities(trace, "n1", 12) if time < 3} == {30}
    # the last advert that was good enough is 0.3 s old: n2 waits its whole time from it (NOTES 6)
    assert sent(trace, "advert", "n2")[0] == pytest.approx(3.309, abs=0.03)
    assert [f.new for f in trace.failovers] == ["n2", "n1"]


@pytest.mark.parametrize(
    "file, value", [({"weight": 0}, "1"), ({"weight": -127}, "2"), ({"weight": 1}, "-254")]
)
def test_a_file_that_says_fault(file, value):
    trace = vs.run(
        pair([{"track_down": "n1.f", "value": value, "at": "12s"}], track_file={"f": file}), seed=1
    )
    assert [(r.time, r.data["new"]) for r in trace.select("state", "n1")][-1] == (12 * SECOND, "FAULT")
    assert [priority for _, priority in priorities(trace, "n1", 12)] == [0, 0]


def test_a_process_below_its_quorum():
    web = {"web": {"weight": 0, "quorum": 3, "delay": "2s"}}
    faults = [
        {"track_down": "n1.web", "value": "1", "at": "8s", "for": "1s"},  # shorter than the delay
        {"track_down": "n1.web", "value": "3", "at": "10s", "for": "1s"},  # enough of them
        {"track_down": "n1.web", "value": "2", "at": "12s", "for": "6s"},
    ]
    trace = vs.run(pair(faults, track_process=web), seed=1)
    states = [(r.time / SECOND, r.data["new"]) for r in trace.select("state", "n1")]
    assert states[1:] == [(14, "FAULT"), (20, "BACKUP"), (pytest.approx(23.4140625), "MASTER")]


def test_too_many_processes():
    web = {"web": {"weight": -60, "quorum": 2, "quorum_max": 4}}
    trace = vs.run(pair([{"track_down": "n1.web", "value": "5", "at": "12s"}], track_process=web), seed=1)
    assert priorities(trace, "n1", 12)[0][1] == 90


def test_a_tracked_interface_by_its_name_among_the_tracked():
    faults = [{"track_down": "n1.eth1", "at": "12s", "for": "6s"}]
    trace = vs.run(pair(faults, track_interface={"eth1": {}}), seed=1)
    states = [(r.time / SECOND, r.data["new"]) for r in trace.select("state", "n1")]
    assert states[1:3] == [(12, "FAULT"), (18, "BACKUP")]


CHECKED = {"track_script": {"chk": {}}, "track_file": {"f": {}}, "track_process": {"web": {}}}


@pytest.mark.parametrize(
    "fault, message",
    [
        ({"script_fail": "n1"}, "tracks no script"),
        ({"script_fail": "n1.chl"}, "did you mean n1.chk"),
        ({"script_fail": "n2.chk"}, "daemon of n2 tracks no script"),
        ({"script_fail": "n1.chk", "value": "sulk"}, "no end of a script"),
        ({"script_ok": "n1.chk", "for": "1s"}, "no way back"),
        ({"track_down": "n1.f"}, "what does the file say"),
        ({"track_down": "n1.f", "value": "much"}, "no whole number"),
        ({"track_down": "n1.web", "value": "-1"}, "from 0 on"),
        ({"track_down": "n1.eth1"}, "tracks no interface, file or process"),
        ({"track_up": "n1.f", "value": "3"}, "takes no value"),
        ({"kill_parent": "c1"}, "runs no failover daemon"),
    ],
)
def test_what_means_nothing_is_refused(fault, message):
    with pytest.raises(ScenarioError, match=message):
        pair([{**fault, "at": "12s"}], **CHECKED)


def test_tracks_come_back_from_plain_data():
    made = pair([], **CHECKED)
    assert from_data(to_data(made)) == made
