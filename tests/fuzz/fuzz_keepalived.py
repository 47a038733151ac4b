"""Feed the keepalived.conf reader with mutated files and plain noise: it reads, or it refuses in words.

    python -m tests.fuzz.fuzz_keepalived --inputs 100000 --workers 2

Every input follows from its number, so that a failure can be repeated (``--first N --inputs 1``). A quarter
is noise; the rest are small configurations in which lines, words, letters and braces were changed, moved
or doubled. What is read is written and read again: the same must come out. The longest reading is printed:
time and memory are bounded, not merely finite.
"""

from __future__ import annotations

import random
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from tests.fuzz import campaign
from tests.fuzz.mutations import Mutations
from tests.scenario.keepalived.hostile import hostile_texts
from vipsim.errors import ScenarioError
from vipsim.scenario.keepalived import KeepalivedConfig, read_keepalived, report_text, write_keepalived
from vipsim.scenario.keepalived.keywords import TABLE
from vipsim.scenario.keepalived.lint import lint
from vipsim.scenario.keepalived.network import from_keepalived
from vipsim.scenario.keepalived.sources import MAX_BYTES
from vipsim.scenario.keepalived.summary import summary

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "data/keepalived").glob("*.conf"))]
TOKEN = re.compile(rb"[\w./-]+")
KEYWORDS = sorted({name.encode() for table in TABLE.values() for name in table})
WORDS = sorted({word for seed in SEEDS for word in TOKEN.findall(seed)}) + KEYWORDS
ODD = [
    *(
        b"",
        b"0",
        b"-1",
        b"255",
        b"1e999",
        b"0.0000001",
        b"99999999999999999999",
        b"0x1f",
        b"3.",
        b".5",
        b"on",
        b"off",
    ),
    *(
        b"{",
        b"}",
        b" { ",
        b" } ",
        b"{\n",
        b"\n}\n",
        b"{}",
        b'"',
        b"'",
        b"#",
        b"!",
        b"\\",
        b"\\\n",
        b"\\#",
        b"$",
        b"@",
    ),
    *(
        b"\t",
        b"\r",
        b"\r\n",
        b"\0",
        b"\x0b",
        b"\x1b",
        b"\xff",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"\xc3\xa4",
        b"\x85",
    ),
    *(
        b"$A=b\n",
        b"$A=$A\n",
        b"$A= \\\n",
        b"${A}",
        b"$A",
        b"${_PWD}",
        b"${_RANDOM 1 9}",
        b"${_HASH}",
        b"${_INSTANCE}",
    ),
    *(
        b"~SEQ(N,1,3) ",
        b"~SEQx(N, 8, 0xc) ",
        b"~LST(N,a,b) ",
        b"~LST({A,B},{1,2},{3}) ",
        b"~SEQ(",
        b"~",
        b"@^",
    ),
    *(
        b"@n1 ",
        b"@^n1 ",
        b"include x\n",
        b"includea *\n",
        b"include {a,b}\n",
        b"reverse",
        b"weight 300",
        b"all 5",
    ),
    *(
        b"10.0.0.300",
        b"10.0.0.1/33",
        b"::1/128",
        b"::/0",
        b"fe80::1%eth0",
        b"-nodad",
        b"PASS",
        b"AH",
        b"MASTER",
    ),
]
MUTATIONS = Mutations(SEEDS, TOKEN, WORDS, ODD)
NOISE = b"{}\"'#!\\$@~(),= \n\tabs019.-_"


def bare(value: Any) -> Any:
    """A configuration without the places where its values stood, and without what was said of them."""
    if is_dataclass(value) and not isinstance(value, type):
        left_out = ("place", "report", "warnings", "files", "node", "why")
        return type(value).__name__, {
            one.name: bare(getattr(value, one.name)) for one in fields(value) if one.name not in left_out
        }
    return tuple(bare(one) for one in value) if isinstance(value, tuple) else value


def read_or_refuse(content: bytes) -> KeepalivedConfig | None:
    """Read these bytes; whatever is wrong must come as a ScenarioError with places."""
    try:
        config = read_keepalived(content, node="n1")
    except ScenarioError as refusal:
        assert refusal.problems, "a refusal names problems"
        places = [(one.line, one.column) for one in refusal.problems]
        assert places == sorted(places), "sorted by position"
        assert all(line >= 1 and column >= 1 for line, column in places), "each has its place"
        _safe(str(refusal))
        return None
    _safe(report_text(config))
    assert all(one.place.line >= 1 for one in (*config.report, *config.warnings))
    try:
        text = write_keepalived(config)
    except ScenarioError as refusal:
        assert "cannot be written" in str(refusal) or "longer than" in str(refusal)
    else:
        again = read_keepalived(text.encode(), node="n1")
        assert bare(again) == bare(config), f"written and read again it is another one:\n{text}"
    use_or_refuse(config)
    return config


def use_or_refuse(config: KeepalivedConfig) -> None:
    """Look for what will bite, and make a scenario; a refusal has a line of the file."""
    pair = {"a": config, "b": config}
    for finding in lint(pair):
        assert finding.place.line >= 1
        assert finding.fix
        _safe(str(finding))
    try:
        _safe(summary(from_keepalived(pair)))
    except ScenarioError as refusal:
        assert all(problem.path and problem.line >= 1 for problem in refusal.problems), str(refusal)
        _safe(str(refusal))


def _safe(text: str) -> None:
    assert all(letter.isprintable() or letter == "\n" for letter in text), "safe for a terminal"


def mutants(number: int) -> bytes:
    """Input number so and so: a good file with some changes."""
    return MUTATIONS.mutant(random.Random(f"vipsim keepalived {number}"))


def noise(number: int) -> bytes:
    """Input number so and so: nothing but noise."""
    draw = random.Random(f"vipsim keepalived noise {number}")
    if draw.random() < 0.5:
        return draw.randbytes(draw.randrange(200))
    if draw.random() < 0.5:
        return b" ".join(draw.choice(draw.choice((WORDS, ODD))) for _ in range(draw.randrange(60)))
    return bytes(draw.choice(NOISE) for _ in range(draw.randrange(200)))


def hostile() -> dict[str, bytes]:
    """Hostile texts of the largest size that is read."""
    return {name: text[:MAX_BYTES] for name, text in hostile_texts(MAX_BYTES - 6000).items()}


if __name__ == "__main__":
    campaign.main(__doc__, campaign.Campaign(read_or_refuse, mutants, noise, hostile))
