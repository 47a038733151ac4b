"""Whatever a row holds: it agrees, differs, is skipped or is complained about; nothing else ends a replay."""

import copy
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import shared_folder
from tests.validate.rows import CASES, COURSES, judged, recorded

ODD = [
    None, -1, 0, 1, 2, 5, 10**20, -(10**9), 3.7, 1e300, "", "x", "ff:ff:ff:ff:ff:ff", "0.0.0.0",
    "255.255.255.255", "224.0.0.1", "127.0.0.1", "10.0.0.1/0", "192.168.1.219", "192.168.1.10", "fe80::1",
    "lo", "h0", [], {}, True, False, [1], {"a": 1}, "PROBE", "none", "é\0",
]  # fmt: skip


def rows():
    folder = shared_folder()
    every = [*recorded(folder / CASES), *recorded(folder / COURSES)]
    return every[:: max(1, len(every) // 60)]


ROWS = rows()


def places(value, path=()):
    """Every place in a row."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in pairs:
        yield (*path, name)
        yield from places(part, (*path, name))


def holder(row, place):
    for name in place[:-1]:
        row = row[name]
    return row


@st.composite
def broken_rows(draw):
    row = copy.deepcopy(draw(st.sampled_from(ROWS)))
    for _ in range(draw(st.integers(1, 4))):
        known = [place for place in places(row) if place[0] not in ("note", "events", "title")]
        place = draw(st.sampled_from(known))
        inside = holder(row, place)
        match draw(st.sampled_from(["odd", "same", "swap", "drop", "twice"])):
            case "odd":
                inside[place[-1]] = draw(st.sampled_from(ODD))
            case "same":
                alike = [odd for odd in ODD if type(odd) is type(inside[place[-1]])]
                inside[place[-1]] = draw(st.sampled_from(alike or ODD))
            case "swap":
                other = draw(st.sampled_from(known))
                inside[place[-1]] = copy.deepcopy(holder(row, other)[other[-1]])
            case "drop":
                del inside[place[-1]]
            case "twice" if isinstance(inside, list):
                inside.insert(0, copy.deepcopy(inside[place[-1]]))
    return row


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(broken_rows())
def test_no_row_breaks_the_command(tmp_path_factory, row):
    folder = tmp_path_factory.mktemp("fuzz")
    report = judged(folder, json.dumps(row))
    assert report.checked + report.skipped + report.unreadable == 1
    for bad in report.complaints:
        assert bad.line == 1
        assert bad.reason
        assert bad.fix
    for failure in report.failures:
        assert "broke its own rules" not in failure.differences[0]
