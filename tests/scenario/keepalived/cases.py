"""Tables of small configurations and what the reader says to each: see accepted.txt and rejected.txt.

Renew with ``python -m tests.scenario.keepalived.cases`` and review the diff.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from vipsim.errors import ScenarioError
from vipsim.scenario.keepalived import (
    Address,
    KeepalivedConfig,
    Peer,
    Setting,
    Standing,
    Track,
    read_keepalived,
)

HERE = Path(__file__).parent
TABLES = (HERE / "accepted.txt", HERE / "rejected.txt")
ESCAPES = {"\\0": "\0", "\\e": "\x1b", "\\r": "\r", "\\uFEFF": "\ufeff"}


class Case(NamedTuple):
    name: str
    shown: str
    expected: str

    @property
    def text(self) -> str:
        text = self.shown
        for word, letter in ESCAPES.items():
            text = text.replace(word, letter)
        return text + "\n"


def cases(table: Path) -> list[Case]:
    """Blocks of: == name, + lines of the file, > what comes of it."""
    found = []
    for block in table.read_text("utf-8").split("\n== ")[1:]:
        name, *lines = block.rstrip("\n").split("\n")
        parts = {sign: "\n".join(line[2:] for line in lines if line[:1] == sign) for sign in "+>"}
        found.append(Case(name, parts["+"], parts[">"]))
    return found


def said(text: str) -> str:
    """The refusal in full, or what is in force that is not a default, what is unknown, and the warnings."""
    try:
        config = read_keepalived(text, node="n1", name="k.conf")
    except ScenarioError as refusal:
        return str(refusal)
    lines = [line for name, one in _objects(config) for line in _values(name, one)]
    lines += [
        f"{one.place}: unknown {one.keyword}: {one.note}"
        for one in config.report
        if one.standing is Standing.UNKNOWN
    ]
    lines += [f"! {one}" for one in config.warnings]
    return "\n".join(lines) or "accepted"


def _objects(config: KeepalivedConfig) -> list[tuple[str, Any]]:
    groups = (
        *(config.instances, config.groups, config.scripts, config.track_files, config.track_processes),
        *(config.bfd_instances, config.garp_groups, config.interface_up_down_delays),
    )
    found: list[tuple[str, Any]] = [("globals", config.globals)]
    return found + [(getattr(one, "name", type(one).__name__), one) for group in groups for one in group]


def _values(name: str, one: Any) -> list[str]:
    lines = []
    for part in fields(one):
        value = getattr(one, part.name)
        if part.name in ("name", "place", "why") or value == part.default:
            continue
        if isinstance(value, Setting):
            written = "" if value.configured == value.value else f" (written: {value.configured})"
            why = f" [{value.why}]" if value.why else ""
            lines.append(f"{name}.{part.name} = {value.value}{written}{why}")
        else:
            lines.append(f"{name}.{part.name} = {_shown(value)}")
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, Track):
        flags = " reverse" * value.reverse + " ignored" * value.ignored
        return f"{value.name} {value.weight}{flags}"
    if isinstance(value, tuple):
        return "(" + ", ".join(_shown(one) for one in value) + ")"
    if isinstance(value, Address):
        return " ".join(word for word in (str(value), value.dev, *value.options) if word)
    if isinstance(value, Peer):
        return f"{value.address} {value.min_ttl}..{value.max_ttl}"
    return str(value)


def renew() -> None:
    """Write down what the reader says now."""
    for table in TABLES:
        blocks = [table.read_text("utf-8").split("\n== ")[0].rstrip("\n")]
        for case in cases(table):
            signed = [("+", case.shown), (">", said(case.text))]
            lines = [f"{sign} {line}".rstrip() for sign, part in signed for line in part.split("\n")]
            blocks.append("\n".join([f"== {case.name}", *lines]))
        table.write_text("\n\n".join(blocks) + "\n", "utf-8")


if __name__ == "__main__":
    renew()
