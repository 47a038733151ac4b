"""Pieces put together: statements, and the blocks they open.

The daemon knows from its keyword table where a block must be; here the braces alone decide, so that a block
of an unknown keyword is one statement too. Braces that do not pair are errors, because the daemon then
takes the rest of the file for something else than it looks like.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vipsim.scenario.keepalived.lexer import words
from vipsim.scenario.keepalived.places import Findings, Place, shown
from vipsim.scenario.keepalived.substitution import Piece

MAX_DEPTH = 20
"""keepalived's deepest block stands at 5."""


@dataclass(slots=True)
class Node:
    """A statement, with its block if it has one."""

    text: str
    place: Place
    words: tuple[str, ...]
    places: tuple[Place, ...]
    """Of each word."""
    block: list[Node] | None = None
    opened: Place | None = None
    """Where its brace stands."""

    @property
    def keyword(self) -> str:
        """Its first word."""
        return self.words[0] if self.words else ""

    @property
    def values(self) -> tuple[str, ...]:
        """The words behind the first."""
        return self.words[1:]


@dataclass(slots=True)
class _Open:
    """The blocks that are open."""

    stack: list[Node] = field(default_factory=list)
    top: list[Node] = field(default_factory=list)

    @property
    def inside(self) -> list[Node]:
        """Statements of the innermost one."""
        block = self.stack[-1].block if self.stack else self.top
        assert block is not None
        return block


def parse(pieces: Iterable[Piece], findings: Findings) -> list[Node]:
    """Statements of the outermost level.

    Raises
    ------
    Enough
        If blocks are nested deeper than `MAX_DEPTH`, or there are too many problems.
    """
    blocks = _Open()
    last: Node | None = None
    for piece in pieces:
        if piece.text == "{":
            _open(last, piece, blocks, findings)
            last = None
        elif piece.text == "}":
            _close(piece, blocks, findings)
            last = None
        else:
            last = _statement(piece, findings)
            if last is not None:
                blocks.inside.append(last)
    for node in blocks.stack:
        findings.problem(
            node.opened or node.place,
            f"the block of {shown(node.keyword)} has no end",
            "end it with }; the daemon takes all that follows as part of it",
        )
    return blocks.top


def _statement(piece: Piece, findings: Findings) -> Node | None:
    found = words(piece.text)
    if piece.text.count('"') % 2:
        findings.warn(
            piece.at(0), 'a word ends at the next ", also after a backslash; only script lines know \\"'
        )
    if piece.text.endswith("\\"):
        findings.warn(piece.at(0), "a backslash at the end continues a definition, never a statement")
    if not found:
        return None
    places = tuple(piece.at(word.offset) for word in found)
    return Node(piece.text, piece.place, tuple(word.text for word in found), places)


def _open(node: Node | None, piece: Piece, blocks: _Open, findings: Findings) -> None:
    if node is None:
        findings.problem(piece.place, "a block begins, but no keyword stands before it", "remove the {")
        node = Node("", piece.place, (), ())
    if len(blocks.stack) >= MAX_DEPTH:
        findings.stop(piece.place, "blocks are nested too deeply", f"allowed: {MAX_DEPTH} levels")
    node.block, node.opened = [], piece.place
    blocks.stack.append(node)


def _close(piece: Piece, blocks: _Open, findings: Findings) -> None:
    if blocks.stack:
        blocks.stack.pop()
    else:
        findings.problem(
            piece.place, "this } ends no block", "remove it, or look for a { that is missing above"
        )
