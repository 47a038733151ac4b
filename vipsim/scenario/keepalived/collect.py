"""The tree of statements laid beside the keyword table: the report, and values ready to be used.

Nothing here knows what a value is for; it only knows the form it must have and what keepalived does with one
that does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vipsim.scenario.keepalived.config import Setting
from vipsim.scenario.keepalived.config_parts import Statement
from vipsim.scenario.keepalived.forms import ONE_OF, Missing, read
from vipsim.scenario.keepalived.keywords import Keyword, Standing, find, unknown
from vipsim.scenario.keepalived.lexer import command_words
from vipsim.scenario.keepalived.parser import Node
from vipsim.scenario.keepalived.places import Findings, Place, shown
from vipsim.units import SECOND

FALLBACKS: dict[str, Any] = {
    "priority": 100,
    "state": "BACKUP",
    "rise": 1,
    "fall": 1,
    "preempt_delay": 0,
    "garp_master_refresh": 0,
}
"""What keepalived sets where a value cannot be read; all others it leaves as they were."""
AT_LEAST_ONE: dict[str, Any] = {
    "interval": SECOND,
    "timeout": SECOND,
    "garp_master_repeat": 1,
    "garp_master_refresh_repeat": 1,
    "vrrp_garp_master_repeat": 1,
    "vrrp_garp_master_refresh_repeat": 1,
}
"""Where a zero is read as one."""
EXACT = (("auth_type", "PASS"),)
"""Values that are modelled, of keywords of which others are not."""


_START = Place("", 1)
MAX_GUESSES = 200
"""Unknown keywords for which a near one is looked for, which takes time: a file with more is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block that lists things."""

    words: tuple[str, ...]
    place: Place
    text: str


@dataclass(slots=True)
class Block:
    """A block, or what stands outside of all."""

    kind: str = ""
    name: str = ""
    place: Place = _START
    settings: dict[str, Setting[Any]] = field(default_factory=dict)
    """The last value of each keyword that has one."""
    order: list[str] = field(default_factory=list)
    """The keywords in the order in which they stand."""
    lines: dict[str, list[Line]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def all(self, *kinds: str) -> list[Block]:
        """The blocks of some kinds in it."""
        return [block for block in self.blocks if block.kind in kinds]

    @property
    def title(self) -> str:
        """What the report calls it."""
        return f"{self.kind} {self.name}".strip()


@dataclass(slots=True)
class Collector:
    """Fills blocks and the report."""

    findings: Findings
    report: list[Statement] = field(default_factory=list)
    guesses: set[tuple[str, str]] = field(default_factory=set)
    """Unknown keywords for which a near one was looked for."""

    def block(self, nodes: list[Node], into: Block) -> Block:
        """Collect the statements of a block."""
        for node in nodes:
            if not node.keyword:
                self._hidden(node.block or [], into, "its block has no keyword")
                continue
            row = find(into.kind, node.keyword)
            if row is None:
                self.guesses.add((into.kind, node.keyword))
                guess = len(self.guesses) <= MAX_GUESSES
                note = unknown(into.kind, node.keyword, has_block=node.block is not None, guess=guess)
                self._note(node, into, Standing.UNKNOWN, note)
                if node.block is not None and into.kind:
                    self.findings.warn(
                        node.place,
                        f"keepalived takes the end of this unknown block for that of {into.title}: "
                        "what follows in it is lost to the daemon, though it is read here",
                    )
                self._hidden(node.block or [], into, f"stands in {shown(node.keyword, 40)}")
            elif row.opens:
                self._open(node, row, into)
            elif row.lists:
                self._list(node, row, into)
            else:
                self._value(node, row, into)
        return into

    def _note(self, node: Node, block: Block, standing: Standing, note: str) -> None:
        self.report.append(Statement(node.place, block.title, node.keyword, node.text, standing, note))

    def _hidden(self, nodes: list[Node], block: Block, why: str) -> None:
        """List what stands in a block that nobody knows."""
        for node in nodes:
            self._note(node, block, Standing.UNKNOWN, why)
            self._hidden(node.block or [], block, why)

    def _open(self, node: Node, row: Keyword, into: Block) -> None:
        self._note(node, into, row.standing, row.note)
        if node.block is None:
            self.findings.problem(node.place, f"{row.name} has no block", "write its settings in { and }")
            return
        if row.form == "named block" and not node.values:
            self.findings.problem(
                node.place, f"{row.name} has no name", f"write {row.name} NAME {{; keepalived skips the block"
            )
        if row.name in ("vrrp_instance", "vrrp_sync_group") and len(node.values) > 1:
            self.findings.problem(
                node.places[2],
                f"{row.name} has more than a name: keepalived skips the block",
                'put a name with blanks in double quotes: "..."',
            )
        name = " ".join(node.values) if row.standing is Standing.IGNORED else "".join(node.values[:1])
        block = Block(row.name, name, node.place)
        into.blocks.append(block)
        self.block(node.block, block)

    def _list(self, node: Node, row: Keyword, into: Block) -> None:
        if node.block is None:
            self._note(node, into, row.standing, row.note)
            self.findings.problem(node.place, f"{row.name} has no block", "write its lines in { and }")
            return
        named = row.form.startswith("named")
        if node.values and not named:
            self.findings.warn(
                node.places[1],
                f"keepalived overlooks what stands between {row.name} and its {{",
                harmless=True,
            )
        if named or not node.block:
            self._note(node, into, row.standing, row.note or ("" if node.block else "it is empty"))
        into.order.append(row.name)
        found = into.lines.setdefault(row.name, [])
        for line in node.block:
            if line.block is not None:
                self.findings.problem(line.opened or line.place, f"a block within {row.name}", "remove its {")
            if line.words:
                found.append(Line(line.words, line.place, line.text))
                self.report.append(
                    Statement(line.place, into.title, row.name, line.text, row.standing, row.note)
                )

    def _value(self, node: Node, row: Keyword, into: Block) -> None:
        note = row.note
        if node.block is not None:
            self.findings.problem(
                node.opened or node.place, f"{row.name} takes no block", "remove the { and its }"
            )
        values = node.values
        if row.form.startswith("script"):
            words = command_words(node.text)
            values = tuple(words) if words is not None else ()
            if words is None:
                note = "its quotes or backslashes do not pair: keepalived has no script then"
                self.findings.warn(node.place, f"{row.name}: {note}")
                self._note(node, into, row.standing, note)
                return
        try:
            found = read(row.form, values)
        except Missing:
            self._note(node, into, row.standing, note)
            self.findings.problem(
                node.place, f"{row.name} has no value: keepalived ends here", f"write {_sample(row)}"
            )
            return
        into.order.append(row.name)
        setting = self._setting(node, row, into, found.value, found.said)
        before = into.settings.get(row.name)
        if row.name == "state" and before and setting and before.value == "MASTER" != setting.value:
            self.findings.warn(node.place, "state was MASTER before: keepalived ignores BACKUP now")
            setting = before
        if setting is not None:
            into.settings[row.name] = setting
            note = setting.why or note
        elif found.said:
            note = f"{found.said}: keepalived ignores it"
        if (row.name, found.value) in EXACT:
            self._note(node, into, Standing.MODELLED, "")
        else:
            self._note(node, into, row.standing, note)

    def _setting(self, node: Node, row: Keyword, into: Block, value: Any, said: str) -> Setting[Any] | None:
        place = node.places[min(1, len(node.places) - 1)]
        if said:
            # The weight of a script is set although it is reported as out of range (measured).
            if value is not None and into.kind == "vrrp_script":
                self.findings.warn(
                    place,
                    f"{row.name}: {said}; keepalived reports it and uses it",
                    fix=f"write {_sample(row)}",
                )
                return Setting(value, value, place, said)
            if row.name == "virtual_router_id":
                self.findings.problem(
                    place, f"{row.name}: {said}: keepalived ends here", f"write {_sample(row)}"
                )
                return None
            fallback = FALLBACKS.get(row.name) if into.kind != "bfd_instance" else None
            if fallback is None:
                self.findings.warn(
                    place, f"{row.name}: {said}; keepalived ignores it", fix=f"write {_sample(row)}"
                )
                return None
            shown_value = fallback // SECOND if isinstance(fallback, int) and fallback >= SECOND else fallback
            why = f"{said}; keepalived takes {shown_value}"
            self.findings.warn(place, f"{row.name}: {why}", fix=f"write {_sample(row)}")
            return Setting(fallback, fallback, place, why)
        if value == 0 and not isinstance(value, bool) and row.name in AT_LEAST_ONE:
            why = "0 is read as 1"
            self.findings.warn(place, f"{row.name}: {why}")
            return Setting(AT_LEAST_ONE[row.name], value, place, why)
        return Setting(value, value, place)


def _sample(row: Keyword) -> str:
    """How a statement is written."""
    kind, *limits = row.form.split()
    if kind in ("state", "auth"):
        return f"{row.name} {' or '.join(ONE_OF[kind])}, in capitals"
    if limits:
        unit = {"sec": " seconds", "wsec": " seconds", "msec": " milliseconds"}.get(kind, "")
        return f"{row.name} and a number from {limits[0]} to {limits[1]}{unit}"
    return f"{row.name} {'ADDRESS' if kind == 'ip' else 'VALUE'}"
