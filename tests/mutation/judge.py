"""Which rows of the oracle fail: the product's own replay, and the ages of entries on top of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from vipsim.units import MS
from vipsim.validate.courses import replay_course
from vipsim.validate.fields import Fields, SkipRow
from vipsim.validate.host_cases import replay_host
from vipsim.validate.host_ops import OPS, Play
from vipsim.validate.rows import Kind, Row, read_rows

FILES = ("cases.jsonl", "timecourses.jsonl")
SENTENCES = Path(__file__).with_name("sentences.jsonl")
"""Cases that nobody recorded: sentences of BEHAVIOUR that no row of the shared set tests."""
TOLERANCE = 30
"""Ages (ms) were read in steps of 10, after commands that took a few each."""
CAPPED = 900_000
"""An age (ms) from here on means "for ever"."""


def rows_of(folder: Path) -> list[Row]:
    """The rows about IPv4 neighbors in a folder of the oracle's form, cases before time courses."""
    found = []
    for path in (*(folder / name for name in FILES), SENTENCES):
        for row in read_rows(path):
            assert isinstance(row, Row), str(row)
            if row.kind is Kind.SWITCH or row.id.startswith("v6.") or row.family.startswith("v6."):
                continue
            found.append(row)
    return found


def differences(row: Row) -> list[str]:
    """How the model differs from the recording; a model that breaks down differs too."""
    try:
        with reading_ages():
            return replay_host(row.fields) if row.kind is Kind.HOST else replay_course(row.fields)
    except SkipRow:
        return []
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


@contextmanager
def reading_ages() -> Iterator[None]:
    """While it lasts, ages of entries are compared, which the product leaves alone."""
    read_entry = OPS["read_entry"]

    def with_ages(play: Play, action: Fields) -> None:
        read_entry(play, action)
        entry = play.bench.entry(action.ip("dst"))
        expected = play.comparison.object_at(action.text("into")).data
        if entry is None:
            return
        for name, since in (("since_change_ms", entry.updated), ("since_confirm_ms", entry.confirmed)):
            age, wanted = (play.bench.now - since) / MS, expected.get(name)
            if wanted is not None and age < CAPPED and abs(age - wanted) > TOLERANCE:
                play.comparison.differs(name, wanted, age)

    with mock.patch.dict(OPS, {"read_entry": with_ages}):
        yield
