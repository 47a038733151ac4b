"""Tables: verbs, text, HTML, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vipsim.stats import Cell, Censored, Column, Estimate, Table
from vipsim.units import ms, s

TABLE = Table.from_rows(
    [
        {"arm": "vrrp", "seed": 1, "blackout": 3_120_000_000, "loss": 0.05},
        {"arm": "pull", "seed": 1, "blackout": Censored(s(15))},
        {"arm": "vrrp", "seed": 2, "blackout": None, "loss": 0.5},
    ],
    units={"blackout": "s", "loss": "1"},
)

TIME_CELLS = st.one_of(st.none(), st.integers(-(2**70), 2**70), st.integers(-(10**15), 10**15).map(Censored))
PLAIN_CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    units = draw(st.lists(st.sampled_from(["", "s", "ms", "us", "ns", "1/s"]), max_size=4))
    columns = tuple(Column(f"c{i}", unit) for i, unit in enumerate(units))
    row = st.tuples(*(TIME_CELLS if column.is_time else PLAIN_CELLS for column in columns))
    return Table(columns, tuple(draw(st.lists(row, max_size=6))))


def test_rows_come_back_as_dictionaries() -> None:
    assert len(TABLE) == 3
    assert TABLE.names == ("arm", "seed", "blackout", "loss")
    assert list(TABLE)[1] == {"arm": "pull", "seed": 1, "blackout": Censored(s(15)), "loss": None}
    assert TABLE[-1]["seed"] == 2
    assert TABLE.column("seed") == (1, 1, 2)
    assert (TABLE.unit("blackout"), TABLE.label("blackout"), TABLE.label("arm")) == (
        "s",
        "blackout [s]",
        "arm",
    )


def test_columns_can_be_chosen_and_a_table_can_be_without_rows() -> None:
    assert Table.from_rows([{"a": 1, "b": 2}], columns=["b"]).names == ("b",)
    empty = Table.from_rows([], units={"arm": "", "blackout": "s"})
    assert empty.names == ("arm", "blackout")
    assert empty.to_text() == "arm  blackout [s]"
    assert len(Table.from_rows([])) == 0


def test_where_group_by_and_select() -> None:
    assert TABLE.where(arm="vrrp", seed=2).column("loss") == (0.5,)
    assert TABLE.where(loss=None).column("arm") == ("pull",)
    groups = TABLE.group_by("arm")
    assert list(groups) == [("vrrp",), ("pull",)]
    assert groups[("vrrp",)].column("seed") == (1, 2)
    assert [len(part) for part in TABLE.group_by("arm", "seed").values()] == [1, 1, 1]
    assert TABLE.select("seed", "arm").names == ("seed", "arm")
    assert TABLE.select("blackout").unit("blackout") == "s"


def test_sort_puts_censored_after_observed_and_none_last() -> None:
    rows = [{"t": None}, {"t": Censored(s(1))}, {"t": s(9)}, {"t": s(2)}]
    table = Table.from_rows(rows, units={"t": "s"})
    assert table.sort("t").column("t") == (s(2), s(9), Censored(s(1)), None)
    assert table.sort("t", reverse=True).column("t") == (Censored(s(1)), s(9), s(2), None)


def test_sort_by_several_columns_is_stable() -> None:
    rows: list[dict[str, Cell]] = [
        {"a": a, "b": b, "i": i} for i, (a, b) in enumerate(["yx", "xy", "xx", "xy"])
    ]
    assert Table.from_rows(rows).sort("a", "b").column("i") == (2, 1, 3, 0)
    assert Table.from_rows(rows).sort("a").column("i") == (1, 2, 3, 0)


def test_with_column_adds_or_replaces() -> None:
    longer = TABLE.with_column("ok", lambda row: row["blackout"] is not None)
    assert longer.names[-1] == "ok" and longer.column("ok") == (True, True, False)
    replaced = TABLE.with_column("seed", [7, 8, 9], unit="s")
    assert replaced.names == TABLE.names
    assert (replaced.column("seed"), replaced.unit("seed")) == ((7, 8, 9), "s")
    assert TABLE.column("seed") == (1, 1, 2), "the first table is untouched"
    with pytest.raises(ValueError, match="2 cells for 3 rows"):
        TABLE.with_column("x", [1, 2])


def test_text_has_units_in_the_heading_and_aligned_cells() -> None:
    assert TABLE.to_text().splitlines() == [
        "arm   seed  blackout [s]  loss [1]",
        "vrrp     1          3.12      0.05",
        "pull     1        > 15 s         -",
        "vrrp     2             -       0.5",
    ]
    assert str(TABLE) == TABLE.to_text()
    assert repr(TABLE) == "<Table of 3 rows: arm, seed, blackout [s], loss [1]>"


def test_times_of_a_column_share_their_digits_and_stop_at_a_microsecond() -> None:
    table = Table.from_rows([{"t": 2_609_375_499}, {"t": s(3)}, {"t": -ms(1)}], units={"t": "s"})
    assert table.to_text().splitlines() == ["    t [s]", " 2.609375", " 3.000000", "-0.001000"]
    in_ms = Table.from_rows([{"t": ms(150)}], units={"t": "ms"})
    assert in_ms.to_text().splitlines()[1].strip() == "150"


def test_an_estimate_prints_with_its_unit() -> None:
    assert Estimate(s(3.12), s(3.1), None, 40, 0.95).to_text("s") == "3.12 [3.10, -] s"
    assert Estimate(0.25, 0.1, 0.5, 40, 0.95).to_text() == "0.25 [0.1, 0.5]"


def test_control_characters_cannot_reach_the_terminal() -> None:
    text = Table.from_rows([{"name": "\x1b[2Jdb1\nx"}]).to_text()
    assert text.splitlines()[1] == "?[2Jdb1?x"


class _Cells(HTMLParser):
    """Collects tags and texts, unescaped."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)


def test_html_holds_the_same_cells_escaped() -> None:
    hostile = "<script>alert('x')</script> & \"y\""
    parser = _Cells()
    parser.feed(Table.from_rows([{hostile: 1, "b": hostile}, {"b": Censored(s(2))}][:1])._repr_html_())
    assert parser.texts == [hostile, "b", "1", hostile]
    assert set(parser.tags) == {"table", "thead", "tbody", "tr", "th", "td"}
    parser = _Cells()
    parser.feed(TABLE._repr_html_())
    lines = ["arm,seed,blackout [s],loss [1]", "vrrp,1,3.12,0.05", "pull,1,> 15 s,-", "vrrp,2,-,0.5"]
    assert parser.texts == ",".join(lines).split(",")


def test_csv_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    exact = 2**61 + 1  # more digits than a float has
    Table.from_rows(
        [{"name": 'a,"b"\n', "t": exact, "ok": True}, {"name": None, "t": Censored(s(15)), "ok": False}],
        units={"t": "s"},
    ).to_csv(path)
    assert list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))) == [
        ["name", "t [s]", "ok"],
        ['a,"b"\n', "2305843009.213693953", "True"],
        ["", "> 15 s", "False"],
    ]


def test_csv_replaces_the_file_or_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail(descriptor: int) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="disk full"):
            TABLE.to_csv(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]
    TABLE.to_csv(str(path))
    assert path.read_text().startswith("arm,seed,blackout [s]")
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


@given(tables())
def test_data_survives_json(table: Table) -> None:
    text = json.dumps(table.to_data(), allow_nan=False)
    assert Table.from_data(json.loads(text)) == table
    assert Table.from_data(table.to_data()) == table


@given(tables())
def test_every_table_prints_one_line_per_row(table: Table) -> None:
    if table.columns:
        assert len(table.to_text().split("\n")) == len(table) + 1
        assert table._repr_html_().count("<tr>") == len(table) + 1


def test_times_in_data_are_ints_or_text() -> None:
    data = TABLE.to_data()
    assert data["columns"][2] == {"name": "blackout", "unit": "s"}
    assert [row[2] for row in data["rows"]] == [3_120_000_000, "> 15s", None]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"columns": [], "rows": 3},
        {"columns": ["a"], "rows": []},
        {"columns": [{"name": "a"}], "rows": []},
        {"columns": [{"name": "a", "unit": ""}], "rows": [1]},
        {"columns": [{"name": "a", "unit": ""}], "rows": [[1, 2]]},
        {"columns": [{"name": "a", "unit": ""}], "rows": [[[1]]]},
        {"columns": [{"name": "a", "unit": "s"}], "rows": [[1.5]]},
        {"columns": [{"name": "a", "unit": "s"}], "rows": [["> soon"]]},
        {"columns": [{"name": "a", "unit": ""}, {"name": "a", "unit": ""}], "rows": []},
    ],
)
def test_data_that_is_no_table_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        Table.from_data(data)


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.floats(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["columns", "rows", "name", "unit"]), x),
    )
)
def test_arbitrary_data_is_a_table_or_a_value_error(data: Any) -> None:
    try:
        table = Table.from_data(data)
    except ValueError:
        return
    assert Table.from_data(table.to_data()) == table


@pytest.mark.parametrize(
    ("rows", "units", "message"),
    [
        ([{"t": 1.5}], {"t": "s"}, "int of ns"),
        ([{"t": True}], {"t": "ms"}, "int of ns"),
        ([{"t": "3s"}], {"t": "s"}, "int of ns"),
        ([{"t": Censored(1)}], {}, "give it a unit"),
        ([{"x": math.nan}], {}, "use None"),
        ([{"x": math.inf}], {}, "use None"),
        ([{"x": [1]}], {}, "cells are"),
        ([{"x": 1}], {"y": "s"}, "does not exist: y"),
    ],
)
def test_what_is_no_plain_value_is_refused(
    rows: list[dict[str, Any]], units: dict[str, str], message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        Table.from_rows(rows, units=units)


def test_unknown_columns_are_named() -> None:
    with pytest.raises(KeyError, match="no column 'armm'; there are arm, seed"):
        TABLE.column("armm")
    with pytest.raises(KeyError, match="armm"):
        TABLE.where(armm="vrrp")
    with pytest.raises(ValueError, match="unique"):
        Table((Column("a"), Column("a")), ())
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table((Column("a"),), ((1, 2),))
