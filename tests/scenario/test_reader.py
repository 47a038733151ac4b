"""The reader as a user meets it: files, text, places, and what hostile input costs."""

from pathlib import Path

import pytest

from tests.scenario.hostile import hostile_texts
from vipsim.errors import ScenarioError
from vipsim.scenario.reader import read_scenario, read_scenario_text
from vipsim.scenario.tree import MAX_BYTES

BASE = (Path(__file__).parent / "base.yaml").read_text("utf-8")


def problems(text: str | bytes, tmp_path: Path) -> list[tuple[int, int, str]]:
    path = tmp_path / "case.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as refusal:
        read_scenario(path)
    assert str(refusal.value), "every refusal has words"
    return [(one.line, one.column, one.message) for one in refusal.value.problems]


def test_path_and_text_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "base.yaml"
    path.write_text(BASE, "utf-8")
    assert read_scenario(path) == read_scenario(str(path)) == read_scenario(BASE) == read_scenario_text(BASE)


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_other_systems(ends: str) -> None:
    assert read_scenario_text(BASE.replace("\n", ends)) == read_scenario_text(BASE)


def test_a_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    assert read_scenario(tmp_path / "bom.yaml").name == "base"


def test_every_error_at_once_sorted_by_position(tmp_path: Path) -> None:
    text = (
        BASE.replace("duration: 20s", "duration: 20")
        .replace("vrid: 51", "vrid: 999")
        .replace("{crash: db1", "{crash: db9")
        .replace("loss: 1%", "lose: 1%")
        .replace("192.168.1.218", "192.168.1.217")
    )
    found = problems(text, tmp_path)
    assert [(line, column) for line, column, _ in found] == [(2, 11), (9, 61), (17, 30), (22, 13), (31, 13)]


def test_what_follows_from_a_malformed_part_is_not_reported(tmp_path: Path) -> None:
    text = BASE.replace("192.168.1.217/24", "192.168.1.300/24")
    assert problems(text, tmp_path) == [
        (6, 61, "'192.168.1.300' is not an IPv4 address: write four numbers such as 192.168.1.219")
    ]


def test_message_has_file_line_caret_and_hint(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(BASE.replace("priority: 150", "priority: 300"), "utf-8")
    with pytest.raises(ScenarioError) as refusal:
        read_scenario(tmp_path / "x.yaml")
    assert str(refusal.value).split("\n") == [
        f"{tmp_path / 'x.yaml'}:26:25: 300 is out of range",
        "            db1: {priority: 300}",
        "                            ^",
        "    allowed: 1 to 255",
    ]


def test_the_caret_stays_under_its_column_in_a_long_line() -> None:
    text = BASE.replace("{crash: db1, at: 5s}", "{crash: db1, at: " + " " * 300 + "5}")
    with pytest.raises(ScenarioError) as refusal:
        read_scenario_text(text)
    _, source, caret = str(refusal.value).split("\n")
    assert len(source) <= 104
    assert source[caret.index("^")] == "5"


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        (b"", 1, 1, "the file is empty"),
        (b"# only a comment\n", 1, 1, "the file is empty"),
        (b"- a\n- b\n", 1, 1, "a scenario is a mapping, not a list"),
        (b"just text\n", 1, 1, "a scenario is a mapping, not 'just text'"),
        (b"42", 1, 1, "a scenario is a mapping, not 42"),
        ("name: base".encode("utf-16"), 1, 1, "this is not UTF-8 but UTF-16 or binary"),
        (b"\0\0\0", 1, 1, "this is not UTF-8 but UTF-16 or binary"),
        (b"name: a\nduration: \xff\xfe\n", 2, 11, "the byte 0xFF is not UTF-8"),
        (b"name: caf\xe9\n", 1, 10, "the byte 0xE9 is not UTF-8"),
        (b"name: a\x00b\n", 1, 8, "the NUL is not allowed"),
        (b"name: a\xe2\x80\xa8b\n", 1, 8, "the character U+2028 is not allowed"),
        (b"a: " + b"[" * 30, 1, 24, "nested too deeply"),
        (b"x" * (MAX_BYTES + 1), 1, 1, "the file is too large"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else "",
)
def test_what_is_no_scenario_at_all(
    content: bytes, line: int, column: int, words: str, tmp_path: Path
) -> None:
    assert (line, column, words) in problems(content, tmp_path)


def test_a_missing_file_names_its_neighbor(tmp_path: Path) -> None:
    (tmp_path / "database-pair.yaml").write_text(BASE, "utf-8")
    with pytest.raises(ScenarioError, match=r"no such file\n    did you mean database-pair\.yaml\?"):
        read_scenario(tmp_path / "databse-pair.yaml")


@pytest.mark.parametrize("path", ["", "no-such-folder/x.yaml", "bad\0name", "."])
def test_paths_that_cannot_be_read(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError):
        read_scenario(path)


SIZE = 100_000
"""Octets of the hostile texts here; `tests.fuzz.fuzz_scenario` also tries them at full size."""


@pytest.mark.parametrize("name", sorted(hostile_texts(SIZE)))
def test_hostile_text_ends_with_a_refusal(name: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        read_scenario_text(hostile_texts(SIZE)[name])
    assert 1 <= len(refusal.value.problems) <= 200
    assert len(str(refusal.value)) < 100_000


def test_a_large_scenario_is_read() -> None:
    nodes = "".join(
        f"  h{n}: {{interfaces: {{e: {{address: 10.1.{n // 250}.{n % 250 + 1}/8}}}}}}\n" for n in range(1000)
    )
    links = "".join(f"  - {{ends: [h{n}, sw1]}}\n" for n in range(1000))
    text = f"name: large\nduration: 1s\nnodes:\n{nodes}  sw1: {{kind: switch}}\nlinks:\n{links}"
    assert len(read_scenario_text(text).nodes) == 1001
