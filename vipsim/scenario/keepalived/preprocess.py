"""From files to plain pieces of text: includes, conditional lines, definitions and loops are gone.

A stack of feeds stands for what keepalived is in the middle of reading: files that include each other,
the further lines of a definition, a loop, the rest of a line behind a brace. The topmost one gives the next
line. Everything is counted, so that no file makes reading endless: a loop of a thousand million lines ends
at `MAX_PIECES`, definitions that name each other at ``MAX_USES``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from vipsim.scenario.keepalived import definitions as defs
from vipsim.scenario.keepalived.lexer import BLANKS, MAX_LINE, split_brace, uncomment
from vipsim.scenario.keepalived.places import Findings, Place, shown
from vipsim.scenario.keepalived.sources import MAX_ALTERNATIVES, Library, matches
from vipsim.scenario.keepalived.substitution import MAX_USES, Piece, Substitution

MAX_PIECES = 50_000
"""Lines after replication: a simulation of as many statements would not run anyway."""
MAX_FEEDS = 60
"""Definitions and loops within each other."""
MAX_INCLUDES = 20
"""Files within each other."""
_INCLUDE = re.compile(r"include([rmwba]?)[ \t\f\v\r]+(.*)", re.DOTALL)
_CONDITION = re.compile(r"@(\^?)([^ \t]*)(?:[ \t]+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Directive:
    """A line that is no statement but decides what is read."""

    place: Place
    keyword: str
    text: str
    note: str


@dataclass(slots=True)
class _Feed:
    """Something that lines come from."""

    lines: Iterator[Piece]
    chain: tuple[str, ...] = ()
    """For a file: its real path behind those of the files that include it."""


@dataclass(slots=True)
class Preprocessor:
    """Reads pieces out of files or text.

    Parameters
    ----------
    findings : Findings
        Where errors and warnings go.
    config_id : str or None
        What ``@id`` lines are compared with; None: no id is known, and only ``@^id`` lines hold.
    """

    findings: Findings
    config_id: str | None = None
    directives: list[Directive] = field(default_factory=list)
    library: Library = field(init=False)
    values: Substitution = field(init=False)
    _name: str | None = None
    """What a text without a file is called."""
    _folder: str | None = None
    """Where such a text takes its includes from; None: nowhere."""
    _feeds: list[_Feed] = field(default_factory=list)
    _rest: Piece | None = None
    """What stands behind a brace in the line last read."""
    _open: defs.Definition | None = None
    _count: int = 0

    def __post_init__(self) -> None:
        self.library = Library(self.findings)
        self.values = Substitution(self.findings, self.config_id)

    def file(self, path: str) -> Iterator[Piece]:
        """Pieces of a file."""
        self._push_file(path, Place(path, 1), ())
        return self._pieces()

    def text(self, content: bytes, name: str, folder: str | None) -> Iterator[Piece]:
        """Pieces of a text; `name` is what places call it."""
        self._name, self._folder = name, folder
        lines = self.library.lines(content, name)
        if lines is not None:
            self._feeds.append(_Feed(self._lines(lines, name)))
        return self._pieces()

    def _pieces(self) -> Iterator[Piece]:
        while self._feeds or self._rest is not None:
            piece, self._rest = self._rest or next(self._feeds[-1].lines, None), None
            if piece is None:
                if self._feeds.pop().chain:
                    self._end_definition()
                continue
            self._count += 1
            if self._count > MAX_PIECES:
                self.findings.stop(
                    piece.place,
                    f"more than {MAX_PIECES:,} lines",
                    "a loop or a definition repeats too much, or this is no configuration",
                )
            found = self._resolved(piece)
            if found is None:
                continue
            head, rest = split_brace(found.text)
            if rest:
                self._rest = Piece(rest, found.at(len(found.text) - len(rest)), found.exact)
            head = head.rstrip(BLANKS)
            if head:
                yield replace(found, text=head)

    def _lines(self, lines: list[str], name: str) -> Iterator[Piece]:
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_LINE // 4 and len(line.encode("utf-8", "replace").rstrip(b"\r")) > MAX_LINE:
                self.findings.problem(
                    Place(name, number),
                    f"the line is longer than {MAX_LINE} bytes: keepalived takes the rest as another line",
                    "divide it, also if it is a comment",
                )
                continue
            found = uncomment(line.rstrip("\r"))
            if found.unclosed:
                self.findings.problem(
                    Place(name, number, found.lead + 1), "a double quote has no end", 'end it with "'
                )
            if found.text:
                # With its quote closed the line says nothing more that would be wrong only for that.
                text = found.text + '"' * found.unclosed
                yield Piece(text, Place(name, number, found.lead + 1))
            else:
                self._end_definition()

    # ---- one line

    def _resolved(self, piece: Piece) -> Piece | None:
        """The statement in a line; None if the line was a directive."""
        if self._open is not None:
            self._continue_definition(piece.text)
            return None
        for _ in range(MAX_USES):
            found = self._conditional(piece)
            if found is None or self._defines(found) or self._loops(found):
                return None
            done = self.values.put_into(found, self._folder_of(found))
            piece = done.piece
            for lines in done.following:
                self._push(iter(lines), piece.place)
            # What was put in may begin with @ or hold another definition.
            if piece is found or not (piece.text.startswith("@") or "$" in piece.text):
                break
        return None if not piece.text or self._includes(piece) else piece

    def _conditional(self, piece: Piece) -> Piece | None:
        match = _CONDITION.match(piece.text)
        if match is None:
            return piece
        negated, name, rest = match[1] == "^", match[2], match[3]
        if rest and (name == self.config_id) != negated:
            return Piece(rest, piece.at(match.start(3)), piece.exact)
        mine = "none is set" if self.config_id is None else f"it is {self.config_id}"
        note = f"not for this configuration id ({mine})" if rest else "nothing follows the id"
        self.directives.append(Directive(piece.place, piece.text.split()[0], piece.text, note))
        return None

    def _defines(self, piece: Piece) -> bool:
        begun = defs.begin(piece.text) if piece.text.startswith("$") else None
        if begun is None:
            return False
        name, definition = begun
        self.values.defined[name] = definition
        self._open = definition if definition.open else None
        return True

    def _continue_definition(self, text: str) -> None:
        assert self._open is not None
        defs.extend(self._open, text)
        if not self._open.open:
            self._open = None

    def _end_definition(self) -> None:
        if self._open is not None:
            defs.finish(self._open)
        self._open = None

    def _loops(self, piece: Piece) -> bool:
        text = piece.text
        if not text.startswith(("~SEQ", "~LST")):
            return False
        if text.startswith("~SEQ"):
            numbers = self.values.put_into(
                Piece(defs.arguments(text), piece.place, exact=False), self._folder_of(piece)
            )
            loop = defs.sequence(text, numbers.piece.text)
        else:
            loop = defs.choices(text)
        if isinstance(loop, str):
            self.findings.problem(piece.place, f"{shown(text, 40)} is no loop: {loop}")
        else:
            self._push(self._turns(loop, piece.place), piece.place)
        return True

    def _turns(self, loop: defs.Loop, place: Place) -> Iterator[Piece]:
        for values in loop.values:
            for name, value in zip(loop.names, values, strict=True):
                self.values.defined[name] = defs.Definition([value])
            yield Piece(loop.text, place, exact=False)

    # ---- files

    def _folder_of(self, piece: Piece) -> str | None:
        return self._folder if piece.place.file == self._name else os.path.dirname(piece.place.file)

    def _includes(self, piece: Piece) -> bool:
        match = _INCLUDE.match(piece.text)
        if match is None:
            return False
        pattern = match[2].strip(BLANKS)
        folder = self._folder_of(piece)
        if folder is None:
            self.findings.warn(piece.place, f"include {shown(pattern)} is not followed: this is only a text")
            self._note(piece, "not followed: a text has no folder")
            return True
        found = matches(pattern, folder)
        if found is None:
            self.findings.problem(
                piece.place, f"include {shown(pattern)} names too many files", f"allowed: {MAX_ALTERNATIVES}"
            )
            return True
        strict = bool(match[1])
        self._note(piece, f"{len(found)} file{'' if len(found) == 1 else 's'}")
        above = next((feed.chain for feed in reversed(self._feeds) if feed.chain), ())
        for path in reversed([path for path in found if self._is_there(path, piece, strict)]):
            self._push_file(path, piece.place, above)
        return True

    def _note(self, piece: Piece, note: str) -> None:
        self.directives.append(Directive(piece.place, piece.text.split()[0], piece.text, note))

    def _is_there(self, path: str, piece: Piece, strict: bool) -> bool:
        if os.path.isfile(path):
            return True
        if strict:
            self.findings.problem(
                piece.place, f"there is no file {shown(path)}", "write include for an optional file"
            )
        else:
            self.findings.warn(
                piece.place,
                f"there is no file {shown(path, 200)}: keepalived goes on without it",
                fix="copy the file there or mend its name; whatever it defines is missing on this node",
            )
        return False

    def _push_file(self, path: str, place: Place, above: tuple[str, ...]) -> None:
        real = os.path.realpath(path)
        if real in above:
            self.findings.problem(
                place, f"{shown(path)} includes itself, directly or through others", "remove one include"
            )
        elif len(above) >= MAX_INCLUDES:
            self.findings.stop(place, "includes are nested too deeply", f"allowed: {MAX_INCLUDES} levels")
        else:
            self._feeds.append(_Feed(self._opened(path, place), (*above, real)))

    def _opened(self, path: str, place: Place) -> Iterator[Piece]:
        """Lines of a file that is opened when its turn comes."""
        yield from self._lines(self.library.open(path, place) or [], path)

    def _push(self, lines: Iterator[Piece], place: Place) -> None:
        self._feeds.append(_Feed(lines))
        # Files that wait for their turn are beside each other, not within.
        if sum(not feed.chain for feed in self._feeds) > MAX_FEEDS:
            self.findings.stop(
                place,
                f"more than {MAX_FEEDS} definitions and loops within each other",
                "does a definition contain itself?",
            )
