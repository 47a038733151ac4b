"""Single modules of the page, run in a real browser without the page around them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import vipsim.view.replay
from vipsim.view.replay.join import joined

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(vipsim.view.replay.__file__).parent / "page"


def opened(chromium: Browser, **names: str) -> Page:
    """Return an empty page where `tested` holds these functions: ``names`` is function="room/file.js"."""
    sources = {path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in FOLDER.rglob("*.js")}
    imports = [f'import {{ {name} }} from "./{file}";' for name, file in names.items()]
    sources["tested.js"] = "\n".join([*imports, f"globalThis.tested = {{ {', '.join(names)} }};"])
    page = chromium.new_page()
    page.set_content("<!doctype html><title>modules</title>")
    page.add_script_tag(content=joined(sources, "tested.js"), type="module")
    page.wait_for_function("globalThis.tested !== undefined")
    return page


def call(page: Page, expression: str, *values: Any) -> Any:
    """Evaluate an expression in which `values` are the argument, a list."""
    return page.evaluate(f"(values) => {expression}", list(values))
