"""How the campaigns spoil a good text: words, letters, lines and pieces changed, moved, doubled or lost."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

CHANGES = (1, 1, 1, 2, 3, 8)
"""How often a text is changed."""


@dataclass(frozen=True)
class Mutations:
    """What a language is made of, so that its spoiled texts come near to good ones."""

    seeds: Sequence[bytes]
    """Good texts."""
    token: re.Pattern[bytes]
    """A word of the language."""
    words: Sequence[bytes]
    odd: Sequence[bytes]
    """What belongs nowhere: numbers out of range, brackets, control characters."""
    indents: Sequence[bytes] = (b"",)
    """What may stand before a line that was moved."""

    def mutant(self, draw: random.Random) -> bytes:
        """Return a good text with some changes."""
        content = draw.choice(self.seeds)
        changes = (self._word, self._word, self._letter, self._line, self._cut, self._odd, self._splice)
        for _ in range(draw.choice(CHANGES)):
            content = draw.choice(changes)(draw, content)
        return content

    def _word(self, draw: random.Random, content: bytes) -> bytes:
        found = list(self.token.finditer(content))
        if not found:
            return content
        match = draw.choice(found)
        new = draw.choice(draw.choice((self.words, self.odd)))
        return content[: match.start()] + new + content[match.end() :]

    def _letter(self, draw: random.Random, content: bytes) -> bytes:
        place = draw.randrange(len(content) + 1)
        return content[:place] + bytes([draw.randrange(256)]) + content[place + draw.randrange(2) :]

    def _line(self, draw: random.Random, content: bytes) -> bytes:
        lines = content.split(b"\n")
        taken = lines.pop(draw.randrange(len(lines)))
        for _ in range(draw.randrange(3)):
            place = draw.randrange(len(lines) + 1)
            lines.insert(place, (draw.choice(self.indents) if len(self.indents) > 1 else b"") + taken)
        return b"\n".join(lines)

    def _cut(self, draw: random.Random, content: bytes) -> bytes:
        first = draw.randrange(len(content) + 1)
        return content[:first] + content[first + draw.randrange(200) :]

    def _odd(self, draw: random.Random, content: bytes) -> bytes:
        place = draw.randrange(len(content) + 1)
        return content[:place] + draw.choice(self.odd) * draw.choice((1, 1, 2, 30)) + content[place:]

    def _splice(self, draw: random.Random, content: bytes) -> bytes:
        other = draw.choice(self.seeds).split(b"\n")
        lines = content.split(b"\n")
        first = draw.randrange(len(other))
        place = draw.randrange(len(lines) + 1)
        lines[place:place] = other[first : first + draw.randrange(1, 8)]
        return b"\n".join(lines)
