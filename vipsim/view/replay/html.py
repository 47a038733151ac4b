"""The page as text: one HTML file that asks nobody for anything and runs nothing but its own script.

Its content security policy allows the one script and the one style sheet by their hashes, and pictures made
of data. The document travels as JSON, packed by gzip and written in base64, so that no text of a scenario is
ever read as markup. Equal documents give equal bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from vipsim.trace.plain import in_order
from vipsim.view.palette import plain
from vipsim.view.replay.join import joined
from vipsim.view.replay.pack import packed_document

ENTRY = "main.js"
FIRST_STYLES, LAST_STYLES = ("tokens.css", "page.css", "shell.css"), ("print.css",)
"""Style sheets that others build upon, and those that have the last word."""


def page_html(document: Mapping[str, Any], title: str) -> str:
    """Return the text of the page that shows a document (see `vipsim.view.replay.document`)."""
    template, style, module = page_parts()
    module, style = f"\n{module}", f"\n{style}"
    policy = (
        f"default-src 'none'; script-src '{_hash(module)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": policy,
        "title": escape(plain(title, 200).strip()),
        "style": style,
        "data": packed(document),
        "module": module,
    }
    # One pass, so that nothing put in is looked at again.
    pieces = template.split("{{")
    text = pieces[0]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        text += parts[name] + rest
    return text


def packed(document: Mapping[str, Any]) -> str:
    """Return a document as JSON, packed by gzip, in base64."""
    data = in_order(packed_document(document)).encode("ascii")
    return base64.b64encode(gzip.compress(data, compresslevel=9, mtime=0)).decode("ascii")


@cache
def page_parts() -> tuple[str, str, str]:
    """Return the template, the style sheet and the script of every page."""
    texts = dict(_texts(files("vipsim.view.replay").joinpath("page"), ""))
    scripts = {name: texts[name] for name in sorted(texts) if name.endswith(".js")}
    styles = sorted((name for name in texts if name.endswith(".css")), key=_style_order)
    return texts["page.html"], "\n".join(texts[name] for name in styles), joined(scripts, ENTRY)


def _texts(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of every file of the page; paths have slashes."""
    for file in folder.iterdir():
        if file.is_dir():
            yield from _texts(file, f"{prefix}{file.name}/")
        elif file.name.endswith((".js", ".css", ".html")):
            yield prefix + file.name, file.read_text(encoding="utf-8")


def _style_order(path: str) -> tuple[int, str]:
    """Style sheets that others build upon, the others by name, and those that have the last word."""
    name = path.rpartition("/")[2]
    if name in FIRST_STYLES:
        return FIRST_STYLES.index(name), path
    return len(FIRST_STYLES) + (name in LAST_STYLES), path


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
