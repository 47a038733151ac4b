"""Every error that the reader knows, one change of base.yaml each: exact places, words and hints."""

from pathlib import Path
from typing import NamedTuple

import pytest

from vipsim.errors import ScenarioError
from vipsim.scenario.reader import read_scenario, read_scenario_text

HERE = Path(__file__).parent
BASE = (HERE / "base.yaml").read_text("utf-8")
TABLE = HERE / "rejected.txt"
ESCAPES = {"\\0": "\0", "\\e": "\x1b", "\\t": "\t"}


class Case(NamedTuple):
    name: str
    old: str
    new: str
    expected: str

    @property
    def text(self) -> str:
        assert self.old in BASE, f"{self.name}: base.yaml has no {self.old!r}"
        new = self.new
        for word, letter in ESCAPES.items():
            new = new.replace(word, letter)
        return BASE.replace(self.old, new, 1)


def cases() -> list[Case]:
    """Blocks of: == name, - old lines, + new lines, > what the reader says."""
    found = []
    for block in TABLE.read_text("utf-8").split("\n== ")[1:]:
        name, *lines = block.rstrip("\n").split("\n")
        parts = {sign: "\n".join(line[2:] for line in lines if line[:1] == sign) for sign in "-+>"}
        found.append(Case(name, parts["-"], parts["+"], parts[">"]))
    return found


def said(text: str) -> str:
    try:
        read_scenario_text(text, "base.yaml")
    except ScenarioError as refusal:
        return str(refusal)
    return "accepted"


def test_base_is_accepted() -> None:
    assert read_scenario(HERE / "base.yaml").name == "base"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name.replace(" ", "-"))
def test_rejected(case: Case) -> None:
    assert [line.rstrip() for line in said(case.text).split("\n")] == case.expected.split("\n")


def renew() -> None:
    """Write down what the reader says now."""
    blocks = [TABLE.read_text("utf-8").split("\n== ")[0].rstrip("\n")]
    for case in cases():
        signed = [("-", case.old), ("+", case.new), (">", said(case.text))]
        lines = [f"{sign} {line}".rstrip() for sign, part in signed for line in part.split("\n")]
        blocks.append("\n".join([f"== {case.name}", *lines]))
    TABLE.write_text("\n\n".join(blocks) + "\n", "utf-8")


if __name__ == "__main__":
    renew()
