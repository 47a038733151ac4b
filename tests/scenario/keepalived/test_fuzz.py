"""A short run of the fuzzer; `python -m tests.fuzz.fuzz_keepalived` is the long one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.fuzz_keepalived import ODD, WORDS, mutants, read_or_refuse
from tests.scenario.keepalived.hostile import hostile_texts
from vipsim.scenario.keepalived import read_keepalived

SIZE = 20_000


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read_or_refuse(content)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="{}\"'#!\\$@~(),= \n\tabs019.-_", max_size=200))
def test_signs_of_keepalived(text: str) -> None:
    read_or_refuse(text.encode())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, *ODD, b"\n", b"\n", b" {\n", b"\n}\n"]), max_size=60))
def test_words_of_keepalived(words: list[bytes]) -> None:
    read_or_refuse(b" ".join(words))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**64))
def test_mutants_of_good_files(seed: int) -> None:
    read_or_refuse(mutants(seed))


@pytest.mark.parametrize("name", hostile_texts(SIZE))
def test_hostile_texts(name: str) -> None:
    read_or_refuse(hostile_texts(SIZE)[name])


def test_good_files_are_read() -> None:
    assert read_or_refuse(b"global_defs {\n router_id x\n}\n") is not None
    assert read_keepalived(b"").instances == ()
