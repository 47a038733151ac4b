"""A short run of the fuzzer; `python -m tests.fuzz.fuzz_scenario` is the long one."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz.fuzz_scenario import mutants, read_or_refuse


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read_or_refuse(content)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="[]{}:,-?&*!|>'\"%@`# \n\tab0.~<", max_size=200))
def test_signs_of_yaml(text: str) -> None:
    read_or_refuse(text.encode())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**64))
@example(84729609)
def test_mutants_of_good_files(seed: int) -> None:
    read_or_refuse(mutants(seed))
