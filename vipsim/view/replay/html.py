"""The page as text: one HTML file that asks nobody for anything and runs nothing but its own script.

Its content security policy allows the one script and the one style sheet by their hashes, and pictures made
of data. The document travels as JSON, packed by gzip and written in base64, so that no text of a scenario is
ever read as markup. Equal documents give equal bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
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
    folder = files("vipsim.view.replay").joinpath("page")
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file()}
    scripts = {name: texts[name] for name in sorted(texts) if name.endswith(".js")}
    styles = [name for name in sorted(texts) if name.endswith(".css")]
    order = [name for name in FIRST_STYLES if name in styles]
    order += [name for name in styles if name not in FIRST_STYLES + LAST_STYLES]
    order += [name for name in LAST_STYLES if name in styles]
    return texts["page.html"], "\n".join(texts[name] for name in order), joined(scripts, ENTRY)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
