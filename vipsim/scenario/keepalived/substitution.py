"""Values put in where a definition is used, and the pieces of text that this is done to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from vipsim.scenario.keepalived.definitions import SYSTEM, Definition, Use, uses
from vipsim.scenario.keepalived.lexer import BLANKS, MAX_LINE, uncomment
from vipsim.scenario.keepalived.places import Findings, Place

MAX_USES = 200
"""Values put into one line; more only if definitions name each other, and keepalived never ends then."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement, or one brace."""

    text: str
    place: Place
    exact: bool = True
    """Its letters stand in the file as they are: a word's column is the piece's plus its offset."""

    def at(self, offset: int) -> Place:
        """Place of a letter of it."""
        if not self.exact:
            return self.place
        return Place(self.place.file, self.place.line, self.place.column + offset)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A piece with the values put in."""

    piece: Piece
    following: list[list[Piece]] = field(default_factory=list)
    """The further lines of definitions that have several: those of the last one come first."""


@dataclass(slots=True)
class Substitution:
    """The definitions that hold at a point of the text."""

    findings: Findings
    config_id: str | None = None
    defined: dict[str, Definition] = field(default_factory=dict)

    def put_into(self, piece: Piece, folder: str | None) -> Replaced:
        """Put in every value that is known; the piece itself if there is none.

        Parameters
        ----------
        piece : Piece
            What may hold uses of definitions.
        folder : str or None
            What ``${_PWD}`` stands for.
        """
        text, start, count = piece.text, 0, 0
        following: list[list[Piece]] = []
        while (use := self._next_use(text, start, piece)) is not None:
            count += 1
            known = self.defined.get(use.name)
            value = self._system(use, piece, folder) if known is None else "".join(known.lines[:1])
            if known is not None and known.multiline:
                following.append([Piece(line, piece.place, exact=False) for line in known.lines[1:]])
            text = text[: use.first] + value + text[use.last :]
            if count > MAX_USES or len(text) > MAX_LINE:
                self._refuse(piece, use, endless=count > MAX_USES)
                return Replaced(Piece("", piece.place))
            start = use.first
            if value.lstrip(BLANKS).startswith("~"):
                break
        if not count:
            return Replaced(piece)
        return Replaced(Piece(uncomment(text).text, piece.place, exact=False), following)

    def _refuse(self, piece: Piece, use: Use, *, endless: bool) -> None:
        if endless:
            self.findings.problem(
                piece.place,
                f"the definitions used here name each other (${use.name}): keepalived never ends reading",
                "give one of them a plain value",
            )
        else:
            self.findings.problem(
                piece.place,
                f"with ${use.name} put in the line is longer than {MAX_LINE} bytes",
                "is the definition part of its own value? else divide it with \\ at line ends",
            )

    def _next_use(self, text: str, start: int, piece: Piece) -> Use | None:
        for use in uses(text, start):
            known = self.defined.get(use.name)
            if known is None:
                if use.name in SYSTEM and (not use.numbers or use.name == "_RANDOM"):
                    return use
            elif not use.numbers and (use.last == len(text) or not known.multiline):
                return use
        if "${" in text[start:] and '"' not in text:
            self.findings.warn(
                piece.place, "a name in ${...} is not defined: its braces count as those of a block"
            )
        return None

    def _system(self, use: Use, piece: Piece, folder: str | None) -> str:
        if use.name == "_RANDOM":
            least = use.numbers[0] if use.numbers else 0
            self.findings.warn(
                piece.place, f"${{_RANDOM}} is drawn anew at each start of keepalived: {least} is taken here"
            )
            return str(least)
        if use.name == "_PWD":
            return "." if folder is None else os.path.abspath(folder or ".")
        return {"_HASH": "#", "_BANG": "!"}.get(use.name) or self.config_id or ""
