"""Every rule of the neighbor cache is held by a recording: broken, it makes some row fail."""

from functools import cache

import pytest

from tests.conftest import missing, shared_folder
from tests.mutation.breaking import Mutant, always
from tests.mutation.judge import differences, rows_of
from tests.mutation.mutants import MUTANTS
from vipsim.machines.neighbor import rules as neighbor_rules
from vipsim.validate.rows import Row


@cache
def rows() -> list[Row]:
    folder = shared_folder() / "oracle"
    if not (folder / "cases.jsonl").is_file():
        missing(f"no recordings at {folder}")
    return rows_of(folder)


def test_the_unbroken_cache_agrees_with_every_row():
    assert {row.id: found for row in rows() if (found := differences(row))} == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.wrong)
def test_a_broken_rule_is_noticed(mutant):
    with mutant.applied():
        assert any(differences(row) for row in rows()), f"no row notices that {mutant.wrong}"


def test_a_mutant_is_gone_when_its_time_is_over():
    right = neighbor_rules.is_locked
    with Mutant("no locktime", neighbor_rules, "is_locked", always(False)).applied():
        assert neighbor_rules.is_locked is not right
    assert neighbor_rules.is_locked is right


def test_enough_rules_are_broken_and_none_twice():
    assert len({mutant.wrong for mutant in MUTANTS}) == len(MUTANTS) >= 25
