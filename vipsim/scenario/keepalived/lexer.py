"""Words, quotes, escapes, comments and braces of one line, as keepalived 2.2.7 takes them apart.

What the manual does not say was settled by asking the program (``keepalived -t`` names the word it does
not know): only a double quote keeps a ``#`` or a brace from its meaning; a brace divides a line even
in the middle of a word; a line is read at most 1,023 bytes at a time, the rest counts as a line of its own.

>>> [word.text for word in words('notify "a b" x  y')]
['notify', 'a b', 'x', 'y']
>>> split_brace("group { A }")
('group ', '{ A }')
"""

from __future__ import annotations

from dataclasses import dataclass

BLANKS = " \t"
SPACES = " \t\f\n\r\v"
MAX_LINE = 1023
"""Bytes: the daemon's line buffer is 1,024 with the terminating zero."""

_ESCAPES = {"a": "\a", "b": "\b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HEX = frozenset("0123456789abcdefABCDEF")
_OCTAL = frozenset("01234567")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a statement, without its quotes."""

    text: str
    offset: int = 0
    """Letters before it in its line."""


@dataclass(frozen=True, slots=True)
class Uncommented:
    """A line without its comment."""

    text: str
    lead: int = 0
    """Blanks that stood before it."""
    unclosed: bool = False
    """A double quote has no end."""


def uncomment(line: str) -> Uncommented:
    r"""Take away the comment and the blanks around; a backslash at the very end stays, also after a comment.

    ``\#`` is no way to keep the sign: the parent process unescapes it into the copy of the file that its
    children read, and they take it for a comment.
    """
    found = _uncomment_once(line)
    if "\\#" in line or "\\!" in line:
        again = _uncomment_once(found.text)
        found = Uncommented(again.text, found.lead, found.unclosed or again.unclosed)
    return found


def _uncomment_once(line: str) -> Uncommented:
    text = line.lstrip(BLANKS)
    lead = len(line) - len(text)
    if not any(sign in text for sign in '!#"\\'):
        return Uncommented(text.rstrip(BLANKS), lead)
    kept: list[str] = []
    quoted = commented = continued = False
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            if at + 1 == len(text):
                continued = True
                break
            escaped = text[at : at + 2]
            if not commented:
                kept.append(escaped[1] if not quoted and escaped[1] in "#!" else escaped)
            at += 2
            continue
        if letter == '"' and not commented:
            quoted = not quoted
        elif letter in "#!" and not quoted:
            commented = True
        if not commented:
            kept.append(letter)
        at += 1
    left = "".join(kept).rstrip(BLANKS)
    return Uncommented(left + "\\" if continued else left, lead, quoted)


def split_brace(text: str) -> tuple[str, str]:
    """The part of a line that is one statement or one brace, and the rest."""
    if text[:1] in ("{", "}"):
        return text[0], text[1:].lstrip(BLANKS)
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in "{}":
            return text[:at], text[at:]
        if letter == '"':
            end = text.find('"', at + 1)
            if end < 0:
                break
            at = end
        at += 1
    return text, ""


def words(text: str) -> list[Word]:
    """Divide a statement at blanks and double quotes; an opened quote without an end drops what follows."""
    found: list[Word] = []
    at = 0
    while at < len(text):
        if text[at] in SPACES:
            at += 1
        elif text[at] == '"':
            end = text.find('"', at + 1)
            if end < 0:
                break
            found.append(Word(text[at + 1 : end], at))
            at = end + 1
        else:
            end = at
            while end < len(text) and text[end] not in SPACES and text[end] != '"':
                end += 1
            found.append(Word(text[at:end], at))
            at = end
    return found


def script_words(text: str) -> list[str] | None:
    r"""Divide a command line: both kinds of quotes, within words too, and escapes as in a shell's ``$''``.

    Returns None if a quote has no end or a backslash stands last: the daemon then has no script.

    >>> script_words(r"script '/bin/a b' c\040d")
    ['script', '/bin/a b', 'c d']
    """
    found: list[str] = []
    at = 0
    while True:
        while at < len(text) and text[at] in SPACES:
            at += 1
        if at >= len(text):
            return found
        word, at = _script_word(text, at)
        if word is None:
            return None
        found.append(word)


def command_words(text: str) -> list[str] | None:
    r"""Program and arguments of a script statement: its second word, divided once more.

    So blanks within double quotes divide, and single quotes in them keep an argument together; what
    follows is a user and group, or nothing. None as for `script_words`.

    >>> command_words('script "/bin/check -w 3 \'a b\'" nobody')
    ['/bin/check', '-w', '3', 'a b']
    """
    outer = script_words(text)
    return None if outer is None else script_words("".join(outer[1:2]))


def _script_word(text: str, at: int) -> tuple[str | None, int]:
    kept: list[str] = []
    quote = ""
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            if at + 1 >= len(text):
                return None, at
            escaped, at = _escape(text, at + 1)
            kept.append(escaped)
        elif letter == quote:
            quote = ""
            at += 1
        elif not quote and letter in "'\"":
            quote = letter
            at += 1
        elif not quote and letter in SPACES:
            break
        else:
            kept.append(letter)
            at += 1
    if quote:
        return None, at
    # The daemon keeps C strings: a zero ends one.
    return "".join(kept).split("\0")[0], at


def _escape(text: str, at: int) -> tuple[str, int]:
    letter = text[at]
    if letter == "x" and text[at + 1 : at + 2] in _HEX:
        at += 1
        value = 0
        while at < len(text) and text[at] in _HEX:
            value = (value << 4 | int(text[at], 16)) & 0xFF
            at += 1
        return chr(value), at
    if letter == "c" and at + 1 < len(text):
        return chr(ord(text[at + 1]) & 0x1F), at + 2
    if letter in _OCTAL:
        end = at + 1
        while end < min(at + 3, len(text)) and text[end] in _OCTAL:
            end += 1
        return chr(int(text[at:end], 8) & 0xFF), end
    return _ESCAPES.get(letter, letter), at + 1
