"""Files of a configuration: found by name or pattern, bounded, and decoded.

keepalived opens regular files that nobody may execute, in the order of their names, and takes a relative
name from the folder of the file that includes it (keepalived.conf(5), include).
"""

from __future__ import annotations

import glob
import os
import stat
from dataclasses import dataclass, field
from itertools import islice

from vipsim.scenario.keepalived.places import Findings, Place, printable

MAX_BYTES = 1_000_000
"""Of all files together: some 2,500 instances written out, more than one daemon runs or a simulation needs,
and read in seconds. Thousands of equal ones are written with ~SEQ, in a few lines."""
MAX_FILES = 500
MAX_ALTERNATIVES = 200
"""Names that the braces of one include may stand for."""


@dataclass(slots=True)
class Library:
    """What was read so far, and within which limits."""

    findings: Findings
    size: int = 0
    files: list[str] = field(default_factory=list)

    def open(self, path: str, place: Place) -> list[str] | None:
        """Lines of a file, or None with a problem noted at `place`."""
        if len(self.files) >= MAX_FILES:
            self.findings.stop(place, "too many files are included", f"allowed: {MAX_FILES}")
        content = self._content(path, place)
        return None if content is None else self.lines(content, path)

    def lines(self, content: bytes, path: str) -> list[str] | None:
        """Lines of a file that was read, or None with a problem noted in it."""
        self.files.append(path)
        start = Place(path, 1)
        self.size += len(content)
        if self.size > MAX_BYTES:
            self.findings.stop(
                start,
                f"the configuration is larger than {MAX_BYTES // 1_000_000} MB",
                "that is 2,500 instances; write equal ones with ~SEQ, and leave out what is not VRRP",
            )
        text = self._decoded(content, start)
        if text is None:
            return None
        lines = text.split("\n")
        self.findings.lines[path] = lines
        for number, line in enumerate(lines, 1):
            at = line.find("\0")
            if at >= 0:
                self.findings.problem(
                    Place(path, number, at + 1),
                    "a NUL byte: keepalived ends the line there",
                    "is this a text file? remove the byte",
                )
        return lines

    def _content(self, path: str, place: Place) -> bytes | None:
        name = printable(path)
        try:
            about = os.stat(path)
            if not stat.S_ISREG(about.st_mode):
                self.findings.problem(
                    place, f"{name} is not a regular file", "keepalived opens no folder, pipe or device"
                )
                return None
            if os.name == "posix" and about.st_mode & 0o111:
                self.findings.warn(
                    Place(path, 1), f"keepalived does not read an executable file: chmod a-x {name}"
                )
            with open(path, "rb") as file:
                return file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            self.findings.problem(place, f"there is no file {name}", "check the name and the folder")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.findings.problem(place, f"{name} cannot be read: {reason}", "check its rights")
        return None

    def _decoded(self, content: bytes, start: Place) -> str | None:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_wide(content[:200]):
            self.findings.problem(
                start, "this is UTF-16, which keepalived cannot read", "save the file as UTF-8 or ASCII"
            )
            return None
        if content.startswith(b"\xef\xbb\xbf"):
            content = content[3:]
            self.findings.warn(
                start,
                "a byte order mark stands before the first word: keepalived takes it as part of the word "
                "and does not know that keyword; save the file without it",
            )
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.findings.warn(
                Place(start.file, line),
                f"byte 0x{content[error.start]:02x} is no UTF-8: the file is read as Latin-1 "
                "(keepalived takes bytes as they come)",
                harmless=True,
            )
            return content.decode("latin-1")


def _looks_wide(content: bytes) -> bool:
    """True if about every other byte is a NUL."""
    return 3 * content.count(0) > len(content) > 2 * content.count(0) - 9


def matches(pattern: str, folder: str) -> list[str] | None:
    """Paths that an include names, in the order in which keepalived reads them; None if too many.

    Wildcards and csh braces as glob(3) has them; a name without wildcards is given back as it is, there
    or not.
    """
    found: list[str] = []
    alternatives = braces(pattern)
    if alternatives is None:
        return None
    for one in alternatives:
        path = os.path.join(folder, one)
        if not glob.has_magic(one):
            found.append(path)
            continue
        found += sorted(islice(glob.iglob(path), MAX_FILES + 1))
    return found if len(found) <= MAX_FILES else None


def braces(pattern: str) -> list[str] | None:
    """Alternatives of ``a{b,c}d``, nested ones too; None if they are more than `MAX_ALTERNATIVES`.

    >>> braces("x/{foo/{,cat},bar}.conf")
    ['x/foo/.conf', 'x/foo/cat.conf', 'x/bar.conf']
    """
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        if len(done) + len(waiting) > MAX_ALTERNATIVES:
            return None
        one = waiting.pop(0)
        group = _first_group(one)
        if group is None:
            done.append(one)
            continue
        first, last, parts = group
        waiting[:0] = [one[:first] + part + one[last + 1 :] for part in parts]
    return done


def _first_group(text: str) -> tuple[int, int, list[str]] | None:
    first = text.find("{")
    depth, parts, begun = 0, [], first + 1
    for at in range(first, len(text)) if first >= 0 else ():
        if text[at] == "{":
            depth += 1
        elif text[at] == "," and depth == 1:
            parts.append(text[begun:at])
            begun = at + 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                parts.append(text[begun:at])
                # A pair without a comma is no choice; {} itself is a name.
                return (first, at, parts) if len(parts) > 1 else None
    return None
