"""Seeds as text, there and back."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vipsim.errors import VipsimError
from vipsim.study.seeds import parse_seeds, seeds_of, seeds_text


def test_a_number_is_from_one_and_a_range_has_both_ends():
    assert parse_seeds("3") == seeds_of(3) == (1, 2, 3)
    assert parse_seeds("400..1000") == tuple(range(400, 1001))
    assert parse_seeds(" 7, 9 .. 11 ,7") == (7, 9, 10, 11)
    assert seeds_of(range(5)) == (0, 1, 2, 3, 4)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30, unique=True))
def test_text_reads_back_as_the_same_seeds(seeds):
    assert parse_seeds(seeds_text(seeds)) == tuple(seeds)


@pytest.mark.parametrize(
    "text", ["", "x", "1..", "5..3", "1,,2", "-4", "0", "1e3", "1..9999999999", "9" * 400]
)
def test_what_is_no_seeds(text):
    with pytest.raises(VipsimError):
        parse_seeds(text)


@given(st.text(max_size=30))
def test_any_text_is_seeds_or_refused(text):
    with suppress(VipsimError):
        assert parse_seeds(text)
