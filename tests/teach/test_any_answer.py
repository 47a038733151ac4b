"""Whatever is answered, `check` has an answer to it: one of its verdicts, and never a bug."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vipsim.teach import check
from vipsim.teach.exercises import exercises
from vipsim.teach.reading import as_text
from vipsim.teach.results import VERDICTS

IDS = ["01.goodbye", "01.mechanisms-order", "01.lost-part", "02.ping-probes", "03.silent-share"]
UNITS = ["s", "ms", "us", "ns", "min", "h", "%", " S", "\u00b5s", "\u03bcs", ""]
NUMBERS = st.one_of(st.floats(), st.integers(), st.fractions(), st.decimals(allow_nan=True))
WRITTEN = st.builds(lambda number, unit: f"{number}{unit}", NUMBERS, st.sampled_from(UNITS))
ANY: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.text(), st.binary(), st.booleans(), st.none(), st.complex_numbers(), NUMBERS, WRITTEN),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=2)),
)


@pytest.mark.parametrize("id", IDS)
@settings(max_examples=150)
@given(answer=ANY)
def test_any_answer_has_a_verdict(id: str, answer: Any) -> None:
    mark = check(id, answer)
    assert mark.verdict in VERDICTS and 0 <= mark.points <= mark.of
    assert mark.words and "bug" not in mark.words and "not your fault" not in mark.words
    assert len(as_text(answer)) <= 80


@given(id=st.text())
def test_any_id_has_words(id: str) -> None:
    assume(id not in exercises())  # hypothesis tries texts that it finds in the package
    assert "There are" in check(id, 1).words
