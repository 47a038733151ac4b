"""Texts that were written to hurt a reader, of any size."""

from functools import cache
from pathlib import Path

BASE = (Path(__file__).parent / "base.yaml").read_text("utf-8")


@cache
def hostile_texts(size: int) -> dict[str, str]:
    """Return texts of about `size` letters, by name."""

    def much(text: str) -> str:
        return text * (size // len(text))

    nodes = "".join(f"  h{number}: {{interfaces: {{}}}}\n" for number in range(size // 30))
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\ne: [*d, *d]\n"
    texts = {
        "aliases": much(bomb),
        "brackets": much("["),
        "braces": much("{"),
        "questions": much("? "),
        "dashes": much("- "),
        "colons": much("a: "),
        "block text": "x: |\n" + much(" a\n"),
        "anchor": "&" + much("a") + " b",
        "tag": "!" + much("a") + " b",
        "escapes": '"' + much("\\x41") + '"',
        "digits": "duration: " + much("9"),
        "digits with unit": "duration: " + much("1") + "s",
        "exponent": "phase: 1e" + much("9"),
        "percents": BASE.replace("1%", much("1") + "%"),
        "malformed faults": BASE + much("  - {crash: db1, at: 5}\n"),
        "faults without sense": BASE + much("  - {drop: sw9, at: 5s}\n"),
        "faults on links": BASE + much("  - {drop: sw1>db9, at: 5s}\n"),
        "unknown words": BASE + much("  - {crush: db1}\n"),
        "unknown keys": BASE + "".join(f"k{number}: 1\n" for number in range(size // 10)),
        "one key": BASE + much("name: x\n"),
        "empty hosts": BASE.replace("links:", nodes + "links:"),
        "ends": BASE.replace("[db1.bond0, sw1]", "[" + much("a,") + "b]"),
        "hyphens": BASE.replace("crash: db1", "drop: " + much("a-") + "b"),
        "parts": BASE.replace("crash: db1", "partition: " + much("a|") + "b"),
        "one line": BASE.replace("name: base", "name: " + much("base ")),
        "spaces": much(" "),
        "line ends": much("\n") + "x",
        "documents": much("---\n"),
        "comments": much("#\n"),
        "emoji": "name: " + much("\U0001f600"),
    }
    return {name: text[: size + 5000] for name, text in texts.items()}
