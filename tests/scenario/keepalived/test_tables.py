"""Small configurations, accepted and refused: exact places, words and values in force."""

import pytest

from tests.scenario.keepalived.cases import TABLES, Case, cases, said

ALL = [case for table in TABLES for case in cases(table)]


def test_names_are_different() -> None:
    assert len({case.name for case in ALL}) == len(ALL) > 70


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name.replace(" ", "-"))
def test_case(case: Case) -> None:
    assert [line.rstrip() for line in said(case.text).split("\n")] == case.expected.split("\n")
