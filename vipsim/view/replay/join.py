"""ES modules joined to one: the page carries a single inline script, and no build tool makes it.

The modules are plain files that a browser would load as they are. To be joined they keep to a few rules, and
whatever breaks one is refused with its place: imports come first, each on a line of its own, by name, from a
file of the page; exports are made at declarations; a name at the top level is used in one file only, because
joined files share one scope.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from vipsim.errors import VipsimError

_IMPORT = re.compile(r'import \{ (\w+(?:, \w+)*) \} from "(\.\.?/(?:\.\./)*(?:[\w-]+/)*[\w-]+\.js)";')
_EXPORT = re.compile(r"export (?=(?:async )?(?:function|const|let|class)\b)")
_DECLARATION = re.compile(r"(?:async )?(?:function\*?|const|let|class) (.)(\w*)")
_FORBIDDEN = re.compile(r"</script|<!--", re.IGNORECASE)
"""What would end or confuse the element around an inline script."""


@dataclass(frozen=True, slots=True)
class _Module:
    """A file: what it imports from where, what it declares and exports, and its text without both words."""

    name: str
    imports: tuple[tuple[int, str, tuple[str, ...]], ...]
    """(line, file, names)."""
    declared: Mapping[str, int]
    """Names at the top level and their lines."""
    exported: frozenset[str]
    text: str


def joined(sources: Mapping[str, str], entry: str, exports: Sequence[str] = ()) -> str:
    """Return one module made of `entry` and everything that it imports.

    Parameters
    ----------
    sources : mapping
        Text of each file by its path in the page's folder, such as ``"main.js"`` or ``"core/dom.js"``.
    entry : str
        The file where the page begins; it comes last.
    exports : sequence of str
        Names that the joined module exports; none for a script inside a page.

    Raises
    ------
    VipsimError
        Naming file and line of what cannot be joined.
    """
    modules = {name: _read(name, text) for name, text in sources.items()}
    order = _order(modules, entry)
    owners: dict[str, _Module] = {}
    for module in order:
        for name, line in module.declared.items():
            if name in owners:
                first = f"{owners[name].name}:{owners[name].declared[name]}"
                _refuse(module.name, line, f"{name} is declared in {first}, too: choose another name")
            owners[name] = module
    for name in exports:
        if name not in owners:
            _refuse(entry, 0, f"nothing of the name {name} is declared, so it cannot be exported")
    last = f"\nexport {{ {', '.join(exports)} }};\n" if exports else ""
    return "".join(module.text for module in order) + last


def _read(name: str, text: str) -> _Module:
    imports: list[tuple[int, str, tuple[str, ...]]] = []
    declared: dict[str, int] = {}
    exported: set[str] = set()
    kept: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if _FORBIDDEN.search(line):
            _refuse(name, number, "</script and <!-- cannot stand in a page's script: put two texts together")
        if re.match(r"import\b", line):
            imports.append(_import(name, number, line, is_first=not declared))
            continue
        bare = _EXPORT.sub("", line, count=1) if line.startswith("export") else line
        if bare.startswith("export"):
            _refuse(name, number, "export is written before a function, const, let or class")
        found = _DECLARATION.match(bare)
        if found:
            word = found[1] + found[2]
            if not word.isidentifier() and not word.startswith("$"):
                _refuse(name, number, "one name is declared at a time: no pattern")
            if word in declared:
                _refuse(name, number, f"{word} is declared in line {declared[word]}, too")
            declared[word] = number
            if bare is not line:
                exported.add(word)
        elif re.match(r"var\b", bare):
            _refuse(name, number, "write const or let: var may be declared twice unseen")
        kept.append(bare)
    return _Module(name, tuple(imports), declared, frozenset(exported), "\n".join(kept).strip("\n") + "\n")


def _import(name: str, number: int, line: str, *, is_first: bool) -> tuple[int, str, tuple[str, ...]]:
    found = _IMPORT.fullmatch(line.rstrip())
    if found is None:
        _refuse(name, number, 'write imports as import { name, other } from "./file.js"; on one line')
    if not is_first:
        _refuse(name, number, "imports come before everything else")
    return (
        number,
        posixpath.normpath(posixpath.join(posixpath.dirname(name), found[2])),
        tuple(found[1].split(", ")),
    )


def _order(modules: Mapping[str, _Module], entry: str) -> list[_Module]:
    """Return the entry and what it needs, each file after those that it imports."""
    done: dict[str, _Module] = {}
    under_way: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        under_way.append(name)
        module = modules[name]
        for line, other, names in module.imports:
            if other not in modules:
                _refuse(name, line, f"there is no {other}")
            if other in under_way:
                circle = " -> ".join([*under_way[under_way.index(other) :], other])
                _refuse(name, line, f"files import each other in a circle: {circle}")
            missing = [word for word in names if word not in modules[other].exported]
            if missing:
                _refuse(name, line, f"{other} does not export {', '.join(missing)}")
            visit(other)
        under_way.pop()
        done[name] = module

    if entry not in modules:
        _refuse(entry, 0, "there is no such file")
    visit(entry)
    return list(done.values())


def _refuse(name: str, line: int, reason: str) -> NoReturn:
    raise VipsimError(f"{name}:{line}: {reason}" if line else f"{name}: {reason}")
