"""ES modules joined to one: order, one scope, and what is refused with its place."""

import re
from pathlib import Path

import pytest

from vipsim.errors import VipsimError
from vipsim.view.replay import html
from vipsim.view.replay.join import joined

DOM = "export function h() {}\nfunction inner() {}\n"
STORE = 'import { h } from "./dom.js";\n\nexport const store = h;\n'
MAIN = '// The page.\nimport { store } from "./store.js";\nimport { h } from "./dom.js";\n\nstore(h);\n'


def test_a_file_comes_after_what_it_imports_and_both_words_are_gone() -> None:
    text = joined({"main.js": MAIN, "store.js": STORE, "dom.js": DOM}, "main.js")
    assert text == "function h() {}\nfunction inner() {}\nconst store = h;\n// The page.\n\nstore(h);\n"


def test_the_order_of_the_files_does_not_matter() -> None:
    files = {"main.js": MAIN, "store.js": STORE, "dom.js": DOM}
    assert joined(files, "main.js") == joined(dict(reversed(files.items())), "main.js")


def test_what_nobody_imports_stays_out() -> None:
    assert "spare" not in joined(
        {"main.js": MAIN, "store.js": STORE, "dom.js": DOM, "x.js": "spare();"}, "main.js"
    )


def test_a_module_for_others_exports_at_its_end() -> None:
    assert joined({"main.js": DOM}, "main.js", ("h",)).endswith("\nexport { h };\n")


def test_files_may_stand_in_folders() -> None:
    files = {
        "main.js": 'import { a } from "./one/a.js";\na();',
        "one/a.js": 'import { b } from "../two/b.js";\nimport { c } from "./c.js";\nexport const a = b + c;',
        "one/c.js": "export const c = 1;",
        "two/b.js": "export const b = 2;",
    }
    assert joined(files, "main.js") == "const b = 2;\nconst c = 1;\nconst a = b + c;\na();\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"main.js": 'import { a } from "./a.js";', "a.js": ""}, "main.js:1: a.js does not export a"),
        ({"main.js": 'import { a } from "./a.js";'}, "main.js:1: there is no a.js"),
        ({"main.js": 'import { a } from "../a.js";'}, "main.js:1: there is no ../a.js"),
        ({"other.js": ""}, "main.js: there is no such file"),
        ({"main.js": 'import a from "./a.js";'}, "main.js:1: write imports as"),
        ({"main.js": 'import { a as b } from "./a.js";'}, "main.js:1: write imports as"),
        ({"main.js": 'import { a } from "/a.js";'}, "main.js:1: write imports as"),
        ({"main.js": 'import "./a.js";'}, "main.js:1: write imports as"),
        ({"main.js": 'import {\n  a } from "./a.js";'}, "main.js:1: write imports as"),
        ({"main.js": 'const b = 1;\nimport { a } from "./a.js";'}, "main.js:2: imports come before"),
        ({"main.js": "const a = 1;\nexport { a };"}, "main.js:2: export is written before"),
        ({"main.js": "export default 1;"}, "main.js:1: export is written before"),
        ({"main.js": 'export * from "./a.js";'}, "main.js:1: export is written before"),
        ({"main.js": "const { a } = b;"}, "main.js:1: one name is declared at a time"),
        ({"main.js": "let [a] = b;"}, "main.js:1: one name is declared at a time"),
        ({"main.js": "var a = 1;"}, "main.js:1: write const or let"),
        ({"main.js": "const a = 1;\nfunction a() {}"}, "main.js:2: a is declared in line 1, too"),
        ({"main.js": 'const a = "</script>";'}, "main.js:1: </script and <!--"),
        ({"main.js": "a <!--b;"}, "main.js:1: </script and <!--"),
        (
            {"main.js": 'import { a } from "./a.js";\nconst b = a;', "a.js": "export const a = 1;\nlet b;"},
            "main.js:2: b is declared in a.js:2, too: choose another name",
        ),
        (
            {
                "main.js": 'import { a } from "./a.js";',
                "a.js": '\nimport { b } from "./b.js";\nexport class a {}',
                "b.js": 'import { a } from "./a.js";\nexport async function b() {}',
            },
            "b.js:1: files import each other in a circle: a.js -> b.js -> a.js",
        ),
    ],
)
def test_what_cannot_be_joined_is_named(files: dict[str, str], told: str) -> None:
    with pytest.raises(VipsimError) as caught:
        joined(files, "main.js")
    assert str(caught.value).startswith(told)


def test_nobody_exports_what_is_not_there() -> None:
    with pytest.raises(VipsimError, match=r"main\.js: nothing of the name mount"):
        joined({"main.js": DOM}, "main.js", ("mount",))


def test_the_page_holds_all_of_its_scripts_and_styles() -> None:
    folder = Path(html.__file__).parent / "page"
    _, style, script = html.page_parts()
    for file in folder.rglob("*.js"):
        lines = [
            line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("function ")
        ]
        assert all(line in script for line in lines), f"{file.name} is imported by nobody"
    for file in folder.rglob("*.css"):
        assert file.read_text(encoding="utf-8") in style


def test_the_rooms_of_the_page_know_only_what_is_below_them() -> None:
    """Core knows nobody and drawing nobody; each picture knows these two; the shell knows all pictures."""
    folder = Path(html.__file__).parent / "page"
    pictures = {"topology", "ladder", "lanes", "events", "detail", "tables"}
    below = {"core": set(), "drawing": set(), "shell": {"core", "drawing", *pictures}}
    below |= {picture: {"core", "drawing"} for picture in pictures} | {"page": {"core", "drawing", "shell"}}
    for file in folder.rglob("*.js"):
        room = file.parent.name
        named = re.findall(r'^import .* from "(\.[^"]*)";', file.read_text(encoding="utf-8"), re.MULTILINE)
        used = {(file.parent / name).resolve().parent.name for name in named} - {room}
        assert used <= below[room], file.name
