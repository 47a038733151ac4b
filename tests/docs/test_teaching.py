"""docs/teaching.md: its commands work, its plans have no gap, and what it says of demos and marks is so."""

import re
from pathlib import Path

import pytest

from tests.docs.test_commands import ROOT, commands, try_on
from vipsim.cli import COMMANDS
from vipsim.stats import laws
from vipsim.teach.demos import DEMOS
from vipsim.teach.exercises import exercises
from vipsim.units import SECOND

PAGE = (ROOT / "docs" / "teaching.md").read_text("utf-8")
PASTED = commands(re.sub(r"^ {8}(?=vipsim)", "    ", PAGE, flags=re.MULTILINE))
"""Commands on a line of their own, in a list or not, and those in backquotes."""
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def table(section: str) -> list[list[str]]:
    """The rows of a section's table, without its head."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows[1:] if not set(row[0]) <= set("- ")]


@pytest.mark.parametrize("command", dict.fromkeys(PASTED))
def test_a_command_works_when_pasted(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    try_on(command)


@pytest.mark.parametrize(
    "section, end",
    [("The lesson: 45 minutes", 45), ("A second lesson", 45), ("A lab session: 90 minutes", 90)],
)
def test_a_plan_has_no_gap(section: str, end: int) -> None:
    spans = [tuple(map(int, row[0].split("-"))) for row in table(section)]
    assert [start for start, _ in spans] == [0, *(stop for _, stop in spans[:-1])]
    assert spans[-1][1] == end and all(start < stop for start, stop in spans)


def test_the_table_of_demos_is_the_demos() -> None:
    told = [
        [
            f"`{demo.name}`",
            str(demo.minutes),
            demo.line,
            ", ".join(f"{who} {time}" for who, time in demo.silent.items()),
        ]
        for demo in DEMOS.values()
    ]
    assert table("The eight demos") == told


def test_the_two_lessons_leave_time_for_each_demo_and_show_all_eight() -> None:
    shown = {}
    for section in ("The lesson: 45 minutes", "A second lesson"):
        for row in table(section):
            if name := re.match(r"`([a-z-]+)`[,;]", row[1]):
                start, stop = map(int, row[0].split("-"))
                shown[name[1]] = shown.get(name[1], 0) + stop - start
    assert set(shown) == set(DEMOS)
    assert all(minutes >= DEMOS[name].minutes for name, minutes in shown.items())


def test_times_that_the_plans_stop_at_are_moments_of_the_demo() -> None:
    for section in ("The lesson: 45 minutes", "A second lesson"):
        for row in table(section):
            name = re.match(r"`([a-z-]+)`, covered", row[1])
            for time in re.findall(r"\b(\d+\.\d{3}) s\b", row[2] + row[3]) if name else ():
                demo = DEMOS[name[1]] if name else DEMOS["crash"]
                moments = {f"{float(one.at.removesuffix('s')):.3f}" for one in demo.watch}
                numbers = " ".join([*demo.silent.values(), *demo.says])
                assert time in moments or time in numbers, (name, time)


def test_every_mark_exists_and_every_wrong_answer_has_one() -> None:
    known = set(exercises())
    assert set(re.findall(r"`(0\d\.[a-z-]+)`", PAGE)) <= known
    assert all(re.search(r"`0\d\.[a-z-]+`", row[-1]) for row in table("The usual wrong answers"))
    assert all(re.search(r"`0\d\.[a-z-]+`", row[-1]) for row in table("What a student can do afterward"))


def test_sections_of_the_lab_exist() -> None:
    for _, notebook, sections, _ in table("A lab session: 90 minutes")[:-1]:
        text = (ROOT / "notebooks" / notebook.strip("`")).read_text("utf-8")
        for number in sections.split(", "):
            assert f'"## {number}. ' in text


def test_no_command_hides_from_these_tests() -> None:
    mentioned = re.findall(rf"\bvipsim (?:{'|'.join(COMMANDS)})\b", PAGE)
    assert len(mentioned) == len(PASTED)


def test_the_ticket_s_answers_are_those_of_the_closed_forms() -> None:
    law = laws.heartbeat_pull_detection("500ms", 4)
    assert f"({law.low // SECOND} s and {law.high / SECOND} s)" in PAGE
    assert f"({laws.vrrp_skew(200, '1s', 2) / SECOND:.3f} s)" in PAGE


def test_what_it_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert links and [name for name in links if not (Path(ROOT) / "docs" / name).exists()] == []
