"""Lists of frames: what a difference is, and what the recording cannot tell."""

import pytest

from vipsim.validate.judge.answers import said, stories
from vipsim.validate.judge.frames import differences

BLUR = 0.060
FORM = "op1 tha=ff:ff:ff:ff:ff:ff src=02:00:00:00:00:02"
BURST = [3.6, 3.6001, 3.6002, 3.6003, 3.6004]
ROW = {
    "fault": "kill9",
    "adverts_old": [[-2.0, 150], [-1.0, 150], [0.0, 150]],
    "adverts_new": [[3.6, 100], [4.6, 100], [5.6, 100]],
    "garps": [*BURST, 8.6],
    "garp_form": FORM,
    "garp_delay_s": 0.002,
    "last_old_prio": 150,
    "cut": {},
    "window": {"to_s_at_least": 9.0},
}


def told(recorded=None, run=None):
    return list(differences({**ROW, **(recorded or {})}, {**ROW, **(run or {})}, BLUR))


@pytest.mark.parametrize(
    "recorded",
    [
        {},
        {"adverts_new": [[3.62, 100], [4.63, 100], [5.64, 100]]},  # a stall
        {"garps": BURST, "window": {"to_s_at_least": 8.5}},  # the second burst is not in the window
        {"garps": [*BURST, 8.6, 8.99]},  # one more at the window's end
        {"adverts_new": [[3.6, 100]], "cut": {"adverts_new": {"complete_until_s": 3.6}}},
        {"adverts_old": [[-4.0, 150], [-3.0, 150], *ROW["adverts_old"]]},  # history that a run need not have
        {"garp_delay_s": None, "garp_form": None, "last_old_prio": None},
        {"adverts_new": [[3.6, 100]], "window": {"to_s_at_least": 4.61}},
    ],
)
def test_what_the_recording_cannot_tell_is_no_difference(recorded):
    assert told(recorded) == []
    assert told(run=recorded) == []


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ({"garps": BURST}, "garps: 6 recorded, 5 simulated: one more at 8.600 s"),
        ({"garps": [*BURST, 8.6, 8.65]}, "garps: 6 recorded, 7 simulated: one more at 8.650 s"),
        ({"garps": [*BURST[:4], 8.6]}, "garps: number 5 at 3.600 s, simulated 8.600 s"),
        ({"adverts_new": [[3.7, 100], [4.7, 100], [5.7, 100]]}, "adverts_new of priority 100: number 1"),
        (
            {"adverts_new": [[3.6, 0], [4.6, 100], [5.6, 100]]},
            "adverts_new of priority 100: number 1 at 3.600 s",
        ),
        ({"garp_form": FORM.replace("op1", "op2")}, "garp_form: recorded op1"),
        ({"last_old_prio": 0}, "last_old_prio: recorded 150, simulated 0"),
        ({"garp_delay_s": -0.0001}, "the first announcement comes after the advert in the recording only"),
        ({"adverts_n3": [[3.6, 100]]}, "adverts_n3 of priority 100: 0 recorded, 1 simulated"),
    ],
)
def test_a_difference_is_told(run, said):
    assert any(line.startswith(said) for line in told(run=run)), told(run=run)


def test_after_sigcont_one_advert_or_one_burst_more_is_allowed_but_not_two():
    woken = {"fault": "stop+cont", "adverts_old": [], "adverts_new": [[0.001 * n, 150] for n in range(4)]}
    woken["garps"] = [0.002 + 0.001 * n for n in range(20)]
    more = {**woken, "adverts_new": [[0.001 * n, 150] for n in range(5)]}
    more["garps"] = [0.002 + 0.001 * n for n in range(25)]
    much = {**woken, "adverts_new": [[0.001 * n, 150] for n in range(6)]}
    assert told(more, woken) == told(woken, more) == []
    assert told(much, woken) != []
    assert told({**more, "fault": "isolate+heal"}, woken) != []


def test_lists_by_node_are_compared_too():
    started = {"adverts": {"n1": [[3.4, 150]], "n2": []}, "garps_by_node": {"n1": [3.4]}, "garps": None}
    silent = {**started, "adverts": {"n1": [], "n2": [[3.4, 150]]}}
    assert told(started, started) == []
    assert any(line.startswith("adverts.n1 of priority 150: 1 recorded") for line in told(started, silent))


def test_stories_leave_out_what_is_too_brief():
    row = {"owners": [["n1", -0.05, 3.0, 9], ["n2", 3.0, 3.01, 2], ["n1", 3.01, 5.0, 9], ["n2", 5.0, 5.0, 1]]}
    assert said(row) == "n1 then n2"
    near = {"owners": [["n1", 0, 1, 9], ["n2", 1, 1.08, 9], ["n1", 1.08, 3, 9]]}
    assert stories(near) == {("n1", "n2", "n1"), ("n1",)}
    assert said({"owners": []}) == "nobody"
