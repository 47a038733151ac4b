"""Whatever stands in a row: it is judged, or complained about with its line; nothing ends the examination."""

import copy
import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.validate.daemons.rows import FEW, recorded
from vipsim.validate.daemons.examine import examine
from vipsim.validate.judge import weigh

ROWS = [row for row in recorded() if row["exp"] in ("ka2-kill9", "ka2-start-stagger1", "ka2-mismatch-int")]
WEIRD = st.one_of(
    st.sampled_from([None, True, "", "x", [], {}, -1, 0, 1e300, 10**40, -1e9, [[]], [None], {"n1": 1}, "n9"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 100),
    st.lists(st.integers(-3, 3), max_size=3),
)


def here(call, jobs):
    for number, job in enumerate(jobs):
        yield number, call(job)


@st.composite
def broken(draw):
    """A recorded row with one value, however deep in it, replaced or gone."""
    row = copy.deepcopy(draw(st.sampled_from(ROWS)))
    holder = row
    while True:
        keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
        key = draw(st.sampled_from(list(keys)))
        inner = holder[key]
        if isinstance(inner, dict | list) and inner and draw(st.booleans()):
            holder = inner
            continue
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = draw(WEIRD)
        return row


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("fuzz")
    shutil.copy(FEW / "experiments.json", made)
    return made


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(row=broken())
def test_a_broken_row_is_judged_or_complained_about(folder, row):
    path = folder / "truth.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    report = examine([path], here, "", runs=2, seed=1)
    assert report.checked + len(report.complaints) + len(report.skipped) >= 1
    assert all(one.fix and one.reason and one.line for one in report.complaints)
    assert "\n".join(report.lines()) and json.dumps(report.as_data())


@given(row=st.sampled_from(ROWS))
@settings(max_examples=3)
def test_a_row_agrees_with_itself(row):
    evidence = weigh(row, [row] * 8)
    assert not any(match.difference for match in evidence.matches.values())
    assert all(size.difference == 0 for size in evidence.sizes.values())
